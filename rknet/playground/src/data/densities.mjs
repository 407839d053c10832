/** The density of each class after noise, for each of the paper's sets. */

import { arm, EDGE, QUADRANTS, RINGS, SPIRAL_SCALE } from "./points.mjs";
import { interval, midpointRule, scaledBessel } from "./quadrature.mjs";

/** @import { LawName } from "../types.mjs" */

/**
 * Densities g_k at a point, added to zeros, up to a common factor; and the accuracy of the best classifier.
 * @param {LawName} law @param {number} s  the noise
 * @returns {{densities: (x1: number, x2: number, g: Float64Array) => void, accuracy: () => number}}
 */
export function densitiesOf(law, s) {
  if (law === "donut_1D") return stripDensities(s);
  if (law === "spiral") return spiralDensities(s);
  if (law === "donut_2D" || law === "donut_2D_6C") return ringDensities(RINGS[law], s);
  return squareDensities(QUADRANTS[law], s);
}

const TAILS = 6;

/** @param {number} s */
function stripDensities(s) {
  const densities = (/** @type {number} */ x1, /** @type {number} */ _, /** @type {Float64Array} */ g) => {
    g[0] += interval(x1, -1, 1, s) / (2 * EDGE);
    g[1] += (interval(x1, -EDGE, -1, s) + interval(x1, 1, EDGE, s)) / (2 * EDGE);
  };
  const best = (/** @type {number} */ x) => {
    const g = new Float64Array(2);
    densities(x, 0, g);
    return Math.max(...g);
  };
  return { densities, accuracy: () => 2 * midpointRule(best, 0, EDGE + TAILS * s, 2000) };
}

/** @param {number[]} table @param {number} s */
function squareDensities(table, s) {
  const sides = (/** @type {number} */ x) => [interval(x, -EDGE, 0, s), interval(x, 0, EDGE, s)];
  const densities = (/** @type {number} */ x1, /** @type {number} */ x2, /** @type {Float64Array} */ g) => {
    const [a, b] = [sides(x1), sides(x2)];
    table.forEach((k, pattern) => (g[k] += (a[pattern & 1] * b[pattern >> 1]) / (2 * EDGE) ** 2));
  };
  const accuracy = () => {
    const n = 120, end = EDGE + TAILS * s, width = end / n;
    const at = Array.from({ length: 2 * n }, (_, i) => sides(width * (i - n + 0.5)));
    let total = 0;
    for (const a of at) {
      for (const b of at) {
        const g = new Float64Array(Math.max(...table) + 1);
        table.forEach((k, pattern) => (g[k] += a[pattern & 1] * b[pattern >> 1]));
        total += Math.max(...g);
      }
    }
    return (total * width * width) / (2 * EDGE) ** 2;
  };
  return { densities, accuracy };
}

/**
 * Clean and noisy point are jointly normal: given a noisy point at the radius r, the clean radius has Rice's density.
 * It is integrated over each ring once for a grid of r.
 * @param {{spread: number, inner: number[]}} rings @param {number} s
 */
function ringDensities({ spread, inner }, s) {
  const variance = spread ** 2 + s ** 2, shrink = spread ** 2 / variance, conditional = s ** 2 * shrink;
  const reach = 8 * Math.sqrt(variance), steps = Math.min(3000, Math.max(600, Math.ceil((10 * reach) / s)));
  const outer = [...inner.slice(1), Infinity];
  const table = Array.from({ length: steps + 1 }, (_, i) => {
    const nu = (shrink * reach * i) / steps, width = 8 * Math.sqrt(conditional);
    const density = (/** @type {number} */ t) =>
      (t / conditional) * Math.exp(-((t - nu) ** 2) / (2 * conditional)) * scaledBessel((t * nu) / conditional);
    return inner.map((low, k) => {
      const [a, b] = [Math.max(low, nu - width), Math.min(outer[k], nu + width)];
      return a < b ? midpointRule(density, a, b, 48) : 0;
    });
  });
  const densities = (/** @type {number} */ x1, /** @type {number} */ x2, /** @type {Float64Array} */ g) => {
    const place = Math.min((Math.hypot(x1, x2) / reach) * steps, steps - 1e-9), i = Math.floor(place);
    for (let k = 0; k < inner.length; k++) g[k] += table[i][k] * (i + 1 - place) + table[i + 1][k] * (place - i);
  };
  const best = (/** @type {number} */ r) => {
    const g = new Float64Array(inner.length);
    densities(r, 0, g);
    return ((Math.max(...g) / g.reduce((a, b) => a + b, 0)) * r * Math.exp((-r * r) / (2 * variance))) / variance;
  };
  return { densities, accuracy: () => midpointRule(best, 0, reach, 4000) };
}

/** @param {number} noise */
function spiralDensities(noise) {
  const s = noise * SPIRAL_SCALE, outermost = SPIRAL_SCALE * 5 * Math.PI;
  // phi = 2 pi sqrt(u) has a density proportional to phi. Nodes closer than the noise sum up to the integral.
  const n = Math.min(2000, Math.ceil((2 * Math.PI * outermost) / (0.35 * s)));
  const nodes = Array.from({ length: n }, (_, i) => {
    const phi = (2 * Math.PI * (i + 0.5)) / n, [x1, x2] = arm(phi);
    return [SPIRAL_SCALE * x1, SPIRAL_SCALE * x2, phi];
  });
  const densities = (/** @type {number} */ x1, /** @type {number} */ x2, /** @type {Float64Array} */ g) => {
    for (const [a, b, weight] of nodes) {
      g[0] += weight * Math.exp(-((x1 - a) ** 2 + (x2 - b) ** 2) / (2 * s * s));
      g[1] += weight * Math.exp(-((x1 + a) ** 2 + (x2 + b) ** 2) / (2 * s * s));
    }
  };
  const accuracy = () => {
    // Turning by half a circle swaps the arms, so half of the plane is enough.
    const cells = 96, end = outermost + TAILS * s, width = (2 * end) / cells;
    let best = 0, all = 0;
    for (let i = 0; i < cells / 2; i++) {
      for (let j = 0; j < cells; j++) {
        const g = new Float64Array(2);
        densities(width * (i + 0.5), width * (j + 0.5) - end, g);
        best += Math.max(...g);
        all += g[0] + g[1];
      }
    }
    return best / all;
  };
  return { densities, accuracy };
}
