"""Nets, and fitted estimators, as files: arrays as safetensors, everything else as JSON in the file's metadata.

A file is written at once or not at all, is known as ours by its format, and carries a checksum.  It is never unpickled:
a net is built from the plain values of its architecture, with names that this process knows.
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from rknet import files
from rknet.activations import ACTIVATIONS
from rknet.checkpoint import checksum, format_of
from rknet.checks import choose, flag, shown
from rknet.convolution import ConvolutionalRKNet
from rknet.decoding import LONGEST, convert, decode
from rknet.equality import ByValue
from rknet.identity import obstacle
from rknet.lifts import LIFTS
from rknet.named import EulerNet, RK4Net, net_of
from rknet.nets import Net
from rknet.schemes import PAPER_NETS, explicit
from rknet.tableaus import TABLEAUS, Tableau

MARK = "rknet saved "
"""How the format of every file of this module begins."""

NET, ESTIMATOR = f"{MARK}net 1", f"{MARK}estimator 1"

READERS: dict[str, str] = {NET: "rknet.saving:net_from", ESTIMATOR: "rknet.estimator_files:estimator_from"}
"""What makes of a file of each format what was saved."""

FAULTS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    RuntimeError,
    SafetensorError,
    TypeError,
    ValueError,
)
"""What reading a file of ours may raise that holds something else."""

NAMED: dict[str, type[EulerNet | RK4Net]] = {"EulerNet": EulerNet, "RK4Net": RK4Net}


@dataclass(frozen=True, eq=False)
class Saved(ByValue):
    """What a file holds: plain values, and arrays by name."""

    facts: dict[str, Any]
    tensors: dict[str, Tensor]

    def under(self, prefix: str) -> dict[str, Tensor]:
        """The arrays whose names begin so, without that beginning."""
        return {name.removeprefix(prefix): of for name, of in self.tensors.items() if name.startswith(prefix)}


class Architecture(msgspec.Struct):
    """The plain values of a net: see `rknet.nets.Net.architecture`."""

    d: int
    d_hat: int
    classes: int
    L: int
    activation: str
    lift: str
    net: str = ""
    A: list[list[str]] | None = None
    beta: list[str] | None = None
    h: float | list[float] = 0.05
    image: tuple[int, int, int] | None = None
    shape: tuple[int, int, int] | None = None
    border: int = 0
    kernel: int = 0
    pooled: bool = True


def save(of: Any, path: Path | str, *, overwrite: bool = False) -> None:
    """Write a net or a fitted estimator to a file that `load` reads.

    Parameters
    ----------
    of
        A net of the library, of any scheme, with a lift and an activation known by name, or an estimator: see
        `rknet.estimator_files.save`.
    path
        The file; folders that are missing are made.
    overwrite
        Whether a file is replaced that was not written by this function or by the estimators.

    Raises
    ------
    ValueError
        If plain values do not tell what the net computes, or another file is at the path.
    OSError
        If it cannot be written.
    """
    if isinstance(of, Net):
        write(path, NET, facts_of(of), dict(of.state_dict()), overwrite=overwrite)
    else:
        pkgutil.resolve_name("rknet.estimator_files:save")(of, path, overwrite=overwrite)


def load(path: Path | str) -> Any:
    """The net, or the fitted estimator, that a file holds.

    Raises
    ------
    ValueError
        If the file is none of ours, is damaged, or holds what cannot be a net.
    OSError
        If it cannot be read.
    """
    file = files.existing("path", path)
    form = format_of(file)
    if form not in READERS:
        other = f"of the format {shown(form)}" if form.startswith(MARK) else "which is none"
        raise ValueError(
            f"path: must be a net or an estimator that rknet has saved, got {str(path)!r}, {other}; "
            f"pass a file that net.save or model.save has written"
        )
    try:
        return pkgutil.resolve_name(READERS[form])(read(file))
    except FAULTS as error:
        raise ValueError(
            f"path: must hold what rknet has saved, got {str(path)!r} with something else "
            f"({' '.join(str(error).split())[:LONGEST]}); save it again"
        ) from None


def write(
    path: Path | str, form: str, facts: Mapping[str, Any], tensors: Mapping[str, Tensor], *, overwrite: bool
) -> None:
    """Write plain values and arrays; ValueError, before anything is written, if another's file is at the path."""
    file = files.new("path", path, ours, "save", flag("overwrite", overwrite))
    arrays = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    metadata = {"format": form, "facts": json.dumps(facts)}
    metadata["checksum"] = checksum(metadata, arrays)
    files.write(file, lambda part: save_file(arrays, part, metadata))


def ours(file: Path) -> bool:
    """Whether a file says that it is of this module."""
    return format_of(file).startswith(MARK)


def read(file: Path) -> Saved:
    """What a file holds; ValueError unless its checksum holds."""
    with safe_open(file, "pt") as opened:
        metadata = opened.metadata() or {}
        tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118  no mapping
    if checksum(metadata, tensors) != metadata.get("checksum"):
        raise ValueError("damaged, its checksum does not hold")
    return Saved(decode(metadata["facts"], dict[str, Any]), tensors)


def architecture_of(net: Net) -> dict[str, Any]:
    """The plain values of a net that can be built from them; ValueError for any other."""
    reason = obstacle(net)
    known = type(net) is ConvolutionalRKNet or not isinstance(net, ConvolutionalRKNet)
    if reason is not None or not known or net.activation not in ACTIVATIONS or net.lift_name not in LIFTS:
        raise ValueError(
            f"net: must be one that its plain values tell, got a {type(net).__name__}, but "
            f"{reason or 'its lift or activation has no name'}; keep its state_dict, and build it by your own code"
        )
    return net.architecture


def facts_of(net: Net) -> dict[str, Any]:
    """What a file states of a net: its architecture, and which weights are trained."""
    trained = [name for name, parameter in net.named_parameters() if parameter.requires_grad]
    return {"architecture": architecture_of(net), "trained": trained}


def net_from(saved: Saved, prefix: str = "") -> Net:
    """The net of a file; ValueError if its values or arrays do not make one."""
    tensors = saved.under(prefix)
    stated = convert(saved.facts["architecture"], Architecture)
    choose("activation", stated.activation, ACTIVATIONS)
    choose("lift", stated.lift, LIFTS)
    # A file is no larger than what it holds: sizes that its arrays do not have are refused before anything is made.
    sizes = tensors["mu"].shape, tensors["K"].shape[:1], tensors["W"].shape[:1]
    if sizes != ((stated.classes,), (stated.L,), (stated.classes,)) or tensors["b"].shape[:1] != (stated.L,):
        raise ValueError(f"arrays must have the sizes that are stated, got {[list(of) for of in sizes]}")
    net = _built(stated, tensors)
    shapes = {name: tuple(tensor.shape) for name, tensor in net.state_dict().items()}
    if shapes != {name: tuple(tensor.shape) for name, tensor in tensors.items()}:
        raise ValueError("arrays must have the shapes of the net that is stated")
    net.to(tensors["K"].dtype).load_state_dict(tensors)
    net.validate()
    trained = convert(saved.facts["trained"], list[str])
    for name, parameter in net.named_parameters():
        parameter.requires_grad_(name in trained)
    return net


def _built(stated: Architecture, tensors: Mapping[str, Tensor]) -> Net:
    """A net of these plain values, with any weights."""
    options: dict[str, Any] = {"activation": stated.activation, "lift": stated.lift}
    classes = max(stated.classes, 2)
    if stated.A is None or stated.beta is None:
        net = net_of("standard", *_sizes(stated, tensors, classes), **options)
    else:
        tableau = named(Tableau("saved", stated.A, stated.beta))
        if stated.image is not None and stated.shape is not None:
            channels = tensors["K"].shape[1]
            kernel: dict[str, Any] = {"kernel": stated.kernel, "border": stated.border, "pooled": stated.pooled}
            net = ConvolutionalRKNet(
                stated.image, channels, classes, stated.L, tableau=tableau, h=stated.h, **options, **kernel
            )
        else:
            sizes = _sizes(stated, tensors, classes)
            kind = NAMED.get(stated.net)
            options["h"] = stated.h
            net = (
                kind(*sizes, **options)
                if kind and tableau == PAPER_NETS[stated.net]
                else net_of(tableau, *sizes, **options)
            )
    if stated.classes == 1:  # a regression of one output
        net.W, net.mu = (torch.nn.Parameter(of[:1].detach()) for of in (net.W, net.mu))
    return net


def named(tableau: Tableau) -> Tableau:
    """The scheme of the library that is equal to an explicit tableau, or itself; ValueError if it is implicit."""
    return next((known for known in TABLEAUS.values() if known == tableau), explicit(tableau))


def _sizes(stated: Architecture, tensors: Mapping[str, Tensor], classes: int) -> tuple[int, int, int, int]:
    """d, d_hat, classes and L of a net of matrices; ValueError unless the arrays have them."""
    if tuple(tensors["K"].shape) != (stated.L, stated.d_hat, stated.d_hat) or stated.d > stated.d_hat:
        raise ValueError(f"K must have the shape of the net that is stated, got {list(tensors['K'].shape)}")
    return stated.d, stated.d_hat, classes, stated.L
