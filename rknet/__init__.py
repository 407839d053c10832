"""Runge-Kutta networks: a small library beside the book on Giesecke & Kröner (2021).

The modules of this folder are the core.  Read them in this order: `tableaus` (the schemes), `nets` (the networks),
`lifts` (the lift to d_hat dimensions), `training` and `protocol` (the paper's protocol), `contract` (what an
engine is), `plots` (the figures).

The folders are rooms around it: `data` (points, Bayes limits, images), `adjoint` (Section 3), `engines` (who takes the
steps of a training), `study` (the experiments, their records and the ledger), `playground` (networks trained in the
page) and `laboratories` (controls in a notebook).

The names of this module stand in `__init__.pyi`; each is imported when it is first used.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
