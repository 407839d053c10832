/** What the layers of a net compute: its sizes and its coefficients times h. */

import { classesOf } from "../setup/configuration.mjs";
import { tableauOf } from "../setup/tableau.mjs";

/** @import { ActivationName, Configuration } from "../types.mjs" */

/**
 * What the layers of a net compute.
 * @typedef {object} Layers
 * @property {number} d_hat
 * @property {number} L
 * @property {number} classes
 * @property {ActivationName} activation
 * @property {boolean} carried    whether y[l] is carried to y[l+1]; not by the StandardNet
 * @property {Float32Array[]} A   h A, row by row
 * @property {Float32Array} beta  h beta
 * @property {boolean} learned    whether the lift is trained
 */

/** @param {Configuration} configuration @returns {Layers} */
export function layersOf(configuration) {
  const { d_hat, L, activation, h, lift } = configuration;
  const common = { d_hat, L, classes: classesOf(configuration), activation, learned: lift === "learned" };
  if (configuration.net === "StandardNet") {
    return { ...common, carried: false, A: [new Float32Array(1)], beta: new Float32Array([1]) };
  }
  const { A, beta } = tableauOf(configuration);
  const times = (/** @type {number[]} */ row) => new Float32Array(row.map((a) => h * a));
  return { ...common, carried: true, A: A.map(times), beta: times(beta) };
}
