"""Records in files: what is written reads back, and what is torn, edited or foreign is found out."""

from __future__ import annotations

import copy
import json
import multiprocessing
import os
import stat
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.synchronize import Event
from pathlib import Path

import hostile
import numpy as np
import pytest
import torch
from small import RUNS

from rknet import History, RK4Net, files
from rknet.study import records
from rknet.study.records import Record, Run
from rknet.study.runner import compute
from rknet.study.store import Store
from rknet.versions import VERSIONS

RUN = RUNS[0]


@pytest.fixture(scope="module")
def record() -> Record:
    """A record of a real run."""
    threads = torch.get_num_threads()
    made = compute(RUN)
    torch.set_num_threads(threads)
    return made


@pytest.fixture
def kept(tmp_path: Path, record: Record) -> Store:
    """A store that has the record."""
    kept = Store(tmp_path / "records")
    kept.save(record)
    return kept


def file_in(kept: Store) -> Path:
    """The one file of a store."""
    (path,) = (path for path in kept.folder.rglob("*") if path.is_file())
    return path


# ---- records


def test_a_record_says_what_decides_its_numbers(record: Record) -> None:
    """Configuration, seed, engine and versions are apart from the results, and these from the circumstances."""
    run, results, circumstances = record["run"], record["results"], record["circumstances"]
    assert run["configuration"] == json.loads(json.dumps(RUN.configuration.plain()))
    assert (run["experiment"], run["row"], run["seed"]) == ("small", RUN.row, 0)
    assert run["engine"] in ("torch", "compiled")
    assert run["versions"] == {"data": VERSIONS["data"], "nets": VERSIONS["nets"], "engine": VERSIONS[run["engine"]]}
    assert results["epochs"] == 2 == len(results["history"]["val_cost"]) - 1
    assert results["final"] == {name: curve[-1] for name, curve in results["history"].items()}
    assert {"python", "numpy", "torch", "rknet"} <= circumstances["versions"].keys()
    assert circumstances["processor"] and circumstances["seconds"] >= 0 and circumstances["finished"].endswith("+00:00")


def test_results_are_those_of_training(record: Record) -> None:
    """History and hash are what training gives here and now, to the last bit, after the way through a file."""
    net, history = RUN.configuration.train(RUN.seed)
    read = records.decode(records.encode(record))
    restored = records.history(read)
    for name in ("train_cost", "train_accuracy", "val_cost", "val_accuracy"):
        assert getattr(restored, name).tobytes() == getattr(history, name).tobytes()
    assert (restored.ended, restored.engine, restored.epochs) == (history.ended, history.engine, history.epochs)
    assert read["results"]["weights"] == records.weights_hash(net)
    assert read == record


def test_what_is_not_finite_survives() -> None:
    """Costs of a diverged run read back as they were, from JSON that any reader takes."""
    cost = np.array([1.0, np.inf, np.nan])
    history = History(cost, cost, -cost, cost, "diverged")
    text = records.encode(records.make(RUN, RK4Net(2, 2, 2, 1), history, 0.1))
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    np.testing.assert_array_equal(records.history(records.decode(text)).train_cost, cost)
    np.testing.assert_array_equal(records.history(records.decode(text)).val_cost, -cost)


def test_hash_of_weights_by_hand() -> None:
    """SHA-256 over name, type, shape and bytes of each array, sorted by name."""
    import hashlib

    net, content = RK4Net(2, 3, 2, 1, lift="linear"), b""
    shapes = {
        "K": (1, 3, 3),
        "W": (2, 3),
        "b": (1, 3),
        "lift.matrix": (3, 2),
        "mu": (2,),
    }
    for name, shape in shapes.items():
        content += f"{name} <f4 {shape}\n".encode() + net.state_dict()[name].numpy().astype("<f4").tobytes()
    assert records.weights_hash(net) == hashlib.sha256(content).hexdigest()


def test_one_unit_in_the_last_place_changes_the_hash() -> None:
    """The hash sees every bit."""
    net = RK4Net(2, 2, 2, 1)
    before = records.weights_hash(net)
    with torch.no_grad():
        net.mu[1] = torch.nextafter(net.mu[1], torch.tensor(1.0))
    assert records.weights_hash(net) != before


def test_text_is_stable_and_plain(record: Record) -> None:
    """The order of keys does not matter, lines are sorted, and the text is plain ASCII."""
    shuffled = {key: record[key] for key in reversed(record)}
    text = records.encode(record)
    assert records.encode(shuffled) == text
    assert text.isascii() and text.endswith("}\n") and "\r" not in text
    assert json.loads(text)["results"]["final"] == record["results"]["final"]


# ---- files


def test_where_a_record_lies(kept: Store) -> None:
    """Experiment, row and seed name the file; nothing else is in the folder."""
    assert file_in(kept).relative_to(kept.folder).as_posix() == "small/standardnet-l-2/seed-0.json"


def test_a_record_is_found_again(kept: Store, record: Record) -> None:
    """What was saved is current; a run without a file is neither current nor a problem."""
    found = kept.find(RUN)
    assert (found.record, found.problem, found.current) == (record, None, True)
    absent = kept.find(RUNS[1])
    assert (absent.record, absent.problem, absent.current) == (None, None, False)


def test_others_may_read_a_record(kept: Store) -> None:
    """A record has the permissions of any new file, not those of a temporary one."""
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(file_in(kept).stat().st_mode) == 0o666 & ~mask


def test_a_failed_save_leaves_the_old_record(kept: Store, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where writing fails, the record before is untouched and no part is left."""

    def full(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        kept.save({**record, "circumstances": {}})
    assert kept.find(RUN).record == record
    assert file_in(kept).suffix == ".json"


@pytest.mark.parametrize("share", [0, 1, 2, 10, 100, 0.25, 0.5, 0.75, -100, -10, -3, -2, -1])
def test_torn_records_are_found_out(share: float, kept: Store) -> None:
    """Cut after some bytes, after a share of them, or before the last: no remainder passes for a record."""
    path = file_in(kept)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content)) if isinstance(share, float) else share])
    found = kept.find(RUN)
    assert found.record is None
    assert found.problem == "torn, or no JSON" or "checksum does not hold" in found.problem


def test_no_changed_byte_passes(kept: Store) -> None:
    """Whichever byte of a record is changed, it is found out."""
    path = file_in(kept)
    content = path.read_bytes()
    for position in range(0, len(content), 3):
        for bit in (0x01, 0x80):
            path.write_bytes(content[:position] + bytes([content[position] ^ bit]) + content[position + 1 :])
            found = kept.find(RUN)
            assert found.record is None and found.problem, (position, bit)


def edited(change: Callable[[Record], object]) -> Callable[[str], str]:
    """Change a value by hand, and leave the checksum as it was."""

    def edit(text: str) -> str:
        whole = json.loads(text)
        change(whole)
        return json.dumps(whole, sort_keys=True)

    return edit


DAMAGES: dict[str, tuple[Callable[[str], str], str]] = {
    "empty": (lambda text: "", "torn"),
    "binary": (lambda text: "\x00" * 100, "torn"),
    "two records": (lambda text: text + text, "torn"),
    "deep": (lambda text: "[" * 100_000, "torn"),
    "a list": (lambda text: "[1, 2]", "not a record"),
    "no checksum": (edited(lambda whole: whole.pop("checksum")), "not a record"),
    "nicer accuracy": (edited(lambda w: w["results"]["final"].update(val_accuracy=0.99)), "checksum"),
    "another digit": (edited(lambda w: w["results"]["history"]["val_cost"].__setitem__(0, 0.7)), "checksum"),
    "another seed": (edited(lambda whole: whole["run"].update(seed=1)), "checksum"),
    "one entry more": (edited(lambda whole: whole.update(note="fine")), "checksum"),
    "one entry less": (edited(lambda whole: whole["circumstances"].pop("seconds")), "checksum"),
    "not a number": (edited(lambda whole: whole.update(extra=float("nan"))), "checksum"),
    "a second seed": (lambda text: text.replace('"seed": 0', '"seed": 1,\n "seed": 0'), "checksum"),
    "spaces": (lambda text: text.replace(": ", ":  "), "checksum"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_edited_records_are_found_out(damage: str, kept: Store) -> None:
    """Whatever a hand has done to a record, it does not count, and the reason is said."""
    change, reason = DAMAGES[damage]
    path = file_in(kept)
    path.write_text(change(path.read_text("utf8")), "utf8")
    found = kept.find(RUN)
    assert found.record is None
    assert reason in found.problem


def test_a_record_of_another_shape_is_a_problem_that_is_told(kept: Store, record: Record) -> None:
    """Whatever stands in whatever place under a checksum that holds: no error, and what is taken can be read."""
    path, problems = file_in(kept), 0
    spots = [spot for spot in hostile.places(record) if spot]
    for spot in spots:
        changes = [hostile.put(record, spot, value) for value in hostile.VALUES]
        for change in (*changes, hostile.without(record, spot)):
            path.write_text(records.encode(change), "utf8")
            found = kept.find(RUN)
            if found.record is None:
                problems += 1
                assert found.problem and "\n" not in found.problem and len(found.problem) < 250, spot
            else:
                assert records.history(found.record).epochs == change["results"]["epochs"], spot
                assert isinstance(found.record["results"]["weights"], str)
    assert problems > 12 * len(spots)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda r: r["results"]["final"].update(val_cost=0.1),
            "results.final.val_cost: expected the last number of the",
        ),
        (
            lambda r: r["results"]["history"]["val_cost"].pop(),
            "results.history.val_cost: expected 2 + 1 numbers, got 2",
        ),
        (lambda r: r["results"].update(epochs=7), "results.history.train_cost: expected 7 + 1 numbers, got 3"),
        (lambda r: r["results"].update(weights="0" * 63), "results.weights: expected str matching regex"),
        (lambda r: r["results"].pop("ended"), "results: object missing required field ended"),
        (lambda r: r.update(note="fine"), "the whole: object contains unknown field note"),
        (lambda r: r["run"].update({"\x1b[2J\n": 1}), "run: object contains unknown field ?[2J?"),
        (lambda r: r["run"].update(seed="0"), "run.seed: expected int, got str"),
    ],
)
def test_what_is_wrong_with_a_shape(
    change: Callable[[Record], object], problem: str, kept: Store, record: Record
) -> None:
    """The first difference is named."""
    other = copy.deepcopy(record)
    change(other)
    file_in(kept).write_text(records.encode(other), "utf8")
    assert kept.find(RUN).problem.startswith(f"of another shape: {problem}")


def test_a_record_by_an_unknown_engine_is_of_another_version(kept: Store, record: Record) -> None:
    """Its numbers are there all the same."""
    file_in(kept).write_text(records.encode(hostile.put(record, ("run", "engine"), "abacus")), "utf8")
    found = kept.find(RUN)
    assert found.record is not None and found.problem == "made by another version"


def test_line_ends_of_windows_do_not_matter_to_the_checksum(kept: Store) -> None:
    """A record with carriage returns is found out as changed, not met with an error."""
    path = file_in(kept)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert "checksum" in kept.find(RUN).problem


def test_bytes_that_are_no_text(kept: Store) -> None:
    """Not even a file of random bytes raises."""
    file_in(kept).write_bytes(bytes(range(256)))
    assert kept.find(RUN).problem == "torn, or no JSON"


def test_a_folder_in_place_of_a_record(kept: Store) -> None:
    """Something else at the place of a record is a problem that is told."""
    path = file_in(kept)
    path.unlink()
    path.mkdir()
    assert kept.find(RUN).problem == "a folder, not a file"
    with pytest.raises(ValueError, match=r"store: must be a file, got the folder '.*seed-0.json'; remove it"):
        kept.check([RUN])


def test_a_pipe_in_place_of_a_record(kept: Store, record: Record) -> None:
    """A pipe is neither read, which would wait for ever, nor replaced."""
    path = file_in(kept)
    path.unlink()
    os.mkfifo(path)
    assert kept.find(RUN).problem == "a pipe, not a file"
    with pytest.raises(ValueError, match="store: must be a file, got the pipe"):
        kept.check([RUN])
    with pytest.raises(OSError, match="not a file"):
        kept.save(record)
    assert path.is_fifo()


def test_a_link_to_a_record(kept: Store, record: Record, tmp_path: Path) -> None:
    """A record may lie elsewhere: it is found, and written there."""
    path, elsewhere = file_in(kept), tmp_path / "elsewhere.json"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    assert kept.find(RUN).current
    kept.check([RUN])
    kept.save(hostile.put(record, ("circumstances", "processor"), "another"))
    assert path.is_symlink()
    assert records.decode(elsewhere.read_text("utf8"))["circumstances"]["processor"] == "another"


def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    """A file where a row's folder would have to be is found before any run."""
    (tmp_path / "small").write_text("mine")
    with pytest.raises(ValueError, match=r"store: must be where files can be written, got the folder '.*small.*' \("):
        Store(tmp_path).check(RUNS)
    assert (tmp_path / "small").read_text() == "mine"
    Store(tmp_path / "new").check(RUNS)
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        (replace(RUN, seed=1), "of another seed"),
        (replace(RUN, row="StandardNet, L = 3"), "of another row"),
        (replace(RUN, configuration=replace(RUN.configuration, L=3)), "of another configuration"),
        (replace(RUN, configuration=replace(RUN.configuration, samples=21)), "of another configuration"),
        (replace(RUN, experiment="big"), "of another experiment"),
    ],
)
def test_records_of_other_runs_are_found_out(asked: Run, problem: str, kept: Store) -> None:
    """A record copied to another run's place is not that run's."""
    path = kept.path(asked.experiment, asked.row, asked.seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file_in(kept).read_bytes())
    found = kept.find(asked)
    assert (found.record, found.problem) == (None, problem)


@pytest.mark.parametrize("part", ["data", "nets", "engine"])
def test_another_version(part: str, kept: Store, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record of an older version of what decides its bits is intact, and not current."""
    monkeypatch.setitem(VERSIONS, record["run"]["engine"] if part == "engine" else part, 99)
    found = kept.find(RUN)
    assert (found.record, found.problem, found.current) == (record, "made by another version", False)


def test_other_engine(kept: Store, record: Record) -> None:
    """A record counts for the engine that made it and for "auto", not for another."""
    engine = record["run"]["engine"]
    assert kept.find(RUN, engine).current
    other = kept.find(RUN, "another")
    assert (other.problem, other.current) == (f"made by the engine {engine}", False)


def test_other_format(kept: Store, record: Record) -> None:
    """A record of another layout is not read as one of this."""
    kept.save({**record, "format": 0})
    assert kept.find(RUN).problem == f"of format 0, not {records.FORMAT}"


def test_a_store_is_a_folder(tmp_path: Path) -> None:
    """A file cannot be a store."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"store: must be a folder, got '.*file', where '.*file' is a file; name"):
        Store(tmp_path / "file")


def test_parts_of_killed_processes_are_removed(kept: Store) -> None:
    """A half-written file goes when it is old; one that may be in the making stays."""
    old, new, checkpoint = (
        file_in(kept).with_name(f".seed-{name}.{'ab' * 16}{files.PART}")
        for name in ("1.json", "2.json", "1.checkpoint")
    )
    for part in (old, new, checkpoint):
        part.mkdir()
        (part / "half").write_text("{")
    for part in (old, checkpoint):
        aged(part)
    kept.tidy()
    assert (old.exists(), new.exists(), checkpoint.exists()) == (False, True, False)


def aged(path: Path) -> Path:
    """A path that nobody has touched for longer than any file is in the making."""
    os.utime(path, (time.time() - files.ABANDONED - 10,) * 2)
    return path


def test_files_of_others_stay(kept: Store, tmp_path: Path) -> None:
    """Half a download of a browser, parts of other programs, and a part of ours in a folder without records."""
    row = file_in(kept).parent
    foreign = [
        kept.folder / ".film.mkv.part",
        row / ".seed-1.json.part",
        row / f".seed-1.json.{'ab' * 16}.part",
        row / f".seed-1.json.backup{files.PART}",
        row / f".thesis.tex.{'ab' * 16}{files.PART}",
        kept.folder / f".seed-1.json.{'ab' * 16}{files.PART}",
        row / "deeper" / f".seed-1.json.{'ab' * 16}{files.PART}",
    ]
    for path in foreign:
        path.mkdir(parents=True)
        (path / "mine").write_text("mine")
        aged(path)
    link = row / f".seed-2.json.{'ab' * 16}{files.PART}"
    link.symlink_to(foreign[0], target_is_directory=True)
    kept.tidy()
    kept.save(kept.find(RUN).record)
    assert all((path / "mine").read_text() == "mine" for path in foreign)
    assert link.is_symlink()


@pytest.mark.parametrize("folder", ["", "~nobody-of-this-name/results"])
def test_a_store_has_a_name(folder: str) -> None:
    """An empty path is not taken for the working directory, nor a home that does not exist for a folder ``~...``."""
    with pytest.raises(ValueError, match=r"store: must be .*path.*, got '.*'; name a folder or file"):
        Store(folder)


def test_a_store_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``~`` is the home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Store("~/results").folder == tmp_path / "results"


def write_until(enough: Event, folder: Path, record: Record) -> None:
    """What the second process does: save the same run again and again."""
    while not enough.is_set():
        Store(folder).save(record)


def test_two_processes_write_at_once(kept: Store, record: Record) -> None:
    """While two processes save the same run, every look finds one of their records whole."""
    context = multiprocessing.get_context("spawn")
    enough, theirs = context.Event(), hostile.put(record, ("circumstances", "processor"), "theirs")
    other = context.Process(target=write_until, args=(enough, kept.folder, theirs))
    other.start()
    met = 0
    try:
        while other.is_alive() and met < 100:
            kept.save(record)
            found = kept.find(RUN)
            assert found.current and found.record in (record, theirs)
            met += found.record == theirs
            other.join(0 if met else 0.05)
            found = kept.find(RUN)
            assert found.current
            met += found.record == theirs
    finally:
        enough.set()
        other.join()
    assert (other.exitcode, met >= 100) == (0, True)
    assert file_in(kept).suffix == ".json"
