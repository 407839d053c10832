/** The grid of the input plane, as the layers have bent it, in the colours of the answers. */

import { placed } from "../views/scene.mjs";

/** @import { camera, Box } from "./space.mjs" */
/** @import { Pen } from "./panel.mjs" */
/** @import { Mesh } from "../views/scene.mjs" */

/** Lines end where they leave the part that is shown, in half widths. */
const FAR = 1.5;

/**
 * @param {Pen} pen @param {Mesh} mesh @param {ReturnType<typeof camera>} at @param {Box} box @param {string[]} colours
 * @param {(y: number[]) => boolean} [shown]  which pieces are painted, by the place where each begins
 */
export function paintMesh(pen, { at: places, components, line, answers }, at, { bound, centre }, colours, shown = () => true) {
  const count = answers.length;
  const spots = Array.from({ length: count }, (_, n) => placed(places, components, n));
  const inside = spots.map((spot) => spot.every((x, k) => k >= components || Math.abs(x - centre[k]) < FAR * bound));
  pen.lineWidth = 0.9;
  pen.globalAlpha = 0.5;
  for (let k = 0; k < colours.length; k++) {
    pen.strokeStyle = colours[k];
    pen.beginPath();
    for (let n = 0; n + 1 < count; n++) {
      if (answers[n] !== k || n % line === line - 1 || !inside[n] || !inside[n + 1] || !shown(spots[n])) continue;
      const [from, to] = [at(...spots[n]), at(...spots[n + 1])];
      pen.moveTo(from[0], from[1]);
      pen.lineTo(to[0], to[1]);
    }
    pen.stroke();
  }
  pen.globalAlpha = 1;
}
