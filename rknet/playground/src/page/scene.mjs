/** What the views of feature space are given, of the state of a page. */

import { project } from "../geometry/axes.mjs";
import { answerAt } from "../geometry/separators.mjs";
import { pointsPerLine } from "../geometry/mesh.mjs";
import { shownLayer } from "./state.mjs";

/** @import { Classifier, Flow } from "../types.mjs" */
/** @import { Scene } from "../views/scene.mjs" */
/** @import { State } from "./state.mjs" */

/** Lines of the grid of the input plane, each way. */
export const MESH = 9;

/** The axes are called y, or p where they are principal components. @param {State} state */
const letter = ({ configuration }) => (configuration.d_hat <= 3 ? "y" : "p");

/** @param {State} state @param {boolean} whole  for the features at one layer, with the grid of the input plane @returns {Scene|null} */
export function sceneOf(state, whole) {
  const { flow, run, look, theme, states } = state;
  if (!flow || !run || !states) return null;
  const layer = shownLayer(state);
  return {
    flow, c: run.validation.c, layer, box: whole ? state.near : state.box, look, theme, letter: letter(state),
    classifier: flow.frame ? null : state.classifier, mesh: whole ? meshAt(state, layer) : null, traced: traced(state),
  };
}

/** @param {State} state @param {number} layer @returns {Scene['mesh']} */
function meshAt({ mesh, flow, meshAnswers }, layer) {
  if (!mesh || !flow || !meshAnswers || layer > mesh.L) return null;
  const size = mesh.n * mesh.d_hat, at = mesh.states.subarray(layer * size, (layer + 1) * size);
  return { at: shown(at, mesh.d_hat, flow), components: flow.components, line: pointsPerLine(MESH), answers: meshAnswers };
}

/** @param {State} state @returns {Scene['traced']} */
function traced({ probe, flow, configuration }) {
  if (!probe || !flow || probe.states.length !== (flow.L + 1) * configuration.d_hat) return null;
  return { at: shown(probe.states, configuration.d_hat, flow), answer: probe.P.indexOf(Math.max(...probe.P)) };
}

/** States in the components that are shown. @param {Float32Array} states @param {number} d @param {NonNullable<State['flow']>} flow */
const shown = (states, d, { frame, components }) => (frame ? project(states, d, frame, components) : states);

/** The class that is answered at the end of the way of each point. @param {Flow} flow @param {Classifier} classifier */
export function answersOf({ states, n, L, d_hat }, classifier) {
  return Uint8Array.from({ length: n }, (_, k) => answerAt(classifier, states, (L * n + k) * d_hat));
}
