"""The built pages in a browser: quiet, offline, accessible, in both colour modes, on a small screen, on paper."""

import functools
import gzip
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import execute
import pytest
from browsing import MODES, NARROW, SHOWN, WIDE, Visit, html_pages, settle
from bs4 import BeautifulSoup
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from rknet.study.ledger import judging

MEGABYTES = 1.0
"""What a page may weigh, compressed, without its animations."""
HEAVIER = {"chapters/s4_1_width.html": 1.3, "chapters/s4_4b_comparison.html": 1.5}
"""Pages whose figures show thousands of points in many panels."""
A4 = 718
"""CSS pixels between the margins of a sheet of A4."""
RESIZED = 400
"""Milliseconds after which the theme has noticed a new width (it waits for 300)."""

OVERFLOW = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""
UNREACHABLE = """() => [...document.querySelectorAll("a[href], button, input, select, summary, textarea")]
  .filter((e) => e.checkVisibility({visibilityProperty: true}) && e.tabIndex < 0)
  .map((e) => e.outerHTML.slice(0, 120))"""
UNREAD = """() => [...document.querySelectorAll("table:not([role=presentation])")].filter((t) => !t.querySelector("th"))
  .map((t) => t.outerHTML.slice(0, 120))"""
UNDRAWN = """() => [...document.querySelectorAll("mjx-container")].filter((formula) =>
  formula.querySelector("[data-mjx-error], [data-mml-node=merror]") ||
  [...formula.querySelectorAll("svg text")].some((text) => /[!-~]|[\\u{1d400}-\\u{1d7d7}]/u.test(text.textContent)))
  .map((formula) => formula.textContent.slice(0, 120))"""
"""Formulas with an error, or with a letter that the bundle has no glyph for; MathJax itself has no double-struck 1."""
ANIMATIONS = "() => document.getAnimations().length"
CLOUD = "() => document.querySelector('.turntable-panel canvas').toDataURL()"
FLIPBOOKS = "() => [...document.querySelectorAll('img.flipbook')].map((image) => image.src)"
LOST_VERDICTS = """() => [...document.querySelectorAll(".ledger-table.verdicts .word")].filter((word) => {
  const [box, scroll] = [word, word.closest(".ledger-table")].map((node) => node.getBoundingClientRect());
  return word.checkVisibility() && (box.left < scroll.left || box.right > scroll.right);
}).length"""
LINES_OF_AN_ARRAY = r"""async () => {
  const array = await window.MathJax.tex2svgPromise(String.raw`\begin{array}{c|c} a & b \\ \hline & c \end{array}`);
  document.querySelector(".bd-article").append(array);
  return [...array.querySelectorAll("line")].map((line) => getComputedStyle(line).stroke);
}"""
HIDDEN_CODE = "details.above-input"
TAPPED_PARTS = """() => [...document.querySelectorAll(".admonition.toggle > .admonition-title *")]
  .filter((part) => !part.matches(".toggle-button") && getComputedStyle(part).pointerEvents !== "none")
  .map((part) => part.outerHTML.slice(0, 120))"""
"""Parts of a bar that would take a tap from it; the theme's script fails on them."""
HINTS = """(blocks) => blocks.filter((block) => block.querySelector("mjx-container")).map((block) => {
  const formula = block.querySelector("mjx-container");
  return [formula.scrollWidth > formula.clientWidth, getComputedStyle(block, "::before").content];
})"""
"""Of each formula, whether it is cut, and the words above it."""
CUT_TABLES = """() => [...document.querySelectorAll(".paper-table, .ledger-table, .explorer-scroller")]
  .filter((box) => box.checkVisibility()).map((box) => {
    const caption = box.querySelector("caption");
    const words = caption ? getComputedStyle(caption, "::after") : getComputedStyle(box, "::before");
    return [box.scrollWidth > box.clientWidth, words.content === '"Scroll the table sideways."'];
  })"""
"""Of each table that is seen, whether it is cut, and whether words at its head say so."""


@dataclass
class Report:
    """What was found on one page in one colour mode."""

    name: str
    mode: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)
    overflow: int = 0
    printed_overflow: int = 0
    headless_tables: list[str] = field(default_factory=list)
    undrawn: list[str] = field(default_factory=list)
    loaded: list[Path] = field(default_factory=list)


def violations(page: Page, axe: str) -> list[str]:
    """What axe finds serious or critical: rule, number of places, the first of them."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    found = page.evaluate("axe.run({resultTypes: ['violations'], preload: false})")["violations"]
    return [
        f"{rule['id']} ({len(rule['nodes'])}): {rule['nodes'][0]['html'][:200]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
    ]


def local_file(address: str) -> Path:
    return Path(unquote(urlsplit(address).path))


def examine(browser: Browser, path: Path, name: str, mode: str, axe: str) -> Report:
    """One visit from file://, wide, narrow and printed."""
    context = browser.new_context(color_scheme=mode, viewport={"width": WIDE, "height": 900})
    visit = Visit(context.new_page())
    page, report = visit.page, Report(name, mode)
    page.goto(path.as_uri())
    settle(page)
    report.unreachable = page.evaluate(UNREACHABLE)
    report.headless_tables = page.evaluate(UNREAD)
    report.undrawn = page.evaluate(UNDRAWN)
    flipbooks = set(page.evaluate(FLIPBOOKS))
    report.loaded = [local_file(a) for a in visit.requests if a.startswith("file:") and a not in flipbooks]
    report.violations = [f"wide: {v}" for v in violations(page, axe)]
    page.set_viewport_size({"width": NARROW, "height": 800})
    page.wait_for_timeout(RESIZED)
    report.overflow = page.evaluate(OVERFLOW)
    if mode == "light":  # the mode changes colours, the width the layout
        report.violations += [f"narrow: {v}" for v in violations(page, axe)]
    page.set_viewport_size({"width": A4, "height": 1000})
    page.emulate_media(media="print")
    report.printed_overflow = page.evaluate(OVERFLOW)
    report.foreign, report.errors = visit.foreign, visit.errors
    context.close()
    return report


@pytest.fixture(scope="module")
def reports(browser: Browser, built: Path, npm_package: Callable[[str], Path]) -> list[Report]:
    """Every page in both modes."""
    axe = (npm_package("axe-core") / "axe.min.js").read_text("utf8")
    pages = html_pages(built)
    return [examine(browser, path, path.relative_to(built).as_posix(), mode, axe) for mode in MODES for path in pages]


def faults(reports: list[Report], attribute: str) -> list[tuple[str, str, object]]:
    return [(r.name, r.mode, getattr(r, attribute)) for r in reports if getattr(r, attribute)]


def test_no_page_read_from_a_file_asks_another_host(reports: list[Report]):
    assert len(reports) > 2 * 15
    assert faults(reports, "foreign") == []


def test_no_page_reports_an_error(reports: list[Report]):
    assert faults(reports, "errors") == []


def test_axe_finds_nothing_serious(reports: list[Report]):
    assert faults(reports, "violations") == []


def test_every_control_is_reached_by_the_tab_key(reports: list[Report]):
    assert faults(reports, "unreachable") == []


def test_no_page_is_wider_than_a_small_screen(reports: list[Report]):
    assert faults(reports, "overflow") == []


def test_no_page_is_wider_than_a_sheet_of_paper(reports: list[Report]):
    assert faults(reports, "printed_overflow") == []


def test_every_table_has_headings(reports: list[Report]):
    assert faults(reports, "headless_tables") == []


def test_every_formula_is_drawn(reports: list[Report]):
    assert faults(reports, "undrawn") == []


@functools.cache
def compressed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes()))


def test_pages_are_light(reports: list[Report]):
    weights = {r.name: sum(map(compressed, set(r.loaded))) / 1e6 for r in reports}
    assert all(weight > 0.1 for name, weight in weights.items() if name != "404.html")
    assert {name: weight for name, weight in weights.items() if weight >= HEAVIER.get(name, MEGABYTES)} == {}


@pytest.mark.parametrize("mode", MODES)
def test_words_in_figures_stay_readable(visit: Callable[..., Visit], built: Path, mode: str):
    """Large ones keep a size, and scroll in their frame; small ones are as wide as the page."""
    address = (built / "chapters" / "s4_3_activation.html").as_uri()
    page = visit(address, color_scheme=mode, viewport={"width": NARROW, "height": 800}).page
    settle(page)
    images = f"[...document.querySelectorAll('figure img:not(.flipbook)')].filter({SHOWN})"
    widths = page.evaluate(f"{images}.filter((i) => i.naturalWidth > 1400).map((i) => i.width)")
    assert len(widths) > 2 and min(widths) > 1.4 * NARROW
    hints = page.locator("figure.scrolls figcaption").evaluate_all(
        "(all) => all.map((caption) => getComputedStyle(caption, '::before').content)"
    )
    assert len(hints) >= len(widths) and all("sideways" in hint for hint in hints)
    assert min(page.evaluate(f"{images}.map((i) => i.width)")) > 0.8 * NARROW  # the rest is margins


# ---- previews of what a link leads to


@pytest.mark.parametrize("by_http", [False, True])
def test_links_show_what_they_lead_to(
    visit: Callable[..., Visit], built: Path, serve: Callable[[Path], str], by_http: bool
):
    """On focus and on hover: a drawn formula, until Escape; and a click follows the link."""
    root = serve(built) if by_http else built.as_uri()
    opened = visit(f"{root}/chapters/s3_3_partner.html", viewport={"width": WIDE, "height": 900})
    page, card = opened.page, opened.page.locator(".preview")
    settle(page)
    link = page.locator(".bd-article a.internal[href*='#equation-']").first
    page.keyboard.press("Tab")  # what takes the focus now has it from the keyboard
    link.focus()
    expect(card.locator("svg").first).to_be_visible()
    assert link.get_attribute("aria-describedby") == card.get_attribute("id")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    link.hover()
    expect(card).to_be_visible()
    page.mouse.move(0, 0)
    expect(card).to_be_hidden()
    link.click()
    page.wait_for_url("**#equation-*")
    assert (opened.foreign, opened.errors) == ([], [])


def test_a_symbol_leads_to_its_meaning(visit: Callable[..., Visit], built: Path):
    page = visit((built / "chapters" / "s2_paths.html").as_uri(), viewport={"width": WIDE, "height": 900}).page
    settle(page)
    symbol = page.locator("a.symbol[href*='#symbol-']").first
    symbol.scroll_into_view_if_needed()
    symbol.hover()
    expect(page.locator(".preview p")).to_have_count(3)  # symbol, meaning, equation
    symbol.click()
    page.wait_for_url("**/notation.html#symbol-*")


# ---- by http, with little motion


def test_pages_by_http_are_quiet_and_still(built: Path, serve: Callable[[Path], str], browser: Browser):
    address = serve(built)
    for path in html_pages(built):
        context = browser.new_context(reduced_motion="reduce")
        visit = Visit(context.new_page())
        visit.page.goto(f"{address}/{path.relative_to(built).as_posix()}")
        settle(visit.page)
        assert (path.name, visit.foreign, visit.errors) == (path.name, [], [])
        assert (path.name, visit.page.evaluate(ANIMATIONS)) == (path.name, 0)
        context.close()


# ---- without scripts


def test_pages_read_well_without_scripts(built: Path, browser: Browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for path in html_pages(built):
        page.goto(path.as_uri())
        formulas = page.locator(".math")
        if formulas.count():
            assert re.match(r"\\[(\[]", formulas.first.inner_text().strip()), path.name
        assert page.locator("main h1:visible").count() == 1, path.name
        assert page.locator("button:visible").count() == 0, path.name  # it would do nothing
    page.goto((built / "chapters" / "laboratories.html").as_uri())
    assert page.locator("p.laboratory:visible").count() == 5
    context.close()


# ---- by keyboard


@pytest.fixture
def chapter(visit: Callable[..., Visit], built: Path) -> Visit:
    """A chapter with folded code, exercises and a flipbook."""
    opened = visit((built / "chapters" / "s4_3_activation.html").as_uri(), viewport={"width": WIDE, "height": 900})
    settle(opened.page)
    return opened


def test_colour_mode_is_switched(chapter: Visit):
    page = chapter.page
    seen = []
    for _ in range(3):
        page.locator(".theme-switch-button:visible").first.press("Enter")
        seen.append(page.locator("html").get_attribute("data-mode"))
    assert sorted(seen) == ["auto", "dark", "light"]


def test_one_switch_shows_the_code_and_is_remembered(chapter: Visit, built: Path):
    page, code = chapter.page, chapter.page.locator(HIDDEN_CODE)
    switch = page.locator(".code-switch")
    expect(switch).to_have_text("Show all code")
    assert code.count() > 3 and not code.first.is_visible()
    assert page.locator(".cell_input:visible").count() >= 1  # what carries the idea is open
    switch.press("Enter")
    expect(switch).to_have_text("Show less code")
    assert all(code.nth(i).locator("pre").first.is_visible() for i in range(code.count()))
    page.goto((built / "chapters" / "s4_2_depth.html").as_uri())
    assert page.locator(f"{HIDDEN_CODE} pre").first.is_visible()
    page.get_by_role("button", name="Show less code").press("Enter")
    assert not page.locator(HIDDEN_CODE).first.is_visible()
    assert chapter.errors == []


def test_solutions_open(chapter: Visit):
    solution = chapter.page.locator(".solution.dropdown").first
    body = solution.locator("p:not(.admonition-title)").first
    expect(body).not_to_be_visible()
    solution.locator("button").first.press("Enter")
    expect(body).to_be_visible()


def test_verdicts_are_seen_however_wide_their_table(visit: Callable[..., Visit], built: Path):
    for name in ("ledger_records", "ledger_cells", "ledger_sentences"):
        for width in (WIDE, NARROW):
            opened = visit((built / "chapters" / f"{name}.html").as_uri(), viewport={"width": width, "height": 800})
            opened.page.evaluate("document.querySelectorAll('.record details').forEach((d) => { d.open = true; })")
            assert (name, width, opened.page.evaluate(LOST_VERDICTS)) == (name, width, 0)


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("name", ["ledger_sentences", "ledger_cells", "s4_trial", "benchmarks"])
def test_a_cut_table_says_that_it_goes_on(visit: Callable[..., Visit], built: Path, name: str, width: int):
    """Also one that comes into sight later; a laptop cuts no record of a sentence."""
    page = visit((built / "chapters" / f"{name}.html").as_uri(), viewport={"width": width, "height": 800}).page
    page.evaluate("document.querySelectorAll('.bd-article details').forEach((d) => { d.open = true; })")
    page.wait_for_timeout(RESIZED)
    found = page.evaluate(CUT_TABLES)
    assert found and [cut for cut, said in found if cut != said] == []
    cut = sum(cut for cut, _ in found)
    assert (cut == 0) if width == WIDE and name in ("ledger_sentences", "benchmarks") else cut > 0


def test_a_table_of_the_explorer_says_whether_it_goes_on(visit: Callable[..., Visit], built: Path):
    page = visit((built / "chapters" / "s4_trial.html").as_uri()).page
    seen = set()
    for experiment in page.get_by_label("Experiment").locator("option").all():
        page.get_by_label("Experiment").select_option(experiment.get_attribute("value"))
        page.wait_for_timeout(RESIZED)
        ((cut, said),) = page.evaluate(CUT_TABLES.replace(".paper-table, .ledger-table, ", ""))
        assert cut == said
        seen.add(cut)
    assert seen == {False, True}


def test_claims_are_filtered_searched_and_sorted(visit: Callable[..., Visit], built: Path):
    """By the keyboard, from a file; what is counted is what is seen, and the words are those of the verdicts."""
    opened = visit((built / "chapters" / "ledger_records.html").as_uri())
    page, rows = opened.page, opened.page.locator(".ledger-table.filtered tbody tr:visible")
    verdicts = judging.stored()
    search, count = page.locator(".ledger-filters input"), page.locator(".ledger-filters output")
    everything = rows.count()
    assert everything == len(verdicts) and count.inner_text() == f"{everything} of {everything} claims"
    page.get_by_label("Verdict").select_option("not compatible")
    against = [verdict for verdict in verdicts.values() if verdict.verdict == "not compatible"]
    assert rows.count() == len(against)
    page.get_by_label("Section").select_option("4.2")
    assert rows.count() == sum(verdict.where.startswith("Section 4.2") for verdict in against) > 0
    page.get_by_label("Verdict").select_option("")
    page.get_by_label("Section").select_option("")
    search.fill("spiral 80 never")
    assert rows.count() == 0 and not page.locator("#claims").is_visible()
    expect(page.locator(".ledger-none")).to_contain_text("No claim matches.")
    search.fill("never 80")
    assert [row.split("\t")[2] for row in rows.all_inner_texts()] == ["At d_hat = 3, StandardNet never exceeds 80 %."]
    search.fill("")
    heading = page.get_by_role("button", name="verdict", exact=True)
    heading.press("Enter")
    words = [row.split("\t")[0] for row in rows.all_inner_texts()]
    assert words == sorted(words) and len(set(words)) == 3
    heading.press("Enter")
    assert [row.split("\t")[0] for row in rows.all_inner_texts()] == words[::-1]
    assert (opened.foreign, opened.errors) == ([], [])


@pytest.mark.parametrize("by_http", [False, True])
def test_a_link_shows_the_same_claims(
    visit: Callable[..., Visit], built: Path, serve: Callable[[Path], str], by_http: bool
):
    """What is filtered, searched and sorted is in the address; a verdict that there is not is left out."""
    address = f"{serve(built) if by_http else built.as_uri()}/chapters/ledger_records.html"
    there = visit(address).page
    there.get_by_label("Verdict").select_option("not compatible")
    there.get_by_label("Section").select_option("4.2")
    there.locator(".ledger-filters input").fill("never 80")
    for _ in range(2):
        there.get_by_role("button", name="claim", exact=True).press("Enter")
    opened = visit(there.url)
    shown = ".ledger-table.filtered tbody tr:visible"
    assert opened.page.locator(shown).all_inner_texts() == there.locator(shown).all_inner_texts() != []
    assert opened.page.get_by_label("Section").input_value() == "4.2"
    assert opened.page.locator("[aria-sort]").get_attribute("aria-sort") == "descending"
    for control in (opened.page.get_by_label("Verdict"), opened.page.get_by_label("Section")):
        control.select_option("")
    opened.page.locator(".ledger-filters input").fill("")
    assert opened.page.url == f"{address}?sort=-claim"
    assert visit(f"{address}?verdict=green").page.locator(shown).count() == len(judging.stored())
    assert (opened.foreign, opened.errors) == ([], [])


def test_sums_of_the_ledger_lead_to_their_claims(visit: Callable[..., Visit], built: Path):
    page = visit((built / "chapters" / "ledger.html").as_uri()).page
    link = page.locator("#overview tr:last-child a").nth(2)
    count = int(link.inner_text())
    link.click()
    page.wait_for_url("**/ledger_records.html?verdict=*")
    assert page.locator(".ledger-table.filtered tbody tr:visible").count() == count
    assert count == sum(verdict.verdict == "not compatible" for verdict in judging.stored().values())


def test_the_trial_s_verdicts_come_first_and_are_filtered(visit: Callable[..., Visit], built: Path):
    page = visit(f"{built.as_uri()}/chapters/s4_trial.html?verdict=fails").page
    rows = page.locator("#table-verdicts tbody tr:visible")
    everything = page.locator("#table-trial tbody tr").all_inner_texts()
    failing = [row for row in everything if row.startswith("fails")]
    assert rows.count() == len(failing) and 0 < len(failing) < len(everything)
    assert page.locator(".ledger-filters output").inner_text() == f"{len(failing)} of {len(everything)} conclusions"
    rows.first.locator("a").click()
    assert rows.first.locator("a").inner_text() in page.locator("#table-trial tr:has(:target)").inner_text()


def test_dark_pages_have_dark_figures(visit: Callable[..., Visit], built: Path):
    """Each figure has a variant on the page's own colour, and that is the one shown."""
    address = (built / "chapters" / "s4_3_activation.html").as_uri()
    seen = {}
    for mode in MODES:
        opened = visit(address, color_scheme=mode)
        settle(opened.page)
        sources = opened.page.evaluate(
            f"[...document.querySelectorAll('figure img')].filter({SHOWN}).map((i) => i.src)"
        )
        assert len(sources) > 2 and all(local_file(source).is_file() for source in sources)
        seen[mode] = sources
    assert [source.replace(".dark.webp", ".webp") for source in seen["dark"]] == seen["light"]
    assert all(source.endswith(".dark.webp") for source in seen["dark"])
    page = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
    with Image.open(local_file(seen["dark"][0])) as picture:
        assert f"rgb{picture.convert('RGB').getpixel((1, 1))}" == page


def test_flipbook_plays_and_turns(chapter: Visit):
    player = chapter.page.locator(".flipbook-player").first
    slider, play = player.locator("input"), player.locator(".flipbook-play")
    last = int(slider.get_attribute("max"))
    assert int(slider.input_value()) == last
    slider.press("ArrowLeft")
    assert int(slider.input_value()) == last - 1
    play.press("Enter")
    assert play.inner_text() == "Pause"
    play.press("Enter")
    assert play.inner_text() == "Play"
    player.get_by_role("button", name="Show all frames").press("Space")
    assert chapter.page.locator("img.flipbook").first.is_visible()


def test_clouds_of_points_turn(visit: Callable[..., Visit], built: Path):
    """By keyboard and by dragging; a class can be seen alone; paper has the picture."""
    opened = visit((built / "chapters" / "s4_5b_networks.html").as_uri(), viewport={"width": WIDE, "height": 900})
    page, player = opened.page, opened.page.locator(".turntable-player")
    settle(page)
    assert player.count() == 1 and player.locator(".turntable-panel").count() == 2
    views = [page.evaluate(CLOUD)]
    turning = player.get_by_label("Turn")
    turning.press("ArrowRight")
    views.append(page.evaluate(CLOUD))
    canvas = player.locator(".turntable-panel canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 80, steps=3)
    page.mouse.up()
    views.append(page.evaluate(CLOUD))
    player.get_by_role("button", name="Shirt", exact=True).press("Enter")
    views.append(page.evaluate(CLOUD))
    assert len(set(views)) == 4
    player.get_by_role("button", name="Shirt", exact=True).press("Enter")
    player.get_by_role("button", name="Reset view").press("Enter")
    assert page.evaluate(CLOUD) == views[0]
    picture = page.locator("#fig-16 img.only-light")
    assert not picture.is_visible()
    page.emulate_media(media="print")
    assert picture.is_visible() and not player.is_visible()
    assert (opened.foreign, opened.errors) == ([], [])


def test_chapter_is_downloaded_in_both_forms(visit: Callable[..., Visit], built: Path, serve: Callable[[Path], str]):
    page = visit(f"{serve(built)}/chapters/s4_3_activation.html").page
    for suffix in (".ipynb", ".py"):
        page.locator(".dropdown-download-buttons > button").press("Enter")
        with page.expect_download() as started:
            page.locator(f".dropdown-menu a[href$='s4_3_activation{suffix}']").press("Enter")
        source = (execute.BOOK / "chapters" / "s4_3_activation").with_suffix(suffix)
        assert started.value.suggested_filename == source.name
        if suffix == ".py":
            assert Path(started.value.path()).read_bytes() == source.read_bytes()


def test_every_net_of_the_explorer_has_a_look_of_its_own(visit: Callable[..., Visit], built: Path):
    """Colour, marker and line together, all nets shown, beside each name and in the chart."""
    page = visit(f"{built.as_uri()}/chapters/s4_trial.html").page
    explorer = page.locator(".explorer-player")
    titles = explorer.locator("select").first.locator("option").all_inner_texts()
    explorer.locator("select").first.select_option(next(title for title in titles if title.startswith("losses")))
    for box in explorer.locator("fieldset input").all():
        box.check()
    looks = """(groups) => groups.map((group) => [group.getAttribute("stroke"), group.getAttribute("class"),
      group.querySelector("path").getAttribute("d")].join())"""
    beside = explorer.locator(".explorer-swatch g").evaluate_all(looks)
    assert len(beside) == len(set(beside)) == explorer.locator("fieldset input").count() > 10
    assert explorer.locator(".explorer-picture g").evaluate_all(looks) == beside


def test_the_explorer_begins_with_each_net_and_says_what_to_choose(visit: Callable[..., Visit], built: Path):
    page = visit(f"{built.as_uri()}/chapters/s4_trial.html").page
    explorer = page.locator(".explorer-player")
    names = explorer.locator("fieldset label").all_inner_texts()
    shown = [label.inner_text() for label in explorer.locator("fieldset label:has(:checked)").all()]
    nets = {name.split(",")[0].strip() for name in names}
    assert "RK4Net" in nets and {name.split(",")[0].strip() for name in shown} == nets
    for box in explorer.locator("fieldset input").all():
        box.uncheck()
    assert explorer.locator(".explorer-picture").inner_text().strip() == "Choose at least one net above."
    explorer.locator("fieldset input").first.check()
    expect(explorer.locator(".explorer-picture svg")).to_be_visible()


@pytest.mark.parametrize("by_http", [False, True])
def test_search_finds_a_page(visit: Callable[..., Visit], built: Path, serve: Callable[[Path], str], by_http: bool):
    opened = visit((serve(built) if by_http else built.as_uri()) + "/index.html")
    opened.page.keyboard.press("Control+k")
    opened.page.keyboard.type("costates")
    opened.page.keyboard.press("Enter")
    opened.page.wait_for_url("**/search.html?q=costates")
    result = opened.page.locator("#search-results li a[href*='s3_2_costates']").first
    expect(result).to_be_visible()
    assert (opened.foreign, opened.errors) == ([], [])
    result.press("Enter")
    opened.page.wait_for_url("**/s3_2_costates.html*")


@pytest.mark.parametrize("query", ["adjoint", "costate"])
def test_search_puts_prose_before_the_reference(visit: Callable[..., Visit], built: Path, query: str):
    page = visit(f"{built.as_uri()}/search.html?q={query}").page
    expect(page.locator("#search-results .search-summary")).to_contain_text("finished", timeout=60_000)
    found = page.locator("#search-results li a").evaluate_all("(links) => links.map((a) => a.getAttribute('href'))")
    reference = [address.startswith("api.html") for address in found]
    assert any(reference) and reference == sorted(reference)
    folded = page.locator("#search-results > details")
    assert folded.locator("li").count() == sum(reference) and not folded.locator("li").first.is_visible()
    folded.locator("summary").click()
    assert folded.locator("li").first.is_visible()
    assert f"found {len(found) - sum(reference)} pages" in page.inner_text("#search-results .search-summary")
    if query == "adjoint":
        assert found[0].startswith("chapters/s3_2_derivation.html")


def test_what_only_the_reference_answers_is_open(visit: Callable[..., Visit], built: Path):
    page = visit(f"{built.as_uri()}/search.html?q=zzzqq").page
    said = page.locator("#search-results .search-summary")
    expect(said).to_contain_text("No page has all of these words.", timeout=60_000)
    assert page.locator("#search-results > details").count() == 0
    assert local_file(said.locator("a").evaluate("(link) => link.href")).name == "glossary.html"
    page = visit(f"{built.as_uri()}/search.html?q=of_stage").page
    expect(page.locator("#search-results .search-summary")).to_contain_text("found 0 pages", timeout=60_000)
    assert page.locator("#search-results > details li").first.is_visible()


def test_excerpts_hold_words_only(visit: Callable[..., Visit], built: Path, serve: Callable[[Path], str]):
    page = visit(f"{serve(built)}/search.html?q=costate").page
    expect(page.locator("#search-results .search-summary")).to_contain_text("finished", timeout=60_000)
    page.wait_for_load_state("networkidle")
    excerpts = page.locator("#search-results li p").all_inner_texts()
    assert len(excerpts) > 3
    assert [text for text in excerpts if re.search(r"\\[a-zA-Z(]|^import |from rknet", text)] == []
    assert [text for text in excerpts if re.search(r"(of|and|by|is|rate|at) [.,;]", text)] == []
    assert [text for text in excerpts if re.search("…[ ,;]*…", text)] == []
    assert sum("…" in text for text in excerpts) > 3


def test_results_read_from_a_file_show_first_sentences(visit: Callable[..., Visit], built: Path):
    opened = visit(f"{built.as_uri()}/search.html?q=costate")
    results = opened.page.locator("#search-results > ul > li")
    expect(opened.page.locator("#search-results .search-summary")).to_contain_text("found", timeout=60_000)
    result = results.filter(has=opened.page.locator("a[href='chapters/s3_2_costates.html']"))
    page = BeautifulSoup((built / "chapters" / "s3_2_costates.html").read_text("utf8"), "html.parser")
    assert result.locator("p").inner_text() == page.find("meta", attrs={"name": "description"})["content"]
    assert (opened.foreign, opened.errors) == ([], [])


# ---- by touch


@pytest.fixture
def phone(browser: Browser, built: Path) -> Iterator[Visit]:
    """A chapter with long formulas, equations to go to and solutions, on a phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    opened = Visit(context.new_page())
    opened.page.goto((built / "chapters" / "s2_paths.html").as_uri())
    settle(opened.page)
    yield opened
    context.close()


def test_a_tap_on_the_name_of_a_solution_opens_it(phone: Visit):
    page, address = phone.page, phone.page.url
    bar = page.locator(".solution.dropdown > .admonition-title").first
    for shown in (True, False):
        bar.tap(position={"x": 130, "y": 20})  # on the exercise's name
        expect(page.locator(".solution.dropdown section p").first).to_be_visible(visible=shown)
    assert (page.url, phone.errors) == (address, [])


def test_bars_unfold_wherever_they_are_tapped(browser: Browser, built: Path):
    """Also on a formula, an emphasised word or the arrow: each is the bar or its button to the theme's script."""
    context = browser.new_context(has_touch=True)
    opened = Visit(context.new_page())
    bars = 0
    for path in html_pages(built):
        opened.page.goto(path.as_uri())
        settle(opened.page)
        bars += opened.page.locator(".admonition.toggle > .admonition-title").count()
        assert (path.name, opened.page.evaluate(TAPPED_PARTS)) == (path.name, [])
    assert bars > 50
    context.close()


def test_a_tap_on_a_link_shows_where_it_leads_and_the_way_there(phone: Visit):
    page, address = phone.page, phone.page.url
    link = page.locator(".bd-article a.internal[href*='#equation-paper-2-10']").first
    link.scroll_into_view_if_needed()
    link.tap()
    way = page.locator(".preview .preview-way")
    expect(way).to_have_text("Go to (2.10)")
    expect(page.locator(".preview mjx-container")).to_be_visible()
    assert page.url == address
    page.locator("article h1").tap()
    expect(page.locator(".preview")).not_to_be_visible()
    link.scroll_into_view_if_needed()
    link.tap()
    way.tap()
    page.wait_for_url("**/s2_networks_as_odes.html#equation-paper-2-10")
    assert (phone.foreign, phone.errors) == ([], [])


def test_the_way_to_a_place_in_the_same_page_closes_the_preview(phone: Visit):
    page = phone.page
    link = page.locator(".bd-article a.internal[href^='#equation-']").first
    link.scroll_into_view_if_needed()
    link.tap()
    page.locator(".preview .preview-way").tap()
    page.wait_for_url("**/s2_paths.html#equation-*")
    expect(page.locator(".preview")).to_be_hidden()
    assert (phone.foreign, phone.errors) == ([], [])


def test_a_cut_formula_says_that_it_goes_on(phone: Visit):
    """In words above it, and by a fade at the edge, which goes when its end is reached."""
    page = phone.page
    formula = page.locator("#equation-eq-2-c > mjx-container")
    expect(formula).to_have_class(re.compile("more-right"))
    hints = page.locator("div.math").evaluate_all(HINTS)
    assert len(hints) > 1 and all(wide == (hint == '"Scroll the formula sideways."') for wide, hint in hints)
    formula.evaluate("(node) => { node.scrollLeft = node.scrollWidth; }")
    expect(formula).not_to_have_class(re.compile("more-right"))
    expect(formula).to_have_class(re.compile("more-left"))


# ---- on paper


def test_a_chapter_prints(chapter: Visit):
    chapter.page.emulate_media(media="print")
    for hidden in (".bd-sidebar-primary", ".bd-header-article", ".prev-next-area", ".flipbook-player"):
        assert not chapter.page.locator(hidden).first.is_visible(), hidden
    assert chapter.page.locator("img.flipbook").first.is_visible()
    assert chapter.page.pdf(format="A4").startswith(b"%PDF")


def test_long_tables_break_between_rows_on_paper_and_boxes_of_code_stay_whole(visit: Callable[..., Visit], built: Path):
    page = visit((built / "chapters" / "s4_trial.html").as_uri()).page
    assert page.locator(".ledger-filters").is_visible()
    page.emulate_media(media="print")
    assert not page.locator(".ledger-filters").is_visible()
    broken = {
        part: set(page.locator(part).evaluate_all("(parts) => parts.map((part) => getComputedStyle(part).breakInside)"))
        for part in (".ledger-table table", ".ledger-table tr", ".cell_input", "figure")
    }
    assert broken.pop(".ledger-table table") == {"auto"}
    assert set(map(frozenset, broken.values())) == {frozenset({"avoid"})}


def test_letters_of_formulas_have_no_outline(visit: Callable[..., Visit], built: Path):
    """Readers of PDFs draw the thinnest outline a whole pixel wide; the lines of an array are nothing but outline."""
    opened = visit((built / "chapters" / "s2_paths.html").as_uri())
    settle(opened.page)
    letters = opened.page.locator("mjx-container [data-c]")
    outlines = letters.evaluate_all("(parts) => parts.map((part) => getComputedStyle(part).stroke)")
    assert len(outlines) > 100 and set(outlines) == {"none"}
    lines = opened.page.evaluate(LINES_OF_AN_ARRAY)
    assert len(lines) == 2 and "none" not in lines
