"""Trained nets remembered on disk, so that a chapter's run, its test and the book's build share one computation.

A result is found by its content: the net as it was before training, the data, the protocol, the seed, the versions of
torch and NumPy, and the sources that decide the numbers.  Whatever changes, changes the key, so a stale result is never
found.  Files are plain NumPy archives, written atomically and never unpickled; a damaged one is computed again.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path

import joblib
import numpy as np
import platformdirs
import torch

from rknet.checks import choose, whole
from rknet.configuration import Configuration, streams
from rknet.engine import SOURCES
from rknet.experiments import EXPERIMENTS
from rknet.layerwise import WIDE
from rknet.nets import Net
from rknet.points import PointSet
from rknet.provenance import source_hash
from rknet.recognition import computes
from rknet.training import History, Protocol, fit

DECISIVE = ("tableaus", "nets", "augment", "points", "training", "engine", "recognition", *SOURCES)
"""The modules whose sources decide what `fit` returns."""

LAYERWISE = ("layerwise", "streams", "adjoint", "steps", "rightsides")
"""Those that decide it besides where `rknet.layerwise` takes the steps."""

CAPTURED = "captured"
"""The one that takes part in those steps on a graphics card, and where more than two threads compute."""

STACKED = ("together", "fused")
"""Those that take the steps of several nets at once on a graphics card."""


def cached_fit(
    net: Net,
    train: PointSet,
    validation: PointSet,
    protocol: Protocol = Protocol(),
    *,
    seed: int = 0,
    engine: str = "auto",
) -> History:
    """`rknet.fit` with a memory: the same arguments, weights and sources give the stored weights and history at once.

    Files live in the folder named by the environment variable RKNET_CACHE, else in the user's cache folder.  A net of
    a class from elsewhere, or one that more than its class and weights decide (see `rknet.recognition`), is always
    trained, because no key can tell it from others.
    """
    seed = whole("seed", seed, least=0)
    if not _own(net) or computes(net) is None:
        return fit(net, train, validation, protocol, seed=seed, engine=engine)
    path = folder() / f"{_key(net, train, validation, protocol, seed, engine)}.npz"
    history = _load(path, net)
    if history is None:
        history = fit(net, train, validation, protocol, seed=seed, engine=engine)
        _save(path, net, history)
    return history


def trained(configuration: Configuration, seed: int) -> tuple[Net, History]:
    """The trained net of a repetition and its history, as `Configuration.train` gives them, remembered."""
    net = configuration.network(seed)
    train, validation = configuration.points(seed)
    return net, cached_fit(net, train, validation, configuration.protocol, seed=streams(seed)["order"])


def repetitions(
    name: str, seeds: Iterable[int] | None = None, *, n_jobs: int = 2
) -> dict[tuple[str, int], tuple[Net, History]]:
    """The trained nets of an experiment by row and seed, computed in `n_jobs` processes or remembered.

    The seeds are by default those of the paper's repetitions, 0, 1, ...  ValueError if the name is unknown.
    """
    experiment = choose("name", name, EXPERIMENTS)
    seeds = range(experiment.repetitions) if seeds is None else list(seeds)
    runs = [(row, seed) for row in experiment.rows for seed in seeds]
    longest_first = sorted(runs, key=lambda run: experiment.rows[run[0]].work, reverse=True)
    jobs = (joblib.delayed(trained)(experiment.rows[row], seed) for row, seed in longest_first)
    done = dict(zip(longest_first, joblib.Parallel(n_jobs=n_jobs)(jobs), strict=True))
    return {run: done[run] for run in runs}


def folder() -> Path:
    """Where results are kept."""
    return Path(os.environ.get("RKNET_CACHE") or platformdirs.user_cache_path("rknet"))


def _key(net: Net, train: PointSet, validation: PointSet, protocol: Protocol, seed: int, engine: str) -> str:
    digest = hashlib.sha256()
    layerwise = engine == "layerwise" or (engine == "auto" and net.d_hat >= WIDE)
    sources = source_hash(*{*DECISIVE, *_own(net), *((*LAYERWISE, CAPTURED) if layerwise else ())})
    versions = [torch.__version__, np.__version__, net.K.device.type]
    facts = [sources, versions, computes(net), asdict(protocol), seed, engine]
    digest.update(repr(facts).encode())
    arrays = {**_weights(net), "X": train.X, "c": train.c, "X_val": validation.X, "c_val": validation.c}
    for name, array in arrays.items():
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(repr([p.requires_grad for p in net.parameters()]).encode())
    return digest.hexdigest()


def _own(net: Net) -> list[str]:
    """The module of this package that defines the net's class, if one does."""
    package, _, module = type(net).__module__.partition(".")
    return [module.replace(".", "/")] if package == __package__ else []


def _weights(net: Net) -> dict[str, np.ndarray]:
    return {name: tensor.detach().cpu().numpy() for name, tensor in net.state_dict().items()}


def _save(path: Path, net: Net, history: History) -> None:
    arrays = {f"net/{name}": array for name, array in _weights(net).items()}
    arrays |= {f"history/{field.name}": np.asarray(getattr(history, field.name)) for field in fields(History)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        np.savez(file, allow_pickle=False, **arrays)
    os.replace(file.name, path)


def _load(path: Path, net: Net) -> History | None:
    """The stored history, with the stored weights put into the net; None where there is no file, or a damaged one."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            stored = {name: archive[name] for name in archive.files}
        weights = {name: torch.from_numpy(stored[f"net/{name}"]) for name in net.state_dict()}
        values = {field.name: stored[f"history/{field.name}"] for field in fields(History)}
    except Exception:  # what zipfile and NumPy raise depends on the byte that is damaged
        return None
    net.load_state_dict(weights)
    return History(**{**values, "ended": str(values["ended"]), "engine": str(values["engine"])})
