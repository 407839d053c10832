/** What the pictures of a playground want of every snapshot. */

import { plane } from "../geometry/grid.mjs";
import { CELLS } from "../views/decision.mjs";
import { MESH } from "./scene.mjs";

/** @import { Page } from "./state.mjs" */

/** Pixels of the regions' picture, a side. */
export const PIXELS = 192;
/** Points whose way through the layers is followed. */
const FOLLOWED = 240;

/** @param {Page} page */
export function wantViews({ state, player, inside }) {
  const picture = { side: PIXELS, discrete: Boolean(state.look.discrete) };
  player.views = { grid: plane(CELLS), picture, flow: FOLLOWED, mesh: MESH, inside: inside.element.open };
}
