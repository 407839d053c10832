/** The laboratory of Section 4.4: what a trained net makes of its input, layer by layer, and what it answers. */

import { node } from "../page/elements.mjs";
import { components, deviations, layerAt } from "./components.mjs";
import { trained } from "./configured.mjs";
import { flowOf } from "./double.mjs";
import { newRunner, told } from "./runner.mjs";
import { accuracyPanel, predictionPanel, spacePanel } from "./trained_views.mjs";

/** @import { Frame, Running, Values } from "./types.mjs" */
/** @import { Runner } from "./runner.mjs" */

/** @param {Values} values @param {any} given */
function numbers({ way, ...values }, given) {
  const { history, flow, c } = trained(values, given), found = components(flow, c), layer = layerAt(way, values.L);
  const accuracy = history.val_accuracy[history.val_accuracy.length - 1];
  return { accuracy, layer, variances: found.variances, deviations: deviations(found, layer) };
}

/** The components of all layers, and the classes of their points. @param {Runner} runner */
function componentsOf({ run, flow: few, weights }) {
  if (!run || !few) return null;
  const flow = weights ? flowOf(weights, run.configuration, run.validation.X) : few;
  const c = run.validation.c.subarray(0, flow.n);
  return { ...components(flow, c), c };
}

/** @param {Frame} frame @returns {Running} */
function open(frame) {
  const { given, values } = frame;
  /** @type {ReturnType<typeof componentsOf>} */ let found = null;
  const runner = newRunner(frame, (now) => {
    found = componentsOf(now);
    frame.say(`${told(now, frame)} Drag the features to turn them, and slide through the layers.`);
    repaint();
  });
  const title = node("span");
  const space = spacePanel(frame, given, () => found && { ...found, layer: Math.min(layerAt(values.way, found.L), found.L) }, title);
  const panels = [space, predictionPanel(frame, runner), accuracyPanel(frame, runner)];
  function repaint() {
    const L = found?.L ?? values.L;
    title.textContent = `features at layer ${layerAt(values.way, L)} of ${L}`;
    for (const panel of panels) panel.soon();
  }
  return {
    update(changed) {
      if (changed.length > 1 || changed[0] !== "way") runner.begin(true);
      repaint();
    },
    close: () => runner.close(),
  };
}

export const features = { numbers, open };
