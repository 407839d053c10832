/** What goes in: points, noise and lift, with the controls of training below. */

import { range } from "../geometry/grid.mjs";
import { LIFT_NAMES } from "../words/names.mjs";
import { moreControls } from "./more_controls.mjs";
import { node, select, slider } from "./elements.mjs";
import { isOwn } from "./state.mjs";
import { thumbnails } from "./thumbnails.mjs";
import { trainingControls } from "./training_controls.mjs";

/** @import { LiftName } from "../types.mjs" */
/** @import { Page, Shown } from "./state.mjs" */

/** @param {Page} page @returns {Shown & {element: HTMLElement}} */
export function dataControls(page) {
  const { state, choosing: { choose } } = page, thumbs = thumbnails(page), training = trainingControls(page), more = moreControls(page);
  const twoDigits = (/** @type {number} */ value) => value.toFixed(2);
  const noise = slider("noise", "", range(0, 30).map((k) => k / 20), (value) => choose({ noise: value }), twoDigits);
  const lift = select("lift to feature space", LIFT_NAMES, (value) => choose({ lift: /** @type {LiftName} */ (value) }),
    "how a point gets its extra coordinates");
  const shared = page.heard ? [] : [thumbs.element, noise.element]; // the points of a race are those of all
  const element = frame(page, [...shared, lift.element, ...training.elements, ...more.elements]);

  function show() {
    const { configuration } = state;
    thumbs.show();
    noise.show(configuration.noise);
    noise.input.disabled = isOwn(state);
    lift.show(configuration.lift);
    training.show();
    more.show();
  }

  return { element, show };
}

/** Side by side, or folded away in a narrow column. @param {Page} page @param {HTMLElement[]} parts */
function frame({ compact, heard }, parts) {
  if (!compact) return node("div", { class: "rkp-in", role: "group", "aria-label": "Data and training" }, ...parts);
  const summary = heard ? "Lift, batch, epochs" : "Data, noise, lift, batch, epochs, seed, and more";
  return node("details", { class: "rkp-in" }, node("summary", {}, summary), node("div", {}, ...parts));
}
