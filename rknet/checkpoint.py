"""Checkpoints: all that decides how a training goes on, in one safetensors file that is written at once or not at all.

A file holds the weights and what the optimiser remembers of each, and as plain JSON the statistics of the epochs so
far, the place in the order of the samples, the state of NumPy's generator, and a fingerprint of the training it belongs
to.  It is never unpickled.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from rknet.checks import flag, keep, positive
from rknet.engine import SOURCES, Engine
from rknet.nets import Net
from rknet.points import PointSet
from rknet.provenance import source_hash
from rknet.recognition import description

if TYPE_CHECKING:
    from rknet.training import TorchSteps

DECISIVE = (
    "tableaus",
    "nets",
    "augment",
    "rightsides",
    "steps",
    "adjoint",
    "layerwise",
    "streams",
    "captured",
    "engine",
    "recognition",
    "training",
    "checkpoint",
)
"""The modules, besides those of the compiled engine, whose sources decide how a training goes on."""

FORMAT = "rknet checkpoint 1"


@dataclass(frozen=True)
class Checkpoint:
    """Where and how often a training is stored.

    Attributes
    ----------
    path
        The file; its folder is made when the first checkpoint is due.
    every
        Seconds between two checkpoints; with 0 as many as possible.
    keep
        Whether the last one stays when training ends.  A caller who stores the result removes it afterwards.

    Raises
    ------
    ValueError
        If `every` is negative or not finite, `keep` is no bool, or the path is that of a folder.
    """

    path: Path | str
    every: float = 300.0
    keep: bool = False

    def __post_init__(self) -> None:
        keep(
            self, path=Path(self.path), every=positive("every", self.every, or_zero=True), keep=flag("keep", self.keep)
        )
        if self.file.is_dir():
            raise ValueError(f"checkpoint: must be a file, got the folder {str(self.path)!r}; name a file in it")

    @property
    def file(self) -> Path:
        """The path as a path."""
        return Path(self.path)

    @property
    def part(self) -> Path:
        """Where the next checkpoint is written before it takes its place."""
        return self.file.with_name(f".{self.file.name}.part")

    def remove(self) -> None:
        """Remove the file, and what a killed process left half-written."""
        for path in (self.file, self.part):
            path.unlink(missing_ok=True)


class OtherTraining(ValueError):
    """The checkpoint does not belong to this training."""


class Position(NamedTuple):
    """Where a training stands.

    Attributes
    ----------
    rows
        Cost and accuracy on the training and on the validation set, before training and after each epoch that is over.
    done
        Samples of the present epoch that have been used.
    rng
        The generator's state before the order of that epoch was drawn.
    """

    rows: list[list[float]]
    done: int
    rng: Any


class Keeper:
    """Stores a training now and then, and finds what was stored.

    Parameters
    ----------
    checkpoint
        Where and how often.
    steps
        Who takes the steps.
    net, train, validation, facts
        What the training is, before its first step: with the sources and versions this makes its fingerprint.
    """

    def __init__(
        self,
        checkpoint: Checkpoint | Path | str,
        steps: Engine | TorchSteps,
        net: Net,
        train: PointSet,
        validation: PointSet,
        facts: Mapping[str, Any],
    ) -> None:
        self.checkpoint = checkpoint if isinstance(checkpoint, Checkpoint) else Checkpoint(checkpoint)
        self.steps = steps
        self.fingerprint = {name: digest(fact) for name, fact in facts.items()} | {
            "net": digest(description(net), [p.requires_grad for p in net.parameters()], *net.state_dict().values()),
            "data": digest(*(array for points in (train, validation) for array in (points.X, points.c))),
            "sources": source_hash(*DECISIVE, *SOURCES),
            "circumstances": digest(torch.__version__, np.__version__, net.K.device.type, torch.get_num_threads()),
        }
        self.stored = time.monotonic()

    def load(self) -> Position | None:
        """Where the stored training stands, with its weights and moments in place; None if there is nothing to load.

        Raises
        ------
        OtherTraining
            If the file is intact and belongs to another training.
        """
        path = self.checkpoint.file
        if not path.exists():
            return None
        try:
            with safe_open(path, "pt") as file:
                metadata = file.metadata() or {}
                foreign = self._foreign(metadata)
                tensors = {} if foreign else {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (OSError, SafetensorError) as error:
            warnings.warn(f"{path}: torn, or no checkpoint ({error}); training begins anew", stacklevel=3)
            return None
        if foreign:
            raise OtherTraining(
                f"checkpoint: must be of this training, got {str(path)!r} of {foreign}; "
                f"remove the file or name another one"
            )
        if checksum(metadata, tensors) != metadata.get("checksum"):
            warnings.warn(f"{path}: damaged, its checksum does not hold; training begins anew", stacklevel=3)
            return None
        restore(self.steps, tensors)
        return Position(**json.loads(metadata["position"]))

    def _foreign(self, metadata: Mapping[str, str]) -> str:
        """In which respect a file is that of another training; empty if it is this one's."""
        if metadata.get("format") != FORMAT:
            return "another program or format"
        theirs = json.loads(metadata["fingerprint"])
        differing = [name for name, mine in self.fingerprint.items() if theirs.get(name) != mine]
        return f"another {' and '.join(differing)}" if differing else ""

    def offer(self, position: Position) -> None:
        """Store the training if a checkpoint is due."""
        if time.monotonic() - self.stored >= self.checkpoint.every:
            self.save(position)
            self.stored = time.monotonic()

    def save(self, position: Position) -> None:
        """Store the training."""
        tensors = {name: tensor.cpu() for name, tensor in state(self.steps).items()}
        metadata = {
            "format": FORMAT,
            "fingerprint": json.dumps(self.fingerprint),
            "position": json.dumps(position._asdict()),
        }
        metadata["checksum"] = checksum(metadata, tensors)
        path, part = self.checkpoint.file, self.checkpoint.part
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, part, metadata)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, path)

    def finish(self) -> None:
        """Remove the checkpoint of a training that has ended, unless it is to be kept."""
        if not self.checkpoint.keep:
            self.checkpoint.remove()


def state(steps: Engine | TorchSteps) -> dict[str, Tensor]:
    """All that decides the steps to come, by name."""
    if not isinstance(steps, Engine):
        return steps.state()
    parts = zip(("weights", "m", "v"), (steps.weights, *steps.moments), strict=True)
    arrays = {f"{part}/{name}": array for part, of in parts for name, array in of._asdict().items()}
    return {name: torch.from_numpy(array) for name, array in {**arrays, "powers": steps.rule.powers}.items()}


def restore(steps: Engine | TorchSteps, stored: Mapping[str, Tensor]) -> None:
    """Go on from a `state` that was stored."""
    if not isinstance(steps, Engine):
        return steps.restore(stored)
    for name, tensor in state(steps).items():
        tensor.copy_(stored[name])


def checksum(metadata: Mapping[str, str], tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 (hex) of everything in a file but itself."""
    texts = {key: text for key, text in metadata.items() if key != "checksum"}
    return digest(sorted(texts.items()), *(part for name in sorted(tensors) for part in (name, tensors[name])))


def digest(*parts: Any) -> str:
    """SHA-256 (hex) of arrays and tensors, by type, shape and bytes, and of plain values, by their `repr`."""
    whole = hashlib.sha256()
    for part in parts:
        if isinstance(part, Tensor):
            part = part.detach().cpu().numpy()
        if isinstance(part, np.ndarray):
            whole.update(f"{part.dtype} {part.shape}\n".encode())
            whole.update(np.ascontiguousarray(part).data)
        else:
            whole.update(f"{part!r}\n".encode())
    return whole.hexdigest()
