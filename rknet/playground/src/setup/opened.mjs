/** A network or a run from a file, as JSON: read and checked at this one border, before anything is computed. */

import limits from "../../limits.json" with { type: "json" };
import { GENERATOR } from "../data/random.mjs";
import { initialWeights, WEIGHT_NAMES } from "../data/weights.mjs";
import { f } from "../engine/arithmetic.mjs";
import { RECORD_FORMAT, toFloats } from "../run/record.mjs";
import { LIMITS, SCHEMES, SETS } from "./choices.mjs";
import { classesOf, stepsPerEpoch, validated } from "./configuration.mjs";
import { refuse, refuseText } from "./refuse.mjs";
import { readTableau } from "./tableau.mjs";

/** @import { Configuration, Given, LawName, TableauText, Weights } from "../types.mjs" */

/**
 * What a file says: a network as it was trained, or a run to be repeated.
 * @typedef {object} Opened
 * @property {'net'|'run'} kind
 * @property {Configuration} configuration
 * @property {Weights} [weights]  to start from; without any, the seed draws them
 * @property {number} steps       to take at once
 * @property {string} hash        of the weights after these steps; "" where the file states none
 */

/** How files of `rknet.plain.to_json` are laid out. */
export const NET_FORMAT = "rknet net 1";
/** Bytes of a file, and steps of a run, at most. */
export const LARGEST = limits.file, MOST_STEPS = 1e6;

/** Whether a text is meant as JSON, and not as a table. @param {string} text */
export const isJson = (text) => /^\s*[{[]/.test(text);

/**
 * @param {string} text
 * @param {Configuration} now  whose points and training a network without any is given
 * @returns {Opened}
 * @throws {Error} one line: the entry, the rule, the value
 */
export function fromJson(text, now) {
  if (text.length > LARGEST) refuseText("file", `of at most ${LARGEST} letters`, String(text.length));
  /** @type {any} */ let file;
  try {
    file = JSON.parse(text);
  } catch {
    refuseText("file", "JSON", text.trim());
  }
  try {
    return openedFrom(file, now);
  } catch (error) {
    if (error instanceof RangeError) refuseText("file", "JSON without very deep lists", text.trim());
    throw error;
  }
}

/** @param {unknown} file @param {Configuration} now @returns {Opened} */
function openedFrom(file, now) {
  const format = isObject(file) ? file.format : undefined;
  if (format === NET_FORMAT) return netIn(/** @type {any} */ (file), now);
  if (format === RECORD_FORMAT) return runIn(/** @type {any} */ (file));
  return refuse("format", `"${NET_FORMAT}", as rknet.plain.to_json writes it, or "${RECORD_FORMAT}", as Export does`, format);
}

/** @param {unknown} value @returns {value is Record<string, any>} */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @param {Record<string, any>} file @param {Configuration} now @returns {Opened} */
function netIn(file, now) {
  const { net, scheme, h, d, d_hat, classes, L, activation, lift, weights, points } = file;
  for (const name of ["net", "d_hat", "L", "activation", "lift", ...(net === "RKNet" ? ["scheme", "h"] : [])]) {
    if (file[name] === undefined) refuseText(name, "stated", "nothing"); // what is missing would be chosen by default
  }
  if (d !== 2) refuse("d", "2, for the playground shows points of the plane", d);
  const data = points === undefined ? pointsFor(classes, now) : givenIn(points);
  if (data.classes !== classes) refuse("points.classes", `${classes}, as the network's`, data.classes);
  if (net === "RKNet" && Array.isArray(h)) refuse("h", "one number for all layers, for the playground knows no other", h);
  const { rate, decay, epochs, samples, share, seed } = now, { own, noise } = data;
  const batch = typeof own === "string" ? now.batch : Math.min(now.batch, own.X.length);
  const kind = net === "RKNet" ? { scheme: schemeIn(scheme), h } : {};
  const configuration = validated({ data: own, noise, samples, share, net, d_hat, L, activation, lift, rate, decay, batch, epochs, seed, ...kind });
  return { kind: "net", configuration, weights: weightsIn(weights, configuration), steps: 0, hash: "" };
}

/** Points of the playground for so many classes: those that are shown, if they fit. @param {number} classes @param {Configuration} now */
function pointsFor(classes, now) {
  if (classesOf(now) === classes) return { own: now.data, noise: now.noise, classes };
  const name = /** @type {LawName[]} */ (Object.keys(SETS)).find((each) => SETS[each].classes === classes);
  if (name) return { own: name, noise: SETS[name].noise, classes };
  return refuse("classes", `one of ${[...new Set(Object.values(SETS).map((set) => set.classes))].sort().join(", ")}, or the file must hold points`, classes);
}

/** @param {unknown} points @returns {{own: Given, noise: undefined, classes: number}} */
function givenIn(points) {
  if (!isObject(points)) refuse("points", "an object with classes, X and c", points);
  const { classes, X, c, validation } = /** @type {any} */ (points);
  if (validation !== undefined && !isObject(validation)) refuse("points.validation", "an object with X and c", validation);
  const rest = validation === undefined ? {} : { validation: { X: validation.X, c: validation.c } };
  checkMany("points.X", X);
  checkMany("points.validation.X", validation?.X);
  return { own: { classes, X, c, ...rest }, noise: undefined, classes };
}

/** The samples of a run limit the points of a file. @param {string} name @param {unknown} X */
function checkMany(name, X) {
  const [, most] = LIMITS.samples;
  if (Array.isArray(X) && X.length > most) refuseText(name, `at most ${most} points`, `${X.length} of them`);
}

/** The name of a scheme that is known, or the tableau as it is. @param {unknown} scheme @returns {string|TableauText} */
function schemeIn(scheme) {
  if (!isObject(scheme)) refuse("scheme", "an object with A and beta, lists of entries as text", scheme);
  const text = JSON.stringify(readTableau(/** @type {any} */ (scheme)).text);
  const known = Object.keys(SCHEMES).find((name) => JSON.stringify(readTableau(SCHEMES[name]).text) === text);
  return known ?? JSON.parse(text);
}

/** @param {unknown} weights @param {Configuration} configuration @returns {Weights} */
function weightsIn(weights, configuration) {
  if (!isObject(weights)) refuse("weights", `an object with ${WEIGHT_NAMES.join(", ")}`, weights);
  const { d_hat, L } = configuration, classes = classesOf(configuration);
  const shapes = { lift: [d_hat, 2], K: [L, d_hat, d_hat], b: [L, d_hat], W: [classes, d_hat], mu: [classes] };
  const found = /** @type {Weights} */ (Object.fromEntries(WEIGHT_NAMES.map((name) =>
    [name, Float32Array.from(numbersIn(`weights.${name}`, /** @type {any} */ (weights)[name], shapes[name]))])));
  const zero = configuration.lift === "zero" && initialWeights(configuration).lift;
  if (zero && zero.some((entry, i) => entry !== found.lift[i])) refuse("weights.lift", "the identity above zeros, for the lift zero", [...found.lift]);
  return found;
}

/** The numbers of nested lists, row by row. @param {string} name @param {unknown} list @param {number[]} shape @returns {number[]} */
function numbersIn(name, list, [length, ...inner]) {
  if (!Array.isArray(list) || list.length !== length) refuse(name, `a list of ${length}`, list);
  return /** @type {unknown[]} */ (list).flatMap((entry, i) => {
    if (inner.length) return numbersIn(`${name}[${i}]`, entry, inner);
    return typeof entry === "number" && Number.isFinite(f(entry)) ? entry : refuse(`${name}[${i}]`, "a finite number", entry);
  });
}

/** @param {Record<string, any>} file @returns {Opened} */
function runIn({ generator, configuration: stated, start, initial, steps, weights: hash }) {
  if (generator !== GENERATOR) refuse("generator", `"${GENERATOR}"`, generator);
  if (!isObject(stated)) refuse("configuration", "an object", stated);
  if (isObject(stated.data)) givenIn(stated.data);
  const configuration = validated(stated);
  if (start !== "drawn" && start !== "given") refuse("start", '"drawn" or "given"', start);
  const most = Math.min(MOST_STEPS, configuration.epochs * stepsPerEpoch(configuration));
  if (!(Number.isInteger(steps) && steps >= 0 && steps <= most)) refuse("steps", `a whole number in 0 .. ${most}`, steps);
  if (typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash)) refuse("weights", "a hash of 64 digits", hash);
  const given = start === "given" ? { weights: initialIn(initial) } : {};
  return { kind: "run", configuration, ...given, steps, hash };
}

/** Weights as base64, whose sizes the run checks. @param {unknown} initial @returns {Weights} */
function initialIn(initial) {
  if (!isObject(initial)) refuse("initial", `an object with ${WEIGHT_NAMES.join(", ")}`, initial);
  return /** @type {Weights} */ (Object.fromEntries(WEIGHT_NAMES.map((name) => {
    const array = floatsIn(`initial.${name}`, /** @type {any} */ (initial)[name]);
    const odd = array.find((entry) => !Number.isFinite(entry));
    return odd === undefined ? [name, array] : refuseText(`initial.${name}`, "finite numbers", String(odd));
  })));
}

/** @param {string} name @param {unknown} text */
function floatsIn(name, text) {
  try {
    if (typeof text === "string") return toFloats(text);
  } catch {
    // refused below, like what is no text
  }
  return refuse(name, "base64 of float32 numbers", text);
}
