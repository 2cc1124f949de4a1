/* Search above long tables, and menus above grids. Without this script all rows are shown. */
(function () {
  "use strict";
  const translate = window.sobeTranslate;
  const state = window.sobeState;

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

  function chooser(place, label, values, apply, name) {
    const select = field("select", label, place);
    for (const value of ["All", ...new Set(values)]) select.add(new Option(value === "All" ? translate("All") : value, value));
    return working(select, apply, name);
  }

  /* In the address a choice is its number in the menu, which is the same in every language. */
  function working(select, apply, name) {
    select.addEventListener("change", () => {
      apply();
      state.set({ [name]: select.selectedIndex });
    });
    select.selectedIndex = state.declare(name, {
      initial: "0",
      valid: (text) => /^\d{1,4}$/.test(text) && Number(text) < select.options.length,
      change: (text) => {
        select.selectedIndex = text;
        apply();
      },
    });
    return select;
  }

  function searchable(table, number) {
    const rows = [...table.tBodies[0].rows];
    const { div, status } = bar(table.closest(".sobe-table-scroll"));
    const cell = (row, column) => row.cells[column].textContent.trim();
    const own = `rows-${number + 1}`;
    let texts = null; /* of the rows, read for the first search */
    const menus = (table.dataset.sobeMenus || "").split(" ").filter(Boolean).map((column) => ({
      column,
      select: chooser(div, cell(table.tHead.rows[0], column), rows.map((row) => cell(row, column)), apply, `only.${own}.${column}`),
    }));
    const input = "sobeSearch" in table.dataset ? field("input", translate("Search this table"), div) : null;
    if (input) {
      input.type = "search";
      input.addEventListener("input", () => {
        apply();
        state.set({ [`find.${own}`]: input.value });
      });
      input.value = state.declare(`find.${own}`, {
        change: (text) => {
          input.value = text;
          apply();
        },
      });
    }
    div.append(status);
    apply();

    function apply() {
      const words = input ? input.value.toLowerCase().split(/\s+/).filter(Boolean) : [];
      const chosen = menus.filter((menu) => menu.select.value !== "All");
      let shown = 0;
      if (words.length && !texts) texts = rows.map((row) => row.textContent.toLowerCase());
      rows.forEach((row, i) => {
        row.hidden = !words.every((word) => texts[i].includes(word))
          || !chosen.every((menu) => cell(row, menu.column) === menu.select.value);
        if (!row.hidden) shown += 1;
      });
      status.textContent = words.length || chosen.length ? translate("{shown} of {all} rows", { shown, all: rows.length }) : "";
    }
  }

  function filterable(grid, number) {
    const bands = [...grid.querySelectorAll("[data-row]")];
    const cells = [...grid.querySelectorAll("[data-column]")];
    const menus = grid.previousElementSibling; /* in the page, so that nothing moves */
    const status = menus.querySelector("output");
    const [row, column] = [...menus.querySelectorAll("select")].map((select, i) => working(select, apply, `only.grid-${number + 1}.${["row", "column"][i]}`));
    if (row.value !== "All" || column.value !== "All") apply();

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
      status.textContent = row.value === "All" && column.value === "All" ? "" : translate("{shown} shown", { shown });
    }
  }

  function start() {
    const table = "table:is([data-sobe-search], [data-sobe-menus])";
    window.sobeParts.each(table, searchable, /<table [^>]*data-sobe-(search|menus)/g);
    document.querySelectorAll("[data-sobe-grid]").forEach(filterable);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
