/** One routine of a WebAssembly module while it is being written. */

import { flat, unsigned, V128, w } from "./simd.mjs";

/** @import { Code } from "./simd.mjs" */

/** A routine being written: parameters first, then the other locals. */
export class Routine {
  /** @param {number[]} parameters  types */
  constructor(parameters) {
    this.parameters = parameters;
    /** @type {number[]} */
    this.locals = [];
    /** @type {Code} */
    this.code = [];
  }

  /** @param {number} type @returns {number} a new local */
  local(type) {
    this.locals.push(type);
    return this.parameters.length + this.locals.length - 1;
  }

  /** A new local with a vector. @param {Code} value @returns {Code} code that reads it */
  keep(value) {
    const local = this.local(V128);
    this.code.push(w.set(local, value));
    return w.get(local);
  }

  /** @param {Code[]} code */
  emit(...code) {
    this.code.push(...code);
  }

  /**
   * Repeat as long as a local is at least `least`, and take `step` off it each time.
   * @param {number} counter @param {number} least @param {number} step @param {() => void} body
   */
  repeat(counter, least, step, body) {
    this.emit([0x02, 0x40], [0x03, 0x40]);
    this.emit(w.get(counter), w.i32(least), [0x48, 0x0d, 1]); // leave the block where counter < least
    body();
    this.emit(w.set(counter, w.minus(w.get(counter), w.i32(step))), [0x0c, 0], [0x0b], [0x0b]);
  }

  /** @param {number} pointer @param {Code} bytes */
  advance(pointer, bytes) {
    this.emit(w.set(pointer, w.plus(w.get(pointer), bytes)));
  }

  /** @returns {number[]} */
  get bytes() {
    const locals = this.locals.map((type) => [1, type]);
    const body = flat([unsigned(locals.length), locals, this.code, 0x0b]);
    return flat([unsigned(body.length), body]);
  }
}
