/** The widget: one playground, or a race of several. */

import { open } from "./opening.mjs";
import { race } from "./race.mjs";

/** @import { Model } from "./state.mjs" */

/**
 * Shows what the model asks for in `el`: with `race`, several nets under one play.
 * @param {{model: Model, el: HTMLElement}} place
 * @returns {() => void} ends it
 */
export function render(place) {
  return (place.model.get("race") ?? []).length ? race(place) : open(place).close;
}
