"""The book's own Sphinx extension: executed pages that cannot be stale, the paper's equation numbers, offline reading.

Jupyter Book finds it through ``local_extensions`` in ``_config.yml``.
"""

from __future__ import annotations

import re
import shutil
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

BOOK = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BOOK))

import environment  # noqa: E402
import execute  # noqa: E402

logger = logging.getLogger(__name__)

EQUATION_LABEL = re.compile(
    r"""paper-(?P<paper>[A-Z0-9]+(\.\d+)+[a-z]?)   # the paper's number
      | eq-(?P<own>\d+(\.\d+)*\.[a-z])             # ours: the paper's section and a letter""",
    re.VERBOSE,
)
REPOSITORY_OPTIONS = ("repository_url", "repository_branch", "path_to_docs", "launch_buttons")


# ---------------------------------------------------------------- settings that _config.yml cannot state


def choose_cache(app: Sphinx, config: Config) -> None:
    """Keep the executed notebooks in a folder named after what decides their outputs besides their own cells.

    jupyter-cache looks at the cells only, so it would serve figures of an older library. A new name of the folder is
    also a change of configuration, upon which Sphinx reads every page again.
    """
    environment.enter()  # the kernels inherit it
    caches = Path(app.outdir).parent / ".jupyter_cache"
    chosen = caches / execute.foundation_hash()[:16]
    for older in caches.glob("*"):
        if older != chosen:
            shutil.rmtree(older) if older.is_dir() else older.unlink()
    config.nb_execution_cache_path = str(chosen)


def add_vendored_files(app: Sphinx, config: Config) -> None:
    """Publish ``_vendor`` beside ``_static``.

    Jupyter Book loads every script that it finds in a static folder on every page. It has looked by now.
    """
    config.html_static_path.append(str(BOOK / "_vendor"))


def link_repository(app: Sphinx, config: Config) -> None:
    """Link to the repository that pyproject.toml names; to none while that is a placeholder."""
    options = config.html_theme_options
    for name in REPOSITORY_OPTIONS:  # Jupyter Book's defaults name its own repository
        options.pop(name, None)
    project = tomllib.loads((execute.ROOT / "pyproject.toml").read_text("utf8"))["project"]
    url = project["urls"]["Repository"]
    if "/OWNER/" not in url:
        options |= {
            "repository_url": url,
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


# ---------------------------------------------------------------- pages


def number_equations(app: Sphinx, doctree: nodes.document) -> None:
    """Give an equation the number that its label states: ``paper-2.12`` is (2.12), our own ``eq-2.a`` is (2.a)."""
    equations = app.env.get_domain("math").equations  # type: ignore[attr-defined]
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


def finish_page(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Add the run time, and mend a role that docutils gives to references and ARIA has withdrawn."""
    if "body" in context:
        body = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')
        context["body"] = body + run_time(app.env, page)


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the above to Sphinx."""
    app.connect("config-inited", choose_cache)
    app.connect("config-inited", add_vendored_files)
    app.connect("config-inited", link_repository)
    app.connect("config-inited", leave_header_to_small_screens)
    app.connect("builder-inited", warn_of_outdated_notebooks)
    app.connect("doctree-read", number_equations)
    app.connect("html-page-context", finish_page)
    app.connect("build-finished", forget_faulty_build)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
