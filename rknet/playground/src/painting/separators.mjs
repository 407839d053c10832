/** The boundaries of a classifier in feature space: tinted regions and lines in the plane, sheets in space. */

import { regionsWithin } from "../geometry/separators.mjs";
import { CLASS_COLOURS } from "./colours.mjs";

/** @import { Separator } from "../geometry/separators.mjs" */
/** @import { Classifier } from "../types.mjs" */
/** @import { Theme } from "./colours.mjs" */
/** @import { Pen } from "./panel.mjs" */
/** @import { Box, camera } from "./space.mjs" */

/** @param {Pen} pen @param {number[][]} corners @param {ReturnType<typeof camera>} at */
function outline(pen, corners, at) {
  pen.beginPath();
  corners.forEach(([x, y, z = 0], k) => {
    const [u, v] = at(x, y, z);
    if (k) pen.lineTo(u, v);
    else pen.moveTo(u, v);
  });
}

/** The regions of the feature plane in the colours of their classes. @param {Pen} pen @param {Classifier} classifier @param {Box} box @param {ReturnType<typeof camera>} at */
export function paintRegions(pen, classifier, { bound, centre: [x, y] }, at) {
  const far = 3 * bound, window = [[x - far, y - far], [x + far, y - far], [x + far, y + far], [x - far, y + far]];
  pen.globalAlpha = 0.16;
  regionsWithin(classifier, window).forEach((corners, k) => {
    pen.fillStyle = CLASS_COLOURS[k];
    outline(pen, corners, at);
    pen.fill();
  });
  pen.globalAlpha = 1;
}

/** @param {Pen} pen @param {Separator[]} found @param {ReturnType<typeof camera>} at @param {Theme} theme @param {boolean} inSpace */
export function paintSeparators(pen, found, at, theme, inSpace) {
  pen.strokeStyle = pen.fillStyle = theme.text;
  pen.lineWidth = 1.2;
  pen.lineJoin = "round";
  for (const { corners } of found) {
    outline(pen, corners, at);
    if (inSpace) {
      pen.closePath();
      pen.globalAlpha = 0.12;
      pen.fill();
      pen.globalAlpha = 0.75;
    }
    pen.stroke();
    pen.globalAlpha = 1;
  }
}
