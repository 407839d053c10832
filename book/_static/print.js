// On paper every page has the light colours.
(() => {
  "use strict";

  const root = document.documentElement;
  let before = null;

  window.addEventListener("beforeprint", () => {
    before ??= root.dataset.theme ?? null;
    root.dataset.theme = "light";
  });
  window.addEventListener("afterprint", () => {
    if (before !== null) root.dataset.theme = before;
    before = null;
  });
})();
