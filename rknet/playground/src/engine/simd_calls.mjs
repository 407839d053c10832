/** The routines that both sweeps call, written for the sizes of one net. */

import { activationRoutine } from "./simd_activations.mjs";
import { gradientRoutine, rowsRoutine, sumRoutine, transposeRoutine } from "./simd_products.mjs";
import { moveRoutine } from "./simd_updates.mjs";

/** @import { Layers } from "./layers.mjs" */
/** @import { Layout } from "./layout.mjs" */
/** @import { Routine } from "./routine.mjs" */

/** @typedef {ReturnType<typeof callsOf>} Calls */

/** Their numbers, by name. @param {Layers} net @param {Layout} at @param {(routine: Routine) => number} define */
export function callsOf(net, at, define) {
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
    activate: define(activationRoutine(net.activation)),
  };
}
