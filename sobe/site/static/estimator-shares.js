/* What share of the uncertainty each input has: computed when asked for, a piece at a time. */
window.sobeEstimator.parts.push((root, payload, page) => {
  "use strict";
  const { sobol } = window.sobeEstimator;
  const { element, short } = page;
  const section = root.querySelector("[data-shares]");
  const part = (name) => section.querySelector(`[data-${name}]`);
  const CHUNK = 20, WAIT = 300; /* milliseconds */
  const SHOWN = 10;
  const percent = (share) => `${Math.round(100 * Math.max(0, share))}%`;
  let asked = false, turn = 0, waiting = 0;

  const labelOf = ({ code, names }) => (Object.hasOwn(payload.common, code) ? payload.common[code] : short(names[0]));
  async function show() {
    const mine = ++turn;
    const work = sobol(payload, page.state(), "first_cost");
    let step = work.next();
    for (let started = performance.now(); !step.done; step = work.next()) {
      if (performance.now() - started < CHUNK) continue;
      await new Promise((done) => setTimeout(done));
      if (mine !== turn) return;
      started = performance.now();
    }
    part("shares-rows").replaceChildren(...step.value.slice(0, SHOWN).map((row) => element("tr", [
      element("th", labelOf(row), { scope: "row" }), ...[row.first, row.total].map((share) => element("td", percent(share), { class: "number" })),
    ], { "data-input": row.names.join(" ") })));
    part("shares-table").hidden = false;
    section.dataset.state = "shown";
  }
  part("compute").addEventListener("click", () => {
    asked = true;
    section.dataset.state = "waiting";
    show();
  });
  return ({ state }) => {
    section.hidden = state.model === "published";
    turn += 1;
    clearTimeout(waiting);
    if (!asked || section.hidden) return;
    section.dataset.state = "waiting";
    waiting = setTimeout(show, WAIT);
  };
});
