/* Verdicts and terms explain themselves: by hover, focus and tap. Their text is in `title`, which the
   browser would show to a mouse alone. Escape closes; on touch the second tap on a verdict leads to
   its claim. */
(function () {
  "use strict";
  const translate = window.sobeTranslate;
  const WAIT = 150; /* milliseconds, so that a pointer passing by opens nothing */
  const NOTED = ".sobe-term[data-note], .sobe-verdict[data-note]";
  const box = document.createElement("div");
  box.className = "sobe-note-box";
  box.id = "sobe-note";
  box.setAttribute("role", "tooltip");
  box.hidden = true;
  let owner = null, timer = 0, touched = false;

  function show(element) {
    clearTimeout(timer);
    if (owner === element) return;
    hide();
    owner = element;
    box.replaceChildren(...element.dataset.note.split("\n").map((line) => {
      const p = document.createElement("p");
      p.textContent = line;
      return p;
    }));
    if (touched && element.matches("a[href]")) {
      const p = document.createElement("p");
      p.textContent = translate("Tap again to see how the claim was judged.");
      box.append(p);
    }
    document.body.append(box);
    box.hidden = false;
    element.setAttribute("aria-describedby", box.id);
    place(element);
  }

  /* Under the element; above it where there is no room. */
  function place(element) {
    const at = element.getClientRects()[0] || element.getBoundingClientRect();
    const { width, height } = box.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - width - 8));
    const under = at.bottom + 6 + height < innerHeight || at.top < height + 6;
    box.style.left = `${left + scrollX}px`;
    box.style.top = `${(under ? at.bottom + 6 : at.top - height - 6) + scrollY}px`;
  }

  function hide() {
    clearTimeout(timer);
    if (!owner) return;
    owner.removeAttribute("aria-describedby");
    owner = null;
    box.hidden = true;
  }

  const noted = (target) => target instanceof Element ? target.closest(NOTED) : null;

  function start() {
    window.sobeParts.each(".sobe-term[title], .sobe-verdict[title]", (element) => {
      element.dataset.note = element.title;
      element.removeAttribute("title");
    });
    document.addEventListener("pointerdown", (event) => { touched = event.pointerType === "touch"; }, true);
    document.addEventListener("pointerover", (event) => {
      if (event.pointerType === "touch") return;
      const element = noted(event.target);
      clearTimeout(timer);
      if (element) timer = setTimeout(() => show(element), WAIT);
      /* With the focus it stays: a page that scrolls moves other things under the pointer. */
      else if (owner && owner !== document.activeElement && !box.contains(event.target)) timer = setTimeout(hide, WAIT);
    });
    document.addEventListener("focusin", (event) => {
      const element = noted(event.target);
      if (!element) hide();
      else if (!touched) show(element);
    });
    document.addEventListener("focusout", (event) => { if (event.target === owner) hide(); });
    document.addEventListener("click", (event) => {
      const element = noted(event.target);
      if (element && touched && owner !== element) {
        event.preventDefault();
        event.stopPropagation();
        show(element);
      } else if (element && element.matches(".sobe-term")) show(element);
      else if (!box.contains(event.target)) hide();
    }, true);
    document.addEventListener("keydown", (event) => {
      touched = false;
      if (event.key === "Escape") hide();
    });
    addEventListener("resize", hide);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
