"""Every test runs in the environment of the chapters' kernels, and without a window."""

import os

import environment
import pytest

environment.enter()


def pytest_configure(config: pytest.Config) -> None:
    # The kernels that nbval starts inherit this process's variables, and show their figures.
    if not config.getoption("nbval", default=False):
        os.environ["MPLBACKEND"] = "Agg"
