/** A net that is trained: forward, gradients, Adam, with the compiled engine's bits. */

import { exp32, f, flush, log32, NEGLIGIBLE } from "./arithmetic.mjs";
import { layoutOf } from "./layout.mjs";
import { sweepsFor } from "./sweeps.mjs";

/** @import { Flow, Points, Weights } from "../types.mjs" */
/** @import { Layers } from "./layers.mjs" */

/** Samples evaluated at once. */
const CHUNK = 20;

/**
 * A net with its weights and Adam's moments: what `rknet.engines.compiled.engine.Engine` is in Python, with the same bits.
 */
export class Engine {
  /**
   * @param {Layers} net
   * @param {Weights} weights  copied
   * @param {{rate: number, batch: number, decay?: number, kernel?: 'auto'|'webassembly'|'javascript'}} protocol
   */
  constructor(net, weights, { rate, batch, decay = 0, kernel = "auto" }) {
    this.net = net;
    this.rate = rate;
    this.decay = decay;
    this.batch = batch;
    this.layout = layoutOf(net, Math.max(batch, CHUNK));
    this.sweeps = sweepsFor(net, this.layout, kernel);
    this.labels = new Int32Array(this.layout.n);
    this.exponentials = new Float32Array(net.classes);
    /** beta_1^t and beta_2^t as running products in double precision. */
    this.powers = [1, 1];
    this.weights = weights;
  }

  /** Which program computes. */
  get kernel() {
    return this.sweeps.kernel;
  }

  /**
   * A step for each batch of the samples in the given order; the last batch may be short.
   * @param {Points} points
   * @param {ArrayLike<number>} order
   * @param {number} [from]  the first and
   * @param {number} [to]    the last place of the order that is used
   */
  epoch({ X, c }, order, from = 0, to = order.length) {
    const { n } = this.layout;
    for (let first = from; first < to; first += this.batch) {
      const rows = Math.min(this.batch, n, to - first);
      this._gather(X, c, order, first, rows);
      this.powers[0] *= 0.9;
      this.powers[1] *= 0.999;
      const rate = f(this.rate / (1 - this.powers[0])), scale = f(1 / Math.sqrt(1 - this.powers[1]));
      this.sweeps.forward(rows, 1);
      this._differentiate(rows);
      const before = this._decaying();
      this.sweeps.backward(rows, rate, scale, 1);
      if (before) this._decay(before);
    }
  }

  /** The weights that decay in a step, as they are before; null without weight decay. */
  _decaying() {
    return this.decay ? this._trained.slice() : null;
  }

  /** Take rate * decay times what it was from every trained weight. @param {Float32Array} before */
  _decay(before) {
    const weights = this._trained, share = f(this.rate * this.decay);
    for (let k = 0; k < weights.length; k++) weights[k] -= f(share * before[k]);
  }

  /** The trained weights in the memory: all of them, or all but the lift. */
  get _trained() {
    const { M, K, weights } = this.layout;
    return this.sweeps.memory.subarray(this.net.learned ? M : K, weights);
  }

  /**
   * @param {Points} points
   * @returns {{cost: number, accuracy: number, confusion: number[]}} on all of them: accuracy is a fraction, and
   *   confusion (classes, classes) counts the points of each class, row by row, by the answer they get
   */
  statistics({ X, c }) {
    const { classes } = this.net, { z, outputs } = this.layout, { memory } = this.sweeps;
    const N = c.length;
    const confusion = new Array(classes * classes).fill(0);
    let cost = 0, right = 0;
    this._chunks(X, 0, (first, rows) => {
      for (let r = 0; r < rows; r++) {
        const row = z + r * outputs, label = c[first + r];
        let best = 0;
        for (let k = 1; k < classes; k++) if (memory[row + k] > memory[row + best]) best = k;
        if (best === label) right++;
        confusion[label * classes + best]++;
        const [total, largest] = this._exponentials(row);
        cost += f(log32(total) - f(memory[row + label] - largest));
      }
    });
    return { cost: cost / N, accuracy: right / N, confusion };
  }

  /** @param {Float32Array} X  (N, 2) @returns {Float32Array} W y[L] + mu: (N, classes) */
  logits(X) {
    const { classes } = this.net, { z, outputs } = this.layout, { memory } = this.sweeps;
    const logits = new Float32Array((X.length / 2) * classes);
    this._chunks(X, 0, (first, rows) => {
      for (let r = 0; r < rows; r++) {
        for (let k = 0; k < classes; k++) logits[(first + r) * classes + k] = memory[z + r * outputs + k];
      }
    });
    return logits;
  }

  /** @param {Float32Array} X  (N, 2) @returns {Float32Array} H(W y[L] + mu): (N, classes) */
  probabilities(X) {
    const { classes } = this.net, { z, outputs } = this.layout;
    const result = new Float32Array((X.length / 2) * classes);
    this._chunks(X, 0, (first, rows) => {
      for (let r = 0; r < rows; r++) {
        const [total] = this._exponentials(z + r * outputs);
        for (let k = 0; k < classes; k++) result[(first + r) * classes + k] = this.exponentials[k] / total;
      }
    });
    return result;
  }

  /** @param {Float32Array} X  (N, 2) @returns {Flow} all layer states y[0], ..., y[L] */
  states(X) {
    const { d_hat, L, beta } = this.net, { Y, width } = this.layout, { memory } = this.sweeps;
    const n = X.length / 2, states = new Float32Array((L + 1) * n * d_hat);
    this._chunks(X, 1, (first, rows) => {
      for (let l = 0; l <= L; l++) {
        for (let r = 0; r < rows; r++) {
          const row = Y + (l * beta.length * rows + r) * width;
          states.set(memory.subarray(row, row + d_hat), (l * n + first + r) * d_hat);
        }
      }
    });
    return { states, n, L, d_hat };
  }

  /** @param {Points} points @returns {Weights} the gradient of their mean cost by each weight; 0 for a frozen lift */
  gradients({ X, c }) {
    const { kernel } = this.sweeps;
    const whole = new Engine(this.net, this.weights, { rate: 0, batch: c.length, kernel });
    whole._gather(X, c, [...c.keys()], 0, c.length);
    whole.sweeps.forward(c.length, 1);
    whole._differentiate(c.length);
    whole.sweeps.backward(c.length, 0, 0, 0);
    return whole._read(whole.layout.weights);
  }

  /**
   * The size of the costates p[l], the derivatives of a point's cost by its features y[l], layer by layer.
   * @param {Points} points
   * @returns {Float64Array} (L+1,) the root mean square over the points of the norm of p[l]
   */
  costates({ X, c }) {
    const order = [...c.keys()], squares = new Float64Array(this.net.L + 1);
    const other = new Engine(this.net, this.weights, { rate: 0, batch: CHUNK, kernel: "javascript" }); // which lets one look
    const { sweeps: { memory }, layout: { p, width } } = other;
    for (let first = 0; first < c.length; first += CHUNK) {
      const rows = Math.min(CHUNK, c.length - first);
      other._gather(X, c, order, first, rows);
      other.sweeps.forward(rows, 1);
      other._differentiate(rows);
      other.sweeps.backward(rows, 0, 0, 0, (l) => {
        for (let k = p; k < p + rows * width; k++) squares[l] += (rows * memory[k]) ** 2; // the cost is a mean over rows
      });
    }
    return squares.map((square) => Math.sqrt(square / c.length));
  }

  /** The weights in the net's layout. @returns {Weights} */
  get weights() {
    return this._read(0);
  }

  set weights({ lift, K, b, W, mu }) {
    const { d_hat, L, classes } = this.net, at = this.layout, { memory } = this.sweeps;
    scatter(lift, memory, at.M, 1, d_hat, 2, at.width);
    scatter(K, memory, at.K, L, d_hat, d_hat, at.width);
    scatter(b, memory, at.b, L, d_hat, 1, at.width);
    scatter(W, memory, at.W, 1, classes, d_hat, at.outputs);
    scatter(mu, memory, at.mu, 1, classes, 1, at.outputs);
  }

  /** @param {number} from @returns {Weights} */
  _read(from) {
    const { d_hat, L, classes } = this.net, at = this.layout, { memory } = this.sweeps;
    return {
      lift: collect(memory, from + at.M, 1, d_hat, 2, at.width),
      K: collect(memory, from + at.K, L, d_hat, d_hat, at.width),
      b: collect(memory, from + at.b, L, d_hat, 1, at.width),
      W: collect(memory, from + at.W, 1, classes, d_hat, at.outputs),
      mu: collect(memory, from + at.mu, 1, classes, 1, at.outputs),
    };
  }

  /**
   * Put the samples order[first], order[first + 1], ... into the memory.
   * @param {Float32Array} X @param {Int32Array} c @param {ArrayLike<number>} order
   * @param {number} first @param {number} rows
   */
  _gather(X, c, order, first, rows) {
    const { memory } = this.sweeps, { x } = this.layout;
    for (let r = 0; r < rows; r++) {
      const sample = order[first + r];
      memory[x + 2 * r] = X[2 * sample];
      memory[x + 2 * r + 1] = X[2 * sample + 1];
      this.labels[r] = c[sample];
    }
  }

  /**
   * Forward through all samples, some at a time.
   * @param {Float32Array} X @param {number} keep @param {(first: number, rows: number) => void} look
   */
  _chunks(X, keep, look) {
    const { memory } = this.sweeps, { x } = this.layout, N = X.length / 2;
    for (let first = 0; first < N; first += CHUNK) {
      const rows = Math.min(CHUNK, N - first);
      memory.set(X.subarray(2 * first, 2 * (first + rows)), x);
      this.sweeps.forward(rows, keep);
      look(first, rows);
    }
  }

  /** e^(z_k - max z) of a row of logits, their sum, and max z. @param {number} row @returns {[number, number]} */
  _exponentials(row) {
    const { memory } = this.sweeps, { classes } = this.net, e = this.exponentials;
    let largest = memory[row];
    for (let k = 1; k < classes; k++) largest = memory[row + k] > largest ? memory[row + k] : largest;
    let total = (e[0] = exp32(f(memory[row] - largest)));
    for (let k = 1; k < classes; k++) total = f(total + (e[k] = exp32(f(memory[row + k] - largest))));
    return [total, largest];
  }

  /** Replace the logits by the derivative of the batch's mean cost by them. @param {number} rows */
  _differentiate(rows) {
    const { memory } = this.sweeps, { classes } = this.net, { z, outputs } = this.layout, e = this.exponentials;
    for (let r = 0; r < rows; r++) {
      const row = z + r * outputs, [total] = this._exponentials(row);
      for (let k = 0; k < classes; k++) {
        const error = f(f(e[k] / total) - (k === this.labels[r] ? 1 : 0));
        memory[row + k] = flush(f(error / rows), NEGLIGIBLE);
      }
    }
  }
}

/**
 * Matrices (count, rows, columns) into the memory, transposed and with rows filled up to `width`.
 * @param {Float32Array} from @param {Float32Array} memory @param {number} at
 * @param {number} count @param {number} rows @param {number} columns @param {number} width
 */
function scatter(from, memory, at, count, rows, columns, width) {
  let k = 0;
  for (let l = 0; l < count; l++) {
    for (let o = 0; o < rows; o++) {
      for (let i = 0; i < columns; i++) memory[at + (l * columns + i) * width + o] = from[k++];
    }
  }
}

/**
 * The reverse of `scatter`.
 * @param {Float32Array} memory @param {number} at
 * @param {number} count @param {number} rows @param {number} columns @param {number} width
 */
function collect(memory, at, count, rows, columns, width) {
  const result = new Float32Array(count * rows * columns);
  let k = 0;
  for (let l = 0; l < count; l++) {
    for (let o = 0; o < rows; o++) {
      for (let i = 0; i < columns; i++) result[k++] = memory[at + (l * columns + i) * width + o];
    }
  }
  return result;
}
