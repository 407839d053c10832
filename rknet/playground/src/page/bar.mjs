/** The bar that plays, steps and resets, and the tools beside it. */

import { exportCode, exportPicture, exportRecord } from "./export.mjs";
import { icon, ICONS, node, select, tell } from "./elements.mjs";

/** @import { Page } from "./state.mjs" */

/**
 * @typedef {object} Bar
 * @property {HTMLElement} bar
 * @property {HTMLElement} tools
 * @property {() => {lasting: number, steps: number}} pace  seconds for all epochs, or steps per second; 0 for as fast as can be
 * @property {() => void} show
 */

/** Seconds that a run takes at the speed it begins with, so that it can be followed. */
const FOLLOWED = 10;
/** @type {Record<string, {text: string, lasting: number, steps: number}>} */
const SPEEDS = {
  followed: { text: `${FOLLOWED} s a run`, lasting: FOLLOWED, steps: 0 }, full: { text: "full speed", lasting: 0, steps: 0 },
  hundred: { text: "100 steps/s", lasting: 0, steps: 100 }, ten: { text: "10 steps/s", lasting: 0, steps: 10 },
  one: { text: "1 step/s", lasting: 0, steps: 1 },
};
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
  const texts = Object.fromEntries(Object.entries(SPEEDS).map(([name, { text }]) => [name, text]));
  const speed = select("speed", texts, () => {
    if (!state.playing) return;
    playing.pause();
    playing.play();
  });

  function show() {
    const word = state.playing ? "Pause" : "Play";
    if (playButton.textContent?.trim() !== word) {
      playButton.replaceChildren(icon(state.playing ? ICONS.pause : ICONS.play), ` ${word}`);
    }
    tell(epochCount, String(state.snapshot?.epoch ?? 0));
    tell(stepCount, String(state.snapshot?.step ?? 0));
  }

  return { bar, tools: tools(page, speed.element), pace: () => SPEEDS[speed.input.value], show };
}

/** @param {Page} page @param {HTMLElement} speed */
function tools(page, speed) {
  const full = { type: "button", click: () => fullScreen(page.root), "aria-label": "Full screen", title: "Full screen" };
  return node("div", { class: "rkp-tools", role: "group", "aria-label": "Speed, link, export" },
    speed,
    ...(page.heard ? [] : page.opener.elements),
    ...(page.inNotebook ? [] : [copyButton(page)]),
    answering("Export", RECORD, () => exportRecord(page)),
    answering("Python", "The code that trains such a net", () => exportCode(page)),
    answering("Picture", "The pictures as a file", () => exportPicture(page)),
    ...(document.fullscreenEnabled ? [node("button", full, icon(ICONS.full))] : []),
  );
}

/** @param {Page} page */
function copyButton({ address, state }) {
  // Pages from a file may not write to the clipboard.
  return answering("Copy link", undefined, async () =>
    state.given ? WITHOUT_WEIGHTS : (await address.copy()) ? "In the address bar" : "Copied");
}

/** What is said instead of a link, which has no room for weights. */
export const WITHOUT_WEIGHTS = "Weights need Export";

/** A button that says for a while what it has done. @param {string} text @param {string|undefined} title @param {() => Promise<string|void>|string|void} act */
export function answering(text, title, act) {
  let timer = 0;
  const button = node("button", { type: "button", title, click: async () => {
    button.textContent = (await act()) ?? `${text} ✓`;
    clearTimeout(timer); // the answer before would take this one away too early
    timer = window.setTimeout(() => { button.textContent = text; }, 2000);
  } }, text);
  return button;
}

/** @param {HTMLElement} root */
function fullScreen(root) {
  if (document.fullscreenElement) document.exitFullscreen();
  else root.requestFullscreen();
}
