"""The activations sigma of the networks, by name."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from rknet.registry import Registry

Activation = Callable[[Tensor], Tensor]

ACTIVATIONS: Registry[Activation] = Registry(
    tanh=torch.tanh,
    logistic=torch.sigmoid,
    relu=torch.relu,
    softplus=nn.functional.softplus,
)
"""The activations sigma of (2.1).  The paper writes "logit" for the logistic function 1 / (1 + e^-x)."""

SHIPPED = tuple(ACTIVATIONS.values())
"""Those that engines, cache and checkpoints know by their names, whatever is registered later."""
