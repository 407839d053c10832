"""Autograd with `torch.utils.checkpoint`: only some states are stored, the layers between them are computed again."""

from __future__ import annotations

from torch import Tensor

from benchmarks.cases import Case
from benchmarks.torch_loop import TorchLoop
from rknet.adjoint.memory import best_segment, checkpointed


class Checkpoint(TorchLoop):
    """A state is stored every `every` layers, or with None as often as takes least memory; see `Contender`."""

    def __init__(self, case: Case, every: int | None) -> None:
        super().__init__(case)
        self.every = every or best_segment(self.net.tableau.stages, case.L)

    def features(self, y: Tensor) -> Tensor:
        """See `TorchLoop`."""
        return checkpointed(self.net, y, self.every)
