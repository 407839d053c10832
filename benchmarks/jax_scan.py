"""JAX: one compiled function an epoch, `lax.scan` over the steps and, in each, over the layers."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

from benchmarks.cases import Case
from benchmarks.contender import Arrays, Contender
from rknet.schemes import one

FIRST, SECOND, EPS = 0.9, 0.999, 1e-8
"""Adam's constants, as in PyTorch."""


class JaxScan(Contender):
    """`unroll` layers are written out in each turn of the inner loop; see `Contender`."""

    def __init__(self, case: Case, unroll: int) -> None:
        super().__init__(case)
        self.unroll, self.rate = unroll, case.protocol().rate
        self.lift = jnp.asarray(self.M.numpy())
        self.parameters = {name: jnp.array(w.detach().numpy()) for name, w in self.net.named_parameters()}
        zeros = jax.tree.map(jnp.zeros_like, self.parameters)
        self.state = self.parameters, zeros, jax.tree.map(jnp.zeros_like, zeros), jnp.zeros(())
        self._gradient, self._logits = jax.jit(jax.grad(self._cost)), jax.jit(self._forward)
        self._epoch = jax.jit(self._steps, donate_argnums=0)

    def gradients(self, X: NDArray[Any], c: NDArray[Any]) -> Arrays:
        """See `Contender`."""
        return {name: np.asarray(g) for name, g in self._gradient(self.state[0], X, c).items()}

    def epoch(self, X: NDArray[Any], c: NDArray[Any], order: NDArray[np.int64]) -> None:
        """See `Contender`."""
        batches = order.reshape(-1, self.case.batch)
        self.state = jax.block_until_ready(self._epoch(self.state, X[batches], c[batches]))

    def statistics(self, X: NDArray[Any], c: NDArray[Any]) -> tuple[float, float]:
        """See `Contender`."""
        logits = self._logits(self.state[0], X)
        likelihood = jnp.take_along_axis(jax.nn.log_softmax(logits), jnp.asarray(c)[:, None], axis=1)
        return -float(likelihood.mean()), float((logits.argmax(axis=1) == c).mean())

    def weights(self) -> Arrays:
        """See `Contender`."""
        return {name: np.array(w) for name, w in self.state[0].items()}

    def _forward(self, parameters: dict[str, Any], x: Any) -> Any:
        h = one(self.net.h)

        def layer(y: Any, u: Any) -> Any:
            K, b = u
            f1 = jnp.tanh(y @ K.T + b)
            f2 = jnp.tanh((y + h / 2 * f1) @ K.T + b)
            f3 = jnp.tanh((y + h / 2 * f2) @ K.T + b)
            f4 = jnp.tanh((y + h * f3) @ K.T + b)
            return y + h / 6 * (f1 + 2 * f2 + 2 * f3 + f4), None

        y, _ = lax.scan(layer, x @ self.lift.T, (parameters["K"], parameters["b"]), unroll=self.unroll)
        return y @ parameters["W"].T + parameters["mu"]

    def _cost(self, parameters: dict[str, Any], x: Any, c: Any) -> Any:
        return -jnp.take_along_axis(jax.nn.log_softmax(self._forward(parameters, x)), c[:, None], axis=1).mean()

    def _steps(self, state: Any, X: Any, c: Any) -> Any:
        return lax.scan(lambda state, batch: (self._adam(state, *batch), None), state, (X, c))[0]

    def _adam(self, state: Any, x: Any, c: Any) -> Any:
        parameters, m, v, t = state
        g, t = jax.grad(self._cost)(parameters, x, c), t + 1
        m = jax.tree.map(lambda m, g: FIRST * m + (1 - FIRST) * g, m, g)
        v = jax.tree.map(lambda v, g: SECOND * v + (1 - SECOND) * g**2, v, g)
        size, root = self.rate / (1 - FIRST**t), jnp.sqrt(1 - SECOND**t)
        update = jax.tree.map(lambda w, m, v: w - size * m / (jnp.sqrt(v) / root + EPS), parameters, m, v)
        return update, m, v, t
