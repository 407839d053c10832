/** The page around may turn dark, and its reader may want little motion. */

import { themeOf } from "../painting/colours.mjs";

/** @import { Page } from "./state.mjs" */

/** Do something whenever the page around may have changed its colours. @param {() => void} recolour @returns {() => void} ends it */
export function whenRecoloured(recolour) {
  const around = new MutationObserver(recolour);
  around.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
  around.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
  return () => around.disconnect();
}

/** @param {Page} page @returns {() => void} ends it */
export function watchSurroundings({ state, root, panels, legend, layers, still }) {
  const recolour = () => {
    state.theme = themeOf(root);
    if (state.run) legend.show(state.run.classes);
    for (const each of panels) each.soon();
  };
  const ended = whenRecoloured(recolour);
  const calm = () => { layers.flowing.hidden = still.matches; };
  still.addEventListener("change", calm);
  state.theme = themeOf(root);
  calm();
  return () => {
    ended();
    still.removeEventListener("change", calm);
  };
}
