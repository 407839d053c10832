"""The page computes what Python computes: every laboratory, ten settings each, in Node and with the library."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from bs4 import BeautifulSoup

from rknet import RK4Net, draw
from rknet.convolution import ConvolutionalRKNet
from rknet.laboratories import (
    DigitLaboratory,
    FeatureLaboratory,
    FlowInSpace,
    SchemeLaboratory,
    TableauLaboratory,
    TrainingLaboratory,
    run,
)
from rknet.laboratories.digits.laboratory import answer
from rknet.laboratories.digits.net import encoded, read, rounded, stored
from rknet.laboratories.laboratory import Laboratory
from rknet.laboratories.tableau import OWN, ROUNDING
from rknet.playground.widget import MODULE

BUNDLE = MODULE.with_name("laboratories.mjs")
LIBM = 1e-11
"""Difference by which tanh, sin and cos of JavaScript and of PyTorch may grow along an orbit of a hundred layers."""

SCRIPT = """
const { LABORATORIES } = await import(process.argv[1]);
const { readFileSync } = await import("node:fs");
const { kind, given, settings } = JSON.parse(readFileSync(0, "utf8"));
const found = settings.map((values) => LABORATORIES[kind].numbers(values, given));
console.log(JSON.stringify(found, (_, value) => (ArrayBuffer.isView(value) ? [...value] : value)));
"""


def on_page(node: Callable[..., str], laboratory: type[Laboratory], settings: list[dict[str, Any]]) -> Any:
    """The numbers of a laboratory for each setting, as the page's module finds them."""
    asked = json.dumps({"kind": laboratory.kind, "given": laboratory.given(), "settings": settings})
    return json.loads(node("--input-type=module", "--eval", SCRIPT, BUNDLE.as_uri(), input=asked))


SCHEMES = [
    {"scheme": scheme, "h": h, "L": L}
    for scheme, h, L in [
        ("euler", 0.5, 14),
        ("euler", 0.05, 100),
        ("midpoint", 1.0, 10),
        ("heun", 0.75, 30),
        ("ralston", 0.3, 7),
        ("kutta3", 1.7, 12),
        ("rk4", 1.5, 20),
        ("rk4", 0.1, 1),
        ("rk38", 2.0, 25),
        ("dopri5", 0.6, 40),
    ]
]


def test_scheme(node: Callable[..., str]) -> None:
    for values, found in zip(SCHEMES, on_page(node, SchemeLaboratory, SCHEMES), strict=True):
        truth = SchemeLaboratory.numbers(**values)
        order = found.pop("order"), truth.pop("order")
        assert (order[0] is None) == (order[1] is None), values
        if order[1] is not None:
            assert order[0] == pytest.approx(order[1], abs=1e-2), values  # of errors down to ten times LIBM
        for name, number in truth.items():
            np.testing.assert_allclose(found[name], number, rtol=1e-9, atol=LIBM, err_msg=f"{name} of {values}")


def typed(A: str, beta: str) -> dict[str, Any]:
    return {"scheme": OWN, "A": A, "beta": beta}


TABLEAUS_ASKED = [
    *({"scheme": name, "A": "", "beta": ""} for name in ("euler", "midpoint", "ralston", "rk4", "gauss4", "dopri5")),
    {"scheme": "implicit_midpoint", "A": "", "beta": ""},
    typed("\n2/3\n0, 2/3", "1/4, 3/8, 3/8"),
    typed("; -(1 - 3/2)*1.5", "1/3, 2/3"),
    typed("1/2 - sqrt(2)/4; 1/2, 1/2 - sqrt(2)/4", "1/2, 1/2"),
]
SOLVED = 1e-12
"""Relative rounding of a gradient through 64 layers whose stages are found by Newton's method."""


def test_tableau(node: Callable[..., str]) -> None:
    for values, found in zip(TABLEAUS_ASKED, on_page(node, TableauLaboratory, TABLEAUS_ASKED), strict=True):
        truth = TableauLaboratory.numbers(**values)
        for name in ("order", "partner_order", "pair"):
            assert found[name] == truth[name], (name, values)
        for name in ("partner", "right", "wrong"):
            assert (found[name] is None) == (truth[name] is None), (name, values)
        if truth["partner"] is not None:
            np.testing.assert_allclose(found["partner"], truth["partner"], rtol=1e-14, atol=1e-15)
            assert max(found["right"]) < ROUNDING
        np.testing.assert_allclose(found["wrong"], truth["wrong"], rtol=1e-6, atol=SOLVED, err_msg=str(values))
        assert found["growth"] == pytest.approx(truth["growth"], rel=1e-12)


@pytest.mark.parametrize(("A", "beta"), [("\n9**9", "1/2, 1/2"), ("1", "1/2; 1/2"), ("\n1,", "1/2, 1/2"), ("", "")])
def test_what_is_no_tableau_is_refused_on_both_sides(node: Callable[..., str], A: str, beta: str) -> None:
    with pytest.raises(ValueError, match=r"must"):
        TableauLaboratory.numbers(**typed(A, beta))
    code = f"""
const {{ LABORATORIES }} = await import(process.argv[1]);
try {{ LABORATORIES.tableau.numbers({json.dumps(typed(A, beta))}, {{ own: {json.dumps(OWN)} }}); }}
catch (error) {{ console.log(error.message); }}"""
    assert "must" in node("--input-type=module", "--eval", code, BUNDLE.as_uri())


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two epochs on few points."""
    monkeypatch.setattr(run, "EPOCHS", 2)
    monkeypatch.setattr(run, "SAMPLES", 60)


TRAININGS = [
    dict(zip(("data", "net", "d_hat", "lift", "L", "h", "activation"), values, strict=True))
    for values in [
        ("spiral", "RK4Net", 16, "linear", 20, 0.05, "tanh"),
        ("spiral", "StandardNet", 16, "linear", 40, 0.05, "tanh"),
        ("donut_1D", "EulerNet", 2, "zero", 5, 1.0, "relu"),
        ("donut_1D", "RK4Net", 16, "learned", 5, 0.1, "logistic"),
        ("donut_2D", "RK4Net", 3, "zero", 20, 0.2, "tanh"),
        ("donut_2D", "StandardNet", 8, "orthogonal", 10, 0.2, "softplus"),
        ("squares", "EulerNet", 4, "linear", 3, 0.5, "logistic"),
        ("squares", "RK4Net", 16, "orthogonal", 1, 1.0, "softplus"),
        ("donut_2D", "EulerNet", 16, "learned", 40, 0.05, "relu"),
        ("squares", "StandardNet", 2, "zero", 1, 0.05, "relu"),
    ]
]
DOUBLE = 1e-9
"""Relative difference of spreads in double precision, whose activations differ in the last bit in each layer."""


@pytest.mark.usefixtures("short")
def test_training(node: Callable[..., str]) -> None:
    """Costs and accuracies bit for bit; the spread from the same weights in double precision."""
    for values, found in zip(TRAININGS, on_page(node, TrainingLaboratory, TRAININGS), strict=True):
        truth = TrainingLaboratory.numbers(**values)
        assert (found["cost"], found["accuracy"]) == (truth["cost"], truth["accuracy"]), values
        np.testing.assert_allclose(found["spread"], truth["spread"], rtol=DOUBLE, atol=1e-15, err_msg=str(values))


FEATURES = [
    {"data": data, "net": net, "L": L, "h": h, "way": way}
    for data, net, L, h, way in [
        ("donut_2D_6C", "EulerNet", 5, 1.0, 100),
        ("donut_2D_6C", "RK4Net", 10, 0.5, 50),
        ("squares_2D_4C", "RK4Net", 20, 0.05, 0),
        ("squares_2D_4C", "StandardNet", 3, 0.05, 35),
        ("spiral", "RK4Net", 1, 1.0, 45),
        ("spiral", "EulerNet", 40, 0.1, 75),
        ("donut_1D", "StandardNet", 5, 0.2, 10),
        ("donut_1D", "RK4Net", 3, 0.2, 85),
        ("donut_2D", "EulerNet", 10, 0.05, 5),
        ("squares", "RK4Net", 5, 1.0, 100),
    ]
]


@pytest.mark.usefixtures("short")
def test_features(node: Callable[..., str]) -> None:
    for values, found in zip(FEATURES, on_page(node, FeatureLaboratory, FEATURES), strict=True):
        truth = FeatureLaboratory.numbers(**values)
        assert (found["accuracy"], found["layer"]) == (truth["accuracy"], truth["layer"]), values
        np.testing.assert_allclose(found["variances"], truth["variances"], rtol=1e-8, err_msg=str(values))
        # The page keeps components in single precision.
        np.testing.assert_allclose(found["deviations"], truth["deviations"], rtol=1e-5, atol=1e-7, err_msg=str(values))


@pytest.mark.usefixtures("short")
def test_the_numbers_depend_on_every_control() -> None:
    """What the page is compared with is not blind to a control."""
    for laboratory, settings, others in [
        (SchemeLaboratory, SCHEMES[0], {"scheme": "heun", "h": 0.6, "L": 15}),
        (TableauLaboratory, typed(";1", "1/2, 1/2"), {"scheme": "euler", "A": ";2/3", "beta": "1/4, 3/4"}),
        (TrainingLaboratory, TRAININGS[0], {**TRAININGS[2], "L": 10, "net": "EulerNet"}),
        (FeatureLaboratory, FEATURES[0], {**FEATURES[1], "data": "spiral", "way": 20}),
    ]:
        first = laboratory.numbers(**settings)
        for name, value in others.items():
            assert laboratory.numbers(**{**settings, name: value}) != first, (laboratory.kind, name)


def test_flow(node: Callable[..., str]) -> None:
    """A moving cloud arrives on the page as it is, up to a byte a coordinate, its layers and points evenly chosen."""
    rng = np.random.default_rng(0)
    flow = np.cumsum(rng.normal(size=(41, 900, 3)), axis=0) * [1, 2, 0.1]
    cloud = FlowInSpace("fig-x", "a cloud", flow, np.arange(900) % 6)
    state = json.loads(BeautifulSoup(cloud._repr_html_(), "html.parser").div["data-state"])
    layers = state["given"]["layers"]
    assert (layers[0], layers[-1], len(layers)) == (0, 40, 26)
    asked = json.dumps({"kind": "flow", "given": state["given"], "settings": [{"layer": l} for l in layers[:10]]})
    answers = json.loads(node("--input-type=module", "--eval", SCRIPT, BUNDLE.as_uri(), input=asked))
    chosen = flow[layers][:, ::3]
    middle = (chosen.max(axis=(0, 1)) + chosen.min(axis=(0, 1))) / 2
    step = np.abs(chosen - middle).max() / 127
    for points, found in zip(chosen[:10] - middle, answers, strict=True):
        assert np.abs(found["middle"] - points.mean(axis=0)).max() < step / 2  # half a byte a point
        farthest = np.linalg.norm(points - points.mean(axis=0), axis=1).max()
        assert found["farthest"] == pytest.approx(farthest, abs=2 * step)


@pytest.mark.parametrize(("d_hat", "N"), [(3, 300), (5, 900)])
def test_the_flow_of_a_net(d_hat: int, N: int) -> None:
    """The states in space as they are, wider ones as principal components, which keep distances as far as three can."""
    net, points = RK4Net(2, d_hat, 2, 4, h=0.5, lift="linear"), draw("spiral", N)
    cloud = FlowInSpace.of("fig-x", "a cloud", net, points)
    truth = net.double().flow(points.X[:: 1 if N == 300 else 3])
    assert cloud.states.shape == (5, 300, 3)
    single = 1e-5  # roundings of four layers in single precision
    if d_hat == 3:
        np.testing.assert_allclose(cloud.states, truth, atol=single)
    else:
        near, far = (np.linalg.norm(Y - Y[:, :1], axis=2) for Y in (cloud.states, truth))
        assert (near <= far + single).all() and near.sum() > 0.9 * far.sum()


@pytest.mark.parametrize(
    ("flow", "c", "message"),
    [
        (np.zeros((2, 3, 2)), [0, 0, 0], r"^flow: must have shape \(L\+1, N, 3\), got \(2, 3, 2\); pass"),
        (np.full((2, 3, 3), np.nan), [0, 0, 0], r"^flow: must be finite, got 18"),
        (np.zeros((2, 3, 3)), [0, 99, 0], r"^c: must lie in 0.."),
        (np.zeros((2, 3, 3)), [0, 0], r"^c: must have one label a sample"),
    ],
)
def test_what_is_no_flow_in_space_is_refused(flow: Any, c: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FlowInSpace("fig-x", "a cloud", flow, c)


DIGITS = [{"digit": str(digit), "layer": layer} for digit, layer in enumerate([0, 1, 2, 3, 4, 4, 3, 2, 1, 0])]


def test_digit(node: Callable[..., str]) -> None:
    """Ten digits; the net in double precision on both sides."""
    for values, found in zip(DIGITS, on_page(node, DigitLaboratory, DIGITS), strict=True):
        truth = DigitLaboratory.numbers(**values)
        np.testing.assert_allclose(found["probabilities"], truth["probabilities"], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(found["sizes"], truth["sizes"], rtol=1e-10, err_msg=str(values))


def test_any_image_is_read_alike(node: Callable[..., str]) -> None:
    image = np.random.default_rng(1).random(196)
    found = on_page(node, DigitLaboratory, [{"image": image.tolist(), "layer": 4}])[0]
    np.testing.assert_allclose(found["probabilities"], answer(image[None])[1], rtol=1e-9, atol=1e-12)


def test_the_stored_net_is_small_and_reads_its_samples() -> None:
    """Fewer than 300 kB with everything; nine of the ten unseen samples at least."""
    assert len(DigitLaboratory(layer=0).to_html()) < 300_000
    read = [int(np.argmax(DigitLaboratory.numbers(digit=str(digit), layer=0)["probabilities"])) for digit in range(10)]
    assert sum(a == b for a, b in enumerate(read)) >= 9
    assert stored()["accuracy"] > 0.96


def test_rounding_keeps_every_weight_to_half_a_byte() -> None:
    net = ConvolutionalRKNet((1, 14, 14), 3, 10, 2, tableau="rk4", h=0.5)
    back = read(json.loads(encoded(rounded(net))))
    for name in ("K", "W"):
        weights, found = (getattr(each, name).detach().double().numpy() for each in (net, back))
        largest = np.abs(weights).reshape(*weights.shape[: 2 if name == "K" else 1], -1).max(axis=-1)
        half = largest.reshape(*largest.shape, *[1] * (weights.ndim - largest.ndim)) / 254
        assert (np.abs(weights - found) <= 1.001 * half).all()
    np.testing.assert_array_equal(net.b.detach().numpy(), back.b.detach().numpy())
