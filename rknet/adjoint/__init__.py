"""Section 3: the discrete adjoint, for any tableau and any right-hand side.

`rightsides` evaluates f and its transposed derivatives; `steps` takes one Runge-Kutta step and its transpose; `sweeps`
runs states forward and costates backward through the layers; `order` derives the order of a scheme's pair with another;
`memory` counts what a gradient keeps.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
