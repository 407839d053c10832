"""Networks as plain JSON, which the playground opens and any program reads: numbers and names, nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rknet import files
from rknet.activations import ACTIVATIONS
from rknet.checks import flag, shown
from rknet.data.points import PointSet
from rknet.identity import layer_of, obstacle
from rknet.lifts import LIFTS
from rknet.nets import Net, RKNet

FORMAT = "rknet net 1"
"""How a file is laid out: raised when files are laid out differently."""

BEGINNING = b'{"format": "rknet net '
"""How every file begins."""


def to_json(
    net: Net,
    path: Path | str,
    *,
    points: PointSet | tuple[PointSet, PointSet] | None = None,
    overwrite: bool = False,
) -> None:
    """Write a net as JSON, in single precision, for the playground or any other program.

    The object holds `format`, `net` (``"RKNet"`` or ``"StandardNet"``), `scheme` (`A` and `beta` as text) and `h` of an
    RKNet, `d`, `d_hat`, `classes`, `L`, `activation`, `lift`, and `weights` as nested lists: `lift` (d_hat, d),
    `K` (L, d_hat, d_hat), `b` (L, d_hat), `W` (classes, d_hat), `mu` (classes,).

    Parameters
    ----------
    net
        A `StandardNet` or `RKNet` of the library, such as the `net_` of a fitted classifier.  The playground opens nets
        with d = 2, within its limits, see `rknet.playground.limits`.
    path
        The file; folders that are missing are made.
    points
        What the playground shows the net on, as `points`: a set, or one that the net was trained with and one of new
        points.  Without any, the playground shows its own.
    overwrite
        Whether a file is replaced that was not written by this function.

    Raises
    ------
    ValueError
        If the net is another, a weight is not finite, the points do not fit, or another file is at the path.
    OSError
        If it cannot be written.
    """
    overwrite, content = flag("overwrite", overwrite), _written(net)
    if points is not None:
        content["points"] = _given(net, points if isinstance(points, tuple) else (points,))
    file = files.new("path", path, ours, "to_json", overwrite)
    files.write(file, json.dumps(content, allow_nan=False).encode() + b"\n")


def _written(net: Net) -> dict[str, Any]:
    """What a file states of a net; ValueError if plain values do not tell what it computes."""
    if not isinstance(net, Net):
        remedy = "pass its net_" if hasattr(net, "net_") else "pass a net, or a fitted estimator's net_"
        raise ValueError(
            f"net: must be a StandardNet or RKNet of the library, got a {type(net).__name__}, {shown(net)}; {remedy}"
        )
    reason = obstacle(net)
    if reason is None and (layer_of(net) is None or net.lift_name not in LIFTS or net.activation not in ACTIVATIONS):
        reason = f"its layers, lift or activation have no name: {shown(net)}"
    if reason is not None:
        raise ValueError(
            f"net: must be a StandardNet or RKNet of the library, got a {type(net).__name__}, but {reason}; "
            f"keep such a net by torch.save"
        )
    net.validate()
    sizes = {"d": net.d, "d_hat": net.d_hat, "classes": net.classes, "L": net.L}
    kind: dict[str, Any] = {"net": "StandardNet"}
    if isinstance(net, RKNet):
        A = [[str(a) for a in row[:i]] for i, row in enumerate(net.tableau.A)]
        scheme = {"A": A, "beta": [str(weight) for weight in net.tableau.beta]}
        kind = {"net": "RKNet", "scheme": scheme, "h": list(net.steps) if np.ndim(net.h) else net.h}
    names = {"activation": net.activation, "lift": net.lift_name}
    return {"format": FORMAT, **kind, **sizes, **names, "weights": _weights(net)}


def _weights(net: Net) -> dict[str, Any]:
    """The weights as nested lists; ValueError unless all are finite in single precision."""
    lift = getattr(net.lift, "matrix", torch.eye(net.d_hat, net.d))
    tensors: dict[str, Tensor] = {"lift": lift, "K": net.K, "b": net.b, "W": net.W, "mu": net.mu}
    single = {name: tensor.detach().to("cpu", torch.float32) for name, tensor in tensors.items()}
    for name, tensor in single.items():
        if not tensor.isfinite().all():
            raise ValueError(
                f"net: must have finite weights, got {name} with {int((~tensor.isfinite()).sum())} that are not; "
                f"train again with smaller steps"
            )
    return {name: tensor.tolist() for name, tensor in single.items()}


def _given(net: Net, sets: tuple[PointSet, ...]) -> dict[str, Any]:
    """Point sets as nested lists; ValueError unless the net takes them."""
    right = 1 <= len(sets) <= 2 and all(isinstance(of, PointSet) for of in sets)
    if not right or any((of.d, of.classes) != (net.d, net.classes) for of in sets):
        raise ValueError(
            f"points: must be one or two point sets of dimension {net.d} with {net.classes} classes, "
            f"got {shown(sets)}; pass those that the net was trained with"
        )
    parts = [{"X": of.X.tolist(), "c": of.c.tolist()} for of in sets]
    return {"classes": net.classes, **parts[0], **({"validation": parts[1]} if len(parts) == 2 else {})}


def ours(file: Path) -> bool:
    """Whether a file says that it is a net of this module: in its first bytes, however large it is."""
    with file.open("rb") as opened:
        return opened.read(len(BEGINNING)) == BEGINNING
