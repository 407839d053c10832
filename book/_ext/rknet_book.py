"""The book's own Sphinx extension: executed pages that cannot be stale, the paper's equation numbers, offline reading.

Jupyter Book finds it through ``local_extensions`` in ``_config.yml``.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging

BOOK = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BOOK))

import environment
import execute
import kernels

from rknet import files

logger = logging.getLogger(__name__)

EQUATION_LABEL = re.compile(
    r"""paper-(?P<paper>[A-Z0-9]+(\.\d+)+[a-z]?)   # the paper's number
      | eq-(?P<own>\d+(\.\d+)*\.[a-z])             # ours: the paper's section and a letter""",
    re.VERBOSE,
)
CODE_BLOCK = re.compile(r"^(?!\s*\.\.\s).*::\s*$|^\s*\.\.\s(code|code-block|math|parsed-literal)::")
CACHE_NAME = re.compile(r"[0-9a-f]{16}")
REPOSITORY_OPTIONS = ("repository_url", "repository_branch", "path_to_docs", "launch_buttons")
COLAB = "https://colab.research.google.com/github"
COLAB_BRANCH = "notebooks"  # where .github/workflows/book.yml puts the notebooks with `install_cell`
INSTALL = """\
# Where rknet is missing, as on Colab, this fetches and installs it.
import importlib.util
import sys

if importlib.util.find_spec("rknet") is None:
    !git clone --quiet --depth 1 {address} rknet-book
    %pip install --quiet --editable ./rknet-book
    sys.path.insert(0, "rknet-book")"""

# Faults of the theme and of docutils that keep some readers from what others see.
MENDED = (
    # Colours are set by a script; without it, those of light mode.
    (r"<html(?![^>]*data-theme=)", '<html data-theme="light"'),
    # A name that leaves out words which stand on the button ("Search Ctrl+K", "Show code cell source") ...
    (r'(<button class="btn search-button-field[^>]*?) aria-label="[^"]*"', r"\1"),
    (r'<summary aria-label="Toggle hidden content">', "<summary>"),
    # ... and one that its decoration contradicts.
    (r'(<i class="theme-switch [^>]*?)\s+title="[^"]*"', r"\1"),
    # Names in programmers' words.
    (r'title="Toggle primary sidebar"', 'title="Contents of the book"'),
    (r'title="Toggle secondary sidebar"', 'title="Contents of this page"'),
    # A link within the bar that unfolds a solution; its exercise stands above it.
    (r'(<p class="admonition-title">Solution to)<a class="reference internal" href="[^"]*">([^<]*)</a>', r"\1\2"),
    # A download that would open a page.
    (r'(<a href="[^"]*\b_sources/[^"]*")', r"\1 download"),
    # Indices laid out in a table that is none.
    (r'<table (style="width: 100%" )?class="indextable', r'<table role="presentation" \1class="indextable'),
    # The search page's scripts and index on every other page, for a search in the page that is switched off.
    (r'\n {4}<script src="[^"]*searchtools\.js"></script>\n.*language_data.*\n.*searchindex\.js"></script>', ""),
    # A role that ARIA has withdrawn.
    (r'role="doc-biblioentry"', 'role="listitem"'),
    # A formula whose full stop may begin the next line.
    (r'(<span class="math notranslate nohighlight">[^<]*</span>)([.,;:!?)’”]+)', r'<span class="unbroken">\1\2</span>'),
)

# ---------------------------------------------------------------- settings that _config.yml cannot state


def choose_cache(app: Sphinx, config: Config) -> None:
    """Keep the executed notebooks in a folder named after what decides their outputs besides their own cells.

    jupyter-cache looks at the cells only, so it would serve figures of an older library. A new name of the folder is
    also a change of configuration, upon which Sphinx reads every page again.
    """
    environment.enter()  # the kernels inherit it
    caches = Path(app.outdir).parent / ".jupyter_cache"
    chosen = caches / execute.foundation_hash()[:16]
    for older in caches.glob("*"):  # of other names are those that jupyter-cache makes by itself
        if older != chosen and CACHE_NAME.fullmatch(older.name) and older.is_dir() and not older.is_symlink():
            shutil.rmtree(older)
    config.nb_execution_cache_path = str(chosen)


def add_vendored_files(app: Sphinx, config: Config) -> None:
    """Publish ``_vendor`` beside ``_static``.

    Jupyter Book loads every script that it finds in a static folder on every page. It has looked by now.
    """
    config.html_static_path.append(str(BOOK / "_vendor"))


def repository() -> str | None:
    """Address of the repository: where GitHub builds the book, that one; else the one that pyproject.toml names.

    None while that is a placeholder.
    """
    if "GITHUB_REPOSITORY" in os.environ:
        return f"{os.environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{os.environ['GITHUB_REPOSITORY']}"
    address: str = tomllib.loads((execute.ROOT / "pyproject.toml").read_text("utf8"))["project"]["urls"]["Repository"]
    return None if "/OWNER/" in address else address


def link_repository(app: Sphinx, config: Config) -> None:
    """Link to the repository, and to Binder, which starts it; to none while the address is a placeholder."""
    options = config.html_theme_options
    for name in REPOSITORY_OPTIONS:  # Jupyter Book's defaults name its own repository
        options.pop(name, None)
    address = repository()
    if address:
        options |= {
            "repository_url": address,
            "repository_branch": "main",
            "path_to_docs": "book",
            "use_repository_button": True,
            "use_issues_button": True,
            "launch_buttons": {"notebook_interface": "jupyterlab", "binderhub_url": "https://mybinder.org"},
        }


def leave_header_to_small_screens(app: Sphinx, config: Config) -> None:
    """Show one search field, in the sidebar: the theme repeats it in a header."""
    config.html_theme_options["navbar_persistent"] = []


# ---------------------------------------------------------------- checks


def warn_of_outdated_notebooks(app: Sphinx) -> None:
    """The pages offer the ``.ipynb`` files for download, so these must be what the pages show."""
    for chapter in execute.chapters():
        reason = execute.why_outdated(chapter)
        if reason:
            name = chapter.relative_to(BOOK).as_posix()
            logger.warning("%s %s; run `make notebooks`", name, reason, type="rknet", subtype="outdated")


def forget_faulty_build(app: Sphinx, exception: Exception | None) -> None:
    """After a warning or an error, have the next build read every page.

    Sphinx repeats no warning of a page that it does not read again, so that build would pass.
    """
    if exception or app._warncount:
        (Path(app.doctreedir) / "environment.pickle").unlink(missing_ok=True)


# ---------------------------------------------------------------- execution


def execute_pages(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Run side by side the pages that Sphinx is about to read, and keep the results where it looks for them.

    Sphinx alone would run one after the other, and says nothing of how long that takes.
    """
    if app.config.nb_execution_mode != "cache":
        return
    cache = get_cache(app.config.nb_execution_cache_path)
    unknown = []
    for path in (Path(env.doc2path(docname)) for docname in docnames):
        if path.suffix == ".ipynb":
            notebook = nbformat.read(path, as_version=4)
            try:
                cache.match_cache_notebook(notebook)
            except KeyError:
                unknown.append(execute.page(path, notebook))
    failed = []
    for done in kernels.reported(unknown, say):
        if done.error is None:
            result = CacheBundleIn(done.page.notebook, str(done.page.path), data={"execution_seconds": done.seconds})
            cache.cache_notebook_bundle(result, check_validity=False, overwrite=True)
        else:
            failed.append(env.path2doc(done.page.path))
            logger.error("%s", done.error, location=env.path2doc(done.page.path))
    if failed:
        raise ExtensionError(f"pages that fail when they are run: {', '.join(failed)}")
    if docnames:
        say(f"Laying out {len(docnames)} pages.")


def drop_widgets(app: Sphinx, env: BuildEnvironment) -> None:
    """Leave out the state of live widgets, which no page can show: it weighs more than the rest of a page."""
    for data in env.nb_metadata.values():  # type: ignore[attr-defined]  # MyST-NB adds it
        data.get("js_files", {}).pop("ipywidgets_state", None)


def say(line: str) -> None:
    """Print a line at once, also where Sphinx is told to be quiet."""
    print(line, flush=True)


# ---------------------------------------------------------------- pages


def number_equations(app: Sphinx, doctree: nodes.document) -> None:
    """Give an equation the number that its label states: ``paper-2.12`` is (2.12), our own ``eq-2.a`` is (2.a)."""
    equations = app.env.get_domain("math").equations  # type: ignore[attr-defined]  # of the math domain
    for node in doctree.findall(nodes.math_block):
        if not node.get("number"):
            continue
        label = node["label"]
        match = EQUATION_LABEL.fullmatch(label)
        if match:
            node["number"] = match["paper"] or match["own"]
            equations[label] = (app.env.docname, node["number"])
        else:
            logger.warning(
                "label of an equation: must be paper-2.12 (the paper's number) or eq-2.a (section and letter), got %r; "
                "rename it, or leave the equation without label and number",
                label,
                location=node,
                type="rknet",
                subtype="equation",
            )


def run_time(env: BuildEnvironment, page: str) -> str:
    """One line that says when a page was computed and how long that took; nothing for a page without code."""
    executed = getattr(env, "nb_metadata", {}).get(page, {}).get("exec_data")
    if not executed or executed["runtime"] is None:
        return ""
    day = datetime.fromtimestamp(executed["mtime"], UTC).date().isoformat()
    return (
        f'<p class="run-time">This page was computed on {day} in {executed["runtime"]:.0f} s. '
        "Networks trained before with the same code and settings are not trained again.</p>"
    )


def add_run_time(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Say at a page's end when it was computed."""
    if "body" in context:
        context["body"] += run_time(app.env, page)


def add_buttons(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Offer a chapter as a script as well, and on Colab; the theme has made the other buttons by now."""
    if not (BOOK / f"{page}.py").is_file():
        return
    groups = {button.get("label"): button["buttons"] for button in context["header_buttons"] if "buttons" in button}
    script = {
        "type": "link",
        "url": f"{context['pathto']('_sources', 1)}/{page}.py",
        "text": ".py",
        "tooltip": "Download as a script",
        "icon": "fas fa-file-code",
        "label": "download-script-button",
    }
    groups["download-buttons"].insert(1, script)
    address = repository()
    if address and "github.com/" in address:
        colab = {
            "type": "link",
            "url": f"{COLAB}/{address.split('github.com/')[1]}/blob/{COLAB_BRANCH}/{page}.ipynb",
            "text": "Colab",
            "tooltip": "Launch on Colab",
            "icon": "_static/images/logo_colab.png",
        }
        groups["launch-buttons"].append(colab)


def install_cell(address: str) -> nbformat.NotebookNode:
    """The first cell of a notebook that leaves the repository."""
    return nbformat.v4.new_code_cell(INSTALL.format(address=address), id="install")


def publish_sources(app: Sphinx, exception: Exception | None) -> None:
    """Beside the pages, the chapters' scripts, and their notebooks so that they run anywhere."""
    if exception or app.builder.format != "html":
        return
    address = repository()
    for chapter in execute.chapters():
        target = Path(app.outdir) / "_sources" / chapter.relative_to(BOOK)
        shutil.copy(chapter, target)
        if address:
            notebook = nbformat.read(chapter.with_suffix(".ipynb"), as_version=4)
            notebook.cells.insert(0, install_cell(address))
            files.write(target.with_suffix(".ipynb"), (nbformat.writes(notebook) + "\n").encode())


def with_scopes(html: str) -> str:
    """Say of each heading of a table whether it heads a column or a row."""

    def scoped(text: str, scope: str) -> str:
        return re.sub(r"<th(?=[\s>])(?![^>]*\bscope=)", f'<th scope="{scope}"', text)

    return scoped(re.sub(r"<thead.*?</thead>", lambda head: scoped(head[0], "col"), html, flags=re.DOTALL), "row")


def mend(html: str) -> str:
    """A page without the faults above."""
    for fault, repair in MENDED:
        html = re.sub(fault, repair, html)
    return with_scopes(html)


def mend_pages(app: Sphinx) -> None:
    """Mend every page as its template leaves it; no event of Sphinx comes so late."""
    templates = getattr(app.builder, "templates", None)
    if not templates:
        return
    render = templates.render

    def render_and_mend(template: str, context: dict[str, Any]) -> str:
        return mend(render(template, context))

    templates.render = render_and_mend


def keep_bars(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """A bar in a docstring is a bar, as in |K|, and begins no substitution; code stays, in a line or in a block."""
    block: int | None = None  # the indentation of the line that begins a literal block
    session = False  # an example of the interpreter, which ends with an empty line
    for i, line in enumerate(lines):
        indentation, text = len(line) - len(line.lstrip()), line.strip()
        session = bool(text) and (session or text.startswith(">>>"))
        if block is not None and text and indentation <= block:
            block = None
        if session or block is not None:
            continue
        if CODE_BLOCK.search(line):
            block = indentation
        parts = re.split(r"(``.*?``)", line)
        parts[::2] = [part.replace("|", r"\|") for part in parts[::2]]
        lines[i] = "".join(parts)


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the above to Sphinx, which reads every page again when this file changes."""
    app.connect("config-inited", choose_cache)
    app.connect("config-inited", add_vendored_files)
    app.connect("config-inited", link_repository)
    app.connect("config-inited", leave_header_to_small_screens)
    app.connect("builder-inited", warn_of_outdated_notebooks)
    app.connect("env-before-read-docs", execute_pages)
    app.connect("env-updated", drop_widgets)
    app.connect("autodoc-process-docstring", keep_bars, priority=900)
    app.connect("doctree-read", number_equations)
    app.connect("builder-inited", mend_pages)
    app.connect("html-page-context", add_run_time)
    app.connect("html-page-context", add_buttons, priority=900)
    app.connect("build-finished", publish_sources)
    app.connect("build-finished", forget_faulty_build)
    version = int(hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8], 16)
    return {"version": "1", "env_version": version, "parallel_read_safe": True, "parallel_write_safe": True}
