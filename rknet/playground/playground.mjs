// Made from src/ by `make page`; edit the files there. Their SHA-256: 00dbb76f19a1c78bf29a6bdfdc9b8e532c36811c5262c3724d8b3a479cf4bae9

// src/painting/frames.mjs
var SLOW = 42;
var LEAST = 2;
var FIRST = 6;
var MOST = 24;
var Frames = class {
  constructor() {
    this.waiting = /* @__PURE__ */ new Set();
    this.due = 0;
    this.asked = 0;
    this.share = FIRST;
  }
  /** @param {() => void} paint  once, however often it is asked for before its turn */
  ask(paint) {
    this.waiting.add(paint);
    if (this.due) return;
    this.asked = performance.now();
    this.due = requestAnimationFrame(() => this.take());
  }
  /** @param {() => void} paint  no longer wanted */
  drop(paint) {
    this.waiting.delete(paint);
  }
  take() {
    this.share = performance.now() - this.asked > SLOW ? Math.max(LEAST, this.share / 2) : Math.min(MOST, this.share + 0.5);
    this.due = 0;
    const now = [...this.waiting].slice(0, Math.floor(this.share));
    for (const paint of now) this.waiting.delete(paint);
    const [next] = this.waiting;
    if (next) this.ask(next);
    for (const paint of now) paint();
  }
};
var frames = new Frames();

// limits.json
var limits_default = {
  real: { noise: [0, 3], h: [1e-3, 10], rate: [1e-6, 1] },
  whole: {
    samples: [10, 5e3],
    d_hat: [2, 16],
    L: [1, 100],
    batch: [1, 100],
    epochs: [1, 1e3],
    seed: [0, 4294967295],
    stages: [1, 8],
    classes: [2, 6]
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
  net: "RKNet",
  scheme: "rk4",
  h: 0.05,
  d_hat: 3,
  L: 20,
  activation: "tanh",
  lift: "zero",
  rate: 1e-3,
  batch: 5,
  epochs: 40,
  seed: 0
};

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
    const [d0, d1] = [1, -1].map((sign2) => distance(x1 / SPIRAL_SCALE, x2 / SPIRAL_SCALE, sign2));
    return d0 <= d1 ? 0 : 1;
  }
  const r = Math.sqrt(x1 * x1 + x2 * x2);
  return RINGS[law].inner.filter((radius) => radius <= r).length - 1;
}
function distance(x1, x2, sign2) {
  const n = 512;
  let best = Infinity;
  for (let i = 0; i <= n; i++) {
    const [a, b] = arm(2 * Math.PI * i / n);
    best = Math.min(best, (x1 - sign2 * a) ** 2 + (x2 - sign2 * b) ** 2);
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

// src/data/quadrature.mjs
function erfc(x) {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2) {
    let term = x, total = x;
    for (let n = 1; Math.abs(term) > 1e-17; n++) total += (term *= -x * x / n) / (2 * n + 1);
    return 1 - 2 / Math.sqrt(Math.PI) * total;
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
  let total = 0.5 + 0.5 * Math.exp(-2 * x);
  for (let k = 1; k < n; k++) {
    const term = Math.exp(x * (Math.cos(Math.PI * k / n) - 1));
    if (term < 1e-17) break;
    total += term;
  }
  return total / n;
}
function midpointRule(function_, low, high, n) {
  const width = (high - low) / n;
  let total = 0;
  for (let i = 0; i < n; i++) total += function_(low + width * (i + 0.5));
  return total * width;
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
function squareDensities(table, s) {
  const sides = (x) => [interval(x, -EDGE, 0, s), interval(x, 0, EDGE, s)];
  const densities = (x1, x2, g) => {
    const [a, b] = [sides(x1), sides(x2)];
    table.forEach((k, pattern) => g[k] += a[pattern & 1] * b[pattern >> 1] / (2 * EDGE) ** 2);
  };
  const accuracy = () => {
    const n = 120, end = EDGE + TAILS * s, width = end / n;
    const at = Array.from({ length: 2 * n }, (_, i) => sides(width * (i - n + 0.5)));
    let total = 0;
    for (const a of at) {
      for (const b of at) {
        const g = new Float64Array(Math.max(...table) + 1);
        table.forEach((k, pattern) => g[k] += a[pattern & 1] * b[pattern >> 1]);
        total += Math.max(...g);
      }
    }
    return total * width * width / (2 * EDGE) ** 2;
  };
  return { densities, accuracy };
}
function ringDensities({ spread, inner }, s) {
  const variance = spread ** 2 + s ** 2, shrink = spread ** 2 / variance, conditional = s ** 2 * shrink;
  const reach = 8 * Math.sqrt(variance), steps = Math.min(3e3, Math.max(600, Math.ceil(10 * reach / s)));
  const outer = [...inner.slice(1), Infinity];
  const table = Array.from({ length: steps + 1 }, (_, i) => {
    const nu = shrink * reach * i / steps, width = 8 * Math.sqrt(conditional);
    const density2 = (t) => t / conditional * Math.exp(-((t - nu) ** 2) / (2 * conditional)) * scaledBessel(t * nu / conditional);
    return inner.map((low, k) => {
      const [a, b] = [Math.max(low, nu - width), Math.min(outer[k], nu + width)];
      return a < b ? midpointRule(density2, a, b, 48) : 0;
    });
  });
  const densities = (x1, x2, g) => {
    const place2 = Math.min(Math.hypot(x1, x2) / reach * steps, steps - 1e-9), i = Math.floor(place2);
    for (let k = 0; k < inner.length; k++) g[k] += table[i][k] * (i + 1 - place2) + table[i + 1][k] * (place2 - i);
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
    const total = g.reduce((a, b) => a + b, 0);
    if (total > 0) for (let k = 0; k < classes; k++) g[k] /= total;
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
  const place2 = (edge) => {
    const cell = edge >> 1, i = Math.floor(cell / columns), j = cell % columns;
    const [u, v] = [at(i, j), edge & 1 ? at(i + 1, j) : at(i, j + 1)];
    const t = u === v ? 0.5 : u / (u - v);
    return edge & 1 ? [j, i + t] : [j + t, i];
  };
  const seen = /* @__PURE__ */ new Set();
  const lines = [];
  const follow2 = (start) => {
    const line2 = [];
    let edge = start;
    for (; ; ) {
      seen.add(edge);
      line2.push(...place2(edge));
      const further = (next.get(edge) ?? []).find((other) => !seen.has(other));
      if (further === void 0) break;
      edge = further;
    }
    if (line2.length > 4 && (next.get(edge) ?? []).includes(start)) line2.push(...place2(start));
    lines.push(line2);
  };
  for (const [edge, neighbours] of next) if (neighbours.length === 1 && !seen.has(edge)) follow2(edge);
  for (const edge of next.keys()) if (!seen.has(edge)) follow2(edge);
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
    for (const line2 of zeroLines(lead, columns, rows)) lines.push(line2);
  }
  return lines;
}

// src/geometry/grid.mjs
var plane = (n) => ({ left: -EDGE, right: EDGE, bottom: -EDGE, top: EDGE, columns: n, rows: n });
var range = (a, b) => Array.from({ length: b - a + 1 }, (_, k) => a + k);
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
function toCanvas(X, width, height2) {
  const places = new Float32Array(X.length);
  for (let n = 0; n < X.length; n += 2) {
    places[n] = (X[n] + EDGE) / (2 * EDGE) * width;
    places[n + 1] = (EDGE - X[n + 1]) / (2 * EDGE) * height2;
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
    for (let line2 = 0; line2 < lines; line2++) {
      for (let k = 0; k < count; k++) {
        const along = at(k, count - 1), fixed = at(line2, lines - 1);
        X.set(across ? [fixed, along] : [along, fixed], next);
        next += 2;
      }
    }
  }
  return X;
}

// src/painting/colours.mjs
var CLASS_COLOURS = ["#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9"];
var NET_STYLES = {
  StandardNet: { colour: "#7A6248", dash: [] },
  euler: { colour: "#56B4E9", dash: [7, 3, 1.5, 3] },
  rk4: { colour: "#0072B2", dash: [] }
};
var OTHER_NET = { colour: "#009E73", dash: [] };
function lighter(colour, share2) {
  return "#" + [1, 3, 5].map((k) => Math.round(parseInt(colour.slice(k, k + 2), 16) * (1 - share2) + 255 * share2).toString(16).padStart(2, "0")).join("");
}
function themeOf(root) {
  const style = getComputedStyle(root);
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

// src/painting/regions.mjs
function strokeLines(pen, lines, place2) {
  pen.beginPath();
  for (const line2 of lines) {
    for (let k = 0; k < line2.length; k += 2) {
      const [x, y] = place2(line2[k], line2[k + 1]);
      if (k) pen.lineTo(x, y);
      else pen.moveTo(x, y);
    }
  }
  pen.stroke();
}
function regions(P, cells, classes, side, discrete = false) {
  const bytes = new Uint8ClampedArray(4 * side * side);
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
      for (let k = 0; k < 3; k++) bytes[pixel + k] = colour[k];
      bytes[pixel + 3] = 255 * (0.1 + 0.27 * sure);
    }
  }
  return bytes;
}

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
  const [, sign2, before, after = "", below = "1"] = match ?? ["", "", "", "", ""];
  if (!match || before + after === "" || BigInt(below) === 0n) {
    return refuseText(field, "a number such as 1/3, -2 or 0.25", text);
  }
  const value = fraction(BigInt(sign2 + before + after), 10n ** BigInt(after.length) * BigInt(below));
  if (value.p > 2n ** 53n || -value.p > 2n ** 53n || value.q > 2n ** 53n) {
    refuseText(field, FINE, text);
  }
  return value;
}

// src/setup/trees.mjs
var nodes = (tree) => tree.reduce((total, subtree) => total + nodes(subtree), 1);
var density = (tree) => tree.reduce((total, subtree) => total * density(subtree), nodes(tree));
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
function readTableau(tableau) {
  const { A: rows, beta: weights } = tableau ?? {};
  const [least, most] = LIMITS.stages, s = weights?.length;
  if (!(Array.isArray(weights) && s >= least && s <= most)) refuseText("beta", `a list of ${least} .. ${most} weights`, counted(weights, "weight"));
  if (!(Array.isArray(rows) && rows.length === s && rows.every((row) => Array.isArray(row) && row.length <= s))) {
    refuseText("A", `a list of s = ${s} rows of at most s entries`, rowsInWords(rows, s));
  }
  const A = rows.map(
    (row, i) => Array.from({ length: s }, (_, j) => {
      const entry = readFraction(`a_${i + 1}${j + 1}`, row[j]);
      return j < i || entry.p === 0n ? entry : refuseText(`a_${i + 1}${j + 1}`, "empty, for the scheme is explicit", String(row[j]));
    })
  );
  const beta = weights.map((weight, i) => readFraction(`beta_${i + 1}`, weight));
  const total = beta.reduce(sum, ZERO);
  if (written(total) !== "1") throw new Error(`beta: must add up to 1, got ${written(total)}`);
  const stageWeights = (tree) => tree.map(stageWeights).reduce(
    (result, inner) => result.map((g, i) => product(g, A[i].map((a, j) => product(a, inner[j])).reduce(sum, ZERO))),
    beta.map(() => ONE)
  );
  const holds = (tree) => {
    const weight = stageWeights(tree).map((g, i) => product(beta[i], g)).reduce(sum, ZERO);
    return weight.p * BigInt(density(tree)) === weight.q;
  };
  let order = 0;
  while (order < 5 && trees(order + 1).every(holds)) order++;
  const number = ({ p, q }) => Number(p) / Number(q);
  return {
    s,
    A: A.map((row) => row.map(number)),
    beta: beta.map(number),
    c: A.map((row) => number(row.reduce(sum, ZERO))),
    order,
    text: { A: A.map((row, i) => row.slice(0, i).map(written)), beta: beta.map(written) }
  };
}
function counted(list, name) {
  if (!Array.isArray(list)) return "no list";
  return `${list.length || "no"} ${name}${list.length === 1 ? "" : "s"}`;
}
function rowsInWords(rows, s) {
  if (!Array.isArray(rows) || rows.length !== s) return counted(rows, "row");
  const i = rows.findIndex((row) => !Array.isArray(row) || row.length > s);
  return Array.isArray(rows[i]) ? `${rows[i].length} entries in row ${i + 1}` : `no list in row ${i + 1}`;
}
function tableauOf({ scheme }) {
  return readTableau(typeof scheme === "string" ? SCHEMES[scheme] : scheme);
}
function typedTableau(A, beta) {
  const entries = (row) => row.trim() === "" ? [] : row.split(",").map((entry) => entry.trim());
  return { A: A.split(/[;\n]/).map(entries), beta: entries(beta) };
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

// src/setup/configuration.mjs
function validated(configuration) {
  if (typeof configuration !== "object" || configuration === null) refuse("configuration", "an object", configuration);
  for (const key of Object.keys(configuration)) {
    if (!Object.hasOwn(DEFAULTS, key)) refuse("configuration", `made of ${Object.keys(DEFAULTS).join(", ")}`, key);
  }
  const { data } = configuration;
  const noise = typeof data === "string" && Object.hasOwn(SETS, data) ? SETS[data].noise : DEFAULTS.noise;
  const given = Object.fromEntries(Object.entries(configuration).filter(([, value]) => value !== void 0));
  const full = (
    /** @type {Configuration} */
    { ...DEFAULTS, noise, ...given }
  );
  for (const field of ["noise", "h", "rate", "samples", "d_hat", "L", "batch", "epochs", "seed"]) {
    checkNumber(
      field,
      /** @type {any} */
      full[field],
      /** @type {keyof typeof LIMITS} */
      field
    );
  }
  choose("net", full.net, ["StandardNet", "RKNet"]);
  choose("activation", full.activation, ACTIVATIONS);
  choose("lift", full.lift, LIFTS);
  if (typeof full.scheme === "string") choose("scheme", full.scheme, Object.keys(SCHEMES));
  else readTableau(full.scheme);
  if (typeof full.data === "string") choose("data", full.data, Object.keys(SETS));
  else checkGiven(full.data);
  return full;
}
function checkNumber(field, value, limits) {
  const [least, most] = LIMITS[limits], whole = WHOLE.includes(limits);
  if (typeof value !== "number" || !(value >= least && value <= most) || whole && !Number.isInteger(value)) {
    refuse(field, `a ${whole ? "whole " : ""}number in ${least} .. ${most}`, value);
  }
}
function choose(field, value, known2) {
  if (typeof value !== "string" || !known2.includes(value)) refuse(field, `one of ${known2.join(", ")}`, value);
}
function checkGiven(data) {
  if (typeof data !== "object" || data === null) refuse("data", "the name of a set, or points", data);
  const { classes } = data;
  checkNumber("data.classes", classes, "classes");
  for (const [name, points] of Object.entries({ data, "data.validation": data.validation ?? data })) {
    const { X, c } = points;
    if (!(Array.isArray(X) && X.length > 0 && X.every((x) => x?.length === 2 && x.every((t) => Number.isFinite(f(t)))))) {
      refuse(`${name}.X`, "a list of one or more points [x1, x2] of finite numbers", X);
    }
    if (!(Array.isArray(c) && c.length === X.length && c.every((k) => Number.isInteger(k) && k >= 0 && k < classes))) {
      refuse(`${name}.c`, `a list of ${X.length} classes in 0 .. ${classes - 1}`, c);
    }
  }
}
function classesOf({ data }) {
  return typeof data === "string" ? SETS[data].classes : data.classes;
}

// src/data/weights.mjs
var WEIGHT_NAMES = (
  /** @type {const} */
  ["lift", "K", "b", "W", "mu"]
);
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
  const dot = (x, y) => x.reduce((total, t, i) => total + t * y[i], 0);
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
  const mu = take(outputs), weights = end;
  take(2 * weights);
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
    weights,
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
  const { d_hat, L, carried, A, beta } = net, { width, outputs } = at, s = beta.length;
  const [sigma, slope] = SIGMA[net.activation];
  return (rows, keep) => {
    const size = rows * width;
    multiply(at.x, 2, 1, 2, at.M, width, at.zero, at.Y, rows);
    let Y = at.Y, S = at.S;
    for (let l = 0; l < L; l++) {
      for (let i = 0; i < s; i++) {
        const y = Y + i * size, F = at.F + i * size;
        if (i > 0) memory.copyWithin(y, Y, Y + size);
        for (let j = 0; j < i; j++) if (A[i][j] !== 0) addMultiple(y, at.F + j * size, A[i][j], size);
        multiply(y, width, 1, d_hat, at.K + l * d_hat * width, width, at.b + l * width, F, rows);
        for (let k = 0; k < size; k++) {
          const z = memory[F + k], value = sigma(z);
          memory[F + k] = value;
          memory[S + i * size + k] = slope(z, value);
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
  const { d_hat, L, classes, carried, A, beta, learned: learned2 } = net, { width, outputs } = at, s = beta.length;
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
        for (let j = i + 1; j < s; j++) if (A[j][i] !== 0) addMultiple(xi, at.G + j * size, A[j][i], size);
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
    if (learned2) {
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
  const bytes = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes.push(n % 128 | 128);
  return [...bytes, n];
}
function signed(n) {
  const bytes = [];
  for (; n < -64 || n > 63; n >>= 7) bytes.push(n & 127 | 128);
  return [...bytes, n & 127];
}
var floatBytes = (x) => [...new Uint8Array(new Float32Array([x]).buffer)];
var simd = (opcode) => (...operands) => [...operands, 253, unsigned(opcode)];
var w = {
  get: (local) => [32, unsigned(local)],
  /** @param {number} local @param {Code} value @returns {Code} */
  set: (local, value) => [value, 33, unsigned(local)],
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
  loadFloat: (address3, offset = 0) => [address3, 42, 2, unsigned(offset)],
  /** @param {Code} address @param {Code} value @param {number} [offset] @returns {Code} */
  storeFloat: (address3, value, offset = 0) => [address3, value, 56, 2, unsigned(offset)],
  /** @param {Code} address @param {number} [offset] @returns {Code} */
  load: (address3, offset = 0) => [address3, 253, 0, 4, unsigned(offset)],
  /** The same number in every lane. @param {Code} address @param {number} [offset] @returns {Code} */
  loadEvery: (address3, offset = 0) => [address3, 253, 9, 2, unsigned(offset)],
  /** @param {Code} address @param {Code} value @param {number} [offset] @returns {Code} */
  store: (address3, value, offset = 0) => [address3, value, 253, 11, 4, unsigned(offset)],
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
  const bytes = [];
  const walk = (part) => {
    for (const item of part) typeof item === "number" ? bytes.push(item) : walk(item);
  };
  walk(code);
  return bytes;
}
var address = (place2) => w.i32(4 * place2);

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
  keep(value) {
    const local = this.local(V128);
    this.code.push(w.set(local, value));
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
  advance(pointer, bytes) {
    this.emit(w.set(pointer, w.plus(w.get(pointer), bytes)));
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
  const power = w.addWhole(w.toWhole(sub(k, every(1))), w.everyWhole(127));
  const scaled2 = [power, w.i32(23), w.shiftLeft()];
  const y = mul(mul(add(add(mul(p, mul(t, t)), t), every(1)), scaled2), every(2));
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
  const sum2 = add(w.and(x, w.gt(x, every(0))), rest);
  return r.keep(w.where(w.gt(x, every(SOFTPLUS_LINEAR)), x, sum2));
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
    const slope = logisticCode(r, z);
    return [softplusCode(r, z), w.where(w.gt(z, w.every(SOFTPLUS_LINEAR)), w.every(1), slope)];
  }
};
var flushCode = (x, least) => w.andNot(x, w.lt(w.abs(x), w.every(least)));
function activationRoutine(activation) {
  const r = new Routine([I32, I32, I32]), [F, S, size] = [0, 1, 2];
  r.repeat(size, VECTOR, VECTOR, () => {
    const [y, slope] = SIGMA_CODE[activation](r, r.keep(w.load(w.get(F))));
    const kept = r.keep(slope);
    r.emit(w.store(w.get(F), y), w.store(w.get(S), kept));
    [F, S].forEach((pointer) => r.advance(pointer, w.i32(VECTOR)));
  });
  return r;
}

// src/engine/simd_backward.mjs
function backwardRoutine(net, at, routine) {
  const { d_hat, L, carried, A, beta, learned: learned2 } = net, s = beta.length, row = 4 * at.width;
  const r = new Routine([I32, F32, F32, I32]), [rows, rate, scale, moving] = [0, 1, 2, 3];
  const [size, Y, S, K, b, layers, k, left] = Array.from({ length: 8 }, () => r.local(I32));
  const stage = (array, i) => i ? w.plus(array, w.times(w.get(size), w.i32(i))) : array;
  const moved = (where, numbers) => w.call(routine.move, where, address(at.g), w.i32(4 * numbers), w.get(rate), w.get(scale), w.get(moving));
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
  const slope = r.local(I32);
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
      r.emit(w.set(slope, stage(w.get(S), i)));
      each(() => {
        let value = w.mul(w.load(w.get(k), 4 * at.p), w.every(beta[i]));
        for (let j = i + 1; j < s; j++) {
          if (A[j][i] !== 0) value = w.add(value, w.mul(w.load(here(G[j])), w.every(A[j][i])));
        }
        const product2 = r.keep(w.mul(value, w.load(here(slope))));
        r.emit(w.store(here(xi[i]), flushCode(product2, NEGLIGIBLE)));
      });
      r.emit(w.call(routine.affine, w.get(xi[i]), address(at.KT), address(at.zero), w.get(G[i]), w.get(rows)));
    }
    each(() => {
      let value = carried ? w.load(w.get(k), 4 * at.p) : w.every(0);
      for (const pointer of G) value = w.add(value, w.load(here(pointer)));
      r.emit(w.store(w.get(k), value, 4 * at.p));
    });
    const count = w.times(w.get(rows), w.i32(s));
    r.emit(w.call(routine.gradientOfK, w.get(Y), address(at.xi), address(at.g), count), moved(w.get(K), d_hat * at.width));
    r.emit(w.call(routine.sum, address(at.xi), address(at.g), count), moved(w.get(b), at.width));
  });
  if (learned2) {
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
        const sum2 = sums[n * group + g];
        r.emit(w.set(sum2, w.add(w.get(sum2), w.mul(w.get(m[g]), w.get(factor)))));
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
        const sizes2 = { row, step: 4, rows, vectors, inner };
        productCode(r, { a, M, start, out }, sizes2, vector, Math.min(most, vectors - vector));
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
      const sizes2 = { row: 4, step, rows: Math.min(most, inputs - i), vectors, inner: { counter: counter2 } };
      productCode(r, here, sizes2, vector, Math.min(2, vectors - vector));
    }
  }
  return r;
}
function sumRoutine(vectors) {
  const r = new Routine([I32, I32, I32]), [M, out, count] = [0, 1, 2];
  const sums = Array.from({ length: vectors }, () => r.local(V128));
  sums.forEach((sum2, v) => r.emit(w.set(sum2, w.load(w.get(M), v * VECTOR))));
  r.repeat(count, 2, 1, () => {
    r.advance(M, w.i32(vectors * VECTOR));
    sums.forEach((sum2, v) => r.emit(w.set(sum2, w.add(w.get(sum2), w.load(w.get(M), v * VECTOR)))));
  });
  sums.forEach((sum2, v) => r.emit(w.store(w.get(out), w.get(sum2), v * VECTOR)));
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
function moveRoutine(weights) {
  const r = new Routine([I32, I32, I32, F32, F32, I32]), [at, g, size, rate, scale, moving] = [0, 1, 2, 3, 4, 5];
  const m = 4 * weights, v = 8 * weights;
  const gradient = r.local(V128), rates = r.local(V128), scales = r.local(V128);
  const load = () => {
    r.emit(w.set(gradient, w.load(w.get(g))));
    r.emit(w.set(gradient, flushCode(w.get(gradient), NEGLIGIBLE)));
  };
  const next = () => [at, g].forEach((pointer) => r.advance(pointer, w.i32(VECTOR)));
  r.emit(w.set(rates, w.splat(w.get(rate))), w.set(scales, w.splat(w.get(scale))));
  r.emit(w.get(moving), [4, 64]);
  r.repeat(size, VECTOR, VECTOR, () => {
    load();
    const { add, mul, every } = w, G = w.get(gradient);
    const m1 = r.keep(add(mul(w.load(w.get(at), m), every(BETA1)), mul(G, every(BETA1_REST))));
    const M = r.keep(flushCode(m1, FADED));
    const v1 = r.keep(add(mul(w.load(w.get(at), v), every(BETA2)), mul(mul(G, every(BETA2_REST)), G)));
    const V = r.keep(flushCode(v1, FADED));
    const step = w.div(mul(M, w.get(rates)), add(mul(w.sqrt(V), w.get(scales)), every(EPSILON)));
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
  const { d_hat, L, carried, A, beta } = net, s = beta.length, row = 4 * at.width;
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
      let value = carry ? w.load(w.plus(w.get(base), w.get(k))) : w.every(0);
      coefficients.forEach((a, j) => {
        if (a !== 0) value = w.add(value, w.mul(w.load(w.plus(w.get(F[j]), w.get(k))), w.every(a)));
      });
      r.emit(w.store(w.plus(w.get(y), w.get(k)), value));
      r.advance(k, w.i32(VECTOR));
    });
  };
  r.repeat(layers, 1, 1, () => {
    for (let i = 0; i < s; i++) {
      r.emit(w.set(y, stage(w.get(Y), i)));
      if (i > 0) combine([...A[i].subarray(0, i)], true);
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
  const name = (text) => [text.length, [...text].map((letter3) => letter3.charCodeAt(0))];
  const section = (id, content) => {
    const bytes = flat(content);
    return [id, unsigned(bytes.length), bytes];
  };
  const list = (items) => [unsigned(items.length), items];
  const types = routines.map(({ parameters }) => [96, list(parameters.map((type) => [type])), 0]);
  const exports = Object.entries(exported).map(([text, index]) => [name(text), 0, unsigned(index)]);
  return new Uint8Array(
    flat([
      [0, 97, 115, 109, 1, 0, 0, 0],
      section(1, list(types)),
      section(2, list([[name("page"), name("memory"), 2, 0, 1]])),
      section(3, list(routines.map((_, index) => unsigned(index)))),
      section(7, list(exports)),
      section(10, list(routines.map(({ bytes }) => bytes)))
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
  constructor(net, weights, { rate, batch, kernel = "auto" }) {
    this.net = net;
    this.rate = rate;
    this.batch = batch;
    this.layout = layoutOf(net, Math.max(batch, CHUNK));
    this.sweeps = sweepsFor(net, this.layout, kernel);
    this.labels = new Int32Array(this.layout.n);
    this.exponentials = new Float32Array(net.classes);
    this.powers = [1, 1];
    this.weights = weights;
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
        const [total, largest2] = this._exponentials(row);
        cost += f(log32(total) - f(memory[row + label] - largest2));
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
        const [total] = this._exponentials(z + r * outputs);
        for (let k = 0; k < classes; k++) result[(first + r) * classes + k] = this.exponentials[k] / total;
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
      const sample3 = order[first + r];
      memory[x + 2 * r] = X[2 * sample3];
      memory[x + 2 * r + 1] = X[2 * sample3 + 1];
      this.labels[r] = c[sample3];
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
    let total = e[0] = exp32(f(memory[row] - largest2));
    for (let k = 1; k < classes; k++) total = f(total + (e[k] = exp32(f(memory[row + k] - largest2))));
    return [total, largest2];
  }
  /** Replace the logits by the derivative of the batch's mean cost by them. @param {number} rows */
  _differentiate(rows) {
    const { memory } = this.sweeps, { classes } = this.net, { z, outputs } = this.layout, e = this.exponentials;
    for (let r = 0; r < rows; r++) {
      const row = z + r * outputs, [total] = this._exponentials(row);
      for (let k = 0; k < classes; k++) {
        const error = f(f(e[k] / total) - (k === this.labels[r] ? 1 : 0));
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
  const common = { d_hat, L, classes: classesOf(configuration), activation, learned: lift === "learned" };
  if (configuration.net === "StandardNet") {
    return { ...common, carried: false, A: [new Float32Array(1)], beta: new Float32Array([1]) };
  }
  const { A, beta } = tableauOf(configuration);
  const times = (row) => new Float32Array(row.map((a) => h * a));
  return { ...common, carried: true, A: A.map(times), beta: times(beta) };
}

// src/run/sha256.mjs
function rootBits(count, power) {
  const result = new Uint32Array(count);
  for (let n = 2, found = 0; found < count; n++) {
    let prime = true;
    for (let k = 2; k * k <= n; k++) if (n % k === 0) prime = false;
    if (prime) result[found++] = integerRoot(BigInt(n) << BigInt(32 * power), power);
  }
  return result;
}
function integerRoot(n, power) {
  let [low, high] = [0n, 1n << 40n];
  while (high - low > 1n) {
    const middle = low + high >> 1n;
    if (middle ** BigInt(power) <= n) low = middle;
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
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(text);
}
function toFloats(text) {
  return new Float32Array(Uint8Array.from(atob(text), (letter3) => letter3.charCodeAt(0)).buffer);
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
  constructor(configuration, { weights = null, kernel = "auto" } = {}) {
    this.configuration = validated(configuration);
    const { data, samples, noise, seed, rate, batch, lift, d_hat } = this.configuration;
    this.classes = classesOf(this.configuration);
    const layers = layersOf(this.configuration);
    this.start = /** @type {'drawn'|'given'} */
    weights ? "given" : "drawn";
    this.initial = weights ? checkedWeights(weights, layers) : initialWeights(this.configuration);
    if (typeof data === "string") {
      const { X, c } = draw(data, 2 * samples, noise, seed);
      this.train = { X: X.slice(0, 2 * samples), c: c.slice(0, samples) };
      this.validation = { X: X.slice(2 * samples), c: c.slice(samples) };
    } else {
      this.train = pointsOf(data);
      this.validation = pointsOf(data.validation ?? data);
    }
    this.engine = new Engine(layers, this.initial, { rate, batch, kernel });
    this.stepsPerEpoch = Math.ceil(this.train.c.length / batch);
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
      const done = this.steps % this.stepsPerEpoch, now = Math.min(count, this.stepsPerEpoch - done);
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
    const { X, c } = this.train, { initial, history: history2 } = this;
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
        Object.fromEntries(Object.entries(history2).map(([name, curve]) => [name, curve.map(writtenNumber)]))
      ),
      weights: weightsHash(this.configuration, this.engine.weights)
    };
  }
};
var pointsOf = ({ X, c }) => ({ X: new Float32Array(X.flat()), c: new Int32Array(c) });
function checkedWeights(weights, { d_hat, L, classes }) {
  const sizes2 = { lift: 2 * d_hat, K: L * d_hat * d_hat, b: L * d_hat, W: classes * d_hat, mu: classes };
  for (const [name, size] of Object.entries(sizes2)) {
    const array = weights[
      /** @type {keyof Weights} */
      name
    ];
    if (array?.length !== size) refuse(`weights.${name}`, `${size} numbers for this net`, array?.length);
  }
  const copy = (array) => Float32Array.from(array);
  return { lift: copy(weights.lift), K: copy(weights.K), b: copy(weights.b), W: copy(weights.W), mu: copy(weights.mu) };
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
    configure({ generation, configuration, weights }) {
      this.wanted = { configuration, weights: weights ?? null };
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
    step({ steps }) {
      this.playing = false;
      this.train(steps, Infinity);
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
    const { steps, total } = this.progress();
    this.pace = { lasting, begun: performance.now() - lasting * Math.sqrt(steps / total) };
  }
  progress() {
    const { trainer } = this;
    return trainer ? { steps: trainer.steps, total: trainer.stepsPerEpoch * trainer.configuration.epochs } : { steps: 0, total: 1 };
  }
  /** Steps that are due; as the square of the time, for most happens in the first epochs. */
  due() {
    const { lasting, begun } = this.pace, { steps, total } = this.progress();
    if (!lasting) return Infinity;
    return Math.ceil(total * ((performance.now() - begun) / lasting) ** 2) - steps;
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
  /** The picture of the regions, painted here so that the page's own thread is free. @param {Float32Array} P @returns {Snapshot['picture']} */
  pictured(P) {
    const { grid, picture } = this.views;
    if (!this.trainer || !grid || !picture) return null;
    const { classes } = this.trainer, { columns, rows } = grid;
    return {
      bytes: regions(P, columns, classes, picture.side, picture.discrete),
      lines: boundaries(P, columns, rows, classes)
    };
  }
  /** @param {number} steps @param {number} until  stop at this time at the latest, but after one step */
  train(steps, until) {
    const { trainer } = this;
    let done = 0;
    while (trainer && done < steps && !trainer.ended) {
      const before = performance.now(), left = until - before;
      if (done > 0 && left <= 0) break;
      const fit = this.msPerStep > 0 ? Math.max(1, Math.floor(left / this.msPerStep)) : 1;
      const rest = trainer.stepsPerEpoch - trainer.steps % trainer.stepsPerEpoch;
      const [first, kept] = [trainer.steps, trainer.history.train_cost.length];
      trainer.advance(Math.min(fit, steps - done, rest));
      done += trainer.steps - first;
      if (trainer.history.train_cost.length === kept) {
        const now = (performance.now() - before) / (trainer.steps - first);
        this.msPerStep = this.msPerStep > 0 ? 0.7 * this.msPerStep + 0.3 * now : now;
      }
    }
  }
  /** @param {boolean} fresh  with all views, whatever they cost */
  snapshot(fresh) {
    const { trainer, renewed } = this, { grid, flow, mesh = 0 } = this.views;
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
      history: trainer.history,
      msPerStep: this.msPerStep,
      kernel: trainer.engine.kernel,
      grid: show2 && grid ? trainer.engine.probabilities(cellCentres(grid)) : null,
      flow: show2 && flow > 0 ? trainer.engine.states(trainer.validation.X.subarray(0, 2 * flow)) : null,
      mesh: show2 && mesh > 0 ? trainer.engine.states(meshPoints(mesh)) : null,
      picture: null,
      classifier: null,
      probe: show2 ? this.probed() : null
    };
    if (message.grid) message.picture = this.pictured(message.grid);
    if (show2 && flow > 0) {
      const { W, mu } = trainer.engine.weights;
      message.classifier = { W, mu };
    }
    const after = performance.now();
    if (show2) this.renewed = { at: after, step: trainer.steps, cost: after - now };
    [this.sent, this.shown, this.owed] = [after, false, false];
    const buffers = [message.grid, message.picture?.bytes, message.flow?.states, message.mesh?.states].flatMap((array) => array ? [array.buffer] : []);
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
      const address3 = URL.createObjectURL(new Blob([start], { type: "text/javascript" }));
      worker = new Worker(address3);
      setTimeout(() => URL.revokeObjectURL(address3), patience);
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
  _receive(answer) {
    if (this._closed) return;
    if (answer.type === "answer") {
      this._asked.get(answer.id)?.(answer.value);
      this._asked.delete(answer.id);
    } else if (answer.type === "snapshot") {
      try {
        if (answer.generation === this.generation) this.onsnapshot(answer);
      } finally {
        this._sendOncePainted();
      }
    } else if (answer.type !== "ready" && answer.generation === this.generation) {
      if (answer.type === "configured") this.onconfigured(answer);
      else if (answer.type === "best") this.onbest(answer);
      else if (answer.type === "probed") this.onprobed(answer);
      else this.onfailed(answer.message);
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
      frames.ask(send);
      setTimeout(send, UNSEEN);
    }
  }
  /**
   * Begin a run; the run in progress is given up.
   * @param {Partial<Configuration>} configuration
   * @param {Weights} [weights]  to start from, instead of drawn ones
   */
  configure(configuration, weights) {
    this.generation += 1;
    this._send({ type: "configure", generation: this.generation, configuration, ...weights ? { weights } : {} });
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
  step(steps = 1) {
    this._send({ type: "step", steps });
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

// src/words/numbers.mjs
function short(x) {
  if (x === 0) return "0";
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "not a number" : x > 0 ? "∞" : "−∞";
  const size = Math.abs(x);
  if (size >= 1e-3 && size < 1e5) return String(Number(x.toPrecision(4))).replace("-", "−");
  const [digits, power] = x.toExponential(0).split("e");
  return `${digits === "1" ? "" : `${digits.replace("-", "−")} · `}10${raised(Number(power))}`;
}
function raised(power) {
  return String(power).split("").map((letter3) => letter3 === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(letter3)]).join("");
}
function percent(fraction2) {
  return `${(100 * fraction2).toFixed(1)} %`;
}
function decimal(x, decimals) {
  return Math.abs(x) < 1e4 ? x.toFixed(decimals) : short(Number(x.toPrecision(2)));
}
function share(p) {
  const rounded = 100 * p;
  if (rounded > 0 && rounded < 0.1) return "< 0.1 %";
  return rounded < 100 && rounded > 99.9 ? "> 99.9 %" : `${rounded.toFixed(1)} %`;
}

// src/page/elements.mjs
function node(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== void 0 && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}
function tell(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
var counter = 0;
var unique = (name) => `rkp-${name}-${++counter}`;
function slider(label, symbol, values, chosen, shown2 = short, hint = "") {
  let known2 = [...values];
  const id = unique("slider");
  const input = node("input", { type: "range", id, min: 0, step: 1, input: () => {
    show2(known2[input.valueAsNumber]);
    chosen(known2[input.valueAsNumber]);
  } });
  const output = node("output", { for: id });
  const show2 = (value) => {
    if (!known2.includes(value)) known2 = [...values, value].sort((a, b) => a - b);
    input.max = String(known2.length - 1);
    input.value = String(known2.indexOf(value));
    output.textContent = shown2(value);
    input.setAttribute("aria-valuetext", shown2(value));
  };
  const name = node("label", { for: id }, label, ...symbol ? [" ", letter(symbol)] : []);
  return { element: node("div", { class: "rkp-slider" }, name, input, output, ...explained(input, hint)), input, show: show2 };
}
function select(label, options, chosen, hint = "") {
  const id = unique("select");
  const input = node("select", { id, change: () => chosen(input.value) }, ...Object.entries(options).map(([value, text]) => node("option", { value }, text)));
  return { element: node("div", { class: "rkp-select" }, node("label", { for: id }, label), input, ...explained(input, hint)), input, show: (value) => {
    input.value = value;
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
  const place2 = node("span", {});
  place2.innerHTML = `<math><mover accent="true"><mi>${symbol.slice(0, -1)}</mi><mo stretchy="false">^</mo></mover></math>`;
  return place2;
}
var HAT = "̂";
function icon(path) {
  const place2 = node("span", { class: "rkp-icon", "aria-hidden": "true" });
  place2.innerHTML = `<svg width="12" height="12" viewBox="0 0 12 12"><path d="${path}" fill="currentColor"/></svg>`;
  return place2;
}
var ICONS = {
  play: "M2 0.5V11.5L11.5 6Z",
  pause: "M1.5 0.5H4.7V11.5H1.5ZM7.3 0.5H10.5V11.5H7.3Z",
  full: "M0 0H4.5V1.6H1.6V4.5H0ZM7.5 0H12V4.5H10.4V1.6H7.5ZM0 7.5H1.6V10.4H4.5V12H0ZM10.4 7.5H12V12H7.5V10.4H10.4Z"
};

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
    this.turn = () => this.now();
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
    const [width, height2] = this.size.map((size) => Math.round(size * ratio));
    if (!width || !height2) return;
    if (this.canvas.width !== width || this.canvas.height !== height2) Object.assign(this.canvas, { width, height: height2 });
    this.now();
  }
  soon() {
    this.stale = !this.near;
    if (this.near) frames.ask(this.turn);
  }
  now() {
    frames.drop(this.turn);
    const pen = this.canvas.getContext("2d"), ratio = window.devicePixelRatio || 1;
    if (!pen || !this.canvas.width) return;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const [width, height2] = this.size;
    pen.clearRect(0, 0, width, height2);
    this.paint(pen, width, height2);
  }
  close() {
    frames.drop(this.turn);
    this.observer.disconnect();
    this.watcher.disconnect();
  }
};

// src/page/panels.mjs
function newPanel({ panels }, label, paint) {
  const panel = new Panel(label, paint);
  panels.push(panel);
  return panel;
}

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
      let total = 0;
      for (let i = 0; i < d; i++) total += axes[a * d + i] * (states[r * d + i] - mean[i]);
      result[r * components2 + a] = total;
    }
  }
  return result;
}
function turned(axes, wanted, m, d) {
  let Q = Array.from({ length: m }, (_, i) => Array.from({ length: m }, (_2, j) => {
    let sum2 = i === j ? 1e-6 : 0;
    for (let k = 0; k < d; k++) sum2 += wanted[i * d + k] * axes[j * d + k];
    return sum2;
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
function inverted(M) {
  const m = M.length, work = M.map((row, i) => [...row, ...row.map((_, j) => i === j ? 1 : 0)]);
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
    if (m === 3) wanted[2 * d + k] = 0.2 * Math.cos(k * k + 1);
  }
  return wanted;
}
function some(rows, d, most) {
  const every = Math.ceil(rows.length / d / most);
  if (every === 1) return rows;
  const chosen = new Float32Array(d * Math.ceil(rows.length / d / every));
  for (let k = 0; k * d < chosen.length; k++) chosen.set(rows.subarray(k * every * d, (k * every + 1) * d), k * d);
  return chosen;
}

// src/geometry/separators.mjs
function height({ normal: normal2, offset }, y) {
  let sum2 = offset;
  for (let i = 0; i < normal2.length; i++) sum2 += normal2[i] * y[i];
  return sum2;
}
function clipped(corners, side) {
  const heights = corners.map((corner) => height(side, corner));
  const kept = [];
  corners.forEach((corner, i) => {
    const j = (i + 1) % corners.length, [a, b] = [heights[i], heights[j]];
    if (a >= 0) kept.push(corner);
    if (a >= 0 !== b >= 0) kept.push(corner.map((x, k) => x + a / (a - b) * (corners[j][k] - x)));
  });
  return kept;
}
function preferred({ W, mu }, k, m) {
  const d = W.length / mu.length;
  return { normal: Array.from({ length: d }, (_, i) => W[k * d + i] - W[m * d + i]), offset: mu[k] - mu[m] };
}
function sidesOf(centre, bound, d) {
  return Array.from({ length: 2 * d }, (_, k) => {
    const i = k >> 1, sign2 = k % 2 ? 1 : -1;
    return { normal: Array.from({ length: d }, (_2, j) => i === j ? sign2 : 0), offset: bound - sign2 * centre[i] };
  });
}
function separators(classifier, centre, bound) {
  const classes = classifier.mu.length, d = classifier.W.length / classes, box = sidesOf(centre, bound, d);
  const found = [];
  for (let k = 0; k < classes; k++) {
    for (let j = k + 1; j < classes; j++) {
      const side = preferred(classifier, k, j), rivals = [];
      for (let m = 0; m < classes; m++) if (m !== k && m !== j) rivals.push(preferred(classifier, k, m));
      const whole = patch(side, centre, 2 * bound * d);
      const corners = [...box, ...rivals].reduce(clipped, whole);
      if (corners.length >= d) found.push({ classes: [k, j], side, corners });
    }
  }
  return found;
}
function patch(side, centre, size) {
  const { normal: normal2 } = side, square = normal2.reduce((sum2, x) => sum2 + x * x, 0);
  if (!(square > 0) || !Number.isFinite(square)) return [];
  const shift = height(side, centre) / square, middle = normal2.map((x, i) => centre[i] - shift * x);
  const unit = normal2.map((x) => x / Math.sqrt(square));
  const move = (...steps) => middle.map((x, i) => steps.reduce((sum2, step) => sum2 + size * step[i], x));
  const back = (v2) => v2.map((x) => -x);
  if (normal2.length === 2) {
    const along = [-unit[1], unit[0]];
    return [move(along), move(back(along))];
  }
  const least = unit.reduce((best, x, i) => Math.abs(x) < Math.abs(unit[best]) ? i : best, 0);
  const across = unit.map((x, i) => (i === least ? 1 : 0) - unit[least] * x);
  const length = Math.hypot(...across), u = across.map((x) => x / length);
  const v = [unit[1] * u[2] - unit[2] * u[1], unit[2] * u[0] - unit[0] * u[2], unit[0] * u[1] - unit[1] * u[0]];
  return [move(u, v), move(back(u), v), move(back(u), back(v)), move(u, back(v))];
}
function regionsWithin(classifier, window2) {
  const all = [...classifier.mu.keys()];
  return all.map((k) => all.filter((m) => m !== k).map((m) => preferred(classifier, k, m)).reduce(clipped, window2));
}
function answerAt({ W, mu }, states, at) {
  const d = W.length / mu.length;
  let best = 0, most = -Infinity;
  for (let k = 0; k < mu.length; k++) {
    let sum2 = mu[k];
    for (let i = 0; i < d; i++) sum2 += W[k * d + i] * states[at + i];
    if (sum2 > most) [best, most] = [k, sum2];
  }
  return best;
}

// src/geometry/extremes.mjs
function largest(values, start) {
  let found = start;
  for (const value of values) if (value > found) found = value;
  return found;
}
function smallest(values, start) {
  let found = start;
  for (const value of values) if (value < found) found = value;
  return found;
}

// src/setup/drawn.mjs
var OWN_CLASSES = 3;
function onGrid(x) {
  return Math.round(Math.min(1, Math.max(0, (x + EDGE) / (2 * EDGE))) * 255) / 255 * 2 * EDGE - EDGE;
}
var BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
function packed(points) {
  return points.X.map(([x1, x2], n) => {
    const [p, q] = [x1, x2].map((x) => Math.round((onGrid(x) + EDGE) / (2 * EDGE) * 255));
    const bits2 = p << 10 | q << 2 | points.c[n];
    return BASE64[bits2 >> 12] + BASE64[bits2 >> 6 & 63] + BASE64[bits2 & 63];
  }).join("");
}
function unpacked(text) {
  const points = { classes: 2, X: [], c: [] };
  for (let k = 0; k + 3 <= text.length; k += 3) {
    const [a, b, c] = [0, 1, 2].map((i) => BASE64.indexOf(text[k + i]));
    if (Math.min(a, b, c) < 0) throw new Error(`points: must be written in letters of ${BASE64}, got ${text[k]}`);
    const bits2 = a << 12 | b << 6 | c;
    points.X.push([bits2 >> 10, bits2 >> 2 & 255].map((p) => p / 255 * 2 * EDGE - EDGE));
    points.c.push(bits2 & 3);
  }
  return withClasses(points);
}
function withClasses(points) {
  return { ...points, classes: 1 + largest(points.c, 1) };
}
function moons() {
  const X = [], c = [];
  for (let i = 0; i < 24; i++) {
    const t = Math.PI * (i + 0.5) / 24;
    const r = 2 + 0.35 * Math.sin(9 * i);
    X.push([-1 + r * Math.cos(t), -0.6 + r * Math.sin(t)], [1 - r * Math.cos(t), 0.6 - r * Math.sin(t)]);
    c.push(0, 1);
  }
  return { X: X.map((point) => point.map(onGrid)), c };
}

// src/page/state.mjs
function newState() {
  return {
    configuration: validated({}),
    look: { steps: 0, layer: null, view: 3, azim: -62, elev: 18, points: "new", discrete: false, hide: [] },
    given: void 0,
    run: null,
    snapshot: null,
    states: null,
    flow: null,
    mesh: null,
    meshAnswers: null,
    classifier: null,
    probe: null,
    box: { m: 0, bound: EDGE, centre: [0, 0, 0], low: -1 },
    near: { m: 0, bound: EDGE, centre: [0, 0, 0], low: -1 },
    decision: null,
    best: { lines: [], key: "" },
    theme: (
      /** @type {Theme} */
      {}
    ),
    own: withClasses({ classes: 2, ...moons() }),
    drawnClass: 0,
    cursor: { x: 0, y: 0, shown: false },
    touched: false,
    playing: false,
    problem: "",
    about: ""
  };
}
var isOwn = ({ configuration }) => typeof configuration.data !== "string";
var components = ({ look, configuration }) => Math.min(look.view, configuration.d_hat);
var shownLayer = ({ look, configuration, flow }) => Math.min(look.layer ?? configuration.L, flow?.L ?? configuration.L);

// src/page/scene.mjs
var MESH = 9;
var letter2 = ({ configuration }) => configuration.d_hat <= 3 ? "y" : "p";
function sceneOf(state, whole) {
  const { flow, run, look, theme, states } = state;
  if (!flow || !run || !states) return null;
  const layer = shownLayer(state);
  return {
    flow,
    c: run.validation.c,
    layer,
    box: whole ? state.near : state.box,
    look,
    theme,
    letter: letter2(state),
    classifier: flow.frame ? null : state.classifier,
    mesh: whole ? meshAt(state, layer) : null,
    traced: traced(state)
  };
}
function meshAt({ mesh, flow, meshAnswers }, layer) {
  if (!mesh || !flow || !meshAnswers || layer > mesh.L) return null;
  const size = mesh.n * mesh.d_hat, at = mesh.states.subarray(layer * size, (layer + 1) * size);
  return { at: shown(at, mesh.d_hat, flow), components: flow.components, line: pointsPerLine(MESH), answers: meshAnswers };
}
function traced({ probe, flow, configuration }) {
  if (!probe || !flow || probe.states.length !== (flow.L + 1) * configuration.d_hat) return null;
  return { at: shown(probe.states, configuration.d_hat, flow), answer: probe.P.indexOf(Math.max(...probe.P)) };
}
var shown = (states, d, { frame: frame2, components: components2 }) => frame2 ? project(states, d, frame2, components2) : states;
function answersOf({ states, n, L, d_hat }, classifier) {
  return Uint8Array.from({ length: n }, (_, k) => answerAt(classifier, states, (L * n + k) * d_hat));
}

// src/painting/plot.mjs
function paintPlot(pen, width, height2, theme, plot) {
  const left = 34, right = width - 8, top = 20, bottom = height2 - 18;
  const scale = plot.log ? Math.log10 : (y) => y;
  const X = (x) => left + (x - plot.x[0]) / (plot.x[1] - plot.x[0]) * (right - left);
  const Y = (y) => bottom - (scale(y) - scale(plot.y[0])) / (scale(plot.y[1]) - scale(plot.y[0])) * (bottom - top);
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
  for (const x of plot.xTicks) pen.fillText(String(x), Math.min(right - 4, X(x)), height2 - 4);
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
  if (plot.marked !== void 0 && plot.marked !== null) {
    pen.setLineDash([]);
    pen.strokeStyle = theme.muted;
    pen.beginPath();
    pen.moveTo(X(plot.marked), top);
    pen.lineTo(X(plot.marked), bottom);
    pen.stroke();
  }
  pen.lineJoin = "round";
  for (const line2 of plot.lines) {
    pen.strokeStyle = pen.fillStyle = line2.colour;
    pen.lineWidth = line2.width ?? 1.8;
    pen.setLineDash(line2.dash ?? []);
    pen.beginPath();
    for (let x = 0; x < line2.y.length; x++) {
      const y = Math.min(Math.max(line2.y[x], plot.y[0]), plot.log ? Infinity : plot.y[1] * 2);
      if (x) pen.lineTo(X(x), Y(y));
      else pen.moveTo(X(x), Y(y));
    }
    pen.stroke();
    if (line2.dots && line2.y.length) {
      pen.beginPath();
      pen.arc(X(line2.y.length - 1), Y(line2.y[line2.y.length - 1]), 3, 0, 2 * Math.PI);
      pen.fill();
    }
  }
  pen.restore();
  pen.setLineDash([]);
}

// src/views/epochs.mjs
function lastEpoch({ snapshot }) {
  return Math.max(10, 10 * Math.ceil(((snapshot?.history.val_accuracy.length ?? 1) - 1) / 10));
}
function netStyle({ configuration: { net, scheme }, theme }) {
  const style = NET_STYLES[net === "StandardNet" ? "StandardNet" : String(scheme)] ?? OTHER_NET;
  return theme.dark ? { ...style, colour: lighter(style.colour, 0.3) } : style;
}
function curves(state, train, validation) {
  const { colour, dash } = netStyle(state);
  return [{ y: train, colour, dash: [1.5, 3], width: 1.5 }, { y: validation, colour, dash, dots: true }];
}

// src/views/accuracy.mjs
function paintAccuracy(state, pen, width, height2) {
  const { run, snapshot, theme } = state;
  if (!run) return;
  const { train_accuracy, val_accuracy } = snapshot?.history ?? { train_accuracy: [], val_accuracy: [] };
  const least = smallest(train_accuracy, smallest(val_accuracy, 1));
  const low = [0.8, 0.6, 0.4, 0.2].find((value) => value <= least) ?? 0;
  const x = lastEpoch(state);
  paintPlot(pen, width, height2, theme, {
    title: "accuracy in %",
    x: [0, x],
    y: [low, 1.02],
    xTicks: [0, x / 2, x],
    yTicks: [0, 0.2, 0.4, 0.6, 0.8, 0.9, 1].filter((value) => value >= low && (value !== 0.9 || low === 0.8)),
    written: (y) => String(Math.round(100 * y)),
    lines: curves(state, train_accuracy, val_accuracy),
    levels: run.bayes === null ? [] : [run.bayes]
  });
}

// src/views/cost.mjs
function paintCost(state, pen, width, height2) {
  const { train_cost, val_cost } = state.snapshot?.history ?? { train_cost: [], val_cost: [] };
  const most = largest([...train_cost, ...val_cost].filter(Number.isFinite), 0.1);
  const top = [0.2, 0.4, 0.8, 1.2, 2, 4, 8].find((value) => value >= most) ?? most;
  const x = lastEpoch(state);
  paintPlot(pen, width, height2, state.theme, {
    title: "cost",
    x: [0, x],
    y: [0, top],
    yTicks: [0, top / 2, top],
    xTicks: [0, x / 2, x],
    written: (y) => short(Number(y.toPrecision(2))),
    lines: curves(state, train_cost, val_cost)
  });
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
function outline(k, r) {
  if (k === 0) return `M${r} 0A${r} ${r} 0 1 1 ${-r} 0A${r} ${r} 0 1 1 ${r} 0Z`;
  return `M${MARKERS[k - 1].map((x) => r * x).join(" ")}Z`;
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

// src/painting/space.mjs
var DISTANCE = 7;
var FLOOR = 0.85;
function camera(components2, { bound, centre }, look, width, height2) {
  const [cx, cy] = [width / 2, height2 / 2], half = Math.min(width, height2) / 2;
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
function eyeOf({ bound, centre: [x, y, z] }, look) {
  const [azim, elev] = [look.azim, look.elev].map((angle) => angle * Math.PI / 180), far = DISTANCE * bound;
  return [x + far * Math.cos(elev) * Math.cos(azim), y + far * Math.cos(elev) * Math.sin(azim), z + far * Math.sin(elev)];
}
function paintFrame(pen, at, components2, { bound, centre, low }, look, theme, letter3) {
  const left = [Math.sin, (angle) => -Math.cos(angle)].map((of) => of(look.azim * Math.PI / 180));
  const radius = components2 === 2 ? bound : FLOOR * bound;
  const place2 = ([u, v, w2]) => at(centre[0] + radius * u, centre[1] + radius * v, centre[2] + bound * w2);
  const line2 = (from, to) => {
    const [a, b] = [place2(from), place2(to)];
    pen.moveTo(a[0], a[1]);
    pen.lineTo(b[0], b[1]);
  };
  pen.strokeStyle = theme.line;
  pen.lineWidth = 1;
  pen.beginPath();
  if (components2 === 2) {
    line2([-1, 0, 0], [1, 0, 0]);
    line2([0, -1, 0], [0, 1, 0]);
  } else {
    for (const r of [0.5, 1]) {
      for (let t = 0; t <= 60; t++) {
        const [x, y] = place2([r * Math.cos(Math.PI * t / 30), r * Math.sin(Math.PI * t / 30), low]);
        if (t) pen.lineTo(x, y);
        else pen.moveTo(x, y);
      }
    }
    line2([-1, 0, low], [1, 0, low]);
    line2([0, -1, low], [0, 1, low]);
    line2([...left, low], [...left, low + 0.4]);
  }
  pen.stroke();
  pen.fillStyle = theme.muted;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const ends = components2 === 2 ? [[0.96, -0.06, 0], [-0.06, 0.96, 0]] : [[1.1, 0, low], [0, 1.1, low], [...left, low + 0.5]];
  ends.forEach((end, k) => {
    const [x, y] = place2(end);
    pen.font = `italic 12px ${theme.font}`;
    pen.fillText(letter3, x - 3, y);
    pen.font = `10px ${theme.font}`;
    pen.fillText(String(k + 1), x + 4, y + 4);
  });
}

// src/views/scene.mjs
var place = ({ at, n: count, components: components2 }, l, n) => placed(at, components2, l * count + n);
function placed(at, components2, row) {
  const k = row * components2;
  return [at[k], at[k + 1], components2 === 3 ? at[k + 2] : 0];
}

// src/views/trajectories.mjs
var TRAJECTORIES = 50;
function paintTrajectories(scene, pen, width, height2) {
  const { flow, c, layer, box, look, theme } = scene;
  const at = camera(flow.components, box, look, width, height2);
  paintFrame(pen, at, flow.components, box, look, theme, scene.letter);
  const count = Math.min(TRAJECTORIES, flow.n), classes = Int32Array.from({ length: count }, (_, n) => c[n]);
  const marked = [0, flow.L, layer];
  const [first, last2, between] = marked.map(() => new Float32Array(2 * count)), places = [first, last2, between];
  pen.lineWidth = 1.1;
  pen.lineJoin = "round";
  pen.globalAlpha = scene.traced ? 0.25 : 0.55;
  for (let n = 0; n < count; n++) {
    pen.strokeStyle = theme.classes[classes[n]];
    pen.beginPath();
    for (let l = 0; l <= flow.L; l++) {
      const [x, y] = at(...place(flow, l, n));
      if (l) pen.lineTo(x, y);
      else pen.moveTo(x, y);
      marked.forEach((each, k) => {
        if (l === each) places[k].set([x, y], 2 * n);
      });
    }
    pen.stroke();
  }
  paintPoints(pen, first, classes, theme.classes, 1.4, 0.7);
  paintPoints(pen, last2, classes, theme.classes, 3.4, 0.9);
  if (layer > 0 && layer < flow.L) paintRings(pen, between, theme.text);
  paintTraced(scene, pen, at, width, height2, false);
}
function paintRings(pen, places, colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.beginPath();
  for (let n = 0; n < places.length; n += 2) {
    pen.moveTo(places[n] + 2.6, places[n + 1]);
    pen.arc(places[n], places[n + 1], 2.6, 0, 7);
  }
  pen.stroke();
}
function paintTraced({ flow: { components: components2, L }, traced: traced2, layer, theme }, pen, at, width, height2, upToLayer) {
  if (!traced2) return;
  pen.strokeStyle = theme.text;
  pen.lineWidth = upToLayer ? 1 : 2.2;
  pen.beginPath();
  for (let l = 0; l <= (upToLayer ? layer : L); l++) {
    const [x2, y2] = at(...placed(traced2.at, components2, l));
    if (l) pen.lineTo(x2, y2);
    else pen.moveTo(x2, y2);
  }
  pen.stroke();
  const [x, y] = at(...placed(traced2.at, components2, layer));
  const seen = (u, most) => Math.max(7, Math.min(most - 7, u));
  paintPicked(pen, seen(x, width), seen(y, height2), theme.classes[traced2.answer], theme.text);
}
function paintPicked(pen, x, y, fill, stroke) {
  pen.beginPath();
  pen.arc(x, y, 5.5, 0, 2 * Math.PI);
  pen.fillStyle = fill;
  pen.fill();
  pen.lineWidth = 2;
  pen.strokeStyle = stroke;
  pen.stroke();
}
function nearestTrajectory({ flow, box, look }, width, height2, x, y) {
  const at = camera(flow.components, box, look, width, height2);
  let best = { n: -1, far: Infinity };
  for (let n = 0; n < Math.min(TRAJECTORIES, flow.n); n++) {
    for (let l = 0; l <= flow.L; l++) {
      const [u, v] = at(...place(flow, l, n)), far = Math.hypot(u - x, v - y);
      if (far < best.far) best = { n, far };
    }
  }
  return best;
}

// src/views/decision.mjs
var CELLS = 64;
var POINTS = 600;
var MANY = 200;
function paintDecision(state, pen, width, height2) {
  const { decision, best, theme } = state, drawing = isOwn(state) || state.problem.startsWith("Draw");
  if (decision) {
    pen.imageSmoothingEnabled = true;
    pen.drawImage(decision.picture, 0, 0, width, height2);
    pen.strokeStyle = theme.text;
    pen.lineWidth = 1.2;
    paintLines(pen, decision.lines, width / CELLS);
  }
  paintKnown(state, drawing, pen, width, height2);
  if (best.lines.length) {
    pen.strokeStyle = theme.text;
    pen.lineWidth = 1.3;
    pen.setLineDash([5, 4]);
    paintLines(pen, best.lines, width / BEST_CELLS);
    pen.setLineDash([]);
  }
  paintTicks(state, pen, width, height2);
  if (state.cursor.shown) paintCursor(state, drawing, pen, width, height2);
  if (state.probe) paintProbe(state.probe, theme, pen, width, height2);
}
function paintLines(pen, lines, cell) {
  strokeLines(pen, lines, (x, y) => [(x + 0.5) * cell, (y + 0.5) * cell]);
}
function paintKnown({ own, run, theme, look }, drawing, pen, width, height2) {
  if (drawing) {
    paintPoints(pen, toCanvas(Float32Array.from(own.X.flat()), width, height2), own.c, theme.classes, own.c.length > MANY ? 1.8 : 3.6, 0.95);
  } else if (run && look.points !== "none") {
    const { X, c } = look.points === "training" ? run.train : run.validation, places = toCanvas(X.subarray(0, 2 * POINTS), width, height2);
    paintPoints(pen, places, c.subarray(0, POINTS), theme.classes, 1.8, 0.75);
  }
}
function paintTicks({ theme }, pen, width, height2) {
  pen.fillStyle = theme.muted;
  pen.font = `11px ${theme.font}`;
  pen.textBaseline = "alphabetic";
  for (const x of [-EDGE, 0, EDGE]) {
    const text = String(x).replace("-", "−");
    pen.textAlign = x < 0 ? "left" : x > 0 ? "right" : "center";
    pen.fillText(text, (x + EDGE) / (2 * EDGE) * width + (x < 0 ? 12 : x > 0 ? -3 : 0), height2 - 4);
    pen.textAlign = "left";
    pen.fillText(text, 3, x > 0 ? 12 : x < 0 ? height2 - 16 : height2 / 2 + 4);
  }
}
function paintProbe({ x, P }, theme, pen, width, height2) {
  const [u, v] = toCanvas(x, width, height2);
  paintPicked(pen, u, v, theme.classes[P.indexOf(Math.max(...P))], theme.text);
}
function paintCursor({ cursor, theme, drawnClass }, drawing, pen, width, height2) {
  const [x, y] = toCanvas([cursor.x, cursor.y], width, height2);
  pen.strokeStyle = drawing ? theme.classes[drawnClass] : theme.text;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(x - 9, y);
  pen.lineTo(x + 9, y);
  pen.moveTo(x, y - 9);
  pen.lineTo(x, y + 9);
  pen.stroke();
}

// src/painting/mesh.mjs
var FAR = 1.5;
function paintMesh(pen, { at: places, components: components2, line: line2, answers }, at, { bound, centre }, colours, shown2 = () => true) {
  const count = answers.length;
  const spots = Array.from({ length: count }, (_, n) => placed(places, components2, n));
  const inside = spots.map((spot) => spot.every((x, k) => k >= components2 || Math.abs(x - centre[k]) < FAR * bound));
  pen.lineWidth = 0.9;
  pen.globalAlpha = 0.5;
  for (let k = 0; k < colours.length; k++) {
    pen.strokeStyle = colours[k];
    pen.beginPath();
    for (let n = 0; n + 1 < count; n++) {
      if (answers[n] !== k || n % line2 === line2 - 1 || !inside[n] || !inside[n + 1] || !shown2(spots[n])) continue;
      const [from, to] = [at(...spots[n]), at(...spots[n + 1])];
      pen.moveTo(from[0], from[1]);
      pen.lineTo(to[0], to[1]);
    }
    pen.stroke();
  }
  pen.globalAlpha = 1;
}

// src/painting/separators.mjs
function outline2(pen, corners, at) {
  pen.beginPath();
  corners.forEach(([x, y, z = 0], k) => {
    const [u, v] = at(x, y, z);
    if (k) pen.lineTo(u, v);
    else pen.moveTo(u, v);
  });
}
function paintRegions(pen, classifier, { bound, centre: [x, y] }, at) {
  const far = 3 * bound, window2 = [[x - far, y - far], [x + far, y - far], [x + far, y + far], [x - far, y + far]];
  pen.globalAlpha = 0.16;
  regionsWithin(classifier, window2).forEach((corners, k) => {
    pen.fillStyle = CLASS_COLOURS[k];
    outline2(pen, corners, at);
    pen.fill();
  });
  pen.globalAlpha = 1;
}
function paintSeparators(pen, found, at, theme, inSpace) {
  pen.strokeStyle = pen.fillStyle = theme.text;
  pen.lineWidth = 1.2;
  pen.lineJoin = "round";
  for (const { corners } of found) {
    outline2(pen, corners, at);
    if (inSpace) {
      pen.closePath();
      pen.globalAlpha = 0.12;
      pen.fill();
      pen.globalAlpha = 0.75;
    }
    pen.stroke();
    pen.globalAlpha = 1;
  }
}

// src/views/features.mjs
var RADIUS = 2.5;
var SHEET = 0.85;
function paintFeatures(scene, pen, width, height2) {
  const { flow, box, look, theme, letter: letter3, classifier } = scene, inSpace = flow.components === 3;
  const at = camera(flow.components, box, look, width, height2);
  if (classifier && !inSpace) paintRegions(pen, classifier, box, at);
  paintFrame(pen, at, flow.components, box, look, theme, letter3);
  const found = classifier ? separators(classifier, box.centre, (inSpace ? SHEET : 3) * box.bound) : [];
  const behind = inSpace && found.length === 1 ? behindOf(scene, found[0].side) : null;
  if (behind) paintPoints2(scene, pen, at, behind);
  if (inSpace) paintSeparators(pen, found, at, theme, true);
  paintPoints2(scene, pen, at, behind ? (y) => !behind(y) : () => true);
  if (!inSpace) paintSeparators(pen, found, at, theme, false);
  paintTraced(scene, pen, at, width, height2, true);
}
function behindOf({ box, look }, side) {
  const eye = height(side, eyeOf(box, look)) > 0;
  return (y) => height(side, y) > 0 !== eye;
}
function paintPoints2({ flow, c, layer, box, theme, mesh }, pen, at, shown2) {
  const inSpace = flow.components === 3;
  if (mesh) paintMesh(pen, mesh, at, box, theme.classes, shown2);
  const seen = [];
  for (let n = 0; n < flow.n; n++) {
    const y = place(flow, layer, n);
    if (shown2(y)) seen.push({ n, spot: at(...y) });
  }
  if (inSpace) seen.sort((a, b) => a.spot[2] - b.spot[2]);
  pen.globalAlpha = 0.8;
  for (const { n, spot: [x, y, near] } of seen) {
    pen.fillStyle = theme.classes[c[n]];
    pen.beginPath();
    marker(pen, c[n], x, y, inSpace ? RADIUS * (1 + near / (5 * box.bound)) : RADIUS);
    pen.fill();
  }
  pen.globalAlpha = 1;
}
function nearestFeature({ flow, box, look, layer }, width, height2, x, y) {
  const at = camera(flow.components, box, look, width, height2);
  let best = { n: -1, far: Infinity };
  for (let n = 0; n < flow.n; n++) {
    const [u, v] = at(...placed(flow.at, flow.components, layer * flow.n + n)), far = Math.hypot(u - x, v - y);
    if (far < best.far) best = { n, far };
  }
  return best;
}

// src/views/layers.mjs
function paintLayers(state, pen, width, height2) {
  const { flow, theme } = state;
  if (!flow) return;
  const { L, spread, norms } = flow, { colour, dash } = netStyle(state), [low, high] = decades(spread, norms);
  const each = Math.max(1, Math.ceil((high - low) / 4));
  const powers = range(low, high).filter((power) => (power - low) % each === 0);
  paintPlot(pen, width, height2, theme, {
    title: width < 240 ? "spread, norm (thin) by layer" : "features by layer: spread, and norm (thin)",
    x: [0, L],
    y: [10 ** low, 10 ** high],
    log: true,
    yTicks: powers.map((power) => 10 ** power),
    xTicks: L > 1 ? [0, Math.round(L / 2), L] : [0, 1],
    marked: shownLayer(state),
    written: (y) => `10${raised(Math.round(Math.log10(y)))}`,
    lines: [{ y: norms, colour: theme.muted, width: 1 }, { y: spread, colour, dash, width: 2.2 }]
  });
}
function decades(spread, norms) {
  const all = [...spread, ...Array.from(norms)].filter((value) => value > 0 && value < Infinity);
  const low = Math.floor(Math.log10(smallest(all, 0.1))), high = Math.ceil(Math.log10(largest(all, 10)));
  return [Math.max(-12, low), high];
}

// src/views/views.mjs
function newViews(page) {
  const view = (label, paint) => newPanel(page, label, (pen, width, height2) => paint(page.state, pen, width, height2));
  return {
    trajectories: view("Trajectories of fifty points through the layers", ofScene(paintTrajectories, false)),
    features: view("Features at the chosen layer, and where the classifier parts them", ofScene(paintFeatures, true)),
    decision: view("Answers of the network on the plane, over the validation points", paintDecision),
    accuracy: view("Accuracy by epoch", paintAccuracy),
    cost: view("Cost by epoch", paintCost),
    layers: view("Size and spread of the features by layer", paintLayers)
  };
}
function ofScene(paint, whole) {
  return (state, pen, width, height2) => {
    const scene = sceneOf(state, whole);
    if (scene) paint(scene, pen, width, height2);
  };
}

// src/setup/link.mjs
var PARTS = ["experiments", "data", "net", "trajectories", "features", "layers", "prediction", "score", "plots", "formula", "tools"];
var POINTS2 = (
  /** @type {const} */
  ["new", "training", "none"]
);
var LINK = "#rknet?";
var WRITTEN = { d: "d_hat", L: "L", h: "h", sigma: "activation", lift: "lift", rate: "rate", batch: "batch", epochs: "epochs", seed: "seed" };
var NUMBERS = ["d_hat", "L", "h", "rate", "batch", "epochs", "seed"];
function toLink(configuration, look) {
  const { data, noise, samples, net, scheme } = configuration;
  const parts = typeof data === "string" ? [["data", data], ["noise", noise], ["samples", samples]] : [["points", packed(data)]];
  if (net === "StandardNet") parts.push(["net", net]);
  else if (typeof scheme === "string") parts.push(["net", scheme]);
  else parts.push(["A", scheme.A.map((row) => row.join(",")).join(";")], ["beta", scheme.beta.join(",")]);
  for (const [letter3, key] of Object.entries(WRITTEN)) {
    if (key !== "h" || net !== "StandardNet") parts.push([
      letter3,
      /** @type {any} */
      configuration[key]
    ]);
  }
  parts.push(["steps", look.steps], ["view", look.view], ["azim", Math.round(look.azim)], ["elev", Math.round(look.elev)]);
  if (look.layer !== null) parts.push(["layer", look.layer]);
  if (look.points && look.points !== "new") parts.push(["points_shown", look.points]);
  if (look.discrete) parts.push(["discrete", 1]);
  if (look.hide?.length) parts.push(["hide", look.hide.join(",")]);
  return LINK + parts.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");
}
function fromLink(hash) {
  if (!hash.startsWith(LINK)) return null;
  const said2 = new Map([...new URLSearchParams(hash.slice(LINK.length))]);
  const choice = {};
  const look = {};
  const number = (key) => {
    const text = said2.get(key);
    if (text === void 0) return void 0;
    if (!text.trim() || !Number.isFinite(Number(text))) throw new Error(`${key}: must be a number, got ${text}`);
    return Number(text);
  };
  if (said2.has("points")) choice.data = unpacked(said2.get("points") ?? "");
  else if (said2.has("data")) choice.data = said2.get("data");
  for (const key of ["noise", "samples"]) if (said2.has(key)) choice[key] = number(key);
  if (said2.has("A") || said2.has("beta")) {
    choice.net = "RKNet";
    choice.scheme = typedTableau(said2.get("A") ?? "", said2.get("beta") ?? "");
  } else if (said2.has("net")) {
    choice.net = said2.get("net") === "StandardNet" ? "StandardNet" : "RKNet";
    if (choice.net === "RKNet") choice.scheme = said2.get("net");
  }
  for (const [letter3, key] of Object.entries(WRITTEN)) {
    if (said2.has(letter3)) choice[key] = NUMBERS.includes(key) ? number(letter3) : said2.get(letter3);
  }
  const whole = (key, most) => {
    const value = number(key);
    if (value !== void 0 && !(Number.isInteger(value) && value >= 0 && value <= most)) {
      throw new Error(`${key}: must be a whole number from 0 to ${most}, got ${value}`);
    }
    return value;
  };
  const steps = whole("steps", 1e6), layer = whole("layer", LIMITS.L[1]);
  if (steps !== void 0) look.steps = steps;
  if (layer !== void 0) look.layer = layer;
  if (said2.has("view")) look.view = number("view") === 2 ? 2 : 3;
  for (
    const key of
    /** @type {const} */
    ["azim", "elev"]
  ) {
    const angle = number(key);
    if (angle !== void 0) look[key] = angle;
  }
  const shown2 = said2.get("points_shown"), hide = said2.get("hide");
  if (shown2 !== void 0) look.points = /** @type {Look['points']} */
  known("points_shown", shown2, POINTS2);
  if (said2.has("discrete")) look.discrete = said2.get("discrete") === "1";
  if (hide) look.hide = hide.split(",").map((part) => known("hide", part, PARTS));
  return { choice, look };
}
function known(key, value, values) {
  if (!values.includes(value)) throw new Error(`${key}: must be one of ${values.join(", ")}, got ${value}`);
  return value;
}

// src/page/address.mjs
function address2(page) {
  const { state, model, root } = page, { look } = state, obeys = Boolean(model.get("link"));
  let known2 = "";
  function write() {
    if (!obeys) return;
    known2 = toLink(state.configuration, look);
    try {
      history.replaceState(history.state, "", known2);
    } catch {
      location.replace(known2);
    }
  }
  function read() {
    if (!obeys || location.hash === known2) return false;
    try {
      const found = fromLink(location.hash);
      if (!found) return false;
      known2 = location.hash;
      obey(page, found);
      root.scrollIntoView({ block: "start" });
    } catch (error) {
      state.problem = `This link cannot be followed. ${said(error)}`;
      page.sentence.tell();
    }
    return true;
  }
  async function copy() {
    look.steps = state.snapshot?.step ?? 0;
    const whole = location.href.split("#")[0] + toLink(state.configuration, look);
    write();
    look.steps = 0;
    try {
      await navigator.clipboard.writeText(whole);
      return true;
    } catch {
      return false;
    }
  }
  const moved = () => {
    if (location.hash.startsWith(LINK)) read();
  };
  window.addEventListener("hashchange", moved);
  return { write, read, copy, stop: () => window.removeEventListener("hashchange", moved) };
}
function obey({ root, state, choosing: choosing2, layers, shownPoints: shownPoints2 }, { choice, look }) {
  Object.assign(state.look, { steps: 0, layer: null, points: "new", discrete: false, hide: [] }, look);
  const { steps } = state.look;
  choosing2.replace(choice);
  state.look.steps = steps;
  const { data } = state.configuration;
  if (typeof data !== "string") state.own = data;
  layers.turned(state.look.azim);
  shownPoints2.show();
  root.dataset.hide = (state.look.hide ?? []).join(" ");
  choosing2.build();
}

// src/words/python.mjs
var quoted = (text) => JSON.stringify(text);
var real = (x) => Number.isInteger(x) ? `${x}.0` : String(x);
function pointSet({ X, c }, classes) {
  return `PointSet(${JSON.stringify(X)}, ${JSON.stringify(c)}, ${classes})`;
}
function dataIn({ data, samples, noise, seed }) {
  if (typeof data === "string") {
    return [
      `both = points(${quoted(data)}, ${2 * samples}, noise=${real(noise)}, seed=${seed})`,
      `train, validation = both[:${samples}], both[${samples}:]`
    ];
  }
  const train = pointSet(data, data.classes);
  return [`train = ${train}`, `validation = ${data.validation ? pointSet(data.validation, data.classes) : "train"}`];
}
function netIn(configuration) {
  const { net, scheme, h, d_hat, L, activation, lift, seed } = configuration;
  const sizes2 = `2, ${d_hat}, ${classesOf(configuration)}, ${L}`, rest = `activation=${quoted(activation)}, lift=${quoted(lift)}, seed=${seed}`;
  if (net === "StandardNet") return `StandardNet(${sizes2}, ${rest})`;
  const { A, beta } = tableauOf(configuration).text;
  const tableau = typeof scheme === "string" ? quoted(scheme) : `Tableau("typed", ${JSON.stringify(A)}, ${JSON.stringify(beta)})`;
  return `RKNet(${sizes2}, tableau=${tableau}, h=${real(h)}, ${rest})`;
}
function pythonOf(configuration) {
  const { data, net, scheme, rate, batch, epochs, seed } = configuration;
  const names = [
    "Protocol",
    net,
    "fit",
    ...typeof data === "string" ? [] : ["PointSet"],
    ...net === "RKNet" && typeof scheme !== "string" ? ["Tableau"] : []
  ].sort();
  return [
    '"""A net of the playground, trained with the library rknet."""',
    "",
    `from rknet import ${names.join(", ")}`,
    ...typeof data === "string" ? ["from rknet.playground.random import points"] : [],
    "",
    ...dataIn(configuration),
    "# The library draws other initial weights and another order of the points than the page, so the result differs a little.",
    "# To repeat a run bit by bit, export its record and give the file to the command `rknet verify`.",
    `net = ${netIn(configuration)}`,
    `protocol = Protocol(epochs=${epochs}, batch_size=${batch}, learning_rate=${real(rate)}, stop_early=False)`,
    `history = fit(net, train, validation, protocol, seed=${seed})`,
    'print(f"{100 * history.val_accuracy[-1]:.1f} % of new points are right")',
    ""
  ].join("\n");
}

// src/page/export.mjs
var named = ({ net, L, seed }, ending) => `rknet-${net}-${L}-seed-${seed}.${ending}`;
function save(file, name) {
  const address3 = URL.createObjectURL(file);
  node("a", { href: address3, download: name }).click();
  window.setTimeout(() => URL.revokeObjectURL(address3), 1e3);
}
async function exportRecord({ player, state, notebook: notebook2 }) {
  const text = JSON.stringify(await player.record(), null, 1) + "\n";
  save(new Blob([text], { type: "application/json" }), named(state.configuration, "json"));
  notebook2.share(["record"]);
}
function exportCode({ state: { configuration } }) {
  save(new Blob([pythonOf(configuration)], { type: "text/x-python" }), named(configuration, "py"));
}
var MARGIN = 24;
var LINE = 30;
function exportPicture({ state: { configuration, theme }, views, layers, score: score2, sentence: sentence2, root }) {
  const shown2 = [
    { canvas: views.trajectories.canvas, title: "trajectories through the layers" },
    { canvas: views.features.canvas, title: layers.title.textContent ?? "" },
    { canvas: views.decision.canvas, title: score2.title.textContent ?? "" }
  ];
  const side = Math.max(...shown2.map(({ canvas }) => canvas.width)), whole = node("canvas", {});
  whole.width = shown2.length * (side + MARGIN) + MARGIN;
  whole.height = side + 2 * MARGIN + 2 * LINE;
  const pen = whole.getContext("2d");
  if (!pen) return;
  pen.fillStyle = getComputedStyle(root).getPropertyValue("--rkp-back");
  pen.fillRect(0, 0, whole.width, whole.height);
  pen.fillStyle = theme.text;
  pen.font = `${0.6 * LINE}px ${theme.font}`;
  pen.textBaseline = "middle";
  shown2.forEach(({ canvas, title }, k) => {
    const left = MARGIN + k * (side + MARGIN);
    pen.fillText(title, left, MARGIN + LINE / 2, side);
    pen.drawImage(canvas, left, MARGIN + LINE, side, side);
  });
  pen.fillText(sentence2.element.textContent ?? "", MARGIN, whole.height - MARGIN / 2 - LINE / 2, whole.width - 2 * MARGIN);
  whole.toBlob((file) => {
    if (file) save(file, named(configuration, "png"));
  });
}

// src/page/bar.mjs
var FOLLOWED = 10;
var SPEEDS = {
  followed: { text: `${FOLLOWED} s a run`, lasting: FOLLOWED, steps: 0 },
  full: { text: "full speed", lasting: 0, steps: 0 },
  hundred: { text: "100 steps/s", lasting: 0, steps: 100 },
  ten: { text: "10 steps/s", lasting: 0, steps: 10 },
  one: { text: "1 step/s", lasting: 0, steps: 1 }
};
var RECORD = "Data, initial weights, configuration and seed, for `rknet verify`";
function trainingBar(page) {
  const { state } = page, { playing: playing2 } = page;
  const playButton = node("button", { class: "rkp-play", type: "button", click: playing2.toggle });
  const epochCount = node("b", {}), stepCount = node("b", { class: "rkp-steps" });
  const bar = node(
    "div",
    { class: "rkp-bar", role: "group", "aria-label": "Training" },
    playButton,
    node("button", { type: "button", click: playing2.step, title: "One step (period)" }, "Step"),
    node("button", { type: "button", click: playing2.reset, title: "Back to the initial weights (r)" }, "Reset"),
    node("span", { class: "rkp-count" }, "epoch ", epochCount, node("span", {}, " · step ", stepCount))
  );
  const texts = Object.fromEntries(Object.entries(SPEEDS).map(([name, { text }]) => [name, text]));
  const speed = select("speed", texts, () => {
    if (!state.playing) return;
    playing2.pause();
    playing2.play();
  });
  function show2() {
    const word = state.playing ? "Pause" : "Play";
    if (playButton.textContent?.trim() !== word) {
      playButton.replaceChildren(icon(state.playing ? ICONS.pause : ICONS.play), ` ${word}`);
    }
    tell(epochCount, String(state.snapshot?.epoch ?? 0));
    tell(stepCount, String(state.snapshot?.step ?? 0));
  }
  return { bar, tools: tools(page, speed.element), pace: () => SPEEDS[speed.input.value], show: show2 };
}
function tools(page, speed) {
  const full = { type: "button", click: () => fullScreen(page.root), "aria-label": "Full screen", title: "Full screen" };
  return node(
    "div",
    { class: "rkp-tools", role: "group", "aria-label": "Speed, link, export" },
    speed,
    ...page.inNotebook ? [] : [copyButton(page)],
    node("button", { type: "button", click: () => exportRecord(page), title: RECORD }, "Export"),
    node("button", { type: "button", click: () => exportCode(page), title: "The code that trains such a net" }, "Python"),
    node("button", { type: "button", click: () => exportPicture(page), title: "The pictures as a file" }, "Picture"),
    ...document.fullscreenEnabled ? [node("button", full, icon(ICONS.full))] : []
  );
}
function copyButton({ address: address3 }) {
  const button = node("button", {
    type: "button",
    click: async () => {
      button.textContent = await address3.copy() ? "Copied" : "In the address bar";
      window.setTimeout(() => {
        button.textContent = "Copy link";
      }, 2e3);
    }
  }, "Copy link");
  return button;
}
function fullScreen(root) {
  if (document.fullscreenElement) document.exitFullscreen();
  else root.requestFullscreen();
}

// src/page/choosing.mjs
var AFTER_TYPING = 180;
function choosing(page) {
  const { state } = page;
  let timer = 0;
  function isChosen(preset) {
    const configuration = (
      /** @type {any} */
      state.configuration
    );
    return Object.entries(preset.configuration).every(([key, value]) => configuration[key] === value);
  }
  function take(choice) {
    const next = { ...state.configuration, ...choice };
    if (choice.data !== void 0 && choice.noise === void 0) delete next.noise;
    if (typeof next.data !== "string") next.batch = Math.max(1, Math.min(next.batch, next.data.X.length));
    state.touched = true;
    state.given = void 0;
    state.problem = "";
    state.look.steps = 0;
    try {
      state.configuration = validated(next);
    } catch (error) {
      state.problem = said(error);
    }
    state.about = page.offered.find(isChosen)?.say ?? "";
  }
  function choose2(choice, atOnce = false) {
    take(choice);
    for (const part of page.controls) part.show();
    stop();
    if (state.problem) page.sentence.tell();
    else if (atOnce) build();
    else timer = window.setTimeout(build, AFTER_TYPING);
  }
  function replace(choice, atOnce = false) {
    choose2({ ...DEFAULTS, noise: void 0, ...choice }, atOnce);
  }
  function build() {
    stop();
    page.undoing.keep();
    page.playing.restart(() => page.player.configure(state.configuration, state.given));
    if (state.touched) page.address.write();
    page.notebook.share(["configuration"]);
  }
  const stop = () => clearTimeout(timer);
  return { choose: choose2, replace, isChosen, build, stop };
}

// src/words/names.mjs
var SET_NAMES = {
  donut_1D: "strip",
  donut_2D: "donut",
  squares: "squares",
  spiral: "spiral",
  donut_2D_6C: "rings",
  squares_2D_4C: "quadrants"
};
var NET_NAMES = {
  StandardNet: "StandardNet",
  euler: "EulerNet",
  heun: "Heun",
  kutta3: "Kutta 3",
  rk4: "RK4Net",
  rk38: "3/8 rule"
};
var LIFT_NAMES = { zero: "zeros added", linear: "random, linear", orthogonal: "random, orthogonal", learned: "learned" };
var ACTIVATION_NAMES = { tanh: "tanh", logistic: "logistic", relu: "ReLU", softplus: "softplus" };
var OWN = "own points";
var OWN_TABLEAU = "own tableau";
var COLOUR_NAMES = ["blue", "orange", "green", "yellow", "pink", "light blue"];

// src/page/thumbnails.mjs
function thumbnails(page) {
  const { state, root, choosing: choosing2 } = page, group = unique("data");
  function choose2(name) {
    if (name === OWN) page.ownPoints.redraw(state.own);
    else choosing2.choose({ data: (
      /** @type {LawName} */
      name
    ) });
    root.classList.toggle("rkp-drawing", name === OWN);
  }
  const thumbs = [...Object.keys(SETS), OWN].map((name) => {
    const input = node("input", { type: "radio", name: group, value: name, change: () => choose2(name) });
    const { canvas } = newPanel(page, "", name === OWN ? pencil(page) : sample(
      page,
      /** @type {LawName} */
      name
    ));
    canvas.setAttribute("aria-hidden", "true");
    canvas.removeAttribute("role");
    return { name, input, element: node("label", {}, input, canvas, SET_NAMES[name] ?? "your own") };
  });
  const show2 = () => {
    const chosen = isOwn(state) ? OWN : state.configuration.data;
    for (const { name, input } of thumbs) input.checked = name === chosen;
  };
  const pictures = node("div", { class: "rkp-thumbs" }, ...thumbs.map((thumb) => thumb.element));
  return { element: node("fieldset", { class: "rkp-data" }, node("legend", {}, "data"), pictures), show: show2 };
}
function sample({ state }, name) {
  let points = null;
  return (pen, size) => {
    points ??= draw(name, 320, SETS[name].noise, 0);
    paintPoints(pen, toCanvas(points.X, size, size), points.c, state.theme.classes, 1.1, 0.9);
  };
}
var PENCIL = [
  [[0.28, 0.72], [0.33, 0.56], [0.66, 0.23], [0.77, 0.34], [0.44, 0.67], [0.28, 0.72]],
  [[0.59, 0.3], [0.7, 0.41]]
];
function pencil({ state }) {
  return (pen, size) => {
    pen.strokeStyle = state.theme.text;
    pen.lineWidth = 1.5;
    pen.lineJoin = "round";
    pen.beginPath();
    for (const stroke of PENCIL) {
      stroke.forEach(([u, v], k) => k ? pen.lineTo(size * u, size * v) : pen.moveTo(size * u, size * v));
    }
    pen.stroke();
  };
}

// src/page/training_controls.mjs
var RATES = [1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1];
var BATCHES = [1, 2, 5, 10, 20, 50, 100];
var EPOCHS = [5, 10, 15, 20, 40, 60, 80, 200];
function trainingControls(page) {
  const { state, choosing: { choose: choose2 } } = page, seed = seedControl(page);
  const rate = slider("learning rate", "", RATES, (value) => choose2({ rate: value }), String, "size of a training step");
  const batch = slider("batch", "", BATCHES, (value) => choose2({ batch: value }), String, "points per training step");
  const epochs = slider("epochs at most", "", EPOCHS, (value) => choose2({ epochs: value }), String, "passes over all training points");
  function show2() {
    const { configuration } = state;
    rate.show(configuration.rate);
    batch.show(configuration.batch);
    epochs.show(configuration.epochs);
    seed.show();
  }
  return { elements: [rate, batch, epochs, seed].map((part) => part.element), show: show2 };
}
function seedControl({ state, choosing: { choose: choose2 } }) {
  const id = unique("seed");
  const change = () => {
    if (input.value !== "" && input.checkValidity()) choose2({ seed: input.valueAsNumber });
    else show2();
  };
  const next = {
    type: "button",
    click: () => choose2({ seed: state.configuration.seed + 1 }),
    "aria-label": "next seed",
    title: "Other points, other weights"
  };
  const input = node("input", { id, type: "number", min: 0, max: LIMITS.seed[1], step: 1, change });
  const element = node(
    "div",
    { class: "rkp-seed" },
    node("div", {}, node("label", { for: id }, "seed"), input),
    node("button", next, "next")
  );
  const show2 = () => {
    input.value = String(state.configuration.seed);
  };
  return { element, show: show2 };
}

// src/page/data_controls.mjs
function dataControls(page) {
  const { state, choosing: { choose: choose2 } } = page, thumbs = thumbnails(page), training = trainingControls(page);
  const twoDigits = (value) => value.toFixed(2);
  const noise = slider("noise", "", range(0, 30).map((k) => k / 20), (value) => choose2({ noise: value }), twoDigits);
  const lift = select(
    "lift to feature space",
    LIFT_NAMES,
    (value) => choose2({ lift: (
      /** @type {LiftName} */
      value
    ) }),
    "how a point gets its extra coordinates"
  );
  const shared = page.heard ? [] : [thumbs.element, noise.element];
  const element = frame(page, [...shared, lift.element, ...training.elements]);
  function show2() {
    const { configuration } = state;
    thumbs.show();
    noise.show(configuration.noise);
    noise.input.disabled = isOwn(state);
    lift.show(configuration.lift);
    training.show();
  }
  return { element, show: show2 };
}
function frame({ compact, heard }, parts) {
  if (!compact) return node("div", { class: "rkp-in", role: "group", "aria-label": "Data and training" }, ...parts);
  const summary = heard ? "Lift, learning rate, batch, epochs" : "Data, noise, lift, learning rate, batch, epochs, seed";
  return node("details", { class: "rkp-in" }, node("summary", {}, summary), node("div", {}, ...parts));
}

// src/page/hands.mjs
function obeyKeys({ root, playing: playing2 }) {
  root.addEventListener("keydown", (event) => {
    const target = (
      /** @type {HTMLElement} */
      event.target
    );
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input[type=text], input[type=number], textarea")) return;
    if (event.key === " " && !target.matches("button, select, summary, input[type=radio]")) playing2.toggle();
    else if (event.key === "." && !target.matches("select")) playing2.step();
    else if (event.key === "r" && !target.matches("select")) playing2.reset();
    else return;
    event.preventDefault();
  });
}
function obeyPointer(page) {
  for (const view of [page.views.trajectories, page.views.features]) turnBy(page, view);
}
function turnBy({ state, views, layers, turning: turning2 }, { canvas }) {
  const { look } = state;
  let held = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (components(state) < 3) return;
    held = { x: event.clientX, y: event.clientY, azim: look.azim, elev: look.elev };
    canvas.setPointerCapture(event.pointerId);
    turning2.want(false);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!held) return;
    look.azim = ((held.azim - (event.clientX - held.x) * 0.5 + 540) % 360 + 360) % 360 - 180;
    look.elev = Math.max(-90, Math.min(90, held.elev + (event.clientY - held.y) * 0.4));
    layers.turned(Math.round(look.azim));
    views.trajectories.soon();
    views.features.soon();
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => {
    held = null;
  });
}

// src/geometry/features.mjs
function featureNorms({ states, n, L, d_hat }) {
  return Float64Array.from({ length: L + 1 }, (_, l) => {
    let total = 0;
    for (let row = l * n * d_hat; row < (l + 1) * n * d_hat; row += d_hat) {
      let square = 0;
      for (let k = row; k < row + d_hat; k++) square += states[k] * states[k];
      total += Math.sqrt(square);
    }
    return total / n;
  });
}
function spreads(flow) {
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

// src/page/following.mjs
var SPARED = 0.01;
var SPARED_NEARBY = 0.05;
var ENOUGH_FOR_AXES = 2500;
var ENOUGH_FOR_BOX = 1500;
function follow({ state, views }) {
  const { states, run } = state;
  if (!states || !run) return;
  const m = Math.min(state.look.view, states.d_hat);
  const frame2 = shownFrame(states, run.validation, m), { n, L } = states;
  const at = frame2 ? project(states.states, states.d_hat, frame2, m) : states.states;
  state.flow = { at, components: m, n, L, frame: frame2, spread: spreads(states), norms: featureNorms(states) };
  const along = extents(at, m, n);
  state.box = fitted(state.box, along, SPARED, true);
  state.near = fitted(state.near, along, SPARED_NEARBY, false);
  for (const view of [views.trajectories, views.features]) view.soon();
}
function shownFrame(flow, points, m) {
  const { states, d_hat: d } = flow;
  if (d <= m) return null;
  const { mean, axes } = principalAxes(some(states, d, ENOUGH_FOR_AXES), d);
  return { mean, axes: turned(axes.slice(0, m * d), directions(flow, points.X, m), m, d) };
}
function extents(at, m, n) {
  const count = at.length / m, every = Math.ceil(count / ENOUGH_FOR_BOX);
  return range(0, m - 1).map((k) => {
    const sorted = Float64Array.from({ length: Math.floor(count / every) }, (_, i) => at[i * every * m + k]).sort();
    let [least, most] = [Infinity, -Infinity];
    for (let first = 0; first < count; first += n) {
      for (let row = first; row < first + Math.min(n, TRAJECTORIES); row++) {
        const x = at[row * m + k];
        if (x < least) least = x;
        if (x > most) most = x;
      }
    }
    return { sorted, drawn: [least, most] };
  });
}
function fitted(box, along, spared, whole) {
  const m = along.length;
  const spans = along.map(({ sorted, drawn: [least, most] }) => {
    const spare = Math.floor(spared / 2 * (sorted.length - 1));
    const [a, b] = [sorted[spare], sorted[sorted.length - 1 - spare]];
    return whole ? [Math.min(a, least), Math.max(b, most)] : [a, b];
  });
  if (!spans.flat().every(Number.isFinite)) return box;
  const inside = spans.every(([a, b], k) => Math.max(Math.abs(a - box.centre[k]), Math.abs(b - box.centre[k])) < box.bound);
  const half = Math.max(...spans.map(([a, b]) => b - a)) / 2;
  if (inside && box.bound < 1.5 * half && box.m === m) return box;
  const bound = Math.max(0.5, 1.05 * half);
  const centre = [0, 1, 2].map((k) => k < m ? (spans[k][0] + spans[k][1]) / 2 : 0);
  const low = m < 3 ? -1 : -Math.min(1, 1.3 * (spans[2][1] - spans[2][0]) / 2 / bound + 0.1);
  return { m, bound, centre, low };
}

// src/page/shown_points.mjs
var POINT_NAMES = { new: "new points", training: "training points", none: "no points" };
var PIXELS = 192;
var FOLLOWED2 = 240;
function shownPoints({ state, views, player }) {
  const { look } = state, id = unique("discrete");
  let asked = look.discrete;
  const points = select("shown in the prediction", POINT_NAMES, (value) => {
    look.points = /** @type {Look['points']} */
    value;
    views.decision.soon();
  });
  const discrete = node("input", { id, type: "checkbox", change: () => {
    look.discrete = discrete.checked;
    ask();
  } });
  const element = node(
    "div",
    { class: "rkp-shown" },
    points.element,
    node("span", {}, discrete, " ", node("label", { for: id }, "answers only"))
  );
  function ask() {
    asked = look.discrete;
    player.views = { grid: plane(CELLS), picture: { side: PIXELS, discrete: Boolean(asked) }, flow: FOLLOWED2, mesh: MESH };
  }
  function show2() {
    points.show(look.points ?? "new");
    discrete.checked = Boolean(look.discrete);
    if (look.discrete !== asked) ask();
  }
  return { element, show: show2, ask };
}

// src/page/hearing.mjs
var CALM = 1e3;
var TOLD_EVERY = 100;
var SHARED_EVERY = 2e3;
function hear(page) {
  const { state, player } = page;
  let paintedAt = 0, toldAt = 0, sharedAt = 0, drawn = "";
  function tellOf({ generation, history: history2 }) {
    const { score: score2, views } = page, curves2 = `${generation} ${history2.val_cost.length}`;
    score2.show();
    views.layers.soon();
    if (curves2 !== drawn) for (const view of [views.accuracy, views.cost]) view.soon();
    drawn = curves2;
  }
  player.onconfigured = (configured) => {
    Object.assign(state, { run: configured, snapshot: null, decision: null, states: null, flow: null, mesh: null, probe: null });
    state.box.m = state.near.m = 0;
    if (state.best.key !== bestKey(configured.configuration)) state.best = { key: "", lines: [] };
    page.legend.show(configured.classes);
    page.sentence.showFormula(configured);
  };
  player.onsnapshot = (seen) => {
    state.snapshot = seen;
    const over = seen.state === "finished" || seen.state === "diverged";
    page.playing.catchUp(seen, over);
    const now = performance.now();
    if (page.still.matches && state.playing && now - paintedAt < CALM) return;
    paintedAt = now;
    show(page, seen);
    if (!seen.playing || now - toldAt > TOLD_EVERY) {
      toldAt = now;
      tellOf(seen);
    }
    page.sentence.speak(seen, over);
    if (!seen.playing || now - sharedAt > SHARED_EVERY) {
      sharedAt = now;
      page.notebook.share(["weights", "history"]);
    }
  };
  player.onbest = ({ key, lines }) => {
    state.best = { key, lines };
    page.views.decision.soon();
  };
  player.onprobed = ({ probe }) => {
    state.probe = probe;
    page.probing.show();
    for (const view of [page.views.decision, page.views.features, page.views.trajectories]) view.soon();
  };
  player.onfailed = (message) => {
    page.playing.pause();
    state.problem = message;
    page.sentence.tell();
  };
}
function show(page, seen) {
  const { state, views } = page;
  if (seen.grid && seen.picture) {
    const picture = state.decision?.picture ?? node("canvas", { width: PIXELS, height: PIXELS });
    picture.getContext("2d")?.putImageData(new ImageData(seen.picture.bytes, PIXELS), 0, 0);
    state.decision = { P: seen.grid, picture, lines: seen.picture.lines };
    views.decision.soon();
  }
  if (seen.flow) {
    Object.assign(state, { states: seen.flow, mesh: seen.mesh, classifier: seen.classifier, probe: seen.probe });
    state.meshAnswers = seen.mesh && seen.classifier && answersOf(seen.mesh, seen.classifier);
    follow(page);
    page.probing.show();
  }
  Object.assign(page.root.dataset, { state: seen.state, step: seen.step, where: page.player.where });
}

// src/page/layer_controls.mjs
var LASTING = 4e3;
function layerControls(page) {
  const { state, views } = page, { look } = state, title = node("span", {});
  const layer = layerSlider(title, showLayer);
  function showLayer(value) {
    const { L } = state.configuration;
    look.layer = value === L ? null : value;
    layer.show(L, value);
    for (const view of [views.trajectories, views.features, views.layers]) view.soon();
  }
  const flowing = flowButton(page, showLayer);
  const degrees = (value) => `${Math.round(value)}°`.replace("-", "−");
  const turn = slider("turn", "", range(-36, 36).map((k) => 5 * k), (value) => {
    page.turning.want(false);
    look.azim = value;
    views.trajectories.soon();
    views.features.soon();
  }, degrees);
  const flat2 = node("button", { type: "button", click: () => {
    look.view = look.view === 2 ? 3 : 2;
    follow(page);
    for (const part of page.controls) part.show();
  } }, "flat");
  const tools2 = node("div", { class: "rkp-row" }, flowing.button, flat2);
  const axes = node("div", { class: "rkp-hint rkp-axes" });
  const element = node(
    "div",
    { class: "rkp-layer", role: "group", "aria-label": "Layers" },
    layer.element,
    tools2,
    turn.element,
    axes
  );
  function show2() {
    const { L, d_hat } = state.configuration, inSpace = components(state) === 3;
    layer.show(L, Math.min(look.layer ?? L, L));
    flat2.setAttribute("aria-pressed", String(look.view === 2));
    flat2.disabled = d_hat === 2;
    turn.element.hidden = !inSpace;
    axes.textContent = axesInWords(state.configuration);
    for (const view of [views.trajectories, views.features]) view.canvas.classList.toggle("rkp-turns", inSpace);
  }
  const { button, flow, stop } = flowing;
  return { element, tools: tools2, title, flowing: button, turned: turn.show, flow, show: show2, stop };
}
function axesInWords({ d_hat, lift }) {
  if (d_hat > 3) return `p₁, p₂, p₃: the directions in which the points' ${d_hat} coordinates differ most.`;
  const [names, first] = d_hat === 2 ? ["y₁, y₂", "x₁, x₂"] : ["y₁, y₂, y₃", "x₁, x₂ and 0"];
  const begin = lift === "zero" ? `at layer 0 they are ${first}` : "the lift makes them of x₁, x₂";
  return `${names}: a point's coordinates inside the network; ${begin}.`;
}
function layerSlider(title, chosen) {
  const id = unique("layer");
  const input = node("input", { id, type: "range", min: 0, step: 1, input: () => chosen(input.valueAsNumber) });
  const output = node("output", { for: id });
  const show2 = (most, value) => {
    input.max = String(most);
    input.value = String(value);
    output.textContent = `${value} of ${most}`;
    title.textContent = `features at layer ${value}`;
    input.setAttribute("aria-valuetext", `${value} of ${most}`);
  };
  return { element: node("div", { class: "rkp-slider" }, node("label", { for: id }, "layer"), input, output), show: show2 };
}
function flowButton({ state }, showLayer) {
  let due = 0;
  const stop = () => cancelAnimationFrame(due);
  function flow() {
    stop();
    const begin = performance.now(), { L } = state.configuration;
    const frame2 = (now) => {
      const t = Math.min(1, (now - begin) / LASTING);
      showLayer(Math.round(t * L));
      if (t < 1) due = requestAnimationFrame(frame2);
    };
    due = requestAnimationFrame(frame2);
  }
  const title = "Move the points through all layers";
  return { button: node("button", { type: "button", click: flow, title }, icon(ICONS.play), " flow"), flow, stop };
}

// src/page/guide.mjs
var OFTEN = 60;
function guide(page) {
  const { model, root } = page;
  const steps = model.get("guide") ?? [];
  const text = node("div", { class: "rkp-guide-text", "aria-live": "polite" });
  const back = node("button", { type: "button", click: () => go(at - 1) }, "Back");
  const next = node("button", { type: "button", class: "rkp-next", click: () => go(at + 1) }, "Next");
  const skip = node("button", { type: "button", click: close }, "Skip");
  const element = node(
    "div",
    { class: "rkp-guide", role: "group", "aria-label": "Guided start", hidden: true },
    text,
    node("div", { class: "rkp-row" }, back, next, skip)
  );
  const again = node("button", { type: "button", hidden: !steps.length, click: () => go(0) }, "Guided start");
  let at = 0, timer = 0;
  function go(position) {
    if (position >= steps.length) {
      close();
      return;
    }
    at = position;
    const { title, say } = steps[at];
    text.replaceChildren(node("b", {}, `${at + 1} of ${steps.length}. ${title}. `), say);
    back.disabled = at === 0;
    next.textContent = at + 1 < steps.length ? "Next" : "Done";
    skip.hidden = at + 1 === steps.length;
    [element.hidden, again.hidden] = [false, true];
    root.classList.add("rkp-guided");
    root.dataset.lit = steps[at].lit ?? "";
    show2(steps[at]);
  }
  function close() {
    clearTimeout(timer);
    [element.hidden, again.hidden] = [true, false];
    root.classList.remove("rkp-guided");
    delete root.dataset.lit;
  }
  function show2({ configuration, epochs = 0, play, flow }) {
    const { state, choosing: choosing2, playing: playing2, layers, still } = page;
    clearTimeout(timer);
    layers.stop();
    if (!configuration) return;
    playing2.pause();
    state.look.layer = null;
    choosing2.replace(configuration);
    const { samples, batch } = state.configuration;
    const trained = (play && still.matches ? state.configuration.epochs : epochs) * Math.ceil(samples / batch);
    state.look.steps = trained;
    state.touched = false;
    choosing2.build();
    page.undoing.forget();
    for (const part of page.controls) part.show();
    const { generation } = page.player;
    const whenTrained = () => {
      if (page.player.generation !== generation) return;
      if ((state.snapshot?.step ?? -1) < trained) timer = window.setTimeout(whenTrained, OFTEN);
      else if (flow) layers.flow();
      else if (play && !still.matches) playing2.play();
    };
    timer = window.setTimeout(whenTrained, OFTEN);
  }
  function begin() {
    if (steps.length && !location.hash.startsWith(LINK)) go(0);
  }
  return { element, again, begin, stop: () => clearTimeout(timer) };
}

// src/page/legend.mjs
function legend({ state }) {
  const element = node("div", { class: "rkp-key" });
  const show2 = (classes) => {
    const colours = state.theme.classes;
    const entries = range(0, classes - 1).map((k) => node("span", {}, sample2(`<path d="${outline(k, 4)}" fill="${colours[k]}"/>`), `class ${k + 1}`));
    entries.push(node("span", {}, line(""), "new points"), node("span", {}, line("1.5 3"), "training"));
    if (state.run?.bayes !== null) entries.push(node("span", {}, line("5 3"), "best possible"));
    element.replaceChildren(...entries.flatMap((entry) => [entry, " "]));
  };
  return { element, show: show2 };
}
function sample2(content) {
  const place2 = node("span", { "aria-hidden": "true" });
  place2.innerHTML = `<svg width="16" height="12" viewBox="-8 -6 16 12">${content}</svg>`;
  return place2;
}
function line(dash) {
  return sample2(`<path d="M-8 0H8" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="${dash}"/>`);
}

// src/page/tableau_controls.mjs
function tableauControls({ state, choosing: choosing2 }) {
  const [idA, idBeta, idOrder] = ["A", "beta", "order"].map(unique);
  const common = { type: "text", spellcheck: "false", autocomplete: "off", "aria-describedby": idOrder, input: read };
  const A = node("input", { id: idA, ...common, value: "; 2/3; 0, 2/3" });
  const beta = node("input", { id: idBeta, ...common, value: "1/4, 3/8, 3/8" });
  const order = node("div", { id: idOrder, class: "rkp-hint", "aria-live": "polite" });
  const element = node(
    "div",
    { class: "rkp-tableau", role: "group", "aria-label": "Your own tableau" },
    node("label", { for: idA }, "rows of ", node("i", {}, "A"), ", between semicolons"),
    A,
    node("label", { for: idBeta }, "weights ", node("i", {}, "β")),
    beta,
    order
  );
  function read() {
    const text = typedTableau(A.value, beta.value);
    try {
      const { s, order: p } = readTableau(text);
      order.classList.remove("rkp-wrong");
      order.textContent = `An explicit scheme of ${s} ${s === 1 ? "stage" : "stages"} and order ${p}.`;
      for (const input of [A, beta]) input.removeAttribute("aria-invalid");
      choosing2.choose({ net: "RKNet", scheme: text });
    } catch (error) {
      order.classList.add("rkp-wrong");
      order.textContent = said(error);
      (said(error).startsWith("beta") ? beta : A).setAttribute("aria-invalid", "true");
    }
  }
  function open2() {
    element.hidden = false;
    read();
  }
  function write(scheme) {
    const shown2 = typedTableau(A.value, beta.value);
    if (JSON.stringify(shown2) !== JSON.stringify({ A: scheme.A, beta: scheme.beta })) {
      A.value = scheme.A.map((row) => row.join(", ")).join("; ");
      beta.value = scheme.beta.join(", ");
    }
    if (!order.textContent) order.textContent = `An explicit scheme of order ${readTableau(scheme).order}.`;
  }
  function show2() {
    const { net, scheme } = state.configuration, typed = net === "RKNet" && typeof scheme !== "string";
    if (typed) write(scheme);
    element.hidden = !typed;
  }
  return { element, open: open2, show: show2 };
}

// src/page/net_controls.mjs
var STEP_SIZES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2];
function netControls(page) {
  const { state, choosing: { choose: choose2 } } = page, tableau = tableauControls(page);
  const net = select("network", { ...NET_NAMES, [OWN_TABLEAU]: "your own tableau" }, (value) => {
    if (value === "StandardNet") choose2({ net: "StandardNet" });
    else if (value === OWN_TABLEAU) tableau.open();
    else choose2({ net: "RKNet", scheme: value });
  });
  const activation = select("activation", ACTIVATION_NAMES, (value) => choose2({ activation: (
    /** @type {ActivationName} */
    value
  ) }));
  const width = slider(
    "width",
    "d̂",
    range(...LIMITS.d_hat),
    (value) => choose2({ d_hat: value }),
    short,
    "coordinates that a point has inside the network"
  );
  const depth = slider("depth", "L", range(...LIMITS.L), (value) => choose2({ L: value }), short, "number of layers");
  const stepSize = slider("step size", "h", STEP_SIZES, (value) => choose2({ h: value }), short, "how far one layer can move a point");
  const element = node(
    "div",
    { class: "rkp-net", role: "group", "aria-label": "Network" },
    node("div", { class: "rkp-pair" }, net.element, activation.element),
    tableau.element,
    width.element,
    depth.element,
    stepSize.element
  );
  function show2() {
    const { configuration } = state, plain = configuration.net === "StandardNet";
    const typed = !plain && typeof configuration.scheme !== "string";
    net.show(typed ? OWN_TABLEAU : plain ? "StandardNet" : String(configuration.scheme));
    tableau.show();
    activation.show(configuration.activation);
    width.show(configuration.d_hat);
    depth.show(configuration.L);
    stepSize.show(configuration.h);
    stepSize.input.disabled = plain;
  }
  return { element, show: show2 };
}

// src/page/notebook.mjs
var ours = /* @__PURE__ */ new WeakSet();
function notebook(page) {
  const { model, state, player, inNotebook, choosing: choosing2 } = page;
  let written2 = "";
  let silent = false;
  async function shareWeights() {
    const weights = await player.weights();
    if (!weights) return false;
    written2 = JSON.stringify(WEIGHT_NAMES.map((name) => [name, base64(weights[name])]));
    const named2 = Object.fromEntries(JSON.parse(written2));
    ours.add(named2);
    model.set("weights", named2);
    return true;
  }
  async function share2(what) {
    if (!inNotebook) return;
    if (what.includes("history") && silent && state.snapshot?.step === 0) return;
    silent = false;
    try {
      if (what.includes("configuration")) {
        ours.add(state.configuration);
        model.set("configuration", state.configuration);
      }
      if (what.includes("history") && state.snapshot) model.set("history", state.snapshot.history);
      if (what.includes("weights") && state.snapshot && !await shareWeights()) return;
      if (what.includes("record")) model.set("record", await player.record());
      model.save_changes();
    } catch (error) {
      console.warn("playground:", error);
    }
  }
  function start() {
    choosing2.replace(model.get("configuration") ?? {});
    state.touched = false;
    const { data } = state.configuration;
    if (typeof data !== "string") state.own = data;
    state.given = weightsOf(model);
    choosing2.build();
  }
  function begin() {
    start();
    silent = Boolean(model.get("history")?.val_cost?.length);
  }
  const heard = () => {
    const asked = model.get("configuration");
    if (!asked || JSON.stringify(asked) === JSON.stringify(state.configuration)) return;
    choosing2.replace(asked, true);
    silent = ours.has(asked);
  };
  const sent = () => {
    const asked = model.get("weights");
    if (!asked?.K || ours.has(asked)) return;
    if (JSON.stringify(WEIGHT_NAMES.map((name) => [name, asked[name]])) !== written2) start();
  };
  model.on("change:configuration", heard);
  model.on("change:weights", sent);
  const stop = () => {
    model.off("change:configuration", heard);
    model.off("change:weights", sent);
  };
  return { share: share2, begin, stop };
}
function weightsOf(model) {
  const sent = model.get("weights");
  if (!sent?.K) return void 0;
  return (
    /** @type {Weights} */
    Object.fromEntries(WEIGHT_NAMES.map((name) => [name, toFloats(sent[name])]))
  );
}

// src/setup/csv.mjs
var ROWS = 4e3;
var CLASSES = 4;
var REACH = 3.5;
var EVERY = 4;
function fromCsv(text) {
  const { names, rows } = tableOf(text), labels = [...new Set(rows.map((row) => row[row.length - 1]))].sort();
  if (labels.length < 2 || labels.length > CLASSES) {
    refuseText("class", `one of 2 .. ${CLASSES} different values in the last column`, `${labels.length} of them`);
  }
  const columns = [0, 1].map((k) => scaled(rows.map((row, n) => numberIn(row[k], names[k], n))));
  const c = rows.map((row) => labels.indexOf(row[row.length - 1])), seen = labels.map(() => 0);
  const parts = { train: (
    /** @type {number[]} */
    []
  ), validation: (
    /** @type {number[]} */
    []
  ) };
  c.forEach((label, n) => (seen[label]++ % EVERY === EVERY - 1 ? parts.validation : parts.train).push(n));
  const some2 = (which) => ({ X: which.map((n) => columns.map((column) => column[n])), c: which.map((n) => c[n]) });
  const given = { classes: labels.length, ...some2(parts.train), ...parts.validation.length ? { validation: some2(parts.validation) } : {} };
  const words2 = `${rows.length} points in ${labels.length} classes (${labels.join(", ")}): ${parts.train.length} to train with, ${parts.validation.length} new ones. ${names[0]} and ${names[1]} are each scaled to −${REACH} … ${REACH}.`;
  return { given, words: words2 };
}
function tableOf(text) {
  const lines = text.split(/\r?\n/).filter((line2) => line2.trim());
  if (lines.length < 4 || lines.length > ROWS + 1) refuseText("table", `4 .. ${ROWS} rows`, `${lines.length} ${lines.length === 1 ? "row" : "rows"}`);
  const mark = [";", "	", ","].find((each) => lines[0].includes(each)) ?? ",";
  const rows = lines.map((line2) => line2.split(mark).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1")));
  if (mark !== ",") for (const row of rows) for (const k of [0, 1]) row[k] = (row[k] ?? "").replace(",", ".");
  const odd = rows.findIndex((row) => row.length < 3 || row.length !== rows[0].length);
  if (odd >= 0) refuseText(`row ${odd + 1}`, "two numbers and a class, as many columns as the first row", rows[odd].join(mark));
  const named2 = rows[0].slice(0, 2).some((cell) => !Number.isFinite(Number(cell)));
  return { names: named2 ? rows[0] : ["column 1", "column 2"], rows: named2 ? rows.slice(1) : rows };
}
function numberIn(cell, name, row) {
  const value = Number(cell);
  if (cell === "" || !Number.isFinite(value)) refuse(`${name} in row ${row + 1} of the points`, "a number", cell);
  return value;
}
function scaled(values) {
  const least = values.reduce((a, b) => Math.min(a, b)), most = values.reduce((a, b) => Math.max(a, b));
  const half = most > least ? (most - least) / 2 : 1;
  return values.map((x) => REACH * (x - (least + most) / 2) / half);
}

// src/page/table_controls.mjs
var HINT = "Two columns of numbers, the class in the last one; commas, semicolons or tabs. A file can be dropped on the prediction.";
function tableControls({ state, choosing: choosing2, views }) {
  const [idText, idFile, idSaid] = ["table", "file", "said"].map(unique), answer = node("div", { id: idSaid, class: "rkp-hint", role: "status" }, HINT);
  const text = node("textarea", { id: idText, rows: 4, spellcheck: "false", "aria-describedby": idSaid });
  const file = node("input", { id: idFile, type: "file", accept: ".csv,.tsv,.txt,text/csv", change: () => read(file.files?.[0]) });
  function take() {
    try {
      const { given, words: words2 } = fromCsv(text.value);
      answer.classList.remove("rkp-wrong");
      tell(answer, words2);
      state.own = given;
      choosing2.choose({ data: given });
    } catch (error) {
      answer.classList.add("rkp-wrong");
      tell(answer, said(error));
    }
  }
  async function read(chosen) {
    if (!chosen) return;
    text.value = await chosen.text();
    take();
  }
  const board = views.decision.canvas;
  board.addEventListener("dragover", (event) => event.preventDefault());
  board.addEventListener("drop", (event) => {
    event.preventDefault();
    const [dropped] = event.dataTransfer?.files ?? [];
    details.open = true;
    read(dropped);
  });
  const details = node(
    "details",
    {},
    node("summary", {}, "points from a table (CSV)"),
    node(
      "div",
      { class: "rkp-table" },
      node("label", { for: idText }, "paste it here"),
      text,
      node("button", { type: "button", click: take }, "Use the table"),
      node("label", { for: idFile }, "or open a file"),
      file,
      answer
    )
  );
  return details;
}

// src/page/own_points.mjs
var HINT2 = "Draw in the prediction. By keyboard: arrows move the cross there, Enter sets a point.";
function ownPoints(page) {
  const { state, root, views } = page, board = views.decision.canvas;
  function redraw(points) {
    state.own = withClasses({ classes: 2, ...points });
    if (new Set(state.own.c).size < 2) {
      page.playing.pause();
      page.choosing.stop();
      state.problem = "Draw points of at least two classes.";
      page.sentence.tell();
      for (const part of page.controls) part.show();
      views.decision.soon();
    } else {
      const epochs = Math.max(200, state.configuration.epochs);
      page.choosing.choose({ data: state.own, epochs });
    }
  }
  const tools2 = ownTools(page, redraw);
  const add = (point) => redraw({ X: [...state.own.X, point], c: [...state.own.c, state.drawnClass] });
  board.setAttribute("tabindex", "0");
  board.setAttribute("role", "application");
  drawnByHand(page, add);
  drawnByKeyboard(page, add, tools2.show);
  function show2() {
    const own = isOwn(state);
    tools2.element.hidden = !own;
    tools2.show();
    root.classList.toggle("rkp-drawing", own);
    board.classList.toggle("rkp-draws", own);
  }
  return { element: tools2.element, redraw, show: show2 };
}
function ownTools(page, redraw) {
  const { state } = page;
  const choose2 = (k) => {
    state.drawnClass = k;
    show2();
  };
  const buttons = range(0, OWN_CLASSES - 1).map((k) => node("button", { type: "button", click: () => choose2(k) }, `class ${k + 1}`));
  const undo = () => redraw({ X: state.own.X.slice(0, -1), c: state.own.c.slice(0, -1) });
  const element = node(
    "div",
    { class: "rkp-own", role: "group", "aria-label": "Your own points" },
    node("div", { class: "rkp-row", role: "group", "aria-label": "Class that is drawn" }, ...buttons),
    node(
      "div",
      { class: "rkp-row" },
      node("button", { type: "button", click: undo }, "Undo"),
      node("button", { type: "button", click: () => redraw({ X: [], c: [] }) }, "Clear")
    ),
    node("div", { class: "rkp-hint" }, HINT2),
    tableControls(page)
  );
  const show2 = () => buttons.forEach((button, k) => button.setAttribute("aria-pressed", String(k === state.drawnClass)));
  return { element, show: show2 };
}
function drawnByHand({ state, views }, add) {
  const board = views.decision.canvas;
  const place2 = (event) => {
    const { left, top, width, height: height2 } = board.getBoundingClientRect();
    const [u, v] = [(event.clientX - left) / width, (event.clientY - top) / height2];
    return [u * 2 * EDGE - EDGE, EDGE - v * 2 * EDGE].map(onGrid);
  };
  let drawing = false;
  board.addEventListener("pointerdown", (event) => {
    if (!isOwn(state)) return;
    drawing = true;
    board.setPointerCapture(event.pointerId);
    add(place2(event));
  });
  board.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    const point = place2(event), before = state.own.X[state.own.X.length - 1];
    if (!before || Math.hypot(point[0] - before[0], point[1] - before[1]) > 0.25) add(point);
  });
  for (const end of ["pointerup", "pointercancel"]) board.addEventListener(end, () => {
    drawing = false;
  });
}
var KEYS = { 1: 0, 2: 1, 3: 2 };
function drawnByKeyboard({ state, views }, add, showClass) {
  const { cursor } = state, board = views.decision.canvas;
  board.addEventListener("keydown", (event) => {
    if (!isOwn(state)) return;
    if (event.key === "Enter") add([cursor.x, cursor.y]);
    else if (event.key in KEYS) {
      state.drawnClass = KEYS[event.key];
      showClass();
    } else return;
    cursor.shown = true;
    views.decision.soon();
    event.preventDefault();
  });
}

// src/page/playing.mjs
var CATCH_UP = 150;
var NARROW = 560;
function watch({ root, views, still }) {
  if (root.clientWidth >= NARROW) return;
  const { top, bottom } = views.decision.canvas.getBoundingClientRect();
  if (top >= 0 && bottom <= window.innerHeight - 60) return;
  views.decision.canvas.scrollIntoView({ block: "center", behavior: still.matches ? "auto" : "smooth" });
}
function playing(page) {
  const { state, player } = page, { look } = state;
  let wanted = false, pacing = 0, catchingUp = 0;
  function play() {
    const { snapshot, configuration } = state;
    if (snapshot?.state === "finished" && snapshot.step >= snapshot.stepsPerEpoch * configuration.epochs) reset();
    wanted = state.playing = true;
    look.steps = catchingUp = 0;
    stop();
    const pace = page.bar.pace();
    if (pace.steps) stepAt(pace.steps);
    else player.play(pace.lasting);
    page.turning.begin();
    page.bar.show();
  }
  function stepAt(pace) {
    let target = state.snapshot?.step ?? 0;
    pacing = window.setInterval(() => {
      if ((state.snapshot?.step ?? 0) < target) return;
      const steps = Math.max(1, Math.round(pace / 10));
      target += steps;
      player.step(steps);
    }, Math.max(100, 1e3 / pace));
  }
  function pause() {
    wanted = state.playing = false;
    catchingUp = 0;
    stop();
    player.pause();
    page.turning.end();
    page.bar.show();
  }
  function step() {
    pause();
    player.step(1);
  }
  function reset() {
    const again = state.playing;
    pause();
    look.steps = 0;
    player.reset();
    if (again) play();
  }
  function restart(configure) {
    const again = wanted && look.steps === 0;
    pause();
    configure();
    catchingUp = look.steps;
    if (again) play();
  }
  function catchUp(seen, over) {
    if (over && state.playing) pause();
    if (catchingUp > seen.step && !over) {
      const atATime = Math.max(1, Math.round(CATCH_UP / (seen.msPerStep || 1)));
      player.step(Math.min(catchingUp - seen.step, atATime));
    } else {
      if (catchingUp) state.box.m = state.near.m = 0;
      catchingUp = 0;
    }
  }
  const toggle = () => state.playing ? pause() : (play(), watch(page));
  const stop = () => clearInterval(pacing);
  return { play, pause, toggle, step, reset, restart, catchUp, stop };
}

// src/page/presets.mjs
function presets({ offered, state, choosing: choosing2, guide: guide2, task }) {
  const chips = offered.map((preset) => {
    const click = () => {
      state.look.layer = null;
      choosing2.replace(preset.configuration, true);
    };
    return { preset, button: node("button", { type: "button", click }, preset.title) };
  });
  const element = node(
    "div",
    { class: "rkp-presets", role: "group", "aria-label": "Experiments" },
    ...task.element ? [task.element] : [],
    ...chips.map((chip) => chip.button),
    guide2.again,
    guide2.element
  );
  const show2 = () => {
    for (const { preset, button } of chips) button.setAttribute("aria-pressed", String(choosing2.isChosen(preset)));
  };
  return { element, show: show2 };
}

// src/page/probing.mjs
var NEAR = 8;
var NEAR_IN_SPACE = 16;
var HINT3 = "Point at a picture to follow one point.";
function probing(page) {
  const { state, player, views } = page, element = node("div", { class: "rkp-probe" }, HINT3);
  let due = 0;
  let wanted = null;
  function pick(x) {
    wanted = x;
    due ||= requestAnimationFrame(() => {
      due = 0;
      player.probe(wanted);
      if (wanted) return;
      state.probe = null;
      show2();
      for (const view of [views.decision, views.features, views.trajectories]) view.soon();
    });
  }
  function show2() {
    const { probe } = state;
    if (!probe) {
      if (element.textContent !== HINT3) element.textContent = HINT3;
      return;
    }
    const place2 = probe.x.map((x) => x.toFixed(2).replace("-", "−")).join(", ");
    const classes = Array.from(probe.P, (p, k) => node(
      "span",
      { class: "rkp-share" },
      sample2(`<path d="${outline(k, 4)}" fill="${state.theme.classes[k]}"/>`),
      share(p)
    ));
    element.replaceChildren(`(${place2}): `, ...classes.flatMap((each) => [each, " "]));
  }
  const stop = () => cancelAnimationFrame(due);
  followPointer(page, views.decision, inPlane(state), pick);
  for (
    const [view, nearest] of
    /** @type {const} */
    [[views.features, nearestFeature], [views.trajectories, nearestTrajectory]]
  ) {
    followPointer(page, view, (u, v, width, height2) => {
      const scene = sceneOf(state, view === views.features), { n, far } = scene ? nearest(scene, width, height2, u, v) : { n: -1, far: Infinity };
      return far < NEAR_IN_SPACE && state.run ? pointOf(state.run.validation.X, n) : null;
    }, pick);
  }
  followKeys(page, pick);
  return { element, show: show2, pick, stop };
}
var pointOf = (X, n) => [X[2 * n], X[2 * n + 1]];
function inPlane(state) {
  return (u, v, width, height2) => {
    const { run, look } = state, known2 = look.points === "training" ? run?.train : run?.validation;
    const X = known2?.X.subarray(0, 2 * POINTS) ?? new Float32Array(0), spots = toCanvas(X, width, height2);
    let [best, least] = [-1, NEAR];
    for (let n = 0; 2 * n < spots.length; n++) {
      const far = Math.hypot(spots[2 * n] - u, spots[2 * n + 1] - v);
      if (far < least) [best, least] = [n, far];
    }
    return best >= 0 ? pointOf(X, best) : (
      /** @type {[number, number]} */
      [(2 * u / width - 1) * EDGE, (1 - 2 * v / height2) * EDGE]
    );
  };
}
function followPointer({ state }, { canvas }, find, pick) {
  const look = (event) => {
    if (!state.run || event.pointerType === "mouse" && event.buttons) return;
    const { left, top, width, height: height2 } = canvas.getBoundingClientRect();
    const x = find(event.clientX - left, event.clientY - top, width, height2);
    if (x || state.probe) pick(x);
  };
  canvas.addEventListener("pointermove", look);
  canvas.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse") look(event);
  });
  canvas.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") pick(null);
  });
}
var MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
function followKeys({ state, views }, pick) {
  const { cursor } = state, { canvas } = views.decision;
  canvas.addEventListener("focus", () => {
    cursor.shown = canvas.matches(":focus-visible");
    views.decision.soon();
  });
  canvas.addEventListener("blur", () => {
    if (cursor.shown) pick(null);
    cursor.shown = false;
    views.decision.soon();
  });
  canvas.addEventListener("keydown", (event) => {
    const move = MOVES[event.key], size = event.shiftKey ? 1 : 0.2;
    if (move) [cursor.x, cursor.y] = [onGrid(cursor.x + size * move[0]), onGrid(cursor.y + size * move[1])];
    else if (event.key !== "Escape") return;
    cursor.shown = Boolean(move);
    pick(move ? [cursor.x, cursor.y] : null);
    views.decision.soon();
    event.preventDefault();
  });
}

// src/words/narration.mjs
function judged({ data }) {
  return typeof data === "string" || data.validation ? "new points" : "the points";
}
function narration(run, snapshot, spread, about, guess = "") {
  const { history: history2, step, state } = snapshot, accuracy = last(history2.val_accuracy);
  const collapse = collapsing(spread, run.configuration.L);
  if (state === "diverged") return diverged(run.configuration, step);
  if (step === 0) return `${collapse || about || "Nothing has been learned yet: the weights are random."} Press play.`;
  if (!Number.isFinite(accuracy) || history2.val_accuracy.length < 2) {
    return collapse || about || "The first epoch is under way.";
  }
  const done = state === "finished" ? `All ${run.configuration.epochs} epochs are done. ` : "";
  return done + (collapse || restless(run, snapshot) || `${learned(run, snapshot, about)}${guess && ` ${guess}`}`);
}
var RECENT = 4;
var LARGE_RATE = 0.01;
var last = (values) => values[values.length - 1];
function collapsing(spread, L) {
  const kept = spread.length ? spread[L] / spread[0] : 1;
  if (!(kept < 0.01)) return "";
  const share2 = kept === 0 ? "0" : short(Number(kept.toPrecision(1)));
  const answer = kept < 1e-5 ? ", so every point gets the same answer" : "";
  return `The features are collapsing: at layer ${L} their spread is ${share2} of what it was at the input${answer}.`;
}
function diverged({ net, h, rate }, step) {
  const smallerStep = net === "RKNet" ? `a smaller step than h = ${short(h)}` : "";
  if (step === 0) return `The features overflow before training begins. Take ${smallerStep || "smaller weights"}.`;
  const remedy = `a smaller learning rate than ${short(rate)}${smallerStep && ` or ${smallerStep}`}`;
  return `Training has diverged: the cost is no longer a finite number. Reset, and take ${remedy}.`;
}
function restless({ classes, configuration: { net, h, rate } }, { history: { val_cost, val_accuracy } }) {
  const lately = val_cost.slice(-RECENT), guess = Math.log(classes);
  if (lately.length < RECENT || rate < LARGE_RATE) return "";
  const least = Math.min(...lately), most = Math.max(...lately);
  const settled = most < 0.5 * guess || least < 0.85 * guess && last(lately) < 1.15 * least;
  if (settled) return "";
  const smallerStep = net === "RKNet" && h > 0.5 ? ` or a smaller step size than h = ${short(h)}` : "";
  return `The cost does not settle: it was between ${decimal(least, 2)} and ${decimal(most, 2)} in the last epochs, and ${percent(last(val_accuracy))} are right. The steps of training are too large; take a smaller learning rate than ${short(rate)}${smallerStep}.`;
}
function learned({ bayes: bayes2, classes, configuration }, { history: history2, epoch }, about) {
  const accuracy = last(history2.val_accuracy), training = last(history2.train_accuracy);
  const right = `${percent(accuracy)} of ${judged(configuration)} are right`;
  if (bayes2 !== null && accuracy > bayes2 - 0.01) {
    return `${right}; no classifier can exceed ${percent(bayes2)}.`;
  }
  if (training - accuracy > 0.05) {
    return `The network is right on ${percent(training)} of the points it was trained with, but on ${percent(accuracy)} of new ones: it learns them by heart.`;
  }
  if (accuracy < 1 / classes + 0.03) {
    const cost = guessing(last(history2.val_cost), Math.log(classes));
    return `Nothing learned so far: ${percent(accuracy)} is the level of chance, and ${cost}.`;
  }
  const limit = bayes2 === null ? "" : ` The best possible is ${percent(bayes2)}.`;
  const epochs = epoch === 1 ? "one epoch" : `${epoch} epochs`;
  return `${right} after ${epochs}.${limit}${about && epoch > 2 ? ` ${about}` : ""}`;
}
function guessing(cost, guess) {
  const near = cost > 0.9 * guess && cost < 1.1 * guess;
  const beside = near ? "that of guessing" : `${cost > guess ? "above" : "below"} the ${decimal(guess, 2)} of guessing`;
  return `the cost of ${decimal(cost, 2)} is ${beside}`;
}

// src/page/score.mjs
function score(page) {
  const { state, views } = page;
  const title = node("span", {}, "prediction");
  const digits = node("span", {}), number = node("div", { class: "rkp-number" }, digits, node("small", {}, " %")), ofWhat = node("div", {});
  const facts = { best: node("b", {}), train: node("b", {}), cost: node("b", {}) };
  const element = node(
    "div",
    { class: "rkp-score" },
    node(
      "div",
      {},
      number,
      ofWhat,
      node(
        "div",
        { class: "rkp-facts" },
        node("span", {}, "best possible "),
        facts.best,
        node("span", {}, "in training "),
        facts.train,
        node("span", {}, "cost "),
        facts.cost
      )
    ),
    views.accuracy.canvas
  );
  function show2() {
    page.bar.show();
    const { run, snapshot } = state;
    if (!run || !snapshot) return;
    const { history: history2 } = snapshot, last2 = (values) => values[values.length - 1];
    const accuracy = last2(history2.val_accuracy);
    tell(digits, accuracy === void 0 ? "–" : (100 * accuracy).toFixed(1));
    tell(title, accuracy === void 0 ? "prediction" : `prediction: ${percent(accuracy)} right`);
    tell(ofWhat, `of ${judged(run.configuration)} right`);
    tell(facts.best, run.bayes === null ? "–" : percent(run.bayes));
    tell(facts.train, history2.train_accuracy.length ? percent(last2(history2.train_accuracy)) : "–");
    tell(facts.cost, history2.val_cost.length ? decimal(last2(history2.val_cost), 3) : "–");
    page.sentence.tell();
    page.task.show();
    page.heard?.();
  }
  return { element, title, show: show2 };
}

// src/words/formula.mjs
function escaped(text) {
  return text.replace(/[&<>"]/g, (letter3) => `&#${letter3.charCodeAt(0)};`);
}
function formula(configuration, classes) {
  const { net, h, d_hat, L, lift, activation } = configuration;
  const id = (x) => `<mi>${x}</mi>`, num = (x) => `<mn>${escaped(String(x))}</mn>`;
  const op = (x) => `<mo>${x}</mo>`, row = (...parts) => `<mrow>${parts.join("")}</mrow>`;
  const at = (x, l2) => `<msup>${id(x)}${row(op("["), l2, op("]"))}</msup>`;
  const sub = (x, i) => `<msub>${id(x)}${num(i)}</msub>`;
  const l = id("l"), next = row(id("l"), op("+"), num(1));
  const sigma = `<mi mathvariant="normal">${ACTIVATION_NAMES[activation]}</mi>`;
  const f2 = (y) => row(sigma, op("("), at("K", l), y, op("+"), at("b", l), op(")"));
  const to = (most) => row(l, op("="), num(0), op(","), op("…"), op(","), num(most));
  const sum2 = (coefficients) => {
    const fractions = coefficients.map((text) => text.split("/").map(Number)).map(([p, q2 = 1]) => [p, q2]);
    const gcd = (a, b) => {
      while (b) [a, b] = [b, a % b];
      return a;
    };
    const q = fractions.reduce((all, [p, each]) => p ? all * each / gcd(all, each) : all, 1);
    const terms = fractions.map(([p, each], j) => ({ p: p * q / each, j })).filter(({ p }) => p);
    if (!terms.length) return [];
    if (terms.length === 1) {
      const c = h * terms[0].p / q;
      return [op(c < 0 ? "−" : "+"), num(short(Number(Math.abs(c).toPrecision(4)))), sub("f", terms[0].j + 1)];
    }
    const written2 = terms.map(({ p, j }, k) => (k || p < 0 ? k ? op(p < 0 ? "−" : "+") : "<mo form='prefix'>−</mo>" : "") + (Math.abs(p) === 1 ? "" : num(short(Math.abs(p)))) + sub("f", j + 1));
    return [op("+"), q === 1 ? num(short(h)) : `<mfrac>${num(short(h))}${num(q)}</mfrac>`, op("("), ...written2, op(")")];
  };
  const lines = [];
  const M = row(id("M"), id("x"));
  const padded = d_hat === 2 ? id("x") : row(op("("), sub("x", 1), op(","), sub("x", 2), ...Array.from({ length: Math.min(d_hat - 2, 3) }, (_, k) => op(",") + (k === 2 && d_hat > 5 ? op("…") : num(0))), op(")"));
  lines.push(row(at("y", num(0)), op("="), lift === "zero" ? padded : M));
  if (net === "StandardNet") lines.push(row(at("y", next), op("="), f2(at("y", l)), op(","), "<mspace width='1em'/>", to(L - 1)));
  else {
    const tableau = tableauOf(configuration).text;
    if (tableau.beta.length === 1) {
      lines.push(row(at("y", next), op("="), at("y", l), op("+"), num(short(h)), f2(at("y", l)), op(","), "<mspace width='1em'/>", to(L - 1)));
    } else {
      tableau.beta.forEach((_, i) => {
        const terms = sum2((tableau.A[i] ?? []).slice(0, i));
        const stage = terms.length === 0 ? at("y", l) : row(at("y", l), ...terms);
        lines.push(row(sub("f", i + 1), op("="), sigma, op("("), at("K", l), ...terms.length ? [op("("), stage, op(")")] : [stage], op("+"), at("b", l), op(")")));
      });
      lines.push(row(at("y", next), op("="), at("y", l), ...sum2(tableau.beta), op(","), "<mspace width='1em'/>", to(L - 1)));
    }
  }
  lines.push(row(
    "<mi mathvariant='normal'>P</mi>",
    op("("),
    "<mi mathvariant='normal'>class</mi>",
    op(")"),
    op("="),
    "<mi mathvariant='normal'>softmax</mi>",
    op("("),
    id("W"),
    at("y", num(L)),
    op("+"),
    id("μ"),
    op(")"),
    op("∈"),
    `<msup><mi mathvariant="normal">ℝ</mi>${num(classes)}</msup>`
  ));
  return lines.map((line2) => `<math>${line2}</math>`);
}

// src/geometry/islands.mjs
function emptyRegions(P, columns, classes, cells) {
  const count = columns * columns, answer = new Uint8Array(count), region = new Int32Array(count).fill(-1);
  for (let n = 0; n < count; n++) {
    for (let k = 1; k < classes; k++) if (P[n * classes + k] > P[n * classes + answer[n]]) answer[n] = k;
  }
  const found = [];
  for (let start = 0; start < count; start++) {
    if (region[start] >= 0) continue;
    const here = { class: answer[start], size: 0, column: 0, row: 0, points: 0 }, waiting = [start];
    region[start] = found.length;
    for (let n = waiting.pop(); n !== void 0; n = waiting.pop()) {
      const column = n % columns, row = (n - column) / columns;
      here.size++;
      here.column += column;
      here.row += row;
      const around = [column > 0 ? n - 1 : -1, column + 1 < columns ? n + 1 : -1, n - columns, n + columns];
      for (const next of around) {
        if (next < 0 || next >= count || region[next] >= 0 || answer[next] !== here.class) continue;
        region[next] = found.length;
        waiting.push(next);
      }
    }
    found.push(here);
  }
  for (const [column, row] of cells) {
    if (column >= 0 && column < columns && row >= 0 && row < columns) found[region[row * columns + column]].points++;
  }
  return found.filter((here) => here.points === 0).map((here) => ({ class: here.class, share: here.size / count, column: here.column / here.size, row: here.row / here.size })).sort((a, b) => b.share - a.share);
}

// src/words/guesses.mjs
var LEAST2 = 4e-3;
function guesses(P, cells, classes, { X }) {
  const cell = (t) => Math.floor(t / (2 * EDGE) * cells);
  const places = Array.from({ length: X.length / 2 }, (_, n) => (
    /** @type {[number, number]} */
    [cell(X[2 * n] + EDGE), cell(EDGE - X[2 * n + 1])]
  ));
  const [first] = emptyRegions(P, cells, classes, places).filter(({ share: share2 }) => share2 > LEAST2);
  if (!first) return "";
  const third = (t, names) => names[Math.min(2, Math.floor(3 * t / cells))];
  const [up, across] = [third(first.row, ["top", "", "bottom"]), third(first.column, ["left", "", "right"])];
  const where = up || across ? `at the ${[up, across].filter(Boolean).join(" ")}` : "in the middle";
  return `No training point lies in the ${COLOUR_NAMES[first.class]} region ${where}: its colour is a guess.`;
}

// src/page/sentence.mjs
var SPOKEN_EVERY = 5e3;
var KERNELS = { webassembly: "WebAssembly", javascript: "JavaScript" };
function sentence(page) {
  const { state } = page, element = node("div", { class: "rkp-sentence" });
  const formulas = node("div", { class: "rkp-formula", role: "group", "aria-label": "What is trained", tabindex: 0 });
  const small = node("div", { class: "rkp-small" });
  const spoken = node("div", { class: "rkp-spoken", role: "status", "aria-live": "polite" });
  let spokenAt = 0;
  function say() {
    const { run, snapshot, problem, flow, about } = state;
    const said2 = run && snapshot ? narration(run, snapshot, flow?.spread ?? [], about, guess()) : "";
    tell(element, problem || page.undoing.words() + said2);
    if (run && snapshot) tell(small, sizes(run, snapshot));
  }
  function guess() {
    const { decision, run, snapshot } = state;
    if (!decision || !run || !snapshot || typeof run.configuration.data !== "string") return "";
    return guesses(decision.P, CELLS, run.classes, run.train);
  }
  function showFormula({ configuration, classes }) {
    formulas.innerHTML = formula(configuration, classes).join("");
  }
  function speak({ step, epoch, history: { val_accuracy } }, over) {
    const now = performance.now();
    if (!(over || now - spokenAt > SPOKEN_EVERY) || step === 0 || val_accuracy.length < 2) return;
    spokenAt = now;
    const words2 = `Epoch ${epoch}: ${percent(val_accuracy[val_accuracy.length - 1])} right.`;
    if (spoken.textContent !== words2) spoken.textContent = words2;
  }
  return { element, foot: node("div", { class: "rkp-foot" }, formulas, small, spoken), tell: say, showFormula, speak };
}
function sizes({ order }, { parameters, msPerStep, kernel }) {
  return [
    `${parameters.toLocaleString("en")} trained numbers`,
    ...msPerStep ? [`${msPerStep.toFixed(2)} ms a step in ${KERNELS[kernel]}`] : [],
    ...order === null ? [] : [`scheme of order ${order}`]
  ].join(" · ");
}

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
.rkp .rkp-sentence { font-size: 15px; }
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

// src/page/surroundings.mjs
function watchSurroundings({ state, root, panels, legend: legend2, layers, still }) {
  const recolour = () => {
    state.theme = themeOf(root);
    if (state.run) legend2.show(state.run.classes);
    for (const each of panels) each.soon();
  };
  const calm = () => {
    layers.flowing.hidden = still.matches;
  };
  const around = new MutationObserver(recolour);
  around.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
  around.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
  still.addEventListener("change", calm);
  state.theme = themeOf(root);
  calm();
  return () => {
    around.disconnect();
    still.removeEventListener("change", calm);
  };
}

// src/page/task.mjs
function taskOf({ model, state }) {
  const text = String(model.get("task") ?? ""), goal = (
    /** @type {Goal} */
    model.get("goal") ?? {}
  );
  if (!text) return { element: null, show: () => {
  } };
  const answer = node("strong", { class: "rkp-solved", role: "status" });
  const element = node("div", { class: "rkp-task" }, node("strong", {}, "Your task. "), text, " ", answer);
  let known2 = false;
  function show2() {
    const { run, snapshot } = state;
    known2 ||= Object.keys(goal).length > 0 && Boolean(run && snapshot && solved(goal, run.configuration, snapshot));
    if (!known2 || answer.textContent || !snapshot) return;
    tell(answer, `✓ Solved: ${percent(snapshot.history.val_accuracy[snapshot.history.val_accuracy.length - 1])} are right.`);
  }
  return { element, show: show2 };
}
function solved({ accuracy, ...rest }, configuration, { state, history: { val_accuracy } }) {
  const holds = (value, wanted) => typeof wanted === "string" ? value === wanted : typeof value === "number" && value >= wanted[0] && value <= wanted[1];
  const [least, most] = typeof accuracy === "object" ? accuracy : [0, 1];
  if (val_accuracy.length < 2 || most < 1 && state !== "finished") return false;
  return holds(val_accuracy[val_accuracy.length - 1], [least, most]) && Object.entries(rest).every(([name, wanted]) => holds(
    /** @type {any} */
    configuration[name],
    wanted
  ));
}

// src/page/turning.mjs
var SWAY = 20;
var PERIOD = 12e3;
var TILT = 0.35;
var EASE = 0.03;
function turning({ state, views, still, layers }) {
  const { look } = state;
  let wanted = true, due = 0, home = 0, phase = 0, before = 0;
  const sway = () => SWAY * Math.sin(2 * Math.PI * phase / PERIOD);
  const round = (azim) => ((azim + 180) % 360 + 360) % 360 - 180;
  function frame2(now) {
    phase += Math.min(100, now - before);
    before = now;
    home += EASE * round(bestAzim() - home);
    const shown2 = Math.round(look.azim);
    look.azim = round(home + sway());
    if (Math.round(look.azim) !== shown2) layers.turned(Math.round(look.azim));
    views.trajectories.soon();
    views.features.soon();
    due = requestAnimationFrame(frame2);
  }
  function bestAzim() {
    const { classifier, configuration, run } = state;
    if (!classifier || configuration.d_hat !== 3 || run?.classes !== 2) return home;
    const [x, y, z] = [0, 1, 2].map((i) => classifier.W[i] - classifier.W[3 + i]), length = Math.hypot(x, y, z);
    const elev = look.elev * Math.PI / 180, reach = Math.cos(elev) * Math.hypot(x, y);
    const found = [TILT, -TILT].flatMap((tilt) => {
      const cosine = (tilt * length - Math.sin(elev) * z) / reach;
      if (!(Math.abs(cosine) <= 1)) return [];
      return [1, -1].map((sign2) => (Math.atan2(y, x) + sign2 * Math.acos(cosine)) * 180 / Math.PI);
    });
    return found.sort((a, b) => Math.abs(round(a - home)) - Math.abs(round(b - home)))[0] ?? home;
  }
  function begin() {
    if (!wanted || due || still.matches || components(state) < 3) return;
    [home, before] = [look.azim - sway(), performance.now()];
    due = requestAnimationFrame(frame2);
  }
  function end() {
    cancelAnimationFrame(due);
    due = 0;
  }
  function want(value) {
    wanted = value;
    button.setAttribute("aria-pressed", String(wanted));
    if (!wanted) end();
  }
  const button = node("button", { type: "button", title: "Let feature space turn while the network is trained", click: () => {
    want(!wanted);
    if (state.playing) begin();
  } }, "sway");
  want(true);
  const show2 = () => {
    button.hidden = still.matches || components(state) < 3;
  };
  return { button, begin, end, want, show: show2 };
}

// src/page/undoing.mjs
function undoing(page) {
  const { state } = page;
  let kept = null;
  let given;
  function undo() {
    if (!kept) return;
    const { configuration, steps } = kept;
    page.playing.pause();
    page.choosing.replace(configuration);
    Object.assign(state, { given: kept.given });
    if (typeof configuration.data !== "string") state.own = configuration.data;
    state.look.steps = steps;
    forget();
    page.choosing.build();
  }
  const element = node("button", { type: "button", class: "rkp-undo", hidden: true, click: undo }, "Undo the change");
  function keep() {
    const { run, snapshot } = state;
    if (run && snapshot && snapshot.step > 0) {
      kept = { configuration: run.configuration, given, steps: snapshot.step, epoch: snapshot.epoch };
    }
    given = state.given;
    element.hidden = !kept;
  }
  function forget() {
    kept = null;
    element.hidden = true;
  }
  function words2() {
    if (!kept || (state.snapshot?.step ?? 0) > 0) return "";
    const trained = kept.epoch ? `${kept.epoch} ${kept.epoch === 1 ? "epoch" : "epochs"}` : `${kept.steps} steps`;
    return `Your change began a new run with new random weights; the one before had ${trained} of training. `;
  }
  return { element, keep, forget, words: words2 };
}

// src/page/opening.mjs
var LABEL = "Playground: train a Runge-Kutta network. Space plays and pauses, period takes a step, r resets.";
function open({ model, el }, heard) {
  const page = newPage(model, heard);
  compose(page);
  hear(page);
  if (!heard) obeyKeys(page);
  obeyPointer(page);
  el.append(page.root);
  const leave = watchSurroundings(page);
  page.layers.turned(page.state.look.azim);
  page.shownPoints.ask();
  if (!page.address.read()) page.notebook.begin();
  page.guide.begin();
  const close = () => {
    for (const part of [page.choosing, page.playing, page.layers, page.probing, page.guide, page.address, page.notebook]) part.stop();
    page.turning.end();
    page.player.close();
    for (const each of page.panels) each.close();
    leave();
    page.root.remove();
  };
  return { page, close };
}
function newPage(model, heard) {
  const page = (
    /** @type {Page} */
    /** @type {unknown} */
    {
      model,
      heard,
      offered: model.get("presets") ?? [],
      compact: Boolean(model.get("compact")),
      inNotebook: !model.get("static"),
      still: window.matchMedia("(prefers-reduced-motion: reduce)"),
      state: newState(),
      panels: [],
      controls: [],
      player: new Player({ source: model.get("_esm") ?? void 0 }),
      root: node("div", { class: "rkp mathjax_ignore tex2jax_ignore", role: "group", tabindex: -1, "aria-label": LABEL })
    }
  );
  page.views = newViews(page);
  page.choosing = choosing(page);
  page.playing = playing(page);
  page.address = address2(page);
  page.notebook = notebook(page);
  page.sentence = sentence(page);
  page.legend = legend(page);
  page.score = score(page);
  page.bar = trainingBar(page);
  page.layers = layerControls(page);
  page.turning = turning(page);
  page.undoing = undoing(page);
  page.guide = guide(page);
  page.task = taskOf(page);
  page.probing = probing(page);
  page.shownPoints = shownPoints(page);
  page.ownPoints = ownPoints(page);
  return page;
}
function compose(page) {
  const { compact, root, bar, layers, views, sentence: sentence2, ownPoints: ownPoints2, playing: playing2 } = page;
  const goesIn = dataControls(page), net = netControls(page), offered = presets(page);
  page.controls.push(goesIn, net, offered, layers, page.turning, ownPoints2, page.shownPoints);
  layers.tools.append(page.turning.button);
  const train = { type: "button", class: "rkp-train", click: playing2.toggle };
  root.append(
    node("style", {}, STYLE),
    node(
      "div",
      { class: `rkp-body${compact ? " rkp-compact" : ""}${page.heard ? " rkp-racer" : ""}` },
      node("div", { class: "rkp-top" }, bar.bar, bar.tools),
      offered.element,
      node("div", { class: "rkp-say" }, sentence2.element, page.undoing.element),
      ...compact ? [] : [goesIn.element],
      figure("rkp-traj", "trajectories through the layers", views.trajectories),
      figure("rkp-feat", layers.title, views.features),
      figure("rkp-decide", page.score.title, views.decision),
      layers.element,
      node(
        "div",
        { class: "rkp-right" },
        node("div", { class: "rkp-under" }, ownPoints2.element, page.probing.element, page.legend.element, page.shownPoints.element),
        node("div", { class: "rkp-plots" }, views.cost.canvas, views.layers.canvas)
      ),
      net.element,
      page.score.element,
      ...compact ? [goesIn.element] : [],
      node("button", train, "Train this net"),
      sentence2.foot
    )
  );
}
function figure(name, title, view) {
  return node("div", { class: `rkp-square ${name}` }, node("div", { class: "rkp-title" }, title), view.canvas);
}

// src/page/race.mjs
var LABEL2 = "Race: several networks trained together. Space plays and pauses, period takes a step, r resets.";
var LINES = [
  { colour: "#0072B2", dash: [] },
  { colour: "#D55E00", dash: [7, 3] },
  { colour: "#009E73", dash: [2, 3] },
  { colour: "#CC79A7", dash: [9, 3, 2, 3] }
];
function race({ model, el }) {
  const root = node("div", { class: "rkp rkp-race mathjax_ignore tex2jax_ignore", role: "group", tabindex: -1, "aria-label": LABEL2 });
  const starters = (
    /** @type {Preset[]} */
    model.get("race")
  ), places = starters.map(() => node("div", {}));
  const names = starters.map(() => node("span", {}));
  const board = node("div", { class: "rkp-lanes" }, ...places.map((place2, k) => node("section", {}, node("div", { class: "rkp-lane" }, sign(k), " ", names[k]), place2)));
  const lanes = [];
  const pages = () => lanes.map((lane) => lane.page);
  const curves2 = new Panel("Accuracy of every network by epoch", (pen, width, height2) => paintCurves(pages(), pen, width, height2));
  const play = node("button", { type: "button", class: "rkp-play", click: () => playing2.toggle() });
  const standing = node("div", { class: "rkp-sentence", role: "status" });
  const running = () => pages().some(({ state }) => state.playing);
  const playing2 = {
    toggle: () => {
      const on = running();
      for (const page of pages()) on ? page.playing.pause() : page.playing.play();
      show2();
    },
    step: () => pages().forEach((page) => page.playing.step()),
    reset: () => pages().forEach((page) => page.playing.reset())
  };
  const together = (change) => {
    for (const page of pages()) page.choosing.choose(change(page.state.configuration), true);
  };
  const sets = Object.fromEntries(Object.keys(SETS).map((name) => [name, SET_NAMES[name]]));
  const data = select("data", sets, (value) => together(() => ({ data: (
    /** @type {LawName} */
    value
  ) })));
  const bar = node(
    "div",
    { class: "rkp-race-bar", role: "group", "aria-label": "Race" },
    play,
    node("button", { type: "button", click: playing2.reset, title: "All back to their initial weights (r)" }, "Reset"),
    data.element,
    node("button", { type: "button", click: () => together(({ seed }) => ({ seed: seed + 1 })), title: "Other points, other weights" }, "Next seed")
  );
  function show2() {
    const word = running() ? "Pause" : "Play";
    if (play.textContent?.trim() !== word) play.replaceChildren(icon(running() ? ICONS.pause : ICONS.play), ` ${word}`);
    pages().forEach(({ state }, k) => tell(names[k], described(state.configuration)));
    const [first] = pages();
    if (first && typeof first.state.configuration.data === "string") data.show(first.state.configuration.data);
    tell(standing, running() ? "All are trained, on the same points." : standingOf(pages()));
    curves2.soon();
  }
  root.append(node("style", {}, STYLE), bar, standing, curves2.canvas, board);
  el.append(root);
  const common = model.get("configuration") ?? {};
  starters.forEach((starter, k) => {
    const said2 = { static: true, compact: true, configuration: { ...common, ...starter.configuration }, _esm: model.get("_esm") };
    lanes.push(open({ model: laneModel(said2), el: places[k] }, show2));
  });
  obeyKeys({ root, playing: playing2 });
  show2();
  return () => {
    for (const lane of lanes) lane.close();
    curves2.close();
    root.remove();
  };
}
var laneModel = (said2) => ({ get: (name) => said2[name], set: () => {
}, save_changes: () => {
}, on: () => {
}, off: () => {
} });
function sign(k) {
  const { colour, dash } = LINES[k % LINES.length];
  return sample2(`<path d="M-8 0H8" fill="none" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dash.join(" ")}"/>`);
}
function described({ net, scheme, d_hat, L, h, rate }) {
  const name = net === "StandardNet" ? net : typeof scheme === "string" ? NET_NAMES[scheme] : "your own tableau";
  const step = net === "StandardNet" ? "" : `, h = ${short(h)}`;
  return `${name}, width ${d_hat}, ${L} ${L === 1 ? "layer" : "layers"}${step}, rate ${short(rate)}`;
}
function standingOf(pages) {
  const now = pages.map(({ state: { snapshot, configuration } }) => ({ accuracy: snapshot?.history.val_accuracy[snapshot.history.val_accuracy.length - 1] ?? NaN, epoch: snapshot?.epoch ?? 0, name: described(configuration) }));
  if (now.every(({ epoch }) => epoch === 0)) return "The same points for all. Press play.";
  const words2 = now.map(({ accuracy, epoch }, k) => `${k + 1}: ${percent(accuracy)} after ${epoch} ${epoch === 1 ? "epoch" : "epochs"}`);
  const ahead = now.reduce((best, lane) => lane.accuracy > best.accuracy ? lane : best);
  return `New points right, ${words2.join("; ")}. Ahead: ${ahead.name}.`;
}
function paintCurves(pages, pen, width, height2) {
  const curves2 = pages.map(({ state }) => state.snapshot?.history.val_accuracy ?? []), [first] = pages;
  if (!first?.state.run) return;
  const { theme, run } = first.state, x = Math.max(10, 10 * Math.ceil((Math.max(...curves2.map((y) => y.length)) - 1) / 10));
  const least = curves2.reduce((low2, y) => smallest(y, low2), 1), low = [0.8, 0.6, 0.4, 0.2].find((value) => value <= least) ?? 0;
  paintPlot(pen, width, height2, theme, {
    title: "accuracy on new points in %, by epoch",
    x: [0, x],
    y: [low, largest([], 1.02)],
    xTicks: [0, x / 2, x],
    yTicks: [0, 0.2, 0.4, 0.6, 0.8, 1].filter((value) => value >= low),
    written: (y) => String(Math.round(100 * y)),
    lines: curves2.map((y, k) => {
      const { colour, dash } = LINES[k % LINES.length];
      return { y, colour: theme.dark ? lighter(colour, 0.3) : colour, dash, dots: true };
    }),
    levels: run.bayes === null ? [] : [run.bayes]
  });
}

// src/page/render.mjs
function render(place2) {
  return (place2.model.get("race") ?? []).length ? race(place2) : open(place2).close;
}

// src/main.mjs
var main_default = { render };
export {
  ACTIVATIONS,
  DEFAULTS,
  Engine,
  GENERATOR,
  LIFTS,
  LIMITS,
  Player,
  SCHEMES,
  SETS,
  Trainer,
  bayes,
  cellCentres,
  classesOf,
  main_default as default,
  draw,
  featureNorms,
  formula,
  fromCsv,
  fromLink,
  initialWeights,
  layersOf,
  narration,
  normalQuantile,
  permutation,
  principalAxes,
  project,
  pythonOf,
  readTableau,
  render,
  serve,
  sha256,
  short,
  solved,
  spreads,
  tableauOf,
  threefry,
  toLink,
  turned,
  typedTableau,
  validated,
  weightsHash,
  zeroLines
};
