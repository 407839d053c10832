"""What writes a net looks at `overwrite`, and at what is at the path, before it writes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import rknet
from rknet import Net, RK4Net
from rknet.exporting import to_onnx
from rknet.plain import to_json


@pytest.mark.parametrize("write", [Net.save, to_onnx, to_json])
def test_a_flag_that_is_none_is_refused(write: Callable[..., None], tmp_path: Path) -> None:
    """Also at a new place, where it would not matter."""
    with pytest.raises(ValueError, match="overwrite: must be True or False, got 'no'; "):
        write(RK4Net(2, 3, 2, 2), tmp_path / "net", overwrite="no")
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("write", [Net.save, to_onnx, to_json])
def test_a_file_of_ones_own_is_replaced_and_no_other(write: Callable[..., None], tmp_path: Path) -> None:
    """Folders are made, a file of the same writer is replaced, another stays.

    Bytes are compared in whatever order, since safetensors writes the facts of a file in any.
    """
    path, net = tmp_path / "folder" / "net", RK4Net(2, 3, 2, 2, seed=0)
    write(RK4Net(2, 3, 2, 2, seed=1), path)
    write(net, path)
    write(net, tmp_path / "new")
    assert sorted(path.read_bytes()) == sorted((tmp_path / "new").read_bytes())
    path.write_text("mine")
    with pytest.raises(ValueError, match="path: must be a new file, or one that .* has written, got .*, which is nei"):
        write(net, path)
    assert path.read_text() == "mine"
    write(net, path, overwrite=True)
    assert sorted(path.read_bytes()) == sorted((tmp_path / "new").read_bytes())


@pytest.mark.parametrize("write", [Net.save, to_onnx, to_json])
def test_a_large_file_of_another_is_not_read(write: Callable[..., None], tmp_path: Path) -> None:
    """It is larger than the memory of most machines, and full of zeros that no disk stores."""
    path = tmp_path / "large"
    path.touch()
    os.truncate(path, 2**40)
    with pytest.raises(ValueError, match="path: must be a new file"):
        write(RK4Net(2, 3, 2, 2), path)


def test_a_name_without_a_file_is_told(tmp_path: Path) -> None:
    """As Python's own error, in words that say where the name begins."""
    with pytest.raises(FileNotFoundError, match="path: must be a file that exists, got 'nothing'; check its name"):
        rknet.load("nothing")
