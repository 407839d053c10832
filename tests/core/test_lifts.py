"""The lifts to d_hat dimensions, equation (2.3)."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rknet import LIFTS, StandardNet
from rknet.initial import orthonormal_columns, uniform
from rknet.lifts import Lift

SINGLE = 1e-6
"""Orthonormality of a matrix rounded to float32: a few units in the last place, 6e-8."""
DOUBLE = 1e-14
"""Orthonormality in double precision after two passes of Gram-Schmidt: a few units in the last place, 1e-16."""

SIZES = [(1, 1), (2, 2), (2, 3), (3, 16)]


def make(name: str, d: int, d_hat: int, seed: int = 0) -> Lift:
    """A lift by name from its own generator."""
    return LIFTS[name](d, d_hat, np.random.default_rng(seed))


def points(d: int) -> torch.Tensor:
    """Twenty points of R^d."""
    return torch.from_numpy(np.random.default_rng(d).standard_normal((20, d)))


@pytest.mark.parametrize(("d", "d_hat"), SIZES)
def test_zero_padding(d: int, d_hat: int) -> None:
    """(2.3): the coordinates are kept and d_hat - d zeros follow."""
    x = points(d)
    assert torch.equal(make("zero", d, d_hat)(x), torch.cat([x, torch.zeros(20, d_hat - d)], dim=1))


@pytest.mark.parametrize("name", LIFTS)
@pytest.mark.parametrize(("d", "d_hat"), SIZES)
def test_lifts_are_linear_maps(name: str, d: int, d_hat: int) -> None:
    """Every lift maps (N, d) to (N, d_hat) by a matrix without bias, the one it lets see."""
    lift, x = make(name, d, d_hat).double(), points(d)
    matrix = lift(torch.eye(d, dtype=torch.double)).T
    assert lift(x).shape == (20, d_hat)
    torch.testing.assert_close(lift(x), x @ matrix.T)
    assert torch.equal(getattr(lift, "matrix", matrix), matrix)


@pytest.mark.parametrize("name", ["linear", "orthogonal"])
def test_frozen_matrices_are_buffers(name: str) -> None:
    """A frozen matrix is stored with the net but is no parameter."""
    lift = make(name, 2, 3)
    assert list(lift.state_dict()) == ["matrix"]
    assert not list(lift.parameters())


def test_learned_matrix_is_a_parameter() -> None:
    """The learned lift has one trained matrix, (d_hat, d)."""
    (matrix,) = make("learned", 2, 3).parameters()
    assert matrix.requires_grad
    assert matrix.shape == (3, 2)


def test_zero_padding_has_no_weights() -> None:
    """Padding has nothing to store."""
    assert not make("zero", 2, 3).state_dict()


@pytest.mark.parametrize(("d", "d_hat"), [*SIZES, (784, 784)])
def test_orthogonal_columns(d: int, d_hat: int) -> None:
    """Q^T Q is the identity to single precision, also for the largest square lift of the paper."""
    Q = make("orthogonal", d, d_hat).matrix.double().numpy()
    np.testing.assert_allclose(Q.T @ Q, np.eye(d), atol=SINGLE)


@pytest.mark.parametrize(("rows", "columns"), [(3, 2), (16, 16), (100, 60)])
def test_gram_schmidt_is_orthonormal(rows: int, columns: int) -> None:
    """Columns are orthonormal in double precision and span what they were made from."""
    V = np.random.default_rng(1).standard_normal((rows, columns))
    Q = orthonormal_columns(V)
    np.testing.assert_allclose(Q.T @ Q, np.eye(columns), atol=DOUBLE)
    np.testing.assert_allclose(Q @ (Q.T @ V), V, atol=1e3 * DOUBLE)


def test_gram_schmidt_survives_nearly_dependent_columns() -> None:
    """The second pass: columns that agree to six digits come out orthonormal."""
    rng = np.random.default_rng(2)
    V = rng.standard_normal((20, 1)) + 1e-6 * rng.standard_normal((20, 4))
    Q = orthonormal_columns(V)
    np.testing.assert_allclose(Q.T @ Q, np.eye(4), atol=DOUBLE)


def test_gram_schmidt_is_qr_with_positive_diagonal() -> None:
    """Gram-Schmidt gives the Q of LAPACK's QR, up to the sign of each column; the input is left as it was."""
    V = np.random.default_rng(3).standard_normal((8, 5))
    before = V.copy()
    Q, R = np.linalg.qr(V)
    np.testing.assert_allclose(orthonormal_columns(V), Q * np.sign(np.diag(R)), atol=1e2 * DOUBLE)
    np.testing.assert_array_equal(V, before)


def test_orthogonal_lift_keeps_distances() -> None:
    """Distances of the input survive the orthogonal lift."""
    x = points(3).float()
    torch.testing.assert_close(torch.pdist(make("orthogonal", 3, 16)(x)), torch.pdist(x))


@pytest.mark.parametrize("fan_in", [1, 2, 16])
def test_uniform_range(fan_in: int) -> None:
    """Entries fill (-1/sqrt(fan_in), 1/sqrt(fan_in)) evenly: mean, standard deviation and extremes."""
    N, bound = 20_000, fan_in**-0.5
    sample = uniform(np.random.default_rng(4), (N,), fan_in=fan_in).double()
    assert abs(sample.mean()) < 4 * bound / (3 * N) ** 0.5
    assert sample.std().item() == pytest.approx(bound / 3**0.5, rel=0.02)
    assert 0.99 * bound < sample.abs().max() <= bound * (1 + SINGLE)


@pytest.mark.parametrize("name", ["linear", "learned"])
def test_fan_in_of_the_lift_is_d(name: str) -> None:
    """The random maps are drawn with fan-in d, not d_hat."""
    matrix = make(name, 4, 2500).matrix
    assert 0.49 < matrix.abs().max() <= 0.5


def test_learned_lift_starts_as_the_frozen_one() -> None:
    """The frozen and the learned map of one seed start alike."""
    assert torch.equal(make("linear", 2, 16).matrix, make("learned", 2, 16).matrix)


@pytest.mark.parametrize("name", ["linear", "orthogonal", "learned"])
def test_lift_follows_the_seed(name: str) -> None:
    """The lift of a net is decided by the net's seed."""
    lifts = [StandardNet(2, 4, 2, 1, lift=name, seed=seed).lift.matrix for seed in (0, 0, 1)]
    assert torch.equal(lifts[0], lifts[1])
    assert not torch.equal(lifts[0], lifts[2])
