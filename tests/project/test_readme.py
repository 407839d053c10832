"""The README says what is true: its example prints what it shows, its commands and files exist."""

import re
import subprocess
import sys
from pathlib import Path

import execute
import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf8")


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(("code", "printed"), list(zip(blocks("python"), blocks("text"), strict=True)))
def test_example_prints_what_the_readme_shows(code: str, printed: str) -> None:
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == printed


def test_commands_are_what_continuous_integration_runs() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf8")
    lines = "".join(blocks("console") + blocks("sh")).splitlines()
    commands = {line.split("#")[0].strip() for line in lines} | set(re.findall(r"`(make [a-z]+)`", README))
    assert commands >= {"make book", "make test", "make lab", "make clean", "rknet list"}
    for command in commands:
        assert re.search(rf"^(\.venv/bin/)?{re.escape(command)}\b", script, re.MULTILINE), command


def test_linked_files_exist() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(links) > 5
    assert all((ROOT / link).is_file() for link in links), links


def test_every_page_is_on_the_map() -> None:
    pages = re.findall(r"(?:root|file): (\S+)", (ROOT / "_toc.yml").read_text("utf8"))
    assert all(f"](book/{page}." in README for page in pages), pages


def test_picture_is_the_book_s_first() -> None:
    assert execute.COVER_PICTURE.relative_to(ROOT).as_posix() in README
    assert execute.COVER_PICTURE.read_bytes() == execute.first_picture(execute.read_twin(execute.COVER))
