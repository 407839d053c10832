/** The regions of the net's answers, with the points and the boundaries of the best classifier. */

import { BEST_CELLS } from "../data/best.mjs";
import { EDGE } from "../data/points.mjs";
import { toCanvas } from "../geometry/grid.mjs";
import { isOwn, shownOf } from "../page/state.mjs";
import { paintPoints } from "../painting/markers.mjs";
import { strokeLines } from "../painting/regions.mjs";
import { paintPicked } from "./trajectories.mjs";

/** @import { Pen } from "../painting/panel.mjs" */
/** @import { State } from "../page/state.mjs" */
/** @import { Probe } from "../types.mjs" */

/** Cells of the regions, a side. */
export const CELLS = 64;

/** Validation points that are drawn, at most. */
export const POINTS = 600;
/** Own points that are drawn large, at most. */
const MANY = 200;

/** @param {State} state @param {Pen} pen @param {number} width @param {number} height */
export function paintDecision(state, pen, width, height) {
  const { decision, best, theme } = state, drawing = isOwn(state) || state.problem.startsWith("Draw");
  if (decision) {
    pen.imageSmoothingEnabled = true;
    pen.drawImage(decision.picture, 0, 0, width, height);
    pen.strokeStyle = theme.text;
    pen.lineWidth = 1.2;
    paintLines(pen, decision.lines, width / CELLS);
  }
  paintKnown(state, drawing, pen, width, height);
  if (best.lines.length) {
    pen.strokeStyle = theme.text;
    pen.lineWidth = 1.3;
    pen.setLineDash([5, 4]);
    paintLines(pen, best.lines, width / BEST_CELLS);
    pen.setLineDash([]);
  }
  paintTicks(state, pen, width, height);
  if (state.cursor.shown) paintCursor(state, drawing, pen, width, height);
  if (state.probe) paintProbe(state.probe, theme, pen, width, height);
}

/** @param {Pen} pen @param {number[][]} lines  in cells @param {number} cell */
function paintLines(pen, lines, cell) {
  strokeLines(pen, lines, (x, y) => [(x + 0.5) * cell, (y + 0.5) * cell]);
}

/** The reader's points, or some of those for validation. @param {State} state @param {boolean} drawing @param {Pen} pen @param {number} width @param {number} height */
function paintKnown(state, drawing, pen, width, height) {
  const { own, run, theme } = state, shown = shownOf(state);
  if (drawing && (shown === "all" || !run || state.problem)) {
    paintPoints(pen, toCanvas(Float32Array.from(own.X.flat()), width, height), own.c, theme.classes, own.c.length > MANY ? 1.8 : 3.6, 0.95);
  } else if (run && shown !== "none") {
    const sets = { training: [run.train], new: [run.validation], all: [run.train, run.validation] }[shown];
    for (const { X, c } of sets) {
      const places = toCanvas(X.subarray(0, 2 * POINTS), width, height);
      paintPoints(pen, places, c.subarray(0, POINTS), theme.classes, drawing && own.c.length <= MANY ? 3.6 : 1.8, 0.75);
    }
  }
}

/** @param {State} state @param {Pen} pen @param {number} width @param {number} height */
function paintTicks({ theme, configuration: { data } }, pen, width, height) {
  pen.fillStyle = theme.muted;
  pen.font = `11px ${theme.font}`;
  pen.textBaseline = "alphabetic";
  for (const x of [-EDGE, 0, EDGE]) {
    const text = String(x).replace("-", "−");
    pen.textAlign = x < 0 ? "left" : x > 0 ? "right" : "center";
    pen.fillText(text, ((x + EDGE) / (2 * EDGE)) * width + (x < 0 ? 12 : x > 0 ? -3 : 0), height - 4);
    pen.textAlign = "left";
    pen.fillText(text, 3, x > 0 ? 12 : x < 0 ? height - 16 : height / 2 + 4);
  }
  if (typeof data !== "string" && data.names) paintNames(data.names, pen, width, height);
}

/** The names of the coordinates, between the middle and the end of each axis. @param {import("../types.mjs").Names} names @param {Pen} pen @param {number} width @param {number} height */
function paintNames({ columns: [across = "", up = ""] }, pen, width, height) {
  pen.textAlign = "center";
  pen.fillText(across, 0.75 * width, height - 4, 0.4 * width);
  pen.save();
  pen.translate(12, 0.25 * height);
  pen.rotate(-Math.PI / 2);
  pen.fillText(up, 0, 0, 0.4 * height);
  pen.restore();
}

/** The picked point. @param {Probe} probe @param {State['theme']} theme @param {Pen} pen @param {number} width @param {number} height */
function paintProbe({ x, P }, theme, pen, width, height) {
  const [u, v] = toCanvas(x, width, height);
  paintPicked(pen, u, v, theme.classes[P.indexOf(Math.max(...P))], theme.text);
}

/** @param {State} state @param {boolean} drawing @param {Pen} pen @param {number} width @param {number} height */
function paintCursor({ cursor, theme, drawnClass }, drawing, pen, width, height) {
  const [x, y] = toCanvas([cursor.x, cursor.y], width, height);
  pen.strokeStyle = drawing ? theme.classes[drawnClass] : theme.text;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(x - 9, y);
  pen.lineTo(x + 9, y);
  pen.moveTo(x, y - 9);
  pen.lineTo(x, y + 9);
  pen.stroke();
}
