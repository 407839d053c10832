"""The playground in a browser, from a file and without a network: it trains, repeats itself, and obeys the keyboard."""

import html
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from browsing import Visit
from opening import LONG, Opened, record, untroubled, wait_for
from playwright.sync_api import Page

from rknet.data import bayes
from rknet.playground import Playground
from rknet.playground.widget import MODULE

# ---- it trains


def test_the_spiral_is_learned_within_fifteen_epochs(opened: Opened):
    seen = opened(Playground("depth", configuration={"epochs": 15}))
    chosen = record(seen.page)["configuration"]
    assert (chosen["data"], chosen["scheme"], chosen["d_hat"], chosen["L"]) == ("spiral", "rk4", 16, 20)
    seen.page.get_by_role("button", name="Play").click()
    wait_for(seen.page)
    history = record(seen.page)["history"]
    assert len(history["val_accuracy"]) == 16
    assert history["val_accuracy"][-1] > 0.95
    shown = float(seen.page.locator(".rkp-number").inner_text().split()[0])
    assert shown == pytest.approx(100 * history["val_accuracy"][-1], abs=0.05 + 1e-9)
    untroubled(seen)


def test_a_third_dimension_frees_the_disc(opened: Opened):
    seen = opened(Playground("space", configuration={"epochs": 12}))
    seen.page.get_by_role("button", name="Play").click()
    wait_for(seen.page)
    sampling = 0.02  # three standard errors of 1500 points
    assert record(seen.page)["history"]["val_accuracy"][-1] > bayes.accuracy("donut_2D") - sampling
    untroubled(seen)


def test_a_deep_standardnet_is_said_to_collapse(opened: Opened):
    seen = opened(Playground("forgets"))
    assert re.search(
        r"features are collapsing: at layer 40 their spread is .*10⁻", seen.page.inner_text(".rkp-sentence")
    )


def test_features_that_overflow_are_said_to(opened: Opened):
    """Euler's method with h = 10 may multiply features by 11 in each of a hundred layers; float32 ends at 2^128."""
    large = {"scheme": "euler", "h": 10, "L": 100, "d_hat": 16, "activation": "relu", "lift": "linear"}
    seen = opened(Playground("plane", configuration=large))
    seen.page.wait_for_timeout(500)  # until every picture is painted
    assert seen.page.inner_text(".rkp-sentence") == (
        "The features overflow before training begins. Take a smaller step than h = 10."
    )
    untroubled(seen)


def test_a_net_and_points_from_python_go_on_where_they_were(opened: Opened):
    from rknet import RK4Net, draw, split

    train, validation = split(draw("squares", 200, seed=5), 100)
    net = RK4Net(2, 3, 2, 4, h=0.2, seed=3)
    seen = opened(Playground(net=net, data=(train, validation), configuration={"epochs": 1}))
    accuracy = (net.predict(validation.X) == validation.c).mean()
    assert record(seen.page)["history"]["val_accuracy"] == [pytest.approx(accuracy)]
    untroubled(seen)


VIEWS = """
const source = SOURCE, heard = new Map();
window.state = STATE;
window.tell = (name, value) => {
  if (JSON.stringify(state[name]) === JSON.stringify(value)) return;
  state[name] = value;
  for (const listener of heard.get(name) ?? []) listener();
};
const model = () => ({
  get: (name) => state[name],
  set: tell,
  save_changes() {},
  on: (event, listener) => heard.set(event.split(":")[1], [...(heard.get(event.split(":")[1]) ?? []), listener]),
  off() {},
});
window.open_view = async () => {
  const widget = (await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })))).default;
  const el = document.body.appendChild(document.createElement("section"));
  window.render ??= widget.render;
  window.render({ model: model(), el });
};
"""
"""A notebook's model in the page: two views are given one state, each by an object of its own, as anywidget does."""


def test_two_views_of_a_widget_leave_it_the_history_of_the_one_that_trains(visit: Callable[..., Visit], tmp_path: Path):
    state = {"configuration": {"samples": 50, "L": 2, "d_hat": 2, "epochs": 3}, "_esm": MODULE.read_text("utf8")}
    script = VIEWS.replace("SOURCE", json.dumps(state["_esm"])).replace("STATE", json.dumps(state))
    (tmp_path / "script.js").write_text(script, "utf8")
    (tmp_path / "page.html").write_text(
        '<!doctype html><title>page</title><link rel="icon" href="data:,"><script src="script.js"></script>', "utf8"
    )
    seen = visit((tmp_path / "page.html").as_uri())
    views, page = seen.page.locator(".rkp"), seen.page

    def recorded(epochs: int) -> None:
        page.wait_for_function(f"state.history?.val_cost.length === {epochs} + 1", timeout=LONG)
        page.wait_for_timeout(1000)  # until every view has said what it says
        assert page.evaluate("state.history.val_cost.length") == epochs + 1

    page.evaluate("open_view()")
    recorded(0)
    page.evaluate("open_view()")
    page.wait_for_selector("section + section .rkp[data-state=ready]", timeout=LONG)
    views.first.get_by_role("button", name="Play").click()
    recorded(3)
    assert [view.get_attribute("data-step") for view in views.all()] == ["30", "0"]
    page.evaluate("open_view()")  # a third one, when all is done
    page.wait_for_selector("section + section + section .rkp[data-state=ready]", timeout=LONG)
    recorded(3)
    views.last.get_by_role("button", name="Step").click()  # what is trained there is told
    recorded(0)
    page.evaluate("tell('weights', { ...state.weights, mu: btoa('\\0'.repeat(8)) })")  # from Python: all begin anew
    everywhere = "[...document.querySelectorAll('.rkp')].every((view) => view.dataset.step === '0')"
    page.wait_for_function(everywhere, timeout=LONG)
    assert seen.errors == []


# ---- one link, one picture

LINK = (
    "#rknet?data=squares&noise=0.3&samples=300&A=%3B2%2F3%3B0%2C2%2F3&beta=1%2F4%2C3%2F8%2C3%2F8&d=4&L=6&h=0.3"
    "&sigma=softplus&lift=learned&rate=0.01&batch=10&epochs=40&seed=7&steps=95&view=3&azim=20&elev=30&layer=4"
)
CANVASES = "[...document.querySelectorAll('.rkp canvas')].map((canvas) => canvas.toDataURL())"


def test_the_same_link_gives_the_same_numbers_and_pictures(opened: Opened):
    found = []
    for _ in range(2):
        seen = opened(Playground("space"), LINK)
        seen.page.wait_for_selector('.rkp[data-step="95"]', timeout=LONG)
        seen.page.wait_for_function("document.querySelector('.rkp-steps').textContent === '95'")
        seen.page.wait_for_timeout(500)  # until the last frame is painted
        found.append((record(seen.page), seen.page.evaluate(CANVASES), seen.page.inner_text(".rkp-title >> nth=1")))
        untroubled(seen)
    assert found[0] == found[1]
    run, _, title = found[0]
    assert run["steps"] == 95 and title == "features at layer 4"
    assert run["configuration"]["scheme"] == {"A": [[], ["2/3"], ["0", "2/3"]], "beta": ["1/4", "3/8", "3/8"]}


def test_a_copied_link_leads_back(opened: Opened):
    seen = opened(Playground("plane"))
    for _ in range(3):
        seen.page.get_by_role("button", name="Step").click()
    seen.page.wait_for_selector('.rkp[data-step="3"]')
    seen.page.get_by_role("button", name="Copy link").click()
    first, hash = record(seen.page), seen.page.evaluate("location.hash")
    again = opened(Playground("forgets"), hash)
    again.page.wait_for_selector('.rkp[data-step="3"]')
    assert record(again.page) == first


def test_a_link_that_cannot_be_followed_is_answered(opened: Opened):
    seen = opened(Playground("plane"), "#rknet?d=99")
    assert "d_hat: must be a whole number in 2 .. 16, got 99" in seen.page.inner_text(".rkp-sentence")
    untroubled(seen)


# ---- the keyboard

CONTROLS = """[...document.querySelectorAll('.rkp :is(button, select, input, summary, [tabindex="0"])')]
  .filter((el) => !el.disabled && el.checkVisibility() && !(el.type === 'radio' && !el.checked))"""
FOCUSED = f"""(() => {{
  const style = getComputedStyle(document.activeElement), next = document.activeElement.nextElementSibling;
  const mark = document.activeElement.type === 'radio' ? getComputedStyle(next) : style;
  const seen = mark.outlineStyle !== 'none' && mark.outlineWidth !== '0px';
  return {{ at: {CONTROLS}.indexOf(document.activeElement), seen }};
}})()"""


@pytest.mark.parametrize("compact", [False, True])
def test_every_control_is_reached_in_reading_order_with_a_visible_focus(opened: Opened, compact: bool):
    page = opened(Playground("space", presets=["plane", "space"], compact=compact)).page
    if compact:
        page.evaluate("document.querySelector('details').open = true")
    expected = page.evaluate(f"{CONTROLS}.length")
    assert expected > 20
    page.evaluate("document.activeElement.blur()")
    page.evaluate("getSelection().setPosition(document.querySelector('h1'), 0)")
    reached = []
    for _ in range(expected):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUSED))
    assert reached == [{"at": position, "seen": True} for position in range(expected)]


def test_sliders_lists_and_buttons_obey_the_keyboard(opened: Opened):
    seen = opened(Playground("space", presets=["plane", "space"]))
    page = seen.page
    for label, key, part in (
        ("width", "ArrowRight", "d=4"),
        ("depth", "ArrowLeft", "L=19"),
        ("step size", "Home", "h=0.01"),
        ("noise", "End", "noise=1.5"),
        ("learning rate", "ArrowRight", "rate=0.003"),
        ("batch", "ArrowRight", "batch=10"),
        ("epochs", "ArrowLeft", "epochs=20"),
        ("network", "ArrowUp", "net=kutta3"),
        ("network", "Home", "net=StandardNet"),
        ("activation", "ArrowDown", "sigma=logistic"),
        ("lift to feature space", "ArrowDown", "lift=linear"),
        ("seed", "ArrowUp", "seed=1"),
    ):
        page.get_by_label(label).and_(page.locator("input, select")).first.press(key)
        page.wait_for_function("(part) => location.hash.includes(part + '&')", arg=part)
    page.get_by_role("button", name="2D cannot untie the donut").press("Enter")
    page.wait_for_function("location.hash.includes('d=2&')")
    page.locator("input[type=radio]:checked").press("ArrowRight")
    page.wait_for_function("location.hash.includes('data=squares&')")
    untroubled(seen)


def test_space_plays_period_steps_and_r_resets(opened: Opened):
    # a run too long to end by itself
    page = opened(Playground("space", configuration={"L": 100, "epochs": 1000})).page
    page.get_by_label("width").focus()
    page.keyboard.press(".")
    page.wait_for_selector('.rkp[data-step="1"]')
    page.keyboard.press("r")
    page.wait_for_selector('.rkp[data-step="0"]')
    page.keyboard.press("Space")
    page.get_by_role("button", name="Pause").wait_for()
    page.wait_for_function("Number(document.querySelector('.rkp').dataset.step) > 5")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Play").wait_for()
    before, seen = page.get_attribute(".rkp", "data-step"), None
    while before != seen:  # steps that were taken before the worker heard of the pause still arrive
        page.wait_for_timeout(1000)
        before, seen = page.get_attribute(".rkp", "data-step"), before
    page.get_by_role("button", name="Step").press("Space")  # a button keeps the space bar for itself
    page.wait_for_function(f"Number(document.querySelector('.rkp').dataset.step) === {before} + 1")


def test_points_are_drawn_by_keyboard_and_by_hand(opened: Opened):
    seen = opened(Playground("space"))
    page = seen.page
    page.locator("input[type=radio]").last.check(force=True)
    page.get_by_role("button", name="Clear").press("Enter")
    assert page.inner_text(".rkp-sentence") == "Draw points of at least two classes."
    board = page.locator(".rkp-decide canvas")
    board.focus()
    for key in ("ArrowUp", "ArrowUp", "Enter", "2", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.wait_for_function("location.hash.includes('points=')")
    box = board.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    page.wait_for_function("location.hash.match(/points=([^&]*)/)[1].length === 9")  # three letters per point
    page.wait_for_selector(".rkp[data-state=ready]")
    page.wait_for_timeout(500)  # the new net has answered
    data = record(page)["configuration"]["data"]
    assert data["c"] == [0, 1, 1]
    for point, place in zip(data["X"], ([0, 0.4], [1, 0.4], [-2, 0]), strict=True):
        assert point == pytest.approx(place, abs=0.05)
    untroubled(seen)


def test_a_typed_tableau_is_checked_and_its_order_shown(opened: Opened):
    page = opened(Playground("space")).page
    page.get_by_label("network", exact=True).and_(page.locator("select")).select_option("own tableau")
    typed = page.locator(".rkp-tableau")
    assert "order 3" in typed.inner_text()
    page.get_by_label("weights", exact=False).and_(page.locator("input")).fill("1/4, 3/8")
    assert "A: must be a list of s = 2 rows" in typed.inner_text()
    page.get_by_label("rows of").fill("; 1")
    assert "beta: must add up to 1, got 5/8" in typed.inner_text()
    assert page.get_by_label("weights", exact=False).and_(page.locator("input")).get_attribute("aria-invalid") == "true"
    page.get_by_label("weights", exact=False).and_(page.locator("input")).fill("1/2, 1/2")
    assert "2 stages and order 2" in typed.inner_text()
    page.wait_for_function("location.hash.includes('beta=1%2F2%2C1%2F2')")


# ---- for every reader


def unfold(page: Page) -> None:
    """Open everything that is folded away, and wait until it is filled."""
    page.evaluate("document.querySelectorAll('.rkp details').forEach((each) => { each.open = true; })")
    for part in (".rkp-confusion th", ".rkp-inner .rkp-hint"):
        page.wait_for_function("(part) => document.querySelector(part)?.textContent", arg=part, timeout=LONG)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("compact", [False, True])
def test_there_is_no_barrier(opened: Opened, npm_package: Callable[[str], Path], theme: str, compact: bool):
    page = opened(Playground("space", presets=["plane", "space"], task="Look.", compact=compact), theme=theme).page
    page.add_style_tag(
        content="html[data-theme=dark] { --pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af; "
        "--pst-color-background: #14181e; --pst-color-surface: #222832; background: #14181e; }"
    )
    unfold(page)
    page.evaluate((npm_package("axe-core") / "axe.min.js").read_text("utf8"))
    violations = page.evaluate(
        "axe.run('.rkp').then((result) => result.violations.map((v) => [v.id, v.nodes.map((n) => n.html)]))"
    )
    assert violations == []


@pytest.mark.parametrize("width", [360, 700, 1280])
def test_nothing_is_wider_than_the_window(opened: Opened, width: int):
    page = opened(Playground("space", presets=["plane", "space"]), viewport={"width": width, "height": 800}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_reduced_motion(opened: Opened):
    assert opened(Playground("space")).page.get_by_role("button", name="flow").is_visible()
    calm = opened(Playground("space"), reduced_motion="reduce").page
    assert not calm.get_by_role("button", name="flow").is_visible()


def test_accuracy_is_spoken(opened: Opened):
    page = opened(Playground("space")).page
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "/Epoch \\d+: \\d+\\.\\d % right/.test(document.querySelector('[aria-live=polite].rkp-spoken').textContent)",
        timeout=LONG,
    )


def test_without_a_script_the_picture_stays(visit: Callable[..., Visit], tmp_path: Path):
    (tmp_path / "page.html").write_text(f"<!doctype html><title>page</title>{Playground().to_html()}", "utf8")
    page = visit((tmp_path / "page.html").as_uri(), java_script_enabled=False).page
    assert page.locator("svg[role=img]").is_visible()
    assert html.unescape(page.inner_text("figcaption")).startswith("A playground that trains RK4Net")


# ---- rare controls


def test_the_share_of_training_points_and_weight_decay_are_chosen_where_rare_controls_are_folded(opened: Opened):
    seen = opened(Playground("space", configuration={"samples": 50}))
    control = seen.page.get_by_label("training share")
    assert not control.is_visible() and control.get_attribute("aria-valuetext") == "50 %"
    seen.page.locator(".rkp-in .rkp-more summary").click()
    control.press("ArrowLeft")
    seen.page.wait_for_timeout(500)  # until the new net is built
    data = record(seen.page)["data"]
    assert (len(data["train"]["c"]), len(data["validation"]["c"])) == (40, 60)
    seen.page.get_by_label("weight decay").press("ArrowRight")
    seen.page.wait_for_timeout(500)
    assert record(seen.page)["configuration"]["decay"] == 1e-3
    seen.page.get_by_role("radio", name="your own").check()
    assert control.is_disabled()
    untroubled(seen)
