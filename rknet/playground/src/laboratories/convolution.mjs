/** The stored convolutional net of Section 4.5 in double precision: an image's maps layer by layer, and its classes. */

/** Weights of a byte, with a scale for each row. @typedef {{bytes: string, scales: number[]}} Rounded */
/** As rknet/laboratories/digits/net.py writes it. @typedef {{shape: [number, number, number], L: number, h: number, classes: number, K: Rounded, W: Rounded, b: number[], mu: number[]}} Stored */
/** @typedef {{shape: [number, number, number], L: number, h: number, classes: number, K: Float64Array, W: Float64Array, b: number[], mu: number[]}} Net */

const KERNEL = 3;
/** Classic RK4. */
const A = [0, 0.5, 0.5, 1], BETA = [1 / 6, 1 / 3, 1 / 3, 1 / 6];

/** Bytes from base64. @param {string} text */
export const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** @param {Rounded} rounded */
function weights({ bytes: text, scales }) {
  const whole = new Int8Array(bytes(text).buffer), size = whole.length / scales.length;
  return Float64Array.from(whole, (value, k) => value * scales[Math.floor(k / size)]);
}

/** @param {Stored} stored @returns {Net} */
export const netOf = (stored) => ({ ...stored, K: weights(stored.K), W: weights(stored.W) });

/**
 * tanh(K * y + b) of one layer, into `out`.
 * @param {Net} net @param {number} l @param {Float64Array} y @param {Float64Array} out
 */
function convolved({ shape: [channels, height, width], K, b }, l, y, out) {
  const half = KERNEL >> 1, size = height * width, filter = KERNEL * KERNEL;
  for (let to = 0; to < channels; to++) {
    const map = out.subarray(to * size, (to + 1) * size).fill(b[l * channels + to]);
    for (let from = 0; from < channels; from++) {
      const first = ((l * channels + to) * channels + from) * filter;
      for (let tap = 0; tap < filter; tap++) {
        const weight = K[first + tap], [down, right] = [Math.floor(tap / KERNEL) - half, (tap % KERNEL) - half];
        const [top, left] = [Math.max(0, -down), Math.max(0, -right)];
        const [bottom, end] = [Math.min(height, height - down), Math.min(width, width - right)];
        for (let r = top; r < bottom; r++) {
          const source = from * size + (r + down) * width + right;
          for (let c = left; c < end; c++) map[r * width + c] += weight * y[source + c];
        }
      }
    }
  }
  for (let k = 0; k < out.length; k++) out[k] = Math.tanh(out[k]);
}

/**
 * The maps y[0], ..., y[L] of an image, (L+1, channels, height, width), and the probabilities of its classes.
 * @param {Net} net @param {ArrayLike<number>} image  between 0 and 1, row by row
 */
export function answer(net, image) {
  const { shape: [channels, height, width], L, h, classes, W, mu } = net, size = channels * height * width;
  const states = new Float64Array((L + 1) * size), stage = new Float64Array(size), F = BETA.map(() => new Float64Array(size));
  for (let k = 0; k < image.length; k++) states[k] = image[k]; // the other channels begin with zeros
  for (let l = 0; l < L; l++) {
    const y = states.subarray(l * size, (l + 1) * size), next = states.subarray((l + 1) * size, (l + 2) * size);
    next.set(y);
    for (let i = 0; i < F.length; i++) {
      for (let k = 0; k < size; k++) stage[k] = i ? y[k] + h * A[i] * F[i - 1][k] : y[k];
      convolved(net, l, stage, F[i]);
      for (let k = 0; k < size; k++) next[k] += h * BETA[i] * F[i][k];
    }
  }
  const last = states.subarray(L * size), logits = Array.from({ length: classes }, (_, c) => {
    let total = mu[c];
    for (let k = 0; k < size; k++) total += W[c * size + k] * last[k];
    return total;
  });
  const most = Math.max(...logits), e = logits.map((z) => Math.exp(z - most)), sum = e.reduce((a, b) => a + b, 0);
  return { states, probabilities: e.map((each) => each / sum) };
}

/** Mean size of the values of each channel in one layer. @param {Net} net @param {Float64Array} states @param {number} layer */
export function channelSizes({ shape: [channels, height, width] }, states, layer) {
  const size = height * width;
  return Array.from({ length: channels }, (_, k) => {
    const map = states.subarray((layer * channels + k) * size, (layer * channels + k + 1) * size);
    return map.reduce((sum, value) => sum + Math.abs(value), 0) / size;
  });
}
