/** What is happening, in one sentence or two. */

import { percent, short } from "./numbers.mjs";

/** @import { Configuration, Configured, Snapshot } from "../types.mjs" */

/** What the accuracy counts. @param {Configuration} configuration */
export function judged({ data }) {
  return typeof data === "string" || data.validation ? "new points" : "the points";
}

/**
 * What is happening, in one sentence or two.
 * @param {Configured} run
 * @param {Snapshot} snapshot
 * @param {number[]} spread  of the features, by layer
 * @param {string} about     what the preset shows, if it is one
 */
export function narration(run, snapshot, spread, about) {
  const { history, epoch, step, state } = snapshot, { L, h, net, rate, epochs } = run.configuration;
  const last = (/** @type {number[]} */ values) => values[values.length - 1];
  const points = judged(run.configuration), accuracy = last(history.val_accuracy), training = last(history.train_accuracy), cost = last(history.val_cost);
  const kept = spread.length ? spread[L] / spread[0] : 1;
  const collapse = kept < 1e-2
    ? `The features are collapsing: at layer ${L} their spread is ${kept === 0 ? "0" : short(Number(kept.toPrecision(1)))} of what it was at the input${kept < 1e-5 ? ", so every point gets the same answer" : ""}. ` : "";
  if (state === "diverged") {
    return `Training has diverged: the cost is no longer a finite number. Reset, and take a smaller learning rate than ${short(rate)}${net === "RKNet" ? ` or a smaller step than h = ${short(h)}` : ""}.`;
  }
  if (step === 0) return `${collapse.trim() || about || "Nothing has been learned yet: the weights are random."} Press play.`;
  const done = state === "finished" ? `All ${epochs} epochs are done. ` : "";
  if (!Number.isFinite(accuracy) || history.val_accuracy.length < 2) return `${collapse.trim() || about || "The first epoch is under way."}`.trim();
  if (collapse) return done + collapse.trim();
  if (run.bayes !== null && accuracy > run.bayes - 0.01) {
    return `${done}${percent(accuracy)} of ${points} are right; the best possible classifier gets ${percent(run.bayes)}. There is almost nothing left to gain.`;
  }
  if (training - accuracy > 0.05) return `${done}The network is right on ${percent(training)} of the points it was trained with, but on ${percent(accuracy)} of new ones: it learns them by heart.`;
  if (accuracy < 1 / run.classes + 0.03) return `${done}Nothing learned so far: ${percent(accuracy)} is the level of chance, and the cost of ${cost.toFixed(2)} is that of guessing.`;
  const limit = run.bayes === null ? "" : ` The best possible is ${percent(run.bayes)}.`;
  return `${done}${percent(accuracy)} of ${points} are right after ${epoch === 1 ? "one epoch" : `${epoch} epochs`}.${limit}${about && epoch > 2 ? ` ${about}` : ""}`;
}
