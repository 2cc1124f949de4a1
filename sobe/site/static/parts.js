/* Parts of a page that wait: what a card has behind its tabs, and tables that are large or far.
   Each is in the page as the text of a <noscript>. A browser without scripts shows it; for others it costs nothing
   until it is wanted: its tab is opened, it comes near the screen, the address leads to it, or the
   page is printed. The tables follow by themselves once the page is there, one at a time, so that
   the browser's own search finds their rows.

     sobeParts.each(selector, call, tag)   call(element, number) for each element of the page, now
                                           or when its part is there; the number is its place on the
                                           page, where `tag` finds its kind in a text
     sobeParts.within(element), .all()     what is wanted is there when these return */
(function () {
  "use strict";
  const WAITS = "noscript.sobe-waits";
  const kinds = [];

  function each(selector, call, tag) {
    const before = new Map(); /* of each part: how many there are before it */
    let number = 0;
    for (const found of document.querySelectorAll(`${selector}, ${WAITS}`)) {
      if (found.matches(WAITS)) {
        before.set(found, number);
        number += tag ? (found.textContent.match(tag) || []).length : 0;
      } else {
        call(found, number);
        number += 1;
      }
    }
    kinds.push({ selector, call, before });
  }

  function unfold(part) {
    const place = part.parentElement;
    const made = document.createElement("template");
    made.innerHTML = part.textContent;
    part.replaceWith(made.content);
    for (const { selector, call, before } of kinds) {
      let number = before.get(part);
      for (const element of place.querySelectorAll(selector)) {
        call(element, number);
        number += 1;
      }
    }
  }

  const within = (element) => element.querySelectorAll(WAITS).forEach(unfold);
  const all = () => within(document);

  /* An address may lead into a part. Going there again marks the target. */
  function reveal() {
    const id = location.hash.slice(1);
    if (!id || document.getElementById(id)) return;
    const part = [...document.querySelectorAll(WAITS)].find((one) => one.textContent.includes(`id="${CSS.escape(id)}"`));
    if (!part) return;
    unfold(part);
    location.replace(location.hash);
  }

  const waiting = () => [...document.querySelectorAll(`.sobe-table-figure:has(> ${WAITS})`)];
  function watch(margin) {
    const near = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        within(target);
      }
    }, { rootMargin: `${margin} 0px` });
    waiting().forEach((table) => near.observe(table));
  }

  const idle = window.requestIdleCallback || ((call) => setTimeout(call, 50));
  function next() {
    const [table] = waiting();
    if (!table) return;
    within(table);
    idle(next);
  }

  /* Before a reader moves, only what is on the screen. A browser reads a page's text once it is
     loaded, and lays out all of it for that: what is there later it leaves alone. */
  function follow() {
    watch("0%");
    setTimeout(() => idle(next), 8000);
    window.sobeReader.then(() => {
      watch("100%");
      idle(next);
    });
  }

  window.sobeParts = { each, within, all };
  addEventListener("beforeprint", all);
  addEventListener("hashchange", reveal);
  document.addEventListener("DOMContentLoaded", reveal);
  addEventListener("load", follow);
})();
