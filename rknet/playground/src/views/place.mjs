/** Where features lie in the space that is shown. */

/** @import { Followed, State } from "../page/state.mjs" */

/** Point n at layer l. @param {Followed} flow @param {number} l @param {number} n @returns {[number, number, number]} */
export function place({ at, n: count, components }, l, n) {
  const k = (l * count + n) * components;
  return [at[k], at[k + 1], components === 3 ? at[k + 2] : 0];
}

/** The axes are called y, or p where they are principal components. @param {State} state */
export const letter = ({ configuration }) => (configuration.d_hat <= 3 ? "y" : "p");
