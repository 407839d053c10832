/** All pictures of a page take turns, so that several playgrounds on it do not slow it down. */

/** Milliseconds from asking for a picture to the next frame, beyond which the page counts as slow. */
const SLOW = 42;
/** Pictures a frame: at least, to begin with, and at most. */
const LEAST = 2, FIRST = 6, MOST = 24;

/** What is painted in the next frames, in the order in which it was asked for. */
class Frames {
  constructor() {
    /** @type {Set<() => void>} */
    this.waiting = new Set();
    this.due = 0;
    this.asked = 0;
    /** Pictures a frame: fewer while frames come late, so that each is short; more while they do not. */
    this.share = FIRST;
  }

  /** @param {() => void} paint  once, however often it is asked for before its turn */
  ask(paint) {
    this.waiting.add(paint);
    if (this.due) return;
    this.asked = performance.now();
    this.due = requestAnimationFrame(() => this.take());
  }

  /** @param {() => void} paint  no longer wanted */
  drop(paint) {
    this.waiting.delete(paint);
  }

  take() {
    this.share = performance.now() - this.asked > SLOW ? Math.max(LEAST, this.share / 2) : Math.min(MOST, this.share + 0.5);
    this.due = 0;
    const now = [...this.waiting].slice(0, Math.floor(this.share));
    for (const paint of now) this.waiting.delete(paint);
    const [next] = this.waiting;
    if (next) this.ask(next);
    for (const paint of now) paint();
  }
}

/** Those of the page. */
export const frames = new Frames();
