"""Checkpoints: a training that was killed goes on with the numbers of one that was not, or says why it does not."""

from __future__ import annotations

import signal
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from rknet import EulerNet, History, Net, PointSet, Protocol, RK4Net, StandardNet, checkpoint, fit
from rknet.checkpoint import Checkpoint, OtherTraining
from rknet.engines.layerwise import engine as layerwise
from rknet.study import records, runner
from rknet.study.configuration import Configuration
from rknet.study.records import Run
from rknet.study.store import Store
from rknet.versions import VERSIONS


def points(N: int, seed: int) -> PointSet:
    """Random samples with random labels."""
    rng = np.random.default_rng(seed)
    return PointSet(rng.standard_normal((N, 2)), rng.integers(0, 2, N), 2)


TRAIN, VALIDATION = points(250, 0), points(20, 1)
PROTOCOL = Protocol(epochs=2, stop_early=False)


class Killed(BaseException):
    """Stands for the end of a process."""


def train(
    net: Net, engine: str, file: Path, protocol: Protocol = PROTOCOL, seed: int = 0, keep: bool = False
) -> History:
    """Training that stores itself as often as it may."""
    return fit(
        net, TRAIN, VALIDATION, protocol, seed=seed, engine=engine, checkpoint=Checkpoint(file, every=0, keep=keep)
    )


def interrupted(
    net: Net, engine: str, file: Path, monkeypatch: pytest.MonkeyPatch, protocol: Protocol = PROTOCOL
) -> None:
    """Training that ends after four checkpoints, which are three in each epoch."""
    save, epochs = checkpoint.Keeper.save, []

    def counted(self: checkpoint.Keeper, position: checkpoint.Position) -> None:
        save(self, position)
        epochs.append(len(position.rows) - 1)
        if len(epochs) == 4:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint.Keeper, "save", counted)
        with pytest.raises(Killed):
            train(net, engine, file, protocol)
    assert epochs == [0, 0, 0, 1]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a checkpoint goes, in a folder that does not exist yet."""
    return tmp_path / "new" / "run.checkpoint"


@pytest.fixture
def stored(file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The checkpoint of an interrupted training of `small`."""
    interrupted(small(), "compiled", file, monkeypatch)
    return file


def small(seed: int = 0, L: int = 2) -> Net:
    """A small net."""
    return EulerNet(2, 5, 2, L, seed=seed)


@pytest.mark.parametrize("optimizer", ["adam", "adagrad"])
@pytest.mark.parametrize(("engine", "few"), [("compiled", 0), ("torch", 0), ("layerwise", 0), ("layerwise", 10**6)])
def test_goes_on_with_the_same_bits(
    engine: str, optimizer: str, few: int, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For each engine, and both ways of the layer-wise one: the numbers of a training without interruption."""
    monkeypatch.setattr(layerwise, "FEW_THREADS", few)
    protocol = replace(PROTOCOL, optimizer=optimizer)
    whole, broken, resumed = (RK4Net(2, 17, 2, 2, lift="learned") for _ in range(3))
    expected = fit(whole, TRAIN, VALIDATION, protocol, engine=engine)
    interrupted(broken, engine, file, monkeypatch, protocol)
    history = train(resumed, engine, file, protocol)
    assert records.weights_hash(resumed) == records.weights_hash(whole)
    for name in ("train_cost", "train_accuracy", "val_cost", "val_accuracy"):
        assert getattr(history, name).tolist() == getattr(expected, name).tolist()
    assert (history.ended, history.engine) == (expected.ended, engine)
    assert not list(file.parent.iterdir())


def test_is_kept_where_that_is_asked_for(file: Path) -> None:
    """With keep, the last checkpoint stays, and nothing half-written beside it."""
    train(small(), "compiled", file, keep=True)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize(
    ("aspect", "other"),
    [
        ("seed", {"seed": 1}),
        ("protocol", {"protocol": replace(PROTOCOL, learning_rate=0.1)}),
        ("engine", {"engine": "torch"}),
        ("net", {"net": StandardNet(2, 5, 2, 2)}),
        ("net", {"net": small(seed=1)}),
        ("net", {"net": small(L=3)}),
    ],
)
def test_of_another_training_is_refused(aspect: str, other: dict, stored: Path) -> None:
    """What differs is named, and the file stays as it is."""
    before = stored.read_bytes()
    with pytest.raises(OtherTraining, match=rf"another {aspect}; remove the file or name another one"):
        train(**{"net": small(), "engine": "compiled", "file": stored, **other})
    assert stored.read_bytes() == before


def test_by_another_version_or_data_is_refused(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So is one that another version of the engine wrote, or of other samples."""
    with pytest.raises(OtherTraining, match="another data"):
        fit(small(), points(250, 2), VALIDATION, PROTOCOL, engine="compiled", checkpoint=stored)
    monkeypatch.setitem(VERSIONS, "compiled", 99)
    with pytest.raises(OtherTraining, match="another versions"):
        train(small(), "compiled", stored)


def flipped(content: bytes) -> bytes:
    """One bit of the last tensor is another."""
    return content[:-1] + bytes([content[-1] ^ 1])


def without_position(content: bytes) -> bytes:
    """A number of the history is another."""
    return content.replace(b'\\"done\\": 100', b'\\"done\\": 120')


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda content: content[:-10], "torn"),
        (flipped, "damaged, its checksum does not hold"),
        (without_position, "damaged, its checksum does not hold"),
    ],
    ids=["torn", "bit", "text"],
)
def test_damaged_is_told_and_not_used(damage, reason: str, stored: Path) -> None:
    """A damaged file is reported and training begins anew, with the numbers of an undisturbed one."""
    content = stored.read_bytes()
    assert damage(content) != content
    stored.write_bytes(damage(content))
    net, whole = small(), small()
    with pytest.warns(UserWarning, match=reason):
        train(net, "compiled", stored)
    fit(whole, TRAIN, VALIDATION, PROTOCOL, engine="compiled")
    assert records.weights_hash(net) == records.weights_hash(whole)


@pytest.mark.parametrize("every", [-1.0, float("nan"), float("inf")])
def test_period_must_be_a_number(every: float) -> None:
    """A period that is none is refused."""
    with pytest.raises(ValueError, match="every: must be"):
        Checkpoint("x", every=every)


def test_folder_is_refused(tmp_path: Path) -> None:
    """So is a folder for the file."""
    with pytest.raises(ValueError, match="checkpoint: must be a file, got the folder"):
        Checkpoint(tmp_path)


def test_file_is_plain(stored: Path) -> None:
    """A checkpoint is a safetensors file of finite numbers."""
    with safe_open(stored, "pt") as content:
        assert content.metadata()["format"] == checkpoint.FORMAT
        assert all(torch.isfinite(content.get_tensor(name)).all() for name in content.keys())  # noqa: SIM118


# ---- runs on wide nets

WIDE_RUN = Run(
    "wide", "EulerNet", Configuration("squares", "EulerNet", 128, 3, protocol=Protocol(epochs=3), samples=1000), 0
)
VICTIM = f"""
import sys
from pathlib import Path
from rknet import checkpoint
from rknet.study import runner
from rknet.study.configuration import Configuration
from rknet.study.records import Run
from rknet.study.store import Store
from rknet.training import Protocol
from rknet.versions import VERSIONS
run = {WIDE_RUN!r}
runner.PERIOD = 0.0
save, saved = checkpoint.Keeper.save, []
def told(self, position):
    save(self, position)
    saved.append(position)
    if len(saved) == 15:  # in the second epoch
        print("stored", flush=True)
        sys.stdin.read()
checkpoint.Keeper.save = told
runner.sweep([run], Store(sys.argv[1]), progress=False)
"""


def test_a_killed_run_goes_on(tmp_path: Path) -> None:
    """A sweep whose process is killed in its second epoch has, once resumed, the weights of one that was not."""
    whole, killed = Store(tmp_path / "whole"), Store(tmp_path / "killed")
    runner.sweep([WIDE_RUN], whole, progress=False)
    process = subprocess.Popen(
        [sys.executable, "-c", VICTIM, str(killed.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "stored\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL
    file = runner.checkpoint_beside(killed.path("wide", "EulerNet", 0)).file
    assert file.exists()
    with safe_open(file, "pt") as content:
        assert '"rows": [[' in content.metadata()["position"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        runner.sweep([WIDE_RUN], killed, progress=False)
    ours, theirs = (store.find(WIDE_RUN).record for store in (killed, whole))
    assert ours["results"] == theirs["results"]
    assert [path.name for path in file.parent.iterdir()] == ["seed-0.json"]


def test_a_run_with_the_checkpoint_of_another_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is reported, removed, and the record is that of an undisturbed run."""
    run = replace(WIDE_RUN, configuration=replace(WIDE_RUN.configuration, samples=120))
    store = Store(tmp_path)
    file = runner.checkpoint_beside(store.path(run.experiment, run.row, run.seed)).file
    monkeypatch.setattr(runner, "PERIOD", 0.0)
    run.configuration.train(1, checkpoint=Checkpoint(file, every=0, keep=True))
    assert file.exists()
    with pytest.warns(UserWarning, match="begins anew"):
        runner.sweep([run], store, progress=False)
    net, _ = run.configuration.train(run.seed)
    assert store.find(run).record["results"]["weights"] == records.weights_hash(net)
    assert not file.exists()
