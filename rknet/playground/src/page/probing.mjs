/** A point that the reader picks, by pointer or by arrow keys, is followed in all views at once. */

import { EDGE } from "../data/points.mjs";
import { toCanvas } from "../geometry/grid.mjs";
import { POINTS } from "../views/decision.mjs";
import { nearestFeature } from "../views/features.mjs";
import { nearestTrajectory } from "../views/trajectories.mjs";
import { outline } from "../painting/markers.mjs";
import { onGrid } from "../setup/drawn.mjs";
import { share } from "../words/numbers.mjs";
import { node, tell } from "./elements.mjs";
import { sample } from "./legend.mjs";
import { sceneOf } from "./scene.mjs";
import { isOwn } from "./state.mjs";

/** @import { Panel } from "../painting/panel.mjs" */
/** @import { Page, State } from "./state.mjs" */

/**
 * @typedef {object} Probing
 * @property {HTMLElement} element  says where the point is, and how probable each class is
 * @property {() => void} show
 * @property {(x: [number, number]|null) => void} pick
 * @property {() => void} stop
 */

/** Pixels from which a point attracts the pointer: in the prediction, in feature space. */
const NEAR = 8, NEAR_IN_SPACE = 16;
/** What to do, with a mouse or with a finger. */
const HINT = {
  mouse: "Point at a picture to follow one point.", finger: "Tap a picture to follow one point.",
  drawing: "Tap the features or the trajectories to follow one point.",
};

/** @param {Page} page @returns {Probing} */
export function probing(page) {
  const { state, player, views } = page, hovers = matchMedia("(hover: hover)").matches;
  const hint = () => (hovers ? HINT.mouse : isOwn(state) ? HINT.drawing : HINT.finger);
  const element = node("div", { class: "rkp-probe" }, hint());
  let due = 0;
  /** @type {[number, number]|null} */ let wanted = null;

  function pick(/** @type {[number, number]|null} */ x) {
    wanted = x;
    due ||= requestAnimationFrame(() => {
      due = 0;
      player.probe(wanted);
      if (wanted) return;
      state.probe = null;
      show();
      for (const view of [views.decision, views.features, views.trajectories]) view.soon();
    });
  }

  function show() {
    const { probe } = state;
    if (!probe) {
      tell(element, hint());
      return;
    }
    const place = probe.x.map((x) => x.toFixed(2).replace("-", "−")).join(", ");
    const classes = Array.from(probe.P, (p, k) => node("span", { class: "rkp-share" },
      sample(`<path d="${outline(k, 4)}" fill="${state.theme.classes[k]}"/>`), share(p)));
    element.replaceChildren(`(${place}): `, ...classes.flatMap((each) => [each, " "]));
  }

  const stop = () => cancelAnimationFrame(due);
  followPointer(page, views.decision, inPlane(state), pick, true);
  for (const [view, nearest] of /** @type {const} */ ([[views.features, nearestFeature], [views.trajectories, nearestTrajectory]])) {
    followPointer(page, view, (u, v, width, height) => {
      const scene = sceneOf(state, view === views.features), { n, far } = scene ? nearest(scene, width, height, u, v) : { n: -1, far: Infinity };
      return far < NEAR_IN_SPACE && state.run ? pointOf(state.run.validation.X, n) : null;
    }, pick, false);
  }
  followKeys(page, pick);
  return { element, show, pick, stop };
}

/** @param {Float32Array} X @param {number} n @returns {[number, number]} */
const pointOf = (X, n) => [X[2 * n], X[2 * n + 1]];

/** A place of the prediction: that of a point nearby, or itself. @param {State} state */
function inPlane(state) {
  return (/** @type {number} */ u, /** @type {number} */ v, /** @type {number} */ width, /** @type {number} */ height) => {
    const { run, look } = state, known = look.points === "training" ? run?.train : run?.validation;
    const X = known?.X.subarray(0, 2 * POINTS) ?? new Float32Array(0), spots = toCanvas(X, width, height);
    let [best, least] = [-1, NEAR];
    for (let n = 0; 2 * n < spots.length; n++) {
      const far = Math.hypot(spots[2 * n] - u, spots[2 * n + 1] - v);
      if (far < least) [best, least] = [n, far];
    }
    return best >= 0 ? pointOf(X, best) : /** @type {[number, number]} */ ([(2 * u / width - 1) * EDGE, (1 - 2 * v / height) * EDGE]);
  };
}

/**
 * A mouse picks where it moves, a finger where it touches, or where it taps a picture that it turns; a mouse that leaves
 * lets go.  A finger that draws points follows none.
 * @param {Page} page @param {Panel} view
 * @param {(u: number, v: number, width: number, height: number) => [number, number]|null} find
 * @param {(x: [number, number]|null) => void} pick @param {boolean} plane  whether it is the prediction, which does not turn
 */
function followPointer({ state }, { canvas }, find, pick, plane) {
  const look = (/** @type {PointerEvent} */ event) => {
    const mouse = event.pointerType === "mouse";
    if (!state.run || (mouse && event.buttons) || (!mouse && plane && isOwn(state))) return;
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const x = find(event.clientX - left, event.clientY - top, width, height);
    if (x || state.probe) pick(x);
  };
  canvas.addEventListener("pointermove", (event) => { if (plane || event.pointerType === "mouse") look(event); });
  canvas.addEventListener(plane ? "pointerdown" : "click", (event) => { if (event.pointerType !== "mouse") look(event); });
  canvas.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") pick(null); });
}

/** @type {Record<string, [number, number]>} */
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** The arrows move a cross over the prediction, and its place is followed. @param {Page} page @param {Probing['pick']} pick */
function followKeys({ state, views }, pick) {
  const { cursor } = state, { canvas } = views.decision;
  canvas.addEventListener("focus", () => {
    cursor.shown = canvas.matches(":focus-visible");
    views.decision.soon();
  });
  canvas.addEventListener("blur", () => {
    if (cursor.shown) pick(null);
    cursor.shown = false;
    views.decision.soon();
  });
  canvas.addEventListener("keydown", (event) => {
    const move = MOVES[event.key], size = event.shiftKey ? 1 : 0.2;
    if (move) [cursor.x, cursor.y] = [onGrid(cursor.x + size * move[0]), onGrid(cursor.y + size * move[1])];
    else if (event.key !== "Escape") return;
    cursor.shown = Boolean(move);
    pick(move ? [cursor.x, cursor.y] : null);
    views.decision.soon();
    event.preventDefault();
  });
}
