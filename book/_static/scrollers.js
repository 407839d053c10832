// Whatever scrolls sideways and holds nothing that takes the focus takes it itself, so that arrow keys move it. A figure
// or table that scrolls says so in its caption, and a formula above itself; it fades at the edge beyond which it goes on.
(() => {
  "use strict";

  const FOCUSABLE = "a[href], button, input, select, summary, textarea, [tabindex]";
  const FORMULA = "mjx-container[display]";
  const TABLES = ".paper-table, .ledger-table, .explorer-scroller, :is(.pst-scrollable-table-container, .output.text_html):has(table)";
  const CHANGES = ["change", "click", "toggle"]; // what unfolds, and the explorer's choices
  let waiting = 0;

  function fade(formula) {
    const { scrollLeft, scrollWidth, clientWidth } = formula;
    formula.classList.toggle("more-right", scrollLeft + clientWidth < scrollWidth - 1);
    formula.classList.toggle("more-left", scrollLeft > 1);
  }

  function update() {
    for (const box of document.querySelectorAll(`.bd-article :is(div, figure, ${FORMULA})`)) {
      const scrolls = box.scrollWidth > box.clientWidth && /auto|scroll/.test(getComputedStyle(box).overflowX);
      if (box.matches(`figure, ${TABLES}`)) box.classList.toggle("scrolls", scrolls);
      if (box.matches(FORMULA)) {
        box.closest("div.math")?.classList.toggle("scrolls", scrolls);
        fade(box);
      }
      if (scrolls && !box.querySelector(FOCUSABLE)) box.tabIndex = 0;
    }
  }

  document.addEventListener("scroll", ({ target }) => target.matches?.(FORMULA) && fade(target), { capture: true, passive: true });
  window.addEventListener("load", () => {
    update();
    window.MathJax?.startup?.promise?.then(update); // a long formula scrolls, too
  });
  function later() {
    clearTimeout(waiting);
    waiting = setTimeout(update, 200);
  }

  window.addEventListener("resize", later);
  for (const change of CHANGES) document.addEventListener(change, later, { capture: true });
})();
