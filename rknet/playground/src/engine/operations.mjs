/** Products, sums and Adam's step in plain JavaScript, over the arrays in one memory. */

import { BETA1, BETA1_REST, BETA2, BETA2_REST, EPSILON, f, FADED, flush, NEGLIGIBLE } from "./arithmetic.mjs";

/** @import { Layout } from "./layout.mjs" */

/** @typedef {ReturnType<typeof operationsOn>} Operations */

/** What the sweeps are made of. Arrays are named by their places in the memory. @param {Float32Array} memory @param {Layout} at */
export function operationsOn(memory, at) {
  /**
   * out[n] = start + sum_j a[n, j] M[j], in the order of j; entry (n, j) of a lies at a + n row + j step.
   * @param {number} a @param {number} row @param {number} step @param {number} inner
   * @param {number} M @param {number} columns @param {number} start @param {number} out @param {number} rows
   */
  function multiply(a, row, step, inner, M, columns, start, out, rows) {
    for (let n = 0; n < rows; n++, a += row, out += columns) {
      for (let o = 0; o < columns; o += 4) {
        let s0 = memory[start + o], s1 = memory[start + o + 1], s2 = memory[start + o + 2], s3 = memory[start + o + 3];
        for (let j = 0, k = a, m = M + o; j < inner; j++, k += step, m += columns) {
          const x = memory[k];
          s0 = f(s0 + f(memory[m] * x));
          s1 = f(s1 + f(memory[m + 1] * x));
          s2 = f(s2 + f(memory[m + 2] * x));
          s3 = f(s3 + f(memory[m + 3] * x));
        }
        memory[out + o] = s0;
        memory[out + o + 1] = s1;
        memory[out + o + 2] = s2;
        memory[out + o + 3] = s3;
      }
    }
  }

  /** out += factor times from. @param {number} out @param {number} from @param {number} factor @param {number} size */
  function addMultiple(out, from, factor, size) {
    for (let k = 0; k < size; k++) memory[out + k] = f(memory[out + k] + f(memory[from + k] * factor));
  }

  /** out = the sum of rows of M. @param {number} M @param {number} rows @param {number} columns */
  function addRows(M, rows, columns) {
    memory.copyWithin(at.g, M, M + columns);
    for (let n = 1; n < rows; n++) {
      for (let o = 0; o < columns; o++) memory[at.g + o] = f(memory[at.g + o] + memory[M + n * columns + o]);
    }
  }

  /**
   * One step of Adam, or only the gradient, for the weights w, w + 1, ...
   * @param {number} w @param {number} size @param {number} rate @param {number} scale @param {number} moving
   */
  function move(w, size, rate, scale, moving) {
    const m = w + at.weights, v = m + at.weights;
    for (let k = 0; k < size; k++) {
      const g = flush(memory[at.g + k], NEGLIGIBLE);
      if (!moving) {
        memory[m + k] = g;
        continue;
      }
      const mk = flush(f(f(memory[m + k] * BETA1) + f(g * BETA1_REST)), FADED);
      const vk = flush(f(f(memory[v + k] * BETA2) + f(f(g * BETA2_REST) * g)), FADED);
      memory[m + k] = mk;
      memory[v + k] = vk;
      memory[w + k] = f(memory[w + k] - f(f(mk * rate) / f(f(f(Math.sqrt(vk)) * scale) + EPSILON)));
    }
  }

  /**
   * out[o, i] = M[i, o] for o < rows, i < columns.
   * @param {number} M @param {number} from  its width @param {number} out @param {number} to  its width
   * @param {number} rows @param {number} columns
   */
  function transpose(M, from, out, to, rows, columns) {
    for (let o = 0; o < rows; o++) {
      for (let i = 0; i < columns; i++) memory[out + o * to + i] = memory[M + i * from + o];
    }
  }

  return { multiply, addMultiple, addRows, move, transpose };
}
