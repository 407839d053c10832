/** Controls that are rarely used, folded away: how many of the points are trained with. */

import { range } from "../geometry/grid.mjs";
import { node, slider } from "./elements.mjs";
import { isOwn } from "./state.mjs";

/** @import { Page, Shown } from "./state.mjs" */

/** @param {Page} page @returns {Shown & {elements: HTMLElement[]}} */
export function moreControls(page) {
  const { state, choosing: { choose }, compact, heard } = page;
  const percent = (/** @type {number} */ value) => `${Math.round(100 * value)} %`;
  const share = slider("training share", "", range(1, 9).map((k) => k / 10), (value) => choose({ share: value }), percent,
    "of the points; the rest are new points");
  const parts = heard ? [] : [share.element]; // the points of a race are those of all

  function show() {
    share.show(state.configuration.share);
    share.input.disabled = isOwn(state);
  }

  const folded = node("details", { class: "rkp-more" }, node("summary", {}, "more"), ...parts);
  return { elements: compact ? parts : [folded], show };
}
