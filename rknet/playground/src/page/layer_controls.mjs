/** Which layer is shown, from where it is seen, and the flow through all layers. */

import { range } from "../geometry/grid.mjs";
import { follow } from "./following.mjs";
import { icon, ICONS, node, slider, unique } from "./elements.mjs";
import { components } from "./state.mjs";

/** @import { Configuration } from "../types.mjs" */
/** @import { Page } from "./state.mjs" */

/**
 * @typedef {object} LayerControls
 * @property {HTMLElement} element
 * @property {HTMLElement} tools    buttons beside the slider
 * @property {HTMLElement} title    of the features' picture
 * @property {HTMLElement} flowing  the button that sets the points in motion
 * @property {(azim: number) => void} turned  show the angle of view
 * @property {() => void} flow      moves the points through all layers, once
 * @property {() => void} show
 * @property {() => void} stop
 */

/** Milliseconds that the points take through all layers. */
const LASTING = 4000;

/** @param {Page} page @returns {LayerControls} */
export function layerControls(page) {
  const { state, views } = page, { look } = state, title = node("span", {});
  const layer = layerSlider(title, showLayer);

  /** @param {number} value */
  function showLayer(value) {
    const { L } = state.configuration;
    look.layer = value === L ? null : value;
    layer.show(L, value);
    for (const view of [views.trajectories, views.features, views.layers]) view.soon();
    page.inside.show();
  }

  const flowing = flowButton(page, showLayer);
  const degrees = (/** @type {number} */ value) => `${Math.round(value)}°`.replace("-", "−");
  const turn = slider("turn", "", range(-36, 36).map((k) => 5 * k), (value) => {
    page.turning.want(false);
    look.azim = value;
    views.trajectories.soon();
    views.features.soon();
  }, degrees);
  const flat = node("button", { type: "button", click: () => {
    look.view = look.view === 2 ? 3 : 2;
    follow(page);
    for (const part of page.controls) part.show();
  } }, "flat");
  const widths = [2, 3].map((d_hat) => ({ d_hat, button: node("button", { type: "button", click: () => page.choosing.choose({ d_hat }, true) }, String(d_hat)) }));
  const tools = node("div", { class: "rkp-row" }, flowing.button, flat,
    node("span", { class: "rkp-row rkp-widths", role: "group", "aria-label": "Dimensions of feature space" }, "dimensions", ...widths.map(({ button }) => button)));
  const axes = node("div", { class: "rkp-hint rkp-axes" });
  const element = node("div", { class: "rkp-layer", role: "group", "aria-label": "Layers" },
    layer.element, tools, turn.element, axes);

  function show() {
    const { L, d_hat } = state.configuration, inSpace = components(state) === 3;
    layer.show(L, Math.min(look.layer ?? L, L));
    flat.setAttribute("aria-pressed", String(look.view === 2));
    flat.disabled = d_hat === 2;
    for (const width of widths) width.button.setAttribute("aria-pressed", String(width.d_hat === d_hat));
    turn.element.hidden = !inSpace;
    axes.textContent = axesInWords(state.configuration);
    for (const view of [views.trajectories, views.features]) view.canvas.classList.toggle("rkp-turns", inSpace);
  }

  const { button, flow, stop } = flowing;
  return { element, tools, title, flowing: button, turned: turn.show, flow, show, stop };
}

/** What the buttons above do. */
const BUTTONS = " Flat: the two directions in which the points differ most. Sway: the view turns during training.";

/** What the axes of feature space are. @param {Configuration} configuration */
function axesInWords({ d_hat, lift }) {
  if (d_hat > 3) return `p₁, p₂, p₃: the directions in which the points' ${d_hat} coordinates differ most.${BUTTONS}`;
  const [names, first] = d_hat === 2 ? ["y₁, y₂", "x₁, x₂"] : ["y₁, y₂, y₃", "x₁, x₂ and 0"];
  const begin = lift === "zero" ? `at layer 0 they are ${first}` : "the lift makes them of x₁, x₂";
  return `${names}: a point's coordinates inside the network; ${begin}.${d_hat === 2 ? "" : BUTTONS}`;
}

/** @param {HTMLElement} title @param {(value: number) => void} chosen */
function layerSlider(title, chosen) {
  const id = unique("layer");
  const input = node("input", { id, type: "range", min: 0, step: 1, input: () => chosen(input.valueAsNumber) });
  const output = node("output", { for: id });
  const show = (/** @type {number} */ most, /** @type {number} */ value) => {
    input.max = String(most);
    input.value = String(value);
    output.textContent = `${value} of ${most}`;
    title.textContent = `features at layer ${value}`;
    input.setAttribute("aria-valuetext", `${value} of ${most}`);
  };
  return { element: node("div", { class: "rkp-slider" }, node("label", { for: id }, "layer"), input, output), show };
}

/** @param {Page} page @param {(layer: number) => void} showLayer */
function flowButton({ state }, showLayer) {
  let due = 0;
  const stop = () => cancelAnimationFrame(due);
  function flow() {
    stop();
    const begin = performance.now(), { L } = state.configuration;
    const frame = (/** @type {number} */ now) => {
      const t = Math.min(1, (now - begin) / LASTING);
      showLayer(Math.round(t * L));
      if (t < 1) due = requestAnimationFrame(frame);
    };
    due = requestAnimationFrame(frame);
  }
  const title = "Move the points through all layers";
  return { button: node("button", { type: "button", click: flow, title }, icon(ICONS.play), " flow"), flow, stop };
}
