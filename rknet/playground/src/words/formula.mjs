/** The update that is trained, in MathML. */

import { tableauOf } from "../setup/tableau.mjs";
import { ACTIVATION_NAMES } from "./names.mjs";
import { short } from "./numbers.mjs";

/** @import { Configuration } from "../types.mjs" */

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/**
 * The update that is trained, with the chosen values, as lines of MathML.
 * @param {Configuration} configuration
 * @param {number} classes
 * @returns {string[]}
 */
export function formula(configuration, classes) {
  const { net, h, d_hat, L, lift, activation } = configuration;
  const id = (/** @type {string} */ x) => `<mi>${x}</mi>`, num = (/** @type {string|number} */ x) => `<mn>${escaped(String(x))}</mn>`;
  const op = (/** @type {string} */ x) => `<mo>${x}</mo>`, row = (/** @type {string[]} */ ...parts) => `<mrow>${parts.join("")}</mrow>`;
  const at = (/** @type {string} */ x, /** @type {string} */ l) => `<msup>${id(x)}${row(op("["), l, op("]"))}</msup>`;
  const sub = (/** @type {string} */ x, /** @type {string|number} */ i) => `<msub>${id(x)}${num(i)}</msub>`;
  const l = id("l"), next = row(id("l"), op("+"), num(1));
  const sigma = `<mi mathvariant="normal">${ACTIVATION_NAMES[activation]}</mi>`;
  const f = (/** @type {string} */ y) => row(sigma, op("("), at("K", l), y, op("+"), at("b", l), op(")"));
  const to = (/** @type {string|number} */ most) => row(l, op("="), num(0), op(","), op("…"), op(","), num(most));
  /** h (p1 f1 + p2 f2 + ...) / q, the coefficients over their common denominator. */
  const sum = (/** @type {string[]} */ coefficients) => {
    const fractions = coefficients.map((text) => text.split("/").map(Number)).map(([p, q = 1]) => [p, q]);
    const gcd = (/** @type {number} */ a, /** @type {number} */ b) => { while (b) [a, b] = [b, a % b]; return a; };
    const q = fractions.reduce((all, [p, each]) => (p ? (all * each) / gcd(all, each) : all), 1);
    const terms = fractions.map(([p, each], j) => ({ p: (p * q) / each, j })).filter(({ p }) => p);
    if (!terms.length) return [];
    if (terms.length === 1) {
      const c = (h * terms[0].p) / q;
      return [op(c < 0 ? "−" : "+"), num(short(Number(Math.abs(c).toPrecision(4)))), sub("f", terms[0].j + 1)];
    }
    const written = terms.map(({ p, j }, k) => (k || p < 0 ? (k ? op(p < 0 ? "−" : "+") : "<mo form='prefix'>−</mo>") : "") + (Math.abs(p) === 1 ? "" : num(short(Math.abs(p)))) + sub("f", j + 1));
    return [op("+"), q === 1 ? num(short(h)) : `<mfrac>${num(short(h))}${num(q)}</mfrac>`, op("("), ...written, op(")")];
  };
  const lines = [];
  const M = row(id("M"), id("x"));
  const padded = d_hat === 2 ? id("x") : row(op("("), sub("x", 1), op(","), sub("x", 2), ...Array.from({ length: Math.min(d_hat - 2, 3) }, (_, k) => op(",") + (k === 2 && d_hat > 5 ? op("…") : num(0))), op(")"));
  lines.push(row(at("y", num(0)), op("="), lift === "zero" ? padded : M));
  if (net === "StandardNet") lines.push(row(at("y", next), op("="), f(at("y", l)), op(",")), to(L - 1));
  else {
    const tableau = tableauOf(configuration).text; // as it is computed with, whatever was left empty
    if (tableau.beta.length === 1) {
      lines.push(row(at("y", next), op("="), at("y", l), op("+"), num(short(h)), f(at("y", l)), op(",")), to(L - 1));
    } else {
      tableau.beta.forEach((_, i) => {
        const terms = sum((tableau.A[i] ?? []).slice(0, i));
        const stage = terms.length === 0 ? at("y", l) : row(at("y", l), ...terms);
        lines.push(row(sub("f", i + 1), op("="), sigma, op("("), at("K", l), ...(terms.length ? [op("("), stage, op(")")] : [stage]), op("+"), at("b", l), op(")")));
      });
      lines.push(row(at("y", next), op("="), at("y", l), ...sum(tableau.beta), op(",")), to(L - 1));
    }
  }
  lines.push(row("<mi mathvariant='normal'>P</mi>", op("("), "<mi mathvariant='normal'>class</mi>", op(")"), op("="),
    "<mi mathvariant='normal'>softmax</mi>", op("("), id("W"), at("y", num(L)), op("+"), id("μ"), op(")"), op("∈"), `<msup><mi mathvariant="normal">ℝ</mi>${num(classes)}</msup>`));
  return lines.map((line) => `<math>${line}</math>`);
}
