// The table of all claims: filters by verdict and section, a search, columns that sort. Without this script it is a table.
(() => {
  "use strict";

  const COLLATOR = new Intl.Collator("en", { numeric: true });

  function element(tag, properties, ...children) {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  }

  const words = (row, column) => row.cells[column].textContent.trim();

  function choice(label, rows, value) {
    const values = [...new Set(rows.map(value))].sort(COLLATOR.compare);
    const select = element("select", {}, element("option", { value: "", textContent: "all" }));
    for (const text of values) select.append(element("option", { value: text, textContent: text }));
    return [select, element("label", {}, `${label} `, select)];
  }

  function sortable(table, rows) {
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, column) => {
      const button = element("button", { type: "button", textContent: heading.textContent });
      heading.replaceChildren(button);
      button.addEventListener("click", () => {
        const falling = heading.getAttribute("aria-sort") === "ascending";
        for (const other of headings) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
        const sign = falling ? -1 : 1;
        rows.sort((a, b) => sign * COLLATOR.compare(words(a, column), words(b, column)));
        table.tBodies[0].append(...rows);
      });
    });
  }

  function start() {
    const table = document.querySelector(".ledger-table.filtered table");
    if (!table) return;
    const rows = [...table.tBodies[0].rows];
    const section = (row) => words(row, 1).split(",")[0];
    const [verdict, verdictLabel] = choice("Verdict", rows, (row) => words(row, 0));
    const [place, placeLabel] = choice("Section", rows, section);
    const search = element("input", { type: "search", size: 16 });
    const count = element("output", {});
    const bar = element(
      "div", { className: "ledger-filters" }, verdictLabel, placeLabel, element("label", {}, "Search ", search), count,
    );

    function filter() {
      const sought = search.value.toLowerCase().split(/\s+/);
      let seen = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !(
          (!verdict.value || words(row, 0) === verdict.value)
          && (!place.value || section(row) === place.value)
          && sought.every((word) => text.includes(word))
        );
        seen += !row.hidden;
      }
      count.textContent = `${seen} of ${rows.length} claims`;
    }

    bar.addEventListener("input", filter);
    sortable(table, rows);
    table.closest(".ledger-table").before(bar);
    filter();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
