/** Exact fractions of whole numbers, for the order of a tableau. */

import { refuseText } from "./refuse.mjs";

/** A fraction p / q in lowest terms, q > 0. @typedef {{p: bigint, q: bigint}} Fraction */

/** @param {bigint} p @param {bigint} [q] @returns {Fraction} */
function fraction(p, q = 1n) {
  let [a, b] = [p < 0n ? -p : p, q < 0n ? -q : q];
  while (b) [a, b] = [b, a % b];
  const divisor = q < 0n ? -a : a;
  return { p: p / divisor, q: q / divisor };
}

/** @param {Fraction} a @param {Fraction} b */
export const sum = (a, b) => fraction(a.p * b.q + b.p * a.q, a.q * b.q);

/** @param {Fraction} a @param {Fraction} b */
export const product = (a, b) => fraction(a.p * b.p, a.q * b.q);

/** @param {Fraction} a */
export const written = (a) => (a.q === 1n ? `${a.p}` : `${a.p}/${a.q}`);

export const ZERO = fraction(0n), ONE = fraction(1n);

const FINE = "a fraction of numbers of at most 15 digits";
/** Letters of an entry, at most, as in rknet/exact.py: before that, no digit is counted. */
const LETTERS = 200;

/** @param {string} field @param {unknown} entry @returns {Fraction} what "1/3", "-2", "0.25" or "" stands for */
export function readFraction(field, entry) {
  const text = String(entry ?? "").trim();
  if (text === "") return ZERO;
  if (text.length > LETTERS) refuseText(field, FINE, text);
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:\s*\/\s*(\d+))?$/.exec(text);
  const [, sign, before, after = "", below = "1"] = match ?? ["", "", "", "", ""];
  if (!match || before + after === "" || BigInt(below) === 0n) {
    return refuseText(field, "a number such as 1/3, -2 or 0.25", text);
  }
  const value = fraction(BigInt(sign + before + after), 10n ** BigInt(after.length) * BigInt(below));
  // Up to 2^53 both are exact as numbers, and their quotient is the correctly rounded one.
  if (value.p > 2n ** 53n || -value.p > 2n ** 53n || value.q > 2n ** 53n) {
    refuseText(field, FINE, text);
  }
  return value;
}
