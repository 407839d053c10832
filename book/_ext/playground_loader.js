// Starts the playgrounds of a page. Each is given what a notebook's widget would be given: a model that holds its state.
(() => {
  "use strict";

  const source = __MODULE__;

  class Model {
    constructor(state) {
      this.state = { ...state, _esm: source, static: true };
    }

    get(name) {
      return this.state[name];
    }

    set(name, value) {
      this.state[name] = value;
    }

    save_changes() {}
    on() {}
    off() {}
  }

  async function start() {
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { default: widget } = await import(address);
    URL.revokeObjectURL(address);
    [...document.querySelectorAll(".rknet-playground")].forEach((el, position) => {
      const model = new Model({ ...JSON.parse(el.dataset.state), link: position === 0 });
      el.replaceChildren(); // until here the picture that stands there without a script
      widget.render({ model, el });
    });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
