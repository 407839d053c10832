"""Checkpoints: all that decides how a training goes on, in one safetensors file that is written at once or not at all.

A file holds the weights and what the optimiser remembers of each, and as plain JSON the statistics of the epochs so
far, the place in the order of the samples, the state of NumPy's generator, and a fingerprint of the training it belongs
to.  It is never unpickled.
"""

from __future__ import annotations

import contextlib
import errno
import json
import time
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from rknet import files
from rknet.callbacks import Bar, Callback, Training, weighing
from rknet.checks import assign, each, flag, positive
from rknet.decoding import LONGEST, convert, decode
from rknet.hashes import digest
from rknet.identity import description
from rknet.versions import versions_of

MARK = "rknet checkpoint "
"""How the format of every checkpoint begins: by this, in its header, a file is known as ours."""

FORMAT = f"{MARK}1"

LONGEST_HEADER = 100_000_000
"""Bytes of the longest header that safetensors reads."""

ROOM = 16
"""Most bytes of a checkpoint's tensors for each byte of weights; Adam needs three."""

PATIENCE = 10.0
"""Seconds in which the workers of a sweep that was killed have ended."""


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
        If `every` is negative or not finite, or the path is empty or that of anything but a file, or `keep` is no bool.
    """

    path: Path | str
    every: float = 300.0
    keep: bool = False

    def __post_init__(self) -> None:
        every, kept = positive("every", self.every, or_zero=True), flag("keep", self.keep)
        assign(self, path=files.place("checkpoint", self.path), every=every, keep=kept)
        files.regular("checkpoint", self.file)

    @property
    def file(self) -> Path:
        """The checkpoint's file, as a `pathlib.Path`."""
        return Path(self.path)

    def check(self) -> None:
        """ValueError unless a checkpoint can be written here, with no file in its place but a checkpoint."""
        files.regular("checkpoint", self.file)
        if not self.replaceable:
            raise ValueError(
                f"checkpoint: must be a checkpoint or not there yet, got the file {str(self.path)!r}, which is none; "
                f"remove it, or name another one"
            )
        file = self.file.resolve()
        files.writable("checkpoint", file.parent, file.name)

    @property
    def replaceable(self) -> bool:
        """Whether there is nothing at the path, or a file that says it is a checkpoint."""
        kind = files.kind(self.file)
        return kind is None or (kind == "file" and format_of(self.file).startswith(MARK))

    def remove(self) -> None:
        """Remove the file, and what a killed process left half-written.

        What is no checkpoint stays, and so does everything while another process is at it.
        """
        if self.file.exists():
            with contextlib.suppress(files.InUse), files.held("checkpoint", self.file):
                self._discard()

    def _discard(self) -> None:
        files.remove_parts(self.file)
        if self.replaceable:
            self.file.resolve().unlink(missing_ok=True)


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

    rows: list[Annotated[list[float], msgspec.Meta(min_length=4, max_length=4)]]
    done: Annotated[int, msgspec.Meta(ge=0)]
    rng: Any


class Keeper(Callback):
    """Stores a training now and then, and takes up one that was stored; meanwhile it keeps other processes away.

    Parameters
    ----------
    checkpoint
        Where and how often.
    """

    batches = 20

    def __init__(self, checkpoint: Checkpoint | Path | str) -> None:
        self.checkpoint = checkpoint if isinstance(checkpoint, Checkpoint) else Checkpoint(checkpoint)
        self.lock = contextlib.ExitStack()

    def begin(self, training: Training) -> None:
        """Take the file, remove what a killed process left of it half-written, and go on from what it holds.

        Raises
        ------
        ValueError
            If what is at the path is no checkpoint, or that of another training; if no file can be written there, or
            another process is at it.
        """
        self.engine, self.fingerprint = training.engine, fingerprint(training)
        self.stored, self.warned = time.monotonic(), False
        self.checkpoint.check()
        self.lock.enter_context(files.held("checkpoint", self.checkpoint.file, PATIENCE))
        files.remove_parts(self.checkpoint.file)
        position = self.load()
        if position is not None:
            training.rows, training.done, training.drawn = position

    def portion(self, training: Training) -> None:
        """Store the training if a checkpoint is due; where that fails, one warning says so, and training goes on."""
        if time.monotonic() - self.stored < self.checkpoint.every:
            return
        try:
            self.save(Position(training.rows, training.done, training.drawn))
        except (OSError, SafetensorError) as error:
            if not self.warned:
                warnings.warn(f"{self.checkpoint.path}: cannot be written ({error}); training goes on", stacklevel=4)
            self.warned = True
        self.stored = time.monotonic()

    def end(self, training: Training) -> None:
        """Remove the checkpoint of a training that has ended, unless it is to be kept."""
        with self.lock:
            if training.ended is not None and not self.checkpoint.keep:
                self.checkpoint._discard()

    def load(self) -> Position | None:
        """Put the stored weights and moments in place and return the stored position, or None if nothing is stored.

        Raises
        ------
        OtherTraining
            If the file is intact and belongs to another training.
        """
        path = self.checkpoint.file
        if not path.exists():
            return None
        most = LONGEST_HEADER + ROOM * sum(tensor.nbytes for tensor in self.engine.state().values())
        if (size := path.stat().st_size) > most:
            raise OtherTraining(
                f"checkpoint: must be of this training, with at most {most} bytes, got {str(path)!r} with {size}; "
                f"remove the file or name another one"
            )
        try:
            with safe_open(path, "pt") as file:
                metadata = file.metadata() or {}
                foreign = self._foreign(metadata)
                tensors = {} if foreign else {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  no mapping
        except (OSError, SafetensorError) as error:
            warnings.warn(f"{path}: torn ({error}); training begins anew", stacklevel=4)
            return None
        if foreign:
            raise OtherTraining(
                f"checkpoint: must be of this training, got {str(path)!r} of {foreign}; "
                f"remove the file or name another one"
            )
        if checksum(metadata, tensors) != metadata.get("checksum"):
            warnings.warn(f"{path}: damaged, its checksum does not hold; training begins anew", stacklevel=4)
            return None
        try:
            position = _position(metadata)
            self.engine.restore(tensors)
        except (ArithmeticError, LookupError, RecursionError, RuntimeError, TypeError, ValueError) as error:
            raise ValueError(
                f"checkpoint: must hold what this training goes on from, got {str(path)!r} with something else "
                f"({' '.join(str(error).split())[:LONGEST]}); remove the file"
            ) from None
        return position

    def _foreign(self, metadata: Mapping[str, str]) -> str:
        """Names of the parts of the fingerprint in which a file differs from this training; empty if there are none."""
        if metadata.get("format") != FORMAT:
            return "another format"
        try:
            theirs = decode(metadata["fingerprint"], dict[str, str])
        except (LookupError, ValueError):
            theirs = {}
        differing = [name for name, mine in self.fingerprint.items() if theirs.get(name) != mine]
        return f"another {' and '.join(differing)}" if differing else ""

    def save(self, position: Position) -> None:
        """Store the training."""
        tensors = {name: tensor.cpu() for name, tensor in self.engine.state().items()}
        metadata = {
            "format": FORMAT,
            "fingerprint": json.dumps(self.fingerprint),
            "position": json.dumps(position._asdict()),
        }
        metadata["checksum"] = checksum(metadata, tensors)
        if not self.checkpoint.replaceable:
            raise FileExistsError(errno.EEXIST, "another file is in its place", str(self.checkpoint.path))
        files.write(self.checkpoint.file, lambda part: save_file(tensors, part, metadata))


def listeners(checkpoint: Checkpoint | Path | str | None, progress: bool, others: Iterable[Callback]) -> list[Callback]:
    """Who is told of a training: what stores it, the progress bar, and the callbacks of a user."""
    keepers = [] if checkpoint is None else [Keeper(checkpoint)]
    return [*keepers, *([Bar()] if progress else []), *each("callbacks", others, Callback)]


def fingerprint(training: Training) -> dict[str, str]:
    """What a training is before its first step, part by part: what was asked for, the net, the data, and versions."""
    net, points = training.net, (training.train, training.validation)
    trained = [p.requires_grad for p in net.parameters()]
    return {
        "protocol": digest(training.protocol.plain()),
        "seed": digest(training.seed),
        "engine": digest(training.engine_name),
        "net": digest(description(net), trained, *net.state_dict().values()),
        "data": digest(*(array for part in points for array in (part.X, part.c, *weighing(part).values()))),
        "versions": digest(versions_of(training.engine_name)),
        "circumstances": digest(torch.__version__, np.__version__, net.K.device.type, torch.get_num_threads()),
    }


def _position(metadata: Mapping[str, str]) -> Position:
    """The position that a file states; an error of some kind if it states none."""
    fields = convert(json.loads(metadata["position"]), dict[str, Any])
    position = convert([fields[name] for name in Position._fields], Position)
    np.random.default_rng(0).bit_generator.state = position.rng
    return position


def format_of(path: Path) -> str:
    """The format that a safetensors file states in its header; empty for any other file."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = file.read(length) if length <= LONGEST_HEADER else b""
    try:
        return str(json.loads(header)["__metadata__"]["format"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""


def checksum(metadata: Mapping[str, str], tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 (hex) of everything in a file but itself."""
    texts = {key: text for key, text in metadata.items() if key != "checksum"}
    return digest(sorted(texts.items()), *(part for name in sorted(tensors) for part in (name, tensors[name])))
