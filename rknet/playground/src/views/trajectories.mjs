/** The way of some points through the layers. */

import { paintPoints } from "../painting/markers.mjs";
import { camera, paintFrame } from "../painting/space.mjs";
import { place, placed } from "./scene.mjs";

/** @import { Pen } from "../painting/panel.mjs" */
/** @import { Scene } from "./scene.mjs" */

/** Points whose way is drawn. */
export const TRAJECTORIES = 50;

/** @param {Scene} scene @param {Pen} pen @param {number} width @param {number} height */
export function paintTrajectories(scene, pen, width, height) {
  const { flow, c, layer, box, look, theme } = scene;
  const at = camera(flow.components, box, look, width, height);
  paintFrame(pen, at, flow.components, box, look, theme, scene.letter);
  const count = Math.min(TRAJECTORIES, flow.n), classes = Int32Array.from({ length: count }, (_, n) => c[n]);
  const marked = [0, flow.L, layer];
  const [first, last, between] = marked.map(() => new Float32Array(2 * count)), places = [first, last, between];
  pen.lineWidth = 1.1;
  pen.lineJoin = "round";
  pen.globalAlpha = scene.traced ? 0.25 : 0.55;
  for (let n = 0; n < count; n++) {
    pen.strokeStyle = theme.classes[classes[n]];
    pen.beginPath();
    for (let l = 0; l <= flow.L; l++) {
      const [x, y] = at(...place(flow, l, n));
      if (l) pen.lineTo(x, y);
      else pen.moveTo(x, y);
      marked.forEach((each, k) => { if (l === each) places[k].set([x, y], 2 * n); });
    }
    pen.stroke();
  }
  paintPoints(pen, first, classes, theme.classes, 1.4, 0.7);
  paintPoints(pen, last, classes, theme.classes, 3.4, 0.9);
  if (layer > 0 && layer < flow.L) paintRings(pen, between, theme.text);
  paintTraced(scene, pen, at, width, height, false);
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

/**
 * The point that the reader has picked: its way up to the chosen layer, or all of it, and a ring where it is.
 * @param {Scene} scene @param {Pen} pen @param {ReturnType<typeof camera>} at @param {number} width @param {number} height
 * @param {boolean} upToLayer
 */
export function paintTraced({ flow: { components, L }, traced, layer, theme }, pen, at, width, height, upToLayer) {
  if (!traced) return;
  pen.strokeStyle = theme.text;
  pen.lineWidth = upToLayer ? 1 : 2.2;
  pen.beginPath();
  for (let l = 0; l <= (upToLayer ? layer : L); l++) {
    const [x, y] = at(...placed(traced.at, components, l));
    if (l) pen.lineTo(x, y);
    else pen.moveTo(x, y);
  }
  pen.stroke();
  const [x, y] = at(...placed(traced.at, components, layer));
  const seen = (/** @type {number} */ u, /** @type {number} */ most) => Math.max(7, Math.min(most - 7, u)); // outside, at the edge
  paintPicked(pen, seen(x, width), seen(y, height), theme.classes[traced.answer], theme.text);
}

/** A picked point, in the colour of the answer. @param {Pen} pen @param {number} x @param {number} y @param {string} fill @param {string} stroke */
export function paintPicked(pen, x, y, fill, stroke) {
  pen.beginPath();
  pen.arc(x, y, 5.5, 0, 2 * Math.PI);
  pen.fillStyle = fill;
  pen.fill();
  pen.lineWidth = 2;
  pen.strokeStyle = stroke;
  pen.stroke();
}

/** The point whose drawn way passes nearest to a place on the canvas, and how far it is in pixels. @param {Scene} scene @param {number} width @param {number} height @param {number} x @param {number} y */
export function nearestTrajectory({ flow, box, look }, width, height, x, y) {
  const at = camera(flow.components, box, look, width, height);
  let best = { n: -1, far: Infinity };
  for (let n = 0; n < Math.min(TRAJECTORIES, flow.n); n++) {
    for (let l = 0; l <= flow.L; l++) {
      const [u, v] = at(...place(flow, l, n)), far = Math.hypot(u - x, v - y);
      if (far < best.far) best = { n, far };
    }
  }
  return best;
}
