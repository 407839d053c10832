/** The regions of a classifier, and lines over them. */

import { CLASS_COLOURS } from "./colours.mjs";

/** @import { Pen } from "./panel.mjs" */

/** @param {Pen} pen @param {number[][]} lines @param {(x: number, y: number) => [number, number]} place */
export function strokeLines(pen, lines, place) {
  pen.beginPath();
  for (const line of lines) {
    for (let k = 0; k < line.length; k += 2) {
      const [x, y] = place(line[k], line[k + 1]);
      if (k) pen.lineTo(x, y);
      else pen.moveTo(x, y);
    }
  }
  pen.stroke();
}

/**
 * Regions of a classifier as a picture of side x side pixels: the colour of the most probable class, stronger where it
 * is more probable. Red, green, blue and opacity, row by row.
 * @param {ArrayLike<number>} P  (cells, cells, classes)
 * @param {number} cells
 * @param {number} classes
 * @param {number} side
 * @param {boolean} [discrete]  whether every answer has the same strength
 */
export function regions(P, cells, classes, side, discrete = false) {
  const bytes = new Uint8ClampedArray(4 * side * side);
  const rgb = CLASS_COLOURS.map((colour) => [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16)));
  const p = new Float64Array(classes);
  for (let i = 0; i < side; i++) {
    const y = Math.min(cells - 1, Math.max(0, ((i + 0.5) * cells) / side - 0.5));
    const i0 = Math.min(cells - 2, Math.floor(y)), v = y - i0;
    for (let j = 0; j < side; j++) {
      const x = Math.min(cells - 1, Math.max(0, ((j + 0.5) * cells) / side - 0.5));
      const j0 = Math.min(cells - 2, Math.floor(x)), u = x - j0;
      const corner = (i0 * cells + j0) * classes, below = corner + cells * classes;
      let best = 0;
      for (let k = 0; k < classes; k++) {
        p[k] = (1 - v) * ((1 - u) * P[corner + k] + u * P[corner + classes + k])
          + v * ((1 - u) * P[below + k] + u * P[below + classes + k]);
        if (p[k] > p[best]) best = k;
      }
      const sure = discrete ? 0.8 : (p[best] - 1 / classes) / (1 - 1 / classes);
      const pixel = 4 * (i * side + j), colour = rgb[best];
      for (let k = 0; k < 3; k++) bytes[pixel + k] = colour[k];
      bytes[pixel + 3] = 255 * (0.1 + 0.27 * sure);
    }
  }
  return bytes;
}
