/** The accuracy by epoch, below that of the best classifier. */

import { smallest } from "../geometry/extremes.mjs";
import { paintPlot } from "../painting/plot.mjs";
import { changes, curves, lastEpoch } from "./epochs.mjs";

/** @import { Pen } from "../painting/panel.mjs" */
/** @import { State } from "../page/state.mjs" */

/** @param {State} state @param {Pen} pen @param {number} width @param {number} height */
export function paintAccuracy(state, pen, width, height) {
  const { run, snapshot, theme } = state;
  if (!run) return;
  const { train_accuracy, val_accuracy } = snapshot?.history ?? { train_accuracy: [], val_accuracy: [] };
  const least = smallest(train_accuracy, smallest(val_accuracy, 1));
  const low = [0.8, 0.6, 0.4, 0.2].find((value) => value <= least) ?? 0;
  const x = lastEpoch(state);
  paintPlot(pen, width, height, theme, {
    title: "accuracy in %", x: [0, x], y: [low, 1.02], xTicks: [0, x / 2, x],
    yTicks: [0, 0.2, 0.4, 0.6, 0.8, 0.9, 1].filter((value) => value >= low && (value !== 0.9 || low === 0.8)),
    written: (y) => String(Math.round(100 * y)), lines: curves(state, train_accuracy, val_accuracy),
    marks: changes(state), levels: run.bayes === null ? [] : [run.bayes],
  });
}
