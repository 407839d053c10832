/** What is happening, in one sentence or two. */

import { rateAt } from "../setup/rates.mjs";
import { decimal, percent, short } from "./numbers.mjs";

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
 * @param {string} [guess]   what is to be said of regions without points
 */
export function narration(run, snapshot, spread, about, guess = "") {
  const { history, step, state } = snapshot, accuracy = last(history.val_accuracy);
  const collapse = collapsing(spread, run.configuration.L);
  if (state === "diverged") return diverged(run.configuration, step);
  if (step === 0) return `${collapse || about || "Nothing has been learned yet: the weights are random."} Press play.`;
  if (!Number.isFinite(accuracy) || history.val_accuracy.length < 2) {
    return collapse || about || "The first epoch is under way.";
  }
  const done = state === "finished" ? `All ${run.configuration.epochs} epochs are done. ` : "";
  return done + (collapse || restless(run, snapshot) || `${learned(run, snapshot, about)}${guess && ` ${guess}`}`);
}

/** Epochs that a cost is judged by, and learning rates that may be too large. */
const RECENT = 4, LARGE_RATE = 0.01;

/** @param {number[]} values */
const last = (values) => values[values.length - 1];

/** @param {number[]} spread @param {number} L */
function collapsing(spread, L) {
  const kept = spread.length ? spread[L] / spread[0] : 1;
  if (!(kept < 1e-2)) return "";
  const share = kept === 0 ? "0" : short(Number(kept.toPrecision(1)));
  const answer = kept < 1e-5 ? ", so every point gets the same answer" : "";
  return `The features are collapsing: at layer ${L} their spread is ${share} of what it was at the input${answer}.`;
}

/** @param {Configuration} configuration @param {number} step */
function diverged({ net, h, ...rates }, step) {
  const rate = rateAt(rates, step);
  const smallerStep = net === "RKNet" ? `a smaller step than h = ${short(h)}` : "";
  if (step === 0) return `The features overflow before training begins. Take ${smallerStep || "smaller weights"}.`;
  const remedy = `a smaller learning rate than ${short(rate)}${smallerStep && ` or ${smallerStep}`}`;
  return `Training has diverged: the cost is no longer a finite number. Reset, and take ${remedy}.`;
}

/** A cost that jumps instead of falling, and what to do. @param {Configured} run @param {Snapshot} snapshot */
function restless({ classes, configuration: { net, h, ...rates } }, { step, history: { val_cost, val_accuracy } }) {
  const lately = val_cost.slice(-RECENT), guess = Math.log(classes), rate = rateAt(rates, step);
  if (lately.length < RECENT || rate < LARGE_RATE) return "";
  const least = Math.min(...lately), most = Math.max(...lately);
  const settled = most < 0.5 * guess || (least < 0.85 * guess && last(lately) < 1.15 * least);
  if (settled) return "";
  const smallerStep = net === "RKNet" && h > 0.5 ? ` or a smaller step size than h = ${short(h)}` : "";
  return `The cost does not settle: it was between ${decimal(least, 2)} and ${decimal(most, 2)} in the last epochs, and ` +
    `${percent(last(val_accuracy))} are right. The steps of training are too large; take a smaller learning rate than ` +
    `${short(rate)}${smallerStep}.`;
}

/** What the accuracy says, once an epoch is done. @param {Configured} run @param {Snapshot} snapshot @param {string} about */
function learned({ bayes, classes, configuration }, { history, epoch, state }, about) {
  const accuracy = last(history.val_accuracy), training = last(history.train_accuracy);
  const right = `${percent(accuracy)} of ${judged(configuration)} are right`;
  if (bayes !== null && accuracy > bayes - 0.01) {
    const chance = accuracy > bayes ? "; these points happen to be easier" : "";
    return `${right}; on average, no classifier can exceed ${percent(bayes)}${chance}.`;
  }
  if (training - accuracy > 0.05) {
    return `The network is right on ${percent(training)} of the points it was trained with, but on ${percent(accuracy)} of new ones: it learns them by heart.`;
  }
  if (accuracy < 1 / classes + 0.03) {
    const cost = guessing(last(history.val_cost), Math.log(classes));
    return `Nothing learned so far: ${percent(accuracy)} is the level of chance, and ${cost}.`;
  }
  const limit = bayes === null ? "" : ` The best possible is ${percent(bayes)}.`;
  const after = state === "finished" ? "" : ` after ${epoch === 1 ? "one epoch" : `${epoch} epochs`}`;
  return `${right}${after}.${limit}${about && epoch > 2 ? ` ${about}` : ""}`;
}

/** A cost beside the one that equal probabilities have. @param {number} cost @param {number} guess */
function guessing(cost, guess) {
  const near = cost > 0.9 * guess && cost < 1.1 * guess;
  const beside = near ? "that of guessing" : `${cost > guess ? "above" : "below"} the ${decimal(guess, 2)} of guessing`;
  return `the cost of ${decimal(cost, 2)} is ${beside}`;
}
