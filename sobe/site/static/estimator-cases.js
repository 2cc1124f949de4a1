/* Two cases of the estimator side by side: case A is kept, case B is what the form says. */
window.sobeEstimator.parts.push((root, payload, page) => {
  "use strict";
  const { PLACES, evaluated, intervals, differing, read, written } = window.sobeEstimator;
  const { element, short } = page;
  const { texts } = payload;
  const section = root.querySelector("[data-cases]");
  const part = (name) => section.querySelector(`[data-${name}]`);
  const COMPARED = [
    ["first_cost", "cost"], ["further_cost", "cost"], ["first_cost_per_neuron", "cost"], ["people", "number"], ["first_years", "duration"],
  ];
  let kept = null;
  let known = { text: "", cells: [] };

  /* The cells of a case: each result with its interval, where the model draws any. */
  function results(state) {
    const values = evaluated(payload, state);
    const ends = intervals(payload, state);
    return COMPARED.map(([name, format]) => {
      const cell = element("td", "", { class: "number", "data-compared": name });
      const [least, middle, most] = ends.get(name) || Array(3).fill(values.get(name));
      const [low, high] = page.ends(least, most, format);
      cell.append(element("span", page.formats[format](middle)));
      if (low !== high) cell.append(element("small", page.fill(texts.span, { low, high })));
      return cell;
    });
  }
  const places = (state) => PLACES.map((name) => [texts[name], payload.options[name][state[name]]]);

  function show(state) {
    part("pair").hidden = !kept;
    part("swap").hidden = part("drop").hidden = !kept;
    if (!kept) return;
    part("model-a").value = kept.model;
    part("model-b").value = state.model;
    const text = written(payload, kept);
    if (known.text !== text) known = { text, cells: results(kept) };
    const [a, b] = [known.cells, results(state)];
    part("results").replaceChildren(...COMPARED.map(([name], n) => {
      const line = element("tr", "");
      line.append(element("th", texts[name], { scope: "row" }), a[n], b[n]);
      return line;
    }));
    const chosen = places(kept).map(([label, one], n) => [label, one, places(state)[n][1], ""]).filter(([, one, other]) => one !== other);
    const changed = differing(payload, kept, state).map(([name, one, other]) =>
      [short(name), page.formats.number(one), page.formats.number(other), payload.units[name], name]);
    const rows = [...chosen, ...changed];
    part("differing").hidden = !rows.length;
    part("same").hidden = rows.length > 0;
    part("rows").replaceChildren(...rows.map(([label, one, other, unit, name]) => {
      const line = element("tr", "", name ? { "data-differs": name } : {});
      line.append(element("th", label, { scope: "row" }), element("td", `${one} → ${other}`), element("td", unit === "1" ? "" : unit));
      return line;
    }));
  }

  /* Keeps another case A, in the address as well; "" is none. */
  function keep(state) {
    kept = state;
    show(page.state());
    window.sobeState.set({ a: state ? written(payload, state) : "" });
  }
  section.addEventListener("click", ({ target }) => {
    const state = page.state();
    if (target === part("keep")) keep(state);
    if (target === part("published")) {
      kept = { ...state, model: "published" };
      page.put({ ...state, model: "corrected" }, { a: written(payload, kept) });
    }
    if (target === part("drop")) {
      keep(null);
      part("keep").focus();
    }
    if (target === part("swap")) {
      const other = kept;
      kept = state;
      page.put(other, { a: written(payload, state) });
    }
  });
  section.addEventListener("change", ({ target }) => {
    if (target === part("model-a")) keep({ ...kept, model: target.value });
    if (target === part("model-b")) page.put({ ...page.state(), model: target.value }, {});
  });
  const take = (text) => { kept = text === "" ? null : read(payload, text); };
  take(window.sobeState.declare("a", {
    valid: (text) => text === "" || read(payload, text) !== null,
    change: (text) => { take(text); show(page.state()); },
  }));
  return ({ state }) => show(state);
});
