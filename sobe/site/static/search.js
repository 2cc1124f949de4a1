/* The search page: what it shows of a page it found is from the page's text, not from the bars
   around it; opened from a file it may read no other page, and does not try. */
(function () {
  "use strict";
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = location.protocol !== "file:";

  /* A query's word is looked up in maps: "constructor" is no word of theirs, though every usual
     object has something of that name. Sphinx's script asks them for hasOwnProperty alone. */
  const methods = Object.create(null, {
    hasOwnProperty: { value(key) { return Object.hasOwn(this, key); }, writable: true },
  });
  const bare = (index) => {
    for (const name of ["terms", "titleterms", "alltitles", "indexentries", "objects"]) {
      if (index[name]) index[name] = Object.assign(Object.create(methods), index[name]);
    }
    return index;
  };
  const setIndex = Search.setIndex;
  Search.setIndex = (index) => setIndex(bare(index));
  if (Search._index) bare(Search._index);

  const text = Search.htmlToText;
  Search.htmlToText = (page, anchor) => {
    const from = page.indexOf("<article");
    const to = page.lastIndexOf("</article>");
    return text(from >= 0 && to > from ? `<div role="main">${page.slice(from, to)}</article></div>` : page, anchor);
  };
})();
