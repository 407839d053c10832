"""Sphinx extension that takes the book's configuration and table of contents from the top level, where they stand.

Jupyter Book looks for both in the folder that it builds. The two files there lead to this extension.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_book.config import get_final_config
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]


def setup(app: Sphinx) -> dict[str, Any]:
    """Configure Sphinx as ``jupyter-book build book/ --config _config.yml --toc _toc.yml`` would."""
    # Jupyter Book takes `latex_individualpages` out again, for its own use; it has no meaning for HTML.
    options = {"external_toc_path": (ROOT / "_toc.yml").as_posix(), "latex_individualpages": False}
    stated, _ = get_final_config(user_yaml=ROOT / "_config.yml", cli_config=options, sourcedir=Path(app.srcdir))
    # Sphinx is going through this list, and goes on with what it finds at its end.
    app.config.extensions.extend(stated.pop("extensions"))
    app.config.overrides.update(stated)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
