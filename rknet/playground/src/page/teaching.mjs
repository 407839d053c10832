/** For teachers: a link that sets a task and hides parts of the page. */

import { PARTS, TASK } from "../setup/link.mjs";
import { answering, WITHOUT_WEIGHTS } from "./bar.mjs";
import { node, unique } from "./elements.mjs";

/** @import { Page } from "./state.mjs" */

/** @param {Page} page */
export function teaching({ address, state }) {
  const [idTask, idLink, idTrained] = ["task", "link", "trained"].map(unique);
  const task = node("input", { id: idTask, type: "text", maxlength: TASK, placeholder: "Reach 90 % with two layers." });
  const parts = Object.entries(PARTS).map(([part, meaning]) => ({ part, meaning, id: unique(part), input: node("input", { type: "checkbox" }) }));
  const trained = node("input", { type: "checkbox", id: idTrained });
  const link = node("input", { id: idLink, type: "text", readonly: true, hidden: true, "aria-label": "The link" });

  async function copy() {
    if (state.given) return WITHOUT_WEIGHTS;
    const hide = parts.filter(({ input }) => input.checked).map(({ part }) => part);
    link.value = await address.copy({ task: task.value.trim(), hide, ...(trained.checked ? {} : { steps: 0 }) });
    link.hidden = !link.value; // a page from a file may not write to the clipboard
    link.select();
    return link.value ? "Copy the link below" : "Copied";
  }

  const boxes = parts.map(({ part, meaning, id, input }) => {
    input.id = id;
    input.setAttribute("aria-describedby", `${id}-meaning`);
    const said = node("span", { class: "rkp-hint", id: `${id}-meaning` }, meaning);
    return node("div", {}, node("span", { class: "rkp-part" }, input, " ", node("label", { for: id }, part)), " ", said);
  });
  return node("details", { class: "rkp-teaching" }, node("summary", {}, "for teachers: a link with a task"),
    node("div", { class: "rkp-table" }, node("label", { for: idTask }, "task"), task,
      node("fieldset", {}, node("legend", {}, "parts to hide"), node("div", { class: "rkp-row" }, ...boxes)),
      node("span", { class: "rkp-part" }, trained, " ", node("label", { for: idTrained }, "begin with the training so far")),
      answering("Copy the link", "The page as it is, with this task and without these parts", copy), link));
}
