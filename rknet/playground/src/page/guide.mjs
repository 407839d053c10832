/** A guided start: a few captioned steps, each of which sets the playground, and which the reader may skip. */

import { DEFAULTS } from "../setup/choices.mjs";
import { stepsPerEpoch } from "../setup/configuration.mjs";
import { LINK } from "../setup/link.mjs";
import { percent } from "../words/numbers.mjs";
import { growing, node, tell } from "./elements.mjs";
import { watch } from "./playing.mjs";

/** @import { Choice } from "../types.mjs" */
/** @import { Page } from "./state.mjs" */

/**
 * @typedef {object} Step
 * @property {string} title
 * @property {string} say
 * @property {Choice} [configuration]  what is shown; left out, what the page begins with
 * @property {number} [epochs]         so many are trained at once
 * @property {boolean} [play]          whether training then plays
 * @property {boolean} [flow]          whether the points then move through the layers
 * @property {string} [lit]            the picture to look at: traj, feat or decide
 */

/**
 * @typedef {object} Guide
 * @property {HTMLElement} element
 * @property {HTMLElement} again  the button that opens it
 * @property {() => void} begin
 * @property {() => void} show  closes it where other points are chosen than it speaks of
 * @property {() => void} count  how many points are right, in a step that trains
 * @property {() => void} stop
 */

/** Milliseconds between two looks whether a net has caught up. */
const OFTEN = 60;

/** How many points are right, beside the words of a step that trains: the prediction may be out of sight. @param {Page} page */
function counted({ state }) {
  const element = node("div", { class: "rkp-guide-right" });

  function begin(/** @type {Step} */ { epochs, play }) {
    element.hidden = !epochs && !play;
    tell(element, "");
  }

  function count() {
    const { val_accuracy = [] } = state.snapshot?.history ?? {};
    const best = state.run?.bayes ? `; the best possible is ${percent(state.run.bayes)}` : "";
    if (val_accuracy.length) tell(element, `${percent(val_accuracy[val_accuracy.length - 1])} of the new points are right${best}`);
  }

  return { element, begin, count };
}

/** @param {Page} page @returns {Guide} */
export function guide(page) {
  const { model, root } = page;
  /** @type {Step[]} */ const steps = model.get("guide") ?? [];
  const text = growing(node("div", { class: "rkp-guide-text", "aria-live": "polite" }));
  const right = counted(page);
  const back = node("button", { type: "button", click: () => lead(at - 1) }, "Back");
  const next = node("button", { type: "button", class: "rkp-next", click: () => lead(at + 1) }, "Next");
  const skip = node("button", { type: "button", click: close }, "Skip");
  const element = node("div", { class: "rkp-guide", role: "group", "aria-label": "Guided start", hidden: true },
    text, node("div", { class: "rkp-row" }, right.element, back, next, skip));
  const again = node("button", { type: "button", hidden: !steps.length, click: () => lead(0) }, "Guided start");
  /** @type {Choice} */ const first = model.get("configuration") ?? {};
  let at = 0, timer = 0;

  function lead(/** @type {number} */ position) {
    go(position);
    watch(page, element.hidden ? element.parentElement : element); // at its end, the experiments that are offered
  }

  function go(/** @type {number} */ position) {
    if (position >= steps.length) {
      close();
      return;
    }
    at = position;
    const { title, say } = steps[at];
    right.begin(steps[at]);
    text.replaceChildren(node("b", {}, `${at + 1} of ${steps.length}. ${title}. `), say);
    back.disabled = at === 0;
    next.textContent = at + 1 < steps.length ? "Next" : "Done";
    skip.hidden = at + 1 === steps.length;
    [element.hidden, again.hidden] = [false, true];
    root.classList.add("rkp-guided");
    root.dataset.lit = steps[at].lit ?? "";
    set(steps[at]);
  }

  function show() {
    const { data = DEFAULTS.data } = steps[at]?.configuration ?? first;
    if (!element.hidden && page.state.configuration.data !== data) close();
  }

  function close() {
    clearTimeout(timer);
    [element.hidden, again.hidden] = [true, false];
    root.classList.remove("rkp-guided");
    delete root.dataset.lit;
  }

  function set(/** @type {Step} */ { configuration = first, epochs = 0, play, flow }) {
    const { state, choosing, playing, layers, still } = page;
    clearTimeout(timer);
    layers.stop();
    if (configuration === first && choosing.isChosen(first)) return;
    playing.pause();
    state.look.layer = null;
    choosing.replace(configuration);
    const trained = (play && still.matches ? state.configuration.epochs : epochs) * stepsPerEpoch(state.configuration);
    state.look.steps = trained;
    state.touched = false;
    choosing.build();
    page.undoing.forget();
    for (const part of page.controls) part.show();
    const { generation } = page.player;
    const whenTrained = () => {
      if (page.player.generation !== generation) return;
      if ((state.snapshot?.step ?? -1) < trained) timer = window.setTimeout(whenTrained, OFTEN);
      else if (flow) layers.flow();
      else if (play && !still.matches) playing.play();
    };
    timer = window.setTimeout(whenTrained, OFTEN);
  }

  function begin() {
    if (steps.length && !location.hash.startsWith(LINK)) go(0);
  }

  return { element, again, begin, show, count: right.count, stop: () => clearTimeout(timer) };
}
