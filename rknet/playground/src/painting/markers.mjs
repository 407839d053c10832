/** Points in the colours and markers of their classes. */

import { largest } from "../geometry/extremes.mjs";

/** @import { Pen } from "./panel.mjs" */

/** Corners of the markers of class 1, 2, ...; class 0 has a disc. */
const MARKERS = [
  [0, -1.3, 1.15, 0.75, -1.15, 0.75], [-0.95, -0.95, 0.95, -0.95, 0.95, 0.95, -0.95, 0.95], [0, -1.35, 1.35, 0, 0, 1.35, -1.35, 0],
  [0, 1.3, 1.15, -0.75, -1.15, -0.75],
  [-1.3, -0.5, -0.5, -0.5, -0.5, -1.3, 0.5, -1.3, 0.5, -0.5, 1.3, -0.5, 1.3, 0.5, 0.5, 0.5, 0.5, 1.3, -0.5, 1.3, -0.5, 0.5, -1.3, 0.5],
];

/** Adds the marker of class k to the path. @param {Pen} pen @param {number} k @param {number} x @param {number} y @param {number} r */
export function marker(pen, k, x, y, r) {
  if (k === 0) {
    pen.moveTo(x + r, y);
    pen.arc(x, y, r, 0, 2 * Math.PI);
    return;
  }
  const corners = MARKERS[k - 1];
  pen.moveTo(x + r * corners[0], y + r * corners[1]);
  for (let i = 2; i < corners.length; i += 2) pen.lineTo(x + r * corners[i], y + r * corners[i + 1]);
  pen.closePath();
}

/** The marker of class k as a path of SVG. @param {number} k @param {number} r */
export function outline(k, r) {
  if (k === 0) return `M${r} 0A${r} ${r} 0 1 1 ${-r} 0A${r} ${r} 0 1 1 ${r} 0Z`;
  return `M${MARKERS[k - 1].map((x) => r * x).join(" ")}Z`;
}

/**
 * Points in the colours and markers of their classes.
 * @param {Pen} pen
 * @param {ArrayLike<number>} places  x, y on the canvas, one point after the other
 * @param {Iterable<number> & ArrayLike<number>} c
 * @param {string[]} colours
 * @param {number} size
 * @param {number} [alpha]
 */
export function paintPoints(pen, places, c, colours, size, alpha = 0.8) {
  const classes = 1 + largest(c, -1);
  pen.globalAlpha = alpha;
  for (let k = 0; k < classes; k++) {
    pen.fillStyle = colours[k];
    pen.beginPath();
    for (let n = 0; n < c.length; n++) if (c[n] === k) marker(pen, k, places[2 * n], places[2 * n + 1], size);
    pen.fill();
  }
  pen.globalAlpha = 1;
}
