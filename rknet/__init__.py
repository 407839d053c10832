"""Runge-Kutta networks: a small library beside the book on Giesecke & Kröner (2021).

Read it in this order: `tableaus` (the schemes), `nets` (the networks), `lifts` (the lift to d_hat dimensions),
`data.points` (the points), `training` (the paper's protocol), `plots` (the figures).  Section 3 is `adjoint`.
Section 4.5 is `data.images` and `convolution`.  `engines` makes training fast, `study` is the replication.

The names of this module stand in `__init__.pyi`; each is imported when it is first used.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
