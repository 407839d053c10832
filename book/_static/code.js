// One switch a page for the code of folded cells, remembered for all pages. Without this script each cell has its own.
(() => {
  "use strict";

  const KEY = "rknet-code";
  const root = document.documentElement;

  function remembered() {
    try {
      return localStorage.getItem(KEY) === "shown";
    } catch {
      return false; // storage is forbidden
    }
  }

  function remember(shown) {
    try {
      localStorage.setItem(KEY, shown ? "shown" : "hidden");
    } catch {
      // it holds for this page
    }
  }

  function show(button, shown) {
    root.classList.toggle("code-shown", shown);
    for (const cell of document.querySelectorAll("details.above-input")) cell.open = shown;
    button.textContent = shown ? "Show less code" : "Show all code";
  }

  function start() {
    const place = document.querySelector(".article-header-buttons");
    if (!place || !document.querySelector("details.above-input")) return;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "btn btn-sm code-switch" });
    button.addEventListener("click", () => {
      const shown = !root.classList.contains("code-shown");
      remember(shown);
      show(button, shown);
    });
    place.prepend(button);
    show(button, remembered());
  }

  if (remembered()) root.classList.add("code-shown");
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
