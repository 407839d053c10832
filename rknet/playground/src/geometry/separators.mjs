/** Where a classifier H(W y + mu) changes its answer: lines in the plane, pieces of planes in space. */

/** @import { Classifier } from "../types.mjs" */

/** The places y with normal . y + offset >= 0. @typedef {{normal: number[], offset: number}} HalfSpace */

/**
 * A piece of the boundary between two classes: two ends of a line, or the corners of a polygon.
 * @typedef {{classes: [number, number], side: HalfSpace, corners: number[][]}} Separator
 */

/** @param {HalfSpace} side @param {ArrayLike<number>} y */
export function height({ normal, offset }, y) {
  let sum = offset;
  for (let i = 0; i < normal.length; i++) sum += normal[i] * y[i];
  return sum;
}

/** What remains of a convex polygon, or of a line between two ends. @param {number[][]} corners @param {HalfSpace} side */
export function clipped(corners, side) {
  const heights = corners.map((corner) => height(side, corner));
  /** @type {number[][]} */ const kept = [];
  corners.forEach((corner, i) => {
    const j = (i + 1) % corners.length, [a, b] = [heights[i], heights[j]];
    if (a >= 0) kept.push(corner);
    if (a >= 0 !== b >= 0) kept.push(corner.map((x, k) => x + (a / (a - b)) * (corners[j][k] - x)));
  });
  return kept;
}

/** Where class k is preferred to class m. @param {Classifier} classifier @param {number} k @param {number} m @returns {HalfSpace} */
function preferred({ W, mu }, k, m) {
  const d = W.length / mu.length;
  return { normal: Array.from({ length: d }, (_, i) => W[k * d + i] - W[m * d + i]), offset: mu[k] - mu[m] };
}

/** The sides of a box of half width `bound`. @param {number[]} centre @param {number} bound @param {number} d */
function sidesOf(centre, bound, d) {
  return Array.from({ length: 2 * d }, (_, k) => {
    const i = k >> 1, sign = k % 2 ? 1 : -1;
    return { normal: Array.from({ length: d }, (_, j) => (i === j ? sign : 0)), offset: bound - sign * centre[i] };
  });
}

/**
 * The pieces of the boundaries between classes inside a box.
 * @param {Classifier} classifier  of d = 2 or 3 features
 * @param {number[]} centre
 * @param {number} bound  half width of the box
 * @returns {Separator[]}
 */
export function separators(classifier, centre, bound) {
  const classes = classifier.mu.length, d = classifier.W.length / classes, box = sidesOf(centre, bound, d);
  /** @type {Separator[]} */ const found = [];
  for (let k = 0; k < classes; k++) {
    for (let j = k + 1; j < classes; j++) {
      const side = preferred(classifier, k, j), rivals = [];
      for (let m = 0; m < classes; m++) if (m !== k && m !== j) rivals.push(preferred(classifier, k, m));
      const whole = patch(side, centre, 2 * bound * d);
      const corners = [...box, ...rivals].reduce(clipped, whole);
      if (corners.length >= d) found.push({ classes: [k, j], side, corners });
    }
  }
  return found;
}

/** A large piece of the plane (line) height = 0 around the place nearest to the centre. @param {HalfSpace} side @param {number[]} centre @param {number} size */
function patch(side, centre, size) {
  const { normal } = side, square = normal.reduce((sum, x) => sum + x * x, 0);
  if (!(square > 0) || !Number.isFinite(square)) return [];
  const shift = height(side, centre) / square, middle = normal.map((x, i) => centre[i] - shift * x);
  const unit = normal.map((x) => x / Math.sqrt(square));
  const move = (/** @type {number[][]} */ ...steps) => middle.map((x, i) => steps.reduce((sum, step) => sum + size * step[i], x));
  const back = (/** @type {number[]} */ v) => v.map((x) => -x);
  if (normal.length === 2) {
    const along = [-unit[1], unit[0]];
    return [move(along), move(back(along))];
  }
  const least = unit.reduce((best, x, i) => (Math.abs(x) < Math.abs(unit[best]) ? i : best), 0);
  const across = unit.map((x, i) => (i === least ? 1 : 0) - unit[least] * x);
  const length = Math.hypot(...across), u = across.map((x) => x / length);
  const v = [unit[1] * u[2] - unit[2] * u[1], unit[2] * u[0] - unit[0] * u[2], unit[0] * u[1] - unit[1] * u[0]];
  return [move(u, v), move(back(u), v), move(back(u), back(v)), move(u, back(v))];
}

/**
 * The part of a polygon of the feature plane where each class is preferred to all others.
 * @param {Classifier} classifier  of two features @param {number[][]} window  corners
 * @returns {number[][][]} corners, by class; empty where a class is nowhere preferred
 */
export function regionsWithin(classifier, window) {
  const all = [...classifier.mu.keys()];
  return all.map((k) => all.filter((m) => m !== k).map((m) => preferred(classifier, k, m)).reduce(clipped, window));
}

/** The class that is answered at y. @param {Classifier} classifier @param {ArrayLike<number>} states @param {number} at  where y begins */
export function answerAt({ W, mu }, states, at) {
  const d = W.length / mu.length;
  let best = 0, most = -Infinity;
  for (let k = 0; k < mu.length; k++) {
    let sum = mu[k];
    for (let i = 0; i < d; i++) sum += W[k * d + i] * states[at + i];
    if (sum > most) [best, most] = [k, sum];
  }
  return best;
}
