/* The theme's own scripts, loaded for the first sign of a reader: nobody waits for them to read a
   page. They are in the page as scripts of a type that browsers leave alone. A button of the theme
   that is pressed before they are there, or its key for the search, is pressed again when they are. */
(function () {
  "use strict";
  const held = [...document.querySelectorAll('script[type="text/late"]')];
  const missed = [];
  const early = new AbortController();
  const root = document.documentElement;
  let left = held.length;
  root.dataset.theirs = left ? "late" : "ready"; /* for whoever waits for them */

  function there() {
    left -= 1;
    if (left) return;
    early.abort();
    root.dataset.theirs = "ready";
    missed.forEach((again) => again());
  }

  function miss(event, again) {
    event.preventDefault();
    event.stopImmediatePropagation();
    missed.push(again);
  }

  const when = { capture: true, signal: early.signal };
  addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("button");
    if (button && !button.closest(".bd-article")) miss(event, () => button.click());
  }, when);
  addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey } = event;
    if ((ctrlKey || metaKey) && /^k$/i.test(key)) miss(event, () => dispatchEvent(new KeyboardEvent("keydown", { key, ctrlKey, metaKey })));
  }, when);

  window.sobeReader.then(() => {
    for (const one of held) {
      const script = document.createElement("script");
      script.async = false; /* in their order */
      script.src = one.src;
      for (const end of ["load", "error"]) script.addEventListener(end, there);
      one.replaceWith(script);
    }
  });
})();
