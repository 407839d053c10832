/** What sets, nets, lifts and activations are called on the page. */

/** @import { Choice, Configuration } from "../types.mjs" */

/** @type {Record<string, string>} */
export const SET_NAMES = {
  donut_1D: "strip", donut_2D: "donut", squares: "squares", spiral: "spiral", donut_2D_6C: "rings", squares_2D_4C: "quadrants",
};

/** @type {Record<string, string>} */
export const NET_NAMES = {
  StandardNet: "StandardNet", euler: "EulerNet", heun: "Heun", kutta3: "Kutta 3", rk4: "RK4Net", rk38: "3/8 rule",
};

/** @type {Record<string, string>} */
export const LIFT_NAMES = { zero: "zeros added", linear: "random, linear", orthogonal: "random, orthogonal", learned: "learned" };

/** @type {Record<string, string>} */
export const ACTIVATION_NAMES = { tanh: "tanh", logistic: "logistic", relu: "ReLU", softplus: "softplus" };

export const OWN = "own points";

/** What a class is called in the reader's table; "" without one. @param {Pick<Configuration, "data">} configuration @param {number} k */
export const givenName = ({ data }, k) => (typeof data !== "string" && data.names?.classes[k]) || "";

/** What a class is called. @param {Pick<Configuration, "data">} configuration @param {number} k */
export const className = (configuration, k) => givenName(configuration, k) || `class ${k + 1}`;

export const OWN_TABLEAU = "own tableau";

/**
 * An experiment that a button offers: what it is called after, what it trains, what there is to see.
 * @typedef {{title: string, configuration: Choice, say: string}} Preset
 */

/** What the colours of the classes are called. */
export const COLOUR_NAMES = ["blue", "orange", "green", "yellow", "pink", "light blue"];
