/** The sweeps in plain JavaScript. */

import { f, flush, NEGLIGIBLE, SIGMA } from "./arithmetic.mjs";
import { operationsOn } from "./operations.mjs";

/** @import { Layers } from "./layers.mjs" */
/** @import { Layout } from "./layout.mjs" */
/** @import { Operations } from "./operations.mjs" */
/** @import { Sweeps } from "./sweeps.mjs" */

/** @param {Layers} net @param {Layout} at @returns {Sweeps} */
export function scriptSweeps(net, at) {
  const memory = new Float32Array(at.size), operations = operationsOn(memory, at);
  const forward = forwardSweep(net, at, memory, operations), backward = backwardSweep(net, at, memory, operations);
  return { kernel: "javascript", memory, forward, backward };
}

/**
 * Layer by layer from the batch to the logits.
 * @param {Layers} net @param {Layout} at @param {Float32Array} memory @param {Operations} operations
 * @returns {Sweeps['forward']}
 */
function forwardSweep(net, at, memory, { multiply, addMultiple }) {
  const { d_hat, L, carried, A, beta } = net, { width, outputs } = at, s = beta.length;
  const [sigma, slope] = SIGMA[net.activation];
  return (rows, keep) => {
    const size = rows * width;
    multiply(at.x, 2, 1, 2, at.M, width, at.zero, at.Y, rows);
    let Y = at.Y, S = at.S;
    for (let l = 0; l < L; l++) {
      for (let i = 0; i < s; i++) {
        const y = Y + i * size, F = at.F + i * size;
        if (i > 0) memory.copyWithin(y, Y, Y + size);
        for (let j = 0; j < i; j++) if (A[i][j] !== 0) addMultiple(y, at.F + j * size, A[i][j], size);
        multiply(y, width, 1, d_hat, at.K + l * d_hat * width, width, at.b + l * width, F, rows);
        for (let k = 0; k < size; k++) {
          const z = memory[F + k], value = sigma(z);
          memory[F + k] = value;
          memory[S + i * size + k] = slope(z, value);
        }
      }
      const next = Y + keep * s * size;
      if (!carried) memory.fill(0, next, next + size);
      else if (keep) memory.copyWithin(next, Y, Y + size);
      for (let i = 0; i < s; i++) if (beta[i] !== 0) addMultiple(next, at.F + i * size, beta[i], size);
      Y = next;
      S += keep * s * size;
    }
    multiply(Y, width, 1, d_hat, at.W, outputs, at.mu, at.z, rows);
  };
}

/**
 * Layer by layer from the logits' derivatives back to the lift, moving each weight as soon as its gradient is known.
 * @param {Layers} net @param {Layout} at @param {Float32Array} memory @param {Operations} operations
 * @returns {Sweeps['backward']}
 */
function backwardSweep(net, at, memory, { multiply, addMultiple, addRows, move, transpose }) {
  const { d_hat, L, classes, carried, A, beta, learned } = net, { width, outputs } = at, s = beta.length;
  return (rows, rate, scale, moving, look = () => {}) => {
    const size = rows * width;
    let Y = at.Y + L * s * size, S = at.S + L * s * size;
    transpose(at.W, outputs, at.WT, width, classes, d_hat);
    multiply(at.z, outputs, 1, classes, at.WT, width, at.zero, at.p, rows);
    multiply(Y, 1, width, rows, at.z, outputs, at.zero, at.g, d_hat);
    move(at.W, d_hat * outputs, rate, scale, moving);
    addRows(at.z, rows, outputs);
    move(at.mu, outputs, rate, scale, moving);
    look(L);
    for (let l = L - 1; l >= 0; l--) {
      Y -= s * size;
      S -= s * size;
      const K = at.K + l * d_hat * width;
      transpose(K, width, at.KT, width, d_hat, d_hat);
      for (let i = s - 1; i >= 0; i--) {
        const xi = at.xi + i * size;
        for (let k = 0; k < size; k++) memory[xi + k] = f(memory[at.p + k] * beta[i]);
        for (let j = i + 1; j < s; j++) if (A[j][i] !== 0) addMultiple(xi, at.G + j * size, A[j][i], size);
        for (let k = 0; k < size; k++) memory[xi + k] = flush(f(memory[xi + k] * memory[S + i * size + k]), NEGLIGIBLE);
        multiply(xi, width, 1, d_hat, at.KT, width, at.zero, at.G + i * size, rows);
      }
      if (!carried) memory.fill(0, at.p, at.p + size);
      for (let i = 0; i < s; i++) addMultiple(at.p, at.G + i * size, 1, size);
      multiply(Y, 1, width, s * rows, at.xi, width, at.zero, at.g, d_hat);
      move(K, d_hat * width, rate, scale, moving);
      addRows(at.xi, s * rows, width);
      move(at.b + l * width, width, rate, scale, moving);
      look(l);
    }
    if (learned) {
      multiply(at.x, 1, 2, rows, at.p, width, at.zero, at.g, 2);
      move(at.M, 2 * width, rate, scale, moving);
    }
  };
}
