/** Numbers in words: four digits, percent, exponents. */

/** Four digits at most, with a true minus sign. @param {number} x */
export function short(x) {
  if (x === 0) return "0";
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "not a number" : x > 0 ? "∞" : "−∞";
  const size = Math.abs(x);
  if (size >= 1e-3 && size < 1e5) return String(Number(x.toPrecision(4))).replace("-", "−");
  const [digits, power] = x.toExponential(0).split("e");
  return `${digits === "1" ? "" : `${digits.replace("-", "−")} · `}10${raised(Number(power))}`;
}

/** A whole number as an exponent. @param {number} power */
export function raised(power) {
  return String(power).split("").map((letter) => (letter === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(letter)])).join("");
}

/** @param {number} fraction */
export function percent(fraction) {
  return `${(100 * fraction).toFixed(1)} %`;
}

/** With so many decimals, or as a power of ten where that would be long. @param {number} x @param {number} decimals */
export function decimal(x, decimals) {
  return Math.abs(x) < 1e4 ? x.toFixed(decimals) : short(Number(x.toPrecision(2)));
}

/** A probability in percent, never 0 or 100 where it is not. @param {number} p */
export function share(p) {
  const rounded = 100 * p;
  if (rounded > 0 && rounded < 0.1) return "< 0.1 %";
  return rounded < 100 && rounded > 99.9 ? "> 99.9 %" : `${rounded.toFixed(1)} %`;
}
