/* The estimator's model: the book's own formulas (JSON trees) evaluated for a case, without a page.

   A case is { model, organism, modality, proofreading, the settings, given: { parameter: value } }.
   A payload is what sobe.charts.estimator hands over. */
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

  /* One loop per frequent operator, which a browser compiles well; a number has a step of 0. */
  const LOOPS = {
    "+": (out, a, i, b, j) => { for (let n = 0; n < out.length; n += 1) out[n] = a[n * i] + b[n * j]; },
    "-": (out, a, i, b, j) => { for (let n = 0; n < out.length; n += 1) out[n] = a[n * i] - b[n * j]; },
    "*": (out, a, i, b, j) => { for (let n = 0; n < out.length; n += 1) out[n] = a[n * i] * b[n * j]; },
    "/": (out, a, i, b, j) => { for (let n = 0; n < out.length; n += 1) out[n] = a[n * i] / b[n * j]; },
  };

  /* The same for arrays: a number where all arguments are numbers, else one value per draw. */
  function vector(tree, values, size) {
    if (typeof tree === "number") return tree;
    if (typeof tree === "string") return values.get(tree);
    const operator = OPERATORS[tree[0]];
    const given = tree.slice(1).map((argument) => vector(argument, values, size));
    if (given.every((argument) => typeof argument !== "object")) return operator(...given);
    const found = new Float64Array(size);
    const [[a, i], [b, j], [c, k]] = [0, 1, 2].map((n) => (typeof given[n] === "object" ? [given[n], 1] : [[given[n]], 0]));
    if (LOOPS[tree[0]]) LOOPS[tree[0]](found, a, i, b, j);
    else if (given.length === 1) for (let n = 0; n < size; n += 1) found[n] = operator(a[n]);
    else if (given.length === 2) for (let n = 0; n < size; n += 1) found[n] = operator(a[n * i], b[n * j]);
    else if (given.length === 3) for (let n = 0; n < size; n += 1) found[n] = operator(a[n * i], b[n * j], c[n * k]);
    else for (let n = 0; n < size; n += 1) found[n] = operator(...given.map((x) => (typeof x === "object" ? x[n] : x)));
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

  /* The published model of a payload has neither ranges nor draws. */
  const published = new WeakMap();
  function modelOf(payload, state) {
    if (state.model !== "published") return payload;
    if (!published.has(payload)) published.set(payload, { ...payload, ...payload.published, ranges: {}, inputs: [], drawn: [] });
    return published.get(payload);
  }

  function settled(model, state) {
    const values = new Map();
    for (const [name, cases] of Object.entries(model.parameters)) {
      const found = chosen(cases, state);
      if (found !== undefined) values.set(name, found);
    }
    for (const name of Object.keys(model.settings)) values.set(name, state[name]);
    for (const [name, given] of Object.entries(state.given)) if (values.has(name)) values.set(name, given);
    return values;
  }

  function worked(model, values, wanted) {
    for (const [name, tree] of model.formulas) {
      if (!wanted || wanted.has(name)) values.set(name, value(tree, values));
    }
    return values;
  }
  const evaluated = (payload, state) => {
    const model = modelOf(payload, state);
    return worked(model, settled(model, state));
  };
  /* Whether a case gives numbers; the published model may give infinite ones. */
  const sound = (state, values) => state.model === "published" || [...values.values()].every((number) => Number.isFinite(Number(number)));

  /* The names that the results depend on, themselves included. */
  const dependencies = new WeakMap();
  function needed(model, results) {
    if (!dependencies.has(model.formulas)) dependencies.set(model.formulas, new Map());
    const known = dependencies.get(model.formulas);
    const key = results.join();
    if (!known.has(key)) known.set(key, dependent(model, results));
    return known.get(key);
  }
  function dependent(model, results) {
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
    const found = new Float64Array(size);
    for (let i = 0; i < size; i += 1) found[i] = (mix(mix((i + STEP) >>> 0) ^ key) + 0.5) / 4294967296;
    return found;
  }

  /* Draws from a range whose median is the value, by numbers between 0 and 1. */
  function split([low, high], middle, uniform) {
    const [to, back] = low > 0 ? [Math.log, Math.exp] : [(x) => x, (x) => x];
    const [a, m, b] = [to(low), to(middle), to(high)];
    const found = new Float64Array(uniform.length);
    for (let i = 0; i < found.length; i += 1) {
      const u = uniform[i];
      found[i] = back(u < 0.5 ? m - (m - a) * (1 - Math.sqrt(2 * u)) : m + (b - m) * (1 - Math.sqrt(2 * (1 - u))));
    }
    return found;
  }

  function rangesOf(model, state) {
    const found = new Map();
    for (const [name, cases] of Object.entries(model.ranges)) {
      const ends = chosen(cases, state);
      if (ends && !Object.hasOwn(state.given, name)) found.set(name, ends);
    }
    return found;
  }

  /* Draws of a parameter depend on its range and value alone, so most are kept between changes. */
  const sequences = new Map();
  const kept = new Map();
  function drawn(model, state, wanted) {
    const values = settled(model, state);
    const ranges = rangesOf(model, state);
    for (const [code, names] of model.inputs) {
      for (const name of names.filter((one) => ranges.has(one) && wanted.has(one))) {
        if (!sequences.has(code)) sequences.set(code, sequence(code, model.draws, model.seed));
        const key = [code, ...ranges.get(name), values.get(name)].join();
        if (!kept.has(key)) {
          if (kept.size > 400) kept.clear();
          kept.set(key, split(ranges.get(name), values.get(name), sequences.get(code)));
        }
        values.set(name, kept.get(key));
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
  /* {result: [5th, 50th, 95th percentile]} of the results that are drawn. */
  function intervals(payload, state) {
    const model = modelOf(payload, state);
    const draws = drawn(model, state, needed(model, model.drawn));
    return new Map(model.drawn.map((name) => [name, interval(draws.get(name))]));
  }

  /* The cost with one parameter at a time at either end of its range, the widest span first. */
  function tornado(payload, state, result) {
    const model = modelOf(payload, state);
    const wanted = needed(model, [result]);
    const values = settled(model, state);
    const found = [];
    for (const [name, ends] of rangesOf(model, state)) {
      if (!wanted.has(name)) continue;
      const [low, high] = ends.map((end) => worked(model, new Map(values).set(name, end), wanted).get(result));
      found.push({ name, low, high, span: Math.abs(high - low) });
    }
    return found.sort((a, b) => b.span - a.span || (a.name < b.name ? -1 : 1));
  }

  /* Sobol indices of a result's logarithm, as sobe.analysis.estimator.uncertainty.sobol has them: of
     two sets of draws, one input at a time is taken from the second. A generator that stops after
     each piece of work, so that a page can answer in between; it returns the rows, largest first. */
  function* sobol(payload, state, result) {
    const model = modelOf(payload, state);
    const wanted = needed(model, [result]);
    const ranges = rangesOf(model, state);
    const own = settled(model, state);
    const size = model.shares_draws;
    const groups = model.inputs.map(([code, names]) => [code, names.filter((name) => ranges.has(name) && wanted.has(name))]).filter(([, names]) => names.length);
    const [one, other] = [new Map(), new Map()];
    for (const [found, seed] of [[one, model.seed], [other, (model.seed + 1) >>> 0]]) {
      for (const [code, names] of groups) {
        const uniform = sequence(code, size, seed);
        found.set(code, new Map(names.map((name) => [name, split(ranges.get(name), own.get(name), uniform)])));
        yield;
      }
    }
    const uses = (tree, names) => (typeof tree === "string" ? names.has(tree) : Array.isArray(tree) && tree.some((part, n) => n > 0 && uses(part, names)));
    /* Formulas that depend on what is new are computed; the others stay. */
    function* computed(values, parts) {
      const found = new Map(values);
      const fresh = new Set();
      for (const part of parts) for (const [name, draws] of part) { found.set(name, draws); fresh.add(name); }
      for (const [name, tree] of model.formulas) {
        if (!wanted.has(name) || (found.has(name) && !uses(tree, fresh))) continue;
        found.set(name, vector(tree, found, size));
        fresh.add(name);
        yield;
      }
      return found;
    }
    const logs = (values) => values.get(result).map(Math.log);
    const base = yield* computed(own, one.values());
    const first = logs(base);
    const second = logs(yield* computed(own, other.values()));
    const mean = (term) => { let sum = 0; for (let i = 0; i < size; i += 1) sum += term(i); return sum / size; };
    const middle = mean((i) => first[i] + second[i]) / 2;
    const variance = mean((i) => (first[i] - middle) ** 2 + (second[i] - middle) ** 2) / 2;
    const rows = [];
    for (const [code, names] of groups) {
      const mixed = logs(yield* computed(base, [other.get(code)]));
      rows.push({ code, names, first: mean((i) => (second[i] - middle) * (mixed[i] - first[i])) / variance, total: mean((i) => (first[i] - mixed[i]) ** 2) / 2 / variance });
      yield;
    }
    return rows.sort((a, b) => b.total - a.total);
  }

  /* The parameters whose values differ between two cases: [name, value in the first, in the second].
     Those that one of the models lacks, or no formula uses, are left out. */
  function differing(payload, first, second) {
    const models = [first, second].map((state) => modelOf(payload, state));
    const [a, b] = models.map((model, n) => settled(model, [first, second][n]));
    const used = models.map((model) => needed(model, model.formulas.map(([name]) => name)));
    return payload.fields.filter((name) => a.has(name) && used.some((names) => names.has(name)) && b.has(name) && a.get(name) !== b.get(name))
      .map((name) => [name, a.get(name), b.get(name)]);
  }
  /* A case with the values that its choices have by themselves. */
  function usual(payload, state) {
    const own = Object.keys(payload.settings).map((name) => [name, chosen(payload.parameters[name], state)]);
    return { ...state, ...Object.fromEntries(own), given: {} };
  }

  /* A case as a text, "organism=mouse modality=em gpus=7", and back; null where that is no case. */
  const PLACES = ["organism", "modality", "proofreading", "model"];
  function written(payload, state) {
    const pairs = [...PLACES, ...Object.keys(payload.settings)].map((name) => [name, state[name]]);
    return [...pairs, ...Object.entries(state.given)].map((pair) => pair.join("=")).join(" ");
  }
  function valid(payload, name, number) {
    if (!Number.isFinite(number)) return false;
    if (Object.hasOwn(payload.settings, name)) {
      const { scale, least, most } = payload.settings[name];
      return number >= least * scale && number <= most * scale;
    }
    const most = Object.hasOwn(payload.most, name) ? payload.most[name] : Number.MAX_VALUE;
    return number <= most && (payload.positive.includes(name) ? number > 0 : number >= 0);
  }
  function read(payload, text) {
    const state = { given: {} };
    const seen = new Set();
    for (const pair of text.split(" ")) {
      const [name, own, ...more] = pair.split("=");
      if (own === undefined || own === "" || more.length || seen.has(name)) return null;
      seen.add(name);
      if (PLACES.includes(name)) {
        if (!Object.hasOwn(payload.options[name], own)) return null;
        state[name] = own;
      } else {
        if (!Object.hasOwn(payload.parameters, name) || !valid(payload, name, Number(own))) return null;
        (Object.hasOwn(payload.settings, name) ? state : state.given)[name] = Number(own);
      }
    }
    const whole = [...PLACES, ...Object.keys(payload.settings)].every((name) => Object.hasOwn(state, name));
    return whole && sound(state, evaluated(payload, state)) ? state : null;
  }

  window.sobeEstimator = {
    PLACES, parts: [], chosen, modelOf, settled, worked, evaluated, sound, needed, rangesOf, drawn, interval, intervals, tornado, sobol,
    differing, usual, written, read, valid,
  };
})();
