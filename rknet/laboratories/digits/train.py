"""Trains the net of the laboratory that reads digits, and writes it: ``python -m rknet.laboratories.digits.train``.

The net is stored, so that no build needs the digits, and every page has the same net.  It has whole-number weights of
one byte, so that a page can hold it.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
from numpy.typing import NDArray

from rknet import files
from rknet.convolution import ConvolutionalRKNet
from rknet.data.images import load
from rknet.data.points import PointSet
from rknet.laboratories.digits import net as stored
from rknet.laboratories.digits.net import SIDE, pooled
from rknet.protocol import Protocol
from rknet.training import fit

CHANNELS, LAYERS, STEP = 8, 4, 0.5
SHIFTS = 6
"""Copies of each training image, all but one moved by up to two pixels."""
PROTOCOL = Protocol(epochs=6, batch_size=20, learning_rate=5e-3, stop_early=False, schedule="cosine")


def moved(X: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Images (N, 784), each moved by up to two pixels either way."""
    maps = np.pad(X.reshape(-1, 28, 28), ((0, 0), (2, 2), (2, 2)))
    rows, columns = rng.integers(5, size=(2, len(X)))
    return np.stack([map_[r : r + 28, c : c + 28] for map_, r, c in zip(maps, rows, columns, strict=True)]).reshape(
        len(X), -1
    )


def main() -> None:
    """Train, round the weights, store the net, and say how many of the test digits are read before and after."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    torch.manual_seed(0)
    images, rng = load("MNIST", "sample"), np.random.default_rng(0)
    train, test = images.train.points(), images.test.points()
    X = np.concatenate([train.X, *(moved(train.X, rng) for _ in range(SHIFTS - 1))])
    few = PointSet(pooled(X), np.tile(train.c, SHIFTS), 10)
    validation = PointSet(pooled(test.X), test.c, 10)
    net = ConvolutionalRKNet((1, SIDE, SIDE), CHANNELS, 10, LAYERS, tableau="rk4", h=STEP)
    fit(net, few, validation, PROTOCOL)
    rounded = stored.rounded(net)
    right = [stored.accuracy(each, validation) for each in (net, stored.read(rounded))]
    files.write(stored.FILE, stored.encoded({**rounded, "accuracy": right[1], "samples": stored.samples(test)}))
    print(f"{100 * right[0]:.2f} % of the test digits are read; {100 * right[1]:.2f} % with weights of a byte")


if __name__ == "__main__":
    main()
