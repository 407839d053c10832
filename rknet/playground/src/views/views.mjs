/** The views of a net, each a canvas. */

import { newPanel } from "../page/panels.mjs";
import { sceneOf } from "../page/scene.mjs";
import { paintAccuracy } from "./accuracy.mjs";
import { paintCost } from "./cost.mjs";
import { paintDecision } from "./decision.mjs";
import { paintFeatures } from "./features.mjs";
import { paintLayers } from "./layers.mjs";
import { paintSizes } from "./sizes.mjs";
import { paintTrajectories } from "./trajectories.mjs";
import { paintWeights } from "./weights.mjs";

/** @import { Pen } from "../painting/panel.mjs" */
/** @import { Page, State } from "../page/state.mjs" */
/** @import { Scene } from "./scene.mjs" */

/** @typedef {(state: State, pen: Pen, width: number, height: number) => void} Paint */

/** @param {Page} page @returns {Page['views']} */
export function newViews(page) {
  const view = (
    /** @type {string} */ label,
    /** @type {Paint} */ paint,
  ) => newPanel(page, label, (pen, width, height) => paint(page.state, pen, width, height));
  return {
    trajectories: view("Trajectories of fifty points through the layers", ofScene(paintTrajectories, false)),
    features: view("Features at the chosen layer, and where the classifier parts them", ofScene(paintFeatures, true)),
    decision: view("Answers of the network on the plane, over the validation points", paintDecision),
    accuracy: view("Accuracy by epoch", paintAccuracy),
    cost: view("Cost by epoch", paintCost),
    layers: view("Size and spread of the features by layer", paintLayers),
    weights: view("Entries of K and b of the chosen layer", paintWeights),
    sizes: view("Sizes of weights and costates by layer", paintSizes),
  };
}

/** Paints feature space, once there is something in it. @param {(scene: Scene, pen: Pen, width: number, height: number) => void} paint @param {boolean} whole @returns {Paint} */
function ofScene(paint, whole) {
  return (state, pen, width, height) => {
    const scene = sceneOf(state, whole);
    if (scene) paint(scene, pen, width, height);
  };
}
