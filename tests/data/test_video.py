"""Clips of moving digits against scikit-learn's images, moved back by NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from rknet.data.video import DIRECTIONS, TRAINING, clips


@pytest.mark.parametrize("test", [False, True])
def test_moved_back_every_frame_is_the_first(test: bool):
    """By `numpy.roll` against the named direction; exchanged axes or signs fail."""
    made = clips(40, 3, test=test, frames=6, side=11)
    back = {"left": (1, 1), "right": (-1, 1), "up": (1, 0), "down": (-1, 0)}
    names = [*DIRECTIONS]
    for frames, c in zip(made.frames, made.c, strict=True):
        sign, axis = back[names[c]]
        for t, frame in enumerate(frames):
            np.testing.assert_array_equal(np.roll(frame, sign * t, axis), frames[0])


@pytest.mark.parametrize(("test", "part"), [(False, slice(TRAINING)), (True, slice(TRAINING, None))])
def test_the_digits_are_those_of_scikit_learn(test: bool, part: slice):
    """Somewhere on the joined edges lies one of the digits set aside for this purpose, with the stated name."""
    made, digits = clips(8, 1, test=test, side=10), load_digits()
    shown = zip(digits.images[part], digits.target[part], strict=True)
    known = {(image / 16).astype(np.float32).tobytes(): name for image, name in shown}
    for frame, name in zip(made.frames[:, 0], made.digits, strict=True):
        cuts = [
            np.roll(frame, (-i, -j), (0, 1))[:8, :8]
            for i in range(10)
            for j in range(10)
            if not np.roll(frame, (-i, -j), (0, 1))[8:].any() and not np.roll(frame, (-i, -j), (0, 1))[:, 8:].any()
        ]
        assert name in [known.get(np.ascontiguousarray(cut).tobytes()) for cut in cuts]


def test_a_single_frame_says_nothing_of_the_direction():
    """The mean frame of every direction is the same up to chance: within five standard errors of 900 clips."""
    made = clips(4000, 0)
    means = np.array([made.frames[made.c == c].mean(axis=0) for c in range(4)])
    error = made.frames.std() / np.sqrt(900)
    assert np.abs(means - means.mean(axis=0)).max() < 5 * error
    assert np.bincount(made.c).min() > 900


def test_samples_for_both_networks():
    made = clips(3, 0, frames=4, side=9)
    np.testing.assert_array_equal(made.channels().X.reshape(3, 4, 9, 9), made.frames)
    sequence = made.sequence().X.reshape(3, 4, 82)
    assert (sequence[:, :, 0] == 1).all()
    np.testing.assert_array_equal(sequence[:, :, 1:].reshape(3, 4, 9, 9), made.frames)
    assert made == clips(3, 0, frames=4, side=9) and made != clips(3, 1, frames=4, side=9)


def test_refused():
    with pytest.raises(ValueError, match="side: must be a whole number >= 8, got 7"):
        clips(3, 0, side=7)
    with pytest.raises(ValueError, match="test: must be True or False, got array"):
        clips(1, 0, test=np.zeros(0))
    with pytest.raises(ValueError, match="frames: must be a whole number >= 2, got 1"):
        clips(3, 0, frames=1)


@pytest.mark.parametrize(("samples", "frames", "side"), [(1, 2, 10**6), (10**9, 2, 12), (1, 10**9, 12)])
def test_more_than_the_memory_is_refused(samples: int, frames: int, side: int):
    """By the number that is at fault, before anything is allocated."""
    largest = max({"samples": samples, "frames": frames, "side": side}.items(), key=lambda item: item[1])[0]
    with pytest.raises(ValueError, match=rf"{largest}: must need at most 16 GiB of memory, got .*; pass less"):
        clips(samples, 0, frames=frames, side=side)
