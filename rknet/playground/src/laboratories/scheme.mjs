/** The laboratory of Section 2: one orbit, its error, and the stability region, under a scheme, a step size and a depth. */

import { lighter } from "../painting/colours.mjs";
import { short } from "../words/numbers.mjs";
import { paintChart, power, powers, scales } from "./chart.mjs";
import { exactTableau, rounded } from "./exact_tableau.mjs";
import { drift, errors, observedOrder, orbit } from "./orbit.mjs";
import { paintRegion, region } from "./region.mjs";
import { growth } from "./stability.mjs";

/** @import { Chart } from "./chart.mjs" */
/** @import { Frame, Running, Values } from "./types.mjs" */

const EXACT = { h: 0.01, L: 800 };
/** The part of the plane of z = h lambda that is shown. @type {Pick<Chart, "x"|"y"|"square"|"xTicks"|"yTicks"|"xName">} */
const PLANE = { x: [-5, 2], y: [-4, 4], square: true, xTicks: [-4, -2, 0, 2], yTicks: [-4, -2, 0, 2, 4], xName: "z = hλ" };

/** How far from a point a finger still takes it, in pixels. */
const FINGER = 32;

/** The scheme in numbers. @param {any} given @param {string} name */
function numbersOf({ schemes }, name) {
  const { title, A, beta } = schemes[name];
  return rounded(exactTableau(title, A, beta));
}

/** @param {Values} values @param {any} given */
function numbers({ scheme, h, L }, given) {
  const tableau = numbersOf(given, scheme), states = orbit(tableau, h, L);
  const found = errors(tableau, numbersOf(given, "dopri5"), h, L, given);
  return { last: states[L], drift: drift(states), errors: found, order: observedOrder(found, given), growth: growth(tableau)(0, h) };
}

/** What is to be seen, in a sentence or two. @param {Values} values @param {any} given @param {ReturnType<typeof numbers>} found */
function sentence({ scheme, h, L }, { schemes }, found) {
  const name = schemes[scheme].title, percent = `${found.drift >= 0 ? "+" : "−"}${short(Number(Math.abs(100 * found.drift).toPrecision(3)))} %`;
  const way = Math.abs(found.drift) < 1e-3 ? "stay on the closed orbit" : `leave the closed orbit ${found.drift > 0 ? "outwards" : "inwards"}`;
  const growing = found.growth > 1 ? "above 1: a small oscillation grows in every layer" : "at most 1: a small oscillation does not grow";
  const order = found.order === null ? "" : ` When h is halved, the error falls like h to the power ${short(Number(found.order.toPrecision(2)))}.`;
  return `With ${name} and h = ${short(h)}, the states ${way} in ${L} layers (drift ${percent}). |R(ih)| = ${short(found.growth)} is ${growing}.${order}`;
}

/** @param {Frame} frame @returns {Running} */
function open(frame) {
  const { given, values } = frame, closed = orbit(numbersOf(given, "rk4"), EXACT.h, EXACT.L);
  let tableau = numbersOf(given, values.scheme), found = numbers(values, given), stable = region(growth(tableau), PLANE.x, PLANE.y);
  const colours = () => [frame.theme.classes[0], frame.theme.classes[1]];
  const path = frame.panel("The orbit through the layers, over the closed curve of the continuous flow", (pen, width, height) => {
    const states = orbit(tableau, values.h, values.L), [blue, vermillion] = colours();
    const most = Math.max(2, 1.1 * Math.max(...states.flat().map(Math.abs))), tick = most > 4 ? Math.floor(most / 2) : 1;
    const [x, y] = [0, 1].map((k) => states.map((state) => state[k]));
    paintChart(pen, width, height, frame.theme, {
      x: [-most, most], y: [-most, most], square: true, xTicks: [-tick, 0, tick], yTicks: [-tick, 0, tick],
      lines: [
        { x: closed.map(([u]) => u), y: closed.map(([, v]) => v), colour: frame.theme.muted, width: 1 },
        { x, y, colour: blue, width: 1.1, dots: 2.4 }, { x: x.slice(-1), y: y.slice(-1), colour: vermillion, dots: 4.5 }],
    });
  }, "orbit: layers as dots");
  /** @type {Chart} */
  const errorAxes = { x: [0.002, 2.2], y: [1e-13, 10], logX: true, logY: true, xTicks: [0.01, 0.1, 1], yTicks: powers(-12, 0), yWritten: power, xName: "step size h", lines: [] };
  const convergence = frame.panel("The error at the end against the step size", (pen, width, height) => {
    const [blue, vermillion] = colours(), steps = given.halvings.map((/** @type {number} */ k) => values.h / k);
    const shown = found.errors.map((error) => Math.max(error, 1e-14));
    paintChart(pen, width, height, frame.theme, {
      ...errorAxes,
      lines: [{ x: steps, y: shown, colour: blue, dots: 3 }, { x: steps.slice(0, 1), y: shown.slice(0, 1), colour: vermillion, dots: 5 }],
    });
  }, "error at t = hL: drag h");
  const plane = frame.panel("The stability region and the two points i h and minus i h", (pen, width, height) => {
    const [blue, vermillion] = colours();
    paintChart(pen, width, height, frame.theme, { ...PLANE, lines: [{ x: [0, 0], y: [values.h, -values.h], colour: vermillion, width: 0, dots: 5 }] },
      (scales) => paintRegion(pen, scales, stable, frame.theme.dark ? lighter(blue, 0.1) : blue));
  }, "stability: drag ih");
  const choose = (/** @type {number} */ h) => frame.set("h", Math.round(20 * Math.min(2, Math.max(0.05, h))) / 20);
  drags(convergence.canvas, (x, _, width, height) => choose(scales(errorAxes, width, height).fromX(x)));
  const inPlane = (/** @type {number} */ width, /** @type {number} */ height) => scales({ ...PLANE, lines: [] }, width, height);
  drags(plane.canvas, (_, y, width, height) => choose(Math.abs(inPlane(width, height).fromY(y))));
  holds(plane.canvas, (x, y, width, height) => {
    const { X, Y } = inPlane(width, height);
    return [values.h, -values.h].some((h) => Math.hypot(x - X(0), y - Y(h)) < FINGER);
  });
  return {
    update(changed) {
      tableau = numbersOf(given, values.scheme);
      found = numbers(values, given);
      if (changed.includes("scheme")) stable = region(growth(tableau), PLANE.x, PLANE.y);
      for (const panel of [path, convergence, plane]) panel.soon();
      frame.say(sentence(values, given, found));
    },
  };
}

/** Lets a pointer that is held down on a canvas choose. @param {HTMLCanvasElement} canvas @param {(x: number, y: number, width: number, height: number) => void} at */
function drags(canvas, at) {
  canvas.classList.add("rkl-drags");
  const move = (/** @type {PointerEvent} */ event) => at(event.offsetX, event.offsetY, canvas.clientWidth, canvas.clientHeight);
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    move(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) move(event);
  });
}

/** Keeps the page from scrolling under a finger that is put down where `here` says so. @param {HTMLCanvasElement} canvas @param {(x: number, y: number, width: number, height: number) => boolean} here */
function holds(canvas, here) {
  canvas.addEventListener("touchstart", (event) => {
    const [{ clientX, clientY }] = event.touches, { left, top } = canvas.getBoundingClientRect();
    if (here(clientX - left, clientY - top, canvas.clientWidth, canvas.clientHeight)) event.preventDefault();
  }, { passive: false });
}

export const scheme = { numbers, open };
