/** One playground: its parts are made, put together and ended here. */

import { Player } from "../run/player.mjs";
import { newViews } from "../views/views.mjs";
import { address } from "./address.mjs";
import { trainingBar } from "./bar.mjs";
import { choosing } from "./choosing.mjs";
import { dataControls } from "./data_controls.mjs";
import { growing, node, steady } from "./elements.mjs";
import { obeyKeys, obeyPointer } from "./hands.mjs";
import { hear } from "./hearing.mjs";
import { layerControls } from "./layer_controls.mjs";
import { guide } from "./guide.mjs";
import { legend } from "./legend.mjs";
import { mainControls } from "./main_controls.mjs";
import { netControls } from "./net_controls.mjs";
import { notebook } from "./notebook.mjs";
import { opener } from "./opener.mjs";
import { ownPoints } from "./own_points.mjs";
import { playing, watch } from "./playing.mjs";
import { presets } from "./presets.mjs";
import { probing } from "./probing.mjs";
import { rateControl } from "./rate_control.mjs";
import { score } from "./score.mjs";
import { sentence } from "./sentence.mjs";
import { newState } from "./state.mjs";
import { shownPoints } from "./shown_points.mjs";
import { STYLE } from "./style.mjs";
import { watchSurroundings } from "./surroundings.mjs";
import { inside } from "./inside.mjs";
import { taskOf } from "./task.mjs";
import { teaching } from "./teaching.mjs";
import { turning } from "./turning.mjs";
import { undoing } from "./undoing.mjs";
import { wantViews } from "./wanted.mjs";

/** @import { Panel } from "../painting/panel.mjs" */
/** @import { Model, Page } from "./state.mjs" */

/** As long as anything that is said of a network without an experiment's words. */
const LONGEST = "All 200 epochs are done. 100.0 % of new points are right; on average, no classifier can exceed 100.0 %; these points " +
  "happen to be easier. No training point lies in the light blue region at the bottom right: its colour is a guess.";
const SIZES = "Spread: how far the features lie from their mean. Norm: how far from 0.";
const LABEL = "Playground: train a Runge-Kutta network. Space plays and pauses, period takes a step, r resets.";

/**
 * Opens a playground in `el`. It reads `configuration`, `weights`, `presets`, `task` and `compact` of the model, and
 * writes `configuration`, `weights`, `history` and `record`. A page adds `static`, and `link` to the playground that
 * obeys the page's address.
 * @param {{model: Model, el: HTMLElement}} place
 * @param {() => void} [heard]  where it is one of several in a race, which plays them together: called after every snapshot
 * @returns {{page: Page, close: () => void}}
 */
export function open({ model, el }, heard) {
  const page = newPage(model, heard);
  compose(page);
  hear(page);
  if (!heard) obeyKeys(page);
  obeyPointer(page);
  el.append(page.root);
  const leave = watchSurroundings(page);
  page.layers.turned(page.state.look.azim);
  wantViews(page);
  if (!page.address.read()) page.notebook.begin();
  page.guide.begin();
  const close = () => {
    for (const part of [page.choosing, page.playing, page.layers, page.probing, page.guide, page.address, page.notebook]) part.stop();
    page.turning.end();
    page.player.close();
    for (const each of page.panels) each.close();
    leave();
    page.root.remove();
  };
  return { page, close };
}

/** The parts, each of which finds the others in the page. @param {Model} model @param {(() => void)|undefined} heard @returns {Page} */
function newPage(model, heard) {
  const page = /** @type {Page} */ (/** @type {unknown} */ ({
    model, heard, offered: model.get("presets") ?? [], compact: Boolean(model.get("compact")), inNotebook: !model.get("static"),
    still: window.matchMedia("(prefers-reduced-motion: reduce)"), state: newState(), panels: [], controls: [],
    player: new Player({ source: model.get("_esm") ?? undefined }),
    root: node("div", { class: "rkp mathjax_ignore tex2jax_ignore", role: "group", tabindex: -1, "aria-label": LABEL }),
  }));
  page.views = newViews(page);
  page.inside = inside(page);
  page.choosing = choosing(page);
  page.playing = playing(page);
  page.rateControl = rateControl(page);
  page.address = address(page);
  page.notebook = notebook(page);
  page.sentence = sentence(page);
  page.legend = legend(page);
  page.score = score(page);
  page.opener = opener(page);
  page.bar = trainingBar(page);
  page.layers = layerControls(page);
  page.turning = turning(page);
  page.undoing = undoing(page);
  page.guide = guide(page);
  page.task = taskOf(page);
  page.probing = probing(page);
  page.shownPoints = shownPoints(page);
  page.ownPoints = ownPoints(page);
  return page;
}

/** The elements, in reading order. @param {Page} page */
function compose(page) {
  const { compact, root, bar, layers, views, sentence, ownPoints, playing } = page;
  const goesIn = dataControls(page), main = mainControls(page), net = netControls(page), offered = presets(page);
  page.controls.push(goesIn, main, net, offered, layers, page.turning, ownPoints, page.shownPoints, page.guide);
  layers.tools.append(page.turning.button);
  if (!page.heard && !page.inNotebook) sentence.foot.append(teaching(page));
  const trainOn = () => {
    if (!page.state.playing) playing.play();
    watch(page);
  };
  root.append(
    node("style", {}, STYLE),
    node("div", { class: `rkp-body${compact ? " rkp-compact" : ""}${page.heard ? " rkp-racer" : ""}` },
      node("div", { class: "rkp-top" }, bar.bar, bar.tools), offered.element,
      growing(node("div", { class: "rkp-say" }, page.heard ? place(sentence.element) : growing(sentence.element), page.undoing.element)), main.element, ...(compact ? [] : [goesIn.element]),
      figure("rkp-traj", "trajectories through the layers", views.trajectories), figure("rkp-feat", layers.title, views.features),
      figure("rkp-decide", page.score.title, views.decision), layers.element,
      node("div", { class: "rkp-right" },
        node("div", { class: "rkp-under" }, ownPoints.element, page.probing.element, page.legend.element, page.shownPoints.element),
        node("div", { class: "rkp-plots" }, views.cost.canvas, views.layers.canvas, node("div", { class: "rkp-hint" }, SIZES))),
      net.element, page.score.element, page.inside.element,
      ...(compact ? [goesIn.element] : []), node("button", { type: "button", class: "rkp-train", click: trainOn }, "↑ Train on, and watch it above"), sentence.foot));
}

/** In a race the words of one network must not move the pictures. @param {HTMLElement} sentence */
function place(sentence) {
  const { element, keep } = steady(sentence);
  keep(LONGEST);
  return element;
}

/** @param {string} name @param {string|Node} title @param {Panel} view */
function figure(name, title, view) {
  return node("div", { class: `rkp-square ${name}` }, node("div", { class: "rkp-title" }, title), view.canvas);
}
