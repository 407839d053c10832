// The search puts prose before the library's reference, and its excerpts hold words only: no code, no TeX. Sphinx's own
// script, which is loaded after this one, takes these scores.
/* exported Scorer */
var Scorer = {
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
  // Pages that answer a word better than their titles say.
  answers: {
    adjoint: "chapters/s3_2_derivation",
    backpropagation: "chapters/s3_2_derivation",
    gradient: "chapters/s3_2_derivation",
    lagrangian: "chapters/s3_2_derivation",
    augmentation: "chapters/s2_paths",
    verdict: "chapters/ledger_records",
  },
  score([page, , anchor, , score]) {
    const asked = (new URLSearchParams(window.location.search).get("q") ?? "").trim().toLowerCase();
    if (Scorer.answers[asked] === page && !anchor) return score + 1000;
    return page === "api" || page.startsWith("_") ? score - 1000 : score;
  },
};

(() => {
  "use strict";

  const LEFT_OUT = ".cell_input, details.above-input, .math, .headerlink, script, style, .rknet-playground, footer";

  document.addEventListener("DOMContentLoaded", () => {
    if (typeof Search === "undefined") return;
    const text = Search.htmlToText;
    Search.htmlToText = (html, anchor) => {
      const page = new DOMParser().parseFromString(html, "text/html");
      for (const node of page.querySelectorAll(LEFT_OUT)) node.remove();
      return text(page.documentElement.outerHTML, anchor);
    };
  });
})();
