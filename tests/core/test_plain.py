"""Nets as plain JSON: any program can compute with them, what cannot be told is refused, and nobody's file is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rknet import ConvolutionalRKNet, RK4Net, RKNet, StandardNet, Tableau, draw, plain
from rknet.estimator import RKNetClassifier
from rknet.plain import to_json

SINGLE = 2e-6
"""Float32 rounding of a few layers."""

SIGMA: dict[str, Callable[[Any], Any]] = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}

FEW = draw("squares", 60, seed=1)


def logits(stated: dict[str, Any], X: np.ndarray) -> np.ndarray:
    """What a program makes of samples that knows the file and nothing else."""
    M, K, b, W, mu = (np.array(stated["weights"][name]) for name in ("lift", "K", "b", "W", "mu"))
    sigma, y = SIGMA[stated["activation"]], X @ M.T
    for l in range(stated["L"]):
        if stated["net"] == "StandardNet":
            y = sigma(y @ K[l].T + b[l])
            continue
        number = [[eval(entry) for entry in row] for row in stated["scheme"]["A"]]  # noqa: S307, our own "1/3"
        beta = [eval(entry) for entry in stated["scheme"]["beta"]]  # noqa: S307
        h = stated["h"][l] if isinstance(stated["h"], list) else stated["h"]
        slopes: list[np.ndarray] = []
        for row in number:
            stage = y + h * sum((a * slope for a, slope in zip(row, slopes, strict=True)), np.zeros_like(y))
            slopes.append(sigma(stage @ K[l].T + b[l]))
        y = y + h * sum(w * slope for w, slope in zip(beta, slopes, strict=True))
    return y @ W.T + mu


@pytest.mark.parametrize(
    "net",
    [
        RK4Net(2, 5, 2, 3, h=0.3, lift="orthogonal"),
        StandardNet(2, 4, 2, 3, activation="relu"),
        RKNet(2, 3, 2, 2, tableau=Tableau("own", [[], ["2/3"]], ["1/4", "3/4"]), h=[0.1, 0.4], activation="relu"),
        RKNet(2, 3, 2, 2, tableau="heun", lift="learned").double(),
    ],
    ids=["rk4", "standard", "steps", "double"],
)
def test_the_file_tells_what_the_net_computes(net: Any, tmp_path: Path) -> None:
    to_json(net, tmp_path / "net.json")
    stated = json.loads((tmp_path / "net.json").read_text("utf8"))
    X = torch.from_numpy(FEW.X).to(net.K.dtype)
    expected = net(X).detach().numpy()
    assert (stated["format"], stated["d"], stated["d_hat"], stated["classes"]) == (plain.FORMAT, 2, net.d_hat, 2)
    np.testing.assert_allclose(logits(stated, FEW.X), expected, rtol=SINGLE, atol=SINGLE)


def test_a_fitted_classifier_s_net_and_its_points(tmp_path: Path) -> None:
    model = RKNetClassifier(epochs=1, random_state=0).fit(FEW.X, FEW.c)
    file = tmp_path / "net.json"
    to_json(model.net_, file, points=(FEW, FEW[:10]))
    points = json.loads(file.read_text("utf8"))["points"]
    assert np.array_equal(np.array(points["X"], np.float32), FEW.X) and points["c"] == FEW.c.tolist()
    assert (points["classes"], len(points["validation"]["X"]), len(points["validation"]["c"])) == (2, 10, 10)


def broken() -> RK4Net:
    net = RK4Net(2, 3, 2, 2)
    with torch.no_grad():
        net.b[0, 1] = torch.nan
    return net


def own_sigma() -> RK4Net:
    net = RK4Net(2, 3, 2, 2)
    net.sigma = torch.sin
    return net


@pytest.mark.parametrize(
    ("net", "options", "words"),
    [
        (broken, {}, "net: must have finite weights, got b with 1 that are not"),
        (
            own_sigma,
            {},
            "net: must be a StandardNet or RKNet of the library, got a RK4Net, but sigma is from elsewhere",
        ),
        (lambda: ConvolutionalRKNet((1, 4, 4), 2, 2, 1, tableau="euler"), {}, "net: must be a StandardNet or RKNet"),
        (lambda: "net", {}, "net: must be a StandardNet or RKNet of the library, got a str"),
        (
            lambda: RKNetClassifier(epochs=60, learning_rate=0.02).fit(FEW.X, FEW.c),
            {},
            r"net: must be a StandardNet or RKNet of the library, got a RKNetClassifier, .*; pass its net_$",
        ),
        (lambda: RK4Net(3, 3, 2, 2), {"points": FEW}, "points: must be one or two point sets of dimension 3 with 2"),
        (lambda: RK4Net(2, 3, 4, 2), {"points": FEW}, "points: must be one or two point sets of dimension 2 with 4"),
        (lambda: RK4Net(2, 3, 2, 2), {"points": (FEW, FEW, FEW)}, "points: must be one or two point sets"),
        (lambda: RK4Net(2, 3, 2, 2), {"overwrite": "no"}, "overwrite: must be True or False"),
    ],
)
def test_what_cannot_be_told_is_refused(net: Any, options: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=words):
        to_json(net(), tmp_path / "net.json", **options)
    assert not (tmp_path / "net.json").exists()


def test_files_of_others_stay(tmp_path: Path) -> None:
    file, net = tmp_path / "net.json", RK4Net(2, 3, 2, 2)
    to_json(net, file)
    to_json(net, file)
    for content in (b"my thesis", b"", b"[1]", b'{"format": "rknet playground 1"}', b'{"format": 1}'):
        file.write_bytes(content)
        with pytest.raises(ValueError, match="path: must be a new file, or one that to_json has written, got"):
            to_json(net, file)
        assert file.read_bytes() == content
    to_json(net, file, overwrite=True)
    assert plain.ours(file)
