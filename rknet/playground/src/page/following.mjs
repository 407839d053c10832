/** Layer states are turned into what is drawn: shown components, spread, and the part of feature space to show. */

import { directions, principalAxes, project, some, turned } from "../geometry/axes.mjs";
import { featureNorms, spreads } from "../geometry/features.mjs";
import { range } from "../geometry/grid.mjs";

/** @import { Flow, Points } from "../types.mjs" */
/** @import { Page, State } from "./state.mjs" */

/** Features that are enough to decide the axes, and the part that is shown. */
const ENOUGH_FOR_AXES = 2500, ENOUGH_FOR_BOX = 3000;

/** Draw the layer states that came last. @param {Page} page */
export function follow({ state, views }) {
  const { states, run } = state;
  if (!states || !run) return;
  const m = Math.min(state.look.view, states.d_hat);
  const at = shownComponents(states, run.validation, m);
  state.flow = { at, components: m, n: states.n, L: states.L, spread: spreads(states), norms: featureNorms(states) };
  fitBox(state, at, m);
  for (const view of [views.trajectories, views.features, views.layers]) view.soon();
}

/** @param {Flow} flow @param {Points} points @param {number} m */
function shownComponents(flow, points, m) {
  const { states, d_hat: d } = flow;
  if (d <= m) return states;
  const { mean, axes } = principalAxes(some(states, d, ENOUGH_FOR_AXES), d);
  return project(states, d, { mean, axes: turned(axes.slice(0, m * d), directions(flow, points.X, m), m, d) }, m);
}

/**
 * What is shown reaches around all features but one in a hundred; it changes only when they do by much.
 * @param {State} state @param {ArrayLike<number>} at @param {number} m
 */
function fitBox(state, at, m) {
  const { box } = state, count = at.length / m, every = Math.ceil(count / ENOUGH_FOR_BOX);
  const spans = range(0, m - 1).map((k) => {
    const sorted = Float64Array.from({ length: Math.floor(count / every) }, (_, n) => at[n * every * m + k]).sort();
    return [sorted[Math.floor(0.005 * sorted.length)], sorted[Math.ceil(0.995 * (sorted.length - 1))]];
  });
  if (!spans.flat().every(Number.isFinite)) return;
  const inside = spans.every(([a, b], k) =>
    Math.max(Math.abs(a - box.centre[k]), Math.abs(b - box.centre[k])) < box.bound);
  const half = Math.max(...spans.map(([a, b]) => b - a)) / 2;
  if (inside && box.bound < 1.5 * half && box.m === m) return;
  const bound = Math.max(0.5, 1.15 * half);
  const centre = [0, 1, 2].map((k) => (k < m ? (spans[k][0] + spans[k][1]) / 2 : 0));
  const low = m < 3 ? -1 : -Math.min(1, (1.3 * (spans[2][1] - spans[2][0])) / 2 / bound + 0.1);
  state.box = { m, bound, centre, low };
}
