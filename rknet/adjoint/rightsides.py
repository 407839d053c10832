"""Right-hand sides f(u, y) with their transposed derivatives f_y^T v and f_u^T v: all that Section 3 asks of f.

`Affine` is the networks' own, in closed form; `General` is any other, by automatic differentiation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from rknet.activations import ACTIVATIONS, Activation
from rknet.checks import choose
from rknet.registry import Registry

Controls = tuple[Tensor, ...]
"""The parts of a control: for a network (K, b)."""

SLOPES: Registry[Activation] = Registry(
    tanh=lambda f: 1 - f * f,
    logistic=lambda f: f * (1 - f),
    relu=lambda f: (f > 0).to(f.dtype),
    softplus=lambda f: torch.where(f > 20, 1, -torch.expm1(-f)),
)
"""sigma' as a function of the value of sigma, for every activation.  PyTorch's softplus is linear beyond 20."""


def of_stage(u: Controls, i: int) -> Controls:
    """The control of stage i, from a layer's controls with a leading axis of size s, or 1 if all stages share one."""
    return tuple(part[i % len(part)] for part in u)


class Transposed(NamedTuple):
    """The transposed derivatives of f at the s stages of a layer.

    Attributes
    ----------
    f_y
        (i, v) -> f_y(u_i, y_i)^T v for v (N, d_hat).
    f_u
        xi -> f_u(u_i, y_i)^T xi_i for xi (s, N, d_hat), added up over samples and over the stages that share a control:
        a tuple of the shapes of the layer's controls.
    jacobian
        () -> the matrices f_y(u_i, y_i) themselves, (s, N, d_hat, d_hat).
    """

    f_y: Callable[[int, Tensor], Tensor]
    f_u: Callable[[Tensor], Controls]
    jacobian: Callable[[], Tensor]


class RightHandSide(Protocol):
    """f(u, y), sample by sample, with its transposed derivatives."""

    axes: tuple[int, ...] | None
    """How many axes each part of a control has, where that is known."""

    def __call__(self, u: Controls, y: Tensor) -> Tensor:
        """f(u, y) for one control u and y (N, d_hat): shape (N, d_hat)."""

    def at(self, u: Controls, Y: Tensor, F: Tensor) -> Transposed:
        """The derivatives at the stages Y (s, N, d_hat) of a layer, where f has the values F, of Y's shape.

        The layer's controls u have a leading axis of size s, or 1 where all stages share a control.
        """


class Affine:
    """f(u, y) = sigma(K y + b), equation (2.5), with u = (K, b) and sigma by name.

    The slope sigma' is found from the value of sigma, so f is never computed again.
    """

    axes: tuple[int, ...] | None = (2, 1)

    def __init__(self, activation: str = "tanh") -> None:
        self.sigma = choose("activation", activation, ACTIVATIONS)
        self.slope = choose("activation", activation, SLOPES)

    def __call__(self, u: Controls, y: Tensor) -> Tensor:
        """sigma(K y + b) for y (N, d_hat), K (d_hat, d_hat), b (d_hat,)."""
        K, b = u
        return self.sigma(torch.addmm(b, y, K.T))

    def at(self, u: Controls, Y: Tensor, F: Tensor) -> Transposed:
        """See `RightHandSide`."""
        K, b = u
        slope = self.slope(F)

        def f_y(i: int, v: Tensor) -> Tensor:
            return (slope[i] * v) @ K[i % len(K)]

        def f_u(xi: Tensor) -> Controls:
            # With one control per layer, its stages are one batch of s N samples.
            z = slope * xi
            by_K = z.reshape(len(K), -1, z.shape[-1]).mT @ Y.reshape(len(K), -1, Y.shape[-1])
            return by_K, z.reshape(len(b), -1, z.shape[-1]).sum(1)

        return Transposed(f_y, f_u, lambda: slope[..., None] * K[:, None])


class General:
    """Any f(u, y) that treats samples alike, in PyTorch; its derivatives come from one evaluation with torch.func.vjp.

    Parameters
    ----------
    function
        (u, y) -> f(u, y) for a tuple of tensors u, one control, and y (N, d_hat).
    """

    axes: tuple[int, ...] | None = None

    def __init__(self, function: Callable[[Controls, Tensor], Tensor]) -> None:
        self.function = function

    def __call__(self, u: Controls, y: Tensor) -> Tensor:
        """f(u, y) for y (N, d_hat)."""
        return self.function(u, y)

    def at(self, u: Controls, Y: Tensor, F: Tensor) -> Transposed:
        """See `RightHandSide`."""
        pulls = [torch.func.vjp(self.function, of_stage(u, i), y_i)[1] for i, y_i in enumerate(Y)]

        def f_y(i: int, v: Tensor) -> Tensor:
            return pulls[i](v.conj())[1].conj()  # vjp conjugates; the transpose does not

        def f_u(xi: Tensor) -> Controls:
            stages = [pull(xi_i.conj())[0] for pull, xi_i in zip(pulls, xi, strict=True)]
            parts = [torch.stack(part).conj() for part in zip(*stages, strict=True)]
            return tuple(p.reshape(len(u_p), -1, *p.shape[1:]).sum(1) for p, u_p in zip(parts, u, strict=True))

        def jacobian() -> Tensor:
            rows = torch.eye(Y.shape[-1], dtype=Y.dtype, device=Y.device)[:, None].expand(-1, *Y.shape[1:])
            return torch.stack([torch.func.vmap(pull)(rows)[1].movedim(0, 1).conj() for pull in pulls])

        return Transposed(f_y, f_u, jacobian)
