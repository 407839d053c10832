/** Principal axes of features, and the rotation that keeps a picture from jumping. */

/** @import { Flow } from "../types.mjs" */

/**
 * Principal axes of points of dimension d: mean, orthonormal axes by decreasing variance, and the variances, by Jacobi's
 * rotations of the covariance. The entry of largest magnitude of each axis is positive.
 * @param {Float32Array} states  any number of points, row by row
 * @param {number} d
 * @returns {{mean: Float64Array, axes: Float64Array, variances: Float64Array}} axes (d, d), an axis per row
 */
export function principalAxes(states, d) {
  const n = states.length / d, mean = new Float64Array(d), C = new Float64Array(d * d);
  for (let k = 0; k < states.length; k++) mean[k % d] += states[k] / n;
  for (let row = 0; row < states.length; row += d) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) C[i * d + j] += ((states[row + i] - mean[i]) * (states[row + j] - mean[j])) / n;
    }
  }
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) C[j * d + i] = C[i * d + j];
  const V = Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 1 : 0));
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < d; p++) for (let q = p + 1; q < d; q++) rotate(C, V, d, p, q);
  }
  const by = Array.from({ length: d }, (_, i) => i).sort((i, j) => C[j * d + j] - C[i * d + i]);
  const axes = new Float64Array(d * d);
  by.forEach((i, rank) => {
    const axis = V.subarray(i * d, (i + 1) * d);
    const largest = axis.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
    axes.set(axis.map((x) => (largest < 0 ? -x : x)), rank * d);
  });
  return { mean, axes, variances: Float64Array.from(by, (i) => Math.max(0, C[i * d + i])) };
}

/**
 * Jacobi's rotation that makes C[p, q] zero; the rows of V turn along.
 * @param {Float64Array} C @param {Float64Array} V @param {number} d @param {number} p @param {number} q
 */
function rotate(C, V, d, p, q) {
  if (C[p * d + q] === 0) return;
  const theta = (C[q * d + q] - C[p * d + p]) / (2 * C[p * d + q]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1), s = t * c;
  const turn = (/** @type {Float64Array} */ M, /** @type {number} */ a, /** @type {number} */ b) => {
    [M[a], M[b]] = [c * M[a] - s * M[b], s * M[a] + c * M[b]];
  };
  for (let k = 0; k < d; k++) turn(C, k * d + p, k * d + q);
  for (let k = 0; k < d; k++) turn(C, p * d + k, q * d + k);
  for (let k = 0; k < d; k++) turn(V, p * d + k, q * d + k);
}

/**
 * Coordinates of points along the first `components` axes.
 * @param {Float32Array} states  points of dimension d, row by row
 * @param {number} d
 * @param {{mean: Float64Array, axes: Float64Array}} frame
 * @param {number} components
 * @returns {Float32Array} (n, components)
 */
export function project(states, d, { mean, axes }, components) {
  const n = states.length / d, result = new Float32Array(n * components);
  for (let r = 0; r < n; r++) {
    for (let a = 0; a < components; a++) {
      let total = 0;
      for (let i = 0; i < d; i++) total += axes[a * d + i] * (states[r * d + i] - mean[i]);
      result[r * components + a] = total;
    }
  }
  return result;
}

/**
 * The rotation of three (two) orthonormal axes in their own space that brings them nearest to wanted ones, so that a
 * picture does not jump from one snapshot to the next: the polar factor of their products, by Newton's iteration.
 * @param {Float64Array} axes    (m, d), orthonormal rows
 * @param {Float64Array} wanted  (m, d)
 * @param {number} m
 * @param {number} d
 */
export function turned(axes, wanted, m, d) {
  let Q = Array.from({ length: m }, (_, i) => Array.from({ length: m }, (_, j) => {
    let sum = i === j ? 1e-6 : 0; // keeps a free direction as it is
    for (let k = 0; k < d; k++) sum += wanted[i * d + k] * axes[j * d + k];
    return sum;
  }));
  for (let round = 0; round < 60; round++) {
    const inverse = inverted(Q);
    if (!inverse) return axes;
    Q = Q.map((row, i) => row.map((q, j) => (q + inverse[j][i]) / 2));
  }
  const result = new Float64Array(m * d);
  for (let i = 0; i < m; i++) for (let j = 0; j < m; j++) for (let k = 0; k < d; k++) result[i * d + k] += Q[i][j] * axes[j * d + k];
  return result.every(Number.isFinite) ? result : axes;
}

/** Inverse of a small matrix, or null. @param {number[][]} M */
function inverted(M) {
  const m = M.length, work = M.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let k = 0; k < m; k++) {
    let pivot = k;
    for (let i = k + 1; i < m; i++) if (Math.abs(work[i][k]) > Math.abs(work[pivot][k])) pivot = i;
    if (!(Math.abs(work[pivot][k]) > 1e-300)) return null;
    [work[k], work[pivot]] = [work[pivot], work[k]];
    const scale = work[k][k];
    work[k] = work[k].map((x) => x / scale);
    for (let i = 0; i < m; i++) if (i !== k) {
      const factor = work[i][k];
      work[i] = work[i].map((x, j) => x - factor * work[k][j]);
    }
  }
  return work.map((row) => row.slice(m));
}

/**
 * Where the axes of the input lie in feature space, and a third direction: the picture is turned to them, the same way
 * on every visit. By least squares from the states at layer 0.
 * @param {Flow} flow
 * @param {Float32Array} X
 * @param {number} m
 */
export function directions(flow, X, m) {
  const { states, n, d_hat: d } = flow;
  let [a, b, c] = [0, 0, 0];
  const right = new Float64Array(2 * d);
  for (let i = 0; i < n; i++) {
    const [x1, x2] = [X[2 * i], X[2 * i + 1]];
    a += x1 * x1;
    b += x1 * x2;
    c += x2 * x2;
    for (let k = 0; k < d; k++) {
      right[k] += x1 * states[i * d + k];
      right[d + k] += x2 * states[i * d + k];
    }
  }
  const wanted = new Float64Array(m * d), area = a * c - b * b || 1;
  for (let k = 0; k < d; k++) {
    wanted[k] = (c * right[k] - b * right[d + k]) / area;
    wanted[d + k] = (a * right[d + k] - b * right[k]) / area;
    if (m === 3) wanted[2 * d + k] = 0.2 * Math.cos(k * k + 1); // any direction that is none of these
  }
  return wanted;
}

/** At most so many of the rows of length d, evenly chosen. @param {Float32Array} rows @param {number} d @param {number} most */
export function some(rows, d, most) {
  const every = Math.ceil(rows.length / d / most);
  if (every === 1) return rows;
  const chosen = new Float32Array(d * Math.ceil(rows.length / d / every));
  for (let k = 0; k * d < chosen.length; k++) chosen.set(rows.subarray(k * every * d, (k * every + 1) * d), k * d);
  return chosen;
}
