"""Controlled equations against PyTorch's recurrent layer, NumPy's formulas, SciPy's integrator and measured orders."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from scipy.signal import correlate2d

from rknet import Protocol, fit
from rknet.data.audio import Sequences
from rknet.variants.controlled import ControlledConvolutionalNet, ControlledNet

ROUNDING = 1e-12
"""Rounding in double precision of sums of a few dozen terms."""

FRAMES, CHANNELS, WIDTH = 6, 2, 3


def sequences(*lengths: int, seed: int = 0) -> Sequences:
    """Random sequences of these lengths."""
    rng = np.random.default_rng(seed)
    frames = tuple(rng.standard_normal((n, CHANNELS)).astype(np.float32) for n in lengths)
    return Sequences(frames, np.arange(len(lengths)) % 2, 2)


def net_of(tableau: str = "rk4", **options) -> ControlledNet:
    """A small net in double precision with weights large enough to bend tanh."""
    net = ControlledNet(FRAMES, CHANNELS, WIDTH, 2, tableau=tableau, seed=1, **options).double()
    with torch.no_grad():
        for weight in net.parameters():
            weight *= 2
    return net


def samples(*lengths: int) -> torch.Tensor:
    return torch.from_numpy(sequences(*lengths).points(FRAMES).X).double()


def weights(net: ControlledNet) -> list[np.ndarray]:
    return [net.K[0].detach().numpy(), net.C.detach().numpy(), net.b[0].detach().numpy()]


def test_euler_with_unit_step_and_decay_is_the_recurrent_layer_of_pytorch():
    """For sequences of different lengths, packed for PyTorch; a wrong mask, order of frames or decay fails."""
    net, x, lengths = net_of("euler", h=1, decay=1), samples(3, 6, 1), (3, 6, 1)
    layer = torch.nn.RNN(CHANNELS, WIDTH, batch_first=True).double()
    layer.load_state_dict(
        {"weight_ih_l0": net.C, "weight_hh_l0": net.K[0], "bias_ih_l0": net.b[0], "bias_hh_l0": 0 * net.b[0]}
    )
    frames = [torch.from_numpy(f).double() for f in sequences(*lengths).frames]
    _, last = layer(torch.nn.utils.rnn.pack_sequence(frames, enforce_sorted=False))
    torch.testing.assert_close(net.states(x)[-1], last[0], rtol=ROUNDING, atol=ROUNDING)
    torch.testing.assert_close(net(x), last[0] @ net.W.T + net.mu, rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize("decay", [0.0, 0.7])
def test_a_step_of_the_classic_scheme_by_numpy(decay: float):
    """x(t) runs linearly from one frame to the next, its middle in the second and third stage; the last frame is held.

    A mutant that holds all frames, or looks beyond the last, fails.
    """
    net, h = net_of(h=0.4, decay=decay), 0.4
    K, C, b = weights(net)
    frames = sequences(4).frames[0].astype(np.float64)

    def f(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.tanh(K @ y + C @ x + b) - decay * y

    y = np.zeros(WIDTH)
    for left, right in zip(frames, [*frames[1:], frames[-1]], strict=True):
        k1 = f(left, y)
        k2 = f((left + right) / 2, y + h / 2 * k1)
        k3 = f((left + right) / 2, y + h / 2 * k2)
        k4 = f(right, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    states = net.states(samples(4))[:, 0].detach().numpy()
    np.testing.assert_allclose(states[4], y, rtol=ROUNDING, atol=ROUNDING)
    np.testing.assert_array_equal(states[5:], [states[4]] * 2)  # after its end a sequence moves nothing


def test_the_flow_is_that_of_the_controlled_equation():
    """With many short steps between two frames it ends where SciPy's integrator ends, and with the order of the scheme.

    The frames are refined: between two of them lie r - 1 others on the straight line, so that x(t) stays what it is.
    """
    coarse = sequences(FRAMES).frames[0].astype(np.float64)
    time = np.arange(FRAMES)
    net = net_of(h=1.0)
    K, C, b = weights(net)

    def control(t: float) -> np.ndarray:
        return np.array([np.interp(t, time, channel) for channel in coarse.T])

    y = np.zeros(WIDTH)
    for n in range(FRAMES - 1):  # one call for each smooth piece
        piece = solve_ivp(lambda t, y: np.tanh(K @ y + C @ control(t) + b), (n, n + 1), y, rtol=1e-11, atol=1e-12)
        y = piece.y[:, -1]
    for tableau, order in (("euler", 1), ("heun", 2), ("rk4", 4)):
        errors = []
        for r in (8, 16):
            times = np.arange((FRAMES - 1) * r + 1) / r
            row = np.stack([np.ones_like(times), *(np.interp(times, time, channel) for channel in coarse.T)], axis=1)
            fine = ControlledNet(len(times), CHANNELS, WIDTH, 2, tableau=tableau, h=1 / r).double()
            fine.load_state_dict(net.state_dict())
            states = fine.states(torch.from_numpy(row.reshape(1, -1)))[:, 0].detach().numpy()
            errors.append(np.abs(states[-2] - y).max())  # the last step holds the last frame
        assert abs(np.log2(errors[0] / errors[1]) - order) < 0.2, (tableau, errors)


def test_gradients_against_differences():
    """Of the logits by every weight, for sequences of different lengths, by central differences."""
    net, x = net_of("kutta3", h=0.5, decay=0.3), samples(3, 6)
    names, values = zip(*net.named_parameters(), strict=True)

    def logits(*tensors: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(net, dict(zip(names, tensors, strict=True)), (x,))

    assert torch.autograd.gradcheck(logits, values, eps=1e-6, atol=1e-8)


def test_it_trains():
    """`fit` takes the plain engine, and a rule that the frames decide is learned."""
    rng = np.random.default_rng(0)
    frames = tuple(rng.standard_normal((n, CHANNELS)).astype(np.float32) for n in rng.integers(2, FRAMES + 1, 200))
    c = np.array([int(f[:, 0].sum() > 0) for f in frames])
    points = Sequences(frames, c, 2).points(FRAMES)
    net = ControlledNet(FRAMES, CHANNELS, 8, 2, h=0.5)
    past = fit(net, points, points, Protocol(epochs=15, batch_size=10, learning_rate=0.01), progress=False)
    assert past.engine == "torch" and past.train_accuracy[-1] > 0.9 and past.train_cost[-1] < past.train_cost[0] / 2


def test_refused():
    with pytest.raises(ValueError, match="tableau: must be explicit"):
        ControlledNet(3, 2, 4, 2, tableau="implicit_midpoint")
    with pytest.raises(ValueError, match="decay: must be a finite number >= 0, got -1"):
        ControlledNet(3, 2, 4, 2, decay=-1)
    with pytest.raises(ValueError, match=r"x: must have shape \(N, d = 18\), got \(2, 17\)"):
        net_of()(torch.zeros(2, 17).double())
    net = net_of()
    net.C = torch.nn.Parameter(torch.zeros(WIDTH, CHANNELS + 1))
    with pytest.raises(ValueError, match=r"net: C must have shape \(3, 2\)"):
        net.validate()


def clip_net(**options) -> ControlledConvolutionalNet:
    net = ControlledConvolutionalNet(3, 5, 2, 2, seed=1, **options).double()
    with torch.no_grad():
        for weight in net.parameters():
            weight *= 2
    return net


def test_clips_by_scipy():
    """Euler's steps with SciPy's correlations, and the mean of each channel for the classifier."""
    net, h = clip_net(tableau="euler", h=0.4, decay=0.2), 0.4
    K, C, b = net.K[0].detach().numpy(), net.C.detach().numpy(), net.b[0].detach().numpy()
    clip = np.random.default_rng(0).standard_normal((3, 5, 5))
    row = np.concatenate([np.ones((3, 1)), clip.reshape(3, 25)], axis=1).reshape(1, -1)
    y = np.zeros((2, 5, 5))
    for frame in clip:
        inner = [
            sum(correlate2d(y[i], K[o, i], mode="same") for i in range(2))
            + correlate2d(frame, C[o, 0], mode="same")
            + b[o]
            for o in range(2)
        ]
        y = y + h * (np.tanh(np.array(inner)) - 0.2 * y)
    x = torch.from_numpy(row)
    np.testing.assert_allclose(net.states(x)[-1, 0].detach().numpy(), y.ravel(), rtol=ROUNDING, atol=ROUNDING)
    logits = net.W.detach().numpy() @ y.mean(axis=(1, 2)) + net.mu.detach().numpy()
    np.testing.assert_allclose(net(x)[0].detach().numpy(), logits, rtol=ROUNDING, atol=ROUNDING)


def test_gradients_of_clips():
    net = clip_net(tableau="heun", h=0.5)
    x = torch.from_numpy(np.random.default_rng(1).standard_normal((2, net.d)))
    x.reshape(2, 3, -1)[:, :, 0] = 1
    names, values = zip(*net.named_parameters(), strict=True)

    def logits(*tensors: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(net, dict(zip(names, tensors, strict=True)), (x,))

    assert torch.autograd.gradcheck(logits, values, eps=1e-6, atol=1e-8)
    net.validate()
    with pytest.raises(ValueError, match="kernel: must be odd"):
        ControlledConvolutionalNet(3, 5, 2, 2, kernel=2)
