"""The point sets of Section 4: laws in R^2 and R^3 whose classes are assigned before noise is added.

Because the noise comes after the label, no classifier is perfect: each law has a Bayes limit.  Draws come from NumPy's
`Generator` and are rounded to float32, so that a seed means the same points on every machine.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rknet.checks import POINT, assign, choose, inputs, instance, labels, positive, room, sequence, shown, whole
from rknet.equality import ByValue
from rknet.registry import Registry

EDGE = 4.0
"""Uniform coordinates lie in [-EDGE, EDGE]."""

Sample = tuple[NDArray[np.float64], NDArray[np.int64]]

Points: TypeAlias = "PointSet | tuple[ArrayLike, ArrayLike]"
"""A point set, or a pair of samples X (N, d) and labels c (N,)."""


@dataclass(frozen=True, eq=False)
class PointSet(ByValue):
    """Labelled samples: X (N, d) float32, c (N,) class numbers 0 .. classes-1.

    Attributes
    ----------
    weights
        Weights >= 0 of the samples, (N,), of which only the ratios count; None where all are alike.

    Raises
    ------
    ValueError
        If X is empty, not finite or not two-dimensional, or if c or the weights do not fit X and classes.
    """

    X: NDArray[np.float32]
    c: NDArray[np.int64]
    classes: int
    weights: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        assign(self, classes=whole("classes", self.classes, least=2))
        X = in_float32("X", self.X)
        weights = weights_of("weights", self.weights, len(X))
        assign(self, X=X, c=labels("c", self.c, len(X), self.classes), weights=weights)

    @property
    def d(self) -> int:
        """Dimension of the samples."""
        return self.X.shape[1]

    @classmethod
    def of(cls, argument: str, points: Points, d: int, classes: int) -> PointSet:
        """Points for nets of d and classes, given as such or as a pair (X, c); ValueError for any other."""
        if not isinstance(points, PointSet):
            if not isinstance(points, (tuple, list)) or len(points) != 2:
                raise ValueError(
                    f"{argument}: must be a PointSet or a pair of samples and labels, got {shown(points)}; pass (X, c)"
                )
            X = inputs(f"{argument}.X", points[0], d)
            points = cls(X, labels(f"{argument}.c", points[1], len(X), classes), classes)
        points.check(argument, d, classes)
        return points

    def check(self, argument: str, d: int, classes: int) -> None:
        """ValueError unless the points, whose arrays may have been changed, are for nets of d and classes."""
        inputs(f"{argument}.X", self.X)
        if self.d != d or self.classes != classes:
            raise ValueError(
                f"{argument}: must fit the net, d = {d} and classes = {classes}, got d = {self.d} and classes = "
                f"{self.classes}; build the net with d={self.d}, classes={self.classes}"
            )
        labels(f"{argument}.c", self.c, len(self.X), classes)
        weights_of(f"{argument}.weights", self.weights, len(self.X))

    def __len__(self) -> int:
        return len(self.X)

    def __getitem__(self, rows: slice | NDArray[np.int64]) -> PointSet:
        return PointSet(self.X[rows], self.c[rows], self.classes, None if self.weights is None else self.weights[rows])


def in_float32(argument: str, X: ArrayLike) -> NDArray[np.float32]:
    """Samples as an array (N, d) of float32; ValueError as for `rknet.checks.inputs`."""
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite and is refused
        return inputs(argument, inputs(argument, X).astype(np.float32))


def weights_of(argument: str, weights: ArrayLike | None, N: int) -> NDArray[np.float64] | None:
    """Weights as an array (N,) of finite numbers >= 0 that are not all zero, or None; ValueError otherwise."""
    if weights is None:
        return None
    array = np.asarray(weights)
    numbers = array.dtype.kind in "fiub" and array.shape == (N,)
    array = array.astype(np.float64) if numbers else array
    if not numbers or not np.isfinite(array).all() or array.min() < 0 or not 0 < array.sum() < np.inf:
        raise ValueError(
            f"{argument}: must be finite numbers >= 0, one per sample, shape ({N},), and not all zero, got "
            f"{shown(array)}; leave {argument} out to weigh all samples alike"
        )
    return array


@dataclass(frozen=True)
class Law(ABC):
    """The law of a point set: N clean points with their classes, then Gaussian noise, then a scale.

    Attributes
    ----------
    d, classes
        Dimension and number of classes.
    noise
        Standard deviation of the noise added to each coordinate after labelling.
    scale
        Factor applied after the noise.
    paired
        Whether points come in pairs, so that N must be even.
    fixed
        The values that d and classes have in a law which knows no others, by name.

    Raises
    ------
    ValueError
        If a number is out of range, or what a law holds does not fit its d and classes.
    """

    d: int
    classes: int
    noise: float
    scale: ClassVar[float] = 1.0
    paired: ClassVar[bool] = False
    fixed: ClassVar[Mapping[str, int]] = {}

    def __post_init__(self) -> None:
        assign(
            self,
            d=whole("d", self.d),
            classes=whole("classes", self.classes, least=2),
            noise=positive("noise", self.noise, or_zero=True),
        )
        for size, value in self.fixed.items():
            if getattr(self, size) != value:
                raise ValueError(
                    f"{size}: must be {value} for {type(self).__name__}, got {getattr(self, size)}; leave it out"
                )

    @abstractmethod
    def clean(self, rng: np.random.Generator, N: int) -> Sample:
        """N points (N, d) without noise, and their classes (N,)."""

    def sample(self, rng: np.random.Generator, N: int, noise: float | None = None) -> PointSet:
        """N labelled points (N, d); `noise` replaces the law's own standard deviation.  ValueError as in `draw`."""
        N = whole("N", N)
        room("N", N, N * self.d, POINT)
        noise = self.noise if noise is None else positive("noise", noise, or_zero=True)
        if self.paired and N % 2:
            raise ValueError(f"N: must be even, since the spiral's arms share their angles, got {N}; pass {N + 1}")
        X, c = self.clean(rng, N)
        X = (X + noise * rng.standard_normal(X.shape)) * self.scale
        return PointSet(X.astype(np.float32), c, self.classes)


@dataclass(frozen=True)
class Strip(Law):
    """donut_1D: x1 uniform(-4, 4), x2 normal; class 0 where abs(x1) < 1."""

    fixed: ClassVar[Mapping[str, int]] = {"d": 2, "classes": 2}
    d: int = 2
    classes: int = 2
    noise: float = 0.5

    def clean(self, rng: np.random.Generator, N: int) -> Sample:
        """See `Law`."""
        X = np.column_stack([rng.uniform(-EDGE, EDGE, N), rng.standard_normal(N)])
        return X, (np.abs(X[:, 0]) >= 1).astype(np.int64)


@dataclass(frozen=True)
class Rings(Law):
    """Normal points of standard deviation `spread` in R^d; the class is the ring of the norm, the last ring is open.

    `inner` holds the rings' inner radii, the first of them 0.
    """

    noise: float = 0.2
    spread: float = 1.0
    inner: tuple[float, ...] = (0.0, 1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        inner = tuple(positive("inner", radius, or_zero=True) for radius in sequence("inner", self.inner))
        if len(inner) != self.classes or inner[0] != 0 or any(b <= a for a, b in pairwise(inner)):
            raise ValueError(
                f"inner: must hold {self.classes} radii, one for each class, that begin with 0 and increase, got "
                f"{self.inner!r}; pass one radius for each class, such as (0.0, 1.0) for two"
            )
        assign(self, spread=positive("spread", self.spread), inner=inner)

    def clean(self, rng: np.random.Generator, N: int) -> Sample:
        """See `Law`."""
        X = self.spread * rng.standard_normal((N, self.d))
        return X, np.searchsorted(self.inner, np.sqrt((X**2).sum(axis=1)), side="right") - 1


@dataclass(frozen=True)
class Squares(Law):
    """Uniform points in [-4, 4]^d; the class is read from a table of the 2^d sign patterns.

    A pattern's place in the table is the binary number whose digit 2^j says whether x_(j+1) > 0.
    """

    noise: float = 0.3
    table: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        assign(self, table=sequence("table", self.table))
        if len(self.table).bit_length() != self.d + 1 or len(self.table) != 2**self.d:
            raise ValueError(
                f"table: must hold the class of each of the 2^{self.d} sign patterns, got {len(self.table)} classes; "
                f"pass as many, or another d"
            )
        assign(self, table=tuple(labels("table", self.table, len(self.table), self.classes).tolist()))

    def clean(self, rng: np.random.Generator, N: int) -> Sample:
        """See `Law`."""
        X = rng.uniform(-EDGE, EDGE, (N, self.d))
        return X, np.array(self.table)[(X > 0) @ 2 ** np.arange(self.d)]


@dataclass(frozen=True)
class Arms(Law):
    """Two curves that share their parameter phi = 2 pi sqrt(uniform), then shuffled; the class is the curve."""

    paired: ClassVar[bool] = True

    @abstractmethod
    def arms(self, phi: NDArray[np.float64]) -> NDArray[np.float64]:
        """The points of both arms at the parameters phi (n,): shape (2, n, d)."""

    def clean(self, rng: np.random.Generator, N: int) -> Sample:
        """See `Law`."""
        phi = 2 * np.pi * np.sqrt(rng.uniform(size=N // 2))
        order = rng.permutation(N)
        return self.arms(phi).reshape(N, self.d)[order], np.repeat([0, 1], N // 2)[order]


@dataclass(frozen=True)
class Spiral(Arms):
    """Two arms (2 phi + pi) (cos phi, sin phi) and their mirror image through 0, scaled by 1/5 after the noise."""

    d: int = 2
    classes: int = 2
    noise: float = 1.0
    scale: ClassVar[float] = 1 / 5
    fixed: ClassVar[Mapping[str, int]] = {"d": 2, "classes": 2}

    def arms(self, phi: NDArray[np.float64]) -> NDArray[np.float64]:
        """See `Arms`."""
        arm = (2 * phi + np.pi)[:, None] * np.column_stack([np.cos(phi), np.sin(phi)])
        return np.stack([arm, -arm])


@dataclass(frozen=True)
class Helix(Arms):
    """spiral_3D: (2.5 cos, 2.5 sin) of the angles 2 phi and 2 phi + pi at height phi - pi."""

    d: int = 3
    classes: int = 2
    noise: float = 0.2
    fixed: ClassVar[Mapping[str, int]] = {"d": 3, "classes": 2}

    def arms(self, phi: NDArray[np.float64]) -> NDArray[np.float64]:
        """See `Arms`."""
        angles = (2 * phi, 2 * phi + np.pi)
        return np.stack([np.column_stack([2.5 * np.cos(a), 2.5 * np.sin(a), phi - np.pi]) for a in angles])


def ball(d: int) -> Rings:
    """donut_2D and its like in R^d: normal points, class 0 inside the unit sphere, then stretched by 1.2."""
    return Rings(d, 2, spread=1.2, inner=(0.0, 1.2))


def rings(d: int, classes: int) -> Rings:
    """donut d D & K C: 1.5 x normal points; inner radii 0, 4/K, 8/K, ..., the last ring open."""
    classes = whole("classes", classes, least=2)
    room("classes", classes, classes, POINT)
    radii = np.linspace(0, 4, classes, endpoint=False)
    return Rings(d, classes, spread=1.5, inner=tuple(radii.tolist()))


def checkerboard(d: int) -> Squares:
    """Class 0 where the product of the d coordinates is positive, class 1 where it is negative."""
    d = whole("d", d)
    room("d", d, 1 << min(d, 64), 64)
    return Squares(d, 2, table=tuple((d - pattern.bit_count()) % 2 for pattern in range(2**d)))


QUADRANTS = (2, 3, 1, 0)
"""Quadrants numbered counter-clockwise from the first, by sign pattern."""


LAWS: Registry[Law] = Registry(
    donut_1D=Strip(),
    donut_2D=ball(2),
    squares=checkerboard(2),
    spiral=Spiral(),
    donut_3D_2C=rings(3, 2),
    donut_3D_3C=rings(3, 3),
    donut_2D_6C=rings(2, 6),
    donut_3D_6C=rings(3, 6),
    squares_2D_4C=Squares(2, 4, table=QUADRANTS),
    # Opposite octants share a class: mirror x3 < 0 through 0, which reverses the pattern of the other two signs.
    squares_3D_4C=Squares(3, 4, table=(*QUADRANTS[::-1], *QUADRANTS)),
    spiral_3D=Helix(),
    donut_highD=ball(3),
    squares_highD=checkerboard(3),
)
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


def split(points: PointSet, first: int | None = None) -> tuple[PointSet, PointSet]:
    """Training and validation set: the first points, by default half of them, and the rest.

    Of the paper's 3000 points that is 1500 each.  ValueError unless both sets have a point.
    """
    instance("points", points, PointSet)
    first = max(len(points) // 2, 1) if first is None else whole("first", first)
    if not first < len(points):
        remedy = f"pass a number from 1 to {len(points) - 1}" if len(points) > 1 else "pass two points or more"
        raise ValueError(f"first: must leave points on both sides, got {first} of {len(points)}; {remedy}")
    return points[:first], points[first:]
