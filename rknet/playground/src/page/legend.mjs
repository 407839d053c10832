/** What markers, colours and lines mean. */

import { range } from "../geometry/grid.mjs";
import { outline } from "../painting/markers.mjs";
import { className } from "../words/names.mjs";
import { node } from "./elements.mjs";

/** @import { Page } from "./state.mjs" */

/**
 * @typedef {object} Legend
 * @property {HTMLElement} element
 * @property {(classes: number) => void} show
 */

/** @param {Page} page @returns {Legend} */
export function legend({ state }) {
  const element = node("div", { class: "rkp-key" });
  const show = (/** @type {number} */ classes) => {
    const colours = state.theme.classes, configuration = state.run?.configuration ?? state.configuration;
    const entries = range(0, classes - 1).map((k) =>
      node("span", {}, sample(`<path d="${outline(k, 4)}" fill="${colours[k]}"/>`), className(configuration, k)));
    entries.push(node("span", {}, line(""), "curve: new points"), node("span", {}, line("1.5 3"), "curve: training points"));
    if (state.run?.bayes !== null) entries.push(node("span", {}, line("5 3"), "best possible"));
    element.replaceChildren(...entries.flatMap((entry) => [entry, " "]));
  };
  return { element, show };
}

/** @param {string} content  of SVG */
export function sample(content) {
  const place = node("span", { "aria-hidden": "true" });
  place.innerHTML = `<svg width="16" height="12" viewBox="-8 -6 16 12">${content}</svg>`;
  return place;
}

/** @param {string} dash */
function line(dash) {
  return sample(`<path d="M-8 0H8" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="${dash}"/>`);
}
