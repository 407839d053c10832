"""Files of ours: written at once or not at all, and known by their names, so that nobody else's file is touched.

A file is written inside a folder of its own, ``.NAME.UUID.rknet-part`` beside its place, and moved out of it when it is
whole.  Whatever a killed process, or a library that has temporary files of its own, leaves behind lies in that folder.
"""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import re
import shutil
import stat
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock

from rknet.checks import shown

PART = ".rknet-part"
"""How the name of the folder ends in which a file is written."""

LOCK = ".rknet-lock"
"""How the name of the file ends by which a process says that it is at another one."""

LARGEST = 2**26
"""Most bytes of a file of text that is read: thousands of times a record, and little for a memory."""

ABANDONED = 3600.0
"""Seconds after which a part is taken for that of a killed process: no file takes as long."""

_NAME = re.compile(rf"\.(?P<name>.+)\.[0-9a-f]{{32}}{re.escape(PART)}")


class InUse(ValueError):
    """Another process is using a file."""


def place(argument: str, path: str | Path) -> Path:
    """The path that a user names, with ``~`` as the home folder; ValueError if it is none, or there is no such home."""
    if not isinstance(path, (str, Path)) or "\0" in str(path):
        raise ValueError(f"{argument}: must be a path, got {shown(path)}; name a folder or file, such as './results'")
    expanded = os.path.expanduser(path)
    if not expanded or expanded.startswith("~"):
        rule = "the path of a home folder that exists" if expanded else "a path"
        raise ValueError(f"{argument}: must be {rule}, got {str(path)!r}; name a folder or file, such as ./results")
    return Path(expanded)


def regular(argument: str, path: Path) -> None:
    """ValueError if something other than a file is at a path; a link counts as what it leads to."""
    what = kind(path)
    if what not in (None, "file"):
        raise ValueError(f"{argument}: must be a file, got the {what} {str(path)!r}; remove it, or name another place")


def existing(argument: str, path: str | Path) -> Path:
    """The file at a path that a user names; FileNotFoundError if there is none, ValueError for anything else."""
    file = place(argument, path)
    if kind(file) is None:
        raise FileNotFoundError(
            f"{argument}: must be a file that exists, got {str(path)!r}; check its name, which begins in {Path.cwd()}"
        )
    regular(argument, file)
    return file


def new(argument: str, path: str | Path, ours: Callable[[Path], bool], writer: str, overwrite: bool) -> Path:
    """The path at which `writer` may write: with nothing at it, or a file that is `ours`, unless any is overwritten.

    ValueError otherwise.
    """
    file = place(argument, path)
    regular(argument, file)
    if kind(file) == "file" and not overwrite and not ours(file):
        raise ValueError(
            f"{argument}: must be a new file, or one that {writer} has written, got {str(path)!r}, which is neither; "
            f"name another place, or pass overwrite=True"
        )
    return file


def folder(argument: str, path: str | Path) -> Path:
    """The path of a folder, which need not be there; ValueError if something else is at it or on the way to it."""
    found = place(argument, path)
    there = next(part for part in (found, *found.parents) if kind(part) is not None)
    if kind(there) != "folder":
        raise ValueError(
            f"{argument}: must be a folder, got {str(path)!r}, where {str(there)!r} is a {kind(there)}; "
            f"name another place"
        )
    return found


def kind(path: Path) -> str | None:
    """What is at a path: ``"file"``, ``"folder"``, or something that must not be opened; None for nothing."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
    return kinds.get(stat.S_IFMT(mode), "device")


def read(path: Path) -> bytes:
    """The content of a file of at most `LARGEST` bytes; ValueError if it has more, which are not read."""
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"{path}: must have at most {LARGEST} bytes, got more; remove it, or name another file")
    return content


def writable(argument: str, folder: Path, name: str = "trial") -> None:
    """ValueError unless a file of some name can be written in a folder, which may have to be made; nothing is left."""
    there = folder = place(argument, folder)
    while not os.path.lexists(there):
        there = there.parent
    try:
        with part(there / name) as trial:
            (trial / "whole").write_bytes(bytes(4096))
    except OSError as error:
        raise ValueError(
            f"{argument}: must be where files can be written, got the folder {str(folder)!r} ({error.strerror}); "
            f"make room or give leave to write there, or name another place"
        ) from None


def write(path: Path, content: bytes | Callable[[Path], object]) -> None:
    """Write a file in one step: whoever reads or dies at any moment meets the file before, or this one, never a part.

    Parameters
    ----------
    path
        Where; folders that are missing are made, and a link stays and leads to the new content.
    content
        The bytes, or what writes them to the path that it is given, which has no suffix.

    Raises
    ------
    OSError
        If it cannot be written, or something other than a file is in its place; nothing has changed then.
    """
    path = Path(os.path.realpath(path))
    if kind(path) not in (None, "file"):
        raise FileExistsError(errno.EEXIST, "not a file", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_parts(path, ABANDONED)
    with part(path) as folder:
        whole = folder / "whole"  # not the file's own name, by which others look for files in all folders
        if callable(content):
            content(whole)
        else:
            whole.write_bytes(content)
        with whole.open("rb+") as file:
            os.fsync(file.fileno())
        shutil.copymode(
            path if path.exists() else _fresh(folder), whole
        )  # libraries make files that others cannot read
        os.replace(whole, path)


def _fresh(folder: Path) -> Path:
    """A new file, with the mode that the user's system gives to new files."""
    (fresh := folder / "fresh").touch()
    return fresh


@contextlib.contextmanager
def part(path: Path) -> Iterator[Path]:
    """A folder of its own for what is to be at a path once it is whole; it is removed at the end."""
    folder = path.with_name(f".{path.name}.{uuid.uuid4().hex}{PART}")
    try:
        folder.mkdir()
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None  # a user knows the file by its own name
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_parts(path: Path, age: float = 0.0) -> None:
    """Remove what killed processes left of a file in the making, `age` seconds ago or earlier."""
    path = Path(os.path.realpath(path))
    remove_abandoned(path.parent, re.escape(path.name), age)


def remove_abandoned(folder: Path, names: str, age: float = ABANDONED) -> None:
    """Remove the parts in a folder, of that age in seconds, of files whose whole names match a regular expression."""
    for found in folder.glob(f".*{PART}"):
        match = _NAME.fullmatch(found.name)
        if not match or not re.fullmatch(names, match["name"]):
            continue
        with contextlib.suppress(OSError):  # a link, or another process was faster
            if time.time() - found.stat().st_mtime >= age:
                shutil.rmtree(found)


@contextlib.contextmanager
def held(argument: str, path: Path, patience: float = 0.0) -> Iterator[None]:
    """Keep other processes away from a file; the system ends that with the process, however it dies.

    Raises
    ------
    InUse
        If another process, which the error names, is at the file for `patience` seconds more.
    """
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    sign = path.with_name(f".{path.name}{LOCK}")
    lock = filelock.FileLock(sign, thread_local=False)
    try:
        lock.acquire(timeout=patience)
    except filelock.Timeout:
        raise InUse(
            f"{argument}: must be of one training at a time, got {str(path)!r}, which {_holder(sign)} is at; "
            f"wait for it or end it, or name another file"
        ) from None
    try:
        with contextlib.suppress(OSError):  # Windows lets nobody write here
            sign.write_text(f"process {os.getpid()} on {platform.node()}", "utf8")
        yield
    finally:
        with contextlib.suppress(OSError):  # who waits for it notices, and makes another
            sign.unlink()
        lock.release()


def _holder(sign: Path) -> str:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return sign.read_text("utf8") or "another process"
    return "another process"
