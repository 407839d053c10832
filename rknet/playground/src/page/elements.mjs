/** Elements of the document: labelled sliders, lists, icons. */

import { short } from "../words/numbers.mjs";

/**
 * An element of the document.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes]  a function listens to the event of that name
 * @param {...(Node|string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function node(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** Texts are set only where they change: a page is laid out anew after each. @param {HTMLElement} element @param {string} text */
export function tell(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * A text that keeps the place of the longest one that may stand there, so that nothing below it moves.
 * @param {HTMLElement} text
 */
export function steady(text) {
  const longest = node("div", { class: text.className, "aria-hidden": "true" });
  return { element: node("div", { class: "rkp-steady" }, text, longest), keep: (/** @type {string} */ words) => tell(longest, words) };
}

/**
 * A box that grows with what it holds and does not shrink until its width changes: what is below moves once at most.
 * @template {HTMLElement} Box
 * @param {Box} box
 */
export function growing(box) {
  let width = 0;
  new ResizeObserver(() => {
    if (box.clientWidth !== width) box.style.minHeight = "";
    width = box.clientWidth;
    box.style.minHeight = `${box.offsetHeight}px`;
  }).observe(box);
  return box;
}

let counter = 0;

/** An identifier that no other element has. @param {string} name */
export const unique = (name) => `rkp-${name}-${++counter}`;

/**
 * A labelled slider over given values.
 * @param {string} label
 * @param {string} symbol
 * @param {number[]} values
 * @param {(value: number) => void} chosen
 * @param {(value: number) => string} [shown]
 * @param {string} [hint]  what it means, in plain words
 */
export function slider(label, symbol, values, chosen, shown = short, hint = "") {
  let known = [...values];
  const id = unique("slider");
  const input = node("input", { type: "range", id, min: 0, step: 1, input: () => { show(known[input.valueAsNumber]); chosen(known[input.valueAsNumber]); } });
  const output = node("output", { for: id });
  const show = (/** @type {number} */ value) => {
    if (!known.includes(value)) known = [...values, value].sort((a, b) => a - b);
    input.max = String(known.length - 1);
    input.value = String(known.indexOf(value));
    output.textContent = shown(value);
    input.setAttribute("aria-valuetext", shown(value));
  };
  const name = node("label", { for: id }, label, ...(symbol ? [" ", letter(symbol)] : []));
  return { element: node("div", { class: "rkp-slider" }, name, input, output, ...explained(input, hint)), input, show };
}

/**
 * A labelled list to choose from.
 * @param {string} label
 * @param {Record<string, string>} options  what is shown, by value
 * @param {(value: string) => void} chosen
 * @param {string} [hint]  what it means, in plain words
 */
export function select(label, options, chosen, hint = "") {
  const id = unique("select");
  const input = node("select", { id, change: () => chosen(input.value) }, ...Object.entries(options).map(([value, text]) => node("option", { value }, text)));
  return { element: node("div", { class: "rkp-select" }, node("label", { for: id }, label), input, ...explained(input, hint)), input, show: (/** @type {string} */ value) => { input.value = value; } };
}

/** A hint below a control, which a screen reader speaks with it. @param {HTMLElement} input @param {string} hint */
function explained(input, hint) {
  if (!hint) return [];
  const id = unique("hint");
  input.setAttribute("aria-describedby", id);
  return [node("div", { id, class: "rkp-hint" }, hint)];
}

/** A letter of a formula; one with a hat is set as a formula, for fonts place the hat badly. @param {string} symbol */
function letter(symbol) {
  if (!symbol.endsWith(HAT)) return node("i", {}, symbol);
  const place = node("span", {});
  place.innerHTML = `<math><mover accent="true"><mi>${symbol.slice(0, -1)}</mi><mo stretchy="false">^</mo></mover></math>`;
  return place;
}

/** The mark that Unicode puts above the letter before it. */
const HAT = "\u0302";

/** A picture on a button. @param {string} path  of 12 x 12 */
export function icon(path) {
  const place = node("span", { class: "rkp-icon", "aria-hidden": "true" });
  place.innerHTML = `<svg width="12" height="12" viewBox="0 0 12 12"><path d="${path}" fill="currentColor"/></svg>`;
  return place;
}

export const ICONS = {
  play: "M2 0.5V11.5L11.5 6Z", pause: "M1.5 0.5H4.7V11.5H1.5ZM7.3 0.5H10.5V11.5H7.3Z",
  full: "M0 0H4.5V1.6H1.6V4.5H0ZM7.5 0H12V4.5H10.4V1.6H7.5ZM0 7.5H1.6V10.4H4.5V12H0ZM10.4 7.5H12V12H7.5V10.4H10.4Z",
};
