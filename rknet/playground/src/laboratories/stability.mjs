/** The stability function R(z) of any tableau, as a quotient of polynomials. */

/** @typedef {{A: number[][], beta: number[]}} Numbers */

/** Coefficients of det(I - z M), lowest power first, by Faddeev and LeVerrier. @param {number[][]} M @returns {number[]} */
function determinant(M) {
  const s = M.length, coefficients = [1];
  let N = M.map((row) => row.map(() => 0));
  for (let k = 1; k <= s; k++) {
    const last = coefficients[k - 1];
    const shifted = N.map((row, i) => row.map((value, j) => value + (i === j ? last : 0)));
    N = M.map((row) => row.map((_, j) => row.reduce((sum, m, k) => sum + m * shifted[k][j], 0)));
    coefficients.push(-N.reduce((sum, row, i) => sum + row[i], 0) / k);
  }
  return coefficients;
}

/**
 * abs(R(x + i y)) as a function: R(z) = det(I - z A + z 1 beta^T) / det(I - z A).
 * @param {Numbers} tableau
 * @returns {(x: number, y: number) => number}
 */
export function growth({ A, beta }) {
  const above = determinant(A.map((row) => row.map((a, j) => a - beta[j]))), below = determinant(A);
  const size = (/** @type {number[]} */ p, /** @type {number} */ x, /** @type {number} */ y) => {
    let [re, im] = [0, 0];
    for (let k = p.length - 1; k >= 0; k--) [re, im] = [re * x - im * y + p[k], re * y + im * x];
    return Math.hypot(re, im);
  };
  return (x, y) => size(above, x, y) / size(below, x, y);
}
