/** All followed points at the chosen layer, the grid of the input plane, and where the classifier parts them. */

import { height, separators } from "../geometry/separators.mjs";
import { marker } from "../painting/markers.mjs";
import { paintMesh } from "../painting/mesh.mjs";
import { paintRegions, paintSeparators } from "../painting/separators.mjs";
import { camera, eyeOf, paintFrame } from "../painting/space.mjs";
import { place, placed } from "./scene.mjs";
import { paintTraced } from "./trajectories.mjs";

/** @import { Pen } from "../painting/panel.mjs" */
/** @import { Scene } from "./scene.mjs" */

const RADIUS = 2.5;
/** Half width of the box that a separating plane fills, in half widths of what is shown. */
const SHEET = 0.85;

/** @param {Scene} scene @param {Pen} pen @param {number} width @param {number} height */
export function paintFeatures(scene, pen, width, height) {
  const { flow, box, look, theme, letter, classifier } = scene, inSpace = flow.components === 3;
  const at = camera(flow.components, box, look, width, height);
  if (classifier && !inSpace) paintRegions(pen, classifier, box, at);
  paintFrame(pen, at, flow.components, box, look, theme, letter);
  const found = classifier ? separators(classifier, box.centre, (inSpace ? SHEET : 3) * box.bound) : [];
  const behind = inSpace && found.length === 1 ? behindOf(scene, found[0].side) : null;
  if (behind) paintPoints(scene, pen, at, behind);
  if (inSpace) paintSeparators(pen, found, at, theme, true);
  paintPoints(scene, pen, at, behind ? (y) => !behind(y) : () => true);
  if (!inSpace) paintSeparators(pen, found, at, theme, false);
  paintTraced(scene, pen, at, width, height, true);
}

/** Which places a plane hides from the eye. @param {Scene} scene @param {import("../geometry/separators.mjs").HalfSpace} side */
function behindOf({ box, look }, side) {
  const eye = height(side, eyeOf(box, look)) > 0;
  return (/** @type {number[]} */ y) => height(side, y) > 0 !== eye;
}

/** @param {Scene} scene @param {Pen} pen @param {ReturnType<typeof camera>} at @param {(y: number[]) => boolean} shown */
function paintPoints({ flow, c, layer, box, theme, mesh }, pen, at, shown) {
  const inSpace = flow.components === 3;
  if (mesh) paintMesh(pen, mesh, at, box, theme.classes, shown);
  const seen = [];
  for (let n = 0; n < flow.n; n++) {
    const y = place(flow, layer, n);
    if (shown(y)) seen.push({ n, spot: at(...y) });
  }
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

/** The followed point that is drawn nearest to a place on the canvas, and how far it is in pixels. @param {Scene} scene @param {number} width @param {number} height @param {number} x @param {number} y */
export function nearestFeature({ flow, box, look, layer }, width, height, x, y) {
  const at = camera(flow.components, box, look, width, height);
  let best = { n: -1, far: Infinity };
  for (let n = 0; n < flow.n; n++) {
    const [u, v] = at(...placed(flow.at, flow.components, layer * flow.n + n)), far = Math.hypot(u - x, v - y);
    if (far < best.far) best = { n, far };
  }
  return best;
}
