/** How the net is trained, besides the learning rate: batch, epochs and seed. */

import { LIMITS } from "../setup/choices.mjs";
import { node, slider, unique } from "./elements.mjs";

/** @import { Page, Shown } from "./state.mjs" */

const BATCHES = [1, 2, 5, 10, 20, 50, 100];
const EPOCHS = [5, 10, 15, 20, 40, 60, 80, 200];

/** @param {Page} page @returns {Shown & {elements: HTMLElement[]}} */
export function trainingControls(page) {
  const { state, choosing: { choose } } = page, seed = seedControl(page);
  const batch = slider("batch", "", BATCHES, (value) => choose({ batch: value }), String, "points per training step");
  const epochs = slider("epochs at most", "", EPOCHS, (value) => choose({ epochs: value }), String, "passes over all training points");

  function show() {
    const { configuration } = state;
    batch.show(configuration.batch);
    epochs.show(configuration.epochs);
    seed.show();
  }

  return { elements: [batch, epochs, seed].map((part) => part.element), show };
}

/** @param {Page} page @returns {Shown & {element: HTMLElement}} */
function seedControl({ state, choosing: { choose } }) {
  const id = unique("seed");
  const change = () => {
    if (input.value !== "" && input.checkValidity()) choose({ seed: input.valueAsNumber });
    else show();
  };
  const next = {
    type: "button", click: () => choose({ seed: state.configuration.seed + 1 }), "aria-label": "next seed",
    title: "Other points, other weights",
  };
  const input = node("input", { id, type: "number", min: 0, max: LIMITS.seed[1], step: 1, change });
  const element = node("div", { class: "rkp-seed" }, node("div", {}, node("label", { for: id }, "seed"), input),
    node("button", next, "next"));
  const show = () => { input.value = String(state.configuration.seed); };
  return { element, show };
}
