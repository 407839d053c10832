/** Controls that are rarely used, folded away: how many of the points are trained with, and weight decay. */

import { range } from "../geometry/grid.mjs";
import { node, slider } from "./elements.mjs";
import { isOwn } from "./state.mjs";

/** @import { Configuration } from "../types.mjs" */
/** @import { Page, Shown } from "./state.mjs" */

const DECAYS = [0, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1];

/** @param {Page} page @returns {Shown & {elements: HTMLElement[]}} */
export function moreControls(page) {
  const { state, choosing: { choose }, compact, heard } = page;
  const percent = (/** @type {number} */ value) => `${Math.round(100 * value)} %`;
  const share = slider("training share", "", range(1, 9).map((k) => k / 10), (value) => choose({ share: value }), percent,
    "of the points; the rest are new points");
  const decay = slider("weight decay", "", DECAYS, (value) => choose({ decay: value }), String, "pulls all weights towards zero in each step");
  const parts = [...(heard ? [] : [share.element]), decay.element]; // the points of a race are those of all

  function show() {
    share.show(shareOf(state.configuration));
    share.input.disabled = isOwn(state);
    decay.show(state.configuration.decay);
  }

  const folded = node("details", { class: "rkp-more" }, node("summary", {}, "more"), ...parts);
  return { elements: compact ? parts : [folded], show };
}

/** What is trained with, of all points; those of a reader's own are divided already. @param {Configuration} configuration */
function shareOf({ data, share }) {
  return typeof data === "string" ? share : data.X.length / (data.X.length + (data.validation?.X.length ?? 0));
}
