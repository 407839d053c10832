"""The programs of the project: each tells what it does, and a mistyped argument starts nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

OTHERS = {
    "benchmarks/worker.py": "started by the timings, with a task as JSON",
    "book/forge.py": "takes the arguments of jupyter-book",
}
"""What is a program, but none for people."""

PROGRAMS = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("rknet", "book", "benchmarks", "tests")
    for path in (ROOT / folder).rglob("*.py")
    if "node_modules" not in path.parts and '\nif __name__ == "__main__":' in path.read_text("utf8")
)


def start(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program as its documentation says: those of packages as modules."""
    module = program.removesuffix(".py").replace("/", ".")
    command = ["-m", module] if program.startswith(("rknet/", "benchmarks/", "tests/fuzz/")) else [program]
    return subprocess.run(
        [sys.executable, *command, *arguments], capture_output=True, text=True, cwd=ROOT, timeout=300, check=False
    )


def test_programs_are_found() -> None:
    """And what is none for people has a reason."""
    assert "book/execute.py" in PROGRAMS and set(OTHERS) < set(PROGRAMS)


@pytest.mark.parametrize("program", [program for program in PROGRAMS if program not in OTHERS])
def test_a_program_tells_what_it_does(program: str) -> None:
    """`--help` prints its use, and starts nothing."""
    done = start(program, "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: ")


@pytest.mark.parametrize("program", ["book/execute.py", "tests/mutants.py"])
def test_a_chapter_that_is_not_there_is_told(program: str) -> None:
    """In a line, with its name."""
    done = start(program, "book/chapters/none.py")
    assert done.returncode == 2
    assert "must be the .py file of a chapter, got 'book/chapters/none.py'" in done.stderr
