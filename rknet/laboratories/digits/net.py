"""The stored net that reads digits: a byte a weight, as a page can hold it, and the same net in Python."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rknet.convolution import ConvolutionalRKNet
from rknet.data.points import PointSet
from rknet.nets import Net

FILE = Path(__file__).with_name("net.json")
"""Made by `rknet.laboratories.digits.train`."""
SIDE = 14
"""Pixels a side of what the net sees: each is the mean of four pixels of MNIST."""
LARGEST = 127
"""What the largest weight of a filter, or of a class, is stored as."""


def pooled(X: NDArray[np.float32]) -> NDArray[np.float32]:
    """Images (N, 784) with half as many pixels a side, (N, 196): means of four."""
    return X.reshape(-1, SIDE, 2, SIDE, 2).mean(axis=(2, 4)).reshape(len(X), -1)


def text(array: NDArray[Any]) -> str:
    """Base64 of an array's bytes."""
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def rounded(net: ConvolutionalRKNet) -> dict[str, Any]:
    """A net as JSON can hold it: K and W as whole numbers of a byte with a scale for each filter or class.

    A weight is its byte times its scale, both exact in single precision.
    """
    found: dict[str, Any] = {"shape": list(net.shape), "L": net.L, "h": net.h, "classes": net.classes}
    for name, axes in (("K", 2), ("W", 1)):
        weights = getattr(net, name).detach().numpy()
        rows = weights.reshape(int(np.prod(weights.shape[:axes])), -1)
        scales = (np.abs(rows).max(axis=1) / LARGEST).astype(np.float32)
        whole = np.rint(rows / scales[:, None]).astype(np.int8)
        found[name] = {"bytes": text(whole), "scales": scales.tolist()}
    return {**found, "b": net.b.detach().numpy().ravel().tolist(), "mu": net.mu.detach().numpy().tolist()}


def read(stored: Mapping[str, Any]) -> ConvolutionalRKNet:
    """The net in double precision that `rounded` has written: classic RK4, tanh, kernels of 3 x 3."""
    channels, height, width = stored["shape"]
    net = ConvolutionalRKNet(
        (1, height, width), channels, stored["classes"], stored["L"], tableau="rk4", h=stored["h"]
    ).double()
    with torch.no_grad():
        for name, parameter in (("K", net.K), ("W", net.W)):
            scales = np.array(stored[name]["scales"])
            whole = np.frombuffer(base64.b64decode(stored[name]["bytes"]), np.int8).reshape(len(scales), -1)
            parameter.copy_(torch.from_numpy(whole * scales[:, None]).reshape(parameter.shape))
        net.b.copy_(torch.tensor(stored["b"]).reshape(net.b.shape))
        net.mu.copy_(torch.tensor(stored["mu"]))
    return net


def samples(test: PointSet) -> list[str]:
    """The third test image of each digit, which no training has seen, as bytes of `SIDE` x `SIDE` pixels."""
    chosen = [np.flatnonzero(test.c == digit)[2] for digit in range(10)]
    return [text(np.rint(255 * image).astype(np.uint8)) for image in pooled(test.X[chosen])]


def image(sample: str) -> NDArray[np.float64]:
    """A stored sample, (1, 196), between 0 and 1."""
    return np.frombuffer(base64.b64decode(sample), np.uint8)[None] / 255


def accuracy(net: Net, points: PointSet) -> float:
    """The fraction of digits that a net reads."""
    return float((net.predict(points.X) == points.c).mean())


def encoded(stored: Mapping[str, Any]) -> bytes:
    """The content of `FILE`."""
    return (json.dumps(stored, indent=1) + "\n").encode()


def stored() -> dict[str, Any]:
    """The content of `FILE`, as JSON has it."""
    content: dict[str, Any] = json.loads(FILE.read_text("utf8"))
    return content
