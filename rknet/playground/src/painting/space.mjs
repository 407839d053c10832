/** Feature space as a camera sees it. */

/** @import { Look } from "../setup/link.mjs" */
/** @import { Theme } from "./colours.mjs" */
/** @import { Pen } from "./panel.mjs" */

/**
 * The part of feature space that is shown: half width `bound` around a centre; the floor at -1 <= low < 0 times that.
 * @typedef {{m: number, bound: number, centre: number[], low: number}} Box
 */

/** Of the eye from the centre, in half widths. */
const DISTANCE = 7;
/** Radius of the floor, in half widths. */
const FLOOR = 0.85;
/** How much larger its front edge is drawn than what is at the centre. */
const NEARER = DISTANCE / (DISTANCE - FLOOR);

/**
 * How feature space is seen: x, y on the canvas and the nearness to the eye, of a place in it.
 * @param {number} components  2 or 3
 * @param {Box} box
 * @param {Look} look
 * @param {number} width
 * @param {number} height
 * @returns {(x: number, y: number, z: number) => [number, number, number]}
 */
export function camera(components, { bound, centre, low }, look, width, height) {
  const [cx, cy] = [width / 2, height / 2], half = Math.min(width, height) / 2;
  if (components === 2) {
    const zoom = (half - 10) / bound;
    return (x, y) => [cx + zoom * (x - centre[0]), cy - zoom * (y - centre[1]), 0];
  }
  const [azim, elev] = [look.azim, look.elev].map((angle) => (angle * Math.PI) / 180);
  const [ca, sa, ce, se] = [Math.cos(azim), Math.sin(azim), Math.cos(elev), Math.sin(elev)];
  const below = NEARER * (FLOOR * se - low * ce); // how far the floor's front edge reaches, in half widths
  const zoom = (0.92 * half) / bound / Math.max(1, below), eye = DISTANCE * bound;
  return (x, y, z) => {
    const [u, v, w] = [x - centre[0], y - centre[1], z - centre[2]];
    const across = -sa * u + ca * v, near = ca * u + sa * v;
    const up = ce * w - se * near, nearness = ce * near + se * w;
    const closer = zoom * (eye / (eye - nearness));
    return [cx + closer * across, cy - closer * up, nearness];
  };
}

/** Where the eye is. @param {Box} box @param {Look} look @returns {number[]} */
export function eyeOf({ bound, centre: [x, y, z] }, look) {
  const [azim, elev] = [look.azim, look.elev].map((angle) => (angle * Math.PI) / 180), far = DISTANCE * bound;
  return [x + far * Math.cos(elev) * Math.cos(azim), y + far * Math.cos(elev) * Math.sin(azim), z + far * Math.sin(elev)];
}

/**
 * A frame for the eye: axes through the centre in the plane; in space a round floor and the axis that stands on it.
 * @param {Pen} pen
 * @param {ReturnType<typeof camera>} at
 * @param {number} components
 * @param {Box} box
 * @param {Look} look
 * @param {Theme} theme
 * @param {string} letter
 */
export function paintFrame(pen, at, components, { bound, centre, low }, look, theme, letter) {
  const left = [Math.sin, (/** @type {number} */ angle) => -Math.cos(angle)].map((of) => of((look.azim * Math.PI) / 180)); // where nothing is hidden
  const radius = components === 2 ? bound : FLOOR * bound;
  const place = (/** @type {number[]} */ [u, v, w]) => at(centre[0] + radius * u, centre[1] + radius * v, centre[2] + bound * w);
  const line = (/** @type {number[]} */ from, /** @type {number[]} */ to) => {
    const [a, b] = [place(from), place(to)];
    pen.moveTo(a[0], a[1]);
    pen.lineTo(b[0], b[1]);
  };
  pen.strokeStyle = theme.line;
  pen.lineWidth = 1;
  pen.beginPath();
  if (components === 2) {
    line([-1, 0, 0], [1, 0, 0]);
    line([0, -1, 0], [0, 1, 0]);
  } else {
    for (const r of [0.5, 1]) {
      for (let t = 0; t <= 60; t++) {
        const [x, y] = place([r * Math.cos((Math.PI * t) / 30), r * Math.sin((Math.PI * t) / 30), low]);
        if (t) pen.lineTo(x, y);
        else pen.moveTo(x, y);
      }
    }
    line([-1, 0, low], [1, 0, low]);
    line([0, -1, low], [0, 1, low]);
    line([...left, low], [...left, low + 0.4]);
  }
  pen.stroke();
  pen.fillStyle = theme.muted;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const ends = components === 2 ? [[0.96, -0.06, 0], [-0.06, 0.96, 0]] : [[1.1, 0, low], [0, 1.1, low], [...left, low + 0.5]];
  ends.forEach((end, k) => {
    const [x, y] = place(end);
    pen.font = `italic 12px ${theme.font}`;
    pen.fillText(letter, x - 3, y);
    pen.font = `10px ${theme.font}`;
    pen.fillText(String(k + 1), x + 4, y + 4);
  });
}
