/** Points of the reader's own: their grid, their text in a link, and two moons to begin with. */

import { EDGE } from "../data/points.mjs";
import { largest } from "../geometry/extremes.mjs";

/** @import { Given } from "../types.mjs" */

/** Classes to draw; a link has room for four. */
export const OWN_CLASSES = 3;

/** The nearest place that a link can hold. @param {number} x */
export function onGrid(x) {
  return Math.round(Math.min(1, Math.max(0, (x + EDGE) / (2 * EDGE))) * 255) / 255 * 2 * EDGE - EDGE;
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Points as text, three letters each: 8 bits per coordinate, 2 bits for the class. @param {{X: number[][], c: number[]}} points */
export function packed(points) {
  return points.X.map(([x1, x2], n) => {
    const [p, q] = [x1, x2].map((x) => Math.round(((onGrid(x) + EDGE) / (2 * EDGE)) * 255));
    const bits = (p << 10) | (q << 2) | points.c[n];
    return BASE64[bits >> 12] + BASE64[(bits >> 6) & 63] + BASE64[bits & 63];
  }).join("");
}

/** The inverse of `packed`. @param {string} text @returns {Given} */
export function unpacked(text) {
  /** @type {Given} */
  const points = { classes: 2, X: [], c: [] };
  for (let k = 0; k + 3 <= text.length; k += 3) {
    const [a, b, c] = [0, 1, 2].map((i) => BASE64.indexOf(text[k + i]));
    if (Math.min(a, b, c) < 0) throw new Error(`points: must be written in letters of ${BASE64}, got ${text[k]}`);
    const bits = (a << 12) | (b << 6) | c;
    points.X.push([bits >> 10, (bits >> 2) & 255].map((p) => (p / 255) * 2 * EDGE - EDGE));
    points.c.push(bits & 3);
  }
  return withClasses(points);
}

/** Points with as many classes as they use, at least two. @param {Given} points @returns {Given} */
export function withClasses(points) {
  return { ...points, classes: 1 + largest(points.c, 1) };
}

/** Shown when a reader first asks for points of their own: two moons. @returns {{X: number[][], c: number[]}} */
export function moons() {
  const X = [], c = [];
  for (let i = 0; i < 24; i++) {
    const t = (Math.PI * (i + 0.5)) / 24;
    const r = 2 + 0.35 * Math.sin(9 * i);
    X.push([-1 + r * Math.cos(t), -0.6 + r * Math.sin(t)], [1 - r * Math.cos(t), 0.6 - r * Math.sin(t)]);
    c.push(0, 1);
  }
  return { X: X.map((point) => point.map(onGrid)), c };
}
