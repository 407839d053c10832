"""What leaves the playground: the Python code of a run, a picture, and links for teachers that hide parts."""

import json
from pathlib import Path

import numpy as np
import pytest
from opening import Opened, untroubled
from playwright.sync_api import expect

from rknet import draw
from rknet.playground import Playground, random
from rknet.playground.widget import MODULE

ASK = """
const P = await import(process.argv[1]);
const [name, ...data] = JSON.parse(process.argv[2]);
const code = (choice) => P.pythonOf(P.validated(choice)), look = (link) => P.fromLink(link).look;
const plain = { steps: 0, layer: null, view: 3, azim: 0, elev: 0 };
const link = (choice) => P.fromLink(P.toLink(P.validated(choice), plain)).choice;
const call = { code, look, link, solved: P.solved };
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
        {"data": "spiral", "epochs": 3, "h": 1, "rates": [[3, 3e-4], [9, 3e-3]]},
        {"data": "spiral", "share": 0.3, "decay": 0.03},
    ],
    ids=["named", "standard", "given", "rates", "share"],
)
def test_the_exported_code_trains_the_net_that_was_chosen(node, choice, capsys):
    full = {"scheme": "rk4", "samples": 20, "L": 3, "epochs": 2, "seed": 5, **choice}
    names: dict = {}
    exec(ask(node, "code", full), names)  # noqa: S102, what the page has written
    net, protocol, train = names["net"], names["protocol"], names["train"]
    assert type(net).__name__ == full.get("net", "RKNet")
    assert (net.d_hat, net.L, net.activation) == (full.get("d_hat", 3), 3, full.get("activation", "tanh"))
    assert net.lift_name == full.get("lift", "zero")
    if type(net).__name__ == "RKNet":
        assert net.h == full.get("h", 0.05)
        typed = isinstance(full["scheme"], dict)
        assert [str(w) for w in net.tableau.beta] == (TYPED["beta"] if typed else ["1/6", "1/3", "1/3", "1/6"])
    assert (protocol.batch_size, protocol.learning_rate) == (full.get("batch", 5), full.get("rate", 1e-3))
    assert protocol.weight_decay == full.get("decay", 0)
    assert len(names["history"].val_accuracy) == full["epochs"] + 1
    rates = [protocol.rate * factor for factor in protocol.factors()]  # an epoch has four steps
    assert rates == pytest.approx([1e-3, 3e-4, 3e-3] if "rates" in choice else [protocol.rate] * full["epochs"])
    if isinstance(full["data"], str):
        size = 12 if "share" in choice else 20
        assert np.array_equal(train.X, random.points(full["data"], 40, seed=5).X[:size])
        assert len(names["validation"]) == 40 - size
    else:
        assert np.array_equal(train.X, GIVEN["X"])
    assert "% of new points are right" in capsys.readouterr().out


def test_a_link_says_when_the_learning_rate_was_changed(node):
    rates = [[3, 3e-4], [900, 1e-6]]
    assert ask(node, "link", {"rates": rates})["rates"] == rates
    assert not {"rates", "share", "decay"} & set(ask(node, "link", {}))
    assert ask(node, "link", {"share": 0.3})["share"] == 0.3
    assert ask(node, "link", {"decay": 1e-3})["decay"] == 1e-3
    assert ask(node, "look", "#rknet?rates=3:x") == {}  # which is refused when the run is configured


def test_a_link_says_what_is_shown_and_what_is_hidden(node):
    look = ask(node, "look", "#rknet?points_shown=training&discrete=1&hide=data,plots")
    assert look == {"points": "training", "discrete": True, "hide": ["data", "plots"]}
    assert ask(node, "look", "#rknet?hide=dta").startswith("hide: must be one of experiments, data, ")
    assert (
        ask(node, "look", "#rknet?points_shown=old") == "points_shown: must be one of new, training, all, none, got old"
    )


def test_a_teacher_makes_a_link_with_a_task_and_without_some_parts(opened: Opened):
    page = opened(Playground("space")).page
    page.get_by_text("for teachers").click()
    page.get_by_label("task", exact=True).fill("Reach 90 % & <b>more</b>.")
    tools = page.get_by_label("tools", exact=True)
    expect(tools).to_have_accessible_description("speed, link and export")
    tools.check()
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    page.get_by_role("button", name="Copy the link").click()
    page.wait_for_function("document.querySelector('.rkp-teaching input[readonly]').value.includes('#rknet?')")
    link = page.get_by_label("The link").input_value()
    seen = opened(Playground("space"), link[link.index("#") :])
    assert seen.page.inner_text(".rkp-task").strip() == "Your task. Reach 90 % & <b>more</b>."
    assert not seen.page.locator(".rkp-tools").is_visible()
    assert seen.page.locator(".rkp-net").is_visible()
    untroubled(seen)


def test_a_teacher_chooses_whether_a_link_begins_with_the_training_so_far(opened: Opened):
    page = opened(Playground("space")).page
    for _ in range(2):
        page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_selector('.rkp[data-step="2"]')
    page.get_by_text("for teachers").click()
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    for wanted in ("steps=0", "steps=2"):
        page.get_by_role("button", name="Copy the link").or_(page.get_by_role("button", name="below")).click()
        page.wait_for_function(
            "(wanted) => document.querySelector('.rkp-teaching input[readonly]').value.includes(`&${wanted}&`)",
            arg=wanted,
        )
        page.get_by_label("begin with the training so far").check()


def test_a_link_without_a_task_ends_the_one_of_the_link_before(opened: Opened):
    page = opened(Playground("space"), "#rknet?task=Try.").page
    task = page.locator(".rkp-task")
    expect(task).to_have_text("Your task. Try.")
    page.evaluate("location.hash = '#rknet?L=3'")
    expect(task).to_be_hidden()


def test_a_long_task_is_refused(node):
    assert ask(node, "look", f"#rknet?task={'x' * 301}") == "task: must have at most 300 letters, got 301"


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


def test_a_task_stays_when_the_experiments_are_hidden(opened: Opened):
    page = opened(Playground("space"), "#rknet?hide=experiments&task=Find%20a%20width").page
    assert page.locator(".rkp-task").inner_text() == "Your task. Find a width"
    assert not page.locator(".rkp-presets > button").first.is_visible()


def test_own_points_are_shown_as_they_are_chosen(opened: Opened):
    """All of them at first; then those to train with, new ones, or none: four pictures."""
    own = draw("donut_2D", 60, seed=0), draw("donut_2D", 30, seed=1)
    page = opened(Playground("space", data=own)).page
    shown = page.get_by_label("shown in the prediction")
    expect(shown).to_have_value("all")
    picture, seen = "document.querySelector('.rkp-decide canvas').toDataURL()", set()
    page.wait_for_timeout(500)
    for choice in ("all", "training", "new", "none"):
        shown.select_option(choice)
        page.wait_for_timeout(500)
        seen.add(page.evaluate(picture))
    assert len(seen) == 4


def test_code_and_picture_are_files(opened: Opened):
    page = opened(Playground("space")).page
    for button, ending, start in (("Python", "py", b'"""A net of the playground'), ("Picture", "png", b"\x89PNG")):
        with page.expect_download() as download:
            page.get_by_role("button", name=button, exact=True).click()
        assert download.value.suggested_filename == f"rknet-RKNet-20-seed-0.{ending}"
        assert Path(download.value.path()).read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("state", "accuracies", "chosen", "expected"),
    [
        ("training", [0.5, 0.96], {}, True),
        ("training", [0.96], {}, False),  # nothing has been trained
        ("training", [0.5, 0.94], {}, False),
        ("training", [0.5, 0.96], {"L": 11}, False),
        ("training", [0.5, 0.96], {"net": "RKNet"}, False),
        ("training", [0.5, 0.96], {"rates": [[9, 1e-4]]}, True),
        ("training", [0.5, 0.96], {"rates": [[9, 1e-2]]}, False),
    ],
)
def test_a_task_is_solved_when_all_of_its_goal_holds(node, state, accuracies, chosen, expected):
    goal = {"net": "StandardNet", "L": [1, 10], "rate": [1e-4, 1e-3], "accuracy": [0.95, 1]}
    configuration = {"net": "StandardNet", "L": 10, "rate": 1e-3, **chosen}
    assert (
        ask(node, "solved", goal, configuration, {"state": state, "history": {"val_accuracy": accuracies}}) == expected
    )
    low = {"accuracy": [0, 0.6]}  # failure is known only at the end
    for end in ("training", "finished"):
        seen = {"state": end, "history": {"val_accuracy": [0.5, 0.55]}}
        assert ask(node, "solved", low, configuration, seen) == (end == "finished")


def test_a_solved_task_says_so(opened: Opened):
    goal = {"accuracy": (0, 1), "L": (19, 20)}
    page = opened(Playground("space", task="Train it.", goal=goal, configuration={"samples": 20})).page
    assert page.inner_text(".rkp-task") == "Your task. Train it."
    for _ in range(4):
        page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_function("/✓ Solved: \\d+\\.\\d % are right/.test(document.querySelector('.rkp-task').textContent)")


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        (5, "goal: must be a mapping, got 5; pass for example"),
        ("", "goal: must be a mapping, got ''; pass for example"),
        (np.zeros(0), r"goal: must be a mapping, got array\(\[\], dtype=float64\); pass for example"),
        ({"accuracy": 0.9}, r"goal: must give accuracy a pair \(least, most\), got 0.9; pass for example"),
        ({"L": ("a", 2)}, r"goal: must give L a pair \(least, most\), got"),
        ({"L": (2, 1)}, r"goal: must give L a pair \(least, most\), got"),
        ({"net": (1, 2)}, "goal: must give net a name, got"),
        ({"depth": (1, 2)}, "goal: must be a known name, got .depth.; choose from accuracy"),
    ],
)
def test_a_goal_that_cannot_be_is_refused(goal, words):
    with pytest.raises(ValueError, match=words):
        Playground(task="Try.", goal=goal)
