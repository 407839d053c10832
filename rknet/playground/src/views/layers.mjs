/** Spread and size of the features, layer by layer. */

import { largest, smallest } from "../geometry/extremes.mjs";
import { range } from "../geometry/grid.mjs";
import { shownLayer } from "../page/state.mjs";
import { paintPlot } from "../painting/plot.mjs";
import { raised } from "../words/numbers.mjs";
import { netStyle } from "./epochs.mjs";

/** @import { Pen } from "../painting/panel.mjs" */
/** @import { State } from "../page/state.mjs" */

/** @param {State} state @param {Pen} pen @param {number} width @param {number} height */
export function paintLayers(state, pen, width, height) {
  const { flow, theme } = state;
  if (!flow) return;
  const { L, spread, norms } = flow, { colour, dash } = netStyle(state), [low, high] = decades([...spread, ...Array.from(norms)]);
  const each = Math.max(1, Math.ceil((high - low) / 4));
  const powers = range(low, high).filter((power) => (power - low) % each === 0);
  paintPlot(pen, width, height, theme, {
    title: width < 240 ? "spread, norm (thin) by layer" : "features by layer: spread, and norm (thin)",
    x: [0, L], y: [10 ** low, 10 ** high], log: true, yTicks: powers.map((power) => 10 ** power),
    xTicks: L > 1 ? [0, Math.round(L / 2), L] : [0, 1], marked: shownLayer(state),
    written: (y) => `10${raised(Math.round(Math.log10(y)))}`,
    lines: [{ y: norms, colour: theme.muted, width: 1 }, { y: spread, colour, dash, width: 2.2 }],
  });
}

/** The powers of ten between which all sizes lie. @param {number[]} sizes */
export function decades(sizes) {
  const all = sizes.filter((value) => value > 0 && value < Infinity);
  const low = Math.floor(Math.log10(smallest(all, 0.1))), high = Math.ceil(Math.log10(largest(all, 10)));
  return [Math.max(-12, low), high];
}
