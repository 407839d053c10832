/** A plot with axes. */

/** @import { Theme } from "./colours.mjs" */
/** @import { Pen } from "./panel.mjs" */

/**
 * One plot with axes.
 * @typedef {object} Plot
 * @property {string} title
 * @property {[number, number]} x
 * @property {[number, number]} y
 * @property {number[]} yTicks
 * @property {number[]} xTicks
 * @property {(y: number) => string} written
 * @property {boolean} [log]
 * @property {number|null} [marked]     a vertical line
 * @property {{x: number, text: string}[]} [marks]  dotted vertical lines, named where they are few
 * @property {number[]} [levels]        dashed horizontal lines
 * @property {{low: number[], high: number[], colour: string}[]} [bands]  from low to high at x = 0, 1, ...
 * @property {{y: ArrayLike<number>, colour: string, dash?: number[], width?: number, dots?: boolean}[]} lines  y at x = 0, 1, ...
 */

/** @param {Pen} pen @param {number} width @param {number} height @param {Theme} theme @param {Plot} plot */
export function paintPlot(pen, width, height, theme, plot) {
  const left = 34, right = width - 8, top = 20, bottom = height - 18;
  const scale = plot.log ? Math.log10 : (/** @type {number} */ y) => y;
  const X = (/** @type {number} */ x) => left + ((x - plot.x[0]) / (plot.x[1] - plot.x[0])) * (right - left);
  const Y = (/** @type {number} */ y) => bottom - ((scale(y) - scale(plot.y[0])) / (scale(plot.y[1]) - scale(plot.y[0]))) * (bottom - top);
  pen.font = `12px ${theme.font}`;
  pen.fillStyle = theme.text;
  pen.textAlign = "left";
  pen.textBaseline = "alphabetic";
  pen.fillText(plot.title, 0, 11, width);
  pen.font = `11px ${theme.font}`;
  pen.fillStyle = theme.muted;
  pen.strokeStyle = theme.line;
  pen.lineWidth = 1;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  pen.beginPath();
  for (const y of plot.yTicks) {
    pen.fillText(plot.written(y), left - 6, Y(y));
    pen.moveTo(left, Math.round(Y(y)) + 0.5);
    pen.lineTo(right, Math.round(Y(y)) + 0.5);
  }
  pen.stroke();
  pen.textBaseline = "alphabetic";
  pen.textAlign = "center";
  for (const x of plot.xTicks) pen.fillText(String(x), Math.min(right - 4, X(x)), height - 4);
  pen.save();
  pen.beginPath();
  pen.rect(left - 2, top - 2, right - left + 4, bottom - top + 4);
  pen.clip();
  for (const y of plot.levels ?? []) {
    pen.strokeStyle = theme.text;
    pen.setLineDash([5, 4]);
    pen.beginPath();
    pen.moveTo(left, Y(y));
    pen.lineTo(right, Y(y));
    pen.stroke();
  }
  if (plot.marked !== undefined && plot.marked !== null) {
    pen.setLineDash([]);
    pen.strokeStyle = theme.muted;
    pen.beginPath();
    pen.moveTo(X(plot.marked), top);
    pen.lineTo(X(plot.marked), bottom);
    pen.stroke();
  }
  paintMarks(pen, plot.marks ?? [], X, top, bottom, (left + right) / 2, theme);
  for (const band of plot.bands ?? []) paintBand(pen, band, X, Y);
  pen.lineJoin = "round";
  for (const line of plot.lines) {
    pen.strokeStyle = pen.fillStyle = line.colour;
    pen.lineWidth = line.width ?? 1.8;
    pen.setLineDash(line.dash ?? []);
    pen.beginPath();
    for (let x = 0; x < line.y.length; x++) {
      const y = Math.min(Math.max(line.y[x], plot.y[0]), plot.log ? Infinity : plot.y[1] * 2);
      if (x) pen.lineTo(X(x), Y(y));
      else pen.moveTo(X(x), Y(y));
    }
    pen.stroke();
    if (line.dots && line.y.length) {
      pen.beginPath();
      pen.arc(X(line.y.length - 1), Y(line.y[line.y.length - 1]), 3, 0, 2 * Math.PI);
      pen.fill();
    }
  }
  pen.restore();
  pen.setLineDash([]);
}

/**
 * @param {Pen} pen @param {NonNullable<Plot['bands']>[number]} band
 * @param {(x: number) => number} X @param {(y: number) => number} Y
 */
function paintBand(pen, { low, high, colour }, X, Y) {
  pen.beginPath();
  high.forEach((y, x) => pen.lineTo(X(x), Y(y)));
  for (let x = low.length - 1; x >= 0; x--) pen.lineTo(X(x), Y(low[x]));
  pen.closePath();
  pen.globalAlpha = 0.25;
  pen.fillStyle = colour;
  pen.fill();
  pen.globalAlpha = 1;
}

/** Marks that are named, at most: more names would cover one another. */
const NAMED = 3;

/**
 * @param {Pen} pen @param {NonNullable<Plot['marks']>} marks @param {(x: number) => number} X
 * @param {number} top @param {number} bottom @param {number} middle  right of it a name stands left of its line @param {Theme} theme
 */
function paintMarks(pen, marks, X, top, bottom, middle, theme) {
  pen.strokeStyle = pen.fillStyle = theme.muted;
  pen.lineWidth = 1;
  pen.setLineDash([2, 2]);
  marks.forEach(({ x, text }, k) => {
    const at = Math.round(X(x)) + 0.5, before = at > middle;
    pen.beginPath();
    pen.moveTo(at, top);
    pen.lineTo(at, bottom);
    pen.stroke();
    pen.textAlign = before ? "right" : "left";
    if (marks.length <= NAMED) pen.fillText(text, at + (before ? -3 : 3), bottom - 4 - 12 * (k % NAMED));
  });
}
