/** Points that the reader draws into the prediction, by hand or by keyboard. */

import { EDGE } from "../data/points.mjs";
import { range } from "../geometry/grid.mjs";
import { OWN_CLASSES, onGrid, withClasses } from "../setup/drawn.mjs";
import { className } from "../words/names.mjs";
import { node, tell } from "./elements.mjs";
import { isOwn } from "./state.mjs";
import { tableControls } from "./table_controls.mjs";

/** @import { Page } from "./state.mjs" */

/**
 * @typedef {object} OwnPoints
 * @property {HTMLElement} element
 * @property {(points: {X: number[][], c: number[]}) => void} redraw  train with these points
 * @property {(text: string) => string} table  train with the points of a table; what is wrong with it, or ""
 * @property {() => void} show
 */

const HINT = "Draw in the prediction.", BY_KEYBOARD = " By keyboard: arrows move the cross there, Enter sets a point.";

/** @param {Page} page @returns {OwnPoints} */
export function ownPoints(page) {
  const { state, root, views } = page, board = views.decision.canvas;

  /** @param {{X: number[][], c: number[]}} points */
  function redraw(points) {
    const { names } = points.X.length ? state.own : {}; // a board that was cleared has none
    state.own = withClasses({ classes: 2, names, ...points });
    if (new Set(state.own.c).size < 2) {
      page.playing.pause();
      page.choosing.stop();
      state.problem = "Draw points of at least two classes.";
      page.sentence.tell();
      for (const part of page.controls) part.show();
      views.decision.soon();
    } else {
      const epochs = Math.max(200, state.configuration.epochs); // an epoch of few points is short
      page.choosing.choose({ data: state.own, epochs });
    }
  }

  const tools = ownTools(page, redraw);
  const add = (/** @type {number[]} */ point) =>
    redraw({ X: [...state.own.X, point], c: [...state.own.c, state.drawnClass] });
  board.setAttribute("tabindex", "0");
  board.setAttribute("role", "application"); // arrows move a cross over it
  drawnByHand(page, add);
  drawnByKeyboard(page, add, tools.show);

  function show() {
    const own = isOwn(state);
    tools.element.hidden = !own;
    tools.show();
    root.classList.toggle("rkp-drawing", own);
    board.classList.toggle("rkp-draws", own);
  }

  return { element: tools.element, redraw, table: tools.table, show };
}

/** @param {Page} page @param {OwnPoints['redraw']} redraw */
function ownTools(page, redraw) {
  const { state } = page;
  const choose = (/** @type {number} */ k) => {
    state.drawnClass = k;
    show();
  };
  const buttons = range(0, OWN_CLASSES - 1).map((k) =>
    node("button", { type: "button", click: () => choose(k) }));
  const undo = () => redraw({ X: state.own.X.slice(0, -1), c: state.own.c.slice(0, -1) });
  const table = tableControls(page);
  const element = node("div", { class: "rkp-own", role: "group", "aria-label": "Your own points" },
    node("div", { class: "rkp-row", role: "group", "aria-label": "Class that is drawn" }, ...buttons),
    node("div", { class: "rkp-row" },
      node("button", { type: "button", click: undo }, "Undo"),
      node("button", { type: "button", click: () => redraw({ X: [], c: [] }) }, "Clear")),
    node("div", { class: "rkp-hint" }, HINT, node("span", { class: "rkp-keyboard" }, BY_KEYBOARD)), table.element);
  const show = () => buttons.forEach((button, k) => {
    tell(button, className({ data: state.own }, k));
    button.setAttribute("aria-pressed", String(k === state.drawnClass));
  });
  return { element, table: table.take, show };
}

/** @param {Page} page @param {(point: number[]) => void} add */
function drawnByHand({ state, views }, add) {
  const board = views.decision.canvas;
  const place = (/** @type {PointerEvent} */ event) => {
    const { left, top, width, height } = board.getBoundingClientRect();
    const [u, v] = [(event.clientX - left) / width, (event.clientY - top) / height];
    return [u * 2 * EDGE - EDGE, EDGE - v * 2 * EDGE].map(onGrid);
  };
  let drawing = false;
  board.addEventListener("pointerdown", (event) => {
    if (!isOwn(state)) return;
    drawing = true;
    board.setPointerCapture(event.pointerId);
    add(place(event));
  });
  board.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    const point = place(event), before = state.own.X[state.own.X.length - 1];
    if (!before || Math.hypot(point[0] - before[0], point[1] - before[1]) > 0.25) add(point);
  });
  for (const end of ["pointerup", "pointercancel"]) board.addEventListener(end, () => { drawing = false; });
}

/** @type {Record<string, number>} */
const KEYS = { 1: 0, 2: 1, 3: 2 };

/** @param {Page} page @param {(point: number[]) => void} add @param {() => void} showClass */
function drawnByKeyboard({ state, views }, add, showClass) {
  const { cursor } = state, board = views.decision.canvas;
  board.addEventListener("keydown", (event) => {
    if (!isOwn(state)) return;
    if (event.key === "Enter") add([cursor.x, cursor.y]);
    else if (event.key in KEYS) {
      state.drawnClass = KEYS[event.key];
      showClass();
    } else return;
    cursor.shown = true;
    views.decision.soon();
    event.preventDefault();
  });
}
