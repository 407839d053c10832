/**
 * The laboratories: what the chapters let a reader change, in the page and without a kernel.
 *
 * This is what the second bundle exports. Nothing touches the document when it is loaded, because a worker loads it too.
 */

import { digit } from "./digit.mjs";
import { features } from "./features.mjs";
import { flow } from "./flow.mjs";
import { show } from "./frame.mjs";
import { scheme } from "./scheme.mjs";
import { tableau } from "./tableau.mjs";
import { training } from "./training.mjs";

/** @import { Laboratory, Specification } from "./types.mjs" */

export { serve } from "../run/serve.mjs";

/** By the kind that their element names. @type {Record<string, Laboratory>} */
export const LABORATORIES = { scheme, tableau, training, features, flow, digit };

/**
 * Shows the laboratory of a specification in `el`.
 * @param {{specification: Specification, el: HTMLElement, source?: string}} place
 * @returns {() => void} ends it
 */
export function render({ specification, el, source }) {
  const picture = specification.figure && document.getElementById(specification.figure)?.querySelector("img");
  if (picture) {
    const still = picture.closest("a.image-reference") ?? picture;
    picture.className = picture.className.replace(/\bframes-\S+/, ""); // so that no flipbook is made of it
    still.parentElement?.querySelector(".flipbook-player")?.remove();
    still.classList.add("flipbook-sheet"); // which is seen in print only
    still.before(el);
  }
  return show(LABORATORIES[specification.kind], specification, el, source);
}

export default { render };
