"""The few icons that the pages show, as a font of their own; the theme brings along all of Font Awesome.

The script is left out of the pages, so that the theme's style sheet draws icons as characters, and the font for these
keeps the characters that occur.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx

from rknet import files

FONT = Path("_static/vendor/fontawesome/webfonts/fa-solid-900.ttf")
SUBSET = Path("_static/icons.woff")
STYLE = "icons.css"
STYLES = Path("_static/styles/pydata-sphinx-theme.css")
SCRIPT = re.compile(r"<script[^>]*/fontawesome\.js[^>]*></script>")
ICON = re.compile(r'<i (?=class="[^"]*\bfa)(?![^>]*aria-hidden)')
"""An icon that a screen reader would try to read: it is a character of the style sheet now."""
SELECTORS = re.compile(r"((?:\.fa-[\w-]+:before,?)+)\{content:\"\\([0-9a-f]+)\"")


def characters(style: str) -> dict[str, int]:
    """The character of each icon's class in the theme's style sheet."""
    return {
        name: int(code, 16)
        for selectors, code in SELECTORS.findall(style)
        for name in re.findall(r"\.(fa-[\w-]+):before", selectors)
    }


def used(pages: list[str], style: str) -> set[int]:
    """The characters of the icons on pages, and of those that the style sheet itself shows."""
    known = characters(style)
    classes = " ".join(found for page in pages for found in re.findall(r'class="([^"]*\bfa-[^"]*)"', page))
    variables = re.findall(r'--pst-icon-[\w-]+:"(?:\\([0-9a-f]+)|(.))"', style)
    named = {known[name] for name in set(classes.split()) & known.keys()}
    return named | {int(code, 16) if code else ord(text) for code, text in variables}


def with_silent_icons(html: str) -> str:
    """A page whose icons are not read aloud."""
    return ICON.sub('<i aria-hidden="true" ', html)


def without_script(app: Sphinx) -> None:
    """Leave the script with all icons out of every page."""
    templates = getattr(app.builder, "templates", None)
    if not templates:
        return
    render = templates.render
    templates.render = lambda template, context: with_silent_icons(SCRIPT.sub("", render(template, context)))
    app.add_css_file(STYLE)


def write_style(app: Sphinx) -> None:
    """Declare the font; its family and weight are those of the theme's, whose style sheet stays as it is."""
    if app.builder.format == "html":
        rule = (
            '@font-face { font-family: "Font Awesome 6 Free"; font-style: normal; font-weight: 900; '
            f'font-display: block; src: url({SUBSET.name}) format("woff"); }}\n'
        )
        files.write(Path(app.outdir) / "_static" / STYLE, rule.encode())


def write_font(app: Sphinx, exception: Exception | None) -> None:
    """Write the font with the characters that the finished pages use."""
    if exception or app.builder.format != "html":
        return
    outdir = Path(app.outdir)
    pages = [path.read_text("utf8") for path in outdir.rglob("*.html") if "_static" not in path.parts]
    options = subset.Options(flavor="woff", layout_features=[], notdef_outline=True)
    with TTFont(outdir / FONT) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=used(pages, (outdir / STYLES).read_text("utf8")))
        subsetter.subset(font)
        subset.save_font(font, str(outdir / SUBSET), options)


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the above to Sphinx."""
    app.connect("builder-inited", write_style)
    app.connect("builder-inited", without_script)
    app.connect("build-finished", write_font)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
