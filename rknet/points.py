"""The point sets of Section 4: laws in R^2 and R^3 whose classes are assigned before noise is added.

Because the noise comes after the label, no classifier is perfect: each law has a Bayes limit.  Draws come from NumPy's
`Generator` and are rounded to float32, so that a seed means the same points on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rknet.checks import choose, inputs, labels, positive, whole

Sample = tuple[NDArray[np.float64], NDArray[np.int64]]


@dataclass(frozen=True)
class PointSet:
    """Labelled samples: X (N, d) float32, c (N,) class numbers 0 .. classes-1.

    Raises
    ------
    ValueError
        If X is empty, not finite or not two-dimensional, or if c does not fit X and classes.
    """

    X: NDArray[np.float32]
    c: NDArray[np.int64]
    classes: int

    def __post_init__(self) -> None:
        whole("classes", self.classes, least=2)
        with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite and is refused
            X = inputs("X", inputs("X", self.X).astype(np.float32))
        object.__setattr__(self, "X", X)
        object.__setattr__(self, "c", labels("c", self.c, len(X), self.classes))

    @property
    def d(self) -> int:
        """Dimension of the samples."""
        return self.X.shape[1]

    def __len__(self) -> int:
        return len(self.X)

    def __getitem__(self, rows: slice) -> PointSet:
        return PointSet(self.X[rows], self.c[rows], self.classes)


@dataclass(frozen=True)
class Law:
    """The law of a point set: N clean points with their classes, then Gaussian noise, then a scale.

    Attributes
    ----------
    d, classes
        Dimension and number of classes.
    noise
        Standard deviation of the noise added to each coordinate after labelling.
    clean
        Draws (clean points (N, d), classes (N,)) from a generator.
    scale
        Factor applied after the noise.
    paired
        Whether points come in mirrored pairs, so that N must be even.
    """

    d: int
    classes: int
    noise: float
    clean: Callable[[np.random.Generator, int], Sample]
    scale: float = 1.0
    paired: bool = False

    def sample(self, rng: np.random.Generator, N: int, noise: float | None = None) -> PointSet:
        """N labelled points (N, d); `noise` replaces the law's own standard deviation.  ValueError as in `draw`."""
        whole("N", N)
        noise = self.noise if noise is None else positive("noise", noise, or_zero=True)
        if self.paired and N % 2:
            raise ValueError(f"N: must be even, since the spiral's arms share their angles, got {N}; pass {N + 1}")
        X, c = self.clean(rng, N)
        X = (X + noise * rng.standard_normal(X.shape)) * self.scale
        return PointSet(X.astype(np.float32), c, self.classes)


def strip() -> Law:
    """donut_1D: x1 uniform(-4, 4), x2 normal; class 0 where abs(x1) < 1."""

    def clean(rng: np.random.Generator, N: int) -> Sample:
        X = np.column_stack([rng.uniform(-4, 4, N), rng.standard_normal(N)])
        return X, (np.abs(X[:, 0]) >= 1).astype(np.int64)

    return Law(2, 2, 0.5, clean)


def ball(d: int) -> Law:
    """donut_2D and its like in R^d: normal points, class 0 inside the unit sphere, then stretched by 1.2."""

    def clean(rng: np.random.Generator, N: int) -> Sample:
        X = rng.standard_normal((N, d))
        return 1.2 * X, (_norm(X) >= 1).astype(np.int64)

    return Law(whole("d", d), 2, 0.2, clean)


def rings(d: int, classes: int) -> Law:
    """donut d D & K C: 1.5 x normal points in R^d; the class is the ring of the norm.

    The K rings have inner radii 0, 4/K, 8/K, ...; the last one is open.
    """
    inner = np.linspace(0, 4, whole("classes", classes, least=2), endpoint=False)

    def clean(rng: np.random.Generator, N: int) -> Sample:
        X = 1.5 * rng.standard_normal((N, d))
        return X, np.searchsorted(inner, _norm(X), side="right") - 1

    return Law(whole("d", d), classes, 0.2, clean)


def squares(d: int, classify: Callable[[NDArray[np.bool_]], NDArray[np.int_]], classes: int) -> Law:
    """Uniform points in [-4, 4]^d; the class is a function of which coordinates are positive, an (N, d) array."""

    def clean(rng: np.random.Generator, N: int) -> Sample:
        X = rng.uniform(-4, 4, (N, d))
        return X, classify(X > 0).astype(np.int64)

    return Law(whole("d", d), classes, 0.3, clean)


def spiral() -> Law:
    """Two arms of a spiral, mirror images through 0 that share their angles; arm = class."""

    def arm(phi: NDArray[np.float64]) -> NDArray[np.float64]:
        return (2 * phi + np.pi)[:, None] * np.column_stack([np.cos(phi), np.sin(phi)])

    return Law(2, 2, 1.0, _two_arms(arm, lambda phi: -arm(phi)), scale=1 / 5, paired=True)


def spiral_3D() -> Law:
    """A double helix: two arms (2.5 cos, 2.5 sin) of angle 2 phi and 2 phi + pi at height phi - pi; arm = class."""

    def arm(phi: NDArray[np.float64], shift: float) -> NDArray[np.float64]:
        return np.column_stack([2.5 * np.cos(2 * phi + shift), 2.5 * np.sin(2 * phi + shift), phi - np.pi])

    return Law(3, 2, 0.2, _two_arms(lambda phi: arm(phi, 0.0), lambda phi: arm(phi, np.pi)), paired=True)


def _two_arms(
    first: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    second: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> Callable[[np.random.Generator, int], Sample]:
    """The same angles phi = 2 pi sqrt(uniform) on both arms, then shuffled."""

    def clean(rng: np.random.Generator, N: int) -> Sample:
        phi = 2 * np.pi * np.sqrt(rng.uniform(size=N // 2))
        order = rng.permutation(N)
        return np.concatenate([first(phi), second(phi)])[order], np.repeat([0, 1], N // 2)[order]

    return clean


def _norm(X: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sqrt((X**2).sum(axis=1))


def _odd(positive: NDArray[np.bool_]) -> NDArray[np.int_]:
    """Class 0 where the product of the coordinates is positive."""
    return (~positive).sum(axis=1) % 2


def _quadrant(positive: NDArray[np.bool_]) -> NDArray[np.int_]:
    """Quadrants numbered counter-clockwise from the first."""
    right, up = positive.T
    return np.where(up, np.where(right, 0, 1), np.where(right, 3, 2))


def _opposite_octants(positive: NDArray[np.bool_]) -> NDArray[np.int_]:
    """Octants of R^3 with opposite ones sharing a class: mirror every point into x3 > 0, then take the quadrant."""
    return _quadrant(positive[:, :2] == positive[:, 2:])


LAWS: dict[str, Law] = {
    "donut_1D": strip(),
    "donut_2D": ball(2),
    "squares": squares(2, _odd, 2),
    "spiral": spiral(),
    "donut_3D_2C": rings(3, 2),
    "donut_3D_3C": rings(3, 3),
    "donut_2D_6C": rings(2, 6),
    "donut_3D_6C": rings(3, 6),
    "squares_2D_4C": squares(2, _quadrant, 4),
    "squares_3D_4C": squares(3, _opposite_octants, 4),
    "spiral_3D": spiral_3D(),
    "donut_highD": ball(3),
    "squares_highD": squares(3, _odd, 2),
}
"""Every point set of the paper by name, and three its authors coded without printing (the last three)."""


def draw(law: str | Law, N: int = 3000, *, noise: float | None = None, seed: int = 0) -> PointSet:
    """N labelled points of a law (by name or as a `Law`): X (N, d), c (N,).

    Parameters
    ----------
    law
        A name in `LAWS`, or a law such as ``rings(4, 3)``.
    N
        Number of points; even for the spirals.  The paper draws 1500 for training and 1500 for validation at once.
    noise
        Standard deviation of the noise added after labelling; by default the paper's.
    seed
        Seeds the draw.

    Raises
    ------
    ValueError
        If the name is unknown, N is not a positive (for spirals: even) whole number, or noise is negative.
    """
    law = law if isinstance(law, Law) else choose("law", law, LAWS)
    return law.sample(np.random.default_rng(whole("seed", seed, least=0)), N, noise)


def split(points: PointSet, first: int = 1500) -> tuple[PointSet, PointSet]:
    """Training and validation set: the first points, and the rest.  ValueError unless both have a point."""
    if not 0 < whole("first", first) < len(points):
        raise ValueError(
            f"first: must leave points on both sides, got {first} of {len(points)}; pass 1..{len(points) - 1}"
        )
    return points[:first], points[first:]
