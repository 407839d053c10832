/** The learning rate, which may be changed while the net is trained: the run goes on from the weights as they are. */

import { rateAt, steady } from "../setup/rates.mjs";
import { slider } from "./elements.mjs";
import { leaveRun } from "./state.mjs";

/** @import { Snapshot } from "../types.mjs" */
/** @import { Page } from "./state.mjs" */

/**
 * @typedef {object} RateControl
 * @property {HTMLElement} element
 * @property {() => void} show
 * @property {(seen: Snapshot) => void} hear  what has become of the rate
 * @property {() => void} reset  the same run from the beginning, with the rate that is shown
 */

const RATES = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1];

/** @param {Page} page @returns {RateControl} */
export function rateControl(page) {
  const { state, player, choosing } = page;
  const hint = "size of a training step; change it any time";
  const control = slider("learning rate", "", RATES, change, String, hint);
  let shown = NaN;

  /** @param {number} rate */
  function change(rate) {
    const { snapshot } = state, running = snapshot?.state === "training";
    if (running && !choosing.waits()) player.changeRate(rate);
    else choosing.choose({ rate });
  }

  function show() {
    shown = rateAt(state.configuration, state.snapshot?.step ?? 0);
    control.show(shown);
  }

  /** @param {Snapshot} seen */
  function hear({ rate, rates, step }) {
    const { run } = state;
    if (!run || choosing.waits()) return;
    if (JSON.stringify([rate, rates]) !== JSON.stringify([run.configuration.rate, run.configuration.rates])) {
      run.configuration = { ...run.configuration, rate, rates };
      take({ ...state.configuration, rate, rates });
    }
    if (rateAt(state.configuration, step) !== shown) show(); // else the slider may be on the move
  }

  /** @param {typeof state.configuration} configuration */
  function take(configuration) {
    state.configuration = configuration;
    leaveRun(state);
    state.touched = true;
    page.address.write();
    page.notebook.share(["configuration"]);
  }

  function reset() {
    if (!state.configuration.rates.length) {
      player.reset();
      return;
    }
    take(steady(state.configuration, state.snapshot?.step ?? 0));
    player.configure(state.configuration, state.given);
  }

  return { element: control.element, show, hear, reset };
}
