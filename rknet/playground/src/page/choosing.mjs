/** Choices are taken over at once, and a new net is built when they stop coming. */

import { DEFAULTS } from "../setup/choices.mjs";
import { classesOf, validated } from "../setup/configuration.mjs";
import { steady } from "../setup/rates.mjs";
import { said } from "../setup/refuse.mjs";
import { leaveRun } from "./state.mjs";

/** @import { Choice, Configuration } from "../types.mjs" */
/** @import { Page } from "./state.mjs" */

/**
 * @typedef {object} Choosing
 * @property {(choice: Choice, atOnce?: boolean) => void} choose  take over what differs
 * @property {(choice: Choice, atOnce?: boolean) => void} replace  the same, everything else by default
 * @property {(choice: Choice) => boolean} isChosen  whether it describes the configuration
 * @property {() => void} build
 * @property {() => boolean} waits  whether a choice waits to be built
 * @property {() => void} stop  forget what waits to be built
 */

/** Milliseconds without a change before a net is built. */
const AFTER_TYPING = 180;

/** @param {Page} page @returns {Choosing} */
export function choosing(page) {
  const { state } = page;
  let timer = 0;

  /** @param {Choice} choice */
  function isChosen(choice) {
    const configuration = /** @type {any} */ (state.configuration);
    return Object.entries(choice).every(([key, value]) => configuration[key] === value);
  }

  /** @param {Choice} choice */
  function take(choice) {
    /** @type {any} */ const next = { ...steady(state.configuration, state.snapshot?.step ?? 0), ...choice };
    if (choice.data !== undefined && choice.noise === undefined) delete next.noise;
    if (typeof next.data !== "string") next.batch = Math.max(1, Math.min(next.batch, next.data.X.length));
    state.touched = true;
    state.problem = "";
    state.look.steps = 0;
    try {
      const before = state.configuration;
      state.configuration = validated(next);
      if (!sameNet(before, state.configuration)) Object.assign(state, { given: undefined, opened: null });
      leaveRun(state);
    } catch (error) {
      state.problem = said(error);
    }
    state.about = page.offered.find((preset) => isChosen(preset.configuration))?.say ?? "";
  }

  /** @param {Choice} choice */
  function choose(choice, atOnce = false) {
    take(choice);
    for (const part of page.controls) part.show();
    stop();
    if (state.problem) page.sentence.tell();
    else if (atOnce) build();
    else timer = window.setTimeout(build, AFTER_TYPING);
  }

  /** @param {Choice} choice */
  function replace(choice, atOnce = false) {
    Object.assign(state, { given: undefined, opened: null });
    choose({ ...DEFAULTS, noise: undefined, ...choice }, atOnce);
  }

  function build() {
    stop();
    page.undoing.keep();
    page.playing.restart(() => page.player.configure(state.configuration, state.given));
    if (state.touched) page.address.write();
    page.notebook.share(["configuration"]);
  }

  function stop() {
    clearTimeout(timer);
    timer = 0;
  }

  return { choose, replace, isChosen, build, waits: () => timer !== 0, stop };
}

/** What decides which weights a net has; the rest says what they are trained with. */
const NET = /** @type {const} */ (["net", "scheme", "h", "d_hat", "L", "activation", "lift", "seed"]);

/** Whether weights that were given still fit. @param {Configuration} before @param {Configuration} after */
function sameNet(before, after) {
  return classesOf(before) === classesOf(after) && NET.every((key) => JSON.stringify(before[key]) === JSON.stringify(after[key]));
}
