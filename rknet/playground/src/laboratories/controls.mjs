/** The form of a laboratory, made of the controls that Python states. */

import { node, select, slider, unique } from "../page/elements.mjs";
import { short } from "../words/numbers.mjs";

/** @import { Stated, Values } from "./types.mjs" */

/** @typedef {{element: HTMLElement, show: (value: any) => void, instead?: (text: string) => void}} Made */
/** @typedef {Made & {hide: (hidden: boolean) => void}} Shown */

/** Numbers from least to most. @param {Stated} stated @returns {number[]} */
function steps({ least = 0, most = 1, step = 1 }) {
  const count = Math.round((most - least) / step);
  return Array.from({ length: count + 1 }, (_, k) => Number((least + k * step).toPrecision(12)));
}

/** A field of one line or several, read when the reader pauses. @param {Stated} stated @param {(value: string) => void} chosen */
function written({ name, label, lines = 1 }, chosen) {
  const id = unique(name), common = { id, spellcheck: "false", autocomplete: "off" };
  const input = () => chosen(field.value);
  const field = lines > 1 ? node("textarea", { ...common, rows: lines, input }) : node("input", { ...common, type: "text", input });
  return { element: node("div", { class: "rkl-written" }, node("label", { for: id }, label), field), show: (/** @type {string} */ text) => { field.value = text; } };
}

/** A list that can also show a text which is none of its choices. @param {Stated} stated @param {(value: any) => void} chosen */
function list({ label, options = [] }, chosen) {
  const { element, input, show } = select(label, Object.fromEntries(options), chosen), other = node("option", { value: "", hidden: true });
  input.append(other);
  const instead = (/** @type {string} */ text) => {
    other.textContent = text;
    show("");
  };
  return { element, show, instead };
}

/** @param {Stated} stated @param {(value: any) => void} chosen @returns {Made} */
function made(stated, chosen) {
  const { kind, label } = stated;
  if (kind === "Choice") return list(stated, chosen);
  if (kind === "Written") return written(stated, chosen);
  const [, words, symbol] = /^(.*?)(?: (d_hat|L|h))?$/.exec(label) ?? [];
  return slider(words, (symbol ?? "").replace("d_hat", "d\u0302"), (kind === "Values" && stated.values) || steps(stated), chosen, short);
}

/**
 * The form; `changed` is called with a control's name after its value has been stored.
 * @param {Stated[]} stated @param {Values} values @param {(name: string) => void} changed
 */
export function form(stated, values, changed) {
  /** @type {Map<string, Shown>} */ const shown = new Map();
  const settle = () => {
    for (const { name, only_with: needed } of stated) shown.get(name)?.hide(needed !== null && !needed[1].includes(values[needed[0]]));
  };
  for (const one of stated) {
    const { element, show, instead } = made(one, (value) => {
      values[one.name] = value;
      settle();
      changed(one.name);
    });
    shown.set(one.name, { element, show, instead, hide: (hidden) => { element.hidden = hidden; } });
    show(one.value);
  }
  settle();
  return {
    element: node("div", { class: "rkl-controls" }, ...[...shown.values()].map(({ element }) => element)),
    /** @param {string} name @param {any} value */
    set(name, value) {
      values[name] = value;
      shown.get(name)?.show(value);
      settle();
    },
    /** @param {string} name @param {string} text  which its list shows in place of the choice */
    instead: (name, text) => shown.get(name)?.instead?.(text),
  };
}
