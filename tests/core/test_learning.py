"""What users of scikit-learn expect of both estimators: weights, going on, warnings; and the regressor."""

from __future__ import annotations

import doctest
import pickle
import warnings
from typing import Any

import joblib
import numpy as np
import pandas
import pytest
import scipy.sparse
import torch
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.estimator_checks import parametrize_with_checks

import rknet.regressor
from rknet import Protocol, draw, fit
from rknet.callbacks import Callback, Training
from rknet.data.targets import TargetSet
from rknet.estimator import RKNetClassifier
from rknet.learning import in_one_order
from rknet.regressor import RKNetRegressor

pytestmark = [
    pytest.mark.filterwarnings("ignore:training has reached a cost"),  # barely trained nets
    pytest.mark.filterwarnings("ignore:X. feature"),  # scikit-learn's own samples
]

FEW = draw("squares", 60, seed=1)
Y = np.column_stack([FEW.X.sum(axis=1), FEW.X[:, 0] * FEW.X[:, 1]]).astype(float)
RANDOM = np.random.default_rng(0)

ROUNDING = 1e-5
"""Some hundred steps in float32, summed in another order."""


def quick(kind: type, **arguments: Any) -> Any:
    """A small estimator, barely trained."""
    return kind(**{"L": 2, "d_hat": 4, "epochs": 2, "random_state": 0, **arguments})


KINDS = pytest.mark.parametrize(
    ("kind", "y"), [(RKNetClassifier, FEW.c), (RKNetRegressor, Y)], ids=["classifier", "regressor"]
)


def outputs(model: Any, X: NDArray[Any] = FEW.X) -> NDArray[np.float64]:
    """What the net of a model gives."""
    return model._outputs(X)


@parametrize_with_checks([RKNetRegressor()])
def test_scikit_learn_s_checks(estimator: RKNetRegressor, check: Any) -> None:
    """All of `check_estimator`, with no failure expected; `test_estimator` has those of the classifier."""
    check(estimator)


def test_docstring_s_example() -> None:
    result = doctest.testmod(rknet.regressor)
    assert result.attempted > 3
    assert result.failed == 0


# ---- weights


@KINDS
def test_whole_weights_repeat_samples(kind: type, y: NDArray[Any]) -> None:
    """To the bit, in any order of the rows, in small batches, and with zeros, which leave samples out."""
    counts, order = RANDOM.integers(0, 4, 60), RANDOM.permutation(60)
    more = quick(kind).fit(np.repeat(FEW.X, counts, axis=0), np.repeat(y, counts, axis=0))
    given = quick(kind).fit(FEW.X[order], y[order], sample_weight=counts[order])
    np.testing.assert_array_equal(outputs(given), outputs(more))
    assert np.abs(outputs(given) - outputs(quick(kind).fit(FEW.X, y))).max() > 1e-3


@KINDS
def test_other_weights_multiply_costs(kind: type, y: NDArray[Any]) -> None:
    """In one batch halves of whole numbers train as these: only ratios count; and so do weights too large to repeat."""
    counts = RANDOM.integers(0, 4, 60)
    arguments = {"batch_size": 1000, "epochs": 60, "learning_rate": 0.01}
    whole = quick(kind, **arguments).fit(FEW.X, y, sample_weight=counts)
    for factor in (0.5, 1000.0):
        given = quick(kind, **arguments).fit(FEW.X, y, sample_weight=factor * counts)
        np.testing.assert_allclose(outputs(given), outputs(whole), rtol=1e-3, atol=1e-3)  # Adam divides by roots
    assert np.abs(outputs(whole) - outputs(quick(kind, **arguments).fit(FEW.X, y))).max() > 0.01


def test_balanced_classes_are_scikit_learn_s() -> None:
    """And a dict of weights, beside those of the samples."""
    y = (np.arange(60) % 5 == 0).astype(int)
    weights = RANDOM.uniform(0.5, 2, 60)
    for given in ("balanced", {0: 0.3, 1: 2.5}, {1: 2.0}):
        expected = quick(RKNetClassifier).fit(FEW.X, y, sample_weight=compute_sample_weight(given, y))
        found = quick(RKNetClassifier, class_weight=given).fit(FEW.X, y)
        np.testing.assert_allclose(outputs(found), outputs(expected), rtol=ROUNDING, atol=ROUNDING)
    expected = quick(RKNetClassifier).fit(FEW.X, y, sample_weight=weights * compute_sample_weight({0: 3.0}, y))
    found = quick(RKNetClassifier, class_weight={0: 3.0}).fit(FEW.X, y, sample_weight=weights)
    np.testing.assert_array_equal(outputs(found), outputs(expected))


def test_balanced_classes_find_the_rare_one() -> None:
    """One in ten: without weights it is never predicted, with them as often as not where it is half of the mass."""
    X, y = RANDOM.standard_normal((400, 2)), (np.arange(400) % 10 == 0).astype(int)
    X[y == 1] += 1.0
    share = [quick(RKNetClassifier, epochs=20, class_weight=w).fit(X, y).predict(X).mean() for w in (None, "balanced")]
    assert share[0] < 0.08 and 0.2 < share[1] < 0.5


@KINDS
def test_weights_in_score(kind: type, y: NDArray[Any]) -> None:
    """A weight of zero leaves a sample out."""
    model, first = quick(kind).fit(FEW.X, y), (np.arange(60) < 20).astype(float)
    assert model.score(FEW.X, y, sample_weight=first) == pytest.approx(model.score(FEW.X[:20], y[:20]), rel=1e-9)


@KINDS
@pytest.mark.parametrize("weights", [np.zeros(60), -np.ones(60), np.ones(59), np.full(60, np.nan)])
def test_weights_out_of_range(kind: type, y: NDArray[Any], weights: NDArray[Any]) -> None:
    with pytest.raises(ValueError, match="[Ww]eight"):
        quick(kind).fit(FEW.X, y, sample_weight=weights)


def test_the_order_of_rows_decides_nothing() -> None:
    order = RANDOM.permutation(60)
    sorted_ones, others = in_one_order(FEW.X, FEW.c), in_one_order(FEW.X[order], FEW.c[order])
    for ours, theirs in zip(sorted_ones, others, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    labels = {tuple(x): label for x, label in zip(FEW.X.tolist(), FEW.c.tolist(), strict=True)}
    assert [labels[tuple(x)] for x in sorted_ones[0].tolist()] == sorted_ones[1].tolist()


# ---- going on


def first_call(kind: type) -> dict[str, Any]:
    return {"classes": [0, 1]} if kind is RKNetClassifier else {}


@KINDS
@pytest.mark.parametrize(
    "arguments",
    [{}, {"optimizer": "adagrad"}, {"schedule": "cosine"}, {"schedule": lambda e: 1 / (1 + e)}, {"clip": 0.1}],
    ids=["adam", "adagrad", "cosine", "any", "torch"],
)
def test_partial_fit_n_times_is_n_epochs(kind: type, y: NDArray[Any], arguments: dict[str, Any]) -> None:
    """The same bits, with the optimiser's memory, the order of the samples, and the schedule."""
    whole, part = quick(kind, epochs=4, **arguments).fit(FEW.X, y), quick(kind, epochs=4, **arguments)
    for call in range(4):
        part.partial_fit(FEW.X, y, **(first_call(kind) if call == 0 else {}))
    np.testing.assert_array_equal(outputs(part), outputs(whole))
    assert part.n_iter_ == whole.n_iter_ == 4
    assert part.loss_curve_ == whole.loss_curve_


@KINDS
def test_partial_fit_goes_on_after_fit_and_after_pickling(kind: type, y: NDArray[Any]) -> None:
    """Two epochs by fit and one more are three; a pickled model goes on with the same bits."""
    whole, part = quick(kind, epochs=3).fit(FEW.X, y), quick(kind, epochs=2).fit(FEW.X, y)
    copied = pickle.loads(pickle.dumps(part))
    for model in (part, copied):
        np.testing.assert_array_equal(outputs(model.partial_fit(FEW.X, y)), outputs(whole))


@KINDS
def test_partial_fit_takes_what_comes(kind: type, y: NDArray[Any]) -> None:
    """Samples in portions of different sizes, one of a single sample, with weights."""
    model = quick(kind)
    for k, part in enumerate((slice(0, 30), slice(30, 31), slice(31, 60))):
        given = RANDOM.uniform(size=len(y[part]))
        model.partial_fit(FEW.X[part], y[part], sample_weight=given, **(first_call(kind) if k == 0 else {}))
    assert model.n_iter_ == len(model.loss_curve_) == 3
    assert model.predict(FEW.X).shape == y.shape


def test_partial_fit_learns_classes_that_come_late() -> None:
    model = quick(RKNetClassifier).partial_fit(FEW.X, np.full(60, "b"), classes=["c", "a", "b"])
    assert model.classes_.tolist() == ["a", "b", "c"]
    assert model.partial_fit(FEW.X, np.full(60, "c")).predict_proba(FEW.X).shape == (60, 3)
    with pytest.raises(ValueError, match=r"y: must hold labels in classes, \['a', 'b', 'c'\], got \['d'\]; name"):
        model.partial_fit(FEW.X, np.full(60, "d"))
    with pytest.raises(ValueError, match="is not the same as on last call to partial_fit"):
        model.partial_fit(FEW.X, np.full(60, "c"), classes=["c", "a"])
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        quick(RKNetClassifier).partial_fit(FEW.X, FEW.c)
    with pytest.raises(ValueError, match="class_weight: must be a dict or None for partial_fit.*got 'balanced'; pass"):
        quick(RKNetClassifier, class_weight="balanced").partial_fit(FEW.X, FEW.c, classes=[0, 1])


@KINDS
def test_partial_fit_does_not_stop_early(kind: type, y: NDArray[Any]) -> None:
    with pytest.raises(ValueError, match="early_stopping: must be False for partial_fit.*got True; pass"):
        quick(kind, early_stopping=True).partial_fit(FEW.X, y, **first_call(kind))


@KINDS
def test_warm_start_begins_where_the_last_fit_ended(kind: type, y: NDArray[Any]) -> None:
    """With a vanishing rate the net stays the same; without warm_start the next fit begins with another one."""
    model = quick(kind, warm_start=True, epochs=20).fit(FEW.X, y)
    before = outputs(model)
    model.set_params(learning_rate=1e-12, random_state=1, epochs=1).fit(FEW.X, y)
    np.testing.assert_allclose(outputs(model), before, rtol=1e-6, atol=1e-6)  # float32
    assert model.n_iter_ == len(model.loss_curve_) == 1
    model.set_params(warm_start=False).fit(FEW.X, y)
    assert np.abs(outputs(model) - before).max() > 0.01


@KINDS
def test_warm_start_needs_the_same_net(kind: type, y: NDArray[Any]) -> None:
    model = quick(kind, warm_start=True).fit(FEW.X, y)
    with pytest.raises(ValueError, match=r"warm_start: must go on with the net that was fitted, which has \{'L': 2\}"):
        model.set_params(L=3).fit(FEW.X, y)


def test_warm_start_needs_the_same_classes() -> None:
    model = quick(RKNetClassifier, warm_start=True).fit(FEW.X, FEW.c)
    with pytest.raises(ValueError, match=r"y: must hold the classes of the net .* \[0, 1\], got \[0, 1, 2\]; set warm"):
        model.fit(FEW.X, np.arange(60) % 3)


# ---- scores, curves, warnings


def test_log_probabilities() -> None:
    """Logarithms of the probabilities, also where a probability rounds to zero."""
    model = quick(RKNetClassifier).fit(FEW.X, FEW.c)
    np.testing.assert_allclose(model.predict_log_proba(FEW.X), np.log(model.predict_proba(FEW.X)), rtol=1e-9)
    with torch.no_grad():
        model.net_.mu[1] += 1e4
    assert (model.predict_log_proba(FEW.X)[:, 0] < -9e3).all()


@KINDS
def test_curves_are_those_of_the_history(kind: type, y: NDArray[Any]) -> None:
    model = quick(kind, epochs=5, early_stopping=True).fit(FEW.X, y)
    assert model.loss_curve_ == model.history_.train_cost[1:].tolist()
    assert len(model.loss_curve_) == model.n_iter_ == 5


def test_raw_wine_is_told() -> None:
    """Features of 1000 and ten epochs: both warnings; after a scaler neither."""
    X, y = load_wine(return_X_y=True)
    with (
        pytest.warns(
            UserWarning, match="X: feature 12 has a root mean square of 81.; .* put a StandardScaler in front"
        ),
        pytest.warns(ConvergenceWarning, match=r"no less than the 1\.09 of always making the same prediction"),
    ):
        RKNetClassifier(epochs=10, random_state=0).fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make_pipeline(StandardScaler(), RKNetClassifier(epochs=10, random_state=0)).fit(X, y)


def test_tiny_features_are_told() -> None:
    with pytest.warns(UserWarning, match="X: no feature has a standard deviation above"):
        quick(RKNetClassifier).fit(1e-4 * FEW.X, FEW.c)


def test_small_sets_are_given_more_epochs() -> None:
    """40 epochs, or up to 200 for 1000 steps."""
    for N, epochs in ((60, 84), (10, 200), (600, 40)):
        points = draw("squares", N, seed=1)
        assert RKNetClassifier(d_hat=2, L=1, random_state=0).fit(points.X, points.c).n_iter_ == epochs


# ---- input


@KINDS
def test_what_is_no_table_of_numbers_is_refused(kind: type, y: NDArray[Any]) -> None:
    with pytest.raises(TypeError, match="Sparse data was passed for X, but dense data is required"):
        quick(kind).fit(scipy.sparse.csr_array(FEW.X), y)
    with pytest.raises(ValueError, match="device: must be a device that PyTorch has here, got 'nowhere'.*pass"):
        quick(kind, device="nowhere").fit(FEW.X, y)


def test_several_labels_a_sample_are_refused() -> None:
    with pytest.raises(ValueError, match="y should be a 1d array"):
        quick(RKNetClassifier).fit(FEW.X, np.eye(2, dtype=int)[FEW.c])


@KINDS
def test_names_of_features(kind: type, y: NDArray[Any]) -> None:
    """Names are kept, and others are refused."""
    frame = pandas.DataFrame(FEW.X, columns=["a", "b"])
    model = quick(kind).fit(frame, y)
    assert model.feature_names_in_.tolist() == ["a", "b"]
    assert model.n_features_in_ == 2
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(frame.rename(columns={"a": "c"}))
    assert clone(model).get_params() == model.get_params()


# ---- the regressor


def test_regressor_is_the_net_of_fit() -> None:
    """Targets standardised by hand, samples sorted, and the same protocol give the same bits."""
    model = quick(RKNetRegressor, epochs=3).fit(FEW.X, Y)
    X, y = in_one_order(FEW.X, (Y - Y.mean(axis=0)) / Y.std(axis=0))
    train, seeds = TargetSet(X, y), np.random.RandomState(0).randint(np.iinfo(np.int32).max, size=3)
    net = model._net(train, int(seeds[0]))
    protocol = Protocol(epochs=3, loss="mean_square", stop_early=False)
    history = fit(net, train, train, protocol, seed=int(seeds[1]), progress=False)
    assert history.engine == model.history_.engine == "compiled"
    found = net.double().flow(FEW.X)[-1] @ net.W.detach().numpy().T + net.mu.detach().numpy()
    np.testing.assert_allclose(model.predict(FEW.X), found * Y.std(axis=0) + Y.mean(axis=0), rtol=1e-12)


def test_regressor_learns_what_no_line_can() -> None:
    """x1 x2 has no linear part; the net finds most of it, one target or two, and of any scale."""
    points, fresh = draw("squares", 600, seed=2), draw("squares", 600, seed=3)
    y, y_fresh = (1e6 * of.X[:, 0] * of.X[:, 1] + 7e6 for of in (points, fresh))
    line = make_pipeline(StandardScaler(), LinearRegression()).fit(points.X, y).score(fresh.X, y_fresh)
    model = make_pipeline(StandardScaler(), RKNetRegressor(random_state=0)).fit(points.X, y)
    assert line < 0.1 and model.score(fresh.X, y_fresh) > 0.9
    assert model.predict(fresh.X).shape == (600,)
    two = RKNetRegressor(random_state=0).fit(points.X, np.column_stack([y, -y]))
    assert two.predict(fresh.X).shape == (600, 2)
    assert two.n_outputs_ == 2


def test_regressor_is_no_worse_than_a_line_on_real_data() -> None:
    """Diabetes: 442 samples, ten features, targets around 150."""
    X, y = load_diabetes(return_X_y=True)
    model = make_pipeline(StandardScaler(), RKNetRegressor(epochs=10, weight_decay=0.1, random_state=0))
    assert model.fit(X[::2], y[::2]).score(X[1::2], y[1::2]) > 0.35  # a line has 0.48


def test_constant_targets() -> None:
    """One output that never changes is predicted as such, without a division by zero."""
    model = quick(RKNetRegressor, epochs=40).fit(FEW.X, np.column_stack([np.full(60, 3.0), Y[:, 0]]))
    np.testing.assert_allclose(model.predict(FEW.X)[:, 0], 3.0, atol=0.5)
    assert model.y_scale_[0] == 1.0


def test_targets_that_change_their_number() -> None:
    model = quick(RKNetRegressor).partial_fit(FEW.X, Y)
    with pytest.raises(
        ValueError, match="y: must have 2 targets per sample, as in the first call, got 1; pass as many"
    ):
        model.partial_fit(FEW.X, Y[:, 0])


def test_a_callback_may_set_the_rate() -> None:
    """What a schedule cannot know, such as a cost that no longer falls, a callback decides: here a rate of zero."""

    class Freeze(Callback):
        def epoch(self, training: Training) -> None:
            training.engine.set_rate(0.0)

    net = quick(RKNetClassifier).fit(FEW.X, FEW.c).net_
    history = fit(net, FEW, FEW, Protocol(epochs=3), progress=False, callbacks=[Freeze()])
    assert history.train_cost[0] != history.train_cost[1] == history.train_cost[2] == history.train_cost[3]


def test_workers_share_machine_code() -> None:
    """What one process has compiled, those of a grid search load: none of them compiles again."""

    def compiled_anew(_: int) -> int:
        from rknet import draw
        from rknet.engines.compiled import engine, kernels
        from rknet.estimator import RKNetClassifier

        points = draw("squares", 20, seed=1)
        RKNetClassifier(L=1, epochs=1).fit(points.X, points.c)
        found = (engine.compiled(of, "float32", 16).stats for of in (kernels.train, kernels.evaluate))
        return sum(sum(of.cache_misses.values()) for of in found)

    compiled_anew(0)
    assert joblib.Parallel(n_jobs=2)(joblib.delayed(compiled_anew)(k) for k in range(2)) == [0, 0]
