/** The keyboard plays, steps and resets; a pointer turns feature space. */

import { components } from "./state.mjs";

/** @import { Panel } from "../painting/panel.mjs" */
/** @import { Page } from "./state.mjs" */

/** @param {{root: HTMLElement, playing: Pick<Page['playing'], 'toggle'|'step'|'reset'>}} page */
export function obeyKeys({ root, playing }) {
  root.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input[type=text], input[type=number], textarea")) return;
    if (event.key === " " && !target.matches("button, select, summary, input[type=radio]")) playing.toggle();
    else if (event.key === "." && !target.matches("select")) playing.step();
    else if (event.key === "r" && !target.matches("select")) playing.reset();
    else return;
    event.preventDefault();
  });
}

/** @param {Page} page */
export function obeyPointer(page) {
  for (const view of [page.views.trajectories, page.views.features]) turnBy(page, view);
}

/** @param {Page} page @param {Panel} view */
function turnBy({ state, views, layers, turning }, { canvas }) {
  const { look } = state;
  /** @type {{x: number, y: number, azim: number, elev: number}|null} */ let held = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (components(state) < 3) return;
    held = { x: event.clientX, y: event.clientY, azim: look.azim, elev: look.elev };
    canvas.setPointerCapture(event.pointerId);
    turning.want(false);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!held) return;
    look.azim = ((held.azim - (event.clientX - held.x) * 0.5 + 540) % 360 + 360) % 360 - 180;
    look.elev = Math.max(-90, Math.min(90, held.elev + (event.clientY - held.y) * 0.4));
    layers.turned(Math.round(look.azim));
    views.trajectories.soon();
    views.features.soon();
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { held = null; });
}
