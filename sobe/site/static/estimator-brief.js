/* The brief of the estimator: one page to hand on, printed alone when asked, and the case as CSV. */
window.sobeEstimator.parts.push((root, payload, page) => {
  "use strict";
  const { PLACES, chosen, differing, modelOf, settled, usual } = window.sobeEstimator;
  const { element, short } = page;
  const { texts } = payload;
  const brief = root.querySelector("[data-brief]");
  const part = (name) => brief.querySelector(`[data-${name}]`);
  const RESULTS = [
    ["first_cost", "cost"], ["first_cost_per_neuron", "cost"], ["further_cost", "cost"], ["first_years", "duration"], ["people", "number"],
    ["recording_cost", "cost"], ["simulation_cost", "cost"],
  ];
  const DRIVERS = 5;
  let shown = null;
  let place = location.href;

  const unit = (name) => (["1", undefined].includes(payload.units[name]) ? "" : payload.units[name]);
  const own = (name) => chosen(payload.origins[name], shown.state);
  const changes = () => differing(payload, usual(payload, shown.state), shown.state);

  /* A source as a link to where it is read; what this edition assumes is in the tables below. */
  function source(key) {
    const { title, url } = payload.sources[key];
    return element("a", title, { href: url || payload.tables });
  }
  function result(name, format) {
    const ends = shown.intervals.get(name);
    const write = page.formats[format];
    if (!ends) return [write(shown.values.get(name)), ""];
    const [low, high] = page.ends(ends[0], ends[2], format);
    return [write(ends[1]), low === high ? "" : page.fill(texts.span, { low, high })];
  }

  function show() {
    const { state, drivers } = shown;
    const [cost, costs] = result("first_cost", "cost");
    const [time, times] = result("first_years", "duration");
    const options = Object.fromEntries(PLACES.map((name) => [name, payload.options[name][state[name]]]));
    part("sentence").textContent = page.fill(costs ? texts.sentence : texts.sentence_bare, { ...options, cost, costs, time, times, year: payload.price_year });
    part("brief-results").replaceChildren(...RESULTS.map(([name, format]) => element("tr", [element("th", texts[name], { scope: "row" }), ...result(name, format).map((text) => element("td", text, { class: "number" }))])));
    part("brief-drivers").replaceChildren(...drivers.slice(0, DRIVERS).map(({ name, low, high }) => element("li", page.fill(texts.driver, {
      name: short(name), low: page.formats.cost(Math.min(low, high)), high: page.formats.cost(Math.max(low, high)) }))));
    part("brief-drivers-part").hidden = !drivers.length;
    const changed = changes();
    part("brief-changed").replaceChildren(...(changed.length ? changed : [null]).map((one) => element("li", one
      ? page.fill(texts.changed, { name: short(one[0]), was: page.formats.number(one[1]), now: page.formats.number(one[2]), unit: unit(one[0]) }) : texts.unchanged)));
    const keys = new Set([...payload.formula_sources, ...drivers.slice(0, DRIVERS).map(({ name }) => own(name))]);
    part("brief-sources").replaceChildren(...[...keys].map((key) => element("li", source(key))));
    part("brief-link").replaceChildren(element("a", decodeURIComponent(place).replace(/\+/g, " "), { href: place }));
    for (const name of ["version", "data", "citation"]) {
      const told = document.querySelector(`.sobe-provenance [data-provenance=${name}]`);
      part(`brief-${name}`).textContent = told ? told.textContent : texts.unstated;
    }
    part("brief-python").textContent = shown.python;
  }

  /* The case as CSV: what was chosen, every parameter with its range, every result with its interval. */
  function csv() {
    const { state, values, intervals } = shown;
    const model = modelOf(payload, state);
    const taken = settled(model, state);
    const changed = new Map(changes().map(([name, was]) => [name, was]));
    const rows = [["kind", "name", "what", "value", "low", "median", "high", "unit", "default", "source"]];
    for (const name of PLACES) rows.push(["choice", name, texts[name], payload.options[name][state[name]], "", "", "", "", "", ""]);
    for (const name of payload.fields.filter((one) => taken.has(one))) {
      const ends = Object.hasOwn(state.given, name) || !Object.hasOwn(model.ranges, name) ? [] : chosen(model.ranges[name], state) || [];
      rows.push(["parameter", name, payload.descriptions[name], taken.get(name), ends[0] ?? "", "", ends[1] ?? "", payload.units[name], changed.has(name) ? changed.get(name) : taken.get(name),
        changed.has(name) ? "" : own(name)]);
    }
    for (const [name, tree] of model.formulas) {
      if (!tree || !Object.hasOwn(payload.results, name)) continue;
      const [low, median, high] = intervals.get(name) || ["", "", ""];
      const number = Number(values.get(name));
      rows.push(["result", name, payload.results[name], Number.isFinite(number) ? number : "", low, median, high, payload.units[name], "", ""]);
    }
    const cell = (text) => (/[",\n]/.test(String(text)) ? `"${String(text).replace(/"/g, '""')}"` : String(text));
    return rows.map((row) => row.map(cell).join(",")).join("\n") + "\n";
  }
  function download(name, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  /* The paper has a copy of the brief and nothing else. */
  const html = document.documentElement;
  let sheet = null;
  function printAlone() {
    sheet = element("div", [element("h1", texts.brief_title), part("brief-page").cloneNode(true)], { class: "sobe-brief-sheet" });
    document.body.append(sheet);
    html.dataset.print = "brief";
    window.print();
  }
  addEventListener("afterprint", () => {
    if (!sheet) return;
    sheet.remove();
    sheet = null;
    delete html.dataset.print;
  });

  brief.addEventListener("click", ({ target }) => {
    if (!shown) page.show();
    if (target === part("csv")) download(`estimator-${shown.state.organism}-${shown.state.modality}.csv`, csv());
    if (target === part("print")) printAlone();
  });
  const opens = (text) => { brief.open = text === "open"; };
  opens(window.sobeState.declare("brief", { initial: "closed", valid: (text) => ["open", "closed"].includes(text), change: opens }));
  brief.addEventListener("toggle", () => {
    window.sobeState.set({ brief: brief.open ? "open" : "closed" });
    refresh();
  });
  /* The address is written after the numbers are shown. */
  function refresh() {
    const link = document.querySelector(".sobe-provenance [data-provenance=permalink]");
    place = link ? new URL(link.getAttribute("href"), location.href).href + location.search : location.href;
    if (shown && brief.open) show();
  }
  return (now) => {
    shown = now;
    if (brief.open) setTimeout(refresh, 0);
  };
});
