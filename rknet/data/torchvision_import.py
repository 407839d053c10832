"""torchvision beside any build of torch.

torchvision's compiled operators match one build of torch.  Beside another one (say torch for CPU and torchvision for
CUDA) they cannot be loaded, and ``import torchvision`` fails although its data sets need no operator at all.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from types import ModuleType

import torch

OPERATORS = ("nms", "qnms")
"""The operators that torchvision extends on import, and which must therefore be declared."""
SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def load_torchvision() -> ModuleType:
    """The module torchvision; operators that cannot be loaded are declared and raise NotImplementedError when called.

    Raises
    ------
    ImportError
        If torchvision is not installed.
    """
    _declare_missing_operators()
    return importlib.import_module("torchvision")


def _declare_missing_operators() -> None:
    spec = importlib.util.find_spec("torchvision")
    if spec is None or not spec.submodule_search_locations:
        return
    folder = Path(next(iter(spec.submodule_search_locations)))
    try:
        torch.ops.load_library(str(next(folder.glob("_C*.so"), folder / "_C.pyd")))
    except (OSError, ImportError):
        for name in OPERATORS:
            if not hasattr(torch.ops.torchvision, name):
                torch.library.define(f"torchvision::{name}", SCHEMA)
