/** The point sets as small pictures to choose from. */

import { draw } from "../data/points.mjs";
import { toCanvas } from "../geometry/grid.mjs";
import { paintPoints } from "../painting/markers.mjs";
import { SETS } from "../setup/choices.mjs";
import { OWN, SET_NAMES } from "../words/names.mjs";
import { node, unique } from "./elements.mjs";
import { newPanel } from "./panels.mjs";
import { watch } from "./playing.mjs";
import { isOwn } from "./state.mjs";

/** @import { Pen } from "../painting/panel.mjs" */
/** @import { LawName, Points } from "../types.mjs" */
/** @import { Page, Shown } from "./state.mjs" */

/** @param {Page} page @returns {Shown & {element: HTMLElement}} */
export function thumbnails(page) {
  const { state, root, choosing } = page, group = unique("data");

  /** @param {string} name */
  function choose(name) {
    if (name === OWN) page.ownPoints.redraw(state.own);
    else choosing.choose({ data: /** @type {LawName} */ (name) });
    root.classList.toggle("rkp-drawing", name === OWN);
    if (name === OWN) watch(page);
  }

  const thumbs = [...Object.keys(SETS), OWN].map((name) => {
    const input = node("input", { type: "radio", name: group, value: name, change: () => choose(name) });
    const { canvas } = newPanel(page, "", name === OWN ? pencil(page) : sample(page, /** @type {LawName} */ (name)));
    canvas.setAttribute("aria-hidden", "true");
    canvas.removeAttribute("role");
    return { name, input, element: node("label", {}, input, canvas, SET_NAMES[name] ?? "your own") };
  });
  const show = () => {
    const chosen = isOwn(state) ? OWN : state.configuration.data;
    for (const { name, input } of thumbs) input.checked = name === chosen;
  };
  const pictures = node("div", { class: "rkp-thumbs" }, ...thumbs.map((thumb) => thumb.element));
  return { element: node("fieldset", { class: "rkp-data" }, node("legend", {}, "data"), pictures), show };
}

/** Paints some points of a set. @param {Page} page @param {LawName} name */
function sample({ state }, name) {
  /** @type {Points|null} */ let points = null;
  return (/** @type {Pen} */ pen, /** @type {number} */ size) => {
    points ??= draw(name, 320, SETS[name].noise, 0);
    paintPoints(pen, toCanvas(points.X, size, size), points.c, state.theme.classes, 1.1, 0.9);
  };
}

/** Strokes of the pencil as corners in the unit square. */
const PENCIL = [
  [[0.28, 0.72], [0.33, 0.56], [0.66, 0.23], [0.77, 0.34], [0.44, 0.67], [0.28, 0.72]],
  [[0.59, 0.3], [0.7, 0.41]],
];

/** @param {Page} page */
function pencil({ state }) {
  return (/** @type {Pen} */ pen, /** @type {number} */ size) => {
    pen.strokeStyle = state.theme.text;
    pen.lineWidth = 1.5;
    pen.lineJoin = "round";
    pen.beginPath();
    for (const stroke of PENCIL) {
      stroke.forEach(([u, v], k) => (k ? pen.lineTo(size * u, size * v) : pen.moveTo(size * u, size * v)));
    }
    pen.stroke();
  };
}
