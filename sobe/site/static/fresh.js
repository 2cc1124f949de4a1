/* Says on a page whose newest fact is more than a year old that it is. The build cannot know: it is
   the reader's day that counts. */
(function () {
  "use strict";
  const YEAR = 365.25 * 24 * 3600 * 1000;
  const held = document.querySelector("time[data-sobe-newest]");
  const article = document.querySelector("article");
  if (!held || !article || !(Date.now() - Date.parse(held.dateTime) > YEAR)) return;
  const note = document.createElement("p");
  note.className = "sobe-old";
  note.setAttribute("role", "note");
  note.textContent = window.sobeTranslate("The newest fact on this page is from {day}, more than a year ago.", { day: held.dateTime });
  const heading = article.querySelector("h1");
  if (heading) heading.after(note);
  else article.prepend(note);
})();
