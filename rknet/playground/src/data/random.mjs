/** Everything random, from a seed by Threefry-2x32; rknet/playground/random.py is the specification. */

import { normalQuantile } from "./quantile.mjs";

/** What is drawn, by number; see rknet/draws.py, where the generator is specified. */
const STREAMS = { points: 0, noise: 1, order: 2, lift: 3, K: 4, b: 5, W: 6, mu: 7 };

/** @typedef {keyof typeof STREAMS} Stream */

/** The generator's name in records. */
export const GENERATOR = "threefry2x32-20";

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24];

/**
 * Threefry-2x32 with 20 rounds: two random words for each key and counter.
 * @param {number} key0 @param {number} key1 @param {number} counter0 @param {number} counter1
 * @returns {[number, number]} whole numbers in 0 .. 2^32 - 1
 */
export function threefry(key0, key1, counter0, counter1) {
  const keys = [key0, key1, key0 ^ key1 ^ 0x1bd11bda];
  let x = (counter0 + key0) | 0, y = (counter1 + key1) | 0;
  for (let round = 0; round < 20; round++) {
    const turn = ROTATIONS[round % 8];
    x = (x + y) | 0;
    y = ((y << turn) | (y >>> (32 - turn))) ^ x;
    if (round % 4 === 3) {
      const block = (round + 1) / 4;
      x = (x + keys[block % 3]) | 0;
      y = (y + keys[(block + 1) % 3] + block) | 0;
    }
  }
  return [x >>> 0, y >>> 0];
}

/** @param {number} seed @param {Stream} stream @param {number} i @param {number} [j] @returns {number} in (0, 1) */
export function uniform(seed, stream, i, j = 0) {
  const [x, y] = threefry(seed, STREAMS[stream], i, j);
  return ((x >>> 6) * 2 ** 26 + (y >>> 6) + 0.5) / 2 ** 52;
}

/** @param {number} seed @param {Stream} stream @param {number} i @param {number} [j] @returns {number} */
export const normal = (seed, stream, i, j = 0) => normalQuantile(uniform(seed, stream, i, j));

/**
 * 0, ..., N - 1 in the order of an epoch, by Fisher and Yates.
 * @param {number} N @param {number} seed @param {number} epoch  counted from 0
 * @returns {Int32Array}
 */
export function permutation(N, seed, epoch) {
  const order = Int32Array.from({ length: N }, (_, i) => i);
  for (let i = N - 1; i > 0; i--) {
    const j = Math.floor((threefry(seed, STREAMS.order, i, epoch)[0] * (i + 1)) / 2 ** 32);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
