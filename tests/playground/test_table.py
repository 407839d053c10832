"""A table of the reader's own points: read, scaled, split, refused in a line, and trained with."""

import json
from pathlib import Path

import numpy as np
import pytest
from opening import Opened, record, untroubled
from playwright.sync_api import expect
from sklearn.datasets import load_iris
from sklearn.preprocessing import MinMaxScaler

from rknet.playground import Playground, exported
from rknet.playground.replay import replay
from rknet.playground.widget import MODULE

ASK = """
const P = await import(process.argv[1]);
let answer;
try { answer = P.fromCsv(JSON.parse(process.argv[2])); } catch (error) { answer = error.message; }
console.log(JSON.stringify(answer));
"""
IRIS = load_iris()
ROWS = [f"{x[2]},{x[3]},{x[0]},{IRIS.target_names[k]}" for x, k in zip(IRIS.data, IRIS.target, strict=True)]
TABLE = "\n".join(["petal length,petal width,sepal,kind", *ROWS])


def read(node, text: str) -> object:
    return json.loads(node("--input-type=module", "--eval", ASK, MODULE.as_uri(), json.dumps(text)))


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_is_scaled_as_sklearn_does_and_split_by_class(node, mark: str):
    text = TABLE if mark == "," else TABLE.replace(",", mark).replace(".", ",")
    answer = read(node, text)
    given, words = answer["given"], answer["words"]
    scaled = MinMaxScaler((-3.5, 3.5)).fit_transform(IRIS.data[:, 2:])
    rank = np.concatenate([np.arange(50)] * 3)
    for part, kept in ((given, rank % 4 != 3), (given["validation"], rank % 4 == 3)):
        np.testing.assert_allclose(part["X"], scaled[kept], atol=1e-12)
        np.testing.assert_array_equal(part["c"], IRIS.target[kept])
    assert given["classes"] == 3
    assert given["names"] == {
        "classes": ["setosa", "versicolor", "virginica"],
        "columns": ["petal length", "petal width"],
    }
    assert words.startswith("150 points in 3 classes (setosa, versicolor, virginica): 114 to train with, 36 new ones. ")
    assert words.endswith("petal length and petal width are each scaled to −3.5 … 3.5.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "table: must have 4 to 4000 rows of points, got 0; add points, one per row"),
        ("x,y,k\n1,2,a", "table: must have 4 to 4000 rows of points, got 1; add points, one per row"),
        ("1,2,a\n" * 4001, "table: must have 4 to 4000 rows of points, got 4001; leave some out"),
        (
            "1,2,a\n" * 4,
            "class, the last column: must take 2 to 4 different values, got 1 (a); add points of another class",
        ),
        (
            "\n".join(f"1,2,{k}" for k in range(5)),
            "class, the last column: must take 2 to 4 different values, got 5 (0, 1, 2, 3, 4); "
            "put the class into the last column, or merge classes",
        ),
        (
            "\n1,2,a\n\n3,4\n5,6,b\n7,8,b",  # lines are counted as an editor does
            "line 4 of the table: must hold 3 cells, as line 2 does: two numbers and, in the last one, the class, "
            'got 2 in "3,4"; complete the line, or delete it',
        ),
        (
            "1 2 a\n" * 4,
            "line 1 of the table: must hold at least 3 cells: two numbers and, in the last one, the class, "
            'got 1 in "1 2 a"; separate cells by commas, semicolons or tabs',
        ),
        (
            "x,y,k\n1,2,a\n\n3,,b\n5,6,b\n7,8,b",
            'y in line 4 of the table: must be a number, got ""; write one such as 1.5, or delete the line',
        ),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_line_rule_value_and_remedy(node, text: str, message: str):
    assert read(node, text) == message


def test_long_names_of_classes_and_columns_are_shortened(node):
    text = "\n".join([f"{'x' * 30},y,kind", *(f"{k},{k},{'a' * 25 if k % 2 else 'b' * 24}" for k in range(4))])
    names = read(node, text)["given"]["names"]
    assert names == {"classes": ["a" * 23 + "…", "b" * 24], "columns": ["x" * 23 + "…", "y"]}


def test_a_pasted_and_an_opened_table_are_trained_with(opened: Opened, tmp_path: Path):
    seen = opened(Playground("space"))
    page = seen.page
    page.locator("input[type=radio]").last.check(force=True)
    page.get_by_text("points from a table").click()
    page.get_by_label("paste it here").fill("1,2")
    page.get_by_role("button", name="Use the table").click()
    assert page.inner_text(".rkp-table [role=status]").startswith("line 1 of the table: must hold at least 3 cells")
    path = tmp_path / "iris.csv"
    path.write_text(TABLE, "utf8")
    page.get_by_label("or open a file").set_input_files(path)
    page.wait_for_function("document.querySelector('.rkp-table [role=status]').textContent.startsWith('150 points')")
    page.wait_for_function("document.querySelector('.rkp-key').textContent.includes('virginica')")
    data = record(page)["configuration"]["data"]
    assert (len(data["X"]), len(data["validation"]["X"]), data["classes"]) == (114, 36, 3)
    page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_selector('.rkp[data-step="1"]')
    untroubled(seen)


WRITTEN = """() => {
  window.written = new Set();
  const fill = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...at) {
    if (this.canvas.matches(".rkp-decide *")) window.written.add(text);
    return fill.call(this, text, ...at);
  };
}"""
"""Texts that are written into the prediction are kept."""


def test_the_table_s_names_stand_wherever_classes_are_named_and_return_with_its_file(opened: Opened, tmp_path: Path):
    page = opened(Playground("space")).page
    page.evaluate(WRITTEN)
    page.locator("input[type=radio]").last.check(force=True)
    page.get_by_text("points from a table").click()
    page.get_by_label("paste it here").fill(TABLE)
    page.get_by_role("button", name="Use the table").click()
    page.wait_for_function("written.has('petal length') && written.has('petal width')")
    page.locator("summary", has_text="more").first.click()
    expect(page.get_by_label("training share")).to_have_attribute("aria-valuetext", "76 %")  # 114 of 150
    page.get_by_text("confusion matrix", exact=True).click()
    for kind in IRIS.target_names:
        assert kind in page.inner_text(".rkp-key")
        assert page.get_by_role("button", name=kind, exact=True).is_visible()  # to draw such points
        assert page.get_by_role("rowheader", name=f"class {kind}").inner_text() == kind
        assert page.get_by_role("columnheader", name=f"answer {kind}").is_visible()
    widths = "(table) => [table, table.closest('.rkp-score')].map((part) => part.getBoundingClientRect().right)"
    table, place = page.locator(".rkp-confusion").evaluate(widths)
    assert table <= place
    for table, kind in ((TABLE.replace("setosa", "first"), "first"), (TABLE, "setosa")):  # as many classes, other names
        page.get_by_label("paste it here").fill(table)
        page.get_by_role("button", name="Use the table").click()
        page.get_by_role("rowheader", name=f"class {kind}").wait_for()
    page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_selector('.rkp[data-step="1"]')
    (tmp_path / "run.json").write_text(json.dumps(record(page)), "utf8")
    assert replay(exported.read(tmp_path / "run.json")).same
    page.get_by_label("depth").press("ArrowRight")
    page.get_by_role("button", name="Back to the run before").click()
    page.wait_for_selector('.rkp[data-step="1"]')
    assert "setosa" in page.inner_text(".rkp-key")
    other = opened(Playground("space")).page
    other.locator("input[type=file]").first.set_input_files(tmp_path / "run.json")
    other.wait_for_function("document.querySelector('.rkp-key').textContent.includes('virginica')")
    other.get_by_role("button", name="Clear").click()
    assert other.get_by_role("button", name="class 1", exact=True).is_visible()


CHECK = """
const P = await import(process.argv[1]);
try { P.validated({ data: JSON.parse(process.argv[2]) }); } catch (error) { console.log(error.message); }
"""


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("classes", None),
        ("classes", []),
        ("columns", {"classes": ["a", "b"]}),
        ("classes", {"classes": "ab", "columns": []}),
        ("classes", {"classes": ["a", 1], "columns": []}),
        ("classes", {"classes": ["a", "b", "c"], "columns": []}),
        ("columns", {"classes": [], "columns": ["a" * 25]}),
    ],
)
def test_names_of_a_hostile_file_are_refused(node, part: str, names: object):
    given = {"classes": 2, "X": [[0, 0], [1, 1]], "c": [0, 1], "names": names}
    answer = node("--input-type=module", "--eval", CHECK, MODULE.as_uri(), json.dumps(given))
    assert answer.startswith(f"data.names.{part}: must be a list of at most 2 names of at most 24 letters, got ")
