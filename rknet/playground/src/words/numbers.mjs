/** Numbers in words: four digits, percent, exponents. */

/** Four digits at most, with a true minus sign. @param {number} x */
export function short(x) {
  if (x === 0) return "0";
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
