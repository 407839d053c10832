"""What a net computes, in plain values: the one place that decides whether a net is what its class says.

An engine other than PyTorch, the cache and a checkpoint know a net by its arrays and a few plain values.  That is right
as long as nothing else decides what the net computes: no method replaced in a class or on the instance, no hook, no
array computed from others.  `computes` states those values, and `obstacle` says what else there is.
"""

from __future__ import annotations

import inspect
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules import module as modules
from torch.optim import optimizer as optimizers

from rknet.activations import SHIPPED
from rknet.lifts import LearnedLinear, Lift, MatrixLift, RandomLinear, RandomOrthogonal, ZeroPadding
from rknet.named import EulerNet, RK4Net
from rknet.nets import Net, RKNet, StandardNet

Class = TypeVar("Class", bound=type)

NETS = (Net, StandardNet, RKNet, EulerNet, RK4Net)
LIFTS = (Lift, ZeroPadding, MatrixLift, RandomLinear, RandomOrthogonal, LearnedLinear)

ORIGINAL: dict[type, dict[str, Any]] = {cls: dict(vars(cls)) for cls in (nn.Module, *NETS, *LIFTS)}
"""The classes whose nets are known by plain values, as they were when they were imported."""

WEIGHTS = {"K", "b", "W", "mu"}
CALLS = {"__call__", "__getattr__", "__getattribute__", "__setattr__"}
"""Special methods that may change what a net computes."""
HARMLESS = {"__init__", "extra_repr"}
"""What a class from elsewhere may define of its own: what they leave behind is seen on the instance."""
ATTRIBUTES = {*WEIGHTS, "lift", "sigma", "h", "_tableau", "_A", "_beta", "matrix", "d", "d_hat"} | {
    *("image", "shape", "border", "pixel", "kernel", "pooled")
}
"""Attributes of instances, which a class from elsewhere could hide."""
LAYER = {"f", "layer", "by_layer", "_propagate"}
"""The methods that make a layer, and the pass through all of them."""


def known(cls: Class) -> Class:
    """Make a class one of the library's: the `architecture` of such a net states all that it computes."""
    ORIGINAL[cls] = dict(vars(cls))
    return cls


def computes(net: nn.Module) -> dict[str, Any] | None:
    """Everything but the weights that decides what a net computes, in plain values; None if such values cannot tell.

    Nets with the same values here and the same weights compute the same, whatever their classes are called.
    """
    if obstacle(net) is not None:
        return None
    assert isinstance(net, Net)
    return {name: value for name, value in net.architecture.items() if name != "net"}


def obstacle(net: nn.Module) -> str | None:
    """Why plain values and the weights do not tell what a net computes; None if they do."""
    reason = changed(net)
    if reason is not None or not isinstance(net, Net):
        return reason
    arrays = WEIGHTS | {f"lift.{name}" for name in net.lift.state_dict()}
    if type(net.lift) not in ORIGINAL:
        return f"the lift is a {type(net.lift).__name__}"
    if foreign(net) or set(net.state_dict()) != arrays or not _are_parameters(net):
        return _own(net)
    return None


def changed(net: nn.Module) -> str | None:
    """What decides the numbers of a net besides its class, its arrays and its plain values; None if nothing does."""
    if not isinstance(net, Net):
        return f"the net is a {type(net).__name__} and no Net"
    if any(_hooked(part) for part in net.modules()) or _hooked_everywhere():
        return "the net has hooks"
    if not _knows_sigma(net):
        return "sigma is from elsewhere"
    if any(_patched(part) for part in net.modules()):
        return _own(net)
    arrays = list(net.state_dict(keep_vars=True).values())
    if any(type(array) not in (nn.Parameter, Tensor) for array in arrays):
        return f"{_own(net)}, an array of another class"
    if overlap([array for array in arrays if array.device.type != "meta"]):
        return f"{_own(net)}, arrays that share memory"
    device = net.K.device.type
    if torch.amp.is_autocast_available(device) and torch.is_autocast_enabled(device):
        return "PyTorch's autocast decides about precision"
    return None


def foreign(net: nn.Module) -> list[type]:
    """The classes from elsewhere, or changed after their import, that decide what a net computes."""
    return list(dict.fromkeys(cls for part in net.modules() for cls in _foreign(type(part))))


def layer_of(net: Net) -> str | None:
    """``"standard"`` for the layers of a `StandardNet`, ``"scheme"`` for those of an `RKNet`, None for any other.

    Whatever happens outside the layers, such as hooks of the net or weights computed from others, does not count.
    """
    kinds = {(StandardNet.layer, Net.by_layer): "standard", (RKNet.layer, RKNet.by_layer): "scheme"}
    kind = kinds.get((type(net).layer, type(net).by_layer))
    ours = type(net).f is Net.f and type(net)._propagate is Net._propagate
    kept = all(ORIGINAL[cls].get(name) is vars(cls).get(name) for cls in NETS for name in LAYER)
    return kind if ours and kept and _knows_sigma(net) and not LAYER & vars(net).keys() else None


def description(net: Net) -> list[Any]:
    """What a checkpoint states of a net, in plain values: what it `computes`, or the source of a class from elsewhere.

    Raises
    ------
    ValueError
        If neither tells the net from others.
    """
    facts = computes(net)
    reason = None if facts is not None else changed(net)
    described: list[Any] = [facts]
    if facts is None and reason is None:
        attributes = [(name, vars(part)) for name, part in net.named_modules()]
        plain = {
            f"{name}.{key}": value
            for name, values in attributes
            for key, value in values.items()
            if key not in INTERNAL and key != "sigma"
        }
        other = next((name for name, value in plain.items() if not _is_plain(value)), None)
        reason = None if other is None else f"its {other.lstrip('.')} is a {type(plain[other]).__name__}"
        described = [net.architecture, sorted(plain.items())]
        try:
            described += [(cls.__module__, cls.__qualname__, inspect.getsource(cls)) for cls in foreign(net)]
        except (OSError, TypeError):
            reason = "the source of its class is not at hand"
    if reason is not None:
        raise ValueError(
            f"checkpoint: must be of a net that can be told from others, got a {type(net).__name__}, but {reason}; "
            f"leave checkpoint out, or write that change as a class of your own"
        )
    return described


INTERNAL = {*vars(nn.Module()), "_tableau", "_A", "_beta"} - {"training"}
"""Attributes of every module, and of an `RKNet` those that its architecture states."""


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, (bool, int, float, str, np.generic))


def _own(net: nn.Module) -> str:
    return f"the net is a {type(net).__name__} with changes of its own"


def _foreign(kind: type) -> list[type]:
    """The classes in a module's ancestry that decide what it computes and are not, or no longer, the library's."""
    ancestry = [cls for cls in kind.__mro__ if cls is not object]
    if not any(cls in ORIGINAL and cls is not nn.Module for cls in ancestry):
        return [kind]
    known = {name for cls in ancestry if cls in ORIGINAL for name in ORIGINAL[cls]} | ATTRIBUTES
    return [cls for cls in ancestry if (_replaced(cls) if cls in ORIGINAL else _decisive(vars(cls).keys()) & known)]


def _replaced(cls: type) -> set[str]:
    """The methods of a class of the library that are no longer what they were."""
    before, now = ORIGINAL[cls], vars(cls)
    return {name for name in _decisive(before.keys() | now.keys()) if before.get(name) is not now.get(name)}


def _decisive(names: Any) -> set[str]:
    return {name for name in names if name not in HARMLESS and (name in CALLS or not name.startswith("__"))}


def _patched(part: nn.Module) -> bool:
    """Whether an instance hides something of its class, such as a method."""
    mine = vars(part)
    return any(mine.get(name) is not None for name in dir(type(part)) if name not in INTERNAL)


def _knows_sigma(net: Net) -> bool:
    return any(net.sigma is sigma for sigma in SHIPPED)


def _hooked(part: nn.Module) -> bool:
    arrays = [*part._parameters.values(), *part._buffers.values()]
    return any(value for name, value in vars(part).items() if "_hooks" in name and value) or any(
        array is not None and (array._backward_hooks or getattr(array, "_post_accumulate_grad_hooks", None))
        for array in arrays
    )


def _hooked_everywhere() -> bool:
    """Whether PyTorch calls hooks for all modules, or for all optimisers."""
    of_optimizers = ("_global_optimizer_pre_hooks", "_global_optimizer_post_hooks")
    return modules._has_any_global_hook() or any(getattr(optimizers, name, None) for name in of_optimizers)


def _are_parameters(net: Net) -> bool:
    return all(type(net._parameters.get(name)) is nn.Parameter for name in WEIGHTS)


def overlap(arrays: list[Tensor]) -> bool:
    """Whether arrays, or entries of one, may lie at the same place in memory."""
    spans = []
    for array in arrays:
        count = 1 + sum((n - 1) * step for n, step in zip(array.shape, array.stride(), strict=True))
        if array.numel() > count:
            return True
        first = array.data_ptr()
        spans += [(array.device.index or 0, first, first + count * array.element_size())] if array.numel() else []
    return any(a[0] == b[0] and a[2] > b[1] for a, b in pairwise(sorted(spans)))
