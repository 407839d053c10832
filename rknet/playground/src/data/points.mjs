/** The paper's two-dimensional point sets: how each is drawn and labelled. */

import { cosineAndSine } from "./elementary.mjs";
import { normal, uniform } from "./random.mjs";

/** @import { LawName, Points } from "../types.mjs" */

/** Uniform coordinates lie in [-EDGE, EDGE]. */
export const EDGE = 4;

/** Factor of the spiral, applied after the noise. */
export const SPIRAL_SCALE = 1 / 5;

/** Standard deviation of the clean points, and inner radii of the rings. */
export const RINGS = {
  donut_2D: { spread: 1.2, inner: [0, 1.2] },
  donut_2D_6C: { spread: 1.5, inner: [0, 1, 2, 3, 4, 5].map((k) => k * (4 / 6)) },
};

/** The class of the quadrants (-, -), (+, -), (-, +), (+, +). */
export const QUADRANTS = { squares: [0, 1, 1, 0], squares_2D_4C: [2, 3, 1, 0] };

/** @param {number} phi @returns {[number, number]} a point of the first arm, before scaling; the second is its negative */
export function arm(phi) {
  const [c, s] = cosineAndSine(phi), radius = 2 * phi + Math.PI;
  return [radius * c, radius * s];
}

/** @param {LawName} law @param {number} n @param {number} seed @returns {[number, number, number]} clean point, class */
function clean(law, n, seed) {
  const side = (/** @type {number} */ j) => EDGE * (2 * uniform(seed, "points", n, j) - 1);
  const bell = (/** @type {number} */ j) => normal(seed, "points", n, j);
  if (law === "spiral") {
    const [x1, x2] = arm(2 * Math.PI * Math.sqrt(uniform(seed, "points", n >> 1)));
    return n % 2 === 0 ? [x1, x2, 0] : [-x1, -x2, 1];
  }
  const [x1, x2] =
    law === "donut_1D" ? [side(0), bell(1)]
    : law in RINGS ? [bell(0), bell(1)].map((z) => RINGS[/** @type {'donut_2D'} */ (law)].spread * z)
    : [side(0), side(1)];
  return [x1, x2, labelOf(law, x1, x2)];
}

/** The class of a clean point; for the spiral, of the nearer arm. @param {LawName} law @param {number} x1 @param {number} x2 */
export function labelOf(law, x1, x2) {
  if (law === "donut_1D") return Math.abs(x1) >= 1 ? 1 : 0;
  if (law === "squares" || law === "squares_2D_4C") return QUADRANTS[law][(x1 > 0 ? 1 : 0) + (x2 > 0 ? 2 : 0)];
  if (law === "spiral") {
    const [d0, d1] = [1, -1].map((sign) => distance(x1 / SPIRAL_SCALE, x2 / SPIRAL_SCALE, sign));
    return d0 <= d1 ? 0 : 1;
  }
  const r = Math.sqrt(x1 * x1 + x2 * x2);
  return RINGS[law].inner.filter((radius) => radius <= r).length - 1;
}

/** Squared distance from an arm of the spiral before scaling. */
function distance(/** @type {number} */ x1, /** @type {number} */ x2, /** @type {number} */ sign) {
  const n = 512;
  let best = Infinity;
  for (let i = 0; i <= n; i++) {
    const [a, b] = arm((2 * Math.PI * i) / n);
    best = Math.min(best, (x1 - sign * a) ** 2 + (x2 - sign * b) ** 2);
  }
  return best;
}

/**
 * Points of a law: labelled clean, then moved by noise. The training set is the first half, the validation set the rest.
 * @param {LawName} law @param {number} N @param {number} noise @param {number} seed
 * @returns {Points}
 */
export function draw(law, N, noise, seed) {
  const X = new Float32Array(2 * N), c = new Int32Array(N), scale = law === "spiral" ? SPIRAL_SCALE : 1;
  for (let n = 0; n < N; n++) {
    const [x1, x2, label] = clean(law, n, seed);
    X[2 * n] = (x1 + noise * normal(seed, "noise", n, 0)) * scale;
    X[2 * n + 1] = (x2 + noise * normal(seed, "noise", n, 1)) * scale;
    c[n] = label;
  }
  return { X, c };
}
