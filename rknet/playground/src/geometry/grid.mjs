/** The input space: in cells, and on a canvas. */

import { EDGE } from "../data/points.mjs";

/** @import { Window } from "../types.mjs" */

/** The input space in n x n cells. @param {number} n @returns {Window} */
export const plane = (n) => ({ left: -EDGE, right: EDGE, bottom: -EDGE, top: EDGE, columns: n, rows: n });

/** Whole numbers from a to b. @param {number} a @param {number} b */
export const range = (a, b) => Array.from({ length: b - a + 1 }, (_, k) => a + k);

/** @param {Window} window @returns {Float32Array} the centres of its cells, row by row from the top: (rows * columns, 2) */
export function cellCentres({ left, right, bottom, top, columns, rows }) {
  const X = new Float32Array(2 * columns * rows);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < columns; k++) {
      X[2 * (r * columns + k)] = left + ((right - left) * (k + 0.5)) / columns;
      X[2 * (r * columns + k) + 1] = top - ((top - bottom) * (r + 0.5)) / rows;
    }
  }
  return X;
}

/** Places of points on a canvas that shows the input space. @param {ArrayLike<number>} X @param {number} width @param {number} height */
export function toCanvas(X, width, height) {
  const places = new Float32Array(X.length);
  for (let n = 0; n < X.length; n += 2) {
    places[n] = ((X[n] + EDGE) / (2 * EDGE)) * width;
    places[n + 1] = ((EDGE - X[n + 1]) / (2 * EDGE)) * height;
  }
  return places;
}
