/** What the pictures of a playground want of every snapshot. */

import { plane } from "../geometry/grid.mjs";
import { CELLS } from "../views/decision.mjs";
import { MESH } from "./scene.mjs";

/** @import { Page } from "./state.mjs" */

/** Points whose way through the layers is followed. */
const FOLLOWED = 240;

/** @param {Page} page */
export function wantViews({ player, inside }) {
  player.views = { grid: plane(CELLS), flow: FOLLOWED, mesh: MESH, inside: inside.element.open };
}
