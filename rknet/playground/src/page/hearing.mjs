/** What the engine says: a run is configured, a snapshot has come, something has failed. */

import { bayes } from "../data/bayes.mjs";
import { cellCentres, plane } from "../geometry/grid.mjs";
import { boundaries } from "../geometry/contours.mjs";
import { regions } from "../painting/regions.mjs";
import { BAYES_CELLS, CELLS } from "../views/decision.mjs";
import { follow } from "./following.mjs";
import { node } from "./elements.mjs";

/** @import { Configured, Snapshot } from "../types.mjs" */
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
    Object.assign(state, { run: configured, snapshot: null, decision: null, states: null, flow: null });
    state.box.m = 0;
    rememberBest(state, configured);
    page.legend.show(configured.classes);
    page.sentence.showFormula(configured);
  };

  player.onsnapshot = (seen) => {
    state.snapshot = seen;
    const over = seen.state === "finished" || seen.state === "diverged";
    page.playing.catchUp(seen, over);
    const now = performance.now();
    if (page.still.matches && state.playing && now - paintedAt < CALM) return;
    paintedAt = now;
    show(page, seen);
    page.sentence.speak(seen, over);
    if (!seen.playing || now - sharedAt > SHARED_EVERY) {
      sharedAt = now;
      page.notebook.share(["weights", "history"]);
    }
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
    state.states = seen.flow;
    follow(page);
  }
  page.score.show();
  views.accuracy.soon();
  views.cost.soon();
  Object.assign(page.root.dataset, { state: seen.state, step: seen.step, where: page.player.where });
}

/** @param {State} state @param {Float32Array} P @param {number} classes */
function paintDecision(state, P, classes) {
  const picture = state.decision?.picture ?? node("canvas");
  Object.assign(picture, { width: PIXELS, height: PIXELS });
  picture.getContext("2d")?.putImageData(regions(P, CELLS, classes, PIXELS), 0, 0);
  state.decision = { P, picture, lines: boundaries(P, CELLS, CELLS, classes) };
}

/** The boundaries of the best classifier, computed once for each set and noise. @param {State} state @param {Configured} run */
function rememberBest(state, { configuration: { data, noise }, classes }) {
  const key = `${JSON.stringify(data)} ${noise}`;
  if (state.best.key === key) return;
  state.best = { key, lines: [] };
  if (typeof data === "string" && noise > 0) {
    const P = bayes(data, noise).probability(cellCentres(plane(BAYES_CELLS)));
    state.best.lines = boundaries(P, BAYES_CELLS, BAYES_CELLS, classes);
  }
}
