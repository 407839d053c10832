"""What the built pages say of themselves to others, and what previews of links are made of."""

import json
import re
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import execute
import pytest
import yaml
from bs4 import BeautifulSoup
from docutils import nodes

sys.path.insert(0, str(execute.BOOK / "_ext"))

import rknet_icons as icons
import rknet_previews as previews
import rknet_site as site

import rknet

ROOT = execute.ROOT


# ---- the site


def test_addresses_follow_from_that_of_the_repository(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(site, "repository", lambda: "https://github.com/Some/book")
    assert site.address() == "https://some.github.io/book/"
    end = BeautifulSoup(site.page_end("chapters/x", "A & B"), "html.parser")
    mistake, discuss = (link["href"] for link in end.find_all("a"))
    assert mistake == "https://github.com/Some/book/issues/new?title=A%20%26%20B%3A%20&body=Page%3A%20chapters/x"
    assert discuss == "https://github.com/Some/book/discussions"
    for elsewhere in (None, "https://example.org/a/b"):
        monkeypatch.setattr(site, "repository", lambda elsewhere=elsewhere: elsewhere)
        assert site.address() is None


def test_the_paper_and_the_book_are_cited_as_their_file_states(monkeypatch: pytest.MonkeyPatch):
    stated = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf8"))
    monkeypatch.setattr(site, "repository", lambda: None)
    paper, book = site.citations(stated, "2031")
    assert paper.astext() == (
        "Elisa Giesecke and Axel Kröner. Classification with Runge-Kutta networks and feature space augmentation. "
        "Journal of Computational Dynamics 8(4), 495–520, 2021. https://doi.org/10.3934/jcd.2021018"
    )
    assert book.astext() == f"The rknet contributors. {stated['title']}. Version {rknet.__version__}, 2031."
    monkeypatch.setattr(site, "repository", lambda: "https://example.org/a/b")
    assert site.citations(stated, "")[1].astext().endswith(f"Version {rknet.__version__}. https://example.org/a/b")


def test_printing_is_called_printing():
    button = {"label": "download-pdf-button", "text": ".pdf", "tooltip": "Print to PDF"}
    context = {"header_buttons": [{"type": "group", "buttons": [button]}, {"type": "javascript"}]}
    site.name_printing(None, "x", "page.html", context, None)
    assert (button["text"], button["tooltip"]) == ("Print", "Print this page")


def test_a_build_states_the_day_of_its_commit(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    monkeypatch.setattr(site, "repository", lambda: None)
    assert site.page_end("x", "X").startswith(f'<p class="page-end">Version {rknet.__version__} · 1970-01-02<!--')


def test_descriptions_are_words_of_the_page():
    first = nodes.paragraph("", "", nodes.Text("The width "), nodes.math("", r"\hat d"), nodes.Text(" matters " * 40))
    document = SimpleNamespace(findall=lambda kind: iter([first]))
    said = site.description(document)
    assert said.startswith("The width … matters matters") and said.endswith(" …") and len(said) <= site.LONGEST + 2
    assert site.description(None) == ""


def test_the_search_page_knows_what_each_page_says_first():
    """Also where a sentence has the letters that would end the script; other pages do not carry it."""
    first = nodes.paragraph("", "Is a < b? </script> It is.")
    env = SimpleNamespace(docname="chapters/a", metadata={"chapters/a": {}, "b": {}})
    app = SimpleNamespace(env=env)
    site.keep_description(app, SimpleNamespace(findall=lambda kind: iter([first])))
    contexts = {page: {"metatags": "before"} for page in ("search", "b")}
    for page, context in contexts.items():
        site.give_descriptions(app, page, "", context, None)
    script = BeautifulSoup(contexts["search"]["metatags"], "html.parser").find(id="first-sentences")
    assert json.loads(script.string) == {"chapters/a": "Is a < b? </script> It is."}
    assert contexts["b"] == {"metatags": "before"}


def test_wrong_addresses_and_maps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    app = SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(format="html"))
    monkeypatch.setattr(site, "repository", lambda: None)
    site.write_site(app, None)
    assert 'href="index.html"' in (tmp_path / "404.html").read_text("utf8")
    [icon] = re.findall('rel="icon" href="data:image/svg.xml,(.*?)"', (tmp_path / "404.html").read_text("utf8"))
    assert unquote(icon) == (site.STATIC / "logo.svg").read_text("utf8")  # without one a browser asks for favicon.ico
    assert not (tmp_path / "sitemap.xml").exists()
    monkeypatch.setattr(site, "repository", lambda: "https://github.com/some/book")
    site.write_site(app, None)
    assert 'href="https://some.github.io/book/index.html"' in (tmp_path / "404.html").read_text("utf8")
    assert re.findall("<loc>(.*?)</loc>", (tmp_path / "sitemap.xml").read_text("utf8")) == [
        f"https://some.github.io/book/{page}.html" for page in execute.pages()
    ]


def test_built_pages_describe_themselves(built: Path):
    described = {}
    for page in execute.pages():
        soup = BeautifulSoup((built / f"{page}.html").read_text("utf8"), "html.parser")
        described[page] = soup.find("meta", attrs={"name": "description"})["content"]
        assert soup.find("meta", property="og:title")["content"].strip(), page
        assert soup.select_one(".page-end").get_text().startswith(f"Version {rknet.__version__}"), page
    assert all(20 < len(text) < 210 for text in described.values()), described
    assert len(set(described.values())) == len(described)


def test_the_work_is_described_alike_everywhere():
    """pyproject.toml, CITATION.cff and codemeta.json; and the paper under its address."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    meta = json.loads((ROOT / "codemeta.json").read_text("utf8"))
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf8"))
    assert (meta["name"], meta["description"], meta["keywords"]) == (
        project["name"],
        project["description"],
        project["keywords"],
    )
    assert [author["name"] for author in meta["author"]] == [author["name"] for author in citation["authors"]]
    assert " AND ".join(address.rpartition("/")[2] for address in meta["license"]) == project["license"]
    (paper,) = citation["references"]
    assert meta["referencePublication"]["identifier"] == f"https://doi.org/{paper['doi']}"
    assert f"doi     = {{{paper['doi']}}}" in (ROOT / "references.bib").read_text("utf8")


# ---- previews


def shown(html: str, name: str, page: str = "chapters/x") -> str:
    return previews.preview(BeautifulSoup(html, "html.parser").find(id=name), page)


def test_previews_show_formulas_figures_and_sections():
    number = '<span class="eqno">(2.1)<a class="headerlink">#</a></span>'
    formula = f'<div class="math notranslate" id="e">{number}\\[a < b\\]</div>'
    assert shown(formula, "e") == "<p>\\[a &lt; b\\]</p>"
    figure = (
        '<figure id="f"><img class="only-light" src="../_images/f.png"><figcaption>What to see</figcaption></figure>'
    )
    assert shown(figure, "f") == '<img class="only-light" alt="" data-path="_images/f.png"><p>What to see</p>'
    heading = '<h2>A title<a class="headerlink">#</a></h2>'
    section = f'<section id="s">{heading}<span id="t"></span><p>First.</p><p>Second.</p></section>'
    assert shown(section, "s") == shown(section, "t") == "<p><strong>A title</strong></p><p>First.</p>"
    term = "<dl><dt id='w'>word</dt><dd><p>Its meaning.</p></dd></dl>"
    assert shown(term, "w") == "<p><strong>word</strong></p><p>Its meaning.</p>"
    row = "<table><tr><td><p><span id='r'>x</span></p></td><td>an input</td><td>(2.3)</td><td>code</td></tr></table>"
    assert shown(row, "r") == "<p>x</p><p>an input</p><p>(2.3)</p>"


def test_long_texts_end_with_a_sentence():
    text = "A sentence with \\(a. b\\) in it. " * 40
    cut = previews.words(BeautifulSoup(f"<p>{text}</p>", "html.parser").p)
    assert len(cut) <= previews.LONGEST + 2 and cut.endswith("in it. …")


def test_the_first_use_of_a_symbol_is_a_link():
    span = previews.SPAN.format(r"\(L\)")
    page = f"<h1>{span}</h1><p>See <a href='y'>{span}</a>, then {span} and {span}.</p>"
    linked = previews.with_symbols(page, {r"\(L\)": previews.Symbol("symbol-1", "depth")}, "../notation.html")
    soup = BeautifulSoup(linked, "html.parser")
    (link,) = soup.select("a.symbol")
    assert (link["href"], link["aria-label"]) == ("../notation.html#symbol-1", "depth")
    assert link.previous_sibling == ", then " and len(soup.select("span.math")) == 4


def test_every_symbol_has_a_meaning_in_words():
    known = previews.symbols(execute.BOOK / "notation.md")
    assert known[r"\(h\)"].meaning == "step size"
    assert known[r"\(\beta\)"].meaning == "matrix, weights and nodes of a tableau"
    assert [tex for tex, symbol in known.items() if not re.fullmatch(r"[^$`\\]{4,}", symbol.meaning)] == []


def test_every_preview_is_whole(built: Path):
    text = (built / "_static" / previews.DATA).read_text("utf8")
    data = json.loads(text.removeprefix("window.rknetPreviews=").removesuffix(";\n"))
    assert len(data) > 200 and any("#equation-" in name for name in data) and any("#symbol-" in name for name in data)
    for name, html in data.items():
        soup = BeautifulSoup(html, "html.parser")
        assert soup.get_text().strip() or soup.img, name
        assert all((built / image["data-path"]).is_file() for image in soup.find_all("img")), name


# ---- icons


def test_icons_of_pages_and_style_are_found():
    style = '.fa-a:before,.fa-b:before{content:"\\f001"}.fa-c:before{content:"\\f002"}:root{--pst-icon-x:"\\f003"}'
    assert icons.characters(style) == {"fa-a": 0xF001, "fa-b": 0xF001, "fa-c": 0xF002}
    assert icons.used(['<i class="fas fa-b"></i>'], style) == {0xF001, 0xF003}


def test_icons_are_not_read_aloud():
    silent = '<i aria-hidden="true" class="fas fa-b"></i><i class="x"></i>'
    assert icons.with_silent_icons('<i class="fas fa-b"></i><i class="x"></i>') == silent
    assert icons.with_silent_icons(silent) == silent
