"""Sizes, types and labels are held against one another before compiled code or an optimiser sees them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from rknet import Net, PointSet, Protocol, RK4Net, RKNet, StandardNet, draw, fit, split
from rknet.convolution import ConvolutionalRKNet
from rknet.engines.compiled.engine import Compiled
from rknet.engines.compiled.kernels import Weights, Workspace
from rknet.engines.compiled.updates import CODES, Rule
from rknet.engines.layerwise import cpu as streams

ENGINES = ("auto", "compiled", "layerwise", "torch")
SINGLE = 2e-5
"""Float32 costs after an epoch by different engines: rounding, amplified by a hundred steps."""
MUTANTS = Path(__file__).parent / "runs" / "mutants.py"


def net(**options: object) -> RK4Net:
    """A small net with a matrix in its lift."""
    return RK4Net(2, 3, 2, 2, lift="linear", **options)


def points() -> list[PointSet]:
    """Training and validation points for it."""
    return list(split(draw("donut_2D", 60), 30))


def changed(name: str, change: Callable[[torch.Tensor], torch.Tensor]) -> RK4Net:
    """The net with a changed weight in the place of another."""
    of = net()
    setattr(of, name, nn.Parameter(change(getattr(of, name).detach())))
    return of


def lifted(matrix: torch.Tensor) -> RK4Net:
    """The net with another matrix in its lift."""
    of = net()
    of.lift.matrix = matrix
    return of


def no_weight() -> RK4Net:
    """The net without a weight."""
    of = net()
    of.mu = None
    return of


def backwards() -> RK4Net:
    """The net with a step size that is none."""
    of = net()
    of.h = float("nan")
    return of


REFUSED = {
    "K with too many layers": (lambda: changed("K", lambda K: torch.cat([K] * 10)), r"b must have shape \(20, 3\)"),
    "too wide K": (lambda: changed("K", lambda K: torch.cat([K] * 10, 2)), r"K must have shape \(2, 3, 3\).*2, 3, 30"),
    "empty K": (lambda: changed("K", lambda K: K[:0]), r"K must have shape \(0, 3, 3\)"),
    "too short b": (lambda: changed("b", lambda b: b[:1]), r"b must have shape \(2, 3\).* got \(1, 3\)"),
    "too narrow b": (lambda: changed("b", lambda b: b[:, :1]), r"b must have shape \(2, 3\).* got \(2, 1\)"),
    "too wide W": (
        lambda: changed("W", lambda W: torch.cat([W] * 9, 1)),
        r"W must have shape \(2, 3\).* got \(2, 27\)",
    ),
    "too long W": (lambda: changed("W", lambda W: torch.cat([W] * 9)), r"W must have shape \(2, 3\).* got \(18, 3\)"),
    "too long mu": (lambda: changed("mu", lambda mu: torch.cat([mu] * 9)), r"W must have shape \(18, 3\)"),
    "scalar mu": (lambda: changed("mu", lambda mu: mu[0]), "mu must be an array, got Parameter"),
    "no mu": (no_weight, "mu must be an array, got None"),
    "too wide lift": (
        lambda: lifted(torch.ones(3, 50)),
        r"matrix must have shape \(d_hat, d\) = \(3, 2\), got \(3, 50\)",
    ),
    "double lift": (lambda: lifted(torch.ones(3, 2).double()), r"one precision on one device, got .*lift.matrix.*64"),
    "step size": (backwards, "h: must be a finite number > 0, got nan"),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("make, rule", REFUSED.values(), ids=REFUSED)
def test_arrays_of_a_net_that_disagree(make: Callable[[], Net], rule: str, engine: str) -> None:
    """Every engine refuses them alike, and before it changes anything."""
    of = make()
    before = {name: tensor.clone() for name, tensor in of.state_dict().items()}
    with pytest.raises(ValueError, match=rf"(?s){rule}.*; \w+"):
        fit(of, *points(), Protocol(epochs=1), engine=engine)
    assert all(torch.equal(before[name], tensor) for name, tensor in of.state_dict().items())


@pytest.mark.parametrize("name", ["L", "classes"])
def test_sizes_are_those_of_the_arrays(name: str) -> None:
    """They cannot be set to anything else, and follow the arrays."""
    of = net()
    with pytest.raises(AttributeError):
        setattr(of, name, 1)
    of.K, of.b = nn.Parameter(torch.cat([of.K] * 5)), nn.Parameter(torch.cat([of.b] * 5))
    of.W, of.mu = nn.Parameter(torch.cat([of.W] * 2)), nn.Parameter(torch.cat([of.mu] * 2))
    assert (of.L, of.classes) == (10, 4) == (of.architecture["L"], of.architecture["classes"])


def test_a_deeper_net_trains_like_one_built_so() -> None:
    """Weights that agree may replace those of the constructor, in every engine."""
    for engine in ENGINES[1:]:
        grown, built = net(seed=1), RK4Net(2, 3, 2, 5, lift="linear", seed=1)
        grown.K, grown.b, grown.W, grown.mu = (
            nn.Parameter(getattr(built, k).detach().clone()) for k in ["K", "b", "W", "mu"]
        )
        found, expected = (fit(of, *points(), Protocol(epochs=1), engine=engine) for of in (grown, built))
        np.testing.assert_array_equal(found.train_cost, expected.train_cost)
        assert all(
            torch.equal(a, b) for a, b in zip(grown.state_dict().values(), built.state_dict().values(), strict=True)
        )


def test_the_scheme_can_be_replaced() -> None:
    """The coefficients are those of the scheme that the net has now, and an implicit one is refused."""
    of, euler = net(), RKNet(2, 3, 2, 2, tableau="euler", lift="linear")
    of.tableau = "euler"
    X = points()[0].X
    np.testing.assert_array_equal(of.flow(X), euler.flow(X))
    np.testing.assert_allclose(Compiled(of, Protocol()).states(X), euler.flow(X), rtol=0, atol=1e-6)  # float32 rounding
    with pytest.raises(ValueError, match="tableau: must be explicit, got .*'implicit midpoint'"):
        of.tableau = "implicit_midpoint"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("label", [-1, 2, 10**9])
def test_labels_changed_in_place(label: int, engine: str) -> None:
    """A label that is no class is found although the points were checked when they were made."""
    train, validation = points()
    validation.c[-1] = label
    with pytest.raises(ValueError, match=rf"validation\.c: must lie in 0\.\.1 .*{label}.*; relabel"):
        fit(net(), train, validation, Protocol(epochs=1), engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_points_changed_in_place(engine: str) -> None:
    """An entry that is not finite, too."""
    train, validation = points()
    train.X[3, 1] = np.inf
    with pytest.raises(ValueError, match=r"train\.X: must be finite, got 1 entries.*; drop"):
        fit(net(), train, validation, Protocol(epochs=1), engine=engine)


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.int64])
def test_a_batch_of_numpys_size(kind: type) -> None:
    """The batch size is kept as a whole number of Python's, whose products do not overflow."""
    protocol = Protocol(batch_size=kind(120), epochs=1)
    assert type(protocol.batch_size) is int
    train, validation = split(draw("donut_2D", 400), 200)
    found = fit(net(), train, validation, protocol, engine="compiled")
    expected = fit(net(), train, validation, protocol, engine="torch")
    np.testing.assert_allclose(found.train_cost, expected.train_cost, rtol=SINGLE)


def test_a_subclass_may_have_weights_of_its_own_shape() -> None:
    """A layer of one's own decides what it reads; the convolution's filters are checked as what they are."""

    class Diagonal(StandardNet):
        def f(self, K: torch.Tensor, b: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            return self.sigma(K * y + b)

    of = Diagonal(2, 3, 2, 2)
    of.K = nn.Parameter(torch.ones(2, 3))
    assert fit(of, *points(), Protocol(epochs=1)).engine == "torch"
    filters = ConvolutionalRKNet((1, 1, 2), 2, 2, 2, tableau="euler")
    assert fit(filters, *points(), Protocol(epochs=1)).engine == "torch"
    filters.W = nn.Parameter(torch.ones(2, 5))
    with pytest.raises(ValueError, match=r"net: W must have shape \(2, 4\)"):
        fit(filters, *points(), Protocol(epochs=1))


@pytest.mark.parametrize("name, value", [("border", 1), ("image", (1, 2, 1)), ("shape", (3, 1, 2)), ("d_hat", 6)])
def test_shapes_of_images_that_disagree(name: str, value: object) -> None:
    """What a lift of images was built with cannot change by itself."""
    of = ConvolutionalRKNet((1, 1, 2), 2, 2, 2, tableau="euler")
    setattr(of.lift, name, value)
    with pytest.raises(ValueError, match=r"lift: must make .*; build a new lift"):
        fit(of, *points(), Protocol(epochs=1))


# The gate before compiled code.


def spoilt(array: np.ndarray) -> list[np.ndarray]:
    """What is too short, of another type, or in another order in memory."""
    every_second = np.repeat(array, 2, axis=-1)[..., ::2]
    return [array[:-1], array.astype(np.float16), *([array[..., :-1].copy(), every_second] if array.size > 1 else [])]


@pytest.mark.parametrize("field", Workspace._fields)
def test_working_memory(field: str) -> None:
    """Each array of the working memory is held, as what it must be."""
    of, train = Compiled(net(), Protocol()), points()[0]
    memory = of._training
    for array in spoilt(getattr(memory, field)):
        of._training = memory._replace(**{field: array})
        with pytest.raises(ValueError, match=r"must be a C-contiguous array|must have sizes of at least 1"):
            of.epoch(train.X, train.c, np.arange(30))


@pytest.mark.parametrize("part", ["weights", "m", "v"])
@pytest.mark.parametrize("field", Weights._fields)
def test_weights_and_moments(field: str, part: str) -> None:
    """Each array of weights and moments is held."""
    of, train = Compiled(net(), Protocol()), points()[0]
    weights, (m, v) = of.weights, of.moments
    original = {"weights": weights, "m": m, "v": v}[part]
    for array in spoilt(getattr(original, field)):
        changed = original._replace(**{field: array})
        of.weights = changed if part == "weights" else weights
        of.moments = [changed if part == "m" else m, changed if part == "v" else v]
        with pytest.raises(ValueError, match=r"must be a C-contiguous array|must have sizes of at least 1"):
            of.epoch(train.X, train.c, np.arange(30))


def test_samples_of_the_engine() -> None:
    """Samples, labels and their order are held for each pass."""
    of, train = Compiled(net(), Protocol()), points()[0]
    order = np.arange(30)
    for X, c, rows in (
        (train.X[:, :1], train.c, order),
        (train.X, train.c[:-1], order),
        (train.X, train.c + 1, order),
        (train.X, train.c - 1, order),
        (train.X, train.c.astype(np.int32), order),
        (train.X, train.c, order + 1),
        (train.X, train.c, order - 1),
        (train.X, train.c, order.astype(float)),
    ):
        with pytest.raises(ValueError, match="must be a C-contiguous array|must lie in"):
            of.epoch(X, c, rows)
    with pytest.raises(ValueError, match="c: must lie in 0..1, got 0..7; "):
        of.statistics(train.X, np.where(order == 4, 7, train.c))


def test_layers_of_the_streamed_loops() -> None:
    """Weights, samples and moments must fit one another."""
    K, y = torch.zeros(8, 8), torch.zeros(3, 8)
    rule = Rule(CODES["adam"], 0.1, False, False, np.ones(2))
    for call in (
        lambda: streams.product(K, y.double()),
        lambda: streams.product(K, torch.zeros(3, 40)),
        lambda: streams.product(K.T[:, :4].T[:, ::2], y),
        lambda: streams.product(K[:0], y),
        lambda: streams.transposed_product(K, torch.zeros(3, 40)),
        lambda: streams.update(rule, K, K.clone(), K[:4].clone(), y, y),
        lambda: streams.update(rule, K, K[:, :4].clone(), K.clone(), y, y),
        lambda: streams.update(rule, K, K.clone(), K.clone(), y[:, :3], y),
        lambda: streams.update(rule, K, K.clone(), K.clone(), y, y[:2]),
        lambda: streams.update(rule, K, K.clone(), K.clone(), y, y[:, :5]),
    ):
        with pytest.raises(ValueError, match="must be a C-contiguous array .*; build the engine anew"):
            call()


def test_changed_nets_and_points_in_a_process_of_their_own() -> None:
    """Whatever is changed, every engine refuses it alike or finds the costs of plain PyTorch, and no process dies."""
    done = subprocess.run([sys.executable, str(MUTANTS), "40"], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, (done.returncode, done.stdout[-300:], done.stderr[-3000:])
    trained = 0
    for line in done.stdout.splitlines():
        said = json.loads(line)
        reference = said["torch"]
        for engine in ("compiled", "layerwise"):
            if isinstance(reference, list):
                own_obstacle = isinstance(said[engine], str) and said[engine].startswith("engine: must be 'auto' or")
                assert own_obstacle or np.allclose(said[engine], reference, rtol=SINGLE), said
            else:
                assert said[engine] == reference, said
                assert ": must" in reference or "must have" in reference, said
                assert "; " in reference, said
        trained += isinstance(reference, list)
    assert trained >= 5, "too few of the changed nets make sense"
