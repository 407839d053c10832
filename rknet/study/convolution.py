"""Convolutional nets as configurations: Section 4.5 describes them, and the paper does not run them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rknet.checks import assign, shown, whole
from rknet.convolution import ConvolutionalRKNet, Shape
from rknet.data.images import SIDE
from rknet.nets import Net
from rknet.schemes import scheme_of
from rknet.study.configuration import Configuration, seeds_of

IMAGE: Shape = (1, SIDE, SIDE)
"""Grey images."""

KERNEL = 3
"""Height and width of the filters."""


@dataclass(frozen=True)
class Convolutional(Configuration):
    """A training of `rknet.convolution.ConvolutionalRKNet` on an image set; channels are added by `lift`.

    Attributes
    ----------
    channels, border
        Channels of every layer, and pixels of zeros on each side of the image.

    Raises
    ------
    ValueError
        As in `Configuration`; and unless the data are images, the net has a scheme, and d_hat is the number of pixels
        of all channels.
    """

    channels: int = 1
    border: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        assign(self, channels=whole("channels", self.channels), border=whole("border", self.border, least=0))
        if self.images is None:
            raise ValueError(f"data: must be an image set, got {shown(self.data)}; pass 'MNIST' or 'FashionMNIST'")
        if scheme_of(self.net) is None:
            raise ValueError(f"net: must have a scheme, got {shown(self.net)}; pass 'EulerNet', 'RK4Net' or a tableau")
        if self.d_hat != (pixels := width(self.channels, self.border)):
            raise ValueError(
                f"d_hat: must be the {pixels} pixels of {self.channels} channels, got {self.d_hat}; pass {pixels}"
            )

    @property
    def parameters(self) -> int:
        """Number of trained parameters: filters, biases and classifier, and those of the lift."""
        lift = self.channels if self.lift == "learned" else 0
        filters = self.channels * (self.channels * KERNEL**2 + 1)
        return self.L * filters + self.drawn_from.classes * (self.d_hat + 1) + lift

    @property
    def work(self) -> int:
        """See `Configuration`."""
        return self.evaluations * self.d_hat * self.channels * KERNEL**2 * self.samples * self.protocol.epochs

    def network(self, seed: int, *, train_classifier: bool = True) -> Net:
        """The untrained net of a repetition."""
        scheme = scheme_of(self.net)
        assert scheme is not None
        options: dict[str, Any] = {"activation": self.activation, "lift": self.lift, "h": self.h, "tableau": scheme}
        options |= {"border": self.border, "kernel": KERNEL, "train_classifier": train_classifier}
        classes, seed = self.drawn_from.classes, seeds_of(seed)["net"]
        return ConvolutionalRKNet(IMAGE, self.channels, classes, self.L, seed=seed, **options)

    def plain(self) -> dict[str, Any]:
        """See `Configuration`."""
        return {**super().plain(), "channels": self.channels, "border": self.border, "kernel": KERNEL}


def width(channels: int, border: int) -> int:
    """The dimension d_hat of augmented images."""
    return channels * (SIDE + 2 * border) ** 2
