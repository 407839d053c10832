/** The entries of K and b of one layer as a picture: strong where they are large, in one colour above zero and in one below. */

import { largest } from "../geometry/extremes.mjs";
import { shownWeights } from "../page/state.mjs";
import { lighter } from "../painting/colours.mjs";

/** @import { Pen } from "../painting/panel.mjs" */
/** @import { State } from "../page/state.mjs" */

export const ABOVE = "#009E73", BELOW = "#CC79A7";
/** Opacity of the largest entry, and of one that a number must be read on. */
const STRONGEST = 0.95, UNDER_TEXT = 0.6;
/** Widths up to which entries are written as numbers. */
const WRITTEN = 5;
/** Pixels for the names of K and b. */
const NAMES = 18;

/** @param {State} state @param {Pen} pen @param {number} width @param {number} height */
export function paintWeights(state, pen, width, height) {
  const { inside, theme } = state;
  if (!inside) return;
  const { K, b, layer, d_hat } = shownWeights(inside, state);
  const side = Math.min((width - 8) / (d_hat + 1), (height - NAMES) / d_hat);
  const most = largest(inside.b.map(Math.abs), largest(inside.K.map(Math.abs), 0)) || 1;
  pen.font = `12px ${theme.font}`;
  pen.textAlign = "left";
  pen.textBaseline = "alphabetic";
  pen.fillStyle = theme.text;
  pen.fillText(`K of layer ${layer}`, 0, 12);
  pen.fillText("b", d_hat * side + 8, 12);
  pen.strokeStyle = theme.line;
  pen.lineWidth = 1;
  pen.strokeRect(0, NAMES, d_hat * side, d_hat * side);
  pen.strokeRect(d_hat * side + 8, NAMES, side, d_hat * side);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (let i = 0; i < d_hat; i++) {
    for (let j = 0; j <= d_hat; j++) {
      const value = j < d_hat ? K[i * d_hat + j] : b[i], x = j * side + (j < d_hat ? 0 : 8), y = NAMES + i * side;
      const colour = value < 0 ? BELOW : ABOVE;
      pen.globalAlpha = (d_hat <= WRITTEN ? UNDER_TEXT : STRONGEST) * Math.min(1, Math.abs(value) / most);
      pen.fillStyle = theme.dark ? lighter(colour, 0.2) : colour;
      pen.fillRect(x, y, side - 1, side - 1);
      pen.globalAlpha = 1;
      pen.fillStyle = theme.text;
      if (d_hat <= WRITTEN) pen.fillText(value.toFixed(2).replace("-", "−"), x + side / 2, y + side / 2);
    }
  }
}
