"""The experiments of the study, declared as they are registered; `rknet run study` knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

from rknet.data.points import Law
from rknet.protocol import OPTIMIZERS, Protocol
from rknet.study.configuration import Configuration
from rknet.study.experiments import (
    ACTIVATIONS_COMPARED,
    LIFTS_COMPARED,
    LOSSES_COMPARED,
    MULTICLASS,
    OPTIMIZERS_COMPARED,
    Experiment,
)
from rknet.study.records import Run
from rknet.study.trial.baselines import CLASSIFIERS, Baseline, BaselineRun
from rknet.study.trial.runs import Trial
from rknet.study.trial.shipped import Shipped, rows, sets_of_many_features

FIRST = 100
"""The first seed; those below were used for trials and for the rest of the book."""

STAGES = {1: range(100, 104), 2: range(104, 108)}
"""The seeds that each of the first two stages adds; those of the third follow from the verdicts: see `stages`."""

EXPONENTS = (-4, -3.5, -3, -2.5, -2, -1.5, -1)
"""Learning rates of the map, as powers of ten."""

NARROW = EXPONENTS[1:-1]
"""Those of the other experiments."""

MAP_DEPTHS = (1, 2, 3, 5, 10, 20, 40, 100)
DEPTHS = (2, 5, 20, 100)
PAPER_SETS = ("donut_1D", "donut_2D", "squares", "spiral", *MULTICLASS)

FAMILIES: dict[str, dict[str, Any]] = {
    "StandardNet": {"net": "StandardNet"},
    "StandardNet, orthogonal": {"net": "StandardNet", "initial": "orthogonal"},
    "ResNet": {"net": "EulerNet", "h": 1.0},
    "EulerNet": {"net": "EulerNet"},
    "RK4Net": {"net": "RK4Net"},
}
"""The nets that are compared on many sets."""

SCHEMES = {"EulerNet": "EulerNet", "HeunNet": "heun", "RK4Net": "RK4Net"}


def trained(exponent: float, epochs: int = 40, loss: str = "cross_entropy", optimizer: str = "adam") -> Protocol:
    """The paper's protocol with the rate 10^exponent, for all its epochs."""
    rate = round(10**exponent, 12)
    return Protocol(epochs=epochs, learning_rate=rate, loss=loss, optimizer=optimizer, stop_early=False)


def _map() -> dict[str, Configuration]:
    nets: dict[str, tuple[dict[str, Any], float | None]] = {
        f"StandardNet, {initial}": ({"net": "StandardNet", "initial": initial}, None)
        for initial in ("uniform", "gain", "orthogonal")
    }
    for name, net in SCHEMES.items():
        nets[f"{name}, h = 0.05"] = {"net": net, "h": 0.05}, None
        nets |= {f"{name}, T = {T}": ({"net": net}, float(T)) for T in (1, 5)}
    nets["RK4Net, T = 0.25"] = {"net": "RK4Net"}, 0.25
    nets["ResNet, h = 1"] = {"net": "EulerNet", "h": 1.0}, None
    return {
        f"{name}, L = {L}, rate 1e{e:g}": Configuration(
            "spiral", d_hat=16, L=L, protocol=trained(e), **of, **({} if T is None else {"h": T / L})
        )
        for (name, (of, T)), L, e in product(nets.items(), MAP_DEPTHS, EXPONENTS)
    }


def _families(
    sets: Mapping[str, tuple[str | Law, int, int]], depths: Iterable[int], epochs: int = 40, only: str = ""
) -> dict[str, Configuration]:
    """Families on sets, given as law, width and number of training samples."""
    return {
        f"{data}, {name}, L = {L}, rate 1e{e:g}": Configuration(
            law, d_hat=d_hat, L=L, samples=samples, protocol=trained(e, epochs), **FAMILIES[name]
        )
        for data, (law, d_hat, samples) in sets.items()
        for name, L, e in product([name for name in FAMILIES if name in (only.split() or FAMILIES)], depths, NARROW)
    }


POINTS: dict[str, tuple[str | Law, int, int]] = {data: (data, 16, 1500) for data in PAPER_SETS}

WIDTHS = {"breast_cancer": 32, "wine": 16, "digits": 64, "ball_20D": 24}
FEATURES: dict[str, tuple[str | Law, int, int]] = {
    name: (law, WIDTHS[name], len(rows(law.name)[0]) // 3 if isinstance(law, Shipped) else 1500)
    for name, law in sets_of_many_features().items()
}


def _widths() -> dict[str, Configuration]:
    return {
        f"{data}, {lift}, d_hat = {d_hat}, L = {L}, rate 1e{e:g}": Configuration(
            data, "RK4Net", d_hat, L, lift=lift, h=5 / L, protocol=trained(e, epochs=80)
        )
        for data, lift, (d_hat, L), e in product(
            ("donut_2D", "squares"), ("zero", "linear"), ((2, 100), (3, 100), (3, 50), (16, 2)), NARROW
        )
    }


def _lifts() -> dict[str, Configuration]:
    return {
        f"{data}, {lift}, d_hat = {d_hat}, rate 1e{e:g}": Configuration(
            data, "RK4Net", d_hat, 20, lift=lift, protocol=trained(e)
        )
        for data, lift, d_hat, e in product(("spiral", "donut_2D_6C"), LIFTS_COMPARED, (3, 16), NARROW)
    }


def _activations() -> dict[str, Configuration]:
    return {
        f"{activation}, rate 1e{e:g}": Configuration("donut_1D", "RK4Net", 16, 20, activation, protocol=trained(e, 60))
        for activation, e in product(ACTIVATIONS_COMPARED, NARROW)
    }


def _methods() -> dict[str, Configuration]:
    """Each optimiser around the rate that the paper's study used."""
    found = {}
    for net, loss, optimizer in product(("StandardNet", "RK4Net"), LOSSES_COMPARED, OPTIMIZERS_COMPARED):
        for step in (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5):
            rate = round(OPTIMIZERS[optimizer][1] * 10**step, 12)
            protocol = Protocol(loss=loss, optimizer=optimizer, learning_rate=rate, stop_early=False)
            label = f"{net}, {loss}, {optimizer}, own rate x 1e{step:g}"
            found[label] = Configuration("spiral_3D", net, 16, 10, protocol=protocol)
    return found


def _baselines() -> dict[str, Configuration]:
    return {
        f"{data}, {name}": Baseline(law, "StandardNet", d_hat, 1, samples=samples, classifier=name)
        for data, (law, d_hat, samples) in {**POINTS, **FEATURES}.items()
        for name in CLASSIFIERS
    }


def _declared(title: str, configurations: dict[str, Configuration]) -> Experiment:
    return Experiment(title, "not in the paper", configurations, repetitions=4)


TRIALS: dict[str, Experiment] = {
    "study-map": _declared("accuracy over depth and rate on the spiral", _map()),
    "study-sets": _declared("five nets on the paper's ten sets", _families(POINTS, DEPTHS)),
    "study-long": _declared("two nets for 160 epochs", _families(POINTS, (2, 5), 160, "StandardNet ResNet")),
    "study-width": _declared("widths at equal parameters", _widths()),
    "study-methods": _declared("losses and optimisers, each with its own rate", _methods()),
    "study-activation": _declared("activations, each with its own rate", _activations()),
    "study-baselines": _declared("five classifiers of scikit-learn", _baselines()),
    "study-features": _declared("five nets on sets of many features", _families(FEATURES, DEPTHS[:3])),
    "study-lift": _declared("four lifts, each with its own rate", _lifts()),
}
"""Every experiment of the study by name, in the order in which a seed is run."""

KINDS: dict[str, type[Run]] = {"study-baselines": BaselineRun}
"""How runs are made that are not trainings of nets."""


def runs_of(name: str, seeds: Iterable[int] | None = None) -> list[Run]:
    """The runs of an experiment of the study, by default of its first stage, seed after seed."""
    kind, seeds = KINDS.get(name, Trial), list(STAGES[1] if seeds is None else seeds)
    return [kind(name, row, of, seed) for seed in seeds for row, of in TRIALS[name].rows.items()]
