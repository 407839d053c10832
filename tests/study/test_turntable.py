"""Clouds that turn in the page: what the script reads, decoded by hand."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup

from rknet import plots
from rknet.study.turntable import FARTHEST, Turntable

POINTS = np.array([[0.0, 0.0, 0.0], [4.0, 1.0, -2.0], [2.0, 3.0, 2.0]])
LABELS = [0, 2, 1]


def decoded(table: Turntable) -> dict:
    """The JSON in the element that the script looks for."""
    holder = BeautifulSoup(table._repr_html_(), "html.parser").select_one("div.turntable[hidden]")
    assert holder is not None
    return json.loads(holder.get_text())


def test_the_page_gets_the_cloud_about_its_middle() -> None:
    """Points, scaled by the largest distance from the middle along an axis, to half a unit of a byte; names escaped."""
    table = Turntable("fig-1", "points <b>", ["a", "b & c", "d"], {"left": (POINTS, LABELS)})
    data = decoded(table)
    assert (data["figure"], data["label"], data["names"]) == ("fig-1", "points <b>", ["a", "b & c", "d"])
    assert data["colours"] == list(plots.CLASS_COLOURS[:3])
    (panel,) = data["panels"]
    stored = np.frombuffer(base64.b64decode(panel["points"]), np.int8).reshape(-1, 3).astype(float)
    middle = np.array([2.0, 1.5, 0.0])
    np.testing.assert_allclose(2 * stored / FARTHEST, POINTS - middle, atol=1 / FARTHEST)
    assert np.frombuffer(base64.b64decode(panel["labels"]), np.uint8).tolist() == LABELS
    assert "<b>" not in table._repr_html_()


def test_the_script_is_small_and_has_a_marker_for_every_class() -> None:
    """A page loads it; besides the disc of class 0 it draws as many markers as the figures have."""
    script = (Path(__file__).resolve().parents[2] / "book" / "_static" / "turntable.js").read_text("utf8")
    assert len(script.encode()) < 10_000
    (markers,) = re.findall(r"const MARKERS = \[(.*?)\];", script, re.DOTALL)
    assert len(markers.split(",")) == len(plots.CLASS_MARKERS) - 1


@pytest.mark.parametrize(
    ("X", "c", "message"),
    [
        (POINTS[:, :2], LABELS, r"clouds: must have points .*got \(3, 2\) .* in 'left'; project"),
        (POINTS, [0, 1], r"clouds: must have points .*got \(3, 3\) and \(2,\)"),
        (POINTS[:0], [], r"clouds: must have points"),
        (POINTS, [0, 1, 3], r"names: must be there for each class .*got 3 .* 0 to 3 of 'left'; name"),
    ],
)
def test_clouds_that_do_not_fit_are_refused(X: np.ndarray, c: list[int], message: str) -> None:
    """The rule, the value and the remedy."""
    with pytest.raises(ValueError, match=message):
        Turntable("fig-1", "points", ["a", "b", "c"], {"left": (X, c)})
