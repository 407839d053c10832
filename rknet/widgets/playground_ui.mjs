// ---------------------------------------------------------------------------------------------------- words

/** @typedef {Partial<Configuration>} Choice */

/**
 * What a playground shows besides its configuration; part of a link.
 * @typedef {object} Look
 * @property {number} steps  steps to take as soon as the page is open
 * @property {number|null} layer  the layer whose features are shown; null for the last
 * @property {2|3} view      principal components that are drawn
 * @property {number} azim   angle of view in degrees, as in Matplotlib
 * @property {number} elev
 */

/** @type {Record<string, string>} */
const SET_NAMES = {
  donut_1D: "strip", donut_2D: "donut", squares: "squares", spiral: "spiral", donut_2D_6C: "rings", squares_2D_4C: "quadrants",
};

/** @type {Record<string, string>} */
const NET_NAMES = {
  StandardNet: "StandardNet", euler: "EulerNet", heun: "Heun", kutta3: "Kutta 3", rk4: "RK4Net", rk38: "3/8 rule",
};

/** @type {Record<string, string>} */
const LIFT_NAMES = { zero: "zeros added", linear: "random, linear", orthogonal: "random, orthogonal", learned: "learned" };

const CLASS_COLOURS = ["#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9"];

/** Colour and dashes of a net in every plot. @type {Record<string, {colour: string, dash: number[]}>} */
const NET_STYLES = {
  StandardNet: { colour: "#7A6248", dash: [] }, euler: { colour: "#56B4E9", dash: [7, 3, 1.5, 3] }, rk4: { colour: "#0072B2", dash: [] },
};
const OTHER_NET = { colour: "#009E73", dash: [] };

const EDGE = 4; // the input space is shown as [-4, 4]^2
const CELLS = 48; // of the decision regions, a side
const BAYES_CELLS = 120;
const FLOW = 240; // points whose way is followed
const TRAJECTORIES = 50;
const OWN = "own points";
const OWN_TABLEAU = "own tableau";
const OWN_CLASSES = 3;
const SPOKEN_EVERY = 5000; // milliseconds
const AFTER_TYPING = 180; // milliseconds without a change before a net is built

/** Shown when a reader first asks for points of their own: two moons. @returns {{X: number[][], c: number[]}} */
function moons() {
  const X = [], c = [];
  for (let i = 0; i < 24; i++) {
    const t = (Math.PI * (i + 0.5)) / 24;
    const r = 2 + 0.35 * Math.sin(9 * i);
    X.push([-1 + r * Math.cos(t), -0.6 + r * Math.sin(t)], [1 - r * Math.cos(t), 0.6 - r * Math.sin(t)]);
    c.push(0, 1);
  }
  return { X: X.map((point) => point.map(onGrid)), c };
}

/** The nearest place that a link can hold. @param {number} x */
function onGrid(x) {
  return Math.round(Math.min(1, Math.max(0, (x + EDGE) / (2 * EDGE))) * 255) / 255 * 2 * EDGE - EDGE;
}

/** A choice of experiment, named after what it shows. @type {Record<string, {title: string, choice: Choice, say: string}>} */
export const PRESETS = {
  "plane": {
    title: "2D cannot untie the donut",
    choice: { data: "donut_2D", net: "RKNet", scheme: "rk4", d_hat: 2, L: 20, h: 0.25, activation: "tanh", lift: "zero" },
    say: "A flow of the plane cannot take the disc out of its ring: wherever training leads, the blue region keeps a tail.",
  },
  "space": {
    title: "One dimension more",
    choice: { data: "donut_2D", net: "RKNet", scheme: "rk4", d_hat: 3, L: 20, h: 0.25, activation: "tanh", lift: "zero" },
    say: "With a third dimension the disc becomes the tip of a cone, and a plane cuts it off.",
  },
  "forgets": {
    title: "StandardNet forgets",
    choice: { data: "spiral", net: "StandardNet", d_hat: 16, L: 40, activation: "tanh", lift: "linear" },
    say: "Forty plain layers press all points into one before training begins. There is nothing left to learn from.",
  },
  "depth": {
    title: "Depth helps RK4Net",
    choice: { data: "spiral", net: "RKNet", scheme: "rk4", d_hat: 16, L: 20, h: 0.05, activation: "tanh", lift: "linear" },
    say: "Each layer moves the points a little. Twenty of them are enough to unwind the spiral.",
  },
  "shallow-standard": {
    title: "StandardNet, 5 layers",
    choice: { data: "spiral", net: "StandardNet", d_hat: 16, L: 5, activation: "tanh", lift: "linear" },
    say: "Five plain layers still see the spiral, and learn it.",
  },
  "deep-standard": {
    title: "StandardNet, 100 layers",
    choice: { data: "spiral", net: "StandardNet", d_hat: 16, L: 100, activation: "tanh", lift: "linear" },
    say: "A hundred plain layers give every point the same answer.",
  },
  "edge-standard": {
    title: "StandardNet, 20 layers",
    choice: { data: "spiral", net: "StandardNet", d_hat: 16, L: 20, activation: "tanh", lift: "linear" },
    say: "Twenty plain layers are the edge: the seed decides.",
  },
  "shallow-rk4": {
    title: "RK4Net, 5 layers",
    choice: { data: "spiral", net: "RKNet", scheme: "rk4", d_hat: 16, L: 5, h: 0.05, activation: "tanh", lift: "linear" },
    say: "Five layers of step 0.05 may move a point by a quarter. That is a short leash.",
  },
  "deep-rk4": {
    title: "RK4Net, 100 layers",
    choice: { data: "spiral", net: "RKNet", scheme: "rk4", d_hat: 16, L: 100, h: 0.05, activation: "tanh", lift: "linear" },
    say: "A hundred layers have all the time in the world, and cost five times as much as twenty.",
  },
  "strip-tanh": {
    title: "tanh",
    choice: { data: "donut_1D", net: "RKNet", scheme: "rk4", d_hat: 16, L: 5, h: 0.05, activation: "tanh", lift: "linear" },
    say: "tanh is odd, the strip asks for something even: the net waits on a plateau before it finds it.",
  },
  "strip-logistic": {
    title: "logistic",
    choice: { data: "donut_1D", net: "RKNet", scheme: "rk4", d_hat: 16, L: 5, h: 0.05, activation: "logistic", lift: "linear" },
    say: "The logistic function is a tanh of half the size: the plateau is longer.",
  },
  "strip-relu": {
    title: "ReLU",
    choice: { data: "donut_1D", net: "RKNet", scheme: "rk4", d_hat: 16, L: 5, h: 0.05, activation: "relu", lift: "linear" },
    say: "ReLU is half even from the start, so the strip is found at once.",
  },
  "strip-softplus": {
    title: "softplus",
    choice: { data: "donut_1D", net: "RKNet", scheme: "rk4", d_hat: 16, L: 5, h: 0.05, activation: "softplus", lift: "linear" },
    say: "softplus is curved at 0, so the strip is found at once.",
  },
};

// ---------------------------------------------------------------------------------------------------- links

const LINK = "#rknet?";
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Points as text, three letters each: 8 bits a coordinate, 2 bits for the class. @param {Given} points */
function packed(points) {
  return points.X.map(([x1, x2], n) => {
    const [p, q] = [x1, x2].map((x) => Math.round(((onGrid(x) + EDGE) / (2 * EDGE)) * 255));
    const bits = (p << 10) | (q << 2) | points.c[n];
    return BASE64[bits >> 12] + BASE64[(bits >> 6) & 63] + BASE64[bits & 63];
  }).join("");
}

/** The inverse of `packed`. @param {string} text @returns {Given} */
function unpacked(text) {
  /** @type {Given} */
  const points = { classes: 2, X: [], c: [] };
  for (let k = 0; k + 3 <= text.length; k += 3) {
    const [a, b, c] = [0, 1, 2].map((i) => BASE64.indexOf(text[k + i]));
    if (Math.min(a, b, c) < 0) throw new Error(`points: must be written in letters of ${BASE64}, got ${text[k]}`);
    const bits = (a << 12) | (b << 6) | c;
    points.X.push([bits >> 10, (bits >> 2) & 255].map((p) => (p / 255) * 2 * EDGE - EDGE));
    points.c.push(bits & 3);
  }
  return withClasses(points);
}

/** Points with as many classes as they use, at least two. @param {Given} points @returns {Given} */
function withClasses(points) {
  return { ...points, classes: Math.max(2, 1 + Math.max(0, ...points.c)) };
}

const WRITTEN = { d: "d_hat", L: "L", h: "h", sigma: "activation", lift: "lift", rate: "rate", batch: "batch", epochs: "epochs", seed: "seed" };
const NUMBERS = ["d_hat", "L", "h", "rate", "batch", "epochs", "seed"];

/**
 * Configuration and look as the end of an address.
 * @param {Configuration} configuration
 * @param {Look} look
 */
export function toLink(configuration, look) {
  const { data, noise, samples, net, scheme } = configuration;
  /** @type {[string, string|number][]} */
  const parts = typeof data === "string" ? [["data", data], ["noise", noise], ["samples", samples]] : [["points", packed(data)]];
  if (net === "StandardNet") parts.push(["net", net]);
  else if (typeof scheme === "string") parts.push(["net", scheme]);
  else parts.push(["A", scheme.A.map((row) => row.join(",")).join(";")], ["beta", scheme.beta.join(",")]);
  for (const [letter, key] of Object.entries(WRITTEN)) {
    if (key !== "h" || net !== "StandardNet") parts.push([letter, /** @type {any} */ (configuration)[key]]);
  }
  parts.push(["steps", look.steps], ["view", look.view], ["azim", Math.round(look.azim)], ["elev", Math.round(look.elev)]);
  if (look.layer !== null) parts.push(["layer", look.layer]);
  return LINK + parts.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");
}

/**
 * What a link says; null for another kind of link.
 * @param {string} hash
 * @returns {{choice: Choice, look: Partial<Look>}|null}
 * @throws {Error} one line, if it says something that cannot be
 */
export function fromLink(hash) {
  if (!hash.startsWith(LINK)) return null;
  const said = new Map([...new URLSearchParams(hash.slice(LINK.length))]);
  /** @type {any} */ const choice = {};
  /** @type {Partial<Look>} */ const look = {};
  const number = (/** @type {string} */ key) => {
    const text = said.get(key);
    if (text === undefined) return undefined;
    if (!text.trim() || !Number.isFinite(Number(text))) throw new Error(`${key}: must be a number, got ${text}`);
    return Number(text);
  };
  if (said.has("points")) choice.data = unpacked(said.get("points") ?? "");
  else if (said.has("data")) choice.data = said.get("data");
  for (const key of ["noise", "samples"]) if (said.has(key)) choice[key] = number(key);
  if (said.has("A") || said.has("beta")) {
    choice.net = "RKNet";
    choice.scheme = typedTableau(said.get("A") ?? "", said.get("beta") ?? "");
  } else if (said.has("net")) {
    choice.net = said.get("net") === "StandardNet" ? "StandardNet" : "RKNet";
    if (choice.net === "RKNet") choice.scheme = said.get("net");
  }
  for (const [letter, key] of Object.entries(WRITTEN)) {
    if (said.has(letter)) choice[key] = NUMBERS.includes(key) ? number(letter) : said.get(letter);
  }
  const whole = (/** @type {string} */ key, /** @type {number} */ most) => {
    const value = number(key);
    if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value <= most)) {
      throw new Error(`${key}: must be a whole number from 0 to ${most}, got ${value}`);
    }
    return value;
  };
  const steps = whole("steps", 1e6), layer = whole("layer", LIMITS.L[1]);
  if (steps !== undefined) look.steps = steps;
  if (layer !== undefined) look.layer = layer;
  if (said.has("view")) look.view = number("view") === 2 ? 2 : 3;
  for (const key of /** @type {const} */ (["azim", "elev"])) {
    const angle = number(key);
    if (angle !== undefined) look[key] = angle;
  }
  return { choice, look };
}

/** A tableau as it is typed: rows of A between semicolons or on lines, entries between commas. @param {string} A @param {string} beta */
export function typedTableau(A, beta) {
  const entries = (/** @type {string} */ row) => row.trim() === "" ? [] : row.split(",").map((entry) => entry.trim());
  return { A: A.split(/[;\n]/).map(entries), beta: entries(beta) };
}

// -------------------------------------------------------------------------------------------------- geometry

/**
 * The lines where a function on a grid is zero, by marching squares, joined to polylines.
 * @param {ArrayLike<number>} values  (rows, columns), the first row at the top
 * @param {number} columns
 * @param {number} rows
 * @returns {number[][]} polylines x0, y0, x1, y1, ... in units of cells, (0, 0) the centre of the first cell
 */
export function zeroLines(values, columns, rows) {
  /** @type {Map<number, number[]>} the two neighbours of a crossing, by the grid edge that it lies on */
  const next = new Map();
  const join = (/** @type {number} */ a, /** @type {number} */ b) => {
    for (const [p, q] of [[a, b], [b, a]]) {
      const known = next.get(p);
      if (known) known.push(q);
      else next.set(p, [q]);
    }
  };
  const at = (/** @type {number} */ i, /** @type {number} */ j) => values[i * columns + j];
  for (let i = 0; i + 1 < rows; i++) {
    for (let j = 0; j + 1 < columns; j++) {
      const [a, b, c, d] = [at(i, j) > 0, at(i, j + 1) > 0, at(i + 1, j + 1) > 0, at(i + 1, j) > 0];
      const top = 2 * (i * columns + j), left = top + 1, bottom = 2 * ((i + 1) * columns + j), right = 2 * (i * columns + j + 1) + 1;
      const crossed = [];
      if (a !== b) crossed.push(top);
      if (b !== c) crossed.push(right);
      if (c !== d) crossed.push(bottom);
      if (d !== a) crossed.push(left);
      if (crossed.length === 2) join(crossed[0], crossed[1]);
      if (crossed.length === 4) { // a saddle: its middle decides
        const middle = at(i, j) + at(i, j + 1) + at(i + 1, j + 1) + at(i + 1, j) > 0;
        if (middle === a) { join(top, right); join(bottom, left); } else { join(top, left); join(right, bottom); }
      }
    }
  }
  const place = (/** @type {number} */ edge) => {
    const cell = edge >> 1, i = Math.floor(cell / columns), j = cell % columns;
    const [u, v] = [at(i, j), edge & 1 ? at(i + 1, j) : at(i, j + 1)];
    const t = u === v ? 0.5 : u / (u - v);
    return edge & 1 ? [j, i + t] : [j + t, i];
  };
  const seen = new Set(), lines = [];
  const follow = (/** @type {number} */ start) => {
    const line = [];
    let edge = start;
    for (;;) {
      seen.add(edge);
      line.push(...place(edge));
      const further = (next.get(edge) ?? []).find((other) => !seen.has(other));
      if (further === undefined) break;
      edge = further;
    }
    if (line.length > 4 && (next.get(edge) ?? []).includes(start)) line.push(...place(start));
    lines.push(line);
  };
  for (const [edge, neighbours] of next) if (neighbours.length === 1 && !seen.has(edge)) follow(edge);
  for (const edge of next.keys()) if (!seen.has(edge)) follow(edge);
  return lines;
}

/**
 * Lines between the regions of a classifier.
 * @param {ArrayLike<number>} P  (rows, columns, classes)
 * @param {number} columns
 * @param {number} rows
 * @param {number} classes
 */
function boundaries(P, columns, rows, classes) {
  const cells = columns * rows, lines = [];
  for (let k = 0; k < (classes === 2 ? 1 : classes); k++) {
    const lead = new Float32Array(cells);
    for (let n = 0; n < cells; n++) {
      let best = -Infinity;
      for (let j = 0; j < classes; j++) if (j !== k && P[n * classes + j] > best) best = P[n * classes + j];
      lead[n] = P[n * classes + k] - best;
    }
    lines.push(...zeroLines(lead, columns, rows));
  }
  return lines;
}

/**
 * The rotation of three (two) orthonormal axes in their own space that brings them nearest to wanted ones, so that a
 * picture does not jump from one snapshot to the next: the polar factor of their products, by Newton's iteration.
 * @param {Float64Array} axes    (m, d), orthonormal rows
 * @param {Float64Array} wanted  (m, d)
 * @param {number} m
 * @param {number} d
 */
export function turned(axes, wanted, m, d) {
  let Q = Array.from({ length: m }, (_, i) => Array.from({ length: m }, (_, j) => {
    let sum = i === j ? 1e-6 : 0; // keeps a free direction as it is
    for (let k = 0; k < d; k++) sum += wanted[i * d + k] * axes[j * d + k];
    return sum;
  }));
  for (let round = 0; round < 60; round++) {
    const inverse = inverted(Q);
    if (!inverse) return axes;
    Q = Q.map((row, i) => row.map((q, j) => (q + inverse[j][i]) / 2));
  }
  const result = new Float64Array(m * d);
  for (let i = 0; i < m; i++) for (let j = 0; j < m; j++) for (let k = 0; k < d; k++) result[i * d + k] += Q[i][j] * axes[j * d + k];
  return result.every(Number.isFinite) ? result : axes;
}

/** Inverse of a small matrix, or null. @param {number[][]} M */
function inverted(M) {
  const m = M.length, work = M.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let k = 0; k < m; k++) {
    let pivot = k;
    for (let i = k + 1; i < m; i++) if (Math.abs(work[i][k]) > Math.abs(work[pivot][k])) pivot = i;
    if (!(Math.abs(work[pivot][k]) > 1e-300)) return null;
    [work[k], work[pivot]] = [work[pivot], work[k]];
    const scale = work[k][k];
    work[k] = work[k].map((x) => x / scale);
    for (let i = 0; i < m; i++) if (i !== k) {
      const factor = work[i][k];
      work[i] = work[i].map((x, j) => x - factor * work[k][j]);
    }
  }
  return work.map((row) => row.slice(m));
}

/** Root mean square distance of a layer's features from their mean, layer by layer. @param {Flow} flow */
export function spreads(flow) {
  const { states, n, L, d_hat: d } = flow;
  return Array.from({ length: L + 1 }, (_, l) => {
    let total = 0;
    for (let k = 0; k < d; k++) {
      let mean = 0;
      for (let i = 0; i < n; i++) mean += states[(l * n + i) * d + k];
      mean /= n;
      for (let i = 0; i < n; i++) total += (states[(l * n + i) * d + k] - mean) ** 2;
    }
    return Math.sqrt(total / n);
  });
}
// -------------------------------------------------------------------------------------------------- painting

/**
 * Colours of the page, for canvases.
 * @typedef {object} Theme
 * @property {string} text
 * @property {string} muted
 * @property {string} line
 * @property {string} font
 * @property {boolean} dark
 * @property {string[]} classes  colours of marks; on a dark page a little lighter than those of the regions
 */

/** A colour mixed with white. @param {string} colour  #rrggbb @param {number} share  of white */
function lighter(colour, share) {
  return "#" + [1, 3, 5].map((k) => Math.round(parseInt(colour.slice(k, k + 2), 16) * (1 - share) + 255 * share).toString(16).padStart(2, "0")).join("");
}

/** @param {Element} root @returns {Theme} */
function themeOf(root) {
  const style = getComputedStyle(root);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const [r, g, b] = (style.color.match(/[\d.]+/g) ?? ["0", "0", "0"]).map(Number), dark = r + g + b > 384; // light text
  return {
    text: colour("--rkp-text"), muted: colour("--rkp-muted"), line: colour("--rkp-line"), font: style.fontFamily, dark,
    classes: dark ? CLASS_COLOURS.map((each) => lighter(each, 0.3)) : CLASS_COLOURS,
  };
}

/** @typedef {CanvasRenderingContext2D} Pen */

/** A canvas at the resolution of the device, painted at most once a frame. */
class Panel {
  /**
   * @param {string} label  what a reader who cannot see it is told
   * @param {(pen: Pen, width: number, height: number) => void} paint
   */
  constructor(label, paint) {
    this.canvas = node("canvas", { class: "rkp-canvas", role: "img", "aria-label": label });
    this.paint = paint;
    this.due = 0;
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.canvas);
  }

  fit() {
    const { clientWidth, clientHeight } = this.canvas, ratio = window.devicePixelRatio || 1;
    const [width, height] = [clientWidth, clientHeight].map((size) => Math.round(size * ratio));
    if (!width || !height) return;
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.now();
  }

  soon() {
    if (!this.due) this.due = requestAnimationFrame(() => this.now());
  }

  now() {
    cancelAnimationFrame(this.due);
    this.due = 0;
    const pen = this.canvas.getContext("2d"), ratio = window.devicePixelRatio || 1;
    if (!pen || !this.canvas.width) return;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { clientWidth: width, clientHeight: height } = this.canvas;
    pen.clearRect(0, 0, width, height);
    this.paint(pen, width, height);
  }

  close() {
    cancelAnimationFrame(this.due);
    this.observer.disconnect();
  }
}

/** Corners of the markers of class 1, 2, ...; class 0 has a disc. */
const MARKERS = [
  [0, -1.3, 1.15, 0.75, -1.15, 0.75], [-0.95, -0.95, 0.95, -0.95, 0.95, 0.95, -0.95, 0.95], [0, -1.35, 1.35, 0, 0, 1.35, -1.35, 0],
  [0, 1.3, 1.15, -0.75, -1.15, -0.75],
  [-1.3, -0.5, -0.5, -0.5, -0.5, -1.3, 0.5, -1.3, 0.5, -0.5, 1.3, -0.5, 1.3, 0.5, 0.5, 0.5, 0.5, 1.3, -0.5, 1.3, -0.5, 0.5, -1.3, 0.5],
];

/** Adds the marker of class k to the path. @param {Pen} pen @param {number} k @param {number} x @param {number} y @param {number} r */
function marker(pen, k, x, y, r) {
  if (k === 0) {
    pen.moveTo(x + r, y);
    pen.arc(x, y, r, 0, 2 * Math.PI);
    return;
  }
  const corners = MARKERS[k - 1];
  pen.moveTo(x + r * corners[0], y + r * corners[1]);
  for (let i = 2; i < corners.length; i += 2) pen.lineTo(x + r * corners[i], y + r * corners[i + 1]);
  pen.closePath();
}

/** The marker of class k as a path of SVG. @param {number} k @param {number} r */
function outline(k, r) {
  if (k === 0) return `M${r} 0A${r} ${r} 0 1 1 ${-r} 0A${r} ${r} 0 1 1 ${r} 0Z`;
  return `M${MARKERS[k - 1].map((x) => r * x).join(" ")}Z`;
}

/**
 * Points in the colours and markers of their classes.
 * @param {Pen} pen
 * @param {ArrayLike<number>} places  x, y on the canvas, one point after the other
 * @param {ArrayLike<number>} c
 * @param {string[]} colours
 * @param {number} size
 * @param {number} [alpha]
 */
function scatter(pen, places, c, colours, size, alpha = 0.8) {
  const classes = 1 + Math.max(...Array.from(c));
  pen.globalAlpha = alpha;
  for (let k = 0; k < classes; k++) {
    pen.fillStyle = colours[k];
    pen.beginPath();
    for (let n = 0; n < c.length; n++) if (c[n] === k) marker(pen, k, places[2 * n], places[2 * n + 1], size);
    pen.fill();
  }
  pen.globalAlpha = 1;
}

/** @param {Pen} pen @param {number[][]} lines @param {(x: number, y: number) => [number, number]} place */
function strokeLines(pen, lines, place) {
  pen.beginPath();
  for (const line of lines) {
    for (let k = 0; k < line.length; k += 2) {
      const [x, y] = place(line[k], line[k + 1]);
      if (k) pen.lineTo(x, y);
      else pen.moveTo(x, y);
    }
  }
  pen.stroke();
}

/**
 * Regions of a classifier as a picture of side x side pixels: the colour of the most probable class, stronger where it
 * is more probable.
 * @param {ArrayLike<number>} P  (cells, cells, classes)
 * @param {number} cells
 * @param {number} classes
 * @param {number} side
 */
function regions(P, cells, classes, side) {
  const image = new ImageData(side, side);
  const rgb = CLASS_COLOURS.map((colour) => [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16)));
  const p = new Float64Array(classes);
  for (let i = 0; i < side; i++) {
    const y = Math.min(cells - 1, Math.max(0, ((i + 0.5) * cells) / side - 0.5));
    const i0 = Math.min(cells - 2, Math.floor(y)), v = y - i0;
    for (let j = 0; j < side; j++) {
      const x = Math.min(cells - 1, Math.max(0, ((j + 0.5) * cells) / side - 0.5));
      const j0 = Math.min(cells - 2, Math.floor(x)), u = x - j0;
      const corner = (i0 * cells + j0) * classes, below = corner + cells * classes;
      let best = 0;
      for (let k = 0; k < classes; k++) {
        p[k] = (1 - v) * ((1 - u) * P[corner + k] + u * P[corner + classes + k])
          + v * ((1 - u) * P[below + k] + u * P[below + classes + k]);
        if (p[k] > p[best]) best = k;
      }
      const sure = (p[best] - 1 / classes) / (1 - 1 / classes);
      image.data.set([...rgb[best], 255 * (0.1 + 0.27 * sure)], 4 * (i * side + j));
    }
  }
  return image;
}

/**
 * One plot with axes.
 * @typedef {object} Plot
 * @property {string} title
 * @property {[number, number]} x
 * @property {[number, number]} y
 * @property {number[]} yTicks
 * @property {number[]} xTicks
 * @property {(y: number) => string} written
 * @property {boolean} [log]
 * @property {number|null} [marked]     a vertical line
 * @property {number[]} [levels]        dashed horizontal lines
 * @property {{y: ArrayLike<number>, colour: string, dash?: number[], width?: number, dots?: boolean}[]} lines  y at x = 0, 1, ...
 */

/** @param {Pen} pen @param {number} width @param {number} height @param {Theme} theme @param {Plot} plot */
function paintPlot(pen, width, height, theme, plot) {
  const left = 34, right = width - 8, top = 20, bottom = height - 18;
  const scale = plot.log ? Math.log10 : (/** @type {number} */ y) => y;
  const X = (/** @type {number} */ x) => left + ((x - plot.x[0]) / (plot.x[1] - plot.x[0])) * (right - left);
  const Y = (/** @type {number} */ y) => bottom - ((scale(y) - scale(plot.y[0])) / (scale(plot.y[1]) - scale(plot.y[0]))) * (bottom - top);
  pen.font = `12px ${theme.font}`;
  pen.fillStyle = theme.text;
  pen.textAlign = "left";
  pen.textBaseline = "alphabetic";
  pen.fillText(plot.title, 0, 11, width);
  pen.font = `11px ${theme.font}`;
  pen.fillStyle = theme.muted;
  pen.strokeStyle = theme.line;
  pen.lineWidth = 1;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  pen.beginPath();
  for (const y of plot.yTicks) {
    pen.fillText(plot.written(y), left - 6, Y(y));
    pen.moveTo(left, Math.round(Y(y)) + 0.5);
    pen.lineTo(right, Math.round(Y(y)) + 0.5);
  }
  pen.stroke();
  pen.textBaseline = "alphabetic";
  pen.textAlign = "center";
  for (const x of plot.xTicks) pen.fillText(String(x), Math.min(right - 4, X(x)), height - 4);
  pen.save();
  pen.beginPath();
  pen.rect(left - 2, top - 2, right - left + 4, bottom - top + 4);
  pen.clip();
  for (const y of plot.levels ?? []) {
    pen.strokeStyle = theme.text;
    pen.setLineDash([5, 4]);
    pen.beginPath();
    pen.moveTo(left, Y(y));
    pen.lineTo(right, Y(y));
    pen.stroke();
  }
  if (plot.marked !== undefined && plot.marked !== null) {
    pen.setLineDash([]);
    pen.strokeStyle = theme.muted;
    pen.beginPath();
    pen.moveTo(X(plot.marked), top);
    pen.lineTo(X(plot.marked), bottom);
    pen.stroke();
  }
  pen.lineJoin = "round";
  for (const line of plot.lines) {
    pen.strokeStyle = pen.fillStyle = line.colour;
    pen.lineWidth = line.width ?? 1.8;
    pen.setLineDash(line.dash ?? []);
    pen.beginPath();
    for (let x = 0; x < line.y.length; x++) {
      const y = Math.min(Math.max(line.y[x], plot.y[0]), plot.log ? Infinity : plot.y[1] * 2);
      if (x) pen.lineTo(X(x), Y(y));
      else pen.moveTo(X(x), Y(y));
    }
    pen.stroke();
    if (line.dots && line.y.length) {
      pen.beginPath();
      pen.arc(X(line.y.length - 1), Y(line.y[line.y.length - 1]), 3, 0, 2 * Math.PI);
      pen.fill();
    }
  }
  pen.restore();
  pen.setLineDash([]);
}

/**
 * The part of feature space that is shown: half width `bound` around a centre; the floor at -1 <= low < 0 times that.
 * @typedef {{m: number, bound: number, centre: number[], low: number}} Box
 */

/**
 * How feature space is seen: x, y on the canvas and the nearness to the eye, of a place in it.
 * @param {number} components  2 or 3
 * @param {Box} box
 * @param {Look} look
 * @param {number} width
 * @param {number} height
 * @returns {(x: number, y: number, z: number) => [number, number, number]}
 */
function camera(components, { bound, centre }, look, width, height) {
  const [cx, cy] = [width / 2, height / 2], half = Math.min(width, height) / 2;
  if (components === 2) {
    const zoom = (half - 10) / bound;
    return (x, y) => [cx + zoom * (x - centre[0]), cy - zoom * (y - centre[1]), 0];
  }
  const [azim, elev] = [look.azim, look.elev].map((angle) => (angle * Math.PI) / 180);
  const [ca, sa, ce, se] = [Math.cos(azim), Math.sin(azim), Math.cos(elev), Math.sin(elev)];
  const zoom = (0.85 * half) / bound, eye = 7 * bound;
  return (x, y, z) => {
    const [u, v, w] = [x - centre[0], y - centre[1], z - centre[2]];
    const across = -sa * u + ca * v, near = ca * u + sa * v;
    const up = ce * w - se * near, nearness = ce * near + se * w;
    const closer = zoom * (eye / (eye - nearness));
    return [cx + closer * across, cy - closer * up, nearness];
  };
}

/**
 * A frame for the eye: axes through the centre in the plane; in space a round floor and the axis that stands on it.
 * @param {Pen} pen
 * @param {ReturnType<typeof camera>} at
 * @param {number} components
 * @param {Box} box
 * @param {Look} look
 * @param {Theme} theme
 * @param {string} letter
 */
function paintFrame(pen, at, components, { bound, centre, low }, look, theme, letter) {
  const left = [Math.sin, (/** @type {number} */ angle) => -Math.cos(angle)].map((of) => of((look.azim * Math.PI) / 180)); // where nothing is hidden
  const place = (/** @type {number[]} */ [u, v, w]) => at(centre[0] + bound * u, centre[1] + bound * v, centre[2] + bound * w);
  const line = (/** @type {number[]} */ from, /** @type {number[]} */ to) => {
    const [a, b] = [place(from), place(to)];
    pen.moveTo(a[0], a[1]);
    pen.lineTo(b[0], b[1]);
  };
  pen.strokeStyle = theme.line;
  pen.lineWidth = 1;
  pen.beginPath();
  if (components === 2) {
    line([-1, 0, 0], [1, 0, 0]);
    line([0, -1, 0], [0, 1, 0]);
  } else {
    for (const r of [0.5, 1]) {
      for (let t = 0; t <= 60; t++) {
        const [x, y] = place([r * Math.cos((Math.PI * t) / 30), r * Math.sin((Math.PI * t) / 30), low]);
        if (t) pen.lineTo(x, y);
        else pen.moveTo(x, y);
      }
    }
    line([-1, 0, low], [1, 0, low]);
    line([0, -1, low], [0, 1, low]);
    line([...left, low], [...left, low + 0.4]);
  }
  pen.stroke();
  pen.fillStyle = theme.muted;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const ends = components === 2 ? [[0.96, -0.06, 0], [-0.06, 0.96, 0]] : [[1.1, 0, low], [0, 1.1, low], [...left, low + 0.5]];
  ends.forEach((end, k) => {
    const [x, y] = place(end);
    pen.font = `italic 12px ${theme.font}`;
    pen.fillText(letter, x - 3, y);
    pen.font = `10px ${theme.font}`;
    pen.fillText(String(k + 1), x + 4, y + 4);
  });
}

// ---------------------------------------------------------------------------------------- formula and sentence

/** Four digits at most, with a true minus sign. @param {number} x */
export function short(x) {
  if (x === 0) return "0";
  const size = Math.abs(x);
  const text = size >= 1e-3 && size < 1e5 ? String(Number(x.toPrecision(4))) : x.toExponential(0).replace("e", " · 10^");
  return text.replace("-", "−");
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** @type {Record<string, string>} */
const SIGMA = { tanh: "tanh", logistic: "logistic", relu: "ReLU", softplus: "softplus" };

/**
 * The update that is trained, with the chosen values, as lines of MathML.
 * @param {Configuration} configuration
 * @param {number} classes
 * @returns {string[]}
 */
export function formula(configuration, classes) {
  const { net, h, d_hat, L, lift, activation } = configuration;
  const id = (/** @type {string} */ x) => `<mi>${x}</mi>`, num = (/** @type {string|number} */ x) => `<mn>${escaped(String(x))}</mn>`;
  const op = (/** @type {string} */ x) => `<mo>${x}</mo>`, row = (/** @type {string[]} */ ...parts) => `<mrow>${parts.join("")}</mrow>`;
  const at = (/** @type {string} */ x, /** @type {string} */ l) => `<msup>${id(x)}${row(op("["), l, op("]"))}</msup>`;
  const sub = (/** @type {string} */ x, /** @type {string|number} */ i) => `<msub>${id(x)}${num(i)}</msub>`;
  const l = id("l"), next = row(id("l"), op("+"), num(1));
  const sigma = `<mi mathvariant="normal">${SIGMA[activation]}</mi>`;
  const f = (/** @type {string} */ y) => row(sigma, op("("), at("K", l), y, op("+"), at("b", l), op(")"));
  const to = (/** @type {string|number} */ most) => row(l, op("="), num(0), op(","), op("…"), op(","), num(most));
  /** h (p1 f1 + p2 f2 + ...) / q, the coefficients over their common denominator. */
  const sum = (/** @type {string[]} */ coefficients) => {
    const fractions = coefficients.map((text) => text.split("/").map(Number)).map(([p, q = 1]) => [p, q]);
    const gcd = (/** @type {number} */ a, /** @type {number} */ b) => { while (b) [a, b] = [b, a % b]; return a; };
    const q = fractions.reduce((all, [p, each]) => (p ? (all * each) / gcd(all, each) : all), 1);
    const terms = fractions.map(([p, each], j) => ({ p: (p * q) / each, j })).filter(({ p }) => p);
    if (!terms.length) return [];
    if (terms.length === 1) {
      const c = (h * terms[0].p) / q;
      return [op(c < 0 ? "−" : "+"), num(short(Number(Math.abs(c).toPrecision(4)))), sub("f", terms[0].j + 1)];
    }
    const written = terms.map(({ p, j }, k) => (k || p < 0 ? op(p < 0 ? "−" : "+") : "") + (Math.abs(p) === 1 ? "" : num(short(Math.abs(p)))) + sub("f", j + 1));
    return [op("+"), q === 1 ? num(short(h)) : `<mfrac>${num(short(h))}${num(q)}</mfrac>`, op("("), ...written, op(")")];
  };
  const lines = [];
  const M = row(id("M"), id("x"));
  const padded = d_hat === 2 ? id("x") : row(op("("), sub("x", 1), op(","), sub("x", 2), ...Array.from({ length: Math.min(d_hat - 2, 3) }, (_, k) => op(",") + (k === 2 && d_hat > 5 ? op("…") : num(0))), op(")"));
  lines.push(row(at("y", num(0)), op("="), lift === "zero" ? padded : M));
  if (net === "StandardNet") lines.push(row(at("y", next), op("="), f(at("y", l)), op(","), "<mspace width='1em'/>", to(L - 1)));
  else {
    const tableau = typeof configuration.scheme === "string" ? SCHEMES[configuration.scheme] : configuration.scheme;
    if (tableau.beta.length === 1) {
      lines.push(row(at("y", next), op("="), at("y", l), op("+"), num(short(h)), f(at("y", l)), op(","), "<mspace width='1em'/>", to(L - 1)));
    } else {
      tableau.beta.forEach((_, i) => {
        const terms = sum((tableau.A[i] ?? []).slice(0, i));
        const stage = terms.length === 0 ? at("y", l) : row(at("y", l), ...terms);
        lines.push(row(sub("f", i + 1), op("="), sigma, op("("), at("K", l), ...(terms.length ? [op("("), stage, op(")")] : [stage]), op("+"), at("b", l), op(")")));
      });
      lines.push(row(at("y", next), op("="), at("y", l), ...sum(tableau.beta), op(","), "<mspace width='1em'/>", to(L - 1)));
    }
  }
  lines.push(row("<mi mathvariant='normal'>P</mi>", op("("), "<mi mathvariant='normal'>class</mi>", op(")"), op("="),
    "<mi mathvariant='normal'>softmax</mi>", op("("), id("W"), at("y", num(L)), op("+"), id("μ"), op(")"), op("∈"), `<msup><mi mathvariant="normal">ℝ</mi>${num(classes)}</msup>`));
  return lines.map((line) => `<math>${line}</math>`);
}

/** @param {number} fraction */
function percent(fraction) {
  return `${(100 * fraction).toFixed(1)} %`;
}

/**
 * What is happening, in one sentence or two.
 * @param {Configured} run
 * @param {Snapshot} snapshot
 * @param {number[]} spread  of the features, by layer
 * @param {string} about     what the preset shows, if it is one
 */
export function narration(run, snapshot, spread, about) {
  const { history, epoch, step, state } = snapshot, { L, h, net, rate, epochs } = run.configuration;
  const last = (/** @type {number[]} */ values) => values[values.length - 1];
  const accuracy = last(history.val_accuracy), training = last(history.train_accuracy), cost = last(history.val_cost);
  const kept = spread.length ? spread[L] / spread[0] : 1;
  const collapse = kept < 1e-2
    ? `The features are collapsing: at layer ${L} their spread is ${kept === 0 ? "0" : short(Number(kept.toPrecision(1)))} of what it was at the input${kept < 1e-5 ? ", so every point gets the same answer" : ""}. ` : "";
  if (state === "diverged") {
    return `Training has diverged: the cost is no longer a finite number. Reset, and take a smaller learning rate than ${short(rate)}${net === "RKNet" ? ` or a smaller step than h = ${short(h)}` : ""}.`;
  }
  if (step === 0) return `${collapse}${about || "Nothing has been learned yet: the weights are random."} Press play.`;
  const done = state === "finished" ? `All ${epochs} epochs are done. ` : "";
  if (!Number.isFinite(accuracy) || history.val_accuracy.length < 2) return `${collapse || about || "The first epoch is under way."}`.trim();
  if (collapse) return done + collapse.trim();
  if (run.bayes !== null && accuracy > run.bayes - 0.01) {
    return `${done}${percent(accuracy)} of new points are right; the best possible classifier gets ${percent(run.bayes)}. There is almost nothing left to gain.`;
  }
  if (training - accuracy > 0.05) return `${done}The network is right on ${percent(training)} of the points it was trained with, but on ${percent(accuracy)} of new ones: it learns them by heart.`;
  if (accuracy < 1 / run.classes + 0.03) return `${done}Nothing learned so far: ${percent(accuracy)} is the level of chance, and the cost of ${cost.toFixed(2)} is that of guessing.`;
  const limit = run.bayes === null ? "" : ` The best possible is ${percent(run.bayes)}.`;
  return `${done}${percent(accuracy)} of new points are right after ${epoch === 1 ? "one epoch" : `${epoch} epochs`}.${limit}${about && epoch > 2 ? ` ${about}` : ""}`;
}
// --------------------------------------------------------------------------------------------------- controls

/**
 * An element of the document.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes]  a function listens to the event of that name
 * @param {...(Node|string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function node(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

let counter = 0;
/** An identifier that no other element has. @param {string} name */
const unique = (name) => `rkp-${name}-${++counter}`;

/**
 * A labelled slider over given values.
 * @template {number} T
 * @param {string} label
 * @param {string} symbol
 * @param {readonly T[]} values
 * @param {(value: T) => void} chosen
 * @param {(value: T) => string} [written]
 */
function slider(label, symbol, values, chosen, written = (value) => short(value)) {
  /** @type {T[]} */ let known = [...values];
  const id = unique("slider");
  const input = node("input", { type: "range", id, min: 0, step: 1, input: () => { show(known[input.valueAsNumber]); chosen(known[input.valueAsNumber]); } });
  const output = node("output", { for: id });
  const show = (/** @type {T} */ value) => {
    if (!known.includes(value)) known = [...values, value].sort((a, b) => a - b);
    input.max = String(known.length - 1);
    input.value = String(known.indexOf(value));
    output.textContent = written(value);
    input.setAttribute("aria-valuetext", written(value));
  };
  const name = node("label", { for: id }, label, ...(symbol ? [" ", node("i", {}, symbol)] : []));
  return { element: node("div", { class: "rkp-slider" }, name, input, output), input, show };
}

/**
 * A labelled list to choose from.
 * @param {string} label
 * @param {Record<string, string>} options  what is shown, by value
 * @param {(value: string) => void} chosen
 */
function select(label, options, chosen) {
  const id = unique("select");
  const input = node("select", { id, change: () => chosen(input.value) }, ...Object.entries(options).map(([value, text]) => node("option", { value }, text)));
  return { element: node("div", { class: "rkp-select" }, node("label", { for: id }, label), input), input, show: (/** @type {string} */ value) => { input.value = value; } };
}

/** A picture on a button. @param {string} path  of 12 x 12 */
function icon(path) {
  const place = node("span", { class: "rkp-icon", "aria-hidden": "true" });
  place.innerHTML = `<svg width="12" height="12" viewBox="0 0 12 12"><path d="${path}" fill="currentColor"/></svg>`;
  return place;
}

const ICONS = {
  play: "M2 0.5V11.5L11.5 6Z", pause: "M1.5 0.5H4.7V11.5H1.5ZM7.3 0.5H10.5V11.5H7.3Z",
  full: "M0 0H4.5V1.6H1.6V4.5H0ZM7.5 0H12V4.5H10.4V1.6H7.5ZM0 7.5H1.6V10.4H4.5V12H0ZM10.4 7.5H12V12H7.5V10.4H10.4Z",
};

/** Whole numbers from a to b. @param {number} a @param {number} b */
const range = (a, b) => Array.from({ length: b - a + 1 }, (_, k) => a + k);

// ------------------------------------------------------------------------------------------------------- style

const STYLE = `
.rkp {
  --rkp-text: var(--pst-color-text-base, var(--jp-ui-font-color1, #222));
  --rkp-muted: var(--pst-color-text-muted, var(--jp-ui-font-color2, #555));
  --rkp-line: var(--pst-color-border, var(--jp-border-color2, #ccc));
  --rkp-surface: var(--pst-color-surface, var(--jp-layout-color2, #f3f4f5));
  --rkp-back: var(--pst-color-background, var(--jp-layout-color1, #fff));
  --rkp-accent: #0072b2;
  --rkp-on-accent: #fff;
  color: var(--rkp-text);
  container: rkp / inline-size;
  font-family: var(--pst-font-family-base, var(--jp-ui-font-family, system-ui, sans-serif));
  font-size: 14px;
  font-variant-numeric: lining-nums tabular-nums;
  line-height: 1.4;
  margin: 1.25rem 0;
  scroll-margin-top: 4rem;
  text-align: left;
}
html[data-theme="dark"] .rkp, [data-jp-theme-light="false"] .rkp { --rkp-accent: #56b4e9; --rkp-on-accent: #0b1620; }
.rkp:fullscreen { background: var(--rkp-back); margin: 0; overflow: auto; padding: 1rem 1.5rem; }
.rkp *, .rkp *::before { box-sizing: border-box; }
.rkp .rkp-body {
  border: 1px solid var(--rkp-line);
  border-radius: 0.6rem;
  display: grid;
  gap: 0.6rem 1rem;
  grid-template: "task" "presets" "score" "say" "decide" "key" "net" "traj" "layer" "feat" "plots" "in" "tools" "foot" "bar" / minmax(0, 1fr);
  padding: 0.75rem;
}
.rkp-task { border-left: 0.25rem solid var(--rkp-accent); grid-area: task; max-width: 46rem; padding: 0.15rem 0 0.15rem 0.75rem; }
.rkp-top { display: contents; }
.rkp-bar { grid-area: bar; }
.rkp-tools { display: flex; flex-wrap: wrap; gap: 0.4rem; grid-area: tools; }
.rkp .rkp-sentence { grid-area: say; }
.rkp-presets { display: flex; flex-wrap: wrap; gap: 0.4rem; grid-area: presets; }
.rkp-in { grid-area: in; }
.rkp-net { grid-area: net; }
.rkp-score { grid-area: score; }
.rkp-traj { grid-area: traj; }
.rkp-layer { grid-area: layer; }
.rkp-key { grid-area: key; }
.rkp-feat { grid-area: feat; }
.rkp-decide { grid-area: decide; }
.rkp-plots { align-content: space-between; display: grid; gap: 0.5rem; grid-area: plots; }
.rkp-foot { grid-area: foot; }

.rkp button, .rkp select, .rkp input { color: inherit; font: inherit; margin: 0; }
.rkp button, .rkp select, .rkp input[type="number"], .rkp input[type="text"] {
  background: var(--rkp-back);
  border: 1px solid var(--rkp-muted);
  border-radius: 0.35rem;
  min-height: 2rem;
  padding: 0.15rem 0.55rem;
}
.rkp button { cursor: pointer; }
.rkp button:hover:not(:disabled) { background: var(--rkp-surface); }
.rkp button:disabled { cursor: default; opacity: 0.5; }
.rkp button[aria-pressed="true"] { background: var(--rkp-accent); border-color: var(--rkp-accent); color: var(--rkp-on-accent); }
.rkp input[type="range"] { accent-color: var(--rkp-accent); min-width: 0; padding: 0; }
.rkp :is(button, select, input, summary, canvas):focus-visible, .rkp input:focus-visible + canvas, .rkp:focus-visible {
  outline: 3px solid var(--rkp-accent);
  outline-offset: 2px;
}
.rkp :is(label, legend) { color: var(--rkp-text); font-size: 13px; font-weight: 400; margin: 0; }
.rkp fieldset { border: 0; margin: 0; min-width: 0; padding: 0; }
.rkp legend { float: none; margin-bottom: 0.25rem; padding: 0; width: auto; }
.rkp p { margin: 0; max-width: none; }
.rkp figure { margin: 0; min-width: 0; }
.rkp figcaption { color: var(--rkp-text); display: flex; font-size: 13px; font-weight: 400; gap: 0.5rem; justify-content: space-between; max-width: none; min-height: 1.5rem; text-align: left; }
.rkp figcaption button { font-size: 12px; min-height: 1.5rem; padding: 0 0.45rem; }
.rkp-canvas { background: color-mix(in srgb, var(--rkp-surface) 45%, transparent); border-radius: 0.4rem; display: block; touch-action: pan-y; width: 100%; }
.rkp-square .rkp-canvas { aspect-ratio: 1; }
.rkp-feat .rkp-canvas { aspect-ratio: 5 / 4; }
.rkp-turns { cursor: grab; touch-action: none; }
.rkp-draws { cursor: crosshair; touch-action: none; }
.rkp-plots .rkp-canvas, .rkp-score .rkp-canvas { background: none; height: 128px; }


.rkp-bar { align-items: center; background: var(--rkp-back); border-top: 1px solid var(--rkp-line); bottom: 0; display: flex; flex-wrap: wrap; gap: 0.4rem; margin: 0 -0.75rem -0.75rem; padding: 0.5rem 0.75rem; position: sticky; z-index: 2; border-radius: 0 0 0.6rem 0.6rem; }
.rkp .rkp-play { background: var(--rkp-accent); border-color: var(--rkp-accent); color: var(--rkp-on-accent); font-weight: 600; min-width: 5.4rem; }
.rkp .rkp-play:hover:not(:disabled) { background: color-mix(in srgb, var(--rkp-accent) 85%, var(--rkp-text)); }
.rkp-icon svg { display: inline-block; vertical-align: -1px; }
.rkp [hidden] { display: none !important; }
.rkp-count { color: var(--rkp-muted); flex: 1 1 auto; white-space: nowrap; }
.rkp-count b { color: var(--rkp-text); display: inline-block; font-weight: 600; min-width: 2ch; text-align: right; }
.rkp-count .rkp-steps { min-width: 5ch; }
.rkp-tools .rkp-select { align-items: center; display: flex; gap: 0.35rem; }
.rkp-tools label { clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; width: 1px; }
.rkp-tools select { width: 7rem; }
.rkp .rkp-presets button { border-radius: 1rem; min-height: 1.9rem; padding-inline: 0.8rem; }

.rkp-in, .rkp-net { align-content: start; display: grid; gap: 0.5rem 0.9rem; }
.rkp-thumbs { display: grid; gap: 0.35rem; grid-template-columns: repeat(auto-fill, minmax(3.4rem, 1fr)); }
.rkp-thumbs label { cursor: pointer; display: block; font-size: 11px; line-height: 1.2; position: relative; text-align: center; }
.rkp-thumbs input { height: 100%; left: 0; opacity: 0; position: absolute; top: 0; width: 100%; cursor: pointer; }
.rkp-thumbs .rkp-canvas { aspect-ratio: 1; border: 2px solid transparent; margin-bottom: 0.1rem; }
.rkp-thumbs input:checked + .rkp-canvas { border-color: var(--rkp-accent); }
.rkp-slider { align-items: center; display: grid; gap: 0 0.5rem; grid-template-columns: 5.2rem minmax(3rem, 1fr) 3.1rem; }
.rkp-in .rkp-slider { grid-template-columns: 1fr auto; }
.rkp-in .rkp-slider label { grid-area: 1 / 1; }
.rkp-in .rkp-slider output { grid-area: 1 / 2; }
.rkp-in .rkp-slider input { grid-area: 2 / 1 / 3 / 3; }
.rkp-slider output { text-align: right; white-space: nowrap; }
.rkp-slider label i { font-family: var(--pst-font-family-base, serif); }
.rkp-select { display: grid; gap: 0.1rem; min-width: 0; }
.rkp-select select { max-width: 100%; min-width: 0; }
.rkp-pair { display: grid; gap: 0.5rem 0.9rem; grid-template-columns: 1fr 1fr; }
.rkp-seed { align-items: end; display: flex; gap: 0.4rem; }
.rkp-seed > div { flex: 1; min-width: 0; }
.rkp-seed input { width: 100%; }
.rkp-own, .rkp-tableau { background: var(--rkp-surface); border-radius: 0.4rem; display: grid; gap: 0.35rem; padding: 0.5rem; }
.rkp-own[hidden], .rkp-tableau[hidden] { display: none; }
.rkp-own .rkp-row { display: flex; flex-wrap: wrap; gap: 0.35rem; }
.rkp-own button { min-width: 2rem; }
.rkp-tableau input { width: 100%; }
.rkp-hint { color: var(--rkp-muted); font-size: 12px; }
.rkp-wrong { color: var(--rkp-text); font-weight: 600; }

.rkp-score { display: grid; gap: 0 0.9rem; grid-template-columns: auto minmax(0, 1fr); align-content: start; }
.rkp-number { font-size: 2.1rem; font-weight: 600; line-height: 1.1; min-width: 6.2ch; white-space: nowrap; }
.rkp-number small { font-size: 1.1rem; font-weight: 400; }
.rkp-facts { color: var(--rkp-muted); display: grid; font-size: 12.5px; gap: 0 0.5rem; grid-template-columns: auto auto; justify-content: space-between; margin: 0.15rem 0 0; }
.rkp-facts dt, .rkp-facts dd { font-weight: 400; margin: 0; }
.rkp-facts dd { color: var(--rkp-text); text-align: right; }
.rkp-layer { align-items: center; display: grid; gap: 0.2rem 0.5rem; grid-template-columns: 1fr auto auto; }
.rkp-layer .rkp-slider { grid-template-columns: auto minmax(3rem, 1fr) 4.2rem; }

.rkp-foot { border-top: 1px solid var(--rkp-line); display: grid; gap: 0.5rem; padding-top: 0.6rem; }
.rkp .rkp-sentence { font-size: 15px; min-height: 2.8em; }
.rkp-formula { color: var(--rkp-text); display: flex; flex-wrap: wrap; font-size: 15px; gap: 0.35rem 1.8rem; min-height: 1.6rem; overflow-x: auto; }
.rkp-small { color: var(--rkp-muted); font-size: 12px; }
.rkp-spoken { clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; white-space: nowrap; width: 1px; }
.rkp .rkp-key { align-content: start; color: var(--rkp-muted); display: flex; flex-wrap: wrap; font-size: 12.5px; gap: 0.1rem 0.8rem; min-height: 2.6em; }
.rkp-key > span { white-space: nowrap; }
.rkp-key svg { display: inline-block; margin-right: 0.25rem; vertical-align: -1px; }

@container rkp (max-width: 400px) { .rkp-count span { display: none; } }
@container rkp (min-width: 560px) {
  .rkp .rkp-body {
    grid-template: "task task" "top top" "presets presets" "net score" "traj decide" "layer key" "feat plots" "in in" "say say" "foot foot" / minmax(0, 1fr) minmax(0, 1fr);
    padding: 0.9rem;
  }
  .rkp-top { display: flex; flex-wrap: wrap; gap: 0.4rem; grid-area: top; justify-content: space-between; }
  .rkp-bar { border-top: 0; margin: 0; padding: 0; position: static; }
  .rkp-in { grid-template-columns: repeat(4, minmax(0, 1fr)); align-items: end; }
  .rkp-in > fieldset, .rkp-in > .rkp-own { grid-column: 1 / -1; }
  .rkp-in > .rkp-thumbs { grid-template-columns: repeat(7, 1fr); }
  .rkp-number { font-size: 2rem; }
}
@container rkp (min-width: 800px) {
  .rkp .rkp-body:not(.rkp-compact) {
    grid-template: "task task task" "top top top" "presets presets presets" "in net score" "in traj decide" "in layer key" "in feat plots" "say say say" "foot foot foot" / 10.5rem minmax(0, 1fr) minmax(0, 1fr);
    gap: 0.6rem 1.25rem;
  }
  .rkp-body:not(.rkp-compact) .rkp-in { align-items: start; align-content: start; grid-template-columns: minmax(0, 1fr); }
  .rkp-body:not(.rkp-compact) .rkp-thumbs { grid-template-columns: repeat(2, 1fr); }
}
@container rkp (min-width: 1160px) {
  .rkp .rkp-body:not(.rkp-compact) {
    grid-template: "task task task task" "top top top top" "presets presets presets presets" "in net score plots" "in traj decide feat" "in layer key ." "say say say say" "foot foot foot foot" / 10.5rem minmax(0, 1fr) minmax(0, 1fr) minmax(0, 1fr);
  }
  .rkp-body:not(.rkp-compact) .rkp-plots { align-content: start; grid-template-columns: 1fr 1fr; }
  .rkp-body:not(.rkp-compact) .rkp-feat .rkp-canvas { aspect-ratio: 1; }
}
.rkp details.rkp-in { display: block; }
.rkp details.rkp-in > div { align-items: end; display: grid; gap: 0.6rem 1rem; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); padding-top: 0.5rem; }
.rkp details.rkp-in fieldset, .rkp details.rkp-in .rkp-own { grid-column: 1 / -1; }
.rkp summary { cursor: pointer; width: fit-content; }
@media print { .rkp { display: none; } }
`;

// ------------------------------------------------------------------------------------------------------ render

/**
 * What a notebook or a page gives: the state that it shares with the playground.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: any) => void} set
 * @property {() => void} save_changes
 * @property {(name: string, heard: () => void) => void} on
 * @property {(name: string, heard?: () => void) => void} off
 */

const WEIGHT_NAMES = /** @type {const} */ (["lift", "K", "b", "W", "mu"]);

/** Little-endian float32 as base64, and back. @param {Float32Array} values */
function toText(values) {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let letters = "";
  for (let k = 0; k < bytes.length; k += 8192) letters += String.fromCharCode(...bytes.subarray(k, k + 8192));
  return btoa(letters);
}

/** @param {string} text */
function toFloats(text) {
  return new Float32Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
}

/**
 * Shows a playground in `el`. It reads `configuration`, `weights`, `presets`, `task` and `compact` of the model, and
 * writes `configuration`, `weights`, `history` and `record`. A page adds `static`, and `link` to the playground that
 * obeys the page's address.
 * @param {{model: Model, el: HTMLElement}} place
 * @returns {() => void} ends it
 */
export function render({ model, el }) {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const compact = Boolean(model.get("compact")), inNotebook = !model.get("static");
  const offered = /** @type {string[]} */ (model.get("presets") ?? []).filter((name) => name in PRESETS);

  /** @type {Configuration} */ let configuration = validated({});
  /** @type {Look} */ const look = { steps: 0, layer: null, view: 3, azim: -62, elev: 18 };
  /** @type {Weights|undefined} */ let given;
  /** @type {Configured|null} */ let run = null;
  /** @type {Snapshot|null} */ let snapshot = null;
  /** @type {{P: Float32Array, picture: HTMLCanvasElement, lines: number[][]}|null} */ let decision = null;
  /** @type {{lines: number[][], key: string}} */ let best = { lines: [], key: "" };
  /** @type {{at: Float32Array|Float64Array, components: number, n: number, L: number, spread: number[], norms: ArrayLike<number>}|null} */ let flow = null;
  let box = /** @type {Box} */ ({ m: 0, bound: EDGE, centre: [0, 0, 0], low: -1 }), playing = false, wanted = false, problem = "", about = "", theme = /** @type {Theme} */ ({});
  let timer = 0, pacing = 0, sweeping = 0, target = 0, spokenAt = 0, paintedAt = 0, sharedAt = 0, written = "";

  const player = new Player({ source: model.get("_esm") ?? undefined });
  const root = node("div", { class: "rkp mathjax_ignore tex2jax_ignore", role: "group", tabindex: -1, "aria-label": "Playground: train a Runge-Kutta network. Space plays and pauses, period takes a step, r resets." });

  // ---- what is chosen

  /** Take over choices, and build a new net once they stop coming. @param {Choice} choice @param {boolean} [atOnce] */
  function choose(choice, atOnce = false) {
    /** @type {any} */ const next = { ...configuration, ...choice };
    if (choice.data !== undefined && choice.noise === undefined) delete next.noise;
    if (typeof next.data !== "string") next.batch = Math.max(1, Math.min(next.batch, next.data.X.length));
    given = undefined;
    problem = "";
    try {
      configuration = validated(next);
    } catch (error) {
      problem = said(error);
    }
    if (!("steps" in choice)) look.steps = 0;
    about = offered.concat(Object.keys(PRESETS)).filter((name) => isChosen(name)).map((name) => PRESETS[name].say)[0] ?? "";
    showControls();
    clearTimeout(timer);
    if (problem) tell();
    else if (atOnce) build();
    else timer = window.setTimeout(build, AFTER_TYPING);
  }

  /** Whether a preset describes the configuration. @param {string} name */
  function isChosen(name) {
    return Object.entries(PRESETS[name].choice).every(([key, value]) => /** @type {any} */ (configuration)[key] === value);
  }

  function build() {
    clearTimeout(timer);
    const again = wanted && look.steps === 0;
    pause();
    player.configure(configuration, given);
    if (look.steps) player.step(look.steps);
    else if (again) play();
    writeAddress();
    share(["configuration"]);
  }

  // ---- playing

  function play() {
    if (snapshot?.state === "finished" && snapshot.step >= snapshot.stepsPerEpoch * configuration.epochs) reset();
    wanted = playing = true;
    look.steps = 0;
    clearInterval(pacing);
    const pace = Number(speed.input.value);
    if (!pace) player.play();
    else {
      target = snapshot?.step ?? 0;
      pacing = window.setInterval(() => {
        if ((snapshot?.step ?? 0) < target) return; // the last steps are still being taken
        const steps = Math.max(1, Math.round(pace / 10));
        target += steps;
        player.step(steps);
      }, Math.max(100, 1000 / pace));
    }
    showBar();
  }

  function pause() {
    wanted = playing = false;
    clearInterval(pacing);
    player.pause();
    showBar();
  }

  function step() {
    pause();
    player.step(1);
  }

  function reset() {
    const again = playing;
    pause();
    look.steps = 0;
    player.reset();
    if (again) play();
  }

  const toggle = () => (playing ? pause() : play());

  // ---- the bar

  const playButton = node("button", { class: "rkp-play", type: "button", click: toggle });
  const epochCount = node("b", {}), stepCount = node("b", { class: "rkp-steps" });
  const speed = select("speed", { 0: "full speed", 100: "100 steps/s", 10: "10 steps/s", 1: "1 step/s" }, () => playing && (pause(), play()));
  const copyButton = node("button", { type: "button", click: copyLink }, "Copy link");
  const bar = node("div", { class: "rkp-bar", role: "group", "aria-label": "Training" },
    playButton,
    node("button", { type: "button", click: step, title: "One step (period)" }, "Step"),
    node("button", { type: "button", click: reset, title: "Back to the initial weights (r)" }, "Reset"),
    node("span", { class: "rkp-count" }, "epoch ", epochCount, node("span", {}, " · step ", stepCount)),
  );
  const tools = node("div", { class: "rkp-tools", role: "group", "aria-label": "Speed, link, export" },
    speed.element,
    ...(inNotebook ? [] : [copyButton]),
    node("button", { type: "button", click: exportRecord, title: "Data, initial weights, configuration and seed, for `rknet verify`" }, "Export"),
    ...(document.fullscreenEnabled ? [node("button", { type: "button", click: fullScreen, "aria-label": "Full screen", title: "Full screen" }, icon(ICONS.full))] : []),
  );

  function showBar() {
    const word = playing ? "Pause" : "Play";
    if (playButton.textContent?.trim() !== word) playButton.replaceChildren(icon(playing ? ICONS.pause : ICONS.play), ` ${word}`);
    epochCount.textContent = String(snapshot?.epoch ?? 0);
    stepCount.textContent = String(snapshot?.step ?? 0);
  }

  function fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else root.requestFullscreen();
  }

  async function copyLink() {
    look.steps = snapshot?.step ?? 0;
    const address = location.href.split("#")[0] + toLink(configuration, look);
    writeAddress();
    try {
      await navigator.clipboard.writeText(address);
      copyButton.textContent = "Copied";
    } catch {
      copyButton.textContent = "In the address bar"; // pages from a file may not write to the clipboard
    }
    window.setTimeout(() => { copyButton.textContent = "Copy link"; }, 2000);
  }

  async function exportRecord() {
    const file = new Blob([JSON.stringify(await player.record(), null, 1) + "\n"], { type: "application/json" });
    const address = URL.createObjectURL(file);
    node("a", { href: address, download: `rknet-${configuration.net}-${configuration.L}-seed-${configuration.seed}.json` }).click();
    window.setTimeout(() => URL.revokeObjectURL(address), 1000);
    share(["record"]);
  }

  // ---- presets

  const chips = offered.map((name) => ({
    name, button: node("button", { type: "button", click: () => { pause(); choose({ ...PRESETS[name].choice }, true); look.layer = null; } }, PRESETS[name].title),
  }));
  const presets = node("div", { class: "rkp-presets", role: "group", "aria-label": "Experiments" }, ...chips.map((chip) => chip.button));

  // ---- what goes in

  /** @type {Panel[]} */ const panels = [];
  const panel = (/** @type {string} */ label, /** @type {(pen: Pen, width: number, height: number) => void} */ paint) => {
    panels.push(new Panel(label, paint));
    return panels[panels.length - 1];
  };
  const dataName = unique("data");
  const thumbs = [...Object.keys(SETS), OWN].map((name) => {
    /** @type {Points|null} */ let points = null;
    const input = node("input", { type: "radio", name: dataName, value: name, change: () => chooseData(name) });
    const picture = panel("", (pen, width) => {
      if (name === OWN) return paintPencil(pen, width);
      points ??= draw(/** @type {LawName} */ (name), 320, SETS[/** @type {LawName} */ (name)].noise, 0);
      scatter(pen, toCanvas(points.X, width, width), points.c, theme.classes, 1.1, 0.9);
    });
    picture.canvas.setAttribute("aria-hidden", "true");
    picture.canvas.removeAttribute("role");
    return { name, input, element: node("label", {}, input, picture.canvas, SET_NAMES[name] ?? "your own") };
  });

  /** @param {Pen} pen @param {number} size */
  function paintPencil(pen, size) {
    pen.strokeStyle = theme.text;
    pen.lineWidth = 1.5;
    pen.lineJoin = "round";
    const corner = (/** @type {number} */ u, /** @type {number} */ v) => /** @type {[number, number]} */ ([size * u, size * v]);
    pen.beginPath();
    for (const [u, v, first] of [[0.28, 0.72, 1], [0.33, 0.56, 0], [0.66, 0.23, 0], [0.77, 0.34, 0], [0.44, 0.67, 0], [0.28, 0.72, 0], [0.59, 0.3, 1], [0.7, 0.41, 0]]) {
      if (first) pen.moveTo(...corner(u, v));
      else pen.lineTo(...corner(u, v));
    }
    pen.stroke();
  }

  let drawnClass = 0;
  /** @type {Given} */ let own = withClasses({ classes: 2, ...moons() });
  const cursor = { x: 0, y: 0, shown: false };
  const classButtons = range(0, OWN_CLASSES - 1).map((k) => node("button", { type: "button", click: () => { drawnClass = k; showControls(); } }, `class ${k + 1}`));
  const ownTools = node("div", { class: "rkp-own", role: "group", "aria-label": "Your own points" },
    node("div", { class: "rkp-row", role: "group", "aria-label": "Class that is drawn" }, ...classButtons),
    node("div", { class: "rkp-row" },
      node("button", { type: "button", click: () => redraw({ X: own.X.slice(0, -1), c: own.c.slice(0, -1) }) }, "Undo"),
      node("button", { type: "button", click: () => redraw({ X: [], c: [] }) }, "Clear")),
    node("p", { class: "rkp-hint" }, "Draw in the picture of the answers. By keyboard: arrows move the cross there, Enter sets a point."));

  /** @param {{X: number[][], c: number[]}} points */
  function redraw(points) {
    own = withClasses({ classes: 2, ...points });
    if (new Set(own.c).size < 2) {
      pause();
      clearTimeout(timer);
      problem = "Draw points of at least two classes.";
      tell();
      showControls();
      views.decide.soon();
    } else choose({ data: own });
  }

  /** @param {string} name */
  function chooseData(name) {
    if (name === OWN) redraw(own);
    else choose({ data: /** @type {LawName} */ (name) });
    root.classList.toggle("rkp-drawing", name === OWN);
  }

  const noise = slider("noise", "", range(0, 30).map((k) => k / 20), (value) => choose({ noise: value }), (value) => value.toFixed(2));
  const lift = select("lift to feature space", LIFT_NAMES, (value) => choose({ lift: /** @type {LiftName} */ (value) }));
  const rate = slider("learning rate", "", [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1], (value) => choose({ rate: value }), (value) => String(value));
  const batch = slider("batch", "", [1, 2, 5, 10, 20, 50, 100], (value) => choose({ batch: value }));
  const epochs = slider("epochs at most", "", [5, 10, 15, 20, 40, 60, 80, 200], (value) => choose({ epochs: value }));
  const seedId = unique("seed");
  const seed = node("input", { id: seedId, type: "number", min: 0, max: LIMITS.seed[1], step: 1, change: () => {
    if (seed.value !== "" && seed.checkValidity()) choose({ seed: seed.valueAsNumber });
    else seed.value = String(configuration.seed);
  } });
  const inputs = [
    node("fieldset", { class: "rkp-data" }, node("legend", {}, "data"), node("div", { class: "rkp-thumbs" }, ...thumbs.map((thumb) => thumb.element))),
    ownTools, noise.element, lift.element, rate.element, batch.element, epochs.element,
    node("div", { class: "rkp-seed" }, node("div", {}, node("label", { for: seedId }, "seed"), seed),
      node("button", { type: "button", click: () => choose({ seed: configuration.seed + 1 }), "aria-label": "Next seed: other points, other weights", title: "Other points, other weights" }, "+1")),
  ];
  const goesIn = compact
    ? node("details", { class: "rkp-in" }, node("summary", {}, "Data, noise, lift, learning rate, batch, epochs, seed"), node("div", {}, ...inputs))
    : node("div", { class: "rkp-in", role: "group", "aria-label": "Data and training" }, ...inputs);

  // ---- the net

  const net = select("network", { ...NET_NAMES, [OWN_TABLEAU]: "your own tableau" }, (value) => {
    if (value === "StandardNet") choose({ net: "StandardNet" });
    else if (value === OWN_TABLEAU) { showTableau(true); readTyped(); }
    else choose({ net: "RKNet", scheme: value });
  });
  const activation = select("activation", SIGMA, (value) => choose({ activation: /** @type {ActivationName} */ (value) }));
  const width = slider("width", "d̂", range(...LIMITS.d_hat), (value) => choose({ d_hat: value }));
  const depth = slider("depth", "L", range(...LIMITS.L), (value) => choose({ L: value }));
  const stepSize = slider("step size", "h", [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2], (value) => choose({ h: value }));
  const [idA, idBeta, idOrder] = ["A", "beta", "order"].map(unique);
  const typedA = node("input", { id: idA, type: "text", spellcheck: "false", autocomplete: "off", "aria-describedby": idOrder, input: readTyped, value: "; 2/3; 0, 2/3" });
  const typedBeta = node("input", { id: idBeta, type: "text", spellcheck: "false", autocomplete: "off", "aria-describedby": idOrder, input: readTyped, value: "1/4, 3/8, 3/8" });
  const order = node("p", { id: idOrder, class: "rkp-hint", "aria-live": "polite" });
  const tableau = node("div", { class: "rkp-tableau", role: "group", "aria-label": "Your own tableau" },
    node("label", { for: idA }, "rows of ", node("i", {}, "A"), ", between semicolons"), typedA,
    node("label", { for: idBeta }, "weights ", node("i", {}, "β")), typedBeta, order);
  const network = node("div", { class: "rkp-net", role: "group", "aria-label": "Network" },
    node("div", { class: "rkp-pair" }, net.element, activation.element), tableau, width.element, depth.element, stepSize.element);

  function readTyped() {
    const text = typedTableau(typedA.value, typedBeta.value);
    try {
      const read = readTableau(text);
      order.classList.remove("rkp-wrong");
      order.textContent = `An explicit scheme of ${read.s} ${read.s === 1 ? "stage" : "stages"} and order ${read.order}.`;
      for (const input of [typedA, typedBeta]) input.removeAttribute("aria-invalid");
      choose({ net: "RKNet", scheme: text });
    } catch (error) {
      order.classList.add("rkp-wrong");
      order.textContent = said(error);
      (said(error).startsWith("beta") ? typedBeta : typedA).setAttribute("aria-invalid", "true");
    }
  }

  /** @param {boolean} shown */
  function showTableau(shown) {
    tableau.hidden = !shown;
  }

  function showControls() {
    const { data, scheme } = configuration;
    const isOwn = typeof data !== "string", typed = configuration.net === "RKNet" && typeof scheme !== "string";
    for (const { name, input } of thumbs) input.checked = name === (isOwn ? OWN : data);
    ownTools.hidden = !isOwn;
    root.classList.toggle("rkp-drawing", isOwn);
    classButtons.forEach((button, k) => button.setAttribute("aria-pressed", String(k === drawnClass)));
    noise.show(configuration.noise);
    noise.input.disabled = isOwn;
    lift.show(configuration.lift);
    rate.show(configuration.rate);
    batch.show(configuration.batch);
    epochs.show(configuration.epochs);
    seed.value = String(configuration.seed);
    net.show(typed ? OWN_TABLEAU : configuration.net === "StandardNet" ? "StandardNet" : String(scheme));
    if (typed && typeof scheme !== "string") {
      const shown = typedTableau(typedA.value, typedBeta.value);
      if (JSON.stringify(shown) !== JSON.stringify({ A: scheme.A, beta: scheme.beta })) {
        typedA.value = scheme.A.map((row) => row.join(", ")).join("; ");
        typedBeta.value = scheme.beta.join(", ");
      }
      if (!order.textContent) order.textContent = `An explicit scheme of order ${readTableau(scheme).order}.`;
    }
    showTableau(typed);
    activation.show(configuration.activation);
    width.show(configuration.d_hat);
    depth.show(configuration.L);
    stepSize.show(configuration.h);
    stepSize.input.disabled = configuration.net === "StandardNet";
    for (const { name, button } of chips) button.setAttribute("aria-pressed", String(isChosen(name)));
    const canvas = views.decide.canvas;
    canvas.classList.toggle("rkp-draws", isOwn);
    if (isOwn) canvas.setAttribute("tabindex", "0");
    else canvas.removeAttribute("tabindex");
    canvas.setAttribute("role", isOwn ? "application" : "img");
    const most = configuration.L;
    layer.show(most, Math.min(look.layer ?? most, most));
    flat.setAttribute("aria-pressed", String(look.view === 2));
    flat.disabled = configuration.d_hat === 2;
    turn.element.hidden = components() === 2;
    for (const view of [views.traj, views.feat]) view.canvas.classList.toggle("rkp-turns", components() === 3);
  }

  // ---- what comes out

  const components = () => Math.min(look.view, configuration.d_hat);
  const shownLayer = () => Math.min(look.layer ?? configuration.L, flow?.L ?? configuration.L);
  const ownStyle = () => {
    const style = NET_STYLES[configuration.net === "StandardNet" ? "StandardNet" : String(configuration.scheme)] ?? OTHER_NET;
    return theme.dark ? { ...style, colour: lighter(style.colour, 0.3) } : style;
  };

  /** @param {ArrayLike<number>} X @param {number} width @param {number} height */
  function toCanvas(X, width, height) {
    const places = new Float32Array(X.length);
    for (let n = 0; n < X.length; n += 2) {
      places[n] = ((X[n] + EDGE) / (2 * EDGE)) * width;
      places[n + 1] = ((EDGE - X[n + 1]) / (2 * EDGE)) * height;
    }
    return places;
  }

  const views = {
    traj: panel("Trajectories of fifty points through the layers", (pen, width, height) => {
      if (!flow || !run) return;
      const at = camera(flow.components, box, look, width, height);
      paintFrame(pen, at, flow.components, box, look, theme, letters());
      const shown = shownLayer(), count = Math.min(TRAJECTORIES, flow.n), c = run.validation.c;
      pen.lineWidth = 1.1;
      pen.lineJoin = "round";
      const places = [[], [], []].map(() => new Float32Array(2 * count));
      for (let n = 0; n < count; n++) {
        pen.strokeStyle = theme.classes[c[n]];
        pen.globalAlpha = 0.55;
        pen.beginPath();
        for (let l = 0; l <= flow.L; l++) {
          const [x, y] = at(...spot(l, n));
          if (l) pen.lineTo(x, y);
          else pen.moveTo(x, y);
          [0, flow.L, shown].forEach((which, k) => { if (l === which) places[k].set([x, y], 2 * n); });
        }
        pen.stroke();
      }
      const classes = c.subarray(0, count);
      scatter(pen, places[0], classes, theme.classes, 1.4, 0.7);
      scatter(pen, places[1], classes, theme.classes, 3.4, 0.9);
      if (shown > 0 && shown < flow.L) {
        pen.strokeStyle = theme.text;
        pen.lineWidth = 1;
        pen.beginPath();
        for (let n = 0; n < count; n++) { pen.moveTo(places[2][2 * n] + 2.6, places[2][2 * n + 1]); pen.arc(places[2][2 * n], places[2][2 * n + 1], 2.6, 0, 7); }
        pen.stroke();
      }
    }),
    feat: panel("Features at the chosen layer", (pen, width, height) => {
      if (!flow || !run) return;
      const at = camera(flow.components, box, look, width, height), l = shownLayer();
      paintFrame(pen, at, flow.components, box, look, theme, letters());
      const seen = Array.from({ length: flow.n }, (_, n) => ({ n, place: at(...spot(l, n)) }));
      if (flow.components === 3) seen.sort((a, b) => a.place[2] - b.place[2]);
      pen.globalAlpha = 0.8;
      for (const { n, place } of seen) {
        pen.fillStyle = theme.classes[run.validation.c[n]];
        pen.beginPath();
        marker(pen, run.validation.c[n], place[0], place[1], flow.components === 3 ? 2.5 * (1 + place[2] / (5 * box.bound)) : 2.5);
        pen.fill();
      }
      pen.globalAlpha = 1;
    }),
    decide: panel("Answers of the network on the plane, over the validation points", (pen, width, height) => {
      const cell = width / CELLS;
      if (decision) {
        pen.imageSmoothingEnabled = true;
        pen.drawImage(decision.picture, 0, 0, width, height);
        pen.strokeStyle = theme.text;
        pen.lineWidth = 1.2;
        strokeLines(pen, decision.lines, (x, y) => [(x + 0.5) * cell, (y + 0.5) * cell]);
      }
      const isOwn = typeof configuration.data !== "string" || problem.startsWith("Draw");
      if (isOwn) scatter(pen, toCanvas(Float32Array.from(own.X.flat()), width, height), own.c, theme.classes, 3.6, 0.95);
      else if (run) scatter(pen, toCanvas(run.validation.X.subarray(0, 1200), width, height), run.validation.c.subarray(0, 600), theme.classes, 1.8, 0.75);
      if (best.lines.length) {
        const fine = width / BAYES_CELLS;
        pen.strokeStyle = theme.text;
        pen.lineWidth = 1.3;
        pen.setLineDash([5, 4]);
        strokeLines(pen, best.lines, (x, y) => [(x + 0.5) * fine, (y + 0.5) * fine]);
        pen.setLineDash([]);
      }
      pen.fillStyle = theme.muted;
      pen.font = `11px ${theme.font}`;
      pen.textBaseline = "alphabetic";
      for (const x of [-4, 0, 4]) {
        const text = String(x).replace("-", "−");
        pen.textAlign = x < 0 ? "left" : x > 0 ? "right" : "center";
        pen.fillText(text, ((x + EDGE) / (2 * EDGE)) * width + (x < 0 ? 12 : x > 0 ? -3 : 0), height - 4);
        pen.textAlign = "left";
        pen.fillText(text, 3, x > 0 ? 12 : x < 0 ? height - 16 : height / 2 + 4);
      }
      if (isOwn && cursor.shown) {
        const [x, y] = toCanvas([cursor.x, cursor.y], width, height);
        pen.strokeStyle = theme.classes[drawnClass];
        pen.lineWidth = 2;
        pen.beginPath();
        pen.moveTo(x - 9, y); pen.lineTo(x + 9, y); pen.moveTo(x, y - 9); pen.lineTo(x, y + 9);
        pen.stroke();
      }
    }),
    accuracy: panel("Accuracy by epoch", (pen, width, height) => {
      if (!run) return;
      const { train_accuracy, val_accuracy } = snapshot?.history ?? { train_accuracy: [], val_accuracy: [] };
      const least = Math.min(1, ...val_accuracy, ...train_accuracy);
      const low = [0.8, 0.6, 0.4, 0.2].find((value) => value <= least) ?? 0;
      const ticks = [0, 0.2, 0.4, 0.6, 0.8, 0.9, 1].filter((value) => value >= low && (value !== 0.9 || low === 0.8));
      const x = lastEpoch(), { colour, dash } = ownStyle();
      paintPlot(pen, width, height, theme, {
        title: "accuracy in %", x: [0, x], y: [low, 1.02], yTicks: ticks, xTicks: [0, x / 2, x],
        written: (y) => String(Math.round(100 * y)), lines: [{ y: train_accuracy, colour, dash: [1.5, 3], width: 1.5 }, { y: val_accuracy, colour, dash, dots: true }],
        levels: run.bayes === null ? [] : [run.bayes],
      });
    }),
    cost: panel("Cost by epoch", (pen, width, height) => {
      const { train_cost, val_cost } = snapshot?.history ?? { train_cost: [], val_cost: [] };
      const finite = [...train_cost, ...val_cost].filter(Number.isFinite), most = Math.max(0.1, ...finite);
      const top = [0.2, 0.4, 0.8, 1.2, 2, 4, 8].find((value) => value >= most) ?? most;
      const x = lastEpoch(), { colour, dash } = ownStyle();
      paintPlot(pen, width, height, theme, {
        title: "cost", x: [0, x], y: [0, top], yTicks: [0, top / 2, top], xTicks: [0, x / 2, x],
        written: (y) => String(Number(y.toPrecision(2))), lines: [{ y: train_cost, colour, dash: [1.5, 3], width: 1.5 }, { y: val_cost, colour, dash, dots: true }],
      });
    }),
    norms: panel("Size and spread of the features by layer", (pen, width, height) => {
      if (!flow) return;
      const all = [...flow.spread, ...Array.from(flow.norms)].filter((value) => value > 0);
      const low = Math.max(-12, Math.floor(Math.log10(Math.min(0.1, ...all)))), high = Math.ceil(Math.log10(Math.max(10, ...all)));
      const each = Math.max(1, Math.ceil((high - low) / 4));
      const powers = range(low, high).filter((power) => (power - low) % each === 0);
      const up = (/** @type {number} */ power) => String(power).split("").map((letter) => ({ "-": "⁻" }[letter] ?? "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(letter)])).join("");
      const { colour, dash } = ownStyle();
      paintPlot(pen, width, height, theme, {
        title: width < 240 ? "spread, norm (thin) by layer" : "features by layer: spread, and norm (thin)", x: [0, flow.L], y: [10 ** low, 10 ** high], yTicks: powers.map((power) => 10 ** power), log: true,
        xTicks: flow.L > 1 ? [0, Math.round(flow.L / 2), flow.L] : [0, 1], written: (y) => `10${up(Math.round(Math.log10(y)))}`, marked: shownLayer(),
        lines: [{ y: flow.norms, colour: theme.muted, width: 1 }, { y: flow.spread, colour, dash, width: 2.2 }],
      });
    }),
  };
  const lastEpoch = () => Math.max(10, 10 * Math.ceil(((snapshot?.history.val_accuracy.length ?? 1) - 1) / 10));
  const letters = () => (configuration.d_hat <= 3 ? "y" : "p");
  /** Place of point n at layer l. @param {number} l @param {number} n @returns {[number, number, number]} */
  const spot = (l, n) => {
    if (!flow) return [0, 0, 0];
    const k = (l * flow.n + n) * flow.components;
    return [flow.at[k], flow.at[k + 1], flow.components === 3 ? flow.at[k + 2] : 0];
  };

  const layerId = unique("layer");
  const layerInput = node("input", { id: layerId, type: "range", min: 0, step: 1, input: () => showLayer(layerInput.valueAsNumber) });
  const layerOutput = node("output", { for: layerId });
  const layer = {
    show: (/** @type {number} */ most, /** @type {number} */ value) => {
      layerInput.max = String(most);
      layerInput.value = String(value);
      layerOutput.textContent = `${value} of ${most}`;
      featTitle.textContent = `features at layer ${value}`;
      layerInput.setAttribute("aria-valuetext", `${value} of ${most}`);
    },
  };
  /** @param {number} value */
  function showLayer(value) {
    look.layer = value === configuration.L ? null : value;
    layer.show(configuration.L, value);
    for (const view of [views.traj, views.feat, views.norms]) view.soon();
  }
  function sweep() {
    cancelAnimationFrame(sweeping);
    const begin = performance.now(), L = configuration.L, lasting = 2500;
    const frame = (/** @type {number} */ now) => {
      const t = Math.min(1, (now - begin) / lasting);
      showLayer(Math.round(t * L));
      if (t < 1) sweeping = requestAnimationFrame(frame);
    };
    sweeping = requestAnimationFrame(frame);
  }
  const turn = slider("turn", "", range(-36, 36).map((k) => 5 * k), (value) => { look.azim = value; views.traj.soon(); views.feat.soon(); }, (value) => `${Math.round(value)}°`.replace("-", "−"));
  const flat = node("button", { type: "button", click: () => { look.view = look.view === 2 ? 3 : 2; follow(); showControls(); } }, "flat");
  const flowButton = node("button", { type: "button", click: sweep, title: "Move the points through all layers" }, icon(ICONS.play), " flow");
  const layers = node("div", { class: "rkp-layer", role: "group", "aria-label": "Layers" },
    node("div", { class: "rkp-slider" }, node("label", { for: layerId }, "layer"), layerInput, layerOutput), flowButton, flat, turn.element);

  const number = node("div", { class: "rkp-number" });
  const facts = { best: node("dd", {}), train: node("dd", {}), cost: node("dd", {}) };
  const score = node("div", { class: "rkp-score" },
    node("div", {}, number, node("div", {}, "of new points right"),
      node("dl", { class: "rkp-facts" }, node("dt", {}, "best possible"), facts.best, node("dt", {}, "in training"), facts.train, node("dt", {}, "cost"), facts.cost)),
    views.accuracy.canvas);
  const sentence = node("p", { class: "rkp-sentence" });
  const formulas = node("div", { class: "rkp-formula", role: "group", "aria-label": "What is trained", tabindex: 0 });
  const small = node("p", { class: "rkp-small" });
  const spoken = node("p", { class: "rkp-spoken", role: "status", "aria-live": "polite" });
  const featTitle = node("span", {});
  const figure = (/** @type {string} */ name, /** @type {string|Node} */ title, /** @type {Panel} */ view, /** @type {Node[]} */ ...more) =>
    node("figure", { class: `rkp-square ${name}` }, node("figcaption", {}, node("span", {}, title), ...more), view.canvas);
  const key = node("p", { class: "rkp-key" });
  /** @param {number} classes */
  function showKey(classes) {
    const sample = (/** @type {string} */ content) => {
      const place = node("span", { "aria-hidden": "true" });
      place.innerHTML = `<svg width="16" height="12" viewBox="-8 -6 16 12">${content}</svg>`;
      return place;
    };
    const line = (/** @type {string} */ dash) => sample(`<path d="M-8 0H8" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="${dash}"/>`);
    const entries = range(0, classes - 1).map((k) => node("span", {}, sample(`<path d="${outline(k, 4)}" fill="${theme.classes[k]}"/>`), `class ${k + 1}`));
    entries.push(node("span", {}, line(""), "new points"), node("span", {}, line("1.5 3"), "training"));
    if (run?.bayes !== null) entries.push(node("span", {}, line("5 3"), "best possible"));
    key.replaceChildren(...entries.flatMap((entry) => [entry, " "]));
  }

  const task = String(model.get("task") ?? "");
  root.append(
    node("style", {}, STYLE),
    node("div", { class: `rkp-body${compact ? " rkp-compact" : ""}` },
      ...(task ? [node("p", { class: "rkp-task" }, node("strong", {}, "Your task. "), task)] : []),
      node("div", { class: "rkp-top" }, bar, tools), presets, ...(compact ? [] : [goesIn]), network,
      figure("rkp-traj", "trajectories", views.traj), layers,
      figure("rkp-feat", featTitle, views.feat),
      score, figure("rkp-decide", "prediction", views.decide), key,
      node("div", { class: "rkp-plots" }, views.cost.canvas, views.norms.canvas),
      ...(compact ? [goesIn] : []),
      sentence, node("div", { class: "rkp-foot" }, formulas, small, spoken)));

  function tell() {
    sentence.textContent = problem || (run && snapshot ? narration(run, snapshot, flow?.spread ?? [], about) : "");
  }

  function showNumbers() {
    showBar();
    if (!run || !snapshot) return;
    const { history } = snapshot, last = (/** @type {number[]} */ values) => values[values.length - 1];
    const accuracy = last(history.val_accuracy);
    number.replaceChildren(accuracy === undefined ? "–" : (100 * accuracy).toFixed(1), node("small", {}, " %"));
    facts.best.textContent = run.bayes === null ? "–" : percent(run.bayes);
    facts.train.textContent = history.train_accuracy.length ? percent(last(history.train_accuracy)) : "–";
    facts.cost.textContent = history.val_cost.length ? last(history.val_cost).toFixed(3) : "–";
    small.textContent = `${snapshot.parameters.toLocaleString("en")} trained numbers` + (snapshot.msPerStep ? ` · ${snapshot.msPerStep.toFixed(2)} ms a step in ${snapshot.kernel === "webassembly" ? "WebAssembly" : "JavaScript"}` : "")
      + (run.order === null ? "" : ` · scheme of order ${run.order}`);
    tell();
  }

  /** Coordinates of the features in the shown components. */
  function follow() {
    const states = snapshot?.flow ?? last.flow;
    if (!states || !run) return;
    last.flow = states;
    const { n, L, d_hat: d } = states, m = Math.min(look.view, d);
    let at = /** @type {Float32Array|Float64Array} */ (states.states);
    if (d > m) {
      const frame = principalAxes(states.states, d);
      const axes = turned(frame.axes.slice(0, m * d), directions(states, run.validation.X, m), m, d);
      at = project(states.states, d, { mean: frame.mean, axes }, m);
    }
    const spread = spreads(states);
    flow = { at, components: m, n, L, spread, norms: featureNorms(states) };
    fitBox(at, m);
    for (const view of [views.traj, views.feat, views.norms]) view.soon();
  }
  /** What is shown reaches around all features but one in a hundred; it changes only when they do by much. */
  function fitBox(/** @type {ArrayLike<number>} */ at, /** @type {number} */ m) {
    const spans = range(0, m - 1).map((k) => {
      const sorted = Float64Array.from({ length: at.length / m }, (_, n) => at[n * m + k]).sort();
      return [sorted[Math.floor(0.005 * sorted.length)], sorted[Math.ceil(0.995 * (sorted.length - 1))]];
    });
    if (!spans.flat().every(Number.isFinite)) return;
    const inside = spans.every(([a, b], k) => Math.max(Math.abs(a - box.centre[k]), Math.abs(b - box.centre[k])) < box.bound);
    const half = Math.max(...spans.map(([a, b]) => b - a)) / 2;
    if (inside && box.bound < 1.5 * half && box.m === m) return;
    const bound = Math.max(0.5, 1.15 * half), centre = [0, 1, 2].map((k) => (k < m ? (spans[k][0] + spans[k][1]) / 2 : 0));
    box = { m, bound, centre, low: m < 3 ? -1 : -Math.min(1, (1.3 * (spans[2][1] - spans[2][0])) / 2 / bound + 0.1) };
  }
  const last = { flow: /** @type {Flow|null} */ (null) };

  // ---- what the engine says

  player.onconfigured = (configured) => {
    run = configured;
    snapshot = null;
    decision = null;
    last.flow = flow = null;
    box.m = 0;
    const { data, noise: sd } = configured.configuration, key = `${JSON.stringify(data)} ${sd}`;
    if (best.key !== key) {
      best = { key, lines: [] };
      if (typeof data === "string" && sd > 0) {
        const X = new Float64Array(2 * BAYES_CELLS ** 2);
        for (let i = 0; i < BAYES_CELLS; i++) for (let j = 0; j < BAYES_CELLS; j++) {
          X[2 * (i * BAYES_CELLS + j)] = ((j + 0.5) / BAYES_CELLS) * 2 * EDGE - EDGE;
          X[2 * (i * BAYES_CELLS + j) + 1] = EDGE - ((i + 0.5) / BAYES_CELLS) * 2 * EDGE;
        }
        best.lines = boundaries(bayes(data, sd).probability(X), BAYES_CELLS, BAYES_CELLS, configured.classes);
      }
    }
    showKey(configured.classes);
    formulas.innerHTML = formula(configured.configuration, configured.classes).join("");
  };

  player.onsnapshot = (seen) => {
    snapshot = seen;
    const over = seen.state === "finished" || seen.state === "diverged";
    if (over && playing) pause();
    const now = performance.now();
    if (still.matches && playing && now - paintedAt < 1000) return;
    paintedAt = now;
    if (seen.grid && run) {
      const picture = decision?.picture ?? node("canvas");
      const side = 192;
      Object.assign(picture, { width: side, height: side });
      picture.getContext("2d")?.putImageData(regions(seen.grid, CELLS, run.classes, side), 0, 0);
      decision = { P: seen.grid, picture, lines: boundaries(seen.grid, CELLS, CELLS, run.classes) };
      views.decide.soon();
    }
    if (seen.flow) follow();
    showNumbers();
    views.accuracy.soon();
    views.cost.soon();
    root.dataset.state = seen.state;
    root.dataset.step = String(seen.step);
    if (now - spokenAt > SPOKEN_EVERY && seen.step > 0 && seen.history.val_accuracy.length > 1) {
      spokenAt = now;
      spoken.textContent = `Epoch ${seen.epoch}: ${percent(seen.history.val_accuracy[seen.history.val_accuracy.length - 1])} right.`;
    }
    if (!seen.playing || now - sharedAt > 2000) {
      sharedAt = now;
      share(["weights", "history"]);
    }
  };

  player.onfailed = (message) => {
    pause();
    problem = message;
    tell();
  };

  /** Tell a notebook. @param {string[]} what */
  async function share(what) {
    if (!inNotebook) return;
    try {
      if (what.includes("configuration")) model.set("configuration", configuration);
      if (what.includes("history") && snapshot) model.set("history", snapshot.history);
      if (what.includes("weights") && snapshot) {
        const weights = await player.weights();
        written = JSON.stringify(WEIGHT_NAMES.map((name) => [name, toText(weights[name])]));
        model.set("weights", Object.fromEntries(JSON.parse(written)));
      }
      if (what.includes("record")) model.set("record", await player.record());
      model.save_changes();
    } catch (error) {
      console.warn("playground:", error);
    }
  }

  // ---- the page's address

  const obeys = Boolean(model.get("link"));
  let address = "";

  function writeAddress() {
    if (!obeys) return;
    const link = toLink(configuration, look);
    if (link === toLink(configuration, { ...look, steps: 0 }) && address === "" && !location.hash.startsWith(LINK)) return; // nothing chosen yet
    address = link;
    try {
      history.replaceState(history.state, "", link);
    } catch {
      location.replace(link);
    }
  }

  function readAddress() {
    if (!obeys || location.hash === address) return false;
    try {
      const found = fromLink(location.hash);
      if (!found) return false;
      Object.assign(look, { steps: 0, layer: null }, found.look);
      const { steps } = look;
      address = location.hash;
      choose({ ...DEFAULTS, ...found.choice, ...(found.choice.data && found.choice.noise === undefined ? { noise: undefined } : {}) });
      look.steps = steps;
      if (typeof configuration.data !== "string") own = configuration.data;
      turn.show(look.azim);
      build();
      root.scrollIntoView({ block: "start" });
    } catch (error) {
      problem = `This link cannot be followed. ${said(error)}`;
      tell();
    }
    return true;
  }

  // ---- hands

  root.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input[type=text], input[type=number]")) return;
    if (event.key === " " && !target.matches("button, select, summary, input[type=radio]")) toggle();
    else if (event.key === "." && !target.matches("select")) step();
    else if (event.key === "r" && !target.matches("select")) reset();
    else return;
    event.preventDefault();
  });

  for (const view of [views.traj, views.feat]) {
    /** @type {{x: number, y: number, azim: number, elev: number}|null} */ let held = null;
    view.canvas.addEventListener("pointerdown", (event) => {
      if (components() < 3) return;
      held = { x: event.clientX, y: event.clientY, azim: look.azim, elev: look.elev };
      view.canvas.setPointerCapture(event.pointerId);
    });
    view.canvas.addEventListener("pointermove", (event) => {
      if (!held) return;
      look.azim = ((held.azim - (event.clientX - held.x) * 0.5 + 540) % 360 + 360) % 360 - 180;
      look.elev = Math.max(-90, Math.min(90, held.elev + (event.clientY - held.y) * 0.4));
      turn.show(Math.round(look.azim));
      views.traj.soon();
      views.feat.soon();
    });
    for (const end of ["pointerup", "pointercancel"]) view.canvas.addEventListener(end, () => { held = null; });
  }

  const board = views.decide.canvas;
  const place = (/** @type {PointerEvent} */ event) => {
    const box = board.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * 2 * EDGE - EDGE, EDGE - ((event.clientY - box.top) / box.height) * 2 * EDGE].map(onGrid);
  };
  const isOwn = () => typeof configuration.data !== "string";
  const add = (/** @type {number[]} */ point) => redraw({ X: [...own.X, point], c: [...own.c, drawnClass] });
  let drawing = false;
  board.addEventListener("pointerdown", (event) => {
    if (!isOwn()) return;
    drawing = true;
    board.setPointerCapture(event.pointerId);
    add(place(event));
  });
  board.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    const point = place(event), before = own.X[own.X.length - 1];
    if (!before || Math.hypot(point[0] - before[0], point[1] - before[1]) > 0.25) add(point);
  });
  for (const end of ["pointerup", "pointercancel"]) board.addEventListener(end, () => { drawing = false; });
  for (const [end, shown] of /** @type {const} */ ([["focus", true], ["blur", false]])) {
    board.addEventListener(end, () => { cursor.shown = shown && board.matches(":focus-visible"); views.decide.soon(); });
  }
  board.addEventListener("keydown", (event) => {
    if (!isOwn()) return;
    const moves = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] });
    const move = moves[event.key];
    if (move) {
      const size = event.shiftKey ? 1 : 0.2;
      [cursor.x, cursor.y] = [onGrid(cursor.x + size * move[0]), onGrid(cursor.y + size * move[1])];
    } else if (event.key === "Enter") add([cursor.x, cursor.y]);
    else if (/^[123]$/.test(event.key)) { drawnClass = Number(event.key) - 1; showControls(); }
    else return;
    cursor.shown = true;
    views.decide.soon();
    event.preventDefault();
  });

  // ---- the page around

  const recolour = () => {
    theme = themeOf(root);
    if (run) showKey(run.classes);
    for (const each of panels) each.soon();
  };
  const around = new MutationObserver(recolour);
  around.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
  around.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
  const calm = () => { flowButton.hidden = still.matches; };
  still.addEventListener("change", calm);
  const heard = () => {
    const asked = model.get("configuration");
    if (asked && JSON.stringify(asked) !== JSON.stringify(configuration)) choose({ ...DEFAULTS, noise: undefined, ...asked }, true);
  };
  const sent = () => {
    const asked = model.get("weights");
    if (asked?.K && JSON.stringify(WEIGHT_NAMES.map((name) => [name, asked[name]])) !== written) begin();
  };
  model.on("change:configuration", heard);
  model.on("change:weights", sent);
  const moved = () => { if (!location.hash.startsWith(LINK)) return; readAddress(); };
  window.addEventListener("hashchange", moved);

  /** Start from what the model says. */
  function begin() {
    const preset = PRESETS[model.get("preset") || offered[0]]?.choice ?? {}, asked = model.get("configuration") ?? {}, weights = model.get("weights");
    choose({ ...DEFAULTS, noise: undefined, ...preset, ...asked });
    if (typeof configuration.data !== "string") own = configuration.data;
    if (weights?.K) given = /** @type {Weights} */ (Object.fromEntries(WEIGHT_NAMES.map((name) => [name, toFloats(weights[name])])));
    build();
  }

  el.append(root);
  theme = themeOf(root);
  calm();
  turn.show(look.azim);
  player.views = { grid: { left: -EDGE, right: EDGE, bottom: -EDGE, top: EDGE, columns: CELLS, rows: CELLS }, flow: FLOW };
  if (!readAddress()) begin();

  return () => {
    clearTimeout(timer);
    clearInterval(pacing);
    cancelAnimationFrame(sweeping);
    player.close();
    for (const each of panels) each.close();
    around.disconnect();
    still.removeEventListener("change", calm);
    window.removeEventListener("hashchange", moved);
    model.off("change:configuration", heard);
    model.off("change:weights", sent);
    root.remove();
  };
}

/** The message of an error. @param {unknown} error */
function said(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Where the axes of the input lie in feature space, and a third direction: the picture is turned to them, the same way
 * on every visit. By least squares from the states at layer 0.
 * @param {Flow} flow
 * @param {Float32Array} X
 * @param {number} m
 */
function directions(flow, X, m) {
  const { states, n, d_hat: d } = flow;
  let [a, b, c] = [0, 0, 0];
  const right = new Float64Array(2 * d);
  for (let i = 0; i < n; i++) {
    const [x1, x2] = [X[2 * i], X[2 * i + 1]];
    a += x1 * x1;
    b += x1 * x2;
    c += x2 * x2;
    for (let k = 0; k < d; k++) {
      right[k] += x1 * states[i * d + k];
      right[d + k] += x2 * states[i * d + k];
    }
  }
  const wanted = new Float64Array(m * d), area = a * c - b * b || 1;
  for (let k = 0; k < d; k++) {
    wanted[k] = (c * right[k] - b * right[d + k]) / area;
    wanted[d + k] = (a * right[d + k] - b * right[k]) / area;
    if (m === 3) wanted[2 * d + k] = 0.2 * Math.cos(k * k + 1); // any direction that is none of these
  }
  return wanted;
}

export default { render };
