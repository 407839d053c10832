/** A network or a run from a file: chosen, or dropped on the prediction. A run is repeated and compared with its file. */

import { fromJson, isJson, LARGEST } from "../setup/opened.mjs";
import { steady } from "../setup/rates.mjs";
import { refuseText, said } from "../setup/refuse.mjs";
import { percent } from "../words/numbers.mjs";
import { judged } from "../words/narration.mjs";
import { node } from "./elements.mjs";
import { watch } from "./playing.mjs";

/** @import { Snapshot } from "../types.mjs" */
/** @import { Opened } from "../setup/opened.mjs" */
/** @import { Page } from "./state.mjs" */

/** What was opened, under its name; `same` once a run has been repeated. @typedef {Opened & {name: string, same?: boolean}} Named */

/**
 * @typedef {object} Opener
 * @property {HTMLElement[]} elements
 * @property {(file: File) => Promise<string|null>} textOf  null where another file was chosen in the meantime
 * @property {(seen: Snapshot, over: boolean) => void} heard  a snapshot has come
 * @property {() => string} words  what is shown, while it is that of the file
 */

const TITLE = "A network that rknet.plain.to_json has written, a run that was exported, or a table of points (CSV)";

/** @param {Page} page @returns {Opener} */
export function opener(page) {
  const { state } = page;
  /** What could not be opened, and what was shown then. @type {{words: string, generation?: number, step?: number}} */
  let refused = { words: "" };
  /** @type {File|null} */ let last = null;
  const input = node("input", { type: "file", accept: ".json,.csv,.tsv,.txt", hidden: true, "aria-label": "File to open", change: () => {
    read(input.files?.[0]);
    input.value = ""; // so that the same file can be chosen again
  } });
  const button = node("button", { type: "button", title: TITLE, click: () => input.click() }, "Open");

  /** @param {File} file */
  async function textOf(file) {
    last = file;
    if (file.size > LARGEST) refuseText("file", `of at most ${LARGEST} bytes`, String(file.size));
    const text = await file.text().catch((error) => (last === file ? Promise.reject(error) : ""));
    return last === file ? text : null;
  }

  async function read(/** @type {File|undefined} */ file) {
    if (!file) return;
    try {
      const text = await textOf(file);
      if (text === null) return;
      if (isJson(text)) show({ ...fromJson(text, steady(state.configuration, state.snapshot?.step ?? 0)), name: file.name });
      else refuseTable(page.ownPoints.table(text));
    } catch (error) {
      const { generation, step } = state.snapshot ?? {};
      refused = { words: `${file.name} cannot be opened. ${said(error)}`, generation, step };
      page.sentence.announce(refused.words);
      page.sentence.element.scrollIntoView({ block: "nearest" }); // on a small screen the button is far below
    }
  }

  /** @param {Named} opened */
  function show(opened) {
    page.playing.pause();
    page.choosing.replace(opened.configuration);
    const { data } = state.configuration;
    if (typeof data !== "string") state.own = data;
    Object.assign(state, { given: opened.weights, opened });
    Object.assign(state.look, { steps: opened.steps, layer: null });
    page.choosing.build();
    for (const part of page.controls) part.show();
    watch(page);
  }

  /** @param {Snapshot} seen @param {boolean} over */
  async function heard(seen, over) {
    const { opened } = state;
    if (opened?.kind !== "run" || opened.same !== undefined || !(seen.step === opened.steps || (over && seen.step < opened.steps))) return;
    const record = await page.player.record();
    if (!record || state.opened !== opened || record.steps !== seen.step) return;
    opened.same = record.steps === opened.steps && record.weights === opened.hash;
    page.sentence.announce(repeated(opened));
  }

  function words() {
    const { opened, run, snapshot, given } = state;
    if (!run || !snapshot) return "";
    if (refused.generation === snapshot.generation && refused.step === snapshot.step) return refused.words;
    if (opened?.kind === "run" && snapshot.step <= opened.steps) return repeated(opened);
    if (!given || snapshot.step > 0 || snapshot.state === "diverged") return "";
    const whose = opened ? `the network of ${opened.name}` : "the network that was given";
    const right = percent(snapshot.history.val_accuracy[0]);
    return `This is ${whose}, as it was trained: ${right} of ${judged(run.configuration)} are right. Play trains it further.`;
  }

  const board = page.views.decision.canvas;
  board.addEventListener("dragover", (event) => event.preventDefault());
  board.addEventListener("drop", (event) => {
    event.preventDefault();
    read(event.dataTransfer?.files?.[0]);
  });
  return { elements: [button, input], textOf, heard, words };
}

/** @param {string} problem */
function refuseTable(problem) {
  if (problem) throw new Error(problem);
}

/** @param {Named} opened */
function repeated({ name, steps, hash, same }) {
  if (same === undefined) return `Repeating the ${steps} steps of ${name}.`;
  const short = hash.slice(0, 12);
  return same ? `Repeated: the ${steps} steps of ${name} lead to the weights that the file states, ${short}.`
    : `The ${steps} steps of ${name} lead to other weights than the file states, ${short}.`;
}
