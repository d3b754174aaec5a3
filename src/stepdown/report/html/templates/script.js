// Sorting and filtering of the long tables. Without this script the page says the same.
"use strict";
(() => {
  // A browser needs seconds to lay out thousands of rows: the rest is shown when it is asked for.
  const AT_ONCE = 500;
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

  const makeSortable = (table, sorted) => {
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
        sorted(`sorted by ${button.textContent}, ${direction}`);
      });
    });
  };

  const makeFilterable = (grid, table, say) => {
    const text = grid.querySelector("input");
    const state = grid.querySelector("select");
    const more = document.createElement("button");
    let most = AT_ONCE;
    const show = () => {
      const wanted = text.value.trim().toLowerCase();
      const only = state ? state.value : "";
      const rows = table.tBodies[0].rows;
      let fitting = 0;
      for (const row of rows) {
        const fits =
          (!only || row.cells[row.cells.length - 1].textContent === only) &&
          (!wanted || row.textContent.toLowerCase().includes(wanted));
        fitting += fits ? 1 : 0;
        row.hidden = !fits || fitting > most;
      }
      more.hidden = fitting <= most;
      more.textContent = `Show all ${fitting} rows`;
      return `${Math.min(fitting, most)} of ${rows.length} rows shown`;
    };
    more.type = "button";
    more.className = "more";
    more.addEventListener("click", () => {
      most = Infinity;
      say(show());
    });
    text.addEventListener("input", () => say(show()));
    state?.addEventListener("change", () => say(show()));
    window.addEventListener("beforeprint", () => {
      most = Infinity;
      show();
    });
    table.after(more);
    show();
    return show;
  };

  for (const grid of document.querySelectorAll("details.grid")) {
    const table = grid.querySelector("table");
    const output = grid.querySelector("output");
    const say = (words) => {
      output.textContent = words;
    };
    const show = makeFilterable(grid, table, say);
    makeSortable(table, (words) => {
      show();
      say(words);
    });
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
