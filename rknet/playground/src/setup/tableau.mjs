/** A Butcher tableau, from text to numbers, with its order. */

import { LIMITS, SCHEMES } from "./choices.mjs";
import { ONE, product, readFraction, sum, written, ZERO } from "./fractions.mjs";
import { refuseText } from "./refuse.mjs";
import { density, trees } from "./trees.mjs";

/** @import { Configuration, TableauText } from "../types.mjs" */
/** @import { Fraction } from "./fractions.mjs" */
/** @import { Tree } from "./trees.mjs" */

/**
 * @typedef {object} Tableau
 * @property {number} s       number of stages
 * @property {number[][]} A   (s, s)
 * @property {number[]} beta  (s,)
 * @property {number[]} c     (s,) row sums of A
 * @property {number} order   the largest p <= 5 whose order conditions hold exactly
 * @property {TableauText} text  in lowest terms, rows up to the diagonal
 */

/**
 * Read a typed tableau. Entries on and above the diagonal must be missing, empty or zero, and the weights add up to 1.
 * @param {TableauText} tableau
 * @returns {Tableau}
 * @throws {Error} one line: the entry, the rule, the value
 */
export function readTableau(tableau) {
  const { A: rows, beta: weights } = tableau ?? {};
  const [least, most] = LIMITS.stages, s = weights?.length;
  if (!(Array.isArray(weights) && s >= least && s <= most)) refuseText("beta", `a list of ${least} .. ${most} weights`, counted(weights, "weight"));
  if (!(Array.isArray(rows) && rows.length === s && rows.every((row) => Array.isArray(row) && row.length <= s))) {
    refuseText("A", `a list of s = ${s} rows of at most s entries`, rowsInWords(rows, s));
  }
  const A = rows.map((row, i) =>
    Array.from({ length: s }, (_, j) => {
      const entry = readFraction(`a_${i + 1}${j + 1}`, row[j]);
      return j < i || entry.p === 0n ? entry : refuseText(`a_${i + 1}${j + 1}`, "empty, for the scheme is explicit", String(row[j]));
    }),
  );
  const beta = weights.map((weight, i) => readFraction(`beta_${i + 1}`, weight));
  const total = beta.reduce(sum, ZERO);
  if (written(total) !== "1") throw new Error(`beta: must add up to 1, got ${written(total)}`);
  /** @param {Tree} tree @returns {Fraction[]} elementary weight of the tree at each stage */
  const stageWeights = (tree) =>
    tree.map(stageWeights).reduce(
      (result, inner) => result.map((g, i) => product(g, A[i].map((a, j) => product(a, inner[j])).reduce(sum, ZERO))),
      beta.map(() => ONE),
    );
  const holds = (/** @type {Tree} */ tree) => {
    const weight = stageWeights(tree).map((g, i) => product(beta[i], g)).reduce(sum, ZERO);
    return weight.p * BigInt(density(tree)) === weight.q;
  };
  let order = 0;
  while (order < 5 && trees(order + 1).every(holds)) order++;
  const number = (/** @type {Fraction} */ { p, q }) => Number(p) / Number(q);
  return {
    s,
    A: A.map((row) => row.map(number)),
    beta: beta.map(number),
    c: A.map((row) => number(row.reduce(sum, ZERO))),
    order,
    text: { A: A.map((row, i) => row.slice(0, i).map(written)), beta: beta.map(written) },
  };
}

/** How many there are, in words. @param {unknown} list @param {string} name */
function counted(list, name) {
  if (!Array.isArray(list)) return "no list";
  return `${list.length || "no"} ${name}${list.length === 1 ? "" : "s"}`;
}

/** What is wrong with the rows of A, in words. @param {unknown} rows @param {number} s */
function rowsInWords(rows, s) {
  if (!Array.isArray(rows) || rows.length !== s) return counted(rows, "row");
  const i = rows.findIndex((row) => !Array.isArray(row) || row.length > s);
  return Array.isArray(rows[i]) ? `${rows[i].length} entries in row ${i + 1}` : `no list in row ${i + 1}`;
}

/** @param {Configuration} configuration @returns {Tableau} of an RKNet */
export function tableauOf({ scheme }) {
  return readTableau(typeof scheme === "string" ? SCHEMES[scheme] : scheme);
}

/** A tableau as it is typed: rows of A between semicolons or on lines, entries between commas. @param {string} A @param {string} beta */
export function typedTableau(A, beta) {
  const entries = (/** @type {string} */ row) => row.trim() === "" ? [] : row.split(",").map((entry) => entry.trim());
  return { A: A.split(/[;\n]/).map(entries), beta: entries(beta) };
}
