"""Weights and costates by layer, in a browser: what is said of them is true of the record's weights."""

import re

import numpy as np
import probe
import pytest
from opening import LONG, Opened, record, untroubled

from rknet.playground import Playground

TWO_DIGITS = 0.06
"""Relative: what two rounded digits may be off, 1.05 as 1.1 at most, with a little more for the words' own rounding."""
SMALL = {"samples": 60, "L": 4, "d_hat": 3, "epochs": 3}
SAID = "document.querySelectorAll('.rkp-inner .rkp-hint')"


def numbers(text: str) -> list[float]:
    """Numbers of a sentence, with true minus signs and without powers of ten."""
    return [float(number.replace("−", "-")) for number in re.findall(r"−?\d+(?:\.\d+)?", text)]


@pytest.mark.parametrize("layer", [0, 2, 4])
def test_the_weights_of_the_chosen_layer_are_told(opened: Opened, layer: int):
    seen = opened(Playground("space", configuration=SMALL), f"#rknet?samples=60&d=3&L=4&h=1&epochs=3&layer={layer}")
    page = seen.page
    assert not page.locator(".rkp-inner canvas").first.is_visible()
    page.locator("summary", has_text="weights and costates by layer").click()
    page.wait_for_function(f"{SAID}[0].textContent !== ''", timeout=LONG)
    initial = record(page)["initial"]
    shown = min(layer, 3)
    K, b = (probe.array(initial[name]).reshape(4, -1)[shown] for name in ("K", "b"))
    entries, sizes = page.evaluate(f"[...{SAID}].map((hint) => hint.textContent)")
    assert numbers(entries)[:3] == [shown, 3, 3]
    truth = [K.min(), K.max(), b.min(), b.max()]
    assert numbers(entries)[3:] == pytest.approx(truth, rel=TWO_DIGITS)
    norms = [float(np.linalg.norm(K)), float(np.linalg.norm(b))]
    assert numbers(sizes)[:2] == pytest.approx(norms, rel=TWO_DIGITS)
    assert f" at layer {layer}, " in sizes
    untroubled(seen)


def test_they_are_renewed_while_the_net_is_trained_and_when_the_layer_is_moved(opened: Opened):
    seen = opened(Playground("space", configuration={**SMALL, "epochs": 500}))
    page = seen.page
    page.locator("summary", has_text="weights and costates by layer").click()
    page.wait_for_function(f"{SAID}[0].textContent !== ''", timeout=LONG)
    pictures = [f"document.querySelectorAll('.rkp-inner canvas')[{k}].toDataURL()" for k in range(2)]
    before = [page.evaluate(picture) for picture in pictures]
    page.get_by_role("button", name="Play").click()
    for picture, old in zip(pictures, before, strict=True):
        page.wait_for_function(f"(old) => {picture} !== old", arg=old, timeout=LONG)
    page.get_by_role("button", name="Pause").click()
    page.get_by_label("layer", exact=True).press("Home")
    page.wait_for_function(f"{SAID}[0].textContent.startsWith('Layer 0 ')", timeout=LONG)
    untroubled(seen)
