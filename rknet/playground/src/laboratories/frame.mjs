/** The frame of a laboratory: title, form, pictures, one sentence, and what is wrong with an input. */

import { node } from "../page/elements.mjs";
import { STYLE as PLAYGROUND } from "../page/style.mjs";
import { themeOf } from "../painting/colours.mjs";
import { Panel } from "../painting/panel.mjs";
import { said } from "../setup/refuse.mjs";
import { form } from "./controls.mjs";
import { STYLE } from "./style.mjs";

/** @import { Frame, Laboratory, Running, Specification, Values } from "./types.mjs" */

/** Milliseconds after the last sentence before it is spoken. */
const PAUSE = 700;

/**
 * Shows a laboratory in `el`.
 * @param {Laboratory} laboratory @param {Specification} specification @param {HTMLElement} el @param {string} [source]
 * @returns {() => void} ends it
 */
export function show(laboratory, { title, controls, given }, el, source) {
  /** @type {Panel[]} */ const panels = [];
  /** @type {Values} */ const values = Object.fromEntries(controls.map(({ name, value }) => [name, value]));
  const say = node("p", { class: "rkl-say" }), spoken = node("div", { class: "rkp-spoken", "aria-live": "polite" });
  const wrong = node("p", { class: "rkl-wrong", role: "alert", hidden: true }), views = node("div", { class: "rkl-views" });
  let timer = 0;
  /** @type {Running|null} */ let running = null;
  const update = (/** @type {string[]} */ changed) => {
    try {
      running?.update(changed);
      wrong.hidden = true;
    } catch (error) {
      wrong.textContent = said(error);
      wrong.hidden = false;
    }
  };
  const fields = form(controls, values, (name) => update([name]));
  const again = node("button", { type: "button", click: () => {
    for (const { name, value } of controls) fields.set(name, value);
    update(controls.map(({ name }) => name));
  } }, "Reset");
  const root = node("div", { class: "rkp rkl mathjax_ignore tex2jax_ignore", role: "group", "aria-label": title },
    node("style", {}, PLAYGROUND + STYLE),
    node("div", { class: "rkl-head" }, node("b", {}, title), again), fields.element, views, wrong, say, spoken);
  el.replaceChildren(root);
  /** @type {Frame} */
  const frame = {
    given, values, labels: Object.fromEntries(controls.map(({ name, label }) => [name, label.replace("d_hat", "d\u0302")])), views, theme: themeOf(root), source,
    still: window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    panel(label, paint, heading) {
      const panel = new Panel(label, paint);
      panels.push(panel);
      views.append(node("div", { class: "rkl-view" }, ...(heading ? [node("div", { class: "rkp-title" }, heading)] : []), panel.canvas));
      return panel;
    },
    set(name, value) {
      if (values[name] === value) return;
      fields.set(name, value);
      update([name]);
    },
    instead: fields.instead,
    say(text) {
      say.textContent = text;
      clearTimeout(timer);
      timer = window.setTimeout(() => { spoken.textContent = text; }, PAUSE);
    },
  };
  running = laboratory.open(frame);
  update(controls.map(({ name }) => name));
  const recolour = () => {
    frame.theme = themeOf(root);
    for (const panel of panels) panel.soon();
  };
  const around = new MutationObserver(recolour);
  around.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
  return () => {
    around.disconnect();
    clearTimeout(timer);
    running?.close?.();
    for (const panel of panels) panel.close();
    root.remove();
  };
}
