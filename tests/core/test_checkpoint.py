"""Checkpoints: a training that was killed goes on with the numbers of one that was not, or says why it does not."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from rknet import EulerNet, History, Net, PointSet, Protocol, RK4Net, StandardNet, checkpoint, files, fit
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


def rewritten(path: Path, change: Callable[[dict, dict], object]) -> None:
    """The file with other contents, and a checksum that holds."""
    with safe_open(path, "pt") as opened:
        metadata, tensors = opened.metadata(), {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    change(metadata, tensors)
    metadata["checksum"] = checkpoint.checksum(metadata, tensors)
    save_file(tensors, path, metadata)


def positioned(**fields: object) -> Callable[[dict, dict], object]:
    """Other fields of the position."""

    def change(metadata: dict, tensors: dict) -> None:
        metadata["position"] = json.dumps({**json.loads(metadata["position"]), **fields})

    return change


OTHERS: dict[str, Callable[[dict, dict], object]] = {
    "no position": lambda metadata, tensors: metadata.pop("position"),
    "no JSON": lambda metadata, tensors: metadata.update(position="{"),
    "deep": lambda metadata, tensors: metadata.update(position="[" * 100_000),
    "a list": lambda metadata, tensors: metadata.update(position="[]"),
    "a part is missing": lambda metadata, tensors: metadata.update(position='{"rows": [], "done": 0}'),
    "rows": positioned(rows=[[1.0, 2.0]]),
    "text in rows": positioned(rows=[["a", "b", "c", "d"]]),
    "done": positioned(done="100"),
    "negative": positioned(done=-1),
    "generator": positioned(rng=None),
    "no state": positioned(rng={"bit_generator": "PCG64"}),
    "another generator": positioned(rng={"bit_generator": "MT19937"}),
    "a large state": positioned(
        rng={"bit_generator": "PCG64", "state": {"state": 10**400, "inc": 1}, "has_uint32": 0, "uinteger": 0}
    ),
    "a tensor is missing": lambda metadata, tensors: tensors.popitem(),
    "shapes": lambda metadata, tensors: tensors.update({name: torch.zeros(7, 7, 7) for name in tensors}),
}


@pytest.mark.parametrize("other", OTHERS)
def test_other_contents_are_refused_in_a_line(other: str, stored: Path) -> None:
    """With a checksum and a fingerprint that hold; the file stays as it is."""
    rewritten(stored, OTHERS[other])
    before = stored.read_bytes()
    with pytest.raises(
        ValueError, match="^checkpoint: must hold what this training goes on from, .*; remove"
    ) as caught:
        train(small(), "compiled", stored)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < len(str(stored)) + 300
    assert stored.read_bytes() == before


@pytest.mark.parametrize("fingerprint", ["", "[]", "1", "[" * 100_000, '{"net": 1}'])
def test_other_fingerprints_are_those_of_another_training(fingerprint: str, stored: Path) -> None:
    rewritten(stored, lambda metadata, tensors: metadata.update(fingerprint=fingerprint))
    with pytest.raises(OtherTraining, match="of another protocol and seed and engine and net and data and versions"):
        train(small(), "compiled", stored)


def test_a_checkpoint_of_a_size_that_no_training_needs(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a fingerprint and a checksum that hold; no tensor of it is read."""
    monkeypatch.setattr(checkpoint, "LONGEST_HEADER", 10_000)
    rewritten(stored, lambda metadata, tensors: tensors.update(more=torch.zeros(10_000)))
    monkeypatch.delattr(checkpoint, "safe_open")
    with pytest.raises(
        OtherTraining, match=r"checkpoint: must be of this training, with at most \d+ bytes, got .*; rem"
    ):
        train(small(), "compiled", stored)


@pytest.mark.parametrize("every", [-1.0, float("nan"), float("inf")])
def test_period_must_be_a_number(every: float) -> None:
    """A period that is none is refused."""
    with pytest.raises(ValueError, match="every: must be"):
        Checkpoint("x", every=every)


def test_folder_is_refused(tmp_path: Path) -> None:
    """So is a folder for the file."""
    with pytest.raises(ValueError, match="checkpoint: must be a file, got the folder"):
        Checkpoint(tmp_path)


# ---- whose file it is


@pytest.mark.parametrize(
    "content",
    [
        lambda stored: b"",
        lambda stored: stored[:100],
        lambda stored: b"PK\x03\x04 weights of somebody",
        lambda stored: b"my thesis",
        lambda stored: stored.replace(b"rknet checkpoint 1", b"other checkpoint 1"),
        lambda stored: stored.replace(b"__metadata__", b"__metadatum_"),
        lambda stored: (2).to_bytes(8, "little") + b"[]",
        lambda stored: (200_000).to_bytes(8, "little") + b"[" * 200_000,
    ],
    ids=["empty", "cut in the header", "archive", "text", "another program", "no metadata", "list", "deep"],
)
def test_a_file_that_is_no_checkpoint_is_refused(content: Callable[[bytes], bytes], stored: Path) -> None:
    """It may be anybody's: nothing is trained, and no byte of it changes, whoever asks."""
    stored.write_bytes(content(stored.read_bytes()))
    before, net = stored.read_bytes(), small()
    message = r"checkpoint: must be a checkpoint or not there yet, got the file '.*', which is none; remove it, or name"
    with pytest.raises(ValueError, match=message):
        train(net, "compiled", stored)
    assert records.weights_hash(net) == records.weights_hash(small())
    Checkpoint(stored).remove()
    assert [(path, path.read_bytes()) for path in stored.parent.iterdir()] == [(stored, before)]


def test_of_another_format_is_refused_as_ours(stored: Path) -> None:
    """A checkpoint of a later version is known as one, and not read."""
    stored.write_bytes(stored.read_bytes().replace(b"rknet checkpoint 1", b"rknet checkpoint 9"))
    with pytest.raises(OtherTraining, match="of another format"):
        train(small(), "compiled", stored)


def test_a_file_that_appears_during_training_stays(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody puts at the path meanwhile is neither overwritten nor removed; one warning tells it."""
    save = checkpoint.Keeper.save

    def late(self: checkpoint.Keeper, position: checkpoint.Position) -> None:
        file.write_text("mine")
        save(self, position)

    monkeypatch.setattr(checkpoint.Keeper, "save", late)
    with pytest.warns(UserWarning, match="cannot be written .*another file is in its place.*training goes on") as told:
        train(small(), "compiled", file)
    assert len(told) == 1
    assert [path.read_text() for path in file.parent.iterdir()] == ["mine"]


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    """Opening one would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match=r"checkpoint: must be a file, got the pipe '.*pipe'; remove it, or name"):
        Checkpoint(tmp_path / "pipe")


def test_a_link_leads_to_the_checkpoint(stored: Path, tmp_path: Path) -> None:
    """A checkpoint may lie on another disk: it is read and removed there, and the link stays."""
    elsewhere = tmp_path / "scratch" / "big.checkpoint"
    elsewhere.parent.mkdir()
    stored.rename(elsewhere)
    stored.symlink_to(elsewhere)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train(small(), "compiled", stored)
    assert stored.is_symlink() and not list(elsewhere.parent.iterdir())


def test_what_a_kill_leaves_half_written_is_removed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a library had begun, the next training finds it by the name of its folder; other files stay."""

    def dies(tensors: object, path: Path, metadata: object) -> None:
        path.with_name(".tmpAb12Cd").write_bytes(b"half")
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "save_file", dies)
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)  # a killed process does not tidy up
        with pytest.raises(Killed):
            train(small(), "compiled", file)
    (left,) = file.parent.iterdir()
    assert [path.name for path in left.iterdir()] == [".tmpAb12Cd"]
    others = {file.with_name(name) for name in (".tmpXy", f".{file.name}.part", left.name.replace("run", "walk"))}
    for other in others:
        other.mkdir()
    train(small(), "compiled", file, keep=True)
    assert set(file.parent.iterdir()) == {file, *others}


# ---- where it can be written, and by whom


@pytest.mark.parametrize("path", ["taken/run.checkpoint", "taken/new/run.checkpoint"])
def test_a_place_that_cannot_be_written_is_refused_before_training(path: str, tmp_path: Path) -> None:
    """A file where the folder would have to be is told before a step is taken."""
    (tmp_path / "taken").write_text("mine")
    net = small()
    with pytest.raises(
        ValueError, match=r"checkpoint: must be where files can be written, got the folder '.*taken.*' "
    ):
        train(net, "compiled", tmp_path / path)
    assert records.weights_hash(net) == records.weights_hash(small())


def test_a_full_disk_does_not_end_a_training(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One warning, the numbers of any training, and nothing half-written."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    net, whole = small(), small()
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.warns(UserWarning, match=r"cannot be written .*No space left.*; training goes on") as told:
            train(net, "compiled", file)
    assert len(told) == 1 and not list(file.parent.iterdir())
    fit(whole, TRAIN, VALIDATION, PROTOCOL, engine="compiled")
    assert records.weights_hash(net) == records.weights_hash(whole)


def test_home_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``~`` is no folder of the working directory."""
    monkeypatch.setenv("HOME", str(tmp_path))
    train(small(), "compiled", Path("~/run.checkpoint"), keep=True)
    assert [path.name for path in tmp_path.iterdir()] == ["run.checkpoint"]


def test_one_training_at_a_time(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names process and machine; the file is not touched, also by who would remove it."""
    monkeypatch.setattr(checkpoint, "PATIENCE", 0.0)
    before = stored.read_bytes()
    with files.held("checkpoint", stored):
        with pytest.raises(
            files.InUse, match=f"which process {os.getpid()} on .* is at; wait for it or end it, or name"
        ):
            train(small(), "compiled", stored)
        Checkpoint(stored).remove()
    assert [(path, path.read_bytes()) for path in stored.parent.iterdir()] == [(stored, before)]
    train(small(), "compiled", stored)
    assert not list(stored.parent.iterdir())


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
from rknet.protocol import Protocol
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


ORPHANS = f"""
import sys
from dataclasses import replace
from rknet.study import runner
from rknet.study.configuration import Configuration
from rknet.study.records import Run
from rknet.study.store import Store
from rknet.protocol import Protocol
run = {WIDE_RUN!r}
endless = replace(run.configuration, protocol=Protocol(epochs=10**5, stop_early=False))
runner.sweep([replace(run, configuration=endless, seed=seed) for seed in (0, 1)], Store(sys.argv[1]), n_jobs=2)
"""


def test_workers_end_with_a_killed_sweep(tmp_path: Path) -> None:
    """Where only the sweep itself is killed, its workers let go of their checkpoints, and write no more."""
    store = Store(tmp_path)
    waiting = {checkpoint_of(store, seed) for seed in (0, 1)}
    process = subprocess.Popen([sys.executable, "-c", ORPHANS, str(tmp_path)])
    while waiting and process.poll() is None:
        waiting = {path for path in waiting if not path.with_name(f".{path.name}{files.LOCK}").exists()}
        time.sleep(0.1)
    process.kill()
    process.wait()
    for seed in (0, 1):
        with files.held("checkpoint", checkpoint_of(store, seed), patience=300.0):  # the kernel's own answer
            pass


def checkpoint_of(store: Store, seed: int) -> Path:
    """Where a sweep keeps the checkpoint of the wide run with a seed."""
    return runner.checkpoint_beside(store.path("wide", "EulerNet", seed)).file


def test_a_run_that_another_process_is_at_is_left_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and the other runs are computed."""
    monkeypatch.setattr(checkpoint, "PATIENCE", 0.0)
    short = replace(WIDE_RUN, configuration=replace(WIDE_RUN.configuration, samples=120))
    runs, store, told = [replace(short, seed=seed) for seed in (0, 1)], Store(tmp_path), []
    with files.held("checkpoint", checkpoint_of(store, 0)):
        summary = runner.sweep(runs, store, progress=False, report=told.append)
    assert [store.find(run).current for run in runs] == [False, True]
    assert (summary.computed, len(summary.lost)) == (1, 1)
    assert f"wide: EulerNet, seed 0: checkpoint: must be of one training at a time, got '{tmp_path}" in told[0]
    assert f"which process {os.getpid()} on " in summary.lost[0]


def test_a_sweep_refuses_what_is_no_checkpoint_before_it_computes(tmp_path: Path) -> None:
    """Somebody's file in the place of a checkpoint is neither used nor removed."""
    store = Store(tmp_path)
    file = checkpoint_of(store, 0)
    file.parent.mkdir(parents=True)
    file.write_text("mine")
    with pytest.raises(ValueError, match="checkpoint: must be a checkpoint or not there yet"):
        runner.sweep([WIDE_RUN], store, progress=False)
    assert [path.read_text() for path in file.parent.iterdir()] == ["mine"]


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
