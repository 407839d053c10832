"""Convolutional Runge-Kutta networks: what Section 4.5 of the paper describes without running it.

A convolution is linear, so f(u, y) = sigma(K * y + b) is (2.5) with a matrix that repeats a few weights, and everything
else of (2.12) stays.  Channels and map size must not change from layer to layer: as many filters as channels, stride 1,
and padding by half a kernel.  The state y of an image is the flattened map (channels, height, width).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rknet.checks import WEIGHT, choose, flag, room, shown, whole
from rknet.identity import known
from rknet.initial import uniform
from rknet.lifts import LIFTS, Lift, name_of
from rknet.nets import RKNet
from rknet.prediction import last
from rknet.schemes import Steps
from rknet.tableaus import Tableau

Shape = tuple[int, int, int]
"""Channels, height and width."""


@known
class ImageLift(Lift):
    """Two ways to augment images: a border of zeros, and more channels at every pixel.

    Channels are added by a lift of `rknet.lifts.LIFTS` that acts at each pixel alike: zero channels are (2.3), a
    matrix is a convolution with kernel 1.

    Parameters
    ----------
    image
        Shape of the images.
    channels
        Number of channels after the lift, at least that of the images.
    border
        Pixels added on each of the four sides: 1 makes 30 x 30 of 28 x 28.
    lift
        Name in `rknet.lifts.LIFTS`.
    rng
        Draws the lift's matrix, if it has one.

    Raises
    ------
    ValueError
        If a size is out of range or the lift is unknown.
    """

    def __init__(self, image: Shape, channels: int, border: int, lift: str, rng: np.random.Generator) -> None:
        if not isinstance(image, Sequence) or len(image) != 3:
            raise ValueError(
                f"image: must be (channels, height, width), got {shown(image)}; pass (1, 28, 28) for grey images"
            )
        c, height, width = (whole("image", size) for size in image)
        channels, border = whole("channels", channels, least=c), whole("border", border, least=0)
        grown = 2 * border
        shape = channels, height + grown, width + grown
        super().__init__(c * height * width, math.prod(shape), rng)
        self.image, self.border, self.shape = (c, height, width), border, shape
        self.pixel = choose("lift", lift, LIFTS)(c, channels, rng)

    def validate(self) -> None:
        """ValueError unless the shapes before and after agree with each other, with d and d_hat and at each pixel."""
        super().validate()
        self.pixel.validate()
        (c, height, width), grown = self.image, 2 * self.border
        shape = self.pixel.d_hat, height + grown, width + grown
        if (self.pixel.d, self.d, self.shape, self.d_hat) != (c, c * height * width, shape, math.prod(shape)):
            raise ValueError(
                f"lift: must make {shape} of {self.image}, got shape = {self.shape} with d = {self.d}, "
                f"d_hat = {self.d_hat} and {self.pixel.d} channels before; build a new lift"
            )

    def forward(self, x: Tensor) -> Tensor:
        """x_hat (N, d_hat) for x (N, d)."""
        maps = nn.functional.pad(x.reshape(-1, *self.image), (self.border,) * 4)
        return self.pixel(maps.movedim(1, -1)).movedim(-1, 1).flatten(1)


@known
class ConvolutionalRKNet(RKNet):
    """The network (2.12) with f(u, y) = sigma(K * y + b), a convolution that keeps channels and map size.

    Weights: K (L, channels, channels, kernel, kernel), b (L, channels), W (classes, features), mu (classes,), each
    drawn uniform(-1/sqrt(fan_in), 1/sqrt(fan_in)).  States are flattened maps; ``flow.reshape(L + 1, N, *net.shape)``
    gives the maps back.  With Euler's scheme and h = 1, layers are the blocks of a ResNet.

    Parameters
    ----------
    image
        Channels, height and width of the images; their product is d.
    channels
        Channels of every layer.
    classes, L, tableau, h, activation, train_classifier, seed
        See `rknet.nets.RKNet` and `rknet.nets.Net`.
    kernel
        Height and width of the filters, an odd number of pixels.
    border
        Pixels of zeros added on each side: see `ImageLift`.
    lift
        How channels are added, a name in `rknet.lifts.LIFTS`: see `ImageLift`.
    pooled
        Whether the classifier sees the mean of each channel over all pixels (features = channels), or every pixel
        (features = d_hat).

    Raises
    ------
    ValueError
        If a name is unknown, a size is out of range, the kernel is even or the tableau is implicit.
    """

    lift: ImageLift

    def __init__(
        self,
        image: Shape,
        channels: int,
        classes: int,
        L: int,
        *,
        tableau: Tableau | str,
        h: Steps = 0.05,
        kernel: int = 3,
        border: int = 0,
        lift: str = "zero",
        pooled: bool = False,
        seed: int = 0,
        **arguments: Any,
    ) -> None:
        kernel, pooled = whole("kernel", kernel), flag("pooled", pooled)
        if kernel % 2 == 0:
            raise ValueError(
                f"kernel: must be odd, so that padding by half of it keeps the map size, got {kernel}; "
                f"pass kernel={kernel + 1}"
            )
        streams = np.random.SeedSequence(whole("seed", seed, least=0)).spawn(2)
        lift_rng, rng = map(np.random.default_rng, streams)
        maps = ImageLift(image, channels, border, lift, lift_rng)
        channels = maps.shape[0]
        L, classes = whole("L", L), whole("classes", classes, least=2)
        fan_in, features = channels * kernel**2, channels if pooled else maps.d_hat
        room("L", L, L * channels * (fan_in + 1), WEIGHT)
        room("classes", classes, classes * (features + 1), WEIGHT)
        # A net of the width of one pixel, whose matrices then become filters.
        super().__init__(channels, channels, classes, L, tableau=tableau, h=h, lift="zero", seed=seed, **arguments)
        self.lift, self.kernel, self.pooled = maps, kernel, pooled
        for name, shape, fan in (
            ("K", (self.L, channels, channels, kernel, kernel), fan_in),
            ("b", (self.L, channels), fan_in),
            ("W", (self.classes, features), features),
            ("mu", (self.classes,), features),
        ):
            setattr(self, name, nn.Parameter(uniform(rng, shape, fan), getattr(self, name).requires_grad))

    @property
    def shape(self) -> Shape:
        """Channels, height and width of every state."""
        return self.lift.shape

    @property
    def lift_name(self) -> str:
        """How channels are added, a name in `rknet.lifts.LIFTS`."""
        return name_of(self.lift.pixel)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """See `rknet.nets.Net`."""
        (channels, height, width), k = self.shape, self.kernel
        features = channels if self.pooled else channels * height * width
        return {
            "K": (self.L, channels, channels, k, k),
            "b": (self.L, channels),
            "W": (self.classes, features),
            "mu": (self.classes,),
        }

    def f(self, K: Tensor, b: Tensor, y: Tensor) -> Tensor:
        """sigma(K * y + b) for flattened maps y (N, d_hat) and one layer's filters K and biases b (channels,)."""
        maps = nn.functional.conv2d(y.reshape(-1, *self.shape), K, b, padding=self.kernel // 2)
        return self.sigma(maps).flatten(1)

    def forward(self, x: Tensor) -> Tensor:
        """Logits for images x (N, d): shape (N, classes)."""
        y = last(self._propagate(x))
        return torch.addmm(self.mu, y.reshape(len(y), self.shape[0], -1).mean(dim=2) if self.pooled else y, self.W.T)

    @property
    def architecture(self) -> dict[str, Any]:
        """As for `RKNet`, with the shapes."""
        lift = {"image": self.lift.image, "border": self.lift.border, "shape": self.shape}
        shapes = {**lift, "kernel": self.kernel, "pooled": self.pooled}
        return {**super().architecture, **shapes}

    def extra_repr(self) -> str:
        """What `repr` shows."""
        return f"{super().extra_repr()}, shape={self.shape}, kernel={self.kernel}, pooled={self.pooled}"
