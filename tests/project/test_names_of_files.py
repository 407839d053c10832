"""Files that code, comments and documents name exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("rknet", "book", "benchmarks", "tests", "results", ".github")
SUFFIXES = {".py", ".mjs", ".md", ".yml", ".json"}

FILES = [
    path.relative_to(ROOT)
    for path in (*ROOT.glob("*.*"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*")))
    if path.suffix in SUFFIXES and not {"_build", "_vendor", "node_modules"} & {*path.relative_to(ROOT).parts}
]
"""Ours, wherever they lie."""

TEXTS = [path for path in FILES if path.suffix in (".py", ".md") and path.parts[0] != "tests"]

NAME = re.compile(r"(?<![\w./-])[a-z_][\w/-]*\.(?:py|mjs|md|yml)\b")
"""A file, by its name or its path; capitals stand for any name."""

MADE = {"add_your_own.py": {"rknet/playground/src/views/gain.mjs"}}
"""Files that a page has its reader make."""


def missing(text: str) -> set[str]:
    """The names in a text that are neither a path of a file nor the end of one."""
    there = {"/".join(path.parts[i:]) for path in FILES for i in range(len(path.parts))}
    return {name for name in NAME.findall(text) if not re.search("[A-Z]", name)} - there


@pytest.mark.parametrize("path", TEXTS, ids=str)
def test_files_that_are_named_exist(path: Path) -> None:
    """In comments, docstrings and prose, with or without backticks."""
    assert missing((ROOT / path).read_text("utf8")) <= MADE.get(path.name, set())


def test_a_name_of_no_file_is_found() -> None:
    """A name, a path whose end alone exists, and nothing else."""
    text = "`gone.py`, rknet/study/nets.py, and `rknet/nets.py`, nets.py, book/chapters/NAME.py, a.python, README.md"
    assert missing(text) == {"gone.py", "rknet/study/nets.py"}
