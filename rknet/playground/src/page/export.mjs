/** The record of a run as a file to keep. */

import { node } from "./elements.mjs";

/** @import { Page } from "./state.mjs" */

/** @param {Page} page */
export async function exportRecord({ player, state, notebook }) {
  const { net, L, seed } = state.configuration;
  const file = new Blob([JSON.stringify(await player.record(), null, 1) + "\n"], { type: "application/json" });
  const address = URL.createObjectURL(file);
  node("a", { href: address, download: `rknet-${net}-${L}-seed-${seed}.json` }).click();
  window.setTimeout(() => URL.revokeObjectURL(address), 1000);
  notebook.share(["record"]);
}
