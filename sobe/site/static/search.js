/* The search page: ranks the entries of the index (sobe/site/search.py) and shows them, as typed.

   All words of a query must be found; where no entry has them all, those with the most come first.
   A title counts most, then the title of the page, then the prose; words of tables count least. A
   word is also found by those that the glossary has for the same thing, in either language. A run of
   Chinese is cut into words of the glossary, and else into pairs of characters. */
(function () {
  "use strict";
  const translate = window.sobeTranslate;
  const state = window.sobeState;
  const MOST = 60;
  const CHINESE = /[\u3400-\u9fff]/;
  const BOOST = { page: 1.5, section: 1, figure: 1.1, claim: 0.9, table: 0.8, record: 0.7 };
  const KINDS = () => ({
    page: translate("Page"), section: translate("Section"), figure: translate("Figure"),
    claim: translate("Claim"), table: translate("Table"), record: translate("Record"),
  });
  let entries = null, groups = null, longest = 0;

  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

  function prepare(index) {
    groups = new Map();
    for (const group of index.synonyms) {
      for (const word of group) {
        groups.set(word, [...new Set([...(groups.get(word) || []), ...group])]);
        longest = Math.max(longest, word.length);
      }
    }
    entries = index.pages.flatMap((page, at) => {
      const whole = page.entries.map((entry) => entry.text).join(" ");
      return page.entries.map((entry) => ({
        ...entry,
        order: at,
        page: page.title,
        slug: page.name.split("/").pop(),
        address: `${page.name}.html${entry.at && `#${entry.at}`}`,
        fields: {
          title: entry.title.toLowerCase(),
          page: page.title.toLowerCase(),
          text: entry.text.toLowerCase(),
          /* A page has the words of its sections, which come before it where they say more. */
          words: entry.kind === "page" ? `${entry.words} ${whole}`.toLowerCase() : entry.words,
        },
      }));
    });
  }

  /* The words of a query: Latin ones, the glossary's terms of several words, and Chinese ones. */
  function split(query) {
    const found = [];
    for (const run of query.toLowerCase().match(/[\u3400-\u9fff]+|[0-9a-z\u00aa-\u02af\u0370-\u1fff.'\u2019-]+/g) || []) {
      if (!CHINESE.test(run)) {
        /* Stops and hyphens are part of a word inside it only. */
        const letters = [...run];
        const inside = (letter) => !".'\u2019-".includes(letter);
        const word = letters.slice(letters.findIndex(inside), letters.findLastIndex(inside) + 1).join("");
        if (word) found.push(word);
        continue;
      }
      /* Letters of the longest term that begins at a place; 0 for none. */
      const term = (at) => {
        let size = Math.min(longest, run.length - at);
        while (size > 1 && !groups.has(run.slice(at, at + size))) size -= 1;
        return size > 1 ? size : 0;
      };
      for (let at = 0; at < run.length;) {
        const size = term(at) || (term(at + 1) && run.length > 1 ? 1 : 2);
        if (term(at) || size === 2 || run.length === 1) found.push(run.slice(at, at + size));
        at += size;
      }
    }
    return [...new Set(found)];
  }

  /* A word as a pattern: Latin ones as the beginning of a word, with its plural. */
  function pattern(word) {
    if (CHINESE.test(word)) return new RegExp(escaped(word), "g");
    const stem = word.length > 4 ? word.replace(/(?:ies|es|s|ing|ed)$/, "") : word;
    return new RegExp(`(?<![\\p{L}\\p{N}])${escaped(stem)}`, "gu");
  }

  /* A query's word and all that the glossary has for the same thing, which count for less. */
  function wanted(word) {
    const same = groups.get(word) || groups.get(word.replace(/s$/, "")) || [];
    return [word, ...same.filter((other) => other !== word)].map((text, at) => ({
      text, found: pattern(text), weight: at ? 0.75 : 1,
    }));
  }

  function scoreOf(entry, words) {
    let score = 0, matched = 0;
    for (const forms of words) {
      let best = 0;
      for (const { text, found, weight } of forms) {
        const has = (field) => (entry.fields[field].match(found) || []).length;
        let value = 0;
        if (has("title")) value += 10;
        if (has("page")) value += 3;
        if (entry.kind === "page" && entry.slug === text) value += 20;
        const times = has("text");
        if (times) value += 2 + Math.min(3, Math.log2(times));
        if (has("words")) value += 1;
        best = Math.max(best, value * weight);
      }
      if (best) matched += 1;
      score += best;
    }
    return { matched, score: score * BOOST[entry.kind] };
  }

  function find(query) {
    const words = split(query).map(wanted);
    if (!words.length) return { words, found: [] };
    const scored = entries.map((entry) => ({ entry, ...scoreOf(entry, words) })).filter(({ matched }) => matched);
    const most = Math.max(0, ...scored.map(({ matched }) => matched));
    const found = scored.filter(({ matched }) => matched >= Math.max(1, most - (most === words.length ? 0 : 1)));
    found.sort((a, b) => b.matched - a.matched || b.score - a.score || a.entry.order - b.entry.order);
    return { words, found: found.map(({ entry }) => entry) };
  }

  /* The sentences around the first word that was found. */
  function excerpt(text, words) {
    const lower = text.toLowerCase();
    const places = words.flatMap((forms) => forms.map(({ found }) => lower.search(found)).filter((at) => at >= 0).slice(0, 1));
    const at = places.length ? Math.min(...places) : 0;
    const before = text.slice(0, at);
    const start = at < 120 ? 0 : Math.max(...[". ", "。", "; ", "；"].map((end) => before.lastIndexOf(end) + end.length), at - 120);
    const cut = text.slice(start, start + 260);
    const end = start + 260 < text.length ? Math.max(cut.lastIndexOf(" "), cut.lastIndexOf("，"), 200) : cut.length;
    return `${start ? "… " : ""}${cut.slice(0, end).trim()}${start + end < text.length ? " …" : ""}`;
  }

  /* A text with the words that were found marked; nothing in it becomes HTML. */
  function marked(text, words) {
    const all = words.flat().map(({ found }) => found.source);
    if (!all.length) return [text];
    const parts = [];
    let last = 0;
    for (const hit of text.matchAll(new RegExp(all.join("|"), "giu"))) {
      if (!hit[0]) continue;
      const mark = document.createElement("mark");
      mark.textContent = hit[0];
      parts.push(text.slice(last, hit.index), mark);
      last = hit.index + hit[0].length;
    }
    return [...parts, text.slice(last)];
  }

  function show(place, query) {
    const { words, found } = find(query);
    const summary = document.createElement("p");
    summary.className = "search-summary";
    summary.setAttribute("role", "status");
    summary.textContent = !query.trim() ? ""
      : !found.length ? translate("Nothing has these words.")
        : translate("{n} found", { n: found.length });
    const list = document.createElement("ul");
    list.className = "search";
    const kinds = KINDS();
    for (const entry of found.slice(0, MOST)) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = entry.address;
      link.append(...marked(entry.title, words));
      const kind = document.createElement("span");
      kind.className = "sobe-found-kind";
      kind.textContent = entry.kind === "page" ? kinds.page : `${kinds[entry.kind]} · ${entry.page}`;
      const p = document.createElement("p");
      p.className = "context";
      p.append(...marked(excerpt(entry.text, words), words));
      item.append(link, " ", kind, p);
      list.append(item);
    }
    place.replaceChildren(summary, list);
  }

  function start() {
    const place = document.getElementById("search-results");
    const input = document.querySelector(".bd-search-container input[name=q]");
    if (!place || !input || !window.sobeIndex) return;
    prepare(window.sobeIndex);
    const change = (text) => {
      input.value = text;
      show(place, text);
    };
    change(state.declare("q", { change }));
    input.focus();
    input.addEventListener("input", () => {
      show(place, input.value);
      state.set({ q: input.value });
    });
    input.form.addEventListener("submit", (event) => event.preventDefault());
  }

  window.sobeSearch = { prepare, find };
  document.addEventListener("DOMContentLoaded", start); /* the index comes after this script */
})();
