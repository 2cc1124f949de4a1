/* How tables are sorted by their headings; the scripts of tables say what a cell's value is.

   An order is a text, as in the address: the number of a column, from 1, which is negative where the
   largest comes first; "" is the given order. */
(function () {
  "use strict";
  let collator = null; /* made for the first order: it takes longer than the rest of this script */

  function compare(a, b) {
    collator = collator || new Intl.Collator(document.documentElement.lang || "en", { numeric: true });
    return typeof a === "number" && typeof b === "number" ? a - b : collator.compare(a, b);
  }

  /* Makes a button of each heading; it calls clicked(order): upwards, then downwards, then as given. */
  function buttons(heads, clicked) {
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        clicked(now === "descending" ? "" : String(now === "ascending" ? -(column + 1) : column + 1));
      });
    });
  }

  /* Whether an address names an order that the table has. */
  const valid = (heads) => (order) => order === "" || (/^-?[1-9]\d?$/.test(order) && Math.abs(Number(order)) <= heads.length);

  /* Marks the heading, and returns the rows in an order. */
  function ordered(heads, given, order, value) {
    for (const head of heads) head.removeAttribute("aria-sort");
    if (!order) return given;
    const column = Math.abs(Number(order)) - 1;
    const sign = Math.sign(Number(order));
    heads[column].setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
    const keyed = given.map((row) => [value(row.cells[column]), row]);
    /* What is not known comes last either way. */
    keyed.sort(([a], [b]) => (a === null) - (b === null) || (a === null ? 0 : sign * compare(a, b)));
    return keyed.map(([, row]) => row);
  }

  window.sobeSort = { buttons, ordered, valid };
})();
