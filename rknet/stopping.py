"""When a training ends: by the paper's stopping rule, by divergence, or after the last epoch."""

from collections.abc import Sequence

import numpy as np

from rknet.protocol import Protocol


def stops_early(protocol: Protocol, costs: Sequence[float]) -> bool:
    """Whether the stopping rule ends training, given the validation costs so far, that before training first."""
    epoch = len(costs) - 2
    if not protocol.stop_early or epoch < protocol.first_stop:
        return False
    last, before = costs[-protocol.window :], costs[-2 * protocol.window : -protocol.window]
    return float(np.mean(last) - np.mean(before)) > protocol.tolerance


def ending(protocol: Protocol, rows: Sequence[Sequence[float]]) -> str | None:
    """Why training ends after these statistics, see `rknet.callbacks.Training`, or None if it goes on."""
    if len(rows) > 1 and not np.isfinite(rows[-1]).all():
        return "diverged"
    if stops_early(protocol, [row[2] for row in rows]):
        return "early"
    return "epochs" if len(rows) > protocol.epochs else None
