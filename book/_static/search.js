// The search puts prose before the library's reference, which it folds away, and its excerpts hold words only: no code, no
// TeX. A page read from a file may not fetch another: there, each page of the results has its first sentences, which the
// build has put into the search page (rknet_site.py). Sphinx's own script, which is loaded after this one, takes these scores.
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

  const LEFT_OUT = ".cell_input, details.above-input, .headerlink, script, style, .rknet-playground";
  const APART = "br, dd, div, dt, figcaption, h1, h2, h3, h4, li, p, summary, td, th"; // words of two of them do not run together
  const AROUND = ".bd-header-article, .onlyprint, #references, footer";
  const REFERENCE = "api.html";
  const counted = (count, one, several) => `${count} ${count === 1 ? one : several}`;

  document.addEventListener("DOMContentLoaded", () => {
    if (typeof Search === "undefined") return;
    const text = Search.htmlToText;
    Search.htmlToText = (html, anchor) => {
      const page = new DOMParser().parseFromString(html, "text/html");
      for (const node of page.querySelectorAll(`${LEFT_OUT}, ${AROUND}`)) node.remove();
      for (const node of page.querySelectorAll(".math")) node.replaceWith("…");
      for (const node of page.querySelectorAll(APART)) node.after(" ");
      return text(page.documentElement.outerHTML, anchor).replace(/\s+/g, " ").replace(/…(?:[ ,;]*…)+/g, "…");
    };
    fold(document.querySelector("#search-results"));
  });

  /** Where excerpts cannot be fetched, a page's first sentences stand below its title. */
  function describe(place) {
    if (window.location.protocol !== "file:") return;
    const sentences = JSON.parse(document.querySelector("#first-sentences")?.textContent ?? "{}");
    for (const item of place.querySelectorAll(":scope > ul > li:not(:has(p, span))")) {
      const said = sentences[item.querySelector("a").getAttribute("href").replace(/\.html(#.*)?$/, "")];
      if (said) item.append(Object.assign(document.createElement("p"), { className: "context", textContent: said }));
    }
  }

  /** What a reader can do whose words are on no page, in place of Sphinx's words on categories, which this book has not. */
  function nothing() {
    const glossary = Object.assign(document.createElement("a"), { href: "glossary.html", textContent: "glossary" });
    return ["No page has all of these words. Check the spelling, try fewer or other words, or look in the ", glossary, "."];
  }

  /** Sphinx shows one result after the other: those of the reference are moved below a line that opens them. */
  function fold(place) {
    const list = document.createElement("ul"), line = document.createElement("summary"), folded = document.createElement("details");
    list.className = "search";
    folded.append(line, list);
    new MutationObserver(() => {
      describe(place);
      for (const item of place.querySelectorAll(`:scope > ul > li:has(> a[href^="${REFERENCE}"])`)) list.append(item);
      if (list.children.length && !folded.isConnected) place.append(folded);
      const pages = place.querySelectorAll(":scope > ul > li").length, entries = list.children.length;
      const words = `In the reference of the library: ${counted(entries, "entry", "entries")}`;
      if (line.textContent !== words) line.textContent = words;
      const status = place.querySelector(".search-summary");
      if (/did not match/.test(status?.textContent)) status.replaceChildren(...nothing());
      if (!/page\(s\)/.test(status?.textContent)) return;
      status.textContent = `Search finished, found ${counted(pages, "page", "pages")} of the book.`;
      folded.open = pages === 0;
    }).observe(place, { childList: true, subtree: true, characterData: true });
  }
})();
