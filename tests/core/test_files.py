"""Files of ours: whole or not there, tried before they are needed, and written in one way everywhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from small import RUNS

from benchmarks import report
from rknet import files
from rknet.playground import exported
from rknet.study.ledger import claims, evidence, judging
from rknet.study.store import Store

ROOT = Path(__file__).resolve().parents[2]
OTHER_WAYS = re.compile(
    r"""\.write_(text|bytes)\(|os\.(replace|rename)\(|NamedTemporaryFile|mkstemp|open\([^)]*["'][wax]"""
)
"""What writes a file without `rknet.files`."""

EXCEPTIONS = {
    "rknet/files.py": 4,  # the one place: the trial, the content, its move, and who holds a file
    "rknet/study/cache.py": 1,  # into the part that it is given
    "rknet/data/images.py": 2,  # a folder that is whole is moved, and torchvision's words go nowhere
    "benchmarks/memory.py": 1,  # a switch of the kernel
    "benchmarks/card.py": 1,  # into the part that it is given
}


def test_files_are_written_in_one_way() -> None:
    """No module has a way of its own to write a file."""
    sources = [*ROOT.glob("rknet/**/*.py"), *ROOT.glob("book/*.py"), *ROOT.glob("book/_ext/*.py")]
    sources += ROOT.glob("benchmarks/*.py")
    found = {path.relative_to(ROOT).as_posix(): len(OTHER_WAYS.findall(path.read_text("utf8"))) for path in sources}
    assert {path: count for path, count in found.items() if count} == EXCEPTIONS


def full(*_: object) -> None:
    """What a full disk says."""
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_changes_nothing(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file before stays, and no part."""
    path = tmp_path / "file"
    path.write_text("before")
    monkeypatch.setattr(os, step, full)
    with pytest.raises(OSError, match="No space left"):
        files.write(path, b"after")
    assert [(found, found.read_text()) for found in tmp_path.iterdir()] == [(path, "before")]


def test_a_real_full_disk_is_found_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's own answer, from a device that is always full."""
    write_bytes = Path.write_bytes
    monkeypatch.setattr(Path, "write_bytes", lambda path, content: write_bytes(Path("/dev/full"), content))
    with pytest.raises(
        ValueError, match=r"store: must be where files can be written, got .*No space left.*; make room"
    ):
        files.writable("store", tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_content_is_on_disk_before_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """First the bytes are flushed, then the file takes its place."""
    steps: list[str] = []
    for step in ("fsync", "replace"):
        done = getattr(os, step)
        monkeypatch.setattr(os, step, lambda *a, step=step, done=done: (steps.append(step), done(*a))[1])
    files.write(tmp_path / "file", b"content")
    assert steps == ["fsync", "replace"]


def test_a_file_has_the_mode_of_any_other(tmp_path: Path) -> None:
    """A new one that which the system gives, whoever makes it; one that is replaced keeps its own."""

    def private(part: Path) -> None:  # as libraries write that begin with a temporary file
        os.close(os.open(part, os.O_CREAT, 0o600))

    (tmp_path / "other").touch()
    files.write(tmp_path / "new", private)
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "other").stat().st_mode
    (tmp_path / "new").chmod(0o640)
    files.write(tmp_path / "new", private)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o640


def test_an_error_names_the_file_and_not_its_part(tmp_path: Path) -> None:
    """A name that no file can have."""
    path = tmp_path / ("x" * 300)
    with pytest.raises(OSError, match="too long") as raised:
        files.write(path, b"")
    assert raised.value.filename == str(path)


@pytest.mark.parametrize("below", ["", "/folder", "/folder/deeper"])
def test_a_file_is_no_folder(below: str, tmp_path: Path) -> None:
    """Neither at the end of a path nor on the way to it."""
    (tmp_path / "file").touch()
    assert files.folder("store", tmp_path / "none" / "folder") == tmp_path / "none" / "folder"
    with pytest.raises(ValueError, match=r"store: must be a folder, got '.*', where '.*file' is a file; name another"):
        files.folder("store", f"{tmp_path}/file{below}")


def test_a_half_written_file_has_another_name(tmp_path: Path) -> None:
    """Whoever looks for files of a name in all folders does not find one in the making."""

    def look(part: Path) -> None:
        part.write_text("half")
        assert not list(tmp_path.rglob("*.json"))

    files.write(tmp_path / "seed-0.json", look)
    assert [path.name for path in tmp_path.rglob("*")] == ["seed-0.json"]


def test_a_trial_makes_no_folder(tmp_path: Path) -> None:
    """A place that is only to be made later is tried without making it."""
    files.writable("store", tmp_path / "a" / "b")
    assert not list(tmp_path.iterdir())
    (tmp_path / "nowhere").symlink_to(tmp_path / "missing")
    with pytest.raises(ValueError, match="store: must be where files can be written"):
        files.writable("store", tmp_path / "nowhere")


HOLDER = """
import sys
from pathlib import Path
from rknet import files
with files.held("checkpoint", Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_hold_ends_with_its_process(tmp_path: Path) -> None:
    """While another process lives, it is named; once it is killed, the file is free, and no lock stays."""
    path = tmp_path / "file"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        with pytest.raises(files.InUse, match=f"which process {process.pid} on "), files.held("checkpoint", path):
            pass
        process.kill()
    with files.held("checkpoint", path):
        pass
    assert not list(tmp_path.iterdir())


READERS: dict[str, tuple[str, str, Callable[[Path], object]]] = {
    "record": ("small/standardnet-l-2/seed-0.json", "", lambda folder: problem(Store(folder).find(RUNS[0]).problem)),
    "measurements": (evidence.FILE, "", lambda folder: evidence._read(folder / evidence.FILE)),
    "verdicts": ("verdicts.json", "", lambda folder: judging.stored(folder / "verdicts.json")),
    "claims": ("claims.yml", "#", lambda folder: claims.read(folder / "claims.yml")),
    "benchmarks": ("results.json", "", lambda folder: report.recorded(folder / "results.json")),
    "run": ("run.json", "", lambda folder: exported.read(folder / "run.json")),
}
"""What reads a text: its name in a folder, how it begins, and who reads it."""


def problem(said: str | None) -> None:
    """A record that cannot be read is told, not raised."""
    raise ValueError(said)


@pytest.mark.parametrize("reader", READERS)
def test_no_more_is_read_than_a_text_has(reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of 64 MiB is refused without reading it."""
    monkeypatch.setattr(files, "LARGEST", 1000)
    monkeypatch.setattr(exported, "LARGEST_FILE", 1000)
    name, head, read = READERS[reader]
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(head.encode())
        file.truncate(2**26)
    tracemalloc.start()
    with pytest.raises(ValueError) as refused:
        read(tmp_path)
    assert tracemalloc.get_traced_memory()[1] < 2**24
    tracemalloc.stop()
    assert "\n" not in str(refused.value)


def test_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything up to the last byte that is allowed."""
    monkeypatch.setattr(files, "LARGEST", 3)
    (tmp_path / "a").write_bytes(b"abc")
    assert files.read(tmp_path / "a") == b"abc"
    (tmp_path / "a").write_bytes(b"abcd")
    with pytest.raises(ValueError, match="a: must have at most 3 bytes, got more; remove it, or name another file"):
        files.read(tmp_path / "a")
