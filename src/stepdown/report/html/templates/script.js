// Sorting and filtering of the long tables. Without this script the page says the same.
"use strict";
(() => {
  const compare = new Intl.Collator("en", { numeric: true }).compare;

  const key = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.order ?? cell.textContent;
  };

  const sort = (table, column, direction) => {
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [key(row, column), row]);
    const sign = direction === "ascending" ? 1 : -1;
    rows.sort((a, b) => sign * compare(a[0], b[0]));
    body.append(...rows.map(([, row]) => row));
  };

  const makeSortable = (table, say) => {
    const headers = [...table.tHead.rows[0].cells];
    headers.forEach((header, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = header.textContent;
      header.replaceChildren(button);
      button.addEventListener("click", () => {
        const now = header.getAttribute("aria-sort");
        const direction = now === "ascending" ? "descending" : "ascending";
        headers.forEach((other) => other.removeAttribute("aria-sort"));
        header.setAttribute("aria-sort", direction);
        sort(table, column, direction);
        say(`sorted by ${button.textContent}, ${direction}`);
      });
    });
  };

  const makeFilterable = (grid, table, say) => {
    const text = grid.querySelector("input");
    const state = grid.querySelector("select");
    const rows = [...table.tBodies[0].rows];
    const apply = () => {
      const wanted = text.value.trim().toLowerCase();
      const only = state ? state.value : "";
      let shown = 0;
      for (const row of rows) {
        const fits =
          (!only || row.cells[row.cells.length - 1].textContent === only) &&
          (!wanted || row.textContent.toLowerCase().includes(wanted));
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      }
      say(`${shown} of ${rows.length} rows shown`);
    };
    text.addEventListener("input", apply);
    state?.addEventListener("change", apply);
  };

  for (const grid of document.querySelectorAll("details.grid")) {
    const table = grid.querySelector("table");
    const output = grid.querySelector("output");
    const say = (words) => {
      output.textContent = words;
    };
    makeSortable(table, say);
    makeFilterable(grid, table, say);
    grid.querySelector(".tools").hidden = false;
  }

  // A link from outside to a part inside of something folded opens it.
  const unfold = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    target?.querySelector("details.grid")?.setAttribute("open", "");
  };
  window.addEventListener("hashchange", unfold);
  unfold();
})();
