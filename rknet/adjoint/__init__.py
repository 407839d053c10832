"""Section 3: the discrete adjoint, for any tableau and any right-hand side.

`rightsides` evaluates f and its transposed derivatives; `steps` takes one Runge-Kutta step and its transpose; `sweeps`
runs states forward and costates backward through the layers; `order` derives the order of a scheme's pair with another;
`memory` counts what a gradient keeps.
"""

from rknet.adjoint.rightsides import Affine, Controls, General, RightHandSide, Transposed
from rknet.adjoint.steps import StageError, Step
from rknet.adjoint.sweeps import (
    AdjointFunction,
    Costates,
    LayerCostates,
    States,
    continuous_costates,
    costate_sweep,
    costates,
    forward,
    lagrangian,
    layers,
    partner_costates,
    propagate,
    state_sweep,
    states,
)

__all__ = [
    "AdjointFunction",
    "Affine",
    "Controls",
    "Costates",
    "General",
    "LayerCostates",
    "RightHandSide",
    "StageError",
    "States",
    "Step",
    "Transposed",
    "continuous_costates",
    "costate_sweep",
    "costates",
    "forward",
    "lagrangian",
    "layers",
    "partner_costates",
    "propagate",
    "state_sweep",
    "states",
]
