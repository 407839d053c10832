"""The laboratories: every control changes the picture, and what they draw is what was computed."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from PIL import Image

from rknet import Protocol, draw, playground
from rknet.data import bayes
from rknet.laboratories import SchemeLaboratory, TableauLaboratory, TrainingLaboratory, run, training
from rknet.laboratories.training import draw_training, spreads
from rknet.named import RK4Net
from rknet.nets import StandardNet
from rknet.study.configuration import Configuration
from rknet.study.ledger.measurements import spread

SMALL = Configuration("donut_1D", "RK4Net", 3, 2, protocol=Protocol(epochs=2), samples=60)


NAMES = Path(playground.__file__).with_name("src") / "words" / "names.mjs"


def test_point_sets_have_the_words_of_the_playground() -> None:
    """And beside each the paper's name, unless it is the same."""
    written = re.search(r"SET_NAMES = \{(.*?)\}", NAMES.read_text("utf8"), re.DOTALL)
    assert written
    words = dict(re.findall(r'(\w+): "([^"]+)"', written[1]))
    assert len(words) > 5
    assert {name: word if word == name else f"{word} ({name})" for name, word in words.items()} == run.SETS


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Few points, two epochs, an own cache."""
    monkeypatch.setenv("RKNET_CACHE", str(tmp_path))
    monkeypatch.setattr(run, "EPOCHS", 2)
    monkeypatch.setattr(run, "SAMPLES", 60)
    real = training.trained
    monkeypatch.setattr(training, "trained", lambda c, s: real(replace(c, samples=60, protocol=Protocol(epochs=2)), s))
    yield
    plt.close("all")


def test_every_control_of_the_training_laboratory_changes_the_picture() -> None:
    """A different picture for each value, and the values in the text that stands for the widget."""
    laboratory = TrainingLaboratory()
    pictures = [laboratory.picture.value]
    changed = {
        "data": "squares",
        "net": "EulerNet",
        "d_hat": 3,
        "lift": "zero",
        "L": 10,
        "h": 1.0,
        "activation": "relu",
    }
    for name, value in changed.items():
        laboratory.controls[name].value = value
        assert laboratory.picture.value not in pictures, name
        pictures.append(laboratory.picture.value)
    assert repr(laboratory) == (
        "TrainingLaboratory(data='squares', net='EulerNet', d_hat=3, lift='zero', L=10, h=1.0, activation='relu')"
    )
    assert Image.open(io.BytesIO(pictures[0])).format == "PNG"


def test_where_no_kernel_runs_a_sentence_stands() -> None:
    """It names the controls, and a figure where there is one; the widget's own view is an addition."""
    laboratory, words = TrainingLaboratory(), "Run this chapter to change data, net, d_hat, lift, L, h, activation"
    assert f"{words}." in laboratory._repr_mimebundle_()["text/html"]
    pictured = laboratory.in_place_of("fig-still")._repr_mimebundle_()["text/html"]
    assert f"{words}; the figure above is a still of it." in pictured


def test_panels_show_what_was_trained() -> None:
    """Spread by layer, both accuracies by epoch, and the Bayes limit."""
    axes = Figure().subplots(1, 3)
    draw_training(axes, SMALL)
    net, history = training.trained(SMALL, 0)
    validation = SMALL.points(0)[1]
    np.testing.assert_array_equal(axes[1].lines[0].get_ydata(), spreads(net, validation.X))
    curves = [line.get_ydata() for line in axes[2].lines]
    np.testing.assert_allclose(curves[0], 100 * history.train_accuracy)
    np.testing.assert_allclose(curves[1], 100 * history.val_accuracy)
    np.testing.assert_allclose(curves[2], 100 * bayes.accuracy("donut_1D"))


def test_spreads_by_hand() -> None:
    """Layer by layer the rms distance from the mean, in double precision, and the net stays in single precision."""
    net, X = RK4Net(2, 4, 2, 3, lift="linear"), draw("spiral", 50).X
    flow = net.flow(X).astype(float)
    expected = [np.sqrt(((Y - Y.mean(axis=0)) ** 2).sum() / len(Y)) for Y in flow]
    np.testing.assert_allclose(spreads(net, X), expected, rtol=1e-5)  # single against double precision
    assert net.K.dtype.itemsize == 4


def test_spreads_below_single_precision() -> None:
    """A StandardNet whose K is a multiple of the identity shrinks small features by that factor in every layer."""
    net = StandardNet(2, 2, 2, 12)
    net.K.data[:], net.b.data[:] = 0.01 * torch.eye(2), 0
    X = 1e-3 * draw("spiral", 50).X
    ratio = spreads(net, X)[1:] / spreads(net, X)[:-1]
    np.testing.assert_allclose(ratio, 0.01, rtol=1e-5)  # tanh(x) = x up to x^2/3 = 1e-9
    assert spread(net.double().flow(X)[-1]) < 1e-20


@pytest.mark.parametrize(
    ("laboratory", "options", "message"),
    [
        (TrainingLaboratory, {"h": 0.25}, r"h: must be what the control can show, got 0.25; choose from 0.05, 0.1"),
        (TrainingLaboratory, {"L": torch.empty(0)}, r"L: must be what the control can show, got "),
        (SchemeLaboratory, {"scheme": "gauss4"}, "scheme: must be .*, got 'gauss4'; choose from euler, midpoint"),
        (SchemeLaboratory, {"h": []}, r"h: must be .*, got \[\]; leave it out"),
        (TableauLaboratory, {"A": 1}, "A: must be .*, got 1; leave it out"),
        (TableauLaboratory, {"scheme": None}, "scheme: must be .*, got None; choose from"),
    ],
)
def test_what_a_control_cannot_show_is_refused(laboratory: type, options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        laboratory(**options)
