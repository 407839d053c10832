/** The page's side of training off the main thread. */

import { frames } from "../painting/frames.mjs";
import { serve } from "./serve.mjs";

/** @import { Answer, Best, Configuration, Configured, Probed, Request, RunRecord, Snapshot, Views, Weights } from "../types.mjs" */

/** Milliseconds to wait for a picture, at most. */
const UNSEEN = 250;

/**
 * Training off the main thread. Handlers are properties; call `configure` first, everything else any time after.
 *
 *   const player = new Player();                  // or new Player({ source }) where the module has no address
 *   player.onconfigured = (configured) => ...;
 *   player.onsnapshot = (snapshot) => ...;        // the next one is sent when this has returned
 *   player.onfailed = (message) => ...;           // a configuration was refused, or something broke
 *   player.configure({ data: "spiral", d_hat: 16 });
 *   player.views = { grid: { left: -4, right: 4, bottom: -4, top: 4, columns: 80, rows: 80 }, flow: 200 };
 *   player.play();
 *
 * A page from a file may not start a module worker, so a classic one is started from a blob and imports the module: from
 * `source`, its text, or from where the page has loaded it. Where that fails, the same runs on the page's thread.
 */
export class Player {
  /** @param {{source?: string, worker?: boolean, patience?: number}} [options]  patience: ms to wait for the worker */
  constructor({ source, worker = true, patience = 20000 } = {}) {
    /** @type {(configured: Configured) => void} */
    this.onconfigured = () => {};
    /** @type {(snapshot: Snapshot) => void} */
    this.onsnapshot = () => {};
    /** @type {(best: Best) => void} */
    this.onbest = () => {};
    /** @type {(probed: Probed) => void} */
    this.onprobed = () => {};
    /** @type {(message: string) => void} */
    this.onfailed = () => {};
    /** Where it runs: 'worker', 'page', or '' while that is not known. */
    this.where = "";
    this.generation = 0;
    /** @type {Request[]} */
    this._waiting = [];
    /** @type {Map<number, (value: any) => void>} */
    this._asked = new Map();
    /** @type {{postMessage: (message: any) => void, close: () => void}|null} */
    this._port = null;
    this._asks = 0;
    this._closed = false;
    if (worker && typeof Worker !== "undefined") this._startWorker(source, patience);
    else this._startHere();
  }

  /** @param {string|undefined} source @param {number} patience */
  async _startWorker(source, patience) {
    /** @type {Worker|null} */
    let worker = null;
    const giveUp = () => {
      if (this.where !== "") return;
      worker?.terminate();
      if (!this._closed) this._startHere();
    };
    try {
      const own = import.meta.url;
      // The worker of a page from a file may import what it has made itself, and nothing that the page has made.
      const text = source ?? (own.startsWith("blob:") ? await (await fetch(own)).text() : null);
      const module =
        text === null
          ? JSON.stringify(own)
          : `URL.createObjectURL(new Blob([${JSON.stringify(text)}], { type: "text/javascript" }))`;
      const start =
        `const early = []; onmessage = (event) => early.push(event);\n` +
        `const failed = (error) => setTimeout(() => { throw error; });\n` + // heard by onerror; a rejection is not
        `import(${module}).then((module) => module.serve(self, { early })).catch(failed);`;
      const address = URL.createObjectURL(new Blob([start], { type: "text/javascript" }));
      worker = new Worker(address);
      setTimeout(() => URL.revokeObjectURL(address), patience);
    } catch {
      giveUp();
      return;
    }
    const running = worker, timer = setTimeout(giveUp, patience);
    running.onerror = (event) => {
      event.preventDefault();
      clearTimeout(timer);
      if (this.where === "") giveUp();
      else this.onfailed(event.message || "the worker has failed");
    };
    running.onmessage = (event) => {
      if (event.data.type === "ready") {
        clearTimeout(timer);
        const postMessage = (/** @type {any} */ message) => running.postMessage(message);
        this._connect("worker", { postMessage, close: () => running.terminate() });
      }
      this._receive(event.data);
    };
  }

  _startHere() {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => this._receive(event.data);
    this._connect("page", {
      postMessage: (message) => port1.postMessage(message),
      close: () => {
        port1.postMessage({ type: "close" });
        port1.close();
      },
    });
    serve(port2, { slice: 10 });
  }

  /** @param {'worker'|'page'} where @param {{postMessage: (message: any) => void, close: () => void}} port */
  _connect(where, port) {
    if (this._closed) {
      port.close();
      return;
    }
    this.where = where;
    this._port = port;
    for (const request of this._waiting.splice(0)) port.postMessage(request);
  }

  /** @param {Request} request */
  _send(request) {
    if (this._port) this._port.postMessage(request);
    else this._waiting.push(request);
  }

  /** @param {Answer} answer */
  _receive(answer) {
    if (this._closed) return;
    if (answer.type === "answer") {
      this._asked.get(answer.id)?.(answer.value);
      this._asked.delete(answer.id);
    } else if (answer.type === "snapshot") {
      try {
        if (answer.generation === this.generation) this.onsnapshot(answer);
      } finally {
        this._sendOncePainted();
      }
    } else if (answer.type !== "ready" && answer.generation === this.generation) {
      if (answer.type === "configured") this.onconfigured(answer);
      else if (answer.type === "best") this.onbest(answer);
      else if (answer.type === "probed") this.onprobed(answer);
      else this.onfailed(answer.message);
    }
  }

  /** The next snapshot is wanted when this one is painted, so that no more come than the page can show. */
  _sendOncePainted() {
    let sent = false;
    const send = () => {
      frames.drop(send); // else those of a page that is not seen would wait for its next frames
      if (!sent) this._send({ type: "shown" });
      sent = true;
    };
    if (typeof requestAnimationFrame === "undefined") send();
    else {
      frames.ask(send); // after all that this one has made necessary
      setTimeout(send, UNSEEN); // a page that is not seen paints nothing
    }
  }

  /**
   * Begin a run; the run in progress is given up.
   * @param {Partial<Configuration>} configuration
   * @param {Weights} [weights]  to start from, instead of drawn ones
   */
  configure(configuration, weights) {
    this.generation += 1;
    this._send({ type: "configure", generation: this.generation, configuration, ...(weights ? { weights } : {}) });
  }

  /** The same run from the beginning. */
  reset() {
    this.generation += 1;
    this._send({ type: "reset", generation: this.generation });
  }

  /** @param {number} [lasting]  seconds for all epochs, at least; 0 for as fast as can be */
  play(lasting = 0) {
    this._send({ type: "play", lasting });
  }

  pause() {
    this._send({ type: "pause" });
  }

  /** @param {number} [steps] */
  step(steps = 1) {
    this._send({ type: "step", steps });
  }

  /** Go on with another learning rate, from the weights and moments as they are. @param {number} rate */
  changeRate(rate) {
    this._send({ type: "rate", rate });
  }

  /** Follow a point of the plane through the layers, now and with every snapshot; null for none. @param {[number, number]|null} x */
  probe(x) {
    this._send({ type: "probe", x });
  }

  /** A snapshot with all of them follows. @param {Views} views */
  set views(views) {
    this._send({ type: "views", views });
  }

  /** The record of the run as it is now; null before a run was configured. @returns {Promise<RunRecord|null>} */
  record() {
    return this._ask("record");
  }

  /** The weights as they are now. @returns {Promise<Weights|null>} */
  weights() {
    return this._ask("weights");
  }

  /** @param {'record'|'weights'} type @returns {Promise<any>} */
  _ask(type) {
    const id = (this._asks += 1);
    return new Promise((resolve) => {
      this._asked.set(id, resolve);
      this._send({ type, id });
    });
  }

  /** End it, and forget what was not answered. */
  close() {
    this._closed = true;
    this._port?.close();
  }
}
