/** What is inside the net, folded away: weights of the chosen layer, and the sizes of weights and costates by layer. */

import { norms } from "../geometry/features.mjs";
import { largest, smallest } from "../geometry/extremes.mjs";
import { ABOVE, BELOW } from "../views/weights.mjs";
import { DASHES } from "../views/sizes.mjs";
import { short } from "../words/numbers.mjs";
import { node, tell } from "./elements.mjs";
import { sample } from "./legend.mjs";
import { shownLayer, shownWeights } from "./state.mjs";
import { wantViews } from "./wanted.mjs";

/** @import { Snapshot } from "../types.mjs" */
/** @import { Page } from "./state.mjs" */

/**
 * @typedef {object} Inside
 * @property {HTMLDetailsElement} element
 * @property {() => void} show   the layer that is chosen
 * @property {(seen: Snapshot) => void} hear
 */

/** @param {Page} page @returns {Inside} */
export function inside(page) {
  const { state, views } = page, entries = node("div", { class: "rkp-hint" }), sizes = node("div", { class: "rkp-hint" });
  const signs = node("div", { class: "rkp-key" }), lines = node("div", { class: "rkp-key" });
  const element = node("details", { class: "rkp-inside", toggle: () => wantViews(page) },
    node("summary", {}, "weights and costates by layer"),
    node("div", { class: "rkp-inner" },
      node("div", {}, views.weights.canvas, signs, entries),
      node("div", {}, views.sizes.canvas, lines, sizes)));

  function legend() {
    const { classes, text } = state.theme;
    const line = (/** @type {string} */ colour, /** @type {number[]} */ dash) =>
      sample(`<path d="M-8 0H8" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash.join(" ")}"/>`);
    const square = (/** @type {string} */ colour) => sample(`<path d="M-5 -5H5V5H-5Z" fill="${colour}"/>`);
    signs.replaceChildren(node("span", {}, square(ABOVE), "positive"), " ", node("span", {}, square(BELOW), "negative"));
    lines.replaceChildren(node("span", {}, line(classes[0], DASHES.K), "K"), " ", node("span", {}, line(classes[1], DASHES.b), "b"), " ",
      node("span", {}, line(text, DASHES.costates), "costates"));
  }

  function show() {
    const { inside: now } = state;
    if (!element.open || !now) return;
    const { K, b, layer, d_hat } = shownWeights(now, state), at = shownLayer(state);
    const within = (/** @type {Float32Array} */ values) => `from ${short(Number(smallest(values, Infinity).toPrecision(2)))} to ${short(Number(largest(values, -Infinity).toPrecision(2)))}`;
    tell(entries, `Layer ${layer} computes σ(K y + b), K with ${d_hat} × ${d_hat} entries ${within(K)}, b ${within(b)}.`);
    const size = (/** @type {number} */ value) => short(Number(value.toPrecision(2)));
    tell(sizes, `Sizes: K ${size(norms(K, 1)[0])}, b ${size(norms(b, 1)[0])}; costates ${size(now.costates[at])} at layer ${at}, which is how fast the cost of a training point changes with its features.`);
    legend();
    for (const view of [views.weights, views.sizes]) view.soon();
  }

  /** @param {Snapshot} seen */
  function hear(seen) {
    if (!seen.inside) return;
    state.inside = seen.inside;
    show();
  }

  return { element, show, hear };
}
