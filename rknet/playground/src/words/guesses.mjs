/** A sentence on the regions of the prediction in which the network has seen no point. */

import { EDGE } from "../data/points.mjs";
import { emptyRegions } from "../geometry/islands.mjs";
import { COLOUR_NAMES } from "./names.mjs";

/** @import { Points } from "../types.mjs" */

/** Smaller parts of the plane are not worth a word. */
const LEAST = 0.004;

/**
 * @param {ArrayLike<number>} P  (cells, cells, classes) @param {number} cells @param {number} classes @param {Points} train
 * @returns {string} "" where every region of some size holds a training point
 */
export function guesses(P, cells, classes, { X }) {
  const cell = (/** @type {number} */ t) => Math.floor((t / (2 * EDGE)) * cells);
  const places = Array.from({ length: X.length / 2 }, (_, n) =>
    /** @type {[number, number]} */ ([cell(X[2 * n] + EDGE), cell(EDGE - X[2 * n + 1])]));
  const [first] = emptyRegions(P, cells, classes, places).filter(({ share }) => share > LEAST);
  if (!first) return "";
  const third = (/** @type {number} */ t, /** @type {string[]} */ names) => names[Math.min(2, Math.floor((3 * t) / cells))];
  const [up, across] = [third(first.row, ["top", "", "bottom"]), third(first.column, ["left", "", "right"])];
  const where = up || across ? `at the ${[up, across].filter(Boolean).join(" ")}` : "in the middle";
  return `No training point lies in the ${COLOUR_NAMES[first.class]} region ${where}: its colour is a guess.`;
}
