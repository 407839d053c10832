// Whatever scrolls sideways and holds nothing that takes the focus takes it itself, so that arrow keys move it. A figure
// that scrolls says so in its caption.
(() => {
  "use strict";

  const FOCUSABLE = "a[href], button, input, select, summary, textarea, [tabindex]";
  let waiting = 0;

  function update() {
    for (const box of document.querySelectorAll(".bd-article :is(div, figure, mjx-container[display])")) {
      const scrolls = box.scrollWidth > box.clientWidth && /auto|scroll/.test(getComputedStyle(box).overflowX);
      if (box.matches("figure")) box.classList.toggle("scrolls", scrolls);
      if (scrolls && !box.querySelector(FOCUSABLE)) box.tabIndex = 0;
    }
  }

  window.addEventListener("load", () => {
    update();
    window.MathJax?.startup?.promise?.then(update); // a long formula scrolls, too
  });
  window.addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(update, 200);
  });
})();
