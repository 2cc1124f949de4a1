/* The switch between published versions, and a notice on old ones. `versions.js` at the root of the
   site lists the versions; it is the only file there that changes. */
(function () {
  "use strict";
  const translate = window.sobeTranslate;

  function element(name, words, attributes) {
    const made = document.createElement(name);
    if (words) made.textContent = words;
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    return made;
  }

  function start() {
    const meta = document.querySelector('meta[name="sobe-version"]');
    const place = document.querySelector("[data-sobe-versions]");
    const listed = window.sobeVersions;
    if (!meta || !place || !Array.isArray(listed) || !listed.length) return;
    const own = meta.content, page = meta.dataset.page;
    const parts = page.split("/");
    const up = "../".repeat(parts.length);
    const front = `${parts[0]}/index.html`;
    const address = (version) => `${up}${version.name}/` + (version.pages.includes(page) ? page + location.search + location.hash
      : version.pages.includes(front) ? front : "index.html");

    const items = element("ul");
    for (const version of listed) {
      const here = version.name === own;
      const link = element("a", version.name, here ? { href: address(version), "aria-current": "true" } : { href: address(version) });
      const item = element("li");
      item.append(link, " ", element("span", version.date));
      items.append(item);
    }
    const details = element("details");
    details.append(element("summary", translate("Version {version}", { version: own })), items);
    details.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && details.open) {
        details.open = false;
        details.querySelector("summary").focus();
      }
    });
    document.addEventListener("click", (event) => {
      if (!details.contains(event.target)) details.open = false;
    });
    details.addEventListener("toggle", () => {
      /* The page's parts may have changed since: the address of now. */
      listed.forEach((version, i) => { items.children[i].querySelector("a").href = address(version); });
    });
    place.replaceChildren(details);

    const newest = listed[0];
    const article = document.querySelector(".bd-article");
    if (newest.name === own || !article) return;
    const banner = element("p", "", { class: "sobe-banner", role: "note" });
    banner.append(translate("This is version {own}; the newest is {newest}.", { own, newest: newest.name }), " ",
      element("a", translate("This page in the newest version"), { href: address(newest) }));
    article.prepend(banner);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
