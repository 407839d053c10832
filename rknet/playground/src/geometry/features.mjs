/** Size and spread of the features, layer by layer. */

/** @import { Flow } from "../types.mjs" */

/**
 * Mean over the points of the Euclidean norm of y[l], for each layer.
 * @param {Flow} flow
 * @returns {Float64Array} (L+1,)
 */
export function featureNorms({ states, n, L, d_hat }) {
  return Float64Array.from({ length: L + 1 }, (_, l) => {
    let total = 0;
    for (let row = l * n * d_hat; row < (l + 1) * n * d_hat; row += d_hat) {
      let square = 0;
      for (let k = row; k < row + d_hat; k++) square += states[k] * states[k];
      total += Math.sqrt(square);
    }
    return total / n;
  });
}

/** Root mean square distance of a layer's features from their mean, layer by layer. @param {Flow} flow */
export function spreads(flow) {
  const { states, n, L, d_hat: d } = flow;
  return Array.from({ length: L + 1 }, (_, l) => {
    let total = 0;
    for (let k = 0; k < d; k++) {
      let mean = 0;
      for (let i = 0; i < n; i++) mean += states[(l * n + i) * d + k];
      mean /= n;
      for (let i = 0; i < n; i++) total += (states[(l * n + i) * d + k] - mean) ** 2;
    }
    return Math.sqrt(total / n);
  });
}

/** Euclidean norms of so many equal parts. @param {Float32Array} values @param {number} parts */
export function norms(values, parts) {
  const size = values.length / parts;
  return Array.from({ length: parts }, (_, l) => Math.hypot(...values.subarray(l * size, (l + 1) * size)));
}
