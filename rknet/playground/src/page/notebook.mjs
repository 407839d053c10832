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

/** What views have written into their model: another view of the same widget hears of it, and it is not Python's. */
const ours = new WeakSet();

/** @param {Page} page @returns {Notebook} */
export function notebook(page) {
  const { model, state, player, inNotebook, choosing } = page;
  let written = "";
  /** Whether another view tells the notebook of its run, while nothing has been trained here. */
  let silent = false;

  async function shareWeights() {
    const weights = await player.weights();
    if (!weights) return false;
    written = JSON.stringify(WEIGHT_NAMES.map((name) => [name, base64(weights[name])]));
    const named = Object.fromEntries(JSON.parse(written));
    ours.add(named);
    model.set("weights", named);
    return true;
  }

  /** @param {string[]} what */
  async function share(what) {
    if (!inNotebook) return;
    if (what.includes("history") && silent && state.snapshot?.step === 0) return;
    silent = false;
    try {
      if (what.includes("configuration")) {
        ours.add(state.configuration);
        model.set("configuration", state.configuration);
      }
      if (what.includes("history") && state.snapshot) model.set("history", state.snapshot.history);
      if (what.includes("weights") && state.snapshot && !(await shareWeights())) return;
      if (what.includes("record")) model.set("record", await player.record());
      model.save_changes();
    } catch (error) {
      console.warn("playground:", error);
    }
  }

  function start() {
    choosing.replace(model.get("configuration") ?? {});
    state.touched = false;
    const { data } = state.configuration;
    if (typeof data !== "string") state.own = data;
    state.given = weightsOf(model);
    choosing.build();
  }

  function begin() {
    start();
    silent = Boolean(model.get("history")?.val_cost?.length);
  }

  const heard = () => {
    const asked = model.get("configuration");
    if (!asked || JSON.stringify(asked) === JSON.stringify(state.configuration)) return;
    choosing.replace(asked, true);
    silent = ours.has(asked);
  };
  const sent = () => {
    const asked = model.get("weights");
    if (!asked?.K || ours.has(asked)) return;
    if (JSON.stringify(WEIGHT_NAMES.map((name) => [name, asked[name]])) !== written) start();
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
