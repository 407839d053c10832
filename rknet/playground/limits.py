"""The range of each number that the playground takes, stated once for Python and for its page: `limits.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rknet.checks import shown

_LIMITS = json.loads(Path(__file__).with_name("limits.json").read_text("utf8"))

REAL: dict[str, tuple[float, float]] = {name: (least, most) for name, (least, most) in _LIMITS["real"].items()}
"""Least and most of each real number of a configuration."""
WHOLE: dict[str, tuple[int, int]] = {name: (least, most) for name, (least, most) in _LIMITS["whole"].items()}
"""Least and most of each whole number; `stages` are those of a typed tableau, `classes` those of given points, and
`changes` those of the learning rate."""

LARGEST_FILE: int = _LIMITS["file"]
"""Most bytes of a file that is read, unless the limits are lifted."""

SIZES = ("samples", "d_hat", "L", "batch", "epochs", "stages", "classes", "changes")
"""Numbers that decide how much there is to compute; each can be a limit that is lifted."""


def within(configuration: Mapping[str, Any], *, any_size: bool = False) -> None:
    """Check every number that a configuration states.

    Parameters
    ----------
    configuration
        Numbers by name; `data` and `scheme` may be given by their entries.
    any_size
        Whether the upper limits of `SIZES` are lifted.

    Raises
    ------
    ValueError
        If one is out of its range, or not a number.
    """
    for field, value in configuration.items():
        if field in REAL or field in WHOLE:
            _check(field, value, field, any_size)
    _check_rates(configuration.get("rates", []), any_size)
    if isinstance(data := configuration.get("data"), Mapping):
        _check("data.classes", data.get("classes"), "classes", any_size)
    scheme = configuration.get("scheme")
    if isinstance(scheme, Mapping) and isinstance(beta := scheme.get("beta"), (list, tuple)):
        _check("len(scheme.beta)", len(beta), "stages", any_size)


def _check_rates(rates: Any, any_size: bool) -> None:
    """ValueError unless these are pairs (step, rate) of rising steps."""
    kinds = list, tuple
    if not (isinstance(rates, kinds) and all(isinstance(pair, kinds) and len(pair) == 2 for pair in rates)):
        raise ValueError(f"rates: must be a list of pairs [step, rate], got {shown(rates)}; the page takes no other")
    _check("len(rates)", len(rates), "changes", any_size)
    before = 0
    for step, rate in rates:
        _check("rates", rate, "rate", any_size)
        if isinstance(step, bool) or not isinstance(step, int) or step <= before:
            raise ValueError(
                f"rates: must have rising steps from 1 on, got {shown(step)} after {before}; the page takes no other"
            )
        before = step


def _check(field: str, value: Any, limits: str, any_size: bool) -> None:
    whole = limits in WHOLE
    least, most = WHOLE[limits] if whole else REAL[limits]
    kind = int if whole else (int, float)
    lifted = any_size and limits in SIZES
    if isinstance(value, bool) or not isinstance(value, kind) or not least <= value or not (lifted or value <= most):
        rule = f"a {'whole ' if whole else ''}number from {least} to {most}"
        raise ValueError(f"{field}: must be {rule}, got {shown(value)}; the page takes no other")
