/** The flow of features in space: a cloud of points is turned, and followed through the layers by hand or by itself. */

import { icon, ICONS, node } from "../page/elements.mjs";
import { bytes } from "./convolution.mjs";
import { spacePanel } from "./trained_views.mjs";

/** @import { Frame, Running, Values } from "./types.mjs" */

/** Milliseconds from the first layer to the last. */
const WHOLE = 5000;

/** @param {any} given */
function cloudOf({ states, scale, classes }) {
  return { at: Float64Array.from(new Int8Array(bytes(states).buffer), (value) => value * scale), n: classes.length, c: Int32Array.from(classes) };
}

/** The middle of the points in a layer and their farthest distance from it. @param {Values} values @param {any} given */
function numbers({ layer }, given) {
  const { at, n } = cloudOf(given), from = 3 * n * given.layers.indexOf(layer);
  const points = Array.from({ length: n }, (_, i) => [0, 1, 2].map((k) => at[from + 3 * i + k]));
  const middle = [0, 1, 2].map((k) => points.reduce((sum, point) => sum + point[k], 0) / n);
  return { middle, farthest: Math.max(...points.map((point) => Math.hypot(...point.map((value, k) => value - middle[k])))) };
}

/** @param {Frame} frame @returns {Running} */
function open(frame) {
  const { given, values } = frame, cloud = cloudOf(given), last = given.layers.length - 1;
  let position = last, request = 0, started = 0;
  const heading = node("span"), caption = node("span", {}, "Play");
  const button = node("button", { type: "button", class: "rkp-play", click: () => (request ? stop() : play()) }, icon(ICONS.play), " ", caption);
  frame.views.before(node("div", { class: "rkl-row" }, button, node("span", { class: "rkp-hint" }, "Drag the points or use the arrow keys to turn them.")));
  frame.views.classList.add("rkl-one");
  const panel = spacePanel(frame, given, () => ({ ...cloud, layer: position }), heading);
  function label(/** @type {boolean} */ playing) {
    caption.textContent = playing ? "Pause" : "Play";
    button.firstChild?.replaceWith(icon(playing ? ICONS.pause : ICONS.play));
  }
  function play() {
    const from = position >= last ? 0 : position;
    started = performance.now() - (from / last) * WHOLE;
    label(true);
    request = requestAnimationFrame(advance);
  }
  function stop() {
    cancelAnimationFrame(request);
    request = 0;
    label(false);
  }
  function advance(/** @type {number} */ now) {
    const reached = Math.min(last, Math.max(0, ((now - started) / WHOLE) * last));
    request = requestAnimationFrame(advance);
    const layer = given.layers[Math.round(reached)];
    if (layer !== values.layer) frame.set("layer", layer);
    position = frame.still ? Math.round(reached) : reached;
    panel.soon();
    if (reached >= last) stop();
  }
  return {
    update() {
      position = given.layers.indexOf(values.layer);
      heading.textContent = `layer ${values.layer} of ${given.layers[last]}`;
      panel.soon();
    },
    close: stop,
  };
}

export const flow = { numbers, open };
