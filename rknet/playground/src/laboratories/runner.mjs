/** A net that is trained off the page's thread while the reader looks on: its button, its progress, its snapshots. */

import { bayes } from "../data/bayes.mjs";
import { boundaries } from "../geometry/contours.mjs";
import { spreads } from "../geometry/features.mjs";
import { cellCentres, plane } from "../geometry/grid.mjs";
import { icon, ICONS, node } from "../page/elements.mjs";
import { Player } from "../run/player.mjs";
import { percent } from "../words/numbers.mjs";
import { configurationOf } from "./configured.mjs";

/** @import { Configured, Flow, Snapshot, Weights } from "../types.mjs" */
/** @import { Frame, Values } from "./types.mjs" */

/** Cells a side of the regions and of the best classifier's, and points whose way is followed. */
export const CELLS = 56, BEST_CELLS = 100, FOLLOWED = 300;

/** How a run ended and what was chosen for it: accuracy by epoch, spread by layer. @typedef {{accuracy: number[], spread: number[], values: Values}} Past */

/**
 * @typedef {object} Runner
 * @property {Configured|null} run
 * @property {Snapshot|null} snapshot
 * @property {Flow|null} flow           the last that came, for not every snapshot has one
 * @property {Float32Array|null} grid
 * @property {Weights|null} weights     of a run that is not under way
 * @property {Past|null} past           the run before, to compare with
 * @property {number[][]} best          boundaries of the best classifier, in cells
 * @property {(train: boolean) => void} begin  a run with the present values
 * @property {() => void} close
 */

/**
 * @param {Frame} frame
 * @param {(runner: Runner) => void} seen  called whenever there is something new
 * @returns {Runner}
 */
export function newRunner(frame, seen) {
  /** @type {Player|null} */ let player = null;
  let playing = false, chosen = { ...frame.values };
  const caption = node("span", {}, "Train");
  const button = node("button", { type: "button", class: "rkp-play", click: () => toggle() }, icon(ICONS.play), " ", caption);
  const progress = node("progress", { "aria-label": "Epochs done", value: 0, max: 1 });
  const counted = (/** @type {number} */ epoch) => `epoch ${epoch} of ${frame.given.epochs}`, most = counted(frame.given.epochs);
  const count = node("span", { class: "rkp-hint rkl-count", style: `min-width: ${most.length}ch` }, counted(0)); // no letter is wider
  frame.views.before(node("div", { class: "rkl-row" }, button, progress, count));
  /** @type {Runner} */
  const runner = { run: null, snapshot: null, flow: null, grid: null, weights: null, past: null, best: [], begin, close: () => { observer.disconnect(); player?.close(); } };

  function shown(/** @type {boolean} */ now) {
    playing = now;
    caption.textContent = now ? "Pause" : runner.snapshot && runner.snapshot.step > 0 && !over() ? "Go on" : "Train";
    button.firstChild?.replaceWith(icon(now ? ICONS.pause : ICONS.play));
  }
  const over = () => runner.snapshot?.state === "finished" || runner.snapshot?.state === "diverged";
  function toggle() {
    if (!player) start();
    if (over()) begin(true);
    else if (playing) player?.pause();
    else player?.play();
    shown(!playing || over());
  }
  function begin(/** @type {boolean} */ train) {
    if (!player) return;
    const { snapshot, flow } = runner;
    if (snapshot && flow && snapshot.epoch > 0) {
      runner.past = { accuracy: snapshot.history.val_accuracy, spread: spreads(flow), values: chosen };
    }
    chosen = { ...frame.values };
    Object.assign(runner, { run: null, snapshot: null, flow: null, grid: null, weights: null });
    player.configure(configurationOf(frame.values, frame.given));
    player.views = { grid: plane(CELLS), flow: FOLLOWED };
    if (train) player.play();
    shown(train);
  }
  function start() {
    observer.disconnect();
    player = new Player({ source: frame.source });
    player.onconfigured = (configured) => {
      runner.run = configured;
      runner.best = bestOf(configured);
    };
    player.onsnapshot = (snapshot) => {
      runner.snapshot = snapshot;
      runner.flow = snapshot.flow ?? runner.flow;
      runner.grid = snapshot.grid ?? runner.grid;
      runner.weights = null;
      progress.value = snapshot.step / (frame.given.epochs * snapshot.stepsPerEpoch);
      count.textContent = counted(snapshot.epoch);
      if (playing !== snapshot.playing) shown(snapshot.playing);
      seen(runner);
      if (!snapshot.playing) settle(snapshot);
    };
    player.onfailed = (message) => frame.say(message);
    begin(false);
  }
  /** Ask for the weights of a run that stands still. */
  async function settle(/** @type {Snapshot} */ snapshot) {
    const weights = await player?.weights();
    if (!weights || runner.snapshot !== snapshot) return;
    runner.weights = weights;
    seen(runner);
  }
  const observer = new IntersectionObserver((entries) => {
    if (!player && entries.some((entry) => entry.isIntersecting)) start();
  }, { rootMargin: "400px" });
  observer.observe(frame.views);
  return runner;
}

/** Boundaries of the best classifier. @param {Configured} run */
function bestOf({ configuration: { data, noise }, classes }) {
  if (typeof data !== "string") return [];
  return boundaries(bayes(data, noise).probability(cellCentres(plane(BEST_CELLS))), BEST_CELLS, BEST_CELLS, classes);
}

/** What the run before had chosen otherwise, and how it ended. @param {Runner} runner @param {Frame} frame */
function compared({ past }, { values, labels }) {
  if (!past) return "";
  const other = Object.keys(values).filter((name) => name !== "way" && past.values[name] !== values[name]);
  const what = other.map((name) => `${labels[name]} = ${past.values[name]}`).join(", ") || "the same choice";
  return ` In grey, the run before with ${what}: ${percent(past.accuracy[past.accuracy.length - 1])}.`;
}

/** How far the run has come, in words. @param {Runner} runner @param {Frame} frame */
export function told(runner, frame) {
  const { run, snapshot } = runner;
  if (!run || !snapshot) return "";
  const { history, state, epoch } = snapshot, accuracy = history.val_accuracy[history.val_accuracy.length - 1];
  if (state === "diverged") return "Training has diverged: the cost is no longer a finite number. Take a smaller step size.";
  if (snapshot.step === 0) return "The weights are random. Press Train, or change something.";
  const limit = run.bayes === null ? "" : ` The best possible classifier gets ${percent(run.bayes)}.`;
  return `After ${epoch === 1 ? "one epoch" : `${epoch} epochs`}, ${percent(accuracy)} of new points are right.${limit}${compared(runner, frame)}`;
}
