/** The six views of a net, each a canvas. */

import { newPanel } from "../page/panels.mjs";
import { paintAccuracy } from "./accuracy.mjs";
import { paintCost } from "./cost.mjs";
import { paintDecision } from "./decision.mjs";
import { paintFeatures } from "./features.mjs";
import { paintLayers } from "./layers.mjs";
import { paintTrajectories } from "./trajectories.mjs";

/** @import { Pen } from "../painting/panel.mjs" */
/** @import { Page, State } from "../page/state.mjs" */

/** @param {Page} page @returns {Page['views']} */
export function newViews(page) {
  const view = (
    /** @type {string} */ label,
    /** @type {(state: State, pen: Pen, width: number, height: number) => void} */ paint,
  ) => newPanel(page, label, (pen, width, height) => paint(page.state, pen, width, height));
  return {
    trajectories: view("Trajectories of fifty points through the layers", paintTrajectories),
    features: view("Features at the chosen layer", paintFeatures),
    decision: view("Answers of the network on the plane, over the validation points", paintDecision),
    accuracy: view("Accuracy by epoch", paintAccuracy),
    cost: view("Cost by epoch", paintCost),
    layers: view("Size and spread of the features by layer", paintLayers),
  };
}
