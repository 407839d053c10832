"""Runge-Kutta networks: a small library beside the book on Giesecke & Kröner (2021).

The modules of this folder are the core.  Read them in this order: `tableaus` (the schemes), `nets` (the networks),
`lifts` (the lift to d_hat dimensions), `protocol` and `training` (the paper's protocol), `plots` (the figures).

The folders are rooms around it: `data` (points, Bayes limits, images), `adjoint` (Section 3), `engines` (who takes the
steps of a training), `study` (the experiments, their records and the ledger), `playground` (networks trained in the
page) and `laboratories` (controls in a notebook).
"""

from rknet.convolution import ConvolutionalRKNet
from rknet.data.points import LAWS, PointSet, draw, split
from rknet.lifts import LIFTS
from rknet.nets import ACTIVATIONS, EulerNet, Net, RK4Net, RKNet, StandardNet
from rknet.protocol import Protocol
from rknet.tableaus import TABLEAUS, Tableau
from rknet.training import History, fit

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
