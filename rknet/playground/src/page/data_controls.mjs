/** What goes in: points, noise, lift, training protocol and seed. */

import { range } from "../geometry/grid.mjs";
import { LIMITS } from "../setup/choices.mjs";
import { LIFT_NAMES } from "../words/names.mjs";
import { node, select, slider, unique } from "./elements.mjs";
import { isOwn } from "./state.mjs";
import { thumbnails } from "./thumbnails.mjs";

/** @import { LiftName } from "../types.mjs" */
/** @import { Page, Shown } from "./state.mjs" */

const RATES = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1];
const BATCHES = [1, 2, 5, 10, 20, 50, 100];
const EPOCHS = [5, 10, 15, 20, 40, 60, 80, 200];

/** @param {Page} page @returns {Shown & {element: HTMLElement}} */
export function dataControls(page) {
  const { state, ownPoints, choosing: { choose } } = page, thumbs = thumbnails(page), seed = seedControl(page);
  const twoDigits = (/** @type {number} */ value) => value.toFixed(2);
  const noise = slider("noise", "", range(0, 30).map((k) => k / 20), (value) => choose({ noise: value }), twoDigits);
  const lift = select("lift to feature space", LIFT_NAMES, (value) => choose({ lift: /** @type {LiftName} */ (value) }));
  const rate = slider("learning rate", "", RATES, (value) => choose({ rate: value }), String);
  const batch = slider("batch", "", BATCHES, (value) => choose({ batch: value }));
  const epochs = slider("epochs at most", "", EPOCHS, (value) => choose({ epochs: value }));
  const parts = [thumbs, ownPoints, noise, lift, rate, batch, epochs, seed];
  const element = frame(page.compact, parts.map((part) => part.element));

  function show() {
    const { configuration } = state;
    thumbs.show();
    ownPoints.show();
    noise.show(configuration.noise);
    noise.input.disabled = isOwn(state);
    lift.show(configuration.lift);
    rate.show(configuration.rate);
    batch.show(configuration.batch);
    epochs.show(configuration.epochs);
    seed.show();
  }

  return { element, show };
}

/** Side by side, or folded away in a narrow column. @param {boolean} compact @param {HTMLElement[]} parts */
function frame(compact, parts) {
  if (!compact) return node("div", { class: "rkp-in", role: "group", "aria-label": "Data and training" }, ...parts);
  const summary = "Data, noise, lift, learning rate, batch, epochs, seed";
  return node("details", { class: "rkp-in" }, node("summary", {}, summary), node("div", {}, ...parts));
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
