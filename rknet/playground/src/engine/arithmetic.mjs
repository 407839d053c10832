/** Activations, exponential and logarithm in float32, each operation rounded by Math.fround. */

/** @import { ActivationName } from "../types.mjs" */

export const f = Math.fround;

/** The bits of one float32. */
const bits = new Int32Array(1);

const single = new Float32Array(bits.buffer);

/** Constants and their order are those of rknet/engines/compiled/arithmetic.py, each rounded to float32. */
export const TANH_LIMIT = f(7.90531110763549805);

export const TANH_P = new Float32Array([
  -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-8, 1.48572235717979e-5,
  6.37261928875436e-4, 4.89352455891786e-3,
]);

export const TANH_Q = new Float32Array([1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3, 4.89352518554385e-3]);

export const EXP_LEAST = -86;

export const EXP_MOST = f(88.72283);

export const EXP_P = new Float32Array([
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
]);

export const LOG2_E = f(1.44269504088896341);

export const TO_WHOLE = 12582912;

export const LN2_HIGH = f(0.693359375);

export const LN2_LOW = f(-2.1219444e-4);

export const SQRT2 = f(1.41421356237309505);

export const LOG_P = new Float32Array([
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
]);

export const SOFTPLUS_LINEAR = 20;

export const NEGLIGIBLE = f(1e-17);

export const FADED = f(1e-30);

export const BETA1 = f(0.9), BETA1_REST = f(0.1), BETA2 = f(0.999), BETA2_REST = f(0.001), EPSILON = f(1e-8);

const [TP0, TP1, TP2, TP3, TP4, TP5, TP6] = TANH_P;

const [TQ0, TQ1, TQ2, TQ3] = TANH_Q;

/** @param {number} x @returns {number} */
function tanh32(x) {
  x = x > TANH_LIMIT ? TANH_LIMIT : x < -TANH_LIMIT ? -TANH_LIMIT : x;
  const s = f(x * x);
  let p = f(f(s * TP0) + TP1);
  p = f(f(p * s) + TP2);
  p = f(f(p * s) + TP3);
  p = f(f(p * s) + TP4);
  p = f(f(p * s) + TP5);
  p = f(f(p * s) + TP6);
  let q = f(f(s * TQ0) + TQ1);
  q = f(f(q * s) + TQ2);
  q = f(f(q * s) + TQ3);
  return f(f(x * p) / q);
}

/** @param {number} x @returns {number} */
export function exp32(x) {
  if (!(x >= EXP_LEAST)) return x < EXP_LEAST ? 0 : x;
  if (x > EXP_MOST) return Infinity;
  const k = f(f(f(x * LOG2_E) + TO_WHOLE) - TO_WHOLE);
  const r = f(f(x - f(k * LN2_HIGH)) - f(k * LN2_LOW));
  let p = f(f(r * EXP_P[0]) + EXP_P[1]);
  for (let i = 2; i < 6; i++) p = f(f(p * r) + EXP_P[i]);
  bits[0] = (k + 126) << 23;
  return f(f(f(f(f(p * f(r * r)) + r) + 1) * single[0]) * 2);
}

/** @param {number} x  positive and normal @returns {number} */
export function log32(x) {
  if (!(x < Infinity)) return x;
  single[0] = x;
  let k = (bits[0] >>> 23) - 127;
  bits[0] = (bits[0] & 0x007fffff) | 0x3f800000;
  let r = single[0];
  if (r > SQRT2) [k, r] = [k + 1, f(r * 0.5)];
  const t = f(r - 1);
  const s = f(t * t);
  let p = f(f(t * LOG_P[0]) + LOG_P[1]);
  for (let i = 2; i < 9; i++) p = f(f(p * t) + LOG_P[i]);
  return f(f(f(f(f(f(p * t) * s) + f(k * LN2_LOW)) - f(s * 0.5)) + t) + f(k * LN2_HIGH));
}

/** @param {number} x @returns {number} */
function logistic32(x) {
  return x < EXP_LEAST ? 0 : f(1 / f(1 + exp32(f(0 - x))));
}

/** @param {number} x @returns {number} */
function softplus32(x) {
  if (x > SOFTPLUS_LINEAR) return x;
  const u = exp32(f(0 - Math.abs(x)));
  const v = f(1 + u);
  return f((x > 0 ? x : 0) + f(log32(v) + f(f(u - f(v - 1)) / v)));
}

/** @type {Record<ActivationName, [(z: number) => number, (z: number, f: number) => number]>} sigma, and its slope */
export const SIGMA = {
  tanh: [tanh32, (_, y) => f(1 - f(y * y))],
  logistic: [logistic32, (_, y) => f(y * f(1 - y))],
  relu: [(z) => (z < 0 ? 0 : z), (z) => (z > 0 ? 1 : 0)],
  softplus: [softplus32, (z) => (z > SOFTPLUS_LINEAR ? 1 : logistic32(z))],
};

/** @param {number} x @param {number} least @returns {number} x, or 0 where it is smaller than `least` */
export const flush = (x, least) => (Math.abs(x) < least ? 0 : x);
