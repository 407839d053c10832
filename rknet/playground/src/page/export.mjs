/** A run as files to keep: its record, the Python code that trains the same net, and a picture. */

import { pythonOf } from "../words/python.mjs";
import { node } from "./elements.mjs";

/** @import { Configuration } from "../types.mjs" */
/** @import { Page } from "./state.mjs" */

/** @param {Configuration} configuration @param {string} ending */
const named = ({ net, L, seed }, ending) => `rknet-${net}-${L}-seed-${seed}.${ending}`;

/** @param {Blob} file @param {string} name */
function save(file, name) {
  const address = URL.createObjectURL(file);
  node("a", { href: address, download: name }).click();
  window.setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** @param {Page} page */
export async function exportRecord({ player, state, notebook }) {
  const text = JSON.stringify(await player.record(), null, 1) + "\n";
  save(new Blob([text], { type: "application/json" }), named(state.configuration, "json"));
  notebook.share(["record"]);
}

/** @param {Page} page */
export function exportCode({ state: { configuration } }) {
  save(new Blob([pythonOf(configuration)], { type: "text/x-python" }), named(configuration, "py"));
}

/** Pixels around the pictures, and of a line of text. */
const MARGIN = 24, LINE = 30;

/** The pictures side by side, with what they show and what is said. @param {Page} page */
export function exportPicture({ state: { configuration, theme }, views, layers, score, sentence, root }) {
  const shown = [
    { canvas: views.trajectories.canvas, title: "trajectories through the layers" },
    { canvas: views.features.canvas, title: layers.title.textContent ?? "" },
    { canvas: views.decision.canvas, title: score.title.textContent ?? "" },
  ];
  const side = Math.max(...shown.map(({ canvas }) => canvas.width)), whole = node("canvas", {});
  whole.width = shown.length * (side + MARGIN) + MARGIN;
  whole.height = side + 2 * MARGIN + 2 * LINE;
  const pen = whole.getContext("2d");
  if (!pen) return;
  pen.fillStyle = getComputedStyle(root).getPropertyValue("--rkp-back");
  pen.fillRect(0, 0, whole.width, whole.height);
  pen.fillStyle = theme.text;
  pen.font = `${0.6 * LINE}px ${theme.font}`;
  pen.textBaseline = "middle";
  shown.forEach(({ canvas, title }, k) => {
    const left = MARGIN + k * (side + MARGIN);
    pen.fillText(title, left, MARGIN + LINE / 2, side);
    pen.drawImage(canvas, left, MARGIN + LINE, side, side);
  });
  pen.fillText(sentence.element.textContent ?? "", MARGIN, whole.height - MARGIN / 2 - LINE / 2, whole.width - 2 * MARGIN);
  whole.toBlob((file) => { if (file) save(file, named(configuration, "png")); });
}
