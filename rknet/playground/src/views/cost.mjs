/** The cost by epoch. */

import { largest } from "../geometry/extremes.mjs";
import { paintPlot } from "../painting/plot.mjs";
import { short } from "../words/numbers.mjs";
import { changes, curves, lastEpoch } from "./epochs.mjs";

/** @import { Pen } from "../painting/panel.mjs" */
/** @import { State } from "../page/state.mjs" */

/** @param {State} state @param {Pen} pen @param {number} width @param {number} height */
export function paintCost(state, pen, width, height) {
  const { train_cost, val_cost } = state.snapshot?.history ?? { train_cost: [], val_cost: [] };
  const most = largest([...train_cost, ...val_cost].filter(Number.isFinite), 0.1);
  const top = [0.2, 0.4, 0.8, 1.2, 2, 4, 8].find((value) => value >= most) ?? most;
  const x = lastEpoch(state);
  paintPlot(pen, width, height, state.theme, {
    title: "cost", x: [0, x], y: [0, top], yTicks: [0, top / 2, top], xTicks: [0, x / 2, x],
    written: (y) => short(Number(y.toPrecision(2))), lines: curves(state, train_cost, val_cost),
    marks: changes(state),
  });
}
