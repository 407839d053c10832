"""Fitted estimators as files: their parameters, what they have learned, and where their training stands."""

from __future__ import annotations

import pkgutil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rknet import saving
from rknet.checks import choose, shown, step_sizes
from rknet.decoding import convert
from rknet.history import History
from rknet.learning import Learner, Memory
from rknet.schedules import Cosine, Steps
from rknet.tableaus import Tableau

KINDS = {
    "RKNetClassifier": "rknet.estimator:RKNetClassifier",
    "RKNetRegressor": "rknet.regressor:RKNetRegressor",
}
"""The estimators that a file may hold."""

SCHEDULES: dict[str, Any] = {"Steps": Steps, "Cosine": Cosine}

LEARNED = ("n_features_in_", "n_iter_", "loss_curve_", "n_outputs_", "_flat")
"""Attributes of plain values, where an estimator has them."""
ARRAYS = ("classes_", "feature_names_in_", "y_mean_", "y_scale_")
"""Attributes that are arrays."""
CURVES = ("train_cost", "train_accuracy", "val_cost", "val_accuracy")


def save(model: Learner, path: Path | str, *, overwrite: bool = False) -> None:
    """Write a fitted estimator to a file that `rknet.load` reads; it predicts and goes on with the same bits.

    ValueError if it is not fitted, a parameter has no plain value, or a file at the path is not of `rknet.saving`;
    OSError if it cannot be written.
    """
    if not hasattr(model, "net_"):
        raise ValueError(f"model: must be fitted, got {shown(model)}; call fit first")
    memory, history = model._memory, model.history_
    facts = {
        "estimator": choose_kind(model),
        "parameters": {name: plain(name, value) for name, value in model.get_params(deep=False).items()},
        "learned": {name: getattr(model, name) for name in LEARNED if hasattr(model, name)},
        "arrays": {name: listed(name, getattr(model, name)) for name in ARRAYS if hasattr(model, name)},
        "ended": [history.ended, history.engine],
        "memory": {"kind": memory.kind, "drawn": memory.drawn, "past": memory.past},
        **saving.facts_of(model.net_),
    }
    tensors: dict[str, Tensor] = {f"net/{name}": tensor for name, tensor in model.net_.state_dict().items()}
    tensors |= {f"memory/{name}": tensor for name, tensor in memory.state.items()}
    tensors |= {f"history/{name}": torch.as_tensor(getattr(history, name)) for name in CURVES}
    saving.write(path, saving.ESTIMATOR, facts, tensors, overwrite=overwrite)


def estimator_from(saved: saving.Saved) -> Learner:
    """The estimator of a file; ValueError, or an error of another kind, if it holds something else."""
    facts, learned = saved.facts, saved.facts["learned"]
    kind = pkgutil.resolve_name(choose("estimator", facts["estimator"], KINDS))
    parameters = convert(facts["parameters"], dict[str, Any])
    model: Learner = kind(**{name: revived(value) for name, value in parameters.items()})
    for name in LEARNED:
        if name in learned:
            setattr(model, name, learned[name])
    for name in ARRAYS:
        if name in facts["arrays"]:
            setattr(model, name, array(facts["arrays"][name]))
    model.net_ = saving.net_from(saved, "net/")
    curves = {name: tensor.numpy() for name, tensor in saved.under("history/").items()}
    ended, engine = convert(facts["ended"], tuple[str, str])
    model.history_ = History(**{name: curves[name] for name in CURVES}, ended=ended, engine=engine)
    model._memory = memory = Memory()
    memory.kind = convert(facts["memory"]["kind"], tuple[str, str])
    memory.drawn, memory.past = facts["memory"]["drawn"], convert(facts["memory"]["past"], int)
    np.random.default_rng(0).bit_generator.state = memory.drawn
    memory.state = saved.under("memory/")
    check(model)
    return model


def check(model: Learner) -> None:
    """ValueError unless the net fits what the estimator has learned."""
    outputs = len(model.classes_) if hasattr(model, "classes_") else model.n_outputs_
    scales = [getattr(model, name) for name in ("y_mean_", "y_scale_") if hasattr(model, name)]
    if (
        model.net_.d != model.n_features_in_
        or model.net_.classes != outputs
        or model.net_.K.dtype != torch.float64
        or any(scale.shape != (outputs,) or scale.dtype != np.float64 for scale in scales)
        or type(model.n_iter_) is not int
        or not all(isinstance(cost, float) for cost in model.loss_curve_)
    ):
        raise ValueError("the net must fit the features, the classes or targets, and their scales")


def choose_kind(model: Learner) -> str:
    """The name of an estimator in `KINDS`; ValueError for one of another class."""
    name = type(model).__name__
    if name not in KINDS or pkgutil.resolve_name(KINDS[name]) is not type(model):
        raise ValueError(f"model: must be one of {', '.join(KINDS)}, got a {name}; save its net_ instead")
    return name


def plain(name: str, value: Any) -> Any:
    """A parameter in plain values; ValueError if it has none, such as a function of the user's."""
    if isinstance(value, Tableau):
        entries = [[str(a) for a in row] for row in value.A], [str(w) for w in value.beta], [str(c) for c in value.c]
        return {"tableau": [value.name, *entries]}
    if type(value) in SCHEDULES.values():
        return {"schedule": [type(value).__name__, vars(value)]}
    if isinstance(value, dict):
        return {"weights": [[listed(name, np.asarray([key])), float(weight)] for key, weight in value.items()]}
    if isinstance(value, (list, tuple, np.ndarray)):
        return step_sizes(name, value)
    if isinstance(value, np.generic):
        value = value.item()
    if value is not None and not isinstance(value, (bool, int, float, str)):
        raise ValueError(
            f"{name}: must be a name or a number to be saved, got {shown(value)}; "
            f"save model.net_ instead, or give it a name"
        )
    return value


def revived(value: Any) -> Any:
    """The parameter of these plain values."""
    if not isinstance(value, dict):
        return value
    ((kind, of),) = value.items()
    if kind == "tableau":
        return Tableau(*of)
    if kind == "schedule":
        return choose("schedule", of[0], SCHEDULES)(**of[1])
    return {array(key)[0].item(): float(weight) for key, weight in of}


def listed(name: str, values: Any) -> list[Any]:
    """An array as its kind and its values; ValueError if they are no numbers, truth values or texts."""
    values = np.asarray(values)
    texts = values.dtype.kind == "O" and all(isinstance(value, str) for value in values)
    if values.dtype.kind not in "biufU" and not texts:
        raise ValueError(
            f"{name}: must hold numbers or texts to be saved, got {shown(values)}; fit with labels of these kinds"
        )
    kind = "O" if texts else values.dtype.str
    return [kind, values.tolist()]


def array(listed: Any) -> np.ndarray[Any, Any]:
    """The array of `listed`."""
    kind, values = convert(listed, tuple[str, list[bool | int | float | str]])
    if kind != "O" and np.dtype(kind).kind not in "biufU":
        raise ValueError("arrays must be of numbers or texts")
    return np.array(values, dtype=object if kind == "O" else np.dtype(kind))
