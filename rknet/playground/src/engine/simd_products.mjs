/** Products with matrices, sums of rows and transposes as code for vectors. */

import { Routine } from "./routine.mjs";
import { I32, V128, VECTOR, w } from "./simd.mjs";

/**
 * out[n] = start + sum_j a[n, j] M[j] in the order of j, for `rows` rows at once: as many sums as hide the time that
 * one addition takes. Parameters of the code are locals that hold addresses.
 * @param {Routine} r
 * @param {{a: number, M: number, start: number|null, out: number}} pointers
 * @param {{row: number, step: number, rows: number, vectors: number, inner: number|{counter: number}}} sizes
 *   in bytes: `row` from a row of a to the next, `step` from an entry to the next; `inner` is the number of terms, or a
 *   local that counts them down while a and M advance
 * @param {number} vector  the first of
 * @param {number} group   so many vectors of the row of M
 */
function productCode(r, { a, M, start, out }, { row, step, rows, vectors, inner }, vector, group) {
  const sums = Array.from({ length: rows * group }, () => r.local(V128));
  const m = Array.from({ length: group }, () => r.local(V128)), factor = r.local(V128);
  for (let g = 0; g < group; g++) {
    const first = start === null ? w.every(0) : w.load(w.get(start), (vector + g) * VECTOR);
    r.emit(w.set(sums[g], first));
    for (let n = 1; n < rows; n++) r.emit(w.set(sums[n * group + g], w.get(sums[g])));
  }
  const term = (/** @type {number} */ j) => {
    for (let g = 0; g < group; g++) r.emit(w.set(m[g], w.load(w.get(M), (j * vectors + vector + g) * VECTOR)));
    for (let n = 0; n < rows; n++) {
      r.emit(w.set(factor, w.loadEvery(w.get(a), n * row + j * step)));
      for (let g = 0; g < group; g++) {
        const sum = sums[n * group + g];
        r.emit(w.set(sum, w.add(w.get(sum), w.mul(w.get(m[g]), w.get(factor)))));
      }
    }
  };
  if (typeof inner === "number") for (let j = 0; j < inner; j++) term(j);
  else {
    r.repeat(inner.counter, 1, 1, () => {
      term(0);
      r.advance(a, w.i32(step));
      r.advance(M, w.i32(vectors * VECTOR));
    });
  }
  for (let n = 0; n < rows; n++) {
    for (let g = 0; g < group; g++) {
      r.emit(w.store(w.get(out), w.get(sums[n * group + g]), (n * vectors + vector + g) * VECTOR));
    }
  }
}

/** Routine (a, M, start, out, rows): `rows` rows with `inner` terms each. */
export function rowsRoutine(/** @type {number} */ row, /** @type {number} */ inner, /** @type {number} */ vectors) {
  const r = new Routine([I32, I32, I32, I32, I32]), [a, M, start, out, count] = [0, 1, 2, 3, 4];
  for (const rows of [5, 1]) {
    r.repeat(count, rows, rows, () => {
      const most = rows === 1 ? 4 : 2;
      for (let vector = 0; vector < vectors; vector += most) {
        const sizes = { row, step: 4, rows, vectors, inner };
        productCode(r, { a, M, start, out }, sizes, vector, Math.min(most, vectors - vector));
      }
      r.advance(a, w.i32(rows * row));
      r.advance(out, w.i32(rows * vectors * VECTOR));
    });
  }
  return r;
}

/** Routine (a, M, out, count): M of `count` rows times the transpose of a, which has `inputs` columns. */
export function gradientRoutine(/** @type {number} */ step, /** @type {number} */ inputs, /** @type {number} */ vectors) {
  const r = new Routine([I32, I32, I32, I32]), [a, M, out, count] = [0, 1, 2, 3];
  const here = { a: r.local(I32), M: r.local(I32), start: null, out: r.local(I32) }, counter = r.local(I32);
  const most = Math.ceil(inputs / Math.ceil(inputs / 5));
  for (let i = 0; i < inputs; i += most) {
    for (let vector = 0; vector < vectors; vector += 2) {
      r.emit(w.set(here.a, w.plus(w.get(a), w.i32(4 * i))), w.set(here.M, w.get(M)));
      r.emit(w.set(here.out, w.plus(w.get(out), w.i32(i * vectors * VECTOR))), w.set(counter, w.get(count)));
      const sizes = { row: 4, step, rows: Math.min(most, inputs - i), vectors, inner: { counter } };
      productCode(r, here, sizes, vector, Math.min(2, vectors - vector));
    }
  }
  return r;
}

/** Routine (M, out, count): out = the sum of `count` rows of M. */
export function sumRoutine(/** @type {number} */ vectors) {
  const r = new Routine([I32, I32, I32]), [M, out, count] = [0, 1, 2];
  const sums = Array.from({ length: vectors }, () => r.local(V128));
  sums.forEach((sum, v) => r.emit(w.set(sum, w.load(w.get(M), v * VECTOR))));
  r.repeat(count, 2, 1, () => {
    r.advance(M, w.i32(vectors * VECTOR));
    sums.forEach((sum, v) => r.emit(w.set(sum, w.add(w.get(sum), w.load(w.get(M), v * VECTOR)))));
  });
  sums.forEach((sum, v) => r.emit(w.store(w.get(out), w.get(sum), v * VECTOR)));
  return r;
}

/** Routine (M, out): out[o, i] = M[i, o] for o < rows, i < columns; widths in bytes. */
export function transposeRoutine(
  /** @type {number} */ rows, /** @type {number} */ columns, /** @type {number} */ from, /** @type {number} */ to,
) {
  const r = new Routine([I32, I32]);
  for (let o = 0; o < rows; o++) {
    for (let i = 0; i < columns; i++) {
      r.emit(w.storeFloat(w.get(1), w.loadFloat(w.get(0), i * from + 4 * o), o * to + 4 * i));
    }
  }
  return r;
}
