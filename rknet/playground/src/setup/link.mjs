/** The end of an address that holds a whole playground: configuration and look. */

import { DEFAULTS, LIMITS } from "./choices.mjs";
import { packed, unpacked } from "./drawn.mjs";
import { typedTableau } from "./tableau.mjs";

/** @import { Choice, Configuration } from "../types.mjs" */

/**
 * What a playground shows besides its configuration; part of a link.
 * @typedef {object} Look
 * @property {number} steps  steps to take as soon as the page is open
 * @property {number|null} layer  the layer whose features are shown; null for the last
 * @property {2|3} view      principal components that are drawn
 * @property {number} azim   angle of view in degrees, as in Matplotlib
 * @property {number} elev
 * @property {'new'|'training'|'all'|'none'} [points]  which points the prediction shows
 * @property {boolean} [discrete]  whether the prediction shows answers, not how sure they are
 * @property {string} [task]      what the reader is asked to do
 * @property {string[]} [hide]   parts that are not shown, by their names in PARTS
 */

/** Parts of the page that a link may hide, and what belongs to each. */
export const PARTS = {
  experiments: "the experiments to choose from, and the guided start",
  data: "points, noise, lift, batch, epochs, seed, and the learning rate",
  net: "network, activation, width, depth and step size",
  trajectories: "the picture of the trajectories through the layers",
  features: "the picture of the features at a layer",
  layers: "the choice of the layer and of the view",
  prediction: "the picture of the prediction, and what is below it",
  score: "the shares of right answers, the cost and the confusion matrix",
  plots: "the curves of the cost and of the features' sizes",
  inside: "weights and costates by layer",
  formula: "the formulas at the end, and this form",
  tools: "speed, link and export",
};

export const POINTS = /** @type {const} */ (["new", "training", "all", "none"]);

/** Letters of a task that a link has room for. */
export const TASK = 300;

export const LINK = "#rknet?";

const WRITTEN = { d: "d_hat", L: "L", h: "h", sigma: "activation", lift: "lift", rate: "rate", batch: "batch", epochs: "epochs", seed: "seed" };

const NUMBERS = ["d_hat", "L", "h", "rate", "batch", "epochs", "seed"];

/**
 * Configuration and look as the end of an address.
 * @param {Configuration} configuration
 * @param {Look} look
 */
export function toLink(configuration, look) {
  const { data, noise, samples, net, scheme } = configuration;
  /** @type {[string, string|number][]} */
  const parts = typeof data === "string" ? [["data", data], ["noise", noise], ["samples", samples]] : [["points", packed(data)]];
  if (typeof data !== "string" && data.validation) parts.push(["new_points", packed(data.validation)]);
  if (typeof data !== "string" && data.names) parts.push(["names", JSON.stringify(data.names)]);
  if (net === "StandardNet") parts.push(["net", net]);
  else if (typeof scheme === "string") parts.push(["net", scheme]);
  else parts.push(["A", scheme.A.map((row) => row.join(",")).join(";")], ["beta", scheme.beta.join(",")]);
  for (const [letter, key] of Object.entries(WRITTEN)) {
    if (key !== "h" || net !== "StandardNet") parts.push([letter, /** @type {any} */ (configuration)[key]]);
  }
  const { rates, share, decay } = configuration;
  if (decay) parts.push(["decay", decay]);
  if (share !== DEFAULTS.share) parts.push(["share", share]);
  if (rates.length) parts.push(["rates", rates.map(([step, rate]) => `${step}:${rate}`).join(",")]);
  parts.push(["steps", look.steps], ["view", look.view], ["azim", Math.round(look.azim)], ["elev", Math.round(look.elev)]);
  if (look.layer !== null) parts.push(["layer", look.layer]);
  if (look.points && look.points !== (typeof data === "string" ? "new" : "all")) parts.push(["points_shown", look.points]);
  if (look.discrete) parts.push(["discrete", 1]);
  if (look.task) parts.push(["task", look.task]);
  if (look.hide?.length) parts.push(["hide", look.hide.join(",")]);
  return LINK + parts.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");
}

/**
 * What a link says; null for another kind of link.
 * @param {string} hash
 * @returns {{choice: Choice, look: Partial<Look>}|null}
 * @throws {Error} one line, if it says something that cannot be
 */
export function fromLink(hash) {
  if (!hash.startsWith(LINK)) return null;
  const said = new Map([...new URLSearchParams(hash.slice(LINK.length))]);
  /** @type {any} */ const choice = {};
  /** @type {Partial<Look>} */ const look = {};
  const number = (/** @type {string} */ key) => {
    const text = said.get(key);
    if (text === undefined) return undefined;
    if (!text.trim() || !Number.isFinite(Number(text))) throw new Error(`${key}: must be a number, got ${text}`);
    return Number(text);
  };
  if (said.has("points")) choice.data = given(said);
  else if (said.has("data")) choice.data = said.get("data");
  for (const key of ["noise", "samples", "share", "decay"]) if (said.has(key)) choice[key] = number(key);
  if (said.has("A") || said.has("beta")) {
    choice.net = "RKNet";
    choice.scheme = typedTableau(said.get("A") ?? "", said.get("beta") ?? "");
  } else if (said.has("net")) {
    choice.net = said.get("net") === "StandardNet" ? "StandardNet" : "RKNet";
    if (choice.net === "RKNet") choice.scheme = said.get("net");
  }
  for (const [letter, key] of Object.entries(WRITTEN)) {
    if (said.has(letter)) choice[key] = NUMBERS.includes(key) ? number(letter) : said.get(letter);
  }
  const rates = said.get("rates");
  if (rates) choice.rates = rates.split(",").map((change) => change.split(":").map(Number));
  const whole = (/** @type {string} */ key, /** @type {number} */ most) => {
    const value = number(key);
    if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value <= most)) {
      throw new Error(`${key}: must be a whole number from 0 to ${most}, got ${value}`);
    }
    return value;
  };
  const steps = whole("steps", 1e6), layer = whole("layer", LIMITS.L[1]);
  if (steps !== undefined) look.steps = steps;
  if (layer !== undefined) look.layer = layer;
  if (said.has("view")) look.view = number("view") === 2 ? 2 : 3;
  for (const key of /** @type {const} */ (["azim", "elev"])) {
    const angle = number(key);
    if (angle !== undefined) look[key] = angle;
  }
  const shown = said.get("points_shown"), hide = said.get("hide");
  if (shown !== undefined) look.points = /** @type {Look['points']} */ (known("points_shown", shown, POINTS));
  if (said.has("discrete")) look.discrete = said.get("discrete") === "1";
  const task = said.get("task");
  if (task && task.length > TASK) throw new Error(`task: must have at most ${TASK} letters, got ${task.length}`);
  if (task) look.task = task;
  if (hide) look.hide = hide.split(",").map((part) => known("hide", part, Object.keys(PARTS)));
  return { choice, look };
}

/** Points of a reader's own; what they are called is checked with the configuration. @param {Map<string, string>} said */
function given(said) {
  const training = unpacked(said.get("points") ?? ""), names = said.get("names"), held = said.get("new_points");
  const { classes, ...validation } = unpacked(held ?? "");
  return {
    ...training, classes: Math.max(training.classes, classes),
    ...(held === undefined ? {} : { validation }), ...(names === undefined ? {} : { names: namesIn(names) }),
  };
}

/** @param {string} text */
function namesIn(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`names: must be an object in JSON, got ${text.slice(0, 40)}`);
  }
}

/** @param {string} key @param {string} value @param {readonly string[]} values */
function known(key, value, values) {
  if (!values.includes(value)) throw new Error(`${key}: must be one of ${values.join(", ")}, got ${value}`);
  return value;
}
