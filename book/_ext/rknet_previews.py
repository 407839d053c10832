"""What links of the book lead to, collected for ``previews.js``; and links from symbols to the page on notation.

A preview is a short piece of HTML: a formula in TeX, a figure with its caption, a reference, a row of a table, or the
first words of a page or a section. All of them are in one script, which a page loads when a reader first asks.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag
from sphinx.application import Sphinx

from rknet import files

DATA = "preview-data.js"
LONGEST = 420
"""Characters of a paragraph that a preview shows; it ends with a sentence."""
NOTATION = "notation"
AMBIGUOUS = frozenset({r"\(K\)", r"\(n\)"})
"""Symbols with more than one meaning, which no link can tell apart."""
SPAN = '<span class="math notranslate nohighlight">{}</span>'
FIRST_CELL = re.compile(r'<tr class="row-(?:odd|even)"><td>.*?</td>', re.DOTALL)
INLINE = re.compile(SPAN.format(r"(\\\(.*?\\\))"))


# ---------------------------------------------------------------- symbols


class Symbol(NamedTuple):
    """Where the notation explains a symbol, and its meaning in words for those who hear the page."""

    id: str
    meaning: str


def symbols(source: Path) -> dict[str, Symbol]:
    """The symbols in the first column of the notation's table, by their TeX as HTML has it."""
    rows = [line.strip("| ").split(" | ") for line in source.read_text("utf8").splitlines() if line.startswith("| $")]
    found: dict[str, str] = {}
    for first, meaning, *_ in rows:
        spoken = re.sub(r"[$`*{}\\]|\(not in .*?\)", "", meaning.split(". ")[0]).strip()
        for tex in re.findall(r"\$(.+?)\$", first):
            found.setdefault(rf"\({escape(tex, quote=False)}\)", spoken)
    kept = [(tex, spoken) for tex, spoken in found.items() if tex not in AMBIGUOUS]
    return {tex: Symbol(f"symbol-{number}", spoken) for number, (tex, spoken) in enumerate(kept, start=1)}


def with_ids(html: str, known: dict[str, Symbol]) -> str:
    """The page on notation with an id for each symbol of its table."""
    left = dict(known)

    def named(match: re.Match[str]) -> str:
        symbol = left.pop(match[1], None)
        return f'<span id="{symbol.id}">{match[0]}</span>' if symbol else match[0]

    return FIRST_CELL.sub(lambda cell: INLINE.sub(named, cell[0]), html)


def with_symbols(html: str, known: dict[str, Symbol], address: str) -> str:
    """A page whose first use of each symbol in running text is a link to the notation."""
    for tex, symbol in known.items():
        span = SPAN.format(tex)
        place = next((at for at in _places(html, span) if _is_text(html, at)), None)
        if place is not None:
            name = f'href="{address}#{symbol.id}" aria-label="{escape(symbol.meaning)}"'
            link = f'<a class="symbol internal" {name}>{span}</a>'
            html = html[:place] + link + html[place + len(span) :]
    return html


def _places(html: str, part: str) -> Iterator[int]:
    at = html.find(part)
    while at >= 0:
        yield at
        at = html.find(part, at + 1)


def _is_text(html: str, at: int) -> bool:
    """Whether a place lies in a paragraph, and in no link."""
    opened, closed = html.rfind("<p", 0, at), html.rfind("</p>", 0, at)
    return opened > closed and html.rfind("<a ", 0, at) <= html.rfind("</a>", 0, at)


def link_symbols(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Link the symbols of a page that has running text; the reference of the library names its arguments itself."""
    if "body" not in context or not doctree or page == "api":
        return
    known = symbols(Path(app.srcdir) / f"{NOTATION}.md")
    if page == NOTATION:
        context["body"] = with_ids(context["body"], known)
    else:
        context["body"] = with_symbols(context["body"], known, context["pathto"](NOTATION))


# ---------------------------------------------------------------- previews


def words(element: Tag) -> str:
    """The text of an element, formulas in TeX, cut at the end of a sentence."""
    text = " ".join(element.get_text().replace("¶", "").split()).removesuffix("#").strip()
    if len(text) <= LONGEST:
        return text
    ends = [m.end() for m in re.finditer(r"[.:;](?= )", text[:LONGEST]) if _whole(text[: m.end()])]
    return text[: ends[-1]] + " …" if ends else ""


def _whole(text: str) -> bool:
    return text.count(r"\(") == text.count(r"\)")


def paragraph(text: str) -> str:
    """A paragraph of a preview."""
    return f"<p>{escape(text)}</p>" if text else ""


def of_formula(element: Tag) -> str:
    """A formula, without its number."""
    number = element.select_one(".eqno")
    shown = "".join(text for text in element.find_all(string=True) if not number or number not in text.parents)
    return paragraph(shown.strip())


def of_figure(element: Tag, page: str) -> str:
    """A figure with its caption."""
    pictures = [
        f'<img class="{" ".join(set(image.get("class", [])) & {"only-light", "only-dark"})}" alt="" data-path="{path}">'
        for image in element.select("img")
        for path in [posixpath.normpath(posixpath.join(posixpath.dirname(page), image["src"]))]
    ]
    caption = element.select_one("figcaption")
    return "".join(pictures) + (paragraph(words(caption)) if caption else "")


def of_section(element: Tag) -> str:
    """A heading and the first paragraph below it."""
    heading, first = element.find(re.compile("h[1-6]")), element.find("p")
    title = f"<p><strong>{escape(words(heading))}</strong></p>" if heading else ""
    return title + (paragraph(words(first)) if first else "")


def of_definition(element: Tag) -> str:
    """A name of the library or of the glossary, with the first paragraph of its description."""
    described = element.find_next_sibling("dd")
    first = described.find("p") if described else None
    name = f"<p><strong>{escape(words(element))}</strong></p>"
    return name + (paragraph(words(first)) if first else "")


def preview(element: Tag, page: str) -> str:
    """What is shown of an element that links lead to."""
    if element.name == "div" and "math" in element.get("class", []):
        return of_formula(element)
    figure = element if element.name == "figure" else element.find("figure") if element.name == "div" else None
    if figure:
        return of_figure(figure, page)
    if element.name == "dt":
        return of_definition(element)
    if element.name == "section":
        return of_section(element)
    row = element.find_parent("tr")
    if row:
        return "".join(paragraph(words(cell)) for cell in row.find_all(["th", "td"])[:3])
    if element.name == "aside":
        return "".join(paragraph(words(part)) for part in element.find_all("p"))
    block = element if element.name in ("div", "p", "li") else element.find_parent(["section", "p", "li"])
    if block is None:
        return ""
    return of_section(block) if block.name == "section" else paragraph(words(block))


def targets(soup: BeautifulSoup, page: str) -> Iterator[tuple[str, str]]:
    """The page and the id of each link to something in the book."""
    for link in soup.select("article a.internal[href], article a.footnote-reference[href]"):
        url = urlsplit(link["href"])
        if url.scheme or url.netloc:
            continue
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page), url.path)) if url.path else f"{page}.html"
        if path.endswith(".html"):
            yield path.removesuffix(".html"), unquote(url.fragment)


def collect(outdir: Path) -> dict[str, str]:
    """The preview of every link's target: ``chapters/x#id``, or ``chapters/x`` for a whole page."""
    pages = [path for path in sorted(outdir.rglob("*.html")) if "_static" not in path.parts]
    soups = {
        path.relative_to(outdir).with_suffix("").as_posix(): BeautifulSoup(path.read_text("utf8"), "html.parser")
        for path in pages
    }
    named = {page: {e["id"]: e for e in reversed(soup.find_all(id=True))} for page, soup in soups.items()}
    found: dict[str, str] = {}
    linked = {target for page, soup in soups.items() for target in targets(soup, page)}
    for page, name in sorted(linked):
        if page not in soups:
            continue
        element = named[page].get(name) if name else soups[page].select_one("article section")
        shown = preview(element, page) if isinstance(element, Tag) else ""
        if shown:
            found[f"{page}#{name}" if name else page] = shown
    return found


def write_previews(app: Sphinx, exception: Exception | None) -> None:
    """Write what the pages of the finished book lead to."""
    if exception or app.builder.format != "html":
        return
    data = json.dumps(collect(Path(app.outdir)), ensure_ascii=False, separators=(",", ":"))
    files.write(Path(app.outdir) / "_static" / DATA, f"window.rknetPreviews={data};\n".encode())


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the above to Sphinx."""
    app.connect("html-page-context", link_symbols)
    app.connect("build-finished", write_previews, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
