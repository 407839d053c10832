/**
 * The playground: Runge-Kutta networks trained in the page, in the arithmetic of the compiled engine.
 *
 * This is what the bundle exports. Nothing touches the document when it is loaded, because a worker loads it too.
 */

import { render } from "./page/render.mjs";

export { solved } from "./page/task.mjs";
export { ACTIVATIONS, DEFAULTS, LIFTS, LIMITS, SCHEMES, SETS } from "./setup/choices.mjs";
export { classesOf, validated } from "./setup/configuration.mjs";
export { readTableau, tableauOf, typedTableau } from "./setup/tableau.mjs";
export { fromJson } from "./setup/opened.mjs";
export { fromCsv } from "./setup/csv.mjs";
export { fromLink, toLink } from "./setup/link.mjs";
export { GENERATOR, permutation, threefry } from "./data/random.mjs";
export { normalQuantile } from "./data/quantile.mjs";
export { draw } from "./data/points.mjs";
export { initialWeights } from "./data/weights.mjs";
export { bayes } from "./data/bayes.mjs";
export { layersOf } from "./engine/layers.mjs";
export { Engine } from "./engine/engine.mjs";
export { Trainer } from "./run/trainer.mjs";
export { weightsHash } from "./run/record.mjs";
export { sha256 } from "./run/sha256.mjs";
export { serve } from "./run/serve.mjs";
export { Player } from "./run/player.mjs";
export { principalAxes, project, turned } from "./geometry/axes.mjs";
export { featureNorms, spreads } from "./geometry/features.mjs";
export { cellCentres } from "./geometry/grid.mjs";
export { zeroLines } from "./geometry/contours.mjs";
export { short } from "./words/numbers.mjs";
export { bandOf, bandWords } from "./words/band.mjs";
export { trainSeeds } from "./run/seeds.mjs";
export { formula } from "./words/formula.mjs";
export { narration } from "./words/narration.mjs";
export { pythonOf } from "./words/python.mjs";
export { render };

export default { render };
