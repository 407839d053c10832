/** Points from a table: two columns of numbers, and the class in the last column. */

import { refuse, refuseText } from "./refuse.mjs";

/** @import { Given } from "../types.mjs" */

/** Rows and classes, at most: as many classes as a link has room for. */
const ROWS = 4000, CLASSES = 4;

/** The table is scaled to the square from -REACH to REACH; of each class, every so many rows are kept for validation. */
const REACH = 3.5, EVERY = 4;

/** @param {string} text @returns {{given: Given, words: string}} @throws {Error} one line, if the table cannot be read */
export function fromCsv(text) {
  const { names, rows } = tableOf(text), labels = [...new Set(rows.map((row) => row[row.length - 1]))].sort();
  if (labels.length < 2 || labels.length > CLASSES) {
    refuseText("class", `one of 2 .. ${CLASSES} different values in the last column`, `${labels.length} of them`);
  }
  const columns = [0, 1].map((k) => scaled(rows.map((row, n) => numberIn(row[k], names[k], n))));
  const c = rows.map((row) => labels.indexOf(row[row.length - 1])), seen = labels.map(() => 0);
  const parts = { train: /** @type {number[]} */ ([]), validation: /** @type {number[]} */ ([]) };
  c.forEach((label, n) => (seen[label]++ % EVERY === EVERY - 1 ? parts.validation : parts.train).push(n));
  const some = (/** @type {number[]} */ which) => ({ X: which.map((n) => columns.map((column) => column[n])), c: which.map((n) => c[n]) });
  const given = { classes: labels.length, ...some(parts.train), ...(parts.validation.length ? { validation: some(parts.validation) } : {}) };
  const words = `${rows.length} points in ${labels.length} classes (${labels.join(", ")}): ${parts.train.length} to train with, ` +
    `${parts.validation.length} new ones. ${names[0]} and ${names[1]} are each scaled to −${REACH} … ${REACH}.`;
  return { given, words };
}

/** Names of the columns, and rows of text. @param {string} text */
function tableOf(text) {
  const lines = text.split(/\r?\n/).filter((line) => line.trim());
  if (lines.length < 4 || lines.length > ROWS + 1) refuseText("table", `4 .. ${ROWS} rows`, `${lines.length} ${lines.length === 1 ? "row" : "rows"}`);
  const mark = [";", "\t", ","].find((each) => lines[0].includes(each)) ?? ",";
  const rows = lines.map((line) => line.split(mark).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1")));
  if (mark !== ",") for (const row of rows) for (const k of [0, 1]) row[k] = (row[k] ?? "").replace(",", ".");
  const odd = rows.findIndex((row) => row.length < 3 || row.length !== rows[0].length);
  if (odd >= 0) refuseText(`row ${odd + 1}`, "two numbers and a class, as many columns as the first row", rows[odd].join(mark));
  const named = rows[0].slice(0, 2).some((cell) => !Number.isFinite(Number(cell)));
  return { names: named ? rows[0] : ["column 1", "column 2"], rows: named ? rows.slice(1) : rows };
}

/** @param {string} cell @param {string} name @param {number} row */
function numberIn(cell, name, row) {
  const value = Number(cell);
  if (cell === "" || !Number.isFinite(value)) refuse(`${name} in row ${row + 1} of the points`, "a number", cell);
  return value;
}

/** A column centred and scaled to the square. @param {number[]} values */
function scaled(values) {
  const least = values.reduce((a, b) => Math.min(a, b)), most = values.reduce((a, b) => Math.max(a, b));
  const half = most > least ? (most - least) / 2 : 1;
  return values.map((x) => (REACH * (x - (least + most) / 2)) / half);
}
