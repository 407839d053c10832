/** Work in turns with the messages that wait: without the pause that timers make. */

export class Turns {
  /** @param {() => void} work */
  constructor(work) {
    const { port1, port2 } = new MessageChannel();
    this.ends = [port1, port2];
    this.due = false;
    this.take = () => {
      this.due = false;
      work();
    };
    port1.onmessage = this.take;
  }

  /** Work once more after the messages that wait; in Node, where a busy channel lets no other in, by its own means. */
  next() {
    const { setImmediate } = /** @type {any} */ (globalThis);
    if (!this.due) setImmediate ? setImmediate(this.take) : this.ends[1].postMessage(null);
    this.due = true;
  }

  /** Work once more after so many milliseconds. @param {number} wait */
  later(wait) {
    if (!this.due) setTimeout(this.take, wait);
    this.due = true;
  }

  close() {
    for (const end of this.ends) end.close();
  }
}
