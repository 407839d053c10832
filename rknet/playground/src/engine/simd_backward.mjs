/** The backward sweep as code for vectors. */

import { NEGLIGIBLE } from "./arithmetic.mjs";
import { Routine } from "./routine.mjs";
import { address, F32, I32, VECTOR, w } from "./simd.mjs";
import { flushCode } from "./simd_activations.mjs";

/** @import { Layers } from "./layers.mjs" */
/** @import { Layout } from "./layout.mjs" */
/** @import { Code } from "./simd.mjs" */
/** @import { Calls } from "./simd_calls.mjs" */

/** Routine (rows, rate, scale, moving). @param {Layers} net @param {Layout} at @param {Calls} routine  those it calls, by number */
export function backwardRoutine(net, at, routine) {
  const { d_hat, L, carried, A, beta, learned } = net, s = beta.length, row = 4 * at.width;
  const r = new Routine([I32, F32, F32, I32]), [rows, rate, scale, moving] = [0, 1, 2, 3];
  const [size, Y, S, K, b, layers, k, left] = Array.from({ length: 8 }, () => r.local(I32));
  const stage = (/** @type {Code} */ array, /** @type {number} */ i) =>
    i ? w.plus(array, w.times(w.get(size), w.i32(i))) : array;
  const moved = (/** @type {Code} */ where, /** @type {number} */ numbers) =>
    w.call(routine.move, where, address(at.g), w.i32(4 * numbers), w.get(rate), w.get(scale), w.get(moving));
  const all = w.times(w.get(size), w.i32(s));
  r.emit(w.set(size, w.times(w.get(rows), w.i32(row))), w.set(layers, w.i32(L)));
  r.emit(w.set(Y, w.plus(address(at.Y), w.times(all, w.i32(L)))));
  r.emit(w.set(S, w.plus(address(at.S), w.times(all, w.i32(L)))));
  r.emit(w.set(K, address(at.K + L * d_hat * at.width)), w.set(b, address(at.b + L * at.width)));
  r.emit(w.call(routine.transposeW, address(at.W), address(at.WT)));
  r.emit(w.call(routine.declassify, address(at.z), address(at.WT), address(at.zero), address(at.p), w.get(rows)));
  r.emit(w.call(routine.gradientOfW, w.get(Y), address(at.z), address(at.g), w.get(rows)));
  r.emit(moved(address(at.W), d_hat * at.outputs));
  r.emit(w.call(routine.sumLogits, address(at.z), address(at.g), w.get(rows)), moved(address(at.mu), at.outputs));
  const G = Array.from({ length: s }, () => r.local(I32)), xi = Array.from({ length: s }, () => r.local(I32));
  G.forEach((pointer, i) => r.emit(w.set(pointer, stage(address(at.G), i))));
  xi.forEach((pointer, i) => r.emit(w.set(pointer, stage(address(at.xi), i))));
  const slope = r.local(I32);
  /** @param {() => void} body  for each vector of an array of `rows` rows; k bytes after its beginning */
  const each = (body) => {
    r.emit(w.set(left, w.get(size)), w.set(k, w.i32(0)));
    r.repeat(left, VECTOR, VECTOR, () => {
      body();
      r.advance(k, w.i32(VECTOR));
    });
  };
  const here = (/** @type {number} */ pointer) => w.plus(w.get(pointer), w.get(k));
  r.repeat(layers, 1, 1, () => {
    r.emit(w.set(Y, w.minus(w.get(Y), all)), w.set(S, w.minus(w.get(S), all)));
    r.emit(w.set(K, w.minus(w.get(K), w.i32(d_hat * row))), w.set(b, w.minus(w.get(b), w.i32(row))));
    r.emit(w.call(routine.transposeK, w.get(K), address(at.KT)));
    for (let i = s - 1; i >= 0; i--) {
      r.emit(w.set(slope, stage(w.get(S), i)));
      each(() => {
        let value = w.mul(w.load(w.get(k), 4 * at.p), w.every(beta[i]));
        for (let j = i + 1; j < s; j++) {
          if (A[j][i] !== 0) value = w.add(value, w.mul(w.load(here(G[j])), w.every(A[j][i])));
        }
        const product = r.keep(w.mul(value, w.load(here(slope))));
        r.emit(w.store(here(xi[i]), flushCode(product, NEGLIGIBLE)));
      });
      r.emit(w.call(routine.affine, w.get(xi[i]), address(at.KT), address(at.zero), w.get(G[i]), w.get(rows)));
    }
    each(() => {
      let value = carried ? w.load(w.get(k), 4 * at.p) : w.every(0);
      for (const pointer of G) value = w.add(value, w.load(here(pointer)));
      r.emit(w.store(w.get(k), value, 4 * at.p));
    });
    const count = w.times(w.get(rows), w.i32(s));
    r.emit(w.call(routine.gradientOfK, w.get(Y), address(at.xi), address(at.g), count), moved(w.get(K), d_hat * at.width));
    r.emit(w.call(routine.sum, address(at.xi), address(at.g), count), moved(w.get(b), at.width));
  });
  if (learned) {
    r.emit(w.call(routine.gradientOfM, address(at.x), address(at.p), address(at.g), w.get(rows)));
    r.emit(moved(address(at.M), 2 * at.width));
  }
  return r;
}
