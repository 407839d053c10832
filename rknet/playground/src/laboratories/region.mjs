/** Where a scheme is stable: the part of the plane with abs(R(z)) <= 1. */

import { zeroLines } from "../geometry/contours.mjs";
import { strokeLines } from "../painting/regions.mjs";

/** @import { Pen } from "../painting/panel.mjs" */
/** @import { Scales } from "./chart.mjs" */

const CELLS = 140;

/**
 * A region on a grid, to be painted as often as wanted.
 * @param {(x: number, y: number) => number} growth  abs(R(x + i y))
 * @param {[number, number]} x @param {[number, number]} y
 */
export function region(growth, x, y) {
  const at = (/** @type {[number, number]} */ [a, b], /** @type {number} */ k) => a + ((b - a) * k) / (CELLS - 1);
  const values = new Float32Array(CELLS * CELLS);
  for (let r = 0; r < CELLS; r++) {
    for (let c = 0; c < CELLS; c++) {
      const size = growth(at(x, c), at(y, CELLS - 1 - r));
      values[r * CELLS + c] = Number.isFinite(size) ? 1 - Math.min(size, 1e6) : -1e6;
    }
  }
  const lines = zeroLines(values, CELLS, CELLS);
  return { x, y, values, lines, place: (/** @type {number} */ column, /** @type {number} */ row) => [at(x, column), at(y, CELLS - 1 - row)] };
}

/** @param {Pen} pen @param {Scales} scales @param {ReturnType<typeof region>} found @param {string} colour @param {{filled?: boolean, dash?: number[]}} [options] */
export function paintRegion(pen, { X, Y }, { x, y, values, lines, place }, colour, { filled = true, dash = [] } = {}) {
  if (filled) {
    pen.fillStyle = colour;
    pen.globalAlpha = 0.2;
    const [w, h] = [(X(x[1]) - X(x[0])) / (CELLS - 1), (Y(y[0]) - Y(y[1])) / (CELLS - 1)];
    pen.beginPath();
    for (let r = 0; r < CELLS; r++) {
      for (let c = 0, from = -1; c <= CELLS; c++) {
        const inside = c < CELLS && values[r * CELLS + c] >= 0;
        if (inside && from < 0) from = c;
        if (!inside && from >= 0) {
          pen.rect(X(x[0]) + (from - 0.5) * w, Y(y[1]) + (r - 0.5) * h, (c - from) * w, h);
          from = -1;
        }
      }
    }
    pen.fill();
    pen.globalAlpha = 1;
  }
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.setLineDash(dash);
  strokeLines(pen, lines, (column, row) => {
    const [u, v] = place(column, row);
    return [X(u), Y(v)];
  });
  pen.setLineDash([]);
}
