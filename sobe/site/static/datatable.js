/* Tables of data: sorted by their headings, searched and, if long, read page by page.
   Without this script all rows are shown, in their own order. */
(function () {
  "use strict";
  const translate = window.sobeTranslate;
  const PAGE = 25;
  const collator = new Intl.Collator(document.documentElement.lang || "en", { numeric: true });

  function value(cell) {
    if (cell.classList.contains("sobe-missing")) return null;
    if (!cell.classList.contains("number")) return cell.textContent;
    return Number(cell.dataset.v !== undefined ? cell.dataset.v : cell.textContent.replace(/[^\d.eE+-]/g, ""));
  }

  function compare(a, b) {
    return typeof a === "number" && typeof b === "number" ? a - b : collator.compare(a, b);
  }

  function table(element) {
    const body = element.tBodies[0];
    const heads = [...element.tHead.rows[0].cells];
    const given = [...body.rows];
    let rows = given, order = given, first = 0;
    const box = element.closest(".sobe-table-scroll");
    const bar = document.createElement("div");
    bar.className = "sobe-tools";
    const status = document.createElement("output");

    function show() {
      const shown = rows.slice(first, first + PAGE);
      body.replaceChildren(...shown);
      const many = rows.length > PAGE;
      for (const button of [back, on]) button.hidden = !many;
      back.disabled = first === 0;
      on.disabled = first + PAGE >= rows.length;
      const parts = { first: first + 1, last: first + shown.length, found: rows.length, all: given.length };
      status.textContent = !rows.length ? translate("no row has all these words")
        : rows.length === given.length
          ? (many ? translate("rows {first} to {last} of {all}", parts) : translate("{all} rows", parts))
          : (many ? translate("rows {first} to {last} of {found} found of {all}", parts) : translate("{found} found of {all} rows", parts));
    }

    function turn(label, by) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sobe-button";
      button.textContent = label;
      button.addEventListener("click", () => {
        first = Math.max(0, Math.min(first + by * PAGE, rows.length - 1));
        box.scrollTop = 0;
        show();
      });
      return button;
    }

    const back = turn(translate("Back"), -1), on = turn(translate("Next"), 1);
    let texts = null, words = [];
    const matching = () => {
      if (!words.length) return order;
      texts = texts || new Map(given.map((row) => [row, row.textContent.toLowerCase()]));
      return order.filter((row) => words.every((word) => texts.get(row).includes(word)));
    };
    if (given.length > 8) {
      const label = document.createElement("label");
      const input = document.createElement("input");
      label.className = "sobe-control";
      input.type = "search";
      label.append(translate("Search"), " ", input);
      bar.append(label);
      input.addEventListener("input", () => {
        words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
        rows = matching();
        first = 0;
        show();
      });
    }
    bar.append(back, on, status);
    box.before(bar);

    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        const next = now === "ascending" ? "descending" : now === "descending" ? null : "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        order = given;
        if (next) {
          head.setAttribute("aria-sort", next);
          const keyed = given.map((row) => [value(row.cells[column]), row]);
          const sign = next === "ascending" ? 1 : -1;
          /* What is not known comes last either way. */
          keyed.sort(([a], [b]) => (a === null) - (b === null) || (a === null ? 0 : sign * compare(a, b)));
          order = keyed.map(([, row]) => row);
        }
        rows = matching();
        first = 0;
        show();
      });
    });
    show();
  }

  function start() {
    for (const element of document.querySelectorAll("table[data-sobe-data]")) {
      /* One in a closed fold waits until it is opened. */
      const fold = element.closest("details");
      if (fold && !fold.open) fold.addEventListener("toggle", () => table(element), { once: true });
      else table(element);
    }
    const reveal = () => {
      const target = location.hash && document.getElementById(location.hash.slice(1));
      if (!target) return;
      for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
      if (target.matches(".sobe-data")) target.querySelector("details").open = true;
    };
    addEventListener("hashchange", reveal);
    reveal();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
