/** Layer states are turned into what is drawn: shown components, spread, and the part of feature space to show. */

import { directions, principalAxes, project, some, turned } from "../geometry/axes.mjs";
import { featureNorms, spreads } from "../geometry/features.mjs";
import { range } from "../geometry/grid.mjs";
import { TRAJECTORIES } from "../views/trajectories.mjs";

/** @import { Flow, Points } from "../types.mjs" */
/** @import { Box } from "../painting/space.mjs" */
/** @import { Page } from "./state.mjs" */

/** Shares of the features that may lie outside: of the trajectories, and of the features at one layer. */
const SPARED = 0.01, SPARED_NEARBY = 0.05;

/** Features that are enough to decide the axes, and the part that is shown. */
const ENOUGH_FOR_AXES = 2500, ENOUGH_FOR_BOX = 1500;

/** Draw the layer states that came last. @param {Page} page */
export function follow({ state, views }) {
  const { states, run } = state;
  if (!states || !run) return;
  const m = Math.min(state.look.view, states.d_hat);
  const frame = shownFrame(states, run.validation, m), { n, L } = states;
  const at = frame ? project(states.states, states.d_hat, frame, m) : states.states;
  state.flow = { at, components: m, n, L, frame, spread: spreads(states), norms: featureNorms(states) };
  const along = extents(at, m, n);
  state.box = fitted(state.box, along, SPARED, true);
  state.near = fitted(state.near, along, SPARED_NEARBY, false);
  for (const view of [views.trajectories, views.features]) view.soon();
}

/** The axes that are shown; null where all features are. @param {Flow} flow @param {Points} points @param {number} m */
function shownFrame(flow, points, m) {
  const { states, d_hat: d } = flow;
  if (d <= m) return null;
  const { mean, axes } = principalAxes(some(states, d, ENOUGH_FOR_AXES), d);
  return { mean, axes: turned(axes.slice(0, m * d), directions(flow, points.X, m), m, d) };
}

/**
 * The features along each axis, in order, and the least and most of the points that are drawn as trajectories.
 * @param {ArrayLike<number>} at @param {number} m @param {number} n  points per layer
 * @returns {{sorted: Float64Array, drawn: [number, number]}[]}
 */
function extents(at, m, n) {
  const count = at.length / m, every = Math.ceil(count / ENOUGH_FOR_BOX);
  return range(0, m - 1).map((k) => {
    const sorted = Float64Array.from({ length: Math.floor(count / every) }, (_, i) => at[i * every * m + k]).sort();
    let [least, most] = [Infinity, -Infinity];
    for (let first = 0; first < count; first += n) {
      for (let row = first; row < first + Math.min(n, TRAJECTORIES); row++) {
        const x = at[row * m + k];
        if (x < least) least = x;
        if (x > most) most = x;
      }
    }
    return { sorted, drawn: [least, most] };
  });
}

/**
 * The part of feature space that is shown: around all features but some, and where trajectories are drawn, around all of
 * them; it changes only when they do by much.
 * @param {Box} box  as it was @param {ReturnType<typeof extents>} along @param {number} spared  share of the features
 * @param {boolean} whole  whether trajectories are drawn @returns {Box}
 */
function fitted(box, along, spared, whole) {
  const m = along.length;
  const spans = along.map(({ sorted, drawn: [least, most] }) => {
    const spare = Math.floor((spared / 2) * (sorted.length - 1));
    const [a, b] = [sorted[spare], sorted[sorted.length - 1 - spare]];
    return whole ? [Math.min(a, least), Math.max(b, most)] : [a, b];
  });
  if (!spans.flat().every(Number.isFinite)) return box;
  const inside = spans.every(([a, b], k) =>
    Math.max(Math.abs(a - box.centre[k]), Math.abs(b - box.centre[k])) < box.bound);
  const half = Math.max(...spans.map(([a, b]) => b - a)) / 2;
  if (inside && box.bound < 1.5 * half && box.m === m) return box;
  const bound = Math.max(0.5, 1.05 * half);
  const centre = [0, 1, 2].map((k) => (k < m ? (spans[k][0] + spans[k][1]) / 2 : 0));
  const low = m < 3 ? -1 : -Math.min(1, (1.3 * (spans[2][1] - spans[2][0])) / 2 / bound + 0.1);
  return { m, bound, centre, low };
}
