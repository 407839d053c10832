/** The way of some points through the layers. */

import { shownLayer } from "../page/state.mjs";
import { paintPoints } from "../painting/markers.mjs";
import { camera, paintFrame } from "../painting/space.mjs";
import { letter, place } from "./place.mjs";

/** @import { Pen } from "../painting/panel.mjs" */
/** @import { State } from "../page/state.mjs" */

const TRAJECTORIES = 50;

/** @param {State} state @param {Pen} pen @param {number} width @param {number} height */
export function paintTrajectories(state, pen, width, height) {
  const { flow, run, box, look, theme } = state;
  if (!flow || !run) return;
  const at = camera(flow.components, box, look, width, height);
  paintFrame(pen, at, flow.components, box, look, theme, letter(state));
  const count = Math.min(TRAJECTORIES, flow.n), classes = run.validation.c.subarray(0, count);
  const shown = shownLayer(state), marked = [0, flow.L, shown];
  const [first, last, between] = marked.map(() => new Float32Array(2 * count)), places = [first, last, between];
  pen.lineWidth = 1.1;
  pen.lineJoin = "round";
  for (let n = 0; n < count; n++) {
    pen.strokeStyle = theme.classes[classes[n]];
    pen.globalAlpha = 0.55;
    pen.beginPath();
    for (let l = 0; l <= flow.L; l++) {
      const [x, y] = at(...place(flow, l, n));
      if (l) pen.lineTo(x, y);
      else pen.moveTo(x, y);
      marked.forEach((layer, k) => { if (l === layer) places[k].set([x, y], 2 * n); });
    }
    pen.stroke();
  }
  paintPoints(pen, first, classes, theme.classes, 1.4, 0.7);
  paintPoints(pen, last, classes, theme.classes, 3.4, 0.9);
  if (shown > 0 && shown < flow.L) paintRings(pen, between, theme.text);
}

/** Where the points are at the chosen layer. @param {Pen} pen @param {Float32Array} places @param {string} colour */
function paintRings(pen, places, colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.beginPath();
  for (let n = 0; n < places.length; n += 2) {
    pen.moveTo(places[n] + 2.6, places[n + 1]);
    pen.arc(places[n], places[n + 1], 2.6, 0, 7);
  }
  pen.stroke();
}
