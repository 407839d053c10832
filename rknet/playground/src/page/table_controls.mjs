/** A table of the reader's, pasted, opened or dropped on the prediction. */

import { fromCsv } from "../setup/csv.mjs";
import { said } from "../setup/refuse.mjs";
import { node, tell, unique } from "./elements.mjs";

/** @import { Page } from "./state.mjs" */

const HINT = "Two columns of numbers, the class in the last one; commas, semicolons or tabs. A file can be dropped on the prediction.";

/** @param {Page} page @returns {HTMLElement} */
export function tableControls({ state, choosing, views }) {
  const [idText, idFile, idSaid] = ["table", "file", "said"].map(unique), answer = node("div", { id: idSaid, class: "rkp-hint", role: "status" }, HINT);
  const text = node("textarea", { id: idText, rows: 4, spellcheck: "false", "aria-describedby": idSaid });
  const file = node("input", { id: idFile, type: "file", accept: ".csv,.tsv,.txt,text/csv", change: () => read(file.files?.[0]) });

  function take() {
    try {
      const { given, words } = fromCsv(text.value);
      answer.classList.remove("rkp-wrong");
      tell(answer, words);
      state.own = given;
      choosing.choose({ data: given });
    } catch (error) {
      answer.classList.add("rkp-wrong");
      tell(answer, said(error));
    }
  }

  async function read(/** @type {File|undefined} */ chosen) {
    if (!chosen) return;
    text.value = await chosen.text();
    take();
  }

  const board = views.decision.canvas;
  board.addEventListener("dragover", (event) => event.preventDefault());
  board.addEventListener("drop", (event) => {
    event.preventDefault();
    const [dropped] = event.dataTransfer?.files ?? [];
    details.open = true;
    read(dropped);
  });
  const details = node("details", {}, node("summary", {}, "points from a table (CSV)"),
    node("div", { class: "rkp-table" }, node("label", { for: idText }, "paste it here"), text,
      node("button", { type: "button", click: take }, "Use the table"),
      node("label", { for: idFile }, "or open a file"), file, answer));
  return details;
}
