/** The forward sweep as code for vectors. */

import { Routine } from "./routine.mjs";
import { address, I32, VECTOR, w } from "./simd.mjs";

/** @import { Layers } from "./layers.mjs" */
/** @import { Layout } from "./layout.mjs" */
/** @import { Code } from "./simd.mjs" */
/** @import { Calls } from "./simd_calls.mjs" */

/** Routine (rows, keep). @param {Layers} net @param {Layout} at @param {Calls} routine  those it calls, by number */
export function forwardRoutine(net, at, routine) {
  const { d_hat, L, carried, A, beta } = net, s = beta.length, row = 4 * at.width;
  const r = new Routine([I32, I32]), [rows, keep] = [0, 1];
  const [size, Y, S, K, b, layers, k, next] = Array.from({ length: 8 }, () => r.local(I32));
  /** Where stage i begins in an array. @param {Code} array @param {number} i @returns {Code} */
  const stage = (array, i) => (i ? w.plus(array, w.times(w.get(size), w.i32(i))) : array);
  r.emit(w.set(size, w.times(w.get(rows), w.i32(row))), w.set(layers, w.i32(L)));
  r.emit(w.set(Y, address(at.Y)), w.set(S, address(at.S)), w.set(K, address(at.K)), w.set(b, address(at.b)));
  r.emit(w.call(routine.lift, address(at.x), address(at.M), address(at.zero), w.get(Y), w.get(rows)));
  const F = Array.from({ length: s }, () => r.local(I32));
  F.forEach((pointer, i) => r.emit(w.set(pointer, stage(address(at.F), i))));
  const [y, left, base] = [r.local(I32), r.local(I32), r.local(I32)];
  /** out = Y or 0, plus the sum of coefficients times f_j. @param {number[]} coefficients @param {boolean} carry */
  const combine = (coefficients, carry) => {
    r.emit(w.set(left, w.get(size)), w.set(base, w.get(Y)), w.set(k, w.i32(0)));
    r.repeat(left, VECTOR, VECTOR, () => {
      let value = carry ? w.load(w.plus(w.get(base), w.get(k))) : w.every(0);
      coefficients.forEach((a, j) => {
        if (a !== 0) value = w.add(value, w.mul(w.load(w.plus(w.get(F[j]), w.get(k))), w.every(a)));
      });
      r.emit(w.store(w.plus(w.get(y), w.get(k)), value));
      r.advance(k, w.i32(VECTOR));
    });
  };
  r.repeat(layers, 1, 1, () => {
    for (let i = 0; i < s; i++) {
      r.emit(w.set(y, stage(w.get(Y), i)));
      if (i > 0) combine([...A[i].subarray(0, i)], true);
      r.emit(w.call(routine.affine, w.get(y), w.get(K), w.get(b), w.get(F[i]), w.get(rows)));
      r.emit(w.call(routine.activate, w.get(F[i]), stage(w.get(S), i), w.get(size)));
    }
    r.emit(w.set(next, w.times(w.get(keep), w.times(w.get(size), w.i32(s)))));
    r.emit(w.set(y, w.plus(w.get(Y), w.get(next))));
    combine([...beta], carried);
    r.emit(w.set(Y, w.get(y)));
    r.advance(S, w.get(next));
    r.advance(K, w.i32(d_hat * row));
    r.advance(b, w.i32(row));
  });
  r.emit(w.call(routine.classify, w.get(Y), address(at.W), address(at.mu), address(at.z), w.get(rows)));
  return r;
}
