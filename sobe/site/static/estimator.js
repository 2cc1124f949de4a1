/* The budget estimator: the form, and what the model (estimator-model.js) gives for what it says.

   Its other parts are in files of their own: each is a function (root, payload, page) in
   window.sobeEstimator.parts, which returns what is to be called after each change. */
(function () {
  "use strict";
  const { chosen, modelOf, evaluated, sound, intervals, tornado, usual, differing } = window.sobeEstimator;

  const plain = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });
  /* What is computed keeps its zeros: numbers below each other have three digits each. */
  const kept = new Intl.NumberFormat("en-US", { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
  const raised = (exponent) => `10${String(exponent).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit])}`;
  function words(x, format = plain) {
    const [mantissa, exponent] = x.toExponential(2).split("e").map(Number);
    if (exponent >= 15) return mantissa === 1 ? raised(exponent) : `${plain.format(mantissa)} × ${raised(exponent)}`;
    for (const [size, word] of window.sobeScales) {
      if (Math.abs(Number(x.toPrecision(3))) >= size) return format.format(x / size) + word;
    }
    return Math.abs(x) < 1e4 && Number.isInteger(x) ? x.toLocaleString("en-US") : format.format(x);
  }
  const dollars = (text) => window.sobeClosed(window.sobeDollars.replace("{}", () => text));
  function usd(x, format) {
    const cents = x >= 0.1 && x < 10 && !Number.isInteger(Number(x.toPrecision(3)));
    return dollars(cents ? x.toFixed(2) : words(x, format));
  }
  const cost = (x) => usd(x, kept);
  /* A rounded end of an interval with its zeros. */
  function ended(x, digits) {
    const format = new Intl.NumberFormat("en-US", { minimumSignificantDigits: digits, maximumSignificantDigits: digits });
    return words(Number(x.toPrecision(digits)), format);
  }
  const fill = window.sobeFill;
  /* An element with a text or other nodes inside. */
  function element(tag, inside, attributes = {}) {
    const made = document.createElement(tag);
    made.append(...[inside].flat());
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  function start(root) {
    const model = JSON.parse(root.sobeModel); /* a script of its own gives it */
    const form = root.querySelector("form");
    const numbers = Object.keys(model.settings);
    const choices = model.choices;
    const fields = model.fields.filter((name) => !numbers.includes(name));
    const picks = [...choices, "model"];
    const short = (name) => model.descriptions[name].replace(/[.。]$/, "");
    const parts = [];
    const byName = (attribute) => new Map([...root.querySelectorAll(`[data-${attribute}]`)].map((found) => [found.getAttribute(`data-${attribute}`), found]));
    const intervalsOf = byName("interval");
    const tiles = [...root.querySelectorAll("[data-result]")];
    /* Writing only what is new saves the browser most of its work. */
    const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };
    const fresh = () => ({ ...model.defaults, given: { ...model.given } });
    let state = fresh();
    /* Fields of all parameters, and cells of all numbers, once they are there. */
    let fieldsOf = null, cells = [];

    /* Rows that are folded are made when they are first opened. */
    function unfolds(details, made) {
      const stored = details.querySelector("template");
      const unfold = () => {
        if (!stored.isConnected) return;
        stored.replaceWith(stored.content);
        made();
        show(null);
      };
      details.addEventListener("toggle", unfold);
    }

    const valid = (name, number) => window.sobeEstimator.valid(model, name, number);
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
      ...Object.fromEntries([...picks, ...numbers].map((name) => [name, state[name]])),
      ...Object.fromEntries(fields.map((name) => [name, state.given[name] ?? ""])),
    });
    const write = () => window.sobeState.set(told());

    /* Sliders run from 0 to 1 over the range. */
    function slid(name, at) {
      const { scale, least, most } = model.settings[name];
      return Number((least + (most - least) * at).toPrecision(2)) * scale;
    }
    function position(name) {
      const { scale, least, most } = model.settings[name];
      return (state[name] / scale - least) / (most - least);
    }

    /* A switch gives parameters, or takes them back: its option is the one whose parameters a case has. */
    const switches = [...form.querySelectorAll("[data-switch]")];
    const governed = (name) => Object.values(model.switches[name]).flatMap(Object.keys);
    function optionOf(name, now) {
      const has = governed(name).filter((one) => Object.hasOwn(now.given, one));
      return Object.entries(model.switches[name]).find(([, gives]) => has.length === Object.keys(gives).length
        && Object.entries(gives).every(([one, cases]) => now.given[one] === chosen(cases, now)))?.[0] ?? "";
    }
    function switched(now, name, option) {
      const kept = Object.entries(now.given).filter(([one]) => !governed(name).includes(one));
      const gives = Object.entries(model.switches[name][option]).map(([one, cases]) => [one, chosen(cases, now)]);
      return { ...now, given: Object.fromEntries([...kept, ...gives]) };
    }
    /* Another choice keeps the options of the switches, whose values may depend on it. */
    function choosing(name, option) {
      const next = { ...state, [name]: option };
      return switches.map((one) => [one.dataset.switch, optionOf(one.dataset.switch, state)])
        .reduce((found, [one, own]) => (own ? switched(found, one, own) : found), next);
    }

    const finite = (format) => (x) => (Number.isFinite(x) ? format(x) : model.texts.none);
    const formats = {
      usd: finite(usd), cost: finite(cost), number: finite((x) => words(x)), stage: (code) => model.stages[code] ?? model.texts.none,
      duration: finite((x) => {
        if (x < 1) return fill(model.texts.days, { n: words(Math.round(x * 365)) });
        const n = words(Number(x.toPrecision(2)));
        return n === "1" ? model.texts.one_year : fill(model.texts.years, { n });
      }),
    };

    /* The ends of an interval have two digits, or three where two would make them one number. */
    function ends(low, high, format) {
      if (low === high || !["cost", "number"].includes(format)) return [low, high].map(formats[format]);
      const digits = low.toExponential(1) === high.toExponential(1) ? 3 : 2;
      return [low, high].map(finite((x) => (format === "cost" ? dollars : String)(ended(x, digits))));
    }

    /* Show the state, but in the field that is typed in; false where it gives no finite numbers. */
    function show(typing) {
      const values = evaluated(model, state);
      if (!sound(state, values)) return false;
      const now = modelOf(model, state);
      for (const name of picks) form.elements[name].value = state[name];
      for (const one of switches) {
        one.value = optionOf(one.dataset.switch, state);
        one.disabled = state.model === "published";
      }
      for (const name of numbers) {
        const field = form.elements[name];
        if (field !== typing) field.value = state[name] / model.settings[name].scale;
        field.removeAttribute("aria-invalid");
        const slider = form.querySelector(`[data-slider="${name}"]`);
        slider.value = position(name);
        slider.setAttribute("aria-valuetext", plain.format(state[name] / model.settings[name].scale));
      }
      for (const name of fieldsOf ? fields : []) {
        const { inputs, defaults, backs, sources } = fieldsOf;
        const field = inputs.get(name);
        const own = chosen((Object.hasOwn(now.parameters, name) ? now : model).parameters[name], state);
        const given = Object.hasOwn(state.given, name);
        const filled = String(given ? state.given[name] : Number(own.toPrecision(12)));
        if (field !== typing && field.value !== filled) field.value = filled;
        field.removeAttribute("aria-invalid");
        field.closest(".sobe-parameter").hidden = !Object.hasOwn(now.parameters, name);
        const ends = Object.hasOwn(now.ranges, name) && chosen(now.ranges[name], state);
        const told = { value: plain.format(own), low: ends && plain.format(ends[0]), high: ends && plain.format(ends[1]) };
        put(defaults.get(name), fill(ends ? model.texts.ranged : model.texts.default, told));
        backs.get(name).hidden = !given;
        const { title, url } = model.sources[chosen(model.origins[name], state)];
        const link = sources.get(name);
        put(link, fill(model.texts.source, { title }));
        if (link.getAttribute("href") !== (url || model.tables)) link.href = url || model.tables;
      }
      const found = intervals(model, state);
      for (const cell of cells) {
        const number = values.has(cell.dataset.number) ? Number(values.get(cell.dataset.number)) : NaN;
        cell.dataset.value = String(number);
        put(cell, formats.number(number));
      }
      for (const cell of tiles) {
        const interval = found.get(cell.dataset.result);
        cell.textContent = formats[cell.dataset.format](interval ? interval[1] : values.get(cell.dataset.result));
        const told = intervalsOf.get(cell.dataset.result);
        told.hidden = !interval;
        delete told.dataset.draws;
        if (!interval) continue;
        const [low, high] = ends(interval[0], interval[2], cell.dataset.format);
        told.hidden = low === high;
        told.textContent = fill(model.texts.interval, { low, high });
        told.dataset.draws = JSON.stringify(interval);
      }
      const verdict = !values.has("can_finish") ? "unsaid" : values.get("first_years") <= state.project_years ? "in_time" : values.get("can_finish") ? "late" : "never";
      root.querySelector("[data-verdict]").textContent = fill(model.texts[verdict], {
        years: words(state.project_years), factor: formats.number(values.get("capacity_factor")),
        ...Object.fromEntries(["microscopes", "gpus", "proofreaders"].map((name) => [name === "proofreaders" ? "people" : name, formats.number(values.get(`${name}_needed`))])),
      });
      bars("costs", values, formats.cost, new Map());
      bars("times", values, formats.duration, found);
      const widest = tornado(model, state, "first_cost").slice(0, model.drivers);
      drivers(widest);
      const named = picks.filter((name) => state[name] !== model.python[name]).map((name) => `${name}="${state[name]}"`);
      const given = differing(model, usual(model, state), state).map(([name, , number]) => `${name}=${number}`);
      const python = `estimate(${[...named, ...given].join(", ")})`;
      root.querySelector("[data-python]").textContent = python;
      for (const part of parts) part({ state, values, intervals: found, drivers: widest, python });
      root.dataset.state = "shown";
      return true;
    }

    function row(label, text, width) {
      const item = document.createElement("li");
      const [word, amount] = ["span", "span"].map((tag) => document.createElement(tag));
      const [track, bar] = ["svg", "rect"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
      word.textContent = label;
      amount.textContent = text;
      track.setAttribute("class", "sobe-bar");
      track.setAttribute("aria-hidden", "true");
      bar.setAttribute("width", `${100 * width}%`);
      track.append(bar);
      item.append(word, amount, track);
      return item;
    }
    function drivers(found) {
      root.querySelector("[data-drivers]").closest("section").hidden = !found.length;
      root.querySelector("[data-drivers]").replaceChildren(...found.map(({ name, low, high, span }) =>
        row(short(name), fill(model.texts.span, { low: cost(Math.min(low, high)), high: cost(Math.max(low, high)) }), span / found[0].span)));
    }

    /* The parts of a sum: medians with their intervals where there are any. */
    function bars(which, values, format, intervals) {
      const list = root.querySelector(`[data-bars="${which}"]`);
      const parts = model[which].filter(([name]) => values.has(name)).map(([name, label]) => {
        const [low, middle, high] = intervals.get(name) || [];
        const text = middle === undefined || format(low) === format(high) ? format(middle ?? values.get(name))
          : fill(model.texts.median_span, { low: format(low), middle: format(middle), high: format(high) });
        return { label, text, size: middle ?? values.get(name) };
      });
      const total = parts.reduce((sum, { size }) => sum + size, 0);
      list.replaceChildren(...parts.map(({ label, text, size }) => row(label, text, size / total || 0)));
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
      } else if (event.target.dataset.switch) {
        change(switched(state, event.target.dataset.switch, event.target.value), event.target, event.target.value);
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
        change(choosing(name, event.target.value), event.target, event.target.value);
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
    for (const name of picks) {
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
    const page = {
      formats, ends, fill, element, short,
      state: () => state,
      /* Shows another case and keeps it in the address, with more of the address at once. */
      put(next, more) {
        state = next;
        show(null);
        window.sobeState.set({ ...told(), ...more });
      },
      show: () => show(null),
    };
    for (const part of window.sobeEstimator.parts) parts.push(part(root, model, page));
    unfolds(form.querySelector(".sobe-estimator-all"), () => {
      const [defaults, backs, sources] = ["default", "back", "source"].map(byName);
      fieldsOf = { defaults, backs, sources, inputs: new Map([...form.elements].map((field) => [field.name, field])) };
    });
    unfolds(root.querySelector("[data-every-number]"), () => { cells = [...root.querySelectorAll("[data-number]")]; });
    function wake() {
      if (root.dataset.state || show(null)) return;
      // Each value may be allowed, and all of them together give no numbers.
      change(fresh(), null, "");
      root.querySelector("[data-refused]").textContent = fill(model.texts.refused, { text: location.search });
    }
    const idle = window.requestIdleCallback || ((call) => setTimeout(call, 200));
    if (location.search) wake();
    else idle(wake, { timeout: 1000 });
    addEventListener("beforeprint", wake, { capture: true }); /* before what the parts do then */
  }

  /* The page has the published case written in it: nothing is done before a reader is there. */
  let begun = false;
  function begin() {
    if (!begun) document.querySelectorAll("[data-sobe-estimator]").forEach(start);
    begun = true;
  }
  addEventListener("DOMContentLoaded", () => window.sobeReader.then(begin)); /* the model is there */
  addEventListener("beforeprint", () => {
    if (begun) return;
    begin();
    dispatchEvent(new Event("beforeprint")); /* the parts listen only now */
  });
})();
