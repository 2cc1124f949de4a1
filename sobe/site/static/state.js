/* The state of the page in its address: which tab is open, how a table is sorted, what is chosen.

   A part of the page declares what it keeps, under a name that no other part of the page has:

     const chosen = window.sobeState.declare("tab.cost", {
       initial: "chart",                       the published value, a text; it is not in the address
       valid: (text) => text in panels,        whether a value from an address can be used
       change: (text) => open(text),           called when Back, Forward or a bad address changes it
     });                                       returns the value to start with
     window.sobeState.set({ "tab.cost": "table" });   the reader chose; does not call `change`
     window.sobeState.get("tab.cost");                the value now

   Values are texts. `set` makes one entry of the browser's history, so Back undoes the choice;
   further changes of the same names within a second (typing, a slider) join that entry. An address
   that names what no part declared, or a value that is not valid, gives the whole published state,
   and one sentence says so. Declare while the page is parsed or in a script with `defer`.

   The state is the address's query, so the anchor is free. A state after "#", as in
   "estimator.html#organism=mouse", is moved there. Links to the other languages follow it. */
(function () {
  "use strict";
  const translate = window.sobeTranslate;
  const JOIN = 1000; /* milliseconds */
  /* What is in addresses for others: the search, words to mark, and what counters of visits add. */
  const FOREIGN = /^(q|highlight|check_keywords|area|ref|source|utm_\w+|\w*clid|mc_\w+)$/;
  const declared = new Map();
  let last = { names: "", at: -JOIN };
  let settled = false;

  /* The pairs of the address; a state after "#" is moved before it. */
  function read() {
    const hash = location.hash.slice(1);
    if (/^[\w.-]+=/.test(hash) && !document.getElementById(hash)) {
      const moved = new URLSearchParams(location.search);
      for (const [name, value] of new URLSearchParams(hash)) moved.set(name, value);
      write(moved, "replaceState", "");
      return moved;
    }
    return new URLSearchParams(location.search);
  }

  function write(pairs, how, hash = location.hash) {
    const query = pairs.toString();
    try {
      history[how](null, "", location.pathname + (query && `?${query}`) + hash);
    } catch (error) { /* a browser that lets no file change its address: the page works without */ }
    follow();
  }

  /* Links to this page in other languages and versions lead to the same state and place. */
  function follow() {
    /* Vega names the patterns of a chart by the page's address, which would be another page's now. */
    for (const mark of document.querySelectorAll('.sobe-chart [fill*="#"]')) {
      const fill = mark.getAttribute("fill").replace(/^url\(.*#/, "url(#");
      if (fill.startsWith("url")) mark.setAttribute("fill", fill);
    }
    for (const link of document.querySelectorAll("a.sobe-language")) {
      link.dataset.page = link.dataset.page || link.getAttribute("href");
      link.setAttribute("href", link.dataset.page + location.search + location.hash);
    }
  }

  const given = (pairs, name) => pairs.has(name) ? pairs.get(name) : declared.get(name).initial;

  /* Gives every declared part the address's value, or, if one is bad, its own. */
  function apply() {
    const pairs = read();
    if ([...pairs].length) window.sobeParts.all(); /* each declares what the address may say of it */
    const bad = [...pairs.keys()].filter((name) => !FOREIGN.test(name)
      && !(declared.has(name) && declared.get(name).valid(pairs.get(name))));
    if (bad.length) {
      for (const name of [...pairs.keys()]) if (!FOREIGN.test(name)) pairs.delete(name);
      write(pairs, "replaceState");
    }
    tell(bad.length > 0);
    for (const [name, part] of declared) {
      const value = given(pairs, name);
      if (value === part.value) continue;
      part.value = value;
      part.change(value);
    }
  }

  function tell(bad) {
    let said = document.querySelector(".sobe-state-note");
    if (!bad) {
      if (said) said.remove();
      return;
    }
    const place = document.querySelector(".bd-article, main");
    if (!place) return;
    if (!said) {
      said = document.createElement("p");
      said.className = "sobe-banner sobe-state-note";
      said.setAttribute("role", "status");
      place.prepend(said);
    }
    said.textContent = translate("The address names a state that this page does not have, so you see the published one.");
  }

  function declare(name, { initial = "", valid = () => true, change = () => {} }) {
    const pairs = read();
    const part = { initial, valid, change, value: initial };
    declared.set(name, part);
    if (pairs.has(name) && valid(pairs.get(name))) part.value = pairs.get(name);
    return part.value;
  }

  const get = (name) => declared.get(name).value;

  function set(values) {
    const pairs = new URLSearchParams(location.search);
    let changed = false;
    for (const [name, value] of Object.entries(values)) {
      const part = declared.get(name);
      const text = String(value);
      changed = changed || text !== part.value;
      part.value = text;
      if (text === part.initial) pairs.delete(name);
      else pairs.set(name, text);
    }
    if (!changed) return;
    const now = performance.now();
    const names = Object.keys(values).join();
    write(pairs, last.names === names && now - last.at < JOIN ? "replaceState" : "pushState");
    last = { names, at: now };
    tell(false);
  }

  /* The name of the figure or table that an element is in, the same in every language; or null. */
  function named(element) {
    const owner = element.closest(".sobe-card, .sobe-data");
    return owner && owner.id.replace(/^(figure|table)-/, "");
  }

  window.sobeState = { declare, get, set, named };

  function settle() {
    settled = true;
    apply();
    follow();
    document.documentElement.dataset.addressed = "yes"; /* for whoever waits for it */
  }
  addEventListener("popstate", () => { if (settled) { last.names = ""; apply(); follow(); } });
  addEventListener("hashchange", () => { if (settled) { apply(); follow(); } });
  /* After the scripts that wait for the same event. */
  const later = () => setTimeout(settle, 0);
  if (document.readyState === "complete") later();
  else document.addEventListener("DOMContentLoaded", later);
})();
