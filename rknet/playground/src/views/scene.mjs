/** What is drawn of a net in feature space; made by a page, known to no page. */

/** @import { Look } from "../setup/link.mjs" */
/** @import { Classifier } from "../types.mjs" */
/** @import { Theme } from "../painting/colours.mjs" */
/** @import { Box } from "../painting/space.mjs" */

/**
 * Features in the components that are shown.
 * @typedef {object} Followed
 * @property {ArrayLike<number>} at  (L+1, n, components)
 * @property {number} components  2 or 3
 * @property {number} n
 * @property {number} L
 */

/**
 * One point on its way through the layers.
 * @typedef {object} Traced
 * @property {ArrayLike<number>} at  (L+1, components)
 * @property {number} answer         the class that the net gives it
 */

/**
 * @typedef {object} Scene
 * @property {Followed} flow
 * @property {ArrayLike<number>} c   classes of the points
 * @property {number} layer          the layer that is shown
 * @property {Box} box
 * @property {Look} look
 * @property {Theme} theme
 * @property {string} letter         of the axes
 * @property {Classifier|null} classifier  where all features are shown, so that its boundary can be
 * @property {Mesh|null} mesh        the grid of the input plane
 * @property {Traced|null} traced
 */

/**
 * The grid of the input plane at the layer that is shown: points line by line.
 * @typedef {object} Mesh
 * @property {ArrayLike<number>} at  (points, components)
 * @property {number} components
 * @property {number} line           points on a line
 * @property {ArrayLike<number>} answers  the class that the net gives to each point
 */

/** Point n at layer l. @param {Followed} flow @param {number} l @param {number} n @returns {[number, number, number]} */
export const place = ({ at, n: count, components }, l, n) => placed(at, components, l * count + n);

/** @param {ArrayLike<number>} at @param {number} components @param {number} row @returns {[number, number, number]} */
export function placed(at, components, row) {
  const k = row * components;
  return [at[k], at[k + 1], components === 3 ? at[k + 2] : 0];
}
