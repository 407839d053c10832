"""Make the sample of Fashion-MNIST that lies beside this file, from the original files.

    python rknet/data/fashion_mnist/make_sample.py

From the training files and from the test files, 250 images of each class are drawn, and stay in the order of the files.
The content, not its compression, is what `rknet.data.images` checks: copy the printed SHA-256 there.
"""

from __future__ import annotations

import argparse
import hashlib
import lzma
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rknet import files
from rknet.data.images import FILES, Pool, load

EACH = 250
"""Images of a class from the training files, and from the test files."""

SEED = 2017


def chosen(pool: Pool, rng: np.random.Generator) -> Pool:
    """`EACH` images of each class of a pool, in its order."""
    rows = np.sort(np.concatenate([rng.choice(np.flatnonzero(pool.c == c), EACH, replace=False) for c in range(10)]))
    return Pool(pool.pixels[rows], pool.c[rows])


def idx(array: NDArray[np.uint8]) -> bytes:
    """The content of an idx file that holds an array of bytes."""
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def contents() -> Iterator[tuple[str, bytes]]:
    """Name and content of each file of the sample."""
    images, rng, files = load("FashionMNIST", "original"), np.random.default_rng(SEED), iter(FILES)
    for pool in (images.train, images.test):
        some = chosen(pool, rng)
        yield next(files), idx(some.pixels)
        yield next(files), idx(some.c.astype(np.uint8))


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    for name, content in contents():
        packed = lzma.compress(content, preset=9 | lzma.PRESET_EXTREME)
        files.write(Path(__file__).with_name(f"{name}.xz"), packed)
        print(f'    "{name}": "{hashlib.sha256(content).hexdigest()}",  # {len(packed)} bytes')
