/** The laboratory of Section 4: a net is trained; its answers, the spread of its features, its accuracy. */

import { spreads } from "../geometry/features.mjs";
import { paintChart, power, powers } from "./chart.mjs";
import { trained } from "./configured.mjs";
import { flowOf } from "./double.mjs";
import { newRunner, told } from "./runner.mjs";
import { accuracyPanel, netStyle, pastLines, predictionPanel } from "./trained_views.mjs";

/** @import { Frame, Running, Values } from "./types.mjs" */
/** @import { Runner } from "./runner.mjs" */

/** @param {Values} values @param {any} given */
function numbers(values, given) {
  const { history, flow } = trained(values, given);
  return { cost: history.val_cost, accuracy: history.val_accuracy, spread: spreads(/** @type {any} */ (flow)) };
}

/** The spread of the features layer by layer: of a few points while the net is trained, then of all and exactly. @param {Runner} runner */
function spreadOf({ run, flow, weights }) {
  if (run && weights) return spreads(/** @type {any} */ (flowOf(weights, run.configuration, run.validation.X)));
  return flow ? spreads(flow) : [];
}

/** @param {Frame} frame @returns {Running} */
function open(frame) {
  /** @type {number[]} */ let spread = [];
  const runner = newRunner(frame, (now) => {
    spread = spreadOf(now);
    const kept = spread.length ? spread[spread.length - 1] / spread[0] : 1;
    frame.say(told(now, frame) + (kept < 1e-2 ? ` The features collapse: in the last layer their spread is ${kept.toExponential(0)} of what it was.` : ""));
    for (const panel of panels) panel.soon();
  });
  const layers = frame.panel("Spread of the features by layer, on a logarithmic scale", (pen, width, height) => {
    const L = Math.max(1, spread.length - 1, (runner.past?.spread.length ?? 0) - 1), { colour, dash } = netStyle(frame);
    const least = Math.max(-14, Math.floor(Math.log10(Math.min(0.1, ...[...spread, ...(runner.past?.spread ?? [])].filter((value) => value > 0)))));
    paintChart(pen, width, height, frame.theme, {
      x: [0, L], y: [10 ** least, 100], logY: true, xTicks: L > 1 ? [0, Math.round(L / 2), L] : [0, 1], yTicks: powers(least, 2), yWritten: power, xName: "layer",
      lines: [...pastLines(runner.past?.spread, frame), { x: spread.map((_, l) => l), y: spread.map((value) => Math.max(value, 1e-15)), colour, dash, width: 2.2 }],
    });
  }, "spread of the features");
  const panels = [predictionPanel(frame, runner), layers, accuracyPanel(frame, runner)];
  frame.views.prepend(panels[0].canvas.parentElement ?? panels[0].canvas);
  return {
    update(changed) {
      if (changed.length) runner.begin(true);
    },
    close: () => runner.close(),
  };
}

export const training = { numbers, open };
