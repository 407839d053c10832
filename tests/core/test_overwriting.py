"""What writes a net looks at `overwrite` before it looks at the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rknet import Net, RK4Net
from rknet.exporting import to_onnx
from rknet.plain import to_json


@pytest.mark.parametrize("write", [Net.save, to_onnx, to_json])
def test_a_flag_that_is_none_is_refused(write: Callable[..., None], tmp_path: Path) -> None:
    """Also at a new place, where it would not matter."""
    with pytest.raises(ValueError, match="overwrite: must be True or False, got 'no'; "):
        write(RK4Net(2, 3, 2, 2), tmp_path / "net", overwrite="no")
    assert not any(tmp_path.iterdir())
