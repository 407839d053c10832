/** The best classifier of a point set, and the accuracy that no net can exceed. */

import { SETS } from "../setup/choices.mjs";
import { densitiesOf } from "./densities.mjs";
import { labelOf } from "./points.mjs";

/** @import { LawName } from "../types.mjs" */

/**
 * The best classifier of a law: it answers with the class of the largest density, that of the clean points of the class
 * convolved with the noise.
 * @typedef {object} Bayes
 * @property {number} accuracy  its accuracy, a fraction: what no net can exceed; computed when first read
 * @property {(X: ArrayLike<number>) => Float64Array} probability  (N, classes) for X (N, 2), row by row
 * @property {(x1: number, x2: number) => number} classAt
 */

/**
 * @param {LawName} law
 * @param {number} noise
 * @returns {Bayes}
 */
export function bayes(law, noise) {
  const { classes } = SETS[law];
  const { densities, accuracy } = noise === 0 ? { densities: null, accuracy: () => 1 } : densitiesOf(law, noise);
  /** @param {number} x1 @param {number} x2 @param {Float64Array} g @returns {void} */
  const fill = (x1, x2, g) => {
    g.fill(0);
    densities?.(x1, x2, g);
    const total = g.reduce((a, b) => a + b, 0);
    if (total > 0) for (let k = 0; k < classes; k++) g[k] /= total;
    else g[labelOf(law, x1, x2)] = 1; // without noise, or so far away that every density underflows
  };
  const one = new Float64Array(classes);
  /** @type {number|undefined} */
  let limit;
  return {
    get accuracy() {
      return (limit ??= accuracy());
    },
    classAt: (x1, x2) => {
      fill(x1, x2, one);
      return one.indexOf(Math.max(...one));
    },
    probability: (X) => {
      const result = new Float64Array((X.length / 2) * classes);
      for (let n = 0; 2 * n < X.length; n++) {
        fill(X[2 * n], X[2 * n + 1], result.subarray(n * classes, (n + 1) * classes));
      }
      return result;
    },
  };
}
