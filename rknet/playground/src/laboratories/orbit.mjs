/** The orbit of Section 2: y' = tanh(K y) with K = [[0, -1], [1, 0]], whose orbits are closed. */

/** @typedef {{A: number[][], beta: number[]}} Numbers */
/** How errors are found. @typedef {{halvings: number[], fine: number, rounding: number}} Measuring */

/** The layer states from (1, 0). @param {Numbers} tableau @param {number} h @param {number} L @returns {number[][]} (L+1, 2) */
export function orbit({ A, beta }, h, L) {
  const states = [[1, 0]], s = beta.length;
  const [f1, f2] = [new Float64Array(s), new Float64Array(s)];
  for (let l = 0; l < L; l++) {
    const [y1, y2] = states[l];
    let [next1, next2] = [y1, y2];
    for (let i = 0; i < s; i++) {
      let [u1, u2] = [y1, y2];
      for (let j = 0; j < i; j++) {
        u1 += h * A[i][j] * f1[j];
        u2 += h * A[i][j] * f2[j];
      }
      f1[i] = Math.tanh(-u2);
      f2[i] = Math.tanh(u1);
      next1 += h * beta[i] * f1[i];
      next2 += h * beta[i] * f2[i];
    }
    states.push([next1, next2]);
  }
  return states;
}

/** Relative change of log cosh y1 + log cosh y2 along the states. @param {number[][]} states */
export function drift(states) {
  const kept = (/** @type {number[]} */ [y1, y2]) => Math.log(Math.cosh(y1)) + Math.log(Math.cosh(y2));
  return kept(states[states.length - 1]) / kept(states[0]) - 1;
}

/** Distances from the continuous flow at t = h L, for the steps h / halvings. @param {Numbers} tableau @param {Numbers} reference @param {number} h @param {number} L @param {Measuring} measuring */
export function errors(tableau, reference, h, L, { halvings, fine }) {
  const last = (/** @type {Numbers} */ scheme, /** @type {number} */ k) => orbit(scheme, h / k, k * L)[k * L];
  const exact = last(reference, Math.ceil(h / fine));
  return halvings.map((k) => {
    const y = last(tableau, k);
    return Math.hypot(y[0] - exact[0], y[1] - exact[1]);
  });
}

/** The power of h that the last three errors above rounding show. @param {number[]} found @param {Measuring} measuring @returns {number|null} */
export function observedOrder(found, { rounding }) {
  const seen = found.filter((error) => error > rounding);
  return seen.length > 2 ? Math.log2(seen[seen.length - 3] / seen[seen.length - 1]) / 2 : null;
}
