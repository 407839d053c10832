"""A short and always equal part of ``python -m tests.fuzz``, and that nothing public is left out of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import strategies as st

from tests.fuzz import machine, public, targets

EXAMPLES = 4
"""Calls of each target: they find what fails at once; the long run finds the rest."""


def test_everything_public_is_a_target(tmp_path: Path) -> None:
    """Or a reason says why it is none."""
    named = set(public.names())
    assert len(named) > 50
    with targets.prepared(tmp_path):
        tried = targets.targets(tmp_path).keys()
    assert named - tried == targets.HELD.keys(), "give each new name a target in tests/fuzz/targets.py"
    assert all(targets.HELD.values())


def test_answers_and_refusals(tmp_path: Path) -> None:
    """No target ends in any other way."""
    with targets.prepared(tmp_path):
        for name, target in targets.targets(tmp_path).items():
            error = machine.search(target, seed=0, examples=EXAMPLES)
            assert error is None, f"python -m tests.fuzz --only {name!r}: {error!r} {getattr(error, '__notes__', '')}"
            assert target.counts["calls"] >= 1


@pytest.mark.parametrize("error", [TypeError("no"), ValueError("no"), ValueError("x: must be y, got z; pass\ny")])
def test_other_errors_are_found(error: Exception) -> None:
    """Of another type, not in four parts, or on two lines."""

    def fails(x: object) -> None:
        if x == 3:
            raise error

    found = machine.search(machine.Target(fails, {"x": st.integers(0, 9)}), seed=0, examples=50)
    assert isinstance(found, (AssertionError, TypeError))
    assert "'x': 3" in "".join(found.__notes__)
