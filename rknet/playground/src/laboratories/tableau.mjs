/** The laboratory of Section 3: a tableau that is picked or typed, its partner, its stability, and what a wrong partner costs. */

import { node } from "../page/elements.mjs";
import { paintChart, power, powers } from "./chart.mjs";
import { written } from "./exact.mjs";
import { exactTableau, explicit, hasPartner, orderOf, orderOfPair, partner, rounded, same, typed } from "./exact_tableau.mjs";
import { gradientErrors, slope } from "./gradients.mjs";
import { paintRegion, region } from "./region.mjs";
import { growth } from "./stability.mjs";

/** @import { Chart } from "./chart.mjs" */
/** @import { ExactTableau } from "./exact_tableau.mjs" */
/** @import { Frame, Running, Values } from "./types.mjs" */

/** The part of the plane of z that is shown. @type {Pick<Chart, "x"|"y"|"square"|"xTicks"|"yTicks"|"xName">} */
const PLANE = { x: [-4.5, 4.5], y: [-4.5, 4.5], square: true, xTicks: [-4, -2, 0, 2, 4], yTicks: [-4, -2, 0, 2, 4], xName: "z" };
/** Errors are not shown below this. */
const LEAST = 1e-17;

/** The scheme that is chosen or typed. @param {Values} values @param {any} given @returns {ExactTableau} */
function chosen({ scheme, A, beta }, { schemes, own }) {
  if (scheme === own) return typed(A, beta);
  const { title, A: rows, beta: weights } = schemes[scheme];
  return exactTableau(title, rows, weights);
}

/** All that is known of a tableau. @param {ExactTableau} tableau @param {any} given */
function known(tableau, { problem }) {
  const numbers = rounded(tableau), order = orderOf(tableau);
  const itsPartner = hasPartner(tableau) ? partner(tableau) : null;
  const others = itsPartner ? [numbers.A, rounded(itsPartner).A] : [numbers.A];
  const [wrong, right = null] = gradientErrors(numbers, explicit(tableau), others, problem);
  return {
    numbers, order, itsPartner, wrong, right,
    partnerOrder: itsPartner && orderOf(itsPartner), pair: itsPartner && orderOfPair(tableau, itsPartner),
  };
}

/** @param {Values} values @param {any} given */
function numbers(values, given) {
  const found = known(chosen(values, given), given), { itsPartner, order, partnerOrder, pair, right, wrong } = found;
  return { order, partner: itsPartner && rounded(itsPartner).A, partner_order: partnerOrder, pair, right, wrong, growth: growth(found.numbers)(-1, 1) };
}

/** A tableau as a table. @param {ExactTableau} tableau @param {string} caption */
function table(tableau, caption) {
  const upTo = explicit(tableau), cell = (/** @type {string} */ text) => node("td", {}, text);
  const rows = tableau.A.map((row, i) => node("tr", {}, node("th", { scope: "row" }, written(tableau.c[i])),
    ...row.map((a, j) => cell(upTo && j >= i ? "" : written(a)))));
  return node("div", { class: "rkl-scroll", tabindex: 0, role: "group", "aria-label": caption }, node("div", { class: "rkl-caption" }, caption), node("table", { class: "rkl-tableau" },
    node("tbody", {}, ...rows, node("tr", {}, node("th", { scope: "row" }, node("span", { class: "rkp-spoken" }, "weights")), ...tableau.beta.map((weight) => cell(written(weight)))))));
}

/** @param {ExactTableau} tableau @param {ReturnType<typeof known>} found @param {any} given */
function sentence(tableau, { order, itsPartner, pair, wrong, right }, { problem }) {
  const at = (/** @type {number|null} */ power) => (power === null ? "is rounding" : `falls like h to the power ${power.toFixed(1)}`);
  const name = tableau.title === "your own" ? "Your tableau" : tableau.title[0].toUpperCase() + tableau.title.slice(1);
  const start = `${name} has order ${order}.`;
  const own = slope(wrong, problem);
  if (!itsPartner || !right) return `${start} A weight is zero, so (3.23) gives no partner; the multipliers ξ need none. With the tableau itself in the partner's place, the error of the gradient ${at(own)}.`;
  if (same(tableau, itsPartner)) return `${start} The scheme is its own partner: it is symplectic, and the gradient is exact up to rounding.`;
  return `${start} With its partner it forms a symplectic pair of order ${pair}: the error of the gradient ${at(slope(right, problem))}. With the tableau itself in the partner's place it ${at(own)}.`;
}

/** @param {Frame} frame @returns {Running} */
function open(frame) {
  const { given, values } = frame, { problem } = given;
  let tableau = chosen(values, given), found = known(tableau, given), stable = region(growth(found.numbers), PLANE.x, PLANE.y);
  const place = node("div", { class: "rkl-tableaus" });
  frame.views.append(place);
  const plane = frame.panel("The stability region, and dashed the boundary of the partner's, its mirror image", (pen, width, height) => {
    const [blue, vermillion] = frame.theme.classes;
    paintChart(pen, width, height, frame.theme, { ...PLANE, lines: [] }, (scales) => {
      paintRegion(pen, scales, stable, blue);
      if (!found.itsPartner) return;
      const mirrored = { ...scales, X: (/** @type {number} */ x) => scales.X(-x) };
      paintRegion(pen, mirrored, stable, vermillion, { filled: false, dash: [5, 4] });
    });
  }, "stability (partner dashed)");
  const steps = problem.depths.map((/** @type {number} */ L) => problem.T / L);
  const errors = frame.panel("The relative error of the gradient against h, with the right partner and with the tableau itself", (pen, width, height) => {
    const colours = frame.theme.classes, shown = (/** @type {number[]} */ all) => all.map((error) => Math.max(error, LEAST));
    const lines = [{ x: steps, y: shown(found.wrong), colour: colours[1], dash: [5, 4], dots: 3 }];
    if (found.right) lines.push({ x: steps, y: shown(found.right), colour: colours[2], dash: [], dots: 3 });
    let below = 0;
    paintChart(pen, width, height, frame.theme, {
      x: [steps[steps.length - 1] / 1.2, steps[0] * 1.2], y: [1e-17, 10], logX: true, logY: true, xTicks: steps, yTicks: powers(-16, 0),
      xWritten: (x) => `1/${Math.round(1 / x)}`, yWritten: power, xName: "step size h", lines,
    }, ({ Y }) => (below = Y(1e-12)));
    pen.textAlign = "right";
    pen.font = `11px ${frame.theme.font}`;
    lines.forEach(({ colour }, k) => {
      pen.fillStyle = colour;
      pen.fillText(k ? "right partner" : "the tableau itself", width - 14, below + 14 * k); // between the lines of all schemes
    });
  }, "relative error of the gradient");
  return {
    update() {
      tableau = chosen(values, given);
      found = known(tableau, given);
      stable = region(growth(found.numbers), PLANE.x, PLANE.y);
      const { itsPartner } = found;
      const tables = [table(tableau, `${tableau.title}, order ${found.order}`)];
      if (itsPartner && !same(tableau, itsPartner)) tables.push(table(itsPartner, `its partner, by itself of order ${found.partnerOrder}`));
      place.replaceChildren(...tables);
      plane.soon();
      errors.soon();
      frame.say(sentence(tableau, found, given));
    },
  };
}

export const tableau = { numbers, open };
