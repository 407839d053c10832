/** How many are right, and the numbers beside it. */

import { judged } from "../words/narration.mjs";
import { decimal, percent } from "../words/numbers.mjs";
import { confusion } from "./confusion.mjs";
import { node, tell } from "./elements.mjs";

/** @import { Page } from "./state.mjs" */

/**
 * @typedef {object} Score
 * @property {HTMLElement} element
 * @property {HTMLElement} title  of the prediction's picture
 * @property {() => void} show
 */

/** @param {Page} page @returns {Score} */
export function score(page) {
  const { state, views } = page;
  const counted = confusion(page);
  const title = node("span", {}, "prediction");
  const digits = node("span", {}), number = node("div", { class: "rkp-number" }, digits, node("small", {}, " %")), ofWhat = node("div", {});
  const facts = { best: node("b", {}), train: node("b", {}), cost: node("b", {}) };
  const element = node("div", { class: "rkp-score" },
    node("div", {}, number, ofWhat,
      node("div", { class: "rkp-facts" },
        node("span", {}, "best possible "), facts.best, node("span", {}, "in training "), facts.train,
        node("span", {}, "cost "), facts.cost)),
    views.accuracy.canvas, counted.element);

  function show() {
    page.bar.show();
    const { run, snapshot } = state;
    if (!run || !snapshot) return;
    const { history } = snapshot, last = (/** @type {number[]} */ values) => values[values.length - 1];
    const accuracy = last(history.val_accuracy);
    tell(digits, accuracy === undefined ? "–" : (100 * accuracy).toFixed(1));
    tell(title, accuracy === undefined ? "prediction" : `prediction: ${percent(accuracy)} right`);
    tell(ofWhat, `of ${judged(run.configuration)} right`);
    tell(facts.best, run.bayes === null ? "–" : percent(run.bayes));
    tell(facts.train, history.train_accuracy.length ? percent(last(history.train_accuracy)) : "–");
    tell(facts.cost, history.val_cost.length ? decimal(last(history.val_cost), 3) : "–");
    counted.show();
    page.sentence.tell();
    page.task.show();
    page.guide.count();
    page.heard?.();
  }

  return { element, title, show };
}
