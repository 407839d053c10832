/** Which points the prediction shows, and whether it shows how sure the answers are. */

import { node, select, unique } from "./elements.mjs";
import { shownOf } from "./state.mjs";
import { wantViews } from "./wanted.mjs";

/** @import { Look } from "../setup/link.mjs" */
/** @import { Page } from "./state.mjs" */

const POINT_NAMES = { new: "new points", training: "training points", all: "all points", none: "no points" };

/** @param {Page} page @returns {Page['shownPoints']} */
export function shownPoints(page) {
  const { state, views } = page, { look } = state, id = unique("discrete");
  let asked = look.discrete;
  const points = select("shown in the prediction", POINT_NAMES, (value) => {
    look.points = /** @type {Look['points']} */ (value);
    views.decision.soon();
  });
  const discrete = node("input", { id, type: "checkbox", change: () => {
    look.discrete = discrete.checked;
    ask();
  } });
  const element = node("div", { class: "rkp-shown" }, points.element,
    node("span", {}, discrete, " ", node("label", { for: id }, "answers only")));
  function ask() {
    asked = look.discrete;
    wantViews(page);
  }
  function show() {
    points.show(shownOf(state));
    discrete.checked = Boolean(look.discrete);
    if (look.discrete !== asked) ask();
  }
  return { element, show };
}
