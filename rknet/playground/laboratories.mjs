// Made from src/ by `make page`; edit the files there. Their SHA-256: fa7b66392a5b0c767a2f7a804a6566e85e0440116f2175a0306cd0938aba3632

// src/words/numbers.mjs
function short(x) {
  if (x === 0) return "0";
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "not a number" : x > 0 ? "∞" : "−∞";
  const size = Math.abs(x);
  if (size >= 1e-3 && size < 1e5) return String(Number(x.toPrecision(4))).replace("-", "−");
  const [digits, power2] = x.toExponential(0).split("e");
  return `${digits === "1" ? "" : `${digits.replace("-", "−")} · `}10${raised(Number(power2))}`;
}
function raised(power2) {
  return String(power2).split("").map((letter2) => letter2 === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(letter2)]).join("");
}
function percent(fraction2) {
  return `${(100 * fraction2).toFixed(1)} %`;
}

// src/page/elements.mjs
function node(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value2] of Object.entries(attributes)) {
    if (typeof value2 === "function") element.addEventListener(name, value2);
    else if (value2 !== void 0 && value2 !== false) element.setAttribute(name, value2 === true ? "" : value2);
  }
  element.append(...children);
  return element;
}
var counter = 0;
var unique = (name) => `rkp-${name}-${++counter}`;
function slider(label, symbol, values, chosen2, shown = short, hint = "") {
  let known2 = [...values];
  const id = unique("slider");
  const input = node("input", { type: "range", id, min: 0, step: 1, input: () => {
    show2(known2[input.valueAsNumber]);
    chosen2(known2[input.valueAsNumber]);
  } });
  const output = node("output", { for: id });
  const show2 = (value2) => {
    if (!known2.includes(value2)) known2 = [...values, value2].sort((a, b) => a - b);
    input.max = String(known2.length - 1);
    input.value = String(known2.indexOf(value2));
    output.textContent = shown(value2);
    input.setAttribute("aria-valuetext", shown(value2));
  };
  const name = node("label", { for: id }, label, ...symbol ? [" ", letter(symbol)] : []);
  return { element: node("div", { class: "rkp-slider" }, name, input, output, ...explained(input, hint)), input, show: show2 };
}
function select(label, options, chosen2, hint = "") {
  const id = unique("select");
  const input = node("select", { id, change: () => chosen2(input.value) }, ...Object.entries(options).map(([value2, text]) => node("option", { value: value2 }, text)));
  return { element: node("div", { class: "rkp-select" }, node("label", { for: id }, label), input, ...explained(input, hint)), input, show: (value2) => {
    input.value = value2;
  } };
}
function explained(input, hint) {
  if (!hint) return [];
  const id = unique("hint");
  input.setAttribute("aria-describedby", id);
  return [node("div", { id, class: "rkp-hint" }, hint)];
}
function letter(symbol) {
  if (!symbol.endsWith(HAT)) return node("i", {}, symbol);
  const place = node("span", {});
  place.innerHTML = `<math><mover accent="true"><mi>${symbol.slice(0, -1)}</mi><mo stretchy="false">^</mo></mover></math>`;
  return place;
}
var HAT = "̂";
function icon(path) {
  const place = node("span", { class: "rkp-icon", "aria-hidden": "true" });
  place.innerHTML = `<svg width="12" height="12" viewBox="0 0 12 12"><path d="${path}" fill="currentColor"/></svg>`;
  return place;
}
var ICONS = {
  play: "M2 0.5V11.5L11.5 6Z",
  pause: "M1.5 0.5H4.7V11.5H1.5ZM7.3 0.5H10.5V11.5H7.3Z",
  full: "M0 0H4.5V1.6H1.6V4.5H0ZM7.5 0H12V4.5H10.4V1.6H7.5ZM0 7.5H1.6V10.4H4.5V12H0ZM10.4 7.5H12V12H7.5V10.4H10.4Z"
};

// src/painting/colours.mjs
var CLASS_COLOURS = ["#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9"];
var NET_STYLES = {
  StandardNet: { colour: "#7A6248", dash: [] },
  euler: { colour: "#56B4E9", dash: [7, 3, 1.5, 3] },
  rk4: { colour: "#0072B2", dash: [] }
};
function lighter(colour, share) {
  return "#" + [1, 3, 5].map((k) => Math.round(parseInt(colour.slice(k, k + 2), 16) * (1 - share) + 255 * share).toString(16).padStart(2, "0")).join("");
}
function themeOf(root2) {
  const style = getComputedStyle(root2);
  const colour = (name) => style.getPropertyValue(name).trim();
  const [r, g, b] = (style.color.match(/[\d.]+/g) ?? ["0", "0", "0"]).map(Number), dark = r + g + b > 384;
  return {
    text: colour("--rkp-text"),
    muted: colour("--rkp-muted"),
    line: colour("--rkp-line"),
    font: style.fontFamily,
    dark,
    classes: dark ? CLASS_COLOURS.map((each) => lighter(each, 0.3)) : CLASS_COLOURS
  };
}

// src/laboratories/convolution.mjs
var KERNEL = 3;
var A = [0, 0.5, 0.5, 1];
var BETA = [1 / 6, 1 / 3, 1 / 3, 1 / 6];
var bytes = (text) => Uint8Array.from(atob(text), (letter2) => letter2.charCodeAt(0));
function weights({ bytes: text, scales: scales2 }) {
  const whole = new Int8Array(bytes(text).buffer), size = whole.length / scales2.length;
  return Float64Array.from(whole, (value2, k) => value2 * scales2[Math.floor(k / size)]);
}
var netOf = (stored) => ({ ...stored, K: weights(stored.K), W: weights(stored.W) });
function convolved({ shape: [channels, height, width], K, b }, l, y, out) {
  const half = KERNEL >> 1, size = height * width, filter = KERNEL * KERNEL;
  for (let to = 0; to < channels; to++) {
    const map = out.subarray(to * size, (to + 1) * size).fill(b[l * channels + to]);
    for (let from = 0; from < channels; from++) {
      const first = ((l * channels + to) * channels + from) * filter;
      for (let tap = 0; tap < filter; tap++) {
        const weight = K[first + tap], [down, right] = [Math.floor(tap / KERNEL) - half, tap % KERNEL - half];
        const [top, left] = [Math.max(0, -down), Math.max(0, -right)];
        const [bottom, end] = [Math.min(height, height - down), Math.min(width, width - right)];
        for (let r = top; r < bottom; r++) {
          const source = from * size + (r + down) * width + right;
          for (let c = left; c < end; c++) map[r * width + c] += weight * y[source + c];
        }
      }
    }
  }
  for (let k = 0; k < out.length; k++) out[k] = Math.tanh(out[k]);
}
function answer(net, image) {
  const { shape: [channels, height, width], L, h, classes, W, mu } = net, size = channels * height * width;
  const states = new Float64Array((L + 1) * size), stage = new Float64Array(size), F = BETA.map(() => new Float64Array(size));
  for (let k = 0; k < image.length; k++) states[k] = image[k];
  for (let l = 0; l < L; l++) {
    const y = states.subarray(l * size, (l + 1) * size), next = states.subarray((l + 1) * size, (l + 2) * size);
    next.set(y);
    for (let i = 0; i < F.length; i++) {
      for (let k = 0; k < size; k++) stage[k] = i ? y[k] + h * A[i] * F[i - 1][k] : y[k];
      convolved(net, l, stage, F[i]);
      for (let k = 0; k < size; k++) next[k] += h * BETA[i] * F[i][k];
    }
  }
  const last = states.subarray(L * size), logits = Array.from({ length: classes }, (_, c) => {
    let total2 = mu[c];
    for (let k = 0; k < size; k++) total2 += W[c * size + k] * last[k];
    return total2;
  });
  const most = Math.max(...logits), e = logits.map((z) => Math.exp(z - most)), sum3 = e.reduce((a, b) => a + b, 0);
  return { states, probabilities: e.map((each) => each / sum3) };
}
function channelSizes({ shape: [channels, height, width] }, states, layer) {
  const size = height * width;
  return Array.from({ length: channels }, (_, k) => {
    const map = states.subarray((layer * channels + k) * size, (layer * channels + k + 1) * size);
    return map.reduce((sum3, value2) => sum3 + Math.abs(value2), 0) / size;
  });
}

// src/laboratories/drawn_digit.mjs
var SIDE = 28;
var BOX = 20;
var PEN = 2.3;
function pixels(strokes) {
  const fine = rendered(strokes), half = SIDE / 2, found = new Float64Array(half * half);
  for (let r = 0; r < SIDE; r++) for (let c = 0; c < SIDE; c++) found[(r >> 1) * half + (c >> 1)] += fine[r * SIDE + c] / 4;
  return found;
}
function rendered(strokes) {
  const points = strokes.flat(), pen = node("canvas", { width: SIDE, height: SIDE }).getContext("2d", { willReadFrequently: true });
  const inked = new Float64Array(SIDE * SIDE);
  if (!points.length || !pen) return inked;
  const xs = points.filter((_, k) => k % 2 === 0), ys = points.filter((_, k) => k % 2 === 1);
  const [left, top] = [Math.min(...xs), Math.min(...ys)], extent = Math.max(Math.max(...xs) - left, Math.max(...ys) - top, 0.15);
  const scale = (BOX - PEN) / extent;
  const paint = (dx, dy) => {
    pen.clearRect(0, 0, SIDE, SIDE);
    Object.assign(pen, { lineWidth: PEN, lineCap: "round", lineJoin: "round" });
    pen.beginPath();
    for (const line of strokes) {
      for (let k = 0; k < line.length; k += 2) {
        const [x2, y2] = [(line[k] - left) * scale + dx, (line[k + 1] - top) * scale + dy];
        if (k) pen.lineTo(x2, y2);
        else pen.moveTo(x2, y2);
      }
      if (line.length === 2) pen.lineTo((line[0] - left) * scale + dx + 0.01, (line[1] - top) * scale + dy);
    }
    pen.stroke();
    const { data } = pen.getImageData(0, 0, SIDE, SIDE);
    for (let k = 0; k < inked.length; k++) inked[k] = data[4 * k + 3] / 255;
  };
  paint(PEN, PEN);
  let [mass, x, y] = [0, 0, 0];
  for (let k = 0; k < inked.length; k++) {
    mass += inked[k];
    x += inked[k] * (k % SIDE + 0.5);
    y += inked[k] * (Math.floor(k / SIDE) + 0.5);
  }
  if (mass > 0) paint(PEN + SIDE / 2 - x / mass, PEN + SIDE / 2 - y / mass);
  return inked;
}
function drawable(canvas, strokes, drawn) {
  canvas.classList.add("rkp-draws");
  const add = (event) => {
    strokes[strokes.length - 1].push(event.offsetX / canvas.clientWidth, event.offsetY / canvas.clientHeight);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    drawn(true);
    strokes.push([]);
    add(event);
    drawn(false);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    add(event);
    drawn(false);
  });
}

// src/laboratories/digit.mjs
var sample = ({ net }, digit2) => Float64Array.from(bytes(net.samples[Number(digit2)]), (value2) => value2 / 255);
function numbers({ digit: digit2, layer, image }, given) {
  const net = netOf(given.net), { states, probabilities } = answer(net, image ?? sample(given, digit2));
  return { probabilities, sizes: channelSizes(net, states, layer) };
}
function paintMap(pen, map, side, most, [left, top, width], colours) {
  const rgb = colours.slice(0, 2).map((colour) => [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16)));
  const small = node("canvas", { width: side, height: side }), image = new ImageData(side, side);
  for (let k = 0; k < side * side; k++) image.data.set([...rgb[map[k] > 0 ? 0 : 1], 255 * Math.min(1, Math.abs(map[k]) / most)], 4 * k);
  small.getContext("2d")?.putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(small, left, top, width, width);
}
function open(frame) {
  const { given, values } = frame, net = netOf(given.net), [channels, side] = net.shape, size = side * side;
  const strokes = [];
  let image = sample(given, values.digit), found = answer(net, image), asked = true;
  const empty = () => !image.some((value2) => value2 > 0);
  const best = () => found.probabilities.indexOf(Math.max(...found.probabilities));
  const pad = frame.panel("The digit that is read; draw another with a pointer", (pen, width) => {
    if (!strokes.length) paintMap(pen, image, side, 1, [0, 0, width], frame.theme.dark ? ["#ced6dd", "#ced6dd"] : ["#222832", "#222832"]);
    Object.assign(pen, { strokeStyle: frame.theme.text, lineWidth: width / 13, lineCap: "round", lineJoin: "round" });
    pen.beginPath();
    for (const line of strokes) {
      for (let k = 0; k < line.length; k += 2) {
        if (k) pen.lineTo(width * line[k], width * line[k + 1]);
        else pen.moveTo(width * line[k], width * line[k + 1]);
      }
      if (line.length === 2) pen.lineTo(width * line[0] + 0.1, width * line[1]);
    }
    pen.stroke();
  }, "draw a digit here");
  const heading = node("span");
  const maps = frame.panel("The channels at the chosen layer, a map each: blue above zero, orange below", (pen, width, height) => {
    const { layer } = values, columns = 3, gap = 6, tile = (width - (columns + 1) * gap) / columns;
    const all = found.states.subarray(layer * channels * size, (layer + 1) * channels * size);
    const most = all.reduce((largest2, value2) => Math.max(largest2, Math.abs(value2)), 1e-9);
    for (let k = 0; k < channels; k++) {
      const [left, top] = [gap + k % columns * (tile + gap), gap + Math.floor(k / columns) * (tile + gap)];
      pen.strokeStyle = frame.theme.line;
      pen.strokeRect(left, top, tile, tile);
      if (!empty()) paintMap(pen, all.subarray(k * size, (k + 1) * size), side, most, [left, top, tile], frame.theme.classes);
    }
    pen.fillStyle = frame.theme.muted;
    pen.font = `11px ${frame.theme.font}`;
    pen.textAlign = "right";
    if (!empty()) pen.fillText(`up to ${most.toFixed(1)}`, width - gap, height - gap);
  }, heading);
  const bars = frame.panel("The probabilities of the ten digits", (pen, width, height) => {
    const row = height / 10, blue = frame.theme.classes[0];
    pen.textBaseline = "middle";
    pen.textAlign = "left";
    const winner = empty() ? -1 : best();
    found.probabilities.forEach((p, digit2) => {
      pen.fillStyle = digit2 === winner ? blue : lighter(blue, frame.theme.dark ? 0 : 0.4);
      if (!empty()) pen.fillRect(24, digit2 * row + 3, Math.max(1, p * (width - 90)), row - 6);
      pen.fillStyle = frame.theme.text;
      pen.font = `${digit2 === winner ? "bold " : ""}13px ${frame.theme.font}`;
      pen.fillText(String(digit2), 8, (digit2 + 0.5) * row);
      pen.font = `12px ${frame.theme.font}`;
      if (p > 5e-3 && !empty()) pen.fillText(percent(p), 30 + p * (width - 90), (digit2 + 0.5) * row);
    });
  }, "probabilities");
  const clear = node("button", { type: "button", click: () => {
    strokes.length = 0;
    read(new Float64Array(size));
  } }, "Clear");
  frame.views.before(node("div", { class: "rkl-row" }, clear, node("span", { class: "rkp-hint" }, "Draw over the digit, or choose one.")));
  function read(now) {
    image = now;
    found = answer(net, image);
    asked = !strokes.length && !empty();
    if (!asked) frame.instead("digit", empty() ? "nothing drawn" : "your own drawing");
    show2();
  }
  function show2() {
    heading.textContent = `channels at layer ${values.layer} of ${net.L}`;
    for (const panel of [pad, maps, bars]) panel.soon();
    const sure = percent(found.probabilities[best()]);
    const accuracy = `It reads ${percent(given.net.accuracy)} of the test digits.`;
    frame.say(empty() ? `Draw a digit. ${accuracy}` : `The network reads ${asked ? "this digit" : "your drawing"} as ${best()} with probability ${sure}. ${accuracy}`);
  }
  drawable(pad.canvas, strokes, (begun) => begun ? void 0 : read(pixels(strokes)));
  return {
    update(changed) {
      if (!changed.includes("digit")) show2();
      else {
        strokes.length = 0;
        read(sample(given, values.digit));
      }
    }
  };
}
var digit = { numbers, open };

// src/geometry/axes.mjs
function principalAxes(states, d) {
  const n = states.length / d, mean = new Float64Array(d), C = new Float64Array(d * d);
  for (let k = 0; k < states.length; k++) mean[k % d] += states[k] / n;
  for (let row = 0; row < states.length; row += d) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) C[i * d + j] += (states[row + i] - mean[i]) * (states[row + j] - mean[j]) / n;
    }
  }
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) C[j * d + i] = C[i * d + j];
  const V = Float64Array.from({ length: d * d }, (_, k) => k % (d + 1) === 0 ? 1 : 0);
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < d; p++) for (let q = p + 1; q < d; q++) rotate(C, V, d, p, q);
  }
  const by = Array.from({ length: d }, (_, i) => i).sort((i, j) => C[j * d + j] - C[i * d + i]);
  const axes = new Float64Array(d * d);
  by.forEach((i, rank) => {
    const axis = V.subarray(i * d, (i + 1) * d);
    const largest2 = axis.reduce((a, b) => Math.abs(b) > Math.abs(a) ? b : a, 0);
    axes.set(axis.map((x) => largest2 < 0 ? -x : x), rank * d);
  });
  return { mean, axes, variances: Float64Array.from(by, (i) => Math.max(0, C[i * d + i])) };
}
function rotate(C, V, d, p, q) {
  if (C[p * d + q] === 0) return;
  const theta = (C[q * d + q] - C[p * d + p]) / (2 * C[p * d + q]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1), s = t * c;
  const turn = (M, a, b) => {
    [M[a], M[b]] = [c * M[a] - s * M[b], s * M[a] + c * M[b]];
  };
  for (let k = 0; k < d; k++) turn(C, k * d + p, k * d + q);
  for (let k = 0; k < d; k++) turn(C, p * d + k, q * d + k);
  for (let k = 0; k < d; k++) turn(V, p * d + k, q * d + k);
}
function project(states, d, { mean, axes }, components2) {
  const n = states.length / d, result = new Float32Array(n * components2);
  for (let r = 0; r < n; r++) {
    for (let a = 0; a < components2; a++) {
      let total2 = 0;
      for (let i = 0; i < d; i++) total2 += axes[a * d + i] * (states[r * d + i] - mean[i]);
      result[r * components2 + a] = total2;
    }
  }
  return result;
}

// src/laboratories/components.mjs
var layerAt = (way, L) => Math.floor(way * L / 100 + 0.5);
function components({ states, n, L, d_hat: d }, c) {
  const rows = (
    /** @type {Float32Array} */
    states
  );
  const frame = principalAxes(rows, d), m = Math.min(3, d);
  const at = new Float64Array((L + 1) * n * 3), found = project(rows, d, frame, m), sums = [0, 0, 0];
  for (let row = 0; row < (L + 1) * n; row++) {
    for (let k = 0; k < m; k++) {
      at[3 * row + k] = found[m * row + k];
      sums[k] += c[row % n] * found[m * row + k];
    }
  }
  for (let k = 0; k < at.length; k++) if (sums[k % 3] < 0) at[k] = -at[k];
  return { at, n, L, variances: [...frame.variances.subarray(0, 3)] };
}
function deviations({ at, n }, layer) {
  const part = at.subarray(3 * layer * n, 3 * (layer + 1) * n);
  return [0, 1, 2].map((k) => {
    let [sum3, square] = [0, 0];
    for (let i = 0; i < n; i++) sum3 += part[3 * i + k] / n;
    for (let i = 0; i < n; i++) square += (part[3 * i + k] - sum3) ** 2 / n;
    return Math.sqrt(square);
  });
}

// src/data/elementary.mjs
var wide = new Float64Array(1);
var words = new Uint32Array(wide.buffer);
function log(x) {
  wide[0] = x;
  let k = (words[1] >>> 20 & 2047) - 1022;
  words[1] = words[1] & 1048575 | 1071644672;
  let m = wide[0];
  if (m < Math.SQRT1_2) [k, m] = [k - 1, 2 * m];
  const t = (m - 1) / (m + 1), s = t * t;
  let series = 0;
  for (let i = 23; i > 0; i -= 2) series = series * s + 1 / i;
  return k * Math.LN2 + 2 * t * series;
}
function cosineAndSine(x) {
  const quarter = Math.floor(x / (Math.PI / 2) + 0.5);
  const r = x - quarter * (Math.PI / 2), s = r * r;
  let c = 0, n = 0;
  for (let i = 18; i >= 0; i -= 2) c = 1 - c * s / ((i + 1) * (i + 2));
  for (let i = 19; i >= 1; i -= 2) n = 1 - n * s / ((i + 1) * (i + 2));
  n *= r;
  return quarter === 1 ? [-n, c] : quarter === 2 ? [-c, -n] : quarter === 3 ? [n, -c] : [c, n];
}

// src/data/quantile.mjs
var CENTRE = [
  [
    2509.0809287301227,
    33430.57558358813,
    67265.7709270087,
    45921.95393154987,
    13731.69376550946,
    1971.5909503065513,
    133.14166789178438,
    3.3871328727963665
  ],
  [
    5226.495278852854,
    28729.085735721943,
    39307.89580009271,
    21213.794301586597,
    5394.196021424751,
    687.1870074920579,
    42.31333070160091,
    1
  ]
];
var MIDDLE = [
  [
    7745450142783414e-19,
    0.022723844989269184,
    0.2417807251774506,
    1.2704582524523684,
    3.6478483247632045,
    5.769497221460691,
    4.630337846156546,
    1.4234371107496835
  ],
  [
    10507500716444169e-25,
    5475938084995345e-19,
    0.015198666563616457,
    0.14810397642748008,
    0.6897673349851,
    1.6763848301838038,
    2.053191626637759,
    1
  ]
];
var TAIL = [
  [
    20103343992922881e-23,
    27115555687434876e-21,
    0.0012426609473880784,
    0.026532189526576124,
    0.29656057182850487,
    1.7848265399172913,
    5.463784911164114,
    6.657904643501103
  ],
  [
    20442631033899397e-31,
    1421511758316446e-22,
    18463183175100548e-21,
    7868691311456133e-19,
    0.014875361290850615,
    0.1369298809227358,
    0.599832206555888,
    1
  ]
];
var rational = ([above, below], x) => above.reduce((v, a) => v * x + a, 0) / below.reduce((v, a) => v * x + a, 0);
function normalQuantile(u) {
  const q = u - 0.5;
  if (Math.abs(q) <= 0.425) return q * rational(CENTRE, 0.180625 - q * q);
  const r = Math.sqrt(-log(q < 0 ? u : 1 - u));
  const z = r <= 5 ? rational(MIDDLE, r - 1.6) : rational(TAIL, r - 5);
  return q < 0 ? -z : z;
}

// src/data/random.mjs
var STREAMS = { points: 0, noise: 1, order: 2, lift: 3, K: 4, b: 5, W: 6, mu: 7 };
var GENERATOR = "threefry2x32-20";
var ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24];
function threefry(key0, key1, counter0, counter1) {
  const keys = [key0, key1, key0 ^ key1 ^ 466688986];
  let x = counter0 + key0 | 0, y = counter1 + key1 | 0;
  for (let round = 0; round < 20; round++) {
    const turn = ROTATIONS[round % 8];
    x = x + y | 0;
    y = (y << turn | y >>> 32 - turn) ^ x;
    if (round % 4 === 3) {
      const block = (round + 1) / 4;
      x = x + keys[block % 3] | 0;
      y = y + keys[(block + 1) % 3] + block | 0;
    }
  }
  return [x >>> 0, y >>> 0];
}
function uniform(seed, stream, i, j = 0) {
  const [x, y] = threefry(seed, STREAMS[stream], i, j);
  return ((x >>> 6) * 2 ** 26 + (y >>> 6) + 0.5) / 2 ** 52;
}
var normal = (seed, stream, i, j = 0) => normalQuantile(uniform(seed, stream, i, j));
function permutation(N, seed, epoch) {
  const order = Int32Array.from({ length: N }, (_, i) => i);
  for (let i = N - 1; i > 0; i--) {
    const j = Math.floor(threefry(seed, STREAMS.order, i, epoch)[0] * (i + 1) / 2 ** 32);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

// src/data/points.mjs
var EDGE = 4;
var SPIRAL_SCALE = 1 / 5;
var RINGS = {
  donut_2D: { spread: 1.2, inner: [0, 1.2] },
  donut_2D_6C: { spread: 1.5, inner: [0, 1, 2, 3, 4, 5].map((k) => k * (4 / 6)) }
};
var QUADRANTS = { squares: [0, 1, 1, 0], squares_2D_4C: [2, 3, 1, 0] };
function arm(phi) {
  const [c, s] = cosineAndSine(phi), radius = 2 * phi + Math.PI;
  return [radius * c, radius * s];
}
function clean(law, n, seed) {
  const side = (j) => EDGE * (2 * uniform(seed, "points", n, j) - 1);
  const bell = (j) => normal(seed, "points", n, j);
  if (law === "spiral") {
    const [x12, x22] = arm(2 * Math.PI * Math.sqrt(uniform(seed, "points", n >> 1)));
    return n % 2 === 0 ? [x12, x22, 0] : [-x12, -x22, 1];
  }
  const [x1, x2] = law === "donut_1D" ? [side(0), bell(1)] : law in RINGS ? [bell(0), bell(1)].map((z) => RINGS[
    /** @type {'donut_2D'} */
    law
  ].spread * z) : [side(0), side(1)];
  return [x1, x2, labelOf(law, x1, x2)];
}
function labelOf(law, x1, x2) {
  if (law === "donut_1D") return Math.abs(x1) >= 1 ? 1 : 0;
  if (law === "squares" || law === "squares_2D_4C") return QUADRANTS[law][(x1 > 0 ? 1 : 0) + (x2 > 0 ? 2 : 0)];
  if (law === "spiral") {
    const [d0, d1] = [1, -1].map((sign) => distance(x1 / SPIRAL_SCALE, x2 / SPIRAL_SCALE, sign));
    return d0 <= d1 ? 0 : 1;
  }
  const r = Math.sqrt(x1 * x1 + x2 * x2);
  return RINGS[law].inner.filter((radius) => radius <= r).length - 1;
}
function distance(x1, x2, sign) {
  const n = 512;
  let best = Infinity;
  for (let i = 0; i <= n; i++) {
    const [a, b] = arm(2 * Math.PI * i / n);
    best = Math.min(best, (x1 - sign * a) ** 2 + (x2 - sign * b) ** 2);
  }
  return best;
}
function draw(law, N, noise, seed) {
  const X = new Float32Array(2 * N), c = new Int32Array(N), scale = law === "spiral" ? SPIRAL_SCALE : 1;
  for (let n = 0; n < N; n++) {
    const [x1, x2, label] = clean(law, n, seed);
    X[2 * n] = (x1 + noise * normal(seed, "noise", n, 0)) * scale;
    X[2 * n + 1] = (x2 + noise * normal(seed, "noise", n, 1)) * scale;
    c[n] = label;
  }
  return { X, c };
}

// src/engine/arithmetic.mjs
var f = Math.fround;
var bits = new Int32Array(1);
var single = new Float32Array(bits.buffer);
var TANH_LIMIT = f(7.905311107635498);
var TANH_P = new Float32Array([
  -276076847742355e-30,
  200018790482477e-27,
  -860467152213735e-25,
  512229709037114e-22,
  148572235717979e-19,
  637261928875436e-18,
  0.00489352455891786
]);
var TANH_Q = new Float32Array([119825839466702e-20, 118534705686654e-18, 0.002268434632439, 0.00489352518554385]);
var EXP_LEAST = -86;
var EXP_MOST = f(88.72283);
var EXP_P = new Float32Array([
  198756915e-12,
  0.0013981999507,
  0.0083334519073,
  0.041665795894,
  0.16666665459,
  0.50000001201
]);
var LOG2_E = f(1.4426950408889634);
var TO_WHOLE = 12582912;
var LN2_HIGH = f(0.693359375);
var LN2_LOW = f(-21219444e-11);
var SQRT2 = f(1.4142135623730951);
var LOG_P = new Float32Array([
  0.070376836292,
  -0.1151461031,
  0.1167699874,
  -0.12420140846,
  0.14249322787,
  -0.16668057665,
  0.20000714765,
  -0.24999993993,
  0.33333331174
]);
var SOFTPLUS_LINEAR = 20;
var NEGLIGIBLE = f(1e-17);
var FADED = f(1e-30);
var BETA1 = f(0.9);
var BETA1_REST = f(0.1);
var BETA2 = f(0.999);
var BETA2_REST = f(1e-3);
var EPSILON = f(1e-8);
var [TP0, TP1, TP2, TP3, TP4, TP5, TP6] = TANH_P;
var [TQ0, TQ1, TQ2, TQ3] = TANH_Q;
function tanh32(x) {
  x = x > TANH_LIMIT ? TANH_LIMIT : x < -TANH_LIMIT ? -TANH_LIMIT : x;
  const s = f(x * x);
  let p = f(f(s * TP0) + TP1);
  p = f(f(p * s) + TP2);
  p = f(f(p * s) + TP3);
  p = f(f(p * s) + TP4);
  p = f(f(p * s) + TP5);
  p = f(f(p * s) + TP6);
  let q = f(f(s * TQ0) + TQ1);
  q = f(f(q * s) + TQ2);
  q = f(f(q * s) + TQ3);
  return f(f(x * p) / q);
}
function exp32(x) {
  if (!(x >= EXP_LEAST)) return x < EXP_LEAST ? 0 : x;
  if (x > EXP_MOST) return Infinity;
  const k = f(f(f(x * LOG2_E) + TO_WHOLE) - TO_WHOLE);
  const r = f(f(x - f(k * LN2_HIGH)) - f(k * LN2_LOW));
  let p = f(f(r * EXP_P[0]) + EXP_P[1]);
  for (let i = 2; i < 6; i++) p = f(f(p * r) + EXP_P[i]);
  bits[0] = k + 126 << 23;
  return f(f(f(f(f(p * f(r * r)) + r) + 1) * single[0]) * 2);
}
function log32(x) {
  if (!(x < Infinity)) return x;
  single[0] = x;
  let k = (bits[0] >>> 23) - 127;
  bits[0] = bits[0] & 8388607 | 1065353216;
  let r = single[0];
  if (r > SQRT2) [k, r] = [k + 1, f(r * 0.5)];
  const t = f(r - 1);
  const s = f(t * t);
  let p = f(f(t * LOG_P[0]) + LOG_P[1]);
  for (let i = 2; i < 9; i++) p = f(f(p * t) + LOG_P[i]);
  return f(f(f(f(f(f(p * t) * s) + f(k * LN2_LOW)) - f(s * 0.5)) + t) + f(k * LN2_HIGH));
}
function logistic32(x) {
  return x < EXP_LEAST ? 0 : f(1 / f(1 + exp32(f(0 - x))));
}
function softplus32(x) {
  if (x > SOFTPLUS_LINEAR) return x;
  const u = exp32(f(0 - Math.abs(x)));
  const v = f(1 + u);
  return f((x > 0 ? x : 0) + f(log32(v) + f(f(u - f(v - 1)) / v)));
}
var SIGMA = {
  tanh: [tanh32, (_, y) => f(1 - f(y * y))],
  logistic: [logistic32, (_, y) => f(y * f(1 - y))],
  relu: [(z) => z < 0 ? 0 : z, (z) => z > 0 ? 1 : 0],
  softplus: [softplus32, (z) => z > SOFTPLUS_LINEAR ? 1 : logistic32(z)]
};
var flush = (x, least) => Math.abs(x) < least ? 0 : x;

// limits.json
var limits_default = {
  file: 67108864,
  real: { noise: [0, 3], h: [1e-3, 10], rate: [1e-6, 1], share: [0.1, 0.9] },
  whole: {
    samples: [10, 5e3],
    d_hat: [2, 16],
    L: [1, 100],
    batch: [1, 100],
    epochs: [1, 1e3],
    seed: [0, 4294967295],
    stages: [1, 8],
    classes: [2, 6],
    changes: [0, 100]
  }
};

// src/setup/choices.mjs
var SETS = (
  /** @type {const} */
  {
    donut_1D: { title: "donut 1D", classes: 2, noise: 0.5 },
    donut_2D: { title: "donut 2D", classes: 2, noise: 0.2 },
    squares: { title: "squares", classes: 2, noise: 0.3 },
    spiral: { title: "spiral", classes: 2, noise: 1 },
    donut_2D_6C: { title: "donut 2D & 6C", classes: 6, noise: 0.2 },
    squares_2D_4C: { title: "squares 2D & 4C", classes: 4, noise: 0.3 }
  }
);
var ACTIVATIONS = ["tanh", "logistic", "relu", "softplus"];
var LIFTS = ["zero", "linear", "orthogonal", "learned"];
var SCHEMES = {
  euler: { title: "Euler", A: [[]], beta: ["1"] },
  heun: { title: "Heun", A: [[], ["1"]], beta: ["1/2", "1/2"] },
  kutta3: { title: "Kutta 3", A: [[], ["1/2"], ["-1", "2"]], beta: ["1/6", "2/3", "1/6"] },
  rk4: { title: "RK4", A: [[], ["1/2"], ["0", "1/2"], ["0", "0", "1"]], beta: ["1/6", "1/3", "1/3", "1/6"] },
  rk38: { title: "3/8 rule", A: [[], ["1/3"], ["-1/3", "1"], ["1", "-1", "1"]], beta: ["1/8", "3/8", "3/8", "1/8"] }
};
var LIMITS = (
  /** @type {Record<Real|Whole, [number, number]>} */
  { ...limits_default.real, ...limits_default.whole }
);
var WHOLE = Object.keys(limits_default.whole);
var DEFAULTS = {
  data: "donut_2D",
  noise: 0.2,
  samples: 1500,
  share: 0.5,
  net: "RKNet",
  scheme: "rk4",
  h: 0.05,
  d_hat: 3,
  L: 20,
  activation: "tanh",
  lift: "zero",
  rate: 1e-3,
  rates: [],
  batch: 5,
  epochs: 40,
  seed: 0
};

// src/setup/refuse.mjs
var SHOWN = 80;
function refuse(field, rule, got) {
  refuseText(field, rule, JSON.stringify(got) ?? String(got));
}
function refuseText(field, rule, text) {
  throw new Error(`${field}: must be ${rule}, got ${shortened(text)}`);
}
function shortened(text) {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)} …` : text;
}
function said(error) {
  return error instanceof Error ? error.message : String(error);
}

// src/setup/rates.mjs
function rateAt({ rate, rates = [] }, steps2) {
  return rates.reduce((now, [from, next]) => from <= steps2 ? next : now, rate);
}
function untilChange({ rates = [] }, steps2) {
  return (rates.find(([from]) => from > steps2)?.[0] ?? Infinity) - steps2;
}
function changedRates({ rate: first, rates = [] }, steps2, rate) {
  const before = rates.filter(([from]) => from < steps2);
  return rateAt({ rate: first, rates: before }, steps2) === rate ? before : [...before, [steps2, rate]];
}
function checkRates(rates) {
  const [least, most] = LIMITS.rate, many = LIMITS.changes[1];
  const right = Array.isArray(rates) && rates.length <= many && rates.every((change, k) => {
    if (!Array.isArray(change) || change.length !== 2) return false;
    const [step, rate] = change;
    return Number.isInteger(step) && step > (k ? rates[k - 1][0] : 0) && typeof rate === "number" && rate >= least && rate <= most;
  });
  if (!right) refuse("rates", `a list of at most ${many} pairs [step, rate] with rising steps from 1 on and rates in ${least} .. ${most}`, rates);
}

// src/setup/fractions.mjs
function fraction(p, q = 1n) {
  let [a, b] = [p < 0n ? -p : p, q < 0n ? -q : q];
  while (b) [a, b] = [b, a % b];
  const divisor = q < 0n ? -a : a;
  return { p: p / divisor, q: q / divisor };
}
var sum = (a, b) => fraction(a.p * b.q + b.p * a.q, a.q * b.q);
var product = (a, b) => fraction(a.p * b.p, a.q * b.q);
var written = (a) => a.q === 1n ? `${a.p}` : `${a.p}/${a.q}`;
var ZERO = fraction(0n);
var ONE = fraction(1n);
var FINE = "a fraction of numbers of at most 15 digits";
var LETTERS = 200;
function readFraction(field, entry) {
  const text = String(entry ?? "").trim();
  if (text === "") return ZERO;
  if (text.length > LETTERS) refuseText(field, FINE, text);
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:\s*\/\s*(\d+))?$/.exec(text);
  const [, sign, before, after = "", below = "1"] = match ?? ["", "", "", "", ""];
  if (!match || before + after === "" || BigInt(below) === 0n) {
    return refuseText(field, "a number such as 1/3, -2 or 0.25", text);
  }
  const value2 = fraction(BigInt(sign + before + after), 10n ** BigInt(after.length) * BigInt(below));
  if (value2.p > 2n ** 53n || -value2.p > 2n ** 53n || value2.q > 2n ** 53n) {
    refuseText(field, FINE, text);
  }
  return value2;
}

// src/setup/trees.mjs
var nodes = (tree) => tree.reduce((total2, subtree) => total2 + nodes(subtree), 1);
var density = (tree) => tree.reduce((total2, subtree) => total2 * density(subtree), nodes(tree));
function trees(n) {
  if (n === 1) return [[]];
  const found = /* @__PURE__ */ new Map();
  for (let size = 1; size < n; size++) {
    for (const branch of trees(size)) {
      for (const rest of trees(n - size)) {
        const tree = [...rest, branch].sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
        found.set(JSON.stringify(tree), tree);
      }
    }
  }
  return [...found.values()];
}

// src/setup/tableau.mjs
function readTableau(tableau2) {
  const { A: rows, beta: weights2 } = tableau2 ?? {};
  const [least, most] = LIMITS.stages, s = weights2?.length;
  if (!(Array.isArray(weights2) && s >= least && s <= most)) refuseText("beta", `a list of ${least} .. ${most} weights`, counted(weights2, "weight"));
  if (!(Array.isArray(rows) && rows.length === s && rows.every((row) => Array.isArray(row) && row.length <= s))) {
    refuseText("A", `a list of s = ${s} rows of at most s entries`, rowsInWords(rows, s));
  }
  const A2 = rows.map(
    (row, i) => Array.from({ length: s }, (_, j) => {
      const entry = readFraction(`a_${i + 1}${j + 1}`, row[j]);
      return j < i || entry.p === 0n ? entry : refuseText(`a_${i + 1}${j + 1}`, "empty, for the scheme is explicit", String(row[j]));
    })
  );
  const beta = weights2.map((weight, i) => readFraction(`beta_${i + 1}`, weight));
  const total2 = beta.reduce(sum, ZERO);
  if (written(total2) !== "1") throw new Error(`beta: must add up to 1, got ${written(total2)}`);
  const stageWeights2 = (tree) => tree.map(stageWeights2).reduce(
    (result, inner) => result.map((g, i) => product(g, A2[i].map((a, j) => product(a, inner[j])).reduce(sum, ZERO))),
    beta.map(() => ONE)
  );
  const holds = (tree) => {
    const weight = stageWeights2(tree).map((g, i) => product(beta[i], g)).reduce(sum, ZERO);
    return weight.p * BigInt(density(tree)) === weight.q;
  };
  let order = 0;
  while (order < 5 && trees(order + 1).every(holds)) order++;
  const number = ({ p, q }) => Number(p) / Number(q);
  return {
    s,
    A: A2.map((row) => row.map(number)),
    beta: beta.map(number),
    c: A2.map((row) => number(row.reduce(sum, ZERO))),
    order,
    text: { A: A2.map((row, i) => row.slice(0, i).map(written)), beta: beta.map(written) }
  };
}
function counted(list2, name) {
  if (!Array.isArray(list2)) return "no list";
  return `${list2.length || "no"} ${name}${list2.length === 1 ? "" : "s"}`;
}
function rowsInWords(rows, s) {
  if (!Array.isArray(rows) || rows.length !== s) return counted(rows, "row");
  const i = rows.findIndex((row) => !Array.isArray(row) || row.length > s);
  return Array.isArray(rows[i]) ? `${rows[i].length} entries in row ${i + 1}` : `no list in row ${i + 1}`;
}
function tableauOf({ scheme: scheme2 }) {
  return readTableau(typeof scheme2 === "string" ? SCHEMES[scheme2] : scheme2);
}

// src/setup/configuration.mjs
function validated(configuration) {
  if (typeof configuration !== "object" || configuration === null) refuse("configuration", "an object", configuration);
  for (const key of Object.keys(configuration)) {
    if (!Object.hasOwn(DEFAULTS, key)) refuse("configuration", `made of ${Object.keys(DEFAULTS).join(", ")}`, key);
  }
  const { data } = configuration;
  const noise = typeof data === "string" && Object.hasOwn(SETS, data) ? SETS[data].noise : DEFAULTS.noise;
  const given = Object.fromEntries(Object.entries(configuration).filter(([, value2]) => value2 !== void 0));
  const full = (
    /** @type {Configuration} */
    { ...DEFAULTS, noise, ...given }
  );
  for (const field of ["noise", "h", "rate", "share", "samples", "d_hat", "L", "batch", "epochs", "seed"]) {
    checkNumber(
      field,
      /** @type {any} */
      full[field],
      /** @type {keyof typeof LIMITS} */
      field
    );
  }
  checkRates(full.rates);
  choose("net", full.net, ["StandardNet", "RKNet"]);
  choose("activation", full.activation, ACTIVATIONS);
  choose("lift", full.lift, LIFTS);
  if (typeof full.scheme === "string") choose("scheme", full.scheme, Object.keys(SCHEMES));
  else readTableau(full.scheme);
  if (typeof full.data === "string") choose("data", full.data, Object.keys(SETS));
  else checkGiven(full.data);
  return full;
}
function checkNumber(field, value2, limits) {
  const [least, most] = LIMITS[limits], whole = WHOLE.includes(limits);
  if (typeof value2 !== "number" || !(value2 >= least && value2 <= most) || whole && !Number.isInteger(value2)) {
    refuse(field, `a ${whole ? "whole " : ""}number in ${least} .. ${most}`, value2);
  }
}
function choose(field, value2, known2) {
  if (typeof value2 !== "string" || !known2.includes(value2)) refuse(field, `one of ${known2.join(", ")}`, value2);
}
function checkGiven(data) {
  if (typeof data !== "object" || data === null) refuse("data", "the name of a set, or points", data);
  const { classes } = data;
  checkNumber("data.classes", classes, "classes");
  for (const [name, points] of Object.entries({ data, "data.validation": data.validation ?? data })) {
    const { X, c } = points;
    if (!(Array.isArray(X) && X.length > 0 && X.every((x) => x?.length === 2 && x.every((t) => typeof t === "number" && Number.isFinite(f(t)))))) {
      refuse(`${name}.X`, "a list of one or more points [x1, x2] of finite numbers", X);
    }
    if (!(Array.isArray(c) && c.length === X.length && c.every((k) => Number.isInteger(k) && k >= 0 && k < classes))) {
      refuse(`${name}.c`, `a list of ${X.length} classes in 0 .. ${classes - 1}`, c);
    }
  }
}
function trainingPoints({ data, samples, share }) {
  return typeof data === "string" ? Math.round(2 * samples * share) : data.X.length;
}
function stepsPerEpoch(configuration) {
  return Math.ceil(trainingPoints(configuration) / configuration.batch);
}
function classesOf({ data }) {
  return typeof data === "string" ? SETS[data].classes : data.classes;
}

// src/data/weights.mjs
function initialWeights(configuration) {
  const { d_hat, L, lift, seed } = configuration, classes = classesOf(configuration);
  const fill = (stream, size, fanIn) => {
    const bound = 1 / Math.sqrt(fanIn);
    return Float32Array.from({ length: size }, (_, i) => bound * (2 * uniform(seed, stream, i) - 1));
  };
  return {
    lift: lift === "zero" ? Float32Array.from({ length: 2 * d_hat }, (_, i) => i === 0 || i === 3 ? 1 : 0) : lift === "orthogonal" ? orthonormal(Array.from({ length: 2 * d_hat }, (_, i) => normal(seed, "lift", i))) : fill("lift", 2 * d_hat, 2),
    K: fill("K", L * d_hat * d_hat, d_hat),
    b: fill("b", L * d_hat, d_hat),
    W: fill("W", classes * d_hat, d_hat),
    mu: fill("mu", classes, d_hat)
  };
}
function orthonormal(V) {
  const n = V.length / 2, a = V.filter((_, i) => i % 2 === 0), b = V.filter((_, i) => i % 2 === 1);
  const dot = (x, y) => x.reduce((total2, t, i) => total2 + t * y[i], 0);
  for (let run = 0; run < 2; run++) {
    const length = Math.sqrt(dot(a, a));
    for (let i = 0; i < n; i++) a[i] /= length;
    const overlap = dot(a, b);
    for (let i = 0; i < n; i++) b[i] -= a[i] * overlap;
    const rest = Math.sqrt(dot(b, b));
    for (let i = 0; i < n; i++) b[i] /= rest;
  }
  return Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? a : b)[i >> 1]);
}

// src/engine/layout.mjs
function layoutOf({ d_hat, L, classes, beta }, n) {
  const width = 4 * Math.ceil(d_hat / 4);
  const outputs = 4 * Math.ceil(classes / 4);
  const s = beta.length;
  let end = 0;
  const take = (size) => (end += 4 * Math.ceil(size / 4)) - 4 * Math.ceil(size / 4);
  const M = take(2 * width), K = take(L * d_hat * width), b = take(L * width), W = take(d_hat * outputs);
  const mu = take(outputs), weights2 = end;
  take(2 * weights2);
  const layer = s * n * width;
  const most = Math.max(width, outputs);
  return {
    width,
    outputs,
    n,
    M,
    K,
    b,
    W,
    mu,
    weights: weights2,
    x: take(2 * n),
    Y: take((L + 1) * layer),
    S: take(L * layer),
    F: take(layer),
    xi: take(layer),
    G: take(layer),
    p: take(n * width),
    z: take(n * outputs),
    KT: take(d_hat * width),
    WT: take(classes * width),
    g: take(Math.max(2, d_hat) * most),
    zero: take(most),
    size: end
  };
}

// src/engine/operations.mjs
function operationsOn(memory, at) {
  function multiply(a, row, step, inner, M, columns, start, out, rows) {
    for (let n = 0; n < rows; n++, a += row, out += columns) {
      for (let o = 0; o < columns; o += 4) {
        let s0 = memory[start + o], s1 = memory[start + o + 1], s2 = memory[start + o + 2], s3 = memory[start + o + 3];
        for (let j = 0, k = a, m = M + o; j < inner; j++, k += step, m += columns) {
          const x = memory[k];
          s0 = f(s0 + f(memory[m] * x));
          s1 = f(s1 + f(memory[m + 1] * x));
          s2 = f(s2 + f(memory[m + 2] * x));
          s3 = f(s3 + f(memory[m + 3] * x));
        }
        memory[out + o] = s0;
        memory[out + o + 1] = s1;
        memory[out + o + 2] = s2;
        memory[out + o + 3] = s3;
      }
    }
  }
  function addMultiple(out, from, factor, size) {
    for (let k = 0; k < size; k++) memory[out + k] = f(memory[out + k] + f(memory[from + k] * factor));
  }
  function addRows(M, rows, columns) {
    memory.copyWithin(at.g, M, M + columns);
    for (let n = 1; n < rows; n++) {
      for (let o = 0; o < columns; o++) memory[at.g + o] = f(memory[at.g + o] + memory[M + n * columns + o]);
    }
  }
  function move(w2, size, rate, scale, moving) {
    const m = w2 + at.weights, v = m + at.weights;
    for (let k = 0; k < size; k++) {
      const g = flush(memory[at.g + k], NEGLIGIBLE);
      if (!moving) {
        memory[m + k] = g;
        continue;
      }
      const mk = flush(f(f(memory[m + k] * BETA1) + f(g * BETA1_REST)), FADED);
      const vk = flush(f(f(memory[v + k] * BETA2) + f(f(g * BETA2_REST) * g)), FADED);
      memory[m + k] = mk;
      memory[v + k] = vk;
      memory[w2 + k] = f(memory[w2 + k] - f(f(mk * rate) / f(f(f(Math.sqrt(vk)) * scale) + EPSILON)));
    }
  }
  function transpose(M, from, out, to, rows, columns) {
    for (let o = 0; o < rows; o++) {
      for (let i = 0; i < columns; i++) memory[out + o * to + i] = memory[M + i * from + o];
    }
  }
  return { multiply, addMultiple, addRows, move, transpose };
}

// src/engine/javascript.mjs
function scriptSweeps(net, at) {
  const memory = new Float32Array(at.size), operations = operationsOn(memory, at);
  const forward = forwardSweep(net, at, memory, operations), backward = backwardSweep(net, at, memory, operations);
  return { kernel: "javascript", memory, forward, backward };
}
function forwardSweep(net, at, memory, { multiply, addMultiple }) {
  const { d_hat, L, carried, A: A2, beta } = net, { width, outputs } = at, s = beta.length;
  const [sigma, slope2] = SIGMA[net.activation];
  return (rows, keep) => {
    const size = rows * width;
    multiply(at.x, 2, 1, 2, at.M, width, at.zero, at.Y, rows);
    let Y = at.Y, S = at.S;
    for (let l = 0; l < L; l++) {
      for (let i = 0; i < s; i++) {
        const y = Y + i * size, F = at.F + i * size;
        if (i > 0) memory.copyWithin(y, Y, Y + size);
        for (let j = 0; j < i; j++) if (A2[i][j] !== 0) addMultiple(y, at.F + j * size, A2[i][j], size);
        multiply(y, width, 1, d_hat, at.K + l * d_hat * width, width, at.b + l * width, F, rows);
        for (let k = 0; k < size; k++) {
          const z = memory[F + k], value2 = sigma(z);
          memory[F + k] = value2;
          memory[S + i * size + k] = slope2(z, value2);
        }
      }
      const next = Y + keep * s * size;
      if (!carried) memory.fill(0, next, next + size);
      else if (keep) memory.copyWithin(next, Y, Y + size);
      for (let i = 0; i < s; i++) if (beta[i] !== 0) addMultiple(next, at.F + i * size, beta[i], size);
      Y = next;
      S += keep * s * size;
    }
    multiply(Y, width, 1, d_hat, at.W, outputs, at.mu, at.z, rows);
  };
}
function backwardSweep(net, at, memory, { multiply, addMultiple, addRows, move, transpose }) {
  const { d_hat, L, classes, carried, A: A2, beta, learned } = net, { width, outputs } = at, s = beta.length;
  return (rows, rate, scale, moving) => {
    const size = rows * width;
    let Y = at.Y + L * s * size, S = at.S + L * s * size;
    transpose(at.W, outputs, at.WT, width, classes, d_hat);
    multiply(at.z, outputs, 1, classes, at.WT, width, at.zero, at.p, rows);
    multiply(Y, 1, width, rows, at.z, outputs, at.zero, at.g, d_hat);
    move(at.W, d_hat * outputs, rate, scale, moving);
    addRows(at.z, rows, outputs);
    move(at.mu, outputs, rate, scale, moving);
    for (let l = L - 1; l >= 0; l--) {
      Y -= s * size;
      S -= s * size;
      const K = at.K + l * d_hat * width;
      transpose(K, width, at.KT, width, d_hat, d_hat);
      for (let i = s - 1; i >= 0; i--) {
        const xi = at.xi + i * size;
        for (let k = 0; k < size; k++) memory[xi + k] = f(memory[at.p + k] * beta[i]);
        for (let j = i + 1; j < s; j++) if (A2[j][i] !== 0) addMultiple(xi, at.G + j * size, A2[j][i], size);
        for (let k = 0; k < size; k++) memory[xi + k] = flush(f(memory[xi + k] * memory[S + i * size + k]), NEGLIGIBLE);
        multiply(xi, width, 1, d_hat, at.KT, width, at.zero, at.G + i * size, rows);
      }
      if (!carried) memory.fill(0, at.p, at.p + size);
      for (let i = 0; i < s; i++) addMultiple(at.p, at.G + i * size, 1, size);
      multiply(Y, 1, width, s * rows, at.xi, width, at.zero, at.g, d_hat);
      move(K, d_hat * width, rate, scale, moving);
      addRows(at.xi, s * rows, width);
      move(at.b + l * width, width, rate, scale, moving);
    }
    if (learned) {
      multiply(at.x, 1, 2, rows, at.p, width, at.zero, at.g, 2);
      move(at.M, 2 * width, rate, scale, moving);
    }
  };
}

// src/engine/simd.mjs
var I32 = 127;
var F32 = 125;
var V128 = 123;
var VECTOR = 16;
function unsigned(n) {
  const bytes2 = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes2.push(n % 128 | 128);
  return [...bytes2, n];
}
function signed(n) {
  const bytes2 = [];
  for (; n < -64 || n > 63; n >>= 7) bytes2.push(n & 127 | 128);
  return [...bytes2, n & 127];
}
var floatBytes = (x) => [...new Uint8Array(new Float32Array([x]).buffer)];
var simd = (opcode) => (...operands) => [...operands, 253, unsigned(opcode)];
var w = {
  get: (local) => [32, unsigned(local)],
  /** @param {number} local @param {Code} value @returns {Code} */
  set: (local, value2) => [value2, 33, unsigned(local)],
  i32: (n) => [65, signed(n)],
  /** @param {Code} a @param {Code} b @returns {Code} */
  plus: (a, b) => [a, b, 106],
  /** @param {Code} a @param {Code} b @returns {Code} */
  minus: (a, b) => [a, b, 107],
  /** @param {Code} a @param {Code} b @returns {Code} */
  times: (a, b) => [a, b, 108],
  /** @param {Code} a @param {Code} b @returns {Code} */
  least: (a, b) => [a, b, 78],
  /** @param {number} routine @param {Code[]} operands @returns {Code} */
  call: (routine, ...operands) => [operands, 16, unsigned(routine)],
  /** @param {Code} address @param {number} [offset] @returns {Code} */
  loadFloat: (address2, offset = 0) => [address2, 42, 2, unsigned(offset)],
  /** @param {Code} address @param {Code} value @param {number} [offset] @returns {Code} */
  storeFloat: (address2, value2, offset = 0) => [address2, value2, 56, 2, unsigned(offset)],
  /** @param {Code} address @param {number} [offset] @returns {Code} */
  load: (address2, offset = 0) => [address2, 253, 0, 4, unsigned(offset)],
  /** The same number in every lane. @param {Code} address @param {number} [offset] @returns {Code} */
  loadEvery: (address2, offset = 0) => [address2, 253, 9, 2, unsigned(offset)],
  /** @param {Code} address @param {Code} value @param {number} [offset] @returns {Code} */
  store: (address2, value2, offset = 0) => [address2, value2, 253, 11, 4, unsigned(offset)],
  /** @param {number} x @returns {Code} */
  every: (x) => [253, 12, [0, 0, 0, 0].map(() => floatBytes(x))],
  /** @param {number} n @returns {Code} */
  everyWhole: (n) => [w.i32(n), 253, 17],
  splat: simd(19),
  lt: simd(67),
  gt: simd(68),
  eq: simd(65),
  and: simd(78),
  andNot: simd(79),
  or: simd(80),
  abs: simd(224),
  sqrt: simd(227),
  add: simd(228),
  sub: simd(229),
  mul: simd(230),
  div: simd(231),
  shiftLeft: simd(171),
  shiftRight: simd(173),
  addWhole: simd(174),
  subWhole: simd(177),
  toWhole: simd(248),
  fromWhole: simd(250),
  /** Lane by lane a where the mask holds, else b. @param {Code} mask @param {Code} a @param {Code} b @returns {Code} */
  where: (mask, a, b) => [a, b, mask, 253, 82]
};
function flat(code) {
  const bytes2 = [];
  const walk = (part) => {
    for (const item of part) typeof item === "number" ? bytes2.push(item) : walk(item);
  };
  walk(code);
  return bytes2;
}
var address = (place) => w.i32(4 * place);

// src/engine/routine.mjs
var Routine = class {
  /** @param {number[]} parameters  types */
  constructor(parameters) {
    this.parameters = parameters;
    this.locals = [];
    this.code = [];
  }
  /** @param {number} type @returns {number} a new local */
  local(type) {
    this.locals.push(type);
    return this.parameters.length + this.locals.length - 1;
  }
  /** A new local with a vector. @param {Code} value @returns {Code} code that reads it */
  keep(value2) {
    const local = this.local(V128);
    this.code.push(w.set(local, value2));
    return w.get(local);
  }
  /** @param {Code[]} code */
  emit(...code) {
    this.code.push(...code);
  }
  /**
   * Repeat as long as a local is at least `least`, and take `step` off it each time.
   * @param {number} counter @param {number} least @param {number} step @param {() => void} body
   */
  repeat(counter2, least, step, body) {
    this.emit([2, 64], [3, 64]);
    this.emit(w.get(counter2), w.i32(least), [72, 13, 1]);
    body();
    this.emit(w.set(counter2, w.minus(w.get(counter2), w.i32(step))), [12, 0], [11], [11]);
  }
  /** @param {number} pointer @param {Code} bytes */
  advance(pointer, bytes2) {
    this.emit(w.set(pointer, w.plus(w.get(pointer), bytes2)));
  }
  /** @returns {number[]} */
  get bytes() {
    const locals = this.locals.map((type) => [1, type]);
    const body = flat([unsigned(locals.length), locals, this.code, 11]);
    return flat([unsigned(body.length), body]);
  }
};

// src/engine/simd_activations.mjs
function tanhCode(r, z) {
  const { add, mul, every, where } = w;
  const inside = where(w.lt(z, every(-TANH_LIMIT)), every(-TANH_LIMIT), z);
  const x = r.keep(where(w.gt(z, every(TANH_LIMIT)), every(TANH_LIMIT), inside));
  const s = r.keep(mul(x, x));
  const polynomial = (c) => [...c.subarray(2)].reduce((p, a) => add(mul(p, s), every(a)), add(mul(s, every(c[0])), every(c[1])));
  return r.keep(w.div(mul(x, polynomial(TANH_P)), polynomial(TANH_Q)));
}
function expCode(r, x) {
  const { add, sub, mul, every, where } = w;
  const most = where(w.gt(x, every(EXP_MOST)), every(EXP_MOST), x);
  const inside = r.keep(where(w.gt(x, every(EXP_LEAST)), most, every(EXP_LEAST)));
  const k = r.keep(sub(add(mul(inside, every(LOG2_E)), every(TO_WHOLE)), every(TO_WHOLE)));
  const t = r.keep(sub(sub(inside, mul(k, every(LN2_HIGH))), mul(k, every(LN2_LOW))));
  const start = add(mul(t, every(EXP_P[0])), every(EXP_P[1]));
  const p = [...EXP_P.subarray(2)].reduce((q, a) => add(mul(q, t), every(a)), start);
  const power2 = w.addWhole(w.toWhole(sub(k, every(1))), w.everyWhole(127));
  const scaled = [power2, w.i32(23), w.shiftLeft()];
  const y = mul(mul(add(add(mul(p, mul(t, t)), t), every(1)), scaled), every(2));
  const limited = where(w.gt(x, every(EXP_MOST)), every(Infinity), w.andNot(y, w.lt(x, every(EXP_LEAST))));
  return r.keep(where(w.eq(x, x), limited, x));
}
function logCode(r, x) {
  const { add, sub, mul, every, where } = w;
  const exponent = w.subWhole([x, w.i32(23), w.shiftRight()], w.everyWhole(127));
  const whole = r.keep(w.fromWhole(exponent));
  const fraction2 = r.keep(w.or(w.and(x, w.everyWhole(8388607)), w.everyWhole(1065353216)));
  const large = r.keep(w.gt(fraction2, every(SQRT2)));
  const k = r.keep(where(large, add(whole, every(1)), whole));
  const t = r.keep(sub(where(large, mul(fraction2, every(0.5)), fraction2), every(1)));
  const s = r.keep(mul(t, t));
  const start = add(mul(t, every(LOG_P[0])), every(LOG_P[1]));
  const p = [...LOG_P.subarray(2)].reduce((q, a) => add(mul(q, t), every(a)), start);
  const first = sub(add(mul(mul(p, t), s), mul(k, every(LN2_LOW))), mul(s, every(0.5)));
  return r.keep(where(w.lt(x, every(Infinity)), add(add(first, t), mul(k, every(LN2_HIGH))), x));
}
function logisticCode(r, x) {
  const e = expCode(r, r.keep(w.sub(w.every(0), x)));
  return r.keep(w.andNot(w.div(w.every(1), w.add(w.every(1), e)), w.lt(x, w.every(EXP_LEAST))));
}
function softplusCode(r, x) {
  const { add, sub, every } = w;
  const u = expCode(r, r.keep(sub(every(0), w.abs(x))));
  const v = r.keep(add(every(1), u));
  const rest = add(logCode(r, v), w.div(sub(u, sub(v, every(1))), v));
  const sum3 = add(w.and(x, w.gt(x, every(0))), rest);
  return r.keep(w.where(w.gt(x, every(SOFTPLUS_LINEAR)), x, sum3));
}
var SIGMA_CODE = {
  tanh: (r, z) => {
    const y = tanhCode(r, z);
    return [y, w.sub(w.every(1), w.mul(y, y))];
  },
  logistic: (r, z) => {
    const y = logisticCode(r, z);
    return [y, w.mul(y, w.sub(w.every(1), y))];
  },
  relu: (_, z) => [w.andNot(z, w.lt(z, w.every(0))), w.and(w.every(1), w.gt(z, w.every(0)))],
  softplus: (r, z) => {
    const slope2 = logisticCode(r, z);
    return [softplusCode(r, z), w.where(w.gt(z, w.every(SOFTPLUS_LINEAR)), w.every(1), slope2)];
  }
};
var flushCode = (x, least) => w.andNot(x, w.lt(w.abs(x), w.every(least)));
function activationRoutine(activation) {
  const r = new Routine([I32, I32, I32]), [F, S, size] = [0, 1, 2];
  r.repeat(size, VECTOR, VECTOR, () => {
    const [y, slope2] = SIGMA_CODE[activation](r, r.keep(w.load(w.get(F))));
    const kept = r.keep(slope2);
    r.emit(w.store(w.get(F), y), w.store(w.get(S), kept));
    [F, S].forEach((pointer) => r.advance(pointer, w.i32(VECTOR)));
  });
  return r;
}

// src/engine/simd_backward.mjs
function backwardRoutine(net, at, routine) {
  const { d_hat, L, carried, A: A2, beta, learned } = net, s = beta.length, row = 4 * at.width;
  const r = new Routine([I32, F32, F32, I32]), [rows, rate, scale, moving] = [0, 1, 2, 3];
  const [size, Y, S, K, b, layers, k, left] = Array.from({ length: 8 }, () => r.local(I32));
  const stage = (array, i) => i ? w.plus(array, w.times(w.get(size), w.i32(i))) : array;
  const moved = (where, numbers7) => w.call(routine.move, where, address(at.g), w.i32(4 * numbers7), w.get(rate), w.get(scale), w.get(moving));
  const all = w.times(w.get(size), w.i32(s));
  r.emit(w.set(size, w.times(w.get(rows), w.i32(row))), w.set(layers, w.i32(L)));
  r.emit(w.set(Y, w.plus(address(at.Y), w.times(all, w.i32(L)))));
  r.emit(w.set(S, w.plus(address(at.S), w.times(all, w.i32(L)))));
  r.emit(w.set(K, address(at.K + L * d_hat * at.width)), w.set(b, address(at.b + L * at.width)));
  r.emit(w.call(routine.transposeW, address(at.W), address(at.WT)));
  r.emit(w.call(routine.declassify, address(at.z), address(at.WT), address(at.zero), address(at.p), w.get(rows)));
  r.emit(w.call(routine.gradientOfW, w.get(Y), address(at.z), address(at.g), w.get(rows)));
  r.emit(moved(address(at.W), d_hat * at.outputs));
  r.emit(w.call(routine.sumLogits, address(at.z), address(at.g), w.get(rows)), moved(address(at.mu), at.outputs));
  const G = Array.from({ length: s }, () => r.local(I32)), xi = Array.from({ length: s }, () => r.local(I32));
  G.forEach((pointer, i) => r.emit(w.set(pointer, stage(address(at.G), i))));
  xi.forEach((pointer, i) => r.emit(w.set(pointer, stage(address(at.xi), i))));
  const slope2 = r.local(I32);
  const each = (body) => {
    r.emit(w.set(left, w.get(size)), w.set(k, w.i32(0)));
    r.repeat(left, VECTOR, VECTOR, () => {
      body();
      r.advance(k, w.i32(VECTOR));
    });
  };
  const here = (pointer) => w.plus(w.get(pointer), w.get(k));
  r.repeat(layers, 1, 1, () => {
    r.emit(w.set(Y, w.minus(w.get(Y), all)), w.set(S, w.minus(w.get(S), all)));
    r.emit(w.set(K, w.minus(w.get(K), w.i32(d_hat * row))), w.set(b, w.minus(w.get(b), w.i32(row))));
    r.emit(w.call(routine.transposeK, w.get(K), address(at.KT)));
    for (let i = s - 1; i >= 0; i--) {
      r.emit(w.set(slope2, stage(w.get(S), i)));
      each(() => {
        let value2 = w.mul(w.load(w.get(k), 4 * at.p), w.every(beta[i]));
        for (let j = i + 1; j < s; j++) {
          if (A2[j][i] !== 0) value2 = w.add(value2, w.mul(w.load(here(G[j])), w.every(A2[j][i])));
        }
        const product3 = r.keep(w.mul(value2, w.load(here(slope2))));
        r.emit(w.store(here(xi[i]), flushCode(product3, NEGLIGIBLE)));
      });
      r.emit(w.call(routine.affine, w.get(xi[i]), address(at.KT), address(at.zero), w.get(G[i]), w.get(rows)));
    }
    each(() => {
      let value2 = carried ? w.load(w.get(k), 4 * at.p) : w.every(0);
      for (const pointer of G) value2 = w.add(value2, w.load(here(pointer)));
      r.emit(w.store(w.get(k), value2, 4 * at.p));
    });
    const count = w.times(w.get(rows), w.i32(s));
    r.emit(w.call(routine.gradientOfK, w.get(Y), address(at.xi), address(at.g), count), moved(w.get(K), d_hat * at.width));
    r.emit(w.call(routine.sum, address(at.xi), address(at.g), count), moved(w.get(b), at.width));
  });
  if (learned) {
    r.emit(w.call(routine.gradientOfM, address(at.x), address(at.p), address(at.g), w.get(rows)));
    r.emit(moved(address(at.M), 2 * at.width));
  }
  return r;
}

// src/engine/simd_products.mjs
function productCode(r, { a, M, start, out }, { row, step, rows, vectors, inner }, vector, group) {
  const sums = Array.from({ length: rows * group }, () => r.local(V128));
  const m = Array.from({ length: group }, () => r.local(V128)), factor = r.local(V128);
  for (let g = 0; g < group; g++) {
    const first = start === null ? w.every(0) : w.load(w.get(start), (vector + g) * VECTOR);
    r.emit(w.set(sums[g], first));
    for (let n = 1; n < rows; n++) r.emit(w.set(sums[n * group + g], w.get(sums[g])));
  }
  const term = (j) => {
    for (let g = 0; g < group; g++) r.emit(w.set(m[g], w.load(w.get(M), (j * vectors + vector + g) * VECTOR)));
    for (let n = 0; n < rows; n++) {
      r.emit(w.set(factor, w.loadEvery(w.get(a), n * row + j * step)));
      for (let g = 0; g < group; g++) {
        const sum3 = sums[n * group + g];
        r.emit(w.set(sum3, w.add(w.get(sum3), w.mul(w.get(m[g]), w.get(factor)))));
      }
    }
  };
  if (typeof inner === "number") for (let j = 0; j < inner; j++) term(j);
  else {
    r.repeat(inner.counter, 1, 1, () => {
      term(0);
      r.advance(a, w.i32(step));
      r.advance(M, w.i32(vectors * VECTOR));
    });
  }
  for (let n = 0; n < rows; n++) {
    for (let g = 0; g < group; g++) {
      r.emit(w.store(w.get(out), w.get(sums[n * group + g]), (n * vectors + vector + g) * VECTOR));
    }
  }
}
function rowsRoutine(row, inner, vectors) {
  const r = new Routine([I32, I32, I32, I32, I32]), [a, M, start, out, count] = [0, 1, 2, 3, 4];
  for (const rows of [5, 1]) {
    r.repeat(count, rows, rows, () => {
      const most = rows === 1 ? 4 : 2;
      for (let vector = 0; vector < vectors; vector += most) {
        const sizes = { row, step: 4, rows, vectors, inner };
        productCode(r, { a, M, start, out }, sizes, vector, Math.min(most, vectors - vector));
      }
      r.advance(a, w.i32(rows * row));
      r.advance(out, w.i32(rows * vectors * VECTOR));
    });
  }
  return r;
}
function gradientRoutine(step, inputs, vectors) {
  const r = new Routine([I32, I32, I32, I32]), [a, M, out, count] = [0, 1, 2, 3];
  const here = { a: r.local(I32), M: r.local(I32), start: null, out: r.local(I32) }, counter2 = r.local(I32);
  const most = Math.ceil(inputs / Math.ceil(inputs / 5));
  for (let i = 0; i < inputs; i += most) {
    for (let vector = 0; vector < vectors; vector += 2) {
      r.emit(w.set(here.a, w.plus(w.get(a), w.i32(4 * i))), w.set(here.M, w.get(M)));
      r.emit(w.set(here.out, w.plus(w.get(out), w.i32(i * vectors * VECTOR))), w.set(counter2, w.get(count)));
      const sizes = { row: 4, step, rows: Math.min(most, inputs - i), vectors, inner: { counter: counter2 } };
      productCode(r, here, sizes, vector, Math.min(2, vectors - vector));
    }
  }
  return r;
}
function sumRoutine(vectors) {
  const r = new Routine([I32, I32, I32]), [M, out, count] = [0, 1, 2];
  const sums = Array.from({ length: vectors }, () => r.local(V128));
  sums.forEach((sum3, v) => r.emit(w.set(sum3, w.load(w.get(M), v * VECTOR))));
  r.repeat(count, 2, 1, () => {
    r.advance(M, w.i32(vectors * VECTOR));
    sums.forEach((sum3, v) => r.emit(w.set(sum3, w.add(w.get(sum3), w.load(w.get(M), v * VECTOR)))));
  });
  sums.forEach((sum3, v) => r.emit(w.store(w.get(out), w.get(sum3), v * VECTOR)));
  return r;
}
function transposeRoutine(rows, columns, from, to) {
  const r = new Routine([I32, I32]);
  for (let o = 0; o < rows; o++) {
    for (let i = 0; i < columns; i++) {
      r.emit(w.storeFloat(w.get(1), w.loadFloat(w.get(0), i * from + 4 * o), o * to + 4 * i));
    }
  }
  return r;
}

// src/engine/simd_updates.mjs
function moveRoutine(weights2) {
  const r = new Routine([I32, I32, I32, F32, F32, I32]), [at, g, size, rate, scale, moving] = [0, 1, 2, 3, 4, 5];
  const m = 4 * weights2, v = 8 * weights2;
  const gradient = r.local(V128), rates = r.local(V128), scales2 = r.local(V128);
  const load = () => {
    r.emit(w.set(gradient, w.load(w.get(g))));
    r.emit(w.set(gradient, flushCode(w.get(gradient), NEGLIGIBLE)));
  };
  const next = () => [at, g].forEach((pointer) => r.advance(pointer, w.i32(VECTOR)));
  r.emit(w.set(rates, w.splat(w.get(rate))), w.set(scales2, w.splat(w.get(scale))));
  r.emit(w.get(moving), [4, 64]);
  r.repeat(size, VECTOR, VECTOR, () => {
    load();
    const { add, mul, every } = w, G = w.get(gradient);
    const m1 = r.keep(add(mul(w.load(w.get(at), m), every(BETA1)), mul(G, every(BETA1_REST))));
    const M = r.keep(flushCode(m1, FADED));
    const v1 = r.keep(add(mul(w.load(w.get(at), v), every(BETA2)), mul(mul(G, every(BETA2_REST)), G)));
    const V = r.keep(flushCode(v1, FADED));
    const step = w.div(mul(M, w.get(rates)), add(mul(w.sqrt(V), w.get(scales2)), every(EPSILON)));
    r.emit(w.store(w.get(at), w.sub(w.load(w.get(at)), step)), w.store(w.get(at), M, m), w.store(w.get(at), V, v));
    next();
  });
  r.emit([5]);
  r.repeat(size, VECTOR, VECTOR, () => {
    load();
    r.emit(w.store(w.get(at), w.get(gradient), m));
    next();
  });
  r.emit([11]);
  return r;
}

// src/engine/simd_calls.mjs
function callsOf(net, at, define) {
  const { d_hat, classes } = net, row = 4 * at.width, vectors = at.width / 4, outputs = at.outputs / 4;
  return {
    lift: define(rowsRoutine(8, 2, vectors)),
    affine: define(rowsRoutine(row, d_hat, vectors)),
    classify: define(rowsRoutine(row, d_hat, outputs)),
    declassify: define(rowsRoutine(4 * at.outputs, classes, vectors)),
    gradientOfK: define(gradientRoutine(row, d_hat, vectors)),
    gradientOfW: define(gradientRoutine(row, d_hat, outputs)),
    gradientOfM: define(gradientRoutine(8, 2, vectors)),
    sum: define(sumRoutine(vectors)),
    sumLogits: define(sumRoutine(outputs)),
    move: define(moveRoutine(at.weights)),
    transposeK: define(transposeRoutine(d_hat, d_hat, row, row)),
    transposeW: define(transposeRoutine(classes, d_hat, 4 * at.outputs, row)),
    activate: define(activationRoutine(net.activation))
  };
}

// src/engine/simd_forward.mjs
function forwardRoutine(net, at, routine) {
  const { d_hat, L, carried, A: A2, beta } = net, s = beta.length, row = 4 * at.width;
  const r = new Routine([I32, I32]), [rows, keep] = [0, 1];
  const [size, Y, S, K, b, layers, k, next] = Array.from({ length: 8 }, () => r.local(I32));
  const stage = (array, i) => i ? w.plus(array, w.times(w.get(size), w.i32(i))) : array;
  r.emit(w.set(size, w.times(w.get(rows), w.i32(row))), w.set(layers, w.i32(L)));
  r.emit(w.set(Y, address(at.Y)), w.set(S, address(at.S)), w.set(K, address(at.K)), w.set(b, address(at.b)));
  r.emit(w.call(routine.lift, address(at.x), address(at.M), address(at.zero), w.get(Y), w.get(rows)));
  const F = Array.from({ length: s }, () => r.local(I32));
  F.forEach((pointer, i) => r.emit(w.set(pointer, stage(address(at.F), i))));
  const [y, left, base] = [r.local(I32), r.local(I32), r.local(I32)];
  const combine = (coefficients, carry) => {
    r.emit(w.set(left, w.get(size)), w.set(base, w.get(Y)), w.set(k, w.i32(0)));
    r.repeat(left, VECTOR, VECTOR, () => {
      let value2 = carry ? w.load(w.plus(w.get(base), w.get(k))) : w.every(0);
      coefficients.forEach((a, j) => {
        if (a !== 0) value2 = w.add(value2, w.mul(w.load(w.plus(w.get(F[j]), w.get(k))), w.every(a)));
      });
      r.emit(w.store(w.plus(w.get(y), w.get(k)), value2));
      r.advance(k, w.i32(VECTOR));
    });
  };
  r.repeat(layers, 1, 1, () => {
    for (let i = 0; i < s; i++) {
      r.emit(w.set(y, stage(w.get(Y), i)));
      if (i > 0) combine([...A2[i].subarray(0, i)], true);
      r.emit(w.call(routine.affine, w.get(y), w.get(K), w.get(b), w.get(F[i]), w.get(rows)));
      r.emit(w.call(routine.activate, w.get(F[i]), stage(w.get(S), i), w.get(size)));
    }
    r.emit(w.set(next, w.times(w.get(keep), w.times(w.get(size), w.i32(s)))));
    r.emit(w.set(y, w.plus(w.get(Y), w.get(next))));
    combine([...beta], carried);
    r.emit(w.set(Y, w.get(y)));
    r.advance(S, w.get(next));
    r.advance(K, w.i32(d_hat * row));
    r.advance(b, w.i32(row));
  });
  r.emit(w.call(routine.classify, w.get(Y), address(at.W), address(at.mu), address(at.z), w.get(rows)));
  return r;
}

// src/engine/webassembly.mjs
function assemble(net, at) {
  const routines = [];
  const define = (routine) => routines.push(routine) - 1;
  const calls = callsOf(net, at, define);
  const forward = define(forwardRoutine(net, at, calls)), backward = define(backwardRoutine(net, at, calls));
  return moduleBytes(routines, { forward, backward });
}
function moduleBytes(routines, exported) {
  const name = (text) => [text.length, [...text].map((letter2) => letter2.charCodeAt(0))];
  const section = (id, content) => {
    const bytes2 = flat(content);
    return [id, unsigned(bytes2.length), bytes2];
  };
  const list2 = (items) => [unsigned(items.length), items];
  const types = routines.map(({ parameters }) => [96, list2(parameters.map((type) => [type])), 0]);
  const exports = Object.entries(exported).map(([text, index]) => [name(text), 0, unsigned(index)]);
  return new Uint8Array(
    flat([
      [0, 97, 115, 109, 1, 0, 0, 0],
      section(1, list2(types)),
      section(2, list2([[name("page"), name("memory"), 2, 0, 1]])),
      section(3, list2(routines.map((_, index) => unsigned(index)))),
      section(7, list2(exports)),
      section(10, list2(routines.map(({ bytes: bytes2 }) => bytes2)))
    ])
  );
}
function assembledSweeps(net, at) {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(4 * at.size / 65536) });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(assemble(net, at)), { page: { memory } });
  const { forward, backward } = (
    /** @type {any} */
    instance.exports
  );
  return { kernel: "webassembly", memory: new Float32Array(memory.buffer, 0, at.size), forward, backward };
}

// src/engine/sweeps.mjs
function sweepsFor(net, at, kernel) {
  if (kernel === "javascript") return scriptSweeps(net, at);
  try {
    return assembledSweeps(net, at);
  } catch (error) {
    if (kernel === "webassembly") throw error;
    return scriptSweeps(net, at);
  }
}

// src/engine/engine.mjs
var CHUNK = 20;
var Engine = class _Engine {
  /**
   * @param {Layers} net
   * @param {Weights} weights  copied
   * @param {{rate: number, batch: number, kernel?: 'auto'|'webassembly'|'javascript'}} protocol
   */
  constructor(net, weights2, { rate, batch, kernel = "auto" }) {
    this.net = net;
    this.rate = rate;
    this.batch = batch;
    this.layout = layoutOf(net, Math.max(batch, CHUNK));
    this.sweeps = sweepsFor(net, this.layout, kernel);
    this.labels = new Int32Array(this.layout.n);
    this.exponentials = new Float32Array(net.classes);
    this.powers = [1, 1];
    this.weights = weights2;
  }
  /** Which program computes. */
  get kernel() {
    return this.sweeps.kernel;
  }
  /**
   * A step for each batch of the samples in the given order; the last batch may be short.
   * @param {Points} points
   * @param {ArrayLike<number>} order
   * @param {number} [from]  the first and
   * @param {number} [to]    the last place of the order that is used
   */
  epoch({ X, c }, order, from = 0, to = order.length) {
    const { n } = this.layout;
    for (let first = from; first < to; first += this.batch) {
      const rows = Math.min(this.batch, n, to - first);
      this._gather(X, c, order, first, rows);
      this.powers[0] *= 0.9;
      this.powers[1] *= 0.999;
      const rate = f(this.rate / (1 - this.powers[0])), scale = f(1 / Math.sqrt(1 - this.powers[1]));
      this.sweeps.forward(rows, 1);
      this._differentiate(rows);
      this.sweeps.backward(rows, rate, scale, 1);
    }
  }
  /** @param {Points} points @returns {{cost: number, accuracy: number}} on all of them; accuracy is a fraction */
  statistics({ X, c }) {
    const { classes } = this.net, { z, outputs } = this.layout, { memory } = this.sweeps;
    const N = c.length;
    let cost = 0, right = 0;
    this._chunks(X, 0, (first, rows) => {
      for (let r = 0; r < rows; r++) {
        const row = z + r * outputs, label = c[first + r];
        let best = 0;
        for (let k = 1; k < classes; k++) if (memory[row + k] > memory[row + best]) best = k;
        if (best === label) right++;
        const [total2, largest2] = this._exponentials(row);
        cost += f(log32(total2) - f(memory[row + label] - largest2));
      }
    });
    return { cost: cost / N, accuracy: right / N };
  }
  /** @param {Float32Array} X  (N, 2) @returns {Float32Array} W y[L] + mu: (N, classes) */
  logits(X) {
    const { classes } = this.net, { z, outputs } = this.layout, { memory } = this.sweeps;
    const logits = new Float32Array(X.length / 2 * classes);
    this._chunks(X, 0, (first, rows) => {
      for (let r = 0; r < rows; r++) {
        for (let k = 0; k < classes; k++) logits[(first + r) * classes + k] = memory[z + r * outputs + k];
      }
    });
    return logits;
  }
  /** @param {Float32Array} X  (N, 2) @returns {Float32Array} H(W y[L] + mu): (N, classes) */
  probabilities(X) {
    const { classes } = this.net, { z, outputs } = this.layout;
    const result = new Float32Array(X.length / 2 * classes);
    this._chunks(X, 0, (first, rows) => {
      for (let r = 0; r < rows; r++) {
        const [total2] = this._exponentials(z + r * outputs);
        for (let k = 0; k < classes; k++) result[(first + r) * classes + k] = this.exponentials[k] / total2;
      }
    });
    return result;
  }
  /** @param {Float32Array} X  (N, 2) @returns {Flow} all layer states y[0], ..., y[L] */
  states(X) {
    const { d_hat, L, beta } = this.net, { Y, width } = this.layout, { memory } = this.sweeps;
    const n = X.length / 2, states = new Float32Array((L + 1) * n * d_hat);
    this._chunks(X, 1, (first, rows) => {
      for (let l = 0; l <= L; l++) {
        for (let r = 0; r < rows; r++) {
          const row = Y + (l * beta.length * rows + r) * width;
          states.set(memory.subarray(row, row + d_hat), (l * n + first + r) * d_hat);
        }
      }
    });
    return { states, n, L, d_hat };
  }
  /** @param {Points} points @returns {Weights} the gradient of their mean cost by each weight; 0 for a frozen lift */
  gradients({ X, c }) {
    const { kernel } = this.sweeps;
    const whole = new _Engine(this.net, this.weights, { rate: 0, batch: c.length, kernel });
    whole._gather(X, c, [...c.keys()], 0, c.length);
    whole.sweeps.forward(c.length, 1);
    whole._differentiate(c.length);
    whole.sweeps.backward(c.length, 0, 0, 0);
    return whole._read(whole.layout.weights);
  }
  /** The weights in the net's layout. @returns {Weights} */
  get weights() {
    return this._read(0);
  }
  set weights({ lift, K, b, W, mu }) {
    const { d_hat, L, classes } = this.net, at = this.layout, { memory } = this.sweeps;
    scatter(lift, memory, at.M, 1, d_hat, 2, at.width);
    scatter(K, memory, at.K, L, d_hat, d_hat, at.width);
    scatter(b, memory, at.b, L, d_hat, 1, at.width);
    scatter(W, memory, at.W, 1, classes, d_hat, at.outputs);
    scatter(mu, memory, at.mu, 1, classes, 1, at.outputs);
  }
  /** @param {number} from @returns {Weights} */
  _read(from) {
    const { d_hat, L, classes } = this.net, at = this.layout, { memory } = this.sweeps;
    return {
      lift: collect(memory, from + at.M, 1, d_hat, 2, at.width),
      K: collect(memory, from + at.K, L, d_hat, d_hat, at.width),
      b: collect(memory, from + at.b, L, d_hat, 1, at.width),
      W: collect(memory, from + at.W, 1, classes, d_hat, at.outputs),
      mu: collect(memory, from + at.mu, 1, classes, 1, at.outputs)
    };
  }
  /**
   * Put the samples order[first], order[first + 1], ... into the memory.
   * @param {Float32Array} X @param {Int32Array} c @param {ArrayLike<number>} order
   * @param {number} first @param {number} rows
   */
  _gather(X, c, order, first, rows) {
    const { memory } = this.sweeps, { x } = this.layout;
    for (let r = 0; r < rows; r++) {
      const sample2 = order[first + r];
      memory[x + 2 * r] = X[2 * sample2];
      memory[x + 2 * r + 1] = X[2 * sample2 + 1];
      this.labels[r] = c[sample2];
    }
  }
  /**
   * Forward through all samples, some at a time.
   * @param {Float32Array} X @param {number} keep @param {(first: number, rows: number) => void} look
   */
  _chunks(X, keep, look) {
    const { memory } = this.sweeps, { x } = this.layout, N = X.length / 2;
    for (let first = 0; first < N; first += CHUNK) {
      const rows = Math.min(CHUNK, N - first);
      memory.set(X.subarray(2 * first, 2 * (first + rows)), x);
      this.sweeps.forward(rows, keep);
      look(first, rows);
    }
  }
  /** e^(z_k - max z) of a row of logits, their sum, and max z. @param {number} row @returns {[number, number]} */
  _exponentials(row) {
    const { memory } = this.sweeps, { classes } = this.net, e = this.exponentials;
    let largest2 = memory[row];
    for (let k = 1; k < classes; k++) largest2 = memory[row + k] > largest2 ? memory[row + k] : largest2;
    let total2 = e[0] = exp32(f(memory[row] - largest2));
    for (let k = 1; k < classes; k++) total2 = f(total2 + (e[k] = exp32(f(memory[row + k] - largest2))));
    return [total2, largest2];
  }
  /** Replace the logits by the derivative of the batch's mean cost by them. @param {number} rows */
  _differentiate(rows) {
    const { memory } = this.sweeps, { classes } = this.net, { z, outputs } = this.layout, e = this.exponentials;
    for (let r = 0; r < rows; r++) {
      const row = z + r * outputs, [total2] = this._exponentials(row);
      for (let k = 0; k < classes; k++) {
        const error = f(f(e[k] / total2) - (k === this.labels[r] ? 1 : 0));
        memory[row + k] = flush(f(error / rows), NEGLIGIBLE);
      }
    }
  }
};
function scatter(from, memory, at, count, rows, columns, width) {
  let k = 0;
  for (let l = 0; l < count; l++) {
    for (let o = 0; o < rows; o++) {
      for (let i = 0; i < columns; i++) memory[at + (l * columns + i) * width + o] = from[k++];
    }
  }
}
function collect(memory, at, count, rows, columns, width) {
  const result = new Float32Array(count * rows * columns);
  let k = 0;
  for (let l = 0; l < count; l++) {
    for (let o = 0; o < rows; o++) {
      for (let i = 0; i < columns; i++) result[k++] = memory[at + (l * columns + i) * width + o];
    }
  }
  return result;
}

// src/engine/layers.mjs
function layersOf(configuration) {
  const { d_hat, L, activation, h, lift } = configuration;
  const common2 = { d_hat, L, classes: classesOf(configuration), activation, learned: lift === "learned" };
  if (configuration.net === "StandardNet") {
    return { ...common2, carried: false, A: [new Float32Array(1)], beta: new Float32Array([1]) };
  }
  const { A: A2, beta } = tableauOf(configuration);
  const times = (row) => new Float32Array(row.map((a) => h * a));
  return { ...common2, carried: true, A: A2.map(times), beta: times(beta) };
}

// src/run/sha256.mjs
function rootBits(count, power2) {
  const result = new Uint32Array(count);
  for (let n = 2, found = 0; found < count; n++) {
    let prime = true;
    for (let k = 2; k * k <= n; k++) if (n % k === 0) prime = false;
    if (prime) result[found++] = integerRoot(BigInt(n) << BigInt(32 * power2), power2);
  }
  return result;
}
function integerRoot(n, power2) {
  let [low, high] = [0n, 1n << 40n];
  while (high - low > 1n) {
    const middle = low + high >> 1n;
    if (middle ** BigInt(power2) <= n) low = middle;
    else high = middle;
  }
  return Number(low & 0xffffffffn);
}
function sha256(message) {
  const constants = rootBits(64, 3), state = rootBits(8, 2), schedule = new Uint32Array(64);
  const padded = new Uint8Array(64 * Math.ceil((message.length + 9) / 64));
  padded.set(message);
  padded[message.length] = 128;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(message.length / 2 ** 29));
  view.setUint32(padded.length - 4, message.length << 3);
  const turn = (x, n) => x >>> n | x << 32 - n;
  for (let block = 0; block < padded.length; block += 64) {
    for (let t = 0; t < 64; t++) {
      if (t < 16) schedule[t] = view.getUint32(block + 4 * t);
      else {
        const x = schedule[t - 15], y = schedule[t - 2];
        const s0 = turn(x, 7) ^ turn(x, 18) ^ x >>> 3, s1 = turn(y, 17) ^ turn(y, 19) ^ y >>> 10;
        schedule[t] = schedule[t - 16] + s0 + schedule[t - 7] + s1;
      }
    }
    let [a, b, c, d, e, g, h, k] = state;
    for (let t = 0; t < 64; t++) {
      const choice = e & g ^ ~e & h, majority = a & b ^ a & c ^ b & c;
      const first = k + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + constants[t] + schedule[t] | 0;
      const second = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority | 0;
      [a, b, c, d, e, g, h, k] = [first + second | 0, a, b, c, d + first | 0, e, g, h];
    }
    [a, b, c, d, e, g, h, k].forEach((word, i) => state[i] += word);
  }
  return [...state].map((word) => word.toString(16).padStart(8, "0")).join("");
}

// src/run/record.mjs
var RECORD_FORMAT = "rknet playground 1";
var writtenNumber = (x) => Number.isFinite(x) ? x : (
  /** @type {any} */
  Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf"
);
function base64(array) {
  const bytes2 = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  let text = "";
  for (let i = 0; i < bytes2.length; i += 4096) text += String.fromCharCode(...bytes2.subarray(i, i + 4096));
  return btoa(text);
}
function weightsHash({ d_hat, L, lift, ...rest }, { K, W, b, lift: M, mu }) {
  const classes = classesOf({ d_hat, L, lift, ...rest });
  const arrays = [["K", `${L}, ${d_hat}, ${d_hat}`, K], ["W", `${classes}, ${d_hat}`, W], ["b", `${L}, ${d_hat}`, b]];
  if (lift !== "zero") arrays.push(["lift.matrix", `${d_hat}, 2`, M]);
  arrays.push(["mu", `${classes},`, mu]);
  const parts = arrays.flatMap(([name, shape, array]) => {
    const copy = new Uint32Array(array.slice().buffer);
    array.forEach((x, i) => {
      if (Number.isNaN(x)) copy[i] = 2143289344;
    });
    return [new TextEncoder().encode(`${name} <f4 (${shape})
`), new Uint8Array(copy.buffer)];
  });
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return sha256(whole);
}

// src/run/trainer.mjs
var Trainer = class {
  /**
   * @param {Partial<Configuration>} configuration
   * @param {{weights?: Weights|null, kernel?: 'auto'|'webassembly'|'javascript'}} [options]
   *   weights: to start from, instead of drawn ones
   * @throws {Error} one line: what is wrong with the configuration or the weights
   */
  constructor(configuration, { weights: weights2 = null, kernel = "auto" } = {}) {
    this.configuration = validated(configuration);
    const { data, samples, noise, seed, rate, batch, lift, d_hat } = this.configuration;
    this.classes = classesOf(this.configuration);
    const layers = layersOf(this.configuration);
    this.start = /** @type {'drawn'|'given'} */
    weights2 ? "given" : "drawn";
    this.initial = weights2 ? checkedWeights(weights2, layers) : initialWeights(this.configuration);
    if (typeof data === "string") {
      const { X, c } = draw(data, 2 * samples, noise, seed), n = trainingPoints(this.configuration);
      this.train = { X: X.slice(0, 2 * n), c: c.slice(0, n) };
      this.validation = { X: X.slice(2 * n), c: c.slice(n) };
    } else {
      this.train = pointsOf(data);
      this.validation = pointsOf(data.validation ?? data);
    }
    this.engine = new Engine(layers, this.initial, { rate, batch, kernel });
    this.stepsPerEpoch = stepsPerEpoch(this.configuration);
    this.steps = 0;
    this.history = { train_cost: [], train_accuracy: [], val_cost: [], val_accuracy: [] };
    this.state = "ready";
    this.order = null;
    const { initial } = this;
    this.parameters = [initial.K, initial.b, initial.W, initial.mu].reduce((n, a) => n + a.length, 0);
    if (lift === "learned") this.parameters += 2 * d_hat;
    this._evaluate();
  }
  /** Whole epochs done. */
  get epoch() {
    return Math.floor(this.steps / this.stepsPerEpoch);
  }
  /** Whether there is nothing left to do. */
  get ended() {
    return this.state === "finished" || this.state === "diverged";
  }
  /** @param {number} count  at most so many steps; the last one may end an epoch, with statistics */
  advance(count) {
    const { batch, seed, epochs } = this.configuration, N = this.train.c.length;
    while (count > 0 && !this.ended) {
      const done = this.steps % this.stepsPerEpoch;
      const now = Math.min(count, this.stepsPerEpoch - done, untilChange(this.configuration, this.steps));
      this.engine.rate = rateAt(this.configuration, this.steps);
      if (done === 0 || !this.order) this.order = permutation(N, seed, this.epoch);
      this.engine.epoch(this.train, this.order, done * batch, Math.min(N, (done + now) * batch));
      this.steps += now;
      count -= now;
      this.state = "training";
      if (this.steps % this.stepsPerEpoch === 0) {
        this._evaluate();
        if (this.state === "training" && this.epoch >= epochs) this.state = "finished";
      }
    }
  }
  /** Take the steps to come with another learning rate, from the weights and moments as they are. @param {number} rate */
  changeRate(rate) {
    const changes = this.steps ? { rates: changedRates(this.configuration, this.steps, rate) } : { rate, rates: [] };
    this.configuration = validated({ ...this.configuration, ...changes });
  }
  /** Add the statistics of both sets to the history. */
  _evaluate() {
    const train = this.engine.statistics(this.train), validation = this.engine.statistics(this.validation);
    this.history.train_cost.push(train.cost);
    this.history.train_accuracy.push(train.accuracy);
    this.history.val_cost.push(validation.cost);
    this.history.val_accuracy.push(validation.accuracy);
    if (!(Number.isFinite(train.cost) && Number.isFinite(validation.cost))) this.state = "diverged";
  }
  /** @returns {RunRecord} the run as it is now */
  record() {
    const { X, c } = this.train, { initial, history } = this;
    const points = (p) => ({ X: base64(p.X), c: [...p.c] });
    return {
      format: RECORD_FORMAT,
      generator: GENERATOR,
      configuration: this.configuration,
      data: { train: points({ X, c }), validation: points(this.validation) },
      start: this.start,
      initial: {
        lift: base64(initial.lift),
        K: base64(initial.K),
        b: base64(initial.b),
        W: base64(initial.W),
        mu: base64(initial.mu)
      },
      steps: this.steps,
      history: (
        /** @type {History} */
        Object.fromEntries(Object.entries(history).map(([name, curve]) => [name, curve.map(writtenNumber)]))
      ),
      weights: weightsHash(this.configuration, this.engine.weights)
    };
  }
};
var pointsOf = ({ X, c }) => ({ X: new Float32Array(X.flat()), c: new Int32Array(c) });
function checkedWeights(weights2, { d_hat, L, classes }) {
  const sizes = { lift: 2 * d_hat, K: L * d_hat * d_hat, b: L * d_hat, W: classes * d_hat, mu: classes };
  for (const [name, size] of Object.entries(sizes)) {
    const array = weights2[
      /** @type {keyof Weights} */
      name
    ];
    if (array?.length !== size) refuse(`weights.${name}`, `${size} numbers for this net`, array?.length);
  }
  const copy = (array) => Float32Array.from(array);
  return { lift: copy(weights2.lift), K: copy(weights2.K), b: copy(weights2.b), W: copy(weights2.W), mu: copy(weights2.mu) };
}

// src/laboratories/double.mjs
var ACTIVATIONS2 = {
  tanh: Math.tanh,
  logistic: (z) => 1 / (1 + Math.exp(-z)),
  relu: (z) => z > 0 ? z : 0,
  softplus: (z) => z > 20 ? z : Math.log1p(Math.exp(z))
};
function flowOf({ lift, K, b }, configuration, X) {
  const { d_hat: d, L, h, net, activation } = configuration, n = X.length / 2, sigma = ACTIVATIONS2[activation];
  const { A: A2, beta } = net === "RKNet" ? tableauOf(configuration) : { A: [[0]], beta: [1] };
  const s = beta.length, carried = net === "RKNet", size = n * d;
  const states = new Float64Array((L + 1) * size), stage = new Float64Array(d), F = Array.from({ length: s }, () => new Float64Array(d));
  for (let k = 0; k < size; k++) {
    const [i, a] = [Math.floor(k / d), k % d];
    states[k] = lift[2 * a] * X[2 * i] + lift[2 * a + 1] * X[2 * i + 1];
  }
  for (let l = 0; l < L; l++) {
    for (let at = l * size; at < (l + 1) * size; at += d) {
      for (let i = 0; i < s; i++) {
        for (let a = 0; a < d; a++) {
          let total2 = states[at + a];
          for (let j = 0; j < i; j++) total2 += h * A2[i][j] * F[j][a];
          stage[a] = total2;
        }
        for (let a = 0; a < d; a++) {
          let z = b[l * d + a];
          for (let c = 0, row = (l * d + a) * d; c < d; c++) z += K[row + c] * stage[c];
          F[i][a] = sigma(z);
        }
      }
      for (let a = 0; a < d; a++) {
        let total2 = carried ? states[at + a] : F[0][a];
        if (carried) for (let i = 0; i < s; i++) total2 += h * beta[i] * F[i][a];
        states[at + size + a] = total2;
      }
    }
  }
  return { states, n, L, d_hat: d };
}

// src/laboratories/configured.mjs
var BATCH = 5;
var RATE = 1e-3;
var SEED = 0;
function configurationOf({ data, net, L, h, d_hat, activation = "tanh", lift = "linear" }, given) {
  const [kind, scheme2] = given.nets[net];
  const { noise } = SETS[
    /** @type {keyof typeof SETS} */
    data
  ];
  return {
    ...DEFAULTS,
    data,
    net: kind,
    scheme: scheme2,
    h,
    d_hat: d_hat ?? given.d_hat,
    L,
    activation,
    lift,
    noise,
    samples: given.samples,
    rate: RATE,
    batch: BATCH,
    epochs: given.epochs,
    seed: SEED
  };
}
function trained(values, given) {
  const trainer = new Trainer(configurationOf(values, given));
  trainer.advance(Infinity);
  const { configuration, engine, history, validation } = trainer;
  return { history, c: validation.c, flow: flowOf(engine.weights, configuration, validation.X) };
}

// src/data/quadrature.mjs
function erfc(x) {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2) {
    let term = x, total2 = x;
    for (let n = 1; Math.abs(term) > 1e-17; n++) total2 += (term *= -x * x / n) / (2 * n + 1);
    return 1 - 2 / Math.sqrt(Math.PI) * total2;
  }
  let below = x;
  for (let n = 60; n > 0; n--) below = x + n / 2 / below;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * below);
}
function interval(x, low, high, s) {
  const [a, b] = [(x - low) / (s * Math.SQRT2), (x - high) / (s * Math.SQRT2)];
  return a + b < 0 ? (erfc(-a) - erfc(-b)) / 2 : (erfc(b) - erfc(a)) / 2;
}
function scaledBessel(x) {
  const n = Math.ceil(12 + 6 * Math.sqrt(x));
  let total2 = 0.5 + 0.5 * Math.exp(-2 * x);
  for (let k = 1; k < n; k++) {
    const term = Math.exp(x * (Math.cos(Math.PI * k / n) - 1));
    if (term < 1e-17) break;
    total2 += term;
  }
  return total2 / n;
}
function midpointRule(function_, low, high, n) {
  const width = (high - low) / n;
  let total2 = 0;
  for (let i = 0; i < n; i++) total2 += function_(low + width * (i + 0.5));
  return total2 * width;
}

// src/data/densities.mjs
function densitiesOf(law, s) {
  if (law === "donut_1D") return stripDensities(s);
  if (law === "spiral") return spiralDensities(s);
  if (law === "donut_2D" || law === "donut_2D_6C") return ringDensities(RINGS[law], s);
  return squareDensities(QUADRANTS[law], s);
}
var TAILS = 6;
function stripDensities(s) {
  const densities = (x1, _, g) => {
    g[0] += interval(x1, -1, 1, s) / (2 * EDGE);
    g[1] += (interval(x1, -EDGE, -1, s) + interval(x1, 1, EDGE, s)) / (2 * EDGE);
  };
  const best = (x) => {
    const g = new Float64Array(2);
    densities(x, 0, g);
    return Math.max(...g);
  };
  return { densities, accuracy: () => 2 * midpointRule(best, 0, EDGE + TAILS * s, 2e3) };
}
function squareDensities(table2, s) {
  const sides = (x) => [interval(x, -EDGE, 0, s), interval(x, 0, EDGE, s)];
  const densities = (x1, x2, g) => {
    const [a, b] = [sides(x1), sides(x2)];
    table2.forEach((k, pattern) => g[k] += a[pattern & 1] * b[pattern >> 1] / (2 * EDGE) ** 2);
  };
  const accuracy = () => {
    const n = 120, end = EDGE + TAILS * s, width = end / n;
    const at = Array.from({ length: 2 * n }, (_, i) => sides(width * (i - n + 0.5)));
    let total2 = 0;
    for (const a of at) {
      for (const b of at) {
        const g = new Float64Array(Math.max(...table2) + 1);
        table2.forEach((k, pattern) => g[k] += a[pattern & 1] * b[pattern >> 1]);
        total2 += Math.max(...g);
      }
    }
    return total2 * width * width / (2 * EDGE) ** 2;
  };
  return { densities, accuracy };
}
function ringDensities({ spread, inner }, s) {
  const variance = spread ** 2 + s ** 2, shrink = spread ** 2 / variance, conditional = s ** 2 * shrink;
  const reach = 8 * Math.sqrt(variance), steps2 = Math.min(3e3, Math.max(600, Math.ceil(10 * reach / s)));
  const outer = [...inner.slice(1), Infinity];
  const table2 = Array.from({ length: steps2 + 1 }, (_, i) => {
    const nu = shrink * reach * i / steps2, width = 8 * Math.sqrt(conditional);
    const density2 = (t) => t / conditional * Math.exp(-((t - nu) ** 2) / (2 * conditional)) * scaledBessel(t * nu / conditional);
    return inner.map((low, k) => {
      const [a, b] = [Math.max(low, nu - width), Math.min(outer[k], nu + width)];
      return a < b ? midpointRule(density2, a, b, 48) : 0;
    });
  });
  const densities = (x1, x2, g) => {
    const place = Math.min(Math.hypot(x1, x2) / reach * steps2, steps2 - 1e-9), i = Math.floor(place);
    for (let k = 0; k < inner.length; k++) g[k] += table2[i][k] * (i + 1 - place) + table2[i + 1][k] * (place - i);
  };
  const best = (r) => {
    const g = new Float64Array(inner.length);
    densities(r, 0, g);
    return Math.max(...g) / g.reduce((a, b) => a + b, 0) * r * Math.exp(-r * r / (2 * variance)) / variance;
  };
  return { densities, accuracy: () => midpointRule(best, 0, reach, 4e3) };
}
function spiralDensities(noise) {
  const s = noise * SPIRAL_SCALE, outermost = SPIRAL_SCALE * 5 * Math.PI;
  const n = Math.min(2e3, Math.ceil(2 * Math.PI * outermost / (0.35 * s)));
  const nodes2 = Array.from({ length: n }, (_, i) => {
    const phi = 2 * Math.PI * (i + 0.5) / n, [x1, x2] = arm(phi);
    return [SPIRAL_SCALE * x1, SPIRAL_SCALE * x2, phi];
  });
  const densities = (x1, x2, g) => {
    for (const [a, b, weight] of nodes2) {
      g[0] += weight * Math.exp(-((x1 - a) ** 2 + (x2 - b) ** 2) / (2 * s * s));
      g[1] += weight * Math.exp(-((x1 + a) ** 2 + (x2 + b) ** 2) / (2 * s * s));
    }
  };
  const accuracy = () => {
    const cells = 96, end = outermost + TAILS * s, width = 2 * end / cells;
    let best = 0, all = 0;
    for (let i = 0; i < cells / 2; i++) {
      for (let j = 0; j < cells; j++) {
        const g = new Float64Array(2);
        densities(width * (i + 0.5), width * (j + 0.5) - end, g);
        best += Math.max(...g);
        all += g[0] + g[1];
      }
    }
    return best / all;
  };
  return { densities, accuracy };
}

// src/data/bayes.mjs
function bayes(law, noise) {
  const { classes } = SETS[law];
  const { densities, accuracy } = noise === 0 ? { densities: null, accuracy: () => 1 } : densitiesOf(law, noise);
  const fill = (x1, x2, g) => {
    g.fill(0);
    densities?.(x1, x2, g);
    const total2 = g.reduce((a, b) => a + b, 0);
    if (total2 > 0) for (let k = 0; k < classes; k++) g[k] /= total2;
    else g[labelOf(law, x1, x2)] = 1;
  };
  const one = new Float64Array(classes);
  let limit;
  return {
    get accuracy() {
      return limit ??= accuracy();
    },
    classAt: (x1, x2) => {
      fill(x1, x2, one);
      return one.indexOf(Math.max(...one));
    },
    probability: (X) => {
      const result = new Float64Array(X.length / 2 * classes);
      for (let n = 0; 2 * n < X.length; n++) {
        fill(X[2 * n], X[2 * n + 1], result.subarray(n * classes, (n + 1) * classes));
      }
      return result;
    }
  };
}

// src/geometry/contours.mjs
function zeroLines(values, columns, rows) {
  const next = /* @__PURE__ */ new Map();
  const join = (a, b) => {
    for (const [p, q] of [[a, b], [b, a]]) {
      const known2 = next.get(p);
      if (known2) known2.push(q);
      else next.set(p, [q]);
    }
  };
  const at = (i, j) => values[i * columns + j];
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
      if (crossed.length === 4) {
        const middle = at(i, j) + at(i, j + 1) + at(i + 1, j + 1) + at(i + 1, j) > 0;
        if (middle === a) {
          join(top, right);
          join(bottom, left);
        } else {
          join(top, left);
          join(right, bottom);
        }
      }
    }
  }
  const place = (edge) => {
    const cell = edge >> 1, i = Math.floor(cell / columns), j = cell % columns;
    const [u, v] = [at(i, j), edge & 1 ? at(i + 1, j) : at(i, j + 1)];
    const t = u === v ? 0.5 : u / (u - v);
    return edge & 1 ? [j, i + t] : [j + t, i];
  };
  const seen = /* @__PURE__ */ new Set();
  const lines = [];
  const follow = (start) => {
    const line = [];
    let edge = start;
    for (; ; ) {
      seen.add(edge);
      line.push(...place(edge));
      const further = (next.get(edge) ?? []).find((other) => !seen.has(other));
      if (further === void 0) break;
      edge = further;
    }
    if (line.length > 4 && (next.get(edge) ?? []).includes(start)) line.push(...place(start));
    lines.push(line);
  };
  for (const [edge, neighbours] of next) if (neighbours.length === 1 && !seen.has(edge)) follow(edge);
  for (const edge of next.keys()) if (!seen.has(edge)) follow(edge);
  return lines;
}
function boundaries(P, columns, rows, classes) {
  const cells = columns * rows, lines = [];
  for (let k = 0; k < (classes === 2 ? 1 : classes); k++) {
    const lead = new Float32Array(cells);
    for (let n = 0; n < cells; n++) {
      let best = -Infinity;
      for (let j = 0; j < classes; j++) if (j !== k && P[n * classes + j] > best) best = P[n * classes + j];
      lead[n] = Math.log(Math.max(P[n * classes + k], 1e-37)) - Math.log(Math.max(best, 1e-37));
    }
    for (const line of zeroLines(lead, columns, rows)) lines.push(line);
  }
  return lines;
}

// src/geometry/features.mjs
function spreads(flow2) {
  const { states, n, L, d_hat: d } = flow2;
  return Array.from({ length: L + 1 }, (_, l) => {
    let total2 = 0;
    for (let k = 0; k < d; k++) {
      let mean = 0;
      for (let i = 0; i < n; i++) mean += states[(l * n + i) * d + k];
      mean /= n;
      for (let i = 0; i < n; i++) total2 += (states[(l * n + i) * d + k] - mean) ** 2;
    }
    return Math.sqrt(total2 / n);
  });
}

// src/geometry/grid.mjs
var plane = (n) => ({ left: -EDGE, right: EDGE, bottom: -EDGE, top: EDGE, columns: n, rows: n });
function cellCentres({ left, right, bottom, top, columns, rows }) {
  const X = new Float32Array(2 * columns * rows);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < columns; k++) {
      X[2 * (r * columns + k)] = left + (right - left) * (k + 0.5) / columns;
      X[2 * (r * columns + k) + 1] = top - (top - bottom) * (r + 0.5) / rows;
    }
  }
  return X;
}
function toCanvas(X, width, height) {
  const places = new Float32Array(X.length);
  for (let n = 0; n < X.length; n += 2) {
    places[n] = (X[n] + EDGE) / (2 * EDGE) * width;
    places[n + 1] = (EDGE - X[n + 1]) / (2 * EDGE) * height;
  }
  return places;
}

// src/data/best.mjs
var BEST_CELLS = 120;
var bestKey = ({ data, noise }) => typeof data === "string" ? `${data} ${noise}` : "";
function bestBoundaries({ data, noise }) {
  if (typeof data !== "string" || noise === 0) return [];
  const P = bayes(data, noise).probability(cellCentres(plane(BEST_CELLS)));
  return boundaries(P, BEST_CELLS, BEST_CELLS, SETS[data].classes);
}

// src/geometry/mesh.mjs
var PIECES = 4;
var pointsPerLine = (lines) => PIECES * (lines - 1) + 1;
function meshPoints(lines) {
  const count = pointsPerLine(lines), X = new Float32Array(4 * lines * count);
  const at = (k, most) => EDGE * (2 * k / most - 1);
  let next = 0;
  for (const across of [0, 1]) {
    for (let line = 0; line < lines; line++) {
      for (let k = 0; k < count; k++) {
        const along = at(k, count - 1), fixed = at(line, lines - 1);
        X.set(across ? [fixed, along] : [along, fixed], next);
        next += 2;
      }
    }
  }
  return X;
}

// src/run/turns.mjs
var Turns = class {
  /** @param {() => void} work */
  constructor(work) {
    const { port1, port2 } = new MessageChannel();
    this.ends = [port1, port2];
    this.due = false;
    this.take = () => {
      this.due = false;
      work();
    };
    port1.onmessage = this.take;
  }
  /** Work once more after the messages that wait; in Node, where a busy channel lets no other in, by its own means. */
  next() {
    const { setImmediate } = (
      /** @type {any} */
      globalThis
    );
    if (!this.due) setImmediate ? setImmediate(this.take) : this.ends[1].postMessage(null);
    this.due = true;
  }
  /** Work once more after so many milliseconds. @param {number} wait */
  later(wait) {
    if (!this.due) setTimeout(this.take, wait);
    this.due = true;
  }
  close() {
    for (const end of this.ends) end.close();
  }
};

// src/run/serve.mjs
var FRAME = 33;
var AHEAD = 8;
function serve(port, { slice = 20, early = [] } = {}) {
  const server = new Server(port, slice);
  const receive = ({ data }) => server.receive(data);
  port.onmessage = receive;
  port.postMessage({ type: "ready" });
  early.forEach(receive);
}
var Server = class {
  /** @param {Port} port @param {number} slice */
  constructor(port, slice) {
    this.port = port;
    this.slice = slice;
    this.turns = new Turns(() => this.work());
    this.trainer = null;
    this.wanted = { configuration: {}, weights: null };
    this.views = { grid: null, flow: 0 };
    this.generation = 0;
    this.playing = false;
    this.msPerStep = 0;
    this.pace = { lasting: 0, begun: 0 };
    this.followed = null;
    this.best = { key: "", lines: (
      /** @type {number[][]} */
      []
    ) };
    this.shown = true;
    this.owed = false;
    this.sent = -Infinity;
    this.renewed = { at: -Infinity, step: -1, cost: 0 };
  }
  /** @param {Request} request */
  receive(request) {
    try {
      this.handlers[request.type].call(this, request);
    } catch (error) {
      this.playing = false;
      this.port.postMessage({ type: "failed", generation: this.generation, message: said(error) });
    }
  }
  /** @type {{[T in Request['type']]: (this: Server, request: Extract<Request, {type: T}>) => void}} */
  handlers = {
    configure({ generation, configuration, weights: weights2 }) {
      this.wanted = { configuration, weights: weights2 ?? null };
      this.begin(generation);
    },
    reset({ generation }) {
      this.begin(generation);
    },
    play({ lasting = 0 }) {
      this.playing = this.trainer !== null && !this.trainer.ended;
      this.keepTime(1e3 * lasting);
      this.turns.next();
    },
    pause() {
      this.playing = false;
      this.snapshot(true);
    },
    step({ steps: steps2 }) {
      this.playing = false;
      this.train(steps2, Infinity);
      this.snapshot(true);
    },
    rate({ rate }) {
      this.trainer?.changeRate(rate);
      this.snapshot(true);
    },
    views({ views }) {
      this.views = views;
      this.snapshot(true);
    },
    shown() {
      this.shown = true;
      if (this.owed) this.snapshot(true);
    },
    probe({ x }) {
      this.followed = x;
      const probe = this.probed();
      if (probe) this.port.postMessage({ type: "probed", generation: this.generation, probe });
    },
    record({ id }) {
      this.port.postMessage({ type: "answer", id, value: this.trainer?.record() ?? null });
    },
    weights({ id }) {
      this.port.postMessage({ type: "answer", id, value: this.trainer?.engine.weights ?? null });
    },
    close() {
      this.playing = false;
      this.turns.close();
    }
  };
  /** @param {number} generation */
  begin(generation) {
    this.generation = generation;
    this.trainer = null;
    this.playing = false;
    this.msPerStep = 0;
    this.renewed.step = -1;
    this.trainer = new Trainer(this.wanted.configuration, { weights: this.wanted.weights });
    const { configuration, classes, train, validation } = this.trainer, { data, noise } = configuration;
    const message = {
      type: "configured",
      generation,
      configuration,
      classes,
      train,
      validation,
      order: configuration.net === "RKNet" ? tableauOf(configuration).order : null,
      bayes: typeof data === "string" ? bayes(data, noise).accuracy : null
    };
    this.port.postMessage(message);
    this.snapshot(true);
    setTimeout(() => this.tellBest(generation));
  }
  /** @param {number} generation */
  tellBest(generation) {
    if (generation !== this.generation || !this.trainer) return;
    const { configuration } = this.trainer, key = bestKey(configuration);
    if (this.best.key !== key) this.best = { key, lines: bestBoundaries(configuration) };
    this.port.postMessage({ type: "best", generation, ...this.best });
  }
  /** Begin, or go on, with a run that shall last so many milliseconds. @param {number} lasting */
  keepTime(lasting) {
    const { steps: steps2, total: total2 } = this.progress();
    this.pace = { lasting, begun: performance.now() - lasting * Math.sqrt(steps2 / total2) };
  }
  progress() {
    const { trainer } = this;
    return trainer ? { steps: trainer.steps, total: trainer.stepsPerEpoch * trainer.configuration.epochs } : { steps: 0, total: 1 };
  }
  /** Steps that are due; as the square of the time, for most happens in the first epochs. */
  due() {
    const { lasting, begun } = this.pace, { steps: steps2, total: total2 } = this.progress();
    if (!lasting) return Infinity;
    return Math.ceil(total2 * ((performance.now() - begun) / lasting) ** 2) - steps2;
  }
  /** A slice of training; the next one waits for its turn. */
  work() {
    if (!this.trainer || !this.playing) return;
    const due = this.due();
    if (due > 0) this.train(due, performance.now() + this.slice);
    if (this.trainer.ended) this.playing = false;
    if (!this.playing) this.snapshot(true);
    else {
      if (this.shown && performance.now() - this.sent >= FRAME) this.snapshot(false);
      if (this.due() > 0) this.turns.next();
      else this.turns.later(AHEAD);
    }
  }
  /** What the net makes of the point that is followed. @returns {Probe|null} */
  probed() {
    if (!this.trainer || !this.followed) return null;
    const { engine } = this.trainer, X = Float32Array.from(this.followed);
    return { x: this.followed, states: engine.states(X).states, P: engine.probabilities(X) };
  }
  /** @param {number} steps @param {number} until  stop at this time at the latest, but after one step */
  train(steps2, until) {
    const { trainer } = this;
    let done = 0;
    while (trainer && done < steps2 && !trainer.ended) {
      const before = performance.now(), left = until - before;
      if (done > 0 && left <= 0) break;
      const fit = this.msPerStep > 0 ? Math.max(1, Math.floor(left / this.msPerStep)) : 1;
      const rest = trainer.stepsPerEpoch - trainer.steps % trainer.stepsPerEpoch;
      const [first, kept] = [trainer.steps, trainer.history.train_cost.length];
      trainer.advance(Math.min(fit, steps2 - done, rest));
      done += trainer.steps - first;
      if (trainer.history.train_cost.length === kept) {
        const now = (performance.now() - before) / (trainer.steps - first);
        this.msPerStep = this.msPerStep > 0 ? 0.7 * this.msPerStep + 0.3 * now : now;
      }
    }
  }
  /** @param {boolean} fresh  with all views, whatever they cost */
  snapshot(fresh) {
    const { trainer, renewed } = this, { grid, flow: flow2, mesh = 0 } = this.views;
    if (!trainer) return;
    if (!this.shown) {
      this.owed ||= fresh;
      return;
    }
    const now = performance.now(), stale = renewed.step !== trainer.steps || fresh;
    const show2 = stale && (fresh || now - renewed.at > 2 * renewed.cost);
    const message = {
      type: "snapshot",
      generation: this.generation,
      playing: this.playing,
      state: trainer.state,
      step: trainer.steps,
      epoch: trainer.epoch,
      stepsPerEpoch: trainer.stepsPerEpoch,
      parameters: trainer.parameters,
      rate: trainer.configuration.rate,
      rates: trainer.configuration.rates,
      history: trainer.history,
      msPerStep: this.msPerStep,
      kernel: trainer.engine.kernel,
      grid: show2 && grid ? trainer.engine.probabilities(cellCentres(grid)) : null,
      flow: show2 && flow2 > 0 ? trainer.engine.states(trainer.validation.X.subarray(0, 2 * flow2)) : null,
      mesh: show2 && mesh > 0 ? trainer.engine.states(meshPoints(mesh)) : null,
      classifier: null,
      probe: show2 ? this.probed() : null
    };
    if (show2 && flow2 > 0) {
      const { W, mu } = trainer.engine.weights;
      message.classifier = { W, mu };
    }
    const after = performance.now();
    if (show2) this.renewed = { at: after, step: trainer.steps, cost: after - now };
    [this.sent, this.shown, this.owed] = [after, false, false];
    const buffers = [message.grid, message.flow?.states, message.mesh?.states].flatMap((array) => array ? [array.buffer] : []);
    this.port.postMessage(message, buffers);
  }
};

// src/run/player.mjs
var UNSEEN = 250;
var Player = class {
  /** @param {{source?: string, worker?: boolean, patience?: number}} [options]  patience: ms to wait for the worker */
  constructor({ source, worker = true, patience = 2e4 } = {}) {
    this.onconfigured = () => {
    };
    this.onsnapshot = () => {
    };
    this.onbest = () => {
    };
    this.onprobed = () => {
    };
    this.onfailed = () => {
    };
    this.where = "";
    this.generation = 0;
    this._waiting = [];
    this._asked = /* @__PURE__ */ new Map();
    this._port = null;
    this._asks = 0;
    this._closed = false;
    if (worker && typeof Worker !== "undefined") this._startWorker(source, patience);
    else this._startHere();
  }
  /** @param {string|undefined} source @param {number} patience */
  async _startWorker(source, patience) {
    let worker = null;
    const giveUp = () => {
      if (this.where !== "") return;
      worker?.terminate();
      if (!this._closed) this._startHere();
    };
    try {
      const own = import.meta.url;
      const text = source ?? (own.startsWith("blob:") ? await (await fetch(own)).text() : null);
      const module = text === null ? JSON.stringify(own) : `URL.createObjectURL(new Blob([${JSON.stringify(text)}], { type: "text/javascript" }))`;
      const start = `const early = []; onmessage = (event) => early.push(event);
const failed = (error) => setTimeout(() => { throw error; });
import(${module}).then((module) => module.serve(self, { early })).catch(failed);`;
      const address2 = URL.createObjectURL(new Blob([start], { type: "text/javascript" }));
      worker = new Worker(address2);
      setTimeout(() => URL.revokeObjectURL(address2), patience);
    } catch {
      giveUp();
      return;
    }
    const running = worker, timer = setTimeout(giveUp, patience);
    running.onerror = (event) => {
      event.preventDefault();
      clearTimeout(timer);
      if (this.where === "") giveUp();
      else this.onfailed(event.message || "the worker has failed");
    };
    running.onmessage = (event) => {
      if (event.data.type === "ready") {
        clearTimeout(timer);
        const postMessage = (message) => running.postMessage(message);
        this._connect("worker", { postMessage, close: () => running.terminate() });
      }
      this._receive(event.data);
    };
  }
  _startHere() {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => this._receive(event.data);
    this._connect("page", {
      postMessage: (message) => port1.postMessage(message),
      close: () => {
        port1.postMessage({ type: "close" });
        port1.close();
      }
    });
    serve(port2, { slice: 10 });
  }
  /** @param {'worker'|'page'} where @param {{postMessage: (message: any) => void, close: () => void}} port */
  _connect(where, port) {
    if (this._closed) {
      port.close();
      return;
    }
    this.where = where;
    this._port = port;
    for (const request of this._waiting.splice(0)) port.postMessage(request);
  }
  /** @param {Request} request */
  _send(request) {
    if (this._port) this._port.postMessage(request);
    else this._waiting.push(request);
  }
  /** @param {Answer} answer */
  _receive(answer2) {
    if (this._closed) return;
    if (answer2.type === "answer") {
      this._asked.get(answer2.id)?.(answer2.value);
      this._asked.delete(answer2.id);
    } else if (answer2.type === "snapshot") {
      try {
        if (answer2.generation === this.generation) this.onsnapshot(answer2);
      } finally {
        this._sendOncePainted();
      }
    } else if (answer2.type !== "ready" && answer2.generation === this.generation) {
      if (answer2.type === "configured") this.onconfigured(answer2);
      else if (answer2.type === "best") this.onbest(answer2);
      else if (answer2.type === "probed") this.onprobed(answer2);
      else this.onfailed(answer2.message);
    }
  }
  /** The next snapshot is wanted when this one is painted, so that no more come than the page can show. */
  _sendOncePainted() {
    let sent = false;
    const send = () => {
      if (!sent) this._send({ type: "shown" });
      sent = true;
    };
    if (typeof requestAnimationFrame === "undefined") send();
    else {
      requestAnimationFrame(() => setTimeout(send));
      setTimeout(send, UNSEEN);
    }
  }
  /**
   * Begin a run; the run in progress is given up.
   * @param {Partial<Configuration>} configuration
   * @param {Weights} [weights]  to start from, instead of drawn ones
   */
  configure(configuration, weights2) {
    this.generation += 1;
    this._send({ type: "configure", generation: this.generation, configuration, ...weights2 ? { weights: weights2 } : {} });
  }
  /** The same run from the beginning. */
  reset() {
    this.generation += 1;
    this._send({ type: "reset", generation: this.generation });
  }
  /** @param {number} [lasting]  seconds for all epochs, at least; 0 for as fast as can be */
  play(lasting = 0) {
    this._send({ type: "play", lasting });
  }
  pause() {
    this._send({ type: "pause" });
  }
  /** @param {number} [steps] */
  step(steps2 = 1) {
    this._send({ type: "step", steps: steps2 });
  }
  /** Go on with another learning rate, from the weights and moments as they are. @param {number} rate */
  changeRate(rate) {
    this._send({ type: "rate", rate });
  }
  /** Follow a point of the plane through the layers, now and with every snapshot; null for none. @param {[number, number]|null} x */
  probe(x) {
    this._send({ type: "probe", x });
  }
  /** A snapshot with all of them follows. @param {Views} views */
  set views(views) {
    this._send({ type: "views", views });
  }
  /** The record of the run as it is now; null before a run was configured. @returns {Promise<RunRecord|null>} */
  record() {
    return this._ask("record");
  }
  /** The weights as they are now. @returns {Promise<Weights|null>} */
  weights() {
    return this._ask("weights");
  }
  /** @param {'record'|'weights'} type @returns {Promise<any>} */
  _ask(type) {
    const id = this._asks += 1;
    return new Promise((resolve) => {
      this._asked.set(id, resolve);
      this._send({ type, id });
    });
  }
  /** End it, and forget what was not answered. */
  close() {
    this._closed = true;
    this._port?.close();
  }
};

// src/laboratories/runner.mjs
var CELLS = 56;
var BEST_CELLS2 = 100;
var FOLLOWED = 300;
function newRunner(frame, seen) {
  let player = null;
  let playing = false, chosen2 = { ...frame.values };
  const caption = node("span", {}, "Train");
  const button = node("button", { type: "button", class: "rkp-play", click: () => toggle() }, icon(ICONS.play), " ", caption);
  const progress = node("progress", { "aria-label": "Epochs done", value: 0, max: 1 });
  const count = node("span", { class: "rkp-hint" });
  frame.views.before(node("div", { class: "rkl-row" }, button, progress, count));
  const runner = { run: null, snapshot: null, flow: null, grid: null, weights: null, past: null, best: [], begin, close: () => {
    observer.disconnect();
    player?.close();
  } };
  function shown(now) {
    playing = now;
    caption.textContent = now ? "Pause" : runner.snapshot && runner.snapshot.step > 0 && !over() ? "Go on" : "Train";
    button.firstChild?.replaceWith(icon(now ? ICONS.pause : ICONS.play));
  }
  const over = () => runner.snapshot?.state === "finished" || runner.snapshot?.state === "diverged";
  function toggle() {
    if (!player) start();
    if (over()) begin(true);
    else if (playing) player?.pause();
    else player?.play();
    shown(!playing || over());
  }
  function begin(train) {
    if (!player) return;
    const { snapshot, flow: flow2 } = runner;
    if (snapshot && flow2 && snapshot.epoch > 0) {
      runner.past = { accuracy: snapshot.history.val_accuracy, spread: spreads(flow2), values: chosen2 };
    }
    chosen2 = { ...frame.values };
    Object.assign(runner, { run: null, snapshot: null, flow: null, grid: null, weights: null });
    player.configure(configurationOf(frame.values, frame.given));
    player.views = { grid: plane(CELLS), flow: FOLLOWED };
    if (train) player.play();
    shown(train);
  }
  function start() {
    observer.disconnect();
    player = new Player({ source: frame.source });
    player.onconfigured = (configured) => {
      runner.run = configured;
      runner.best = bestOf(configured);
    };
    player.onsnapshot = (snapshot) => {
      runner.snapshot = snapshot;
      runner.flow = snapshot.flow ?? runner.flow;
      runner.grid = snapshot.grid ?? runner.grid;
      runner.weights = null;
      progress.value = snapshot.step / (frame.given.epochs * snapshot.stepsPerEpoch);
      count.textContent = `epoch ${snapshot.epoch} of ${frame.given.epochs}`;
      if (playing !== snapshot.playing) shown(snapshot.playing);
      seen(runner);
      if (!snapshot.playing) settle(snapshot);
    };
    player.onfailed = (message) => frame.say(message);
    begin(false);
  }
  async function settle(snapshot) {
    const weights2 = await player?.weights();
    if (!weights2 || runner.snapshot !== snapshot) return;
    runner.weights = weights2;
    seen(runner);
  }
  const observer = new IntersectionObserver((entries) => {
    if (!player && entries.some((entry) => entry.isIntersecting)) start();
  }, { rootMargin: "400px" });
  observer.observe(frame.views);
  return runner;
}
function bestOf({ configuration: { data, noise }, classes }) {
  if (typeof data !== "string") return [];
  return boundaries(bayes(data, noise).probability(cellCentres(plane(BEST_CELLS2))), BEST_CELLS2, BEST_CELLS2, classes);
}
function compared({ past }, { values, labels }) {
  if (!past) return "";
  const other = Object.keys(values).filter((name) => name !== "way" && past.values[name] !== values[name]);
  const what = other.map((name) => `${labels[name]} = ${past.values[name]}`).join(", ") || "the same choice";
  return ` In grey, the run before with ${what}: ${percent(past.accuracy[past.accuracy.length - 1])}.`;
}
function told(runner, frame) {
  const { run, snapshot } = runner;
  if (!run || !snapshot) return "";
  const { history, state, epoch } = snapshot, accuracy = history.val_accuracy[history.val_accuracy.length - 1];
  if (state === "diverged") return "Training has diverged: the cost is no longer a finite number. Take a smaller step size.";
  if (snapshot.step === 0) return "The weights are random. Press Train, or change something.";
  const limit = run.bayes === null ? "" : ` The best possible classifier gets ${percent(run.bayes)}.`;
  return `After ${epoch === 1 ? "one epoch" : `${epoch} epochs`}, ${percent(accuracy)} of new points are right.${limit}${compared(runner, frame)}`;
}

// src/geometry/extremes.mjs
function largest(values, start) {
  let found = start;
  for (const value2 of values) if (value2 > found) found = value2;
  return found;
}

// src/painting/markers.mjs
var MARKERS = [
  [0, -1.3, 1.15, 0.75, -1.15, 0.75],
  [-0.95, -0.95, 0.95, -0.95, 0.95, 0.95, -0.95, 0.95],
  [0, -1.35, 1.35, 0, 0, 1.35, -1.35, 0],
  [0, 1.3, 1.15, -0.75, -1.15, -0.75],
  [-1.3, -0.5, -0.5, -0.5, -0.5, -1.3, 0.5, -1.3, 0.5, -0.5, 1.3, -0.5, 1.3, 0.5, 0.5, 0.5, 0.5, 1.3, -0.5, 1.3, -0.5, 0.5, -1.3, 0.5]
];
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
function paintPoints(pen, places, c, colours, size, alpha = 0.8) {
  const classes = 1 + largest(c, -1);
  pen.globalAlpha = alpha;
  for (let k = 0; k < classes; k++) {
    pen.fillStyle = colours[k];
    pen.beginPath();
    for (let n = 0; n < c.length; n++) if (c[n] === k) marker(pen, k, places[2 * n], places[2 * n + 1], size);
    pen.fill();
  }
  pen.globalAlpha = 1;
}

// src/painting/regions.mjs
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
function regions(P, cells, classes, side, discrete = false) {
  const image = new ImageData(side, side), bytes2 = image.data;
  const rgb = CLASS_COLOURS.map((colour) => [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16)));
  const p = new Float64Array(classes);
  for (let i = 0; i < side; i++) {
    const y = Math.min(cells - 1, Math.max(0, (i + 0.5) * cells / side - 0.5));
    const i0 = Math.min(cells - 2, Math.floor(y)), v = y - i0;
    for (let j = 0; j < side; j++) {
      const x = Math.min(cells - 1, Math.max(0, (j + 0.5) * cells / side - 0.5));
      const j0 = Math.min(cells - 2, Math.floor(x)), u = x - j0;
      const corner = (i0 * cells + j0) * classes, below = corner + cells * classes;
      let best = 0;
      for (let k = 0; k < classes; k++) {
        p[k] = (1 - v) * ((1 - u) * P[corner + k] + u * P[corner + classes + k]) + v * ((1 - u) * P[below + k] + u * P[below + classes + k]);
        if (p[k] > p[best]) best = k;
      }
      const sure = discrete ? 0.8 : (p[best] - 1 / classes) / (1 - 1 / classes);
      const pixel = 4 * (i * side + j), colour = rgb[best];
      for (let k = 0; k < 3; k++) bytes2[pixel + k] = colour[k];
      bytes2[pixel + 3] = 255 * (0.1 + 0.27 * sure);
    }
  }
  return image;
}

// src/painting/space.mjs
var DISTANCE = 7;
var FLOOR = 0.85;
function camera(components2, { bound, centre }, look, width, height) {
  const [cx, cy] = [width / 2, height / 2], half = Math.min(width, height) / 2;
  if (components2 === 2) {
    const zoom2 = (half - 10) / bound;
    return (x, y) => [cx + zoom2 * (x - centre[0]), cy - zoom2 * (y - centre[1]), 0];
  }
  const [azim, elev] = [look.azim, look.elev].map((angle) => angle * Math.PI / 180);
  const [ca, sa, ce, se] = [Math.cos(azim), Math.sin(azim), Math.cos(elev), Math.sin(elev)];
  const zoom = 0.92 * half / bound, eye = DISTANCE * bound;
  return (x, y, z) => {
    const [u, v, w2] = [x - centre[0], y - centre[1], z - centre[2]];
    const across = -sa * u + ca * v, near = ca * u + sa * v;
    const up = ce * w2 - se * near, nearness = ce * near + se * w2;
    const closer = zoom * (eye / (eye - nearness));
    return [cx + closer * across, cy - closer * up, nearness];
  };
}
function paintFrame(pen, at, components2, { bound, centre, low }, look, theme, letter2) {
  const left = [Math.sin, (angle) => -Math.cos(angle)].map((of) => of(look.azim * Math.PI / 180));
  const radius = components2 === 2 ? bound : FLOOR * bound;
  const place = ([u, v, w2]) => at(centre[0] + radius * u, centre[1] + radius * v, centre[2] + bound * w2);
  const line = (from, to) => {
    const [a, b] = [place(from), place(to)];
    pen.moveTo(a[0], a[1]);
    pen.lineTo(b[0], b[1]);
  };
  pen.strokeStyle = theme.line;
  pen.lineWidth = 1;
  pen.beginPath();
  if (components2 === 2) {
    line([-1, 0, 0], [1, 0, 0]);
    line([0, -1, 0], [0, 1, 0]);
  } else {
    for (const r of [0.5, 1]) {
      for (let t = 0; t <= 60; t++) {
        const [x, y] = place([r * Math.cos(Math.PI * t / 30), r * Math.sin(Math.PI * t / 30), low]);
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
  const ends = components2 === 2 ? [[0.96, -0.06, 0], [-0.06, 0.96, 0]] : [[1.1, 0, low], [0, 1.1, low], [...left, low + 0.5]];
  ends.forEach((end, k) => {
    const [x, y] = place(end);
    pen.font = `italic 12px ${theme.font}`;
    pen.fillText(letter2, x - 3, y);
    pen.font = `10px ${theme.font}`;
    pen.fillText(String(k + 1), x + 4, y + 4);
  });
}

// src/laboratories/chart.mjs
var power = (x) => `10${raised(Math.round(Math.log10(x)))}`;
function powers(low, high) {
  const each = Math.max(1, Math.ceil((high - low) / 5));
  return Array.from({ length: Math.floor((high - low) / each) + 1 }, (_, k) => 10 ** (low + k * each));
}
function scales({ x, y, logX, logY, square }, width, height) {
  let [left, right, top, bottom] = [38, width - 10, 8, height - 32];
  if (square) {
    const unit = Math.min((right - left) / (x[1] - x[0]), (bottom - top) / (y[1] - y[0]));
    const [spareX, spareY] = [right - left - unit * (x[1] - x[0]), bottom - top - unit * (y[1] - y[0])];
    [left, right, top, bottom] = [left + spareX / 2, right - spareX / 2, top + spareY / 2, bottom - spareY / 2];
  }
  const axis = ([a, b], log2, from, to) => {
    const scale = log2 ? Math.log10 : (value2) => value2;
    const [low, high] = [scale(a), scale(b)];
    return {
      to: (value2) => from + (scale(value2) - low) / (high - low) * (to - from),
      from: (at) => {
        const value2 = low + (at - from) / (to - from) * (high - low);
        return log2 ? 10 ** value2 : value2;
      }
    };
  };
  const across = axis(x, logX, left, right), up = axis(y, logY, bottom, top);
  return { X: across.to, Y: up.to, fromX: across.from, fromY: up.from };
}
function paintChart(pen, width, height, theme, chart, beneath) {
  const found = scales(chart, width, height), { X, Y } = found, { xWritten = short, yWritten = short } = chart;
  const [left, right, top, bottom] = [X(chart.x[0]), X(chart.x[1]), Y(chart.y[1]), Y(chart.y[0])];
  pen.font = `11px ${theme.font}`;
  pen.fillStyle = theme.muted;
  pen.strokeStyle = theme.line;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const y of chart.yTicks) {
    pen.fillText(yWritten(y), left - 5, Y(y));
    pen.moveTo(left, Y(y));
    pen.lineTo(right, Y(y));
  }
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const x of chart.xTicks) {
    pen.fillText(xWritten(x), X(x), bottom + 4);
    pen.moveTo(X(x), top);
    pen.lineTo(X(x), bottom);
  }
  pen.stroke();
  if (chart.xName) pen.fillText(chart.xName, (left + right) / 2, bottom + 17);
  pen.save();
  pen.beginPath();
  pen.rect(left - 4, top - 4, right - left + 8, bottom - top + 8);
  pen.clip();
  beneath?.(found);
  for (const line of chart.lines) paintLine(pen, found, line);
  pen.restore();
  return found;
}
function paintLine(pen, { X, Y }, { x, y, colour, dash = [], width = 1.8, dots = 0 }) {
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineJoin = "round";
  pen.lineWidth = width;
  pen.setLineDash(dash);
  pen.beginPath();
  for (let k = 0; k < x.length; k++) {
    if (k) pen.lineTo(X(x[k]), Y(y[k]));
    else pen.moveTo(X(x[k]), Y(y[k]));
  }
  if (width > 0) pen.stroke();
  pen.setLineDash([]);
  if (!dots) return;
  pen.beginPath();
  for (let k = 0; k < x.length; k++) {
    pen.moveTo(X(x[k]) + dots, Y(y[k]));
    pen.arc(X(x[k]), Y(y[k]), dots, 0, 2 * Math.PI);
  }
  pen.fill();
}

// src/laboratories/trained_views.mjs
var PIXELS = 168;
var POINTS = 500;
function netStyle({ values, given, theme }) {
  const [kind, scheme2] = given.nets[values.net], { colour, dash } = NET_STYLES[kind === "StandardNet" ? kind : scheme2];
  return { colour: theme.dark ? lighter(colour, 0.3) : colour, dash };
}
function predictionPanel(frame, runner) {
  const picture = node("canvas", { width: PIXELS, height: PIXELS });
  let painted = null;
  let lines = [];
  return frame.panel("The predicted regions, the validation points, and dashed the best possible boundary", (pen, width, height) => {
    const { run, grid, best } = runner, { theme } = frame;
    if (!run || !grid) return;
    if (painted !== grid) {
      painted = grid;
      picture.getContext("2d")?.putImageData(regions(painted, CELLS, run.classes, PIXELS), 0, 0);
      lines = boundaries(painted, CELLS, CELLS, run.classes);
    }
    pen.drawImage(picture, 0, 0, width, height);
    const stroke = (all, cells) => strokeLines(pen, all, (x, y) => [(x + 0.5) * width / cells, (y + 0.5) * height / cells]);
    pen.strokeStyle = theme.text;
    pen.lineWidth = 1.1;
    stroke(lines, CELLS);
    paintPoints(pen, toCanvas(run.validation.X.subarray(0, 2 * POINTS), width, height), run.validation.c.subarray(0, POINTS), theme.classes, 1.7, 0.7);
    pen.setLineDash([5, 4]);
    stroke(best, BEST_CELLS2);
    pen.setLineDash([]);
  }, "prediction");
}
function pastLines(y, { theme }) {
  return y ? [{ x: y.map((_, k) => k), y: y.map((value2) => Math.max(value2, 1e-15)), colour: theme.muted, width: 1.2 }] : [];
}
function accuracyPanel(frame, runner) {
  return frame.panel("Accuracy by epoch, training dotted, below the dashed best possible accuracy", (pen, width, height) => {
    const { run, snapshot } = runner, { train_accuracy: train = [], val_accuracy: validation = [] } = snapshot?.history ?? {};
    const { colour, dash } = netStyle(frame), epochs = frame.given.epochs, x = validation.map((_, epoch) => epoch);
    const all = (curve) => curve.map((value2) => 100 * value2);
    const limit = run?.bayes ?? null, level = limit === null ? [] : [{ x: [0, epochs], y: [100 * limit, 100 * limit], colour: frame.theme.text, width: 1, dash: [5, 4] }];
    paintChart(pen, width, height, frame.theme, {
      x: [0, epochs],
      y: [20, 102],
      xTicks: [0, epochs / 2, epochs],
      yTicks: [20, 40, 60, 80, 100],
      xName: "epoch",
      lines: [...level, ...pastLines(runner.past ? all(runner.past.accuracy) : void 0, frame), { x, y: all(train), colour, dash: [1.5, 3], width: 1.4 }, { x, y: all(validation), colour, dash }]
    });
  }, "accuracy (%)");
}
function boxOf(at) {
  const low = [Infinity, Infinity, Infinity], high = low.map((value2) => -value2);
  for (let k = 0; k < at.length; k++) {
    low[k % 3] = Math.min(low[k % 3], at[k]);
    high[k % 3] = Math.max(high[k % 3], at[k]);
  }
  const centre = low.map((value2, k) => (value2 + high[k]) / 2), half = low.map((value2, k) => (high[k] - value2) / 2);
  const bound = Math.max(...half, 1e-9);
  return { m: 3, bound, centre, low: -Math.max(half[2] / bound, 0.05) };
}
function spacePanel(frame, view, wanted, title) {
  const look = (
    /** @type {Look} */
    { azim: view.azim, elev: view.elev }
  );
  let known2 = { at: null, box: boxOf(new Float64Array(3)) };
  const panel = frame.panel("Features in three principal components, which the arrow keys turn", (pen, width, height) => {
    const found = wanted();
    if (!found) return;
    if (known2.at !== found.at) known2 = { at: found.at, box: boxOf(found.at) };
    const { at, n, c, layer } = found, eye = camera(3, known2.box, look, width, height);
    paintFrame(pen, eye, 3, known2.box, look, frame.theme, "p");
    const whole = Math.floor(layer), part = layer - whole, step = part ? 3 * n : 0;
    const seen = Array.from({ length: n }, (_, i) => {
      const from = 3 * (whole * n + i);
      const place = (k) => (1 - part) * at[from + k] + part * at[from + step + k];
      return { k: c[i], spot: eye(place(0), place(1), place(2)) };
    }).sort((a, b) => a.spot[2] - b.spot[2]);
    pen.globalAlpha = 0.8;
    for (const { k, spot: [x, y, near] } of seen) {
      pen.fillStyle = frame.theme.classes[k];
      pen.beginPath();
      marker(pen, k, x, y, 2.4 * (1 + near / (5 * known2.box.bound)));
      pen.fill();
    }
    pen.globalAlpha = 1;
  }, title);
  const turn = (azim, elev) => {
    look.azim = ((azim + 180) % 360 + 360) % 360 - 180;
    look.elev = Math.max(-90, Math.min(90, elev));
    panel.soon();
  };
  turns(panel.canvas, look, turn);
  return panel;
}
function turns(canvas, look, turn) {
  canvas.classList.add("rkp-turns");
  canvas.tabIndex = 0;
  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) turn(look.azim - 0.5 * event.movementX, look.elev + 0.4 * event.movementY);
  });
  canvas.addEventListener("keydown", (event) => {
    const [across, up] = { ArrowLeft: [6, 0], ArrowRight: [-6, 0], ArrowUp: [0, 6], ArrowDown: [0, -6] }[event.key] ?? [0, 0];
    if (!across && !up) return;
    event.preventDefault();
    turn(look.azim + across, look.elev + up);
  });
}

// src/laboratories/features.mjs
function numbers2({ way, ...values }, given) {
  const { history, flow: flow2, c } = trained(values, given), found = components(flow2, c), layer = layerAt(way, values.L);
  const accuracy = history.val_accuracy[history.val_accuracy.length - 1];
  return { accuracy, layer, variances: found.variances, deviations: deviations(found, layer) };
}
function componentsOf({ run, flow: few, weights: weights2 }) {
  if (!run || !few) return null;
  const flow2 = weights2 ? flowOf(weights2, run.configuration, run.validation.X) : few;
  const c = run.validation.c.subarray(0, flow2.n);
  return { ...components(flow2, c), c };
}
function open2(frame) {
  const { given, values } = frame;
  let found = null;
  const runner = newRunner(frame, (now) => {
    found = componentsOf(now);
    frame.say(`${told(now, frame)} Drag the features to turn them, and slide through the layers.`);
    repaint();
  });
  const title = node("span");
  const space = spacePanel(frame, given, () => found && { ...found, layer: Math.min(layerAt(values.way, found.L), found.L) }, title);
  const panels = [space, predictionPanel(frame, runner), accuracyPanel(frame, runner)];
  function repaint() {
    const L = found?.L ?? values.L;
    title.textContent = `features at layer ${layerAt(values.way, L)} of ${L}`;
    for (const panel of panels) panel.soon();
  }
  return {
    update(changed) {
      if (changed.length > 1 || changed[0] !== "way") runner.begin(true);
      repaint();
    },
    close: () => runner.close()
  };
}
var features = { numbers: numbers2, open: open2 };

// src/laboratories/flow.mjs
var WHOLE2 = 5e3;
function cloudOf({ states, scale, classes }) {
  return { at: Float64Array.from(new Int8Array(bytes(states).buffer), (value2) => value2 * scale), n: classes.length, c: Int32Array.from(classes) };
}
function numbers3({ layer }, given) {
  const { at, n } = cloudOf(given), from = 3 * n * given.layers.indexOf(layer);
  const points = Array.from({ length: n }, (_, i) => [0, 1, 2].map((k) => at[from + 3 * i + k]));
  const middle = [0, 1, 2].map((k) => points.reduce((sum3, point) => sum3 + point[k], 0) / n);
  return { middle, farthest: Math.max(...points.map((point) => Math.hypot(...point.map((value2, k) => value2 - middle[k])))) };
}
function open3(frame) {
  const { given, values } = frame, cloud = cloudOf(given), last = given.layers.length - 1;
  let position = last, request = 0, started = 0;
  const heading = node("span"), caption = node("span", {}, "Play");
  const button = node("button", { type: "button", class: "rkp-play", click: () => request ? stop() : play() }, icon(ICONS.play), " ", caption);
  frame.views.before(node("div", { class: "rkl-row" }, button, node("span", { class: "rkp-hint" }, "Drag the points or use the arrow keys to turn them.")));
  frame.views.classList.add("rkl-one");
  const panel = spacePanel(frame, given, () => ({ ...cloud, layer: position }), heading);
  function label(playing) {
    caption.textContent = playing ? "Pause" : "Play";
    button.firstChild?.replaceWith(icon(playing ? ICONS.pause : ICONS.play));
  }
  function play() {
    const from = position >= last ? 0 : position;
    started = performance.now() - from / last * WHOLE2;
    label(true);
    request = requestAnimationFrame(advance);
  }
  function stop() {
    cancelAnimationFrame(request);
    request = 0;
    label(false);
  }
  function advance(now) {
    const reached = Math.min(last, Math.max(0, (now - started) / WHOLE2 * last));
    request = requestAnimationFrame(advance);
    const layer = given.layers[Math.round(reached)];
    if (layer !== values.layer) frame.set("layer", layer);
    position = frame.still ? Math.round(reached) : reached;
    panel.soon();
    if (reached >= last) stop();
  }
  return {
    update() {
      position = given.layers.indexOf(values.layer);
      heading.textContent = `layer ${values.layer} of ${given.layers[last]}`;
      panel.soon();
    },
    close: stop
  };
}
var flow = { numbers: numbers3, open: open3 };

// src/page/style.mjs
var STYLE = `
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
  grid-template: "presets" "say" "decide" "under" "feat" "bar" "layer" "traj" "net" "in" "train" "score" "plots" "tools" "foot" / minmax(0, 1fr);
  padding: 0.75rem;
}
.rkp-task { border-left: 0.25rem solid var(--rkp-accent); flex: 1 0 100%; padding: 0.15rem 0 0.15rem 0.75rem; }
.rkp-solved { color: var(--rkp-accent); }
.rkp-top, .rkp-right { display: contents; }
.rkp-bar { align-self: end; grid-area: presets / 1 / bar / -1; } /* follows the reader over the pictures, never over the sliders */
.rkp-tools { display: flex; flex-wrap: wrap; gap: 0.3rem; grid-area: tools; }
.rkp-say { align-items: start; display: flex; gap: 0.75rem; grid-area: say; justify-content: space-between; min-height: 2.8em; }
.rkp-undo { white-space: nowrap; }
.rkp-guide { align-items: center; background: var(--rkp-surface); border-left: 0.25rem solid var(--rkp-accent); border-radius: 0.3rem; display: flex; flex-wrap: wrap; gap: 0.4rem 1rem; flex: 1 0 100%; justify-content: space-between; padding: 0.45rem 0.75rem; }
.rkp-guide-text { flex: 1 1 20rem; font-size: 15px; min-height: 2.8em; }
.rkp-row { display: flex; flex-wrap: wrap; gap: 0.35rem; }
.rkp .rkp-next { background: var(--rkp-accent); border-color: var(--rkp-accent); color: var(--rkp-on-accent); }
.rkp .rkp-next:hover:not(:disabled) { background: color-mix(in srgb, var(--rkp-accent) 85%, var(--rkp-text)); }
.rkp-guided .rkp-presets > button { display: none; }
[data-lit="traj"] .rkp-traj .rkp-canvas, [data-lit="feat"] .rkp-feat .rkp-canvas, [data-lit="decide"] .rkp-decide .rkp-canvas { outline: 3px solid var(--rkp-accent); }
.rkp-train { grid-area: train; }
.rkp-presets { align-items: center; display: flex; flex-wrap: wrap; gap: 0.4rem; grid-area: presets; }
.rkp-in { grid-area: in; }
.rkp-net { grid-area: net; }
.rkp-score { grid-area: score; }
.rkp-traj { grid-area: traj; }
.rkp-layer { grid-area: layer; }
.rkp-under { display: grid; gap: 0.2rem; grid-area: under; align-content: start; }
.rkp-probe { font-size: 13px; min-height: 1.4em; }
.rkp-share { white-space: nowrap; }
.rkp-shown { align-items: end; display: flex; flex-wrap: wrap; gap: 0.2rem 0.75rem; }
[data-hide~="experiments"] .rkp-presets, [data-hide~="data"] .rkp-in, [data-hide~="net"] .rkp-net, [data-hide~="trajectories"] .rkp-traj,
[data-hide~="features"] .rkp-feat, [data-hide~="layers"] .rkp-layer, [data-hide~="prediction"] :is(.rkp-decide, .rkp-under), [data-hide~="score"] .rkp-score,
[data-hide~="plots"] .rkp-plots, [data-hide~="formula"] .rkp-foot, [data-hide~="tools"] .rkp-tools { display: none; }
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
.rkp :is(button, select, input, textarea, summary, canvas):focus-visible, .rkp input:focus-visible + canvas, .rkp:focus-visible {
  outline: 3px solid var(--rkp-accent);
  outline-offset: 2px;
}
.rkp :is(label, legend) { color: var(--rkp-text); font-size: 13px; font-weight: 400; margin: 0; }
.rkp fieldset { border: 0; margin: 0; min-width: 0; padding: 0; }
.rkp legend { float: none; margin-bottom: 0.25rem; padding: 0; width: auto; }
.rkp-square { min-width: 0; }
.rkp .rkp-title { font-size: 13px; min-height: 1.5rem; }
.rkp-canvas { background: color-mix(in srgb, var(--rkp-surface) 45%, transparent); border-radius: 0.4rem; display: block; touch-action: pan-y; width: 100%; }
.rkp-square .rkp-canvas { aspect-ratio: 1; }
.rkp-turns { cursor: grab; } /* a finger turns it sideways, and scrolls the page up and down */
.rkp-draws { cursor: crosshair; touch-action: none; }
.rkp-plots .rkp-canvas, .rkp-score .rkp-canvas { background: none; height: 128px; }

.rkp-bar { align-items: center; background: var(--rkp-back); border-top: 1px solid var(--rkp-line); bottom: 0; display: flex; flex-wrap: wrap; gap: 0.3rem; margin: 0 -0.75rem; padding: 0.5rem 0.75rem; position: sticky; z-index: 2; }
.rkp .rkp-play { background: var(--rkp-accent); border-color: var(--rkp-accent); color: var(--rkp-on-accent); font-weight: 600; min-width: 4.9rem; }
.rkp .rkp-play:hover:not(:disabled) { background: color-mix(in srgb, var(--rkp-accent) 85%, var(--rkp-text)); }
.rkp-icon svg { display: inline-block; vertical-align: -1px; }
.rkp [hidden] { display: none !important; }
.rkp-count { contain: layout style; color: var(--rkp-muted); flex: 1 1 auto; white-space: nowrap; }
.rkp-count b { color: var(--rkp-text); display: inline-block; font-weight: 600; min-width: 2ch; text-align: right; }
.rkp-count .rkp-steps { min-width: 5ch; }
.rkp-tools .rkp-select { align-items: center; display: flex; gap: 0.35rem; }
.rkp-tools label { clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; width: 1px; }
.rkp-tools select { width: 7.4rem; }
.rkp .rkp-tools :is(button, select) { padding-inline: 0.4rem; }
.rkp .rkp-presets button { border-radius: 1rem; min-height: 1.9rem; padding-inline: 0.8rem; }

.rkp-in, .rkp-net { align-content: start; display: grid; gap: 0.5rem 0.9rem; }
.rkp-thumbs { display: grid; gap: 0.35rem; grid-template-columns: repeat(auto-fill, minmax(3.4rem, 1fr)); }
.rkp-thumbs label { cursor: pointer; display: block; font-size: 11px; line-height: 1.2; position: relative; text-align: center; }
.rkp-thumbs input { height: 100%; left: 0; opacity: 0; position: absolute; top: 0; width: 100%; cursor: pointer; }
.rkp-thumbs .rkp-canvas { aspect-ratio: 1; border: 2px solid transparent; margin-bottom: 0.1rem; }
.rkp-thumbs input:checked + .rkp-canvas { border-color: var(--rkp-accent); }
.rkp-more[open] > summary { margin-bottom: 0.4rem; }
.rkp-slider { align-items: center; display: grid; gap: 0 0.5rem; grid-template-columns: 5.2rem minmax(3rem, 1fr) 3.1rem; }
.rkp-in .rkp-slider { grid-template-columns: 1fr auto; }
.rkp-in .rkp-slider label { grid-area: 1 / 1; }
.rkp-in .rkp-slider output { grid-area: 1 / 2; }
.rkp-in .rkp-slider input { grid-area: 2 / 1 / 3 / 3; }
.rkp-slider .rkp-hint { grid-column: 1 / -1; line-height: 1.2; }
.rkp-select .rkp-hint { line-height: 1.2; }
.rkp-axes { grid-column: 1 / -1; }
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
.rkp-own button { min-width: 2rem; }
.rkp-tableau input { width: 100%; }
.rkp-table { display: grid; gap: 0.3rem; }
.rkp-table :is(textarea, input) { font: 12px/1.3 monospace; max-width: 100%; width: 100%; }
.rkp textarea { background: var(--rkp-back); border: 1px solid var(--rkp-muted); border-radius: 0.35rem; color: inherit; }
.rkp-racer .rkp-title { font-size: 12px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.rkp-hint { color: var(--rkp-muted); font-size: 12px; }
.rkp-wrong { color: var(--rkp-text); font-weight: 600; }

.rkp-score { display: grid; gap: 0 0.9rem; grid-template-columns: auto minmax(0, 1fr); align-content: start; }
.rkp-number { font-size: 2.1rem; font-weight: 600; line-height: 1.1; min-width: 6.2ch; white-space: nowrap; }
.rkp-number small { font-size: 1.1rem; font-weight: 400; }
.rkp .rkp-facts { color: var(--rkp-muted); display: grid; font-size: 12.5px; gap: 0 0.5rem; grid-template-columns: auto auto; justify-content: space-between; margin: 0.15rem 0 0; }
.rkp-facts > * { white-space: nowrap; }
.rkp-facts b { color: var(--rkp-text); font-weight: 400; text-align: right; }
.rkp-layer { align-items: center; align-content: start; display: grid; gap: 0.2rem 0.75rem; grid-template-columns: minmax(0, 1fr); }
.rkp-layer .rkp-slider { grid-template-columns: auto minmax(3rem, 1fr) 4.2rem; }

.rkp-foot { border-top: 1px solid var(--rkp-line); display: grid; gap: 0.5rem; padding-top: 0.6rem; }
.rkp .rkp-sentence { font-size: 15px; scroll-margin-top: 5rem; }
.rkp-formula { color: var(--rkp-text); display: flex; flex-wrap: wrap; font-size: 15px; gap: 0.35rem 1.8rem; min-height: 1.6rem; overflow-x: auto; }
.rkp-small { color: var(--rkp-muted); font-size: 12px; }
.rkp-spoken { clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; white-space: nowrap; width: 1px; }
.rkp .rkp-key { align-content: start; color: var(--rkp-muted); display: flex; flex-wrap: wrap; font-size: 12.5px; gap: 0.1rem 0.8rem; min-height: 2.6em; }
.rkp-key > span { white-space: nowrap; }
.rkp-key svg { display: inline-block; margin-right: 0.25rem; vertical-align: -1px; }

@container rkp (max-width: 559px) {
  .rkp-say { display: block; min-height: 5.6em; }

  [data-lit="feat"] .rkp-body {
    grid-template: "presets" "feat" "say" "decide" "under" "bar" "layer" "traj" "net" "in" "train" "score" "plots" "tools" "foot" / minmax(0, 1fr);
  }
}
@container rkp (max-width: 400px) {
  .rkp-count span { display: none; }
  .rkp .rkp-presets button { font-size: 13px; padding-inline: 0.55rem; }
}
@container rkp (min-width: 560px) {
  .rkp .rkp-body {
    grid-template: "top top" "presets presets" "say say" "feat decide" "layer under" "traj plots" "net score" "in in" "foot foot" / minmax(0, 1fr) minmax(0, 1fr);
  }
  .rkp-top { display: flex; flex-wrap: wrap; gap: 0.4rem; grid-area: top; justify-content: space-between; }
  .rkp-bar { border-top: 0; margin: 0; padding: 0; position: static; }
  .rkp-train { display: none; }
  .rkp-in { grid-template-columns: repeat(4, minmax(0, 1fr)); align-items: end; }
  .rkp-in > fieldset { grid-column: 1 / -1; }
  .rkp-in > .rkp-thumbs { grid-template-columns: repeat(7, 1fr); }
  .rkp-number { font-size: 2rem; }
}
@container rkp (min-width: 800px) {
  .rkp .rkp-body:not(.rkp-compact) {
    grid-template: "top top top top" "presets presets presets presets" "say say say say" "in traj feat decide" "in layer layer right" "in net score right" 1fr "foot foot foot foot" / minmax(9.5rem, 1fr) minmax(0, max(14rem, 100vh - 33rem)) minmax(0, max(14rem, 100vh - 33rem)) minmax(0, max(14rem, 100vh - 33rem));
    gap: 0.5rem 1rem;
  }
  .rkp-body:not(.rkp-compact) .rkp-in { align-items: start; align-content: start; grid-template-columns: minmax(0, 1fr); }
  .rkp-body:not(.rkp-compact) .rkp-thumbs { grid-template-columns: repeat(auto-fill, minmax(4.2rem, 1fr)); }
  .rkp-body:not(.rkp-compact) .rkp-score { grid-template-columns: minmax(0, 1fr); }
  .rkp-body:not(.rkp-compact) .rkp-right { align-content: start; display: grid; gap: 0.75rem; grid-area: right; }
  .rkp-body:not(.rkp-compact) .rkp-right > * { grid-area: auto; }
  .rkp-body:not(.rkp-compact) .rkp-layer { grid-template-columns: minmax(0, 1fr) auto; }
}
.rkp-race > .rkp-sentence { margin: 0.5rem 0; min-height: 2.8em; }
.rkp-race > .rkp-canvas { background: none; height: 150px; }
.rkp-race-bar { align-items: end; display: flex; flex-wrap: wrap; gap: 0.5rem; }
.rkp-lanes { display: grid; gap: 0 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
.rkp-lane { font-size: 14px; font-weight: 600; margin: 0.75rem 0 0; min-height: 2.8em; }
.rkp-lanes .rkp { margin: 0.25rem 0; }
.rkp .rkp-body.rkp-racer {
  grid-template: "say say" "feat decide" "layer layer" "under under" "net net" "in in" / minmax(0, 1fr) minmax(0, 1fr);
}
.rkp-racer > :is(.rkp-top, .rkp-presets, .rkp-traj, .rkp-score, .rkp-foot, .rkp-train), .rkp-racer :is(.rkp-plots, .rkp-key, .rkp-shown, .rkp-axes, .rkp-seed) { display: none; }
.rkp .rkp-racer .rkp-say { min-height: 5.6em; }
.rkp .rkp-racer .rkp-layer { grid-template-columns: minmax(0, 1fr); }
.rkp details.rkp-in { display: block; }
.rkp details.rkp-in > div { align-items: end; display: grid; gap: 0.6rem 1rem; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); padding-top: 0.5rem; }
.rkp details.rkp-in fieldset { grid-column: 1 / -1; }
.rkp summary { cursor: pointer; width: fit-content; }
@media print { .rkp { display: none; } }
`;

// src/painting/panel.mjs
var AROUND = "100% 0px";
var Panel = class {
  /**
   * @param {string} label  what a reader who cannot see it is told
   * @param {(pen: Pen, width: number, height: number) => void} paint
   */
  constructor(label, paint) {
    this.canvas = node("canvas", { class: "rkp-canvas", role: "img", "aria-label": label });
    this.paint = paint;
    this.due = 0;
    this.size = [0, 0];
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.canvas);
    this.near = true;
    this.stale = false;
    this.watcher = new IntersectionObserver((seen) => {
      this.near = seen[seen.length - 1].isIntersecting;
      if (this.near && this.stale) this.soon();
    }, { rootMargin: AROUND });
    this.watcher.observe(this.canvas);
  }
  fit() {
    const { clientWidth, clientHeight } = this.canvas, ratio = window.devicePixelRatio || 1;
    this.size = [clientWidth, clientHeight];
    const [width, height] = this.size.map((size) => Math.round(size * ratio));
    if (!width || !height) return;
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.now();
  }
  soon() {
    this.stale = !this.near;
    if (this.near && !this.due) this.due = requestAnimationFrame(() => this.now());
  }
  now() {
    cancelAnimationFrame(this.due);
    this.due = 0;
    const pen = this.canvas.getContext("2d"), ratio = window.devicePixelRatio || 1;
    if (!pen || !this.canvas.width) return;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const [width, height] = this.size;
    pen.clearRect(0, 0, width, height);
    this.paint(pen, width, height);
  }
  close() {
    cancelAnimationFrame(this.due);
    this.observer.disconnect();
    this.watcher.disconnect();
  }
};

// src/laboratories/controls.mjs
function steps({ least = 0, most = 1, step = 1 }) {
  const count = Math.round((most - least) / step);
  return Array.from({ length: count + 1 }, (_, k) => Number((least + k * step).toPrecision(12)));
}
function written2({ name, label, lines = 1 }, chosen2) {
  const id = unique(name), common2 = { id, spellcheck: "false", autocomplete: "off" };
  const input = () => chosen2(field.value);
  const field = lines > 1 ? node("textarea", { ...common2, rows: lines, input }) : node("input", { ...common2, type: "text", input });
  return { element: node("div", { class: "rkl-written" }, node("label", { for: id }, label), field), show: (text) => {
    field.value = text;
  } };
}
function list({ label, options = [] }, chosen2) {
  const { element, input, show: show2 } = select(label, Object.fromEntries(options), chosen2), other = node("option", { value: "", hidden: true });
  input.append(other);
  const instead = (text) => {
    other.textContent = text;
    show2("");
  };
  return { element, show: show2, instead };
}
function made(stated, chosen2) {
  const { kind, label } = stated;
  if (kind === "Choice") return list(stated, chosen2);
  if (kind === "Written") return written2(stated, chosen2);
  return slider(label, "", kind === "Values" && stated.values || steps(stated), chosen2, short);
}
function form(stated, values, changed) {
  const shown = /* @__PURE__ */ new Map();
  const settle = () => {
    for (const { name, only_with: needed } of stated) shown.get(name)?.hide(needed !== null && !needed[1].includes(values[needed[0]]));
  };
  for (const one of stated) {
    const { element, show: show2, instead } = made(one, (value2) => {
      values[one.name] = value2;
      settle();
      changed(one.name);
    });
    shown.set(one.name, { element, show: show2, instead, hide: (hidden) => {
      element.hidden = hidden;
    } });
    show2(one.value);
  }
  settle();
  return {
    element: node("div", { class: "rkl-controls" }, ...[...shown.values()].map(({ element }) => element)),
    /** @param {string} name @param {any} value */
    set(name, value2) {
      values[name] = value2;
      shown.get(name)?.show(value2);
      settle();
    },
    /** @param {string} name @param {string} text  which its list shows in place of the choice */
    instead: (name, text) => shown.get(name)?.instead?.(text)
  };
}

// src/laboratories/style.mjs
var STYLE2 = `
.rkl { border: 1px solid var(--rkp-line); border-radius: 0.6rem; display: grid; gap: 0.7rem; padding: 0.75rem; }
.rkl-head { align-items: baseline; display: flex; gap: 0.5rem; justify-content: space-between; }
.rkl-head b { font-size: 15px; }
.rkl-controls { align-items: end; display: grid; gap: 0.5rem 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(8.5rem, 100%), 1fr)); }
.rkl .rkp-slider { grid-template-columns: 1fr auto; }
.rkl .rkp-slider label { grid-area: 1 / 1; }
.rkl .rkp-slider output { grid-area: 1 / 2; }
.rkl .rkp-slider input { grid-area: 2 / 1 / 3 / 3; width: 100%; }
.rkl-written { display: grid; gap: 0.1rem; grid-column: span 2; }
@container rkp (max-width: 560px) { .rkl-tableaus, .rkl-written { grid-column: 1 / -1; } }
.rkl :is(textarea, .rkl-written input) { background: var(--rkp-back); border: 1px solid var(--rkp-muted); border-radius: 0.35rem; color: inherit; font: 13px/1.4 var(--pst-font-family-monospace, monospace); padding: 0.25rem 0.5rem; width: 100%; }
.rkl textarea:focus-visible { outline: 3px solid var(--rkp-accent); outline-offset: 2px; }
.rkl-views { display: grid; gap: 0.75rem 1rem; grid-template-columns: repeat(auto-fit, minmax(min(9rem, 100%), 1fr)); }
@container rkp (max-width: 480px) { .rkl-views { grid-template-columns: minmax(0, 1fr); } }
.rkl-view { display: flex; flex-direction: column; min-width: 0; }
.rkl-view .rkp-title { min-height: 1.5rem; }
.rkl-view .rkp-canvas { aspect-ratio: 1; }
.rkl-one { justify-self: center; max-width: 30rem; width: 100%; }
.rkl-one .rkp-canvas { aspect-ratio: 5 / 4; }
.rkl-drags { cursor: ew-resize; }
.rkl .rkl-say { font-size: 14.5px; margin: 0; min-height: 2.8em; }
.rkl .rkl-wrong { border-left: 0.25rem solid #d55e00; margin: 0; padding-left: 0.6rem; overflow-wrap: anywhere; }
.rkl .rkl-say:empty { display: none; }
.rkl-row { align-items: center; display: flex; flex-wrap: wrap; gap: 0.4rem 0.8rem; }
.rkl-tableaus { align-content: start; display: grid; gap: 0.8rem; }
.rkl table.rkl-tableau { border-collapse: collapse; font-size: 13px; margin: 0; width: auto; }
.rkl table.rkl-tableau caption { caption-side: top; color: var(--rkp-text); font-size: 13px; padding: 0 0 0.2rem; text-align: left; }
.rkl table.rkl-tableau :is(td, th) { background: none; border: 0; color: var(--rkp-text); font-weight: 400; padding: 0.1rem 0.5rem; text-align: center; white-space: nowrap; }
.rkl table.rkl-tableau th { border-right: 1px solid var(--rkp-text); }
.rkl table.rkl-tableau tr:last-child > * { border-top: 1px solid var(--rkp-text); }
.rkl-scroll { overflow-x: auto; }
.rknet-laboratory { margin: 1.25rem 0; }
@media print { .rkl { display: none; } }
`;

// src/laboratories/frame.mjs
var PAUSE = 700;
function show(laboratory, { title, controls: controls2, given }, el, source) {
  const panels = [];
  const values = Object.fromEntries(controls2.map(({ name, value: value2 }) => [name, value2]));
  const say = node("p", { class: "rkl-say" }), spoken = node("div", { class: "rkp-spoken", "aria-live": "polite" });
  const wrong = node("p", { class: "rkl-wrong", role: "alert", hidden: true }), views = node("div", { class: "rkl-views" });
  let timer = 0;
  let running = null;
  const update = (changed) => {
    try {
      running?.update(changed);
      wrong.hidden = true;
    } catch (error) {
      wrong.textContent = said(error);
      wrong.hidden = false;
    }
  };
  const fields = form(controls2, values, (name) => update([name]));
  const again = node("button", { type: "button", click: () => {
    for (const { name, value: value2 } of controls2) fields.set(name, value2);
    update(controls2.map(({ name }) => name));
  } }, "Reset");
  const root2 = node(
    "div",
    { class: "rkp rkl mathjax_ignore tex2jax_ignore", role: "group", "aria-label": title },
    node("style", {}, STYLE + STYLE2),
    node("div", { class: "rkl-head" }, node("b", {}, title), again),
    fields.element,
    views,
    wrong,
    say,
    spoken
  );
  el.replaceChildren(root2);
  const frame = {
    given,
    values,
    labels: Object.fromEntries(controls2.map(({ name, label }) => [name, label])),
    views,
    theme: themeOf(root2),
    source,
    still: window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    panel(label, paint, heading) {
      const panel = new Panel(label, paint);
      panels.push(panel);
      views.append(node("div", { class: "rkl-view" }, ...heading ? [node("div", { class: "rkp-title" }, heading)] : [], panel.canvas));
      return panel;
    },
    set(name, value2) {
      if (values[name] === value2) return;
      fields.set(name, value2);
      update([name]);
    },
    instead: fields.instead,
    say(text) {
      say.textContent = text;
      clearTimeout(timer);
      timer = window.setTimeout(() => {
        spoken.textContent = text;
      }, PAUSE);
    }
  };
  running = laboratory.open(frame);
  update(controls2.map(({ name }) => name));
  const recolour = () => {
    frame.theme = themeOf(root2);
    for (const panel of panels) panel.soon();
  };
  const around = new MutationObserver(recolour);
  around.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
  return () => {
    around.disconnect();
    clearTimeout(timer);
    running?.close?.();
    for (const panel of panels) panel.close();
    root2.remove();
  };
}

// src/laboratories/exact.mjs
var FINE2 = "a number such as 1/3 or sqrt(3)/6";
var LETTERS2 = 200;
var DEPTH = 20;
var TERMS = 4;
function collected(terms) {
  const found = /* @__PURE__ */ new Map();
  for (const [n, q] of terms) found.set(n, sum(found.get(n) ?? ZERO, q));
  for (const [n, q] of found) if (q.p === 0n) found.delete(n);
  if (found.size > TERMS) throw new Error("A: entries must be made of at most 2 square roots and their product; use fewer roots");
  return found;
}
var exactly = (q) => collected([[1n, q]]);
var NOTHING = exactly(ZERO);
var UNIT = exactly(ONE);
var sum2 = (a, b) => collected([...a, ...b]);
var negative = (a) => new Map([...a].map(([n, q]) => [n, { p: -q.p, q: q.q }]));
function common(a, b) {
  while (b) [a, b] = [b, a % b];
  return a;
}
function product2(a, b) {
  return collected([...a].flatMap(([n, q]) => [...b].map(([m, r]) => {
    const g = common(n, m);
    return (
      /** @type {[bigint, Fraction]} */
      [n * m / (g * g), product(product(q, r), { p: g, q: 1n })]
    );
  })));
}
function inverse(a) {
  const radicand = [...a.keys()].reduce((most, n) => n > most ? n : most, 0n);
  if (radicand === 0n) throw new Error("division by zero");
  if (radicand === 1n) {
    const { p, q } = (
      /** @type {Fraction} */
      a.get(1n)
    );
    return exactly(p < 0n ? { p: -q, q: -p } : { p: q, q: p });
  }
  let prime = 2n;
  while (radicand % prime) prime += 1n;
  const conjugate = new Map([...a].map(([n, q]) => [n, n % prime ? q : { p: -q.p, q: q.q }]));
  return product2(conjugate, inverse(product2(a, conjugate)));
}
function root(a) {
  const { p, q } = a.get(1n) ?? ZERO;
  if ([...a.keys()].some((n) => n !== 1n) || p < 0n) throw new Error("no root");
  let inside = p * q, outside = 1n;
  if (inside === 0n) return NOTHING;
  if (inside > 2n ** 53n) throw new Error("too large");
  for (let d = 2n; d * d <= inside && d < 100000n; d += 1n) while (inside % (d * d) === 0n) [inside, outside] = [inside / (d * d), outside * d];
  const whole = BigInt(Math.round(Math.sqrt(Number(inside))));
  if (whole * whole === inside) [inside, outside] = [1n, outside * whole];
  return collected([[inside, product({ p: outside, q: 1n }, { p: 1n, q })]]);
}
function readExact(field, entry) {
  const text = entry.trim();
  if (text === "") return NOTHING;
  const tokens = text.length > LETTERS2 ? null : text.match(/\s*(\d+\.?\d*|\.\d+|sqrt|[-+*/()]|.)/g)?.map((token) => token.trim());
  if (!tokens) return refuseText(field, FINE2, text);
  let place = 0;
  const taken = (...wanted) => wanted.includes(tokens[place]) ? tokens[place++] : "";
  const need = (wanted) => {
    if (!taken(wanted)) throw new Error(wanted);
  };
  const total2 = (depth) => {
    let number = factors(depth);
    for (let sign = taken("+", "-"); sign; sign = taken("+", "-")) number = sum2(number, sign === "-" ? negative(factors(depth)) : factors(depth));
    return number;
  };
  const factors = (depth) => {
    let number = signed2(depth);
    for (let sign = taken("*", "/"); sign; sign = taken("*", "/")) number = product2(number, sign === "/" ? inverse(signed2(depth)) : signed2(depth));
    return number;
  };
  const signed2 = (depth) => {
    const sign = taken("+", "-");
    return sign ? sign === "-" ? negative(signed2(depth)) : signed2(depth) : atom(depth);
  };
  const atom = (depth) => {
    if (/^[\d.]/.test(tokens[place] ?? "")) return exactly(readFraction(field, tokens[place++]));
    const rooted = taken("sqrt");
    need("(");
    if (depth === DEPTH) throw new Error("too deep");
    const inner = total2(depth + 1);
    need(")");
    return rooted ? root(inner) : inner;
  };
  try {
    const number = total2(0);
    if (place < tokens.length) throw new Error("more");
    return number;
  } catch {
    return refuseText(field, FINE2, text);
  }
}
var toNumber = (a) => [...a].reduce((total2, [n, { p, q }]) => total2 + Number(p) / Number(q) * Math.sqrt(Number(n)), 0);
function written3(a) {
  if (a.size === 0) return "0";
  const terms = [...a].sort(([n], [m]) => n < m ? -1 : 1).map(([n, { p, q }]) => {
    const above = n === 1n ? `${p < 0n ? -p : p}` : `${p === 1n || p === -1n ? "" : p < 0n ? -p : p}√${n}`;
    return { sign: p < 0n ? "−" : "+", text: written({ p: 1n, q }) === "1" ? above : `${above}/${q}` };
  });
  return terms.map(({ sign, text }, k) => k ? ` ${sign} ${text}` : (sign === "−" ? "−" : "") + text).join("");
}
var equal = (a, b) => sum2(a, negative(b)).size === 0;

// src/laboratories/exact_tableau.mjs
var MOST = 5;
var STAGES = 12;
var total = (numbers7) => numbers7.reduce(sum2, NOTHING);
function exactTableau(title, A2, beta) {
  const s = beta.length;
  if (s > STAGES) throw new Error(`beta: must hold at most ${STAGES} weights, got ${s}; use a scheme of fewer stages`);
  if (s === 0 || A2.length !== s || A2.some((row) => row.length > s)) {
    throw new Error(`A: must have one row of at most s entries for each of the s = ${s} weights in beta, got rows of ${A2.map((row) => row.length).join(", ")} entries; give s >= 1 rows and s weights`);
  }
  const entry = (field, text) => readExact(field, text ?? "0");
  const full = A2.map((row, i) => beta.map((_, j) => entry(`a_${i + 1}${j + 1}`, row[j])));
  return { title, A: full, beta: beta.map((text, i) => entry(`beta_${i + 1}`, text)), c: full.map(total) };
}
function typed(A2, beta) {
  const rows = [...A2.split(/[\n;]/), beta].map((row, i) => (row.trim() ? row.split(",") : []).map((text, j) => {
    if (text.trim() === "") throw new Error(`row ${i + 1}: entry ${j + 1} must be a number, got nothing; write 0`);
    return text;
  }));
  return exactTableau("your own", rows.slice(0, -1), rows[rows.length - 1]);
}
var explicit = ({ A: A2 }) => A2.every((row, i) => row.every((a, j) => j < i || a.size === 0));
var hasPartner = ({ beta }) => beta.every((weight) => weight.size > 0);
function partner({ title, A: A2, beta, c }) {
  const entry = (i, j) => sum2(beta[j], negative(product2(product2(beta[j], A2[j][i]), inverse(beta[i]))));
  return { title: `partner of ${title}`, A: A2.map((_, i) => beta.map((_2, j) => entry(i, j))), beta, c };
}
var same = (one, other) => one.A.every((row, i) => row.every((a, j) => equal(a, other.A[i][j])) && equal(one.c[i], other.c[i]));
function stageWeights(A2, tree, s) {
  let weights2 = Array.from({ length: s }, () => UNIT);
  for (const subtree of tree.subtrees) {
    const inner = stageWeights(A2, subtree, s);
    weights2 = weights2.map((g, i) => product2(g, total(A2[subtree.kind][i].map((a, j) => product2(a, inner[j])))));
  }
  return weights2;
}
function colourings(tree, kind) {
  let choices = [[]];
  for (const subtree of tree) {
    const both = [...colourings(subtree, "y"), ...kind === "p" ? colourings(subtree, "p") : []];
    choices = choices.flatMap((chosen2) => both.map((one) => [...chosen2, one]));
  }
  return choices.filter((chosen2) => chosen2.filter((one) => one.kind === "p").length <= 1).map((subtrees) => ({ kind, subtrees }));
}
function orderBy({ A: A2, beta }, A_tilde, roots) {
  const holds = (tree) => roots.every((root2) => colourings(tree, root2).every((coloured) => {
    const weight = total(stageWeights({ y: A2, p: A_tilde }, coloured, beta.length).map((g, i) => product2(beta[i], g)));
    return equal(weight, exactly({ p: 1n, q: BigInt(density(tree)) }));
  }));
  let order = 0;
  while (order < MOST && trees(order + 1).every(holds)) order++;
  return order;
}
var orderOf = (tableau2) => orderBy(tableau2, tableau2.A, ["y"]);
var orderOfPair = (scheme2, other) => orderBy(scheme2, other.A, ["y", "p"]);
var rounded = ({ A: A2, beta, c }) => ({ A: A2.map((row) => row.map(toNumber)), beta: beta.map(toNumber), c: c.map(toNumber) });

// src/laboratories/orbit.mjs
function orbit({ A: A2, beta }, h, L) {
  const states = [[1, 0]], s = beta.length;
  const [f1, f2] = [new Float64Array(s), new Float64Array(s)];
  for (let l = 0; l < L; l++) {
    const [y1, y2] = states[l];
    let [next1, next2] = [y1, y2];
    for (let i = 0; i < s; i++) {
      let [u1, u2] = [y1, y2];
      for (let j = 0; j < i; j++) {
        u1 += h * A2[i][j] * f1[j];
        u2 += h * A2[i][j] * f2[j];
      }
      f1[i] = Math.tanh(-u2);
      f2[i] = Math.tanh(u1);
      next1 += h * beta[i] * f1[i];
      next2 += h * beta[i] * f2[i];
    }
    states.push([next1, next2]);
  }
  return states;
}
function drift(states) {
  const kept = ([y1, y2]) => Math.log(Math.cosh(y1)) + Math.log(Math.cosh(y2));
  return kept(states[states.length - 1]) / kept(states[0]) - 1;
}
function errors(tableau2, reference, h, L, { halvings, fine }) {
  const last = (scheme2, k) => orbit(scheme2, h / k, k * L)[k * L];
  const exact = last(reference, Math.ceil(h / fine));
  return halvings.map((k) => {
    const y = last(tableau2, k);
    return Math.hypot(y[0] - exact[0], y[1] - exact[1]);
  });
}
function observedOrder(found, { rounding }) {
  const seen = found.filter((error) => error > rounding);
  return seen.length > 2 ? Math.log2(seen[seen.length - 3] / seen[seen.length - 1]) / 2 : null;
}

// src/laboratories/region.mjs
var CELLS2 = 140;
function region(growth2, x, y) {
  const at = ([a, b], k) => a + (b - a) * k / (CELLS2 - 1);
  const values = new Float32Array(CELLS2 * CELLS2);
  for (let r = 0; r < CELLS2; r++) {
    for (let c = 0; c < CELLS2; c++) {
      const size = growth2(at(x, c), at(y, CELLS2 - 1 - r));
      values[r * CELLS2 + c] = Number.isFinite(size) ? 1 - Math.min(size, 1e6) : -1e6;
    }
  }
  const lines = zeroLines(values, CELLS2, CELLS2);
  return { x, y, values, lines, place: (column, row) => [at(x, column), at(y, CELLS2 - 1 - row)] };
}
function paintRegion(pen, { X, Y }, { x, y, values, lines, place }, colour, { filled = true, dash = [] } = {}) {
  if (filled) {
    pen.fillStyle = colour;
    pen.globalAlpha = 0.2;
    const [w2, h] = [(X(x[1]) - X(x[0])) / (CELLS2 - 1), (Y(y[0]) - Y(y[1])) / (CELLS2 - 1)];
    pen.beginPath();
    for (let r = 0; r < CELLS2; r++) {
      for (let c = 0, from = -1; c <= CELLS2; c++) {
        const inside = c < CELLS2 && values[r * CELLS2 + c] >= 0;
        if (inside && from < 0) from = c;
        if (!inside && from >= 0) {
          pen.rect(X(x[0]) + (from - 0.5) * w2, Y(y[1]) + (r - 0.5) * h, (c - from) * w2, h);
          from = -1;
        }
      }
    }
    pen.fill();
    pen.globalAlpha = 1;
  }
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.setLineDash(dash);
  strokeLines(pen, lines, (column, row) => {
    const [u, v] = place(column, row);
    return [X(u), Y(v)];
  });
  pen.setLineDash([]);
}

// src/laboratories/stability.mjs
function determinant(M) {
  const s = M.length, coefficients = [1];
  let N = M.map((row) => row.map(() => 0));
  for (let k = 1; k <= s; k++) {
    const last = coefficients[k - 1];
    const shifted = N.map((row, i) => row.map((value2, j) => value2 + (i === j ? last : 0)));
    N = M.map((row) => row.map((_, j) => row.reduce((sum3, m, k2) => sum3 + m * shifted[k2][j], 0)));
    coefficients.push(-N.reduce((sum3, row, i) => sum3 + row[i], 0) / k);
  }
  return coefficients;
}
function growth({ A: A2, beta }) {
  const above = determinant(A2.map((row) => row.map((a, j) => a - beta[j]))), below = determinant(A2);
  const size = (p, x, y) => {
    let [re, im] = [0, 0];
    for (let k = p.length - 1; k >= 0; k--) [re, im] = [re * x - im * y + p[k], re * y + im * x];
    return Math.hypot(re, im);
  };
  return (x, y) => size(above, x, y) / size(below, x, y);
}

// src/laboratories/scheme.mjs
var EXACT = { h: 0.01, L: 800 };
var PLANE = { x: [-5, 2], y: [-4, 4], square: true, xTicks: [-4, -2, 0, 2], yTicks: [-4, -2, 0, 2, 4], xName: "z = hλ" };
function numbersOf({ schemes }, name) {
  const { title, A: A2, beta } = schemes[name];
  return rounded(exactTableau(title, A2, beta));
}
function numbers4({ scheme: scheme2, h, L }, given) {
  const tableau2 = numbersOf(given, scheme2), states = orbit(tableau2, h, L);
  const found = errors(tableau2, numbersOf(given, "dopri5"), h, L, given);
  return { last: states[L], drift: drift(states), errors: found, order: observedOrder(found, given), growth: growth(tableau2)(0, h) };
}
function sentence({ scheme: scheme2, h, L }, { schemes }, found) {
  const name = schemes[scheme2].title, percent2 = `${found.drift >= 0 ? "+" : "−"}${short(Number(Math.abs(100 * found.drift).toPrecision(3)))} %`;
  const way = Math.abs(found.drift) < 1e-3 ? "stay on the closed orbit" : `leave the closed orbit ${found.drift > 0 ? "outwards" : "inwards"}`;
  const growing = found.growth > 1 ? "above 1: a small oscillation grows in every layer" : "at most 1: a small oscillation does not grow";
  const order = found.order === null ? "" : ` When h is halved, the error falls like h to the power ${short(Number(found.order.toPrecision(2)))}.`;
  return `With ${name} and h = ${short(h)}, the states ${way} in ${L} layers (drift ${percent2}). |R(ih)| = ${short(found.growth)} is ${growing}.${order}`;
}
function open4(frame) {
  const { given, values } = frame, closed = orbit(numbersOf(given, "rk4"), EXACT.h, EXACT.L);
  let tableau2 = numbersOf(given, values.scheme), found = numbers4(values, given), stable = region(growth(tableau2), PLANE.x, PLANE.y);
  const colours = () => [frame.theme.classes[0], frame.theme.classes[1]];
  const path = frame.panel("The orbit through the layers, over the closed curve of the continuous flow", (pen, width, height) => {
    const states = orbit(tableau2, values.h, values.L), [blue, vermillion] = colours();
    const most = Math.max(2, 1.1 * Math.max(...states.flat().map(Math.abs))), tick = most > 4 ? Math.floor(most / 2) : 1;
    const [x, y] = [0, 1].map((k) => states.map((state) => state[k]));
    paintChart(pen, width, height, frame.theme, {
      x: [-most, most],
      y: [-most, most],
      square: true,
      xTicks: [-tick, 0, tick],
      yTicks: [-tick, 0, tick],
      lines: [
        { x: closed.map(([u]) => u), y: closed.map(([, v]) => v), colour: frame.theme.muted, width: 1 },
        { x, y, colour: blue, width: 1.1, dots: 2.4 },
        { x: x.slice(-1), y: y.slice(-1), colour: vermillion, dots: 4.5 }
      ]
    });
  }, "orbit: layers as dots");
  const errorAxes = { x: [2e-3, 2.2], y: [1e-13, 10], logX: true, logY: true, xTicks: [0.01, 0.1, 1], yTicks: powers(-12, 0), yWritten: power, xName: "step size h", lines: [] };
  const convergence = frame.panel("The error at the end against the step size", (pen, width, height) => {
    const [blue, vermillion] = colours(), steps2 = given.halvings.map((k) => values.h / k);
    const shown = found.errors.map((error) => Math.max(error, 1e-14));
    paintChart(pen, width, height, frame.theme, {
      ...errorAxes,
      lines: [{ x: steps2, y: shown, colour: blue, dots: 3 }, { x: steps2.slice(0, 1), y: shown.slice(0, 1), colour: vermillion, dots: 5 }]
    });
  }, "error at t = hL: drag h");
  const plane2 = frame.panel("The stability region and the two points i h and minus i h", (pen, width, height) => {
    const [blue, vermillion] = colours();
    paintChart(
      pen,
      width,
      height,
      frame.theme,
      { ...PLANE, lines: [{ x: [0, 0], y: [values.h, -values.h], colour: vermillion, width: 0, dots: 5 }] },
      (scales2) => paintRegion(pen, scales2, stable, frame.theme.dark ? lighter(blue, 0.1) : blue)
    );
  }, "stability: drag ih");
  const choose2 = (h) => frame.set("h", Math.round(20 * Math.min(2, Math.max(0.05, h))) / 20);
  drags(convergence.canvas, (x, _, width, height) => choose2(scales(errorAxes, width, height).fromX(x)));
  drags(plane2.canvas, (_, y, width, height) => choose2(Math.abs(scales({ ...PLANE, lines: [] }, width, height).fromY(y))));
  return {
    update(changed) {
      tableau2 = numbersOf(given, values.scheme);
      found = numbers4(values, given);
      if (changed.includes("scheme")) stable = region(growth(tableau2), PLANE.x, PLANE.y);
      for (const panel of [path, convergence, plane2]) panel.soon();
      frame.say(sentence(values, given, found));
    }
  };
}
function drags(canvas, at) {
  canvas.classList.add("rkl-drags");
  const move = (event) => at(event.offsetX, event.offsetY, canvas.clientWidth, canvas.clientHeight);
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    move(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) move(event);
  });
}
var scheme = { numbers: numbers4, open: open4 };

// src/laboratories/layers.mjs
var NEWTON_STEPS = 50;
function solved(M, v) {
  const n = v.length;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(M[i][k]) > Math.abs(M[pivot][k])) pivot = i;
    if (!(Math.abs(M[pivot][k]) > 1e-14)) throw new Error("the stages' equations must not be singular, got a singular matrix; change the tableau");
    [M[k], M[pivot]] = [M[pivot], M[k]];
    [v[k], v[pivot]] = [v[pivot], v[k]];
    for (let i = k + 1; i < n; i++) {
      const factor = M[i][k] / M[k][k];
      if (factor === 0) continue;
      for (let j = k; j < n; j++) M[i][j] -= factor * M[k][j];
      v[i] -= factor * v[k];
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    for (let j = k + 1; j < n; j++) v[k] -= M[k][j] * v[j];
    v[k] /= M[k][k];
  }
  return v;
}
var value = ({ K, b }, y) => K.map((row, a) => Math.tanh(row.reduce((sum3, k, c) => sum3 + k * y[c], b[a])));
var combined = (y, h, c, F) => y.map((start, a) => F.reduce((sum3, f2, j) => sum3 + h * c[j] * f2[a], start));
function stages({ A: A2, beta }, explicit2, h, u, y) {
  const s = beta.length, d = y.length;
  let F = beta.map(() => y.map(() => 0));
  if (explicit2) for (let i = 0; i < s; i++) F[i] = value(u, combined(y, h, A2[i], F));
  else F = implicit(A2, h, u, y, s, d);
  const Y = A2.map((row) => combined(y, h, row, F));
  return { Y, slope: F.map((f2) => f2.map((t) => 1 - t * t)), next: combined(y, h, beta, F) };
}
function implicit(A2, h, u, y, s, d) {
  let F = A2.map(() => value(u, y));
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const values = A2.map((row) => value(u, combined(y, h, row, F)));
    const residual = values.flatMap((f2, i) => f2.map((t, a) => t - F[i][a]));
    const size = Math.max(...residual.map(Math.abs));
    const M = system(A2.map((row) => row.map((a) => h * a)), (i, a, c) => (1 - values[i][a] ** 2) * u.K[a][c], s, d);
    const change = solved(M, residual);
    F = F.map((f2, i) => f2.map((t, a) => t + change[i * d + a]));
    if (size < 1e-13) return F;
  }
  throw new Error("the stages of the scheme must be found by Newton's method, and are not; take another tableau");
}
function system(C, J, s, d) {
  return Array.from({ length: s * d }, (_, r) => Array.from({ length: s * d }, (_2, q) => {
    const [i, a, j, c] = [Math.floor(r / d), r % d, Math.floor(q / d), q % d];
    return (r === q ? 1 : 0) - (C[i][j] === 0 ? 0 : C[i][j] * J(i, a, c));
  }));
}
function substituted(start, C, { slope: slope2 }, { K }) {
  const s = start.length, d = K.length;
  const pulled = (i, v2) => K[0].map((_, c) => v2.reduce((sum3, t, a) => sum3 + t * slope2[i][a] * K[a][c], 0));
  const M = Array.from({ length: s * d }, (_, r) => Array.from({ length: s * d }, (_2, q) => {
    const [i, c, j, a] = [Math.floor(r / d), r % d, Math.floor(q / d), q % d];
    return (r === q ? 1 : 0) - (C[i][j] === 0 ? 0 : C[i][j] * slope2[j][a] * K[a][c]);
  }));
  const flat2 = solved(M, start.flat());
  const v = start.map((_, i) => flat2.slice(i * d, (i + 1) * d));
  return { v, pulled: v.map((each, i) => pulled(i, each)) };
}
function gather(gradient, weights2, v, { Y, slope: slope2 }) {
  const d = Y[0].length;
  for (let i = 0; i < v.length; i++) {
    for (let a = 0; a < d; a++) {
      const error = weights2[i] * v[i][a] * slope2[i][a];
      for (let c = 0; c < d; c++) gradient[a * d + c] += error * Y[i][c];
      gradient[d * d + a] += error;
    }
  }
}
function adjoint({ A: A2, beta }, h, u, at, p, gradient) {
  const transposed = A2.map((_, i) => A2.map((row) => h * row[i]));
  const { v, pulled } = substituted(beta.map((weight) => p.map((each) => h * weight * each)), transposed, at, u);
  gather(gradient, beta.map(() => 1), v, at);
  return p.map((each, a) => pulled.reduce((sum3, part) => sum3 + part[a], each));
}
function partnerCostates({ beta }, A_tilde, h, u, at, p, gradient) {
  const C = A_tilde.map((row) => row.map((a, j) => h * (beta[j] - a)));
  const { v, pulled } = substituted(beta.map(() => p), C, at, u);
  gather(gradient, beta.map((weight) => h * weight), v, at);
  return p.map((each, a) => pulled.reduce((sum3, part, j) => sum3 + h * beta[j] * part[a], each));
}

// src/laboratories/gradients.mjs
function controls({ K, b, T }, L) {
  return Array.from({ length: L }, (_, l) => {
    const t = (l + 0.5) * T / L, waves = [1, Math.sin(2 * t), Math.cos(3 * t)];
    const sum3 = (entry) => waves.reduce((total2, wave, k) => total2 + wave * entry(k), 0);
    return { K: K[0].map((row, a) => row.map((_2, c) => sum3((k) => K[k][a][c]))), b: b[0].map((_2, a) => sum3((k) => b[k][a])) };
  });
}
function gradientErrors(tableau2, explicit2, others, problem) {
  const byDepth = problem.depths.map((L) => errorsAt(tableau2, explicit2, others, problem, L));
  return others.map((_, k) => byDepth.map((errors2) => errors2[k]));
}
function errorsAt(tableau2, explicit2, others, problem, L) {
  const u = controls(problem, L), h = problem.T / L, N = problem.x_hat.length, d = problem.x_hat[0].length;
  const zeros = () => u.map(() => new Float64Array(d * d + d));
  const exact = zeros(), found = others.map(zeros);
  for (const x of problem.x_hat) {
    const kept = [];
    let y = x;
    for (const layer of u) {
      const at = stages(tableau2, explicit2, h, layer, y);
      kept.push(at);
      y = at.next;
    }
    const start = y.map((each) => each / N);
    let p = start;
    for (let l = L - 1; l >= 0; l--) p = adjoint(tableau2, h, u[l], kept[l], p, exact[l]);
    others.forEach((A_tilde, k) => {
      p = start;
      for (let l = L - 1; l >= 0; l--) p = partnerCostates(tableau2, A_tilde, h, u[l], kept[l], p, found[k][l]);
    });
  }
  const norm = (entry) => Math.sqrt(exact.reduce((sum3, layer, l) => sum3 + layer.reduce((part, _, k) => part + entry(l, k) ** 2, 0), 0));
  const size = norm((l, k) => exact[l][k]);
  return found.map((gradient) => norm((l, k) => gradient[l][k] - exact[l][k]) / size);
}
function slope(errors2, { depths, rounding }) {
  if (Math.max(...errors2) < rounding) return null;
  const x = depths.map(Math.log), y = errors2.map(Math.log), mean = (all) => all.reduce((a, b) => a + b) / all.length;
  const [mx, my] = [mean(x), mean(y)];
  return -x.reduce((sum3, each, k) => sum3 + (each - mx) * (y[k] - my), 0) / x.reduce((sum3, each) => sum3 + (each - mx) ** 2, 0);
}

// src/laboratories/tableau.mjs
var PLANE2 = { x: [-4.5, 4.5], y: [-4.5, 4.5], square: true, xTicks: [-4, -2, 0, 2, 4], yTicks: [-4, -2, 0, 2, 4], xName: "z" };
var LEAST = 1e-17;
function chosen({ scheme: scheme2, A: A2, beta }, { schemes, own }) {
  if (scheme2 === own) return typed(A2, beta);
  const { title, A: rows, beta: weights2 } = schemes[scheme2];
  return exactTableau(title, rows, weights2);
}
function known(tableau2, { problem }) {
  const numbers7 = rounded(tableau2), order = orderOf(tableau2);
  const itsPartner = hasPartner(tableau2) ? partner(tableau2) : null;
  const others = itsPartner ? [numbers7.A, rounded(itsPartner).A] : [numbers7.A];
  const [wrong, right = null] = gradientErrors(numbers7, explicit(tableau2), others, problem);
  return {
    numbers: numbers7,
    order,
    itsPartner,
    wrong,
    right,
    partnerOrder: itsPartner && orderOf(itsPartner),
    pair: itsPartner && orderOfPair(tableau2, itsPartner)
  };
}
function numbers5(values, given) {
  const found = known(chosen(values, given), given), { itsPartner, order, partnerOrder, pair, right, wrong } = found;
  return { order, partner: itsPartner && rounded(itsPartner).A, partner_order: partnerOrder, pair, right, wrong, growth: growth(found.numbers)(-1, 1) };
}
function table(tableau2, caption) {
  const upTo = explicit(tableau2), cell = (text) => node("td", {}, text);
  const rows = tableau2.A.map((row, i) => node(
    "tr",
    {},
    node("th", { scope: "row" }, written3(tableau2.c[i])),
    ...row.map((a, j) => cell(upTo && j >= i ? "" : written3(a)))
  ));
  return node("div", { class: "rkl-scroll", tabindex: 0, role: "group", "aria-label": caption }, node(
    "table",
    { class: "rkl-tableau" },
    node("caption", {}, caption),
    node("tbody", {}, ...rows, node("tr", {}, node("th", { scope: "row" }, node("span", { class: "rkp-spoken" }, "weights")), ...tableau2.beta.map((weight) => cell(written3(weight)))))
  ));
}
function sentence2(tableau2, { order, itsPartner, pair, wrong, right }, { problem }) {
  const at = (power2) => power2 === null ? "is rounding" : `falls like h to the power ${power2.toFixed(1)}`;
  const name = tableau2.title === "your own" ? "Your tableau" : tableau2.title[0].toUpperCase() + tableau2.title.slice(1);
  const start = `${name} has order ${order}.`;
  const own = slope(wrong, problem);
  if (!itsPartner || !right) return `${start} A weight is zero, so (3.23) gives no partner; the multipliers ξ need none. With the tableau itself in the partner's place, the error of the gradient ${at(own)}.`;
  if (same(tableau2, itsPartner)) return `${start} The scheme is its own partner: it is symplectic, and the gradient is exact up to rounding.`;
  return `${start} With its partner it forms a symplectic pair of order ${pair}: the error of the gradient ${at(slope(right, problem))}. With the tableau itself in the partner's place it ${at(own)}.`;
}
function open5(frame) {
  const { given, values } = frame, { problem } = given;
  let tableau2 = chosen(values, given), found = known(tableau2, given), stable = region(growth(found.numbers), PLANE2.x, PLANE2.y);
  const place = node("div", { class: "rkl-tableaus" });
  frame.views.append(place);
  const plane2 = frame.panel("The stability region, and dashed the boundary of the partner's, its mirror image", (pen, width, height) => {
    const [blue, vermillion] = frame.theme.classes;
    paintChart(pen, width, height, frame.theme, { ...PLANE2, lines: [] }, (scales2) => {
      paintRegion(pen, scales2, stable, blue);
      if (!found.itsPartner) return;
      const mirrored = { ...scales2, X: (x) => scales2.X(-x) };
      paintRegion(pen, mirrored, stable, vermillion, { filled: false, dash: [5, 4] });
    });
  }, "stability (partner dashed)");
  const steps2 = problem.depths.map((L) => problem.T / L);
  const errors2 = frame.panel("The relative error of the gradient against h, with the right partner and with the tableau itself", (pen, width, height) => {
    const colours = frame.theme.classes, shown = (all) => all.map((error) => Math.max(error, LEAST));
    const lines = [{ x: steps2, y: shown(found.wrong), colour: colours[1], dash: [5, 4], dots: 3 }];
    if (found.right) lines.push({ x: steps2, y: shown(found.right), colour: colours[2], dash: [], dots: 3 });
    paintChart(pen, width, height, frame.theme, {
      x: [steps2[steps2.length - 1] / 1.2, steps2[0] * 1.2],
      y: [1e-17, 10],
      logX: true,
      logY: true,
      xTicks: steps2,
      yTicks: powers(-16, 0),
      xWritten: (x) => `1/${Math.round(1 / x)}`,
      yWritten: power,
      xName: "step size h",
      lines
    });
    pen.textAlign = "right";
    pen.font = `11px ${frame.theme.font}`;
    lines.forEach(({ colour }, k) => {
      pen.fillStyle = colour;
      pen.fillText(k ? "right partner" : "the tableau itself", width - 14, 12 + 14 * k);
    });
  }, "relative error of the gradient");
  return {
    update() {
      tableau2 = chosen(values, given);
      found = known(tableau2, given);
      stable = region(growth(found.numbers), PLANE2.x, PLANE2.y);
      const { itsPartner } = found;
      const tables = [table(tableau2, `${tableau2.title}, order ${found.order}`)];
      if (itsPartner && !same(tableau2, itsPartner)) tables.push(table(itsPartner, `its partner, by itself of order ${found.partnerOrder}`));
      place.replaceChildren(...tables);
      plane2.soon();
      errors2.soon();
      frame.say(sentence2(tableau2, found, given));
    }
  };
}
var tableau = { numbers: numbers5, open: open5 };

// src/laboratories/training.mjs
function numbers6(values, given) {
  const { history, flow: flow2 } = trained(values, given);
  return { cost: history.val_cost, accuracy: history.val_accuracy, spread: spreads(
    /** @type {any} */
    flow2
  ) };
}
function spreadOf({ run, flow: flow2, weights: weights2 }) {
  if (run && weights2) return spreads(
    /** @type {any} */
    flowOf(weights2, run.configuration, run.validation.X)
  );
  return flow2 ? spreads(flow2) : [];
}
function open6(frame) {
  let spread = [];
  const runner = newRunner(frame, (now) => {
    spread = spreadOf(now);
    const kept = spread.length ? spread[spread.length - 1] / spread[0] : 1;
    frame.say(told(now, frame) + (kept < 0.01 ? ` The features collapse: in the last layer their spread is ${kept.toExponential(0)} of what it was.` : ""));
    for (const panel of panels) panel.soon();
  });
  const layers = frame.panel("Spread of the features by layer, on a logarithmic scale", (pen, width, height) => {
    const L = Math.max(1, spread.length - 1, (runner.past?.spread.length ?? 0) - 1), { colour, dash } = netStyle(frame);
    const least = Math.max(-14, Math.floor(Math.log10(Math.min(0.1, ...[...spread, ...runner.past?.spread ?? []].filter((value2) => value2 > 0)))));
    paintChart(pen, width, height, frame.theme, {
      x: [0, L],
      y: [10 ** least, 100],
      logY: true,
      xTicks: L > 1 ? [0, Math.round(L / 2), L] : [0, 1],
      yTicks: powers(least, 2),
      yWritten: power,
      xName: "layer",
      lines: [...pastLines(runner.past?.spread, frame), { x: spread.map((_, l) => l), y: spread.map((value2) => Math.max(value2, 1e-15)), colour, dash, width: 2.2 }]
    });
  }, "spread of the features");
  const panels = [predictionPanel(frame, runner), layers, accuracyPanel(frame, runner)];
  frame.views.prepend(panels[0].canvas.parentElement ?? panels[0].canvas);
  return {
    update(changed) {
      if (changed.length) runner.begin(true);
    },
    close: () => runner.close()
  };
}
var training = { numbers: numbers6, open: open6 };

// src/laboratories/main.mjs
var LABORATORIES = { scheme, tableau, training, features, flow, digit };
function render({ specification, el, source }) {
  const picture = specification.figure && document.getElementById(specification.figure)?.querySelector("img");
  if (picture) {
    const still = picture.closest("a.image-reference") ?? picture;
    picture.className = picture.className.replace(/\bframes-\S+/, "");
    still.parentElement?.querySelector(".flipbook-player")?.remove();
    still.classList.add("flipbook-sheet");
    still.before(el);
  }
  return show(LABORATORIES[specification.kind], specification, el, source);
}
var main_default = { render };
export {
  LABORATORIES,
  main_default as default,
  render,
  serve
};
