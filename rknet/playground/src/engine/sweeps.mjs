/** Both sweeps over the layers: WebAssembly where the browser has it, else JavaScript. */

import { scriptSweeps } from "./javascript.mjs";
import { assembledSweeps } from "./webassembly.mjs";

/** @import { Layers } from "./layers.mjs" */
/** @import { Layout } from "./layout.mjs" */

/**
 * The sweeps over one memory: two programs offer them, with the same bits.
 *   forward(rows, keep): from the batch x to y[L] and the logits z; with keep = 0 every layer overwrites the one before.
 *   backward(rows, rate, scale, moving): from dz to p[0], moving each weight as soon as its gradient is known; with
 *   moving = 0 the gradient is left in the first moments, and no weight moves. The program in JavaScript calls `look`
 *   with L, ..., 0 as soon as the costates p[l] stand in the memory.
 * @typedef {object} Sweeps
 * @property {'webassembly'|'javascript'} kernel
 * @property {Float32Array} memory
 * @property {(rows: number, keep: number) => void} forward
 * @property {(rows: number, rate: number, scale: number, moving: number, look?: (l: number) => void) => void} backward
 */

/**
 * @param {Layers} net @param {Layout} at @param {'auto'|'webassembly'|'javascript'} kernel @returns {Sweeps}
 */
export function sweepsFor(net, at, kernel) {
  if (kernel === "javascript") return scriptSweeps(net, at);
  try {
    return assembledSweeps(net, at);
  } catch (error) {
    if (kernel === "webassembly") throw error;
    return scriptSweeps(net, at); // a browser without vectors in WebAssembly, or with a policy against it
  }
}
