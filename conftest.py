"""Tests run in the environment of the chapters' kernels, but without figures: only notebooks show theirs."""

import os

import environment
import joblib
import pytest
from nbval.plugin import IPyNbCell

environment.enter()
TESTS = {"MPLBACKEND": "Agg"}
# Processes of pytest-xdist share the cores, as the pages of a build do.
NOTEBOOKS = {"MPLBACKEND": os.environ["MPLBACKEND"]} | environment.share(
    joblib.cpu_count() // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
)


def pytest_configure() -> None:
    os.environ |= TESTS


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    # Before a notebook's first cell nbval starts a kernel, which inherits this process's variables.
    for name in NOTEBOOKS:
        os.environ.pop(name, None)
    os.environ |= NOTEBOOKS if isinstance(item, IPyNbCell) else TESTS
