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

  /* The same for arrays: a number where all arguments are numbers, else one value per draw. */
  function vector(tree, values, size) {
    if (typeof tree === "number") return tree;
    if (typeof tree === "string") return values.get(tree);
    const operator = OPERATORS[tree[0]];
    const given = tree.slice(1).map((argument) => vector(argument, values, size));
    if (given.every((argument) => typeof argument !== "object")) return operator(...given);
    const found = new Float64Array(size);
    const [a, b] = given.map((x) => (typeof x === "object" ? (i) => x[i] : () => x));
    if (given.length === 2) for (let i = 0; i < size; i += 1) found[i] = operator(a(i), b(i));
    else for (let i = 0; i < size; i += 1) found[i] = operator(...given.map((x) => (typeof x === "object" ? x[i] : x)));
    return found;
  }

  /* What the case gives a parameter: of "parameters" its value, of "ranges" its ends. */
  function chosen(cases, state) {
    let found;
    for (const option of ["any", state.organism, state.modality, state.proofreading]) {
      if (Object.hasOwn(cases, option)) found = cases[option];
    }
    return found;
  }

  function settled(model, state) {
    const values = new Map();
    for (const [name, cases] of Object.entries(model.parameters)) {
      const found = chosen(cases, state);
      if (found !== undefined) values.set(name, found);
    }
    for (const name of Object.keys(model.settings)) values.set(name, state[name]);
    for (const [name, given] of Object.entries(state.given)) values.set(name, given);
    return values;
  }

  function worked(model, values, wanted) {
    for (const [name, tree] of model.formulas) {
      if (!wanted || wanted.has(name)) values.set(name, value(tree, values));
    }
    return values;
  }

  /* The names that the results depend on, themselves included. */
  function needed(model, results) {
    const trees = new Map(model.formulas);
    const found = new Set();
    const visit = (tree) => {
      if (Array.isArray(tree)) tree.slice(1).forEach(visit);
      else if (typeof tree === "string" && !found.has(tree)) {
        found.add(tree);
        if (trees.has(tree)) visit(trees.get(tree));
      }
    };
    results.forEach(visit);
    return found;
  }

  /* The book's own sequence of numbers between 0 and 1, as sobe.analysis.estimator.uncertainty has it. */
  function mix(x) {
    x ^= x >>> 16;
    x = Math.imul(x, 0x7feb352d);
    x ^= x >>> 15;
    x = Math.imul(x, 0x846ca68b);
    return (x ^ (x >>> 16)) >>> 0;
  }
  const STEP = 0x9e3779b9;
  function sequence(code, size, seed) {
    const key = mix(mix((seed + STEP) >>> 0) ^ code);
    return Float64Array.from({ length: size }, (_, i) => (mix(mix((i + STEP) >>> 0) ^ key) + 0.5) / 4294967296);
  }

  /* Draws from a range whose median is the value, by numbers between 0 and 1. */
  function split([low, high], middle, uniform) {
    const [to, back] = low > 0 ? [Math.log, Math.exp] : [(x) => x, (x) => x];
    const [a, m, b] = [to(low), to(middle), to(high)];
    return uniform.map((u) =>
      back(u < 0.5 ? m - (m - a) * (1 - Math.sqrt(2 * u)) : m + (b - m) * (1 - Math.sqrt(2 * (1 - u)))));
  }

  function rangesOf(model, state) {
    const found = new Map();
    for (const [name, cases] of Object.entries(model.ranges)) {
      const ends = chosen(cases, state);
      if (ends && !Object.hasOwn(state.given, name)) found.set(name, ends);
    }
    return found;
  }

  const sequences = new Map();
  function drawn(model, state, wanted) {
    const values = settled(model, state);
    const ranges = rangesOf(model, state);
    for (const [code, names] of model.inputs) {
      for (const name of names.filter((one) => ranges.has(one) && wanted.has(one))) {
        if (!sequences.has(code)) sequences.set(code, sequence(code, model.draws, model.seed));
        values.set(name, split(ranges.get(name), values.get(name), sequences.get(code)));
      }
    }
    for (const [name, tree] of model.formulas) {
      if (wanted.has(name)) values.set(name, vector(tree, values, model.draws));
    }
    return values;
  }
  function percentile(sorted, share) {
    const at = share * (sorted.length - 1);
    const below = Math.floor(at);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
  }
  function interval(draws) {
    if (typeof draws !== "object") return [draws, draws, draws];
    const sorted = draws.slice().sort();
    return [0.05, 0.5, 0.95].map((share) => percentile(sorted, share));
  }

  /* The cost with one parameter at a time at either end of its range, the widest span first. */
  function tornado(model, state, result) {
    const wanted = needed(model, [result]);
    const found = [];
    for (const [name, ends] of rangesOf(model, state)) {
      if (!wanted.has(name)) continue;
      const [low, high] = ends.map((end) => worked(model, settled(model, state).set(name, end), wanted).get(result));
      found.push({ name, low, high, span: Math.abs(high - low) });
    }
    return found.sort((a, b) => b.span - a.span || (a.name < b.name ? -1 : 1));
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
    const fields = [...form.querySelectorAll("[data-default]")].map((note) => note.dataset.default);
    const wanted = needed(model, model.drawn);
    const fresh = () => ({ ...model.defaults, given: { ...model.given } });
    let state = fresh();

    function valid(name, number) {
      if (!numbers.includes(name)) {
        const most = Object.hasOwn(model.most, name) ? model.most[name] : Number.MAX_VALUE;
        return number <= most && (model.positive.includes(name) ? number > 0 : number >= 0);
      }
      const { scale, least, most } = model.settings[name];
      return number >= least * scale && number <= most * scale;
    }
    /* Keep a value in the address of the page, as a text; "" is a parameter that nobody gave. */
    function declare(name, initial, isValid, put) {
      const now = window.sobeState.declare(name, {
        initial: String(initial),
        valid: isValid,
        change: (text) => {
          put(text);
          if (!show(null)) root.querySelector("[data-refused]").textContent = fill(model.texts.refused, { text });
        },
      });
      put(now);
    }
    function take(name, text) {
      const { [name]: _, ...others } = state.given;
      state = { ...state, given: text === "" ? others : { ...others, [name]: Number(text) } };
    }
    const told = () => ({
      ...Object.fromEntries([...choices, ...numbers].map((name) => [name, state[name]])),
      ...Object.fromEntries(fields.map((name) => [name, state.given[name] ?? ""])),
    });
    const write = () => window.sobeState.set(told());

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

    /* Show the state, but in the field that is typed in; false where it gives no finite numbers. */
    function show(typing) {
      const values = worked(model, settled(model, state));
      if (![...values.values()].every((number) => Number.isFinite(Number(number)))) return false;
      for (const name of choices) form.elements[name].value = state[name];
      for (const name of numbers) {
        const field = form.elements[name];
        if (field !== typing) field.value = state[name] / model.settings[name].scale;
        field.removeAttribute("aria-invalid");
        const slider = form.querySelector(`[data-slider="${name}"]`);
        slider.value = position(name);
        slider.setAttribute("aria-valuetext", plain.format(state[name] / model.settings[name].scale));
      }
      for (const name of fields) {
        const field = form.elements[name];
        const own = chosen(model.parameters[name], state);
        const given = Object.hasOwn(state.given, name);
        if (field !== typing) field.value = given ? state.given[name] : Number(own.toPrecision(12));
        field.removeAttribute("aria-invalid");
        const ends = Object.hasOwn(model.ranges, name) && chosen(model.ranges[name], state);
        const told = { value: plain.format(own), low: ends && plain.format(ends[0]), high: ends && plain.format(ends[1]) };
        root.querySelector(`[data-default="${name}"]`).textContent = fill(ends ? model.texts.ranged : model.texts.default, told);
        root.querySelector(`[data-back="${name}"]`).hidden = !given;
      }
      const draws = drawn(model, state, wanted);
      const intervals = new Map(model.drawn.map((name) => [name, interval(draws.get(name))]));
      for (const cell of root.querySelectorAll("[data-number]")) {
        const number = values.get(cell.dataset.number);
        cell.dataset.value = String(Number(number));
        cell.textContent = words(Number(number));
      }
      const formats = { usd, number: words, stage: (code) => model.stages[code] };
      for (const cell of root.querySelectorAll("[data-result]")) {
        const ends = intervals.get(cell.dataset.result);
        cell.textContent = formats[cell.dataset.format](ends ? ends[1] : values.get(cell.dataset.result));
        const told = root.querySelector(`[data-interval="${cell.dataset.result}"]`);
        told.hidden = !ends;
        if (!ends) continue;
        const [low, high] = [ends[0], ends[2]].map(formats[cell.dataset.format]);
        told.textContent = fill(model.texts.interval, { low, high });
        told.dataset.draws = JSON.stringify(ends);
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
      drivers(tornado(model, state, "first_cost").slice(0, model.drivers));
      const usual = settled(model, { ...state, given: {}, ...Object.fromEntries(numbers.map((name) => [name, chosen(model.parameters[name], state)])) });
      const given = [...numbers.map((name) => [name, state[name]]), ...Object.entries(state.given)].filter(([name, number]) => usual.get(name) !== number);
      root.querySelector("[data-python]").textContent =
        `estimate(${[...choices.map((name) => `${name}="${state[name]}"`), ...given.map(([name, number]) => `${name}=${number}`)].join(", ")})`;
      root.dataset.state = "shown";
      return true;
    }

    function row(label, text, width) {
      const item = document.createElement("li");
      const [word, track, bar, amount] = ["span", "span", "span", "span"].map((tag) => document.createElement(tag));
      word.textContent = label;
      amount.textContent = text;
      track.className = "sobe-bar";
      bar.style.width = `${100 * width}%`;
      track.append(bar);
      item.append(word, amount, track);
      return item;
    }
    function drivers(found) {
      root.querySelector("[data-drivers]").replaceChildren(...found.map(({ name, low, high, span }) =>
        row(model.descriptions[name].replace(/[.。]$/, ""), fill(model.texts.span, { low: usd(Math.min(low, high)), high: usd(Math.max(low, high)) }), span / found[0].span)));
    }

    function bars(which, values, format) {
      const list = root.querySelector(`[data-bars="${which}"]`);
      const parts = model[which].filter(([name]) => values.has(name));
      const total = parts.reduce((sum, [name]) => sum + values.get(name), 0);
      list.replaceChildren(...parts.map(([name, label]) => row(label, format(values.get(name)), values.get(name) / total)));
    }

    /* Show a state; one that gives no numbers is refused, and the last good one stays. */
    function change(next, typing, text) {
      const last = state;
      state = next;
      const good = show(typing);
      if (!good) {
        state = last;
        if (typing) typing.setAttribute("aria-invalid", "true");
      }
      root.querySelector("[data-refused]").textContent = good ? "" : fill(model.texts.refused, { text });
      if (good) write();
    }
    const without = (name) => ({ ...state, given: Object.fromEntries(Object.entries(state.given).filter(([one]) => one !== name)) });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", (event) => {
      const { name } = event.target;
      const slider = event.target.dataset.slider;
      if (slider) {
        change({ ...state, [slider]: slid(slider, Number(event.target.value)) }, event.target, "");
      } else if (numbers.includes(name) || fields.includes(name)) {
        const scale = numbers.includes(name) ? model.settings[name].scale : 1;
        const number = event.target.value === "" ? NaN : Number(event.target.value) * scale;
        if (!valid(name, number)) {
          event.target.setAttribute("aria-invalid", "true");
          root.querySelector("[data-refused]").textContent = fill(model.texts.refused, { text: event.target.value });
          return;
        }
        const next = numbers.includes(name) ? { ...state, [name]: number } : { ...state, given: { ...state.given, [name]: number } };
        change(next, event.target, event.target.value);
      } else {
        change({ ...state, [name]: event.target.value }, event.target, event.target.value);
      }
    });
    form.addEventListener("click", (event) => {
      const { back } = event.target.dataset;
      if (back) {
        change(without(back), null, "");
        form.elements[back].focus();
      }
    });
    // Leaving a field with a value that cannot be used brings the last good one back.
    form.addEventListener("focusout", () => show(null));
    form.addEventListener("reset", (event) => {
      event.preventDefault();
      change(fresh(), null, "");
    });
    const isNumber = (name) => (text) => text.trim() !== "" && valid(name, Number(text));
    for (const name of choices) {
      declare(name, model.defaults[name], (text) => Object.hasOwn(model.options[name], text), (text) => {
        state = { ...state, [name]: text };
      });
    }
    for (const name of numbers) {
      declare(name, model.defaults[name], isNumber(name), (text) => {
        state = { ...state, [name]: Number(text) };
      });
    }
    for (const name of fields) {
      declare(name, model.given[name] ?? "", (text) => text === "" || isNumber(name)(text), (text) => take(name, text));
    }
    // Each value may be allowed, and all of them together give no numbers.
    if (!show(null)) {
      change(fresh(), null, "");
      root.querySelector("[data-refused]").textContent = fill(model.texts.refused, { text: location.search });
    }
  }

  function startAll() {
    document.querySelectorAll("[data-sobe-estimator]").forEach(start);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
  else startAll();
})();
