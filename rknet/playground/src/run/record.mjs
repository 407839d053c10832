/** The record of a run as it is exported, and the hash of its weights. */

import { classesOf } from "../setup/configuration.mjs";
import { sha256 } from "./sha256.mjs";

/** @import { Configuration, Weights } from "../types.mjs" */

/** The layout of a run's record; raised when records are laid out differently. */
export const RECORD_FORMAT = "rknet playground 1";

/** JSON has no NaN and no infinity. @param {number} x */
export const writtenNumber = (x) => (Number.isFinite(x) ? x : /** @type {any} */ (Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf"));

/** @param {Float32Array} array @returns {string} its little-endian bytes */
export function base64(array) {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(text);
}

/** The reverse of `base64`. @param {string} text */
export function toFloats(text) {
  return new Float32Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
}

/**
 * SHA-256 of a net's weights as `rknet.hashes.weights_hash` takes it: name, type, shape and bytes of each array. Where
 * training has diverged, every NaN counts as the same one, for processors differ in its bits.
 * @param {Configuration} configuration @param {Weights} weights @returns {string}
 */
export function weightsHash({ d_hat, L, lift, ...rest }, { K, W, b, lift: M, mu }) {
  const classes = classesOf({ d_hat, L, lift, ...rest });
  /** @type {[string, string, Float32Array][]} */
  const arrays = [["K", `${L}, ${d_hat}, ${d_hat}`, K], ["W", `${classes}, ${d_hat}`, W], ["b", `${L}, ${d_hat}`, b]];
  if (lift !== "zero") arrays.push(["lift.matrix", `${d_hat}, 2`, M]);
  arrays.push(["mu", `${classes},`, mu]);
  const parts = arrays.flatMap(([name, shape, array]) => {
    const copy = new Uint32Array(array.slice().buffer);
    array.forEach((x, i) => {
      if (Number.isNaN(x)) copy[i] = 0x7fc00000;
    });
    return [new TextEncoder().encode(`${name} <f4 (${shape})\n`), new Uint8Array(copy.buffer)];
  });
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return sha256(whole);
}
