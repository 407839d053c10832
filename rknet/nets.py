"""The networks: `StandardNet` (2.2) and `RKNet` (2.12); `rknet.named` has those with a name of their own.

All share one shape: lift x (N, d) to y[0] (N, d_hat), apply L layers of constant width d_hat, classify by W y[L] + mu.
The weights of the layers are stacked, K (L, d_hat, d_hat) and b (L, d_hat), so layer l is u[l] = (K[l], b[l]), (2.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from rknet.activations import ACTIVATIONS, Activation
from rknet.checks import flag, given, inputs, step_sizes, whole
from rknet.initial import uniform
from rknet.lifts import LIFTS, Lift, MatrixLift, name_of
from rknet.prediction import answered, batched, last, representable
from rknet.savable import Savable
from rknet.schemes import Steps, combine, explicit, one, stages
from rknet.tableaus import Tableau
from rknet.weight_checks import check_activation, check_arrays, check_kinds, check_shapes, check_sizes, made_lift


class Net(Savable, nn.Module):
    """What all networks share: lift, stacked layers, affine classifier.  A subclass says what one layer does.

    A net is its attributes K, b, W, mu, lift and sigma: everything else, L, classes and the names too, is read from
    them.  Who replaces one of them replaces those that must agree with it, see `validate`.

    ValueError if a name is unknown, a size is not a positive whole number or needs more memory than
    `rknet.checks.MEMORY`, d_hat < d, or what is given as activation or lift is none.

    Parameters
    ----------
    d, d_hat
        Dimension of the input and width of every layer, d_hat >= d.
    classes
        Number of classes (the paper's upper-case K).
    L
        Number of layers.
    activation
        The activation sigma, or its name in `ACTIVATIONS`.
    lift
        The class of the lift from d to d_hat, or its name in `rknet.lifts.LIFTS`.
    train_classifier
        Whether W and mu are trained, as in all the paper's experiments, or stay as they were drawn.
    seed
        Seeds the lift and, independently, K, b, W, mu: each weight uniform(-1/sqrt(fan_in), 1/sqrt(fan_in)).
    """

    def __init__(
        self,
        d: int,
        d_hat: int,
        classes: int,
        L: int,
        *,
        activation: str | Activation = "tanh",
        lift: str | type[Lift] = "zero",
        train_classifier: bool = True,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.sigma = given("activation", activation, ACTIVATIONS)
        make_lift = given("lift", lift, LIFTS)
        d, d_hat, classes, L = check_sizes(d, d_hat, classes, L)
        train_classifier = flag("train_classifier", train_classifier)
        # Two streams, so that nets which differ only in their lift start from the same layers.
        streams = np.random.SeedSequence(whole("seed", seed, least=0)).spawn(2)
        lift_rng, rng = map(np.random.default_rng, streams)
        self.lift = made_lift(make_lift, d, d_hat, lift_rng)
        self.K = nn.Parameter(uniform(rng, (L, d_hat, d_hat), fan_in=d_hat))
        self.b = nn.Parameter(uniform(rng, (L, d_hat), fan_in=d_hat))
        self.W = nn.Parameter(uniform(rng, (classes, d_hat), fan_in=d_hat), requires_grad=train_classifier)
        self.mu = nn.Parameter(uniform(rng, (classes,), fan_in=d_hat), requires_grad=train_classifier)
        if type(self).f is Net.f:
            check_activation(self.sigma, d_hat)

    @property
    def d(self) -> int:
        """Dimension of the input."""
        return self.lift.d

    @property
    def d_hat(self) -> int:
        """Width of every layer."""
        return self.lift.d_hat

    @property
    def activation(self) -> str:
        """The name of sigma in `ACTIVATIONS`; for any other function, its `repr`."""
        return next((name for name, sigma in ACTIVATIONS.items() if sigma is self.sigma), repr(self.sigma))

    @property
    def lift_name(self) -> str:
        """The name of the lift in `rknet.lifts.LIFTS`; for any other lift, that of its class."""
        return name_of(self.lift)

    @property
    def L(self) -> int:
        """Number of layers: that of the matrices in K."""
        return len(self.K)

    @property
    def classes(self) -> int:
        """Number of classes: that of the entries of mu."""
        return len(self.mu)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape that each weight must have, given the lift, the L matrices in K and the classes in mu.

        A subclass with an `f`, `layer` or `forward` of its own may read weights of another shape: it overrides this
        method, or its weights are not checked.
        """
        L, d_hat, classes = self.L, self.d_hat, self.classes
        shapes: dict[str, tuple[int, ...]] = {}
        if type(self).f is Net.f and type(self).layer in (StandardNet.layer, RKNet.layer):
            shapes |= {"K": (L, d_hat, d_hat), "b": (L, d_hat)}
        if type(self).forward is Net.forward:
            shapes |= {"W": (classes, d_hat), "mu": (classes,)}
        return shapes

    def validate(self) -> None:
        """ValueError unless the arrays, which anybody may replace, have the `shapes` they need and are of one kind."""
        if isinstance(self.lift, Lift):
            self.lift.validate()
        check_arrays({name: getattr(self, name) for name in ("K", "b", "W", "mu")})
        sizes = f"d_hat = {self.d_hat}, L = {self.L} matrices in K and classes = {self.classes} entries of mu"
        weights = check_shapes(self, self.shapes(), sizes)
        check_kinds(weights | ({"lift.matrix": self.lift.matrix} if isinstance(self.lift, MatrixLift) else {}))

    def f(self, K: Tensor, b: Tensor, y: Tensor) -> Tensor:
        """f(u, y) = sigma(K y + b), equation (2.5), for y (N, d_hat) and u = (K (d_hat, d_hat), b (d_hat,))."""
        return self.sigma(torch.addmm(b, y, K.T))

    def layer(self, K: Tensor, b: Tensor, y: Tensor) -> Tensor:
        """One layer y[l] -> y[l+1], (N, d_hat) -> (N, d_hat), with the weights u[l] = (K, b)."""
        raise NotImplementedError

    def by_layer(self) -> tuple[Sequence[Any], ...]:
        """Further arguments of `layer`, each with an entry for every layer: none."""
        return ()

    def _propagate(self, x: Tensor) -> Iterator[Tensor]:
        """y[0], ..., y[L], one after the other: whoever needs the last one keeps no other."""
        if x.ndim != 2 or x.shape[1] != self.d:
            raise ValueError(f"x: must have shape (N, d = {self.d}), got {tuple(x.shape)}; pass one row per sample")
        yield (y := self.lift(x))
        # Unbinding once matters: indexing K[l] in the loop makes the backward pass quadratic in L.
        for K, b, *of_layer in zip(self.K.unbind(), self.b.unbind(), *self.by_layer(), strict=True):
            yield (y := self.layer(K, b, y, *of_layer))

    def states(self, x: Tensor) -> Tensor:
        """All layer states y[0], ..., y[L] for x (N, d): shape (L+1, N, d_hat)."""
        return torch.stack(list(self._propagate(x)))

    def forward(self, x: Tensor) -> Tensor:
        """Logits W y[L] + mu for x (N, d): shape (N, classes).  Their softmax is the prediction H(W y + mu)."""
        return torch.addmm(self.mu, last(self._propagate(x)), self.W.T)

    def flow(self, X: ArrayLike) -> NDArray[np.floating]:
        """`states` for NumPy data X (N, d), without gradients: shape (L+1, N, d_hat)."""
        with torch.no_grad():
            return self.states(self._tensor(X)).cpu().numpy()

    def predict_proba(self, X: ArrayLike) -> NDArray[np.floating]:
        """Class probabilities H(W y[L] + mu) for NumPy data X (N, d): shape (N, classes).  ValueError if one is NaN."""
        return torch.softmax(self._logits(X), dim=1).cpu().numpy()

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """The most probable class of each row of X (N, d): shape (N,)."""
        return self._logits(X).argmax(dim=1).cpu().numpy()

    def _logits(self, X: ArrayLike) -> Tensor:
        return answered(batched(self, self._tensor(X), self.d_hat))

    def _tensor(self, X: ArrayLike) -> Tensor:
        return representable(torch.as_tensor(inputs("X", X, self.d), dtype=self.K.dtype, device=self.K.device))

    @property
    def architecture(self) -> dict[str, Any]:
        """Everything but the weights that decides what the net computes, in plain values."""
        stated = ("d", "d_hat", "classes", "L", "activation")
        return {"net": type(self).__name__, **{name: getattr(self, name) for name in stated}, "lift": self.lift_name}

    def extra_repr(self) -> str:
        """What `repr` shows."""
        return f"classes={self.classes}, L={self.L}, activation={self.activation}"


class StandardNet(Net):
    """The feed-forward network y[l+1] = sigma(K[l] y[l] + b[l]), equations (2.2) and (2.6).  Arguments: see `Net`."""

    def layer(self, K: Tensor, b: Tensor, y: Tensor) -> Tensor:
        """sigma(K y + b) for y (N, d_hat)."""
        return self.f(K, b, y)


class RKNet(Net):
    """A Runge-Kutta network, equation (2.12): each layer is one step of an explicit scheme, the same u in every stage.

    ValueError if the tableau is implicit or unknown, h is not positive, or an argument of `Net` is out of range.

    Parameters
    ----------
    tableau
        An explicit scheme, or its name in `rknet.tableaus.TABLEAUS`.
    h
        Step size; the flow runs to time T = h L.  The paper keeps h = 0.05 at every depth.  Or one for each layer.
    **arguments
        d, d_hat, classes, L, ...: see `Net`.
    """

    def __init__(
        self, d: int, d_hat: int, classes: int, L: int, *, tableau: Tableau | str, h: Steps = 0.05, **arguments: Any
    ) -> None:
        tableau = explicit(tableau)
        super().__init__(d, d_hat, classes, L, **arguments)
        self.h: Steps = step_sizes("h", h, self.L)
        self.tableau = tableau

    @property
    def tableau(self) -> Tableau:
        """The scheme."""
        return self._tableau

    @tableau.setter
    def tableau(self, tableau: Tableau | str) -> None:
        self._tableau = explicit(tableau)
        self._A, self._beta, _ = (part.tolist() for part in self._tableau.arrays())

    def validate(self) -> None:
        """As for `Net`, with the step size."""
        super().validate()
        step_sizes("h", self.h, self.L)

    @property
    def steps(self) -> tuple[float, ...]:
        """The step size of each layer, h[0], ..., h[L-1]."""
        return self.h if isinstance(self.h, tuple) else tuple(np.broadcast_to(self.h, self.L).tolist())

    def by_layer(self) -> tuple[Sequence[Any], ...]:
        """The step sizes, where the layers have their own."""
        return () if isinstance(self.h, (int, float)) else (self.steps,)

    def layer(self, K: Tensor, b: Tensor, y: Tensor, h: float | None = None) -> Tensor:
        """One step of the scheme from y (N, d_hat), of size h or of the size that all layers have."""
        h = one(self.h) if h is None else h
        values = stages(self._A, h, lambda _, stage: self.f(K, b, stage), y)
        return combine(y, self._beta, values, h)

    @property
    def architecture(self) -> dict[str, Any]:
        """As for `Net`, with the scheme and the step size."""
        scheme = {"A": [[str(a) for a in row] for row in self.tableau.A], "beta": list(map(str, self.tableau.beta))}
        return {**super().architecture, **scheme, "h": list(self.steps) if np.ndim(self.h) else self.h}

    def extra_repr(self) -> str:
        """What `repr` shows."""
        return f"{super().extra_repr()}, tableau={self.tableau.name}, h={self.h}"
