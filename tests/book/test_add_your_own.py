"""The page "Add your own" does what it says: its cells are run once, in order, and what they leave is compared."""

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import jupytext
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from scipy.special import softmax

import rknet
from rknet import ACTIVATIONS, LAWS, LIFTS, TABLEAUS, Protocol, RKNet, draw, fit, identity, split
from rknet.adjoint.rightsides import SLOPES
from rknet.adjoint.steps import Step
from rknet.data.points import Law
from rknet.engines.compiled.engine import Compiled
from rknet.engines.layerwise.engine import Layerwise
from rknet.lifts import Lift, MatrixLift
from rknet.protocol import OPTIMIZERS
from rknet.study.cache import _own
from rknet.study.configuration import Configuration
from rknet.study.experiments import EXPERIMENTS
from rknet.variants.splittings import SPLITTINGS, HamiltonianNet

PAGE = Path(__file__).parents[2] / "book" / "chapters" / "add_your_own.py"
TABLES = (ACTIVATIONS, LAWS, LIFTS, TABLEAUS, SLOPES, OPTIMIZERS, EXPERIMENTS, SPLITTINGS)

SINGLE = 2e-4
"""Largest difference of weights of order one after 240 steps by two engines, whose sums differ in the last bit of
single precision, 1e-7: steps of Adam magnify it where a gradient is almost zero."""


@pytest.fixture(scope="module")
def page() -> Iterator[SimpleNamespace]:
    """What the page has defined and printed; the library's tables are restored afterwards."""
    before, said = [dict(table) for table in TABLES], io.StringIO()
    names: dict = {"__name__": "__main__"}
    with contextlib.redirect_stdout(said):
        for cell in jupytext.read(PAGE).cells:
            if cell.cell_type == "code":
                exec(compile(cell.source, PAGE.name, "exec"), names)
    yield SimpleNamespace(**names, said=said.getvalue().splitlines())
    plt.close("all")
    for table, entries in zip(TABLES, before, strict=True):
        table.clear()
        table.update(entries)


def test_the_scheme_trains_alike_in_every_engine(page: SimpleNamespace) -> None:
    weights = {engine: page.trained[engine].K.detach().numpy() for engine in ("compiled", "layerwise", "torch")}
    untrained = RKNet(2, 8, 2, L=5, tableau="ssp3").K.detach().numpy()
    assert np.abs(weights["torch"] - untrained).max() > 100 * SINGLE
    for engine in ("compiled", "layerwise"):
        np.testing.assert_allclose(weights[engine], weights["torch"], rtol=0, atol=SINGLE)


def test_the_scheme_is_the_textbook_s(page: SimpleNamespace) -> None:
    """Shu and Osher's form: three Euler steps and their averages."""
    net, x = page.trained["torch"].double(), torch.randn(4, 8, dtype=torch.float64)
    K, b = net.K[0], net.b[0]
    euler = lambda y: y + net.h * net.f(K, b, y)  # noqa: E731
    one = euler(x)
    two = 3 / 4 * x + 1 / 4 * euler(one)
    torch.testing.assert_close(net.layer(K, b, x), 1 / 3 * x + 2 / 3 * euler(two), rtol=0, atol=1e-14)
    assert TABLEAUS["ssp3"].order == 3


def test_the_implicit_scheme_and_the_splitting_have_their_orders(page: SimpleNamespace) -> None:
    """Lobatto IIIC has order 2 and R(-inf) = 0; Yoshida's error, against 512 steps, falls like h^6."""
    lobatto = TABLEAUS["lobatto3c"]
    assert (lobatto.order, page.implicit["torch"].tableau) == (2, lobatto)
    assert abs(lobatto.stability(-1e8)) < 1e-7
    assert page.hamiltonian["torch"].splitting == SPLITTINGS["yoshida6"]
    net = HamiltonianNet(2, 8, 2, 1, splitting="yoshida6").double()
    x = torch.full((1, 8), 0.7, dtype=torch.float64)
    K, b, errors = net.K[0].detach(), net.b[0].detach(), {}
    for L in (512, 4, 8):
        net.h, y = 4 / L, x
        for _ in range(L):
            y = net.layer(K, b, y)
        errors[L] = (y - errors.setdefault(0, y)).norm()
    assert abs(torch.log2(errors[4] / errors[8]) - 6) < 0.1


def test_the_point_set_is_a_diamond(page: SimpleNamespace) -> None:
    points = draw("diamond", 4000, noise=0.0)
    assert ((np.abs(points.X).sum(axis=1) < 3) == (points.c == 0)).all()
    # Its area is 2 * 3^2 of 8^2; four standard deviations of the share in 4000 draws.
    assert abs((points.c == 0).mean() - 18 / 64) < 4 * np.sqrt(18 / 64 * 46 / 64 / 4000)


def test_engines_train_or_state_the_obstacle(page: SimpleNamespace) -> None:
    lines = [line.split(": ", 1) for line in page.said if ": " in line]
    refused = [(engine.strip(), said.partition(";")[0]) for engine, said in lines if "pass engine" in said]
    assert refused == [
        *(
            (engine, f"the net is a {kind} with changes of its own")
            for kind in ("AdjointNet", "HamiltonianNet")
            for engine in ("layerwise", "compiled")
        ),
        *((engine, "the lift is a WithSquares") for engine in ("layerwise", "compiled")),
        *((engine, "sigma is from elsewhere") for engine in ("layerwise", "compiled")),
        *((engine, "the lift is a WithSquares") for engine in ("layerwise", "compiled")),
        ("layerwise", "it does not know weight_decay and schedule"),
    ]
    trained = [engine.strip() for engine, said in lines if said.startswith("validation cost")]
    assert trained == ["layerwise", "compiled", *["torch"] * 6, "compiled", "torch"]


def test_the_slope_is_autograd_s(page: SimpleNamespace) -> None:
    z = torch.linspace(-6, 6, 101, dtype=torch.float64, requires_grad=True)
    f = ACTIVATIONS["softsign"](z)
    (slope,) = torch.autograd.grad(f.sum(), z)
    torch.testing.assert_close(SLOPES["softsign"](f), slope, rtol=0, atol=1e-15)
    assert page.said.count("the adjoint's gradient is autograd's: True") == 1


@pytest.mark.parametrize("engine", ["layerwise", "torch"])
def test_the_optimiser_moves_every_weight_by_the_rate(page: SimpleNamespace, engine: str) -> None:
    net = RKNet(2, 8, 2, L=5, tableau="ssp3")
    train, validation = split(draw("diamond", 20), 5)
    before = net.K.detach().clone()
    fit(net, train, validation, Protocol(epochs=1, optimizer="sign"), engine=engine, progress=False)
    moved = (net.K.detach() - before).abs()
    # Weights of at most 0.4 are rounded to 3e-8.
    assert ((moved - 3e-3).abs() < 1e-7).float().mean() > 0.9
    assert (moved < 3e-3 + 1e-7).all()


def test_two_processes_have_computed_the_experiment(page: SimpleNamespace) -> None:
    assert (page.summary.computed, page.summary.found, page.summary.lost) == (4, 0, ())
    run = next(run for run in page.records if run.row == "ssp3")
    net, history = run.configuration.train(run.seed)
    torch.testing.assert_close(
        history.val_cost[-1], page.records[run]["results"]["final"]["val_cost"], rtol=1e-4, atol=0
    )
    stated = page.records[run]["run"]["configuration"]
    assert (stated["data"]["law"], stated["data"]["radius"], stated["lift"]["lift"]) == ("Diamond", 3.0, "WithSquares")
    assert stated["protocol"]["optimizer"]["optimizer"] == "sign"


def test_the_figure_shows_a_net_that_has_learnt_the_diamond(page: SimpleNamespace) -> None:
    points = draw("diamond", 2000, seed=1)
    assert (page.net.predict(points.X) == points.c).mean() > 0.85


# ---- what is not shipped is never mistaken for what is


class Halved(MatrixLift):
    """A lift of one frozen matrix, and with a bias of its own no longer."""

    def __init__(self, d: int, d_hat: int, rng: np.random.Generator, bias: bool = False) -> None:
        super().__init__(d, d_hat, rng)
        self.register_buffer("matrix", torch.eye(d_hat, d) / 2)


class Shifted(Halved):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) + 1


@dataclass(frozen=True)
class Halves(Law):
    d: int = 2
    classes: int = 2
    noise: float = 0.0

    def clean(self, rng: np.random.Generator, N: int) -> tuple:
        X = rng.standard_normal((N, self.d))
        return X, (X[:, 0] > 0).astype(np.int64)


def net_of(lift: type[Lift] | str = "zero", **arguments: object) -> RKNet:
    return RKNet(2, 3, 2, 2, tableau="heun", lift=lift, **arguments)


def test_the_compiled_engine_takes_any_lift_of_one_matrix_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "ORIGINAL", dict(identity.ORIGINAL))
    for lift in (Halved, Shifted):
        assert Compiled.obstacle(net_of(lift), Protocol()) == f"the lift is a {lift.__name__}"
        identity.known(lift)
    assert Compiled.obstacle(net_of(Shifted), Protocol()) == "the lift is a Shifted"
    net, X = net_of(Halved), np.array([[1.0, -2.0]])
    assert Compiled.obstacle(net, Protocol()) is None
    # Two layers of sums of at most 5 terms of order one, in single precision.
    np.testing.assert_allclose(softmax(Compiled(net, Protocol()).logits(X), axis=1), net.predict_proba(X), atol=1e-6)


def test_a_step_takes_the_net_s_activation_and_not_its_namesake() -> None:
    def tanh(z: torch.Tensor) -> torch.Tensor:
        return z.clamp(-1, 1)

    net, y = net_of(activation=torch.sigmoid), torch.full((1, 3), 0.4)
    u = net.K[0].detach()[None], net.b[0].detach()[None]
    torch.testing.assert_close(Step.of(net)(u, y)[0], net.layer(net.K[0], net.b[0], y).detach(), rtol=0, atol=1e-6)
    assert Layerwise.obstacle(net_of(activation=tanh), Protocol()) == "sigma is from elsewhere"
    with pytest.raises(ValueError, match="net: must have the layers of StandardNet or RKNet"):
        Step.of(net_of(activation=tanh))


def test_nets_with_parts_of_others_are_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPTIMIZERS, "other", OPTIMIZERS["sgd"])
    assert _own(net_of(), Protocol())
    assert not _own(net_of(Halved), Protocol())
    assert not _own(net_of(activation=torch.sin), Protocol())
    assert not _own(net_of(), Protocol(optimizer="other"))


def test_a_record_tells_apart_two_optimisers_of_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def stated(kind: type[torch.optim.Optimizer]) -> object:
        monkeypatch.setitem(OPTIMIZERS, "other", (kind, 0.1))
        return Configuration("spiral", "rk4", 3, 2, protocol=Protocol(optimizer="other")).plain()["protocol"]

    assert stated(torch.optim.SGD) == stated(torch.optim.SGD) != stated(torch.optim.Adam)


def blocks(language: str) -> list[str]:
    """The page's blocks of a language."""
    text = "\n".join(line.removeprefix("#").removeprefix(" ") for line in PAGE.read_text("utf8").splitlines())
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def learn(package: Path, diff: str) -> None:
    """Apply a diff of the page to a copy of the library; each hunk names its file and fits one place of it."""
    for hunk in diff.removeprefix("@@ ").split("\n@@ "):
        name, *lines = hunk.splitlines()
        old, new = ("".join(f"{line[1:]}\n" for line in lines if line[0] in kept) for kept in (" -", " +"))
        source = (package / name).read_text("utf8")
        assert source.count(old) == 1, old
        (package / name).write_text(source.replace(old, new), "utf8")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the library."""
    ignored = shutil.ignore_patterns("__pycache__", "*.xz")
    return shutil.copytree(Path(rknet.__file__).parent, tmp_path / "rknet", ignore=ignored)


def test_the_compiled_engine_learns_the_activation(package: Path) -> None:
    """The page's diff, applied to a copy of the library, and gradients by autograd."""
    learn(package, blocks("diff")[0])
    code = """
import numpy as np, torch
from rknet import PointSet, Protocol, RKNet, fit
from rknet.engines.compiled.engine import Compiled
net = RKNet(2, 3, 2, 2, tableau="heun", h=0.5, activation="softsign")
x, c = torch.randn(5, 2, generator=torch.Generator().manual_seed(0)), torch.tensor([0, 1, 1, 0, 1])
found = Compiled(net, Protocol()).gradients(x.numpy(), c.numpy())
torch.nn.functional.cross_entropy(net(x), c).backward()
# Sums of twenty terms of order one in single precision.
for name, gradient in found.items():
    np.testing.assert_allclose(gradient, net.get_parameter(name).grad.numpy(), rtol=0, atol=1e-6)
points, once = PointSet(x.numpy(), c.numpy(), 2), Protocol(epochs=1, optimizer="sgd")
fit(net, points, points, once, engine="layerwise", progress=False)
# One step of rate 0.1 against the gradients above.
np.testing.assert_allclose(
    (RKNet(2, 3, 2, 2, tableau="heun").K - net.K).detach().numpy() / 0.1, found["K"], rtol=0, atol=1e-5
)
"""
    paths = {"PYTHONPATH": str(package.parent), "NUMBA_CACHE_DIR": str(package.parent)}
    subprocess.run([sys.executable, "-c", code], env=os.environ | paths, cwd=package.parent, check=True)


def learn_view(package: Path) -> Path:
    """The page's view in a copy of the library."""
    view = package / "playground" / "src" / "views" / "gain.mjs"
    view.write_text(blocks("javascript")[0], "utf8")
    learn(package, blocks("diff")[1])
    return view


def test_the_view_paints_the_gain(package: Path, node: Callable[..., str]) -> None:
    code = """
const { paintGain } = await import(process.argv[1]), heights = [];
const pen = new Proxy({}, { get: (_, name) => (...values) => {
  if (name === "moveTo" || name === "lineTo") heights.push(values[1]);
}, set: () => true });
const history = { train_accuracy: [0.5, 0.5, 1], val_accuracy: [0.25, 0.5, 0.75] };
const state = { snapshot: { history }, configuration: { net: "RKNet", scheme: "rk4" }, theme: {} };
paintGain(state, pen, 300, 118);
console.log(JSON.stringify(heights.slice(-6)));
"""
    painted = json.loads(node("--input-type=module", "--eval", code, learn_view(package).as_uri()))
    # The axis runs from -0.5 at height 100 to 1 at height 20.
    gains = [0, 0, 0.5, 0, 0.25, 0.5]
    assert painted == pytest.approx([100 - 80 * (gain + 0.5) / 1.5 for gain in gains])


def test_the_view_has_its_place_and_types(
    package: Path, node: Callable[..., str], npm_package: Callable[[str], Path]
) -> None:
    compiler, source = npm_package("typescript") / "bin" / "tsc", learn_view(package).parent.parent
    options = "--allowJs --checkJs --noEmit --strict --noUnusedLocals --target esnext --module esnext"
    options += " --moduleResolution bundler --resolveJsonModule --lib esnext,dom"
    node(compiler, *options.split(), source / "main.mjs")
