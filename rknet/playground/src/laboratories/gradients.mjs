/** The problem of Section 3's laboratory, and the errors of its gradient by a right and a wrong partner. */

import { adjoint, partnerCostates, stages } from "./layers.mjs";

/** @import { Controls, Numbers, Stages } from "./layers.mjs" */

/** @typedef {{K: number[][][], b: number[][], x_hat: number[][], T: number, depths: number[], rounding: number}} Problem */

/** Controls at the midpoints of L layers. @param {Problem} problem @param {number} L @returns {Controls[]} */
function controls({ K, b, T }, L) {
  return Array.from({ length: L }, (_, l) => {
    const t = ((l + 0.5) * T) / L, waves = [1, Math.sin(2 * t), Math.cos(3 * t)];
    const sum = (/** @type {(part: number) => number} */ entry) => waves.reduce((total, wave, k) => total + wave * entry(k), 0);
    return { K: K[0].map((row, a) => row.map((_, c) => sum((k) => K[k][a][c]))), b: b[0].map((_, a) => sum((k) => b[k][a])) };
  });
}

/**
 * Relative error of the gradient for each depth and each matrix A~ in the partner's place.
 * @param {Numbers} tableau @param {boolean} explicit @param {number[][][]} others @param {Problem} problem
 * @returns {number[][]} for each matrix, by depth
 */
export function gradientErrors(tableau, explicit, others, problem) {
  const byDepth = problem.depths.map((L) => errorsAt(tableau, explicit, others, problem, L));
  return others.map((_, k) => byDepth.map((errors) => errors[k]));
}

/** @param {Numbers} tableau @param {boolean} explicit @param {number[][][]} others @param {Problem} problem @param {number} L */
function errorsAt(tableau, explicit, others, problem, L) {
  const u = controls(problem, L), h = problem.T / L, N = problem.x_hat.length, d = problem.x_hat[0].length;
  const zeros = () => u.map(() => new Float64Array(d * d + d));
  const exact = zeros(), found = others.map(zeros);
  for (const x of problem.x_hat) {
    /** @type {Stages[]} */ const kept = [];
    let y = x;
    for (const layer of u) {
      const at = stages(tableau, explicit, h, layer, y);
      kept.push(at);
      y = at.next;
    }
    const start = y.map((each) => each / N);
    let p = start;
    for (let l = L - 1; l >= 0; l--) p = adjoint(tableau, h, u[l], kept[l], p, exact[l]);
    others.forEach((A_tilde, k) => {
      p = start;
      for (let l = L - 1; l >= 0; l--) p = partnerCostates(tableau, A_tilde, h, u[l], kept[l], p, found[k][l]);
    });
  }
  const norm = (/** @type {(l: number, k: number) => number} */ entry) => Math.sqrt(exact.reduce((sum, layer, l) => sum + layer.reduce((part, _, k) => part + entry(l, k) ** 2, 0), 0));
  const size = norm((l, k) => exact[l][k]);
  return found.map((gradient) => norm((l, k) => gradient[l][k] - exact[l][k]) / size);
}

/** The exponent p of error ~ h^p over the depths, by least squares; null where the errors are rounding. @param {number[]} errors @param {Problem} problem */
export function slope(errors, { depths, rounding }) {
  if (Math.max(...errors) < rounding) return null;
  const x = depths.map(Math.log), y = errors.map(Math.log), mean = (/** @type {number[]} */ all) => all.reduce((a, b) => a + b) / all.length;
  const [mx, my] = [mean(x), mean(y)];
  return -x.reduce((sum, each, k) => sum + (each - mx) * (y[k] - my), 0) / x.reduce((sum, each) => sum + (each - mx) ** 2, 0);
}
