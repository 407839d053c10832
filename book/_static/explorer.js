// Draws the study's distances from the Bayes limit as a reader chooses. <div class="explorer" hidden> holds JSON: the unit
// of the stored numbers, the number that stands for a missing one, the words for the reported epochs, colours, and panels
// with their axes and an array (variants, depths, rates, seeds, reported epochs) as base64 of two bytes each, the lower
// first. Without this script the page shows the tables and maps alone.
(() => {
  "use strict";

  const AXES = ["variant", "L", "exponent", "seed", "reported"];
  const LEAST = 0.02; // points: what is less is drawn here
  const FRAME = { width: 640, height: 340, left: 58, right: 12, top: 12, bottom: 44 };
  const FIRST = 4; // variants shown at first, if there are so many
  // One for each variant in turn; their number and that of the colours have no common factor.
  const MARKERS = [
    "M-1 0a1 1 0 1 0 2 0a1 1 0 1 0-2 0Z", "M-.9-.9H.9V.9H-.9Z", "M0-1.2L1.1.8H-1.1Z", "M0-1.3L1 0L0 1.3L-1 0Z", "M0 1.2L1.1-.8H-1.1Z",
    "M-.4-1.2H.4V-.4H1.2V.4H.4V1.2H-.4V.4H-1.2V-.4H-.4Z", "M-1.1-.6L-.6-1.1L0-.5L.6-1.1L1.1-.6L.5 0L1.1.6L.6 1.1L0 .5L-.6 1.1L-1.1 .6L-.5 0Z",
  ];
  const SVG = "http://www.w3.org/2000/svg";

  function element(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  function drawn(tag, attributes, ...children) {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  // A variant's colour and, where the colours begin again, its broken line; the marker at x, y in the same colour.
  function styled({ colours }, v, ...children) {
    const colour = colours[v % colours.length];
    return drawn("g", { stroke: colour, fill: colour, class: v < colours.length ? "" : "explorer-dashed" }, ...children);
  }

  const marker = (v, x, y) => drawn("path", { d: MARKERS[v % MARKERS.length], transform: `translate(${x} ${y}) scale(2.9)`, stroke: "none" });

  function decoded(panel, { unit, missing }) {
    const letters = Uint8Array.from(atob(panel.values), (letter) => letter.charCodeAt(0));
    const words = new DataView(letters.buffer), sizes = AXES.map((axis) => panel[axis].length);
    return (...place) => {
      const at = place.reduce((sum, index, axis) => sum * sizes[axis] + index, 0);
      const word = words.getUint16(2 * at, true);
      return word === missing ? null : word * unit;
    };
  }

  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const rate = (exponent, chosen) => (exponent === chosen ? "chosen rate" : `rate 10^${exponent}`);
  const depth = (L, chosen) => (L === chosen ? "chosen depth" : L === 0 ? "one depth" : `L = ${L}`);

  // What is shown at first: a variant of each net, and others until there are enough.
  function shownFirst(names) {
    const net = (name) => name.split(",")[0], nets = names.map(net);
    const firsts = nets.flatMap((name, v) => (nets.indexOf(name) === v ? [v] : []));
    return new Set([...new Set([...firsts, ...names.keys()])].slice(0, Math.max(FIRST, firsts.length)));
  }

  function select(name, options) {
    const input = element("select");
    const fill = (words, value) => {
      input.replaceChildren(...words.map((word, index) => element("option", { value: index }, word)));
      input.value = value;
    };
    if (options) fill(options, 0);
    return { input, fill, label: element("label", {}, `${name} `, input) };
  }

  // The series that are drawn: for each variant its values of all seeds at each place along the axis.
  function series(state) {
    const { panel, value, along, at, reported, shown, chosen } = state;
    const places = [...panel[along].keys()].filter((place) => panel[along][place] !== chosen);
    return panel.variant.map((name, v) => ({ name, v, points: shown.has(v) ? places.map((place) => {
      const [l, e] = along === "L" ? [place, at] : [at, place];
      const seeds = panel.seed.map((_, s) => value(v, l, e, s, reported)).filter((found) => found !== null);
      return { place: panel[along][place], seeds };
    }) : [] })).filter(({ points }) => points.some(({ seeds }) => seeds.length));
  }

  function scales(places) {
    const across = (FRAME.width - FRAME.left - FRAME.right) / places.length;
    const up = (FRAME.height - FRAME.top - FRAME.bottom) / Math.log10(100 / LEAST);
    return {
      x: (place) => FRAME.left + across * (places.indexOf(place) + 0.5),
      y: (points) => FRAME.top + up * Math.log10(100 / Math.max(LEAST, points)),
    };
  }

  function grid(along, places, { x, y }) {
    const bottom = FRAME.height - FRAME.bottom, text = { "text-anchor": "middle", class: "explorer-words" };
    const lines = [0.02, 0.1, 0.3, 1, 3, 10, 30, 100].flatMap((points) => [
      drawn("line", { x1: FRAME.left, x2: FRAME.width - FRAME.right, y1: y(points), y2: y(points), class: "explorer-line" }),
      drawn("text", { ...text, "text-anchor": "end", x: FRAME.left - 6, y: y(points) + 4 }, String(points)),
    ]);
    const marks = places.map((place) => drawn("text", { ...text, x: x(place), y: bottom + 16 },
      along === "L" ? String(place) : `1e${place}`));
    return [...lines, ...marks,
      drawn("text", { ...text, x: FRAME.width / 2, y: FRAME.height - 8 }, along === "L" ? "depth L" : "learning rate"),
      drawn("text", { ...text, transform: `translate(14 ${bottom / 2}) rotate(-90)` }, "points below the limit")];
  }

  function chart(state, found) {
    const places = state.panel[state.along].filter((place) => place !== state.chosen), scale = scales(places);
    const step = (scale.x(places[1] ?? places[0]) - scale.x(places[0])) / (2 * found.length + 2) || 8;
    const curves = found.map(({ v, points }, index) => {
      const aside = (index - (found.length - 1) / 2) * step;
      const there = points.filter(({ seeds }) => seeds.length);
      const line = there.map(({ place, seeds }) => `${scale.x(place) + aside},${scale.y(mean(seeds))}`).join(" ");
      return styled(state, v,
        drawn("polyline", { points: line, fill: "none", "stroke-width": 1.6 }),
        ...there.flatMap(({ place, seeds }) => seeds.map((distance) =>
          marker(v, scale.x(place) + aside, scale.y(distance)))));
    });
    return drawn("svg", { viewBox: `0 0 ${FRAME.width} ${FRAME.height}`, role: "img",
      "aria-label": "The numbers of the table below, a line of means and a marker for each seed" },
    ...grid(state.along, places, scale), ...curves);
  }

  function table(state, found) {
    const places = state.panel[state.along].filter((place) => place !== state.chosen);
    const head = places.map((place) => element("th", { scope: "col" }, state.along === "L" ? `L = ${place}` : `1e${place}`));
    const rows = found.map(({ name, points }) => element("tr", {}, element("th", { scope: "row" }, name),
      ...points.map(({ seeds }) => element("td", {}, seeds.length ? mean(seeds).toFixed(2) : "–"))));
    return element("table", {}, element("caption", {}, "Mean distance from the Bayes limit, points"),
      element("thead", {}, element("tr", {}, element("td"), ...head)), element("tbody", {}, ...rows));
  }

  function checkboxes(state, redraw) {
    return state.panel.variant.map((name, v) => {
      const box = element("input", { type: "checkbox" });
      box.checked = state.shown.has(v);
      box.addEventListener("change", () => (state.shown[box.checked ? "add" : "delete"](v), redraw()));
      const swatch = drawn("svg", { class: "explorer-swatch", viewBox: "0 0 26 10", "aria-hidden": "true" },
        styled(state, v, drawn("line", { x1: 0, x2: 26, y1: 5, y2: 5, "stroke-width": 1.6 }), marker(v, 13, 5)));
      return element("label", {}, box, swatch, name);
    });
  }

  function makeExplorer(holder) {
    const data = JSON.parse(holder.textContent), kinds = Object.keys(data.words);
    const state = { ...data, reported: kinds.indexOf("best"), along: "L" };
    const which = select("Experiment", data.panels.map(({ title, data: set }) => `${title}: ${set}`));
    const reported = select("Reported epoch", Object.values(data.words));
    const along = select("Along", ["depth", "learning rate"]), at = select("At");
    const variants = element("fieldset", {}), picture = element("div", { class: "explorer-picture" });
    const redraw = () => {
      const found = series(state);
      if (!found.length) {
        const what = state.shown.size ? "None of these nets was run there: choose another place under “At”, or another net." : "Choose at least one net above.";
        picture.replaceChildren(element("p", { role: "status" }, what));
        return;
      }
      const words = `${found.length} nets on ${state.panel.data}; seeds ${state.panel.seed.join(", ")}.`;
      picture.replaceChildren(chart(state, found), element("p", { role: "status" }, words),
        element("div", { class: "explorer-scroller", tabindex: 0, role: "region", "aria-label": "Numbers" }, table(state, found)));
    };
    const fillOther = () => {
      const other = state.along === "L" ? "exponent" : "L", word = other === "L" ? depth : rate;
      state.at = state.panel[other].length - 1;
      at.fill(state.panel[other].map((value) => word(value, state.chosen)), state.at);
    };
    const take = () => {
      state.panel = data.panels[which.input.value];
      state.value = decoded(state.panel, data);
      const deep = state.panel.L.length > 1;
      [state.along, along.input.value, along.input.disabled] = deep ? ["L", 0, false] : ["exponent", 1, true];
      state.shown = shownFirst(state.panel.variant);
      variants.replaceChildren(element("legend", {}, "Nets"), ...checkboxes(state, redraw));
      fillOther();
      redraw();
    };
    which.input.addEventListener("change", take);
    reported.input.value = state.reported;
    reported.input.addEventListener("change", () => ((state.reported = Number(reported.input.value)), redraw()));
    along.input.addEventListener("change", () => {
      state.along = along.input.value === "0" ? "L" : "exponent";
      fillOther();
      redraw();
    });
    at.input.addEventListener("change", () => ((state.at = Number(at.input.value)), redraw()));
    take();
    holder.after(element("section", { class: "explorer-player", "aria-label": "Explore the study" },
      element("div", { class: "explorer-controls" }, which.label, reported.label, along.label, at.label), variants, picture));
  }

  const start = () => document.querySelectorAll(".explorer").forEach(makeExplorer);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
