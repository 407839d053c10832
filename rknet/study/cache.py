"""Trained nets remembered on disk, so that a chapter's run, its test and the book's build share one computation.

A result is found by its content: the net as it was before training, the data, the protocol, the seed, and the versions
of torch, NumPy, data, nets and engines.  Whatever changes, changes the key, so a stale result is never found.  Files
are plain NumPy archives, written atomically and never unpickled; a damaged one is computed again.  Of two processes
that ask for the same training at once, one trains and the other waits for the result.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import warnings
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path

import joblib
import numpy as np
import platformdirs
import torch

from rknet import files
from rknet.activations import ACTIVATIONS
from rknet.callbacks import weighing
from rknet.checks import choose, whole
from rknet.data.points import PointSet
from rknet.history import History
from rknet.identity import computes
from rknet.nets import Net
from rknet.protocol import Protocol
from rknet.study.configuration import SHIPPED, Configuration, seeds_of
from rknet.study.experiments import EXPERIMENTS
from rknet.training import fit
from rknet.versions import VERSIONS

FOREVER = -1.0
"""Seconds to wait for another process that trains the same net, as filelock counts them."""


def cached_fit(
    net: Net,
    train: PointSet,
    validation: PointSet,
    protocol: Protocol = Protocol(),
    *,
    seed: int = 0,
    engine: str = "auto",
) -> History:
    """`rknet.fit` with a memory: the same arguments, weights and versions give the stored weights and history at once.

    Files live in the folder named by the environment variable RKNET_CACHE, else in the user's cache folder; where that
    cannot be written, one warning says so, and nothing is remembered.  A net of a class from elsewhere, or
    one that more than its class and weights decide (see `rknet.identity`), is always trained, because no key can
    tell it from others.
    """
    seed = whole("seed", seed, least=0)
    if not _own(net, protocol) or computes(net) is None:
        return fit(net, train, validation, protocol, seed=seed, engine=engine)
    path = folder() / f"{_key(net, train, validation, protocol, seed, engine)}.npz"
    history = _load(path, net)
    if history is None:
        remembers = _succeeds(lambda: files.writable("RKNET_CACHE", path.parent))
        with files.held("RKNET_CACHE", path, FOREVER) if remembers else contextlib.nullcontext():
            history = _load(path, net)  # another process may have trained it in the meantime
            if history is None:
                history = done = fit(net, train, validation, protocol, seed=seed, engine=engine)
                if remembers:
                    _succeeds(lambda: _save(path, net, done))
    return history


def trained(configuration: Configuration, seed: int) -> tuple[Net, History]:
    """The trained net of a repetition and its history, as `Configuration.train` gives them, remembered."""
    net = configuration.network(seed)
    train, validation = configuration.points(seed)
    return net, cached_fit(net, train, validation, configuration.protocol, seed=seeds_of(seed)["order"])


def repetitions(
    name: str, seeds: Iterable[int] | None = None, *, n_jobs: int = -1
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
    return Path(os.path.expanduser(os.environ.get("RKNET_CACHE") or platformdirs.user_cache_path("rknet")))


_warned = False


def _succeeds(writing: Callable[[], None]) -> bool:
    """Whether something can be written; the first failure in a process is told by a warning."""
    global _warned
    try:
        writing()
    except (OSError, ValueError) as error:
        if not _warned:
            warnings.warn(f"trained nets are not remembered: {error}", stacklevel=3)
        _warned = True
        return False
    return True


def _key(net: Net, train: PointSet, validation: PointSet, protocol: Protocol, seed: int, engine: str) -> str:
    digest = hashlib.sha256()
    versions = [VERSIONS, torch.__version__, np.__version__, net.K.device.type]
    facts = [versions, computes(net), protocol.plain(), seed, engine]
    digest.update(repr(facts).encode())
    arrays = {**_weights(net), "X": train.X, "c": train.c, "X_val": validation.X, "c_val": validation.c}
    arrays |= {f"weights {k}": array for k, of in enumerate((train, validation)) for array in weighing(of).values()}
    for name, array in arrays.items():
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(repr([p.requires_grad for p in net.parameters()]).encode())
    return digest.hexdigest()


def _own(net: Net, protocol: Protocol) -> bool:
    """Whether this package defines all that computes: classes of net, lift and penalty, activation, loss, optimiser."""
    parts = [net, net.lift] if protocol.penalty is None else [net, net.lift, protocol.penalty]
    modules = {type(part).__module__.partition(".")[0] for part in parts}
    names = {"activation": net.activation, "loss": protocol.loss, "optimizer": protocol.optimizer}
    shipped = all(name in SHIPPED[part] for part, name in names.items())
    return shipped and net.sigma is ACTIVATIONS[net.activation] and modules == {__package__.partition(".")[0]}


def _weights(net: Net) -> dict[str, np.ndarray]:
    return {name: tensor.detach().cpu().numpy() for name, tensor in net.state_dict().items()}


def _save(path: Path, net: Net, history: History) -> None:
    arrays = {f"net/{name}": array for name, array in _weights(net).items()}
    arrays |= {f"history/{field.name}": np.asarray(getattr(history, field.name)) for field in fields(History)}

    def archive(part: Path) -> None:
        with part.open("wb") as file:  # to a path NumPy would add a suffix
            np.savez(file, allow_pickle=False, **arrays)

    files.write(path, archive)


def _load(path: Path, net: Net) -> History | None:
    """The stored history, with the stored weights put into the net; None where there is no file, or a damaged one."""
    if files.kind(path) != "file":
        return None
    try:
        with np.load(path, allow_pickle=False) as archive:
            if any(member.compress_type != zipfile.ZIP_STORED for member in archive.zip.infolist()):
                return None  # ours are not compressed, and a small file could unpack to any size
            stored = {name: archive[name] for name in archive.files}
        weights = {name: torch.from_numpy(stored[f"net/{name}"]) for name in net.state_dict()}
        values = {field.name: stored[f"history/{field.name}"] for field in fields(History)}
    except Exception:  # what zipfile and NumPy raise depends on the byte that is damaged
        return None
    net.load_state_dict(weights)
    return History(**{**values, "ended": str(values["ended"]), "engine": str(values["engine"])})
