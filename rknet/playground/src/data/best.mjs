/** The boundaries between the regions of the best possible classifier. */

import { boundaries } from "../geometry/contours.mjs";
import { cellCentres, plane } from "../geometry/grid.mjs";
import { SETS } from "../setup/choices.mjs";
import { bayes } from "./bayes.mjs";

/** @import { Configuration } from "../types.mjs" */

/** Cells of the plane, a side. */
export const BEST_CELLS = 120;

/** What decides the boundaries. @param {Configuration} configuration */
export const bestKey = ({ data, noise }) => (typeof data === "string" ? `${data} ${noise}` : "");

/** @param {Configuration} configuration @returns {number[][]} polylines in cells; none where nobody knows, or no noise hides the truth */
export function bestBoundaries({ data, noise }) {
  if (typeof data !== "string" || noise === 0) return [];
  const P = bayes(data, noise).probability(cellCentres(plane(BEST_CELLS)));
  return boundaries(P, BEST_CELLS, BEST_CELLS, SETS[data].classes);
}
