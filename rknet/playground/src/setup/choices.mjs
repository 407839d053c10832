/** What can be chosen: point sets, activations, lifts, schemes, the range of each number, and the first choice. */

import limits from "../../limits.json" with { type: "json" };

/** @import { ActivationName, Configuration, LiftName, TableauText } from "../types.mjs" */

/** The two-dimensional sets of the paper: classes, and the noise the paper uses. */
export const SETS = /** @type {const} */ ({
  donut_1D: { title: "donut 1D", classes: 2, noise: 0.5 },
  donut_2D: { title: "donut 2D", classes: 2, noise: 0.2 },
  squares: { title: "squares", classes: 2, noise: 0.3 },
  spiral: { title: "spiral", classes: 2, noise: 1 },
  donut_2D_6C: { title: "donut 2D & 6C", classes: 6, noise: 0.2 },
  squares_2D_4C: { title: "squares 2D & 4C", classes: 4, noise: 0.3 },
});

/** @type {ActivationName[]} */
export const ACTIVATIONS = ["tanh", "logistic", "relu", "softplus"];

/** @type {LiftName[]} */
export const LIFTS = ["zero", "linear", "orthogonal", "learned"];

/** @type {Record<string, TableauText & {title: string}>} */
export const SCHEMES = {
  euler: { title: "Euler", A: [[]], beta: ["1"] },
  heun: { title: "Heun", A: [[], ["1"]], beta: ["1/2", "1/2"] },
  kutta3: { title: "Kutta 3", A: [[], ["1/2"], ["-1", "2"]], beta: ["1/6", "2/3", "1/6"] },
  rk4: { title: "RK4", A: [[], ["1/2"], ["0", "1/2"], ["0", "0", "1"]], beta: ["1/6", "1/3", "1/3", "1/6"] },
  rk38: { title: "3/8 rule", A: [[], ["1/3"], ["-1/3", "1"], ["1", "-1", "1"]], beta: ["1/8", "3/8", "3/8", "1/8"] },
};

/** @typedef {keyof typeof limits.real} Real */
/** @typedef {keyof typeof limits.whole} Whole */

/** Least and most of each number in a configuration, as rknet/playground/limits.py has them. */
export const LIMITS = /** @type {Record<Real|Whole, [number, number]>} */ ({ ...limits.real, ...limits.whole });
/** Which of them are whole. */
export const WHOLE = Object.keys(limits.whole);

/** @type {Configuration} */
export const DEFAULTS = {
  data: "donut_2D", noise: 0.2, samples: 1500, share: 0.5, net: "RKNet", scheme: "rk4", h: 0.05, d_hat: 3, L: 20,
  activation: "tanh", lift: "zero", rate: 1e-3, rates: [], decay: 0, batch: 5, epochs: 40, seed: 0,
};
