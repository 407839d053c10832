/** Which classes are taken for which others, after the last whole epoch: a table, folded away. */

import { range } from "../geometry/grid.mjs";
import { outline } from "../painting/markers.mjs";
import { givenName } from "../words/names.mjs";
import { judged } from "../words/narration.mjs";
import { node, tell } from "./elements.mjs";
import { sample } from "./legend.mjs";

/** @import { Configured } from "../types.mjs" */
/** @import { Page, Shown } from "./state.mjs" */

/** Strength of the colour behind a cell that all points of a class are in, in percent. */
const STRONGEST = 30;

/** @param {Page} page @returns {Shown & {element: HTMLElement}} */
export function confusion({ state }) {
  const caption = node("caption", {}), head = node("thead", {}), body = node("tbody", {});
  const table = node("table", { class: "rkp-confusion" }, caption, head, body);
  const element = node("details", { class: "rkp-more", toggle: () => show() }, node("summary", {}, "confusion matrix"));
  /** @type {HTMLElement[]} */ let cells = [];
  /** What the table was laid out for. */ let [theme, names] = [state.theme, ""];

  /** @param {Configured} run */
  function layOut({ classes, configuration }) {
    [theme, names] = [state.theme, namesIn(configuration)];
    element.append(table); // not before it has headings
    const known = range(0, classes - 1);
    const called = (/** @type {number} */ k) => givenName(configuration, k) || String(k + 1);
    const mark = (/** @type {number} */ k) => sample(`<path d="${outline(k, 4)}" fill="${state.theme.classes[k]}"/>`);
    const short = (/** @type {number} */ k) => (givenName(configuration, k) ? "" : called(k)); // names stand at the rows, which have the room
    cells = known.flatMap(() => known.map(() => node("td", {})));
    head.replaceChildren(node("tr", {}, node("td", {}), ...known.map((k) => node("th", { scope: "col", "aria-label": `answer ${called(k)}`, title: called(k) }, mark(k), short(k)))));
    body.replaceChildren(...known.map((k) =>
      node("tr", {}, node("th", { scope: "row", "aria-label": `class ${called(k)}`, title: called(k) }, mark(k), called(k)), ...cells.slice(k * classes, (k + 1) * classes))));
  }

  function show() {
    const { run, snapshot } = state;
    if (!element.open || !run || !snapshot) return;
    const { classes, configuration } = run, { confusion: counts, history } = snapshot;
    if (cells.length !== classes ** 2 || theme !== state.theme || names !== namesIn(configuration)) layOut(run);
    tell(caption, `${judged(configuration)} after epoch ${history.val_cost.length - 1}: a row for each class, a column for each answer`);
    cells.forEach((cell, at) => {
      const first = at - (at % classes), whole = counts.slice(first, first + classes).reduce((sum, count) => sum + count, 0);
      const strength = whole ? (STRONGEST * counts[at]) / whole : 0;
      tell(cell, String(counts[at]));
      cell.style.background = `color-mix(in srgb, var(--rkp-accent) ${strength.toFixed(0)}%, transparent)`;
    });
  }

  return { element, show };
}

/** @param {Configured["configuration"]} configuration */
const namesIn = ({ data }) => (typeof data === "string" ? "" : JSON.stringify(data.names?.classes ?? ""));
