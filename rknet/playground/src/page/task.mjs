/** The reader's task, and whether it is solved. */

import { percent } from "../words/numbers.mjs";
import { node, tell } from "./elements.mjs";

/** @import { Configuration, Snapshot } from "../types.mjs" */
/** @import { Page } from "./state.mjs" */

/** The least and most of the accuracy and of numbers of the configuration, and names in it. @typedef {Record<string, [number, number]|string>} Goal */

/** @param {Page} page @returns {{element: HTMLElement, ask: (task: string) => void, show: () => void}} */
export function taskOf({ model, state }) {
  const own = String(model.get("task") ?? "");
  /** @type {Goal} */ let goal = {};
  let known = false;
  const answer = node("strong", { class: "rkp-solved", role: "status" }), words = node("span", {});
  const element = node("div", { class: "rkp-task" }, node("strong", {}, "Your task. "), words, " ", answer);

  /** @param {string} task  that of a link, on which the reader judges; "" for the page's own */
  function ask(task) {
    [goal, known] = [task ? {} : model.get("goal") ?? {}, false];
    tell(answer, "");
    tell(words, task || own);
    element.hidden = !words.textContent;
  }

  function show() {
    const { run, snapshot } = state;
    known ||= Object.keys(goal).length > 0 && Boolean(run && snapshot && solved(goal, run.configuration, snapshot));
    if (!known || answer.textContent || !snapshot) return;
    tell(answer, `✓ Solved: ${percent(snapshot.history.val_accuracy[snapshot.history.val_accuracy.length - 1])} are right.`);
  }

  ask("");
  return { element, ask, show };
}

/**
 * Whether a run has reached a goal: one that bounds the accuracy from above as well is judged when the run is finished.
 * @param {Goal} goal @param {Configuration} configuration @param {Pick<Snapshot, 'state'|'history'>} snapshot
 */
export function solved({ accuracy, rate, ...rest }, configuration, { state, history: { val_accuracy } }) {
  const holds = (/** @type {unknown} */ value, /** @type {Goal[string]} */ wanted) =>
    typeof wanted === "string" ? value === wanted : typeof value === "number" && value >= wanted[0] && value <= wanted[1];
  const [least, most] = typeof accuracy === "object" ? accuracy : [0, 1];
  if (val_accuracy.length < 2 || (most < 1 && state !== "finished")) return false;
  return holds(val_accuracy[val_accuracy.length - 1], [least, most])
    && (rate === undefined || [configuration.rate, ...(configuration.rates ?? []).map(([, next]) => next)].every((each) => holds(each, rate)))
    && Object.entries(rest).every(([name, wanted]) => holds(/** @type {any} */ (configuration)[name], wanted));
}
