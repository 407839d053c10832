/** SHA-256, for pages from a file, which have no crypto.subtle. */

/** First 32 bits of the fractional parts of roots of the first primes. @param {number} count @param {number} power */
function rootBits(count, power) {
  const result = new Uint32Array(count);
  for (let n = 2, found = 0; found < count; n++) {
    let prime = true;
    for (let k = 2; k * k <= n; k++) if (n % k === 0) prime = false;
    if (prime) result[found++] = integerRoot(BigInt(n) << BigInt(32 * power), power);
  }
  return result;
}

/** @param {bigint} n @param {number} power @returns {number} the last 32 bits of the whole part of its root */
function integerRoot(n, power) {
  let [low, high] = [0n, 1n << 40n];
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(power) <= n) low = middle;
    else high = middle;
  }
  return Number(low & 0xffffffffn);
}

/** @param {Uint8Array} message @returns {string} SHA-256 (FIPS 180-4) in hex; a page from a file has no `crypto.subtle` */
export function sha256(message) {
  const constants = rootBits(64, 3), state = rootBits(8, 2), schedule = new Uint32Array(64);
  const padded = new Uint8Array(64 * Math.ceil((message.length + 9) / 64));
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(message.length / 2 ** 29));
  view.setUint32(padded.length - 4, message.length << 3);
  const turn = (/** @type {number} */ x, /** @type {number} */ n) => (x >>> n) | (x << (32 - n));
  for (let block = 0; block < padded.length; block += 64) {
    for (let t = 0; t < 64; t++) {
      if (t < 16) schedule[t] = view.getUint32(block + 4 * t);
      else {
        const x = schedule[t - 15], y = schedule[t - 2];
        const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3), s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
        schedule[t] = schedule[t - 16] + s0 + schedule[t - 7] + s1;
      }
    }
    let [a, b, c, d, e, g, h, k] = state;
    for (let t = 0; t < 64; t++) {
      const choice = (e & g) ^ (~e & h), majority = (a & b) ^ (a & c) ^ (b & c);
      const first = (k + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + constants[t] + schedule[t]) | 0;
      const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority) | 0;
      [a, b, c, d, e, g, h, k] = [(first + second) | 0, a, b, c, (d + first) | 0, e, g, h];
    }
    [a, b, c, d, e, g, h, k].forEach((word, i) => (state[i] += word));
  }
  return [...state].map((word) => word.toString(16).padStart(8, "0")).join("");
}
