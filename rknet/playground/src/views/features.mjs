/** All followed points at the chosen layer. */

import { shownLayer } from "../page/state.mjs";
import { marker } from "../painting/markers.mjs";
import { camera, paintFrame } from "../painting/space.mjs";
import { letter, place } from "./place.mjs";

/** @import { Pen } from "../painting/panel.mjs" */
/** @import { State } from "../page/state.mjs" */

const RADIUS = 2.5;

/** @param {State} state @param {Pen} pen @param {number} width @param {number} height */
export function paintFeatures(state, pen, width, height) {
  const { flow, run, box, look, theme } = state;
  if (!flow || !run) return;
  const { c } = run.validation, inSpace = flow.components === 3, l = shownLayer(state);
  const at = camera(flow.components, box, look, width, height);
  paintFrame(pen, at, flow.components, box, look, theme, letter(state));
  const seen = Array.from({ length: flow.n }, (_, n) => ({ n, spot: at(...place(flow, l, n)) }));
  if (inSpace) seen.sort((a, b) => a.spot[2] - b.spot[2]);
  pen.globalAlpha = 0.8;
  for (const { n, spot: [x, y, near] } of seen) {
    pen.fillStyle = theme.classes[c[n]];
    pen.beginPath();
    marker(pen, c[n], x, y, inSpace ? RADIUS * (1 + near / (5 * box.bound)) : RADIUS);
    pen.fill();
  }
  pen.globalAlpha = 1;
}
