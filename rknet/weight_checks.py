"""Whether the arrays of a net, which anybody may replace, still make a net: see `rknet.nets.Net.validate`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from rknet.checks import shown


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
