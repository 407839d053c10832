/** The grid of the input plane whose lines are followed through the layers. */

import { EDGE } from "../data/points.mjs";

/** Pieces of a line between two crossings. */
const PIECES = 4;

/** Points on each line of a mesh of so many lines each way. @param {number} lines */
export const pointsPerLine = (lines) => PIECES * (lines - 1) + 1;

/**
 * Points along the lines x2 = const, from the lowest, then along the lines x1 = const.
 * @param {number} lines  each way, over the whole input space
 * @returns {Float32Array} (2 * lines * pointsPerLine(lines), 2)
 */
export function meshPoints(lines) {
  const count = pointsPerLine(lines), X = new Float32Array(4 * lines * count);
  const at = (/** @type {number} */ k, /** @type {number} */ most) => EDGE * ((2 * k) / most - 1);
  let next = 0;
  for (const across of [0, 1]) {
    for (let line = 0; line < lines; line++) {
      for (let k = 0; k < count; k++) {
        const along = at(k, count - 1), fixed = at(line, lines - 1);
        X.set(across ? [fixed, along] : [along, fixed], next);
        next += 2;
      }
    }
  }
  return X;
}
