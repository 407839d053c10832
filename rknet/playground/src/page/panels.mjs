/** The canvases of one playground. */

import { Panel } from "../painting/panel.mjs";

/** @import { Pen } from "../painting/panel.mjs" */
/** @import { Page } from "./state.mjs" */

/**
 * A canvas that is painted anew with the others.
 * @param {Page} page @param {string} label @param {(pen: Pen, width: number, height: number) => void} paint
 */
export function newPanel({ panels }, label, paint) {
  const panel = new Panel(label, paint);
  panels.push(panel);
  return panel;
}
