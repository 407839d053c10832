"""The playground's widget: nets and points go to the page and come back, and a page without a kernel has it all."""

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup

from rknet import EulerNet, PointSet, RK4Net, RKNet, StandardNet, Tableau, draw, split
from rknet import playground as page
from rknet.identity import computes
from rknet.playground import Playground
from rknet.playground.limits import WHOLE
from rknet.playground.widget import LAYOUT, MODULE, PRESETS, SCHEMES
from rknet.plots import CLASS_COLOURS

POINTS = draw("donut_2D_6C", 60, seed=2)
TYPED = Tableau("typed", [[], ["2/3"], [0, "2/3"]], ["1/4", "3/8", "3/8"])  # Nyström's

NETS = {
    "StandardNet": StandardNet(2, 4, 6, 3, activation="relu", lift="learned", seed=1),
    "EulerNet": EulerNet(2, 2, 6, 5, h=0.2, seed=1),
    "RK4Net": RK4Net(2, 5, 6, 4, h=0.7, activation="softplus", lift="orthogonal", seed=1),
    "Kutta 3": RKNet(2, 3, 6, 2, tableau="kutta3", lift="linear", seed=1),
    "typed": RKNet(2, 3, 6, 2, tableau=TYPED, activation="logistic", seed=1),
}

UI = """
const P = await import(process.argv[1]);
const answer = (QUESTION);
console.log(JSON.stringify(answer));
"""


def ask(node, question: str):
    """What the module answers to an expression in P."""
    code = UI.replace("QUESTION", question)
    return json.loads(node("--input-type=module", "--eval", code, MODULE.as_uri()))


def state_of(playground: Playground) -> dict:
    """What a page without a kernel is given."""
    return json.loads(BeautifulSoup(playground.to_html(), "html.parser").div["data-state"])


# ---- to the page and back


@pytest.mark.parametrize("name", NETS)
def test_a_net_comes_back_with_the_same_bits(name):
    net = NETS[name]
    back = Playground(net=net, data=POINTS).to_net()
    assert computes(back) == computes(net)
    assert {**back.architecture, "net": ""} == {**net.architecture, "net": ""}
    x = torch.from_numpy(POINTS.X)
    assert torch.equal(back(x), net(x))


def test_weights_that_the_page_sends_arrive_as_arrays():
    """What ipywidgets does with a message: base64 of little-endian float32 by name, in the net's layout."""
    playground, net = Playground(configuration={"d_hat": 5, "L": 4, "h": 0.7, "lift": "orthogonal"}), NETS["RK4Net"]
    arrays = {"lift": net.lift.matrix, "K": net.K, "b": net.b, "W": net.W, "mu": net.mu}
    sent = {name: base64.b64encode(a.detach().numpy().astype("<f4").tobytes()).decode() for name, a in arrays.items()}
    playground.set_state({"weights": sent})
    assert {name: w.shape for name, w in playground.weights.items()} == {name: a.shape for name, a in arrays.items()}
    playground.set_state({"configuration": {**playground.configuration, "activation": "softplus"}})
    np.testing.assert_array_equal(playground.to_net().flow(POINTS.X), net.flow(POINTS.X))


def test_weights_go_out_as_text():
    sent = Playground(net=NETS["RK4Net"]).get_state("weights")["weights"]
    assert list(sent) == list(LAYOUT)
    K = np.frombuffer(base64.b64decode(sent["K"]), "<f4").reshape(4, 5, 5)
    np.testing.assert_array_equal(K, NETS["RK4Net"].K.detach().numpy())


def test_points_go_to_the_page_exactly():
    train, validation = split(POINTS, 40)
    data = Playground(data=(train, validation)).configuration["data"]
    assert (data["classes"], data["c"], data["validation"]["c"]) == (6, train.c.tolist(), validation.c.tolist())
    np.testing.assert_array_equal(np.float32(data["X"]), train.X)
    np.testing.assert_array_equal(np.float32(data["validation"]["X"]), validation.X)
    assert "validation" not in Playground(data=train).configuration["data"]


def test_there_is_no_net_before_the_page_has_sent_one():
    with pytest.raises(ValueError, match=r"^weights: must have come from the page, got none; run the cell"):
        Playground().to_net()


def test_what_is_not_of_the_plane_is_refused():
    solid = PointSet(np.zeros((4, 3)), np.array([0, 1, 0, 1]), 2)
    with pytest.raises(ValueError, match=r"^data: must be points of the plane, d = 2, got d = 3; choose"):
        Playground(data=solid)
    with pytest.raises(ValueError, match=r"^net: must take points of the plane, d = 2, got d = 3; build it with d=2"):
        Playground(net=StandardNet(3, 4, 2, 1))
    with pytest.raises(ValueError, match=r"^preset: must be a known name, got 'tori'; choose from plane, space"):
        Playground("tori")
    with pytest.raises(ValueError, match=r"^presets: must be a known name, got 'tori'"):
        Playground(presets=["tori"])


# ---- without a kernel


def test_a_cell_s_output_is_the_same_on_every_run():
    outputs = []
    for _ in range(2):
        data, _ = Playground("depth", presets=["depth"], net=NETS["typed"], data=POINTS)._repr_mimebundle_()
        outputs.append({kind: data[kind] for kind in ("text/plain", "text/html")})
    assert outputs[0] == outputs[1]
    assert outputs[0]["text/plain"] == "Playground(an RKNet with a typed tableau, d_hat=3, L=2, on 60 points)"


def test_the_page_is_given_the_widget_s_state():
    playground = Playground("plane", presets=["plane", "space"], task="Try < & >.", net=NETS["RK4Net"], compact=True)
    sent = state_of(playground)
    assert sent.pop("presets") == [
        {"title": PRESETS[name].title, "configuration": PRESETS[name].configuration, "say": PRESETS[name].say}
        for name in ("plane", "space")
    ]
    assert sent == {
        "compact": True,
        "configuration": playground.configuration,
        "goal": {},
        "race": [],
        "guide": [],
        "task": "Try < & >.",
        "weights": playground.get_state("weights")["weights"],
    }


def test_without_a_script_there_are_a_picture_and_a_sentence():
    soup = BeautifulSoup(Playground("depth", task="Do it.").to_html(), "html.parser")
    assert soup.svg["aria-label"].startswith("Points of spiral")
    points = draw("spiral", 240)
    drawn = [path["d"].count("M") for path in soup.svg.find_all("path")]
    assert drawn == np.bincount(points.c).tolist()
    sentence = soup.figcaption.get_text()
    assert "trains RK4Net of width 16 with 20 layers on spiral" in sentence and sentence.endswith("Do it.")


@pytest.mark.parametrize("name", ["standard-5", "plane"])
def test_a_wide_playground_says_so(name):
    assert 'class="rknet-playground rknet-wide"' in Playground(name).to_html()
    assert 'class="rknet-playground"' in Playground(name, compact=True).to_html()


# ---- what Python and the module both state


def test_the_module_accepts_every_preset(node):
    configurations = json.dumps([dict(preset.configuration) for preset in PRESETS.values()])
    completed = ask(node, f"{configurations}.map(P.validated)")
    for preset, full in zip(PRESETS.values(), completed, strict=True):
        assert preset.configuration.items() <= full.items()


def test_the_module_knows_the_schemes_with_their_coefficients_and_orders(node):
    from rknet import TABLEAUS

    known = dict(ask(node, "Object.entries(P.SCHEMES).map(([name, text]) => [name, [text.A, text.beta]])"))
    orders = dict(ask(node, "Object.entries(P.SCHEMES).map(([name, text]) => [name, P.readTableau(text).order])"))
    assert known.keys() == set(SCHEMES)
    for name, (A, beta) in known.items():
        assert Tableau(name, A, beta) == TABLEAUS[name]
        assert orders[name] == TABLEAUS[name].order


def test_classes_have_one_colour_in_figures_and_in_the_page():
    text = (Path(page.__file__).parent / "src" / "painting" / "colours.mjs").read_text("utf8")
    listed = re.search(r"CLASS_COLOURS = \[(.*)\]", text)
    assert listed
    colours = re.findall(r"#[0-9A-F]{6}", listed[1])
    assert colours == list(CLASS_COLOURS[: WHOLE["classes"][1]])


# ---- the module's own mathematics


def test_lines_of_zeros_are_a_circle(node):
    """x^2 + y^2 - 9 on a grid of step 0.5: one closed line at the distance 3, to twice h^2 / 8r."""
    lines = ask(
        node,
        "P.zeroLines(Array.from({ length: 17 * 17 }, (_, k) =>"
        " ((k % 17) / 2 - 4) ** 2 + (Math.floor(k / 17) / 2 - 4) ** 2 - 9), 17, 17)",
    )
    assert len(lines) == 1
    line = np.array(lines[0]).reshape(-1, 2) / 2 - 4
    np.testing.assert_array_equal(line[0], line[-1])
    np.testing.assert_allclose(np.hypot(*line.T), 3, atol=0.5**2 / (8 * 3) * 2)
    turns = np.unwrap(np.arctan2(*line.T[::-1]))
    assert abs(turns[-1] - turns[0]) == pytest.approx(2 * np.pi)


def test_axes_are_turned_to_wanted_ones(node):
    """The orthogonal Procrustes problem, solved by SciPy."""
    from scipy.linalg import orthogonal_procrustes

    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.normal(size=(6, 3)))[0].T
    wanted = axes + 0.3 * rng.normal(size=(3, 6))
    call = (
        f"[...P.turned(Float64Array.from({axes.ravel().tolist()}), Float64Array.from({wanted.ravel().tolist()}), 3, 6)]"
    )
    turned = np.array(ask(node, call)).reshape(3, 6)
    Q, _ = orthogonal_procrustes(axes.T, wanted.T)  # axes^T Q nearest to wanted^T
    np.testing.assert_allclose(turned, (axes.T @ Q).T, atol=1e-5)  # the module adds 1e-6 to keep free directions


def test_spread_is_that_of_the_library(node):
    from rknet.study.ledger.measurements import spread

    flow = NETS["RK4Net"].flow(POINTS.X)
    layers, n, d_hat = flow.shape
    call = (
        f"P.spreads({{ states: Float32Array.from({flow.ravel().tolist()}), n: {n}, L: {layers - 1}, d_hat: {d_hat} }})"
    )
    np.testing.assert_allclose(ask(node, call), [spread(layer.astype(float)) for layer in flow], rtol=1e-6)


THREE = {"classes": 3, "X": [[-4.0, 4.0], [4.0, -4.0], [-2.4, 0.8]], "c": [0, 1, 2]}
LOOK = "{ steps: 450, layer: 3, view: 2, azim: -40, elev: 10 }"


@pytest.mark.parametrize(
    "choice",
    [
        {},
        {"data": "spiral", "net": "StandardNet", "L": 7, "noise": 0.5, "activation": "relu", "seed": 4, "rate": 0.01},
        {"scheme": {"A": [[], ["2/3"], ["0", "2/3"]], "beta": ["1/4", "3/8", "3/8"]}, "h": 0.125, "lift": "learned"},
        {"data": {**THREE, "validation": {"X": [[4.0, -0.8]], "c": [2]}}},
        {"data": {"classes": 4, "X": [[0.8, 0.8]], "c": [0], "validation": {"X": [[-4.0, 4.0]], "c": [3]}}},
        {
            "data": {**THREE, "names": {"classes": ["ä, b", "c&d=", "<e>"], "columns": ["x", "%"]}},
            "batch": 1,
            "epochs": 9,
        },
    ],
)
def test_a_link_says_everything(node, choice):
    full, read, look = ask(
        node,
        f"(() => {{ const full = P.validated({json.dumps(choice)}), read = P.fromLink(P.toLink(full, {LOOK}));"
        " return [full, P.validated(read.choice), read.look]; })()",
    )
    given = isinstance(full["data"], dict)
    if given:  # places are on a grid of 255 steps, and the numbers that points ignore are not sent
        for part in (lambda run: run["data"], lambda run: run["data"].get("validation", {"X": []})):
            np.testing.assert_allclose(part(read).pop("X"), part(full).pop("X"), atol=8 / 255 / 2)
    assert read == full if full["net"] == "RKNet" else {**read, "h": full["h"]} == full
    assert look == {"steps": 450, "layer": 3, "view": 2, "azim": -40, "elev": 10}


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("#rknet?d=four", "d: must be a number, got four"),
        ("#rknet?steps=-1", "steps: must be a whole number from 0 to 1000000, got -1"),
        ("#rknet?points=a%40b", "points: must be written in letters of"),
        ("#rknet?points=AAAA__&names=[", "names: must be an object in JSON, got ["),
    ],
)
def test_a_link_that_cannot_be_is_refused(node, link, message):
    said = ask(
        node,
        f"(() => {{ try {{ return P.fromLink({json.dumps(link)}); }} catch (error) {{ return error.message; }} }})()",
    )
    assert said.startswith(message)
    assert ask(node, 'P.fromLink("#a-section")') is None


@pytest.mark.parametrize(
    "options", [{"data": True}, {"configuration": True}, {"task": 1}, {"compact": None}, {"data": ()}, {"net": 3}]
)
def test_values_of_another_type_are_refused(options):
    (name,) = options
    with pytest.raises(ValueError, match=rf"^{name}: must be .*, got .*; pass"):
        Playground(**options)
