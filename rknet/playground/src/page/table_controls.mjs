/** A table of the reader's: pasted here, or opened as a file. */

import { fromCsv } from "../setup/csv.mjs";
import { said } from "../setup/refuse.mjs";
import { node, tell, unique } from "./elements.mjs";

/** @import { Page } from "./state.mjs" */

const HINT = "Three columns: two numbers and the class; one point per row, such as 1.5, −0.3, red. Semicolons or tabs will do, too. A file can be dropped on the prediction.";

/** @param {Page} page @returns {{element: HTMLElement, take: (text: string) => string}} */
export function tableControls({ state, choosing, opener }) {
  const [idText, idFile, idSaid] = ["table", "file", "said"].map(unique), answer = node("div", { id: idSaid, class: "rkp-hint", role: "status" }, HINT);
  const text = node("textarea", { placeholder: "1.5, -0.3, red\n-0.7, 0.2, blue", id: idText, rows: 4, spellcheck: "false", "aria-describedby": idSaid });
  const file = node("input", { id: idFile, type: "file", accept: ".csv,.tsv,.txt,text/csv", change: async () => {
    const [chosen] = file.files ?? [];
    if (!chosen) return;
    try {
      const table = await opener.textOf(chosen);
      if (table !== null) take(table);
    } catch (error) {
      refuse(error);
    }
  } });

  function use() {
    try {
      const { given, words } = fromCsv(text.value);
      answer.classList.remove("rkp-wrong");
      tell(answer, words);
      state.own = given;
      choosing.choose({ data: given });
      return "";
    } catch (error) {
      return refuse(error);
    }
  }

  function refuse(/** @type {unknown} */ error) {
    answer.classList.add("rkp-wrong");
    tell(answer, said(error));
    return said(error);
  }

  function take(/** @type {string} */ table) {
    element.open = true;
    text.value = table;
    return use();
  }

  const element = node("details", {}, node("summary", {}, "points from a table (CSV)"),
    node("div", { class: "rkp-table" }, node("label", { for: idText }, "paste it here"), text,
      node("button", { type: "button", click: use }, "Use the table"),
      node("label", { for: idFile }, "or open a file"), file, answer));
  return { element, take };
}
