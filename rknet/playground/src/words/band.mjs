/** Several runs of one network as a band: least, middle and most at every epoch, and what they are in words. */

import { decimal, percent } from "./numbers.mjs";

/** @typedef {{low: number[], median: number[], high: number[]}} Band */

/**
 * Least, median and most at each epoch, of the runs that have come so far and whose value is finite.
 * @param {number[][]} curves @returns {Band}
 */
export function bandOf(curves) {
  /** @type {Band} */ const band = { low: [], median: [], high: [] };
  for (let epoch = 0; ; epoch++) {
    const values = curves.map((curve) => curve[epoch]).filter(Number.isFinite).sort((a, b) => a - b);
    if (!values.length) return band;
    const middle = (values.length - 1) / 2;
    band.low.push(values[0]);
    band.median.push((values[Math.floor(middle)] + values[Math.ceil(middle)]) / 2);
    band.high.push(values[values.length - 1]);
  }
}

/** What is measured: a curve of a run's history, and how it is said. */
export const MEASURES = /** @type {const} */ ({ val_accuracy: "accuracy on new points", val_cost: "cost on new points" });

/**
 * The ends of the runs that are over, in words.
 * @param {import("../run/seeds.mjs").SeedRun[]} runs @param {keyof typeof MEASURES} measure @param {string} net
 */
export function bandWords(runs, measure, net) {
  const over = runs.filter((run) => run.over), ends = over.map(({ history }) => history?.[measure].slice(-1) ?? []);
  const { low: [low], median: [median], high: [high] } = bandOf(ends), fallen = ends.filter(([end]) => !Number.isFinite(end)).length;
  const which = over.length < runs.length ? `${over.length} of ${runs.length} seeds` : `All ${runs.length} seeds`;
  if (!over.length) return `${net}: no seed is trained to its end yet.`;
  const said = measure === "val_accuracy" ? percent : (/** @type {number} */ x) => decimal(x, 3);
  const lost = fallen ? ` ${fallen} ${fallen === 1 ? "run" : "runs"} diverged.` : "";
  if (low === undefined) return `${net}. ${which} trained:${lost}`;
  return ended(net, which, measure, [low, high, median].map(said)) + lost;
}

/** @param {string} net @param {string} which @param {keyof typeof MEASURES} measure @param {string[]} ends  least, most and median */
const ended = (net, which, measure, [low, high, median]) =>
  `${net}. ${which} trained: ${MEASURES[measure]} from ${low} to ${high}, median ${median}.`;

/** The longest words of runs that did not diverge. @param {string} net @param {number} seeds */
export const longest = (net, seeds) => ended(net, `All ${seeds} seeds`, "val_accuracy", [percent(1), percent(1), percent(1)]);
