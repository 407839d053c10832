"""The discrete adjoint of Section 3 behind autograd: `rknet.adjoint.propagate`."""

from __future__ import annotations

from torch import Tensor

from benchmarks.cases import Case
from benchmarks.torch_loop import TorchLoop
from rknet.adjoint import Step, propagate


class Discrete(TorchLoop):
    """The costate sweep; with `recompute` the stages are computed again on the way back.  See `Contender`."""

    def __init__(self, case: Case, recompute: bool = False) -> None:
        super().__init__(case)
        self.step, self.recompute = Step.of(self.net), recompute

    def features(self, y: Tensor) -> Tensor:
        """See `TorchLoop`."""
        return propagate(self.step, (self.K[:, None], self.b[:, None]), y, recompute=self.recompute)
