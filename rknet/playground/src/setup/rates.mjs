/** The learning rate of a run, which may be changed while the net is trained: from which step on, and to what. */

import { LIMITS } from "./choices.mjs";
import { refuse } from "./refuse.mjs";

/** @import { Configuration } from "../types.mjs" */

/** The part of a configuration that states learning rates. @typedef {{rate: number, rates?: [number, number][]}} Rated */

/** The learning rate of the step after so many. @param {Rated} configuration @param {number} steps */
export function rateAt({ rate, rates = [] }, steps) {
  return rates.reduce((now, [from, next]) => (from <= steps ? next : now), rate);
}

/** How many steps are taken until the rate changes next. @param {Rated} configuration @param {number} steps */
export function untilChange({ rates = [] }, steps) {
  return (rates.find(([from]) => from > steps)?.[0] ?? Infinity) - steps;
}

/** The changes, with another rate from the present step on; changes that were to come are dropped. @param {Rated} configuration @param {number} steps @param {number} rate @returns {[number, number][]} */
export function changedRates({ rate: first, rates = [] }, steps, rate) {
  const before = rates.filter(([from]) => from < steps);
  return rateAt({ rate: first, rates: before }, steps) === rate ? before : [...before, [steps, rate]];
}

/** @param {unknown} rates @throws {Error} one line, unless they are pairs (step, rate) of rising steps */
export function checkRates(rates) {
  const [least, most] = LIMITS.rate, many = LIMITS.changes[1];
  const right = Array.isArray(rates) && rates.length <= many && rates.every((change, k) => {
    if (!Array.isArray(change) || change.length !== 2) return false;
    const [step, rate] = change;
    return Number.isInteger(step) && step > (k ? rates[k - 1][0] : 0) && typeof rate === "number" && rate >= least && rate <= most;
  });
  if (!right) refuse("rates", `a list of at most ${many} pairs [step, rate] with rising steps from 1 on and rates in ${least} .. ${most}`, rates);
}

/** The same configuration with its present rate from the first step on. @param {Configuration} configuration @param {number} steps @returns {Configuration} */
export function steady(configuration, steps) {
  return { ...configuration, rate: rateAt(configuration, steps), rates: [] };
}
