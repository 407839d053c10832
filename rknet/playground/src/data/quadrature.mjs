/** Integrals that the densities of noisy points need. */

/** @param {number} x @returns {number} the complementary error function */
function erfc(x) {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2) {
    let term = x, total = x;
    for (let n = 1; Math.abs(term) > 1e-17; n++) total += (term *= (-x * x) / n) / (2 * n + 1);
    return 1 - (2 / Math.sqrt(Math.PI)) * total;
  }
  let below = x;
  for (let n = 60; n > 0; n--) below = x + n / 2 / below;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * below);
}

/** Probability that x minus noise of standard deviation s lies between low and high. */
export function interval(/** @type {number} */ x, /** @type {number} */ low, /** @type {number} */ high, /** @type {number} */ s) {
  const [a, b] = [(x - low) / (s * Math.SQRT2), (x - high) / (s * Math.SQRT2)];
  return a + b < 0 ? (erfc(-a) - erfc(-b)) / 2 : (erfc(b) - erfc(a)) / 2;
}

/** @param {number} x @returns {number} e^-x times the modified Bessel function I_0(x), by its integral over a circle */
export function scaledBessel(x) {
  // The integrand has width 1 / sqrt(x) at the angle 0, and the trapezoidal rule converges geometrically.
  const n = Math.ceil(12 + 6 * Math.sqrt(x));
  let total = 0.5 + 0.5 * Math.exp(-2 * x);
  for (let k = 1; k < n; k++) {
    const term = Math.exp(x * (Math.cos((Math.PI * k) / n) - 1));
    if (term < 1e-17) break;
    total += term;
  }
  return total / n;
}

/** @param {(x: number) => number} function_ @param {number} low @param {number} high @param {number} n */
export function midpointRule(function_, low, high, n) {
  const width = (high - low) / n;
  let total = 0;
  for (let i = 0; i < n; i++) total += function_(low + width * (i + 0.5));
  return total * width;
}
