/**
 * The playground: Runge-Kutta networks trained in the page, in the arithmetic of the compiled engine.
 *
 * Exports, in the order of this file (everything works on plain numbers and typed arrays; nothing touches the document
 * when the module is loaded, because a worker loads it too):
 *
 *   SETS, ACTIVATIONS, LIFTS, SCHEMES, LIMITS, DEFAULTS    what can be chosen, and the first choice
 *   validated(configuration)                               the configuration completed by DEFAULTS, or an Error
 *   readTableau({A, beta})                                 a typed tableau: numbers and order, or an Error
 *   draw, permutation, initialWeights, threefry            everything random, from a seed
 *   bayes(law, noise)                                      the best classifier and its accuracy
 *   Engine                                                 forward, gradients, Adam: the compiled engine's bits
 *   Trainer                                                one run: data, net, history, record
 *   principalAxes, project, featureNorms, cellCentres      what the views need
 *   Player, serve(port)                                    training off the main thread: the page's and worker's sides
 */

// ---------------------------------------------------------------------------------------------------- types

/** @typedef {'donut_1D'|'donut_2D'|'squares'|'spiral'|'donut_2D_6C'|'squares_2D_4C'} LawName */
/** @typedef {'tanh'|'logistic'|'relu'|'softplus'} ActivationName */
/** @typedef {'zero'|'linear'|'orthogonal'|'learned'} LiftName */

/**
 * A Butcher tableau as text: numbers such as "1/3", "-2", "0.25". Rows of A may stop before the diagonal.
 * @typedef {object} TableauText
 * @property {string[][]} A
 * @property {string[]} beta
 */

/**
 * Points in the plane: X holds x1, x2 of one point after the other, c the classes 0, 1, ...
 * @typedef {object} Points
 * @property {Float32Array} X  (N, 2), row by row
 * @property {Int32Array} c    (N,)
 */

/**
 * Points given by a reader or by Python; where `validation` is missing, the training points stand for it.
 * @typedef {object} Given
 * @property {number} classes
 * @property {number[][]} X
 * @property {number[]} c
 * @property {{X: number[][], c: number[]}} [validation]
 */

/**
 * Everything that decides a run. Plain JSON.
 * @typedef {object} Configuration
 * @property {LawName|Given} data
 * @property {number} noise     standard deviation of the noise added after labelling; ignored for given points
 * @property {number} samples   training points drawn, and as many for validation; ignored for given points
 * @property {'StandardNet'|'RKNet'} net
 * @property {string|TableauText} scheme  a name in SCHEMES or a typed tableau; ignored by the StandardNet
 * @property {number} h         step size; ignored by the StandardNet
 * @property {number} d_hat     width
 * @property {number} L         depth
 * @property {ActivationName} activation
 * @property {LiftName} lift
 * @property {number} rate      Adam's learning rate
 * @property {number} batch     samples a step
 * @property {number} epochs    training ends after so many
 * @property {number} seed      decides data, initial weights and the order of the samples
 */

/**
 * The weights in the net's layout, row by row: lift (d_hat, 2), K (L, d_hat, d_hat), b (L, d_hat), W (classes, d_hat),
 * mu (classes,).
 * @typedef {object} Weights
 * @property {Float32Array} lift
 * @property {Float32Array} K
 * @property {Float32Array} b
 * @property {Float32Array} W
 * @property {Float32Array} mu
 */

/**
 * Cost and accuracy (a fraction) on the whole sets: entry 0 before training, entry e after the e-th epoch.
 * @typedef {object} History
 * @property {number[]} train_cost
 * @property {number[]} train_accuracy
 * @property {number[]} val_cost
 * @property {number[]} val_accuracy
 */

/**
 * A rectangle of the plane, sampled at the centres of columns x rows cells, the first row at the top (largest x2).
 * @typedef {object} Window
 * @property {number} left
 * @property {number} right
 * @property {number} bottom
 * @property {number} top
 * @property {number} columns
 * @property {number} rows
 */

/**
 * What the views want in every snapshot.
 * @typedef {object} Views
 * @property {Window|null} grid  the decision regions in this window, or none
 * @property {number} flow       layer states of so many validation points (the first ones), 0 for none
 */

/**
 * Layer states y[0], ..., y[L] of n points.
 * @typedef {object} Flow
 * @property {Float32Array} states  (L+1, n, d_hat), row by row
 * @property {number} n
 * @property {number} L
 * @property {number} d_hat
 */

/**
 * The state of a run, at most 30 times a second.
 * @typedef {object} Snapshot
 * @property {'snapshot'} type
 * @property {number} generation    counts calls of `configure` and `reset`; older ones may still be on their way
 * @property {boolean} playing
 * @property {'ready'|'training'|'finished'|'diverged'} state  diverged: a cost is not finite
 * @property {number} step          steps taken
 * @property {number} epoch         whole epochs done
 * @property {number} stepsPerEpoch
 * @property {number} parameters    number of trained weights
 * @property {History} history
 * @property {number} msPerStep     milliseconds of training a step, 0 before the first
 * @property {'webassembly'|'javascript'} kernel  what computes
 * @property {Float32Array|null} grid   probability of each class: (rows, columns, classes); null if not asked for or
 *   not renewed since the snapshot before
 * @property {Flow|null} flow
 */

/**
 * Sent once after each `configure` or `reset`, before the first snapshot.
 * @typedef {object} Configured
 * @property {'configured'} type
 * @property {number} generation
 * @property {Configuration} configuration  completed
 * @property {number} classes
 * @property {number|null} order            of the scheme, null for the StandardNet
 * @property {Points} train
 * @property {Points} validation
 * @property {number|null} bayes            the best possible accuracy, null for given points
 */

/** @typedef {{type: 'failed', generation: number, message: string}} Failed */
/** @typedef {{type: 'answer', id: number, value: any}} Answered  to `record` and `weights` */
/** @typedef {{type: 'ready'}} Ready */
/** @typedef {Ready|Configured|Snapshot|Failed|Answered} Answer */

/**
 * @typedef {{type: 'configure', generation: number, configuration: Partial<Configuration>, weights?: Weights}
 *   | {type: 'play'} | {type: 'pause'} | {type: 'step', steps: number} | {type: 'reset', generation: number}
 *   | {type: 'views', views: Views} | {type: 'record', id: number} | {type: 'weights', id: number}
 *   | {type: 'shown'} | {type: 'close'}} Request
 */

/**
 * A run as `rknet verify FILE.json` replays it; see rknet/replay.py. Arrays are base64 of little-endian float32.
 * @typedef {object} RunRecord
 * @property {string} format
 * @property {string} generator
 * @property {Configuration} configuration
 * @property {{train: {X: string, c: number[]}, validation: {X: string, c: number[]}}} data
 * @property {'drawn'|'given'} start  whether the initial weights are those that the seed draws
 * @property {{lift: string, K: string, b: string, W: string, mu: string}} initial
 * @property {number} steps
 * @property {History} history
 * @property {string} weights    SHA-256 of the final weights
 */

// -------------------------------------------------------------------------------------- what can be chosen

/** The two-dimensional sets of the paper: classes, and the noise the paper uses. */
export const SETS = /** @type {const} */ ({
  donut_1D: { title: "donut 1D", classes: 2, noise: 0.5 },
  donut_2D: { title: "donut 2D", classes: 2, noise: 0.2 },
  squares: { title: "squares", classes: 2, noise: 0.3 },
  spiral: { title: "spiral", classes: 2, noise: 1 },
  donut_2D_6C: { title: "donut 2D & 6C", classes: 6, noise: 0.2 },
  squares_2D_4C: { title: "squares 2D & 4C", classes: 4, noise: 0.3 },
});

/** @type {ActivationName[]} */
export const ACTIVATIONS = ["tanh", "logistic", "relu", "softplus"];
/** @type {LiftName[]} */
export const LIFTS = ["zero", "linear", "orthogonal", "learned"];

/** @type {Record<string, TableauText & {title: string}>} */
export const SCHEMES = {
  euler: { title: "Euler", A: [[]], beta: ["1"] },
  heun: { title: "Heun", A: [[], ["1"]], beta: ["1/2", "1/2"] },
  kutta3: { title: "Kutta 3", A: [[], ["1/2"], ["-1", "2"]], beta: ["1/6", "2/3", "1/6"] },
  rk4: { title: "RK4", A: [[], ["1/2"], ["0", "1/2"], ["0", "0", "1"]], beta: ["1/6", "1/3", "1/3", "1/6"] },
  rk38: { title: "3/8 rule", A: [[], ["1/3"], ["-1/3", "1"], ["1", "-1", "1"]], beta: ["1/8", "3/8", "3/8", "1/8"] },
};

/** Least and most of each number in a configuration. */
export const LIMITS = /** @type {const} */ ({
  noise: [0, 3], samples: [10, 5000], h: [0.001, 10], d_hat: [2, 16], L: [1, 100], rate: [1e-6, 1], batch: [1, 100],
  epochs: [1, 1000], seed: [0, 4294967295], stages: [1, 8], classes: [2, 6],
});

/** @type {Configuration} */
export const DEFAULTS = {
  data: "donut_2D", noise: 0.2, samples: 1500, net: "RKNet", scheme: "rk4", h: 0.05, d_hat: 3, L: 20,
  activation: "tanh", lift: "zero", rate: 1e-3, batch: 5, epochs: 40, seed: 0,
};

// -------------------------------------------------------------------------------------------- configurations

/** @param {string} field @param {string} rule @param {unknown} got @returns {never} */
function refuse(field, rule, got) {
  throw new Error(`${field}: must be ${rule}, got ${JSON.stringify(got) ?? String(got)}`);
}

/**
 * The configuration completed by DEFAULTS, and the noise by the set's own.
 * @param {Partial<Configuration>} configuration
 * @returns {Configuration}
 * @throws {Error} one line: the field, the rule, the value
 */
export function validated(configuration) {
  if (typeof configuration !== "object" || configuration === null) refuse("configuration", "an object", configuration);
  for (const key of Object.keys(configuration)) {
    if (!(key in DEFAULTS)) refuse("configuration", `made of ${Object.keys(DEFAULTS).join(", ")}`, key);
  }
  const { data } = configuration;
  const noise = typeof data === "string" && Object.hasOwn(SETS, data) ? SETS[data].noise : DEFAULTS.noise;
  const given = Object.fromEntries(Object.entries(configuration).filter(([, value]) => value !== undefined));
  const full = /** @type {Configuration} */ ({ ...DEFAULTS, noise, ...given });
  for (const field of /** @type {const} */ (["noise", "h", "rate"])) {
    const [least, most] = LIMITS[field], value = full[field];
    if (!(typeof value === "number" && value >= least && value <= most)) {
      refuse(field, `a number in ${least} .. ${most}`, value);
    }
  }
  for (const field of /** @type {const} */ (["samples", "d_hat", "L", "batch", "epochs", "seed"])) {
    const [least, most] = LIMITS[field], value = full[field];
    if (!(Number.isInteger(value) && value >= least && value <= most)) {
      refuse(field, `a whole number in ${least} .. ${most}`, value);
    }
  }
  const choose = (/** @type {string} */ field, /** @type {unknown} */ value, /** @type {string[]} */ known) => {
    if (typeof value !== "string" || !known.includes(value)) refuse(field, `one of ${known.join(", ")}`, value);
  };
  choose("net", full.net, ["StandardNet", "RKNet"]);
  choose("activation", full.activation, ACTIVATIONS);
  choose("lift", full.lift, LIFTS);
  if (typeof full.scheme === "string") choose("scheme", full.scheme, Object.keys(SCHEMES));
  else readTableau(full.scheme);
  if (typeof full.data === "string") choose("data", full.data, Object.keys(SETS));
  else checkGiven(full.data);
  return full;
}

/** @param {Given} data */
function checkGiven(data) {
  const [least, most] = LIMITS.classes;
  if (typeof data !== "object" || data === null) refuse("data", "the name of a set, or points", data);
  const { classes } = data;
  if (!(Number.isInteger(classes) && classes >= least && classes <= most)) {
    refuse("data.classes", `a whole number in ${least} .. ${most}`, classes);
  }
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

/** @param {Configuration} configuration @returns {number} */
export function classesOf({ data }) {
  return typeof data === "string" ? SETS[data].classes : data.classes;
}

// -------------------------------------------------------------------------------------------------- tableaus

/** A fraction p / q in lowest terms, q > 0. @typedef {{p: bigint, q: bigint}} Fraction */

/** @param {bigint} p @param {bigint} [q] @returns {Fraction} */
function fraction(p, q = 1n) {
  let [a, b] = [p < 0n ? -p : p, q < 0n ? -q : q];
  while (b) [a, b] = [b, a % b];
  const divisor = q < 0n ? -a : a;
  return { p: p / divisor, q: q / divisor };
}

/** @param {Fraction} a @param {Fraction} b */
const sum = (a, b) => fraction(a.p * b.q + b.p * a.q, a.q * b.q);
/** @param {Fraction} a @param {Fraction} b */
const product = (a, b) => fraction(a.p * b.p, a.q * b.q);
/** @param {Fraction} a */
const written = (a) => (a.q === 1n ? `${a.p}` : `${a.p}/${a.q}`);
const ZERO = fraction(0n), ONE = fraction(1n);

/** @param {string} field @param {unknown} text @returns {Fraction} what "1/3", "-2", "0.25" or "" stands for */
function readFraction(field, text) {
  const match = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:\s*\/\s*(\d+))?\s*$/.exec(String(text ?? ""));
  if (match && String(text ?? "").trim() === "") return ZERO;
  const [, sign, before, after = "", below = "1"] = match ?? ["", "", "", "", ""];
  if (!match || before + after === "" || BigInt(below) === 0n) {
    return refuse(field, "a number such as 1/3, -2 or 0.25", text);
  }
  const value = fraction(BigInt(sign + before + after), 10n ** BigInt(after.length) * BigInt(below));
  // Up to 2^53 both are exact as numbers, and their quotient is the correctly rounded one.
  if (value.p > 2n ** 53n || -value.p > 2n ** 53n || value.q > 2n ** 53n) {
    refuse(field, "a fraction of numbers of at most 15 digits", text);
  }
  return value;
}

/** @typedef {Tree[]} Tree  a rooted tree is the list of its subtrees */

/** @param {Tree} tree @returns {number} */
const nodes = (tree) => tree.reduce((total, subtree) => total + nodes(subtree), 1);
/** @param {Tree} tree @returns {number} */
const density = (tree) => tree.reduce((total, subtree) => total * density(subtree), nodes(tree));

/** @param {number} n @returns {Tree[]} all rooted trees with n nodes */
function trees(n) {
  if (n === 1) return [[]];
  /** @type {Map<string, Tree>} */
  const found = new Map();
  for (let size = 1; size < n; size++) {
    for (const branch of trees(size)) {
      for (const rest of trees(n - size)) {
        const tree = [...rest, branch].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
        found.set(JSON.stringify(tree), tree);
      }
    }
  }
  return [...found.values()];
}

/**
 * @typedef {object} Tableau
 * @property {number} s       number of stages
 * @property {number[][]} A   (s, s)
 * @property {number[]} beta  (s,)
 * @property {number[]} c     (s,) row sums of A
 * @property {number} order   the largest p <= 5 whose order conditions hold exactly
 * @property {TableauText} text  in lowest terms, rows up to the diagonal
 */

/**
 * Read a typed tableau. Entries on and above the diagonal must be missing, empty or zero, and the weights add up to 1.
 * @param {TableauText} tableau
 * @returns {Tableau}
 * @throws {Error} one line: the entry, the rule, the value
 */
export function readTableau(tableau) {
  const { A: rows, beta: weights } = tableau ?? {};
  const [least, most] = LIMITS.stages, s = weights?.length;
  if (!(Array.isArray(weights) && s >= least && s <= most)) refuse("beta", `a list of ${least} .. ${most} weights`, weights);
  if (!(Array.isArray(rows) && rows.length === s && rows.every((row) => Array.isArray(row) && row.length <= s))) {
    refuse("A", `a list of s = ${s} rows of at most s entries`, rows);
  }
  const A = rows.map((row, i) =>
    Array.from({ length: s }, (_, j) => {
      const entry = readFraction(`a_${i + 1}${j + 1}`, row[j]);
      return j < i || entry.p === 0n ? entry : refuse(`a_${i + 1}${j + 1}`, "empty, for the scheme is explicit", row[j]);
    }),
  );
  const beta = weights.map((weight, i) => readFraction(`beta_${i + 1}`, weight));
  const total = beta.reduce(sum, ZERO);
  if (written(total) !== "1") throw new Error(`beta: must add up to 1, got ${written(total)}`);
  /** @param {Tree} tree @returns {Fraction[]} elementary weight of the tree at each stage */
  const stageWeights = (tree) =>
    tree.map(stageWeights).reduce(
      (result, inner) => result.map((g, i) => product(g, A[i].map((a, j) => product(a, inner[j])).reduce(sum, ZERO))),
      beta.map(() => ONE),
    );
  const holds = (/** @type {Tree} */ tree) => {
    const weight = stageWeights(tree).map((g, i) => product(beta[i], g)).reduce(sum, ZERO);
    return weight.p * BigInt(density(tree)) === weight.q;
  };
  let order = 0;
  while (order < 5 && trees(order + 1).every(holds)) order++;
  const number = (/** @type {Fraction} */ { p, q }) => Number(p) / Number(q);
  return {
    s,
    A: A.map((row) => row.map(number)),
    beta: beta.map(number),
    c: A.map((row) => number(row.reduce(sum, ZERO))),
    order,
    text: { A: A.map((row, i) => row.slice(0, i).map(written)), beta: beta.map(written) },
  };
}

/** @param {Configuration} configuration @returns {Tableau} of an RKNet */
export function tableauOf({ scheme }) {
  return readTableau(typeof scheme === "string" ? SCHEMES[scheme] : scheme);
}

/** @param {Configuration} configuration @returns {Layers} */
export function layersOf(configuration) {
  const { d_hat, L, activation, h, lift } = configuration;
  const common = { d_hat, L, classes: classesOf(configuration), activation, learned: lift === "learned" };
  if (configuration.net === "StandardNet") {
    return { ...common, carried: false, A: [new Float32Array(1)], beta: new Float32Array([1]) };
  }
  const { A, beta } = tableauOf(configuration);
  const times = (/** @type {number[]} */ row) => new Float32Array(row.map((a) => h * a));
  return { ...common, carried: true, A: A.map(times), beta: times(beta) };
}

// -------------------------------------------------------------------------------------------------- randomness

/** What is drawn, by number; see rknet/draws.py, where the generator is specified. */
const STREAMS = { points: 0, noise: 1, order: 2, lift: 3, K: 4, b: 5, W: 6, mu: 7 };
/** @typedef {keyof typeof STREAMS} Stream */

/** The generator's name in records. */
export const GENERATOR = "threefry2x32-20";

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24];

/**
 * Threefry-2x32 with 20 rounds: two random words for each key and counter.
 * @param {number} key0 @param {number} key1 @param {number} counter0 @param {number} counter1
 * @returns {[number, number]} whole numbers in 0 .. 2^32 - 1
 */
export function threefry(key0, key1, counter0, counter1) {
  const keys = [key0, key1, key0 ^ key1 ^ 0x1bd11bda];
  let x = (counter0 + key0) | 0, y = (counter1 + key1) | 0;
  for (let round = 0; round < 20; round++) {
    const turn = ROTATIONS[round % 8];
    x = (x + y) | 0;
    y = ((y << turn) | (y >>> (32 - turn))) ^ x;
    if (round % 4 === 3) {
      const block = (round + 1) / 4;
      x = (x + keys[block % 3]) | 0;
      y = (y + keys[(block + 1) % 3] + block) | 0;
    }
  }
  return [x >>> 0, y >>> 0];
}

/** @param {number} seed @param {Stream} stream @param {number} i @param {number} [j] @returns {number} in (0, 1) */
function uniform(seed, stream, i, j = 0) {
  const [x, y] = threefry(seed, STREAMS[stream], i, j);
  return ((x >>> 6) * 2 ** 26 + (y >>> 6) + 0.5) / 2 ** 52;
}

/** @param {number} seed @param {Stream} stream @param {number} i @param {number} [j] @returns {number} */
const normal = (seed, stream, i, j = 0) => normalQuantile(uniform(seed, stream, i, j));

/**
 * 0, ..., N - 1 in the order of an epoch, by Fisher and Yates.
 * @param {number} N @param {number} seed @param {number} epoch  counted from 0
 * @returns {Int32Array}
 */
export function permutation(N, seed, epoch) {
  const order = Int32Array.from({ length: N }, (_, i) => i);
  for (let i = N - 1; i > 0; i--) {
    const j = Math.floor((threefry(seed, STREAMS.order, i, epoch)[0] * (i + 1)) / 2 ** 32);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

const wide = new Float64Array(1);
const words = new Uint32Array(wide.buffer); // little-endian, as in every browser

/** @param {number} x  positive and normal @returns {number} log x, in + - * / only */
function log(x) {
  wide[0] = x;
  let k = ((words[1] >>> 20) & 0x7ff) - 1022;
  words[1] = (words[1] & 0x000fffff) | 0x3fe00000;
  let m = wide[0]; // x = 2^k m with 1/2 <= m < 1
  if (m < Math.SQRT1_2) [k, m] = [k - 1, 2 * m];
  const t = (m - 1) / (m + 1), s = t * t;
  let series = 0;
  for (let i = 23; i > 0; i -= 2) series = series * s + 1 / i;
  return k * Math.LN2 + 2 * t * series;
}

/** @param {number} x  in 0 .. 2 pi @returns {[number, number]} cosine and sine, in + - * / only */
function cosineAndSine(x) {
  const quarter = Math.floor(x / (Math.PI / 2) + 0.5);
  const r = x - quarter * (Math.PI / 2), s = r * r;
  let c = 0, n = 0;
  for (let i = 18; i >= 0; i -= 2) c = 1 - (c * s) / ((i + 1) * (i + 2));
  for (let i = 19; i >= 1; i -= 2) n = 1 - (n * s) / ((i + 1) * (i + 2));
  n *= r;
  return quarter === 1 ? [-n, c] : quarter === 2 ? [-c, -n] : quarter === 3 ? [n, -c] : [c, n];
}

/** The rational functions of Wichura (1988), algorithm AS 241, highest power first. */
const CENTRE = [
  [2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
    13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608],
  [5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
    5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1],
];
const MIDDLE = [
  [7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
    3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734],
  [1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
    0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1],
];
const TAIL = [
  [2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
    0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772],
  [2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
    0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1],
];

/** @param {number[][]} quotient @param {number} x @returns {number} */
const rational = ([above, below], x) => above.reduce((v, a) => v * x + a, 0) / below.reduce((v, a) => v * x + a, 0);

/** @param {number} u  in (0, 1) @returns {number} the z that a standard normal variable stays below with probability u */
export function normalQuantile(u) {
  const q = u - 0.5;
  if (Math.abs(q) <= 0.425) return q * rational(CENTRE, 0.180625 - q * q);
  const r = Math.sqrt(-log(q < 0 ? u : 1 - u));
  const z = r <= 5 ? rational(MIDDLE, r - 1.6) : rational(TAIL, r - 5);
  return q < 0 ? -z : z;
}

/**
 * The weights a net starts with, each uniform(-1/sqrt(fan_in), 1/sqrt(fan_in)), and its lift.
 * @param {Configuration} configuration
 * @returns {Weights}
 */
export function initialWeights(configuration) {
  const { d_hat, L, lift, seed } = configuration, classes = classesOf(configuration);
  const fill = (/** @type {Stream} */ stream, /** @type {number} */ size, /** @type {number} */ fanIn) => {
    const bound = 1 / Math.sqrt(fanIn);
    return Float32Array.from({ length: size }, (_, i) => bound * (2 * uniform(seed, stream, i) - 1));
  };
  return {
    lift:
      lift === "zero" ? Float32Array.from({ length: 2 * d_hat }, (_, i) => (i === 0 || i === 3 ? 1 : 0))
      : lift === "orthogonal" ? orthonormal(Array.from({ length: 2 * d_hat }, (_, i) => normal(seed, "lift", i)))
      : fill("lift", 2 * d_hat, 2),
    K: fill("K", L * d_hat * d_hat, d_hat),
    b: fill("b", L * d_hat, d_hat),
    W: fill("W", classes * d_hat, d_hat),
    mu: fill("mu", classes, d_hat),
  };
}

/** @param {number[]} V  (n, 2) @returns {Float32Array} orthonormal columns, by Gram-Schmidt run twice */
function orthonormal(V) {
  const n = V.length / 2, a = V.filter((_, i) => i % 2 === 0), b = V.filter((_, i) => i % 2 === 1);
  const dot = (/** @type {number[]} */ x, /** @type {number[]} */ y) => x.reduce((total, t, i) => total + t * y[i], 0);
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

// ------------------------------------------------------------------------------------------------ point sets

/** Uniform coordinates lie in [-EDGE, EDGE]. */
const EDGE = 4;
/** Factor of the spiral, applied after the noise. */
const SPIRAL_SCALE = 1 / 5;
/** Standard deviation of the clean points, and inner radii of the rings. */
const RINGS = {
  donut_2D: { spread: 1.2, inner: [0, 1.2] },
  donut_2D_6C: { spread: 1.5, inner: [0, 1, 2, 3, 4, 5].map((k) => k * (4 / 6)) },
};
/** The class of the quadrants (-, -), (+, -), (-, +), (+, +). */
const QUADRANTS = { squares: [0, 1, 1, 0], squares_2D_4C: [2, 3, 1, 0] };

/** @param {number} phi @returns {[number, number]} a point of the first arm, before scaling; the second is its negative */
function arm(phi) {
  const [c, s] = cosineAndSine(phi), radius = 2 * phi + Math.PI;
  return [radius * c, radius * s];
}

/** @param {LawName} law @param {number} n @param {number} seed @returns {[number, number, number]} clean point, class */
function clean(law, n, seed) {
  const side = (/** @type {number} */ j) => EDGE * (2 * uniform(seed, "points", n, j) - 1);
  const bell = (/** @type {number} */ j) => normal(seed, "points", n, j);
  if (law === "spiral") {
    const [x1, x2] = arm(2 * Math.PI * Math.sqrt(uniform(seed, "points", n >> 1)));
    return n % 2 === 0 ? [x1, x2, 0] : [-x1, -x2, 1];
  }
  const [x1, x2] =
    law === "donut_1D" ? [side(0), bell(1)]
    : law in RINGS ? [bell(0), bell(1)].map((z) => RINGS[/** @type {'donut_2D'} */ (law)].spread * z)
    : [side(0), side(1)];
  return [x1, x2, labelOf(law, x1, x2)];
}

/** The class of a clean point; for the spiral, of the nearer arm. @param {LawName} law @param {number} x1 @param {number} x2 */
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

/**
 * Points of a law: labelled clean, then moved by noise. The training set is the first half, the validation set the rest.
 * @param {LawName} law @param {number} N @param {number} noise @param {number} seed
 * @returns {Points}
 */
export function draw(law, N, noise, seed) {
  const X = new Float32Array(2 * N), c = new Int32Array(N), scale = law === "spiral" ? SPIRAL_SCALE : 1;
  for (let n = 0; n < N; n++) {
    const [x1, x2, label] = clean(law, n, seed);
    X[2 * n] = (x1 + noise * normal(seed, "noise", n, 0)) * scale;
    X[2 * n + 1] = (x2 + noise * normal(seed, "noise", n, 1)) * scale;
    c[n] = label;
  }
  return { X, c };
}

// -------------------------------------------------------------------------------------------- the Bayes limit

/**
 * The best classifier of a law: it answers with the class of the largest density, that of the clean points of the class
 * convolved with the noise.
 * @typedef {object} Bayes
 * @property {number} accuracy  its accuracy, a fraction: what no net can exceed; computed when first read
 * @property {(X: ArrayLike<number>) => Float64Array} probability  (N, classes) for X (N, 2), row by row
 * @property {(x1: number, x2: number) => number} classAt
 */

/** @param {number} x @returns {number} the complementary error function */
function erfc(x) {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2) {
    let term = x, total = x;
    for (let n = 1; Math.abs(term) > 1e-17; n++) total += (term *= (-x * x) / n) / (2 * n + 1);
    return 1 - (2 / Math.sqrt(Math.PI)) * total;
  }
  let below = x;
  for (let n = 60; n > 0; n--) below = x + n / 2 / below;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * below);
}

/** Probability that x minus noise of standard deviation s lies between low and high. */
function interval(/** @type {number} */ x, /** @type {number} */ low, /** @type {number} */ high, /** @type {number} */ s) {
  const [a, b] = [(x - low) / (s * Math.SQRT2), (x - high) / (s * Math.SQRT2)];
  return a + b < 0 ? (erfc(-a) - erfc(-b)) / 2 : (erfc(b) - erfc(a)) / 2;
}

/** @param {number} x @returns {number} e^-x times the modified Bessel function I_0(x), by its integral over a circle */
function scaledBessel(x) {
  // The integrand has width 1 / sqrt(x) at the angle 0, and the trapezoidal rule converges geometrically.
  const n = Math.ceil(12 + 6 * Math.sqrt(x));
  let total = 0.5 + 0.5 * Math.exp(-2 * x);
  for (let k = 1; k < n; k++) {
    const term = Math.exp(x * (Math.cos((Math.PI * k) / n) - 1));
    if (term < 1e-17) break;
    total += term;
  }
  return total / n;
}

/** Squared distance from an arm of the spiral before scaling. */
function distance(/** @type {number} */ x1, /** @type {number} */ x2, /** @type {number} */ sign) {
  const n = 512;
  let best = Infinity;
  for (let i = 0; i <= n; i++) {
    const [a, b] = arm((2 * Math.PI * i) / n);
    best = Math.min(best, (x1 - sign * a) ** 2 + (x2 - sign * b) ** 2);
  }
  return best;
}

/**
 * @param {LawName} law
 * @param {number} noise
 * @returns {Bayes}
 */
export function bayes(law, noise) {
  const { classes } = SETS[law];
  const { densities, accuracy } = noise === 0 ? { densities: null, accuracy: () => 1 } : densitiesOf(law, noise);
  /** @param {number} x1 @param {number} x2 @param {Float64Array} g @returns {void} */
  const fill = (x1, x2, g) => {
    g.fill(0);
    densities?.(x1, x2, g);
    const total = g.reduce((a, b) => a + b, 0);
    if (total > 0) for (let k = 0; k < classes; k++) g[k] /= total;
    else g[labelOf(law, x1, x2)] = 1; // without noise, or so far away that every density underflows
  };
  const one = new Float64Array(classes);
  /** @type {number|undefined} */
  let limit;
  return {
    get accuracy() {
      return (limit ??= accuracy());
    },
    classAt: (x1, x2) => {
      fill(x1, x2, one);
      return one.indexOf(Math.max(...one));
    },
    probability: (X) => {
      const result = new Float64Array((X.length / 2) * classes);
      for (let n = 0; 2 * n < X.length; n++) {
        fill(X[2 * n], X[2 * n + 1], result.subarray(n * classes, (n + 1) * classes));
      }
      return result;
    },
  };
}

/**
 * Densities g_k at a point, added to zeros, up to a common factor; and the accuracy of the best classifier.
 * @param {LawName} law @param {number} s  the noise
 * @returns {{densities: (x1: number, x2: number, g: Float64Array) => void, accuracy: () => number}}
 */
function densitiesOf(law, s) {
  if (law === "donut_1D") return stripDensities(s);
  if (law === "spiral") return spiralDensities(s);
  if (law === "donut_2D" || law === "donut_2D_6C") return ringDensities(RINGS[law], s);
  return squareDensities(QUADRANTS[law], s);
}

/** @param {(x: number) => number} function_ @param {number} low @param {number} high @param {number} n */
function midpointRule(function_, low, high, n) {
  const width = (high - low) / n;
  let total = 0;
  for (let i = 0; i < n; i++) total += function_(low + width * (i + 0.5));
  return total * width;
}

const TAILS = 6;

/** @param {number} s */
function stripDensities(s) {
  const densities = (/** @type {number} */ x1, /** @type {number} */ _, /** @type {Float64Array} */ g) => {
    g[0] += interval(x1, -1, 1, s) / (2 * EDGE);
    g[1] += (interval(x1, -EDGE, -1, s) + interval(x1, 1, EDGE, s)) / (2 * EDGE);
  };
  const best = (/** @type {number} */ x) => {
    const g = new Float64Array(2);
    densities(x, 0, g);
    return Math.max(...g);
  };
  return { densities, accuracy: () => 2 * midpointRule(best, 0, EDGE + TAILS * s, 2000) };
}

/** @param {number[]} table @param {number} s */
function squareDensities(table, s) {
  const sides = (/** @type {number} */ x) => [interval(x, -EDGE, 0, s), interval(x, 0, EDGE, s)];
  const densities = (/** @type {number} */ x1, /** @type {number} */ x2, /** @type {Float64Array} */ g) => {
    const [a, b] = [sides(x1), sides(x2)];
    table.forEach((k, pattern) => (g[k] += (a[pattern & 1] * b[pattern >> 1]) / (2 * EDGE) ** 2));
  };
  const accuracy = () => {
    const n = 120, end = EDGE + TAILS * s, width = end / n;
    const at = Array.from({ length: 2 * n }, (_, i) => sides(width * (i - n + 0.5)));
    let total = 0;
    for (const a of at) {
      for (const b of at) {
        const g = new Float64Array(Math.max(...table) + 1);
        table.forEach((k, pattern) => (g[k] += a[pattern & 1] * b[pattern >> 1]));
        total += Math.max(...g);
      }
    }
    return (total * width * width) / (2 * EDGE) ** 2;
  };
  return { densities, accuracy };
}

/**
 * Clean and noisy point are jointly normal: given a noisy point at the radius r, the clean radius has Rice's density.
 * It is integrated over each ring once for a grid of r.
 * @param {{spread: number, inner: number[]}} rings @param {number} s
 */
function ringDensities({ spread, inner }, s) {
  const variance = spread ** 2 + s ** 2, shrink = spread ** 2 / variance, conditional = s ** 2 * shrink;
  const reach = 8 * Math.sqrt(variance), steps = Math.min(3000, Math.max(600, Math.ceil((10 * reach) / s)));
  const outer = [...inner.slice(1), Infinity];
  const table = Array.from({ length: steps + 1 }, (_, i) => {
    const nu = (shrink * reach * i) / steps, width = 8 * Math.sqrt(conditional);
    const density = (/** @type {number} */ t) =>
      (t / conditional) * Math.exp(-((t - nu) ** 2) / (2 * conditional)) * scaledBessel((t * nu) / conditional);
    return inner.map((low, k) => {
      const [a, b] = [Math.max(low, nu - width), Math.min(outer[k], nu + width)];
      return a < b ? midpointRule(density, a, b, 48) : 0;
    });
  });
  const densities = (/** @type {number} */ x1, /** @type {number} */ x2, /** @type {Float64Array} */ g) => {
    const place = Math.min((Math.hypot(x1, x2) / reach) * steps, steps - 1e-9), i = Math.floor(place);
    for (let k = 0; k < inner.length; k++) g[k] += table[i][k] * (i + 1 - place) + table[i + 1][k] * (place - i);
  };
  const best = (/** @type {number} */ r) => {
    const g = new Float64Array(inner.length);
    densities(r, 0, g);
    return ((Math.max(...g) / g.reduce((a, b) => a + b, 0)) * r * Math.exp((-r * r) / (2 * variance))) / variance;
  };
  return { densities, accuracy: () => midpointRule(best, 0, reach, 4000) };
}

/** @param {number} noise */
function spiralDensities(noise) {
  const s = noise * SPIRAL_SCALE, outermost = SPIRAL_SCALE * 5 * Math.PI;
  // phi = 2 pi sqrt(u) has a density proportional to phi. Nodes closer than the noise sum up to the integral.
  const n = Math.min(2000, Math.ceil((2 * Math.PI * outermost) / (0.35 * s)));
  const nodes = Array.from({ length: n }, (_, i) => {
    const phi = (2 * Math.PI * (i + 0.5)) / n, [x1, x2] = arm(phi);
    return [SPIRAL_SCALE * x1, SPIRAL_SCALE * x2, phi];
  });
  const densities = (/** @type {number} */ x1, /** @type {number} */ x2, /** @type {Float64Array} */ g) => {
    for (const [a, b, weight] of nodes) {
      g[0] += weight * Math.exp(-((x1 - a) ** 2 + (x2 - b) ** 2) / (2 * s * s));
      g[1] += weight * Math.exp(-((x1 + a) ** 2 + (x2 + b) ** 2) / (2 * s * s));
    }
  };
  const accuracy = () => {
    // Turning by half a circle swaps the arms, so half of the plane is enough.
    const cells = 96, end = outermost + TAILS * s, width = (2 * end) / cells;
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

// ------------------------------------------------------------------------------- functions in plain arithmetic

const f = Math.fround;

/** The bits of one float32. */
const bits = new Int32Array(1);
const single = new Float32Array(bits.buffer);

/** Constants and their order are those of rknet/arithmetic.py, each rounded to float32. */
const TANH_LIMIT = f(7.90531110763549805);
const TANH_P = new Float32Array([
  -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-8, 1.48572235717979e-5,
  6.37261928875436e-4, 4.89352455891786e-3,
]);
const TANH_Q = new Float32Array([1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3, 4.89352518554385e-3]);
const EXP_LEAST = -86;
const EXP_MOST = f(88.72283);
const EXP_P = new Float32Array([
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
]);
const LOG2_E = f(1.44269504088896341);
const TO_WHOLE = 12582912;
const LN2_HIGH = f(0.693359375);
const LN2_LOW = f(-2.1219444e-4);
const SQRT2 = f(1.41421356237309505);
const LOG_P = new Float32Array([
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
]);
const SOFTPLUS_LINEAR = 20;
const NEGLIGIBLE = f(1e-17);
const FADED = f(1e-30);
const BETA1 = f(0.9), BETA1_REST = f(0.1), BETA2 = f(0.999), BETA2_REST = f(0.001), EPSILON = f(1e-8);

const [TP0, TP1, TP2, TP3, TP4, TP5, TP6] = TANH_P;
const [TQ0, TQ1, TQ2, TQ3] = TANH_Q;

/** @param {number} x @returns {number} */
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

/** @param {number} x @returns {number} */
function exp32(x) {
  if (!(x >= EXP_LEAST)) return x < EXP_LEAST ? 0 : x;
  if (x > EXP_MOST) return Infinity;
  const k = f(f(f(x * LOG2_E) + TO_WHOLE) - TO_WHOLE);
  const r = f(f(x - f(k * LN2_HIGH)) - f(k * LN2_LOW));
  let p = f(f(r * EXP_P[0]) + EXP_P[1]);
  for (let i = 2; i < 6; i++) p = f(f(p * r) + EXP_P[i]);
  bits[0] = (k + 126) << 23;
  return f(f(f(f(f(p * f(r * r)) + r) + 1) * single[0]) * 2);
}

/** @param {number} x  positive and normal @returns {number} */
function log32(x) {
  if (!(x < Infinity)) return x;
  single[0] = x;
  let k = (bits[0] >>> 23) - 127;
  bits[0] = (bits[0] & 0x007fffff) | 0x3f800000;
  let r = single[0];
  if (r > SQRT2) [k, r] = [k + 1, f(r * 0.5)];
  const t = f(r - 1);
  const s = f(t * t);
  let p = f(f(t * LOG_P[0]) + LOG_P[1]);
  for (let i = 2; i < 9; i++) p = f(f(p * t) + LOG_P[i]);
  return f(f(f(f(f(f(p * t) * s) + f(k * LN2_LOW)) - f(s * 0.5)) + t) + f(k * LN2_HIGH));
}

/** @param {number} x @returns {number} */
function logistic32(x) {
  return x < EXP_LEAST ? 0 : f(1 / f(1 + exp32(f(0 - x))));
}

/** @param {number} x @returns {number} */
function softplus32(x) {
  if (x > SOFTPLUS_LINEAR) return x;
  const u = exp32(f(0 - Math.abs(x)));
  const v = f(1 + u);
  return f((x > 0 ? x : 0) + f(log32(v) + f(f(u - f(v - 1)) / v)));
}

/** @type {Record<ActivationName, [(z: number) => number, (z: number, f: number) => number]>} sigma, and its slope */
const SIGMA = {
  tanh: [tanh32, (_, y) => f(1 - f(y * y))],
  logistic: [logistic32, (_, y) => f(y * f(1 - y))],
  relu: [(z) => (z < 0 ? 0 : z), (z) => (z > 0 ? 1 : 0)],
  softplus: [softplus32, (z) => (z > SOFTPLUS_LINEAR ? 1 : logistic32(z))],
};

/** @param {number} x @param {number} least @returns {number} x, or 0 where it is smaller than `least` */
const flush = (x, least) => (Math.abs(x) < least ? 0 : x);

// ------------------------------------------------------------------------------------------------- the sweeps

/**
 * What the layers of a net compute.
 * @typedef {object} Layers
 * @property {number} d_hat
 * @property {number} L
 * @property {number} classes
 * @property {ActivationName} activation
 * @property {boolean} carried    whether y[l] is carried to y[l+1]; not by the StandardNet
 * @property {Float32Array[]} A   h A, row by row
 * @property {Float32Array} beta  h beta
 * @property {boolean} learned    whether the lift is trained
 */

/**
 * Where everything lies in one memory, counted in float32 numbers. Rows are filled with zeros to whole vectors of four.
 * Weights are transposed, so that the outputs of one input lie side by side: x M, y K[l] + b[l], y W + mu. First all
 * weights, then Adam's first moments in the same order, then the second.
 * @typedef {object} Layout
 * @property {number} width    of a layer's row
 * @property {number} outputs  of a row of logits
 * @property {number} n        the most samples at once
 * @property {number} M        (2, width)
 * @property {number} K        (L, d_hat, width)
 * @property {number} b        (L, width)
 * @property {number} W        (d_hat, outputs)
 * @property {number} mu       (outputs,)
 * @property {number} weights  how many numbers the weights take
 * @property {number} x        (n, 2) the batch
 * @property {number} Y        (L+1, s rows, width) stage inputs, y_1 = y[l] first
 * @property {number} S        (L, s rows, width) slopes sigma'(K y_i + b)
 * @property {number} F        (s rows, width) f_i of one layer
 * @property {number} xi       (s rows, width) slope times multiplier xi_i
 * @property {number} G        (s rows, width) f_y^T xi_i
 * @property {number} p        (n, width) the costate
 * @property {number} z        (n, outputs) logits, then the derivative of the cost by them
 * @property {number} KT       (d_hat, width) K[l] transposed back
 * @property {number} WT       (classes, width) W transposed back
 * @property {number} g        the gradient of one weight array
 * @property {number} zero     zeros
 * @property {number} size     of the memory
 */

/** @param {Layers} net @param {number} n @returns {Layout} */
function layoutOf({ d_hat, L, classes, beta }, n) {
  const width = 4 * Math.ceil(d_hat / 4);
  const outputs = 4 * Math.ceil(classes / 4);
  const s = beta.length;
  let end = 0;
  const take = (/** @type {number} */ size) => (end += 4 * Math.ceil(size / 4)) - 4 * Math.ceil(size / 4);
  const M = take(2 * width), K = take(L * d_hat * width), b = take(L * width), W = take(d_hat * outputs);
  const mu = take(outputs), weights = end;
  take(2 * weights);
  const layer = s * n * width;
  const most = Math.max(width, outputs);
  return {
    width, outputs, n, M, K, b, W, mu, weights,
    x: take(2 * n), Y: take((L + 1) * layer), S: take(L * layer), F: take(layer), xi: take(layer), G: take(layer),
    p: take(n * width), z: take(n * outputs), KT: take(d_hat * width), WT: take(classes * width),
    g: take(Math.max(2, d_hat) * most), zero: take(most), size: end,
  };
}

/**
 * The sweeps over one memory: two programs offer them, with the same bits.
 *   forward(rows, keep): from the batch x to y[L] and the logits z; with keep = 0 every layer overwrites the one before.
 *   backward(rows, rate, scale, moving): from dz to p[0], moving each weight as soon as its gradient is known; with
 *   moving = 0 the gradient is left in the first moments, and no weight moves.
 * @typedef {object} Sweeps
 * @property {'webassembly'|'javascript'} kernel
 * @property {Float32Array} memory
 * @property {(rows: number, keep: number) => void} forward
 * @property {(rows: number, rate: number, scale: number, moving: number) => void} backward
 */

/** The sweeps in plain JavaScript. @param {Layers} net @param {Layout} at @returns {Sweeps} */
function scriptSweeps(net, at) {
  const { d_hat, L, classes, carried, A, beta, learned } = net;
  const { width, outputs } = at;
  const s = beta.length;
  const memory = new Float32Array(at.size);
  const [sigma, slope] = SIGMA[net.activation];

  /**
   * out[n] = start + sum_j a[n, j] M[j], in the order of j; entry (n, j) of a lies at a + n row + j step.
   * @param {number} a @param {number} row @param {number} step @param {number} inner
   * @param {number} M @param {number} columns @param {number} start @param {number} out @param {number} rows
   */
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

  /** out += factor times from. @param {number} out @param {number} from @param {number} factor @param {number} size */
  function addMultiple(out, from, factor, size) {
    for (let k = 0; k < size; k++) memory[out + k] = f(memory[out + k] + f(memory[from + k] * factor));
  }

  /** out = the sum of rows of M. @param {number} M @param {number} rows @param {number} columns */
  function addRows(M, rows, columns) {
    memory.copyWithin(at.g, M, M + columns);
    for (let n = 1; n < rows; n++) {
      for (let o = 0; o < columns; o++) memory[at.g + o] = f(memory[at.g + o] + memory[M + n * columns + o]);
    }
  }

  /**
   * One step of Adam, or only the gradient, for the weights w, w + 1, ...
   * @param {number} w @param {number} size @param {number} rate @param {number} scale @param {number} moving
   */
  function move(w, size, rate, scale, moving) {
    const m = w + at.weights, v = m + at.weights;
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
      memory[w + k] = f(memory[w + k] - f(f(mk * rate) / f(f(f(Math.sqrt(vk)) * scale) + EPSILON)));
    }
  }

  /** @type {Sweeps['forward']} */
  function forward(rows, keep) {
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
  }

  /** @type {Sweeps['backward']} */
  function backward(rows, rate, scale, moving) {
    const size = rows * width;
    let Y = at.Y + L * s * size, S = at.S + L * s * size;
    for (let o = 0; o < classes; o++) {
      for (let i = 0; i < d_hat; i++) memory[at.WT + o * width + i] = memory[at.W + i * outputs + o];
    }
    multiply(at.z, outputs, 1, classes, at.WT, width, at.zero, at.p, rows);
    multiply(Y, 1, width, rows, at.z, outputs, at.zero, at.g, d_hat);
    move(at.W, d_hat * outputs, rate, scale, moving);
    addRows(at.z, rows, outputs);
    move(at.mu, outputs, rate, scale, moving);
    for (let l = L - 1; l >= 0; l--) {
      Y -= s * size;
      S -= s * size;
      const K = at.K + l * d_hat * width;
      for (let o = 0; o < d_hat; o++) {
        for (let i = 0; i < d_hat; i++) memory[at.KT + o * width + i] = memory[K + i * width + o];
      }
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
    if (learned) {
      multiply(at.x, 1, 2, rows, at.p, width, at.zero, at.g, 2);
      move(at.M, 2 * width, rate, scale, moving);
    }
  }

  return { kernel: "javascript", memory, forward, backward };
}

// ----------------------------------------------------------------------------- the same sweeps in WebAssembly

/**
 * Machine code as nested lists of bytes. The generator below writes one module for each net: sizes, the scheme's
 * coefficients and addresses are constants in it, and four float32 numbers are worked on at once. WebAssembly has no
 * fused multiply-add and rounds each operation by IEEE 754, so the bits are those of the plain sweeps above.
 * @typedef {Array<number|Code>} Code
 */

const I32 = 0x7f, F32 = 0x7d, V128 = 0x7b;
const VECTOR = 16;

/** @param {number} n  a whole number >= 0 @returns {number[]} LEB128 */
function unsigned(n) {
  const bytes = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) | 128);
  return [...bytes, n];
}

/** @param {number} n  a 32-bit whole number @returns {number[]} signed LEB128 */
function signed(n) {
  const bytes = [];
  for (; n < -64 || n > 63; n >>= 7) bytes.push((n & 127) | 128);
  return [...bytes, n & 127];
}

/** @param {number} x @returns {number[]} the bytes of a float32 */
const floatBytes = (x) => [...new Uint8Array(new Float32Array([x]).buffer)];

/** @param {number} opcode @returns {(...operands: Code[]) => Code} a vector instruction after its operands */
const simd = (opcode) => (...operands) => [...operands, 0xfd, unsigned(opcode)];

/** The instructions, each as code that leaves one value. */
const w = {
  get: (/** @type {number} */ local) => [0x20, unsigned(local)],
  /** @param {number} local @param {Code} value @returns {Code} */
  set: (local, value) => [value, 0x21, unsigned(local)],
  i32: (/** @type {number} */ n) => [0x41, signed(n)],
  /** @param {Code} a @param {Code} b @returns {Code} */
  plus: (a, b) => [a, b, 0x6a],
  /** @param {Code} a @param {Code} b @returns {Code} */
  minus: (a, b) => [a, b, 0x6b],
  /** @param {Code} a @param {Code} b @returns {Code} */
  times: (a, b) => [a, b, 0x6c],
  /** @param {Code} a @param {Code} b @returns {Code} */
  least: (a, b) => [a, b, 0x4e],
  /** @param {number} routine @param {Code[]} operands @returns {Code} */
  call: (routine, ...operands) => [operands, 0x10, unsigned(routine)],
  /** @param {Code} address @param {number} [offset] @returns {Code} */
  loadFloat: (address, offset = 0) => [address, 0x2a, 2, unsigned(offset)],
  /** @param {Code} address @param {Code} value @param {number} [offset] @returns {Code} */
  storeFloat: (address, value, offset = 0) => [address, value, 0x38, 2, unsigned(offset)],
  /** @param {Code} address @param {number} [offset] @returns {Code} */
  load: (address, offset = 0) => [address, 0xfd, 0, 4, unsigned(offset)],
  /** The same number in every lane. @param {Code} address @param {number} [offset] @returns {Code} */
  loadEvery: (address, offset = 0) => [address, 0xfd, 9, 2, unsigned(offset)],
  /** @param {Code} address @param {Code} value @param {number} [offset] @returns {Code} */
  store: (address, value, offset = 0) => [address, value, 0xfd, 11, 4, unsigned(offset)],
  /** @param {number} x @returns {Code} */
  every: (x) => [0xfd, 12, [0, 0, 0, 0].map(() => floatBytes(x))],
  /** @param {number} n @returns {Code} */
  everyWhole: (n) => [w.i32(n), 0xfd, 17],
  splat: simd(19), lt: simd(67), gt: simd(68), eq: simd(65), and: simd(78), andNot: simd(79), or: simd(80),
  abs: simd(224), sqrt: simd(227), add: simd(228), sub: simd(229), mul: simd(230), div: simd(231),
  shiftLeft: simd(171), shiftRight: simd(173), addWhole: simd(174), subWhole: simd(177), toWhole: simd(248),
  fromWhole: simd(250),
  /** Lane by lane a where the mask holds, else b. @param {Code} mask @param {Code} a @param {Code} b @returns {Code} */
  where: (mask, a, b) => [a, b, mask, 0xfd, 82],
};

/** A routine being written: parameters first, then the other locals. */
class Routine {
  /** @param {number[]} parameters  types */
  constructor(parameters) {
    this.parameters = parameters;
    /** @type {number[]} */
    this.locals = [];
    /** @type {Code} */
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
  repeat(counter, least, step, body) {
    this.emit([0x02, 0x40], [0x03, 0x40]);
    this.emit(w.get(counter), w.i32(least), [0x48, 0x0d, 1]); // leave the block where counter < least
    body();
    this.emit(w.set(counter, w.minus(w.get(counter), w.i32(step))), [0x0c, 0], [0x0b], [0x0b]);
  }

  /** @param {number} pointer @param {Code} bytes */
  advance(pointer, bytes) {
    this.emit(w.set(pointer, w.plus(w.get(pointer), bytes)));
  }

  /** @returns {number[]} */
  get bytes() {
    const locals = this.locals.map((type) => [1, type]);
    const body = flat([unsigned(locals.length), locals, this.code, 0x0b]);
    return flat([unsigned(body.length), body]);
  }
}

/** @param {Code} code @returns {number[]} */
function flat(code) {
  /** @type {number[]} */
  const bytes = [];
  const walk = (/** @type {Code} */ part) => {
    for (const item of part) typeof item === "number" ? bytes.push(item) : walk(item);
  };
  walk(code);
  return bytes;
}

/** @param {Routine} r @param {Code} z @returns {Code} tanh of a vector; the code `z` only reads a local */
function tanhCode(r, z) {
  const { add, mul, every, where } = w;
  const inside = where(w.lt(z, every(-TANH_LIMIT)), every(-TANH_LIMIT), z);
  const x = r.keep(where(w.gt(z, every(TANH_LIMIT)), every(TANH_LIMIT), inside));
  const s = r.keep(mul(x, x));
  const polynomial = (/** @type {Float32Array} */ c) =>
    [...c.subarray(2)].reduce((p, a) => add(mul(p, s), every(a)), add(mul(s, every(c[0])), every(c[1])));
  return r.keep(w.div(mul(x, polynomial(TANH_P)), polynomial(TANH_Q)));
}

/** @param {Routine} r @param {Code} x @returns {Code} */
function expCode(r, x) {
  const { add, sub, mul, every, where } = w;
  const most = where(w.gt(x, every(EXP_MOST)), every(EXP_MOST), x);
  const inside = r.keep(where(w.gt(x, every(EXP_LEAST)), most, every(EXP_LEAST)));
  const k = r.keep(sub(add(mul(inside, every(LOG2_E)), every(TO_WHOLE)), every(TO_WHOLE)));
  const t = r.keep(sub(sub(inside, mul(k, every(LN2_HIGH))), mul(k, every(LN2_LOW))));
  const start = add(mul(t, every(EXP_P[0])), every(EXP_P[1]));
  const p = [...EXP_P.subarray(2)].reduce((q, a) => add(mul(q, t), every(a)), start);
  const power = w.addWhole(w.toWhole(sub(k, every(1))), w.everyWhole(127));
  const scaled = [power, w.i32(23), w.shiftLeft()];
  const y = mul(mul(add(add(mul(p, mul(t, t)), t), every(1)), scaled), every(2));
  const limited = where(w.gt(x, every(EXP_MOST)), every(Infinity), w.andNot(y, w.lt(x, every(EXP_LEAST))));
  return r.keep(where(w.eq(x, x), limited, x));
}

/** @param {Routine} r @param {Code} x @returns {Code} */
function logCode(r, x) {
  const { add, sub, mul, every, where } = w;
  const exponent = w.subWhole([x, w.i32(23), w.shiftRight()], w.everyWhole(127));
  const whole = r.keep(w.fromWhole(exponent));
  const fraction = r.keep(w.or(w.and(x, w.everyWhole(0x007fffff)), w.everyWhole(0x3f800000)));
  const large = r.keep(w.gt(fraction, every(SQRT2)));
  const k = r.keep(where(large, add(whole, every(1)), whole));
  const t = r.keep(sub(where(large, mul(fraction, every(0.5)), fraction), every(1)));
  const s = r.keep(mul(t, t));
  const start = add(mul(t, every(LOG_P[0])), every(LOG_P[1]));
  const p = [...LOG_P.subarray(2)].reduce((q, a) => add(mul(q, t), every(a)), start);
  const first = sub(add(mul(mul(p, t), s), mul(k, every(LN2_LOW))), mul(s, every(0.5)));
  return r.keep(where(w.lt(x, every(Infinity)), add(add(first, t), mul(k, every(LN2_HIGH))), x));
}

/** @param {Routine} r @param {Code} x @returns {Code} */
function logisticCode(r, x) {
  const e = expCode(r, r.keep(w.sub(w.every(0), x)));
  return r.keep(w.andNot(w.div(w.every(1), w.add(w.every(1), e)), w.lt(x, w.every(EXP_LEAST))));
}

/** @param {Routine} r @param {Code} x @returns {Code} */
function softplusCode(r, x) {
  const { add, sub, every } = w;
  const u = expCode(r, r.keep(sub(every(0), w.abs(x))));
  const v = r.keep(add(every(1), u));
  const rest = add(logCode(r, v), w.div(sub(u, sub(v, every(1))), v));
  const sum = add(w.and(x, w.gt(x, every(0))), rest);
  return r.keep(w.where(w.gt(x, every(SOFTPLUS_LINEAR)), x, sum));
}

/** @type {Record<ActivationName, (r: Routine, z: Code) => [Code, Code]>} code of sigma and its slope, of a vector z */
const SIGMA_CODE = {
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
  },
};

/** @param {Code} x @param {number} least @returns {Code} the vector in a local, with 0 for what is smaller */
const flushCode = (x, least) => w.andNot(x, w.lt(w.abs(x), w.every(least)));

/**
 * out[n] = start + sum_j a[n, j] M[j] in the order of j, for `rows` rows at once: as many sums as hide the time that
 * one addition takes. Parameters of the code are locals that hold addresses.
 * @param {Routine} r
 * @param {{a: number, M: number, start: number|null, out: number}} pointers
 * @param {{row: number, step: number, rows: number, vectors: number, inner: number|{counter: number}}} sizes
 *   in bytes: `row` from a row of a to the next, `step` from an entry to the next; `inner` is the number of terms, or a
 *   local that counts them down while a and M advance
 * @param {number} vector  the first of
 * @param {number} group   so many vectors of the row of M
 */
function productCode(r, { a, M, start, out }, { row, step, rows, vectors, inner }, vector, group) {
  const sums = Array.from({ length: rows * group }, () => r.local(V128));
  const m = Array.from({ length: group }, () => r.local(V128)), factor = r.local(V128);
  for (let g = 0; g < group; g++) {
    const first = start === null ? w.every(0) : w.load(w.get(start), (vector + g) * VECTOR);
    r.emit(w.set(sums[g], first));
    for (let n = 1; n < rows; n++) r.emit(w.set(sums[n * group + g], w.get(sums[g])));
  }
  const term = (/** @type {number} */ j) => {
    for (let g = 0; g < group; g++) r.emit(w.set(m[g], w.load(w.get(M), (j * vectors + vector + g) * VECTOR)));
    for (let n = 0; n < rows; n++) {
      r.emit(w.set(factor, w.loadEvery(w.get(a), n * row + j * step)));
      for (let g = 0; g < group; g++) {
        const sum = sums[n * group + g];
        r.emit(w.set(sum, w.add(w.get(sum), w.mul(w.get(m[g]), w.get(factor)))));
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

/** Routine (a, M, start, out, rows): `rows` rows with `inner` terms each. */
function rowsRoutine(/** @type {number} */ row, /** @type {number} */ inner, /** @type {number} */ vectors) {
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

/** Routine (a, M, out, count): M of `count` rows times the transpose of a, which has `inputs` columns. */
function gradientRoutine(/** @type {number} */ step, /** @type {number} */ inputs, /** @type {number} */ vectors) {
  const r = new Routine([I32, I32, I32, I32]), [a, M, out, count] = [0, 1, 2, 3];
  const here = { a: r.local(I32), M: r.local(I32), start: null, out: r.local(I32) }, counter = r.local(I32);
  const most = Math.ceil(inputs / Math.ceil(inputs / 5));
  for (let i = 0; i < inputs; i += most) {
    for (let vector = 0; vector < vectors; vector += 2) {
      r.emit(w.set(here.a, w.plus(w.get(a), w.i32(4 * i))), w.set(here.M, w.get(M)));
      r.emit(w.set(here.out, w.plus(w.get(out), w.i32(i * vectors * VECTOR))), w.set(counter, w.get(count)));
      const sizes = { row: 4, step, rows: Math.min(most, inputs - i), vectors, inner: { counter } };
      productCode(r, here, sizes, vector, Math.min(2, vectors - vector));
    }
  }
  return r;
}

/** Routine (M, out, count): out = the sum of `count` rows of M. */
function sumRoutine(/** @type {number} */ vectors) {
  const r = new Routine([I32, I32, I32]), [M, out, count] = [0, 1, 2];
  const sums = Array.from({ length: vectors }, () => r.local(V128));
  sums.forEach((sum, v) => r.emit(w.set(sum, w.load(w.get(M), v * VECTOR))));
  r.repeat(count, 2, 1, () => {
    r.advance(M, w.i32(vectors * VECTOR));
    sums.forEach((sum, v) => r.emit(w.set(sum, w.add(w.get(sum), w.load(w.get(M), v * VECTOR)))));
  });
  sums.forEach((sum, v) => r.emit(w.store(w.get(out), w.get(sum), v * VECTOR)));
  return r;
}

/** Routine (w, g, size, rate, scale, moving): Adam for `size` bytes of weights at w, with their gradient at g. */
function moveRoutine(/** @type {number} */ weights) {
  const r = new Routine([I32, I32, I32, F32, F32, I32]), [at, g, size, rate, scale, moving] = [0, 1, 2, 3, 4, 5];
  const m = 4 * weights, v = 8 * weights;
  const gradient = r.local(V128), rates = r.local(V128), scales = r.local(V128);
  const load = () => {
    r.emit(w.set(gradient, w.load(w.get(g))));
    r.emit(w.set(gradient, flushCode(w.get(gradient), NEGLIGIBLE)));
  };
  const next = () => [at, g].forEach((pointer) => r.advance(pointer, w.i32(VECTOR)));
  r.emit(w.set(rates, w.splat(w.get(rate))), w.set(scales, w.splat(w.get(scale))));
  r.emit(w.get(moving), [0x04, 0x40]);
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
  r.emit([0x05]); // else
  r.repeat(size, VECTOR, VECTOR, () => {
    load();
    r.emit(w.store(w.get(at), w.get(gradient), m));
    next();
  });
  r.emit([0x0b]);
  return r;
}

/** Routine (M, out): out[o, i] = M[i, o] for o < rows, i < columns; widths in bytes. */
function transposeRoutine(
  /** @type {number} */ rows, /** @type {number} */ columns, /** @type {number} */ from, /** @type {number} */ to,
) {
  const r = new Routine([I32, I32]);
  for (let o = 0; o < rows; o++) {
    for (let i = 0; i < columns; i++) {
      r.emit(w.storeFloat(w.get(1), w.loadFloat(w.get(0), i * from + 4 * o), o * to + 4 * i));
    }
  }
  return r;
}

/** Routine (F, S, size): f = sigma(z) in place of z, and the slopes, for `size` bytes. */
function activationRoutine(/** @type {ActivationName} */ activation) {
  const r = new Routine([I32, I32, I32]), [F, S, size] = [0, 1, 2];
  r.repeat(size, VECTOR, VECTOR, () => {
    const [y, slope] = SIGMA_CODE[activation](r, r.keep(w.load(w.get(F))));
    const kept = r.keep(slope);
    r.emit(w.store(w.get(F), y), w.store(w.get(S), kept));
    [F, S].forEach((pointer) => r.advance(pointer, w.i32(VECTOR)));
  });
  return r;
}

/**
 * The module for one net.
 * @param {Layers} net @param {Layout} at @returns {Uint8Array<ArrayBuffer>}
 */
function assemble(net, at) {
  const { d_hat, L, classes, carried, A, beta, learned } = net;
  const s = beta.length, row = 4 * at.width, vectors = at.width / 4, outputs = at.outputs / 4;
  const address = (/** @type {number} */ place) => w.i32(4 * place);
  /** @type {Routine[]} */
  const routines = [];
  const define = (/** @type {Routine} */ routine) => routines.push(routine) - 1;
  const lift = define(rowsRoutine(8, 2, vectors));
  const affine = define(rowsRoutine(row, d_hat, vectors));
  const classify = define(rowsRoutine(row, d_hat, outputs));
  const declassify = define(rowsRoutine(4 * at.outputs, classes, vectors));
  const gradientOfK = define(gradientRoutine(row, d_hat, vectors));
  const gradientOfW = define(gradientRoutine(row, d_hat, outputs));
  const gradientOfM = define(gradientRoutine(8, 2, vectors));
  const sum = define(sumRoutine(vectors));
  const sumLogits = define(sumRoutine(outputs));
  const move = define(moveRoutine(at.weights));
  const transposeK = define(transposeRoutine(d_hat, d_hat, row, row));
  const transposeW = define(transposeRoutine(classes, d_hat, 4 * at.outputs, row));
  const activate = define(activationRoutine(net.activation));

  const forward = new Routine([I32, I32]);
  {
    const r = forward, [rows, keep] = [0, 1];
    const [size, Y, S, K, b, layers, k, next] = Array.from({ length: 8 }, () => r.local(I32));
    /** Where stage i begins in an array. @param {Code} array @param {number} i @returns {Code} */
    const stage = (array, i) => (i ? w.plus(array, w.times(w.get(size), w.i32(i))) : array);
    r.emit(w.set(size, w.times(w.get(rows), w.i32(row))), w.set(layers, w.i32(L)));
    r.emit(w.set(Y, address(at.Y)), w.set(S, address(at.S)), w.set(K, address(at.K)), w.set(b, address(at.b)));
    r.emit(w.call(lift, address(at.x), address(at.M), address(at.zero), w.get(Y), w.get(rows)));
    const F = Array.from({ length: s }, () => r.local(I32));
    F.forEach((pointer, i) => r.emit(w.set(pointer, stage(address(at.F), i))));
    const [y, left, base] = [r.local(I32), r.local(I32), r.local(I32)];
    /** out = Y or 0, plus the sum of coefficients times f_j. @param {number[]} coefficients @param {boolean} carry */
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
        r.emit(w.call(affine, w.get(y), w.get(K), w.get(b), w.get(F[i]), w.get(rows)));
        r.emit(w.call(activate, w.get(F[i]), stage(w.get(S), i), w.get(size)));
      }
      r.emit(w.set(next, w.times(w.get(keep), w.times(w.get(size), w.i32(s)))));
      r.emit(w.set(y, w.plus(w.get(Y), w.get(next))));
      combine([...beta], carried);
      r.emit(w.set(Y, w.get(y)));
      r.advance(S, w.get(next));
      r.advance(K, w.i32(d_hat * row));
      r.advance(b, w.i32(row));
    });
    r.emit(w.call(classify, w.get(Y), address(at.W), address(at.mu), address(at.z), w.get(rows)));
  }

  const backward = new Routine([I32, F32, F32, I32]);
  {
    const r = backward, [rows, rate, scale, moving] = [0, 1, 2, 3];
    const [size, Y, S, K, b, layers, k, left] = Array.from({ length: 8 }, () => r.local(I32));
    const stage = (/** @type {Code} */ array, /** @type {number} */ i) =>
      i ? w.plus(array, w.times(w.get(size), w.i32(i))) : array;
    const moved = (/** @type {Code} */ where, /** @type {number} */ numbers) =>
      w.call(move, where, address(at.g), w.i32(4 * numbers), w.get(rate), w.get(scale), w.get(moving));
    const all = w.times(w.get(size), w.i32(s));
    r.emit(w.set(size, w.times(w.get(rows), w.i32(row))), w.set(layers, w.i32(L)));
    r.emit(w.set(Y, w.plus(address(at.Y), w.times(all, w.i32(L)))));
    r.emit(w.set(S, w.plus(address(at.S), w.times(all, w.i32(L)))));
    r.emit(w.set(K, address(at.K + L * d_hat * at.width)), w.set(b, address(at.b + L * at.width)));
    r.emit(w.call(transposeW, address(at.W), address(at.WT)));
    r.emit(w.call(declassify, address(at.z), address(at.WT), address(at.zero), address(at.p), w.get(rows)));
    r.emit(w.call(gradientOfW, w.get(Y), address(at.z), address(at.g), w.get(rows)));
    r.emit(moved(address(at.W), d_hat * at.outputs));
    r.emit(w.call(sumLogits, address(at.z), address(at.g), w.get(rows)), moved(address(at.mu), at.outputs));
    const G = Array.from({ length: s }, () => r.local(I32)), xi = Array.from({ length: s }, () => r.local(I32));
    G.forEach((pointer, i) => r.emit(w.set(pointer, stage(address(at.G), i))));
    xi.forEach((pointer, i) => r.emit(w.set(pointer, stage(address(at.xi), i))));
    const slope = r.local(I32);
    /** @param {() => void} body  for each vector of an array of `rows` rows; k bytes after its beginning */
    const each = (body) => {
      r.emit(w.set(left, w.get(size)), w.set(k, w.i32(0)));
      r.repeat(left, VECTOR, VECTOR, () => {
        body();
        r.advance(k, w.i32(VECTOR));
      });
    };
    const here = (/** @type {number} */ pointer) => w.plus(w.get(pointer), w.get(k));
    r.repeat(layers, 1, 1, () => {
      r.emit(w.set(Y, w.minus(w.get(Y), all)), w.set(S, w.minus(w.get(S), all)));
      r.emit(w.set(K, w.minus(w.get(K), w.i32(d_hat * row))), w.set(b, w.minus(w.get(b), w.i32(row))));
      r.emit(w.call(transposeK, w.get(K), address(at.KT)));
      for (let i = s - 1; i >= 0; i--) {
        r.emit(w.set(slope, stage(w.get(S), i)));
        each(() => {
          let value = w.mul(w.load(w.get(k), 4 * at.p), w.every(beta[i]));
          for (let j = i + 1; j < s; j++) {
            if (A[j][i] !== 0) value = w.add(value, w.mul(w.load(here(G[j])), w.every(A[j][i])));
          }
          const product = r.keep(w.mul(value, w.load(here(slope))));
          r.emit(w.store(here(xi[i]), flushCode(product, NEGLIGIBLE)));
        });
        r.emit(w.call(affine, w.get(xi[i]), address(at.KT), address(at.zero), w.get(G[i]), w.get(rows)));
      }
      each(() => {
        let value = carried ? w.load(w.get(k), 4 * at.p) : w.every(0);
        for (const pointer of G) value = w.add(value, w.load(here(pointer)));
        r.emit(w.store(w.get(k), value, 4 * at.p));
      });
      const count = w.times(w.get(rows), w.i32(s));
      r.emit(w.call(gradientOfK, w.get(Y), address(at.xi), address(at.g), count), moved(w.get(K), d_hat * at.width));
      r.emit(w.call(sum, address(at.xi), address(at.g), count), moved(w.get(b), at.width));
    });
    if (learned) {
      r.emit(w.call(gradientOfM, address(at.x), address(at.p), address(at.g), w.get(rows)));
      r.emit(moved(address(at.M), 2 * at.width));
    }
  }
  return moduleBytes(routines, { forward: define(forward), backward: define(backward) });
}

/**
 * A module that imports the memory "page"."memory" and exports routines by name.
 * @param {Routine[]} routines @param {Record<string, number>} exported @returns {Uint8Array<ArrayBuffer>}
 */
function moduleBytes(routines, exported) {
  const name = (/** @type {string} */ text) => [text.length, [...text].map((letter) => letter.charCodeAt(0))];
  const section = (/** @type {number} */ id, /** @type {Code} */ content) => {
    const bytes = flat(content);
    return [id, unsigned(bytes.length), bytes];
  };
  const list = (/** @type {Code[]} */ items) => [unsigned(items.length), items];
  const types = routines.map(({ parameters }) => [0x60, list(parameters.map((type) => [type])), 0]);
  const exports = Object.entries(exported).map(([text, index]) => [name(text), 0, unsigned(index)]);
  return new Uint8Array(
    flat([
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, list(types)),
      section(2, list([[name("page"), name("memory"), 2, 0, 1]])),
      section(3, list(routines.map((_, index) => unsigned(index)))),
      section(7, list(exports)),
      section(10, list(routines.map(({ bytes }) => bytes))),
    ]),
  );
}

/** The sweeps in WebAssembly. @param {Layers} net @param {Layout} at @returns {Sweeps} */
function assembledSweeps(net, at) {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((4 * at.size) / 65536) });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(assemble(net, at)), { page: { memory } });
  const { forward, backward } = /** @type {any} */ (instance.exports);
  return { kernel: "webassembly", memory: new Float32Array(memory.buffer, 0, at.size), forward, backward };
}

/**
 * @param {Layers} net @param {Layout} at @param {'auto'|'webassembly'|'javascript'} kernel @returns {Sweeps}
 */
function sweepsFor(net, at, kernel) {
  if (kernel === "javascript") return scriptSweeps(net, at);
  try {
    return assembledSweeps(net, at);
  } catch (error) {
    if (kernel === "webassembly") throw error;
    return scriptSweeps(net, at); // a browser without vectors in WebAssembly, or with a policy against it
  }
}

// ------------------------------------------------------------------------------------------------- the engine

/** Samples evaluated at once. */
const CHUNK = 20;

/**
 * A net with its weights and Adam's moments: what `rknet.engine.Engine` is in Python, with the same bits.
 */
export class Engine {
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
    /** beta_1^t and beta_2^t as running products in double precision. */
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
        const [total, largest] = this._exponentials(row);
        cost += f(log32(total) - f(memory[row + label] - largest));
      }
    });
    return { cost: cost / N, accuracy: right / N };
  }

  /** @param {Float32Array} X  (N, 2) @returns {Float32Array} W y[L] + mu: (N, classes) */
  logits(X) {
    const { classes } = this.net, { z, outputs } = this.layout, { memory } = this.sweeps;
    const logits = new Float32Array((X.length / 2) * classes);
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
    const result = new Float32Array((X.length / 2) * classes);
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
    const whole = new Engine(this.net, this.weights, { rate: 0, batch: c.length, kernel });
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
      mu: collect(memory, from + at.mu, 1, classes, 1, at.outputs),
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
      const sample = order[first + r];
      memory[x + 2 * r] = X[2 * sample];
      memory[x + 2 * r + 1] = X[2 * sample + 1];
      this.labels[r] = c[sample];
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
    let largest = memory[row];
    for (let k = 1; k < classes; k++) largest = memory[row + k] > largest ? memory[row + k] : largest;
    let total = (e[0] = exp32(f(memory[row] - largest)));
    for (let k = 1; k < classes; k++) total = f(total + (e[k] = exp32(f(memory[row + k] - largest))));
    return [total, largest];
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
}

/**
 * Matrices (count, rows, columns) into the memory, transposed and with rows filled up to `width`.
 * @param {Float32Array} from @param {Float32Array} memory @param {number} at
 * @param {number} count @param {number} rows @param {number} columns @param {number} width
 */
function scatter(from, memory, at, count, rows, columns, width) {
  let k = 0;
  for (let l = 0; l < count; l++) {
    for (let o = 0; o < rows; o++) {
      for (let i = 0; i < columns; i++) memory[at + (l * columns + i) * width + o] = from[k++];
    }
  }
}

/**
 * The reverse of `scatter`.
 * @param {Float32Array} memory @param {number} at
 * @param {number} count @param {number} rows @param {number} columns @param {number} width
 */
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

// -------------------------------------------------------------------------------------------------- one run

/** The layout of a run's record; raised when records are laid out differently. */
const RECORD_FORMAT = "rknet playground 1";

/** A run: data, net, history. */
export class Trainer {
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
    this.start = /** @type {'drawn'|'given'} */ (weights ? "given" : "drawn");
    /** @type {Weights} */
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
    /** Steps taken. */
    this.steps = 0;
    /** @type {History} */
    this.history = { train_cost: [], train_accuracy: [], val_cost: [], val_accuracy: [] };
    /** @type {'ready'|'training'|'finished'|'diverged'} */
    this.state = "ready";
    /** Order of the current epoch. @type {Int32Array|null} */
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
    const { X, c } = this.train, { initial, history } = this;
    const points = (/** @type {Points} */ p) => ({ X: base64(p.X), c: [...p.c] });
    return {
      format: RECORD_FORMAT,
      generator: GENERATOR,
      configuration: this.configuration,
      data: { train: points({ X, c }), validation: points(this.validation) },
      start: this.start,
      initial: {
        lift: base64(initial.lift), K: base64(initial.K), b: base64(initial.b), W: base64(initial.W),
        mu: base64(initial.mu),
      },
      steps: this.steps,
      history: /** @type {History} */ (
        Object.fromEntries(Object.entries(history).map(([name, curve]) => [name, curve.map(writtenNumber)]))
      ),
      weights: weightsHash(this.configuration, this.engine.weights),
    };
  }
}

/** JSON has no NaN and no infinity. @param {number} x */
const writtenNumber = (x) => (Number.isFinite(x) ? x : /** @type {any} */ (Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf"));

/** @param {{X: number[][], c: number[]}} points @returns {Points} */
const pointsOf = ({ X, c }) => ({ X: new Float32Array(X.flat()), c: new Int32Array(c) });

/** @param {Weights} weights @param {Layers} net @returns {Weights} */
function checkedWeights(weights, { d_hat, L, classes }) {
  const sizes = { lift: 2 * d_hat, K: L * d_hat * d_hat, b: L * d_hat, W: classes * d_hat, mu: classes };
  for (const [name, size] of Object.entries(sizes)) {
    const array = weights[/** @type {keyof Weights} */ (name)];
    if (array?.length !== size) refuse(`weights.${name}`, `${size} numbers for this net`, array?.length);
  }
  const copy = (/** @type {ArrayLike<number>} */ array) => Float32Array.from(array);
  return { lift: copy(weights.lift), K: copy(weights.K), b: copy(weights.b), W: copy(weights.W), mu: copy(weights.mu) };
}

/** @param {Float32Array} array @returns {string} its little-endian bytes */
function base64(array) {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(text);
}

/**
 * SHA-256 of a net's weights as `rknet.records.weights_hash` takes it: name, type, shape and bytes of each array. Where
 * training has diverged, every NaN counts as the same one, for processors differ in its bits.
 * @param {Configuration} configuration @param {Weights} weights @returns {string}
 */
export function weightsHash({ d_hat, L, lift, ...rest }, { K, W, b, lift: M, mu }) {
  const classes = classesOf({ d_hat, L, lift, ...rest });
  /** @type {[string, string, Float32Array][]} */
  const arrays = [["K", `${L}, ${d_hat}, ${d_hat}`, K], ["W", `${classes}, ${d_hat}`, W], ["b", `${L}, ${d_hat}`, b]];
  if (lift !== "zero") arrays.push(["lift.matrix", `${d_hat}, 2`, M]);
  arrays.push(["mu", `${classes},`, mu]);
  const parts = arrays.flatMap(([name, shape, array]) => {
    const copy = new Uint32Array(array.slice().buffer);
    array.forEach((x, i) => {
      if (Number.isNaN(x)) copy[i] = 0x7fc00000;
    });
    return [new TextEncoder().encode(`${name} <f4 (${shape})\n`), new Uint8Array(copy.buffer)];
  });
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return sha256(whole);
}

/** First 32 bits of the fractional parts of roots of the first primes. @param {number} count @param {number} power */
function rootBits(count, power) {
  const result = new Uint32Array(count);
  for (let n = 2, found = 0; found < count; n++) {
    let prime = true;
    for (let k = 2; k * k <= n; k++) if (n % k === 0) prime = false;
    if (prime) result[found++] = integerRoot(BigInt(n) << BigInt(32 * power), power);
  }
  return result;
}

/** @param {bigint} n @param {number} power @returns {number} the last 32 bits of the whole part of its root */
function integerRoot(n, power) {
  let [low, high] = [0n, 1n << 40n];
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(power) <= n) low = middle;
    else high = middle;
  }
  return Number(low & 0xffffffffn);
}

/** @param {Uint8Array} message @returns {string} SHA-256 (FIPS 180-4) in hex; a page from a file has no `crypto.subtle` */
export function sha256(message) {
  const constants = rootBits(64, 3), state = rootBits(8, 2), schedule = new Uint32Array(64);
  const padded = new Uint8Array(64 * Math.ceil((message.length + 9) / 64));
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(message.length / 2 ** 29));
  view.setUint32(padded.length - 4, message.length << 3);
  const turn = (/** @type {number} */ x, /** @type {number} */ n) => (x >>> n) | (x << (32 - n));
  for (let block = 0; block < padded.length; block += 64) {
    for (let t = 0; t < 64; t++) {
      if (t < 16) schedule[t] = view.getUint32(block + 4 * t);
      else {
        const x = schedule[t - 15], y = schedule[t - 2];
        const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3), s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
        schedule[t] = schedule[t - 16] + s0 + schedule[t - 7] + s1;
      }
    }
    let [a, b, c, d, e, g, h, k] = state;
    for (let t = 0; t < 64; t++) {
      const choice = (e & g) ^ (~e & h), majority = (a & b) ^ (a & c) ^ (b & c);
      const first = (k + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + constants[t] + schedule[t]) | 0;
      const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority) | 0;
      [a, b, c, d, e, g, h, k] = [(first + second) | 0, a, b, c, (d + first) | 0, e, g, h];
    }
    [a, b, c, d, e, g, h, k].forEach((word, i) => (state[i] += word));
  }
  return [...state].map((word) => word.toString(16).padStart(8, "0")).join("");
}

// ---------------------------------------------------------------------------------------------------- views

/**
 * Principal axes of points of dimension d: mean, orthonormal axes by decreasing variance, and the variances, by Jacobi's
 * rotations of the covariance. The entry of largest magnitude of each axis is positive.
 * @param {Float32Array} states  any number of points, row by row
 * @param {number} d
 * @returns {{mean: Float64Array, axes: Float64Array, variances: Float64Array}} axes (d, d), an axis a row
 */
export function principalAxes(states, d) {
  const n = states.length / d, mean = new Float64Array(d), C = new Float64Array(d * d);
  for (let k = 0; k < states.length; k++) mean[k % d] += states[k] / n;
  for (let row = 0; row < states.length; row += d) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) C[i * d + j] += ((states[row + i] - mean[i]) * (states[row + j] - mean[j])) / n;
    }
  }
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) C[j * d + i] = C[i * d + j];
  const V = Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 1 : 0));
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < d; p++) for (let q = p + 1; q < d; q++) rotate(C, V, d, p, q);
  }
  const by = Array.from({ length: d }, (_, i) => i).sort((i, j) => C[j * d + j] - C[i * d + i]);
  const axes = new Float64Array(d * d);
  by.forEach((i, rank) => {
    const axis = V.subarray(i * d, (i + 1) * d);
    const largest = axis.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
    axes.set(axis.map((x) => (largest < 0 ? -x : x)), rank * d);
  });
  return { mean, axes, variances: Float64Array.from(by, (i) => Math.max(0, C[i * d + i])) };
}

/**
 * Jacobi's rotation that makes C[p, q] zero; the rows of V turn along.
 * @param {Float64Array} C @param {Float64Array} V @param {number} d @param {number} p @param {number} q
 */
function rotate(C, V, d, p, q) {
  if (C[p * d + q] === 0) return;
  const theta = (C[q * d + q] - C[p * d + p]) / (2 * C[p * d + q]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1), s = t * c;
  const turn = (/** @type {Float64Array} */ M, /** @type {number} */ a, /** @type {number} */ b) => {
    [M[a], M[b]] = [c * M[a] - s * M[b], s * M[a] + c * M[b]];
  };
  for (let k = 0; k < d; k++) turn(C, k * d + p, k * d + q);
  for (let k = 0; k < d; k++) turn(C, p * d + k, q * d + k);
  for (let k = 0; k < d; k++) turn(V, p * d + k, q * d + k);
}

/**
 * Coordinates of points along the first `components` axes.
 * @param {Float32Array} states  points of dimension d, row by row
 * @param {number} d
 * @param {{mean: Float64Array, axes: Float64Array}} frame
 * @param {number} components
 * @returns {Float32Array} (n, components)
 */
export function project(states, d, { mean, axes }, components) {
  const n = states.length / d, result = new Float32Array(n * components);
  for (let r = 0; r < n; r++) {
    for (let a = 0; a < components; a++) {
      let total = 0;
      for (let i = 0; i < d; i++) total += axes[a * d + i] * (states[r * d + i] - mean[i]);
      result[r * components + a] = total;
    }
  }
  return result;
}

/**
 * Mean over the points of the Euclidean norm of y[l], for each layer.
 * @param {Flow} flow
 * @returns {Float64Array} (L+1,)
 */
export function featureNorms({ states, n, L, d_hat }) {
  return Float64Array.from({ length: L + 1 }, (_, l) => {
    let total = 0;
    for (let r = 0; r < n; r++) {
      const row = (l * n + r) * d_hat;
      total += Math.hypot(...states.subarray(row, row + d_hat));
    }
    return total / n;
  });
}

/** @param {Window} window @returns {Float32Array} the centres of its cells, row by row from the top: (rows * columns, 2) */
export function cellCentres({ left, right, bottom, top, columns, rows }) {
  const X = new Float32Array(2 * columns * rows);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < columns; k++) {
      X[2 * (r * columns + k)] = left + ((right - left) * (k + 0.5)) / columns;
      X[2 * (r * columns + k) + 1] = top - ((top - bottom) * (r + 0.5)) / rows;
    }
  }
  return X;
}

// -------------------------------------------------------------------------------- training off the main thread

/** Milliseconds between snapshots, at least. */
const FRAME = 33;

/**
 * Answer requests: what runs in the worker, or on the page's own thread over a MessageChannel. Between slices of training
 * it lets requests in. A snapshot follows when the one before has been shown; the views are renewed as often as leaves
 * two thirds of the time for training.
 * @param {{postMessage: (message: any, transfer?: any) => void, onmessage: ((event: any) => void)|null}} port
 * @param {{slice?: number, early?: {data: Request}[]}} [options]
 *   slice: milliseconds of training at a time; early: requests that came before
 */
export function serve(port, { slice = 20, early = [] } = {}) {
  /** @type {Trainer|null} */
  let trainer = null;
  /** @type {{configuration: Partial<Configuration>, weights: Weights|null}} */
  let wanted = { configuration: {}, weights: null };
  /** @type {Views} */
  let views = { grid: null, flow: 0 };
  let generation = 0, playing = false, shown = true, owed = false, msPerStep = 0;
  let renewed = -Infinity, viewed = -1, cost = 0, sent = -Infinity;
  let scheduled = false;
  const { port1, port2 } = new MessageChannel();
  const goOn = () => {
    scheduled = false;
    work();
  };
  port1.onmessage = goOn;
  /** Go on after the requests that wait: without the pause that timers make, and in Node, where a busy channel lets no
   * other in, by its own means. */
  const schedule = () => {
    const { setImmediate } = /** @type {any} */ (globalThis);
    if (!scheduled) setImmediate ? setImmediate(goOn) : port2.postMessage(null);
    scheduled = true;
  };

  /** @param {number} steps @param {number} until  stop at this time at the latest, but after one step */
  const train = (steps, until) => {
    if (!trainer) return 0;
    let done = 0;
    while (done < steps && !trainer.ended) {
      const before = performance.now(), left = until - before;
      if (done > 0 && left <= 0) break;
      const fit = msPerStep > 0 ? Math.max(1, Math.floor(left / msPerStep)) : 1;
      const rest = trainer.stepsPerEpoch - (trainer.steps % trainer.stepsPerEpoch), count = Math.min(fit, steps - done, rest);
      const [first, kept] = [trainer.steps, trainer.history.train_cost.length];
      trainer.advance(count);
      done += trainer.steps - first;
      if (trainer.history.train_cost.length === kept) {
        const now = (performance.now() - before) / (trainer.steps - first); // without an epoch's statistics
        msPerStep = msPerStep > 0 ? 0.7 * msPerStep + 0.3 * now : now;
      }
    }
    return done;
  };

  /** @param {boolean} fresh  with all views, whatever they cost */
  const snapshot = (fresh) => {
    if (!trainer) return;
    if (!shown) {
      owed ||= fresh;
      return;
    }
    const now = performance.now(), { grid, flow } = views;
    const stale = viewed !== trainer.steps || fresh, show = stale && (fresh || now - renewed > 2 * cost);
    /** @type {Snapshot} */
    const message = {
      type: "snapshot", generation, playing, state: trainer.state, step: trainer.steps, epoch: trainer.epoch,
      stepsPerEpoch: trainer.stepsPerEpoch, parameters: trainer.parameters, history: trainer.history, msPerStep,
      kernel: trainer.engine.kernel,
      grid: show && grid ? trainer.engine.probabilities(cellCentres(grid)) : null,
      flow: show && flow > 0 ? trainer.engine.states(trainer.validation.X.subarray(0, 2 * flow)) : null,
    };
    const after = performance.now();
    if (show) [renewed, viewed, cost] = [after, trainer.steps, after - now];
    [sent, shown, owed] = [after, false, false];
    const buffers = [message.grid, message.flow?.states].flatMap((array) => (array ? [array.buffer] : []));
    port.postMessage(message, buffers);
  };

  const work = () => {
    if (!trainer || !playing) return;
    train(Infinity, performance.now() + slice);
    if (trainer.ended) playing = false;
    if (!playing) snapshot(true);
    else {
      if (shown && performance.now() - sent >= FRAME) snapshot(false);
      schedule();
    }
  };

  const begin = () => {
    [trainer, playing, msPerStep, viewed] = [null, false, 0, -1];
    trainer = new Trainer(wanted.configuration, { weights: wanted.weights });
    const { configuration, classes, train: set, validation } = trainer, { data, noise } = configuration;
    /** @type {Configured} */
    const message = {
      type: "configured", generation, configuration, classes, train: set, validation,
      order: configuration.net === "RKNet" ? tableauOf(configuration).order : null,
      bayes: typeof data === "string" ? bayes(data, noise).accuracy : null,
    };
    port.postMessage(message);
    snapshot(true);
  };

  /** @type {{[T in Request['type']]: (request: Extract<Request, {type: T}>) => void}} */
  const answers = {
    configure: (request) => {
      generation = request.generation;
      wanted = { configuration: request.configuration, weights: request.weights ?? null };
      begin();
    },
    reset: (request) => {
      generation = request.generation;
      begin();
    },
    play: () => {
      playing = trainer !== null && !trainer.ended;
      schedule();
    },
    pause: () => {
      playing = false;
      snapshot(true);
    },
    step: ({ steps }) => {
      playing = false;
      train(steps, Infinity);
      snapshot(true);
    },
    views: (request) => {
      views = request.views;
      snapshot(true);
    },
    shown: () => {
      shown = true;
      if (owed) snapshot(true);
    },
    record: ({ id }) => port.postMessage({ type: "answer", id, value: trainer?.record() ?? null }),
    weights: ({ id }) => port.postMessage({ type: "answer", id, value: trainer?.engine.weights ?? null }),
    close: () => {
      playing = false;
      [port1, port2].forEach((end) => end.close());
    },
  };

  const receive = (/** @type {{data: Request}} */ { data }) => {
    try {
      /** @type {(request: any) => void} */ (answers[data.type])(data);
    } catch (error) {
      playing = false;
      const message = error instanceof Error ? error.message : String(error);
      port.postMessage({ type: "failed", generation, message });
    }
  };
  port.onmessage = receive;
  port.postMessage({ type: "ready" });
  early.forEach(receive);
}

/**
 * Training off the main thread. Handlers are properties; call `configure` first, everything else any time after.
 *
 *   const player = new Player();                  // or new Player({ source }) where the module has no address
 *   player.onconfigured = (configured) => ...;
 *   player.onsnapshot = (snapshot) => ...;        // the next one is sent when this has returned
 *   player.onfailed = (message) => ...;           // a configuration was refused, or something broke
 *   player.configure({ data: "spiral", d_hat: 16 });
 *   player.views = { grid: { left: -4, right: 4, bottom: -4, top: 4, columns: 80, rows: 80 }, flow: 200 };
 *   player.play();
 *
 * A page from a file may not start a module worker, so a classic one is started from a blob and imports the module: from
 * `source`, its text, or from where the page has loaded it. Where that fails, the same runs on the page's thread.
 */
export class Player {
  /** @param {{source?: string, worker?: boolean, patience?: number}} [options]  patience: ms to wait for the worker */
  constructor({ source, worker = true, patience = 4000 } = {}) {
    /** @type {(configured: Configured) => void} */
    this.onconfigured = () => {};
    /** @type {(snapshot: Snapshot) => void} */
    this.onsnapshot = () => {};
    /** @type {(message: string) => void} */
    this.onfailed = () => {};
    /** Where it runs: 'worker', 'page', or '' while that is not known. */
    this.where = "";
    this.generation = 0;
    /** @type {Request[]} */
    this._waiting = [];
    /** @type {Map<number, (value: any) => void>} */
    this._asked = new Map();
    /** @type {{postMessage: (message: any) => void, close: () => void}|null} */
    this._port = null;
    this._asks = 0;
    this._closed = false;
    if (worker && typeof Worker !== "undefined") this._startWorker(source, patience);
    else this._startHere();
  }

  /** @param {string|undefined} source @param {number} patience */
  async _startWorker(source, patience) {
    /** @type {Worker|null} */
    let worker = null;
    const giveUp = () => {
      if (this.where !== "") return;
      worker?.terminate();
      if (!this._closed) this._startHere();
    };
    try {
      const own = import.meta.url;
      // The worker of a page from a file may not read the page's blobs, only its own.
      const text = source ?? (own.startsWith("blob:") ? await (await fetch(own)).text() : null);
      const module =
        text === null
          ? JSON.stringify(own)
          : `URL.createObjectURL(new Blob([${JSON.stringify(text)}], { type: "text/javascript" }))`;
      const start =
        `const early = []; onmessage = (event) => early.push(event);\n` +
        `import(${module}).then((module) => module.serve(self, { early }), (error) => setTimeout(() => { throw error; }));`;
      const address = URL.createObjectURL(new Blob([start], { type: "text/javascript" }));
      worker = new Worker(address);
      URL.revokeObjectURL(address);
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
        const postMessage = (/** @type {any} */ message) => running.postMessage(message);
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
      },
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
        this._send({ type: "shown" });
      }
    } else if (answer.type !== "ready" && answer.generation === this.generation) {
      if (answer.type === "configured") this.onconfigured(answer);
      else this.onfailed(answer.message);
    }
  }

  /**
   * Begin a run; the run in progress is given up.
   * @param {Partial<Configuration>} configuration
   * @param {Weights} [weights]  to start from, instead of drawn ones
   */
  configure(configuration, weights) {
    this.generation += 1;
    this._send({ type: "configure", generation: this.generation, configuration, ...(weights ? { weights } : {}) });
  }

  /** The same run from the beginning. */
  reset() {
    this.generation += 1;
    this._send({ type: "reset", generation: this.generation });
  }

  play() {
    this._send({ type: "play" });
  }

  pause() {
    this._send({ type: "pause" });
  }

  /** @param {number} [steps] */
  step(steps = 1) {
    this._send({ type: "step", steps });
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
    const id = (this._asks += 1);
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
}
