"""The networks as a scikit-learn classifier, for pipelines, grid searches and cross-validation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import _check_partial_fit_first_call, check_classification_targets
from sklearn.utils.validation import validate_data

from rknet.activations import Activation
from rknet.checks import flag, shown, unmasked
from rknet.data.points import PointSet
from rknet.learning import Learner, in_one_order, warn_of_scale, weights_for
from rknet.lifts import Lift
from rknet.restoring import restoring
from rknet.schedules import Schedule
from rknet.schemes import Steps
from rknet.tableaus import Tableau


class RKNetClassifier(ClassifierMixin, Learner):
    """A Runge-Kutta network (2.12), or the feed-forward network (2.2), trained by the paper's protocol.

    The inputs should have a spread of about one: put a ``StandardScaler`` in front.  By default a network of five
    layers runs to the time T = h L = 1, where the paper's have h = 0.05 and up to 100 layers.

    Samples with the weight k count as k samples: whole numbers repeat them, as long as there are then at most ten times
    as many, other weights multiply their costs.  The order of the samples decides nothing, since they are sorted first.

    What differs from scikit-learn's ``MLPClassifier``: `epochs` are always run unless `early_stopping` ends them, by
    the paper's rule, and the last net is kept, not the best one; several labels per sample and sparse matrices are
    refused; `partial_fit` keeps its order of the samples, so that n calls give the bits of a fit of n epochs.

    Parameters
    ----------
    tableau : str, Tableau or None, default="rk4"
        An explicit scheme, or its name: see `rknet.schemes.scheme_of`.  None is "standard", the feed-forward network.
    d_hat : int or None, default=None
        Width of every layer, at least the number of features d; None for max(16, d + 1).
    L : int, default=5
        Number of layers.
    h : float or list of floats, default=0.2
        Step size; a list holds one for each layer.
    activation : str or callable, default="tanh"
        The activation sigma, or its name in `rknet.activations.ACTIVATIONS`.
    lift : str or class, default="zero"
        The class of the lift from d to d_hat dimensions, or its name in `rknet.lifts.LIFTS`.
    epochs : int or None, default=None
        Largest number of epochs; None for the paper's 40, or as many more, up to 200, as make 1000 steps.
    batch_size : int, default=5
        Samples per step; all of them where there are fewer.
    loss, optimizer : str, default="cross_entropy", "adam"
        Names in `rknet.protocol.LOSSES` and `rknet.protocol.OPTIMIZERS`.
    learning_rate : float or None, default=None
        None for the optimiser's own in `rknet.protocol.OPTIMIZERS`.
    weight_decay : float, default=0.0
        Decoupled weight decay: see `rknet.protocol.Protocol`.
    clip : float or None, default=None
        Largest norm of a batch's gradient; such trainings run in plain PyTorch, much more slowly.
    schedule : str or callable, default="constant"
        Of the learning rate: "constant", "step", "cosine", or a function from the epoch 0, 1, ... to a factor.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes, by which the weights of their samples are multiplied; "balanced" gives all classes the
        same weight as a whole.
    early_stopping : bool, default=False
        Whether a part of the samples is set aside, and training stops when their costs rise (`Protocol.stop_early`).
    validation_fraction : float, default=0.1
        How much is set aside, with every class in proportion; only for early stopping.
    tolerance : float, default=0.05
        How much the costs may rise; only for early stopping.
    warm_start : bool, default=False
        Whether `fit` starts with the weights of the net that is there; the optimiser starts anew.
    device : str, default="cpu"
        Where PyTorch trains, such as "cuda"; predictions are made on the CPU.
    random_state : int, RandomState or None, default=None
        Decides weights, lift, order of the samples and what is set aside.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels in sorted order.
    net_ : Net
        The trained network, its float32 weights in double precision.
    history_ : History
        Costs and accuracies of the training samples and of those set aside; without early stopping the validation
        curves repeat the training curves.
    n_iter_ : int
        Number of epochs run by the last `fit`, and by `partial_fit` after it.
    loss_curve_ : list of floats, one per epoch
        Cost of the training samples after each of these epochs.
    n_features_in_ : int
        Number of features d.
    feature_names_in_ : ndarray of shape (d,)
        Names of the features, where the training samples had any.

    Examples
    --------
    >>> from rknet import draw
    >>> from rknet.estimator import RKNetClassifier
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> train, test = draw("donut_2D", 500, seed=0), draw("donut_2D", 500, seed=1)
    >>> names = ["inside", "outside"]
    >>> model = make_pipeline(StandardScaler(), RKNetClassifier(d_hat=3, random_state=0))
    >>> model = model.fit(train.X, [names[c] for c in train.c])
    >>> model.predict([[0.0, 0.0], [2.0, 2.0]]).tolist()
    ['inside', 'outside']
    >>> model.score(test.X, [names[c] for c in test.c]) > 0.85
    True
    """

    classes_: NDArray[Any]

    def __init__(
        self,
        tableau: str | Tableau | None = "rk4",
        d_hat: int | None = None,
        L: int = 5,
        h: Steps = 0.2,
        *,
        activation: str | Activation = "tanh",
        lift: str | type[Lift] = "zero",
        epochs: int | None = None,
        batch_size: int = 5,
        loss: str = "cross_entropy",
        optimizer: str = "adam",
        learning_rate: float | None = None,
        weight_decay: float = 0.0,
        clip: float | None = None,
        schedule: str | Schedule = "constant",
        class_weight: Mapping[Any, float] | str | None = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        tolerance: float = 0.05,
        warm_start: bool = False,
        device: str = "cpu",
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            tableau,
            d_hat,
            L,
            h,
            activation=activation,
            lift=lift,
            epochs=epochs,
            batch_size=batch_size,
            optimizer=optimizer,
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            clip=clip,
            schedule=schedule,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            tolerance=tolerance,
            warm_start=warm_start,
            device=device,
            random_state=random_state,
        )
        self.loss = loss
        self.class_weight = class_weight

    @restoring
    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train a network on samples X (N, d) with labels y (N,) of any type and weights (N,).

        Raises
        ------
        ValueError
            If the samples or labels are not fit for classification, or a parameter is out of range.
        """
        samples, labels, weights = self._validated(X, y, sample_weight, reset=True)
        classes, c = np.unique(labels, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(
                f"y: must hold at least two classes, got one class, {classes.tolist()[0]!r}; add samples of another one"
            )
        if (
            flag("warm_start", self.warm_start)
            and hasattr(self, "classes_")
            and not np.array_equal(classes, self.classes_)
        ):
            raise ValueError(
                f"y: must hold the classes of the net that warm_start goes on with, {shown(self.classes_.tolist())}, "
                f"got {shown(classes.tolist())}; set warm_start=False"
            )
        weights = weights * class_weights(self.class_weight, classes, c, weights)
        self.classes_ = classes
        warn_of_scale(samples)
        X, c, weights = in_one_order(samples, c, weights)
        self._learn(PointSet(X, c, len(classes), weights), self.loss, goes_on=False)
        return self

    @restoring
    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train for one epoch, from where the net and the optimiser are; n calls are a fit of n epochs.

        Parameters
        ----------
        X, y, sample_weight
            See `fit`.
        classes
            All labels that will ever come; needed in the first call, and only there.

        Raises
        ------
        ValueError
            As for `fit`; also if classes are missing, differ from those before, or do not hold a label of y.
        """
        self._refuse_early_stopping()
        first = _check_partial_fit_first_call(self, classes)
        if isinstance(self.class_weight, str):
            raise ValueError(
                f"class_weight: must be a dict or None for partial_fit, which does not know the samples to come, got "
                f"{shown(self.class_weight)}; pass the weights that compute_class_weight gives for all of them"
            )
        samples, labels, weights = self._validated(X, y, sample_weight, reset=first)
        unknown = np.setdiff1d(labels, self.classes_)
        if len(unknown):
            raise ValueError(
                f"y: must hold labels in classes, {shown(self.classes_.tolist())}, got {shown(unknown.tolist())}; name "
                f"all classes in the first call"
            )
        c = np.searchsorted(self.classes_, labels)
        weights = weights * class_weights(self.class_weight, self.classes_, c, weights)
        X, c, weights = in_one_order(samples, c, weights)
        self._learn(PointSet(X, c, len(self.classes_), weights), self.loss, goes_on=True, epochs=1)
        return self

    def _validated(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, reset: bool
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.float64]]:
        """Samples, labels and weights as arrays, without the samples whose weight is zero."""
        unmasked("X", X)
        unmasked("y", y)
        samples, labels = validate_data(self, X, y, dtype=np.float32, reset=reset)
        check_classification_targets(labels)
        weights = weights_for(sample_weight, samples)
        counts = weights > 0
        return samples[counts], labels[counts], weights[counts]

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """The logits W y[L] + mu of samples X (N, d): (N, n_classes), or for two classes their difference (N,)."""
        logits = self._outputs(X)
        return logits[:, 1] - logits[:, 0] if len(self.classes_) == 2 else logits

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probabilities of the classes of samples X (N, d): shape (N, n_classes)."""
        return torch.softmax(torch.from_numpy(self._outputs(X)), dim=1).numpy()

    def predict_log_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Logarithms of the probabilities, (N, n_classes), also of those that round to zero."""
        return torch.log_softmax(torch.from_numpy(self._outputs(X)), dim=1).numpy()

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The most probable label of samples X (N, d): shape (N,)."""
        best = self._outputs(X).argmax(axis=1)
        return self.classes_[best]


def class_weights(
    given: Mapping[Any, float] | str | None,
    classes: NDArray[Any],
    c: NDArray[np.int64],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The weight of each sample's class, for samples of the classes' numbers c (N,) and weights (N,)."""
    if isinstance(given, str) and given == "balanced":
        of_class = weights.sum() / (len(classes) * np.bincount(c, weights=weights, minlength=len(classes)))
    elif given is None:
        return np.ones(len(c))
    else:
        try:
            of_class = compute_class_weight(given, classes=classes, y=classes)
        except ValueError as error:
            raise ValueError(
                f"class_weight: must be 'balanced', None or a dict from labels to weights, got {shown(given)} "
                f"({shown(str(error))}); pass for example {{{classes.tolist()[0]!r}: 2.0}}"
            ) from None
    return np.asarray(of_class, np.float64)[c]
