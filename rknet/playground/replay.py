"""Replay a run of the playground from its record: the compiled engine must end with the same bits."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch

from rknet.engines.compiled.engine import Compiled
from rknet.hashes import weights_hash
from rknet.nets import Net
from rknet.playground import random
from rknet.playground.exported import RunRecord
from rknet.protocol import Protocol

CURVES = ("train_cost", "train_accuracy", "val_cost", "val_accuracy")


@dataclass(frozen=True)
class Replay:
    """Whether a run gives the bits that its record states, and in a few words how often or why not."""

    same: bool
    words: str


def replay(record: RunRecord) -> Replay:
    """Draw again what the seed decides, train with the compiled engine, and compare with the record."""
    drawn = [name for name, pairs in _drawn(record).items() if not all(np.array_equal(*pair) for pair in pairs)]
    net, configuration = record.network(), record.configuration
    protocol = Protocol(batch_size=record.batch, learning_rate=configuration.rate, weight_decay=configuration.decay)
    engine = Compiled(net, protocol)
    train, validation, an_epoch = record.train, record.validation, record.steps_per_epoch

    def statistics() -> tuple[float, float, float, float]:
        return *engine.statistics(train.X, train.c), *engine.statistics(validation.X, validation.c)

    rows = [statistics()]
    for epoch in range(-(-record.steps // an_epoch)):
        steps = min(an_epoch, record.steps - epoch * an_epoch)
        order = random.permutation(len(train), configuration.seed, epoch)
        for first, last, rate in _stretches(record, epoch * an_epoch, steps):
            engine.set_rate(rate)
            engine.epoch(train.X, train.c, order[first * record.batch : last * record.batch])
        if steps == an_epoch:
            rows.append(statistics())
    engine.write_back()
    weights = final_hash(net)
    curves = dict(zip(CURVES, np.array(rows).T, strict=True))
    same = {
        "history": all(np.array_equal(curves[name], record.history[name], equal_nan=True) for name in CURVES),
        "weights": weights == record.weights,
    }
    different = [*drawn, *(name for name, holds in same.items() if not holds)]
    taken = f"{record.steps} steps"
    if different:
        return Replay(False, f"other {', '.join(different)} after {taken}: {record.weights[:12]}, now {weights[:12]}")
    return Replay(True, f"same weights {weights[:12]} after {taken}")


def _stretches(record: RunRecord, done: int, steps: int) -> list[tuple[int, int, float]]:
    """The steps of an epoch before which so many were `done`, in parts of one learning rate: first, last, rate."""
    changes = [step - done for step, _ in record.configuration.rates]
    ends = [0, *(step for step in changes if 0 < step < steps), steps]
    return [(first, last, record.rate(done + first)) for first, last in pairwise(ends)]


def final_hash(net: Net) -> str:
    """The hash of a net's weights, in which every NaN counts as the same one, for processors differ in its bits."""
    for tensor in net.state_dict().values():
        tensor[torch.isnan(tensor)] = torch.nan
    return weights_hash(net)


def _drawn(record: RunRecord) -> dict[str, list[tuple[Any, Any]]]:
    """What the seed decides, by name: pairs of what the record states and what is drawn anew."""
    configuration = record.configuration
    seed, data = configuration.seed, configuration.data
    found: dict[str, list[tuple[Any, Any]]] = {}
    if isinstance(data, str):
        sizes, parts = configuration.sizes, (record.train, record.validation)
        found["data"] = [(size, len(points)) for size, points in zip(sizes, parts, strict=True)]
        if all(size == kept for size, kept in found["data"]):  # so no more is drawn than the file holds
            fresh = random.points(data, sum(sizes), noise=configuration.noise, seed=seed)
            for kept, points in zip(parts, (fresh[: sizes[0]], fresh[sizes[0] :]), strict=True):
                found["data"] += [(kept.X, points.X), (kept.c, points.c)]
    if record.drawn:
        d_hat, L, lift = configuration.d_hat, configuration.L, configuration.lift
        weights = random.weights(d_hat, configuration.classes, L, lift=lift, seed=seed)
        found["initial weights"] = [(record.initial[name], array.ravel()) for name, array in weights.items()]
    return found
