/** What the parts of one playground share: its state, and one another. */

import { EDGE } from "../data/points.mjs";
import { validated } from "../setup/configuration.mjs";
import { moons, withClasses } from "../setup/drawn.mjs";

/** @import { Box } from "../painting/space.mjs" */
/** @import { Panel } from "../painting/panel.mjs" */
/** @import { Theme } from "../painting/colours.mjs" */
/** @import { Player } from "../run/player.mjs" */
/** @import { Look } from "../setup/link.mjs" */
/** @import { Configuration, Classifier, Configured, Flow, Given, Inside, Probe, Snapshot, Weights } from "../types.mjs" */
/** @import { Preset } from "../words/names.mjs" */
/** @import { Address } from "./address.mjs" */
/** @import { Bar } from "./bar.mjs" */
/** @import { Choosing } from "./choosing.mjs" */
/** @import { Legend } from "./legend.mjs" */
/** @import { LayerControls } from "./layer_controls.mjs" */
/** @import { Named, Opener } from "./opener.mjs" */
/** @import { Notebook } from "./notebook.mjs" */
/** @import { OwnPoints } from "./own_points.mjs" */
/** @import { Playing } from "./playing.mjs" */
/** @import { Probing } from "./probing.mjs" */
/** @import { RateControl } from "./rate_control.mjs" */
/** @import { Score } from "./score.mjs" */
/** @import { Sentence } from "./sentence.mjs" */
/** @import { Turning } from "./turning.mjs" */
/** @import { Undoing } from "./undoing.mjs" */
/** @import { Guide } from "./guide.mjs" */

/**
 * What a notebook or a page gives: the state that it shares with the playground.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: any) => void} set
 * @property {() => void} save_changes
 * @property {(name: string, heard: () => void) => void} on
 * @property {(name: string, heard?: () => void) => void} off
 */

/**
 * Features in the components that are shown, and their sizes by layer.
 * @typedef {object} Followed
 * @property {Float32Array|Float64Array} at  (L+1, n, components)
 * @property {number} components
 * @property {number} n
 * @property {number} L
 * @property {{mean: Float64Array, axes: Float64Array}|null} frame  the axes that are shown; null where all features are
 * @property {number[]} spread
 * @property {ArrayLike<number>} norms
 */

/**
 * @typedef {object} State
 * @property {Configuration} configuration
 * @property {Look} look
 * @property {Weights|undefined} given  weights to start from
 * @property {Named|null} opened     the file that the run is from
 * @property {Configured|null} run
 * @property {Snapshot|null} snapshot
 * @property {Flow|null} states         the layer states that came last
 * @property {Followed|null} flow       what is drawn of them
 * @property {Flow|null} mesh           the grid of the input plane, followed through the layers
 * @property {Uint8Array|null} meshAnswers  the class that each of its points is given
 * @property {Inside|null} inside
 * @property {Classifier|null} classifier
 * @property {Probe|null} probe         the point that the reader has picked
 * @property {Box} box                  the part of feature space that is shown
 * @property {Box} near                 the part that is shown of the features at one layer
 * @property {{P: Float32Array, picture: HTMLCanvasElement, lines: number[][]}|null} decision
 * @property {{lines: number[][], key: string}} best  boundaries of the best classifier, and of which set
 * @property {Theme} theme
 * @property {Given} own                the reader's own points
 * @property {number} drawnClass
 * @property {{x: number, y: number, shown: boolean}} cursor  of drawing by keyboard
 * @property {boolean} touched          whether the reader has chosen something
 * @property {boolean} playing
 * @property {string} problem           why nothing can be trained; "" if all is well
 * @property {string} about             what the chosen preset shows
 */

/** A part that shows the configuration. @typedef {{show: () => void}} Shown */

/**
 * @typedef {object} Page
 * @property {Model} model
 * @property {Preset[]} offered
 * @property {boolean} compact
 * @property {boolean} inNotebook
 * @property {MediaQueryList} still  whether the reader wants little motion
 * @property {HTMLElement} root
 * @property {Player} player
 * @property {State} state
 * @property {Record<'trajectories'|'features'|'decision'|'accuracy'|'cost'|'layers'|'weights'|'sizes', Panel>} views
 * @property {Panel[]} panels        all canvases
 * @property {Shown[]} controls
 * @property {Address} address
 * @property {Bar} bar
 * @property {Choosing} choosing
 * @property {LayerControls} layers
 * @property {Legend} legend
 * @property {Notebook} notebook
 * @property {Opener} opener
 * @property {OwnPoints} ownPoints
 * @property {Playing} playing
 * @property {Probing} probing
 * @property {RateControl} rateControl
 * @property {Score} score
 * @property {Sentence} sentence
 * @property {Shown & {element: HTMLElement}} shownPoints
 * @property {ReturnType<typeof import("./task.mjs").taskOf>} task
 * @property {Turning} turning
 * @property {(() => void)|undefined} heard  what a race does after every snapshot
 * @property {Undoing} undoing
 * @property {Guide} guide
 * @property {import("./inside.mjs").Inside} inside
 */

/** @returns {State} */
export function newState() {
  return {
    configuration: validated({}),
    look: { steps: 0, layer: null, view: 3, azim: -62, elev: 18, points: undefined, discrete: false, hide: [] },
    given: undefined,
    opened: null,
    run: null,
    snapshot: null,
    states: null,
    flow: null,
    mesh: null,
    meshAnswers: null,
    inside: null,
    classifier: null,
    probe: null,
    box: { m: 0, bound: EDGE, centre: [0, 0, 0], low: -1 },
    near: { m: 0, bound: EDGE, centre: [0, 0, 0], low: -1 },
    decision: null,
    best: { lines: [], key: "" },
    theme: /** @type {Theme} */ ({}),
    own: withClasses({ classes: 2, ...moons() }),
    drawnClass: 0,
    cursor: { x: 0, y: 0, shown: false },
    touched: false,
    playing: false,
    problem: "",
    about: "",
  };
}

/** Whether the points are the reader's own, or Python's. @param {State} state */
export const isOwn = ({ configuration }) => typeof configuration.data !== "string";

/** The points that the prediction shows: those that are asked for, else all of one's own, or new ones. @param {State} state */
export const shownOf = (state) => state.look.points ?? (isOwn(state) ? "all" : "new");

/** The run is no longer the one of a file. @param {State} state */
export function leaveRun(state) {
  if (state.opened?.kind === "run") state.opened = null;
}

/** How many components of the features are drawn. @param {State} state */
export const components = ({ look, configuration }) => Math.min(look.view, configuration.d_hat);

/** @param {State} state */
export const shownLayer = ({ look, configuration, flow }) =>
  Math.min(look.layer ?? configuration.L, flow?.L ?? configuration.L);

/** K and b of the layer that follows the chosen features, or of the last one. @param {Inside} inside @param {State} state */
export function shownWeights({ K, b, costates }, state) {
  const L = costates.length - 1, layer = Math.min(shownLayer(state), L - 1), d_hat = b.length / L;
  const part = (/** @type {Float32Array} */ all, /** @type {number} */ size) => all.subarray(layer * size, (layer + 1) * size);
  return { K: part(K, d_hat * d_hat), b: part(b, d_hat), layer, d_hat };
}
