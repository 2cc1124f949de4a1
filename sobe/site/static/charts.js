/* Draws every .sobe-chart on the page. Until then its picture is shown. Once the reader moves, types
   or touches, a chart is drawn when it is near the screen and the browser is idle. It is drawn at
   once where somebody uses it, and before printing. The chart library is loaded for the first of
   them, so nobody waits for it to read a page. The build puts the two theme configs and the table of
   dark colours in place of the marker below. */
(function () {
  "use strict";
  const translate = window.sobeTranslate;
  const state = window.sobeState;
  const THEMES = /*SOBE_THEMES*/ null;
  const LIBRARY = document.currentScript.dataset.library;
  const root = document.documentElement;
  const charts = [];
  const widths = new Map(); /* at which each was drawn or last seen; the page may grow around the first */

  function mode() {
    const set = root.dataset.theme;
    if (set === "dark" || set === "light") return set;
    return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }

  /* The longest category that a legend of the spec may have to name. */
  function longestCategory(value) {
    if (!value || typeof value !== "object") return 0;
    return Math.max(0, ...Object.entries(value).map(([key, part]) =>
      key === "domain" && Array.isArray(part)
        ? Math.max(0, ...part.filter((name) => typeof name === "string").map((name) => name.length))
        : key === "datasets" ? 0 : longestCategory(part)));
  }

  function themed(wanted, narrow, spec) {
    const config = structuredClone(THEMES[wanted]);
    if (narrow) {
      Object.assign(config.legend, THEMES.narrow_legend);
      if (longestCategory(spec) > THEMES.long) Object.assign(config.legend, THEMES.narrow_list);
    }
    return config;
  }

  /* The spec with each light colour exchanged for its dark counterpart. */
  function darken(value) {
    if (typeof value === "string") return THEMES.dark_of[value.toLowerCase()] || value;
    if (Array.isArray(value)) return value.map(darken);
    if (value && typeof value === "object") {
      const out = {};
      for (const key of Object.keys(value)) {
        /* Data is the reader's, never recoloured. */
        out[key] = key === "datasets" || key === "data" ? value[key] : darken(value[key]);
      }
      return out;
    }
    return value;
  }

  let ruler = null; /* made for the first chart: it takes long to make */

  /* Text broken into lines no wider than the chart; Vega itself would cut it off.
     A text without spaces may be broken after any character but not before a closing mark. */
  const PIECES = /[\u3400-\u9fff\uff01-\uff60\u3001-\u301f][\u3001\u3002\uff01-\uff1f\u300b\u300d\u201d]*\s*|[^\s\u3400-\u9fff\uff01-\uff60\u3001-\u301f]+\s*/g;
  function lines(text, width, font) {
    ruler = ruler || document.createElement("canvas").getContext("2d");
    ruler.font = font;
    const out = [];
    for (const piece of String(text).match(PIECES) || []) {
      const longer = out.length ? out[out.length - 1] + piece : piece;
      if (out.length && ruler.measureText(longer.trimEnd()).width <= width) out[out.length - 1] = longer;
      else out.push(piece);
    }
    return out.map((line) => line.trimEnd());
  }

  function wrapTitle(title, width, config) {
    if (!title || typeof title !== "object") return;
    const family = config.font;
    if (typeof title.text === "string") {
      title.text = lines(title.text, width, `${config.title.fontWeight} ${config.title.fontSize}px ${family}`);
    }
    if (typeof title.subtitle === "string") {
      title.subtitle = lines(title.subtitle, width, `${config.title.subtitleFontSize}px ${family}`);
    }
  }

  /* The sign of an axis of dollars is the language's own, or, in a fixed format, "$". */
  const [before, after] = window.sobeDollars.split("{}");
  const signs = ["$", before, after].map((sign) => sign.trim()).filter(Boolean);

  /* Whether an axis of a channel is of money; layers share one axis. */
  function isMoney(value, channel) {
    if (!value || typeof value !== "object") return false;
    return Object.entries(value).some(([key, part]) => {
      if (key === "datasets" || key === "data") return false;
      if (key !== channel) return isMoney(part, channel);
      const written = JSON.stringify((part && part.axis) || {});
      return signs.some((sign) => written.includes(sign));
    });
  }

  /* The spec with one channel's logarithmic axes made linear, with ticks of its own. */
  function linear(value, channel, money = isMoney(value, channel)) {
    if (Array.isArray(value)) return value.map((part) => linear(part, channel, money));
    if (!value || typeof value !== "object") return value;
    const out = {};
    for (const [key, part] of Object.entries(value)) {
      out[key] = key === "datasets" || key === "data" ? part : linear(part, channel, money);
      const log = key === channel && part && part.scale && part.scale.type === "log";
      if (!log) continue;
      const words = window.sobeScales.reduceRight(
        (rest, [size, word]) => `abs(datum.value) >= ${size} ? format(datum.value / ${size}, ',~r') + '${word}' : ${rest}`,
        "format(datum.value, ',~r')");
      out[key].scale = { type: "linear", zero: true };
      out[key].axis = { ...part.axis, values: null, tickCount: 6, labelBound: 10, format: null, labelExpr: money ? `'${before}' + (${words}) + '${after}'` : words };
      if (!(part.axis && part.axis.title)) delete out[key].axis.title;
    }
    return out;
  }

  /* Of words next to marks that lie upon each other or an axis, as near the zero of a linear
     one, the first stay. */
  function thinOut(view) {
    const kept = [...view.querySelectorAll("svg .role-axis-label text")].map((words) => words.getBoundingClientRect());
    for (const words of view.querySelectorAll("svg .mark-text.role-mark text")) {
      const box = words.getBoundingClientRect();
      const covered = kept.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom);
      words.style.visibility = covered ? "hidden" : "";
      if (!covered) kept.push(box);
    }
  }

  /* The controls of a chart, whose values are in the page's address: a menu's by their numbers,
     which are the same in every language. */
  function controls(chart) {
    return ((chart.spec && chart.spec.params) || []).filter((param) => param.bind && param.bind.input).map((param) => {
      const name = state.named(chart.div) || chart.div.id;
      const { options, min, max } = param.bind;
      const write = (value) => String(options ? options.indexOf(value) : value);
      const read = (text) => options ? options[Number(text)] : Number(text);
      const control = { param: param.name, key: `set.${name}.${param.name}`, write, read };
      state.declare(control.key, {
        initial: write(param.value),
        valid: (text) => /^-?\d+(\.\d+)?$/.test(text)
          && (options ? Object.hasOwn(options, text) : Number(text) >= min && Number(text) <= max),
        change: (text) => {
          if (chart.result) chart.result.view.signal(control.param, read(text)).runAsync();
        },
      });
      return control;
    });
  }

  function loaded(address) {
    return new Promise((done, fail) => {
      const script = document.createElement("script");
      const lost = () => fail(new Error(translate("the chart library did not load")));
      script.addEventListener("load", done);
      script.addEventListener("error", lost);
      if (!address) return lost();
      script.src = address;
      return document.head.append(script);
    });
  }

  let loading = null;
  function library() {
    if (typeof vegaEmbed !== "undefined") return Promise.resolve();
    loading = loading || loaded(LIBRARY);
    return loading;
  }

  /* A chart's spec is in the page, or in a script that gives it to sobeSpec. */
  const specs = new Map();
  window.sobeSpec = (ident, spec) => specs.set(ident, spec);
  async function described(chart) {
    const { spec } = chart.div.dataset;
    if (spec && !specs.has(chart.div.id)) await loaded(spec);
    if (spec) chart.spec = specs.get(chart.div.id);
  }

  async function draw(chart) {
    const wanted = mode();
    const width = chart.div.clientWidth;
    if (!width) return; /* behind another tab; drawn when it is shown */
    const narrow = width < 520;
    /* Small changes of width are Vega's own affair; larger ones break titles again. */
    const drawn = wanted + Math.round(width / 50) + (chart.div.dataset.linear || "");
    if (chart.drawn === drawn) return;
    await Promise.all([library(), described(chart)]);
    chart.drawn = drawn;
    widths.set(chart.div, width);
    if (chart.result) {
      chart.result.finalize();
      chart.result = null;
    }
    let spec = structuredClone(chart.spec);
    for (const { param, key, read } of chart.controls) {
      spec.params.find(({ name }) => name === param).value = read(state.get(key));
    }
    if (chart.div.closest(".sobe-card")) delete spec.title; /* the card says it */
    if (chart.div.dataset.linear) spec = linear(spec, chart.div.dataset.linear);
    if (wanted === "dark") spec = darken(spec);
    const config = themed(wanted, narrow, spec);
    wrapTitle(spec.title, width - 16, config);
    const result = await vegaEmbed(chart.view, spec, {
      mode: "vega-lite",
      ast: true, /* expressions are interpreted: no code is made from text */
      config, /* what a spec says itself goes before it */
      actions: false,
      renderer: "svg",
      defaultStyle: false,
      tooltip: { theme: wanted, disableDefaultStyle: true }, /* tooltip.css */
      loader: { http: { credentials: "omit" } },
    });
    chart.result = result;
    for (const { param, key, write } of chart.controls) {
      result.view.addSignalListener(param, (_, value) => state.set({ [key]: write(value) }));
    }
    if (chart.div.dataset.linear) thinOut(chart.view);
    labelControls(chart.view);
    chart.div.dataset.state = "drawn";
    chart.div.dataset.drawnTheme = wanted;
    chart.div.dataset.drawnLinear = chart.div.dataset.linear || "";
    chart.div.sobeView = result.view; /* for scripts that come later than this drawing */
    chart.div.dispatchEvent(new CustomEvent("sobe:drawn"));
  }

  /* Vega names a gradient by the page's address as it was. A choice changes that: then the browser
     would look for the gradient in another document, and leave the mark empty. */
  function keepGradients(view) {
    const keep = () => {
      for (const name of ["fill", "stroke"]) {
        for (const mark of view.querySelectorAll(`[${name}^="url("]:not([${name}^="url(#"])`)) {
          mark.setAttribute(name, `url(${mark.getAttribute(name).match(/#[^#]*$/)[0]}`);
        }
      }
    };
    new MutationObserver(keep).observe(view, { subtree: true, childList: true, attributeFilter: ["fill", "stroke"] });
  }

  /* Vega names a control by a <span> next to it; say so to assistive software. */
  function labelControls(view) {
    for (const bind of view.querySelectorAll(".vega-bind")) {
      const name = bind.querySelector(".vega-bind-name");
      for (const control of bind.querySelectorAll("input, select")) {
        if (name && !control.closest(".vega-bind-radio")) {
          control.setAttribute("aria-label", name.textContent.trim());
        }
      }
    }
  }

  function fail(chart, error) {
    chart.div.dataset.state = "error";
    chart.view.replaceChildren();
    const p = document.createElement("p");
    p.className = "sobe-chart-error";
    p.textContent = translate("This chart could not be drawn: {why}", { why: (error && error.message) || error });
    chart.view.append(p);
    console.error(error);
  }

  /* One drawing at a time: the first chart is there before the last is begun, and quick
     theme changes don't cross. Between two the page may answer its reader. */
  let queue = Promise.resolve();
  let waiting = 0;
  function schedule(chart) {
    waiting += 1;
    root.dataset.charts = "drawing";
    queue = queue
      .then(() => draw(chart))
      .catch((error) => fail(chart, error))
      .then(() => new Promise((done) => setTimeout(done, 0)))
      .then(() => {
        waiting -= 1;
        if (!waiting) root.dataset.charts = "drawn"; /* for whoever waits for all of them */
      });
  }

  /* From now on a chart is drawn, and drawn again where the page changes. */
  function want(chart) {
    if (chart.wanted) return;
    chart.wanted = true;
    schedule(chart);
  }

  const idle = window.requestIdleCallback || ((call) => setTimeout(call, 200));

  function start() {
    const near = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        near.unobserve(entry.target);
        const chart = charts.find(({ div }) => div === entry.target);
        const sign = chart.div.querySelector(".sobe-still") ? window.sobeReader : Promise.resolve();
        sign.then(() => idle(() => want(chart), { timeout: 3000 }));
      }
    }, { rootMargin: "300px 0px" });
    for (const div of document.querySelectorAll(".sobe-chart")) {
      const chart = { div, view: div.querySelector(".sobe-chart-view") };
      try {
        const held = div.querySelector('script[type="application/json"]');
        if (held || !div.dataset.spec) chart.spec = JSON.parse(held.textContent);
        chart.controls = controls(chart);
      } catch (error) {
        fail(chart, error);
        continue;
      }
      keepGradients(chart.view);
      charts.push(chart);
      div.addEventListener("sobe:redraw", () => {
        chart.wanted = true;
        schedule(chart);
      });
      for (const use of ["pointerenter", "pointerdown", "focusin"]) div.addEventListener(use, () => want(chart), { once: true });
    }
    const redraw = () => charts.filter((chart) => chart.wanted).forEach(schedule);
    new MutationObserver(redraw).observe(root, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    addEventListener("beforeprint", () => charts.forEach(want));

    /* Vega-Lite listens to the window only; the page can also change by its
       sidebar, or a hidden cell being opened. */
    let pending = 0;
    const observer = new ResizeObserver((entries) => {
      let changed = false;
      for (const entry of entries) {
        const width = entry.target.clientWidth;
        if (widths.get(entry.target) !== width) {
          changed = changed || widths.has(entry.target);
          widths.set(entry.target, width);
        }
      }
      if (changed && !pending) {
        pending = requestAnimationFrame(() => {
          pending = 0;
          window.dispatchEvent(new Event("resize"));
          redraw();
        });
      }
    });
    const watch = () => charts.forEach((chart) => {
      observer.observe(chart.div);
      near.observe(chart.div);
    });
    if (document.readyState === "complete") watch();
    else addEventListener("load", watch); /* nothing competes with what is seen first */
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
