/**
 * The playground: Runge-Kutta networks trained in the page, in the arithmetic of the compiled engine.
 *
 * Exports, in the order of this file (everything works on plain numbers and typed arrays; nothing touches the document
 * when the module is loaded, because a worker loads it too):
 *
 *   SETS, ACTIVATIONS, LIFTS, SCHEMES, LIMITS, DEFAULTS    what can be chosen, and the first choice
 *   validated(configuration)                               the configuration completed by DEFAULTS, or an Error
 *   readTableau({A, beta})                                 a typed tableau: numbers and order, or an Error
 *   draw, permutation, initialWeights                      everything random, from a seed
 *   bayes(law, noise)                                      the best classifier and its accuracy
 *   Engine                                                 forward, gradients, Adam: the compiled engine's bits
 *   Trainer                                                one run: data, net, history, record
 *   principalAxes, project, featureNorms                   what the views need of the layer states
 *   serve(port), Player                                    the worker's side and the page's side of training
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
/** @typedef {{type: 'record', id: number, record: RunRecord}} Recorded */
/** @typedef {{type: 'ready'}} Ready */
/** @typedef {Ready|Configured|Snapshot|Failed|Recorded} Answer */

/**
 * @typedef {{type: 'configure', generation: number, configuration: Partial<Configuration>, weights?: Weights}
 *   | {type: 'play'} | {type: 'pause'} | {type: 'step', steps: number} | {type: 'reset', generation: number}
 *   | {type: 'views', views: Views} | {type: 'record', id: number} | {type: 'shown'}} Request
 */

/**
 * A run as `rknet verify FILE.json` replays it. Arrays are base64 of little-endian float32.
 * @typedef {object} RunRecord
 * @property {string} format
 * @property {string} generator
 * @property {Configuration} configuration
 * @property {{train: {X: string, c: number[]}, validation: {X: string, c: number[]}}} data
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

/**
 * The configuration completed by DEFAULTS (and the noise by the set's own).
 * @param {Partial<Configuration>} configuration
 * @returns {Configuration}
 * @throws {Error} one line: the field, the rule, the value
 */
export function validated(configuration) { throw new Error(`not yet ${configuration}`); }

/**
 * @typedef {object} Tableau
 * @property {number} s
 * @property {number[][]} A   (s, s)
 * @property {number[]} beta
 * @property {number[]} c     row sums of A
 * @property {number} order   the largest p <= 5 whose conditions hold exactly
 */

/**
 * @param {TableauText} text
 * @returns {Tableau}
 * @throws {Error} one line, such as "A: row 2 ..."
 */
export function readTableau(text) { throw new Error(`not yet ${text}`); }

// -------------------------------------------------------------------------------------------- data and laws

/**
 * Points of a law: the training set is the first half, the validation set the second.
 * @param {LawName} law
 * @param {number} N      how many points
 * @param {number} noise
 * @param {number} seed
 * @returns {Points}
 */
export function draw(law, N, noise, seed) { throw new Error(`not yet ${[law, N, noise, seed]}`); }

/**
 * The best classifier of a law.
 * @typedef {object} Bayes
 * @property {number} accuracy  a fraction
 * @property {(X: ArrayLike<number>) => Float64Array} probability  (N, classes) for X (N, 2), row by row
 * @property {(x1: number, x2: number) => number} classAt
 */

/**
 * @param {LawName} law
 * @param {number} noise
 * @returns {Bayes}
 */
export function bayes(law, noise) { throw new Error(`not yet ${[law, noise]}`); }

// ---------------------------------------------------------------------------------------------------- views

/**
 * Principal axes of n points of dimension d: mean, orthonormal axes by decreasing variance (the entry of largest
 * magnitude of each is positive), and the variances.
 * @param {Float32Array} states  any number of points, row by row
 * @param {number} d
 * @returns {{mean: Float64Array, axes: Float64Array, variances: Float64Array}} axes (d, d), an axis a row
 */
export function principalAxes(states, d) { throw new Error(`not yet ${[states, d]}`); }

/**
 * Coordinates of points along the first `components` axes.
 * @param {Float32Array} states
 * @param {number} d
 * @param {{mean: Float64Array, axes: Float64Array}} frame
 * @param {number} components
 * @returns {Float32Array} (n, components)
 */
export function project(states, d, frame, components) { throw new Error(`not yet ${[states, d, frame, components]}`); }

/**
 * Mean over the points of the Euclidean norm of y[l], for each layer: shape (L+1,).
 * @param {Flow} flow
 * @returns {Float64Array}
 */
export function featureNorms(flow) { throw new Error(`not yet ${flow}`); }

// -------------------------------------------------------------------------------- training off the main thread

/**
 * Answer requests: what runs in the worker, or on the page's own thread over a MessageChannel.
 * @param {{postMessage: (message: any, transfer?: any) => void, onmessage: ((event: any) => void)|null}} port
 */
export function serve(port) { port.postMessage({ type: "ready" }); }

/**
 * Training off the main thread. Handlers are properties; call `configure` first, everything else any time after.
 *
 *   const player = new Player();                  // or new Player({ source }) where the module has no address
 *   player.onconfigured = (c) => ...;
 *   player.onsnapshot = (snapshot) => ...;        // the next one is sent only after this has returned
 *   player.onfailed = (message) => ...;
 *   player.configure({ data: "spiral", d_hat: 16 });
 *   player.views = { grid: { left: -4, right: 4, bottom: -4, top: 4, columns: 80, rows: 80 }, flow: 200 };
 *   player.play();
 *
 * Where there is no Worker, or it cannot load the module, the same runs on the page's thread in slices of 15 ms.
 */
export class Player {
  /** @param {{source?: string, worker?: boolean}} [options]  source: the text of this module */
  constructor(options = {}) {
    this.options = options;
    /** @type {(configured: Configured) => void} */
    this.onconfigured = () => {};
    /** @type {(snapshot: Snapshot) => void} */
    this.onsnapshot = () => {};
    /** @type {(message: string) => void} */
    this.onfailed = () => {};
    /** 'worker' or 'page', once known. @type {string} */
    this.where = "";
  }

  /**
   * Starts a run; a run in progress is given up.
   * @param {Partial<Configuration>} configuration
   * @param {Weights} [weights]  start from these instead of drawn ones
   */
  configure(configuration, weights) { void [configuration, weights]; }

  /** The same run from the beginning. */
  reset() {}
  play() {}
  pause() {}
  /** @param {number} [steps] */
  step(steps = 1) { void steps; }
  /** @param {Views} views  a new snapshot with these follows */
  set views(views) { void views; }
  /** The record of the run as it is now. @returns {Promise<RunRecord>} */
  record() { return Promise.reject(new Error("not yet")); }
  /** The weights as they are now. @returns {Promise<Weights>} */
  weights() { return Promise.reject(new Error("not yet")); }
  /** End the worker. */
  close() {}
}
