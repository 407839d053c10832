/** A race: several nets side by side, trained on the same points under one play. */

import { SETS } from "../setup/choices.mjs";
import { paintPlot } from "../painting/plot.mjs";
import { Panel } from "../painting/panel.mjs";
import { lighter } from "../painting/colours.mjs";
import { largest, smallest } from "../geometry/extremes.mjs";
import { NET_NAMES, SET_NAMES } from "../words/names.mjs";
import { percent, short } from "../words/numbers.mjs";
import { band } from "./band.mjs";
import { icon, ICONS, node, select, steady, tell } from "./elements.mjs";
import { obeyKeys } from "./hands.mjs";
import { sample } from "./legend.mjs";
import { open } from "./opening.mjs";
import { STYLE } from "./style.mjs";
import { whenRecoloured } from "./surroundings.mjs";

/** @import { Choice, Configuration, LawName } from "../types.mjs" */
/** @import { Preset } from "../words/names.mjs" */
/** @import { Model, Page } from "./state.mjs" */

const LABEL = "Race: several networks trained together. Space plays and pauses, period takes a step, r resets.";

/** Colours and dashes of the lanes' curves; a third cue are their names. */
const LINES = [
  { colour: "#0072B2", dash: [] }, { colour: "#D55E00", dash: [7, 3] }, { colour: "#009E73", dash: [2, 3] }, { colour: "#CC79A7", dash: [9, 3, 2, 3] },
];

/** @param {{model: Model, el: HTMLElement}} place @returns {() => void} ends it */
export function race({ model, el }) {
  const root = node("div", { class: "rkp rkp-race mathjax_ignore tex2jax_ignore", role: "group", tabindex: -1, "aria-label": LABEL });
  const starters = /** @type {Preset[]} */ (model.get("race")), places = starters.map(() => node("div", {}));
  const names = starters.map(() => node("span", {}));
  const board = node("div", { class: "rkp-lanes" }, ...places.map((place, k) => node("section", {}, node("div", { class: "rkp-lane" }, sign(k), " ", names[k]), place)));
  /** @type {{page: Page, close: () => void}[]} */ const lanes = [];
  const pages = () => lanes.map((lane) => lane.page);
  const curves = new Panel("Accuracy of every network by epoch", (pen, width, height) => paintCurves(pages(), pen, width, height));
  const seeds = band(pages, described, starters.length);
  const play = node("button", { type: "button", class: "rkp-play", click: () => playing.toggle() });
  const standing = node("div", { class: "rkp-sentence", role: "status" }), place = steady(standing);

  const running = () => pages().some(({ state }) => state.playing);
  const playing = {
    toggle: () => {
      const on = running();
      for (const page of pages()) on ? page.playing.pause() : page.playing.play();
      show();
    },
    step: () => pages().forEach((page) => page.playing.step()),
    reset: () => pages().forEach((page) => page.playing.reset()),
  };
  const together = (/** @type {(now: Configuration) => Choice} */ change) => {
    for (const page of pages()) page.choosing.choose(change(page.state.configuration), true);
  };
  const sets = Object.fromEntries(Object.keys(SETS).map((name) => [name, SET_NAMES[name]]));
  const data = select("data", sets, (value) => together(() => ({ data: /** @type {LawName} */ (value) })));
  const bar = node("div", { class: "rkp-race-bar", role: "group", "aria-label": "Race" }, play,
    node("button", { type: "button", click: playing.reset, title: "All back to their initial weights (r)" }, "Reset"), data.element,
    node("button", { type: "button", click: () => together(({ seed }) => ({ seed: seed + 1 })), title: "Other points, other weights" }, "Next seed"));

  function show() {
    const word = running() ? "Pause" : "Play";
    if (play.textContent?.trim() !== word) play.replaceChildren(icon(running() ? ICONS.pause : ICONS.play), ` ${word}`);
    pages().forEach(({ state }, k) => tell(names[k], described(state.configuration)));
    const [first] = pages();
    if (first && typeof first.state.configuration.data === "string") data.show(first.state.configuration.data);
    tell(standing, running() ? "All are trained, on the same points." : standingOf(pages()));
    place.keep(longest(pages()));
    curves.soon();
    if (lanes.length === starters.length) seeds.show();
  }

  root.append(node("style", {}, STYLE), bar, place.element, curves.canvas, board, seeds.element);
  el.append(root);
  const common = model.get("configuration") ?? {};
  starters.forEach((starter, k) => {
    const said = { static: true, compact: true, configuration: { ...common, ...starter.configuration }, _esm: model.get("_esm") };
    lanes.push(open({ model: laneModel(said), el: places[k] }, show));
  });
  obeyKeys({ root, playing });
  const ended = whenRecoloured(() => {
    curves.soon();
    seeds.recolour();
  });
  show();
  return () => {
    ended();
    for (const lane of lanes) lane.close();
    curves.close();
    seeds.close();
    root.remove();
  };
}

/** A model of its own for a lane, which tells nobody. @param {Record<string, any>} said @returns {Model} */
const laneModel = (said) => ({ get: (name) => said[name], set: () => {}, save_changes: () => {}, on: () => {}, off: () => {} });

/** The line of a lane in the plot. @param {number} k */
function sign(k) {
  const { colour, dash } = LINES[k % LINES.length];
  return sample(`<path d="M-8 0H8" fill="none" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dash.join(" ")}"/>`);
}

/** A net in a few words. @param {Configuration} configuration */
function described({ net, scheme, d_hat, L, h, rate, rates }) {
  const name = net === "StandardNet" ? net : typeof scheme === "string" ? NET_NAMES[scheme] : "your own tableau";
  const step = net === "StandardNet" ? "" : `, h = ${short(h)}`;
  return `${name}, width ${d_hat}, ${L} ${L === 1 ? "layer" : "layers"}${step}, rate ${[rate, ...rates.map(([, next]) => next)].map(short).join(", then ")}`;
}

/** Who is ahead. @param {Page[]} pages */
function standingOf(pages) {
  const now = pages.map(({ state: { snapshot, configuration } }) =>
    ({ accuracy: snapshot?.history.val_accuracy[snapshot.history.val_accuracy.length - 1] ?? NaN, epoch: snapshot?.epoch ?? 0, name: described(configuration) }));
  if (now.every(({ epoch }) => epoch === 0)) return "The same points for all. Press play.";
  return inWords(now, now.reduce((best, lane) => (lane.accuracy > best.accuracy ? lane : best)).name);
}

/** @param {{accuracy: number, epoch: number}[]} lanes @param {string} ahead */
function inWords(lanes, ahead) {
  const words = lanes.map(({ accuracy, epoch }, k) => `${k + 1}: ${percent(accuracy)} after ${epoch} ${epoch === 1 ? "epoch" : "epochs"}`);
  return `New points right, ${words.join("; ")}. Ahead: ${ahead}.`;
}

/** The longest words that may come. @param {Page[]} pages */
function longest(pages) {
  const all = pages.map(({ state }) => state.configuration), names = all.map(described);
  return inWords(all.map(({ epochs }) => ({ accuracy: 1, epoch: epochs })), names.reduce((a, b) => (b.length > a.length ? b : a), ""));
}

/** @param {Page[]} pages @param {CanvasRenderingContext2D} pen @param {number} width @param {number} height */
function paintCurves(pages, pen, width, height) {
  const curves = pages.map(({ state }) => state.snapshot?.history.val_accuracy ?? []), [first] = pages;
  if (!first?.state.run) return;
  const { theme, run } = first.state, x = Math.max(10, 10 * Math.ceil((Math.max(...curves.map((y) => y.length)) - 1) / 10));
  const least = curves.reduce((low, y) => smallest(y, low), 1), low = [0.8, 0.6, 0.4, 0.2].find((value) => value <= least) ?? 0;
  paintPlot(pen, width, height, theme, {
    title: "accuracy on new points in %, by epoch", x: [0, x], y: [low, largest([], 1.02)], xTicks: [0, x / 2, x],
    yTicks: [0, 0.2, 0.4, 0.6, 0.8, 1].filter((value) => value >= low), written: (y) => String(Math.round(100 * y)),
    lines: curves.map((y, k) => {
      const { colour, dash } = LINES[k % LINES.length];
      return { y, colour: theme.dark ? lighter(colour, 0.3) : colour, dash, dots: true };
    }),
    levels: run.bayes === null ? [] : [run.bayes],
  });
}
