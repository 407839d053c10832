/** Which points the prediction shows, whether it shows how sure the answers are, and what the engine is asked for. */

import { plane } from "../geometry/grid.mjs";
import { CELLS } from "../views/decision.mjs";
import { node, select, unique } from "./elements.mjs";
import { MESH } from "./scene.mjs";

/** @import { Look } from "../setup/link.mjs" */
/** @import { Page } from "./state.mjs" */

const POINT_NAMES = { new: "new points", training: "training points", none: "no points" };
/** Pixels of the regions' picture, a side. */
export const PIXELS = 192;
/** Points whose way through the layers is followed. */
const FOLLOWED = 240;

/** @param {Page} page @returns {Page['shownPoints']} */
export function shownPoints({ state, views, player }) {
  const { look } = state, id = unique("discrete");
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
  /** Have all snapshots contain what the views show. */
  function ask() {
    asked = look.discrete;
    player.views = { grid: plane(CELLS), picture: { side: PIXELS, discrete: Boolean(asked) }, flow: FOLLOWED, mesh: MESH };
  }
  function show() {
    points.show(look.points ?? "new");
    discrete.checked = Boolean(look.discrete);
    if (look.discrete !== asked) ask();
  }
  return { element, show, ask };
}
