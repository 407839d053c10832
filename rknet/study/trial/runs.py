"""A run of the study: a net is trained for all its epochs, and tested at those that a procedure might report."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from rknet.checkpoint import Checkpoint
from rknet.data.points import Law
from rknet.engines.compiled.engine import Compiled
from rknet.study import records
from rknet.study.records import Record, Run
from rknet.study.trial.examination import examination
from rknet.study.trial.snapshots import Snapshots

BUDGETS = (1, 2, 5, 10, 20, 40, 60, 80, 160)
"""Epochs within which the best is tested, as far as they are run; a longer training holds the shorter ones."""


@dataclass(frozen=True)
class Trial(Run):
    """A run whose record holds, instead of the curves, accuracy and regret at a few epochs."""

    def compute(self, *, engine: str, source: str, checkpoint: Checkpoint | None, device: str) -> Record:
        """See `Run`.  ValueError unless the data are points, which have a test set."""
        started, configuration = time.perf_counter(), self.configuration
        law, protocol = configuration.drawn_from, configuration.protocol
        if not isinstance(law, Law):
            raise ValueError(f"data: must be points in the study, got {configuration.data!r}; name a point set")
        kept = Snapshots(budget for budget in BUDGETS if budget <= protocol.epochs)
        net, history = configuration.train(self.seed, engine=engine, callbacks=[kept])
        test = examination(law, configuration.samples, self.seed)

        def tested(epoch: int) -> dict[str, Any]:
            net.load_state_dict(kept.weights(epoch))
            answers = Compiled(net, protocol).logits(test.X).argmax(axis=1)
            return {"epoch": epoch, **test.result(answers)} | {
                name: records.written(getattr(history, name)[epoch])
                for name in ("train_accuracy", "val_accuracy", "train_cost", "val_cost")
            }

        wanted: dict[int, Any] = {epoch: tested(epoch) for epoch in {kept.paper, kept.last, *kept.best.values()}}
        tests = {"paper": wanted[kept.paper], "last": wanted[kept.last]}
        tests |= {f"best {budget}": wanted[epoch] for budget, epoch in kept.best.items()}
        net.load_state_dict(kept.weights(kept.last))  # those that are hashed
        return records.make(self, net, history, time.perf_counter() - started, tests=tests)
