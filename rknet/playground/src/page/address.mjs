/** The page's address holds the playground, where it is the one that the address belongs to. */

import { LINK, fromLink, toLink } from "../setup/link.mjs";
import { said } from "../setup/refuse.mjs";

/** @import { Look } from "../setup/link.mjs" */
/** @import { Page } from "./state.mjs" */

/**
 * @typedef {object} Address
 * @property {() => void} write
 * @property {() => boolean} read       whether the address says something new
 * @property {(shown?: Partial<Look>) => Promise<string>} copy  the address, with what it shows besides; "" once it is in the clipboard
 * @property {() => void} stop
 */

/** @param {Page} page @returns {Address} */
export function address(page) {
  const { state, model, root } = page, { look } = state, obeys = Boolean(model.get("link"));
  let known = "";

  function write() {
    if (!obeys) return;
    known = toLink(state.configuration, look);
    try {
      history.replaceState(history.state, "", known);
    } catch {
      location.replace(known);
    }
  }

  function read() {
    if (!obeys || location.hash === known) return false;
    try {
      const found = fromLink(location.hash);
      if (!found) return false;
      known = location.hash;
      obey(page, found);
      root.scrollIntoView({ block: "start" });
    } catch (error) {
      state.problem = `This link cannot be followed. ${said(error)}`;
      page.sentence.tell();
    }
    return true;
  }

  /** @param {Partial<Look>} shown */
  async function copy(shown = {}) {
    look.steps = state.snapshot?.step ?? 0;
    const whole = location.href.split("#")[0] + toLink(state.configuration, { ...look, ...shown });
    write();
    look.steps = 0;
    try {
      await navigator.clipboard.writeText(whole);
      return "";
    } catch {
      return whole;
    }
  }

  const moved = () => {
    if (location.hash.startsWith(LINK)) read();
  };
  window.addEventListener("hashchange", moved);
  return { write, read, copy, stop: () => window.removeEventListener("hashchange", moved) };
}

/** @param {Page} page @param {NonNullable<ReturnType<typeof fromLink>>} found */
function obey({ root, state, choosing, layers, shownPoints, task }, { choice, look }) {
  Object.assign(state.look, { steps: 0, layer: null, points: undefined, discrete: false, hide: [], task: "" }, look);
  const { steps } = state.look;
  choosing.replace(choice);
  state.look.steps = steps;
  const { data } = state.configuration;
  if (typeof data !== "string") state.own = data;
  layers.turned(state.look.azim);
  shownPoints.show();
  task.ask(state.look.task ?? "");
  root.dataset.hide = (state.look.hide ?? []).join(" ");
  choosing.build();
}
