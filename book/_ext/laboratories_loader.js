// Starts the laboratories of a page, each from the specification that its element holds.
(() => {
  "use strict";

  const source = __MODULE__;

  async function start() {
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { default: laboratories } = await import(address);
    URL.revokeObjectURL(address);
    for (const el of document.querySelectorAll(".rknet-laboratory")) {
      laboratories.render({ specification: JSON.parse(el.dataset.state), el, source });
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
