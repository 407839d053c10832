"""Hashes that tell whether two results, or two trainings, are the same."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import torch
from torch import Tensor


def weights_hash(net: torch.nn.Module) -> str:
    """SHA-256 (hex) of a net's weights: name, type, shape and little-endian bytes of each array, sorted by name."""
    digest = hashlib.sha256()
    for name, tensor in sorted(net.state_dict().items()):
        array = tensor.detach().cpu().numpy()
        array = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def digest(*parts: Any) -> str:
    """SHA-256 (hex) of arrays and tensors, by type, shape and bytes, and of plain values, by their `repr`."""
    whole = hashlib.sha256()
    for part in parts:
        if isinstance(part, Tensor):
            part = part.detach().cpu().numpy()
        if isinstance(part, np.ndarray):
            whole.update(f"{part.dtype} {part.shape}\n".encode())
            whole.update(np.ascontiguousarray(part).data)
        else:
            whole.update(f"{part!r}\n".encode())
    return whole.hexdigest()
