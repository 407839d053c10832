"""The pages joined for print: ids stay unique, links lead to what they led to, and only what is printed is left."""

from pathlib import Path

import pdf
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

PAGE = """<html><head><link rel="stylesheet" href="a.css"></head><body><article class="bd-article">
<section id="s"><h1>{title}<a class="headerlink" href="#s">#</a></h1>
<p><a href="#s">here</a> <a href="{other}#s">there</a> <a href="{other}">all</a> <a href="api.html#x">reference</a>
<a href="https://example.org/">elsewhere</a></p>
<img class="only-light" loading="lazy" src="_images/x.webp"><img class="only-dark" src="_images/x.dark.webp">
<details class="hide above-input"><pre>code</pre></details><details id="d"><p>solution</p></details>
<p class="run-time">seconds</p></section></article></body></html>"""


@pytest.fixture
def joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BeautifulSoup:
    monkeypatch.setattr(pdf, "BUILT", tmp_path)
    (tmp_path / "chapters").mkdir()
    (tmp_path / "index.html").write_text(PAGE.format(title="First", other="chapters/two.html"))
    second = PAGE.format(title="Second", other="../index.html").replace("_images", "../_images")
    (tmp_path / "chapters" / "two.html").write_text(second.replace("api.html", "../api.html"))
    return BeautifulSoup(pdf.joined(["index", "chapters/two"]), "html.parser")


def test_ids_are_unique_and_links_lead_to_them(joined: BeautifulSoup) -> None:
    ids = [node["id"] for node in joined.find_all(id=True)]
    assert len(ids) == len(set(ids)) == 6
    inner = [link["href"][1:] for link in joined.find_all("a", href=True) if link["href"].startswith("#")]
    assert set(inner) <= set(ids)
    words = {link.get_text(): link.get("href") for link in joined.select("#chapters-two--top a")}
    assert words == {
        "here": "#chapters-two--s",
        "there": "#index--s",
        "all": "#index--top",
        "reference": None,
        "elsewhere": "https://example.org/",
    }
    assert [link.get_text() for link in joined.select("nav.contents a")] == ["First", "Second"]


def test_paper_has_light_pictures_open_solutions_and_no_folded_code(joined: BeautifulSoup) -> None:
    assert [image["src"] for image in joined.find_all("img")] == ["_images/x.webp"] * 2
    assert all("loading" not in image.attrs for image in joined.find_all("img"))
    assert [details.get_text() for details in joined.find_all("details", open=True)] == ["solution"] * 2
    text = joined.get_text()
    assert "code" not in text and "seconds" not in text and "First#" not in text


def test_pages_link_to_the_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "BUILT", tmp_path)
    (tmp_path / "chapters").mkdir()
    for name in ("index.html", "chapters/two.html"):
        (tmp_path / name).write_text(f"<p>x{pdf.rknet_site.PDF_LINK}</p>")
    pdf.link_from_pages()
    first, second = ((tmp_path / name).read_text("utf8") for name in ("index.html", "chapters/two.html"))
    assert f'href="{pdf.NAME}"' in first and f'href="../{pdf.NAME}"' in second


def test_the_pdf_names_its_title_and_authors(browser: Browser) -> None:
    """What Chromium prints keeps its length, and with it every offset that its last lines list."""
    page = browser.new_page()
    page.set_content("<title>A book</title><p>words</p>")
    printed = page.pdf()
    page.close()
    named = pdf.with_authors(printed, pdf.authors())
    assert b"/Title (A book)" in named and b"/Author (The rknet contributors) " in named and b"Mozilla" not in named
    assert len(named) == len(printed) and named[-200:] == printed[-200:]


def test_authors_that_do_not_fit_are_refused() -> None:
    for printed in (b"<</Creator (A \\(b\\))>>", b"<<>>"):
        with pytest.raises(ValueError, match="names: must fit in place of /Creator, .* got 32; shorten them"):
            pdf.with_authors(printed, "The rknet contributors")
