/** Which points the prediction shows, and whether it shows how sure the answers are. */

import { paintDecision } from "./hearing.mjs";
import { node, select, unique } from "./elements.mjs";

/** @import { Look } from "../setup/link.mjs" */
/** @import { Page, Shown } from "./state.mjs" */

const POINT_NAMES = { new: "new points", training: "training points", none: "no points" };

/** @param {Page} page @returns {Shown & {element: HTMLElement}} */
export function shownPoints({ state, views }) {
  const { look } = state, id = unique("discrete");
  const points = select("shown in the prediction", POINT_NAMES, (value) => {
    look.points = /** @type {Look['points']} */ (value);
    views.decision.soon();
  });
  const discrete = node("input", { id, type: "checkbox", change: () => {
    look.discrete = discrete.checked;
    if (state.decision && state.run) paintDecision(state, state.decision.P, state.run.classes);
    views.decision.soon();
  } });
  const element = node("div", { class: "rkp-shown" }, points.element,
    node("span", {}, discrete, " ", node("label", { for: id }, "answers only")));
  function show() {
    points.show(look.points ?? "new");
    discrete.checked = Boolean(look.discrete);
  }
  return { element, show };
}
