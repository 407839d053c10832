"""The table of answers by class in a browser: its counts are those of the accuracy that is shown."""

import numpy as np
from opening import LONG, Opened, record, untroubled, wait_for

from rknet.playground import Playground

CELLS = "[...document.querySelectorAll('.rkp-confusion td')].slice(1).map((cell) => +cell.textContent)"


def test_the_table_counts_all_new_points_and_its_diagonal_those_that_are_right(opened: Opened):
    seen = opened(
        Playground("space", configuration={"data": "donut_2D_6C", "samples": 400, "epochs": 2}),
        viewport={"width": 390, "height": 800},
    )
    page = seen.page
    page.get_by_text("confusion matrix", exact=True).click()
    page.wait_for_selector(".rkp-confusion th")
    random_weights = np.reshape(page.evaluate(CELLS), (6, 6))
    page.get_by_role("button", name="Play").click()
    wait_for(page)
    counts, run = np.reshape(page.evaluate(CELLS), (6, 6)), record(page)
    assert (counts != random_weights).any()
    assert counts.sum(axis=1).tolist() == np.bincount(run["data"]["validation"]["c"]).tolist()
    assert np.trace(counts) / 400 == run["history"]["val_accuracy"][-1]
    assert "new points after epoch 2: a row for each class" in page.inner_text(".rkp-confusion caption")
    headers = page.get_by_role("rowheader").all()
    assert [header.get_attribute("aria-label") for header in headers] == [f"class {k}" for k in range(1, 7)]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    untroubled(seen)


def test_another_number_of_classes_is_another_table(opened: Opened):
    page = opened(Playground("space", configuration={"samples": 50})).page
    page.get_by_text("confusion matrix", exact=True).click()
    page.wait_for_function(f"{CELLS}.length === 4", timeout=LONG)
    page.get_by_role("radio", name="rings").check()
    page.wait_for_function(f"{CELLS}.length === 36", timeout=LONG)
