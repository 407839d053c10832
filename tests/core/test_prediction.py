"""Prediction and statistics: in batches, without a layer kept, and with no answer made up where there is none."""

from __future__ import annotations

import functools
import weakref
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from rknet import ConvolutionalRKNet, Net, PointSet, Protocol, RK4Net, StandardNet, draw, prediction
from rknet.engines.compiled.engine import Compiled
from rknet.engines.layerwise.engine import Layerwise
from rknet.engines.plain import Plain, evaluate
from rknet.estimator import RKNetClassifier

ROUNDING = 1e-5
"""Single precision: a product of many rows is added up in another order than that of a few."""


class Live(TorchDispatchMode):
    """Counts the bytes of all tensors that operations have made and nobody has given up, and the most at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.most = 0
        self.users: Counter[int] = Counter()

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = function(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            if isinstance(tensor, torch.Tensor):
                memory = tensor.untyped_storage()
                place, size = memory.data_ptr(), memory.nbytes()
                self.now += 0 if self.users[place] else size
                self.users[place] += 1
                weakref.finalize(tensor, self.give_up, place, size)
        self.most = max(self.most, self.now)
        return result

    def give_up(self, place: int, size: int) -> None:
        """A tensor is gone, and its memory with the last one that used it."""
        self.users[place] -= 1
        self.now -= 0 if self.users[place] else size


def peak(call: Callable[[], Any]) -> int:
    """The most bytes of tensors at any time during a call."""
    with Live() as live:
        call()
    return live.most


def fitted(net: Net) -> RKNetClassifier:
    """A classifier that has a net without having trained it."""
    model = RKNetClassifier(L=net.L, epochs=1, batch_size=1000).fit(*few(net.classes))
    model.net_ = net
    return model


def few(classes: int) -> tuple[np.ndarray, np.ndarray]:
    """A point of each class."""
    return np.arange(2.0 * classes).reshape(classes, 2), np.arange(classes)


N = 4096
X = np.random.default_rng(0).normal(size=(N, 2)).astype(np.float32)
C = np.arange(N) % 2
CALLS: dict[str, Callable[[Net], Callable[[], Any]]] = {
    "predict": lambda net: lambda: net.predict(X),
    "predict_proba": lambda net: lambda: net.predict_proba(X),
    "evaluate": lambda net: lambda: evaluate(net, torch.from_numpy(X), torch.from_numpy(C)),
    "torch": lambda net: functools.partial(Plain(net, Protocol()).statistics, X, C),
    "layerwise": lambda net: functools.partial(Layerwise(net, Protocol()).statistics, X, C),
    "classifier": lambda net: functools.partial(fitted(net.double()).score, X, C),
}


@pytest.mark.parametrize("name", CALLS)
def test_memory_depends_neither_on_depth_nor_on_samples(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenfold depth takes not one state more; batches of a sixteenth take a fraction."""
    shallow, deep = (CALLS[name](RK4Net(2, 64, 2, L)) for L in (3, 30))
    state = N * 64 * 4
    whole = peak(shallow)
    assert peak(deep) < whole + state
    monkeypatch.setattr(prediction, "BATCH", state // 16)
    assert peak(deep) < whole / 4


def test_compiled_statistics_keep_no_states(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all samples the compiled engine keeps the logits; a state of each would be 32 times as much."""
    made: list[int] = []
    empty, compiled = np.empty, Compiled(RK4Net(2, 64, 2, 3), Protocol())
    monkeypatch.setattr(np, "empty", lambda *args, **kwargs: made.append((out := empty(*args, **kwargs)).nbytes) or out)
    compiled.statistics(X, C)
    assert max(made) == N * 2 * 4


@pytest.mark.parametrize(
    "net", [RK4Net(2, 5, 3, 4, seed=1), StandardNet(2, 5, 3, 4), ConvolutionalRKNet((2, 1, 1), 5, 3, 2, tableau="rk4")]
)
def test_batches_change_nothing(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answers whatever the batches are: of 100 samples, of one sample, and all at once."""
    probabilities, answers = net.predict_proba(X[:300]), net.predict(X[:300])
    for size in (100, 1):
        monkeypatch.setattr(prediction, "BATCH", size * 5 * 4)
        assert prediction.rows(net.d_hat, torch.float32) == size
        np.testing.assert_allclose(net.predict_proba(X[:300]), probabilities, atol=ROUNDING)
        np.testing.assert_array_equal(net.predict(X[:300]), answers)


def test_the_papers_sets_are_one_batch() -> None:
    """3000 points or images, and the grid of a figure, are computed at once, with the bits of `net(x)`."""
    assert prediction.rows(16, torch.float32) >= 240**2
    assert prediction.rows(784, torch.float32) >= 3000
    net = RK4Net(2, 16, 2, 5, lift="linear")
    points = draw("spiral", 3000)
    with torch.no_grad():
        expected = torch.softmax(net(torch.from_numpy(points.X)), dim=1).numpy()
    np.testing.assert_array_equal(net.predict_proba(points.X), expected)


# No answer is made up.


@pytest.mark.parametrize("method", ["predict", "predict_proba", "flow"])
def test_samples_beyond_single_precision(method: str) -> None:
    """1e300 is no number of single precision: the row is named, and double precision takes it."""
    net = RK4Net(2, 3, 2, 1)
    samples = [[0, 0], [1e300, 0], [0, 0], [0, -1e39]]
    with pytest.raises(ValueError, match=r"X: all samples must lie within .*torch.float32, got rows 1, 3 that do not"):
        getattr(net, method)(samples)
    assert len(net.double().predict([[1e300, 0]])) == 1


@pytest.mark.parametrize("method", ["predict", "predict_proba"])
def test_samples_that_overflow_in_a_layer(method: str) -> None:
    """An unbounded activation overflows inside, and no class is the answer."""
    net = RK4Net(2, 3, 2, 3, activation="relu")
    with torch.no_grad():
        net.K.fill_(1000.0)
    with pytest.raises(ValueError, match="X: all samples must have finite logits, got row 1 that do not; scale"):
        getattr(net, method)([[0, 0], [3e38, 3e38]])


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_a_diverged_classifier_has_no_answer(method: str) -> None:
    """NaN is in all weights: the error says what has happened."""
    model = fitted(RK4Net(2, 3, 2, 2).double())
    with torch.no_grad():
        model.net_.mu += np.nan
    with pytest.raises(ValueError, match=r"got rows 0, 1, 2, 3, 4 and 4091 more that do not; .* have diverged"):
        getattr(model, method)(X)


MASKED = np.ma.masked_array([[1.0, 2.0], [3.0, 4.0]], [[False, True], [False, False]])


@pytest.mark.parametrize(
    "call",
    [
        lambda: RK4Net(2, 3, 2, 1).predict(MASKED),
        lambda: RK4Net(2, 3, 2, 1).predict(list(MASKED)),
        lambda: PointSet(MASKED, [0, 1], 2),
        lambda: fitted(RK4Net(2, 3, 2, 1)).predict(MASKED),
        lambda: RKNetClassifier().fit(MASKED, [0, 1]),
    ],
)
def test_masked_samples_are_refused(call: Callable[[], Any]) -> None:
    """The numbers under a mask mean nothing; without masked entries a masked array is an array."""
    with pytest.raises(ValueError, match="X: must have no masked entries, got 1 of them; drop those rows"):
        call()
    assert len(PointSet(np.ma.masked_array(MASKED.data), [0, 1], 2)) == 2


def test_masked_labels_are_refused() -> None:
    """So are labels."""
    c = np.ma.masked_array([0, 1], [True, False])
    with pytest.raises(ValueError, match="c: must have no masked entries, got 1"):
        PointSet(MASKED.data, c, 2)
    with pytest.raises(ValueError, match="y: must have no masked entries, got 1"):
        RKNetClassifier().fit(MASKED.data, c)


def test_samples_that_are_no_array() -> None:
    """Rows of unequal lengths are refused by the argument; a tensor that needs gradients is an array."""
    with pytest.raises(ValueError, match=r"X: must be an array, got \[\[0, 1\], \[0\]\], which makes none"):
        RK4Net(2, 3, 2, 1).predict([[0, 1], [0]])
    assert len(RK4Net(2, 3, 2, 1).predict(torch.zeros(3, 2, requires_grad=True))) == 3
