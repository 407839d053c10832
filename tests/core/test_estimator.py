"""The classifier keeps scikit-learn's contract and learns what the networks learn."""

from __future__ import annotations

import doctest
import pickle
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import rknet.estimator
from rknet import RKNet, StandardNet, draw
from rknet.estimator import RKNetClassifier
from rknet.tableaus import RALSTON

ROUNDING = 1e-12
"""Logits of a few layers in double precision, summed in different orders."""

pytestmark = [
    pytest.mark.filterwarnings("ignore:training has reached a cost"),  # barely trained nets
    pytest.mark.filterwarnings("ignore:X. feature"),  # scikit-learn's own samples
]

FEW = draw("squares", 60, seed=1)
"""Points for what does not depend on learning."""


def quick(**arguments: Any) -> RKNetClassifier:
    """A small classifier, barely trained."""
    return RKNetClassifier(**{"L": 2, "d_hat": 4, "epochs": 2, "random_state": 0, **arguments})


@parametrize_with_checks([RKNetClassifier()])
def test_scikit_learn_s_checks(estimator: RKNetClassifier, check: Any) -> None:
    """All of `check_estimator`, with no failure expected."""
    check(estimator)


def test_docstring_s_example() -> None:
    """The example computes what it shows."""
    result = doctest.testmod(rknet.estimator)
    assert result.attempted > 5
    assert result.failed == 0


# What is learned


def test_accuracy_near_the_bayes_limit() -> None:
    """donut_2D allows 92 %; the default network comes near on points it has not seen, and no rule does better."""
    train, test = draw("donut_2D", 1500, seed=2), draw("donut_2D", 3000, seed=3)
    accuracy = RKNetClassifier(epochs=10, random_state=0).fit(train.X, train.c).score(test.X, test.c)
    assert 0.88 < accuracy < 0.94


def test_untrained_network_is_the_library_s_own() -> None:
    """With a vanishing learning rate the probabilities are those of the net itself, to float32's rounding."""
    model = quick(learning_rate=1e-12).fit(FEW.X, FEW.c)
    net = RKNet(2, 4, 2, 2, tableau="rk4", h=0.2, seed=_first_seed(0))
    np.testing.assert_allclose(model.predict_proba(FEW.X), net.predict_proba(FEW.X), rtol=1e-5)


def _first_seed(random_state: int) -> int:
    return int(np.random.RandomState(random_state).randint(np.iinfo(np.int32).max, size=3)[0])


def test_no_scheme_gives_the_feed_forward_network() -> None:
    """tableau=None is `StandardNet`, a tableau an `RKNet` with the given scheme and step size."""
    assert type(quick(tableau=None).fit(FEW.X, FEW.c).net_) is StandardNet
    net = quick(tableau=RALSTON, h=0.3).fit(FEW.X, FEW.c).net_
    assert isinstance(net, RKNet)
    assert (net.tableau, net.h) == (RALSTON, 0.3)


@pytest.mark.parametrize(("features", "width"), [(2, 16), (15, 16), (16, 17), (40, 41)])
def test_default_width_adds_a_dimension(features: int, width: int) -> None:
    """Width 16, or one dimension more than there are features."""
    X = np.random.default_rng(0).standard_normal((6, features))
    assert quick(d_hat=None, epochs=1).fit(X, [0, 1] * 3).net_.d_hat == width


# Labels


@pytest.mark.parametrize(
    "names",
    [["no", "yes"], [False, True], [-1, 1], [2.0, 7.0], ["a", "b", "c", "d"]],
    ids=["words", "truth", "signs", "floats", "four"],
)
def test_any_labels(names: list[Any]) -> None:
    """Predictions are labels of the type that was given, and those of the class numbers."""
    points = draw("squares_2D_4C", 80, seed=4)
    c = points.c % len(names)
    y = np.array(names)[c]
    model, numbers = quick().fit(points.X, y), quick().fit(points.X, c)
    assert model.classes_.tolist() == sorted(names)
    assert model.predict(points.X).dtype == y.dtype
    np.testing.assert_array_equal(model.predict(points.X), np.array(names)[numbers.predict(points.X)])


def test_decision_function_and_probabilities_agree() -> None:
    """Two classes: one logit difference a sample, of which the probability is the logistic function."""
    model = quick().fit(FEW.X, FEW.c)
    decision, probability = model.decision_function(FEW.X), model.predict_proba(FEW.X)
    assert decision.shape == (60,)
    np.testing.assert_allclose(probability[:, 1], 1 / (1 + np.exp(-decision)), rtol=ROUNDING)
    np.testing.assert_array_equal(model.predict(FEW.X), decision > 0)


def test_decision_function_of_several_classes() -> None:
    """One logit for each class."""
    points = draw("squares_2D_4C", 80, seed=4)
    model = quick().fit(points.X, points.c)
    decision = model.decision_function(points.X)
    assert decision.shape == (80, 4)
    np.testing.assert_array_equal(model.predict(points.X), decision.argmax(axis=1))


# Chance


def test_same_random_state_same_bits() -> None:
    """A seed decides everything; another one changes the weights."""
    first, second, other = (quick(random_state=seed).fit(FEW.X, FEW.c) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.decision_function(FEW.X), second.decision_function(FEW.X))
    assert np.abs(first.decision_function(FEW.X) - other.decision_function(FEW.X)).max() > 0.01


def test_random_state_object_moves_on() -> None:
    """A generator gives another network at each fit, and the same sequence again."""
    values = []
    for _ in range(2):
        random = np.random.RandomState(5)
        values.append([quick(random_state=random).fit(FEW.X, FEW.c).decision_function(FEW.X) for _ in range(2)])
    np.testing.assert_array_equal(values[0], values[1])
    assert np.abs(values[0][0] - values[0][1]).max() > 0.01


def test_global_random_numbers_are_left_alone() -> None:
    """With a seed, fitting draws nothing from NumPy's global generator."""
    np.random.seed(0)
    quick(early_stopping=True).fit(FEW.X, FEW.c)
    after = np.random.uniform()
    np.random.seed(0)
    assert after == np.random.uniform()


def test_samples_do_not_influence_one_another() -> None:
    """A row alone, among others, or in another order has the same prediction."""
    model = quick().fit(FEW.X, FEW.c)
    together = model.decision_function(FEW.X)
    alone = np.concatenate([model.decision_function(row[None]) for row in FEW.X])
    np.testing.assert_allclose(alone, together, rtol=ROUNDING, atol=ROUNDING)
    np.testing.assert_allclose(model.decision_function(FEW.X[::-1])[::-1], together, rtol=ROUNDING, atol=ROUNDING)


# Early stopping


def test_without_early_stopping_every_sample_trains() -> None:
    """All epochs run, and the validation curves are the training curves."""
    model = quick(epochs=3).fit(FEW.X, FEW.c)
    assert model.n_iter_ == 3
    assert model.history_.ended == "epochs"
    np.testing.assert_array_equal(model.history_.train_cost, model.history_.val_cost)


def test_early_stopping_sets_samples_aside() -> None:
    """Accuracies come in steps of 1/45 and 1/15: a quarter is set aside, here with the classes in equal parts."""
    y = np.arange(60) % 3
    history = quick(early_stopping=True, validation_fraction=0.25).fit(FEW.X, y).history_
    assert_whole(history.train_accuracy * 45)
    assert_whole(history.val_accuracy * 15)
    assert not np.array_equal(history.train_cost, history.val_cost)


def assert_whole(values: NDArray[np.float64]) -> None:
    """Values are whole numbers, up to rounding."""
    np.testing.assert_allclose(values, np.round(values), atol=1e-9)


def test_early_stopping_stops() -> None:
    """On random labels a high rate soon drives the validation costs up, long before the last epoch."""
    y = np.random.default_rng(6).integers(2, size=60)
    arguments = {"early_stopping": True, "epochs": 200, "learning_rate": 0.05, "d_hat": 16, "tableau": "euler"}
    model = quick(**arguments).fit(FEW.X, y)
    assert model.history_.ended == "early"
    assert model.n_iter_ < 200


def test_divergence_warns() -> None:
    """Weights that overflow are reported as scikit-learn does."""
    with pytest.warns(ConvergenceWarning, match="diverged; scale the inputs or lower learning_rate"):
        quick(optimizer="sgd", learning_rate=1e30, activation="relu", loss="cross_entropy").fit(FEW.X, FEW.c)


# Among scikit-learn's tools


def test_pipeline() -> None:
    """After a scaler the scale of the inputs does not matter."""
    scores = [
        make_pipeline(StandardScaler(), quick(epochs=10)).fit(scale * FEW.X, FEW.c).decision_function(scale * FEW.X)
        for scale in (1, 1024)
    ]
    np.testing.assert_allclose(scores[0], scores[1], rtol=1e-5, atol=1e-6)


def test_grid_search_over_scheme_and_width() -> None:
    """All combinations are tried, the best is fitted to all samples."""
    grid = {"rknetclassifier__tableau": ["euler", "rk4", None], "rknetclassifier__d_hat": [2, 3]}
    search = GridSearchCV(make_pipeline(StandardScaler(), quick()), grid, cv=2, error_score="raise")
    search.fit(FEW.X, FEW.c)
    assert len(search.cv_results_["params"]) == 6
    best = search.best_estimator_[-1]
    assert best.net_.d_hat == search.best_params_["rknetclassifier__d_hat"]
    assert 0 <= search.score(FEW.X, FEW.c) <= 1


def test_parameters_survive_clone_and_set_params() -> None:
    """get_params gives every argument; a clone has the same ones and no network."""
    model = quick(tableau="heun", lift="orthogonal").fit(FEW.X, FEW.c)
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    assert not hasattr(copy, "net_")
    assert copy.set_params(d_hat=7, activation="relu").fit(FEW.X, FEW.c).net_.architecture["d_hat"] == 7


@pytest.mark.parametrize("tableau", ["rk4", None, RALSTON], ids=["name", "none", "tableau"])
def test_pickle(tableau: Any) -> None:
    """A pickled model predicts the same bits."""
    model = quick(tableau=tableau).fit(FEW.X, FEW.c)
    copy = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copy.decision_function(FEW.X), model.decision_function(FEW.X))


# Errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"tableau": "rk5"},
            "tableau: must be a known name, got 'rk5'; choose from StandardNet, EulerNet, RK4Net, standard, euler",
        ),
        ({"tableau": "gauss4"}, "tableau: must be explicit"),
        ({"d_hat": 1}, "d_hat: must be at least d = 2, got 1"),
        ({"L": 0}, "L: must be a whole number >= 1, got 0"),
        ({"h": -0.1}, "h: must be a finite number > 0, got -0.1"),
        ({"activation": "sine"}, "activation: must be a known name, got 'sine'"),
        ({"lift": "up"}, "lift: must be a known name, got 'up'"),
        ({"epochs": 0}, "epochs: must be a whole number >= 1, got 0"),
        ({"batch_size": 0}, "batch_size: must be a whole number >= 1, got 0"),
        ({"batch_size": "all"}, "batch_size: must be a whole number >= 1, got 'all'"),
        ({"loss": "hinge"}, "loss: must be a known name, got 'hinge'"),
        ({"optimizer": "lbfgs"}, "optimizer: must be a known name, got 'lbfgs'"),
        ({"early_stopping": True, "validation_fraction": 1.5}, "validation_fraction: must be less than 1, got 1.5"),
        ({"early_stopping": True, "validation_fraction": 0}, "validation_fraction: must be a finite number > 0, got 0"),
        ({"early_stopping": True, "tolerance": -1}, "tolerance: must be a finite number >= 0, got -1"),
    ],
)
def test_parameters_out_of_range(arguments: dict[str, Any], message: str) -> None:
    """Parameters are judged when the model is fitted, as scikit-learn asks, and named."""
    model = quick(**arguments)
    with pytest.raises(ValueError, match=message):
        model.fit(FEW.X, FEW.c)


@pytest.mark.parametrize(
    "data",
    [
        (np.zeros((4, 3)), ["a", "b", "c", "d"], {"L": 0}),
        (np.zeros((4, 3)), ["a"] * 4, {}),
        (np.zeros((4, 3)), [0.5, 0.7, 0.2, 0.1], {}),
    ],
    ids=["parameter", "one class", "labels"],
)
def test_a_fit_that_fails_leaves_the_model_as_it_was(data: tuple[Any, Any, dict[str, Any]]) -> None:
    """Classes, net, history and number of features stay those of one fit."""
    X, y, parameters = data
    model = quick().fit(FEW.X, FEW.c)
    model.set_params(**parameters)
    before, answers = dict(vars(model)), model.predict(FEW.X)
    with pytest.raises(ValueError):
        model.fit(X, y)
    assert vars(model) == before
    np.testing.assert_array_equal(model.predict(FEW.X), answers)


def test_a_first_fit_that_fails_leaves_no_model() -> None:
    """What was not fitted is not fitted afterwards."""
    model = quick(L=0)
    with pytest.raises(ValueError, match="L: must"):
        model.fit(FEW.X, FEW.c)
    assert not hasattr(model, "classes_")
    assert not hasattr(model, "n_features_in_")


@pytest.mark.parametrize(
    ("labels", "fraction", "message"),
    [
        (
            ["common"] * 59 + ["rare"],
            0.1,
            "got one of the class 'rare'; add samples of it, leave it out, or pass early_st",
        ),
        (
            list("abcdef") * 10,
            0.05,
            "each of the 6 classes .*, got 0.05 of 60 samples, that is 3; pass a number from 0.1 to",
        ),
        (
            list("ab") * 30,
            0.999,
            "each of the 2 classes .*, got 0.999 of 60 samples, that is 60; pass a number from 0.03",
        ),
    ],
)
def test_classes_that_cannot_be_set_aside(labels: list[str], fraction: float, message: str) -> None:
    """The parameter and the user's own label are named, not a split that nobody has asked for."""
    model = quick(early_stopping=True, validation_fraction=fraction)
    with pytest.raises(ValueError, match=f"validation_fraction: must leave .*{message}"):
        model.fit(FEW.X, labels)


@pytest.mark.parametrize("fraction", [0.1, 0.35, 0.9])
def test_the_bounds_that_are_offered_work(fraction: float) -> None:
    """Six classes of ten samples each: whatever leaves six on either side is taken."""
    model = quick(early_stopping=True, validation_fraction=fraction).fit(FEW.X, list("abcdef") * 10)
    assert len(model.classes_) == 6


def test_one_class_is_refused() -> None:
    """A classifier needs something to tell apart."""
    with pytest.raises(ValueError, match="y: must hold at least two classes, got one class, 'all'; add samples of"):
        quick().fit(FEW.X, ["all"] * 60)


def test_unfitted_model_does_not_predict() -> None:
    """Each way of predicting asks for fit."""
    for method in ("predict", "predict_proba", "decision_function"):
        with pytest.raises(NotFittedError, match="not fitted yet"):
            getattr(quick(), method)(FEW.X)
