/** What the engine says: a run is configured, a snapshot has come, something has failed. */

import { bestKey } from "../data/best.mjs";
import { follow } from "./following.mjs";
import { node } from "./elements.mjs";
import { answersOf } from "./scene.mjs";
import { PIXELS } from "./wanted.mjs";

/** @import { Snapshot } from "../types.mjs" */
/** @import { Page } from "./state.mjs" */

/** Milliseconds between pictures where little motion is wanted, between numbers told, and between histories sent to a notebook. */
const CALM = 1000, TOLD_EVERY = 100, SHARED_EVERY = 2000;

/** @param {Page} page */
export function hear(page) {
  const { state, player } = page;
  let paintedAt = 0, toldAt = 0, sharedAt = 0, drawn = "";

  /** The numbers and the curves, which nobody reads thirty times per second. @param {Snapshot} seen */
  function tellOf({ generation, history, rates }) {
    const { score, views } = page, curves = `${generation} ${history.val_cost.length} ${rates.join()}`;
    score.show();
    views.layers.soon();
    if (curves !== drawn) for (const view of [views.accuracy, views.cost]) view.soon();
    drawn = curves;
  }

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
    if (!seen.playing || now - toldAt > TOLD_EVERY) {
      toldAt = now;
      tellOf(seen);
    }
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
  if (seen.grid && seen.picture) {
    const picture = state.decision?.picture ?? node("canvas", { width: PIXELS, height: PIXELS });
    picture.getContext("2d")?.putImageData(new ImageData(seen.picture.bytes, PIXELS), 0, 0);
    state.decision = { P: seen.grid, picture, lines: seen.picture.lines };
    views.decision.soon();
  }
  if (seen.flow) {
    Object.assign(state, { states: seen.flow, mesh: seen.mesh, classifier: seen.classifier, probe: seen.probe });
    state.meshAnswers = seen.mesh && seen.classifier && answersOf(seen.mesh, seen.classifier);
    follow(page);
    page.probing.show();
  }
  page.inside.hear(seen);
  Object.assign(page.root.dataset, { state: seen.state, step: seen.step, where: page.player.where });
}
