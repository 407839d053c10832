/** The sweeps as a WebAssembly module, written for one net. */

import { flat, unsigned } from "./simd.mjs";
import { backwardRoutine } from "./simd_backward.mjs";
import { callsOf } from "./simd_calls.mjs";
import { forwardRoutine } from "./simd_forward.mjs";

/** @import { Layers } from "./layers.mjs" */
/** @import { Layout } from "./layout.mjs" */
/** @import { Routine } from "./routine.mjs" */
/** @import { Code } from "./simd.mjs" */
/** @import { Sweeps } from "./sweeps.mjs" */

/** @param {Layers} net @param {Layout} at @returns {Uint8Array<ArrayBuffer>} */
function assemble(net, at) {
  /** @type {Routine[]} */
  const routines = [];
  const define = (/** @type {Routine} */ routine) => routines.push(routine) - 1;
  const calls = callsOf(net, at, define);
  const forward = define(forwardRoutine(net, at, calls)), backward = define(backwardRoutine(net, at, calls));
  return moduleBytes(routines, { forward, backward });
}

/**
 * A module that imports the memory "page"."memory" and exports routines by name.
 * @param {Routine[]} routines @param {Record<string, number>} exported @returns {Uint8Array<ArrayBuffer>}
 */
function moduleBytes(routines, exported) {
  const name = (/** @type {string} */ text) => [text.length, [...text].map((letter) => letter.charCodeAt(0))];
  const section = (/** @type {number} */ id, /** @type {Code} */ content) => {
    const bytes = flat(content);
    return [id, unsigned(bytes.length), bytes];
  };
  const list = (/** @type {Code[]} */ items) => [unsigned(items.length), items];
  const types = routines.map(({ parameters }) => [0x60, list(parameters.map((type) => [type])), 0]);
  const exports = Object.entries(exported).map(([text, index]) => [name(text), 0, unsigned(index)]);
  return new Uint8Array(
    flat([
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, list(types)),
      section(2, list([[name("page"), name("memory"), 2, 0, 1]])),
      section(3, list(routines.map((_, index) => unsigned(index)))),
      section(7, list(exports)),
      section(10, list(routines.map(({ bytes }) => bytes))),
    ]),
  );
}

/** The sweeps in WebAssembly. @param {Layers} net @param {Layout} at @returns {Sweeps} */
export function assembledSweeps(net, at) {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((4 * at.size) / 65536) });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(assemble(net, at)), { page: { memory } });
  const { forward, backward } = /** @type {any} */ (instance.exports);
  return { kernel: "webassembly", memory: new Float32Array(memory.buffer, 0, at.size), forward, backward };
}
