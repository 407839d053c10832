"""Networks by name: the paper's, and that of any scheme."""

from __future__ import annotations

from typing import Any

from rknet.nets import Net, RKNet, StandardNet
from rknet.schemes import Steps, scheme_of
from rknet.tableaus import EULER, RK4, Tableau


class EulerNet(RKNet):
    """The residual network y[l+1] = y[l] + h f(u[l], y[l]), equation (2.7); with h = 1 a ResNet.  See `RKNet`."""

    def __init__(self, d: int, d_hat: int, classes: int, L: int, *, h: Steps = 0.05, **arguments: Any) -> None:
        super().__init__(d, d_hat, classes, L, tableau=EULER, h=h, **arguments)


class RK4Net(RKNet):
    """The Runge-Kutta network of the classic fourth-order scheme (Figure 1, right).  See `RKNet`."""

    def __init__(self, d: int, d_hat: int, classes: int, L: int, *, h: Steps = 0.05, **arguments: Any) -> None:
        super().__init__(d, d_hat, classes, L, tableau=RK4, h=h, **arguments)


def net_of(scheme: str | Tableau, *sizes: int, h: Steps = 0.05, **arguments: Any) -> Net:
    """The net of a scheme, see `scheme_of`; `sizes` are d, d_hat, classes and L, the rest is as for `Net`.

    A StandardNet has no step size.
    """
    tableau = scheme_of(scheme)
    if tableau is None:
        return StandardNet(*sizes, **arguments)
    return RKNet(*sizes, tableau=tableau, h=h, **arguments)
