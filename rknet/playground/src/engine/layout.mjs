/** Where weights, moments, layer states and costates lie in one memory. */

/** @import { Layers } from "./layers.mjs" */

/**
 * Where everything lies in one memory, counted in float32 numbers. Rows are filled with zeros to whole vectors of four.
 * Weights are transposed, so that the outputs of one input lie side by side: x M, y K[l] + b[l], y W + mu. First all
 * weights, then Adam's first moments in the same order, then the second.
 * @typedef {object} Layout
 * @property {number} width    of a layer's row
 * @property {number} outputs  of a row of logits
 * @property {number} n        the most samples at once
 * @property {number} M        (2, width)
 * @property {number} K        (L, d_hat, width)
 * @property {number} b        (L, width)
 * @property {number} W        (d_hat, outputs)
 * @property {number} mu       (outputs,)
 * @property {number} weights  how many numbers the weights take
 * @property {number} x        (n, 2) the batch
 * @property {number} Y        (L+1, s rows, width) stage inputs, y_1 = y[l] first
 * @property {number} S        (L, s rows, width) slopes sigma'(K y_i + b)
 * @property {number} F        (s rows, width) f_i of one layer
 * @property {number} xi       (s rows, width) slope times multiplier xi_i
 * @property {number} G        (s rows, width) f_y^T xi_i
 * @property {number} p        (n, width) the costate
 * @property {number} z        (n, outputs) logits, then the derivative of the cost by them
 * @property {number} KT       (d_hat, width) K[l] transposed back
 * @property {number} WT       (classes, width) W transposed back
 * @property {number} g        the gradient of one weight array
 * @property {number} zero     zeros
 * @property {number} size     of the memory
 */

/** @param {Layers} net @param {number} n @returns {Layout} */
export function layoutOf({ d_hat, L, classes, beta }, n) {
  const width = 4 * Math.ceil(d_hat / 4);
  const outputs = 4 * Math.ceil(classes / 4);
  const s = beta.length;
  let end = 0;
  const take = (/** @type {number} */ size) => (end += 4 * Math.ceil(size / 4)) - 4 * Math.ceil(size / 4);
  const M = take(2 * width), K = take(L * d_hat * width), b = take(L * width), W = take(d_hat * outputs);
  const mu = take(outputs), weights = end;
  take(2 * weights);
  const layer = s * n * width;
  const most = Math.max(width, outputs);
  return {
    width, outputs, n, M, K, b, W, mu, weights,
    x: take(2 * n), Y: take((L + 1) * layer), S: take(L * layer), F: take(layer), xi: take(layer), G: take(layer),
    p: take(n * width), z: take(n * outputs), KT: take(d_hat * width), WT: take(classes * width),
    g: take(Math.max(2, d_hat) * most), zero: take(most), size: end,
  };
}
