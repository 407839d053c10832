/** What is changed most, in one row at the pictures: learning rate, depth and step size. */

import { range } from "../geometry/grid.mjs";
import { LIMITS } from "../setup/choices.mjs";
import { short } from "../words/numbers.mjs";
import { node, slider } from "./elements.mjs";

/** @import { Page, Shown } from "./state.mjs" */

const STEP_SIZES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2];

/** @param {Page} page @returns {Shown & {element: HTMLElement}} */
export function mainControls(page) {
  const { state, rateControl, choosing: { choose } } = page;
  const depth = slider("depth", "L", range(...LIMITS.L), (value) => choose({ L: value }), short, "number of layers");
  const stepSize = slider("step size", "h", STEP_SIZES, (value) => choose({ h: value }), short, "time that one layer takes; all take L h");
  const element = node("div", { class: "rkp-main", role: "group", "aria-label": "Main controls" },
    rateControl.element, depth.element, stepSize.element);

  function show() {
    const { configuration } = state;
    rateControl.show();
    depth.show(configuration.L);
    stepSize.show(configuration.h);
    stepSize.input.disabled = configuration.net === "StandardNet";
  }

  return { element, show };
}
