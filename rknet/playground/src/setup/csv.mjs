/** Points from a table: two columns of numbers, and the class in the last column. */

import { refuseWith } from "./refuse.mjs";

/** @import { Given } from "../types.mjs" */

/** Points, at least and at most, and classes, at most: as many as a link has room for. */
const FEW = 4, MANY = 4000, CLASSES = 4;

/** Letters of a name that are kept. */
export const NAME = 24;

/** A row of the table, and its line in the text. @typedef {{cells: string[], line: number}} Row */

/** The table is scaled to the square from -REACH to REACH; of each class, every so many rows are kept for validation. */
const REACH = 3.5, EVERY = 4;

/** @param {string} text @returns {{given: Given, words: string}} @throws {Error} one line, if the table cannot be read */
export function fromCsv(text) {
  const { names, rows } = tableOf(text), last = rows.map(({ cells }) => cells[cells.length - 1]), labels = [...new Set(last)].sort();
  if (labels.length < 2 || labels.length > CLASSES) {
    refuseWith("class, the last column", `take 2 to ${CLASSES} different values`, `${labels.length} (${labels.join(", ")})`,
      labels.length < 2 ? "add points of another class" : "put the class into the last column, or merge classes");
  }
  const columns = [0, 1].map((k) => scaled(rows.map((row) => numberIn(row, k, names[k]))));
  const c = last.map((label) => labels.indexOf(label)), seen = labels.map(() => 0);
  const parts = { train: /** @type {number[]} */ ([]), validation: /** @type {number[]} */ ([]) };
  c.forEach((label, n) => (seen[label]++ % EVERY === EVERY - 1 ? parts.validation : parts.train).push(n));
  const some = (/** @type {number[]} */ which) => ({ X: which.map((n) => columns.map((column) => column[n])), c: which.map((n) => c[n]) });
  const called = { classes: labels.map(shortName), columns: names.slice(0, 2) };
  const given = { classes: labels.length, names: called, ...some(parts.train), ...(parts.validation.length ? { validation: some(parts.validation) } : {}) };
  const words = `${rows.length} points in ${labels.length} classes (${called.classes.join(", ")}): ${parts.train.length} to train with, ` +
    `${parts.validation.length} new ones. ${names[0]} and ${names[1]} are each scaled to −${REACH} … ${REACH}.`;
  return { given, words };
}

/** Names of the columns, and rows of text. @param {string} text @returns {{names: string[], rows: Row[]}} */
function tableOf(text) {
  const lines = text.split(/\r?\n/).map((written, n) => ({ written, line: n + 1 })).filter(({ written }) => written.trim());
  const mark = [";", "\t", ","].find((each) => lines[0]?.written.includes(each)) ?? ",";
  const rows = lines.map(({ written, line }) => ({ cells: cellsOf(written, mark), line })), [first] = rows;
  const named = first?.cells.slice(0, 2).some((cell) => !Number.isFinite(Number(cell))), points = named ? rows.slice(1) : rows;
  if (first) checkCells(first, first, mark); // a text without separators is no short table
  if (points.length < FEW || points.length > MANY) {
    refuseWith("table", `have ${FEW} to ${MANY} rows of points`, String(points.length),
      points.length < FEW ? "add points, one per row" : "leave some out");
  }
  for (const row of points) checkCells(row, first, mark);
  return { names: (named ? first.cells : ["column 1", "column 2"]).map(shortName), rows: points };
}

/** @param {Row} row @param {Row} first @param {string} mark */
function checkCells({ cells, line }, first, mark) {
  const many = first.cells.length;
  if (cells.length >= 3 && cells.length === many) return;
  refuseWith(`line ${line} of the table`,
    `hold ${line === first.line ? "at least 3 cells" : `${many} cells, as line ${first.line} does`}: two numbers and, in the last one, the class`,
    `${cells.length} in "${cells.join(mark)}"`,
    cells.length === 1 ? "separate cells by commas, semicolons or tabs" : "complete the line, or delete it");
}

/** The cells of a line; where no comma separates them, it may stand for a decimal point. @param {string} written @param {string} mark */
function cellsOf(written, mark) {
  const cells = written.split(mark).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  return mark === "," ? cells : cells.map((cell, k) => (k < 2 ? cell.replace(",", ".") : cell));
}

/** @param {Row} row @param {number} k @param {string} name */
function numberIn({ cells, line }, k, name) {
  const value = Number(cells[k]);
  if (cells[k] === "" || !Number.isFinite(value)) {
    refuseWith(`${name} in line ${line} of the table`, "be a number", JSON.stringify(cells[k]), "write one such as 1.5, or delete the line");
  }
  return value;
}

/** @param {string} name */
const shortName = (name) => (name.length > NAME ? `${name.slice(0, NAME - 1)}…` : name);

/** A column centred and scaled to the square. @param {number[]} values */
function scaled(values) {
  const least = values.reduce((a, b) => Math.min(a, b)), most = values.reduce((a, b) => Math.max(a, b));
  const half = most > least ? (most - least) / 2 : 1;
  return values.map((x) => (REACH * (x - (least + most) / 2)) / half);
}
