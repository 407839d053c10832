/** What the engine says: a run is configured, a snapshot has come, something has failed. */

import { boundaries } from "../geometry/contours.mjs";
import { regions } from "../painting/regions.mjs";
import { CELLS } from "../views/decision.mjs";
import { bestKey } from "../data/best.mjs";
import { follow } from "./following.mjs";
import { node } from "./elements.mjs";
import { answersOf } from "./scene.mjs";

/** @import { Snapshot } from "../types.mjs" */
/** @import { Page, State } from "./state.mjs" */

/** Pixels of the regions' picture, a side. */
const PIXELS = 192;
/** Milliseconds between pictures where little motion is wanted, and between histories sent to a notebook. */
const CALM = 1000, SHARED_EVERY = 2000;

/** @param {Page} page */
export function hear(page) {
  const { state, player } = page;
  let paintedAt = 0, sharedAt = 0;

  player.onconfigured = (configured) => {
    Object.assign(state, { run: configured, snapshot: null, decision: null, states: null, flow: null, mesh: null, inside: null, probe: null });
    state.box.m = state.near.m = 0;
    if (state.best.key !== bestKey(configured.configuration)) state.best = { key: "", lines: [] };
    page.legend.show(configured.classes);
    page.sentence.showFormula(configured);
  };

  player.onsnapshot = (seen) => {
    state.snapshot = seen;
    page.rateControl.hear(seen);
    const over = seen.state === "finished" || seen.state === "diverged";
    page.playing.catchUp(seen, over);
    const now = performance.now();
    if (page.still.matches && state.playing && now - paintedAt < CALM) return;
    paintedAt = now;
    show(page, seen);
    page.sentence.speak(seen, over);
    page.opener.heard(seen, over);
    if (!seen.playing || now - sharedAt > SHARED_EVERY) {
      sharedAt = now;
      page.notebook.share(["weights", "history"]);
    }
  };

  player.onbest = ({ key, lines }) => {
    state.best = { key, lines };
    page.views.decision.soon();
  };

  player.onprobed = ({ probe }) => {
    state.probe = probe;
    page.probing.show();
    for (const view of [page.views.decision, page.views.features, page.views.trajectories]) view.soon();
  };

  player.onfailed = (message) => {
    page.playing.pause();
    state.problem = message;
    page.sentence.tell();
  };
}

/** @param {Page} page @param {Snapshot} seen */
function show(page, seen) {
  const { state, views } = page;
  if (seen.grid && state.run) {
    paintDecision(state, seen.grid, state.run.classes);
    views.decision.soon();
  }
  if (seen.flow) {
    Object.assign(state, { states: seen.flow, mesh: seen.mesh, classifier: seen.classifier, probe: seen.probe });
    state.meshAnswers = seen.mesh && seen.classifier && answersOf(seen.mesh, seen.classifier);
    follow(page);
    page.probing.show();
  }
  page.inside.hear(seen);
  page.score.show();
  views.accuracy.soon();
  views.cost.soon();
  Object.assign(page.root.dataset, { state: seen.state, step: seen.step, where: page.player.where });
}

/** @param {State} state @param {Float32Array} P @param {number} classes */
export function paintDecision(state, P, classes) {
  const picture = state.decision?.picture ?? node("canvas");
  Object.assign(picture, { width: PIXELS, height: PIXELS });
  picture.getContext("2d")?.putImageData(regions(P, CELLS, classes, PIXELS, state.look.discrete), 0, 0);
  state.decision = { P, picture, lines: boundaries(P, CELLS, CELLS, classes) };
}
