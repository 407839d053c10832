"""What is kept for pictures of recorded nets: it belongs to the recorded weights, and gives the recorded accuracy."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from rknet.study.pictures import path_of, pictured
from rknet.study.runner import runs_of
from rknet.study.store import Store, slug

STORE = Store(Path(__file__).resolve().parents[2] / "results")
ROWS = [
    "RK4Net, d_hat = 900, L = 100, MNIST",
    "RK4Net, d_hat = 900, L = 100, FashionMNIST",
    "StandardNet, d_hat = 900, L = 5, FashionMNIST",
]


@pytest.mark.parametrize("row", ROWS)
def test_what_is_kept_belongs_to_the_record(row: str) -> None:
    """The same weights, and of 1500 answers as many right as the record says; features are ordered by variance."""
    (run,) = (run for run in runs_of("images", [0]) if run.row == row)
    record, of = STORE.find(run).record, pictured(row, STORE)
    assert record is not None
    with safe_open(path_of(STORE), "np") as file:
        weights = json.loads(file.metadata()["weights"])
    assert weights[slug(row)] == record["results"]["weights"]
    right = of.answers == of.labels
    assert right.sum() == round(1500 * record["results"]["final"]["val_accuracy"])
    np.testing.assert_allclose(of.probabilities.sum(axis=1), 1, atol=1e-5)  # float32
    assert of.components.shape == (1500, 20)
    assert np.all(np.diff(of.components.var(axis=0)) < 0)


@pytest.mark.parametrize("row", ROWS[:2])
def test_the_images_kept_are_the_first_and_the_surest_errors(row: str) -> None:
    """Sixteen as they come; then eight errors, none less sure than any other error."""
    of = pictured(row, STORE)
    wrong = np.flatnonzero(of.answers != of.labels)
    assert list(of.shown[:16]) == list(range(16))
    assert set(of.shown[16:]) <= set(wrong)
    sure = of.probabilities.max(axis=1)
    assert sure[of.shown[16:]].min() >= sure[np.setdiff1d(wrong, of.shown)].max()
    assert of.pixels.shape == (24, 784) and of.pixels.max() == 255


def test_the_file_is_small() -> None:
    """A clone carries it."""
    assert path_of(STORE).stat().st_size < 2 * 2**20


def test_what_is_not_kept_is_refused(tmp_path: Path) -> None:
    """A row that was not kept, and a store without the file."""
    with pytest.raises(ValueError, match="row: must be a known name, got 'eulernet'; choose from rk4net-d_hat-900"):
        pictured("EulerNet", STORE)
    with pytest.raises(ValueError, match=r"store: must have the file images/pictures.safetensors, got .*; name the"):
        pictured(ROWS[0], Store(tmp_path))


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = path_of(Store(tmp_path))
    path.parent.mkdir()
    path.write_bytes(path_of(STORE).read_bytes()[:-1])
    with pytest.raises(ValueError, match="store: must have pictures in images/.*; name the book's results"):
        pictured(ROWS[0], Store(tmp_path))
