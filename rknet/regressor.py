"""The networks as a scikit-learn regressor: the same flow, with numbers in the place of classes."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import MultiOutputMixin, RegressorMixin
from sklearn.utils.validation import validate_data

from rknet.checks import flag, unmasked
from rknet.data.targets import TargetSet
from rknet.learning import Learner, in_one_order, warn_of_scale, weights_for
from rknet.restoring import restoring


class RKNetRegressor(MultiOutputMixin, RegressorMixin, Learner):
    """A Runge-Kutta network (2.12), or the feed-forward network (2.2), whose affine classifier gives numbers.

    The outputs W y[L] + mu are trained to the least mean square error.  Targets are standardised inside, each output by
    its own mean and standard deviation, so that only the inputs need a ``StandardScaler`` in front.  Of samples with
    weights, and of what differs from scikit-learn's ``MLPRegressor``, the same is true as for
    `rknet.estimator.RKNetClassifier`.

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
    optimizer : str, default="adam"
        A name in `rknet.protocol.OPTIMIZERS`.
    learning_rate : float or None, default=None
        None for the optimiser's own in `rknet.protocol.OPTIMIZERS`.
    weight_decay : float, default=0.0
        Decoupled weight decay: see `rknet.protocol.Protocol`.
    clip : float or None, default=None
        Largest norm of a batch's gradient; such trainings run in plain PyTorch, much more slowly.
    schedule : str or callable, default="constant"
        Of the learning rate: "constant", "step", "cosine", or a function from the epoch 0, 1, ... to a factor.
    early_stopping : bool, default=False
        Whether a part of the samples is set aside, and training stops when their costs rise (`Protocol.stop_early`).
    validation_fraction : float, default=0.1
        How much is set aside; only for early stopping.
    tolerance : float, default=0.05
        How much the costs, those of standardised targets, may rise; only for early stopping.
    warm_start : bool, default=False
        Whether `fit` starts with the weights of the net that is there; the optimiser starts anew.
    device : str, default="cpu"
        Where PyTorch trains, such as "cuda"; predictions are made on the CPU.
    random_state : int, RandomState or None, default=None
        Decides weights, lift, order of the samples and what is set aside.

    Attributes
    ----------
    n_outputs_ : int
        Number of targets of a sample.
    y_mean_, y_scale_ : ndarray of shape (outputs,)
        By which targets are standardised: the net's outputs times `y_scale_` plus `y_mean_` are the predictions.
    net_ : Net
        The trained network, its float32 weights in double precision.
    history_ : History
        Costs of standardised targets, and R^2 in the place of accuracies, of the training samples and of those set
        aside; without early stopping the validation curves repeat the training curves.
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
    >>> import numpy as np
    >>> from rknet.regressor import RKNetRegressor
    >>> X = np.linspace(-2, 2, 200)[:, None]
    >>> model = RKNetRegressor(random_state=0).fit(X, 100 * np.sin(2 * X[:, 0]))
    >>> model.score(X, 100 * np.sin(2 * X[:, 0])) > 0.95
    True
    """

    @restoring
    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train a network on samples X (N, d) with targets y (N,) or (N, outputs) and weights (N,).

        Raises
        ------
        ValueError
            If the samples or targets are not numbers, or a parameter is out of range.
        """
        samples, targets, weights = self._validated(X, y, sample_weight, reset=True)
        if not (flag("warm_start", self.warm_start) and hasattr(self, "net_")):
            self._standardise(targets, weights)
        warn_of_scale(samples)
        self._learn(self._standard(samples, targets, weights), "mean_square", goes_on=False)
        return self

    @restoring
    def partial_fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train for one epoch, from where the net and the optimiser are; n calls are a fit of n epochs.

        The first call decides how targets are standardised.  Arguments and errors: see `fit`.
        """
        self._refuse_early_stopping()
        first = not hasattr(self, "net_")
        samples, targets, weights = self._validated(X, y, sample_weight, reset=first)
        if first:
            self._standardise(targets, weights)
        self._learn(self._standard(samples, targets, weights), "mean_square", goes_on=True, epochs=1)
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:
        """The predictions for samples X (N, d): (N,) if the targets had this shape, else (N, outputs)."""
        y = self._outputs(X) * self.y_scale_ + self.y_mean_
        return y[:, 0] if self._flat else y

    def _validated(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, reset: bool
    ) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float64]]:
        """Samples, targets (N, outputs) and weights as arrays, without the samples whose weight is zero."""
        unmasked("X", X)
        unmasked("y", y)
        samples, targets = validate_data(self, X, y, dtype=np.float32, multi_output=True, y_numeric=True, reset=reset)
        flat, targets = targets.ndim == 1, targets.astype(np.float64).reshape(len(samples), -1)
        if not reset and targets.shape[1] != self.n_outputs_:
            raise ValueError(
                f"y: must have {self.n_outputs_} targets per sample, as in the first call, got {targets.shape[1]}; "
                f"pass as many, or call fit"
            )
        weights = weights_for(sample_weight, samples)
        if reset:
            self._flat = flat
        counts = weights > 0
        return samples[counts], targets[counts], weights[counts]

    def _standardise(self, targets: NDArray[np.float64], weights: NDArray[np.float64]) -> None:
        self.n_outputs_ = targets.shape[1]
        self.y_mean_ = np.average(targets, axis=0, weights=weights)
        scale = np.sqrt(np.average((targets - self.y_mean_) ** 2, axis=0, weights=weights))
        self.y_scale_ = np.where(scale > 0, scale, 1.0)

    def _standard(
        self, samples: NDArray[np.float32], targets: NDArray[np.float64], weights: NDArray[np.float64]
    ) -> TargetSet:
        X, y, weights = in_one_order(samples, (targets - self.y_mean_) / self.y_scale_, weights)
        return TargetSet(X, y, weights)
