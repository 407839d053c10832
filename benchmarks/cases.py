"""What is trained: the network and the points on which all contenders are compared."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from rknet import PointSet, Protocol, RKNet, draw, split
from rknet.checks import whole


@dataclass(frozen=True)
class Case:
    """A network, its points and the paper's protocol without early stopping; the defaults are those of Table 3.

    Attributes
    ----------
    L, d_hat
        Depth and width.
    N, batch
        Training samples, as many for validation, and samples per step.
    epochs
        Epochs of a full run.

    Raises
    ------
    ValueError
        If a size is not a positive whole number, or the width is less than two.
    """

    L: int = 100
    d_hat: int = 16
    N: int = 1500
    batch: int = 5
    epochs: int = 40

    def __post_init__(self) -> None:
        for size, value in asdict(self).items():
            whole(size, value, least=2 if size == "d_hat" else 1)

    def net(self, tableau: str = "rk4") -> RKNet:
        """The network before training; its lift is frozen."""
        return RKNet(2, self.d_hat, 6, self.L, tableau=tableau, lift="linear", seed=0)

    def points(self) -> tuple[PointSet, PointSet]:
        """Training and validation set."""
        return split(draw("donut_2D_6C", 2 * self.N, seed=0), self.N)

    def protocol(self) -> Protocol:
        """Adam on batches, every epoch run."""
        return Protocol(epochs=self.epochs, batch_size=self.batch, stop_early=False)
