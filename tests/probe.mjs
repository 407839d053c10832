// Answers questions about the playground's module: a list of [name, arguments...] as JSON in, the answers as JSON out.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const P = await import("../rknet/playground/playground.mjs");

const floats = (text) => new Float32Array(new Uint8Array(Buffer.from(text, "base64")).buffer);
const hash = (...arrays) => {
  const digest = createHash("sha256");
  for (const array of arrays) digest.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return digest.digest("hex");
};
const text = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("base64");
const NAMES = ["lift", "K", "b", "W", "mu"];
const hashOf = (weights) => hash(...NAMES.map((name) => weights[name]));

const answers = {
  /** Everything an engine computes, from given weights: before and after steps of Adam. */
  engine({ net, weights, rate, decay, batch, X, c, order, few }, kernel) {
    const layers = { ...net, A: net.A.map((row) => new Float32Array(row)), beta: new Float32Array(net.beta) };
    const start = Object.fromEntries(NAMES.map((name) => [name, floats(weights[name])]));
    const engine = new P.Engine(layers, start, { rate, decay, batch, kernel });
    const points = { X: floats(X), c: new Int32Array(c) };
    const some = { X: points.X.slice(0, 2 * few), c: points.c.slice(0, few) };
    const gradients = engine.gradients(some);
    const costates = engine.costates(some);
    const before = engine.statistics(points);
    engine.epoch(points, order);
    const after = engine.statistics(points);
    return {
      kernel: engine.kernel,
      before: [before.cost, before.accuracy],
      after: [after.cost, after.accuracy],
      confusion: after.confusion,
      weights: hashOf(engine.weights),
      logits: hash(engine.logits(points.X)),
      states: hash(engine.states(some.X).states),
      costates: [...costates],
      gradients: Object.fromEntries(NAMES.map((name) => [name, text(gradients[name])])),
    };
  },
  threefry: (...words) => P.threefry(...words),
  draw(...options) {
    const { X, c } = P.draw(...options);
    return { X: text(X), c: [...c] };
  },
  permutation: (...options) => [...P.permutation(...options)],
  initial(configuration) {
    const weights = P.initialWeights(P.validated(configuration));
    return Object.fromEntries(NAMES.map((name) => [name, text(weights[name])]));
  },
  order: (tableau) => P.readTableau(tableau),
  formula: (scheme) => P.formula(P.validated({ scheme }), 2),
  refusal(name, argument) {
    try {
      P[name](argument);
    } catch (error) {
      return error.message;
    }
    return null;
  },
  bayes(law, noise, X) {
    const best = P.bayes(law, noise);
    const classes = X.map(([x1, x2]) => best.classAt(x1, x2));
    return { accuracy: best.accuracy, probability: [...best.probability(X.flat())], classes };
  },
  sha256: (message) => P.sha256(new TextEncoder().encode(message)),
  run(configuration, steps, { kernel, weights, changes = [] } = {}) {
    const given = weights && Object.fromEntries(NAMES.map((name) => [name, floats(weights[name])]));
    const trainer = new P.Trainer(configuration, { kernel, weights: given });
    for (const [step, rate] of changes) {
      trainer.advance(step - trainer.steps);
      trainer.changeRate(rate);
    }
    trainer.advance(steps - trainer.steps);
    return trainer.record();
  },
  principalAxes(points, d) {
    const frame = P.principalAxes(new Float32Array(points), d);
    const { mean, axes, variances } = frame;
    const along = P.project(new Float32Array(points), d, frame, 2);
    return { mean: [...mean], axes: [...axes], variances: [...variances], along: [...along] };
  },
  featureNorms: (states, n, L, d_hat) => [...P.featureNorms({ states: new Float32Array(states), n, L, d_hat })],
  cellCentres: (window) => [...P.cellCentres(window)],
  /** Snapshots of a player: one is asked for, the other seen, until `epochs` are done; then everything it answers. */
  play: (configuration, views, epochs) =>
    new Promise((resolve, reject) => {
      const player = new P.Player({ worker: false });
      const seen = { where: player.where, snapshots: 0, configured: null, failed: [] };
      let asked = false;
      player.onfailed = (message) => seen.failed.push(message);
      player.onconfigured = (configured) => {
        seen.configured = { ...configured, train: configured.train.c.length, validation: configured.validation.c.length };
      };
      player.onsnapshot = async (snapshot) => {
        seen.snapshots += 1;
        if (snapshot.state === "finished" || snapshot.state === "diverged") reject(new Error("the run has ended before it was stopped"));
        if (snapshot.playing && snapshot.epoch >= epochs) player.pause();
        if (snapshot.playing || snapshot.epoch < epochs || asked) return;
        asked = true;
        const record = await player.record();
        seen.weights = hashOf(await player.weights());
        seen.last = { ...snapshot, grid: snapshot.grid?.length, flow: snapshot.flow?.states.length };
        player.step(1);
        player.onsnapshot = (after) => {
          if (after.step === seen.last.step) return;
          player.close();
          resolve({ ...seen, record, stepped: after.step });
        };
      };
      player.configure({ L: 0 });
      player.configure(configuration);
      player.views = views;
      player.play();
    }),
};

const questions = JSON.parse(readFileSync(0, "utf8"));
const found = [];
for (const [name, ...options] of questions) found.push(await answers[name](...options));
console.log(JSON.stringify(found));
