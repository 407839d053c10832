/** The activations of arithmetic.mjs as code for vectors. */

import { EXP_LEAST, EXP_MOST, EXP_P, LN2_HIGH, LN2_LOW, LOG2_E, LOG_P, SOFTPLUS_LINEAR, SQRT2, TANH_LIMIT, TANH_P, TANH_Q, TO_WHOLE } from "./arithmetic.mjs";
import { Routine } from "./routine.mjs";
import { I32, VECTOR, w } from "./simd.mjs";

/** @import { ActivationName } from "../types.mjs" */
/** @import { Code } from "./simd.mjs" */

/** @param {Routine} r @param {Code} z @returns {Code} tanh of a vector; the code `z` only reads a local */
function tanhCode(r, z) {
  const { add, mul, every, where } = w;
  const inside = where(w.lt(z, every(-TANH_LIMIT)), every(-TANH_LIMIT), z);
  const x = r.keep(where(w.gt(z, every(TANH_LIMIT)), every(TANH_LIMIT), inside));
  const s = r.keep(mul(x, x));
  const polynomial = (/** @type {Float32Array} */ c) =>
    [...c.subarray(2)].reduce((p, a) => add(mul(p, s), every(a)), add(mul(s, every(c[0])), every(c[1])));
  return r.keep(w.div(mul(x, polynomial(TANH_P)), polynomial(TANH_Q)));
}

/** @param {Routine} r @param {Code} x @returns {Code} */
function expCode(r, x) {
  const { add, sub, mul, every, where } = w;
  const most = where(w.gt(x, every(EXP_MOST)), every(EXP_MOST), x);
  const inside = r.keep(where(w.gt(x, every(EXP_LEAST)), most, every(EXP_LEAST)));
  const k = r.keep(sub(add(mul(inside, every(LOG2_E)), every(TO_WHOLE)), every(TO_WHOLE)));
  const t = r.keep(sub(sub(inside, mul(k, every(LN2_HIGH))), mul(k, every(LN2_LOW))));
  const start = add(mul(t, every(EXP_P[0])), every(EXP_P[1]));
  const p = [...EXP_P.subarray(2)].reduce((q, a) => add(mul(q, t), every(a)), start);
  const power = w.addWhole(w.toWhole(sub(k, every(1))), w.everyWhole(127));
  const scaled = [power, w.i32(23), w.shiftLeft()];
  const y = mul(mul(add(add(mul(p, mul(t, t)), t), every(1)), scaled), every(2));
  const limited = where(w.gt(x, every(EXP_MOST)), every(Infinity), w.andNot(y, w.lt(x, every(EXP_LEAST))));
  return r.keep(where(w.eq(x, x), limited, x));
}

/** @param {Routine} r @param {Code} x @returns {Code} */
function logCode(r, x) {
  const { add, sub, mul, every, where } = w;
  const exponent = w.subWhole([x, w.i32(23), w.shiftRight()], w.everyWhole(127));
  const whole = r.keep(w.fromWhole(exponent));
  const fraction = r.keep(w.or(w.and(x, w.everyWhole(0x007fffff)), w.everyWhole(0x3f800000)));
  const large = r.keep(w.gt(fraction, every(SQRT2)));
  const k = r.keep(where(large, add(whole, every(1)), whole));
  const t = r.keep(sub(where(large, mul(fraction, every(0.5)), fraction), every(1)));
  const s = r.keep(mul(t, t));
  const start = add(mul(t, every(LOG_P[0])), every(LOG_P[1]));
  const p = [...LOG_P.subarray(2)].reduce((q, a) => add(mul(q, t), every(a)), start);
  const first = sub(add(mul(mul(p, t), s), mul(k, every(LN2_LOW))), mul(s, every(0.5)));
  return r.keep(where(w.lt(x, every(Infinity)), add(add(first, t), mul(k, every(LN2_HIGH))), x));
}

/** @param {Routine} r @param {Code} x @returns {Code} */
function logisticCode(r, x) {
  const e = expCode(r, r.keep(w.sub(w.every(0), x)));
  return r.keep(w.andNot(w.div(w.every(1), w.add(w.every(1), e)), w.lt(x, w.every(EXP_LEAST))));
}

/** @param {Routine} r @param {Code} x @returns {Code} */
function softplusCode(r, x) {
  const { add, sub, every } = w;
  const u = expCode(r, r.keep(sub(every(0), w.abs(x))));
  const v = r.keep(add(every(1), u));
  const rest = add(logCode(r, v), w.div(sub(u, sub(v, every(1))), v));
  const sum = add(w.and(x, w.gt(x, every(0))), rest);
  return r.keep(w.where(w.gt(x, every(SOFTPLUS_LINEAR)), x, sum));
}

/** @type {Record<ActivationName, (r: Routine, z: Code) => [Code, Code]>} code of sigma and its slope, of a vector z */
const SIGMA_CODE = {
  tanh: (r, z) => {
    const y = tanhCode(r, z);
    return [y, w.sub(w.every(1), w.mul(y, y))];
  },
  logistic: (r, z) => {
    const y = logisticCode(r, z);
    return [y, w.mul(y, w.sub(w.every(1), y))];
  },
  relu: (_, z) => [w.andNot(z, w.lt(z, w.every(0))), w.and(w.every(1), w.gt(z, w.every(0)))],
  softplus: (r, z) => {
    const slope = logisticCode(r, z);
    return [softplusCode(r, z), w.where(w.gt(z, w.every(SOFTPLUS_LINEAR)), w.every(1), slope)];
  },
};

/** @param {Code} x @param {number} least @returns {Code} the vector in a local, with 0 for what is smaller */
export const flushCode = (x, least) => w.andNot(x, w.lt(w.abs(x), w.every(least)));

/** Routine (F, S, size): f = sigma(z) in place of z, and the slopes, for `size` bytes. */
export function activationRoutine(/** @type {ActivationName} */ activation) {
  const r = new Routine([I32, I32, I32]), [F, S, size] = [0, 1, 2];
  r.repeat(size, VECTOR, VECTOR, () => {
    const [y, slope] = SIGMA_CODE[activation](r, r.keep(w.load(w.get(F))));
    const kept = r.keep(slope);
    r.emit(w.store(w.get(F), y), w.store(w.get(S), kept));
    [F, S].forEach((pointer) => r.advance(pointer, w.i32(VECTOR)));
  });
  return r;
}
