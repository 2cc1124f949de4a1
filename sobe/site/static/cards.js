/* The cards of figures: tabs, addresses and code to copy, linear axes, and a chart's marks read one
   by one from the keyboard. Without this script everything is shown. */
(function () {
  "use strict";
  const translate = window.sobeTranslate;
  const state = window.sobeState;

  function tabs(card) {
    const all = [...card.querySelectorAll('[role="tab"]')];
    const name = `tab.${state.named(card)}`;
    const key = (tab) => document.getElementById(tab.getAttribute("aria-controls")).dataset.panel;
    const choose = (tab) => {
      for (const other of all) {
        const chosen = other === tab;
        other.setAttribute("aria-selected", chosen);
        other.tabIndex = chosen ? 0 : -1;
        const panel = document.getElementById(other.getAttribute("aria-controls"));
        if (chosen) window.sobeParts.within(panel);
        panel.hidden = !chosen;
      }
    };
    const chosen = (tab) => {
      choose(tab);
      state.set({ [name]: key(tab) });
    };
    all.forEach((tab, i) => {
      tab.addEventListener("click", () => chosen(tab));
      tab.addEventListener("keydown", (event) => {
        const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: all.length - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        const next = all[(to + all.length) % all.length];
        chosen(next);
        next.focus();
      });
    });
    if (!all.length) return;
    const of = (text) => all.find((tab) => key(tab) === text);
    const initial = key(all[0]); /* open in the page as it is */
    const kept = state.declare(name, { initial, valid: of, change: (text) => choose(of(text)) });
    if (kept !== initial) choose(of(kept));
  }

  /* Where the build did not know the site's address, the page's own tells it. */
  function addressed(pre) {
    const { address } = pre.dataset;
    if (!/^https?:$/.test(location.protocol) || /^https?:/.test(address)) return;
    const root = new URL(document.documentElement.dataset.content_root || "./", location.href);
    pre.textContent = pre.textContent.replace(address, new URL(address, root).href);
  }

  function copies(button) {
    button.addEventListener("click", async () => {
      const pre = document.getElementById(button.dataset.copy);
      let said = translate("Copied");
      try {
        await navigator.clipboard.writeText(pre.textContent);
      } catch (error) { /* from a file, or not allowed: select it instead */
        getSelection().selectAllChildren(pre);
        said = document.execCommand && document.execCommand("copy") ? translate("Copied") : translate("Selected");
      }
      button.textContent = said;
      setTimeout(() => { button.textContent = translate("Copy"); }, 2000);
    });
  }

  function scales(card) {
    const group = card.querySelector(".sobe-switch");
    const chart = card.querySelector(".sobe-chart");
    if (!group) return;
    const name = `axis.${state.named(card)}`;
    const choose = (scale) => {
      for (const button of group.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", button.dataset.scale === scale);
      }
      chart.dataset.linear = scale === "linear" ? group.dataset.channel : "";
      chart.dispatchEvent(new CustomEvent("sobe:redraw"));
    };
    group.addEventListener("click", (event) => {
      const scale = event.target.dataset.scale;
      if (!scale) return;
      choose(scale);
      state.set({ [name]: scale });
    });
    const scale = state.declare(name, { initial: "log", valid: (text) => ["log", "linear"].includes(text), change: choose });
    if (scale !== "log") choose(scale);
  }

  /* Words and lines next to the marks repeat what the marks say. */
  const repeats = ({ item }) => /text|rule|line|area/.test(item.mark.marktype);

  /* Every mark that has something to tell, once, from left to right. */
  function telling(view) {
    const found = new Map();
    const visit = (item, x, y) => {
      if (item.marktype) {
        if (item.role && !/mark|scope|frame/.test(item.role)) return;
        for (const child of item.items) visit(child, x, y);
        return;
      }
      if (item.tooltip && typeof item.tooltip === "object" && item.bounds) {
        const { x1, x2, y1, y2 } = item.bounds;
        const words = JSON.stringify(item.tooltip);
        const known = found.get(words);
        if (!known || repeats(known) && !repeats({ item })) found.set(words, { item, x1: x1 + x, x2: x2 + x, y1: y1 + y, y2: y2 + y });
      }
      for (const mark of item.items || []) visit(mark, x + (item.x || 0), y + (item.y || 0));
    };
    visit(view.scenegraph().root, ...view.origin());
    const all = [...found.values()];
    const marks = all.filter((mark) => !repeats(mark));
    return (marks.length ? marks : all).sort((a, b) => a.x1 - b.x1 || b.y1 - a.y1);
  }

  function reading(div) {
    const place = div.querySelector(".sobe-chart-view");
    let view = null, marks = [], at = -1;
    const ring = document.createElement("div");
    ring.className = "sobe-ring";
    ring.hidden = true;
    const spoken = document.createElement("p");
    spoken.className = "sobe-spoken";
    spoken.setAttribute("aria-live", "polite");
    div.append(spoken);
    const handler = (mark, value) => {
      const svg = place.querySelector("svg.marks");
      const box = svg.getBoundingClientRect();
      const event = { clientX: box.left + mark.x2, clientY: box.top + mark.y1, vegaType: "view" };
      view.tooltip().call(null, view, event, mark.item, value);
      return { svg, box };
    };
    const leave = () => {
      if (at >= 0 && marks[at]) handler(marks[at], null);
      at = -1;
      ring.hidden = true;
      spoken.textContent = "";
    };
    const show = (to) => {
      at = Math.max(0, Math.min(marks.length - 1, to));
      const mark = marks[at];
      const { box } = handler(mark, mark.item.tooltip);
      const own = place.getBoundingClientRect();
      place.append(ring);
      ring.hidden = false;
      ring.style.left = `${box.left - own.left + mark.x1 - 4}px`;
      ring.style.top = `${box.top - own.top + mark.y1 - 4}px`;
      ring.style.width = `${mark.x2 - mark.x1 + 8}px`;
      ring.style.height = `${mark.y2 - mark.y1 + 8}px`;
      spoken.textContent = Object.entries(mark.item.tooltip).map(([key, value]) => `${key}: ${value}`).join("; ")
        + translate(" ({at} of {all})", { at: at + 1, all: marks.length });
    };
    const drawn = () => {
      leave();
      view = div.sobeView;
      marks = telling(view);
      if (!marks.length) return;
      place.tabIndex = 0;
      place.setAttribute("aria-roledescription", translate("chart; arrow keys read its marks"));
    };
    div.addEventListener("sobe:drawn", drawn);
    if (div.sobeView) drawn();
    place.addEventListener("keydown", (event) => {
      if (event.target !== place || !view || !marks.length) return;
      const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: marks.length - 1 }[event.key];
      if (to !== undefined) {
        event.preventDefault();
        show(to);
      } else if (event.key === "Escape") leave();
    });
    place.addEventListener("blur", leave);

    /* A finger is wider than a mark: a tap shows the nearest one's card, the next tap elsewhere
       closes it. */
    const REACH = 32;
    const far = (mark, x, y) => Math.hypot(
      Math.max(mark.x1 - x, 0, x - mark.x2), Math.max(mark.y1 - y, 0, y - mark.y2));
    let touched = false;
    place.addEventListener("pointerdown", (event) => { touched = event.pointerType === "touch"; }, true);
    place.addEventListener("click", (event) => {
      const svg = place.querySelector("svg.marks");
      if (!touched || !svg || !svg.contains(event.target)) return;
      const box = svg.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      const distances = marks.map((mark) => far(mark, x, y));
      const nearest = distances.indexOf(Math.min(...distances));
      if (distances[nearest] <= REACH) show(nearest);
      else leave();
    });
    document.addEventListener("pointerdown", (event) => { if (!place.contains(event.target)) leave(); });
  }

  function start() {
    for (const card of document.querySelectorAll(".sobe-card")) {
      tabs(card);
      scales(card);
      card.querySelectorAll(".sobe-chart").forEach(reading);
    }
    window.sobeParts.each(".sobe-card [data-address]", addressed);
    window.sobeParts.each(".sobe-card [data-copy]", copies);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
