/* The budget estimator: evaluates the book's own formulas (JSON trees) for what the form says. */
(function () {
  "use strict";

  const OPERATORS = {
    "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "/": (a, b) => a / b,
    "^": (a, b) => a ** b, neg: (a) => -a,
    "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b,
    "==": (a, b) => a === b, "!=": (a, b) => a !== b,
    if: (test, yes, no) => (test ? yes : no), min: Math.min, max: Math.max,
    floor: Math.floor, ceil: Math.ceil, round: Math.round, abs: Math.abs, log: Math.log, exp: Math.exp,
  };

  function value(tree, values) {
    if (typeof tree === "number") return tree;
    if (typeof tree === "string") return values.get(tree);
    return OPERATORS[tree[0]](...tree.slice(1).map((argument) => value(argument, values)));
  }

  function worked(model, state) {
    const values = new Map();
    for (const [name, cases] of Object.entries(model.parameters)) {
      for (const option of ["any", state.organism, state.modality, state.proofreading]) {
        if (Object.hasOwn(cases, option)) values.set(name, cases[option]);
      }
    }
    for (const name of Object.keys(model.settings)) values.set(name, state[name]);
    for (const [name, tree] of model.formulas) values.set(name, value(tree, values));
    return values;
  }

  const plain = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });
  function words(x) {
    for (const [size, word] of window.sobeScales) {
      if (Math.abs(Number(x.toPrecision(3))) >= size) return plain.format(x / size) + word;
    }
    return Math.abs(x) < 1e4 && Number.isInteger(x) ? x.toLocaleString("en-US") : plain.format(x);
  }
  function usd(x) {
    const cents = x >= 0.1 && x < 10 && !Number.isInteger(Number(x.toPrecision(3)));
    const text = cents ? x.toFixed(2) : words(x);
    return window.sobeClosed(window.sobeDollars.replace("{}", () => text));
  }
  const fill = window.sobeFill;

  function start(root) {
    const model = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
    const form = root.querySelector("form");
    const numbers = Object.keys(model.settings);
    const choices = model.choices;
    let state = { ...model.defaults };

    function valid(name, number) {
      const { scale, least, most } = model.settings[name];
      return number >= least * scale && number <= most * scale;
    }
    function declare(name, isValid, read) {
      state[name] = read(window.sobeState.declare(name, {
        initial: String(model.defaults[name]),
        valid: isValid,
        change: (text) => {
          state[name] = read(text);
          show(null);
        },
      }));
    }
    const write = () => window.sobeState.set(state);

    /* Sliders run from 0 to 1 over the range, on a logarithmic scale where it says so. */
    function slid(name, at) {
      const { scale, least, most, log } = model.settings[name];
      const x = log ? least * (most / least) ** at : least + (most - least) * at;
      return Math.min(most, Math.max(least, Number(x.toPrecision(2)))) * scale;
    }
    function position(name) {
      const { scale, least, most, log } = model.settings[name];
      const x = state[name] / scale;
      return log ? Math.log(x / least) / Math.log(most / least) : (x - least) / (most - least);
    }

    function show(typing) {
      for (const name of choices) form.elements[name].value = state[name];
      for (const name of numbers) {
        const field = form.elements[name];
        if (field !== typing) field.value = state[name] / model.settings[name].scale;
        field.removeAttribute("aria-invalid");
        const slider = form.querySelector(`[data-slider="${name}"]`);
        slider.value = position(name);
        slider.setAttribute("aria-valuetext", plain.format(state[name] / model.settings[name].scale));
      }
      const values = worked(model, state);
      for (const cell of root.querySelectorAll("[data-number]")) {
        const number = values.get(cell.dataset.number);
        cell.dataset.value = String(Number(number));
        cell.textContent = words(Number(number));
      }
      const formats = { usd, number: words, stage: (code) => model.stages[code] };
      for (const cell of root.querySelectorAll("[data-result]")) {
        cell.textContent = formats[cell.dataset.format](values.get(cell.dataset.result));
      }
      root.querySelector("[data-verdict]").textContent = fill(
        values.get("first_years") <= state.project_years ? model.texts.in_time : values.get("can_finish") ? model.texts.late : model.texts.never,
        {
          years: words(state.project_years), microscopes: words(values.get("microscopes_needed")),
          gpus: words(values.get("gpus_needed")), people: words(values.get("proofreaders_needed")),
          factor: plain.format(values.get("capacity_factor")),
        });
      bars("costs", values, usd);
      bars("times", values, (x) => (x < 1 ? fill(model.texts.days, { n: words(x * 365) }) : fill(model.texts.years, { n: words(x) })));
      const given = [...numbers.map((name) => [name, state[name]]), ...Object.entries(model.given)];
      root.querySelector("[data-python]").textContent =
        `estimate(${[...choices.map((name) => `${name}="${state[name]}"`), ...given.map(([name, number]) => `${name}=${number}`)].join(", ")})`;
      root.dataset.state = "shown";
    }

    function bars(which, values, format) {
      const list = root.querySelector(`[data-bars="${which}"]`);
      const parts = model[which].filter(([name]) => values.has(name));
      const total = parts.reduce((sum, [name]) => sum + values.get(name), 0);
      list.replaceChildren(...parts.map(([name, label]) => {
        const row = document.createElement("li");
        const [word, track, bar, amount] = ["span", "span", "span", "span"].map((tag) => document.createElement(tag));
        word.textContent = label;
        amount.textContent = format(values.get(name));
        track.className = "sobe-bar";
        bar.style.width = `${(100 * values.get(name)) / total}%`;
        track.append(bar);
        row.append(word, amount, track);
        return row;
      }));
    }

    function change(typing) {
      write();
      show(typing);
    }
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", (event) => {
      const { name } = event.target;
      const slider = event.target.dataset.slider;
      if (slider) {
        state[slider] = slid(slider, Number(event.target.value));
      } else if (numbers.includes(name)) {
        const number = event.target.value === "" ? NaN : Number(event.target.value) * model.settings[name].scale;
        if (!valid(name, number)) {
          event.target.setAttribute("aria-invalid", "true");
          return;
        }
        state[name] = number;
      } else {
        state[name] = event.target.value;
      }
      change(event.target);
    });
    // Leaving a field with a value that cannot be used brings the last good one back.
    form.addEventListener("focusout", () => show(null));
    form.addEventListener("reset", (event) => {
      event.preventDefault();
      state = { ...model.defaults };
      change(null);
    });
    for (const name of choices) declare(name, (text) => Object.hasOwn(model.options[name], text), String);
    for (const name of numbers) declare(name, (text) => text.trim() !== "" && valid(name, Number(text)), Number);
    show(null);
  }

  function startAll() {
    document.querySelectorAll("[data-sobe-estimator]").forEach(start);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
  else startAll();
})();
