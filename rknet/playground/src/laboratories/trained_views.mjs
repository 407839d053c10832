/** Pictures of a net that is trained: its answers on the plane, its accuracy, and its features in space. */

import { toCanvas } from "../geometry/grid.mjs";
import { node } from "../page/elements.mjs";
import { lighter, NET_STYLES } from "../painting/colours.mjs";
import { marker, paintPoints } from "../painting/markers.mjs";
import { boundaries } from "../geometry/contours.mjs";
import { regions, strokeLines } from "../painting/regions.mjs";
import { camera, paintFrame } from "../painting/space.mjs";
import { paintChart } from "./chart.mjs";
import { BEST_CELLS, CELLS } from "./runner.mjs";

/** @import { Look } from "../setup/link.mjs" */
/** @import { Runner } from "./runner.mjs" */
/** @import { Frame } from "./types.mjs" */

const PIXELS = 168, POINTS = 500;

/** Colour and dashes of the paper's net. @param {Frame} frame */
export function netStyle({ values, given, theme }) {
  const [kind, scheme] = given.nets[values.net], { colour, dash } = NET_STYLES[kind === "StandardNet" ? kind : scheme];
  return { colour: theme.dark ? lighter(colour, 0.3) : colour, dash };
}

/** The picture of the regions, made once for each snapshot. @param {Frame} frame @param {Runner} runner */
export function predictionPanel(frame, runner) {
  const picture = node("canvas", { width: PIXELS, height: PIXELS });
  /** @type {Float32Array|null} */ let painted = null;
  /** @type {number[][]} */ let lines = [];
  return frame.panel("The predicted regions, the validation points, and dashed the best possible boundary", (pen, width, height) => {
    const { run, grid, best } = runner, { theme } = frame;
    if (!run || !grid) return;
    if (painted !== grid) {
      painted = grid;
      picture.getContext("2d")?.putImageData(new ImageData(regions(painted, CELLS, run.classes, PIXELS), PIXELS), 0, 0);
      lines = boundaries(painted, CELLS, CELLS, run.classes);
    }
    pen.drawImage(picture, 0, 0, width, height);
    const stroke = (/** @type {number[][]} */ all, /** @type {number} */ cells) =>
      strokeLines(pen, all, (x, y) => [((x + 0.5) * width) / cells, ((y + 0.5) * height) / cells]);
    pen.strokeStyle = theme.text;
    pen.lineWidth = 1.1;
    stroke(lines, CELLS);
    paintPoints(pen, toCanvas(run.validation.X.subarray(0, 2 * POINTS), width, height), run.validation.c.subarray(0, POINTS), theme.classes, 1.7, 0.7);
    pen.setLineDash([5, 4]);
    stroke(best, BEST_CELLS);
    pen.setLineDash([]);
  }, "prediction");
}

/** The run before in grey. @param {number[]|undefined} y @param {Frame} frame */
export function pastLines(y, { theme }) {
  return y ? [{ x: y.map((_, k) => k), y: y.map((value) => Math.max(value, 1e-15)), colour: theme.muted, width: 1.2 }] : [];
}

/** @param {Frame} frame @param {Runner} runner */
export function accuracyPanel(frame, runner) {
  return frame.panel("Accuracy by epoch, training dotted, below the dashed best possible accuracy", (pen, width, height) => {
    const { run, snapshot } = runner, { train_accuracy: train = [], val_accuracy: validation = [] } = snapshot?.history ?? {};
    const { colour, dash } = netStyle(frame), epochs = frame.given.epochs, x = validation.map((_, epoch) => epoch);
    const all = (/** @type {number[]} */ curve) => curve.map((value) => 100 * value);
    const limit = run?.bayes ?? null, level = limit === null ? [] : [{ x: [0, epochs], y: [100 * limit, 100 * limit], colour: frame.theme.text, width: 1, dash: [5, 4] }];
    paintChart(pen, width, height, frame.theme, {
      x: [0, epochs], y: [20, 102], xTicks: [0, epochs / 2, epochs], yTicks: [20, 40, 60, 80, 100], xName: "epoch",
      lines: [...level, ...pastLines(runner.past ? all(runner.past.accuracy) : undefined, frame), { x, y: all(train), colour, dash: [1.5, 3], width: 1.4 }, { x, y: all(validation), colour, dash }],
    });
  }, "accuracy (%)");
}

/** The half width and the middle of the components that are drawn. @param {Float64Array} at */
function boxOf(at) {
  const low = [Infinity, Infinity, Infinity], high = low.map((value) => -value);
  for (let k = 0; k < at.length; k++) {
    low[k % 3] = Math.min(low[k % 3], at[k]);
    high[k % 3] = Math.max(high[k % 3], at[k]);
  }
  const centre = low.map((value, k) => (value + high[k]) / 2), half = low.map((value, k) => (high[k] - value) / 2);
  const bound = Math.max(...half, 1e-9);
  return { m: 3, bound, centre, low: -Math.max(half[2] / bound, 0.05) };
}

/**
 * Points in space at one layer, or between two, which a pointer or the arrow keys turn.
 * @param {Frame} frame
 * @param {{azim: number, elev: number}} view  degrees
 * @param {() => {at: Float64Array, n: number, c: Int32Array, layer: number}|null} wanted
 * @param {Node} title
 */
export function spacePanel(frame, view, wanted, title) {
  const look = /** @type {Look} */ ({ azim: view.azim, elev: view.elev }); // all that a camera asks for
  /** @type {{at: Float64Array|null, box: ReturnType<typeof boxOf>}} */ let known = { at: null, box: boxOf(new Float64Array(3)) };
  const panel = frame.panel("Features in three principal components, which the arrow keys turn", (pen, width, height) => {
    const found = wanted();
    if (!found) return;
    if (known.at !== found.at) known = { at: found.at, box: boxOf(found.at) };
    const { at, n, c, layer } = found, eye = camera(3, known.box, look, width, height);
    paintFrame(pen, eye, 3, known.box, look, frame.theme, "p");
    const whole = Math.floor(layer), part = layer - whole, step = part ? 3 * n : 0;
    const seen = Array.from({ length: n }, (_, i) => {
      const from = 3 * (whole * n + i);
      const place = (/** @type {number} */ k) => (1 - part) * at[from + k] + part * at[from + step + k];
      return { k: c[i], spot: eye(place(0), place(1), place(2)) };
    }).sort((a, b) => a.spot[2] - b.spot[2]);
    pen.globalAlpha = 0.8;
    for (const { k, spot: [x, y, near] } of seen) {
      pen.fillStyle = frame.theme.classes[k];
      pen.beginPath();
      marker(pen, k, x, y, 2.4 * (1 + near / (5 * known.box.bound)));
      pen.fill();
    }
    pen.globalAlpha = 1;
  }, title);
  const turn = (/** @type {number} */ azim, /** @type {number} */ elev) => {
    look.azim = ((((azim + 180) % 360) + 360) % 360) - 180;
    look.elev = Math.max(-90, Math.min(90, elev));
    panel.soon();
  };
  turns(panel.canvas, look, turn);
  return panel;
}

/** @param {HTMLCanvasElement} canvas @param {{azim: number, elev: number}} look @param {(azim: number, elev: number) => void} turn */
function turns(canvas, look, turn) {
  canvas.classList.add("rkp-turns");
  canvas.tabIndex = 0;
  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) turn(look.azim - 0.5 * event.movementX, look.elev + 0.4 * event.movementY);
  });
  canvas.addEventListener("keydown", (event) => {
    const [across, up] = { ArrowLeft: [6, 0], ArrowRight: [-6, 0], ArrowUp: [0, 6], ArrowDown: [0, -6] }[event.key] ?? [0, 0];
    if (!across && !up) return;
    event.preventDefault();
    turn(look.azim + across, look.elev + up);
  });
}
