"""The memory of trained nets: what is found again, what is not, and what a damaged file does."""

from __future__ import annotations

import errno
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from multiprocessing.synchronize import Event
from pathlib import Path

import filelock
import numpy as np
import pytest
import torch

from rknet import EulerNet, History, Net, PointSet, Protocol, RK4Net, RKNet, StandardNet, draw, split
from rknet.study import cache
from rknet.study.cache import cached_fit
from rknet.variants.regularisers import KineticEnergy
from rknet.versions import VERSIONS

TRAIN, VALIDATION = split(draw("squares", 20), 10)
PROTOCOL = Protocol(epochs=2)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache for each test."""
    monkeypatch.setenv("RKNET_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> list[Net]:
    """The nets that were really trained, in order."""
    trained: list[Net] = []
    fit = cache.fit

    def spy(net: Net, *arguments, **options) -> History:
        trained.append(net)
        return fit(net, *arguments, **options)

    monkeypatch.setattr(cache, "fit", spy)
    return trained


def small_net() -> Net:
    """The net that the tests train."""
    return RK4Net(2, 2, 2, 1)


def train(
    net: Net | None = None,
    train: PointSet = TRAIN,
    validation: PointSet = VALIDATION,
    protocol: Protocol = PROTOCOL,
    seed: int = 0,
    engine: str = "auto",
) -> tuple[list[bytes], list[object]]:
    """The bits of the weights and of the history after `cached_fit`."""
    net = small_net() if net is None else net
    history = cached_fit(net, train, validation, protocol, seed=seed, engine=engine)
    weights = [tensor.numpy().tobytes() for tensor in net.state_dict().values()]
    return weights, [np.asarray(getattr(history, field.name)).tobytes() for field in fields(History)]


def test_a_hit_has_the_same_bits_and_trains_nothing(trainings: list[Net]) -> None:
    """The second call restores weights and history bit for bit without training."""
    first, again = train(), train()
    assert first == again
    assert len(trainings) == 1


def test_a_hit_is_what_training_gives() -> None:
    """The first and the restored result are `rknet.fit`'s; the restored history has its types."""
    net = small_net()
    expected = cache.fit(net, TRAIN, VALIDATION, PROTOCOL)
    weights = [tensor.numpy().tobytes() for tensor in net.state_dict().values()]
    train()
    restored = small_net()
    history = cached_fit(restored, TRAIN, VALIDATION, PROTOCOL)
    assert [tensor.numpy().tobytes() for tensor in restored.state_dict().values()] == weights
    np.testing.assert_array_equal(history.val_cost, expected.val_cost)
    assert (history.ended, type(history.ended), history.epochs) == (expected.ended, str, 2)


def test_a_restored_net_can_be_trained_on(trainings: list[Net]) -> None:
    """A restored net is another starting point, so training it again is another result."""
    net = small_net()
    train()
    train(net)
    train(net)
    assert len(trainings) == 2


def changed_weights() -> Net:
    """The net with one weight moved by one unit in the last place."""
    net = small_net()
    with torch.no_grad():
        net.K[0, 0, 0] = torch.nextafter(net.K[0, 0, 0], torch.tensor(1.0))
    return net


def frozen_layer() -> Net:
    """The net with its layers out of training."""
    net = small_net()
    net.K.requires_grad_(False)
    return net


def moved(points: PointSet) -> PointSet:
    """The points a little further to the right, with their labels."""
    return PointSet(points.X + np.float32([1e-5, 0]), points.c, 2)


def relabelled(points: PointSet) -> PointSet:
    """The same points with their labels exchanged."""
    return PointSet(points.X, 1 - points.c, 2)


CHANGES: dict[str, Callable[[], dict]] = {
    "weights": lambda: {"net": changed_weights()},
    "precision": lambda: {"net": small_net().double()},
    "step size": lambda: {"net": RK4Net(2, 2, 2, 1, h=0.1)},
    "scheme": lambda: {"net": RKNet(2, 2, 2, 1, tableau="rk38")},
    "fewer stages": lambda: {"net": EulerNet(2, 2, 2, 1)},
    "no scheme": lambda: {"net": StandardNet(2, 2, 2, 1)},
    "activation": lambda: {"net": RK4Net(2, 2, 2, 1, activation="relu")},
    "lift of the same weights": lambda: {"net": RK4Net(2, 2, 2, 1, lift="linear")},
    "trained lift": lambda: {"net": RK4Net(2, 2, 2, 1, lift="learned")},
    "fixed classifier": lambda: {"net": RK4Net(2, 2, 2, 1, train_classifier=False)},
    "fixed layer": lambda: {"net": frozen_layer()},
    "depth": lambda: {"net": RK4Net(2, 2, 2, 2)},
    "points": lambda: {"train": moved(TRAIN)},
    "labels": lambda: {"train": relabelled(TRAIN)},
    "validation points": lambda: {"validation": moved(VALIDATION)},
    "validation labels": lambda: {"validation": relabelled(VALIDATION)},
    "fewer points": lambda: {"train": TRAIN[:9]},
    "seed": lambda: {"seed": 1},
    "engine": lambda: {"engine": "torch"},
    **{
        name: lambda name=name, value=value: {"protocol": replace(PROTOCOL, **{name: value})}
        for name, value in {
            "epochs": 3,
            "batch_size": 4,
            "loss": "mean_square",
            "optimizer": "sgd",
            "learning_rate": 0.1,
            "stop_early": False,
            "tolerance": 0.1,
            "window": 4,
            "first_stop": 11,
            "weight_decay": 0.1,
            "clip": 0.01,
            "schedule": "cosine",
            "penalty": KineticEnergy(0.1),
        }.items()
    },
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_the_key(change: str, trainings: list[Net]) -> None:
    """Whatever could change the result is trained anew, and then remembered beside the first."""
    train()
    changed = train(**CHANGES[change]())
    assert len(trainings) == 2
    assert train(**CHANGES[change]()) == changed
    train()
    assert len(trainings) == 2


def test_every_choice_of_the_protocol_changes_the_key() -> None:
    """The table above names every field of `Protocol`."""
    assert {field.name for field in fields(Protocol)} <= CHANGES.keys()


@pytest.mark.parametrize("name", VERSIONS)
def test_versions_of_data_nets_and_engines_change_the_key(
    name: str, trainings: list[Net], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change of bits forgets every result."""
    train()
    monkeypatch.setitem(VERSIONS, name, 99)
    train()
    assert len(trainings) == 2


@pytest.mark.parametrize("package", [torch, np])
def test_versions_change_the_key(package, trainings: list[Net], monkeypatch: pytest.MonkeyPatch) -> None:
    """So does another version of PyTorch or NumPy."""
    train()
    monkeypatch.setattr(package, "__version__", "0.0")
    train()
    assert len(trainings) == 2


class OwnNet(StandardNet):
    """A net whose source is not part of the key."""


def test_nets_from_elsewhere_are_always_trained(trainings: list[Net], folder: Path) -> None:
    """A net of a class that the key cannot see is trained each time and not stored."""
    for _ in range(2):
        train(OwnNet(2, 2, 2, 1))
    assert len(trainings) == 2
    assert not folder.exists()


def test_folder_is_the_environments(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results are kept in RKNET_CACHE and nowhere else; without it, in the user's cache folder."""
    train()
    assert [path.suffix for path in folder.iterdir()] == [".npz"]
    monkeypatch.setenv("RKNET_CACHE", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    assert cache.folder().name == "rknet"
    assert cache.folder() != folder


def test_files_are_plain_arrays(folder: Path) -> None:
    """A result is readable without pickle, and no half-written file stays behind."""
    train()
    (path,) = folder.iterdir()
    with np.load(path, allow_pickle=False) as archive:
        assert {"net/K", "net/b", "net/W", "net/mu", "history/val_cost", "history/ended"} <= set(archive.files)
        assert not any(archive[name].dtype.hasobject for name in archive.files)


def pickled(path: Path) -> None:
    """Replace one array by an object array, which only pickle can read."""
    with np.load(path) as archive:
        arrays = dict(archive)
    np.savez(path, allow_pickle=True, **{**arrays, "history/val_cost": np.array([None], dtype=object)})


def incomplete(path: Path) -> None:
    """Leave out one array."""
    with np.load(path) as archive:
        arrays = dict(archive)
    del arrays["history/ended"]
    np.savez(path, **arrays)


def compressed(path: Path) -> None:
    """The same arrays in an archive that unpacks to more than its size."""
    with np.load(path) as archive:
        arrays = dict(archive)
    np.savez_compressed(path, **arrays)


def single_array(path: Path) -> None:
    """A file of one array in place of an archive."""
    with path.open("wb") as file:
        np.save(file, np.zeros(3))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "garbage": lambda path: path.write_bytes(b"not an archive" * 50),
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "last byte missing": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "object array": pickled,
    "array missing": incomplete,
    "one array": single_array,
    "compressed": compressed,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_files_are_computed_again(damage: str, folder: Path, trainings: list[Net]) -> None:
    """A damaged file is as good as none: the result is computed again, and the file is whole afterwards."""
    expected = train()
    (path,) = folder.iterdir()
    DAMAGES[damage](path)
    assert train() == expected
    assert len(trainings) == 2
    assert train() == expected
    assert len(trainings) == 2


def test_no_flipped_byte_gives_a_wrong_result(folder: Path) -> None:
    """Whichever byte is damaged, the result is either refused or right."""
    expected = train()
    (path,) = folder.iterdir()
    content, refused = path.read_bytes(), 0
    for position in range(0, len(content), 5):
        path.write_bytes(content[:position] + bytes([content[position] ^ 0xFF]) + content[position + 1 :])
        net = small_net()
        history = cache._load(path, net)
        if history is None:
            refused += 1
            assert torch.equal(net.K, small_net().K)
        else:
            weights = [tensor.numpy().tobytes() for tensor in net.state_dict().values()]
            values = [np.asarray(getattr(history, field.name)).tobytes() for field in fields(History)]
            assert (weights, values) == expected
    assert refused > len(content) / 10


@pytest.fixture
def unwarned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing has been told in this process yet."""
    monkeypatch.setattr(cache, "_warned", False)


@pytest.mark.usefixtures("unwarned")
@pytest.mark.parametrize("place", ["taken", "taken/deeper", "~nobody-of-this-name/cache"])
def test_a_cache_that_cannot_be_written_is_one_warning(
    place: str, tmp_path: Path, trainings: list[Net], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file where the folder should be, or no such home: told once, before training, whose result is not lost."""
    expected = train()
    (tmp_path / "taken").write_text("mine")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RKNET_CACHE", place)
    seen: list[int] = []
    spy = cache.fit
    monkeypatch.setattr(cache, "fit", lambda *a, **b: (seen.append(len(told)), spy(*a, **b))[1])
    with pytest.warns(UserWarning, match="trained nets are not remembered: RKNET_CACHE: must be ") as told:
        assert [train(), train()] == [expected, expected]
    assert (len(told), seen, len(trainings)) == (1, [1, 1], 3)
    assert {path.name for path in tmp_path.iterdir()} == {"cache", "taken"}


@pytest.mark.usefixtures("unwarned")
def test_a_disk_that_fills_up_is_one_warning(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Training's result is there, and nothing half-written stays."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.warns(UserWarning, match="not remembered: .*No space left") as told:
            results = [train(), train()]
    assert len(told) == 1 and not list(folder.iterdir())
    assert results == [train()] * 2


def test_home_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``~`` in RKNET_CACHE is the home folder, not a folder of that name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RKNET_CACHE", "~/c")
    train()
    assert [path.suffix for path in (tmp_path / "home" / "c").iterdir()] == [".npz"]
    assert not (tmp_path / "~").exists()


@pytest.mark.usefixtures("unwarned")
def test_a_pipe_in_the_cache_is_not_opened(folder: Path) -> None:
    """It would wait for ever; it stays where it is, and the result is not remembered."""
    expected = train()
    (path,) = folder.iterdir()
    path.unlink()
    os.mkfifo(path)
    with pytest.warns(UserWarning, match="not remembered: .*not a file"):
        assert train() == expected
    assert list(folder.iterdir()) == [path] and path.is_fifo()


def write_until(enough: Event, path: Path, net: Net, history: History) -> None:
    """What the second process does: store the same result again and again."""
    while not enough.is_set():
        cache._save(path, net, history)


def test_two_processes_write_at_once(folder: Path) -> None:
    """While two processes store the same result, it is found whole each time, and nothing else is left."""
    net = small_net()
    history = cached_fit(net, TRAIN, VALIDATION, PROTOCOL)
    (path,) = folder.iterdir()
    context = multiprocessing.get_context("spawn")
    enough = context.Event()
    other = context.Process(target=write_until, args=(enough, path, net, history))
    other.start()
    meetings = 0
    try:
        while other.is_alive() and meetings < 50:
            cache._save(path, net, history)
            own = path.stat().st_mtime_ns
            assert cache._load(path, small_net()) is not None
            meetings += path.stat().st_mtime_ns != own
            other.join(0 if meetings else 0.05)
    finally:
        enough.set()
        other.join()
    assert (other.exitcode, meetings) == (0, 50)
    assert list(folder.iterdir()) == [path]


def test_what_two_ask_for_at_once_is_trained_once(
    folder: Path, trainings: list[Net], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second waits until the first has trained, takes over the result, and no lock is left behind."""
    asked = threading.Semaphore(0)
    fit = cache.fit

    class Lock(filelock.FileLock):
        def acquire(self, *arguments, **options):
            asked.release()
            return super().acquire(*arguments, **options)

    def fit_when_both_have_asked(*arguments, **options) -> History:
        assert asked.acquire(timeout=60) and asked.acquire(timeout=60)
        return fit(*arguments, **options)

    monkeypatch.setattr(filelock, "FileLock", Lock)
    monkeypatch.setattr(cache, "fit", fit_when_both_have_asked)
    with ThreadPoolExecutor(2) as pool:
        first, second = (pool.submit(train) for _ in range(2))
        assert first.result() == second.result()
    assert len(trainings) == 1
    assert [path.suffix for path in folder.iterdir()] == [".npz"]
