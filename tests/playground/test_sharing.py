"""What leaves the playground: the Python code of a run, a picture, and links for teachers that hide parts."""

import json
from pathlib import Path

import numpy as np
import pytest
from opening import Opened, untroubled

from rknet.playground import Playground, random
from rknet.playground.widget import MODULE

ASK = """
const P = await import(process.argv[1]);
const [name, ...data] = JSON.parse(process.argv[2]);
const call = { code: (choice) => P.pythonOf(P.validated(choice)), look: (link) => P.fromLink(link).look };
let answer;
try { answer = call[name](...data); } catch (error) { answer = error.message; }
console.log(JSON.stringify(answer));
"""


def ask(node, *question: object) -> object:
    return json.loads(node("--input-type=module", "--eval", ASK, MODULE.as_uri(), json.dumps(question)))


GIVEN = {"classes": 2, "X": [[0, 0.5], [1, -1], [2, 3.25]], "c": [0, 1, 1]}
TYPED = {"A": [[], ["2/3"], ["0", "2/3"]], "beta": ["1/4", "3/8", "3/8"]}


@pytest.mark.parametrize(
    "choice",
    [
        {"data": "spiral", "scheme": "rk4", "d_hat": 4, "h": 1, "lift": "linear"},
        {"data": "squares_2D_4C", "net": "StandardNet", "activation": "relu", "rate": 1e-5},
        {"data": GIVEN, "scheme": TYPED, "noise": 0, "batch": 2},
    ],
    ids=["named", "standard", "given"],
)
def test_the_exported_code_trains_the_net_that_was_chosen(node, choice, capsys):
    full = {"samples": 20, "L": 3, "epochs": 2, "seed": 5, **choice}
    names: dict = {}
    exec(ask(node, "code", full), names)  # noqa: S102, what the page has written
    net, protocol, train = names["net"], names["protocol"], names["train"]
    assert type(net).__name__ == full.get("net", "RKNet")
    assert (net.d_hat, net.L, net.activation) == (full.get("d_hat", 3), 3, full.get("activation", "tanh"))
    assert net.lift_name == full.get("lift", "zero")
    if type(net).__name__ == "RKNet":
        assert net.h == full.get("h", 0.05)
        typed = isinstance(choice["scheme"], dict)
        assert [str(w) for w in net.tableau.beta] == (TYPED["beta"] if typed else ["1/6", "1/3", "1/3", "1/6"])
    assert (protocol.batch_size, protocol.learning_rate) == (full.get("batch", 5), full.get("rate", 1e-3))
    assert len(names["history"].val_accuracy) == 3
    if isinstance(full["data"], str):
        assert np.array_equal(train.X, random.points(full["data"], 40, seed=5).X[:20])
    else:
        assert np.array_equal(train.X, GIVEN["X"])
    assert "% of new points are right" in capsys.readouterr().out


def test_a_link_says_what_is_shown_and_what_is_hidden(node):
    look = ask(node, "look", "#rknet?points_shown=training&discrete=1&hide=data,plots")
    assert look == {"points": "training", "discrete": True, "hide": ["data", "plots"]}
    assert ask(node, "look", "#rknet?hide=dta").startswith("hide: must be one of experiments, data, ")
    assert ask(node, "look", "#rknet?points_shown=old") == "points_shown: must be one of new, training, none, got old"


def test_a_teacher_s_link_hides_parts_and_shows_the_training_points(opened: Opened):
    plain = opened(Playground("space")).page
    picture = "document.querySelector('.rkp-decide canvas').toDataURL()"
    before = plain.evaluate(picture)
    plain.get_by_label("shown in the prediction").select_option("training points")
    plain.wait_for_function(f"(old) => {picture} !== old", arg=before)
    plain.get_by_label("answers only").check()
    seen = opened(Playground("space"), "#rknet?d=3&h=0.25&points_shown=training&discrete=1&hide=data,plots,tools")
    page = seen.page
    assert page.get_by_label("answers only").is_checked()
    assert page.get_by_label("shown in the prediction").input_value() == "training"
    for part, shown in ((".rkp-in", False), (".rkp-plots", False), (".rkp-tools", False), (".rkp-net", True)):
        assert page.locator(part).is_visible() == shown
    untroubled(seen)


def test_code_and_picture_are_files(opened: Opened):
    page = opened(Playground("space")).page
    for button, ending, start in (("Python", "py", b'"""A net of the playground'), ("Picture", "png", b"\x89PNG")):
        with page.expect_download() as download:
            page.get_by_role("button", name=button, exact=True).click()
        assert download.value.suggested_filename == f"rknet-RKNet-20-seed-0.{ending}"
        assert Path(download.value.path()).read_bytes().startswith(start)
