"""Each chapter's notebook says what its .py says, was run in order, and hides no output from comparison."""

import json
import re
from pathlib import Path

import execute
import pytest

CHAPTERS = execute.chapters()
UNCOMPARED = re.compile(r"nbval[-_](ignore|skip|check)", re.IGNORECASE)

each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)


def test_every_page_of_the_table_of_contents_exists():
    suffixes = (".ipynb", ".md")
    assert [
        page for page in execute.pages() if not any((execute.BOOK / f"{page}{end}").is_file() for end in suffixes)
    ] == []


def test_every_notebook_is_a_chapter_of_the_book():
    notebooks = [p for p in execute.BOOK.rglob("*.ipynb") if not {"_build", ".ipynb_checkpoints"} & set(p.parts)]
    assert sorted(notebooks) == sorted(chapter.with_suffix(".ipynb") for chapter in CHAPTERS)


@each_chapter
def test_notebook_is_up_to_date(chapter: Path):
    assert execute.why_outdated(chapter) is None, "run `make notebooks`"


@each_chapter
def test_notebook_was_run_once_and_in_order(chapter: Path):
    cells = execute.code_cells(execute.read_twin(chapter))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))


@each_chapter
def test_no_cell_fails_or_complains(chapter: Path):
    outputs = [output for cell in execute.code_cells(execute.read_twin(chapter)) for output in cell.outputs]
    assert [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"] == []


@each_chapter
def test_every_output_is_compared(chapter: Path):
    assert UNCOMPARED.findall(chapter.read_text("utf8")) == []
    assert UNCOMPARED.findall(chapter.with_suffix(".ipynb").read_text("utf8")) == []


def test_every_chapter_has_a_run_time():
    """Else a build cannot tell what time is left, nor start with the longest."""
    times = json.loads(execute.RUN_TIMES.read_text("utf8"))
    assert times.keys() == {chapter.stem for chapter in CHAPTERS}, "run `.venv/bin/python book/execute.py --time`"
    assert all(type(seconds) is int and seconds >= 0 for seconds in times.values())


# ---- execute.py itself, on a chapter of its own


@pytest.fixture
def chapter(tmp_path: Path) -> Path:
    path = tmp_path / "chapter.py"
    path.write_text("# %% [markdown]\n# Two and two.\n\n# %%\n2 + 2\n", "utf8")
    assert execute.make_twins([path]) == {path: None}
    return path


def outputs(chapter: Path) -> list[str]:
    cells = execute.code_cells(execute.read_twin(chapter))
    return [output["data"]["text/plain"] for cell in cells for output in cell.outputs]


def test_a_new_chapter_is_executed_and_then_left_alone(chapter: Path):
    twin = chapter.with_suffix(".ipynb")
    before = twin.read_bytes()
    assert outputs(chapter) == ["4"]
    assert execute.why_outdated(chapter) is None
    assert execute.make_twins([chapter]) == {}
    assert twin.read_bytes() == before


def test_executing_again_gives_the_same_file(chapter: Path):
    twin = chapter.with_suffix(".ipynb")
    before = twin.read_bytes()
    twin.unlink()
    assert execute.make_twins([chapter]) == {chapter: None}
    assert twin.read_bytes() == before


def test_changed_text_is_taken_over_without_execution(chapter: Path):
    chapter.write_text(chapter.read_text("utf8").replace("Two and two.", "A sum."), "utf8")
    assert "differs" in execute.why_outdated(chapter)
    assert execute.make_twins([chapter]) == {}
    assert execute.why_outdated(chapter) is None
    assert outputs(chapter) == ["4"]


def test_changed_code_is_executed(chapter: Path):
    chapter.write_text(chapter.read_text("utf8").replace("2 + 2", "2 + 3"), "utf8")
    assert "differs" in execute.why_outdated(chapter)
    assert execute.make_twins([chapter]) == {chapter: None}
    assert outputs(chapter) == ["5"]


def test_a_changed_library_is_noticed(chapter: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(execute, "source_hash", lambda: "another library")
    assert "has changed since" in execute.why_outdated(chapter)
    assert execute.make_twins([chapter]) == {chapter: None}


def test_a_missing_notebook_is_noticed(chapter: Path):
    chapter.with_suffix(".ipynb").unlink()
    assert "no .ipynb" in execute.why_outdated(chapter)


def test_one_chapter_is_timed_without_the_others(chapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Times of chapters that are gone are dropped, and what fails is told and keeps the time it had."""
    times = tmp_path / "times.json"
    times.write_text('{"chapter": 7000, "fails": 9000, "gone": 8000, "other": 6000}', "utf8")
    fails = tmp_path / "fails.py"
    fails.write_text("# %%\n1 / 0\n", "utf8")
    monkeypatch.setattr(execute, "RUN_TIMES", times)
    monkeypatch.setattr(execute, "chapters", lambda: [chapter, fails, tmp_path / "other.py"])
    for name in ("RKNET_CACHE", "NUMBA_CACHE_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    assert execute.main(["--time", str(chapter), str(fails)]) == 1
    written = json.loads(times.read_text("utf8"))
    assert written == {"chapter": written["chapter"], "fails": 9000, "other": 6000}
    assert 0 <= written["chapter"] < 7000
