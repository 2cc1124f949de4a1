/* Tables of data: sorted by their headings, searched and, if long, read page by page.
   Without this script all rows are shown, in their own order. */
(function () {
  "use strict";
  const translate = window.sobeTranslate;
  const state = window.sobeState;
  const PAGE = 25;

  function value(cell) {
    if (cell.classList.contains("sobe-missing")) return null;
    if (!cell.classList.contains("number")) return cell.textContent;
    return Number(cell.dataset.v !== undefined ? cell.dataset.v : cell.textContent.replace(/[^\d.eE+-]/g, ""));
  }

  /* A table's name in the address: its figure's, its section's or its number on the page. */
  function nameOf(element, number) {
    return state.named(element) || `table-${number + 1}`;
  }

  const keys = (name) => ["sort", "find", "page"].map((kind) => `${kind}.${name}`);

  /* Declares what the address may say of a table. */
  function keep(element, name, change) {
    const [sort, find, page] = keys(name);
    const pages = Math.ceil(element.tBodies[0].rows.length / PAGE);
    state.declare(sort, { valid: window.sobeSort.valid(element.tHead.rows[0].cells), change });
    state.declare(find, { change });
    state.declare(page, {
      initial: "1",
      valid: (text) => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= pages,
      change,
    });
    return state.get(sort) !== "" || state.get(find) !== "" || state.get(page) !== "1";
  }

  function table(element, name) {
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

    const pages = () => Math.max(1, Math.ceil(rows.length / PAGE));
    const [sort, find, page] = keys(name);

    function turn(label, by) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sobe-button";
      button.textContent = label;
      button.addEventListener("click", () => {
        first = Math.max(0, Math.min(first / PAGE + by, pages() - 1)) * PAGE;
        box.scrollTop = 0;
        show();
        state.set({ [page]: first / PAGE + 1 });
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
    let input = null;
    if (given.length > 8) {
      const label = document.createElement("label");
      input = document.createElement("input");
      label.className = "sobe-control";
      input.type = "search";
      label.append(translate("Search"), " ", input);
      bar.append(label);
      input.addEventListener("input", () => {
        search(input.value);
        show();
        state.set({ [find]: input.value, [page]: 1 });
      });
    }
    function search(text) {
      words = text.toLowerCase().split(/\s+/).filter(Boolean);
      rows = matching();
      first = 0;
    }
    bar.append(back, on, status);
    box.before(bar);

    window.sobeSort.buttons(heads, (next) => {
      sorted(next);
      show();
      state.set({ [sort]: next, [page]: 1 });
    });

    function sorted(text) {
      order = window.sobeSort.ordered(heads, given, text, value);
      rows = matching();
      first = 0;
    }

    /* All three from the address, in this order: each depends on those before it. */
    function from() {
      sorted(state.get(sort));
      if (input) {
        input.value = state.get(find);
        search(input.value);
      }
      first = (Math.min(Number(state.get(page)), pages()) - 1) * PAGE;
      show();
    }
    keep(element, name, from);
    from();
  }

  function start() {
    window.sobeParts.each("table[data-sobe-data]", (element, number) => {
      const name = nameOf(element, number);
      const fold = element.closest("details");
      if (!fold || fold.open) {
        table(element, name);
        return;
      }
      /* One in a closed fold waits until it is opened, by the reader or the address. */
      const open = () => { fold.open = true; };
      fold.addEventListener("toggle", () => table(element, name), { once: true });
      if (keep(element, name, open)) open();
    }, /<table [^>]*data-sobe-data/g);
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
