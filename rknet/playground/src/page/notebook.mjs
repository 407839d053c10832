/** What a notebook and the page tell one another: configuration, weights, history, record. */

import { WEIGHT_NAMES } from "../data/weights.mjs";
import { base64, toFloats } from "../run/record.mjs";

/** @import { Weights } from "../types.mjs" */
/** @import { Model, Page } from "./state.mjs" */

/**
 * @typedef {object} Notebook
 * @property {(what: string[]) => Promise<void>} share
 * @property {() => void} begin  start from what the model says
 * @property {() => void} stop
 */

/** @param {Page} page @returns {Notebook} */
export function notebook(page) {
  const { model, state, player, inNotebook, choosing } = page;
  let written = "";

  async function shareWeights() {
    const weights = await player.weights();
    if (!weights) return false;
    written = JSON.stringify(WEIGHT_NAMES.map((name) => [name, base64(weights[name])]));
    model.set("weights", Object.fromEntries(JSON.parse(written)));
    return true;
  }

  /** @param {string[]} what */
  async function share(what) {
    if (!inNotebook) return;
    try {
      if (what.includes("configuration")) model.set("configuration", state.configuration);
      if (what.includes("history") && state.snapshot) model.set("history", state.snapshot.history);
      if (what.includes("weights") && state.snapshot && !(await shareWeights())) return;
      if (what.includes("record")) model.set("record", await player.record());
      model.save_changes();
    } catch (error) {
      console.warn("playground:", error);
    }
  }

  function begin() {
    choosing.replace(model.get("configuration") ?? {});
    state.touched = false;
    const { data } = state.configuration;
    if (typeof data !== "string") state.own = data;
    state.given = weightsOf(model);
    choosing.build();
  }

  const heard = () => {
    const asked = model.get("configuration");
    if (asked && JSON.stringify(asked) !== JSON.stringify(state.configuration)) choosing.replace(asked, true);
  };
  const sent = () => {
    const asked = model.get("weights");
    if (asked?.K && JSON.stringify(WEIGHT_NAMES.map((name) => [name, asked[name]])) !== written) begin();
  };
  model.on("change:configuration", heard);
  model.on("change:weights", sent);
  const stop = () => {
    model.off("change:configuration", heard);
    model.off("change:weights", sent);
  };
  return { share, begin, stop };
}

/** @param {Model} model @returns {Weights|undefined} */
function weightsOf(model) {
  const sent = model.get("weights");
  if (!sent?.K) return undefined;
  return /** @type {Weights} */ (Object.fromEntries(WEIGHT_NAMES.map((name) => [name, toFloats(sent[name])])));
}
