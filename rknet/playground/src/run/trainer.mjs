/** One run: data, net, history. */

import { draw } from "../data/points.mjs";
import { GENERATOR, permutation } from "../data/random.mjs";
import { initialWeights } from "../data/weights.mjs";
import { Engine } from "../engine/engine.mjs";
import { layersOf } from "../engine/layers.mjs";
import { classesOf, stepsPerEpoch, trainingPoints, validated } from "../setup/configuration.mjs";
import { changedRates, rateAt, untilChange } from "../setup/rates.mjs";
import { refuse } from "../setup/refuse.mjs";
import { base64, RECORD_FORMAT, weightsHash, writtenNumber } from "./record.mjs";

/** @import { Layers } from "../engine/layers.mjs" */
/** @import { Configuration, History, Points, RunRecord, Weights } from "../types.mjs" */

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
    const { data, samples, noise, seed, rate, decay, batch, lift, d_hat } = this.configuration;
    this.classes = classesOf(this.configuration);
    const layers = layersOf(this.configuration);
    this.start = /** @type {'drawn'|'given'} */ (weights ? "given" : "drawn");
    /** @type {Weights} */
    this.initial = weights ? checkedWeights(weights, layers) : initialWeights(this.configuration);
    if (typeof data === "string") {
      const { X, c } = draw(data, 2 * samples, noise, seed), n = trainingPoints(this.configuration);
      this.train = { X: X.slice(0, 2 * n), c: c.slice(0, n) };
      this.validation = { X: X.slice(2 * n), c: c.slice(n) };
    } else {
      this.train = pointsOf(data);
      this.validation = pointsOf(data.validation ?? data);
    }
    this.engine = new Engine(layers, this.initial, { rate, decay, batch, kernel });
    this.stepsPerEpoch = stepsPerEpoch(this.configuration);
    /** Steps taken. */
    this.steps = 0;
    /** @type {History} */
    this.history = { train_cost: [], train_accuracy: [], val_cost: [], val_accuracy: [] };
    /** @type {'ready'|'training'|'finished'|'diverged'} */
    this.state = "ready";
    /** Validation points of each class by their answer, after the last whole epoch: (classes, classes). @type {number[]} */
    this.confusion = [];
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
    this.confusion = validation.confusion;
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
