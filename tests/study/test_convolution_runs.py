"""Convolutional nets as configurations: what is built, counted and stated, and which predictions are made of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from rknet import Protocol
from rknet.convolution import ConvolutionalRKNet
from rknet.study import ledger, records
from rknet.study.convolution import Convolutional, width
from rknet.study.experiments import EXPERIMENTS
from rknet.study.ledger.claims import read
from rknet.study.records import Run
from rknet.study.runner import compute
from rknet.study.store import Store

ROWS = EXPERIMENTS["convolution"].rows
PREDICTIONS = Path(ledger.__file__).with_name("predictions.yml")
SMALL = Convolutional(
    "FashionMNIST",
    "heun",
    width(2, 1),
    1,
    lift="zero",
    h=1.0,
    protocol=Protocol(epochs=1),
    samples=10,
    channels=2,
    border=1,
)


def test_a_configuration_builds_the_net_that_it_names() -> None:
    """Sizes, scheme and step are those of a net built by hand, whose weights have the same law and seed."""
    net = SMALL.network(3)
    assert isinstance(net, ConvolutionalRKNet)
    assert (net.shape, net.d_hat, net.L, net.h, net.tableau.name) == ((2, 30, 30), 1800, 1, 1.0, "Heun")
    again = SMALL.network(3)
    assert all(torch.equal(a, b) for a, b in zip(net.parameters(), again.parameters(), strict=True))
    assert not torch.equal(net.K, SMALL.network(4).K)


@pytest.mark.parametrize("scheme", ["euler", "heun", "kutta3", "rk4"])
def test_nets_of_all_schemes_begin_with_the_same_weights(scheme: str) -> None:
    """What is compared is the scheme alone."""
    ours, theirs = (ROWS[f"{name}, 8 channels, 1500 images, MNIST"].network(0) for name in (scheme, "rk4"))
    assert torch.equal(ours.K, theirs.K) and torch.equal(ours.W, theirs.W)


def test_the_residual_net_evaluates_as_many_convolutions_as_rk4() -> None:
    """Equal cost: evaluations of f on the same maps."""
    rk4, residual = (ROWS[f"{name}, 8 channels, 5000 images, MNIST"] for name in ("rk4", "residual"))
    assert (rk4.evaluations, rk4.d_hat, rk4.work) == (residual.evaluations, residual.d_hat, residual.work)
    assert rk4.samples * rk4.protocol.epochs == ROWS["rk4, 8 channels, 1500 images, MNIST"].samples * 10


def test_a_record_states_channels_and_border(tmp_path: Path) -> None:
    """A run is found again in its store, and one with another border is not taken for it."""
    run, store = Run("small", "row", SMALL, 0), Store(tmp_path)
    threads = torch.get_num_threads()
    record = compute(run, source="sample")
    torch.set_num_threads(threads)
    assert record["run"]["configuration"].items() >= {"channels": 2, "border": 1, "kernel": 3, "d_hat": 1800}.items()
    store.save(record)
    assert store.find(run).current
    other = Run("small", "row", replace(SMALL, border=0, d_hat=width(2, 0)), 0)
    assert store.find(other).problem == "of another configuration"
    assert records.history(record).engine == "torch"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"d_hat": 1801}, r"d_hat: must be the 1800 pixels of 2 channels, got 1801; pass 1800"),
        ({"net": "StandardNet"}, r"net: must have a scheme, got 'StandardNet'; pass "),
        ({"data": "spiral"}, r"data: must be an image set, got 'spiral'; pass "),
        ({"channels": 0}, r"channels: must be"),
        ({"border": -1}, r"border: must be"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict, message: str) -> None:
    """The rule, the value and the remedy."""
    with pytest.raises(ValueError, match=message):
        replace(SMALL, **change)


def test_the_predictions_look_at_every_row() -> None:
    """Each compares rows of the experiment that are there, and no row is run for nothing."""
    predictions = read(PREDICTIONS)
    seen = {row for sentence in predictions.sentences for part in sentence.parts for row in part.rows}
    assert seen == {f"convolution/{row}" for row in ROWS}
    assert predictions.seeds == tuple(range(EXPERIMENTS["convolution"].repetitions))
