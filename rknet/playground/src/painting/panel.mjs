/** A canvas at the device's resolution, painted when its turn comes. */

import { node } from "../page/elements.mjs";
import { frames } from "./frames.mjs";

/** @typedef {CanvasRenderingContext2D} Pen */

/** What lies further from the screen than its height is not painted. */
const AROUND = "100% 0px";

/** A canvas at the resolution of the device, painted when its turn comes. */
export class Panel {
  /**
   * @param {string} label  what a reader who cannot see it is told
   * @param {(pen: Pen, width: number, height: number) => void} paint
   */
  constructor(label, paint) {
    this.canvas = node("canvas", { class: "rkp-canvas", role: "img", "aria-label": label });
    this.paint = paint;
    this.turn = () => this.now();
    /** Of the canvas in the page. */
    this.size = [0, 0];
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.canvas);
    /** Whether it is on the screen or near it, and whether it was to be painted while it was not. */
    this.near = true;
    this.stale = false;
    this.watcher = new IntersectionObserver((seen) => {
      this.near = seen[seen.length - 1].isIntersecting;
      if (this.near && this.stale) this.soon();
    }, { rootMargin: AROUND });
    this.watcher.observe(this.canvas);
  }

  fit() {
    const { clientWidth, clientHeight } = this.canvas, ratio = window.devicePixelRatio || 1;
    this.size = [clientWidth, clientHeight]; // asking for it at every painting would lay out the page each time
    const [width, height] = this.size.map((size) => Math.round(size * ratio));
    if (!width || !height) return;
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.now();
  }

  soon() {
    this.stale = !this.near;
    if (this.near) frames.ask(this.turn);
  }

  now() {
    frames.drop(this.turn);
    const pen = this.canvas.getContext("2d"), ratio = window.devicePixelRatio || 1;
    if (!pen || !this.canvas.width) return;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const [width, height] = this.size;
    pen.clearRect(0, 0, width, height);
    this.paint(pen, width, height);
  }

  close() {
    frames.drop(this.turn);
    this.observer.disconnect();
    this.watcher.disconnect();
  }
}
