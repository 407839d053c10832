// A table of verdicts: filters by verdict and section, a search, columns that sort. The address keeps what is chosen, so that
// a link shows the same rows. Without this script it is a table.
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

  /** Makes headings buttons that sort; `sorted` is told the column, with a minus before it if it falls. */
  function sortable(table, rows, sorted) {
    const headings = [...table.tHead.rows[0].cells], names = headings.map((heading) => heading.textContent);
    function sort(column, falling) {
      for (const other of headings) other.removeAttribute("aria-sort");
      headings[column].setAttribute("aria-sort", falling ? "descending" : "ascending");
      const sign = falling ? -1 : 1;
      rows.sort((a, b) => sign * COLLATOR.compare(words(a, column), words(b, column)));
      table.tBodies[0].append(...rows);
    }
    headings.forEach((heading, column) => {
      const button = element("button", { type: "button", textContent: names[column] });
      heading.replaceChildren(button);
      button.addEventListener("click", () => {
        const falling = heading.getAttribute("aria-sort") === "ascending";
        sort(column, falling);
        sorted(`${falling ? "-" : ""}${names[column]}`);
      });
    });
    return (said) => {
      const column = names.indexOf(said.replace(/^-/, ""));
      if (column >= 0) sort(column, said.startsWith("-"));
    };
  }

  const asked = () => new URL(window.location.href);

  function keep(name, value) {
    const address = asked();
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
    if (address.href !== window.location.href) window.history.replaceState(window.history.state, "", address);
  }

  /** What a reader may choose, by its name in the address: each a control with its label, and whether it lets a row pass. */
  function filters(rows, columns) {
    const found = {}, place = columns.indexOf("section");
    const add = (name, value) => {
      const [control, label] = choice(name[0].toUpperCase() + name.slice(1), rows, value);
      found[name] = { control, label, passes: (row, wanted) => value(row) === wanted };
    };
    add("verdict", (row) => words(row, 0));
    if (place >= 0) add("section", (row) => words(row, place).split(",")[0]);
    const control = element("input", { type: "search", size: 16 });
    const passes = (row, wanted) => wanted.toLowerCase().split(/\s+/).every((word) => row.textContent.toLowerCase().includes(word));
    found.search = { control, label: element("label", {}, "Search ", control), passes };
    return found;
  }

  function start() {
    const table = document.querySelector(".ledger-table.filtered table");
    if (!table) return;
    const rows = [...table.tBodies[0].rows], box = table.closest(".ledger-table");
    const columns = [...table.tHead.rows[0].cells].map((heading) => heading.textContent);
    const kind = columns[[...rows[0].cells].findIndex((cell) => cell.tagName === "TH")]; // a row is a claim, or a conclusion
    const chosen = filters(rows, columns), count = element("output", {});
    const none = element("p", { className: "ledger-none", textContent: `No ${kind} matches. Choose “all”, or search for fewer words.` });
    const bar = element("div", { className: "ledger-filters" }, ...Object.values(chosen).map(({ label }) => label), count);

    function filter() {
      const wanted = Object.values(chosen).filter(({ control }) => control.value.trim());
      for (const row of rows) row.hidden = !wanted.every(({ control, passes }) => passes(row, control.value.trim()));
      const seen = rows.filter((row) => !row.hidden).length;
      count.textContent = `${seen} of ${rows.length} ${kind}s`;
      box.hidden = seen === 0;
      none.hidden = seen > 0;
    }

    const sort = sortable(table, rows, (said) => keep("sort", said));
    const said = asked().searchParams;
    for (const [name, { control }] of Object.entries(chosen)) {
      control.value = said.get(name) ?? "";
      if (control.selectedIndex < 0) control.value = ""; // no such verdict
      control.addEventListener("input", () => keep(name, control.value.trim()));
    }
    sort(said.get("sort") ?? "");
    bar.addEventListener("input", filter);
    box.before(bar, none);
    filter();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
