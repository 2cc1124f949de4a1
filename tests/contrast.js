/* What in the drawn charts of a page has too little contrast: text under 4.5:1, marks and the
   symbols of legends under 3:1 (WCAG 2.2, AA), from the colours that the browser computed. */
() => {
  const parse = (text) => { const m = /rgba?\(([^)]+)\)/.exec(text); if (!m) return null; const [r, g, b, a = 1] = m[1].split(/[ ,/]+/).map(Number); return [r, g, b, a]; };
  const over = (top, below) => top.slice(0, 3).map((v, i) => v * top[3] + below[i] * (1 - top[3]));
  const light = (c) => { const [r, g, b] = c.map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ratio = (a, b) => { const [h, l] = [light(a), light(b)].sort((x, y) => y - x); return (h + 0.05) / (l + 0.05); };
  const paint = (element, which) => {
    const style = getComputedStyle(element), color = parse(style[which]);
    if (!color || (which === "stroke" && !parseFloat(style.strokeWidth))) return null;
    color[3] *= parseFloat(style[which + "Opacity"]);
    for (let e = element; e && e.tagName !== "svg"; e = e.parentElement) color[3] *= parseFloat(getComputedStyle(e).opacity);
    return color[3] ? color : null;
  };
  const out = [];
  for (const svg of document.querySelectorAll(".sobe-chart svg.marks")) {
    let page = null;
    for (let e = svg; e && !page; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c && c[3]) page = c.slice(0, 3); }
    page = page || [255, 255, 255];
    const name = (svg.closest(".sobe-card") || svg.closest(".sobe-chart")).id;
    const boxes = []; /* what is painted so far */
    const worded = [...svg.querySelectorAll(".mark-text.role-mark text")].map((e) => e.getBoundingClientRect()).map((b) => [(b.left + b.right) / 2, (b.top + b.bottom) / 2]);
    for (const e of svg.querySelectorAll("path, rect, line, text")) {
      const box = e.getBoundingClientRect();
      if (!(box.width || box.height) || getComputedStyle(e).visibility === "hidden") continue;
      const fill = paint(e, "fill"), stroke = paint(e, "stroke");
      if (e.tagName === "text") {
        if (!e.textContent.trim() || !fill) continue;
        const x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
        let below = page;
        for (const b of boxes) if (b.box.left <= x && x <= b.box.right && b.box.top <= y && y <= b.box.bottom) below = over(b.fill, below);
        const r = ratio(over(fill, below), below);
        if (r < 4.5) out.push([name, "text", e.textContent, r.toFixed(2), fill, below]);
        continue;
      }
      /* A square with a word on it is the word's paper, and a shading lies behind what it goes with. */
      const mark = e.closest(".role-mark, .role-legend-symbol, .mark-group"), role = mark ? mark.getAttribute("class") : "";
      if (fill && /mark-rect/.test(role)) boxes.push({ box, fill });
      if (!/role-mark|role-legend-symbol/.test(role)) continue;
      if (worded.some(([x, y]) => e.tagName !== "line" && /mark-rect/.test(role) && box.left <= x && x <= box.right && box.top <= y && y <= box.bottom)) continue;
      if (fill && fill[3] <= 0.2 && !stroke) continue;
      const best = Math.max(...[fill, stroke].filter(Boolean).map((c) => ratio(over(c, page), page)), 0);
      if ((fill || stroke) && best < 3) out.push([name, role, fill && fill.join(), stroke && stroke.join(), best.toFixed(2)]);
    }
  }
  return out;
}
