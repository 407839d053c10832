"""The laboratory of Section 4.5: a digit, its maps in each layer of a convolutional net, and what the net reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray

from rknet import plots
from rknet.laboratories.digits.net import image, read, stored
from rknet.laboratories.laboratory import Laboratory
from rknet.laboratories.specification import Choice, Control, Slider


def answer(image: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The maps (L+1, channels, height, width) of an image (1, 196) in the stored net, and its probabilities (10,)."""
    net = read(stored())
    with torch.no_grad():
        probabilities = torch.softmax(net(torch.from_numpy(image.copy())), dim=1)[0].numpy()
    return np.asarray(net.flow(image), dtype=np.float64).reshape(net.L + 1, *net.shape), probabilities


class DigitLaboratory(Laboratory):
    """Choose a digit, or draw one on a page: a convolutional net reads it, and its maps are seen layer by layer."""

    title = "Laboratory: draw a digit"
    kind = "digit"

    def __init__(self, digit: str = "3", layer: int = 2) -> None:
        super().__init__({"digit": digit, "layer": layer})

    @classmethod
    def stated(cls) -> tuple[Control, ...]:
        """The digit, and the layer whose maps are shown."""
        digits = {str(digit): f"{'an' if digit == 8 else 'a'} {digit} of MNIST" for digit in range(10)}
        return Choice.of("digit", "digit", digits), Slider("layer", "layer", least=0, most=stored()["L"])

    @classmethod
    def given(cls) -> dict[str, Any]:
        """The net, and ten digits that it has not seen."""
        return {"net": stored()}

    @classmethod
    def numbers(cls, **values: Any) -> dict[str, Any]:
        """Probabilities of the ten digits, and the mean size of each channel's values in the layer."""
        maps, probabilities = answer(image(stored()["samples"][int(values["digit"])]))
        sizes = np.abs(maps[values["layer"]]).mean(axis=(1, 2))
        return {"probabilities": probabilities.tolist(), "sizes": sizes.tolist()}

    def draw(self, **values: Any) -> Figure:
        """The digit, the channels at the layer, and the probabilities."""
        sample = image(stored()["samples"][int(values["digit"])])
        maps, probabilities = answer(sample)
        chosen = maps[values["layer"]]
        figure = Figure(figsize=(plots.WIDTH, 2.6), layout="constrained")
        grid = figure.add_gridspec(3, 9)
        drawn, bars = figure.add_subplot(grid[:, :3]), figure.add_subplot(grid[:, 6:])
        drawn.imshow(sample.reshape(maps.shape[2:]), cmap="gray_r")
        drawn.set(xticks=[], yticks=[], title="digit")
        most = np.abs(chosen).max()
        for k, one in enumerate(chosen):
            ax = figure.add_subplot(grid[k // 3, 3 + k % 3])
            ax.imshow(one, cmap="RdBu", vmin=-most, vmax=most)
            ax.set(xticks=[], yticks=[])
            if k == 1:
                ax.set_title(f"channels at layer {values['layer']} of {len(maps) - 1}")
        bars.barh(range(10), 100 * probabilities, color=plots.CLASS_COLOURS[0])
        bars.set(yticks=range(10), ylim=(9.5, -0.5), xlim=(0, 100), title="probability (%)")
        return figure
