"""Tests run in the environment of the chapters' kernels, but without figures: only notebooks show theirs."""

import os

import environment
import pytest
from nbval.plugin import IPyNbCell

environment.enter()
INLINE = os.environ["MPLBACKEND"]


def pytest_configure() -> None:
    os.environ["MPLBACKEND"] = "Agg"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    # Before a notebook's first cell nbval starts a kernel, which inherits this process's variables.
    os.environ["MPLBACKEND"] = INLINE if isinstance(item, IPyNbCell) else "Agg"
