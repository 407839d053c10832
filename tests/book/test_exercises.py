"""Exercises that check themselves: each answer is that of an independent computation, and the page says so."""

import re
from collections.abc import Callable
from pathlib import Path

import execute
import numpy as np
import pytest
from browsing import Visit
from playwright.sync_api import expect

from rknet.tableaus import RK4, Tableau

CHECK = re.compile(r"^# :::\{check\} (?P<prompt>.*)\n(?P<options>(?:# :\w+: .*\n)+)# :::$", re.MULTILINE)
WIDTHS = (2, 8, 5, 3)


def largest_step() -> float:
    """The largest h with |1 + h lambda| <= 1 at lambda = -3 + 4i."""
    steps = np.linspace(0, 1, 1_000_001)
    return float(steps[np.abs(1 + steps * (-3 + 4j)) <= 1 + 1e-12].max())


def largest_increasing_step() -> float:
    """The largest h for which y + h tanh(-3 y) increases in y."""
    y = np.linspace(-1, 1, 20_001)
    return max(h for h in np.linspace(0, 1, 2001) if (np.diff(y + h * np.tanh(-3 * y)) > 0).all())


def naive_recipe() -> float:
    """The theta for which a scheme of two stages equals its partner, by the partner's formula."""
    thetas = np.linspace(0.05, 0.95, 19)
    return min(thetas, key=lambda t: abs(t - (1 - t)) + abs(t * (1 / (2 * t)) / (1 - t) - 1 / (2 * t)))


def best_segment() -> float:
    k = np.linspace(1, 20, 190_001)
    return float(k[(100 / k + (RK4.stages + 1) * k).argmin()])


COMPUTED = {
    ("s2_networks_as_odes", "parameters"): lambda: sum((a + 1) * b for a, b in zip(WIDTHS, WIDTHS[1:], strict=False)),
    ("s2_order_stability", "largest"): largest_step,
    ("s2_paths", "largest"): largest_increasing_step,
    ("s2_runge_kutta", "order"): lambda: Tableau("x", [[], ["2/3"], [0, "2/3"]], ["1/4", "3/8", "3/8"]).order,
    ("s3_3_partner", "theta"): naive_recipe,
    ("s3_4_gradient_checks", "power"): lambda: 1 / 3,  # of the minimum of a e^2 + e0 / e, where 2 a e^3 = e0
    ("s3_5_memory_time", "best"): best_segment,
}
"""The answer to each check: its page, a word of its prompt."""


def checks() -> dict[tuple[str, str], dict[str, str]]:
    """The checks of all chapters with their options, under the keys of `COMPUTED`."""
    found = {}
    for chapter in execute.chapters():
        for match in CHECK.finditer(chapter.read_text("utf8")):
            options = dict(re.findall(r"# :(\w+): (.*)", match["options"]))
            words = [word for page, word in COMPUTED if page == chapter.stem and word in match["prompt"]]
            assert len(words) == 1, (chapter.stem, match["prompt"])
            found[chapter.stem, words[0]] = options
    return found


def value(text: str) -> float:
    above, _, below = text.partition("/")
    return float(above) / float(below or 1)


def test_each_answer_is_the_computed_one():
    found = checks()
    assert found.keys() == COMPUTED.keys()
    for name, options in found.items():
        allowed = float(options.get("tolerance", 0)) or 1e-9
        assert COMPUTED[name]() == pytest.approx(value(options["answer"]), abs=allowed), name


@pytest.mark.parametrize(
    ("given", "said"),
    [("0.24", "Right."), ("6/25", "Right."), ("0,24", "Right."), ("0.3", "Not yet"), ("x", "Please enter a number")],
)
def test_a_page_says_whether_an_answer_is_right(visit: Callable[..., Visit], built: Path, given: str, said: str):
    opened = visit((built / "chapters" / "s2_order_stability.html").as_uri())
    form = opened.page.locator("form.self-check")
    form.get_by_role("textbox").fill(given)
    form.get_by_role("textbox").press("Enter")
    expect(form.locator("output")).to_contain_text(said)
    assert opened.page.locator(".solution.dropdown").count() > 0
    assert (opened.foreign, opened.errors) == ([], [])
