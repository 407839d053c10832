/** Buttons for the experiments that are offered, below the reader's task. */

import { node } from "./elements.mjs";

/** @import { Page, Shown } from "./state.mjs" */

/** @param {Page} page @returns {Shown & {element: HTMLElement}} */
export function presets({ offered, state, choosing, guide, task }) {
  const chips = offered.map((preset) => {
    const click = () => {
      state.look.layer = null;
      choosing.replace(preset.configuration, true);
    };
    return { preset, button: node("button", { type: "button", click }, preset.title) };
  });
  const element = node("div", { class: "rkp-presets", role: "group", "aria-label": "Experiments" },
    task.element, ...chips.map((chip) => chip.button), guide.again, guide.element);
  const show = () => {
    for (const { preset, button } of chips) button.setAttribute("aria-pressed", String(choosing.isChosen(preset.configuration)));
  };
  return { element, show };
}
