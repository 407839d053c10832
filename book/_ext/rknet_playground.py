"""Playgrounds on the book's pages: the widget's ES module, loaded without a server and only where it is needed.

A page read from a file may not load a module by its address. So the module's text goes into a classic script, which
imports it from memory and starts it in every ``<div class="rknet-playground" data-state="...">``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from rknet import files
from rknet.playground.widget import MODULE

LOADER = Path(__file__).with_name("playground_loader.js")
SCRIPT = "playground.js"
ELEMENT, WIDE = 'class="rknet-playground', 'rknet-wide"'


def script() -> str:
    """The loader with the module's text in it."""
    return LOADER.read_text("utf8").replace("__MODULE__", json.dumps(MODULE.read_text("utf8")))


def write_script(app: Sphinx) -> None:
    """Publish loader and module as one script; before the pages, which state its checksum."""
    if app.builder.format == "html":
        files.write(Path(app.outdir) / "_static" / SCRIPT, script().encode())


def load_script(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Have a page with a playground load the script; a wide one has the margin's place, too."""
    body = context.get("body", "")
    if ELEMENT in body:
        app.add_js_file(SCRIPT, loading_method="defer")
    if WIDE in body:
        context["meta"] = {**(context.get("meta") or {}), "html_theme.sidebar_secondary.remove": "true"}


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the above to Sphinx."""
    app.connect("builder-inited", write_script)
    app.connect("html-page-context", load_script, priority=100)  # before the theme reads the metadata
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
