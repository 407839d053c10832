"""Draws input for a target, calls it, and judges how that ends."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import hypothesis
import numpy as np
import torch
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException

from tests import hostile

Strategy = st.SearchStrategy[Any]

FOUR = re.compile(r"[^\n]+?: [^\n]*\bgot [^\n]*; [^\n]+")
"""Argument, rule, value, remedy, on one line."""

LINE = re.compile(r"[^\n]+")
"""What the readers of files promise."""

OTHERS: list[Any] = [
    *[0, 1, 2, 3, 2**63, -(2**63), float("nan"), float("inf"), -float("inf"), -0.0, 1e308, 1e-320, 1j],
    *[b"", object(), int, len, (), set(), Fraction(1, 3), "relu", "0", "1/2", "\0", "é", "a\nb"],
    *[np.float32(0.5), np.int64(3), np.array(np.nan), np.zeros(0), np.zeros((2, 2), complex), np.array(["a", "b"])],
    *[np.array([1, None], dtype=object), np.full((2, 2), np.inf), np.zeros((3, 2, 2)), np.ones((2, 2), bool)],
    *[torch.zeros(0), torch.zeros(2, 2), torch.full((2, 3), torch.nan), torch.zeros(2, 2, dtype=torch.int64)],
]
"""Values that do not belong where they are put, besides those for files."""

ANYTHING = st.sampled_from([*hostile.VALUES, *OTHERS]) | st.integers() | st.floats() | st.text(max_size=8)


OBJECTS = {
    "self",
    "step",
    "u",
    "x",
    "x_hat",
    "swept",
    "p",
    "f",
    "probability",
    "tree",
}
"""Arguments that are objects of the library or tensors: another type there is the type checker's to find."""


@dataclass(frozen=True)
class Target:
    """Something to call: with what, and which errors its documentation names."""

    call: Callable[..., Any]
    arguments: Mapping[str, Strategy]
    refusals: tuple[type[BaseException], ...] = ()
    """Errors that may come in whatever words."""
    form: re.Pattern[str] = FOUR
    """What every ValueError says."""
    spoiled: int = 2
    """Most arguments that are replaced by anything."""
    counts: Counter[str] = field(default_factory=Counter)

    def inputs(self) -> Strategy:
        """Fitting arguments, some of them replaced."""
        names = sorted(self.arguments.keys() - OBJECTS) or [""]
        spoilt = st.dictionaries(st.sampled_from(names), ANYTHING, max_size=self.spoiled)
        whole = st.fixed_dictionaries(dict(self.arguments))
        return st.builds(lambda fitting, other: {**fitting, **{k: v for k, v in other.items() if k}}, whole, spoilt)

    def attempt(self, arguments: Mapping[str, Any]) -> None:
        """Call, and raise AssertionError for an error that the documentation does not name."""
        self.counts["calls"] += 1
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.call(**arguments)
        except HypothesisException:
            raise
        except self.refusals:
            self.counts["refused"] += 1
        except ValueError as error:
            assert self.form.fullmatch(str(error)), f"not in the form that is promised: {error}"
            self.counts["refused"] += 1
        else:
            self.counts["answered"] += 1


def search(
    target: Target, seed: int, examples: int, before: Callable[[], object] = lambda: None
) -> BaseException | None:
    """What goes wrong in so many calls, with the smallest input in its notes; None if nothing does.

    `before` is called before each of them.
    """

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        print_blob=False,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
    )
    @hypothesis.given(target.inputs())
    def run(arguments: Mapping[str, Any]) -> None:
        before()
        target.attempt(arguments)

    try:
        run()
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return error
    return None
