"""The learning rate is changed while a net is trained, in a browser: the run goes on, and its record is replayed."""

import json
from pathlib import Path

from opening import LONG, Opened, record, untroubled, wait_for
from playwright.sync_api import Page

from rknet.playground import Playground
from rknet.playground.exported import read
from rknet.playground.replay import replay

SMALL = {"samples": 300, "L": 5, "epochs": 30}


def trained_with_two_rates(page: Page) -> dict:
    """The record of a run whose rate was raised on the way."""
    page.get_by_role("button", name="Play").click()
    page.wait_for_selector(".rkp[data-step]:not([data-step='0'])", timeout=LONG)
    page.wait_for_function("+document.querySelector('.rkp').dataset.step > 60", timeout=LONG)
    page.get_by_label("learning rate").press("ArrowRight")
    wait_for(page)
    return record(page)


def test_the_run_goes_on_with_the_new_rate_and_says_so(opened: Opened, tmp_path: Path):
    seen = opened(Playground("space", configuration=SMALL))
    run = trained_with_two_rates(seen.page)
    ((step, rate),) = run["configuration"]["rates"]
    assert 60 < step < run["steps"] == 30 * 60 and (run["configuration"]["rate"], rate) == (1e-3, 3e-3)
    (tmp_path / "run.json").write_text(json.dumps(run), "utf8")
    assert replay(read(tmp_path / "run.json")).same
    assert f"learning rate 0.001, 0.003 from step {step} on" in seen.page.inner_text(".rkp-small")
    assert not seen.page.get_by_role("button", name="Back to the run before").is_visible()
    untroubled(seen)


def test_a_link_leads_to_the_same_weights(opened: Opened):
    seen = opened(Playground("space", configuration={**SMALL, "rates": [[100, 1e-2]]}))
    seen.page.get_by_role("button", name="Play").click()
    wait_for(seen.page)
    assert seen.page.get_by_label("learning rate").get_attribute("aria-valuetext") == "0.01"
    run = record(seen.page)
    rest = "data=donut_2D&samples=300&L=5&h=0.25&epochs=30"
    other = opened(Playground("plane"), f"#rknet?{rest}&rates=100:0.01&steps={run['steps']}")
    wait_for(other.page)
    assert record(other.page)["weights"] == run["weights"]


def test_a_reset_keeps_the_rate_that_is_shown_from_the_first_step_on(opened: Opened):
    seen = opened(Playground("space", configuration=SMALL))
    trained_with_two_rates(seen.page)
    seen.page.get_by_role("button", name="Reset").click()
    seen.page.wait_for_selector(".rkp[data-step='0']", timeout=LONG)
    run = record(seen.page)["configuration"]
    assert (run["rate"], run["rates"]) == (3e-3, [])
    assert seen.page.get_by_label("learning rate").get_attribute("aria-valuetext") == "0.003"
    untroubled(seen)


def test_before_training_and_after_it_a_new_rate_begins_a_new_run(opened: Opened):
    seen = opened(Playground("space", configuration={**SMALL, "epochs": 2}))
    for rates in ((1e-3, 3e-3), (3e-3, 1e-2)):
        assert record(seen.page)["configuration"]["rate"] == rates[0]
        seen.page.get_by_label("learning rate").press("ArrowRight")
        seen.page.wait_for_selector(".rkp[data-step='0']", timeout=LONG)
        seen.page.wait_for_timeout(500)  # until the new net is built
        run = record(seen.page)["configuration"]
        assert (run["rate"], run["rates"]) == (rates[1], [])
        seen.page.get_by_role("button", name="Play").click()
        wait_for(seen.page)


WRITTEN = """() => {
  window.written = [];
  const fill = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...at) {
    window.written.push(text);
    return fill.call(this, text, ...at);
  };
}"""


def test_the_curves_say_a_new_rate_before_the_epoch_ends(opened: Opened):
    page = opened(Playground("space", configuration=SMALL)).page
    page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_selector(".rkp[data-step='1']", timeout=LONG)
    page.locator(".rkp-plots").scroll_into_view_if_needed()
    page.evaluate(WRITTEN)
    page.get_by_label("learning rate").press("ArrowRight")
    page.wait_for_function("written.includes('rate 0.003')")
    page.get_by_label("learning rate").press("ArrowRight")
    page.wait_for_function("written.includes('rate 0.01')")
    assert page.get_attribute(".rkp", "data-step") == "1"
