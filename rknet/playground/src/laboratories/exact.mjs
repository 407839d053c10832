/** Exact sums of square roots of whole numbers, the numbers that entries of a tableau are; as in rknet/surds.py. */

import { ONE, product as times, readFraction, sum as plus, written as fractionText, ZERO } from "../setup/fractions.mjs";
import { refuseText } from "../setup/refuse.mjs";

/** @import { Fraction } from "../setup/fractions.mjs" */

/** The number sum_n q_n sqrt(n), by its fractions q_n for squarefree n >= 1. @typedef {Map<bigint, Fraction>} Exact */

const FINE = "a number such as 1/3 or sqrt(3)/6";
/** Letters of an entry, parentheses within one another, and terms of a number, at most. */
const LETTERS = 200, DEPTH = 20, TERMS = 4;

/** @param {Iterable<[bigint, Fraction]>} terms @returns {Exact} */
function collected(terms) {
  /** @type {Exact} */ const found = new Map();
  for (const [n, q] of terms) found.set(n, plus(found.get(n) ?? ZERO, q));
  for (const [n, q] of found) if (q.p === 0n) found.delete(n);
  if (found.size > TERMS) throw new Error("A: entries must be made of at most 2 square roots and their product; use fewer roots");
  return found;
}

/** @param {Fraction} q @returns {Exact} */
export const exactly = (q) => collected([[1n, q]]);
export const NOTHING = exactly(ZERO), UNIT = exactly(ONE);

/** @param {Exact} a @param {Exact} b */
export const sum = (a, b) => collected([...a, ...b]);
/** @param {Exact} a @returns {Exact} */
export const negative = (a) => new Map([...a].map(([n, q]) => [n, { p: -q.p, q: q.q }]));

/** @param {bigint} a @param {bigint} b */
function common(a, b) {
  while (b) [a, b] = [b, a % b];
  return a;
}

/** @param {Exact} a @param {Exact} b */
export function product(a, b) {
  return collected([...a].flatMap(([n, q]) => [...b].map(([m, r]) => {
    const g = common(n, m);
    return /** @type {[bigint, Fraction]} */ ([(n * m) / (g * g), times(times(q, r), { p: g, q: 1n })]);
  })));
}

/** 1 / a: with a = u + v sqrt(p), it is (u - v sqrt(p)) / (u^2 - p v^2), and one prime is gone. @param {Exact} a @returns {Exact} */
export function inverse(a) {
  const radicand = [...a.keys()].reduce((most, n) => (n > most ? n : most), 0n);
  if (radicand === 0n) throw new Error("division by zero");
  if (radicand === 1n) {
    const { p, q } = /** @type {Fraction} */ (a.get(1n));
    return exactly(p < 0n ? { p: -q, q: -p } : { p: q, q: p });
  }
  let prime = 2n;
  while (radicand % prime) prime += 1n;
  const conjugate = new Map([...a].map(([n, q]) => [n, n % prime ? q : { p: -q.p, q: q.q }]));
  return product(conjugate, inverse(product(a, conjugate)));
}

/** The square root of a fraction. @param {Exact} a */
function root(a) {
  const { p, q } = a.get(1n) ?? ZERO;
  if ([...a.keys()].some((n) => n !== 1n) || p < 0n) throw new Error("no root");
  let inside = p * q, outside = 1n;
  if (inside === 0n) return NOTHING;
  if (inside > 2n ** 53n) throw new Error("too large");
  for (let d = 2n; d * d <= inside && d < 100000n; d += 1n) while (inside % (d * d) === 0n) [inside, outside] = [inside / (d * d), outside * d];
  const whole = BigInt(Math.round(Math.sqrt(Number(inside))));
  if (whole * whole === inside) [inside, outside] = [1n, outside * whole];
  return collected([[inside, times({ p: outside, q: 1n }, { p: 1n, q })]]);
}

/**
 * The number that "1/4 - sqrt(3)/6", "-2", "0.25" or "" stands for.
 * @param {string} field @param {string} entry @returns {Exact}
 */
export function readExact(field, entry) {
  const text = entry.trim();
  if (text === "") return NOTHING;
  const tokens = text.length > LETTERS ? null : text.match(/\s*(\d+\.?\d*|\.\d+|sqrt|[-+*/()]|.)/g)?.map((token) => token.trim());
  if (!tokens) return refuseText(field, FINE, text);
  let place = 0;
  const taken = (/** @type {string[]} */ ...wanted) => (wanted.includes(tokens[place]) ? tokens[place++] : "");
  const need = (/** @type {string} */ wanted) => { if (!taken(wanted)) throw new Error(wanted); };
  /** @param {number} depth @returns {Exact} */
  const total = (depth) => {
    let number = factors(depth);
    for (let sign = taken("+", "-"); sign; sign = taken("+", "-")) number = sum(number, sign === "-" ? negative(factors(depth)) : factors(depth));
    return number;
  };
  /** @param {number} depth @returns {Exact} */
  const factors = (depth) => {
    let number = signed(depth);
    for (let sign = taken("*", "/"); sign; sign = taken("*", "/")) number = product(number, sign === "/" ? inverse(signed(depth)) : signed(depth));
    return number;
  };
  /** @param {number} depth @returns {Exact} */
  const signed = (depth) => {
    const sign = taken("+", "-");
    return sign ? (sign === "-" ? negative(signed(depth)) : signed(depth)) : atom(depth);
  };
  /** @param {number} depth @returns {Exact} */
  const atom = (depth) => {
    if (/^[\d.]/.test(tokens[place] ?? "")) return exactly(readFraction(field, tokens[place++]));
    const rooted = taken("sqrt");
    need("(");
    if (depth === DEPTH) throw new Error("too deep");
    const inner = total(depth + 1);
    need(")");
    return rooted ? root(inner) : inner;
  };
  try {
    const number = total(0);
    if (place < tokens.length) throw new Error("more");
    return number;
  } catch {
    return refuseText(field, FINE, text);
  }
}

/** @param {Exact} a */
export const toNumber = (a) => [...a].reduce((total, [n, { p, q }]) => total + (Number(p) / Number(q)) * Math.sqrt(Number(n)), 0);

/** As a reader writes it, with a true minus sign. @param {Exact} a */
export function written(a) {
  if (a.size === 0) return "0";
  const terms = [...a].sort(([n], [m]) => (n < m ? -1 : 1)).map(([n, { p, q }]) => {
    const above = n === 1n ? `${p < 0n ? -p : p}` : `${p === 1n || p === -1n ? "" : p < 0n ? -p : p}√${n}`;
    return { sign: p < 0n ? "−" : "+", text: fractionText({ p: 1n, q }) === "1" ? above : `${above}/${q}` };
  });
  return terms.map(({ sign, text }, k) => (k ? ` ${sign} ${text}` : (sign === "−" ? "−" : "") + text)).join("");
}

/** @param {Exact} a @param {Exact} b */
export const equal = (a, b) => sum(a, negative(b)).size === 0;
