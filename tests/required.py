"""What a test needs that need not be there: a browser, the built book, Triton.

A test that lacks it is skipped, and the reason is listed at the end; where RKNET_REQUIRE_BROWSER, RKNET_REQUIRE_HTML or
RKNET_REQUIRE_TRITON is 1 in the environment, as in ``.ci/run``, the test fails instead.
"""

from __future__ import annotations

import importlib.util
import os
from typing import NoReturn

import pytest


def missing(reason: str, *, required: str = "BROWSER") -> NoReturn:
    """Skip the test or the module of tests, or fail where it may not be skipped."""
    if os.environ.get(f"RKNET_REQUIRE_{required}") == "1":
        pytest.fail(reason)
    pytest.skip(reason, allow_module_level=True)


def triton() -> None:
    """For a module that tests the kernels of a graphics card, before it imports them."""
    if importlib.util.find_spec("triton") is None:
        missing("Triton is not installed; on Linux, `make test WITH=card` installs it", required="TRITON")
