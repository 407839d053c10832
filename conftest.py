"""Tests run in the environment of the chapters' kernels, but without figures: only notebooks show theirs."""

import os

import environment
import joblib
import pytest
from nbval.plugin import IPyNbCell

environment.enter()
# Processes of pytest-xdist share the cores, as pages of the book do.
os.environ |= environment.share(joblib.cpu_count() // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
INLINE = os.environ["MPLBACKEND"]


def pytest_configure() -> None:
    os.environ["MPLBACKEND"] = "Agg"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    # Before a notebook's first cell nbval starts a kernel, which inherits this process's variables.
    os.environ["MPLBACKEND"] = INLINE if isinstance(item, IPyNbCell) else "Agg"
