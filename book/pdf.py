"""The built book as one PDF, printed by Chromium: `make pdf`.

All pages of the table of contents are joined into one, with links between them kept, formulas drawn, code folded away,
and animations as contact sheets; the reference of the library is left to the HTML pages. The PDF is put beside the
pages, and each page links to it.
"""

from __future__ import annotations

import argparse
import posixpath
import re
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml
from bs4 import BeautifulSoup, Tag

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "book"), str(ROOT / "book" / "_ext"), str(ROOT / "tests")]

import execute
import rknet_site
from browsing import chromium_program, launch, settle
from playwright.sync_api import sync_playwright

from rknet import files

BUILT = ROOT / "book" / "_build" / "html"
NAME = "runge-kutta-networks.pdf"
JOINED = "joined.html"
LEFT_OUT = {"api"}
"""Pages that are for looking things up."""
CREATOR = re.compile(rb"/Creator \((?:[^()\\]|\\.)*\)")
"""Where a PDF names the browser that printed it."""
NOT_PRINTED = ".only-dark, .headerlink, script, details.above-input, .copybtn, .run-time, .page-end, .toctree-wrapper"
POINTING = ("for", "aria-labelledby", "aria-describedby", "aria-controls")
STYLE = """
  html, body { background: #fff; font-size: 15px; }
  main > article.bd-article { break-before: page; display: block; max-width: none; padding: 0; width: auto; }
  article h1, article > section > h1 { display: block !important; }
  nav.contents { break-before: page; }
  nav.contents ol { list-style: none; padding: 0; }
  .title-page { padding-top: 30vh; text-align: center; }
  :root { --rk-measure: 80ch; }
  h1 { font-size: 2rem; }
  h2 { font-size: 1.45rem; }
  h3 { font-size: 1.2rem; }
  pre, .cell_output pre { font-size: 0.8rem; white-space: pre-wrap; }
  figure, .verdict, .difference, tr, div.math, .admonition, pre { break-inside: avoid; }
  .ledger-table, .paper-table, div.math { overflow: visible !important; }
  .bd-article .output.text_html .ledger-table table { font-size: 0.7rem; width: 100%; }
  .bd-article .output.text_html .ledger-table.verdicts td { white-space: normal !important; }
  .preview { display: none; }
"""
FOOTER = """<div style="font-size: 8px; width: 100%; text-align: center; color: #555;">
<span class="pageNumber"></span></div>"""


def anchor(page: str, name: str = "") -> str:
    """The id in the joined page of a page's id, or of its beginning."""
    return f"{page.replace('/', '-')}--{name or 'top'}"


def article(page: str, known: set[str]) -> Tag:
    """The text of a page, with ids and links that are right in the joined page."""
    soup = BeautifulSoup((BUILT / f"{page}.html").read_text("utf8"), "html.parser")
    found = soup.select_one("article.bd-article")
    assert isinstance(found, Tag)
    for node in found.select(NOT_PRINTED):
        node.decompose()
    for node in found.find_all(id=True):
        node["id"] = anchor(page, node["id"])
    for name in POINTING:
        for node in found.find_all(attrs={name: True}):
            node[name] = " ".join(anchor(page, one) for one in str(node[name]).split())
    folder = posixpath.dirname(page)
    for node in found.find_all(["img", "source"], src=True):
        node["src"] = posixpath.normpath(posixpath.join(folder, node["src"]))
        node.attrs.pop("loading", None)
    for link in found.find_all("a", href=True):
        link["href"] = joined_address(link["href"], page, known)
        if not link["href"]:
            del link["href"]
    for details in found.find_all("details"):
        details["open"] = ""
    found["id"] = anchor(page)
    return found


def joined_address(href: str, page: str, known: set[str]) -> str:
    """Where a link of a page leads in the joined page: empty where that is not printed, as before outside the book."""
    url = urlsplit(href)
    if url.scheme or url.netloc:
        return href
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), url.path)) if url.path else f"{page}.html"
    target = path.removesuffix(".html")
    return f"#{anchor(target, unquote(url.fragment))}" if target in known else ""


def joined(pages: list[str]) -> str:
    """All pages as one."""
    first = BeautifulSoup((BUILT / "index.html").read_text("utf8"), "html.parser")
    head = first.head
    assert isinstance(head, Tag)
    for node in head.select("script:not([src*=mathjax]), meta, link:not([rel~=stylesheet])"):
        if "MathJax" not in node.get_text():
            node.decompose()
    config = [script for script in first.find_all("script") if "window.MathJax" in script.get_text()]
    loader = [script for script in first.find_all("script", src=re.compile("mathjax"))]
    articles = [article(page, set(pages)) for page in pages]
    titles = [found.find("h1") for found in articles]
    contents = "\n".join(
        f'<li><a href="#{anchor(page)}">{title.get_text() if title else page}</a></li>'
        for page, title in zip(pages, titles, strict=True)
    )
    version = rknet_site.page_end("", "").split(rknet_site.PDF_LINK)[0]
    title = "Runge-Kutta networks, recomputed"
    scripts = "\n".join(map(str, [*config, *loader]))
    styles = "\n".join(map(str, head.find_all("link")))
    text = "\n".join(map(str, articles))
    return f"""<!DOCTYPE html>
<html lang="en" data-theme="light" data-mode="light"><head><meta charset="utf-8"><title>{title}</title>
{styles}<style>{STYLE}</style>{scripts}</head>
<body class="mathjax_process"><main>
<section class="title-page"><p style="font-size: 2.4rem">{title}</p>
<p>A living companion to Giesecke and Kröner (2021)</p>{version}</section>
<nav class="contents"><p style="font-size: 1.5rem">Contents</p><ol>{contents}</ol></nav>
{text}</main></body></html>"""


def print_book(program: str, page: Path) -> bytes:
    """The PDF of a page, A4, with an outline of its headings and the numbers of its pages."""
    with sync_playwright() as playwright, closing(launch(playwright, program)) as browser:
        opened = browser.new_page(viewport={"width": 900, "height": 1200})
        opened.set_default_timeout(0)
        opened.goto(page.as_uri(), timeout=0)
        settle(opened)
        opened.emulate_media(media="print", color_scheme="light")
        return opened.pdf(
            format="A4",
            scale=0.9,
            margin={"top": "18mm", "bottom": "18mm", "left": "18mm", "right": "18mm"},
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOTER,
            print_background=True,
            outline=True,
            tagged=True,
        )


def authors() -> str:
    """Who made the book, as CITATION.cff states it."""
    stated = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf8"))
    return ", ".join(author["name"] for author in stated["authors"])


def with_authors(printed: bytes, names: str) -> bytes:
    """A PDF that names its authors (ASCII) in place of the browser that printed it.

    No byte moves, since a PDF states where its parts begin.  ValueError where the names do not fit there.
    """
    creator = CREATOR.search(printed)
    entry = f"/Author ({names})".encode("ascii")
    if creator is None or len(entry) > len(creator[0]):
        room = len(creator[0]) if creator else 0
        raise ValueError(f"names: must fit in place of /Creator, {room} bytes, got {len(entry)}; shorten them")
    return printed[: creator.start()] + entry.ljust(len(creator[0])) + printed[creator.end() :]


def link_from_pages() -> None:
    """Put the link to the PDF at the end of each page."""
    for path in BUILT.rglob("*.html"):
        text = path.read_text("utf8")
        if rknet_site.PDF_LINK in text:
            address = posixpath.relpath((BUILT / NAME).as_posix(), path.parent.as_posix())
            link = f' · <a href="{address}">The book as a PDF</a>'
            files.write(path, text.replace(rknet_site.PDF_LINK, link).encode())


def main() -> None:
    """Print the book and link to it."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    program = chromium_program()
    if not program or not (BUILT / "index.html").is_file():
        sys.exit("needed: Chromium, and the book built by `make book`")
    page = BUILT / JOINED
    files.write(page, joined([name for name in execute.pages() if name not in LEFT_OUT]).encode())
    try:
        files.write(BUILT / NAME, with_authors(print_book(program, page), authors()))
    finally:
        page.unlink()
    link_from_pages()
    print(f"The book as a PDF: {BUILT / NAME}")


if __name__ == "__main__":
    main()
