"""What pictures of recorded nets need and records lack: features, answers and a few images, in one safetensors file.

The nets of Section 4.5 have 81 million weights, which are not kept.  `results/images/pictures.safetensors` holds what
some of them, repetition 0, make of their validation images, by the row's `slug` and the name of the array; its metadata
say where the numbers come from, and from which weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from rknet import files
from rknet.checks import choose
from rknet.equality import ByValue
from rknet.study.store import Store, slug

FILE = "pictures.safetensors"
"""The name of the file, in a folder beside the records."""


@dataclass(frozen=True, eq=False)
class Pictured(ByValue):
    """What a net makes of its N validation images.

    Attributes
    ----------
    components
        The first principal components of the output features, (N, 20).
    labels
        The true classes c, (N,).
    probabilities
        The net's C(Y), (N, kappa).
    shown, pixels
        Numbers of the images that are kept, (n,), and their grey values from 0 to 255, (n, 784).
    """

    components: NDArray[np.float32]
    labels: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    shown: NDArray[np.int64]
    pixels: NDArray[np.uint8]

    @property
    def answers(self) -> NDArray[np.int64]:
        """The class that the net gives each image, (N,)."""
        return self.probabilities.argmax(axis=1)


def pictured(row: str, store: Store) -> Pictured:
    """What the file beside the records of the experiment `images` holds of a row.

    ValueError if there is no such file, it is damaged, or the row is not in it.
    """
    path = path_of(store)
    if files.kind(path) != "file":
        raise ValueError(f"store: must have the file images/{FILE}, got {str(store.folder)!r}; name the book's results")
    rows: dict[str, dict[str, NDArray[Any]]] = {}
    try:
        held = load_file(path)
    except SafetensorError as error:
        raise ValueError(
            f"store: must have pictures in images/{FILE}, got {str(path)!r} ({error}); name the book's results"
        ) from None
    for name, array in held.items():
        label, _, what = name.partition("/")
        rows.setdefault(label, {})[what] = array
    of = choose("row", slug(row), rows)
    integers = {name: of[name].astype(np.int64) for name in ("labels", "shown")}
    return Pictured(of["components"], probabilities=of["probabilities"], pixels=of["pixels"], **integers)


def path_of(store: Store) -> Path:
    """Where the file lies."""
    return store.folder / "images" / FILE
