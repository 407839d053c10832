/** The sizes of weights and costates, layer by layer. */

import { norms } from "../geometry/features.mjs";
import { range } from "../geometry/grid.mjs";
import { shownLayer } from "../page/state.mjs";
import { paintPlot } from "../painting/plot.mjs";
import { raised } from "../words/numbers.mjs";
import { decades } from "./layers.mjs";

/** @import { Pen } from "../painting/panel.mjs" */
/** @import { State } from "../page/state.mjs" */

/** Dashes of the curves, as the legend has them. */
export const DASHES = { K: [], b: [7, 3], costates: [1.5, 3] };

/** @param {State} state @param {Pen} pen @param {number} width @param {number} height */
export function paintSizes(state, pen, width, height) {
  const { inside, theme } = state;
  if (!inside) return;
  const { K, b, costates } = inside, L = costates.length - 1, of = { K: norms(K, L), b: norms(b, L) };
  const [low, high] = decades([...of.K, ...of.b, ...costates]);
  const each = Math.max(1, Math.ceil((high - low) / 4)), powers = range(low, high).filter((power) => (power - low) % each === 0);
  paintPlot(pen, width, height, theme, {
    title: "sizes by layer", x: [0, L], y: [10 ** low, 10 ** high], log: true, marked: shownLayer(state),
    yTicks: powers.map((power) => 10 ** power), xTicks: L > 1 ? [0, Math.round(L / 2), L] : [0, 1],
    written: (y) => `10${raised(Math.round(Math.log10(y)))}`,
    lines: [
      { y: of.K, colour: theme.classes[0], dash: DASHES.K, dots: L === 1 },
      { y: of.b, colour: theme.classes[1], dash: DASHES.b, dots: L === 1 },
      { y: costates, colour: theme.text, dash: DASHES.costates, width: 2.2 },
    ],
  });
}
