/** The bar that plays, steps and resets, and the tools beside it. */

import { exportRecord } from "./export.mjs";
import { icon, ICONS, node, select } from "./elements.mjs";

/** @import { Page } from "./state.mjs" */

/**
 * @typedef {object} Bar
 * @property {HTMLElement} bar
 * @property {HTMLElement} tools
 * @property {() => number} pace  steps a second, 0 for as many as there can be
 * @property {() => void} show
 */

const SPEEDS = { 0: "full speed", 100: "100 steps/s", 10: "10 steps/s", 1: "1 step/s" };
const RECORD = "Data, initial weights, configuration and seed, for `rknet verify`";

/** @param {Page} page @returns {Bar} */
export function trainingBar(page) {
  const { state } = page, { playing } = page;
  const playButton = node("button", { class: "rkp-play", type: "button", click: playing.toggle });
  const epochCount = node("b", {}), stepCount = node("b", { class: "rkp-steps" });
  const bar = node("div", { class: "rkp-bar", role: "group", "aria-label": "Training" },
    playButton,
    node("button", { type: "button", click: playing.step, title: "One step (period)" }, "Step"),
    node("button", { type: "button", click: playing.reset, title: "Back to the initial weights (r)" }, "Reset"),
    node("span", { class: "rkp-count" }, "epoch ", epochCount, node("span", {}, " · step ", stepCount)),
  );
  const speed = select("speed", SPEEDS, () => {
    if (!state.playing) return;
    playing.pause();
    playing.play();
  });

  function show() {
    const word = state.playing ? "Pause" : "Play";
    if (playButton.textContent?.trim() !== word) {
      playButton.replaceChildren(icon(state.playing ? ICONS.pause : ICONS.play), ` ${word}`);
    }
    epochCount.textContent = String(state.snapshot?.epoch ?? 0);
    stepCount.textContent = String(state.snapshot?.step ?? 0);
  }

  return { bar, tools: tools(page, speed.element), pace: () => Number(speed.input.value), show };
}

/** @param {Page} page @param {HTMLElement} speed */
function tools(page, speed) {
  const full = { type: "button", click: () => fullScreen(page.root), "aria-label": "Full screen", title: "Full screen" };
  return node("div", { class: "rkp-tools", role: "group", "aria-label": "Speed, link, export" },
    speed,
    ...(page.inNotebook ? [] : [copyButton(page)]),
    node("button", { type: "button", click: () => exportRecord(page), title: RECORD }, "Export"),
    ...(document.fullscreenEnabled ? [node("button", full, icon(ICONS.full))] : []),
  );
}

/** @param {Page} page */
function copyButton({ address }) {
  const button = node("button", {
    type: "button",
    click: async () => {
      // Pages from a file may not write to the clipboard.
      button.textContent = (await address.copy()) ? "Copied" : "In the address bar";
      window.setTimeout(() => { button.textContent = "Copy link"; }, 2000);
    },
  }, "Copy link");
  return button;
}

/** @param {HTMLElement} root */
function fullScreen(root) {
  if (document.fullscreenElement) document.exitFullscreen();
  else root.requestFullscreen();
}
