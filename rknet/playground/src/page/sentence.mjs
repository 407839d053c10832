/** What is said: a sentence on what happens, the formula, how much is trained, and what a screen reader speaks. */

import { formula } from "../words/formula.mjs";
import { CELLS } from "../views/decision.mjs";
import { guesses } from "../words/guesses.mjs";
import { narration } from "../words/narration.mjs";
import { percent } from "../words/numbers.mjs";
import { node, tell } from "./elements.mjs";

/** @import { Configured, Snapshot } from "../types.mjs" */
/** @import { Page } from "./state.mjs" */

/**
 * @typedef {object} Sentence
 * @property {HTMLElement} element
 * @property {HTMLElement} foot
 * @property {() => void} tell
 * @property {(words: string) => void} announce  tell anew, for readers who listen, too
 * @property {(run: Configured) => void} showFormula
 * @property {(seen: Snapshot, over: boolean) => void} speak  the accuracy, now and then
 */

/** Milliseconds between what is spoken. */
const SPOKEN_EVERY = 5000;
const KERNELS = { webassembly: "WebAssembly", javascript: "JavaScript" };

/** @param {Page} page @returns {Sentence} */
export function sentence(page) {
  const { state } = page, element = node("div", { class: "rkp-sentence" });
  const formulas = node("div", { class: "rkp-formula", role: "group", "aria-label": "What is trained", tabindex: 0 });
  const small = node("div", { class: "rkp-small" });
  const spoken = node("div", { class: "rkp-spoken", role: "status", "aria-live": "polite" });
  let spokenAt = 0;

  function say() {
    const { run, snapshot, problem, flow, about } = state;
    const said = run && snapshot ? page.opener.words() || narration(run, snapshot, flow?.spread ?? [], about, guess()) : "";
    tell(element, problem || page.undoing.words() + said);
    if (run && snapshot) tell(small, sizes(run, snapshot));
  }

  /** What is said of regions without points; the picture stays for a while when training moves. */
  function guess() {
    const { decision, run, snapshot } = state;
    if (!decision || !run || !snapshot || typeof run.configuration.data !== "string") return "";
    return guesses(decision.P, CELLS, run.classes, run.train);
  }

  /** @param {Configured} run */
  function showFormula({ configuration, classes }) {
    formulas.innerHTML = formula(configuration, classes).join("");
  }

  /** @param {Snapshot} seen @param {boolean} over */
  function speak({ step, epoch, history: { val_accuracy } }, over) {
    const now = performance.now();
    if (!(over || now - spokenAt > SPOKEN_EVERY) || step === 0 || val_accuracy.length < 2) return;
    spokenAt = now;
    const words = `Epoch ${epoch}: ${percent(val_accuracy[val_accuracy.length - 1])} right.`;
    if (spoken.textContent !== words) spoken.textContent = words;
  }

  /** @param {string} words */
  function announce(words) {
    say();
    tell(spoken, words);
  }

  return { element, announce, foot: node("div", { class: "rkp-foot" }, formulas, small, spoken), tell: say, showFormula, speak };
}

/** The learning rates, if there were several. @param {Configured} run */
function ratesInWords({ configuration: { rate, rates } }) {
  if (!rates.length) return [];
  return [`learning rate ${rate}, ${rates.map(([step, next]) => `${next} from step ${step} on`).join(", ")}`];
}

/** @param {Configured} run @param {Snapshot} snapshot */
function sizes(run, { parameters, msPerStep, kernel }) {
  return [
    ...ratesInWords(run),
    `${parameters.toLocaleString("en")} trained numbers`,
    ...(msPerStep ? [`${msPerStep < 0.01 ? "under 0.01" : msPerStep.toFixed(2)} ms per step in ${KERNELS[kernel]}`] : []),
    ...(run.order === null ? [] : [`scheme of order ${run.order}`]),
  ].join(" · ");
}
