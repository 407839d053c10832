/** One configuration trained from several seeds, each with its own points, weights and order: a few workers, in turns. */

import { Player } from "./player.mjs";

/** @import { Configuration, History } from "../types.mjs" */

/** A run so far; `over` once it has finished or diverged. @typedef {{seed: number, history: History|null, over: boolean}} SeedRun */

/** Workers at a time, at most: half of the processor's cores. */
const MOST = 4;

/** Workers that the machine has room for. */
export const room = () => Math.max(1, Math.min(MOST, Math.floor((globalThis.navigator?.hardwareConcurrency ?? 2) / 2)));

/**
 * Train from the seeds `configuration.seed`, and so on, one after the other.
 * @param {Configuration} configuration
 * @param {number} count
 * @param {{source?: string, worker?: boolean, workers?: number}} options  source: see `Player`
 * @param {(problem?: string) => void} heard  something has come, or cannot be trained
 * @returns {{runs: SeedRun[], close: () => void}}
 */
export function trainSeeds(configuration, count, { source, worker, workers = room() }, heard) {
  /** @type {SeedRun[]} */
  const runs = Array.from({ length: count }, (_, k) => ({ seed: configuration.seed + k, history: null, over: false }));
  let next = 0;

  /** @param {Player} player */
  function begin(player) {
    if (next === count) {
      player.close();
      return;
    }
    const run = runs[next++];
    player.onsnapshot = ({ history, state }) => {
      if (run.over) return;
      run.history = history;
      run.over = state === "finished" || state === "diverged";
      if (run.over) begin(player);
      heard();
    };
    player.configure({ ...configuration, seed: run.seed });
    player.play();
  }

  const players = Array.from({ length: Math.min(workers, count) }, () => new Player({ source, worker }));
  const close = () => players.forEach((player) => player.close());
  for (const player of players) {
    player.onfailed = (message) => {
      close();
      heard(message);
    };
    begin(player);
  }
  return { runs, close };
}
