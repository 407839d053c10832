"""One network from eight seeds as a band: the runs are those of the seeds, and band and words are NumPy's."""

import json
import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import probe
import pytest
from opening import LONG, Opened

from rknet.playground import Playground
from rknet.playground.widget import MODULE

FEW = {"samples": 30, "epochs": 3, "L": 3, "h": 0.5, "seed": 5}

TRAIN = """
const P = await import(process.argv[1]);
const [configuration, count, workers] = JSON.parse(process.argv[2]);
let told = 0;
const { runs, close } = P.trainSeeds(P.validated(configuration), count, { worker: false, workers }, (problem) => {
  if (++told && problem) { console.log(JSON.stringify({ problem })); process.exit(); }
  if (!runs.every((run) => run.over)) return;
  close();
  console.log(JSON.stringify({ runs, told, words: P.bandWords(runs, "val_accuracy", "net") }));
  process.exit();
});
"""

WORDS = """
const P = await import(process.argv[1]);
const [name, ...data] = JSON.parse(process.argv[2], (_, value) => (value === "nan" ? NaN : value));
console.log(JSON.stringify(P[name](...data)));
"""


def call(node, code: str, question: list) -> object:
    return json.loads(node("--input-type=module", "--eval", code, MODULE.as_uri(), json.dumps(question)))


@pytest.mark.parametrize("workers", [1, 3])
def test_each_seed_is_trained_as_by_itself(node, workers: int):
    found = call(node, TRAIN, [FEW, 4, workers])
    alone = probe.ask(node, *(("run", {**FEW, "seed": seed}, 10**6) for seed in range(5, 9)))
    assert [(run["seed"], run["over"]) for run in found["runs"]] == [(seed, True) for seed in range(5, 9)]
    assert [run["history"] for run in found["runs"]] == [record["history"] for record in alone]
    ends = [100 * record["history"]["val_accuracy"][-1] for record in alone]
    low, high, median = (f"{value:.1f} %" for value in (min(ends), max(ends), np.median(ends)))
    assert found["words"] == (
        f"net. All 4 seeds trained: accuracy on new points from {low} to {high}, median {median}."
    )


def test_what_cannot_be_trained_is_told(node):
    assert call(node, TRAIN, [{**FEW, "seed": 2**32 - 1}, 4, 1])["problem"].startswith("seed: must be a whole number")


def test_the_band_is_numpy_s(node):
    rng = np.random.default_rng(0)
    curves = [rng.random(length).tolist() for length in (7, 5, 7, 3)]
    curves[2][4] = math.nan
    longest = np.array([[*curve, *[np.nan] * (7 - len(curve))] for curve in curves])
    asked = [["nan" if math.isnan(value) else value for value in curve] for curve in curves]
    band = call(node, WORDS, ["bandOf", asked])
    for name, of in (("low", np.nanmin), ("median", np.nanmedian), ("high", np.nanmax)):
        np.testing.assert_allclose(band[name], of(longest, axis=0), rtol=1e-15)
    assert call(node, WORDS, ["bandOf", []]) == {"low": [], "median": [], "high": []}


def run(end: object, over: bool = True) -> dict:
    return {"seed": 0, "over": over, "history": {"val_cost": [0.7, end]}}


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        ([run(0.5, over=False)], "net: no seed is trained to its end yet."),
        (
            [run(0.25), run(0.5), run(0.125, over=False)],
            "net. 2 of 3 seeds trained: cost on new points from 0.250 to 0.500, median 0.375.",
        ),
        (
            [run(0.25), run("nan")],
            "net. All 2 seeds trained: cost on new points from 0.250 to 0.250, median 0.250. 1 run diverged.",
        ),
        ([run("nan"), run("nan")], "net. All 2 seeds trained: 2 runs diverged."),
    ],
)
def test_words_count_what_is_done_and_what_diverged(node, runs: list, words: str):
    assert call(node, WORDS, ["bandWords", runs, "val_cost", "net"]) == words


BAND = ".rkp-band [role=status]"


def says(page, words: str) -> None:
    arguments = f"document.querySelector('{BAND}').textContent"
    page.wait_for_function(f"(words) => {arguments}.includes(words)", arg=words, timeout=LONG)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_race_shows_eight_seeds_of_one_net(opened: Opened, node, npm_package: Callable[[str], Path], width: int):
    configuration = {"samples": 30, "epochs": 3}
    seen = opened(
        Playground(race=["plane", "space"], configuration=configuration), viewport={"width": width, "height": 800}
    )
    page = seen.page
    page.wait_for_selector("section + section .rkp[data-state]", timeout=LONG)
    assert not page.locator(".rkp-band canvas").is_visible()
    page.locator(".rkp-band").get_by_label("network", exact=True).select_option("1")
    button = page.get_by_role("button", name="Train 8 seeds")
    button.focus()
    page.keyboard.press("Enter")
    says(page, "All 8 seeds trained: accuracy on new points from ")
    space = Playground("space").configuration | configuration
    alone = probe.ask(node, *(("run", {**space, "seed": seed}, 10**6) for seed in range(8)))
    ends = [100 * record["history"]["val_accuracy"][-1] for record in alone]
    found = re.findall(r"(\d+\.\d) %", page.inner_text(BAND))
    assert found == [f"{value:.1f}" for value in (min(ends), max(ends), np.median(ends))]
    assert "width 3" in page.inner_text(BAND)
    page.get_by_label("measured").select_option("val_cost")
    costs = [record["history"]["val_cost"][-1] for record in alone]
    says(page, f"cost on new points from {min(costs):.3f} to {max(costs):.3f}, median {np.median(costs):.3f}.")
    page.evaluate((npm_package("axe-core") / "axe.min.js").read_text("utf8"))
    assert page.evaluate("axe.run('.rkp-race').then((result) => result.violations.map((v) => v.id))") == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert seen.errors == [] and seen.foreign == []


def test_the_band_is_stopped_and_taken_away_when_the_net_changes(opened: Opened):
    long = {"samples": 500, "epochs": 200}
    seen = opened(Playground(race=["plane", "space"], configuration=long))
    page = seen.page
    page.wait_for_selector("section + section .rkp[data-state]", timeout=LONG)
    page.get_by_role("button", name="Train 8 seeds").click()
    page.wait_for_selector(".rkp-band canvas:not([hidden])")
    page.get_by_role("button", name="Stop", exact=True).click()
    says(page, "Stopped. ")
    page.get_by_role("button", name="Train 8 seeds").click()
    page.get_by_role("button", name="Next seed").click()
    says(page, "The network was changed, so its band was taken away.")
    assert page.get_by_role("button", name="Train 8 seeds").is_visible()
    assert not page.locator(".rkp-band canvas").is_visible()
    assert seen.errors == []
