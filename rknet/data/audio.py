"""Speech: nine speakers say the Japanese vowels /ae/, recorded frame by frame; the class is the speaker.

The recordings are "Japanese Vowels" of the UCI archive (Kudo, Toyama & Shimbo 1999, doi:10.24432/C5NS47, CC BY 4.0).
An utterance lasts 7 to 29 frames, one every 6.4 ms, and a frame holds 12 LPC cepstrum coefficients.  The archive's own
split is kept: 270 utterances for training, 30 of each speaker, and 370 for testing, recorded on other occasions.
"""

from __future__ import annotations

import hashlib
import io
import lzma
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rknet.checks import assign, whole
from rknet.data.points import PointSet
from rknet.equality import ByValue

FILE = Path(__file__).parent / "japanese_vowels" / "frames.npz.xz"
"""The recordings in this package, made by make.py there."""

CONTENT = "995c39a8730f46d2a62a2dd51f64c5a3f809f54e2bcd47f4b9a914285907cbb7"
"""SHA-256 (hex) of the content of `FILE`, unpacked."""

MOST = 2**20
"""Bytes of which no more are unpacked, since a small file may stand for any number."""

UNIT = 1e-4
"""A coefficient is stored as a whole number of these."""

CHANNELS, SPEAKERS, TRAINING = 12, 9, 270
"""Coefficients in a frame, speakers, and utterances for training; those for testing follow."""


@dataclass(frozen=True, eq=False)
class Sequences(ByValue):
    """Labelled sequences of different lengths.

    Attributes
    ----------
    frames
        One array (n, channels) float32 for each sequence, n frames in the order of time.
    c
        Class numbers (N,).
    classes
        Number of classes.
    """

    frames: tuple[NDArray[np.float32], ...]
    c: NDArray[np.int64]
    classes: int

    def __post_init__(self) -> None:
        assign(self, frames=tuple(self.frames), classes=whole("classes", self.classes, least=2))

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def longest(self) -> int:
        """Frames of the longest sequence."""
        return max(map(len, self.frames))

    def points(self, frames: int | None = None) -> PointSet:
        """The sequences as samples X (N, frames (1 + channels)) for `rknet.variants.controlled.ControlledNet`.

        A frame is the number 1, which says that the sequence still lasts, followed by the channels; after the end of a
        sequence all entries are 0.

        Parameters
        ----------
        frames
            Number of frames of every sample, by default that of the longest sequence.

        Raises
        ------
        ValueError
            If a sequence is longer.
        """
        frames = self.longest if frames is None else whole("frames", frames)
        if frames < self.longest:
            raise ValueError(
                f"frames: must be at least {self.longest}, the length of the longest sequence, got {frames}; "
                f"pass frames={self.longest} or more"
            )
        X = np.zeros((len(self), frames, 1 + self.frames[0].shape[1]), np.float32)
        for row, sequence in zip(X, self.frames, strict=True):
            row[: len(sequence), 0] = 1
            row[: len(sequence), 1:] = sequence
        return PointSet(X.reshape(len(self), -1), self.c, self.classes)


def standardised(train: Sequences, *others: Sequences) -> tuple[Sequences, ...]:
    """All sets with the channels shifted and scaled alike: mean 0 and spread 1 over all frames of the first."""
    together = np.concatenate(train.frames).astype(np.float64)
    mean, spread = together.mean(axis=0), together.std(axis=0)
    return tuple(
        replace(part, frames=tuple(((x - mean) / spread).astype(np.float32) for x in part.frames))
        for part in (train, *others)
    )


@cache
def japanese_vowels() -> tuple[Sequences, Sequences]:
    """The recordings for training and for testing; they are read once in a process.

    Raises
    ------
    ValueError
        If the file in this package is damaged.
    """
    frames, lengths, speakers = _content()
    utterances = np.split((frames.T * UNIT).astype(np.float32), np.cumsum(lengths)[:-1])
    parts = slice(TRAINING), slice(TRAINING, None)
    train, test = (Sequences(tuple(utterances[part]), speakers[part].astype(np.int64), SPEAKERS) for part in parts)
    return train, test


def _content() -> list[NDArray[np.integer]]:
    """Coefficients (12, all frames) in `UNIT`, and frames and speaker of each utterance."""
    try:
        with lzma.open(FILE) as packed:
            unpacked = packed.read(MOST + 1)
    except (EOFError, OSError, lzma.LZMAError) as error:
        raise ValueError(f"{FILE}: must be readable, got {error}; install rknet again") from None
    found = hashlib.sha256(unpacked).hexdigest()
    if found != CONTENT:
        raise ValueError(
            f"{FILE}: must hold the recordings of Japanese vowels, got other content (SHA-256 {found[:12]}...); "
            f"install rknet again"
        )
    with np.load(io.BytesIO(unpacked), allow_pickle=False) as archive:
        return [archive[name] for name in ("frames", "lengths", "speakers")]
