/** One layer of a Runge-Kutta net in double precision, any tableau: its stages, the discrete adjoint, the partner's costates. */

/** @typedef {{A: number[][], beta: number[]}} Numbers */
/** Controls of a layer: K (d, d), b (d,). @typedef {{K: number[][], b: number[]}} Controls */
/** Stages of a layer: inputs Y and derivatives of tanh there, (s, d) each. @typedef {{Y: number[][], slope: number[][], next: number[]}} Stages */
/** Gradient by K, row by row, and by b. @typedef {Float64Array} Gradient */

const NEWTON_STEPS = 50;

/**
 * The solution of a linear system by Gauss's elimination with pivots.
 * @param {number[][]} M  changed
 * @param {number[]} v    changed
 * @throws {Error} if the matrix is singular
 */
export function solved(M, v) {
  const n = v.length;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(M[i][k]) > Math.abs(M[pivot][k])) pivot = i;
    if (!(Math.abs(M[pivot][k]) > 1e-14)) throw new Error("the stages' equations must not be singular, got a singular matrix; change the tableau");
    [M[k], M[pivot]] = [M[pivot], M[k]];
    [v[k], v[pivot]] = [v[pivot], v[k]];
    for (let i = k + 1; i < n; i++) {
      const factor = M[i][k] / M[k][k];
      if (factor === 0) continue;
      for (let j = k; j < n; j++) M[i][j] -= factor * M[k][j];
      v[i] -= factor * v[k];
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    for (let j = k + 1; j < n; j++) v[k] -= M[k][j] * v[j];
    v[k] /= M[k][k];
  }
  return v;
}

/** tanh(K y + b). @param {Controls} u @param {number[]} y */
const value = ({ K, b }, y) => K.map((row, a) => Math.tanh(row.reduce((sum, k, c) => sum + k * y[c], b[a])));

/** y + h sum_j c_j F_j. @param {number[]} y @param {number} h @param {number[]} c @param {number[][]} F */
const combined = (y, h, c, F) => y.map((start, a) => F.reduce((sum, f, j) => sum + h * c[j] * f[a], start));

/**
 * The stages of a layer from y, one after the other or by Newton's method.
 * @param {Numbers} tableau @param {boolean} explicit @param {number} h @param {Controls} u @param {number[]} y @returns {Stages}
 */
export function stages({ A, beta }, explicit, h, u, y) {
  const s = beta.length, d = y.length;
  /** @type {number[][]} */ let F = beta.map(() => y.map(() => 0));
  if (explicit) for (let i = 0; i < s; i++) F[i] = value(u, combined(y, h, A[i], F));
  else F = implicit(A, h, u, y, s, d);
  const Y = A.map((row) => combined(y, h, row, F));
  return { Y, slope: F.map((f) => f.map((t) => 1 - t * t)), next: combined(y, h, beta, F) };
}

/** @param {number[][]} A @param {number} h @param {Controls} u @param {number[]} y @param {number} s @param {number} d */
function implicit(A, h, u, y, s, d) {
  let F = A.map(() => value(u, y));
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const values = A.map((row) => value(u, combined(y, h, row, F)));
    const residual = values.flatMap((f, i) => f.map((t, a) => t - F[i][a]));
    const size = Math.max(...residual.map(Math.abs));
    const M = system(A.map((row) => row.map((a) => h * a)), (i, a, c) => (1 - values[i][a] ** 2) * u.K[a][c], s, d);
    const change = solved(M, residual);
    F = F.map((f, i) => f.map((t, a) => t + change[i * d + a]));
    if (size < 1e-13) return F;
  }
  throw new Error("the stages of the scheme must be found by Newton's method, and are not; take another tableau");
}

/** I - (C_ij J_i[a, c]). @param {number[][]} C @param {(i: number, a: number, c: number) => number} J @param {number} s @param {number} d */
function system(C, J, s, d) {
  return Array.from({ length: s * d }, (_, r) => Array.from({ length: s * d }, (_, q) => {
    const [i, a, j, c] = [Math.floor(r / d), r % d, Math.floor(q / d), q % d];
    return (r === q ? 1 : 0) - (C[i][j] === 0 ? 0 : C[i][j] * J(i, a, c));
  }));
}

/**
 * The solution of v_i = start_i + sum_j C_ij J_j^T v_j, and J_i^T v_i; J_i = diag(slope_i) K.
 * @param {number[][]} start @param {number[][]} C @param {Stages} at @param {Controls} u
 */
function substituted(start, C, { slope }, { K }) {
  const s = start.length, d = K.length;
  const pulled = (/** @type {number} */ i, /** @type {number[]} */ v) => K[0].map((_, c) => v.reduce((sum, t, a) => sum + t * slope[i][a] * K[a][c], 0));
  const M = Array.from({ length: s * d }, (_, r) => Array.from({ length: s * d }, (_, q) => {
    const [i, c, j, a] = [Math.floor(r / d), r % d, Math.floor(q / d), q % d];
    return (r === q ? 1 : 0) - (C[i][j] === 0 ? 0 : C[i][j] * slope[j][a] * K[a][c]);
  }));
  const flat = solved(M, start.flat());
  const v = start.map((_, i) => flat.slice(i * d, (i + 1) * d));
  return { v, pulled: v.map((each, i) => pulled(i, each)) };
}

/** Adds the gradient of sum_i weight_i v_i . f(u, Y_i) by u. @param {Gradient} gradient @param {number[]} weights @param {number[][]} v @param {Stages} at */
function gather(gradient, weights, v, { Y, slope }) {
  const d = Y[0].length;
  for (let i = 0; i < v.length; i++) {
    for (let a = 0; a < d; a++) {
      const error = weights[i] * v[i][a] * slope[i][a];
      for (let c = 0; c < d; c++) gradient[a * d + c] += error * Y[i][c];
      gradient[d * d + a] += error;
    }
  }
}

/**
 * The discrete adjoint of a layer, (3.13), (3.17) and (3.18): p[l] from p[l+1]; adds the gradient.
 * @param {Numbers} tableau @param {number} h @param {Controls} u @param {Stages} at @param {number[]} p @param {Gradient} gradient
 */
export function adjoint({ A, beta }, h, u, at, p, gradient) {
  const transposed = A.map((_, i) => A.map((row) => h * row[i]));
  const { v, pulled } = substituted(beta.map((weight) => p.map((each) => h * weight * each)), transposed, at, u);
  gather(gradient, beta.map(() => 1), v, at);
  return p.map((each, a) => pulled.reduce((sum, part) => sum + part[a], each));
}

/**
 * The costates of (3.24) to (3.26) by any matrix A~: p[l] from p[l+1]; adds the gradient.
 * @param {Numbers} tableau @param {number[][]} A_tilde @param {number} h @param {Controls} u @param {Stages} at @param {number[]} p @param {Gradient} gradient
 */
export function partnerCostates({ beta }, A_tilde, h, u, at, p, gradient) {
  const C = A_tilde.map((row) => row.map((a, j) => h * (beta[j] - a)));
  const { v, pulled } = substituted(beta.map(() => p), C, at, u);
  gather(gradient, beta.map((weight) => h * weight), v, at);
  return p.map((each, a) => pulled.reduce((sum, part, j) => sum + h * beta[j] * part[a], each));
}
