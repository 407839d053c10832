"""The built pages: complete, without errors, readable offline and aloud, with links that lead somewhere."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import execute
import pytest
from bs4 import BeautifulSoup

LOADING = {  # elements that make a browser fetch something, and the attribute that says what
    "audio": "src",
    "embed": "src",
    "iframe": "src",
    "img": "src",
    "link": "href",
    "object": "data",
    "script": "src",
    "source": "src",
    "video": "src",
}
REMOTE = ("http:", "https:", "//")

Soups = dict[Path, BeautifulSoup]


@pytest.fixture(scope="module")
def chapters(built: Path, soups: Soups) -> Soups:
    """The pages of the table of contents."""
    return {path: soups[path] for path in (built / f"{page}.html" for page in execute.pages()) if path in soups}


def test_every_page_of_the_table_of_contents_is_there(built: Path, soups: Soups):
    assert [page for page in execute.pages() if built / f"{page}.html" not in soups] == []


def test_no_cell_failed(chapters: Soups):
    failed = [
        path.name
        for path, soup in chapters.items()
        if soup.select(".output.traceback, .output.stderr") or "Traceback (most recent call last)" in soup.get_text()
    ]
    assert failed == []


def test_pages_show_the_build_s_own_execution(built: Path, chapters: Soups):
    computed = [built / chapter.relative_to(execute.BOOK).with_suffix(".html") for chapter in execute.chapters()]
    assert [path.name for path in computed if not chapters[path].select("p.run-time")] == []


def test_nothing_is_loaded_from_another_host(soups: Soups):
    remote = [
        (path.name, element[attribute])
        for path, soup in soups.items()
        for name, attribute in LOADING.items()
        for element in soup.find_all(name, attrs={attribute: True})
        if element[attribute].startswith(REMOTE) and element.get("rel") != ["canonical"]
    ]
    styled = [(path.name, style) for path, soup in soups.items() for style in re.findall(r"url\(.?https?:", str(soup))]
    assert remote + styled == []


def test_style_sheets_load_nothing_from_another_host(built: Path):
    sheets = (built / "_static").rglob("*.css")
    loading = re.compile(r"""(?:url\(\s*['"]?|@import\s+['"])(?:https?:)?//""")
    assert [sheet.name for sheet in sheets if loading.search(sheet.read_text("utf8"))] == []


def test_mathematics_is_drawn_by_the_vendored_script(chapters: Soups):
    with_formulas = {path: soup for path, soup in chapters.items() if soup.select(".math")}
    assert with_formulas
    for path, soup in with_formulas.items():
        scripts = [script["src"] for script in soup.find_all("script", src=True) if "mathjax" in script["src"]]
        assert len(scripts) == 1, path.name
        assert (path.parent / urlsplit(scripts[0]).path).is_file()


def test_links_and_anchors_lead_somewhere(soups: Soups):
    anchors = {
        path: {element["id"] for element in soup.find_all(id=True)}
        | {element["name"] for element in soup.find_all("a", attrs={"name": True})}
        for path, soup in soups.items()
    }
    broken = []
    for path, soup in soups.items():
        for element in soup.find_all(["a", "img", "link", "script"]):
            address = element.get("href") or element.get("src") or ""
            url = urlsplit(address)
            if url.scheme or url.netloc or not (url.path or url.fragment):
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            if not target.exists():
                broken.append((path.name, address, "no such file"))
            elif target in anchors and url.fragment and unquote(url.fragment) not in anchors[target]:
                broken.append((path.name, address, "no such anchor"))
    assert broken == []


def test_every_picture_has_a_text(soups: Soups):
    images = [(path.name, image) for path, soup in soups.items() for image in soup.find_all("img")]
    assert [(name, str(image)[:120]) for name, image in images if not image.get("alt", "").strip()] == []


def test_every_figure_s_text_says_more_than_a_file_name(chapters: Soups):
    images = [(path.name, image) for path, soup in chapters.items() for image in soup.select(".cell_output img")]
    assert [
        (name, image["src"]) for name, image in images if re.search(r"\.(png|svg|jpe?g)$|^_images", image["alt"])
    ] == []


def test_equation_numbers_are_those_of_their_labels(chapters: Soups):
    """Also that no number occurs twice in the book."""
    numbers = []
    for path, soup in chapters.items():
        for block in soup.select("div.math[id^=equation-]"):
            number = block.select_one(".eqno").get_text().strip("()¶#\n \uf0c1")
            slug = re.sub(r"[^0-9A-Za-z]+", "-", number).lower()
            assert block["id"] in (f"equation-paper-{slug}", f"equation-eq-{slug}"), path.name
            numbers.append(number)
    assert len(numbers) == len(set(numbers))


def test_references_to_equations_show_numbers(chapters: Soups):
    links = [
        (path.name, link.get_text())
        for path, soup in chapters.items()
        for link in soup.select("a.reference[href*='#equation-']")
    ]
    assert [link for link in links if not re.fullmatch(r"\([0-9A-Z.]+[a-z]?\)", link[1])] == []
