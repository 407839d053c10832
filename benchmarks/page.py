"""The playground's engine under Node, and an untuned port to JavaScript beside it."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmarks.cases import Case
from benchmarks.contender import Arrays, Contender, Missing

SCRIPT = Path(__file__).with_name("page.mjs")


class Page(Contender):
    """A process of Node that computes with one of its programs: "webassembly", "javascript" or "port"."""

    def __init__(self, case: Case, program: str) -> None:
        super().__init__(case)
        node = shutil.which("node")
        if node is None:
            raise Missing("not installed: node")
        self.process = subprocess.Popen(
            [node, str(SCRIPT), program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        A, beta, _ = self.net.tableau.arrays()
        scheme = {"A": (self.net.h * A).tolist(), "beta": (self.net.h * beta).tolist()}
        sizes = {"d_hat": case.d_hat, "L": case.L, "classes": self.net.classes, "activation": self.net.activation}
        weights = {name.partition(".")[0]: packed(array) for name, array in self.net.state_dict().items()}
        protocol = {"rate": case.protocol().rate, "batch": case.batch}
        self._ask("build", net={**sizes, **scheme, "carried": True, "learned": False}, weights=weights, **protocol)

    def __del__(self) -> None:
        process = self.__dict__.get("process")
        if process is not None:
            process.communicate()

    def gradients(self, X: NDArray[Any], c: NDArray[Any]) -> Arrays:
        """See `Contender`."""
        return self._shaped(self._ask("gradients", X=packed(X), c=c.tolist()))

    def epoch(self, X: NDArray[Any], c: NDArray[Any], order: NDArray[np.int64]) -> None:
        """See `Contender`."""
        self._ask("epoch", X=packed(X), c=c.tolist(), order=packed(order, "<i4"))

    def statistics(self, X: NDArray[Any], c: NDArray[Any]) -> tuple[float, float]:
        """See `Contender`."""
        found = self._ask("statistics", X=packed(X), c=c.tolist())
        return found["cost"], found["accuracy"]

    def weights(self) -> Arrays:
        """See `Contender`."""
        return self._shaped(self._ask("weights"))

    def _shaped(self, named: dict[str, str]) -> Arrays:
        shapes = {name: tuple(tensor.shape) for name, tensor in self.net.named_parameters()}
        return {
            name: np.frombuffer(base64.b64decode(named[name]), "<f4").reshape(shape) for name, shape in shapes.items()
        }

    def _ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self.process.stdin.flush()
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found


def packed(array: ArrayLike, kind: str = "<f4") -> str:
    """Base64 of an array's numbers."""
    return base64.b64encode(np.ascontiguousarray(array, kind).tobytes()).decode()
