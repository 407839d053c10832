/** Logarithm, cosine and sine in + - * / only, so that every processor rounds them alike. */

const wide = new Float64Array(1);

const words = new Uint32Array(wide.buffer); // little-endian, as in every browser

/** @param {number} x  positive and normal @returns {number} log x, in + - * / only */
export function log(x) {
  wide[0] = x;
  let k = ((words[1] >>> 20) & 0x7ff) - 1022;
  words[1] = (words[1] & 0x000fffff) | 0x3fe00000;
  let m = wide[0]; // x = 2^k m with 1/2 <= m < 1
  if (m < Math.SQRT1_2) [k, m] = [k - 1, 2 * m];
  const t = (m - 1) / (m + 1), s = t * t;
  let series = 0;
  for (let i = 23; i > 0; i -= 2) series = series * s + 1 / i;
  return k * Math.LN2 + 2 * t * series;
}

/** @param {number} x  in 0 .. 2 pi @returns {[number, number]} cosine and sine, in + - * / only */
export function cosineAndSine(x) {
  const quarter = Math.floor(x / (Math.PI / 2) + 0.5);
  const r = x - quarter * (Math.PI / 2), s = r * r;
  let c = 0, n = 0;
  for (let i = 18; i >= 0; i -= 2) c = 1 - (c * s) / ((i + 1) * (i + 2));
  for (let i = 19; i >= 1; i -= 2) n = 1 - (n * s) / ((i + 1) * (i + 2));
  n *= r;
  return quarter === 1 ? [-n, c] : quarter === 2 ? [-c, -n] : quarter === 3 ? [n, -c] : [c, n];
}
