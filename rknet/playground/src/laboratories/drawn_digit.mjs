/** Strokes as the net sees them: like a digit of MNIST, in a box of 20 of 28 pixels, its centre of mass in the middle. */

import { node } from "../page/elements.mjs";

/** Lines of x, y between 0 and 1. @typedef {number[][]} Strokes */

const SIDE = 28, BOX = 20, PEN = 2.3;

/**
 * Pixels (14, 14) between 0 and 1, row by row; zeros where nothing is drawn.
 * @param {Strokes} strokes
 */
export function pixels(strokes) {
  const fine = rendered(strokes), half = SIDE / 2, found = new Float64Array(half * half);
  for (let r = 0; r < SIDE; r++) for (let c = 0; c < SIDE; c++) found[(r >> 1) * half + (c >> 1)] += fine[r * SIDE + c] / 4;
  return found;
}

/** Pixels (28, 28) with the centre of mass in the middle. @param {Strokes} strokes */
function rendered(strokes) {
  const points = strokes.flat(), pen = node("canvas", { width: SIDE, height: SIDE }).getContext("2d", { willReadFrequently: true });
  const inked = new Float64Array(SIDE * SIDE);
  if (!points.length || !pen) return inked;
  const xs = points.filter((_, k) => k % 2 === 0), ys = points.filter((_, k) => k % 2 === 1);
  const [left, top] = [Math.min(...xs), Math.min(...ys)], extent = Math.max(Math.max(...xs) - left, Math.max(...ys) - top, 0.15);
  const scale = (BOX - PEN) / extent;
  const paint = (/** @type {number} */ dx, /** @type {number} */ dy) => {
    pen.clearRect(0, 0, SIDE, SIDE);
    Object.assign(pen, { lineWidth: PEN, lineCap: "round", lineJoin: "round" });
    pen.beginPath();
    for (const line of strokes) {
      for (let k = 0; k < line.length; k += 2) {
        const [x, y] = [(line[k] - left) * scale + dx, (line[k + 1] - top) * scale + dy];
        if (k) pen.lineTo(x, y);
        else pen.moveTo(x, y);
      }
      if (line.length === 2) pen.lineTo((line[0] - left) * scale + dx + 0.01, (line[1] - top) * scale + dy);
    }
    pen.stroke();
    const { data } = pen.getImageData(0, 0, SIDE, SIDE);
    for (let k = 0; k < inked.length; k++) inked[k] = data[4 * k + 3] / 255;
  };
  paint(PEN, PEN);
  let [mass, x, y] = [0, 0, 0];
  for (let k = 0; k < inked.length; k++) {
    mass += inked[k];
    x += inked[k] * ((k % SIDE) + 0.5);
    y += inked[k] * (Math.floor(k / SIDE) + 0.5);
  }
  if (mass > 0) paint(PEN + SIDE / 2 - x / mass, PEN + SIDE / 2 - y / mass);
  return inked;
}

/**
 * Lets a pointer draw on a canvas.
 * @param {HTMLCanvasElement} canvas @param {Strokes} strokes  to which lines are added @param {(begun: boolean) => void} drawn
 */
export function drawable(canvas, strokes, drawn) {
  canvas.classList.add("rkp-draws");
  const add = (/** @type {PointerEvent} */ event) => {
    strokes[strokes.length - 1].push(event.offsetX / canvas.clientWidth, event.offsetY / canvas.clientHeight);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    drawn(true);
    strokes.push([]);
    add(event);
    drawn(false);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    add(event);
    drawn(false);
  });
}
