/* How tables are sorted by their headings; the scripts of tables say what a cell's value is. */
(function () {
  "use strict";
  const collator = new Intl.Collator(document.documentElement.lang || "en", { numeric: true });

  function compare(a, b) {
    return typeof a === "number" && typeof b === "number" ? a - b : collator.compare(a, b);
  }

  /* Makes a button of each heading; it calls clicked(column, sign): 1, then -1, then 0. */
  function buttons(heads, clicked) {
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        clicked(column, now === "ascending" ? -1 : now === "descending" ? 0 : 1);
      });
    });
  }

  /* Marks the heading, and returns the rows by a column; in the given order where the sign is 0. */
  function ordered(heads, given, column, sign, value) {
    for (const head of heads) head.removeAttribute("aria-sort");
    if (!sign) return given;
    heads[column].setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
    const keyed = given.map((row) => [value(row.cells[column]), row]);
    /* What is not known comes last either way. */
    keyed.sort(([a], [b]) => (a === null) - (b === null) || (a === null ? 0 : sign * compare(a, b)));
    return keyed.map(([, row]) => row);
  }

  window.sobeSort = { buttons, ordered };
})();
