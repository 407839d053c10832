/** A configuration is completed by defaults and checked before anything is computed. */

import { f } from "../engine/arithmetic.mjs";
import { ACTIVATIONS, DEFAULTS, LIFTS, LIMITS, SCHEMES, SETS, WHOLE } from "./choices.mjs";
import { NAME } from "./csv.mjs";
import { checkRates } from "./rates.mjs";
import { refuse } from "./refuse.mjs";
import { readTableau } from "./tableau.mjs";

/** @import { Configuration, Given } from "../types.mjs" */

/**
 * The configuration completed by DEFAULTS, and the noise by the set's own.
 * @param {Partial<Configuration>} configuration
 * @returns {Configuration}
 * @throws {Error} one line: the field, the rule, the value
 */
export function validated(configuration) {
  if (typeof configuration !== "object" || configuration === null) refuse("configuration", "an object", configuration);
  for (const key of Object.keys(configuration)) {
    if (!Object.hasOwn(DEFAULTS, key)) refuse("configuration", `made of ${Object.keys(DEFAULTS).join(", ")}`, key);
  }
  const { data } = configuration;
  const noise = typeof data === "string" && Object.hasOwn(SETS, data) ? SETS[data].noise : DEFAULTS.noise;
  const given = Object.fromEntries(Object.entries(configuration).filter(([, value]) => value !== undefined));
  const full = /** @type {Configuration} */ ({ ...DEFAULTS, noise, ...given });
  for (const field of ["noise", "h", "rate", "share", "decay", "samples", "d_hat", "L", "batch", "epochs", "seed"]) {
    checkNumber(field, /** @type {any} */ (full)[field], /** @type {keyof typeof LIMITS} */ (field));
  }
  checkRates(full.rates);
  choose("net", full.net, ["StandardNet", "RKNet"]);
  choose("activation", full.activation, ACTIVATIONS);
  choose("lift", full.lift, LIFTS);
  if (typeof full.scheme === "string") choose("scheme", full.scheme, Object.keys(SCHEMES));
  else readTableau(full.scheme);
  if (typeof full.data === "string") choose("data", full.data, Object.keys(SETS));
  else checkGiven(full.data);
  return full;
}

/** @param {string} field @param {unknown} value @param {keyof typeof LIMITS} limits  whose */
function checkNumber(field, value, limits) {
  const [least, most] = LIMITS[limits], whole = WHOLE.includes(limits);
  if (typeof value !== "number" || !(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
    refuse(field, `a ${whole ? "whole " : ""}number in ${least} .. ${most}`, value);
  }
}

/** @param {string} field @param {unknown} value @param {string[]} known */
function choose(field, value, known) {
  if (typeof value !== "string" || !known.includes(value)) refuse(field, `one of ${known.join(", ")}`, value);
}

/** @param {Given} data */
function checkGiven(data) {
  if (typeof data !== "object" || data === null) refuse("data", "the name of a set, or points", data);
  const { classes, names } = data;
  checkNumber("data.classes", classes, "classes");
  if (names !== undefined) checkNames(names, classes);
  for (const [name, points] of Object.entries({ data, "data.validation": data.validation ?? data })) {
    const { X, c } = points;
    if (!(Array.isArray(X) && X.length > 0 && X.every((x) => x?.length === 2 && x.every((t) => typeof t === "number" && Number.isFinite(f(t)))))) {
      refuse(`${name}.X`, "a list of one or more points [x1, x2] of finite numbers", X);
    }
    if (!(Array.isArray(c) && c.length === X.length && c.every((k) => Number.isInteger(k) && k >= 0 && k < classes))) {
      refuse(`${name}.c`, `a list of ${X.length} classes in 0 .. ${classes - 1}`, c);
    }
  }
}

/** @param {import("../types.mjs").Names} names @param {number} classes */
function checkNames(names, classes) {
  for (const [part, most] of /** @type {const} */ ([["classes", classes], ["columns", 2]])) {
    const all = names?.[part];
    if (!(Array.isArray(all) && all.length <= most && all.every((name) => typeof name === "string" && name.length <= NAME))) {
      refuse(`data.names.${part}`, `a list of at most ${most} names of at most ${NAME} letters`, all);
    }
  }
}

/** How many points are trained with. @param {Configuration} configuration */
export function trainingPoints({ data, samples, share }) {
  return typeof data === "string" ? Math.round(2 * samples * share) : data.X.length;
}

/** Steps of an epoch. @param {Configuration} configuration */
export function stepsPerEpoch(configuration) {
  return Math.ceil(trainingPoints(configuration) / configuration.batch);
}

/** @param {Configuration} configuration @returns {number} */
export function classesOf({ data }) {
  return typeof data === "string" ? SETS[data].classes : data.classes;
}
