"""The networks as a scikit-learn classifier, for pipelines, grid searches and cross-validation."""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from rknet.activations import Activation
from rknet.checks import flag, positive, set_aside, unmasked, whole
from rknet.data.points import PointSet
from rknet.lifts import Lift
from rknet.named import net_of
from rknet.nets import Net
from rknet.prediction import answered, batched
from rknet.protocol import Protocol
from rknet.restoring import restoring
from rknet.schemes import scheme_of
from rknet.tableaus import Tableau
from rknet.training import fit

DEFAULT_WIDTH = 16
"""The width of most of the paper's networks; wider inputs get one dimension more than they have."""


class RKNetClassifier(ClassifierMixin, BaseEstimator):
    """A Runge-Kutta network (2.12), or the feed-forward network (2.2), trained by the paper's protocol.

    The inputs should have a spread of about one: put a ``StandardScaler`` in front.  By default a network of five
    layers runs to the time T = h L = 1, where the paper's have h = 0.05 and up to 100 layers.

    Parameters
    ----------
    tableau : str, Tableau or None, default="rk4"
        An explicit scheme, or its name: see `rknet.schemes.scheme_of`.  None is "standard", the feed-forward network.
    d_hat : int or None, default=None
        Width of every layer, at least the number of features d; None for max(16, d + 1).
    L : int, default=5
        Number of layers.
    h : float, default=0.2
        Step size.
    activation : str or callable, default="tanh"
        The activation sigma, or its name in `rknet.activations.ACTIVATIONS`.
    lift : str or class, default="zero"
        The class of the lift from d to d_hat dimensions, or its name in `rknet.lifts.LIFTS`.
    epochs : int, default=40
        Largest number of epochs.
    batch_size : int, default=5
        Samples a step; all of them where there are fewer.
    loss, optimizer : str, default="cross_entropy", "adam"
        Names in `rknet.protocol.LOSSES` and `rknet.protocol.OPTIMIZERS`.
    learning_rate : float or None, default=None
        None for the optimiser's own in `rknet.protocol.OPTIMIZERS`.
    early_stopping : bool, default=False
        Whether a part of the samples is set aside, and training stops when their costs rise (`Protocol.stop_early`).
    validation_fraction : float, default=0.1
        How much is set aside, with every class in proportion; only for early stopping.
    tolerance : float, default=0.05
        How much the costs may rise; only for early stopping.
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
        Number of epochs run.
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

    def __init__(
        self,
        tableau: str | Tableau | None = "rk4",
        d_hat: int | None = None,
        L: int = 5,
        h: float = 0.2,
        *,
        activation: str | Activation = "tanh",
        lift: str | type[Lift] = "zero",
        epochs: int = 40,
        batch_size: int = 5,
        loss: str = "cross_entropy",
        optimizer: str = "adam",
        learning_rate: float | None = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        tolerance: float = 0.05,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.tableau = tableau
        self.d_hat = d_hat
        self.L = L
        self.h = h
        self.activation = activation
        self.lift = lift
        self.epochs = epochs
        self.batch_size = batch_size
        self.loss = loss
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.tolerance = tolerance
        self.random_state = random_state

    @restoring
    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train a new network on samples X (N, d) with labels y (N,) of any type.

        Raises
        ------
        ValueError
            If the samples or labels are not fit for classification, or a parameter is out of range.
        """
        unmasked("X", X)
        unmasked("y", y)
        samples, labels = validate_data(self, X, y, dtype=np.float32)
        check_classification_targets(labels)
        self.classes_, c = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            only = self.classes_.tolist()[0]
            raise ValueError(f"y: must hold at least two classes, got one class, {only!r}; add samples of another one")
        seeds = check_random_state(self.random_state).randint(np.iinfo(np.int32).max, size=3)
        net_seed, order_seed, split_seed = map(int, seeds)
        train, validation = self._split(PointSet(samples, c, len(self.classes_)), split_seed)
        net = self._net(net_seed)
        self.history_ = fit(net, train, validation, self._protocol(len(train)), seed=order_seed, progress=False)
        self.n_iter_ = self.history_.epochs
        # In double precision a row's prediction does not depend on the other rows, but for the last digits.
        self.net_ = net.double()
        if self.history_.ended == "diverged":
            warnings.warn(
                "training diverged; scale the inputs or lower learning_rate", ConvergenceWarning, stacklevel=2
            )
        return self

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """The logits W y[L] + mu of samples X (N, d): (N, n_classes), or for two classes their difference (N,)."""
        logits = self._logits(X)
        return logits[:, 1] - logits[:, 0] if len(self.classes_) == 2 else logits

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probabilities of the classes of samples X (N, d): shape (N, n_classes)."""
        return torch.softmax(torch.from_numpy(self._logits(X)), dim=1).numpy()

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The most probable label of samples X (N, d): shape (N,)."""
        best = self._logits(X).argmax(axis=1)
        return self.classes_[best]

    def _logits(self, X: ArrayLike) -> NDArray[np.float64]:
        check_is_fitted(self)
        unmasked("X", X)
        samples = validate_data(self, X, dtype=np.float32, order="C", reset=False)  # torch knows no negative strides
        x = torch.tensor(samples, dtype=torch.float64, device=self.net_.K.device)
        return answered(batched(self.net_, x, self.net_.d_hat)).numpy()

    def _net(self, seed: int) -> Net:
        d, classes = self.n_features_in_, len(self.classes_)
        d_hat = max(DEFAULT_WIDTH, d + 1) if self.d_hat is None else self.d_hat
        arguments: dict[str, Any] = {"activation": self.activation, "lift": self.lift, "seed": seed}
        scheme = None if self.tableau is None else scheme_of(self.tableau, "tableau")
        return net_of(scheme or "standard", d, d_hat, classes, self.L, h=self.h, **arguments)

    def _protocol(self, N: int) -> Protocol:
        return Protocol(
            epochs=self.epochs,
            batch_size=min(whole("batch_size", self.batch_size), N),
            loss=self.loss,
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            stop_early=self.early_stopping,
            tolerance=self.tolerance,
        )

    def _split(self, points: PointSet, seed: int) -> tuple[PointSet, PointSet]:
        """Training and validation samples; without early stopping nothing is set aside and both are the same."""
        if not flag("early_stopping", self.early_stopping):
            return points, points
        fraction = positive("validation_fraction", self.validation_fraction)
        if not fraction < 1:
            raise ValueError(
                f"validation_fraction: must be less than 1, got {self.validation_fraction}; "
                f"pass for example validation_fraction=0.1"
            )
        counts = dict(zip(self.classes_.tolist(), np.bincount(points.c).tolist(), strict=True))
        set_aside(fraction, counts)
        X, X_val, c, c_val = train_test_split(
            points.X, points.c, test_size=fraction, stratify=points.c, random_state=seed
        )
        return PointSet(X, c, points.classes), PointSet(X_val, c_val, points.classes)
