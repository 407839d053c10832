"""The book as a site: what a page says of itself to others, its version and date, and where to write about it.

Addresses follow from the one of the repository, and pages of a repository without an address have no such links.
"""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import execute
import yaml
from docutils import nodes
from rknet_book import repository
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

import rknet
from rknet import files

STATIC = Path(__file__).parents[1] / "_static"
PICTURE = "_static/first_picture.png"
"""What is shown beside a link to the book."""
PDF_LINK = "<!-- pdf -->"
"""Where `book/pdf.py` puts the link to the book as a PDF."""
LONGEST = 200
DESCRIPTION = "rknet_description"
"""Where a page's metadata hold its description."""
NOT_FOUND = """<!DOCTYPE html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Page not found</title>
<link rel="icon" href="data:image/svg+xml,{icon}">
<style>
  :root {{ color-scheme: light dark; }}
  a {{ color: inherit; }}
  body {{ font: 1.1rem/1.6 system-ui, sans-serif; margin: 15vh auto 0; max-width: 34rem; padding: 0 1rem; }}
</style>
</head>
<body>
<main>
<h1>Page not found</h1>
<p>This book has no page at this address; pages may have been renamed. Start from
<a href="{root}index.html">the first page</a>, or <a href="{root}search.html">search the book</a>.</p>
</main>
</body>
</html>
"""


def address() -> str | None:
    """Where GitHub publishes the book, with a slash at the end; None without an address of a repository there."""
    url = urlsplit(repository() or "")
    owner, _, name = url.path.strip("/").partition("/")
    return f"https://{owner.lower()}.github.io/{name}/" if url.hostname == "github.com" and name else None


def choose_address(app: Sphinx, config: Config) -> None:
    """Tell Sphinx the address of the published book, from which it makes canonical links."""
    config.html_baseurl = address() or ""


def date() -> str:
    """The day of the commit that is built, or of SOURCE_DATE_EPOCH; empty where neither is known."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        return datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC).date().isoformat()
    command = ["git", "-C", str(execute.ROOT), "log", "-1", "--format=%cs"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def description(doctree: nodes.document | None) -> str:
    """The first paragraph of a page, cut between words, with an ellipsis for each formula."""
    first = next(doctree.findall(nodes.paragraph), None) if doctree else None
    if first is None:
        return ""
    words = [
        "…" if isinstance(text.parent, nodes.math) else text.astext()
        for text in first.findall(nodes.Text)
        if not isinstance(text.parent, nodes.footnote_reference)
    ]
    return cut("".join(words))


def keep_description(app: Sphinx, doctree: nodes.document) -> None:
    """Remember what a page says first, for the search page."""
    kept = app.env.metadata[app.env.docname]
    kept[DESCRIPTION] = description(doctree)


def give_descriptions(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Put into the search page what each page says first: read from a file, it may fetch no other page."""
    if page != "search":
        return
    said = {name: kept[DESCRIPTION] for name, kept in app.env.metadata.items() if kept.get(DESCRIPTION)}
    written = json.dumps(said, ensure_ascii=False).replace("<", "\\u003c")
    context["metatags"] += f'\n<script type="application/json" id="first-sentences">{written}</script>'


def cut(text: str) -> str:
    """At most `LONGEST` characters, between words."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"


def describe(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Say in a page's head what it is about, for search engines and for previews of links."""
    said = description(doctree) or app.config.html_title
    title = escape(str(context.get("title", "")).replace("<", " <").strip() or app.config.html_title)
    tags = {
        "og:title": title,
        "og:type": "article",
        "og:description": escape(said),
        "og:site_name": app.config.html_title,
    }
    root = address()
    if root:
        tags |= {"og:url": f"{root}{page}.html", "og:image": root + PICTURE, "og:image:alt": "Figures of the book"}
    lines = [f'<meta name="description" content="{escape(said)}">']
    lines += [f'<meta property="{name}" content="{value}">' for name, value in tags.items()]
    context["metatags"] = context.get("metatags", "") + "\n" + "\n".join(lines)


def citations(stated: dict[str, Any], year: str) -> list[nodes.paragraph]:
    """The paper and the book as references, from the data of CITATION.cff and the year of the book's version."""
    paper = stated["references"][0]
    people = " and ".join(f"{person['given-names']} {person['family-names']}" for person in paper["authors"])
    where = f" {paper['volume']}({paper['issue']}), {paper['start']}–{paper['end']}, {paper['year']}. "
    doi = f"https://doi.org/{paper['doi']}"
    article = nodes.paragraph(
        "", f"{people}. {paper['title']}. ", nodes.emphasis("", paper["journal"]), nodes.Text(where)
    )
    article += nodes.reference("", doi, refuri=doi)
    makers = ", ".join(author["name"] for author in stated["authors"])
    book = nodes.paragraph("", f"{makers}. ", nodes.emphasis("", stated["title"]))
    book += nodes.Text(f". Version {rknet.__version__}" + (f", {year}." if year else "."))
    forge = repository()
    if forge:
        book += [nodes.Text(" "), nodes.reference("", forge, refuri=forge)]
    return [article, book]


class Citation(SphinxDirective):
    """``{citation}``: how to cite the paper and the book, as CITATION.cff states it."""

    def run(self) -> list[nodes.Node]:
        """A list of two references."""
        path = execute.ROOT / "CITATION.cff"
        self.env.note_dependency(str(path))
        paragraphs = citations(yaml.safe_load(path.read_text("utf8")), date()[:4])
        return [nodes.bullet_list("", *(nodes.list_item("", paragraph) for paragraph in paragraphs))]


def name_printing(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Call the button that prints a page by what it does: the theme calls it ".pdf", as if it were the book."""
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", []):
            if button.get("label") == "download-pdf-button":
                button |= {"text": "Print", "tooltip": "Print this page"}


def page_end(page: str, title: str) -> str:
    """Version and date of a page, and where to write about it."""
    parts = [f"Version {rknet.__version__}", date()]
    forge = repository()
    if forge:
        issue = f"{forge}/issues/new?title={quote(f'{title}: ')}&body={quote(f'Page: {page}')}"
        parts += [f'<a href="{escape(issue)}">Report a mistake</a>', f'<a href="{forge}/discussions">Discuss</a>']
    return f'<p class="page-end">{" · ".join(filter(None, parts))}{PDF_LINK}</p>'


def add_page_end(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Say at a page's end which version it is."""
    if "body" in context:
        context["body"] += page_end(page, str(context.get("title", page)))


def write_site(app: Sphinx, exception: Exception | None) -> None:
    """Write the page for wrong addresses, and the map of all pages where the book has an address."""
    if exception or app.builder.format != "html":
        return
    root, outdir = address(), Path(app.outdir)
    icon = quote((STATIC / "logo.svg").read_text("utf8"))  # within the page, which stands at any address
    files.write(outdir / "404.html", NOT_FOUND.format(root=root or "", icon=icon).encode())
    if root:
        pages = "\n".join(f"<url><loc>{root}{page}.html</loc></url>" for page in execute.pages())
        xml = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        files.write(outdir / "sitemap.xml", f"{xml}\n{pages}\n</urlset>\n".encode())


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the above to Sphinx."""
    app.add_directive("citation", Citation)
    app.connect("config-inited", choose_address)
    app.connect("doctree-read", keep_description)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", give_descriptions, priority=600)
    app.connect("html-page-context", add_page_end, priority=600)  # below the run time
    app.connect("html-page-context", name_printing, priority=900)  # the theme has made its buttons by now
    app.connect("build-finished", write_site)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
