"""The book's Sphinx extension: where the repository is, what leaves it, and how pages are mended."""

import importlib.util
import tomllib
from pathlib import Path
from types import SimpleNamespace

import execute
import links
import nbformat
import pytest
from bs4 import BeautifulSoup
from IPython.core.interactiveshell import InteractiveShell
from jupyter_cache import get_cache
from sphinx.errors import ExtensionError


@pytest.fixture(scope="module")
def extension():
    spec = importlib.util.spec_from_file_location("rknet_book", execute.BOOK / "_ext" / "rknet_book.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- the cache of executed pages


def test_caches_of_others_stay(extension, tmp_path: Path):
    caches = tmp_path / ".jupyter_cache"
    older, strangers = caches / "0123456789abcdef", [caches / "executed", caches / "global.db", caches / "0123"]
    for folder in (older, *strangers):
        (folder / "inside").mkdir(parents=True)
    app, config = SimpleNamespace(outdir=str(tmp_path / "html")), SimpleNamespace()
    extension.choose_cache(app, config)
    assert Path(config.nb_execution_cache_path).parent == caches
    assert not older.exists() and all((folder / "inside").exists() for folder in strangers)


# ---- the repository


def test_a_workflow_s_repository_is_its_own(extension, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "someone/fork")
    monkeypatch.delenv("GITHUB_SERVER_URL", raising=False)
    assert extension.repository() == "https://github.com/someone/fork"


def test_elsewhere_the_repository_is_the_project_s(extension, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    stated = tomllib.loads((execute.ROOT / "pyproject.toml").read_text("utf8"))["project"]["urls"]["Repository"]
    assert extension.repository() == (None if "/OWNER/" in stated else stated)


def test_install_cell_names_the_repository_and_is_a_cell(extension):
    cell = extension.install_cell("https://github.com/someone/fork")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbformat.validate(notebook)
    assert "git clone --quiet --depth 1 https://github.com/someone/fork " in cell.source


def test_install_cell_does_nothing_where_rknet_is(extension, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    shell = InteractiveShell()
    done = []
    monkeypatch.setattr(shell, "system", done.append)
    monkeypatch.setattr(shell, "run_line_magic", lambda *arguments, **_: done.append(arguments))
    monkeypatch.chdir(tmp_path)
    shell.run_cell(extension.install_cell("https://example.org/x").source).raise_error()
    assert done == []
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    shell.run_cell(extension.install_cell("https://example.org/x").source).raise_error()
    assert [str(step) for step in done] == [
        "git clone --quiet --depth 1 https://example.org/x rknet-book",
        "('pip', 'install --quiet --editable ./rknet-book')",
    ]


# ---- execution


def test_pages_are_run_once_and_kept_although_another_fails(
    extension, tmp_path: Path, capsys: pytest.CaptureFixture, caplog: pytest.LogCaptureFixture
):
    """A second build runs what failed only; what was kept is what Sphinx's reader of notebooks looks for."""
    sources = {"good": "40 + 2", "bad": "1 / 0"}
    for name, source in sources.items():
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source)], metadata=execute.NOTEBOOK_METADATA
        )
        nbformat.write(notebook, tmp_path / f"{name}.ipynb")
    (tmp_path / "text.md").write_text("# Text\n", "utf8")
    suffixes = {"good": ".ipynb", "bad": ".ipynb", "text": ".md"}
    env = SimpleNamespace(
        doc2path=lambda name: str(tmp_path / (name + suffixes[name])), path2doc=lambda path: path.stem
    )
    config = SimpleNamespace(nb_execution_mode="cache", nb_execution_cache_path=str(tmp_path / "cache"))
    app = SimpleNamespace(config=config)
    for run in (["good", "bad"], ["bad"]):
        with pytest.raises(ExtensionError, match="pages that fail when they are run: bad$"):
            extension.execute_pages(app, env, ["good", "text", "bad"])
        lines = capsys.readouterr().out
        assert [name for name in sources if f", {name}, " in lines] == run
    assert "ZeroDivisionError" in caplog.text
    extension.execute_pages(app, env, ["good", "text"])
    assert capsys.readouterr().out == "Laying out 2 pages.\n"
    _, merged = get_cache(config.nb_execution_cache_path).merge_match_into_notebook(
        nbformat.read(tmp_path / "good.ipynb", as_version=4)
    )
    assert merged.cells[0].outputs[0].data["text/plain"] == "42"
    extension.execute_pages(SimpleNamespace(config=SimpleNamespace(nb_execution_mode="off")), env, ["bad"])


# ---- pages


def test_headings_of_tables_say_what_they_head(extension):
    head = "<thead><tr><th></th><th>b</th></tr></thead>"
    table = f"<table>{head}<tr><th class='x'>c</th><th scope='col'>d</th></tr></table>"
    cells = BeautifulSoup(extension.with_scopes(table), "html.parser").find_all("th")
    assert [cell["scope"] for cell in cells] == ["col", "col", "row", "col"]


def test_bars_of_code_stay_and_those_of_words_begin_no_substitution(extension):
    given = """The size |K| of ``a | b``::

    size = K | b

Then |b|, in a list of |c|:

.. code-block:: python

    A = B | C

.. note::
    A |d|.

>>> 1 | 2
3 | 4

The end, |e|.""".splitlines()
    lines = given.copy()
    extension.keep_bars(None, "function", "f", None, None, lines)
    changed = {before: after for before, after in zip(given, lines, strict=True) if before != after}
    assert changed == {
        "The size |K| of ``a | b``::": r"The size \|K\| of ``a | b``::",
        "Then |b|, in a list of |c|:": r"Then \|b\|, in a list of \|c\|:",
        "    A |d|.": r"    A \|d\|.",
        "The end, |e|.": r"The end, \|e\|.",
    }


def test_a_formula_keeps_its_full_stop(extension):
    """What follows without a space is on its line; words and formulas that nothing follows are as they were."""
    formula = r'<span class="math notranslate nohighlight">\(a &lt; b\)</span>'
    assert extension.mend(f"{formula}), {formula} and {formula}.") == (
        f'<span class="unbroken">{formula}),</span> {formula} and <span class="unbroken">{formula}.</span>'
    )


def test_external_links_are_listed_with_their_pages(tmp_path: Path):
    page = '<a href="https://example.org/x#y">a</a> <a href="b.html">b</a> <link href="https://example.org/z">'
    (tmp_path / "a.html").write_text(page)
    assert links.external_links(tmp_path) == {"https://example.org/x": ["a.html"]}
