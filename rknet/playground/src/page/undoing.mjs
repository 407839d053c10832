/** A choice begins a new run; the one before can be had back. */

import { node } from "./elements.mjs";

/** @import { Configuration, Weights } from "../types.mjs" */
/** @import { Named } from "./opener.mjs" */
/** @import { Page } from "./state.mjs" */

/**
 * @typedef {object} Undoing
 * @property {HTMLElement} element
 * @property {() => void} keep    remember the run as it is, for a new one is about to begin
 * @property {() => void} forget
 * @property {() => string} words  what has been set aside; "" once the new run has been trained
 */

/** @param {Page} page @returns {Undoing} */
export function undoing(page) {
  const { state } = page;
  /** What the run in progress was given. @typedef {{given: Weights|undefined, opened: Named|null}} Start */
  /** @type {Start & {configuration: Configuration, steps: number, epoch: number}|null} */ let kept = null;
  /** @type {Start} */ let start = { given: undefined, opened: null };

  function undo() {
    if (!kept) return;
    const { configuration, steps } = kept;
    page.playing.pause();
    page.choosing.replace(configuration);
    Object.assign(state, { given: kept.given, opened: kept.opened });
    if (typeof configuration.data !== "string") state.own = configuration.data;
    state.look.steps = steps; // the same steps from the same start: the same bits
    forget();
    page.choosing.build();
  }

  const element = node("button", { type: "button", class: "rkp-undo", hidden: true, click: undo }, "Back to the run before");

  function keep() {
    const { run, snapshot } = state;
    if (run && snapshot && snapshot.step > 0) {
      const { rate, rates, step: steps, epoch } = snapshot; // a change of the rate may not have been heard of before
      kept = { configuration: { ...run.configuration, rate, rates }, ...start, steps, epoch };
    }
    start = { given: state.given, opened: state.opened };
    element.hidden = !kept;
  }

  function forget() {
    kept = null;
    element.hidden = true;
  }

  function words() {
    if (!kept || (state.snapshot?.step ?? 0) > 0) return "";
    const trained = kept.epoch ? `${kept.epoch} ${kept.epoch === 1 ? "epoch" : "epochs"}` : `${kept.steps} steps`;
    if (state.given) return `The run before had ${trained} of training. `;
    return `Your change began a new run with new random weights; the one before had ${trained} of training. `;
  }

  return { element, keep, forget, words };
}
