"""Every code name on the notation page exists."""

import re
from pathlib import Path
from pkgutil import resolve_name

import pytest

from rknet import RK4Net

PAGE = Path(__file__).parents[2] / "book" / "notation.md"
ROWS = [line for line in PAGE.read_text("utf8").splitlines() if line.startswith("| ") and "---" not in line][1:]
NAMES = sorted({name for row in ROWS for name in re.findall(r"`([^`]+)`", row.rsplit("|", 2)[1])})


def test_each_row_names_code() -> None:
    """A symbol without a code name would be prose."""
    assert len(ROWS) > 15
    assert all("`" in row.rsplit("|", 2)[1] for row in ROWS)


@pytest.mark.parametrize("name", NAMES)
def test_code_name_exists(name: str) -> None:
    owner, _, attribute = name.rpartition(".")
    if owner == "net":
        assert hasattr(RK4Net(d=2, d_hat=3, classes=2, L=1), attribute)
    else:
        assert resolve_name(name) is not None
