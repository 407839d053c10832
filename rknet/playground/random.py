"""Random draws that any language can repeat bit for bit: what the playground in the page draws, drawn in Python.

This is the specification; `src/data/random.mjs` is the other implementation.

The generator is Threefry-2x32 with 20 rounds (Salmon et al., 2011): it turns a key and a counter, two 32-bit words
each, into two random words, and keeps nothing in between.  The key is (seed, stream), with a stream of `STREAMS` for
each kind of thing that is drawn; the counter is (i, j), the i-th number of its component or epoch j.  From a pair of
words (x, y):

* a uniform number in (0, 1): u = ((x >> 6) 2^26 + (y >> 6) + 1/2) / 2^52, exact in double precision;
* a standard normal number: the quantile of u by Wichura's rational functions (algorithm AS 241);
* the order of epoch j, by Fisher and Yates: for i = N-1, ..., 1 swap the places i and floor(x (i + 1) / 2^32);
* initial weights, uniform(-B, B) with B = 1/sqrt(fan_in): B (2 u - 1), rounded to float32, rows of a matrix in order.

In double precision only + - * / and the square root are used, all correctly rounded by IEEE 754; logarithm, cosine and
sine are power series, summed from the last term.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rknet.checks import POINT, choose, positive, room, whole
from rknet.data.points import EDGE, LAWS, Law, PointSet, Rings, Spiral, Squares, Strip

GENERATOR = "threefry2x32-20"
"""Its name in records."""

STREAMS = {"points": 0, "noise": 1, "order": 2, "lift": 3, "K": 4, "b": 5, "W": 6, "mu": 7}
"""What is drawn, by number."""

ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)
PARITY = 0x1BD11BDA

Words = NDArray[np.uint32]
Reals = NDArray[np.float64]

CENTRE = (
    (
        2509.0809287301226727,
        33430.575583588128105,
        67265.770927008700853,
        45921.953931549871457,
        13731.693765509461125,
        1971.5909503065514427,
        133.14166789178437745,
        3.387132872796366608,
    ),
    (
        5226.495278852854561,
        28729.085735721942674,
        39307.89580009271061,
        21213.794301586595867,
        5394.1960214247511077,
        687.1870074920579083,
        42.313330701600911252,
        1.0,
    ),
)
"""The normal quantile divided by u - 1/2 for abs(u - 1/2) <= 0.425, in 0.425^2 - (u - 1/2)^2: coefficients of numerator
and denominator, highest power first."""
MIDDLE = (
    (
        7.7454501427834140764e-4,
        0.0227238449892691845833,
        0.24178072517745061177,
        1.27045825245236838258,
        3.64784832476320460504,
        5.7694972214606914055,
        4.6303378461565452959,
        1.42343711074968357734,
    ),
    (
        1.05075007164441684324e-9,
        5.475938084995344946e-4,
        0.0151986665636164571966,
        0.14810397642748007459,
        0.68976733498510000455,
        1.6763848301838038494,
        2.05319162663775882187,
        1.0,
    ),
)
"""Its magnitude nearer to the ends, in r - 1.6 with r = sqrt(-log min(u, 1 - u)) <= 5."""
TAIL = (
    (
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        0.0012426609473880784386,
        0.026532189526576123093,
        0.29656057182850489123,
        1.7848265399172913358,
        5.4637849111641143699,
        6.6579046435011037772,
    ),
    (
        2.04426310338993978564e-15,
        1.4215117583164458887e-7,
        1.8463183175100546818e-5,
        7.868691311456132591e-4,
        0.0148753612908506148525,
        0.13692988092273580531,
        0.59983220655588793769,
        1.0,
    ),
)
"""And beyond, in r - 5."""


def threefry(key: tuple[int, int], i: ArrayLike, j: ArrayLike = 0) -> tuple[Words, Words]:
    """Two random words for a key (two words) and each counter (i, j); i and j broadcast."""
    x, y = np.broadcast_arrays(np.asarray(i, np.uint32), np.asarray(j, np.uint32))
    x, y = np.atleast_1d(x), np.atleast_1d(y)
    words = np.array([*key, key[0] ^ key[1] ^ PARITY], np.uint32)
    x, y = x + words[0], y + words[1]
    for turn in range(20):
        rotation = ROTATIONS[turn % 8]
        x = x + y
        y = (y << np.uint32(rotation) | y >> np.uint32(32 - rotation)) ^ x
        if turn % 4 == 3:
            block = (turn + 1) // 4
            x = x + words[block % 3]
            y = y + words[(block + 1) % 3 : (block + 1) % 3 + 1] + np.uint32(block)
    return x, y


def uniform(seed: int, stream: str, i: ArrayLike, j: ArrayLike = 0) -> Reals:
    """Uniform numbers in (0, 1), one for each counter (i, j)."""
    x, y = threefry((seed, STREAMS[stream]), i, j)
    return ((x >> 6).astype(np.float64) * 2.0**26 + (y >> 6) + 0.5) / 2.0**52


def normal(seed: int, stream: str, i: ArrayLike, j: ArrayLike = 0) -> Reals:
    """Standard normal numbers, one for each counter (i, j)."""
    return normal_quantile(uniform(seed, stream, i, j))


def normal_quantile(u: Reals) -> Reals:
    """The z that a standard normal variable stays below with probability u in (0, 1); relative error below 1e-15."""
    q = u - 0.5
    central = np.abs(q) <= 0.425
    r = np.sqrt(-log(np.where(central, 0.5, np.where(q < 0, u, 1.0 - u))))
    outer = np.where(r <= 5.0, _quotient(MIDDLE, r - 1.6), _quotient(TAIL, r - 5.0))
    return np.where(central, q * _quotient(CENTRE, 0.180625 - q * q), np.where(q < 0, -outer, outer))


def _quotient(coefficients: tuple[tuple[float, ...], tuple[float, ...]], x: Reals) -> Reals:
    above, below = (_horner(part, x) for part in coefficients)
    return above / below


def _horner(coefficients: tuple[float, ...], x: Reals) -> Reals:
    value = np.zeros_like(x)
    for a in coefficients:
        value = value * x + a
    return value


def log(x: Reals) -> Reals:
    """The natural logarithm of positive normal numbers: k log 2 + 2 artanh t, t = (m-1)/(m+1), where x = 2^k m."""
    m, k = np.frexp(x)
    small = m < 0.7071067811865476
    k, m = np.where(small, k - 1, k), np.where(small, 2.0 * m, m)
    t = (m - 1.0) / (m + 1.0)
    s = t * t
    series = np.zeros_like(x)
    for i in range(23, 0, -2):
        series = series * s + 1.0 / i
    return k * 0.6931471805599453 + 2.0 * t * series


def cosine_and_sine(x: Reals) -> tuple[Reals, Reals]:
    """Cosine and sine of numbers in [0, 2 pi]."""
    half_pi = 1.5707963267948966
    quarter = np.floor(x / half_pi + 0.5)
    r = x - quarter * half_pi
    s = r * r
    c, n = np.zeros_like(x), np.zeros_like(x)
    for i in range(18, -1, -2):
        c = 1.0 - c * s / ((i + 1) * (i + 2))
    for i in range(19, 0, -2):
        n = 1.0 - n * s / ((i + 1) * (i + 2))
    n = n * r
    turned = [quarter == 1, quarter == 2, quarter == 3]
    return np.select(turned, [-n, -c, n], c), np.select(turned, [c, -n, -c], n)


def permutation(N: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """0, ..., N-1 in the order of an epoch, counted from 0."""
    order = np.arange(N)
    x, _ = threefry((seed, STREAMS["order"]), np.arange(N), epoch)
    places = (x.astype(np.float64) * np.arange(1, N + 1) / 2.0**32).astype(np.int64)  # the product is exact
    for i in range(N - 1, 0, -1):
        order[i], order[places[i]] = order[places[i]], order[i]
    return order


def points(law: str, N: int, *, noise: float | None = None, seed: int = 0) -> PointSet:
    """N labelled points of one of the paper's sets in the plane, X (N, 2) and c (N,), rounded to float32.

    Coordinate j of the n-th clean point is drawn from counter (n, j) of the stream "points", its noise from counter
    (n, j) of "noise".  The arms of the spiral take turns; the points 2 n and 2 n + 1 share the parameter drawn from
    counter (n, 0).

    Raises
    ------
    ValueError
        If the name is unknown or not of the plane, N is not positive, or noise is negative.
    """
    plane = {name: known for name, known in LAWS.items() if isinstance(known, PLANE) and known.d == 2}
    its_law = choose("law", law, plane)
    noise = its_law.noise if noise is None else positive("noise", noise, or_zero=True)
    N, seed = whole("N", N), whole("seed", seed, least=0)
    room("N", N, 2 * N, POINT)
    n = np.arange(N)[:, None]
    X, c = _clean(its_law, seed, n[:, 0])
    X = (X + noise * normal(seed, "noise", n, [[0, 1]])) * its_law.scale
    return PointSet(X.astype(np.float32), c, its_law.classes)


PLANE = (Strip, Rings, Squares, Spiral)
"""Laws that can be drawn here."""


def _clean(law: Law, seed: int, n: NDArray[np.int64]) -> tuple[Reals, NDArray[np.int64]]:
    def side(j: int) -> Reals:
        return EDGE * (2.0 * uniform(seed, "points", n, j) - 1.0)

    def bell(j: int) -> Reals:
        return normal(seed, "points", n, j)

    match law:
        case Spiral():
            phi = 2.0 * np.pi * np.sqrt(uniform(seed, "points", n // 2))
            radius = 2.0 * phi + np.pi
            cosine, sine = cosine_and_sine(phi)
            X = np.stack([radius * cosine, radius * sine], axis=1)
            return np.where(n[:, None] % 2 == 0, X, -X), n % 2
        case Strip():
            X = np.stack([side(0), bell(1)], axis=1)
            return X, (np.abs(X[:, 0]) >= 1).astype(np.int64)
        case Rings():
            X = law.spread * np.stack([bell(0), bell(1)], axis=1)
            norm = np.sqrt(X[:, 0] * X[:, 0] + X[:, 1] * X[:, 1])
            return X, np.searchsorted(law.inner, norm, side="right") - 1
        case Squares():
            X = np.stack([side(0), side(1)], axis=1)
            return X, np.array(law.table)[(X > 0) @ np.array([1, 2])]
    raise AssertionError(law)


def weights(d_hat: int, classes: int, L: int, *, lift: str = "zero", seed: int = 0) -> dict[str, NDArray[np.float32]]:
    """The weights that a net of inputs in the plane starts with, named as in `rknet.nets.Net`, in its layout.

    "lift.matrix" is missing for the lift "zero".
    """

    def fill(stream: str, shape: tuple[int, ...], fan_in: int) -> NDArray[np.float32]:
        bound = 1.0 / np.sqrt(np.float64(fan_in))
        u = uniform(seed, stream, np.arange(np.prod(shape)))
        return (bound * (2.0 * u - 1.0)).astype(np.float32).reshape(shape)

    named = {
        "K": fill("K", (L, d_hat, d_hat), d_hat),
        "b": fill("b", (L, d_hat), d_hat),
        "W": fill("W", (classes, d_hat), d_hat),
        "mu": fill("mu", (classes,), d_hat),
    }
    if lift == "orthogonal":
        V = normal(seed, "lift", np.arange(2 * d_hat)).reshape(d_hat, 2)
        named["lift.matrix"] = _orthonormal(V).astype(np.float32)
    elif lift != "zero":
        named["lift.matrix"] = fill("lift", (d_hat, 2), 2)
    return named


def _orthonormal(V: Reals) -> Reals:
    """Two orthonormal columns by Gram-Schmidt, run twice; sums are taken from the first term on."""

    def dot(x: Any, y: Any) -> float:
        total = 0.0
        for product in x * y:
            total = total + product
        return total

    a, b = V[:, 0].copy(), V[:, 1].copy()
    for _ in range(2):
        a /= np.sqrt(dot(a, a))
        b -= a * dot(a, b)
        b /= np.sqrt(dot(b, b))
    return np.stack([a, b], axis=1)
