"""The laboratories in a browser, from a file and without a network: they draw, obey, and speak."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import execute
import numpy as np
import pytest
from browsing import Visit

from rknet.laboratories import (
    DigitLaboratory,
    FeatureLaboratory,
    FlowInSpace,
    SchemeLaboratory,
    TableauLaboratory,
    TrainingLaboratory,
    run,
)
from rknet.laboratories.laboratory import Laboratory

sys.path.insert(0, str(execute.BOOK / "_ext"))

import rknet_playground

BLUE = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return Array.from({ length: data.length / 4 }, (_, k) => data[4 * k + 2] - data[4 * k] > 60).filter(Boolean).length;
}"""
"""How many pixels of a canvas are blue."""
ONE_I = 0.707, 0.354
"""Where z = i lies in the canvas of the stability region, as shares of its width and height."""
LONG = 300_000
"""Milliseconds to wait for a training on a machine that is busy with something else."""

Opened = Callable[..., Visit]


@pytest.fixture
def opened(visit: Callable[..., Visit], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """A page from a file with laboratories below a figure; nothing is drawn in Python."""
    monkeypatch.setattr(Laboratory, "_redraw", lambda *_: None)
    monkeypatch.setattr(run, "EPOCHS", 2)
    monkeypatch.setattr(run, "SAMPLES", 100)

    def go(*laboratories: Laboratory | FlowInSpace, theme: str = "light", **options: object) -> Visit:
        (tmp_path / "script.js").write_text(rknet_playground.script("laboratories"), "utf8")
        body = "".join(laboratory.to_html() for laboratory in laboratories)
        figure = '<figure id="fig-still"><img alt="a still" src="data:,"><figcaption>caption</figcaption></figure>'
        (tmp_path / "page.html").write_text(
            f'<!doctype html><html lang="en" data-theme="{theme}"><head><meta charset="utf-8"><title>page</title>'
            '<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">'
            f'<style>html {{ color-scheme: {theme}; }}</style><script src="script.js" defer></script></head>'
            f"<body><main><h1>page</h1>{figure}{body}</main></body></html>",
            "utf8",
        )
        seen = visit((tmp_path / "page.html").as_uri(), **options)
        seen.page.wait_for_selector(".rkl", timeout=LONG)
        return seen

    return go


def said(seen: Visit) -> str:
    return seen.page.locator(".rkl-say").inner_text()


def test_the_step_size_is_changed_by_keyboard_and_the_sentence_follows(opened: Opened):
    seen = opened(SchemeLaboratory("rk4", 1.5, 20))
    assert "h = 1.5, the states leave the closed orbit inwards in 20 layers" in said(seen)
    slider = seen.page.get_by_role("slider", name="step size h")
    slider.focus()
    slider.press("Home")
    assert "h = 0.05, the states stay on the closed orbit in 20 layers" in said(seen)
    seen.page.get_by_role("button", name="Reset").click()
    assert "h = 1.5" in said(seen)
    assert seen.errors == [] and seen.foreign == []


def test_a_pointer_drags_the_step_size(opened: Opened):
    seen = opened(SchemeLaboratory("euler", 0.5, 14), viewport={"width": 1000, "height": 800})
    box = seen.page.locator("canvas").nth(2).bounding_box()
    assert box
    seen.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 10)
    seen.page.mouse.down()
    seen.page.mouse.up()
    assert "h = 2," in said(seen)


def test_a_finger_takes_a_point_of_the_stability_region_and_scrolls_beside_it(opened: Opened):
    seen = opened(
        SchemeLaboratory("rk4", 1.0, 14), viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page, touch = seen.page, seen.page.context.new_cdp_session(seen.page)
    plane = page.locator(".rkl canvas").nth(2)

    def drag(x: float, y: float, dy: float) -> tuple[float, str]:
        """From a place of the canvas downwards: how far the page scrolls, and what is said."""
        plane.evaluate("(canvas) => canvas.scrollIntoView({ block: 'center' })")
        box, before = plane.bounding_box(), page.evaluate("scrollY")
        assert box
        for k in range(11):
            points = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"] + k * dy / 10}]
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove" if k else "touchStart", "touchPoints": points})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_timeout(100)  # until the next frame
        return page.evaluate("scrollY") - before, said(seen)

    assert "h = 1," in said(seen)
    scrolled, words = drag(*ONE_I, 60)
    assert scrolled == 0 and "h = 1," not in words
    scrolled, _ = drag(0.1, 0.2, 60)
    assert scrolled < 0


def test_a_typed_tableau_is_read_and_a_wrong_one_is_told(opened: Opened):
    seen = opened(TableauLaboratory("heun"))
    assert "Heun has order 2. With its partner it forms a symplectic pair of order 2" in said(seen)
    assert not seen.page.get_by_label("beta").is_visible()
    seen.page.get_by_label("scheme").select_option("your own, typed below")
    assert "Your tableau has order 3" in said(seen)
    seen.page.get_by_label("beta").fill("1/4, 3/8")
    alert = seen.page.get_by_role("alert")
    assert alert.inner_text().startswith("A: must have one row of at most s entries for each of the s = 2 weights")
    seen.page.get_by_label("beta").fill("1/4, 0, 3/4")
    assert not alert.is_visible() and "A weight is zero" in said(seen)
    assert seen.errors == []


@pytest.mark.parametrize(
    "laboratory", [lambda: TrainingLaboratory(L=3), lambda: FeatureLaboratory()], ids=["training", "features"]
)
def test_a_net_is_trained_and_a_change_trains_it_again(opened: Opened, laboratory: Callable[[], Laboratory]):
    seen = opened(laboratory())
    seen.page.get_by_role("button", name="Train").click()
    seen.page.wait_for_function("document.querySelector('.rkl-say').textContent.startsWith('After 2 epochs')")
    seen.page.get_by_role("slider", name="layers L").press("Home")
    before = "In grey, the run before with layers L = "
    seen.page.wait_for_function(f"document.querySelector('.rkl-say').textContent.includes('{before}')")
    assert said(seen).startswith("After 2 epochs") and seen.page.get_by_text("epoch 2 of 2").is_visible()
    assert seen.errors == [] and seen.foreign == []


PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_no_button_is_narrower_than_its_text_on_a_phone(opened: Opened):
    laboratories = SchemeLaboratory(), TableauLaboratory("dopri5"), TrainingLaboratory(), FeatureLaboratory()
    page = opened(*laboratories, DigitLaboratory(), **PHONE).page
    cut = "(all) => all.filter((b) => b.scrollWidth > b.clientWidth).map((b) => b.textContent)"
    assert page.get_by_role("button", name="Reset").count() == 5
    assert page.locator(".rkl button").evaluate_all(cut) == []


@pytest.mark.parametrize("options", [PHONE, {"viewport": {"width": 1000, "height": 800}}], ids=["phone", "laptop"])
def test_what_is_counted_in_training_moves_no_picture(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, options: dict[str, object]
):
    monkeypatch.setattr(run, "EPOCHS", 12)  # from one digit to two
    page = opened(TrainingLaboratory(L=3), **options).page
    places = """() => [...document.querySelectorAll('.rkl :is(canvas, progress)')].map((part) => {
      const { left, top, width } = part.getBoundingClientRect();
      return [left, top + scrollY, width];
    })"""
    assert page.get_by_text("epoch 0 of 12").is_visible()
    page.wait_for_timeout(500)  # until all is painted
    before = page.evaluate(places)
    page.evaluate(
        f"""() => {{
          window.seen = new Set();
          (function look() {{
            seen.add(JSON.stringify(({places})()));
            requestAnimationFrame(look);
          }})();
        }}"""
    )
    page.get_by_role("button", name="Train").click()
    page.get_by_text("epoch 12 of 12").wait_for(timeout=LONG)
    page.wait_for_timeout(200)
    row, button = (page.locator(part).bounding_box() for part in (".rkl-row", ".rkp-play"))
    assert row and button and row["height"] == button["height"]  # all on one line
    assert len(before) == 4 and page.evaluate("[...seen].map((at) => JSON.parse(at))") == [before]


def test_a_drawn_digit_is_read(opened: Opened):
    """A vertical line is a one, wherever and however small it is drawn."""
    seen = opened(DigitLaboratory("8", 4), viewport={"width": 1000, "height": 800})
    chosen = seen.page.get_by_label("digit", exact=True).locator("option:checked")
    assert "this digit as 8" in said(seen) and chosen.inner_text() == "an 8 of MNIST"
    seen.page.get_by_role("button", name="Clear").click()
    assert said(seen).startswith("Draw a digit.") and chosen.inner_text() == "nothing drawn"
    seen.page.wait_for_timeout(100)  # until it is painted
    assert seen.page.locator("canvas").nth(2).evaluate(BLUE) == 0  # no bar
    box = seen.page.locator("canvas").first.bounding_box()
    assert box
    x, y = box["x"] + 0.7 * box["width"], box["y"] + 0.2 * box["height"]
    seen.page.mouse.move(x, y)
    seen.page.mouse.down()
    seen.page.mouse.move(x - 3, y + 0.45 * box["height"], steps=8)
    seen.page.mouse.up()
    assert "your drawing as 1" in said(seen) and chosen.inner_text() == "your drawing"
    seen.page.wait_for_timeout(100)
    assert seen.page.locator("canvas").nth(2).evaluate(BLUE) > 1000
    seen.page.get_by_role("slider", name="layer").press("Home")
    assert seen.page.get_by_text("channels at layer 0 of 4").is_visible()
    assert "your drawing as 1" in said(seen)
    seen.page.get_by_label("digit", exact=True).select_option("5")
    assert "this digit as 5" in said(seen) and chosen.inner_text() == "a 5 of MNIST"
    assert seen.errors == []


def test_a_flow_is_played_and_turned(opened: Opened):
    cloud = np.random.default_rng(0).normal(size=(11, 50, 3)).cumsum(axis=0)
    flow = FlowInSpace("fig-still", "a cloud", cloud, np.arange(50) % 2)
    seen = opened(flow)
    assert seen.page.get_by_text("layer 10 of 10").is_visible()
    picture = "document.querySelector('.rkl canvas').toDataURL()"
    views = [seen.page.evaluate(picture)]
    seen.page.locator(".rkl canvas").press("ArrowLeft")
    seen.page.wait_for_timeout(100)
    views.append(seen.page.evaluate(picture))
    seen.page.get_by_role("slider", name="layer").press("Home")
    assert seen.page.get_by_text("layer 0 of 10").is_visible()
    seen.page.wait_for_timeout(100)
    views.append(seen.page.evaluate(picture))
    assert len(set(views)) == 3
    play = seen.page.locator(".rkp-play")
    play.click()
    assert play.inner_text().strip() == "Pause"
    seen.page.wait_for_function("document.querySelector('.rkp-play').textContent.trim() === 'Play'")
    assert seen.page.get_by_text("layer 10 of 10").is_visible()
    assert seen.page.locator("figure .rkl").count() == 1 and seen.errors == []


def test_the_laboratory_takes_the_place_of_its_still(opened: Opened):
    seen = opened(SchemeLaboratory().in_place_of("fig-still"))
    assert seen.page.locator("figure .rkl").count() == 1
    assert "flipbook-sheet" in (seen.page.locator("img").get_attribute("class") or "")


def test_the_specification_names_every_control_of_the_notebook() -> None:
    for laboratory in (SchemeLaboratory, TableauLaboratory, TrainingLaboratory, FeatureLaboratory, DigitLaboratory):
        made = laboratory.__new__(laboratory)
        names = [control.name for control in laboratory.stated()]
        assert laboratory.kind and laboratory.title, made
        assert json.loads(json.dumps(laboratory.given())) and len(set(names)) == len(names)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 360])
def test_nothing_is_wider_than_the_screen_and_axe_finds_nothing(
    opened: Opened, npm_package: Callable[[str], Path], theme: str, width: int
):
    laboratories = SchemeLaboratory(), TableauLaboratory("dopri5"), TrainingLaboratory(), FeatureLaboratory()
    laboratories += (DigitLaboratory(),)
    seen = opened(*laboratories, theme=theme, viewport={"width": width, "height": 800})
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    seen.page.add_script_tag(path=npm_package("axe-core") / "axe.min.js")
    found = seen.page.evaluate("axe.run(document).then(({ violations }) => violations)")
    assert [(one["id"], one["impact"], [node["html"] for node in one["nodes"]]) for one in found] == []
