/** The worker's side of a playground: it trains in slices, lets requests in between, and sends snapshots. */

import { bayes } from "../data/bayes.mjs";
import { bestBoundaries, bestKey } from "../data/best.mjs";
import { boundaries } from "../geometry/contours.mjs";
import { cellCentres } from "../geometry/grid.mjs";
import { meshPoints } from "../geometry/mesh.mjs";
import { regions } from "../painting/regions.mjs";
import { said } from "../setup/refuse.mjs";
import { tableauOf } from "../setup/tableau.mjs";
import { Trainer } from "./trainer.mjs";
import { Turns } from "./turns.mjs";

/** @import { Configuration, Configured, Inside, Probe, Request, Snapshot, Views, Weights } from "../types.mjs" */

/** @typedef {{postMessage: (message: any, transfer?: any) => void, onmessage: ((event: any) => void)|null}} Port */

/** Milliseconds between snapshots, at least. */
const FRAME = 33;
/** Milliseconds to wait where a run that shall last is ahead of its time. */
const AHEAD = 8;
/** Training points whose costates are computed. */
const ASKED = 60;

/**
 * Answer requests: what runs in the worker, or on the page's own thread over a MessageChannel. A snapshot follows when the
 * one before has been shown; the views are renewed as often as leaves two thirds of the time for training.
 * @param {Port} port
 * @param {{slice?: number, early?: {data: Request}[]}} [options]
 *   slice: milliseconds of training at a time; early: requests that came before
 */
export function serve(port, { slice = 20, early = [] } = {}) {
  const server = new Server(port, slice);
  const receive = (/** @type {{data: Request}} */ { data }) => server.receive(data);
  port.onmessage = receive;
  port.postMessage({ type: "ready" });
  early.forEach(receive);
}

/** Weights and costates by layer. @param {Trainer} trainer @returns {Inside} */
function insideOf({ engine, train: { X, c } }) {
  const { K, b } = engine.weights;
  return { K, b, costates: engine.costates({ X: X.subarray(0, 2 * ASKED), c: c.subarray(0, ASKED) }) };
}

/** A run, and what the page is owed of it. */
class Server {
  /** @param {Port} port @param {number} slice */
  constructor(port, slice) {
    this.port = port;
    this.slice = slice;
    this.turns = new Turns(() => this.work());
    /** @type {Trainer|null} */
    this.trainer = null;
    /** @type {{configuration: Partial<Configuration>, weights: Weights|null}} */
    this.wanted = { configuration: {}, weights: null };
    /** @type {Views} */
    this.views = { grid: null, flow: 0 };
    this.generation = 0;
    this.playing = false;
    this.msPerStep = 0;
    /** A run that shall last: milliseconds for all steps, and when it would have begun; or as fast as can be. */
    this.pace = { lasting: 0, begun: 0 };
    /** The point that is followed. @type {[number, number]|null} */
    this.followed = null;
    /** The boundaries of the best classifier, and of which set. */
    this.best = { key: "", lines: /** @type {number[][]} */ ([]) };
    /** Whether the last snapshot has been shown, and whether another with all views must follow it. */
    this.shown = true;
    this.owed = false;
    this.sent = -Infinity;
    /** When the views were renewed, after which step, and what it cost in milliseconds. */
    this.renewed = { at: -Infinity, step: -1, cost: 0 };
  }

  /** @param {Request} request */
  receive(request) {
    try {
      /** @type {(request: any) => void} */ (this.handlers[request.type]).call(this, request);
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
      this.keepTime(1000 * lasting);
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
    },
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
    /** @type {Configured} */
    const message = {
      type: "configured", generation, configuration, classes, train, validation,
      order: configuration.net === "RKNet" ? tableauOf(configuration).order : null,
      bayes: typeof data === "string" ? bayes(data, noise).accuracy : null,
    };
    this.port.postMessage(message);
    this.snapshot(true);
    setTimeout(() => this.tellBest(generation)); // slow for some sets, so after the first picture
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
      bytes: regions(P, columns, classes, picture.side, picture.discrete), lines: boundaries(P, columns, rows, classes),
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
      const rest = trainer.stepsPerEpoch - (trainer.steps % trainer.stepsPerEpoch);
      const [first, kept] = [trainer.steps, trainer.history.train_cost.length];
      trainer.advance(Math.min(fit, steps - done, rest));
      done += trainer.steps - first;
      if (trainer.history.train_cost.length === kept) {
        const now = (performance.now() - before) / (trainer.steps - first); // without an epoch's statistics
        this.msPerStep = this.msPerStep > 0 ? 0.7 * this.msPerStep + 0.3 * now : now;
      }
    }
  }

  /** @param {boolean} fresh  with all views, whatever they cost */
  snapshot(fresh) {
    const { trainer, renewed } = this, { grid, flow, mesh = 0, inside = false } = this.views;
    if (!trainer) return;
    if (!this.shown) {
      this.owed ||= fresh;
      return;
    }
    const now = performance.now(), stale = renewed.step !== trainer.steps || fresh;
    const show = stale && (fresh || now - renewed.at > 2 * renewed.cost);
    /** @type {Snapshot} */
    const message = {
      type: "snapshot", generation: this.generation, playing: this.playing, state: trainer.state, step: trainer.steps,
      epoch: trainer.epoch, stepsPerEpoch: trainer.stepsPerEpoch, parameters: trainer.parameters,
      rate: trainer.configuration.rate, rates: trainer.configuration.rates, history: trainer.history, confusion: trainer.confusion, msPerStep: this.msPerStep, kernel: trainer.engine.kernel,
      grid: show && grid ? trainer.engine.probabilities(cellCentres(grid)) : null,
      flow: show && flow > 0 ? trainer.engine.states(trainer.validation.X.subarray(0, 2 * flow)) : null,
      mesh: show && mesh > 0 ? trainer.engine.states(meshPoints(mesh)) : null,
      inside: show && inside ? insideOf(trainer) : null,
      picture: null, classifier: null, probe: show ? this.probed() : null,
    };
    if (message.grid) message.picture = this.pictured(message.grid);
    if (show && flow > 0) {
      const { W, mu } = trainer.engine.weights;
      message.classifier = { W, mu };
    }
    const after = performance.now();
    if (show) this.renewed = { at: after, step: trainer.steps, cost: after - now };
    [this.sent, this.shown, this.owed] = [after, false, false];
    const buffers = [message.grid, message.picture?.bytes, message.flow?.states, message.mesh?.states].flatMap((array) => (array ? [array.buffer] : []));
    this.port.postMessage(message, buffers);
  }
}
