"""Controlled equations: the flow of a network driven by a sequence, each frame of which takes one step.

The samples of the paper are points, which enter as initial values.  A sequence x_0, ..., x_{n-1} enters as a control
instead: y' = f(y, x(t), u) = sigma(K y + C x(t) + b) - gamma y with y(0) = 0, where x(t) runs linearly from frame to
frame.  One step of a Runge-Kutta scheme takes the state from a frame to the next, with the same u = (K, C, b)
throughout.  Euler's method with h = gamma = 1 is the recurrent network of Elman (1990):
y_{n+1} = sigma(K y_n + C x_n + b).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rknet.checks import WEIGHT, positive, room, whole
from rknet.initial import uniform
from rknet.lifts import Lift
from rknet.nets import Net
from rknet.prediction import last
from rknet.schemes import combine, explicit, stages
from rknet.tableaus import Tableau


class Rest(Lift):
    """y(0) = 0 for every sample x (N, d), which enters as a control: d may exceed d_hat."""

    def __init__(self, d: int, d_hat: int, rng: np.random.Generator) -> None:
        nn.Module.__init__(self)
        self.d, self.d_hat = whole("d", d), whole("d_hat", d_hat)

    def validate(self) -> None:
        """ValueError unless both dimensions are positive whole numbers."""
        whole("d", self.d), whole("d_hat", self.d_hat)

    def forward(self, x: Tensor) -> Tensor:
        """Zeros (N, d_hat) for x (N, d)."""
        return x.new_zeros(len(x), self.d_hat)


class ControlledNet(Net):
    """A network that reads a sequence frame by frame, and classifies it by its last state.

    A sample x (N, d), d = frames (1 + channels), is what `rknet.data.audio.Sequences.points` makes: a frame is a number
    p, 1 as long as the sequence lasts and 0 afterwards, and the channels.  Where p = 0 the state rests.

    Weights: K (1, d_hat, d_hat), C (d_hat, channels), b (1, d_hat), W (classes, d_hat), mu (classes,), each drawn
    uniform(-1/sqrt(d_hat), 1/sqrt(d_hat)).

    Parameters
    ----------
    frames, channels
        Frames of a sample, and entries of a frame besides p.
    d_hat, classes
        Dimension of the state, and number of classes.
    tableau
        An explicit scheme or its name.
    h
        Step size: the time between two frames.
    decay
        gamma >= 0.
    **arguments
        activation, train_classifier, seed: see `rknet.nets.Net`.

    Raises
    ------
    ValueError
        If the tableau is implicit or unknown, or a number is out of range.
    """

    def __init__(
        self,
        frames: int,
        channels: int,
        d_hat: int,
        classes: int,
        *,
        tableau: Tableau | str = "rk4",
        h: float = 1.0,
        decay: float = 0.0,
        **arguments: Any,
    ) -> None:
        tableau, h, decay = explicit(tableau), positive("h", h), positive("decay", decay, or_zero=True)
        frames, channels = whole("frames", frames), whole("channels", channels)
        super().__init__(frames * (1 + channels), d_hat, classes, 1, lift=Rest, **arguments)
        self.frames, self.channels, self.tableau, self.h, self.decay = frames, channels, tableau, h, decay
        room("channels", channels, self.d_hat * channels, WEIGHT)
        stream = np.random.SeedSequence(arguments.get("seed", 0)).spawn(3)[2]
        self.C = nn.Parameter(uniform(np.random.default_rng(stream), (self.d_hat, channels), fan_in=self.d_hat))

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """See `rknet.nets.Net`."""
        return {
            "K": (1, self.d_hat, self.d_hat),
            "b": (1, self.d_hat),
            "C": (self.d_hat, self.channels),
            "W": (self.classes, self.d_hat),
            "mu": (self.classes,),
        }

    def drive(self, x: Tensor) -> Tensor:
        """C x + b for frames x (N, frames, channels): shape (N, frames, d_hat)."""
        return x @ self.C.T + self.b[0]

    def _propagate(self, x: Tensor) -> Iterator[Tensor]:
        """y[0], ..., y[frames]."""
        if x.ndim != 2 or x.shape[1] != self.d:
            raise ValueError(f"x: must have shape (N, d = {self.d}), got {tuple(x.shape)}; pass one row per sample")
        sequence = x.reshape(len(x), self.frames, 1 + self.channels)
        p, drive = sequence[:, :, :1], self.drive(sequence[:, :, 1:])
        # The last frame of a sequence is held: x(t) does not run towards the zeros that follow it.
        following = torch.cat([drive[:, 1:], drive[:, -1:]], dim=1)
        following = torch.where(torch.cat([p[:, 1:], p[:, -1:]], dim=1) > 0, following, drive)
        yield (y := self.lift(x))
        for lasts, left, right in zip(p.unbind(1), drive.unbind(1), following.unbind(1), strict=True):
            yield (y := self._step(y, lasts, left, right))

    def _step(self, y: Tensor, p: Tensor, left: Tensor, right: Tensor) -> Tensor:
        """One frame, y (N, d_hat) -> (N, d_hat): the drive runs from `left` to `right`, and p (N, 1) says who moves."""
        A, beta, c = (array.tolist() for array in self.tableau.arrays())

        def slope(i: int, stage: Tensor) -> Tensor:
            driven = self.f(self.K[0], torch.lerp(left, right, c[i]), stage)
            return p * (driven.sub(stage, alpha=self.decay) if self.decay else driven)

        return combine(y, beta, stages(A, self.h, slope, y), self.h)

    @property
    def architecture(self) -> dict[str, Any]:
        """As for `rknet.nets.Net`, with the sequence, the scheme, the step size and the decay."""
        stated = {name: getattr(self, name) for name in ("frames", "channels", "h", "decay")}
        return {**super().architecture, **stated, "tableau": self.tableau.name}


class ControlledConvolutionalNet(ControlledNet):
    """The same for clips: states are maps, and K, C are convolutions that keep their size.

    Weights: K (1, channels, channels, kernel, kernel), C (channels, 1, kernel, kernel), b (1, channels), W (classes,
    channels), mu (classes,), uniform by the number of entries that a weight multiplies.  The classifier sees the mean
    of each channel over all pixels of the last state.

    Parameters
    ----------
    frames, side
        Frames of a clip, and pixels along an edge of a frame, which is grey.
    channels, classes
        Channels of the state, and number of classes.
    kernel
        Height and width of the filters, an odd number of pixels.
    **arguments
        tableau, h, decay, activation, train_classifier, seed: see `ControlledNet`.

    Raises
    ------
    ValueError
        If the kernel is even, or as in `ControlledNet`.
    """

    def __init__(
        self, frames: int, side: int, channels: int, classes: int, *, kernel: int = 3, **arguments: Any
    ) -> None:
        side, kernel = whole("side", side), whole("kernel", kernel)
        if kernel % 2 == 0:
            raise ValueError(
                f"kernel: must be odd, so that padding by half of it keeps the map size, got {kernel}; "
                f"pass kernel={kernel + 1}"
            )
        super().__init__(frames, side**2, channels, classes, **arguments)
        channels, pixels = self.d_hat, kernel**2
        self.side, self.kernel, self.maps = side, kernel, (channels, side, side)
        self.lift = Rest(self.d, channels * side**2, np.random.default_rng())
        rng = np.random.default_rng(np.random.SeedSequence(arguments.get("seed", 0)).spawn(4)[3])
        for name, shape, fan_in in (
            ("K", (1, channels, channels, kernel, kernel), channels * pixels),
            ("C", (channels, 1, kernel, kernel), pixels),
        ):
            setattr(self, name, nn.Parameter(uniform(rng, shape, fan_in)))

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """See `rknet.nets.Net`."""
        channels, k = self.maps[0], self.kernel
        return {
            "K": (1, channels, channels, k, k),
            "b": (1, channels),
            "C": (channels, 1, k, k),
            "W": (self.classes, channels),
            "mu": (self.classes,),
        }

    def drive(self, x: Tensor) -> Tensor:
        """C * x + b for frames x (N, frames, side^2): shape (N, frames, d_hat)."""
        frames = x.reshape(-1, 1, self.side, self.side)
        maps = nn.functional.conv2d(frames, self.C, self.b[0], padding=self.kernel // 2)
        return maps.reshape(len(x), self.frames, -1)

    def f(self, K: Tensor, b: Tensor, y: Tensor) -> Tensor:
        """sigma(K * y + b) for flattened maps y (N, d_hat) and the drive b (N, d_hat)."""
        maps = nn.functional.conv2d(y.reshape(-1, *self.maps), K, padding=self.kernel // 2)
        return self.sigma(maps.flatten(1) + b)

    def forward(self, x: Tensor) -> Tensor:
        """Logits for clips x (N, d): shape (N, classes)."""
        y = last(self._propagate(x)).reshape(len(x), self.maps[0], -1)
        return torch.addmm(self.mu, y.mean(dim=2), self.W.T)

    @property
    def architecture(self) -> dict[str, Any]:
        """As for `ControlledNet`, with the shapes."""
        return {**super().architecture, "side": self.side, "kernel": self.kernel}
