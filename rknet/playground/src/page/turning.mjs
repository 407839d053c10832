/** Feature space sways slowly while a net is trained, until the reader takes it into their own hands. */

import { components } from "./state.mjs";
import { node } from "./elements.mjs";

/** @import { Page } from "./state.mjs" */

/**
 * @typedef {object} Turning
 * @property {HTMLElement} button
 * @property {() => void} begin  sway, where the reader has not asked for rest
 * @property {() => void} end
 * @property {(wanted: boolean) => void} want
 * @property {() => void} show
 */

/** Degrees to each side, and milliseconds there and back. */
const SWAY = 20, PERIOD = 12000;
/** How far from edge-on the plane of a classifier is shown, as a cosine, and how quickly the view comes there. */
const TILT = 0.35, EASE = 0.03;

/** @param {Page} page @returns {Turning} */
export function turning({ state, views, still, layers }) {
  const { look } = state;
  let wanted = true, due = 0, home = 0, phase = 0, before = 0;
  const sway = () => SWAY * Math.sin((2 * Math.PI * phase) / PERIOD);
  const round = (/** @type {number} */ azim) => ((((azim + 180) % 360) + 360) % 360) - 180;

  function frame(/** @type {number} */ now) {
    phase += Math.min(100, now - before);
    before = now;
    home += EASE * round(bestAzim() - home);
    const shown = Math.round(look.azim);
    look.azim = round(home + sway());
    if (Math.round(look.azim) !== shown) layers.turned(Math.round(look.azim));
    views.trajectories.soon();
    views.features.soon();
    due = requestAnimationFrame(frame);
  }

  /** From where the classifier's plane is seen as a narrow sheet, on the nearer side; or from here. */
  function bestAzim() {
    const { classifier, configuration, run } = state;
    if (!classifier || configuration.d_hat !== 3 || run?.classes !== 2) return home;
    const [x, y, z] = [0, 1, 2].map((i) => classifier.W[i] - classifier.W[3 + i]), length = Math.hypot(x, y, z);
    const elev = (look.elev * Math.PI) / 180, reach = Math.cos(elev) * Math.hypot(x, y);
    const found = [TILT, -TILT].flatMap((tilt) => {
      const cosine = (tilt * length - Math.sin(elev) * z) / reach;
      if (!(Math.abs(cosine) <= 1)) return [];
      return [1, -1].map((sign) => ((Math.atan2(y, x) + sign * Math.acos(cosine)) * 180) / Math.PI);
    });
    return found.sort((a, b) => Math.abs(round(a - home)) - Math.abs(round(b - home)))[0] ?? home;
  }

  function begin() {
    if (!wanted || due || still.matches || components(state) < 3) return;
    [home, before] = [look.azim - sway(), performance.now()];
    due = requestAnimationFrame(frame);
  }

  function end() {
    cancelAnimationFrame(due);
    due = 0;
  }

  function want(/** @type {boolean} */ value) {
    wanted = value;
    button.setAttribute("aria-pressed", String(wanted));
    if (!wanted) end();
  }

  const button = node("button", { type: "button", title: "Let feature space turn while the network is trained", click: () => {
    want(!wanted);
    if (state.playing) begin();
  } }, "sway");
  want(true);
  const show = () => { button.hidden = still.matches || components(state) < 3; };
  return { button, begin, end, want, show };
}
