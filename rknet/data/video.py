"""Video: short clips of handwritten digits in motion; the class is the direction in which a digit moves.

The digits are the 1797 images of 8 x 8 pixels that scikit-learn ships (Alpaydin & Kaynak 1998, UCI archive).  A digit
moves by a pixel in each frame over a square whose opposite edges are joined, from a place that is drawn uniformly.  A
single frame therefore says nothing about the direction, only the order of frames does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from rknet.checks import flag, room, whole
from rknet.data.points import PointSet
from rknet.equality import ByValue

DIRECTIONS = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}
"""Rows and columns by which a digit moves in a frame, by the name of its class."""

DIGIT, TRAINING = 8, 1000
"""Pixels along an edge of a digit, and the digits for training; those for testing follow."""

PIXEL = 4
"""Bytes of a pixel in single precision."""


@dataclass(frozen=True, eq=False)
class Clips(ByValue):
    """Labelled clips.

    Attributes
    ----------
    frames
        Grey values from 0 to 1, (N, frames, side, side) float32.
    c
        The direction as a number of `DIRECTIONS`, (N,).
    digits
        The digit that moves, (N,).
    """

    frames: NDArray[np.float32]
    c: NDArray[np.int64]
    digits: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.frames)

    def channels(self) -> PointSet:
        """Samples X (N, frames side^2) for `rknet.ConvolutionalRKNet`, which takes the frames as channels."""
        return PointSet(self.frames.reshape(len(self), -1), self.c, len(DIRECTIONS))

    def sequence(self) -> PointSet:
        """Samples X (N, frames (1 + side^2)) for `rknet.variants.controlled`: each frame follows a 1, for none ends."""
        N, frames = self.frames.shape[:2]
        flat = self.frames.reshape(N, frames, -1)
        X = np.concatenate([np.ones((N, frames, 1), np.float32), flat], axis=2)
        return PointSet(X.reshape(N, -1), self.c, len(DIRECTIONS))


def clips(samples: int, seed: int, *, test: bool = False, frames: int = 5, side: int = 12) -> Clips:
    """Clips with digits, directions and first places drawn uniformly.

    Parameters
    ----------
    samples, seed
        How many, and the seed of all draws.
    test
        Whether the digits come from those set aside for testing, other images than those for training.
    frames, side
        Frames of a clip, and pixels along an edge of a frame.

    Raises
    ------
    ValueError
        If a number is out of range, or the clips need more memory than `rknet.checks.MEMORY`.
    """
    samples, test, frames = whole("samples", samples), flag("test", test), whole("frames", frames, least=2)
    side, rng = whole("side", side, least=DIGIT), np.random.default_rng(whole("seed", seed, least=0))
    size = {"samples": samples, "frames": frames, "side": side}
    room(max(size, key=size.__getitem__), size, samples * frames * side**2, PIXEL)
    pixels, names = _digits()
    part = slice(TRAINING, None) if test else slice(TRAINING)
    chosen = rng.integers(len(names[part]), size=samples)
    c = rng.integers(len(DIRECTIONS), size=samples)
    first = rng.integers(side, size=(samples, 2))
    moves = np.array([*DIRECTIONS.values()])[c]
    found = np.zeros((samples, frames, side, side), np.float32)
    inside = np.arange(DIGIT)
    for t in range(frames):
        rows, columns = ((first + t * moves)[:, axis, None] + inside for axis in (0, 1))
        place = np.arange(samples)[:, None, None], t, rows[:, :, None] % side, columns[:, None, :] % side
        found[place] = pixels[part][chosen]
    return Clips(found, c, names[part][chosen])


@cache
def _digits() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """All digits (1797, 8, 8) with grey values from 0 to 1, and what they show."""
    digits = load_digits()
    return (digits.images / 16).astype(np.float32), digits.target.astype(np.int64)
