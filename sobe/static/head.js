/* Before anything is shown: the reader's theme, and that scripts run. */
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
})();
