/* Search above long tables, and menus above grids. Without this script all rows are shown. */
(function () {
  "use strict";

  function field(tag, label, place) {
    const wrap = document.createElement("label");
    const control = document.createElement(tag);
    wrap.className = "sobe-control";
    wrap.append(label + " ", control);
    place.append(wrap);
    return control;
  }

  function bar(element) {
    const div = document.createElement("div");
    const status = document.createElement("output");
    div.className = "sobe-controls";
    element.before(div);
    return { div, status };
  }

  function searchable(table) {
    const rows = [...table.tBodies[0].rows];
    const { div, status } = bar(table.closest(".sobe-table-scroll"));
    const input = field("input", "Search this table", div);
    input.type = "search";
    div.append(status);
    const texts = rows.map((row) => row.textContent.toLowerCase());
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, i) => {
        row.hidden = !words.every((word) => texts[i].includes(word));
        if (!row.hidden) shown += 1;
      });
      status.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
    });
  }

  function filterable(grid) {
    const bands = [...grid.querySelectorAll("[data-row]")];
    const cells = [...grid.querySelectorAll("[data-column]")];
    const { div, status } = bar(grid);
    const menu = (label, values) => {
      const select = field("select", label, div);
      for (const value of ["All", ...new Set(values)]) select.add(new Option(value, value));
      select.addEventListener("change", apply);
      return select;
    };
    const row = menu(grid.dataset.sobeRows, bands.map((band) => band.dataset.row));
    const column = menu(grid.dataset.sobeColumns, cells.map((cell) => cell.dataset.column));
    div.append(status);

    function apply() {
      for (const cell of cells) {
        cell.hidden = column.value !== "All" && column.value !== cell.dataset.column;
      }
      let shown = 0;
      for (const band of bands) {
        const open = [...band.querySelectorAll("[data-column]")].filter((cell) => !cell.hidden);
        band.hidden = (row.value !== "All" && row.value !== band.dataset.row) || !open.length;
        if (!band.hidden) shown += open.reduce((sum, cell) => sum + cell.querySelectorAll("li").length, 0);
      }
      status.textContent = row.value === "All" && column.value === "All" ? "" : `${shown} shown`;
    }
  }

  function start() {
    document.querySelectorAll("table[data-sobe-search]").forEach(searchable);
    document.querySelectorAll("[data-sobe-grid]").forEach(filterable);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
