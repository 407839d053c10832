"""The page opens networks and runs from files: with Python's bits, and hostile files are refused in a line."""

import base64
import copy
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from opening import Opened, record, untroubled
from playwright.sync_api import expect

from rknet import EulerNet, Protocol, RK4Net, RKNet, StandardNet, draw, fit
from rknet.engines.compiled.engine import Compiled
from rknet.plain import to_json
from rknet.playground import Playground
from rknet.playground.limits import LARGEST_FILE
from rknet.playground.widget import MODULE
from rknet.tableaus import Tableau

ASK = """
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
const P = await import(process.argv[1]);
const { texts, now, X } = JSON.parse(readFileSync(0, "utf8"));
const hash = (array) => createHash("sha256").update(new Uint8Array(array.buffer)).digest("hex");
const answers = texts.map((text) => {
  try {
    const { kind, configuration, weights, steps } = P.fromJson(text, P.validated(now));
    const trainer = new P.Trainer(configuration, { weights });
    const { engine } = trainer, at = new Float32Array(X.flat());
    const seen = { logits: hash(engine.logits(at)), states: hash(engine.states(at).states) };
    return { kind, configuration, steps, accuracy: trainer.history.val_accuracy[0], ...seen };
  } catch (error) { return error.message; }
});
console.log(JSON.stringify(answers));
"""

TYPED = Tableau("typed", [[], ["2/7"], ["-0.3", "1.1"]], ["1/5", "0", "4/5"])
FEW = draw("donut_2D_6C", 40, seed=1)

NETS = {
    "standard": lambda: StandardNet(2, 3, 6, 5, activation="relu", seed=1),
    "euler": lambda: EulerNet(2, 16, 6, 20, lift="linear", activation="softplus", seed=2),
    "rk4": lambda: RK4Net(2, 7, 6, 10, lift="orthogonal", h=0.25, seed=3),
    "heun": lambda: RKNet(2, 2, 6, 1, tableau="heun", lift="learned", activation="logistic", h=1, seed=4),
    "kutta3": lambda: RKNet(2, 4, 6, 3, tableau="kutta3", h=0.1, seed=5),
    "typed": lambda: RKNet(2, 10, 6, 4, tableau=TYPED, h=0.4, seed=6),
}


def text_of(net, folder: Path, **options) -> str:
    to_json(net, folder / "net.json", overwrite=True, **options)
    return (folder / "net.json").read_text("utf8")


def ask(node, texts: list[str], **now) -> list:
    question = json.dumps({"texts": texts, "now": now, "X": FEW.X.tolist()})
    return json.loads(node("--input-type=module", "--eval", ASK, MODULE.as_uri(), input=question))


def sha(array) -> str:
    return hashlib.sha256(np.ascontiguousarray(array, "<f4").tobytes()).hexdigest()


def test_an_opened_net_predicts_with_python_s_bits(node, tmp_path: Path):
    nets = {name: make() for name, make in NETS.items()}
    answers = ask(node, [text_of(net, tmp_path, points=FEW) for net in nets.values()], batch=100)
    for (name, net), answer in zip(nets.items(), answers, strict=True):
        engine = Compiled(net, Protocol())
        assert answer["kind"] == "net", answer
        assert answer["logits"] == sha(engine.logits(FEW.X)), name
        assert answer["states"] == sha(engine.states(FEW.X)), name
        assert answer["accuracy"] == (net.predict(FEW.X) == FEW.c).mean()
        chosen = answer["configuration"]
        assert (chosen["d_hat"], chosen["L"], chosen["batch"]) == (net.d_hat, net.L, len(FEW))
        if name in ("euler", "rk4", "heun", "kutta3"):
            assert (chosen["scheme"], chosen["h"]) == (name, net.h)


def test_a_net_without_points_is_shown_on_those_that_fit(node, tmp_path: Path):
    nets = [RK4Net(2, 3, classes, 2) for classes in (2, 4, 6, 3)]
    *fit_ones, three = ask(
        node, [text_of(net, tmp_path) for net in nets], data="spiral", noise=0.5, rate=0.01, decay=0.1
    )
    shown = [(answer["configuration"]["data"], answer["configuration"]["noise"]) for answer in fit_ones]
    assert shown == [("spiral", 0.5), ("squares_2D_4C", 0.3), ("donut_2D_6C", 0.2)]
    assert {(answer["configuration"]["rate"], answer["configuration"]["decay"]) for answer in fit_ones} == {(0.01, 0.1)}
    assert three == "classes: must be one of 2, 4, 6, or the file must hold points, got 3"


def with_change(stated: dict, place: str, value: object) -> str:
    """The file with one entry replaced, or left out where the value is `...`."""
    changed = copy.deepcopy(stated)
    *path, last = [int(step) if step.isdigit() else step for step in place.split("/")]
    inner = changed
    for step in path:
        inner = inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return json.dumps(changed)


HOSTILE_NETS = [
    ("format", "rknet net 2", 'format: must be "rknet net 1", as rknet.plain.to_json writes it, or'),
    ("format", ..., "format: must be "),
    ("d", 3, "d: must be 2, for the playground shows points of the plane, got 3"),
    ("net", ..., "net: must be stated, got nothing"),
    ("net", "ConvNet", "net: must be one of StandardNet, RKNet, got"),
    ("L", 10**9, "L: must be a whole number in 1 .. 100, got 1000000000"),
    ("L", 3, "weights.K: must be a list of 3, got"),
    ("d_hat", 17, "d_hat: must be a whole number in 2 .. 16, got 17"),
    ("d_hat", "3", 'd_hat: must be a whole number in 2 .. 16, got "3"'),
    ("classes", 1e400, "classes: must be one of 2, 4, 6, or the file must hold points, got null"),
    ("activation", "constructor", "activation: must be one of tanh, logistic, relu, softplus, got"),
    ("lift", "__proto__", "lift: must be one of zero, linear, orthogonal, learned, got"),
    ("h", 0, "h: must be a number in 0.001 .. 10, got 0"),
    ("h", [0.1, 0.2], "h: must be one number for all layers, for the playground knows no other, got [0.1,0.2]"),
    ("scheme", "rk4", "scheme: must be an object with A and beta, lists of entries as text, got"),
    ("scheme/beta", ["1"] * 9, "beta: must be a list of 1 .. 8 weights, got 9 weights"),
    ("scheme/beta/0", "9**9**9", "beta_1: must be a number such as 1/3, -2 or 0.25, got 9**9**9"),
    ("scheme/A/1/0", "globalThis.x = 1", "a_21: must be a number such as 1/3, -2 or 0.25, got globalThis.x = 1"),
    ("weights", ..., "weights: must be an object with lift, K, b, W, mu, got undefined"),
    ("weights/b/1/2", None, "weights.b[1][2]: must be a finite number, got null"),
    ("weights/b/1/2", "0", 'weights.b[1][2]: must be a finite number, got "0"'),
    ("weights/K/0/0/0", 1e39, "weights.K[0][0][0]: must be a finite number, got 1e+39"),
    ("weights/W/0", [1, 2], "weights.W[0]: must be a list of 3, got [1,2]"),
    ("weights/lift/2/0", 0.5, "weights.lift: must be the identity above zeros, for the lift zero, got"),
    ("points", [], "points: must be an object with classes, X and c, got []"),
    ("points", {"classes": 3, "X": [[0, 0]], "c": [0]}, "points.classes: must be 2, as the network's, got 3"),
    ("points", {"classes": 2, "X": [[0, None]], "c": [0]}, "data.X: must be a list of one or more points [x1, x2]"),
    ("points", {"classes": 2, "X": [[0, 0]], "c": [2]}, "data.c: must be a list of 1 classes in 0 .. 1, got [2]"),
    (
        "points",
        {"classes": 2, "X": [[0, 0]] * 5001, "c": [0] * 5001},
        "points.X: must be at most 5000 points, got",
    ),
]


def test_hostile_nets_are_refused_in_a_line(node, tmp_path: Path):
    stated = json.loads(text_of(RK4Net(2, 3, 2, 2), tmp_path))
    texts = [with_change(stated, place, value) for place, value, _ in HOSTILE_NETS]
    texts = [text.replace("Infinity", "1e400") for text in texts]
    for answer, (place, value, words) in zip(ask(node, texts), HOSTILE_NETS, strict=True):
        assert isinstance(answer, str), (place, value)
        assert answer.startswith(words), answer
        assert "\n" not in answer and len(answer) < 250
    whole = json.dumps(stated)
    odd = ["{", "[NaN]", "{" + whole, "null", "[" * 100_000, whole.replace('"mu": [', '"mu": [NaN, '), f"{whole} //"]
    for text, answer in zip(odd, ask(node, odd), strict=True):
        assert str(answer).startswith(("file: must be JSON", "format: must be")), text[:20]
    deep = with_change(stated, "weights/mu", 0).replace('"mu": 0', f'"mu": {"[" * 50_000}{"]" * 50_000}')
    assert str(ask(node, [deep])[0]).startswith(("weights.mu: must be a list of 2", "file: must be JSON"))


@pytest.fixture(scope="module")
def exported(node) -> dict:
    """A run of four steps, as the page exports it."""
    code = (
        "const P = await import(process.argv[1]);"
        "const trainer = new P.Trainer({ samples: 20, L: 2, seed: 3, batch: 5, epochs: 2 });"
        "trainer.advance(6); console.log(JSON.stringify(trainer.record()));"
    )
    return json.loads(node("--input-type=module", "--eval", code, MODULE.as_uri()))


HOSTILE_RUNS = [
    ("generator", "mt19937", "generator: must be "),
    ("configuration", [], "configuration: must be an object, got []"),
    ("configuration/L", 0, "L: must be a whole number in 1 .. 100, got 0"),
    ("configuration/code", "x", "configuration: must be made of data, noise, samples, "),
    ("start", "lost", 'start: must be "drawn" or "given", got "lost"'),
    ("steps", 10**9, "steps: must be a whole number in 0 .. 8, got 1000000000"),
    ("steps", 9, "steps: must be a whole number in 0 .. 8, got 9"),  # two epochs of four steps
    ("steps", -1, "steps: must be a whole number in 0 .. 8, got -1"),
    ("weights", "0" * 63, "weights: must be a hash of 64 digits, got"),
    ("initial/K", "####", 'initial.K: must be base64 of float32 numbers, got "####"'),
    ("initial/K", "AAA=", 'initial.K: must be base64 of float32 numbers, got "AAA="'),
    ("initial/K", "AAAAAA==", "weights.K: must be 18 numbers for this net, got 1"),
    ("initial", None, "initial: must be an object with lift, K, b, W, mu, got null"),
]


def test_hostile_runs_are_refused_in_a_line(node, exported: dict):
    given = {**exported, "start": "given"}
    answers = ask(node, [json.dumps(given), *(with_change(given, place, value) for place, value, _ in HOSTILE_RUNS)])
    assert answers[0]["kind"] == "run"
    for answer, (place, _, words) in zip(answers[1:], HOSTILE_RUNS, strict=True):
        assert str(answer).startswith(words), (place, answer)
    spoilt = np.frombuffer(base64.b64decode(given["initial"]["b"]), "<f4").copy()
    spoilt[0] = np.nan
    text = with_change(given, "initial/b", base64.b64encode(spoilt.tobytes()).decode())
    assert ask(node, [text])[0] == "initial.b: must be finite numbers, got NaN"


def sentence(page) -> str:
    return page.inner_text(".rkp-sentence")


def choose_file(page, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open", exact=True).click()
    chooser.value.set_files(path)


def says(page, words: str) -> None:
    page.wait_for_function("(w) => document.querySelector('.rkp-sentence').textContent.includes(w)", arg=words)


def test_a_trained_net_is_opened_shown_and_trained_further(opened: Opened, tmp_path: Path):
    both = draw("squares", 400, seed=5)
    train, validation = both[:200], both[200:]
    net = RKNet(2, 4, 2, 5, tableau="heun", h=0.5, lift="learned", seed=3)
    fit(net, train, validation, Protocol(epochs=30, batch_size=10, learning_rate=0.01, stop_early=False), seed=0)
    right = (net.predict(validation.X) == validation.c).mean()
    assert right > 0.7  # so that it has learned something
    to_json(net, tmp_path / "squares.json", points=(train, validation))
    seen = opened(Playground("space"))
    page = seen.page
    choose_file(page, tmp_path / "squares.json")
    says(page, f"This is the network of squares.json, as it was trained: {100 * right:.1f} % of new points are right.")
    assert float(page.inner_text(".rkp-number").split()[0]) == pytest.approx(100 * right, abs=0.051)
    for label, value in (("network", "heun"), ("lift to feature space", "learned")):
        assert page.get_by_label(label, exact=True).input_value() == value
    run = record(page)
    found = np.frombuffer(base64.b64decode(run["initial"]["K"]), "<f4")
    assert run["start"] == "given" and np.array_equal(found, net.K.detach().numpy().ravel())
    slider = page.get_by_label("learning rate")
    slider.focus()
    page.keyboard.press("ArrowLeft")  # what a net is trained with does not change the net
    page.wait_for_timeout(400)
    assert "squares.json" in sentence(page)
    page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_selector('.rkp[data-step="1"]')
    assert "squares.json" not in sentence(page)
    page.get_by_role("button", name="Reset", exact=True).click()
    says(page, "This is the network of squares.json")
    depth = page.get_by_label("depth")
    depth.focus()
    page.keyboard.press("ArrowLeft")
    says(page, "Nothing has been learned yet: the weights are random.")
    untroubled(seen)


def test_a_record_is_opened_and_repeated(opened: Opened, tmp_path: Path, exported: dict):
    (tmp_path / "run.json").write_text(json.dumps(exported), "utf8")
    (tmp_path / "other.json").write_text(json.dumps({**exported, "weights": "0" * 64}), "utf8")
    seen = opened(Playground("space"))
    page = seen.page
    choose_file(page, tmp_path / "run.json")
    says(
        page, f"Repeated: the 6 steps of run.json lead to the weights that the file states, {exported['weights'][:12]}."
    )
    assert page.get_attribute(".rkp", "data-step") == "6"
    again = record(page)
    assert {key: again[key] for key in ("steps", "weights", "history")} == {
        key: exported[key] for key in ("steps", "weights", "history")
    }
    page.get_by_label("batch", exact=True).press("ArrowRight")
    says(page, "Nothing has been learned yet: the weights are random.")  # the run is no longer that of the file
    choose_file(page, tmp_path / "other.json")
    says(page, "The 6 steps of other.json lead to other weights than the file states, 000000000000.")
    untroubled(seen)


DROP = """([name, text]) => {
  const dropped = new DataTransfer();
  dropped.items.add(new File([text], name));
  const board = document.querySelector(".rkp-decide canvas");
  board.dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
}"""


def test_dropped_files_are_nets_runs_and_tables_or_refused_until_something_moves(opened: Opened, tmp_path: Path):
    seen = opened(Playground("space"))
    page = seen.page
    page.evaluate(DROP, ["broken.json", '{"format": "rknet net 9"}'])
    says(page, 'broken.json cannot be opened. format: must be "rknet net 1"')
    page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_selector('.rkp[data-step="1"]')
    assert "broken" not in sentence(page)
    page.evaluate(DROP, ["few.csv", "1,2,a"])
    says(page, "few.csv cannot be opened. table: must have 4 to 4000 rows of points, got 1; add points, one per row")
    page.evaluate(DROP, ["net.json", text_of(RK4Net(2, 3, 2, 2), tmp_path)])
    says(page, "This is the network of net.json")
    page.evaluate(DROP, ["points.csv", "1,2,a\n2,1,b\n3,2,a\n4,4,b"])
    page.wait_for_selector(".rkp-own:not([hidden])")
    page.evaluate(
        "([name, size]) => { const board = document.querySelector('.rkp-decide canvas'), dropped = new DataTransfer();"
        "const file = new File(['{}'], name); Object.defineProperty(file, 'size', { value: size });"
        "const event = new DragEvent('drop', { bubbles: true });"
        "Object.defineProperty(event, 'dataTransfer', { value: { files: [file] } }); board.dispatchEvent(event); }",
        ["large.json", LARGEST_FILE + 1],
    )
    says(page, f"large.json cannot be opened. file: must be of at most {LARGEST_FILE} bytes")
    untroubled(seen)


LATE = """() => {
  const text = Blob.prototype.text;
  Blob.prototype.text = async function () {
    const late = this.name === "late.csv" || this.name === "gone.csv";
    if (late) await new Promise((resolve) => { window.release = resolve; });
    if (this.name === "gone.csv") throw new Error("the file is gone");
    return text.call(this);
  };
}"""
"""Two files are read only when `release` is called, and one of them cannot be read then."""


@pytest.mark.parametrize("late", ["late.csv", "gone.csv"])
@pytest.mark.parametrize("by", ["drop", "form"])
def test_of_two_files_the_one_chosen_last_is_opened(opened: Opened, tmp_path: Path, late: str, by: str):
    page = opened(Playground("space")).page
    page.evaluate(LATE)
    if by == "drop":
        page.evaluate(DROP, [late, "1,2,slow\n2,1,b\n3,2,slow\n4,4,b"])
    else:
        (tmp_path / late).write_text("1,2,slow\n2,1,b\n3,2,slow\n4,4,b", "utf8")
        page.locator("input[type=radio]").last.check(force=True)
        page.get_by_text("points from a table").click()
        page.get_by_label("or open a file").set_input_files(tmp_path / late)
    page.wait_for_function("() => Boolean(window.release)")
    page.evaluate(DROP, ["quick.csv", "1,2,quick\n2,1,b\n3,2,quick\n4,4,b"])
    page.wait_for_function("document.querySelector('.rkp-key').textContent.includes('quick')")
    page.evaluate("release()")
    page.wait_for_timeout(500)  # until it would have been opened
    assert "quick" in page.inner_text(".rkp-key") and "gone" not in sentence(page)
    assert page.inner_text(".rkp-table [role=status]").startswith("4 points in 2 classes (b, quick)")


def test_an_answer_on_a_button_stays_as_long_after_a_second_press(opened: Opened):
    page = opened(Playground("space")).page
    page.clock.install()
    button = page.get_by_role("button", name="Python")
    files = []
    page.on("download", lambda file: files.append(file.suggested_filename))
    button.click()
    page.clock.run_for(1500)
    button.click()
    page.clock.run_for(1500)
    assert button.inner_text() == "Python ✓"
    page.clock.run_for(1000)
    assert button.inner_text() == "Python"
    assert len(files) == 2


def test_a_link_does_not_pretend_to_hold_weights(opened: Opened, tmp_path: Path):
    (tmp_path / "net.json").write_text(text_of(RK4Net(2, 3, 2, 2), tmp_path), "utf8")
    page = opened(Playground("space")).page
    choose_file(page, tmp_path / "net.json")
    says(page, "This is the network of net.json")
    page.get_by_role("button", name="Copy link").click()
    assert page.get_by_role("button", name="Weights need Export").is_visible()
    page.get_by_text("for teachers: a link with a task").click()
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("button", name="Weights need Export")).to_have_count(2)
    assert not page.get_by_label("The link", exact=True).is_visible()


def test_a_given_net_is_not_called_random(opened: Opened):
    net = RK4Net(2, 3, 2, 2)
    with torch.no_grad():
        net.mu.copy_(torch.tensor([5.0, -5.0]))
    page = opened(Playground("space", net=net)).page
    says(page, "This is the network that was given, as it was trained: ")
