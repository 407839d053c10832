"""Notebooks run side by side: as in a kernel of their own, with what they import imported beforehand."""

import os
import subprocess
import sys
from pathlib import Path

import environment
import execute
import kernels
import nbformat
import psutil
import pytest
from kernels import Done, Page


def page(path: Path, *cells: str, expected: float = 1.0) -> Page:
    new_cell = nbformat.v4.new_code_cell
    notebook = nbformat.v4.new_notebook(
        cells=[new_cell(source, id=str(number)) for number, source in enumerate(cells)],
        metadata={"kernelspec": execute.NOTEBOOK_METADATA["kernelspec"]},
    )
    return Page(path, notebook, expected)


def outputs(page: Page) -> list[nbformat.NotebookNode]:
    return [output for cell in page.notebook.cells for output in cell.outputs]


FIGURE = (
    "import sys\nimport matplotlib.pyplot as plt\nfrom rknet import plots",
    "plots.style()\nplt.plot([1, 2]);",
    "plt.plot([2, 1])\nplt.show()\nprint(__name__, sys.path, sorted(globals()))",
)


def test_a_forked_kernel_gives_what_a_started_one_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
):
    """Pictures included, byte for byte; and neither complains to the terminal."""
    for name, value in environment.VARIABLES.items():
        monkeypatch.setenv(name, value)
    forked, started = page(tmp_path / "page", *FIGURE), page(tmp_path / "page", *FIGURE)
    (run,) = kernels.run([forked])
    assert run.error is None
    monkeypatch.setattr(sys, "platform", "another")
    (run,) = kernels.run([started])
    assert run.error is None
    assert sum("image/png" in output.get("data", {}) for output in outputs(forked)) == 2
    assert outputs(forked) == outputs(started)
    assert capfd.readouterr() == ("", "")


def test_a_page_that_fails_leaves_the_others_alone(tmp_path: Path):
    """Each runs in the folder of its file, with a share of the cores, and knows nothing of the others."""
    where = "import joblib, os\nfound = globals().get('left')\nleft = 1\nprint(os.getcwd(), joblib.cpu_count(), found)"
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    good = [page(folder / "page", where) for folder in folders]
    bad = page(tmp_path / "bad", "1 / 0")
    done = {run.page.path: run.error for run in kernels.run([*good, bad])}
    assert [done[each.path] for each in good] == [None, None]
    assert "ZeroDivisionError" in str(done[bad.path])
    share = max(1, kernels.joblib.cpu_count() // 3)
    assert [outputs(each)[0].text.split() for each in good] == [[str(folder), str(share), "None"] for folder in folders]


def test_the_longest_runs_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kernels.joblib, "cpu_count", lambda: 1)
    pages = [page(tmp_path / str(seconds), expected=seconds) for seconds in (3, 5, 4)]
    assert [run.page.expected for run in kernels.run(pages)] == [5, 4, 3]


def test_what_is_left_early_ends_its_kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kernels.joblib, "cpu_count", lambda: 2)
    number = tmp_path / "number"
    writes = f"import os, pathlib, time\nwhole = pathlib.Path({str(number)!r})\n"
    sleeps = page(
        tmp_path / "sleeps",
        writes
        + "part = whole.with_name('part')\npart.write_text(str(os.getpid()))\npart.rename(whole)\ntime.sleep(600)",
        expected=2,
    )
    waits = page(tmp_path / "waits", writes + "while not whole.exists():\n    time.sleep(0.1)")
    running = kernels.run([sleeps, waits])
    assert next(running).page is waits
    kernel = psutil.Process(int(number.read_text()))
    running.close()
    psutil.wait_procs([kernel], timeout=60)
    assert not kernel.is_running()


def test_what_chapters_import_starts_no_thread():
    """A fork has the one thread that forks: what others held would stay held.

    PyArrow, which pandas and so scikit-learn import, starts one that only waits; there are no more than it has.
    """
    modules = sorted(set().union(*(kernels.imported(execute.read_twin(chapter)) for chapter in execute.chapters())))
    assert {"matplotlib.pyplot", "numpy", "rknet", "torch"} <= set(modules)
    code = (
        f"import sys; sys.path.insert(0, {str(execute.BOOK)!r})\n"
        "import forge, psutil; forge.prepare(sys.argv[1:]); print(psutil.Process().num_threads())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, *modules],
        env=os.environ | environment.VARIABLES,
        capture_output=True,
        text=True,
    )
    arrow = "import pyarrow, psutil; print(psutil.Process().num_threads())"
    alone = subprocess.run([sys.executable, "-c", arrow], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == (alone.stdout, "")


def test_modules_are_those_that_cells_import():
    notebook = page(
        Path("page"), "import a.b as c, d\nfrom e import f", "%magic\nimport g", "if 1:\n    import h"
    ).notebook
    notebook.cells.append(nbformat.v4.new_markdown_cell("import i"))
    assert kernels.imported(notebook) == {"a.b", "d", "e", "h"}


def test_lines_say_how_far_the_pages_are(monkeypatch: pytest.MonkeyPatch):
    """Time left is what the pages not done took elsewhere, on a machine as fast as this one has been so far."""
    clock = iter([0.0, 100.0, 220.0])
    pages = [page(Path("long"), expected=150.0), page(Path("short"), expected=50.0)]
    monkeypatch.setattr(kernels.joblib, "cpu_count", lambda: 2)
    monkeypatch.setattr(kernels.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(
        kernels, "run", lambda pages: iter([Done(pages[1], 100.0, None), Done(pages[0], 220.0, ValueError())])
    )
    lines: list[str] = []
    assert [done.page for done in kernels.reported(pages, lines.append)] == pages[::-1]
    assert lines == [
        "Running 2 pages, 2 at a time: about 100 s, or less where trained nets are remembered.",
        "Page 1 of 2, short, took 100 s; about 5 min left.",
        "Page 2 of 2, long, failed after 4 min; the last one.",
    ]


def test_no_page_no_line():
    lines: list[str] = []
    assert list(kernels.reported([], lines.append)) == lines == []
