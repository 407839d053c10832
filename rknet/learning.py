"""What the scikit-learn estimators share: samples with weights, going on with a net, and warnings."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
from torch import Tensor, nn

from rknet.activations import Activation
from rknet.callbacks import Callback, Training
from rknet.checks import flag, positive, set_aside, shown, unmasked, whole
from rknet.data.points import PointSet
from rknet.data.targets import SampleSet, TargetSet
from rknet.engines.plain import batch_cost, relative
from rknet.history import History
from rknet.lifts import Lift
from rknet.named import net_of
from rknet.nets import Net
from rknet.prediction import answered, batched
from rknet.protocol import Protocol
from rknet.savable import Savable
from rknet.schedules import SCHEDULES, Schedule
from rknet.schemes import Steps, scheme_of
from rknet.tableaus import Tableau
from rknet.training import fit

DEFAULT_WIDTH = 16
"""The width of most of the paper's networks; wider inputs get one dimension more than they have."""

EPOCHS, MOST_EPOCHS, STEPS = 40, 200, 1000
"""The paper's epochs, and how many are run at most where so few samples would not make that many steps."""

REPEATED = 10
"""Whole-numbered weights repeat samples as long as that makes at most so many times as many."""

LARGE, SMALL = 10.0, 0.01
"""Features whose root mean square exceeds the first, or all of which have a smaller standard deviation than the second,
are far from the spread of one that the networks expect."""

NOTHING = 0.05
"""Below this cost the same prediction for all samples is so good that a training needs not be better."""


class Memory(Callback):
    """Keeps in memory where a training has ended, so that another one goes on from there with the same numbers."""

    def __init__(self) -> None:
        self.kind: tuple[str, str] | None = None
        self.state: Mapping[str, Tensor] = {}
        self.drawn: Any = None
        self.past = 0

    def begin(self, training: Training) -> None:
        """Go on: with the optimiser's memory if it is the same one, with the order of samples and the schedule."""
        if self.kind is not None:
            training.drawn, training.past = self.drawn, self.past
        if self.kind == (training.engine_name, training.protocol.optimizer):
            training.engine.restore(self.state)

    def end(self, training: Training) -> None:
        """Keep what decides the epochs to come, if training has not failed."""
        if training.ended is None:
            return
        self.kind = training.engine_name, training.protocol.optimizer
        self.state = {name: tensor.detach().cpu().clone() for name, tensor in training.engine.state().items()}
        rng = np.random.default_rng()
        rng.bit_generator.state = training.drawn
        rng.permutation(len(training.train))  # the last epoch's
        self.drawn, self.past = rng.bit_generator.state, self.past + len(training.rows) - 1


class Learner(Savable, BaseEstimator):
    """An estimator whose net `rknet.fit` trains; a subclass says what its samples are."""

    n_features_in_: int
    net_: Net
    history_: History
    loss_curve_: list[float]
    n_iter_: int
    _memory: Memory

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
        optimizer: str = "adam",
        learning_rate: float | None = None,
        weight_decay: float = 0.0,
        clip: float | None = None,
        schedule: str | Schedule = "constant",
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        tolerance: float = 0.05,
        warm_start: bool = False,
        device: str = "cpu",
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
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.clip = clip
        self.schedule = schedule
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.tolerance = tolerance
        self.warm_start = warm_start
        self.device = device
        self.random_state = random_state

    def _learn(self, samples: SampleSet, loss: str, goes_on: bool, epochs: int | None = None) -> None:
        """Train on samples: a new net; the one there is, with `goes_on` from where its training had ended."""
        warm = flag("warm_start", self.warm_start)
        net_seed, order_seed, split_seed = self._seeds(goes_on)
        train, validation = (samples, samples) if goes_on else self._split(samples, split_seed)
        train, validation = repeated(train), repeated(validation)
        net = self._net(train, net_seed)
        if (warm or goes_on) and hasattr(self, "net_"):
            self._take_over(net)
        memory = copy.copy(self._memory) if goes_on and hasattr(self, "_memory") else Memory()
        protocol = self._protocol(loss, len(train))
        protocol = protocol if epochs is None else replace(protocol, epochs=epochs)
        net.to(device_of(self.device))
        history = fit(net, train, validation, protocol, seed=order_seed, progress=False, callbacks=[memory])
        self._memory, self.history_ = memory, history
        self.n_iter_ = memory.past
        curve = history.train_cost[1:].tolist()
        self.loss_curve_ = [*self.loss_curve_, *curve] if memory.past > len(curve) else curve
        # In double precision a row's prediction does not depend on the other rows, but for the last digits.
        self.net_ = net.cpu().double()
        if epochs is None or history.ended == "diverged":
            warn_of_failure(train, loss, history)

    def _seeds(self, goes_on: bool) -> list[int]:
        """Those of the net, the order of samples and the split; who goes on needs none, and draws none."""
        if goes_on and hasattr(self, "_memory"):
            return [0, 0, 0]
        try:
            source = check_random_state(self.random_state)
        except ValueError:
            raise ValueError(
                f"random_state: must be None, a whole number from 0 to {2**32 - 1} or a RandomState, got "
                f"{shown(self.random_state)}; pass for example random_state=0"
            ) from None
        return [int(seed) for seed in source.randint(np.iinfo(np.int32).max, size=3)]

    def _outputs(self, X: ArrayLike) -> NDArray[np.float64]:
        """W y[L] + mu of samples X (N, d)."""
        check_is_fitted(self)
        unmasked("X", X)
        samples = validate_data(self, X, dtype=np.float32, order="C", reset=False)  # torch knows no negative strides
        return answered(batched(self.net_, torch.tensor(samples, dtype=torch.float64), self.net_.d_hat)).numpy()

    def _net(self, samples: SampleSet, seed: int) -> Net:
        d, outputs = samples.d, samples.classes
        d_hat = max(DEFAULT_WIDTH, d + 1) if self.d_hat is None else self.d_hat
        arguments: dict[str, Any] = {"activation": self.activation, "lift": self.lift, "seed": seed}
        scheme = None if self.tableau is None else scheme_of(self.tableau, "tableau")
        net = net_of(scheme or "standard", d, d_hat, max(outputs, 2), self.L, h=self.h, **arguments)
        # A classifier has two classes or more; a net of one output is left with the first row of W and mu.
        net.W, net.mu = nn.Parameter(net.W[:outputs].detach()), nn.Parameter(net.mu[:outputs].detach())
        return net

    def _take_over(self, net: Net) -> None:
        """Give a new net the weights of the present one; ValueError unless it is the same but for the weights."""
        if net.architecture != self.net_.architecture:
            new, old = net.architecture, self.net_.architecture
            differing = [name for name in new if new[name] != old.get(name)]
            shown_old, shown_new = ({name: of.get(name) for name in differing} for of in (old, new))
            raise ValueError(
                f"warm_start: must go on with the net that was fitted, which has {shown(shown_old)}, got "
                f"{shown(shown_new)}; set warm_start=False, or leave these as they were"
            )
        net.load_state_dict(self.net_.state_dict())

    def _protocol(self, loss: str, N: int) -> Protocol:
        batch_size = min(whole("batch_size", self.batch_size), N)
        needed = -(-STEPS // -(-N // batch_size))
        epochs = min(max(needed, EPOCHS), MOST_EPOCHS) if self.epochs is None else whole("epochs", self.epochs)
        schedule = self.schedule
        if isinstance(schedule, str) and schedule in SCHEDULES:  # by all epochs, also where one is run at a time
            schedule = "constant" if schedule == "constant" else SCHEDULES[schedule](epochs)
        return Protocol(
            epochs=epochs,
            batch_size=batch_size,
            loss=loss,
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            stop_early=self.early_stopping,
            tolerance=self.tolerance,
            weight_decay=self.weight_decay,
            clip=self.clip,
            schedule=schedule,
        )

    def _split(self, samples: SampleSet, seed: int) -> tuple[SampleSet, SampleSet]:
        """Training and validation samples; without early stopping nothing is set aside and both are the same."""
        if not flag("early_stopping", self.early_stopping):
            return samples, samples
        fraction = positive("validation_fraction", self.validation_fraction)
        if not fraction < 1:
            raise ValueError(
                f"validation_fraction: must be less than 1, got {self.validation_fraction}; "
                f"pass for example validation_fraction=0.1"
            )
        classes = samples.c if isinstance(samples, PointSet) else None
        if isinstance(samples, PointSet):
            named = getattr(self, "classes_", np.arange(samples.classes)).tolist()
            counts = np.bincount(samples.c, minlength=samples.classes).tolist()
            set_aside(fraction, dict(zip(named, counts, strict=True)))
        rows = train_test_split(np.arange(len(samples)), test_size=fraction, stratify=classes, random_state=seed)
        train, validation = (samples[np.sort(part)] for part in rows)
        return train, validation

    def _refuse_early_stopping(self) -> None:
        if flag("early_stopping", self.early_stopping):
            raise ValueError(
                "early_stopping: must be False for partial_fit, which runs one epoch, got True; pass "
                "early_stopping=False, or call fit"
            )


def weights_for(sample_weight: ArrayLike | None, X: NDArray[Any]) -> NDArray[np.float64]:
    """The weights (N,) of samples X (N, d), ones where there are none; ValueError as scikit-learn raises it."""
    weights: NDArray[np.float64] = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
    if not weights.any():
        raise ValueError("sample_weight: must hold a weight above zero, got zeros only; leave out sample_weight")
    return weights


def in_one_order(X: NDArray[Any], *others: NDArray[Any]) -> list[NDArray[Any]]:
    """The rows of X (N, d) and of arrays beside it, sorted by what they hold, so that their order decides nothing."""
    rows = np.ascontiguousarray(np.column_stack([X, *others]), np.float64)
    order = np.argsort(rows.view(f"V{rows.shape[1] * rows.itemsize}").ravel(), kind="stable")
    return [X[order], *(other[order] for other in others)]


def repeated(samples: SampleSet) -> SampleSet:
    """Samples without weights where whole numbers of repetitions say the same, see `REPEATED`, or all are alike."""
    weights = samples.weights
    if weights is None:
        return samples
    if (weights == np.rint(weights)).all() and weights.sum() <= REPEATED * len(samples):
        return replace(samples, weights=None)[np.arange(len(samples)).repeat(weights.astype(np.int64))]
    return replace(samples, weights=None) if np.ptp(weights) == 0 else samples


def device_of(name: Any) -> torch.device:
    """A device of PyTorch by its name; ValueError unless there is such a device here."""
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, TypeError, ValueError) as error:
        raise ValueError(
            f"device: must be a device that PyTorch has here, got {shown(name)} ({str(error).splitlines()[0][:80]}); "
            f"pass device='cpu'"
        ) from None
    return device


def warn_of_scale(X: NDArray[Any]) -> None:
    """A warning where features are far from a spread of one, see `LARGE` and `SMALL`."""
    sizes = np.sqrt(np.mean(np.square(X, dtype=np.float64), axis=0))
    worst = int(sizes.argmax())
    if sizes[worst] > LARGE:
        found = f"feature {worst} has a root mean square of {sizes[worst]:.3g}"
    elif len(X) > 1 and X.std(axis=0, dtype=np.float64).max() < SMALL:
        found = f"no feature has a standard deviation above {X.std(axis=0, dtype=np.float64).max():.2g}"
    else:
        return
    warnings.warn(f"X: {found}; networks expect about one, so put a StandardScaler in front", stacklevel=4)


def warn_of_failure(samples: SampleSet, loss: str, history: History) -> None:
    """A warning where training has diverged, or has reached no lower cost than a prediction that is always the same."""
    if history.ended == "diverged":
        said = "training diverged; scale the inputs or lower learning_rate"
    else:
        constant = constant_cost(samples, loss)
        if history.train_cost[-1] < constant or constant < NOTHING:
            return
        said = (
            f"training has reached a cost of {history.train_cost[-1]:.3g} on its own samples, no less than the "
            f"{constant:.3g} of always making the same prediction; scale the inputs, or raise epochs or learning_rate"
        )
    warnings.warn(said, ConvergenceWarning, stacklevel=5)


def constant_cost(samples: SampleSet, loss: str) -> float:
    """The cost of the best prediction that is the same for all samples: their mean, or the classes' shares."""
    weights = np.ones(len(samples)) if samples.weights is None else samples.weights
    if isinstance(samples, TargetSet):
        constant = np.average(samples.c.astype(np.float64), axis=0, weights=weights)
        c = torch.as_tensor(samples.c, dtype=torch.float64)
    else:
        shares = np.bincount(samples.c, weights=weights, minlength=samples.classes)
        with np.errstate(divide="ignore"):
            constant = np.maximum(np.log(shares / shares.sum()), -50.0)
        c = torch.as_tensor(samples.c)
    logits = torch.as_tensor(constant).expand(len(samples), -1)
    return batch_cost(loss, logits, c, torch.as_tensor(relative(weights))).item()
