"""Whether the parts of a net, which anybody may give or replace, make a net: see `rknet.nets.Net.validate`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from rknet.activations import SHIPPED, Activation
from rknet.checks import WEIGHT, room, shown, whole

Module = TypeVar("Module", bound=nn.Module)


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


def made_lift(make: Callable[..., Module], d: int, d_hat: int, rng: np.random.Generator) -> Module:
    """The lift ``make(d, d_hat, rng)``; ValueError unless that makes a module from R^d to R^d_hat."""
    sizes = f"with the attributes d = {d} and d_hat = {d_hat}"
    rule = f"lift: must make a module {sizes} from (d, d_hat, rng)"
    remedy = "pass a subclass of rknet.lifts.Lift"
    if not _takes(make, d, d_hat, rng):
        raise ValueError(f"{rule}, got {shown(make)}; {remedy}")
    lift = make(d, d_hat, rng)
    if not isinstance(lift, nn.Module) or (getattr(lift, "d", None), getattr(lift, "d_hat", None)) != (d, d_hat):
        raise ValueError(f"{rule}, got {shown(make)}, which makes {shown(lift)}; {remedy}")
    return lift


def _takes(make: Callable[..., Any], *arguments: Any) -> bool:
    """Whether something may be called with these arguments to make a module."""
    if isinstance(make, type) and not issubclass(make, nn.Module):
        return False
    try:
        inspect.signature(make).bind(*arguments)
    except (TypeError, ValueError):
        return False
    return True


def check_activation(sigma: Activation, d_hat: int) -> None:
    """ValueError unless an activation from elsewhere answers a tensor (N, d_hat) by one of the same shape.

    It is called once, on zeros, which leaves PyTorch's generator as it was.
    """
    if any(sigma is shipped for shipped in SHIPPED):
        return
    z = torch.zeros(2, d_hat, device="cpu")
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=()):
            answer: Any = sigma(z)
    except Exception as error:  # whatever a function makes of a tensor it does not expect
        answer = error
    if not (isinstance(answer, Tensor) and answer.shape == z.shape):
        found = f"a tensor {tuple(answer.shape)}" if isinstance(answer, Tensor) else shown(answer)
        raise ValueError(
            f"activation: must map a tensor {tuple(z.shape)} to one of the same shape, got {shown(sigma)}, which "
            f"answers {found}; pass a function of a tensor, for example torch.sin"
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
