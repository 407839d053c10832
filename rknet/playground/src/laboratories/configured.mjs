/** What the controls of a laboratory say, as the playground's engine wants it; trained at once where nobody watches. */

import { Trainer } from "../run/trainer.mjs";
import { DEFAULTS, SETS } from "../setup/choices.mjs";
import { flowOf } from "./double.mjs";

/** @import { Configuration } from "../types.mjs" */
/** @import { Values } from "./types.mjs" */

/** As rknet/laboratories/run.py has it. */
const BATCH = 5, RATE = 1e-3, SEED = 0;

/** @param {Values} values @param {any} given @returns {Configuration} */
export function configurationOf({ data, net, L, h, d_hat, activation = "tanh", lift = "linear" }, given) {
  const [kind, scheme] = given.nets[net];
  const { noise } = SETS[/** @type {keyof typeof SETS} */ (data)];
  return {
    ...DEFAULTS, data, net: kind, scheme, h, d_hat: d_hat ?? given.d_hat, L, activation, lift, noise,
    samples: given.samples, rate: RATE, batch: BATCH, epochs: given.epochs, seed: SEED,
  };
}

/** The finished run of these values and the flow of its validation points. @param {Values} values @param {any} given */
export function trained(values, given) {
  const trainer = new Trainer(configurationOf(values, given));
  trainer.advance(Infinity);
  const { configuration, engine, history, validation } = trainer;
  return { history, c: validation.c, flow: flowOf(engine.weights, configuration, validation.X) };
}
