/** Three principal components of the features in all layers together, as rknet/laboratories/features.py has them. */

import { principalAxes, project } from "../geometry/axes.mjs";

/** The layer after `way` percent of L layers. @param {number} way @param {number} L */
export const layerAt = (way, L) => Math.floor((way * L) / 100 + 0.5);

/**
 * Components (L+1, n, 3), each pointing to where the class numbers grow, and their variances.
 * @param {{states: Float32Array|Float64Array, n: number, L: number, d_hat: number}} flow
 * @param {ArrayLike<number>} c  classes of the points
 */
export function components({ states, n, L, d_hat: d }, c) {
  const rows = /** @type {Float32Array} */ (states); // any numbers
  const frame = principalAxes(rows, d), m = Math.min(3, d);
  const at = new Float64Array((L + 1) * n * 3), found = project(rows, d, frame, m), sums = [0, 0, 0];
  for (let row = 0; row < (L + 1) * n; row++) {
    for (let k = 0; k < m; k++) {
      at[3 * row + k] = found[m * row + k];
      sums[k] += c[row % n] * found[m * row + k];
    }
  }
  for (let k = 0; k < at.length; k++) if (sums[k % 3] < 0) at[k] = -at[k];
  return { at, n, L, variances: [...frame.variances.subarray(0, 3)] };
}

/** Standard deviations of the components in one layer. @param {{at: Float64Array, n: number}} found @param {number} layer */
export function deviations({ at, n }, layer) {
  const part = at.subarray(3 * layer * n, 3 * (layer + 1) * n);
  return [0, 1, 2].map((k) => {
    let [sum, square] = [0, 0];
    for (let i = 0; i < n; i++) sum += part[3 * i + k] / n;
    for (let i = 0; i < n; i++) square += (part[3 * i + k] - sum) ** 2 / n;
    return Math.sqrt(square);
  });
}
