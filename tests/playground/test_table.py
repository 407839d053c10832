"""A table of the reader's own points: read, scaled, split, refused in a line, and trained with."""

import json
from pathlib import Path

import numpy as np
import pytest
from opening import Opened, record, untroubled
from sklearn.datasets import load_iris
from sklearn.preprocessing import MinMaxScaler

from rknet.playground import Playground
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
    assert words.startswith("150 points in 3 classes (setosa, versicolor, virginica): 114 to train with, 36 new ones. ")
    assert words.endswith("petal length and petal width are each scaled to −3.5 … 3.5.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,2,a", "table: must be 4 .. 4000 rows, got 1 row"),
        ("1,2,a\n" * 4, "class: must be one of 2 .. 4 different values in the last column, got 1 of them"),
        (
            "1,2,a\n3,4\n5,6,b\n7,8,b",
            "row 2: must be two numbers and a class, as many columns as the first row, got 3,4",
        ),
        ("x,y,k\n1,2,a\n3,,b\n5,6,b\n7,8,b", 'y in row 2 of the points: must be a number, got ""'),
        (
            "\n".join(f"1,2,{k}" for k in range(5)),
            "class: must be one of 2 .. 4 different values in the last column, got 5",
        ),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_in_a_line(node, text: str, message: str):
    assert str(read(node, text)).startswith(message)


def test_a_pasted_and_an_opened_table_are_trained_with(opened: Opened, tmp_path: Path):
    seen = opened(Playground("space"))
    page = seen.page
    page.locator("input[type=radio]").last.check(force=True)
    page.get_by_text("points from a table").click()
    page.get_by_label("paste it here").fill("1,2")
    page.get_by_role("button", name="Use the table").click()
    assert page.inner_text(".rkp-table [role=status]") == "table: must be 4 .. 4000 rows, got 1 row"
    path = tmp_path / "iris.csv"
    path.write_text(TABLE, "utf8")
    page.get_by_label("or open a file").set_input_files(path)
    page.wait_for_function("document.querySelector('.rkp-table [role=status]').textContent.startsWith('150 points')")
    page.wait_for_function("document.querySelector('.rkp-key').textContent.includes('class 3')")
    data = record(page)["configuration"]["data"]
    assert (len(data["X"]), len(data["validation"]["X"]), data["classes"]) == (114, 36, 3)
    page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_selector('.rkp[data-step="1"]')
    untroubled(seen)
