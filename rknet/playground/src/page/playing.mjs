/** Training plays, pauses, takes steps and begins anew; after a link it catches up with the step that the link leads to. */

/** @import { Snapshot } from "../types.mjs" */
/** @import { Page } from "./state.mjs" */

/**
 * @typedef {object} Playing
 * @property {() => void} play
 * @property {() => void} pause
 * @property {() => void} toggle
 * @property {() => void} step
 * @property {() => void} reset
 * @property {(configure: () => void) => void} restart  with another net; plays on if it played
 * @property {(seen: Snapshot, over: boolean) => void} catchUp
 * @property {() => void} stop
 */

/** Milliseconds of training between two pictures, on the way to where a link leads. */
const CATCH_UP = 150;

/** Widths on which pictures stand below one another. */
const NARROW = 560;

/** On a small screen, bring what is said into sight, and the picture below it. @param {Page} page @param {Element|null} [first]  what is to stand on top */
export function watch({ root, guide, bar, still }, first = guide.element.hidden ? bar.bar : guide.element) {
  if (root.clientWidth >= NARROW) return;
  first?.scrollIntoView({ block: "start", behavior: still.matches ? "auto" : "smooth" });
}

/** @param {Page} page @returns {Playing} */
export function playing(page) {
  const { state, player } = page, { look } = state;
  let wanted = false, pacing = 0, catchingUp = 0;

  function play() {
    const { snapshot, configuration } = state;
    if (snapshot?.state === "finished" && snapshot.step >= snapshot.stepsPerEpoch * configuration.epochs) reset();
    wanted = state.playing = true;
    look.steps = catchingUp = 0;
    stop();
    const pace = page.bar.pace();
    if (pace.steps) stepAt(pace.steps);
    else player.play(pace.lasting);
    page.turning.begin();
    page.bar.show();
  }

  /** @param {number} pace  steps per second */
  function stepAt(pace) {
    let target = state.snapshot?.step ?? 0;
    pacing = window.setInterval(() => {
      if ((state.snapshot?.step ?? 0) < target) return; // the last steps are still being taken
      const steps = Math.max(1, Math.round(pace / 10));
      target += steps;
      player.step(steps);
    }, Math.max(100, 1000 / pace));
  }

  function pause() {
    wanted = state.playing = false;
    catchingUp = 0;
    stop();
    player.pause();
    page.turning.end();
    page.bar.show();
  }

  function step() {
    pause();
    player.step(1);
  }

  function reset() {
    const again = state.playing;
    pause();
    look.steps = 0;
    page.rateControl.reset();
    if (again) play();
  }

  /** @param {() => void} configure */
  function restart(configure) {
    const again = wanted && look.steps === 0;
    pause();
    configure();
    catchingUp = look.steps;
    if (again) play();
  }

  /** @param {Snapshot} seen @param {boolean} over */
  function catchUp(seen, over) {
    if (over && state.playing) pause();
    if (catchingUp > seen.step && !over) {
      const atATime = Math.max(1, Math.round(CATCH_UP / (seen.msPerStep || 1)));
      player.step(Math.min(catchingUp - seen.step, atATime));
    } else {
      if (catchingUp) state.box.m = state.near.m = 0; // what is shown is fitted anew, whatever was seen on the way
      catchingUp = 0;
    }
  }

  const toggle = () => (state.playing ? pause() : (play(), watch(page)));
  const stop = () => clearInterval(pacing);
  return { play, pause, toggle, step, reset, restart, catchUp, stop };
}
