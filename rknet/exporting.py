"""Nets and fitted estimators as ONNX, for programs that know neither Python nor PyTorch.

Needs the package ``onnx``: ``pip install 'rknet[export]'``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper

from rknet import files
from rknet.checks import flag, shown
from rknet.estimator import RKNetClassifier
from rknet.identity import layer_of, obstacle
from rknet.learning import Learner
from rknet.lifts import MatrixLift, ZeroPadding
from rknet.nets import Net, RKNet, StandardNet
from rknet.regressor import RKNetRegressor

PRODUCER = "rknet"
OPSET, IR = 17, 8
"""The versions of ONNX's operators and of its files, of 2022."""

OPERATORS = {"tanh": "Tanh", "logistic": "Sigmoid", "relu": "Relu", "softplus": "Softplus"}
"""The activations sigma by ONNX's names."""


class Graph:
    """A graph in the making: nodes, and constants in single precision."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, value: Any) -> str:
        """The name of a new constant."""
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, np.float32, order="C"), name))
        return name

    def node(self, operator: str, *inputs: str, to: str | None = None, **attributes: Any) -> str:
        """The name of what an operator makes of its inputs."""
        name = to or f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def affine(self, y: str, K: NDArray[Any], b: NDArray[Any], to: str | None = None) -> str:
        """K y + b for the rows of y."""
        return self.node("Gemm", y, self.constant(K), self.constant(b), to=to, transB=1)

    def combine(self, y: str, coefficients: list[float], values: list[str]) -> str:
        """y + sum_j coefficients[j] values[j], zeros left out."""
        for a, value in zip(coefficients, values, strict=True):
            y = y if a == 0 else self.node("Add", y, self.node("Mul", value, self.constant(a)))
        return y


def to_onnx(of: Net | Learner, path: Path | str, *, overwrite: bool = False) -> None:
    """Write a net or a fitted estimator as an ONNX model in single precision.

    Parameters
    ----------
    of
        A `StandardNet` or `RKNet` of the library, with the input ``X`` (N, d) and the output ``logits`` (N, classes); a
        fitted classifier, with ``probabilities`` (N, n_classes) and ``label`` (N,), a number that counts in the classes
        which the model states as ``classes``; or a fitted regressor, with ``y`` (N, n_outputs).
    path
        The file; folders that are missing are made.
    overwrite
        Whether a file is replaced that was not written by this function.

    Raises
    ------
    ValueError
        If it is something else, or another file is at the path.
    OSError
        If it cannot be written.
    """
    overwrite = flag("overwrite", overwrite)
    net = of if isinstance(of, Net) else getattr(of, "net_", None)
    reason = "it has no net" if net is None else unknown(net)
    if net is None or reason is not None:
        raise ValueError(
            f"net: must be a StandardNet or RKNet of the library, or a fitted estimator, got {shown(of)}, "
            f"but {reason}; fit it first, or export such a net by torch.onnx"
        )
    file = files.new("path", path, ours, "to_onnx", overwrite)
    model = model_of(of, net)
    checker.check_model(model, full_check=True)
    files.write(file, model.SerializeToString())


def unknown(net: Net) -> str | None:
    """Why a net cannot be written as a graph, or None if it can."""
    reason = obstacle(net)
    if reason is None and (layer_of(net) is None or not isinstance(net.lift, (ZeroPadding, MatrixLift))):
        reason = f"the net is a {type(net).__name__}"
    return reason


def model_of(of: Net | Learner, net: Net) -> ModelProto:
    """The model: the net's layers, and for an estimator what it makes of the net's outputs."""
    graph = Graph()
    logits = layers(graph, net, "logits" if isinstance(of, Net) else None)
    outputs: list[tuple[str, Any, list[Any]]] = [("logits", TensorProto.FLOAT, ["N", net.classes])]
    stated = {"architecture": json.dumps(net.architecture)}
    if isinstance(of, RKNetClassifier):
        graph.node("Softmax", logits, to="probabilities", axis=1)
        graph.node("ArgMax", logits, to="label", axis=1, keepdims=0)
        outputs = [("probabilities", TensorProto.FLOAT, ["N", net.classes]), ("label", TensorProto.INT64, ["N"])]
        stated["classes"] = json.dumps([str(label) for label in of.classes_.tolist()])
    elif isinstance(of, RKNetRegressor):
        scaled = graph.node("Mul", logits, graph.constant(of.y_scale_))
        graph.node("Add", scaled, graph.constant(of.y_mean_), to="y")
        outputs = [("y", TensorProto.FLOAT, ["N", net.classes])]
    made = helper.make_graph(
        graph.nodes,
        "rknet",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, ["N", net.d])],
        [helper.make_tensor_value_info(*output) for output in outputs],
        graph.constants,
    )
    versions: Any = {"opset_imports": [helper.make_opsetid("", OPSET)], "ir_version": IR}
    model = helper.make_model(made, producer_name=PRODUCER, **versions)
    helper.set_model_props(model, stated)
    return model


def layers(graph: Graph, net: Net, to: str | None) -> str:
    """From X to the logits W y[L] + mu: each layer is a step (2.12), or for a `StandardNet` (2.2)."""
    K, b, W, mu = (of.detach().cpu().numpy() for of in (net.K, net.b, net.W, net.mu))
    M = net.lift.matrix if isinstance(net.lift, MatrixLift) else torch.eye(net.d_hat, net.d)
    y = graph.node("MatMul", "X", graph.constant(M.detach().cpu().numpy().T))
    steps = net.steps if isinstance(net, RKNet) else ()
    for l in range(net.L):
        if isinstance(net, StandardNet):
            y = graph.node(OPERATORS[net.activation], graph.affine(y, K[l], b[l]))
            continue
        assert isinstance(net, RKNet)
        A, beta, _ = net.tableau.arrays()
        values: list[str] = []
        for i in range(net.tableau.stages):
            stage = graph.combine(y, (steps[l] * A[i, :i]).tolist(), values)
            values.append(graph.node(OPERATORS[net.activation], graph.affine(stage, K[l], b[l])))
        y = graph.combine(y, (steps[l] * beta).tolist(), values)
    return graph.affine(y, W, mu, to)


def ours(file: Path) -> bool:
    """Whether a file is an ONNX model that says it is from here: in its first bytes, however large it is."""
    beginning = ModelProto(ir_version=IR, producer_name=PRODUCER).SerializeToString()
    with file.open("rb") as opened:
        return opened.read(len(beginning)) == beginning
