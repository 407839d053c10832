/** The Python code that trains the same net with the library. */

import { classesOf, stepsPerEpoch, trainingPoints } from "../setup/configuration.mjs";
import { tableauOf } from "../setup/tableau.mjs";

/** @import { Configuration } from "../types.mjs" */

/** A text as Python writes it. @param {string} text */
const quoted = (text) => JSON.stringify(text);

/** A number as Python reads it: a decimal, never a whole number where a real one is meant. @param {number} x */
const real = (x) => (Number.isInteger(x) ? `${x}.0` : String(x));

/** @param {{X: number[][], c: number[]}} points @param {number} classes */
function pointSet({ X, c }, classes) {
  return `PointSet(${JSON.stringify(X)}, ${JSON.stringify(c)}, ${classes})`;
}

/** The statements that make the points. @param {Configuration} configuration @returns {string[]} */
function dataIn(configuration) {
  const { data, samples, noise, seed } = configuration, n = trainingPoints(configuration);
  if (typeof data === "string") {
    return [`both = points(${quoted(data)}, ${2 * samples}, noise=${real(noise)}, seed=${seed})`,
      `train, validation = both[:${n}], both[${n}:]`];
  }
  const train = pointSet(data, data.classes);
  return [`train = ${train}`, `validation = ${data.validation ? pointSet(data.validation, data.classes) : "train"}`];
}

/** @param {Configuration} configuration */
function netIn(configuration) {
  const { net, scheme, h, d_hat, L, activation, lift, seed } = configuration;
  const sizes = `2, ${d_hat}, ${classesOf(configuration)}, ${L}`, rest = `activation=${quoted(activation)}, lift=${quoted(lift)}, seed=${seed}`;
  if (net === "StandardNet") return `StandardNet(${sizes}, ${rest})`;
  const { A, beta } = tableauOf(configuration).text;
  const tableau = typeof scheme === "string" ? quoted(scheme) : `Tableau("typed", ${JSON.stringify(A)}, ${JSON.stringify(beta)})`;
  return `RKNet(${sizes}, tableau=${tableau}, h=${real(h)}, ${rest})`;
}

/** Changes of the learning rate as factors by epoch, which is how the library schedules them. @param {Configuration} configuration @returns {string[]} */
function scheduleIn(configuration) {
  const { rate, rates } = configuration;
  if (!rates.length) return [];
  const factors = new Map([[0, 1]]);
  for (const [step, next] of rates) factors.set(Math.round(step / stepsPerEpoch(configuration)), Number((next / rate).toPrecision(12)));
  return [
    "# The learning rate was changed while the page trained; the library changes it between epochs, so here at the nearest end of one.",
    `factors = {${[...factors].map(([epoch, factor]) => `${epoch}: ${real(factor)}`).join(", ")}}`, "",
    "def schedule(epoch: int) -> float:", '    """The factor of the learning rate in an epoch."""',
    "    return factors[max(first for first in factors if first <= epoch)]", "",
  ];
}

/** @param {Configuration} configuration */
export function pythonOf(configuration) {
  const { data, net, scheme, rate, rates, decay, batch, epochs, seed } = configuration;
  const names = ["Protocol", net, "fit", ...(typeof data === "string" ? [] : ["PointSet"]),
    ...(net === "RKNet" && typeof scheme !== "string" ? ["Tableau"] : [])].sort();
  return [
    '"""A net of the playground, trained with the library rknet."""', "",
    `from rknet import ${names.join(", ")}`,
    ...(typeof data === "string" ? ["from rknet.playground.random import points"] : []), "",
    ...dataIn(configuration),
    "# The library draws other initial weights and another order of the points than the page, so the result differs a little.",
    "# To repeat a run bit by bit, export its record and give the file to the command `rknet verify`.",
    `net = ${netIn(configuration)}`,
    ...scheduleIn(configuration),
    `protocol = Protocol(epochs=${epochs}, batch_size=${batch}, learning_rate=${real(rate)}, stop_early=False${decay ? `, weight_decay=${decay}` : ""}${rates.length ? ", schedule=schedule" : ""})`,
    `history = fit(net, train, validation, protocol, seed=${seed})`,
    'print(f"{100 * history.val_accuracy[-1]:.1f} % of new points are right")', "",
  ].join("\n");
}
