/** Any tableau, explicit or not, in exact numbers: its order, its partner, and the order of a pair. */

import { density, trees } from "../setup/trees.mjs";
import { equal, exactly, inverse, negative, NOTHING, product, readExact, sum, toNumber, UNIT } from "./exact.mjs";

/** @import { Tree } from "../setup/trees.mjs" */
/** @import { Exact } from "./exact.mjs" */

/** @typedef {{title: string, A: Exact[][], beta: Exact[], c: Exact[]}} ExactTableau */
/** A tree of nodes of two kinds, for the state and for the costate. @typedef {{kind: "y"|"p", subtrees: Coloured[]}} Coloured */

/** Order conditions are checked up to this order; stages, at most. */
const MOST = 5, STAGES = 12;

/** @param {Exact[]} numbers */
const total = (numbers) => numbers.reduce(sum, NOTHING);

/**
 * A tableau from texts: rows of A, which may stop early, and weights.
 * @param {string} title @param {string[][]} A @param {string[]} beta
 * @returns {ExactTableau}
 * @throws {Error} one line: the entry, the rule, the value
 */
export function exactTableau(title, A, beta) {
  const s = beta.length;
  if (s > STAGES) throw new Error(`beta: must hold at most ${STAGES} weights, got ${s}; use a scheme of fewer stages`);
  if (s === 0 || A.length !== s || A.some((row) => row.length > s)) {
    throw new Error(`A: must have one row of at most s entries for each of the s = ${s} weights in beta, got rows of ${A.map((row) => row.length).join(", ")} entries; give s >= 1 rows and s weights`);
  }
  const entry = (/** @type {string} */ field, /** @type {string|undefined} */ text) => readExact(field, text ?? "0");
  const full = A.map((row, i) => beta.map((_, j) => entry(`a_${i + 1}${j + 1}`, row[j])));
  return { title, A: full, beta: beta.map((text, i) => entry(`beta_${i + 1}`, text)), c: full.map(total) };
}

/** A tableau as it is typed: rows of A on lines or between semicolons, entries between commas. @param {string} A @param {string} beta */
export function typed(A, beta) {
  const rows = [...A.split(/[\n;]/), beta].map((row, i) => (row.trim() ? row.split(",") : []).map((text, j) => {
    if (text.trim() === "") throw new Error(`row ${i + 1}: entry ${j + 1} must be a number, got nothing; write 0`);
    return text;
  }));
  return exactTableau("your own", rows.slice(0, -1), rows[rows.length - 1]);
}

/** @param {ExactTableau} tableau */
export const explicit = ({ A }) => A.every((row, i) => row.every((a, j) => j < i || a.size === 0));
/** @param {ExactTableau} tableau */
export const hasPartner = ({ beta }) => beta.every((weight) => weight.size > 0);

/** The scheme that the costates follow, (3.23): a~_ij = beta_j - beta_j a_ji / beta_i. @param {ExactTableau} tableau @returns {ExactTableau} */
export function partner({ title, A, beta, c }) {
  const entry = (/** @type {number} */ i, /** @type {number} */ j) =>
    sum(beta[j], negative(product(product(beta[j], A[j][i]), inverse(beta[i]))));
  return { title: `partner of ${title}`, A: A.map((_, i) => beta.map((_, j) => entry(i, j))), beta, c };
}

/** @param {ExactTableau} one @param {ExactTableau} other */
export const same = (one, other) =>
  one.A.every((row, i) => row.every((a, j) => equal(a, other.A[i][j])) && equal(one.c[i], other.c[i]));

/**
 * Elementary weights of a tree at each stage, by the matrix that belongs to the kind of each subtree.
 * @param {{y: Exact[][], p: Exact[][]}} A @param {Coloured} tree @param {number} s @returns {Exact[]}
 */
function stageWeights(A, tree, s) {
  let weights = Array.from({ length: s }, () => UNIT);
  for (const subtree of tree.subtrees) {
    const inner = stageWeights(A, subtree, s);
    weights = weights.map((g, i) => product(g, total(A[subtree.kind][i].map((a, j) => product(a, inner[j])))));
  }
  return weights;
}

/** Colourings in which a node of kind p has at most one child of kind p, and one of kind y has none. @param {Tree} tree @param {"y"|"p"} kind @returns {Coloured[]} */
function colourings(tree, kind) {
  /** @type {Coloured[][]} */ let choices = [[]];
  for (const subtree of tree) {
    const both = [...colourings(subtree, "y"), ...(kind === "p" ? colourings(subtree, "p") : [])];
    choices = choices.flatMap((chosen) => both.map((one) => [...chosen, one]));
  }
  return choices.filter((chosen) => chosen.filter((one) => one.kind === "p").length <= 1).map((subtrees) => ({ kind, subtrees }));
}

/** @param {ExactTableau} tableau @param {Exact[][]} A_tilde @param {("y"|"p")[]} roots */
function orderBy({ A, beta }, A_tilde, roots) {
  const holds = (/** @type {Tree} */ tree) => roots.every((root) => colourings(tree, root).every((coloured) => {
    const weight = total(stageWeights({ y: A, p: A_tilde }, coloured, beta.length).map((g, i) => product(beta[i], g)));
    return equal(weight, exactly({ p: 1n, q: BigInt(density(tree)) }));
  }));
  let order = 0;
  while (order < MOST && trees(order + 1).every(holds)) order++;
  return order;
}

/** The largest p <= 5 whose order conditions hold exactly. @param {ExactTableau} tableau */
export const orderOf = (tableau) => orderBy(tableau, tableau.A, ["y"]);
/** The order of states by one tableau and costates by another with the same weights, for given controls. @param {ExactTableau} scheme @param {ExactTableau} other */
export const orderOfPair = (scheme, other) => orderBy(scheme, other.A, ["y", "p"]);

/** Rounded to double precision. @param {ExactTableau} tableau */
export const rounded = ({ A, beta, c }) => ({ A: A.map((row) => row.map(toNumber)), beta: beta.map(toNumber), c: c.map(toNumber) });
