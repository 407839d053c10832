"""What is defined outside the library works like what is built in: laws, schemes, activations, lifts, engines."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.base import clone

from rknet import ACTIVATIONS, LAWS, LIFTS, TABLEAUS, Protocol, RKNet, Tableau, contract, draw, fit, split
from rknet.data.points import Law, Sample
from rknet.engines.compiled.engine import Compiled
from rknet.engines.layerwise.engine import Layerwise
from rknet.engines.plain import Plain
from rknet.estimator import RKNetClassifier
from rknet.hashes import weights_hash
from rknet.identity import computes
from rknet.lifts import Lift
from rknet.nets import Net
from rknet.study import records
from rknet.study.configuration import Configuration
from rknet.study.records import Run
from rknet.study.runner import sweep
from rknet.study.store import Store
from rknet.tableaus import EULER, RK4


@dataclass(frozen=True)
class Halves(Law):
    """Left and right."""

    d: int = 2
    classes: int = 2
    noise: float = 0.1

    def clean(self, rng: np.random.Generator, N: int) -> Sample:
        X = rng.uniform(-1, 1, (N, 2))
        return X, (X[:, 0] > 0).astype(np.int64)


class Repeated(Lift):
    """Coordinates beyond d repeat the first ones."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x, x[:, : self.d_hat - self.d]], 1)


def swish(x: torch.Tensor) -> torch.Tensor:
    """x logistic(x)."""
    return x * torch.sigmoid(x)


MINE = Tableau("mine", [[], ["2/5"]], ["-1/4", "5/4"])
SIZES = {"d_hat": 3, "L": 2, "protocol": Protocol(epochs=1), "samples": 20}


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Configuration:
    """A configuration of names that the test has registered."""
    for registry, value in ((LAWS, Halves()), (TABLEAUS, MINE), (ACTIVATIONS, swish), (LIFTS, Repeated)):
        monkeypatch.setitem(registry, "mine", value)
    return Configuration("mine", "mine", activation="mine", lift="mine", **SIZES)


def test_what_is_registered_is_what_it_stands_for(registered: Configuration) -> None:
    """By name or as such, a configuration is the same, and every net that it makes computes the same."""
    given = Configuration(Halves(), MINE, activation=swish, lift=Repeated, **SIZES)
    assert registered == given and registered.plain() == given.plain()
    net, points = registered.network(0), registered.points(0)[1]
    assert isinstance(net, RKNet) and net.tableau == MINE and net.sigma is swish and type(net.lift) is Repeated
    assert registered.evaluations == 4 and registered.parameters == sum(p.numel() for p in net.parameters())
    np.testing.assert_array_equal(net.flow(points.X)[0], np.column_stack([points.X, points.X[:, 0]]))


def test_plain_values_tell_what_is_defined_elsewhere_apart(registered: Configuration) -> None:
    """A record states entries and numbers, and a digest of values; JSON gives them back."""
    plain = registered.plain()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["net"] == {"A": [["0", "0"], ["2/5", "0"]], "beta": ["-1/4", "5/4"]}
    assert (plain["data"]["law"], plain["data"]["noise"]) == ("Halves", 0.1)
    others = {
        "data": Halves(noise=0.2),
        "net": Tableau("mine", [[], ["1/2"]], [0, 1]),
        "activation": lambda x: 1.001 * swish(x),
        "lift": type("Repeated", (Repeated,), {"forward": lambda self, x: -Repeated.forward(self, x)}),
    }
    for name, other in others.items():
        assert replace(registered, **{name: other}).plain()[name] != plain[name], name


def test_other_processes_know_what_is_registered(
    registered: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes that have registered nothing compute the runs of a registered experiment."""
    rows = {"short": replace(registered, L=1), "wide": replace(registered, L=1, d_hat=4)}
    monkeypatch.setattr(records, "WIDE", 4)
    runs = [Run("own", row, configuration, 0) for row, configuration in rows.items()]
    store = Store(tmp_path)
    assert sweep(runs, store, n_jobs=2, progress=False).computed == 2
    for run in runs:
        found = store.find(run)
        assert found.current and found.record is not None
        assert found.record["results"]["weights"] == weights_hash(run.configuration.train(0)[0])


def test_an_activation_registered_late_is_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Engines and the cache know the library's own activations, and no other by its name alone."""
    monkeypatch.setitem(ACTIVATIONS, "mine", swish)
    net = RKNet(2, 2, 2, 2, tableau="rk4", activation="mine")
    assert computes(net) is None
    assert all(engine.obstacle(net, Protocol()) for engine in (Compiled, Layerwise))


@pytest.mark.parametrize("scheme", ["heun", Tableau("mine", [[], ["2/5"]], ["-1/4", "5/4"])])
def test_a_new_scheme_trains_in_the_compiled_engine(scheme: str | Tableau) -> None:
    """No list of nets needs it."""
    net, history = Configuration("squares", scheme, **SIZES).train(0)
    assert history.engine == "compiled" and isinstance(net, RKNet)


def test_the_paper_s_nets_are_schemes() -> None:
    """Its names, the names of schemes and tableaus mean the same, and state the paper's name."""
    for name, given in {"StandardNet": ["standard"], "EulerNet": ["euler", EULER], "RK4Net": ["rk4", RK4]}.items():
        for scheme in [name, *given]:
            assert Configuration("squares", scheme, **SIZES).plain()["net"] == name


def test_the_estimator_takes_them(registered: Configuration) -> None:
    """By name or as such, cloned, it is the same classifier."""
    points = draw(Halves(), 40)
    given = {"tableau": MINE, "activation": swish, "lift": Repeated}
    fitted = [
        clone(RKNetClassifier(d_hat=3, L=2, epochs=1, random_state=0, **parameters)).fit(points.X, points.c)
        for parameters in (given, dict.fromkeys(given, "mine"))
    ]
    np.testing.assert_array_equal(*(model.predict_proba(points.X) for model in fitted))


class Slow(Plain):
    """An engine that refuses deep nets."""

    @classmethod
    def obstacle(cls, net: Net, protocol: Protocol) -> str | None:
        return "the net is deep" if net.L > 2 else None


@pytest.mark.parametrize("entry", [Slow, f"{__name__}:Slow"])
def test_fit_takes_the_first_engine_without_an_obstacle(entry: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A registered engine, or where one is found, is tried in its turn, and asked for by its name."""
    monkeypatch.setattr(contract, "ENGINES", {"slow": entry, **contract.ENGINES})
    sets, once = split(draw("squares", 20), 10), Protocol(epochs=1)
    assert fit(RKNet(2, 2, 2, 2, tableau="rk4"), *sets, once).engine == "slow"
    assert fit(RKNet(2, 2, 2, 3, tableau="rk4"), *sets, once).engine == "compiled"
    with pytest.raises(ValueError, match="engine: must be .* got 'slow', but the net is deep; pass engine='auto'"):
        fit(RKNet(2, 2, 2, 3, tableau="rk4"), *sets, once, engine="slow")
    with pytest.raises(ValueError, match="choose from auto, slow, layerwise, compiled, torch"):
        fit(RKNet(2, 2, 2, 3, tableau="rk4"), *sets, once, engine="quick")
