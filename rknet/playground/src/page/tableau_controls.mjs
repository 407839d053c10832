/** A tableau that the reader types, with its order or what is wrong with it. */

import { said } from "../setup/refuse.mjs";
import { readTableau, typedTableau } from "../setup/tableau.mjs";
import { node, unique } from "./elements.mjs";

/** @import { TableauText } from "../types.mjs" */
/** @import { Page, Shown } from "./state.mjs" */

/** @param {Page} page @returns {Shown & {element: HTMLElement, open: () => void}} */
export function tableauControls({ state, choosing }) {
  const [idA, idBeta, idOrder] = ["A", "beta", "order"].map(unique);
  const common = { type: "text", spellcheck: "false", autocomplete: "off", "aria-describedby": idOrder, input: read };
  const A = node("input", { id: idA, ...common, value: "; 2/3; 0, 2/3" });
  const beta = node("input", { id: idBeta, ...common, value: "1/4, 3/8, 3/8" });
  const order = node("div", { id: idOrder, class: "rkp-hint", "aria-live": "polite" });
  const element = node("div", { class: "rkp-tableau", role: "group", "aria-label": "Your own tableau" },
    node("label", { for: idA }, "rows of ", node("i", {}, "A"), ", between semicolons"), A,
    node("label", { for: idBeta }, "weights ", node("i", {}, "β")), beta, order);

  function read() {
    const text = typedTableau(A.value, beta.value);
    try {
      const { s, order: p } = readTableau(text);
      order.classList.remove("rkp-wrong");
      order.textContent = `An explicit scheme of ${s} ${s === 1 ? "stage" : "stages"} and order ${p}.`;
      for (const input of [A, beta]) input.removeAttribute("aria-invalid");
      choosing.choose({ net: "RKNet", scheme: text });
    } catch (error) {
      order.classList.add("rkp-wrong");
      order.textContent = said(error);
      (said(error).startsWith("beta") ? beta : A).setAttribute("aria-invalid", "true");
    }
  }

  function open() {
    element.hidden = false;
    read();
  }

  /** @param {TableauText} scheme */
  function write(scheme) {
    const shown = typedTableau(A.value, beta.value);
    if (JSON.stringify(shown) !== JSON.stringify({ A: scheme.A, beta: scheme.beta })) {
      A.value = scheme.A.map((row) => row.join(", ")).join("; ");
      beta.value = scheme.beta.join(", ");
    }
    if (!order.textContent) order.textContent = `An explicit scheme of order ${readTableau(scheme).order}.`;
  }

  function show() {
    const { net, scheme } = state.configuration, typed = net === "RKNet" && typeof scheme !== "string";
    if (typed) write(scheme);
    element.hidden = !typed;
  }

  return { element, open, show };
}
