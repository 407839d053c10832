/** The weights that a net starts with. */

import { classesOf } from "../setup/configuration.mjs";
import { normal, uniform } from "./random.mjs";

/** @import { Configuration, Weights } from "../types.mjs" */
/** @import { Stream } from "./random.mjs" */

export const WEIGHT_NAMES = /** @type {const} */ (["lift", "K", "b", "W", "mu"]);

/**
 * The weights a net starts with, each uniform(-1/sqrt(fan_in), 1/sqrt(fan_in)), and its lift.
 * @param {Configuration} configuration
 * @returns {Weights}
 */
export function initialWeights(configuration) {
  const { d_hat, L, lift, seed } = configuration, classes = classesOf(configuration);
  const fill = (/** @type {Stream} */ stream, /** @type {number} */ size, /** @type {number} */ fanIn) => {
    const bound = 1 / Math.sqrt(fanIn);
    return Float32Array.from({ length: size }, (_, i) => bound * (2 * uniform(seed, stream, i) - 1));
  };
  return {
    lift:
      lift === "zero" ? Float32Array.from({ length: 2 * d_hat }, (_, i) => (i === 0 || i === 3 ? 1 : 0))
      : lift === "orthogonal" ? orthonormal(Array.from({ length: 2 * d_hat }, (_, i) => normal(seed, "lift", i)))
      : fill("lift", 2 * d_hat, 2),
    K: fill("K", L * d_hat * d_hat, d_hat),
    b: fill("b", L * d_hat, d_hat),
    W: fill("W", classes * d_hat, d_hat),
    mu: fill("mu", classes, d_hat),
  };
}

/** @param {number[]} V  (n, 2) @returns {Float32Array} orthonormal columns, by Gram-Schmidt run twice */
function orthonormal(V) {
  const n = V.length / 2, a = V.filter((_, i) => i % 2 === 0), b = V.filter((_, i) => i % 2 === 1);
  const dot = (/** @type {number[]} */ x, /** @type {number[]} */ y) => x.reduce((total, t, i) => total + t * y[i], 0);
  for (let run = 0; run < 2; run++) {
    const length = Math.sqrt(dot(a, a));
    for (let i = 0; i < n; i++) a[i] /= length;
    const overlap = dot(a, b);
    for (let i = 0; i < n; i++) b[i] -= a[i] * overlap;
    const rest = Math.sqrt(dot(b, b));
    for (let i = 0; i < n; i++) b[i] /= rest;
  }
  return Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? a : b)[i >> 1]);
}
