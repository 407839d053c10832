"""Runge-Kutta networks: a small library beside the book on Giesecke & Kröner (2021).

Read it in this order: `tableaus` (the schemes), `nets` (the networks), `augment` (the lift to d_hat dimensions),
`points` (the data), `training` (the paper's protocol), `plots` (the figures).  Section 3 is `rightsides`, `steps`,
`adjoint` and `pairs`; `memory` counts what its gradient keeps.  Section 4.5 is `images` and `convolution`.  How
training is made fast is told by `lanes`, `arithmetic`, `updates`, `sweeps` (Section 3 itself) and `engine`.
"""

from rknet.activations import ACTIVATIONS
from rknet.convolution import ConvolutionalRKNet
from rknet.data.points import LAWS, PointSet, draw, split
from rknet.history import History
from rknet.lifts import LIFTS
from rknet.named import EulerNet, RK4Net
from rknet.nets import Net, RKNet, StandardNet
from rknet.protocol import Protocol
from rknet.tableaus import TABLEAUS, Tableau
from rknet.training import fit

__version__ = "0.1.0"

__all__ = [
    "ACTIVATIONS",
    "LAWS",
    "LIFTS",
    "TABLEAUS",
    "ConvolutionalRKNet",
    "EulerNet",
    "History",
    "Net",
    "PointSet",
    "Protocol",
    "RK4Net",
    "RKNet",
    "StandardNet",
    "Tableau",
    "draw",
    "fit",
    "split",
]
