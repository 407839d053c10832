"""The playground's first minute in a browser: what a reader sees, points at, is led through, and can take back."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from opening import LONG, Opened, record, untroubled, wait_for
from playwright.sync_api import Page, expect

from rknet import RK4Net, draw, split
from rknet.data import bayes
from rknet.playground import Playground
from rknet.playground.widget import GUIDE

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

import bundle

PHONE = {"width": 390, "height": 844}
ABOVE = 160
"""Pixels that the first page's sentences take above its playground on a laptop, besides the title and margins."""

PRINTED = 0.0501
"""Probabilities are shown in percent with one decimal; float32 may decide a tie."""


def inside(page: Page, selector: str) -> bool:
    """Whether an element lies within the window."""
    box, size = page.locator(selector).first.bounding_box(), page.viewport_size
    assert box and size
    return box["y"] >= 0 and box["y"] + box["height"] <= size["height"]


def differing(page: Page, name: str, before: str) -> None:
    """Wait until a canvas shows something else than before."""
    page.wait_for_function(f"(old) => document.querySelector('.rkp-{name} canvas').toDataURL() !== old", arg=before)


def pictures(page: Page) -> dict[str, str]:
    """What the three pictures show."""
    found = {}
    for name in ("traj", "feat", "decide"):
        found[name] = page.evaluate(f"document.querySelector('.rkp-{name} canvas').toDataURL()")
    return found


@pytest.mark.parametrize("guide", [False, True])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1366, 768)])
def test_the_first_screen_has_all_that_a_run_needs(opened: Opened, width: int, height: int, guide: bool):
    playground = Playground("space", presets=["plane", "space"], guide=guide)
    page = opened(playground, above=ABOVE, viewport={"width": width, "height": height}).page
    for step in range(len(GUIDE) if guide else 1):
        if step:
            page.get_by_role("button", name="Next", exact=True).click()
            page.get_by_text(f"{step + 1} of {len(GUIDE)}.").wait_for()
        for selector in (".rkp-play", ".rkp-sentence", ".rkp-feat canvas", ".rkp-decide canvas", ".rkp-layer input"):
            assert inside(page, selector), (step, selector)
        for name in ("learning rate", "depth L", "step size h"):
            box = page.get_by_role("slider", name=name).bounding_box()
            assert box and 0 <= box["y"] <= height - box["height"], (step, name)


def test_on_a_phone_play_leads_to_the_prediction_and_the_bar_covers_nothing(opened: Opened):
    page = opened(Playground("space", presets=["plane", "space"]), above=4 * ABOVE, viewport=PHONE).page
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "(() => { const { top, bottom } = document.querySelector('.rkp-decide canvas').getBoundingClientRect();"
        "return top >= 0 && bottom <= innerHeight; })()"
    )
    page.get_by_role("button", name="Pause").click()
    covered = page.evaluate(
        """[...document.querySelectorAll('.rkp :is(input[type=range], .rkp-square canvas)')].filter((slider) => {
          if (!slider.checkVisibility()) return false;
          return ['start', 'center', 'end'].some((block) => {
            slider.scrollIntoView({ block });
            const { left, top, width, height } = slider.getBoundingClientRect();
            return document.elementFromPoint(left + width / 2, top + height / 2) !== slider;
          });
        }).length"""
    )
    assert covered == 0


def test_the_button_below_the_controls_trains_on_and_leads_up_even_during_training(opened: Opened):
    page = opened(Playground("space", configuration={"epochs": 200}), above=4 * ABOVE, viewport=PHONE).page
    for _ in range(2):
        page.get_by_role("button", name="Train on").click()
        page.wait_for_function("document.querySelector('.rkp-bar').getBoundingClientRect().top < 100")
        assert page.get_by_role("button", name="Pause").is_visible()


FINGER = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
CONTRAST = """(button) => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map((x) => x * (colour.startsWith("color(") ? 255 : 1));
  const light = (colour) => parts(colour).slice(0, 3).map((x) => x / 255)
    .map((x) => (x > 0.04045 ? ((x + 0.055) / 1.055) ** 2.4 : x / 12.92))
    .reduce((sum, x, k) => sum + [0.2126, 0.7152, 0.0722][k] * x, 0);
  const { color, backgroundColor } = getComputedStyle(button);
  const [a, b] = [light(color), light(backgroundColor)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}"""
READABLE, FINGERTIP = 4.5, 44
"""The least contrast of text and the least size of what is tapped, in pixels (WCAG 2.2, 1.4.3 and 2.5.5)."""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("touched", [True, False])
def test_a_chosen_button_stays_readable_under_pointer_and_finger(opened: Opened, touched: bool, theme: str):
    options = FINGER if touched else {}
    page = opened(Playground("space", presets=["plane", "space"]), theme=theme, **options).page
    for name in ("2D cannot untie the donut", "One extra dimension", "flat"):
        button = page.get_by_role("button", name=name)
        button.tap() if touched else button.click()
        assert button.get_attribute("aria-pressed") == "true"
        assert button.evaluate(CONTRAST) > READABLE


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_play_and_next_stay_readable_under_the_pointer(opened: Opened, theme: str):
    page = opened(Playground("space", guide=True), theme=theme).page
    for name in ("Play", "Next"):
        button = page.get_by_role("button", name=name, exact=True)
        button.hover()
        assert button.evaluate(CONTRAST) > READABLE, name


UNKNOWN = """(text) => {
  const rules = [...text.replace(/\\/\\*.*?\\*\\//gs, "").matchAll(/([^{}]+)\\{/g)].map(([, rule]) => rule.trim());
  return rules.filter((rule) => !rule.startsWith("@")).filter((rule) => {
    try { document.querySelector(rule); } catch { return true; }
  });
}"""


@pytest.mark.parametrize("module", ["page/style.mjs", "laboratories/style.mjs"])
def test_every_rule_of_the_style_is_one_that_a_browser_knows(opened: Opened, node, module: str):
    code = "console.log((await import(process.argv[1])).STYLE)"
    style = node("--input-type=module", "--eval", code, (bundle.SOURCES / module).as_uri())
    assert opened(Playground("space")).page.evaluate(UNKNOWN, style) == []


def test_what_is_tapped_is_as_large_as_a_fingertip(opened: Opened):
    page = opened(Playground("space", presets=["plane", "space"], guide=True), **FINGER).page
    small = page.evaluate(
        """(least) => [...document.querySelectorAll('.rkp :is(button, select, input[type=range])')]
          .filter((part) => part.checkVisibility()).map((part) => [part.textContent, part.getBoundingClientRect()])
          .filter(([, { width, height }]) => Math.min(width, height) < least).map(([text]) => text)""",
        FINGERTIP,
    )
    assert small == []


def test_a_folded_summary_of_two_lines_has_no_gap(opened: Opened):
    page = opened(Playground("space", compact=True), **{**FINGER, "viewport": {"width": 330, "height": 800}}).page
    summary = page.get_by_text("Data, noise, lift")
    tops = summary.evaluate(
        """(element) => {
          const text = document.createRange();
          text.selectNodeContents(element);
          return [...new Set([...text.getClientRects()].map((box) => box.top))];
        }"""
    )
    box = summary.bounding_box()
    assert box and box["height"] >= FINGERTIP
    assert len(tops) == 2 and tops[1] - tops[0] < 24


def test_each_step_of_the_guide_shows_its_words_its_picture_and_the_slider_on_a_phone(opened: Opened):
    page = opened(Playground("space", presets=["plane", "space"], guide=True), above=4 * ABOVE, **FINGER).page
    for k in range(1, len(GUIDE)):
        page.get_by_role("button", name="Next", exact=True).tap()
        page.get_by_text(f"{k + 1} of {len(GUIDE)}.").wait_for()
        page.wait_for_function("document.querySelector('.rkp-guide').getBoundingClientRect().top < 100")
        page.wait_for_timeout(300)  # until nothing scrolls any longer
        for selector in (".rkp-guide-text", ".rkp-guide-right", ".rkp-play", ".rkp-feat canvas", ".rkp-layer input"):
            assert inside(page, selector), selector


def test_the_guide_says_that_it_trains_and_how_many_points_are_right(opened: Opened):
    page = opened(Playground("space", presets=["plane", "space"], guide=True), viewport=PHONE).page
    right = page.locator(".rkp-guide-right")
    assert not right.is_visible()  # nothing is trained in the first step
    for step in GUIDE[1:]:
        page.get_by_role("button", name="Next", exact=True).click()
        assert re.search(
            r"trains for \d+ epochs|Training starts (by itself|again)", page.inner_text(".rkp-guide-text")
        ), step
        page.wait_for_function("+document.querySelector('.rkp').dataset.step > 0", timeout=LONG)
        page.wait_for_function("document.querySelector('.rkp-guide-right').textContent")
    begun = right.inner_text()
    page.wait_for_function("(old) => document.querySelector('.rkp-guide-right').textContent !== old", arg=begun)
    page.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(500)  # until the last snapshot has come
    share = page.inner_text(".rkp-decide .rkp-title").removeprefix("prediction: ").removesuffix(" right")
    limit = f"{100 * bayes.accuracy('donut_2D'):.1f} %"
    assert right.inner_text() == f"{share} of the new points are right; the best possible is {limit}"


@pytest.mark.parametrize("header", [0, 64])
def test_after_the_guide_the_experiments_are_in_sight_on_a_phone(opened: Opened, header: int):
    seen = opened(Playground("space", presets=["plane", "space"], guide=True), above=4 * ABOVE, **FINGER)
    page = seen.page
    page.add_style_tag(content=f"html {{ scroll-padding-top: {header}px; }}")
    for _ in GUIDE[1:]:
        page.get_by_role("button", name="Next", exact=True).tap()
    page.get_by_role("button", name="Done", exact=True).tap()
    page.wait_for_timeout(1000)  # until nothing scrolls any longer
    for name in ("2D cannot untie the donut", "Guided start", "Pause"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box and header <= box["y"] < PHONE["height"] - box["height"], name


def test_the_guide_ends_where_other_points_are_chosen_and_begins_with_its_own(opened: Opened):
    page = opened(Playground("space", presets=["plane", "depth"], guide=True)).page
    page.locator("input[type=radio][value=squares]").check(force=True)
    assert not page.locator(".rkp-guide").is_visible()
    page.get_by_role("button", name="Depth helps RK4Net").click()
    page.get_by_role("button", name="Guided start").click()
    assert page.inner_text(".rkp-guide-text").startswith("1 of")
    assert page.locator("input[type=radio][value=donut_2D]").is_checked()
    assert record(page)["configuration"]["data"] == "donut_2D"


def test_the_classes_of_own_points_stand_at_the_canvas(opened: Opened):
    page = opened(Playground("space"), viewport=PHONE, reduced_motion="reduce").page
    page.locator("input[type=radio]").last.check(force=True)
    assert inside(page, ".rkp-decide canvas")  # where to draw
    board, button = page.locator(".rkp-decide canvas"), page.get_by_role("button", name="class 2")
    box, place = board.bounding_box(), button.bounding_box()
    assert box and place
    assert 0 <= place["y"] - (box["y"] + box["height"]) < 50


def test_a_point_is_followed_in_all_pictures_with_its_probabilities(opened: Opened):
    train, validation = split(draw("donut_2D", 300, seed=5), 150)
    net = RK4Net(2, 3, 2, 6, h=0.3, seed=3)
    seen = opened(Playground(net=net, data=(train, validation)), viewport={"width": 1280, "height": 1000})
    page, readout = seen.page, seen.page.locator(".rkp-probe")
    board = page.locator(".rkp-decide canvas").bounding_box()
    assert board
    hint, before = readout.inner_text(), pictures(page)
    page.mouse.move(board["x"] + 0.11 * board["width"], board["y"] + 0.93 * board["height"])  # where no point is
    for name, picture in before.items():
        differing(page, name, picture)
    numbers = [float(x) for x in re.findall(r"-?\d+\.\d+", readout.inner_text().replace("−", "-"))]
    with torch.no_grad():
        expected = torch.softmax(net(torch.tensor([numbers[:2]])), 1)[0].numpy()
    np.testing.assert_allclose(numbers[2:], 100 * expected, atol=0.5)  # the place is shown with two decimals
    assert numbers[0] == pytest.approx(8 * 0.11 - 4, abs=0.1) and numbers[1] == pytest.approx(4 - 8 * 0.93, abs=0.1)
    features = page.locator(".rkp-feat canvas").bounding_box()
    assert features
    page.mouse.move(5, 5)
    page.wait_for_function("(hint) => document.querySelector('.rkp-probe').textContent === hint", arg=hint)
    for column in np.linspace(0.2, 0.8, 13):  # across the middle, until a point is met
        page.mouse.move(features["x"] + column * features["width"], features["y"] + features["height"] / 2)
        page.wait_for_timeout(60)
        if readout.inner_text() != hint:
            break
    shown = [float(x) for x in re.findall(r"-?\d+\.\d+", readout.inner_text().replace("−", "-"))]
    assert np.abs(validation.X - shown[:2]).max(axis=1).min() < PRINTED  # a point of the set, not any place
    untroubled(seen)


def test_a_finger_and_the_arrow_keys_pick_a_point_too(opened: Opened):
    page = opened(Playground("space"), viewport=PHONE, has_touch=True).page
    readout, board = page.locator(".rkp-probe"), page.locator(".rkp-decide canvas")
    hint = readout.inner_text()
    page.touchscreen.tap(*[board.bounding_box()[side] + 40 for side in ("x", "y")])
    page.wait_for_function("(hint) => document.querySelector('.rkp-probe').textContent !== hint", arg=hint)
    board.focus()
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_function("document.querySelector('.rkp-probe').textContent.startsWith('(0.99, 0.0')")
    page.keyboard.press("Escape")
    page.wait_for_function("(hint) => document.querySelector('.rkp-probe').textContent === hint", arg=hint)


def test_the_guided_start_leads_through_its_steps_and_can_be_skipped(opened: Opened):
    seen = opened(Playground("space", presets=["plane", "space"], guide=True))
    page = seen.page
    for k, step in enumerate(GUIDE):
        text = page.inner_text(".rkp-guide-text")
        assert text == f"{k + 1} of {len(GUIDE)}. {step['title']}. {step['say']}"
        chosen = record(page)["configuration"]
        assert chosen["d_hat"] == step.get("configuration", {"d_hat": 3})["d_hat"]
        if step.get("epochs"):
            page.wait_for_function(
                f"+document.querySelector('.rkp').dataset.step >= {300 * step['epochs']}", timeout=LONG
            )
            page.wait_for_function("document.querySelector('.rkp-feat .rkp-title').textContent.endsWith(' 10')")
        if step.get("play"):
            page.get_by_role("button", name="Pause").wait_for(timeout=LONG)
        page.get_by_role("button", name="Done" if k + 1 == len(GUIDE) else "Next", exact=True).click()
        page.wait_for_timeout(300)
    assert not page.locator(".rkp-guide").is_visible()
    page.get_by_role("button", name="Guided start").click()
    page.get_by_role("button", name="Skip").click()
    assert not page.locator(".rkp-guide").is_visible()
    assert page.get_by_role("button", name="One extra dimension").is_visible()
    untroubled(seen)
    assert not opened(Playground("space", guide=True), "#rknet?data=squares").page.locator(".rkp-guide").is_visible()


def test_a_change_that_begins_a_new_run_is_said_and_taken_back(opened: Opened):
    page = opened(Playground("space")).page
    for _ in range(3):
        page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_selector('.rkp[data-step="3"]')
    first, undo = record(page), page.get_by_role("button", name="Back to the run before")
    assert not undo.is_visible()
    page.get_by_label("width").press("ArrowRight")
    page.get_by_label("depth").press("ArrowRight")
    page.wait_for_function("location.hash.includes('L=21&')")
    page.wait_for_function(
        "document.querySelector('.rkp-sentence').textContent.startsWith('Your change began a new run')"
    )
    assert "the one before had 3 steps of training" in page.inner_text(".rkp-sentence")
    undo.click()
    page.wait_for_selector('.rkp[data-step="3"]')
    assert record(page) == first
    assert not undo.is_visible()


def test_a_finger_that_turns_the_features_keeps_the_followed_point_and_a_tap_picks_one(opened: Opened):
    """Own points are drawn by a tap of the prediction, which follows none."""
    page = opened(Playground("space"), **FINGER).page
    canvas, probe = page.locator(".rkp-feat canvas"), page.locator(".rkp-probe")
    canvas.scroll_into_view_if_needed()
    canvas.tap()
    page.wait_for_function("document.querySelector('.rkp-probe').textContent.startsWith('(')")
    followed, view, box = probe.inner_text(), canvas.evaluate("(c) => c.toDataURL()"), canvas.bounding_box()
    assert box
    touch = page.context.new_cdp_session(page)
    for k in range(11):
        points = [{"x": box["x"] + box["width"] / 2 + 8 * k, "y": box["y"] + box["height"] / 2}]
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove" if k else "touchStart", "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    differing(page, "feat", view)
    assert probe.inner_text() == followed
    page.locator("input[type=radio]").last.check(force=True)
    expect(probe).to_have_text("Tap the features or the trajectories to follow one point.")
    page.locator(".rkp-decide canvas").tap(position={"x": 200, "y": 40})
    page.wait_for_timeout(300)  # until a followed point would be shown
    assert probe.inner_text().startswith("Tap the features")


def test_words_that_come_and_go_move_the_pictures_once(opened: Opened):
    """On a phone, where they stand above the pictures; a screen of another width begins anew."""
    page = opened(Playground("space"), **FINGER).page
    picture = page.locator(".rkp-decide canvas")

    def top() -> float:
        page.wait_for_timeout(100)  # until the next frame
        return picture.evaluate("(canvas) => canvas.getBoundingClientRect().top + scrollY")

    def say(words: str) -> None:
        page.evaluate("(words) => { document.querySelector('.rkp-sentence').textContent = words; }", words)

    at_first = top()
    say(SPOKEN)
    below = top()
    assert below > at_first
    say("")
    assert top() == below
    page.set_viewport_size({"width": 400, "height": 844})
    assert top() < below


def test_undo_brings_the_learning_rates_back(opened: Opened):
    """A rate that was changed on the way, and one that began a new run."""
    few = {"samples": 60, "epochs": 2}
    page = opened(Playground("space", configuration={**few, "rates": [[3, 1e-2]]})).page
    for _ in range(5):
        page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_selector('.rkp[data-step="5"]')
    first, rate = record(page), page.get_by_label("learning rate")
    assert first["configuration"]["rates"] == [[3, 1e-2]]
    page.get_by_label("depth").press("ArrowRight")
    page.get_by_role("button", name="Back to the run before").click()
    page.wait_for_selector('.rkp[data-step="5"]')
    assert record(page) == first and rate.get_attribute("aria-valuetext") == "0.01"
    page.get_by_role("button", name="Play").click()
    wait_for(page)
    ended = record(page)
    rate.press("ArrowRight")
    page.wait_for_function("document.querySelector('.rkp-sentence').textContent.startsWith('Your change')")
    assert record(page)["configuration"]["rate"] == 3e-2
    page.get_by_role("button", name="Back to the run before").click()
    wait_for(page)
    assert record(page) == ended and rate.get_attribute("aria-valuetext") == "0.01"


def test_undo_knows_a_rate_that_was_changed_just_before(opened: Opened):
    page = opened(Playground("space", configuration={"samples": 60, "epochs": 2})).page
    page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_selector('.rkp[data-step="1"]')
    page.evaluate(
        """() => {
          for (const label of ["learning rate", "depth"]) {
            const found = [...document.querySelectorAll(".rkp label")].find((l) => l.textContent.startsWith(label));
            found.control.stepUp();
            found.control.dispatchEvent(new Event("input", { bubbles: true }));
          }
        }"""
    )
    page.get_by_role("button", name="Back to the run before").click()
    page.wait_for_selector('.rkp[data-step="1"]')
    assert record(page)["configuration"]["rates"] == [[1, 3e-3]]


def test_a_run_that_is_watched_ends_with_the_bits_of_one_at_full_speed(opened: Opened):
    found = []
    for speed in ("10 s a run", "full speed"):
        page = opened(Playground("space", configuration={"epochs": 2, "samples": 60})).page
        page.get_by_label("speed", exact=True).select_option(label=speed)
        page.get_by_role("button", name="Play").click()
        wait_for(page)
        found.append(record(page))
    assert found[0] == found[1]


def test_the_view_turns_while_a_net_is_trained_until_it_is_taken_hold_of(opened: Opened):
    endless = {"L": 100, "epochs": 1000}
    page = opened(Playground("space", configuration=endless)).page
    angle = page.get_by_label("turn")
    at_rest = angle.get_attribute("aria-valuetext")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(
        f"document.querySelector('.rkp-layer [aria-valuetext$=\"°\"]').ariaValueText !== {json.dumps(at_rest)}"
    )
    angle.press("Home")
    page.wait_for_timeout(500)
    assert angle.get_attribute("aria-valuetext") == "−180°"
    calm = opened(Playground("space", configuration=endless), reduced_motion="reduce").page
    calm.get_by_role("button", name="Play").click()
    calm.wait_for_timeout(1500)
    assert calm.get_by_label("turn").get_attribute("aria-valuetext") == at_rest
    assert not calm.get_by_role("button", name="sway").is_visible()


def test_the_guided_start_has_no_barrier(opened: Opened, npm_package: Callable[[str], Path]):
    page = opened(Playground("space", presets=["plane", "space"], guide=True)).page
    page.evaluate((npm_package("axe-core") / "axe.min.js").read_text("utf8"))
    assert page.evaluate("axe.run('.rkp').then((result) => result.violations.map((v) => v.id))") == []


PLACES = """() => {
  const parts = [...document.querySelectorAll(".rkp-race > .rkp-canvas, .rkp-racer canvas, .rkp-race-bar > *")];
  return parts.filter((part) => part.checkVisibility()).map((part) => {
    const { left, top } = part.getBoundingClientRect();
    return [left, top + scrollY].map(Math.round);
  });
}"""
SPOKEN = (
    "The network is right on 100.0 % of the points it was trained with, but on 94.0 % of new ones: it learns them by "
    "heart. No training point lies in the orange region at the bottom right: its colour is a guess."
)
"""Long words of a network in a race."""


@pytest.mark.parametrize("width", [390, 700, 1280])
def test_what_is_said_in_a_race_moves_no_picture(opened: Opened, width: int):
    few, phone = {"samples": 60, "epochs": 3}, FINGER if width == PHONE["width"] else {}
    page = opened(
        Playground(race=["plane", "space"], configuration=few), **{**phone, "viewport": {"width": width, "height": 900}}
    ).page
    page.wait_for_selector("section + section .rkp[data-state]", timeout=LONG)
    page.wait_for_timeout(500)  # until all is painted
    before = page.evaluate(PLACES)
    assert len(before) == 5 + 4 + 3  # pictures, and controls above and below them
    page.evaluate(
        f"""() => {{
          window.seen = new Set();
          (function look() {{
            seen.add(JSON.stringify(({PLACES})()));
            requestAnimationFrame(look);
          }})();
        }}"""
    )
    page.locator(".rkp-race-bar .rkp-play").click()
    for lane in ("section:first-child", "section:last-child"):
        page.wait_for_selector(f"{lane} .rkp[data-state=finished]", timeout=LONG)
    page.wait_for_function("document.querySelector('.rkp-race [role=status]').textContent.startsWith('New points')")
    page.evaluate("(words) => { document.querySelector('.rkp-racer .rkp-sentence').textContent = words; }", SPOKEN)
    page.wait_for_timeout(100)  # until the next frame
    assert page.evaluate("[...seen]") == [json.dumps(before, separators=(",", ":"))]


def test_a_race_trains_all_nets_on_the_same_points_under_one_play(opened: Opened, npm_package: Callable[[str], Path]):
    few = {"samples": 60, "epochs": 3}
    seen = opened(Playground(race=["plane", "space"], configuration=few), viewport={"width": 1280, "height": 900})
    page, lanes = seen.page, seen.page.locator(".rkp .rkp")
    page.wait_for_selector("section + section .rkp[data-state]", timeout=LONG)
    assert [h.split(", ")[1] for h in page.locator(".rkp-lane").all_inner_texts()] == ["width 2", "width 3"]
    page.evaluate((npm_package("axe-core") / "axe.min.js").read_text("utf8"))
    assert page.evaluate("axe.run('.rkp-race').then((result) => result.violations.map((v) => v.id))") == []
    page.get_by_label("data", exact=True).select_option("squares")
    lanes.nth(1).get_by_label("network", exact=True).select_option("euler")
    page.get_by_role("button", name="Next seed").click()
    page.locator(".rkp-race-bar .rkp-play").click()
    for lane in ("section:first-child", "section:last-child"):
        page.wait_for_selector(f"{lane} .rkp[data-state=finished]", timeout=LONG)
    said = page.inner_text(".rkp-race > .rkp-steady")
    assert re.match(
        r"New points right, 1: \d+\.\d % after 3 epochs; 2: \d+\.\d % after 3 epochs\. Ahead: \w+, width", said
    )
    page.add_style_tag(content=".rkp .rkp-racer > .rkp-top { display: flex !important; }")  # to export what was run
    runs = []
    for lane in lanes.all():
        with page.expect_download() as download:
            lane.get_by_role("button", name="Export").click()
        runs.append(json.loads(Path(download.value.path()).read_text("utf8")))
    first, second = [run["configuration"] for run in runs]
    assert runs[0]["data"] == runs[1]["data"]
    assert first == {**second, "d_hat": 2, "scheme": "rk4"} and (second["d_hat"], second["scheme"]) == (3, "euler")
    assert (first["data"], first["seed"], first["samples"], first["epochs"]) == ("squares", 1, 60, 3)
    page.keyboard.press("r")
    page.wait_for_selector('section:first-child .rkp[data-step="0"]')
    assert seen.errors == [] and seen.foreign == []
    assert [lane.get_attribute("data-where") for lane in lanes.all()] == ["worker", "worker"]
