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
 *   toLink, fromLink                                       a playground's whole state as the end of an address
 *   zeroLines, turned, spreads, short, formula, narration  what is drawn and written
 *   render({model, el}), default                           the widget: controls and views
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

/** Constants and their order are those of rknet/engines/compiled/arithmetic.py, each rounded to float32. */
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
 * A net with its weights and Adam's moments: what `rknet.engines.compiled.engine.Engine` is in Python, with the same bits.
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
 * SHA-256 of a net's weights as `rknet.study.records.weights_hash` takes it: name, type, shape and bytes of each array. Where
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
    for (let row = l * n * d_hat; row < (l + 1) * n * d_hat; row += d_hat) {
      let square = 0;
      for (let k = row; k < row + d_hat; k++) square += states[k] * states[k];
      total += Math.sqrt(square);
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
  constructor({ source, worker = true, patience = 20000 } = {}) {
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
      // The worker of a page from a file may import what it has made itself, and nothing that the page has made.
      const text = source ?? (own.startsWith("blob:") ? await (await fetch(own)).text() : null);
      const module =
        text === null
          ? JSON.stringify(own)
          : `URL.createObjectURL(new Blob([${JSON.stringify(text)}], { type: "text/javascript" }))`;
      const start =
        `const early = []; onmessage = (event) => early.push(event);\n` +
        `const failed = (error) => setTimeout(() => { throw error; });\n` + // heard by onerror; a rejection is not
        `import(${module}).then((module) => module.serve(self, { early })).catch(failed);`;
      const address = URL.createObjectURL(new Blob([start], { type: "text/javascript" }));
      worker = new Worker(address);
      setTimeout(() => URL.revokeObjectURL(address), patience);
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


const CELLS = 64; // of the decision regions, a side
const BAYES_CELLS = 120;
const FLOW = 240; // points whose way is followed
const TRAJECTORIES = 50;
const OWN = "own points";
const OWN_TABLEAU = "own tableau";
const OWN_CLASSES = 3;
const SPOKEN_EVERY = 5000; // milliseconds
const CATCH_UP = 150; // milliseconds of training between two pictures, on the way to where a link leads
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

/**
 * An experiment that a button offers: what it is called after, what it trains, what there is to see.
 * @typedef {{title: string, configuration: Choice, say: string}} Preset
 */

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
  const seen = new Set();
  /** @type {number[][]} */ const lines = [];
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
      // Logarithms are nearly straight across a boundary, where probabilities jump.
      lead[n] = Math.log(Math.max(P[n * classes + k], 1e-37)) - Math.log(Math.max(best, 1e-37));
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
function paintPoints(pen, places, c, colours, size, alpha = 0.8) {
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
  const image = new ImageData(side, side), bytes = image.data;
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
      const pixel = 4 * (i * side + j), colour = rgb[best];
      for (let k = 0; k < 3; k++) bytes[pixel + k] = colour[k];
      bytes[pixel + 3] = 255 * (0.1 + 0.27 * sure);
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
  if (size >= 1e-3 && size < 1e5) return String(Number(x.toPrecision(4))).replace("-", "−");
  const [digits, power] = x.toExponential(0).split("e");
  return `${digits === "1" ? "" : `${digits.replace("-", "−")} · `}10${raised(Number(power))}`;
}

/** A whole number as an exponent. @param {number} power */
function raised(power) {
  return String(power).split("").map((letter) => (letter === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(letter)])).join("");
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** @type {Record<string, string>} */
const ACTIVATION_NAMES = { tanh: "tanh", logistic: "logistic", relu: "ReLU", softplus: "softplus" };

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
  const sigma = `<mi mathvariant="normal">${ACTIVATION_NAMES[activation]}</mi>`;
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
    const written = terms.map(({ p, j }, k) => (k || p < 0 ? (k ? op(p < 0 ? "−" : "+") : "<mo form='prefix'>−</mo>") : "") + (Math.abs(p) === 1 ? "" : num(short(Math.abs(p)))) + sub("f", j + 1));
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

/** What the accuracy counts. @param {Configuration} configuration */
function judged({ data }) {
  return typeof data === "string" || data.validation ? "new points" : "the points";
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
  const points = judged(run.configuration), accuracy = last(history.val_accuracy), training = last(history.train_accuracy), cost = last(history.val_cost);
  const kept = spread.length ? spread[L] / spread[0] : 1;
  const collapse = kept < 1e-2
    ? `The features are collapsing: at layer ${L} their spread is ${kept === 0 ? "0" : short(Number(kept.toPrecision(1)))} of what it was at the input${kept < 1e-5 ? ", so every point gets the same answer" : ""}. ` : "";
  if (state === "diverged") {
    return `Training has diverged: the cost is no longer a finite number. Reset, and take a smaller learning rate than ${short(rate)}${net === "RKNet" ? ` or a smaller step than h = ${short(h)}` : ""}.`;
  }
  if (step === 0) return `${collapse.trim() || about || "Nothing has been learned yet: the weights are random."} Press play.`;
  const done = state === "finished" ? `All ${epochs} epochs are done. ` : "";
  if (!Number.isFinite(accuracy) || history.val_accuracy.length < 2) return `${collapse.trim() || about || "The first epoch is under way."}`.trim();
  if (collapse) return done + collapse.trim();
  if (run.bayes !== null && accuracy > run.bayes - 0.01) {
    return `${done}${percent(accuracy)} of ${points} are right; the best possible classifier gets ${percent(run.bayes)}. There is almost nothing left to gain.`;
  }
  if (training - accuracy > 0.05) return `${done}The network is right on ${percent(training)} of the points it was trained with, but on ${percent(accuracy)} of new ones: it learns them by heart.`;
  if (accuracy < 1 / run.classes + 0.03) return `${done}Nothing learned so far: ${percent(accuracy)} is the level of chance, and the cost of ${cost.toFixed(2)} is that of guessing.`;
  const limit = run.bayes === null ? "" : ` The best possible is ${percent(run.bayes)}.`;
  return `${done}${percent(accuracy)} of ${points} are right after ${epoch === 1 ? "one epoch" : `${epoch} epochs`}.${limit}${about && epoch > 2 ? ` ${about}` : ""}`;
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
 * @param {string} label
 * @param {string} symbol
 * @param {number[]} values
 * @param {(value: number) => void} chosen
 * @param {(value: number) => string} [shown]
 */
function slider(label, symbol, values, chosen, shown = short) {
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

/** The input space in n x n cells. @param {number} n @returns {Window} */
const plane = (n) => ({ left: -EDGE, right: EDGE, bottom: -EDGE, top: EDGE, columns: n, rows: n });

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
  grid-template: "presets" "score" "say" "decide" "key" "net" "traj" "layer" "feat" "plots" "in" "tools" "foot" "bar" / minmax(0, 1fr);
  padding: 0.75rem;
}
.rkp-task { border-left: 0.25rem solid var(--rkp-accent); flex: 1 0 100%; padding: 0.15rem 0 0.15rem 0.75rem; }
.rkp-top { display: contents; }
.rkp-bar { grid-area: bar; }
.rkp-tools { display: flex; flex-wrap: wrap; gap: 0.3rem; grid-area: tools; }
.rkp .rkp-sentence { grid-area: say; }
.rkp-presets { align-items: center; display: flex; flex-wrap: wrap; gap: 0.4rem; grid-area: presets; }
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
.rkp-square { min-width: 0; }
.rkp .rkp-title { font-size: 13px; min-height: 1.5rem; }
.rkp-canvas { background: color-mix(in srgb, var(--rkp-surface) 45%, transparent); border-radius: 0.4rem; display: block; touch-action: pan-y; width: 100%; }
.rkp-square .rkp-canvas { aspect-ratio: 1; }
.rkp-feat .rkp-canvas { aspect-ratio: 5 / 4; }
.rkp-turns { cursor: grab; } /* a finger turns it sideways, and scrolls the page up and down */
.rkp-draws { cursor: crosshair; touch-action: none; }
.rkp-plots .rkp-canvas, .rkp-score .rkp-canvas { background: none; height: 128px; }


.rkp-bar { align-items: center; background: var(--rkp-back); border-top: 1px solid var(--rkp-line); bottom: 0; display: flex; flex-wrap: wrap; gap: 0.3rem; margin: 0 -0.75rem -0.75rem; padding: 0.5rem 0.75rem; position: sticky; z-index: 2; border-radius: 0 0 0.6rem 0.6rem; }
.rkp .rkp-play { background: var(--rkp-accent); border-color: var(--rkp-accent); color: var(--rkp-on-accent); font-weight: 600; min-width: 4.9rem; }
.rkp .rkp-play:hover:not(:disabled) { background: color-mix(in srgb, var(--rkp-accent) 85%, var(--rkp-text)); }
.rkp-icon svg { display: inline-block; vertical-align: -1px; }
.rkp [hidden] { display: none !important; }
.rkp-count { color: var(--rkp-muted); flex: 1 1 auto; white-space: nowrap; }
.rkp-count b { color: var(--rkp-text); display: inline-block; font-weight: 600; min-width: 2ch; text-align: right; }
.rkp-count .rkp-steps { min-width: 5ch; }
.rkp-tools .rkp-select { align-items: center; display: flex; gap: 0.35rem; }
.rkp-tools label { clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; width: 1px; }
.rkp-tools select { width: 6.4rem; }
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
.rkp .rkp-facts { color: var(--rkp-muted); display: grid; font-size: 12.5px; gap: 0 0.5rem; grid-template-columns: auto auto; justify-content: space-between; margin: 0.15rem 0 0; }
.rkp-facts > * { white-space: nowrap; }
.rkp-facts b { color: var(--rkp-text); font-weight: 400; text-align: right; }
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

@container rkp (max-width: 400px) {
  .rkp-count span { display: none; }
  .rkp .rkp-presets button { font-size: 13px; padding-inline: 0.55rem; }
}
@container rkp (min-width: 560px) {
  .rkp .rkp-body {
    grid-template: "top top" "presets presets" "net score" "traj decide" "layer key" "feat plots" "in in" "say say" "foot foot" / minmax(0, 1fr) minmax(0, 1fr);
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
    grid-template: "top top top" "presets presets presets" "in net score" "in traj decide" "in layer key" "in feat plots" "say say say" "foot foot foot" / 10.5rem minmax(0, 1fr) minmax(0, 1fr);
    gap: 0.6rem 1.25rem;
  }
  .rkp-body:not(.rkp-compact) .rkp-in { align-items: start; align-content: start; grid-template-columns: minmax(0, 1fr); }
  .rkp-body:not(.rkp-compact) .rkp-thumbs { grid-template-columns: repeat(2, 1fr); }
}
@container rkp (min-width: 1160px) {
  .rkp .rkp-body:not(.rkp-compact) {
    grid-template: "top top top top" "presets presets presets presets" "in net score plots" "in traj decide feat" "in layer key ." "say say say say" "foot foot foot foot" / 10.5rem minmax(0, 1fr) minmax(0, 1fr) minmax(0, 1fr);
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

/** The reverse of `base64`. @param {string} text */
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
  const offered = /** @type {Preset[]} */ (model.get("presets") ?? []);

  /** @type {Configuration} */ let configuration = validated({});
  /** @type {Look} */ const look = { steps: 0, layer: null, view: 3, azim: -62, elev: 18 };
  /** @type {Weights|undefined} */ let given;
  /** @type {Configured|null} */ let run = null;
  /** @type {Snapshot|null} */ let snapshot = null;
  /** @type {{P: Float32Array, picture: HTMLCanvasElement, lines: number[][]}|null} */ let decision = null;
  /** @type {{lines: number[][], key: string}} */ let best = { lines: [], key: "" };
  /** @type {{at: Float32Array|Float64Array, components: number, n: number, L: number, spread: number[], norms: ArrayLike<number>}|null} */ let flow = null;
  let touched = false, box = /** @type {Box} */ ({ m: 0, bound: EDGE, centre: [0, 0, 0], low: -1 }), playing = false, wanted = false, problem = "", about = "", theme = /** @type {Theme} */ ({});
  let timer = 0, pacing = 0, sweeping = 0, target = 0, catchingUp = 0, spokenAt = 0, paintedAt = 0, sharedAt = 0, written = "";

  const player = new Player({ source: model.get("_esm") ?? undefined });
  const root = node("div", { class: "rkp mathjax_ignore tex2jax_ignore", role: "group", tabindex: -1, "aria-label": "Playground: train a Runge-Kutta network. Space plays and pauses, period takes a step, r resets." });

  // ---- what is chosen

  /** Take over choices, and build a new net once they stop coming. @param {Choice} choice @param {boolean} [atOnce] */
  function choose(choice, atOnce = false) {
    touched = true;
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
    about = offered.find(isChosen)?.say ?? "";
    showControls();
    clearTimeout(timer);
    if (problem) tell();
    else if (atOnce) build();
    else timer = window.setTimeout(build, AFTER_TYPING);
  }

  /** Whether a preset describes the configuration. @param {Preset} preset */
  function isChosen(preset) {
    return Object.entries(preset.configuration).every(([key, value]) => /** @type {any} */ (configuration)[key] === value);
  }

  function build() {
    clearTimeout(timer);
    const again = wanted && look.steps === 0;
    pause();
    player.configure(configuration, given);
    catchingUp = look.steps;
    if (again) play();
    if (touched) writeAddress();
    share(["configuration"]);
  }

  // ---- playing

  function play() {
    if (snapshot?.state === "finished" && snapshot.step >= snapshot.stepsPerEpoch * configuration.epochs) reset();
    wanted = playing = true;
    look.steps = catchingUp = 0;
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
    catchingUp = 0;
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
    look.steps = 0;
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

  const task = String(model.get("task") ?? "");
  const chips = offered.map((preset) => ({
    preset, button: node("button", { type: "button", click: () => { look.layer = null; choose({ ...DEFAULTS, noise: undefined, ...preset.configuration }, true); } }, preset.title),
  }));
  const presets = node("div", { class: "rkp-presets", role: "group", "aria-label": "Experiments" },
    ...(task ? [node("div", { class: "rkp-task" }, node("strong", {}, "Your task. "), task)] : []), ...chips.map((chip) => chip.button));

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
      paintPoints(pen, toCanvas(points.X, width, width), points.c, theme.classes, 1.1, 0.9);
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
    node("div", { class: "rkp-hint" }, "Draw in the prediction. By keyboard: arrows move the cross there, Enter sets a point."));

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
    } else choose({ data: own, epochs: Math.max(200, configuration.epochs) }); // an epoch of few points is short
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
      node("button", { type: "button", click: () => choose({ seed: configuration.seed + 1 }), "aria-label": "next seed", title: "Other points, other weights" }, "next")),
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
  const activation = select("activation", ACTIVATION_NAMES, (value) => choose({ activation: /** @type {ActivationName} */ (value) }));
  const width = slider("width", "d̂", range(...LIMITS.d_hat), (value) => choose({ d_hat: value }));
  const depth = slider("depth", "L", range(...LIMITS.L), (value) => choose({ L: value }));
  const stepSize = slider("step size", "h", [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2], (value) => choose({ h: value }));
  const [idA, idBeta, idOrder] = ["A", "beta", "order"].map(unique);
  const typedA = node("input", { id: idA, type: "text", spellcheck: "false", autocomplete: "off", "aria-describedby": idOrder, input: readTyped, value: "; 2/3; 0, 2/3" });
  const typedBeta = node("input", { id: idBeta, type: "text", spellcheck: "false", autocomplete: "off", "aria-describedby": idOrder, input: readTyped, value: "1/4, 3/8, 3/8" });
  const order = node("div", { id: idOrder, class: "rkp-hint", "aria-live": "polite" });
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
    for (const { preset, button } of chips) button.setAttribute("aria-pressed", String(isChosen(preset)));
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
      paintPoints(pen, places[0], classes, theme.classes, 1.4, 0.7);
      paintPoints(pen, places[1], classes, theme.classes, 3.4, 0.9);
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
      if (isOwn) paintPoints(pen, toCanvas(Float32Array.from(own.X.flat()), width, height), own.c, theme.classes, 3.6, 0.95);
      else if (run) paintPoints(pen, toCanvas(run.validation.X.subarray(0, 1200), width, height), run.validation.c.subarray(0, 600), theme.classes, 1.8, 0.75);
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
      const { colour, dash } = ownStyle();
      paintPlot(pen, width, height, theme, {
        title: width < 240 ? "spread, norm (thin) by layer" : "features by layer: spread, and norm (thin)", x: [0, flow.L], y: [10 ** low, 10 ** high], yTicks: powers.map((power) => 10 ** power), log: true,
        xTicks: flow.L > 1 ? [0, Math.round(flow.L / 2), flow.L] : [0, 1], written: (y) => `10${raised(Math.round(Math.log10(y)))}`, marked: shownLayer(),
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

  const number = node("div", { class: "rkp-number" }), ofWhat = node("div", {});
  const facts = { best: node("b", {}), train: node("b", {}), cost: node("b", {}) };
  const score = node("div", { class: "rkp-score" },
    node("div", {}, number, ofWhat,
      node("div", { class: "rkp-facts" }, node("span", {}, "best possible "), facts.best, node("span", {}, "in training "), facts.train, node("span", {}, "cost "), facts.cost)),
    views.accuracy.canvas);
  const sentence = node("div", { class: "rkp-sentence" });
  const formulas = node("div", { class: "rkp-formula", role: "group", "aria-label": "What is trained", tabindex: 0 });
  const small = node("div", { class: "rkp-small" });
  const spoken = node("div", { class: "rkp-spoken", role: "status", "aria-live": "polite" });
  const featTitle = node("span", {});
  const figure = (/** @type {string} */ name, /** @type {string|Node} */ title, /** @type {Panel} */ view) =>
    node("div", { class: `rkp-square ${name}` }, node("div", { class: "rkp-title" }, title), view.canvas);
  const key = node("div", { class: "rkp-key" });
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

  root.append(
    node("style", {}, STYLE),
    node("div", { class: `rkp-body${compact ? " rkp-compact" : ""}` },
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
    ofWhat.textContent = `of ${judged(run.configuration)} right`;
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
      const frame = principalAxes(some(states.states, d, 2500), d);
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
    const count = at.length / m, every = Math.ceil(count / 3000); // so many tell enough
    const spans = range(0, m - 1).map((k) => {
      const sorted = Float64Array.from({ length: Math.floor(count / every) }, (_, n) => at[n * every * m + k]).sort();
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
        const P = bayes(data, sd).probability(cellCentres(plane(BAYES_CELLS)));
        best.lines = boundaries(P, BAYES_CELLS, BAYES_CELLS, configured.classes);
      }
    }
    showKey(configured.classes);
    formulas.innerHTML = formula(configured.configuration, configured.classes).join("");
  };

  player.onsnapshot = (seen) => {
    snapshot = seen;
    const over = seen.state === "finished" || seen.state === "diverged";
    if (over && playing) pause();
    if (catchingUp > seen.step && !over) player.step(Math.min(catchingUp - seen.step, Math.max(1, Math.round(CATCH_UP / (seen.msPerStep || 1)))));
    else catchingUp = 0;
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
    Object.assign(root.dataset, { state: seen.state, step: seen.step, where: player.where });
    if ((over || now - spokenAt > SPOKEN_EVERY) && seen.step > 0 && seen.history.val_accuracy.length > 1) {
      spokenAt = now;
      const said = `Epoch ${seen.epoch}: ${percent(seen.history.val_accuracy[seen.history.val_accuracy.length - 1])} right.`;
      if (spoken.textContent !== said) spoken.textContent = said;
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
        if (!weights) return;
        written = JSON.stringify(WEIGHT_NAMES.map((name) => [name, base64(weights[name])]));
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
    address = toLink(configuration, look);
    try {
      history.replaceState(history.state, "", address);
    } catch {
      location.replace(address);
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
    const asked = model.get("configuration") ?? {}, weights = model.get("weights");
    choose({ ...DEFAULTS, noise: undefined, ...asked });
    touched = false;
    if (typeof configuration.data !== "string") own = configuration.data;
    if (weights?.K) given = /** @type {Weights} */ (Object.fromEntries(WEIGHT_NAMES.map((name) => [name, toFloats(weights[name])])));
    build();
  }

  el.append(root);
  theme = themeOf(root);
  calm();
  turn.show(look.azim);
  player.views = { grid: plane(CELLS), flow: FLOW };
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

/** At most so many of the rows of length d, evenly chosen. @param {Float32Array} rows @param {number} d @param {number} most */
function some(rows, d, most) {
  const every = Math.ceil(rows.length / d / most);
  if (every === 1) return rows;
  const chosen = new Float32Array(d * Math.ceil(rows.length / d / every));
  for (let k = 0; k * d < chosen.length; k++) chosen.set(rows.subarray(k * every * d, (k * every + 1) * d), k * d);
  return chosen;
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
