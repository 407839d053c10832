"""Make the notebooks of the chapters from their .py files, running only what has changed.

A chapter is written in ``NAME.py`` (jupytext's percent format). ``NAME.ipynb`` is its twin: the same cells with their
outputs, and a stamp that tells from which code these were computed. From the top level::

    .venv/bin/python book/execute.py [--time] [CHAPTER.py ...]

Without names, every chapter that ``_toc.yml`` lists. ``--time`` instead runs them with nothing remembered, and writes
how long each takes to ``run_times.json``, from which a build tells what time is left. A new chapter can be timed by
itself; the times of all belong together if all are taken at once.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import environment
import jupytext
import kernels
import nbformat
import pictures
import yaml
from jupytext.compare import NotebookDifference, compare_notebooks

from rknet import files
from rknet.provenance import source_hash

BOOK = Path(__file__).resolve().parent
ROOT = BOOK.parent
COVER = BOOK / "index.py"
COVER_PICTURE = BOOK / "_static" / "first_picture.png"  # shown by README.md, which cannot show an output
RUN_TIMES = BOOK / "run_times.json"  # seconds by page

RECORDED = (
    "requirements.lock",
    "benchmarks/results.json",
    "benchmarks/card.json",
    "rknet/study/ledger/claims.yml",
    "rknet/study/ledger/predictions.yml",
    "rknet/study/ledger/verdicts.json",
)

# The same on every machine, and nothing else: no Python version, no state of widgets.
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "name": "python", "pygments_lexer": "ipython3"},
}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"  # leads to a kernel's memory, under a random name
JUPYTEXT_ONLY = ("lines_to_next_cell", "lines_to_end_of_cell_marker")  # where the .py has blank lines


def pages() -> list[str]:
    """Name of each page that ``_toc.yml`` lists, in reading order, relative to the book's folder."""

    def walk(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            yield from (node[key] for key in ("root", "file") if key in node)
            for value in node.values():
                yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    return list(walk(yaml.safe_load((ROOT / "_toc.yml").read_text("utf8"))))


def chapters() -> list[Path]:
    """The pages that compute something: those with a ``.py`` file."""
    return [path for path in (BOOK / f"{page}.py" for page in pages()) if path.is_file()]


def chapter(name: str) -> Path:
    """The chapter that a command names, for `argparse`."""
    path = Path(name).resolve()
    if path.suffix != ".py" or not path.is_file():
        raise argparse.ArgumentTypeError(f"must be the .py file of a chapter, got {name!r}; see book/chapters")
    return path


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The cells that are run, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def foundation_hash() -> str:
    """SHA-256 of what decides the outputs of every chapter: library, packages, recorded timings, claims, verdicts."""
    files = [(ROOT / name).read_text("utf8") for name in RECORDED]
    return hashlib.sha256("\n".join([source_hash(), *files]).encode()).hexdigest()


def stamp(notebook: nbformat.NotebookNode) -> str:
    """SHA-256 of all that decides the outputs of this notebook."""
    digest = hashlib.sha256(foundation_hash().encode())
    for cell in code_cells(notebook):
        digest.update(f"\n{len(cell.source)}\n{cell.source}".encode())
    return digest.hexdigest()


def read_chapter(chapter: Path) -> nbformat.NotebookNode:
    """The notebook that a ``.py`` file describes, without outputs."""
    source = jupytext.reads(chapter.read_text("utf8"), fmt="py:percent")
    notebook = nbformat.v4.new_notebook(metadata=NOTEBOOK_METADATA | {"rknet": {"sources": stamp(source)}})
    for position, cell in enumerate(source.cells):
        kept = {key: value for key, value in cell.metadata.items() if key not in JUPYTEXT_ONLY}
        new_cell = getattr(nbformat.v4, f"new_{cell.cell_type}_cell")
        notebook.cells.append(new_cell(cell.source, metadata=kept, id=f"cell-{position:03d}"))
    return notebook


def read_twin(chapter: Path) -> nbformat.NotebookNode | None:
    """The chapter's ``.ipynb`` as it is, if there is one."""
    path = chapter.with_suffix(".ipynb")
    return nbformat.read(path, as_version=4) if path.is_file() else None


def outputs_hold(fresh: nbformat.NotebookNode, twin: nbformat.NotebookNode | None) -> bool:
    """Whether the twin's outputs are those of the fresh notebook's code, library and packages."""
    return (
        twin is not None
        and twin.metadata.get("rknet") == fresh.metadata["rknet"]
        and [cell.source for cell in code_cells(twin)] == [cell.source for cell in code_cells(fresh)]
    )


def why_outdated(chapter: Path) -> str | None:
    """What is wrong with a chapter's ``.ipynb``, in words; None when it says what the ``.py`` says and was run."""
    twin, fresh = read_twin(chapter), read_chapter(chapter)
    if twin is None:
        return "has no .ipynb"
    try:
        compare_notebooks(twin, fresh, fmt="py:percent", compare_outputs=False, allow_expected_differences=True)
    except NotebookDifference as difference:
        return f"has an .ipynb that differs from its .py: {' '.join(str(difference).split())}"
    if not outputs_hold(fresh, twin):
        return (
            "has outputs in its .ipynb from other code: chapter, rknet, requirements.lock or a timing has changed since"
        )
    return None


def page(path: Path, notebook: nbformat.NotebookNode) -> kernels.Page:
    """A chapter's notebook as something to run, which takes as long as it did when times were written last."""
    times = json.loads(RUN_TIMES.read_text("utf8"))
    return kernels.Page(path, notebook, times.get(path.stem, sum(times.values()) / len(times)))


def forget_the_run(notebook: nbformat.NotebookNode) -> None:
    """Keep only what is the same on every run."""
    notebook.metadata["language_info"] = NOTEBOOK_METADATA["language_info"]  # the kernel has written its version
    for cell in code_cells(notebook):
        for output in cell.outputs:
            output.get("data", {}).pop(WIDGET_VIEW, None)


def first_picture(notebook: nbformat.NotebookNode) -> bytes:
    """The first PNG image among the outputs."""
    outputs = (output for cell in code_cells(notebook) for output in cell.outputs)
    return base64.b64decode(next(o["data"]["image/png"] for o in outputs if "image/png" in o.get("data", {})))


def write(content: bytes, path: Path) -> None:
    """Write a file all at once, and leave it alone if it would stay the same."""
    if path.is_file() and path.read_bytes() == content:
        return
    files.write(path, content)


def write_twin(chapter: Path, notebook: nbformat.NotebookNode) -> None:
    """Write a chapter's ``.ipynb``, its pictures in few colours, and the picture taken from it if it is the cover."""
    for output in (output for cell in code_cells(notebook) for output in cell.outputs):
        if "image/png" in output.get("data", {}):
            output.data["image/png"] = pictures.lighter(output.data["image/png"])
    write((nbformat.writes(notebook) + "\n").encode(), chapter.with_suffix(".ipynb"))
    if chapter == COVER:
        write(first_picture(notebook), COVER_PICTURE)


def make_twins(chapters: Iterable[Path], report: Callable[[str], None] = print) -> dict[Path, Exception | None]:
    """Bring the ``.ipynb`` of chapters up to date; returns those whose code had to be run, with what stopped it."""
    outdated = []
    for chapter in chapters:
        notebook, twin = read_chapter(chapter), read_twin(chapter)
        if outputs_hold(notebook, twin):
            for new, old in zip(code_cells(notebook), code_cells(twin), strict=True):
                new.outputs, new.execution_count = old.outputs, old.execution_count
            write_twin(chapter, notebook)
        else:
            files.writable("chapter", chapter.parent)
            outdated.append(page(chapter, notebook))
    ran: dict[Path, Exception | None] = {}
    # How many pieces of an output a kernel sends depends on its timing.
    options = {"store_widget_state": False, "coalesce_streams": True}
    for done in kernels.reported(outdated, report, **options):
        ran[done.page.path] = done.error
        if done.error is None:
            forget_the_run(done.page.notebook)
            write_twin(done.page.path, done.page.notebook)
    return ran


def write_run_times(timed: Iterable[Path]) -> dict[Path, Exception | None]:
    """Run chapters with nothing remembered and write how long each took; returns them with what stopped them.

    The times of other chapters stay, those of pages that the book no longer has go.
    """
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"RKNET_CACHE": f"{folder}/rknet", "NUMBA_CACHE_DIR": f"{folder}/numba"}
        done = list(kernels.reported([page(chapter, read_chapter(chapter)) for chapter in timed], print))
    times = json.loads(RUN_TIMES.read_text("utf8"))
    times |= {run.page.path.stem: round(run.seconds) for run in done if run.error is None}
    known = {path.stem for path in chapters()}
    times = {name: seconds for name, seconds in times.items() if name in known}
    write((json.dumps(times, indent=1, sort_keys=True) + "\n").encode(), RUN_TIMES)
    return {run.page.path: run.error for run in done}


def main(arguments: list[str]) -> int:
    """Make the twins of the named chapters, or of all, or time them; the number of those that failed."""
    environment.enter()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--time", action="store_true", help="time them and write run_times.json")
    parser.add_argument("named", nargs="*", metavar="CHAPTER.py", type=chapter, help="file of a chapter (default: all)")
    options = parser.parse_args(arguments)
    named = options.named or chapters()
    ran = write_run_times(named) if options.time else make_twins(named)
    failed = {chapter: error for chapter, error in ran.items() if error is not None}
    for path, error in failed.items():
        print(f"{path.name}: failed\n{error}", file=sys.stderr)
    print(f"{len(ran) - len(failed)} chapters executed, {len(failed)} failed; the others are up to date.")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
