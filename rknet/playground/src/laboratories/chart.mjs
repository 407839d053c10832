/** A chart with axes, linear or logarithmic. */

import { raised, short } from "../words/numbers.mjs";

/** @import { Theme } from "../painting/colours.mjs" */
/** @import { Pen } from "../painting/panel.mjs" */

/** @typedef {{x: ArrayLike<number>, y: ArrayLike<number>, colour: string, dash?: number[], width?: number, dots?: number}} Line  dots: their radius */

/**
 * @typedef {object} Chart
 * @property {[number, number]} x
 * @property {[number, number]} y
 * @property {boolean} [logX]
 * @property {boolean} [logY]
 * @property {boolean} [square]   whether both axes have the same unit
 * @property {number[]} xTicks
 * @property {number[]} yTicks
 * @property {string} [xName]
 * @property {(x: number) => string} [xWritten]
 * @property {(y: number) => string} [yWritten]
 * @property {Line[]} lines
 */

/** @typedef {{X: (x: number) => number, Y: (y: number) => number, fromX: (at: number) => number, fromY: (at: number) => number}} Scales */

/** A power of ten. @param {number} x */
export const power = (x) => `10${raised(Math.round(Math.log10(x)))}`;

/** Powers of ten from one to another, at most about five of them. @param {number} low @param {number} high */
export function powers(low, high) {
  const each = Math.max(1, Math.ceil((high - low) / 5));
  return Array.from({ length: Math.floor((high - low) / each) + 1 }, (_, k) => 10 ** (low + k * each));
}

/** Where values lie on the canvas. @param {Chart} chart @param {number} width @param {number} height @returns {Scales} */
export function scales({ x, y, logX, logY, square }, width, height) {
  let [left, right, top, bottom] = [38, width - 10, 8, height - 32];
  if (square) {
    const unit = Math.min((right - left) / (x[1] - x[0]), (bottom - top) / (y[1] - y[0]));
    const [spareX, spareY] = [right - left - unit * (x[1] - x[0]), bottom - top - unit * (y[1] - y[0])];
    [left, right, top, bottom] = [left + spareX / 2, right - spareX / 2, top + spareY / 2, bottom - spareY / 2];
  }
  const axis = (/** @type {[number, number]} */ [a, b], /** @type {boolean|undefined} */ log, /** @type {number} */ from, /** @type {number} */ to) => {
    const scale = log ? Math.log10 : (/** @type {number} */ value) => value;
    const [low, high] = [scale(a), scale(b)];
    return {
      to: (/** @type {number} */ value) => from + ((scale(value) - low) / (high - low)) * (to - from),
      from: (/** @type {number} */ at) => {
        const value = low + ((at - from) / (to - from)) * (high - low);
        return log ? 10 ** value : value;
      },
    };
  };
  const across = axis(x, logX, left, right), up = axis(y, logY, bottom, top);
  return { X: across.to, Y: up.to, fromX: across.from, fromY: up.from };
}

/**
 * Paints axes and lines; `beneath` paints between the two.
 * @param {Pen} pen @param {number} width @param {number} height @param {Theme} theme @param {Chart} chart
 * @param {(scales: Scales) => void} [beneath]
 * @returns {Scales}
 */
export function paintChart(pen, width, height, theme, chart, beneath) {
  const found = scales(chart, width, height), { X, Y } = found, { xWritten = short, yWritten = short } = chart;
  const [left, right, top, bottom] = [X(chart.x[0]), X(chart.x[1]), Y(chart.y[1]), Y(chart.y[0])];
  pen.font = `11px ${theme.font}`;
  pen.fillStyle = theme.muted;
  pen.strokeStyle = theme.line;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const y of chart.yTicks) {
    pen.fillText(yWritten(y), left - 5, Y(y));
    pen.moveTo(left, Y(y));
    pen.lineTo(right, Y(y));
  }
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const x of chart.xTicks) {
    pen.fillText(xWritten(x), X(x), bottom + 4);
    pen.moveTo(X(x), top);
    pen.lineTo(X(x), bottom);
  }
  pen.stroke();
  if (chart.xName) pen.fillText(chart.xName, (left + right) / 2, bottom + 17);
  pen.save();
  pen.beginPath();
  pen.rect(left - 4, top - 4, right - left + 8, bottom - top + 8);
  pen.clip();
  beneath?.(found);
  for (const line of chart.lines) paintLine(pen, found, line);
  pen.restore();
  return found;
}

/** @param {Pen} pen @param {Scales} scales @param {Line} line */
function paintLine(pen, { X, Y }, { x, y, colour, dash = [], width = 1.8, dots = 0 }) {
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineJoin = "round";
  pen.lineWidth = width;
  pen.setLineDash(dash);
  pen.beginPath();
  for (let k = 0; k < x.length; k++) {
    if (k) pen.lineTo(X(x[k]), Y(y[k]));
    else pen.moveTo(X(x[k]), Y(y[k]));
  }
  if (width > 0) pen.stroke();
  pen.setLineDash([]);
  if (!dots) return;
  pen.beginPath();
  for (let k = 0; k < x.length; k++) {
    pen.moveTo(X(x[k]) + dots, Y(y[k]));
    pen.arc(X(x[k]), Y(y[k]), dots, 0, 2 * Math.PI);
  }
  pen.fill();
}
