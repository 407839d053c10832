"""Robustness: how far a network carries a small change of its input, bounded and measured.

The Lipschitz constant of the flow x_hat -> y[L] is at most the product of the layers' constants, and the largest
spectral norm of its Jacobian over some points is a lower bound.  A layer's constant is bounded in two ways:

``bound``
    By norms.  With |sigma'| <= s a stage changes by at most s |K| times the change of its argument, so that the layer
    of a scheme with entries >= 0 has at most the constant R(h s |K|), R being the scheme's stability function.
``worst``
    By slopes.  The Jacobian of f is D K with a diagonal D of slopes 0 <= sigma' <= s.  The norm of a layer's Jacobian
    is convex in the slopes of each stage, hence largest where all of them are 0 or s: 2^(s d_hat) cases, all tried.

`perturbed` looks for the change of the input, within a box, that raises the cost most: by one step (FGSM; Goodfellow,
Shlens & Szegedy 2015) or by several (PGD; Madry et al. 2018).
"""

from __future__ import annotations

from itertools import product

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from rknet.checks import choose, inputs, labels, positive, shown, whole
from rknet.nets import Net, RKNet, StandardNet
from rknet.protocol import cross_entropy
from rknet.variants.antisymmetric import AntisymmetricNet

SLOPES: dict[str, float] = {"tanh": 1.0, "logistic": 0.25, "relu": 1.0, "softplus": 1.0}
"""The largest slope s of each activation; the smallest is 0 for all."""

CASES = 2**16
"""Most combinations of slopes that `worst` tries for a layer."""


def slope(net: Net) -> float:
    """The largest slope s of a net's activation; ValueError unless it is one of `SLOPES`."""
    return choose("net.activation", net.activation, SLOPES)


def bound(net: Net) -> NDArray[np.float64]:
    """A Lipschitz constant of each layer by norms, (L,): s |K| for a `StandardNet`, and of a scheme as above.

    ValueError unless the net is a `StandardNet` or an `RKNet` of dense layers, which may be antisymmetric ones.
    """
    z = slope(net) * np.linalg.norm(_matrices(net), 2, axis=(1, 2))
    if isinstance(net, StandardNet):
        return z
    h, A, beta = _scheme(net)
    rates = np.zeros((len(beta), net.L))
    for i, row in enumerate(np.abs(A)):
        rates[i] = z * (1 + h * (row @ rates))
    found: NDArray[np.float64] = 1 + h * (np.abs(beta) @ rates)
    return found


def worst(net: Net) -> NDArray[np.float64]:
    """The largest norm of each layer's Jacobian over all slopes of all stages, (L,): see the top of this module.

    ValueError if those are more than `CASES` combinations, or as in `bound`.
    """
    _matrices(net)
    stages = 1 if isinstance(net, StandardNet) else len(_scheme(net)[2])
    if (cases := 2 ** (stages * net.d_hat)) > CASES:
        raise ValueError(
            f"net: must have at most {CASES} combinations of slopes, 2^(stages d_hat), got {cases} for {stages} stages "
            f"and d_hat = {net.d_hat}; call bound(net)"
        )
    corners = np.array([*product((0.0, slope(net)), repeat=stages * net.d_hat)]).reshape(-1, stages, net.d_hat)
    return np.array([np.linalg.norm(_jacobians(net, l, corners), 2, axis=(1, 2)).max() for l in range(net.L)])


def _jacobians(net: Net, l: int, D: NDArray[np.float64]) -> NDArray[np.float64]:
    """The Jacobians (n, d_hat, d_hat) of layer l for slopes D (n, stages, d_hat)."""
    K: NDArray[np.float64] = _matrices(net)[l]
    if isinstance(net, StandardNet):
        return D[:, 0, :, None] * K
    h, A, beta = _scheme(net)
    slopes = np.zeros((len(beta), *D[:, 0].shape, net.d_hat))  # of the stages, one after the other
    for i, row in enumerate(A):
        slopes[i] = D[:, i, :, None] * (K @ (np.eye(net.d_hat) + h[l] * np.tensordot(row, slopes, 1)))
    found: NDArray[np.float64] = np.eye(net.d_hat) + h[l] * np.tensordot(beta, slopes, 1)
    return found


def growth(net: Net) -> float:
    """exp(sum_l h[l] mu_l): what the differential equation of a net multiplies distances by at most.

    mu_l is the largest logarithmic norm of D K[l], the largest eigenvalue of its symmetric part, over all slopes D; it
    is convex in D, so that slopes of 0 and s suffice.  With h -> 0 the products of `worst` tend to it.

    ValueError unless the net is an `RKNet` of dense layers whose slopes make at most `CASES` combinations.
    """
    K = _matrices(net)
    if not isinstance(net, RKNet) or 2**net.d_hat > CASES:
        raise ValueError(
            f"net: must be an RKNet with at most {CASES} combinations of slopes, 2^d_hat, got a {type(net).__name__} "
            f"with d_hat = {net.d_hat}; pass a narrower RKNet"
        )
    D = np.array([*product((0.0, slope(net)), repeat=net.d_hat)])[:, None, :, None]
    J = D * K
    mu = np.linalg.eigvalsh((J + J.swapaxes(-1, -2)) / 2)[..., -1].max(axis=0)
    return float(np.exp(np.array(net.steps) @ mu))


def stretch(net: Net, X: ArrayLike) -> NDArray[np.float64]:
    """The spectral norm of the Jacobian of x_hat -> y[L] at each of the lifted samples X (N, d): shape (N,)."""
    x = net.lift(torch.as_tensor(inputs("X", X, net.d), dtype=net.K.dtype, device=net.K.device)).detach()

    def end(y: Tensor) -> Tensor:
        y = y[None]
        for K, b, *of_layer in zip(net.K.unbind(), net.b.unbind(), *net.by_layer(), strict=True):
            y = net.layer(K, b, y, *of_layer)
        return y[0]

    J: Tensor = torch.func.vmap(torch.func.jacrev(end))(x)
    return np.linalg.norm(J.detach().double().cpu().numpy(), 2, axis=(1, 2))


def perturbed(net: Net, X: ArrayLike, c: ArrayLike, radius: float, *, steps: int = 1) -> NDArray[np.floating]:
    """Samples within `radius` of X (N, d) in the largest coordinate, moved so that the cost of the labels c (N,) grows.

    Parameters
    ----------
    net, X, c
        The net that is misled, and labelled samples.
    radius
        Largest change of a coordinate; 0 leaves the samples as they are.
    steps
        1 for FGSM, x + radius sign(dF/dx); more for PGD from x, with steps of 2 radius / steps, each of them cut to
        the box.

    Raises
    ------
    ValueError
        If samples and labels do not fit the net, or a number is out of range.
    """
    samples = inputs("X", X, net.d)
    truth = torch.as_tensor(labels("c", c, len(samples), net.classes), device=net.K.device)
    radius, steps = positive("radius", radius, or_zero=True), whole("steps", steps)
    x = torch.as_tensor(samples, dtype=net.K.dtype, device=net.K.device)
    length, moved = (radius if steps == 1 else 2 * radius / steps), x
    for _ in range(steps):
        at = moved.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(cross_entropy(net(at), truth), at)
        moved = torch.clamp(at.detach() + length * gradient.sign(), x - radius, x + radius)
    return moved.cpu().numpy()


def _matrices(net: Net) -> NDArray[np.float64]:
    """What multiplies y in each layer, (L, d_hat, d_hat), in double precision; ValueError unless layers are dense."""
    dense = type(net).f in (Net.f, AntisymmetricNet.f) and type(net).layer in (StandardNet.layer, RKNet.layer)
    if not dense:
        raise ValueError(f"net: must have dense layers, got {shown(net)}; pass a StandardNet or an RKNet")
    K = net.K.detach().double()
    return (net.matrix(K) if isinstance(net, AntisymmetricNet) else K).cpu().numpy()


def _scheme(net: Net) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """h (L,), A (s, s) and beta (s,) of a net that has a scheme."""
    assert isinstance(net, RKNet)
    A, beta, _ = net.tableau.arrays()
    return np.array(net.steps), A, beta
