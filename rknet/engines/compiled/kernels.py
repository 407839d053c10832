"""The training step of Section 3 in compiled loops: state sweep, costate sweep, gradient and update, layer by layer.

Letters as in the paper: y is the state, y_i and f_i the stages, p the costate, xi_i the multiplier of stage i.  A batch
of n samples is worked on at once; stage i occupies rows i n, ..., i n + n - 1 of an array of s n rows, so that all
stages of a layer are one matrix.  A layer's weights move as soon as its gradient exists: nothing of the size of the
gradient of the whole net is ever stored.

Every sum is taken in a fixed order that depends on nothing but the shapes, so results are the same bits on every
processor, and a sample's result does not depend on the samples beside it.  Rows are filled up with zeros to whole
lanes; sums over inputs and classes leave the filling out, and what the filling holds reaches no weight.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba

from rknet.engines.compiled.activations import activate
from rknet.engines.compiled.arithmetic import exp, log
from rknet.engines.compiled.simd import (
    INNER,
    Array,
    Count,
    Vector,
    every,
    inlined,
    lane,
    load,
    store,
    transpose_block,
)
from rknet.engines.compiled.updates import NEGLIGIBLE, Rule, begin_step, flush, move

LOSS_CODES = {"cross_entropy": 0, "mean_square": 1}
"""The losses by number."""
CROSS_ENTROPY, MEAN_SQUARE = LOSS_CODES.values()


class Scheme(NamedTuple):
    """What layers do: h A, h beta, whether y[l] is carried to y[l+1] as in (2.12), and sigma's number.

    A (L, s, s) and beta (L, s) are those of all layers, or (s, s) and (s,) those of one, see `of_layer`.  The layer of
    a `StandardNet`, (2.2), is one stage of weight 1 that carries nothing.
    """

    A: Array
    beta: Array
    carried: bool
    sigma: int


class Weights(NamedTuple):
    """All weights, transposed so that the outputs of one input lie side by side: x_hat = x M, f = sigma(y K[l] + b[l]).

    M (d, d_hat) is the lift, K (L, d_hat, d_hat), b (L, d_hat), W (d_hat, classes), mu (classes,).
    """

    M: Array
    K: Array
    b: Array
    W: Array
    mu: Array


class Workspace(NamedTuple):
    """Working memory for batches of at most n samples; see the field comments for shapes."""

    x: Array  # (n, d) the batch
    c: Array  # (n,) its labels
    Y: Array  # (L+1, s n, d_hat) stage inputs y_i; since A is explicit, y_1 is y[l]
    S: Array  # (L, s n, d_hat) slopes sigma'(K y_i + b)
    F: Array  # (s n, d_hat) f_i of one layer
    xi: Array  # (s n, d_hat) slope times xi_i, in one layer
    G: Array  # (s n, d_hat) f_y^T xi_i of one layer
    p: Array  # (n, d_hat) the costate
    z: Array  # (n, classes) logits, then the derivative of the cost by them
    e: Array  # (classes,) exponentials
    K: Array  # (d_hat, d_hat) K[l] or
    W: Array  # (classes, d_hat) W, transposed back
    g: Array  # the gradient of one weight array
    zero: Array  # zeros, where a sum has nothing to start from


@inlined
def multiply(
    A: Array, first: int, M: Array, start: Array, out: Array, to: int, rows: int, inner: int, width: int, lanes: Count
) -> None:
    """out[to + n] = start + sum_j A[first + n, j] M[j], n = 0, ..., rows - 1, added up in the order of j < inner.

    `width` is the length of the rows of M and out.
    """
    for o in range(0, width, len(lanes)):
        n = 0
        while n + 5 <= rows:
            five_rows(A, first + n, M, start, out, to + n, inner, width, o, lanes)
            n += 5
        while n < rows:
            one_row(A, first + n, M, start, out, to + n, inner, width, o, lanes)
            n += 1


@numba.njit(**INNER)
def multiply_once(A: Array, M: Array, start: Array, out: Array, rows: int, lanes: Count) -> None:
    """out = start + A M as a function that is called: quicker to compile, for places visited once a step."""
    multiply(A, 0, M, start, out, 0, rows, M.shape[0], M.shape[1], lanes)


@inlined
def five_rows(
    A: Array, n: int, M: Array, start: Array, out: Array, to: int, inner: int, width: int, o: int, lanes: Count
) -> None:
    """Five rows of `multiply` in the columns from o: as many sums as hide the time that one addition takes."""
    s0 = load(start, o, lanes)
    s1, s2, s3, s4 = s0, s0, s0, s0
    for j in range(inner):
        m = load(M, j * width + o, lanes)
        s0 = s0 + m * A[n, j]
        s1 = s1 + m * A[n + 1, j]
        s2 = s2 + m * A[n + 2, j]
        s3 = s3 + m * A[n + 3, j]
        s4 = s4 + m * A[n + 4, j]
    store(out, to * width + o, s0)
    store(out, (to + 1) * width + o, s1)
    store(out, (to + 2) * width + o, s2)
    store(out, (to + 3) * width + o, s3)
    store(out, (to + 4) * width + o, s4)


@inlined
def one_row(
    A: Array, n: int, M: Array, start: Array, out: Array, to: int, inner: int, width: int, o: int, lanes: Count
) -> None:
    """One row of `multiply` in the columns from o."""
    total = load(start, o, lanes)
    for j in range(inner):
        total = total + load(M, j * width + o, lanes) * A[n, j]
    store(out, to * width + o, total)


@inlined
def combine(y: Vector, coefficients: Array, F: Array, stages: int, size: int, k: int, lanes: Count) -> Vector:
    """y + sum_j coefficients[j] f_j over the first stages, zeros left out; f_j begins at entry j size + k of F."""
    for j in range(stages):
        if coefficients[j] != 0:
            y = y + load(F, j * size + k, lanes) * coefficients[j]
    return y


@inlined
def of_layer(scheme: Scheme, l: int) -> Scheme:
    """What layer l does."""
    return Scheme(scheme.A[l], scheme.beta[l], scheme.carried, scheme.sigma)


@inlined
def state_layer(
    scheme: Scheme,
    K: Array,
    b: Array,
    Y: Array,
    S: Array,
    F: Array,
    y_next: Array,
    rows: int,
    d_hat: int,
    width: int,
    lanes: Count,
) -> None:
    """From y[l], the first rows of Y, to y[l+1]: the stages (3.6), (3.5) and the step (3.4)."""
    s, size = len(scheme.beta), rows * width
    for i in range(s):
        for k in range(0, size if i > 0 else 0, len(lanes)):
            y_i = combine(load(Y, k, lanes), scheme.A[i], F, i, size, k, lanes)
            store(Y, i * size + k, y_i)
        multiply(Y, i * rows, K, b, F, i * rows, rows, d_hat, width, lanes)
        activate(scheme.sigma, F, S, i * size, size, lanes)
    for k in range(0, size, len(lanes)):
        y = load(Y, k, lanes)
        y = y if scheme.carried else every(0.0, y)
        store(y_next, k, combine(y, scheme.beta, F, s, size, k, lanes))


@inlined
def state_layers(
    scheme: Scheme, weights: Weights, space: Workspace, rows: int, d_hat: int, width: int, keep: int, lanes: Count
) -> None:
    """From y[0] to y[L], layer by layer."""
    F = space.F
    for l in range(len(weights.K)):
        now, then = keep * l, keep * (l + 1)
        Y, S, y_next = space.Y[now], space.S[now], space.Y[then]
        state_layer(of_layer(scheme, l), weights.K[l], weights.b[l], Y, S, F, y_next, rows, d_hat, width, lanes)


@inlined
def state_sweep(scheme: Scheme, weights: Weights, space: Workspace, rows: int, keep: int, lanes: Count) -> None:
    """From the batch to y[L] and the logits; with keep = 0 every layer's stages overwrite the ones before."""
    multiply_once(space.x, weights.M, space.zero, space.Y[0], rows, lanes)
    _, d_hat, width = weights.K.shape
    # The same twice: with the sizes of the paper's nets and batches known, the compiler unrolls every loop.
    if rows == 5 and d_hat == len(lanes):
        state_layers(scheme, weights, space, 5, len(lanes), len(lanes), keep, lanes)
    else:
        state_layers(scheme, weights, space, rows, d_hat, width, keep, lanes)
    multiply_once(space.Y[keep * len(weights.K)], weights.W, weights.mu, space.z, rows, lanes)


@inlined
def exponentials(z: Array, n: int, classes: int, e: Array, lanes: Count) -> Any:
    """e[k] = exp(z[n, k] - max z[n]) for all classes k, and their sum; also the largest logit."""
    largest = z[n, 0]
    for k in range(1, classes):
        largest = z[n, k] if z[n, k] > largest else largest
    for k in range(0, z.shape[1], len(lanes)):
        store(e, k, exp(load(z, n * z.shape[1] + k, lanes) - largest))
    total = e[0]
    for k in range(1, classes):
        total += e[k]
    return total, largest


@inlined
def cost_of(loss: int, z: Array, n: int, c: int, classes: int, e: Array, lanes: Count) -> float:
    """The cost of sample n with label c: -log H_c, or the mean over classes of (H_k - one-hot label)^2."""
    total, largest = exponentials(z, n, classes, e, lanes)
    if loss == CROSS_ENTROPY:
        return float(lane(log(every(total, load(e, 0, lanes))), 0) - (z[n, c] - largest))
    squares = total - total
    for k in range(classes):
        error = e[k] / total - e.dtype.type(k == c)
        squares += error * error
    return float(squares / e.dtype.type(classes))


@inlined
def differentiate(loss: int, z: Array, n: int, c: int, classes: int, rows: int, e: Array, lanes: Count) -> None:
    """Replace the logits z[n] by the derivative of the batch's mean cost by them."""
    total, _ = exponentials(z, n, classes, e, lanes)
    mean = total - total
    for k in range(classes):
        e[k] /= total
        z[n, k] = e[k] - e.dtype.type(k == c)
        mean += e[k] * z[n, k]
    for k in range(classes):
        if loss == MEAN_SQUARE:
            z[n, k] = e[k] * (z[n, k] - mean) * e.dtype.type(2.0 / classes)
        z[n, k] /= e.dtype.type(rows)
    for k in range(0, z.shape[1], len(lanes)):
        store(z, n * z.shape[1] + k, flush(load(z, n * z.shape[1] + k, lanes), NEGLIGIBLE))


@inlined
def transpose(M: Array, out: Array, lanes: Count) -> None:
    """out[o, i] = M[i, o] for as many o as out has rows: by blocks where they fit, the rest entry by entry."""
    block = len(lanes)
    blocks_o, blocks_i = out.shape[0] // block * block, M.shape[0] // block * block
    for o in range(0, blocks_o, block):
        for i in range(0, blocks_i, block):
            transpose_block(M, i * M.shape[1] + o, M.shape[1], out, o * out.shape[1] + i, out.shape[1], lanes)
    for o in range(out.shape[0]):
        for i in range(blocks_i if o < blocks_o else 0, M.shape[0]):
            out[o, i] = M[i, o]


@numba.njit(**INNER)
def classifier_step(
    loss: int, rule: Rule, weights: Weights, m: Weights, v: Weights, space: Workspace, rows: int, lanes: Count
) -> None:
    """From the logits to p[L], the gradient of the cost by y[L] below (3.13); then W and mu move."""
    for n in range(rows):
        differentiate(loss, space.z, n, space.c[n], len(space.W), rows, space.e, lanes)
    move_classifier(rule, weights, m, v, space, rows, lanes)


@inlined
def move_classifier(
    rule: Rule, weights: Weights, m: Weights, v: Weights, space: Workspace, rows: int, lanes: Count
) -> None:
    """From the derivative of the cost by the logits to that by y[L]; then W and mu move."""
    d_hat = weights.W.shape[0]
    transpose(weights.W, space.W, lanes)
    multiply_once(space.z, space.W, space.zero, space.p, rows, lanes)
    if rule.classifier:
        z, y = space.z[:rows], space.Y[len(weights.K)]
        multiply_once(y.T, z, space.zero, space.g, d_hat, lanes)
        move(rule, weights.W, space.g, m.W, v.W, 0, weights.W.size, lanes)
        add_rows(z, rows, space.g, lanes)
        move(rule, weights.mu, space.g, m.mu, v.mu, 0, weights.mu.size, lanes)


@inlined
def add_rows(M: Array, rows: int, out: Array, lanes: Count) -> None:
    """out = the sum of the first rows of M."""
    for o in range(0, M.shape[1], len(lanes)):
        total = load(M, o, lanes)
        for n in range(1, rows):
            total = total + load(M, n * M.shape[1] + o, lanes)
        store(out, o, total)


@inlined
def costate_layer(
    scheme: Scheme, K: Array, S: Array, space: Workspace, rows: int, d_hat: int, width: int, lanes: Count
) -> None:
    """From p[l+1] to p[l]: the multipliers (3.17), last stage first, and the step (3.13)."""
    s, size = len(scheme.beta), rows * width
    transpose(K, space.K, lanes)
    for i in range(s - 1, -1, -1):
        for k in range(0, size, len(lanes)):
            xi_i = load(space.p, k, lanes) * scheme.beta[i]
            for j in range(i + 1, s):
                if scheme.A[j, i] != 0:
                    xi_i = xi_i + load(space.G, j * size + k, lanes) * scheme.A[j, i]
            store(space.xi, i * size + k, flush(xi_i * load(S, i * size + k, lanes), NEGLIGIBLE))
        multiply(space.xi, i * rows, space.K, space.zero, space.G, i * rows, rows, d_hat, width, lanes)
    for k in range(0, size, len(lanes)):
        p = load(space.p, k, lanes)
        p = p if scheme.carried else every(0.0, p)
        for i in range(s):
            p = p + load(space.G, i * size + k, lanes)
        store(space.p, k, p)


@inlined
def layer_step(
    l: int, rule: Rule, weights: Weights, m: Weights, v: Weights, space: Workspace, n: int, width: int, lanes: Count
) -> None:
    """Move K[l] and b[l] along their gradient, (3.18) with one control for all stages: the sum of f_u^T xi_i.

    n is the number of rows that all stages have together.
    """
    xi, K = space.xi[:n], weights.K[l]
    multiply(space.Y[l].T, 0, xi, space.zero, space.g, 0, len(K), n, width, lanes)
    move(rule, weights.K, space.g, m.K, v.K, l * K.size, K.size, lanes)
    add_rows(xi, n, space.g, lanes)
    move(rule, weights.b, space.g, m.b, v.b, l * K.shape[1], K.shape[1], lanes)


@inlined
def costate_layers(
    scheme: Scheme,
    rule: Rule,
    weights: Weights,
    m: Weights,
    v: Weights,
    space: Workspace,
    rows: int,
    d_hat: int,
    width: int,
    lanes: Count,
) -> None:
    """From p[L] to p[0], moving each layer's weights on the way."""
    for l in range(len(weights.K) - 1, -1, -1):
        costate_layer(of_layer(scheme, l), weights.K[l], space.S[l], space, rows, d_hat, width, lanes)
        layer_step(l, rule, weights, m, v, space, scheme.beta.shape[1] * rows, width, lanes)


@inlined
def costate_sweep(
    scheme: Scheme, rule: Rule, weights: Weights, m: Weights, v: Weights, space: Workspace, rows: int, lanes: Count
) -> None:
    """From p[L] to p[0], moving each layer's weights on the way; then the lift, if it is learned."""
    _, d_hat, width = weights.K.shape
    if d_hat == len(lanes):
        costate_layers(scheme, rule, weights, m, v, space, rows, len(lanes), len(lanes), lanes)
    else:
        costate_layers(scheme, rule, weights, m, v, space, rows, d_hat, width, lanes)
    if rule.lift:
        multiply_once(space.x.T, space.p[:rows], space.zero, space.g, weights.M.shape[0], lanes)
        move(rule, weights.M, space.g, m.M, v.M, 0, weights.M.size, lanes)


@inlined
def gather(X: Array, c: Array, order: Array, first: int, rows: int, space: Workspace) -> None:
    """Put the samples order[first], order[first + 1], ... into the working memory."""
    for n in range(rows):
        for j in range(X.shape[1]):
            space.x[n, j] = X[order[first + n], j]
        space.c[n] = c[order[first + n]]


def train(
    scheme: Scheme,
    loss: int,
    rule: Rule,
    weights: Weights,
    m: Weights,
    v: Weights,
    X: Array,
    c: Array,
    order: Array,
    space: Workspace,
    lanes: Count,
) -> None:
    """One epoch: a step for each batch of the samples X (N, d), c (N,) in the given order; the last may be short."""
    n = len(space.x)
    for first in range(0, len(order), n):
        rows = min(n, len(order) - first)
        gather(X, c, order, first, rows, space)
        begin_step(rule)
        state_sweep(scheme, weights, space, rows, 1, lanes)
        classifier_step(loss, rule, weights, m, v, space, rows, lanes)
        costate_sweep(scheme, rule, weights, m, v, space, rows, lanes)


def evaluate(
    scheme: Scheme,
    loss: int,
    weights: Weights,
    X: Array,
    c: Array,
    order: Array,
    space: Workspace,
    keep: int,
    states: Array,
    logits: Array,
    lanes: Count,
) -> tuple[float, int]:
    """The sum of costs and the number of right answers on samples X (N, d), c (N,); the first of equal logits wins.

    Also fills logits (N, classes) and states, (L+1, N, d_hat) with keep = 1 and (0, N, d_hat) with keep = 0.
    """
    n, N, classes = len(space.x), len(X), len(space.W)
    cost, right = 0.0, 0
    for first in range(0, N, n):
        rows = min(n, N - first)
        gather(X, c, order, first, rows, space)
        state_sweep(scheme, weights, space, rows, keep, lanes)
        for r in range(rows):
            best = 0
            for k in range(classes):
                logits[first + r, k] = space.z[r, k]
                best = k if space.z[r, k] > space.z[r, best] else best
            right += best == space.c[r]
            for l in range(states.shape[0]):
                for o in range(states.shape[2]):
                    states[l, first + r, o] = space.Y[l, r, o]
            cost += cost_of(loss, space.z, r, space.c[r], classes, space.e, lanes)
    return cost, right
