/** The layer states of a net in double precision, from its weights in single: features that meet differ by rounding only. */

import { tableauOf } from "../setup/tableau.mjs";

/** @import { ActivationName, Configuration, Weights } from "../types.mjs" */

/** @type {Record<ActivationName, (z: number) => number>} */
const ACTIVATIONS = {
  tanh: Math.tanh,
  logistic: (z) => 1 / (1 + Math.exp(-z)),
  relu: (z) => (z > 0 ? z : 0),
  softplus: (z) => (z > 20 ? z : Math.log1p(Math.exp(z))),
};

/** Layer states y[0], ..., y[L] of n points. @typedef {{states: Float64Array, n: number, L: number, d_hat: number}} Flow  states (L+1, n, d_hat) */

/** @param {Weights} weights @param {Configuration} configuration @param {Float32Array} X  (n, 2) @returns {Flow} */
export function flowOf({ lift, K, b }, configuration, X) {
  const { d_hat: d, L, h, net, activation } = configuration, n = X.length / 2, sigma = ACTIVATIONS[activation];
  const { A, beta } = net === "RKNet" ? tableauOf(configuration) : { A: [[0]], beta: [1] };
  const s = beta.length, carried = net === "RKNet", size = n * d;
  const states = new Float64Array((L + 1) * size), stage = new Float64Array(d), F = Array.from({ length: s }, () => new Float64Array(d));
  for (let k = 0; k < size; k++) {
    const [i, a] = [Math.floor(k / d), k % d];
    states[k] = lift[2 * a] * X[2 * i] + lift[2 * a + 1] * X[2 * i + 1];
  }
  for (let l = 0; l < L; l++) {
    for (let at = l * size; at < (l + 1) * size; at += d) {
      for (let i = 0; i < s; i++) {
        for (let a = 0; a < d; a++) {
          let total = states[at + a];
          for (let j = 0; j < i; j++) total += h * A[i][j] * F[j][a];
          stage[a] = total;
        }
        for (let a = 0; a < d; a++) {
          let z = b[l * d + a];
          for (let c = 0, row = (l * d + a) * d; c < d; c++) z += K[row + c] * stage[c];
          F[i][a] = sigma(z);
        }
      }
      for (let a = 0; a < d; a++) {
        let total = carried ? states[at + a] : F[0][a];
        if (carried) for (let i = 0; i < s; i++) total += h * beta[i] * F[i][a];
        states[at + size + a] = total;
      }
    }
  }
  return { states, n, L, d_hat: d };
}
