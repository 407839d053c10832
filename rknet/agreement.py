"""Whether sizes make a net, and whether its arrays, which anybody may replace, still do: `rknet.nets.Net.validate`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from rknet.checks import WEIGHT, room, shown, whole


def check_sizes(d: int, d_hat: int, classes: int, L: int) -> tuple[int, int, int, int]:
    """The sizes of a net as plain numbers; ValueError unless they are whole, positive, and there is memory for them."""
    d, d_hat, classes, L = whole("d", d), whole("d_hat", d_hat), whole("classes", classes, least=2), whole("L", L)
    room("d_hat", d_hat, d_hat * d, WEIGHT)
    room("classes", classes, classes * (d_hat + 1), WEIGHT)
    room("L", L, L * d_hat * (d_hat + 1), WEIGHT)
    return d, d_hat, classes, L


def check_widening(d: int, d_hat: int) -> tuple[int, int]:
    """The sizes of a lift as plain numbers; ValueError unless they are whole, positive, and d_hat >= d."""
    d, d_hat = whole("d", d), whole("d_hat", d_hat)
    if d_hat < d:
        raise ValueError(f"d_hat: must be at least d = {d}, got {d_hat}; a lift adds dimensions, so pass d_hat >= {d}")
    return d, d_hat


def check_matrix(matrix: Tensor, d: int, d_hat: int) -> None:
    """ValueError unless the matrix of a lift is one from d to d_hat dimensions."""
    if tuple(matrix.shape) != (d_hat, d):
        raise ValueError(
            f"lift: the matrix must have shape (d_hat, d) = ({d_hat}, {d}), got {tuple(matrix.shape)}; "
            f"give it that shape or build a new net"
        )


def check_arrays(weights: Mapping[str, Any]) -> None:
    """ValueError unless all are arrays with at least one axis."""
    for name, weight in weights.items():
        if not (isinstance(weight, Tensor) and weight.ndim):
            raise ValueError(
                f"net: {name} must be an array, got {shown(weight)}; assign a Parameter or build a new net"
            )


def check_shapes(net: nn.Module, shapes: Mapping[str, tuple[int, ...]], sizes: str) -> dict[str, Tensor]:
    """The weights that these shapes are for; ValueError unless they have them.  `sizes` says what they follow from."""
    weights: dict[str, Tensor] = {name: getattr(net, name) for name in shapes}
    for name, shape in shapes.items():
        if tuple(weights[name].shape) != shape or 0 in shape:
            raise ValueError(
                f"net: {name} must have shape {shape} for {sizes}, got {tuple(weights[name].shape)}; give all weights "
                f"the same sizes or build a new net"
            )
    return weights


def check_kinds(weights: Mapping[str, Tensor]) -> None:
    """ValueError unless all are floats of one precision on one device."""
    kinds = {(tensor.dtype, tensor.device) for tensor in weights.values()}
    if len(kinds) > 1 or not all(dtype.is_floating_point for dtype, _ in kinds):
        listed = ", ".join(f"{name} {tensor.dtype} on {tensor.device}" for name, tensor in weights.items())
        raise ValueError(
            f"net: all weights must be floats of one precision on one device, got {listed}; "
            f"convert the whole net, for example by net.float()"
        )
