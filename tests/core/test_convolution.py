"""Convolutional Runge-Kutta networks against SciPy's correlation, PyTorch's layers, and the dense network they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.signal import correlate2d
from torch import nn

from rknet import LIFTS, Net, PointSet, Protocol, RKNet, fit
from rknet.convolution import ConvolutionalRKNet, ImageLift
from rknet.study import cache

ROUNDING = 1e-12
"""Rounding in double precision of sums of a few hundred terms."""

IMAGE = (2, 5, 4)
"""Two channels, and a height that is not the width, so that no axes can be exchanged unnoticed."""


def images(N: int = 3, shape: tuple[int, int, int] = IMAGE) -> torch.Tensor:
    """Flattened images (N, d) in double precision."""
    return torch.from_numpy(np.random.default_rng(0).standard_normal((N, int(np.prod(shape)))))


def net_of(channels: int = 3, L: int = 2, *, tableau: str = "rk4", **options) -> ConvolutionalRKNet:
    """A small net in double precision."""
    return ConvolutionalRKNet(IMAGE, channels, 4, L, tableau=tableau, **options).double()


def f(K: np.ndarray, b: np.ndarray, y: np.ndarray) -> np.ndarray:
    """tanh(K * y + b) for one image y (channels, height, width), filter by filter, by SciPy."""
    sums = [sum(correlate2d(y[i], K[o, i], mode="same") for i in range(len(y))) + b[o] for o in range(len(b))]
    return np.tanh(np.array(sums))


def weights(net: Net) -> dict[str, np.ndarray]:
    """The net's weights as NumPy arrays."""
    return {name: tensor.detach().numpy() for name, tensor in net.state_dict().items()}


@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_classic_step_by_scipy(kernel: int) -> None:
    """A layer is y + h/6 (k1 + 2 k2 + 2 k3 + k4) with SciPy's correlations in f, for every image."""
    net, h = net_of(kernel=kernel, h=0.4, seed=1), 0.4
    K, b = weights(net)["K"][0], weights(net)["b"][0]
    before, after = net.flow(images().numpy()).reshape(3, 3, *net.shape)[:2]
    for y, expected in zip(before, after, strict=True):
        k1 = f(K, b, y)
        k2 = f(K, b, y + h / 2 * k1)
        k3 = f(K, b, y + h / 2 * k2)
        k4 = f(K, b, y + h * k3)
        np.testing.assert_allclose(expected, y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4), rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("border", [0, 1])
def test_euler_with_unit_step_is_a_resnet(border: int, pooled: bool) -> None:
    """With h = 1 the net is y + relu(Conv2d(y)), layer after layer, between PyTorch's padding, pooling and Linear."""
    net = net_of(tableau="euler", h=1, activation="relu", border=border, pooled=pooled, seed=2)
    y = nn.ZeroPad2d(border)(images().reshape(-1, *IMAGE))
    y = torch.cat([y, torch.zeros(3, 1, *y.shape[2:])], dim=1)
    for K, b in zip(net.K, net.b, strict=True):
        block = nn.Conv2d(3, 3, 3, padding="same").double()
        block.load_state_dict({"weight": K, "bias": b})
        y = y + torch.relu(block(y))
    head = nn.Sequential(*([nn.AdaptiveAvgPool2d(1)] if pooled else []), nn.Flatten(), nn.Linear(1, 1)).double()
    head[-1].weight, head[-1].bias = net.W, net.mu
    torch.testing.assert_close(net(images()), head(y), rtol=ROUNDING, atol=ROUNDING)


def test_it_is_a_net_with_structured_matrices() -> None:
    """`RKNet` with the matrices of the convolutions, column by column by SciPy, computes the same states and logits."""
    net = net_of(tableau="kutta3", h=0.3, border=1, seed=3)
    size, shape, unit = net.d_hat, net.shape, np.eye(net.d_hat)
    dense = RKNet(size, size, 4, 2, tableau="kutta3", h=0.3, lift="zero").double()
    zeros = np.zeros(shape[0])
    with torch.no_grad():
        for l, (K, b) in enumerate(zip(weights(net)["K"], weights(net)["b"], strict=True)):
            columns = [np.arctanh(f(K, zeros, e.reshape(shape))).ravel() for e in unit]
            dense.K[l] = torch.from_numpy(np.array(columns).T)
            dense.b[l] = torch.from_numpy(np.repeat(b, size // shape[0]))
        dense.W.copy_(net.W)
        dense.mu.copy_(net.mu)
    x_hat = net.lift(images())
    # arctanh of a tanh costs digits, which two layers carry on.
    torch.testing.assert_close(dense.states(x_hat), net.states(images()), rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(dense(x_hat), net(images()), rtol=1e-10, atol=1e-10)


# ---------------------------------------------------------------- lifts


def lift_of(name: str, channels: int = 3, border: int = 2) -> ImageLift:
    return ImageLift(IMAGE, channels, border, name, np.random.default_rng(4)).double()


def test_zero_lift_adds_a_border_and_empty_channels() -> None:
    x, lift = images(), lift_of("zero")
    expected = np.zeros((3, 3, 9, 8))
    expected[:, :2, 2:7, 2:6] = x.reshape(3, *IMAGE)
    np.testing.assert_array_equal(lift(x).reshape(3, *lift.shape), expected)
    assert (lift.d, lift.d_hat, lift.shape) == (40, 216, (3, 9, 8))


def test_added_channels_without_border_are_the_paper_s_lift() -> None:
    """(2.3): the pixels, then zeros."""
    x, lift = images(), lift_of("zero", border=0)
    assert torch.equal(lift(x), torch.cat([x, torch.zeros(3, 20)], dim=1))


@pytest.mark.parametrize("name", ["linear", "orthogonal", "learned"])
def test_other_lifts_are_convolutions_with_kernel_one(name: str) -> None:
    x, lift = images(), lift_of(name, border=0)
    kernel = lift.pixel.matrix[:, :, None, None]
    expected = nn.functional.conv2d(x.reshape(-1, *IMAGE), kernel).flatten(1)
    torch.testing.assert_close(lift(x), expected, rtol=ROUNDING, atol=ROUNDING)
    assert [p.requires_grad for p in lift.parameters()] == ([True] if name == "learned" else [])


# ---------------------------------------------------------------- weights, training, memory


def test_weights_have_the_protocol_s_range() -> None:
    """Uniform with bound 1/sqrt(fan_in): 9 channels x 9 pixels, and all features of the classifier."""
    net = ConvolutionalRKNet((1, 9, 9), 9, 10, 20, tableau="euler", seed=5)
    assert (net.K.shape, net.b.shape, net.W.shape) == ((20, 9, 9, 3, 3), (20, 9), (10, 729))
    for weight, fan_in in ((net.K, 81), (net.b, 81), (net.W, 729)):
        bound = fan_in**-0.5
        assert 0.97 * bound < weight.abs().max() <= bound
        assert weight.std().item() == pytest.approx(bound / 3**0.5, rel=0.1)


def test_seed_decides_and_lifts_share_their_layers() -> None:
    one, other, again = (net_of(lift=lift, seed=6) for lift in ("zero", "learned", "zero"))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), again.parameters(), strict=True))
    assert all(torch.equal(getattr(one, name), getattr(other, name)) for name in ("K", "b", "W", "mu"))
    assert not torch.equal(one.K, net_of(seed=7).K)


def stripes(N: int) -> PointSet:
    """Images of a bright column (class 0) or a bright row (class 1), with noise."""
    rng = np.random.default_rng(8)
    c, x = rng.integers(0, 2, N), rng.normal(0, 0.3, (N, 6, 6))
    for image, label in zip(x, c, strict=True):
        place = rng.integers(6)
        image[(slice(None), place) if label == 0 else place] += 1
    return PointSet(x.reshape(N, 36).astype(np.float32), c, 2)


@pytest.mark.parametrize("lift", LIFTS)
def test_fit_trains_it(lift: str) -> None:
    """Stripes that may lie anywhere are told apart by their direction, from each channel's mean alone."""
    net = ConvolutionalRKNet((1, 6, 6), 4, 2, 3, tableau="rk4", h=1.0, lift=lift, pooled=True, activation="relu")
    history = fit(net, stripes(400), stripes(100), Protocol(epochs=15, learning_rate=0.01), progress=False)
    assert history.engine == "torch"
    assert history.val_accuracy[-1] > 0.9


def test_classifier_can_be_fixed() -> None:
    net = net_of(train_classifier=False)
    assert {name: p.requires_grad for name, p in net.named_parameters()} == {
        "K": True,
        "b": True,
        "W": False,
        "mu": False,
    }


def test_the_compiled_engine_declines() -> None:
    with pytest.raises(ValueError, match="engine: must be 'auto' or 'torch' for this net.*ConvolutionalRKNet"):
        fit(net_of(), stripes_like_image(), stripes_like_image(), engine="compiled", progress=False)


def stripes_like_image() -> PointSet:
    return PointSet(images(8).float().numpy(), np.arange(8) % 4, 4)


def test_it_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By `cached_fit`, and told apart from nets that differ in nothing but a shape."""
    monkeypatch.setenv("RKNET_CACHE", str(tmp_path))
    data, protocol = stripes_like_image(), Protocol(epochs=1)
    first = cache.cached_fit(net_of(pooled=True).float(), data, data, protocol)
    monkeypatch.setattr(cache, "fit", lambda *_, **__: pytest.fail("trained again"))
    again = net_of(pooled=True).float()
    assert cache.cached_fit(again, data, data, protocol).val_cost.tolist() == first.val_cost.tolist()
    facts = [net_of(**options).architecture for options in ({}, {"kernel": 5}, {"border": 1}, {"pooled": True})]
    assert len({repr(fact) for fact in facts}) == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"image": (28, 28)}, r"image: must be \(channels, height, width\), got \(28, 28\); pass \(1, 28, 28\)"),
        ({"image": (1, 0, 28)}, "image: must be a whole number >= 1, got 0"),
        ({"channels": 1}, "channels: must be a whole number >= 2, got 1"),
        ({"kernel": 2}, "kernel: must be odd, .* got 2; pass kernel=3"),
        ({"kernel": 0}, "kernel: must be a whole number >= 1, got 0"),
        ({"border": -1}, "border: must be a whole number >= 0, got -1"),
        ({"lift": "cubic"}, "lift: must be a known name, got 'cubic'; choose from zero"),
        ({"tableau": "implicit_midpoint"}, "tableau: must be explicit, got the implicit scheme"),
        ({"h": 0.0}, "h: must be a finite number > 0, got 0.0"),
        ({"L": 0}, "L: must be a whole number >= 1, got 0"),
        ({"seed": -1}, "seed: must be a whole number >= 0, got -1"),
    ],
)
def test_refusals(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ConvolutionalRKNet(**{"image": IMAGE, "channels": 3, "classes": 4, "L": 2, "tableau": "rk4", **change})


def test_images_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match=r"X: must have shape \(N, d = 40\), got \(3, 784\)"):
        net_of().predict(np.zeros((3, 784)))


@pytest.mark.parametrize("image", [None, 784, (28, 28)])
def test_an_image_is_given_by_three_sizes(image: object) -> None:
    """Whatever else is passed."""
    with pytest.raises(ValueError, match=r"image: must be \(channels, height, width\), got .*; pass"):
        ConvolutionalRKNet(image, 1, 2, 1, tableau="euler")
