"""The committed records are what the chapters compute: the same bits in every curve and every weight."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rknet.study import records
from rknet.study.cache import repetitions
from rknet.study.experiments import EXPERIMENTS
from rknet.study.paper import STATISTICS
from rknet.study.runner import runs_of
from rknet.study.store import Store

STORE = Store(Path(__file__).resolve().parents[2] / "results")


@pytest.mark.parametrize("name", [name for name in EXPERIMENTS if not EXPERIMENTS[name].of_images])
def test_what_chapters_train_is_what_the_records_hold(name: str) -> None:
    """Every repetition of the paper's number, bit for bit; without records there is nothing to compare."""
    kept = {(run.row, run.seed): STORE.find(run).record for run in runs_of(name)}
    if not any(kept.values()):
        pytest.skip(f"no records of {name} in {STORE.folder}")
    trained = repetitions(name)
    assert set(trained) == set(kept)
    for run, record in kept.items():
        net, history = trained[run]
        assert record is not None, run
        assert records.weights_hash(net) == record["results"]["weights"], run
        old = records.history(record)
        assert (history.ended, history.epochs) == (old.ended, old.epochs)
        for statistic in STATISTICS:
            np.testing.assert_array_equal(getattr(history, statistic), getattr(old, statistic))
