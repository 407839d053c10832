/** Adam's step as code for vectors. */

import { BETA1, BETA1_REST, BETA2, BETA2_REST, EPSILON, FADED, NEGLIGIBLE } from "./arithmetic.mjs";
import { Routine } from "./routine.mjs";
import { F32, I32, V128, VECTOR, w } from "./simd.mjs";
import { flushCode } from "./simd_activations.mjs";

/** Routine (w, g, size, rate, scale, moving): Adam for `size` bytes of weights at w, with their gradient at g. */
export function moveRoutine(/** @type {number} */ weights) {
  const r = new Routine([I32, I32, I32, F32, F32, I32]), [at, g, size, rate, scale, moving] = [0, 1, 2, 3, 4, 5];
  const m = 4 * weights, v = 8 * weights;
  const gradient = r.local(V128), rates = r.local(V128), scales = r.local(V128);
  const load = () => {
    r.emit(w.set(gradient, w.load(w.get(g))));
    r.emit(w.set(gradient, flushCode(w.get(gradient), NEGLIGIBLE)));
  };
  const next = () => [at, g].forEach((pointer) => r.advance(pointer, w.i32(VECTOR)));
  r.emit(w.set(rates, w.splat(w.get(rate))), w.set(scales, w.splat(w.get(scale))));
  r.emit(w.get(moving), [0x04, 0x40]);
  r.repeat(size, VECTOR, VECTOR, () => {
    load();
    const { add, mul, every } = w, G = w.get(gradient);
    const m1 = r.keep(add(mul(w.load(w.get(at), m), every(BETA1)), mul(G, every(BETA1_REST))));
    const M = r.keep(flushCode(m1, FADED));
    const v1 = r.keep(add(mul(w.load(w.get(at), v), every(BETA2)), mul(mul(G, every(BETA2_REST)), G)));
    const V = r.keep(flushCode(v1, FADED));
    const step = w.div(mul(M, w.get(rates)), add(mul(w.sqrt(V), w.get(scales)), every(EPSILON)));
    r.emit(w.store(w.get(at), w.sub(w.load(w.get(at)), step)), w.store(w.get(at), M, m), w.store(w.get(at), V, v));
    next();
  });
  r.emit([0x05]); // else
  r.repeat(size, VECTOR, VECTOR, () => {
    load();
    r.emit(w.store(w.get(at), w.get(gradient), m));
    next();
  });
  r.emit([0x0b]);
  return r;
}
