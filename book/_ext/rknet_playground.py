"""Playgrounds and laboratories on the book's pages: ES modules, loaded without a server and only where they are needed.

A page read from a file may not load a module by its address. So the module's text goes into a classic script, which
imports it from memory and starts it in every ``<div class="rknet-playground" data-state="...">``; laboratories are of
the class ``rknet-laboratory``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from rknet import files
from rknet.playground.widget import MODULE

ELEMENTS = {"playground": 'class="rknet-playground', "laboratories": 'class="rknet-laboratory'}
"""The element that a page loads each script for, by the script's name."""
WIDE = 'rknet-wide"'


def script(name: str = "playground") -> str:
    """The loader of that name with its module's text in it."""
    module = MODULE.with_name(f"{name}.mjs").read_text("utf8")
    return Path(__file__).with_name(f"{name}_loader.js").read_text("utf8").replace("__MODULE__", json.dumps(module))


def write_scripts(app: Sphinx) -> None:
    """Publish loader and module as one script; before the pages, which state its checksum."""
    if app.builder.format == "html":
        for name in ELEMENTS:
            files.write(Path(app.outdir) / "_static" / f"{name}.js", script(name).encode())


def load_scripts(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Have a page load the scripts of its elements; a wide playground has the margin's place, too."""
    body = context.get("body", "")
    for name, element in ELEMENTS.items():
        if element in body:
            app.add_js_file(f"{name}.js", loading_method="defer")
    if WIDE in body:
        context["meta"] = {**(context.get("meta") or {}), "html_theme.sidebar_secondary.remove": "true"}


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the above to Sphinx."""
    app.connect("builder-inited", write_scripts)
    app.connect("html-page-context", load_scripts, priority=100)  # before the theme reads the metadata
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
