/** One network from eight seeds as a band, below a race: how much of a difference is chance. */

import { lighter } from "../painting/colours.mjs";
import { Panel } from "../painting/panel.mjs";
import { paintPlot } from "../painting/plot.mjs";
import { trainSeeds } from "../run/seeds.mjs";
import { bandOf, bandWords, longest, MEASURES } from "../words/band.mjs";
import { decimal } from "../words/numbers.mjs";
import { node, select, steady, tell } from "./elements.mjs";

/** @import { Configuration } from "../types.mjs" */
/** @import { Pen } from "../painting/panel.mjs" */
/** @import { SeedRun } from "../run/seeds.mjs" */
/** @import { Page } from "./state.mjs" */

/** @typedef {keyof typeof MEASURES} Measure */

const SEEDS = 8;
/** Milliseconds between two paintings while seeds are trained, and where little motion is wanted. */
const EVERY = 250, CALM = 1000;
const COLOUR = "#0072B2";
const IDLE = `Is a difference in the race chance? Train one network from ${SEEDS} seeds: a seed decides the points and the weights to begin with.`;

/**
 * @param {() => Page[]} pages  the networks of the race
 * @param {(configuration: Configuration) => string} described
 * @param {number} count  of networks
 * @returns {{element: HTMLElement, show: () => void, recolour: () => void, close: () => void}}  show: a network may have changed
 */
export function band(pages, described, count) {
  /** @type {{runs: SeedRun[], close: () => void}|null} */ let training = null;
  /** What is trained, and which lane's it is. @type {{configuration: Configuration, lane: number}|null} */ let chosen = null;
  /** @type {SeedRun[]} */ let runs = [];
  let paintedAt = 0, waiting = 0, idle = IDLE, stopped = false;

  const lanes = select("network", Object.fromEntries(Array.from({ length: count }, (_, k) => [k, `network ${k + 1}`])), () => forget(IDLE));
  const measure = select("measured", MEASURES, () => now());
  const button = node("button", { type: "button", click: () => (training ? stop() : start()) });
  const said = node("div", { class: "rkp-sentence", role: "status" }), place = steady(said);
  const panel = new Panel(`Band of ${SEEDS} seeds by epoch: least, median and most`, (pen, width, height) => {
    const page = pages()[0];
    if (page) paintBand(page, runs, /** @type {Measure} */ (measure.input.value), pen, width, height);
  });
  const bar = node("div", { class: "rkp-race-bar", role: "group", "aria-label": `${SEEDS} seeds of one network` }, ...(count > 1 ? [lanes.element] : []), measure.element, button);
  const element = node("div", { class: "rkp-band" }, bar, place.element, panel.canvas);

  function start() {
    const lane = Number(lanes.input.value), page = pages()[lane];
    chosen = { configuration: page.state.configuration, lane };
    const { runs: begun, close } = trainSeeds(chosen.configuration, SEEDS, { source: page.model.get("_esm") ?? undefined }, heard);
    [training, runs, stopped] = [{ runs: begun, close }, begun, false];
    now();
  }

  /** @param {string} [problem] */
  function heard(problem) {
    if (problem) forget(problem);
    else if (runs.every((run) => run.over)) end();
    else if (!waiting) {
      const every = pages()[0].still.matches ? CALM : EVERY;
      waiting = window.setTimeout(now, Math.max(0, paintedAt + every - performance.now()));
    }
  }

  function stop() {
    stopped = true;
    end();
  }

  function end() {
    training?.close();
    training = null;
    now();
  }

  /** @param {string} why */
  function forget(why) {
    training?.close();
    [training, chosen, runs, idle] = [null, null, [], why];
    now();
  }

  function now() {
    clearTimeout(waiting);
    waiting = 0;
    paintedAt = performance.now();
    tell(button, training ? "Stop" : `Train ${SEEDS} seeds`);
    tell(said, chosen ? (stopped ? "Stopped. " : "") + bandWords(runs, /** @type {Measure} */ (measure.input.value), described(chosen.configuration)) : idle);
    place.keep(chosen ? `Stopped. ${longest(described(chosen.configuration), SEEDS)}` : idle);
    panel.canvas.hidden = !chosen;
    panel.soon();
  }

  function show() {
    if (!chosen || JSON.stringify(pages()[chosen.lane].state.configuration) === JSON.stringify(chosen.configuration)) return;
    forget(`The network was changed, so its band was taken away. ${IDLE}`);
  }

  now();
  return { element, show, recolour: () => panel.soon(), close: () => { clearTimeout(waiting); training?.close(); panel.close(); } };
}

/** @param {Page} page @param {SeedRun[]} runs @param {Measure} measure @param {Pen} pen @param {number} width @param {number} height */
function paintBand({ state: { theme, run } }, runs, measure, pen, width, height) {
  const { low, median, high } = bandOf(runs.map(({ history }) => history?.[measure] ?? []));
  const x = Math.max(10, 10 * Math.ceil((median.length - 1) / 10)), colour = theme.dark ? lighter(COLOUR, 0.3) : COLOUR;
  const share = measure === "val_accuracy", least = Math.min(...low), most = Math.max(...high);
  const floor = share ? [0.8, 0.6, 0.4, 0.2].find((value) => value <= least) ?? 0 : 0;
  const top = share ? 1.02 : [0.2, 0.4, 0.8, 1.2, 2, 4, 8].find((value) => value >= most) ?? most;
  paintPlot(pen, width, height, theme, {
    title: `${MEASURES[measure]}${share ? " in %" : ""}, by epoch`, x: [0, x], y: [floor, top], xTicks: [0, x / 2, x],
    yTicks: share ? [0, 0.2, 0.4, 0.6, 0.8, 1].filter((value) => value >= floor) : [0, top / 2, top],
    written: (y) => (share ? String(Math.round(100 * y)) : decimal(y, 2)), bands: [{ low, high, colour }],
    lines: [{ y: low, colour, width: 0.8 }, { y: high, colour, width: 0.8 }, { y: median, colour, width: 2.2, dots: true }],
    levels: share && run && run.bayes !== null ? [run.bayes] : [],
  });
}
