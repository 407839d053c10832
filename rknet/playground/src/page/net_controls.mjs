/** The network: scheme, activation and width. */

import { range } from "../geometry/grid.mjs";
import { LIMITS } from "../setup/choices.mjs";
import { ACTIVATION_NAMES, NET_NAMES, OWN_TABLEAU } from "../words/names.mjs";
import { short } from "../words/numbers.mjs";
import { node, select, slider } from "./elements.mjs";
import { tableauControls } from "./tableau_controls.mjs";

/** @import { ActivationName } from "../types.mjs" */
/** @import { Page, Shown } from "./state.mjs" */

/** @param {Page} page @returns {Shown & {element: HTMLElement}} */
export function netControls(page) {
  const { state, choosing: { choose } } = page, tableau = tableauControls(page);
  const net = select("network", { ...NET_NAMES, [OWN_TABLEAU]: "your own tableau" }, (value) => {
    if (value === "StandardNet") choose({ net: "StandardNet" });
    else if (value === OWN_TABLEAU) tableau.open();
    else choose({ net: "RKNet", scheme: value });
  });
  const activation = select("activation", ACTIVATION_NAMES, (value) => choose({ activation: /** @type {ActivationName} */ (value) }));
  const width = slider("width", "d̂", range(...LIMITS.d_hat), (value) => choose({ d_hat: value }), short,
    "coordinates that a point has inside the network");
  const element = node("div", { class: "rkp-net", role: "group", "aria-label": "Network" },
    node("div", { class: "rkp-pair" }, net.element, activation.element),
    tableau.element, width.element);

  function show() {
    const { configuration } = state, plain = configuration.net === "StandardNet";
    const typed = !plain && typeof configuration.scheme !== "string";
    net.show(typed ? OWN_TABLEAU : plain ? "StandardNet" : String(configuration.scheme));
    tableau.show();
    activation.show(configuration.activation);
    width.show(configuration.d_hat);
  }

  return { element, show };
}
