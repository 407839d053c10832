"""Golden runs: tiny trainings that touch every entry of every registry, with the bits that each version gave.

`golden.json` holds the versions, and for each run the hashes of its data, of its untrained net, and of what it ends
with: weights and history.  The compiled engine has the same bits on every processor, and its hashes are compared.  The
other engines sum in the order of their libraries, so for them numbers are kept and compared within `TOLERANCE`.

``python tests/golden.py`` records the runs anew; it refuses a part whose bits changed under the same version, and one
whose version was raised without a change of bits.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rknet.activations import ACTIVATIONS
from rknet.data.images import IMAGES, fingerprint, load
from rknet.data.points import LAWS, PointSet, draw, split
from rknet.hashes import weights_hash
from rknet.history import History
from rknet.initial import INITIALS
from rknet.lifts import LIFTS
from rknet.nets import Net, RKNet, StandardNet
from rknet.protocol import LOSSES, OPTIMIZERS, Protocol
from rknet.study.configuration import Configuration, seeds_of
from rknet.tableaus import TABLEAUS
from rknet.training import fit
from rknet.versions import VERSIONS

FILE = Path(__file__).with_name("golden.json")

TOLERANCE = 1e-4
"""Largest relative difference of a cost after sixteen float32 steps between two processors: some hundred roundings."""

SAMPLES = 40
"""Training samples, and as many for validation: eight batches of five."""


@dataclass(frozen=True)
class Golden:
    """A tiny training: a point set, a net and how it is trained."""

    law: str = "spiral"
    scheme: str = "rk4"
    activation: str = "tanh"
    lift: str = "linear"
    loss: str = "cross_entropy"
    optimizer: str = "adam"
    engine: str = "compiled"
    d_hat: int = 5
    L: int = 3
    initial: str = "uniform"

    def points(self) -> tuple[PointSet, PointSet]:
        """Training and validation set."""
        return split(draw(self.law, 2 * SAMPLES, seed=seeds_of(0)["data"]), SAMPLES)

    def net(self) -> Net:
        """The untrained net."""
        if self.initial != "uniform":
            return Configuration(self.law, "StandardNet", self.d_hat, self.L, initial=self.initial).network(0)
        law, seed = LAWS[self.law], seeds_of(0)["net"]
        options: dict[str, Any] = {"activation": self.activation, "lift": self.lift, "seed": seed}
        sizes = law.d, self.d_hat, law.classes, self.L
        if self.scheme == "standard":
            return StandardNet(*sizes, **options)
        return RKNet(*sizes, tableau=self.scheme, h=0.5, **options)

    def protocol(self) -> Protocol:
        """Two epochs."""
        return Protocol(epochs=2, loss=self.loss, optimizer=self.optimizer)

    def train(self) -> tuple[Net, History]:
        """The trained net and its history."""
        net, (train, validation) = self.net(), self.points()
        return net, fit(net, train, validation, self.protocol(), seed=seeds_of(0)["order"], engine=self.engine)


def runs() -> Iterator[tuple[str, Golden]]:
    """Every run by name: one for each entry of each registry, the rest as in the paper's depth study."""
    for law in LAWS:
        yield f"law {law}", Golden(law=law)
    for scheme in ("standard", *(name for name, tableau in TABLEAUS.items() if tableau.explicit)):
        yield f"scheme {scheme}", Golden(scheme=scheme)
    for activation in ACTIVATIONS:
        yield f"activation {activation}", Golden(activation=activation)
    for lift in LIFTS:
        yield f"lift {lift}", Golden(lift=lift)
    for initial in INITIALS:
        yield f"initial {initial}", Golden(scheme="standard", initial=initial)
    for loss in LOSSES:
        for optimizer in OPTIMIZERS:
            yield f"{loss}, {optimizer}", Golden(loss=loss, optimizer=optimizer)
    # The lanes of wide registers: 4, 8 and 16, and columns left over.
    for d_hat in (3, 8, 17):
        yield f"width {d_hat}", Golden(d_hat=d_hat)
    for engine in ("layerwise", "torch"):
        for scheme in ("standard", "rk4"):
            yield f"{engine}, {scheme}", Golden(engine=engine, scheme=scheme)


def measured(run: Golden) -> dict[str, Any]:
    """What a run gives: by the part that decides it, a hash or the validation costs."""
    net, (train, validation) = run.net(), run.points()
    found: dict[str, Any] = {"data": fingerprint(train, validation), "nets": weights_hash(net)}
    trained, history = run.train()
    if run.engine == "compiled":
        curves = (history.train_cost, history.train_accuracy, history.val_cost, history.val_accuracy)
        digest = hashlib.sha256(weights_hash(trained).encode())
        for curve in curves:
            digest.update(np.ascontiguousarray(curve, "<f8").tobytes())
        return {**found, run.engine: digest.hexdigest()}
    return {**found, run.engine: [*history.train_cost.tolist(), *history.val_cost.tolist()]}


def images() -> dict[str, dict[str, str]]:
    """What a repetition draws from the sample of each image set."""
    return {f"images {name}": {"data": fingerprint(*load(name, "sample").repetition(0, SAMPLES))} for name in IMAGES}


def same(old: Any, new: Any) -> bool:
    """Whether two hashes are equal, or two lists of numbers within `TOLERANCE`."""
    if isinstance(old, str):
        return bool(old == new)
    return len(old) == len(new) and all(math.isclose(a, b, rel_tol=TOLERANCE) for a, b in zip(old, new, strict=True))


def faults(old: Mapping[str, Any], new: Mapping[str, Mapping[str, Any]], versions: Mapping[str, int]) -> list[str]:
    """What is wrong with new results beside the recorded ones, a line for each part; empty if nothing is.

    `new` may hold some of the runs only; where it holds all, a part whose version was raised must have changed.
    """
    found, changed = [], dict.fromkeys(versions, False)
    for name in new.keys() & old["runs"].keys():
        for part, result in new[name].items():
            if not same(old["runs"][name][part], result):
                changed[part] = True
                if versions[part] == old["versions"][part]:
                    found.append(
                        f"{part}: the bits of the run {name!r} changed; raise VERSIONS[{part!r}] if that is meant"
                    )
    if new.keys() >= old["runs"].keys():
        found += [
            f"{part}: VERSIONS[{part!r}] was raised, and no bit changed; set it back to {old['versions'][part]}"
            for part, version in versions.items()
            if version != old["versions"][part] and not changed[part]
        ]
    return found


def main(arguments: list[str]) -> int:
    """Check the named runs; without names, check all and record them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="RUN", help="only check this run (default: check and record all)")
    names = parser.parse_args(arguments).names
    if unknown := [name for name in names if name not in dict(runs())]:
        parser.error(f"RUN: must be a run of golden.json, got {unknown[0]!r}")
    new = {name: measured(run) for name, run in runs() if name in names or not names}
    new |= {} if names else images()
    recorded = json.loads(FILE.read_text("utf8")) if FILE.exists() else {"versions": VERSIONS, "runs": {}}
    problems = faults(recorded, new, VERSIONS)
    print("\n".join(problems) or "no bit changed under the same version")
    if not problems and not names:
        FILE.write_text(json.dumps({"versions": VERSIONS, "runs": new}, indent=1) + "\n", "utf8")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
