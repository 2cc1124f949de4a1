/* What every table can do: be sorted by a heading, and copied for a spreadsheet. Tables of data
   have a script of their own for sorting. Without this script all rows are shown, as they are. */
(function () {
  "use strict";
  const translate = window.sobeTranslate;
  const state = window.sobeState;
  const NUMERAL = /^[$−-]*\d[\d,]*(\.\d+)?[×%]?$/;

  function value(cell) {
    if (cell.querySelector(".sobe-missing")) return null;
    if (cell.dataset.v !== undefined) return Number(cell.dataset.v);
    const text = cell.textContent.trim();
    return NUMERAL.test(text) ? Number(text.replace(/[$,×%]/g, "").replace("−", "-")) : text;
  }

  function sortable(table, number) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const given = [...body.rows];
    const name = `sort.rows-${number + 1}`;
    const sorted = (order) => body.append(...window.sobeSort.ordered(heads, given, order, value));
    window.sobeSort.buttons(heads, (order) => {
      sorted(order);
      state.set({ [name]: order });
    });
    const kept = state.declare(name, { valid: window.sobeSort.valid(heads), change: sorted });
    if (kept) sorted(kept);
  }

  /* Tabs and line ends, as spreadsheets take them; without the rows that a search hides. */
  function text(table, rows) {
    const words = (cell) => cell.textContent.replace(/\s+/g, " ").trim();
    return [table.tHead.rows[0], ...rows]
      .map((row) => [...row.cells].map(words).join("\t"))
      .join("\n");
  }

  function copyable(table) {
    const body = table.tBodies[0];
    const paged = "sobeData" in table.dataset ? [...body.rows] : null;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sobe-button sobe-copy-table";
    button.textContent = translate("Copy table");
    button.addEventListener("click", async () => {
      const copied = text(table, paged || [...body.rows].filter((row) => !row.hidden));
      let said = translate("Copied");
      try {
        await navigator.clipboard.writeText(copied);
      } catch (error) { /* from a file, or not allowed: select it instead */
        getSelection().selectAllChildren(table);
        said = document.execCommand && document.execCommand("copy") ? translate("Copied") : translate("Selected");
      }
      button.textContent = said;
      setTimeout(() => { button.textContent = translate("Copy table"); }, 2000);
    });
    table.closest(".sobe-table-scroll").after(button);
  }

  function start() {
    window.sobeParts.each(".sobe-table-scroll > table.sobe-table", (table, number) => {
      if (!table.tHead || !table.tBodies.length) return;
      if (!("sobeData" in table.dataset) && table.tBodies[0].rows.length > 1 && !table.closest("[data-sobe-estimator]")) sortable(table, number);
      copyable(table);
    }, /<table class="sobe-table/g);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
