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
  window.sobeTranslate = (message, parts = {}) => window.sobeFill(Object.hasOwn(words, message) ? words[message] : message, parts);
  /* A text with its {places} filled, and no space between Chinese characters. */
  window.sobeFill = (text, parts) => text.replace(/\{(\w+)\}/g, (whole, name) => Object.hasOwn(parts, name) ? parts[name] : whole)
    .replace(/([\u3400-\u9fff]) (?=[\u3400-\u9fff])/g, "$1");
  /* Large numbers have words at other sizes in Chinese. */
  window.sobeScales = root.lang.startsWith("zh")
    ? [[1e12, " 万亿"], [1e8, " 亿"], [1e4, " 万"]]
    : [[1e12, " trillion"], [1e9, " billion"], [1e6, " million"]];
})();
