"""Nets and estimators as ONNX: other programs compute the same, and nobody's file is overwritten."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx.reference import ReferenceEvaluator

from rknet import ConvolutionalRKNet, Net, RK4Net, RKNet, StandardNet, Tableau, draw
from rknet.activations import ACTIVATIONS
from rknet.estimator import RKNetClassifier
from rknet.exporting import to_onnx
from rknet.lifts import LIFTS
from rknet.regressor import RKNetRegressor
from rknet.tableaus import TABLEAUS

pytestmark = pytest.mark.filterwarnings("ignore:training has reached a cost")  # barely trained nets

SINGLE = 2e-6
"""Float32 rounding of a few layers."""

FEW = draw("squares", 60, seed=1)

NETS: dict[str, Callable[[], Net]] = {
    **{f"lift {name}": lambda name=name: RKNet(2, 5, 3, 2, tableau="heun", lift=name) for name in LIFTS},
    **{f"activation {name}": lambda name=name: StandardNet(2, 5, 3, 3, activation=name) for name in ACTIVATIONS},
    **{
        f"scheme {name}": lambda name=name: RKNet(2, 5, 3, 2, tableau=name, h=0.3).double()
        for name, tableau in TABLEAUS.items()
        if tableau.explicit
    },
    "own scheme": lambda: RKNet(2, 5, 3, 2, tableau=Tableau("own", [[], ["1/3"]], ["1/4", "3/4"]), h=0.5),
}


def computed(file: Path, X: np.ndarray) -> list[list[np.ndarray]]:
    """What ONNX's own reference makes of samples, and what its runtime makes of them."""
    inputs = {"X": X.astype(np.float32)}
    runtime = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    return [ReferenceEvaluator(onnx.load(file)).run(None, inputs), runtime.run(None, inputs)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A place for a file."""
    return tmp_path / "net.onnx"


@pytest.mark.parametrize("name", NETS)
def test_others_compute_the_logits(name: str, file: Path) -> None:
    net = NETS[name]()
    to_onnx(net, file)
    expected = net.flow(FEW.X)[-1] @ net.W.detach().numpy().T + net.mu.detach().numpy()
    for (logits,) in computed(file, FEW.X):
        np.testing.assert_allclose(logits, expected, rtol=SINGLE, atol=SINGLE)


def test_a_classifier_gives_probabilities_and_labels(file: Path) -> None:
    names = np.array(["no", "perhaps", "yes"])
    model = RKNetClassifier(epochs=3, random_state=0).fit(FEW.X, names[np.arange(60) % 3])
    to_onnx(model, file)
    for probabilities, labels in computed(file, FEW.X):
        np.testing.assert_allclose(probabilities, model.predict_proba(FEW.X), rtol=1e-5)
        np.testing.assert_array_equal(names[labels], model.predict(FEW.X))
    stated = {entry.key: entry.value for entry in onnx.load(file).metadata_props}
    assert json.loads(stated["classes"]) == names.tolist()
    assert json.loads(stated["architecture"])["d_hat"] == 16


@pytest.mark.parametrize("outputs", [1, 2])
def test_a_regressor_gives_its_targets(outputs: int, file: Path) -> None:
    y = 1e3 + 1e2 * FEW.X[:, :outputs].astype(float)
    model = RKNetRegressor(epochs=3, random_state=0).fit(FEW.X, y)
    to_onnx(model, file)
    for (found,) in computed(file, FEW.X):
        np.testing.assert_allclose(found, model.predict(FEW.X).reshape(60, outputs), rtol=1e-6)


def hooked() -> Net:
    net = RK4Net(2, 3, 2, 2)
    net.register_forward_hook(lambda *_: None)
    return net


@pytest.mark.parametrize(
    "of",
    [hooked, lambda: ConvolutionalRKNet((1, 4, 4), 2, 2, 1, tableau="euler"), RKNetClassifier, lambda: "net"],
    ids=["hook", "convolution", "not fitted", "text"],
)
def test_what_is_no_known_net_is_refused(of: Callable[[], Any], file: Path) -> None:
    with pytest.raises(ValueError, match="net: must be a StandardNet or RKNet of the library, or a fitted estimator"):
        to_onnx(of(), file)
    assert not file.exists()


def test_files_of_others_stay(file: Path) -> None:
    """Text, a model of another program, and a pipe; our own are replaced, and others at their owner's word."""
    net = RK4Net(2, 3, 2, 2)
    to_onnx(net, file)
    to_onnx(net, file)
    theirs = onnx.load(file)
    theirs.producer_name = "somebody"
    for content in (b"my thesis", b"", theirs.SerializeToString()):
        file.write_bytes(content)
        with pytest.raises(ValueError, match="path: must be a new file, or one that to_onnx has written, got"):
            to_onnx(net, file)
        assert file.read_bytes() == content
    to_onnx(net, file, overwrite=True)
    os.mkfifo(file.with_name("pipe"))
    with pytest.raises(ValueError, match="path: must be a file, got the pipe"):
        to_onnx(net, file.with_name("pipe"))
