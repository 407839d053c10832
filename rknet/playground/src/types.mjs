/** The types that modules share: points, weights, configurations, snapshots, messages, records. */

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

/** What a reader's table calls classes and coordinates. @typedef {{classes: string[], columns: string[]}} Names */

/**
 * Points given by a reader or by Python; where `validation` is missing, the training points stand for it.
 * @typedef {object} Given
 * @property {number} classes
 * @property {number[][]} X
 * @property {number[]} c
 * @property {{X: number[][], c: number[]}} [validation]
 * @property {Names} [names]
 */

/**
 * Everything that decides a run. Plain JSON.
 * @typedef {object} Configuration
 * @property {LawName|Given} data
 * @property {number} noise     standard deviation of the noise added after labelling; ignored for given points
 * @property {number} samples   half as many points as are drawn; ignored for given points
 * @property {number} share     share of the drawn points that is trained with; the rest are for validation
 * @property {'StandardNet'|'RKNet'} net
 * @property {string|TableauText} scheme  a name in SCHEMES or a typed tableau; ignored by the StandardNet
 * @property {number} h         step size; ignored by the StandardNet
 * @property {number} d_hat     width
 * @property {number} L         depth
 * @property {ActivationName} activation
 * @property {LiftName} lift
 * @property {number} rate      Adam's learning rate in the first step
 * @property {[number, number][]} rates  changes of it: after how many steps, and to what
 * @property {number} decay     weight decay: each step also takes rate * decay times its value from every trained weight
 * @property {number} batch     samples per step
 * @property {number} epochs    training ends after so many
 * @property {number} seed      decides data, initial weights and the order of the samples
 */

/** @typedef {Partial<Configuration>} Choice */

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
 * @property {{side: number, discrete: boolean}|null} [picture]  of the regions on the square grid: pixels a side, and
 *   whether every answer has the same strength
 * @property {number} flow       layer states of so many validation points (the first ones), 0 for none
 * @property {boolean} [inside]  weights and costates by layer
 * @property {number} [mesh]     layer states of a grid of so many lines each way, 0 for none
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
 * Weights and costates by layer.
 * @typedef {object} Inside
 * @property {Float32Array} K         (L, d_hat, d_hat), row by row
 * @property {Float32Array} b         (L, d_hat)
 * @property {Float64Array} costates  (L+1,) root mean square over some training points of the norm of p[l]
 */

/**
 * What the net makes of one point of the plane.
 * @typedef {object} Probe
 * @property {[number, number]} x
 * @property {Float32Array} states  (L+1, d_hat), row by row
 * @property {Float32Array} P       probability of each class
 */

/**
 * The classifier H(W y + mu).
 * @typedef {object} Classifier
 * @property {Float32Array} W   (classes, d_hat), row by row
 * @property {Float32Array} mu  (classes,)
 */

/**
 * The state of a run, at most 30 times per second.
 * @typedef {object} Snapshot
 * @property {'snapshot'} type
 * @property {number} generation    counts calls of `configure` and `reset`; older ones may still be on their way
 * @property {boolean} playing
 * @property {'ready'|'training'|'finished'|'diverged'} state  diverged: a cost is not finite
 * @property {number} step          steps taken
 * @property {number} epoch         whole epochs done
 * @property {number} stepsPerEpoch
 * @property {number} parameters    number of trained weights
 * @property {number} rate          the learning rate in the first step
 * @property {[number, number][]} rates  changes of it, as in the configuration
 * @property {History} history
 * @property {number[]} confusion  validation points of each class, row by row, by their answer after the last whole epoch
 * @property {number} msPerStep     milliseconds of training a step, 0 before the first
 * @property {'webassembly'|'javascript'} kernel  what computes
 * @property {Float32Array|null} grid   probability of each class: (rows, columns, classes); null if not asked for or
 *   not renewed since the snapshot before
 * @property {{bytes: Uint8ClampedArray<ArrayBuffer>, lines: number[][]}|null} picture  renewed with the grid, if asked for: colours
 *   and opacity of its pixels, and the lines between the regions in cells
 * @property {Flow|null} flow
 * @property {Flow|null} mesh               of the points of `meshPoints`
 * @property {Inside|null} inside
 * @property {Classifier|null} classifier   renewed with the flow
 * @property {Probe|null} probe             of the point that was asked for last
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

/**
 * The boundaries between the regions of the best possible classifier, once they are computed.
 * @typedef {{type: 'best', generation: number, key: string, lines: number[][]}} Best
 */

/** @typedef {{type: 'probed', generation: number, probe: Probe}} Probed */

/** @typedef {{type: 'failed', generation: number, message: string}} Failed */

/** @typedef {{type: 'answer', id: number, value: any}} Answered  to `record` and `weights` */

/** @typedef {{type: 'ready'}} Ready */

/** @typedef {Ready|Configured|Snapshot|Best|Probed|Failed|Answered} Answer */

/**
 * @typedef {{type: 'configure', generation: number, configuration: Partial<Configuration>, weights?: Weights}
 *   | {type: 'play', lasting?: number} | {type: 'probe', x: [number, number]|null} | {type: 'pause'} | {type: 'step', steps: number} | {type: 'rate', rate: number} | {type: 'reset', generation: number}
 *   | {type: 'views', views: Views} | {type: 'record', id: number} | {type: 'weights', id: number}
 *   | {type: 'shown'} | {type: 'close'}} Request
 */

/**
 * A run as `rknet verify FILE.json` replays it; see rknet/playground/replay.py. Arrays are base64 of little-endian float32.
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
