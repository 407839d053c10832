"""The step of a layer's weights from the factors of its gradient, streamed: no gradient is ever in memory."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from rknet.engines.compiled.updates import CODES, Rule, begin_step
from rknet.engines.layerwise import cpu
from rknet.engines.layerwise.factors import Streamed
from rknet.nets import Net
from rknet.protocol import Protocol


class StreamedUpdates:
    """The optimisers of `rknet.engines.compiled.updates` on the layers' weights: no gradient is ever in memory."""

    f = Streamed

    def __init__(self, net: Net, protocol: Protocol) -> None:
        self.rule = Rule(CODES[protocol.optimizer], protocol.rate, False, False, np.ones(2))
        # Of each: the weights and their two moments.
        self.parts = {
            name: [w.detach(), *(torch.zeros_like(w) for _ in "mv")] for name, w in (("K", net.K), ("b", net.b))
        }

    def begin(self) -> None:
        """A step begins."""
        begin_step.py_func(self.rule)

    def __call__(self, l: int, z: Tensor, Y: Tensor) -> None:
        """The step of layer l, from the factors of its gradient."""
        (K, m_K, v_K), (b, m_b, v_b) = self.parts.values()
        cpu.update(self.rule, K[l], m_K[l], v_K[l], z, Y)
        ones = torch.ones(len(z), 1, dtype=z.dtype, device=z.device)
        cpu.update(self.rule, b[l, None], m_b[l, None], v_b[l, None], ones, z)

    def state(self) -> dict[str, Tensor]:
        """All that is remembered, by name."""
        named = {f"{name}/{slot}": part[k] for name, part in self.parts.items() for k, slot in ((1, "m"), (2, "v"))}
        return {**named, "powers": torch.from_numpy(self.rule.powers)}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a `state` that was stored."""
        for name, part in self.state().items():
            part.copy_(state[name])
