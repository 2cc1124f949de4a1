/* The search page: what it shows of a page it found is from the page's text, not from the bars
   around it; opened from a file it may read no other page, and does not try. */
(function () {
  "use strict";
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = location.protocol !== "file:";
  const text = Search.htmlToText;
  Search.htmlToText = (page, anchor) => {
    const from = page.indexOf("<article");
    const to = page.lastIndexOf("</article>");
    return text(from >= 0 && to > from ? `<div role="main">${page.slice(from, to)}</article></div>` : page, anchor);
  };
})();
