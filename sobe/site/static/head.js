/* Before anything is shown: the reader's theme, the page's language, and that scripts run. */
(function () {
  "use strict";
  const root = document.documentElement;
  let mode = "auto", theme = "auto";
  try {
    mode = localStorage.getItem("mode") || mode;
    theme = localStorage.getItem("theme") || theme;
  } catch (error) { /* storage is closed to us: the system's own theme */ }
  if (mode === "auto" || theme === "auto") {
    theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  root.dataset.mode = mode;
  root.dataset.theme = theme;
  root.classList.add("js");

  /* What scripts say, in the page's language: the build puts the words in place of the marker. */
  const words = /*SOBE_WORDS*/ {};
  window.sobeTranslate = (message, parts = {}) =>
    window.sobeFill(Object.hasOwn(words, message) ? words[message] : message, parts);
  /* Large numbers, dollars and spaces, as the file of the page's language has them. */
  const numbers = /*SOBE_NUMBERS*/ {};
  const gap = numbers.closed && new RegExp(`([${numbers.closed}]) (?=[${numbers.closed}])`, "g");
  window.sobeClosed = (text) => gap ? text.replace(gap, "$1") : text;
  /* A text with its {places} filled. */
  window.sobeFill = (text, parts) => window.sobeClosed(
    text.replace(/\{(\w+)\}/g, (whole, name) => Object.hasOwn(parts, name) ? parts[name] : whole));
  /* The first sign of a reader: a movement, or an address with choices in it. The theme scrolls the
     list of pages by itself, which is none. */
  window.sobeReader = new Promise((found) => {
    if (location.search || /^#[\w.-]+=/.test(location.hash)) found();
    const waiting = new AbortController();
    for (const sign of ["pointermove", "pointerdown", "wheel", "scroll", "keydown", "focusin", "touchstart", "hashchange"]) {
      addEventListener(sign, ({ target }) => {
        if (sign === "scroll" && target !== document) return;
        found();
        waiting.abort();
      }, { signal: waiting.signal, passive: true, capture: true });
    }
  });
  window.sobeScales = numbers.scales;
  window.sobeDollars = numbers.dollars;
  window.sobeLists = numbers.lists;
})();
