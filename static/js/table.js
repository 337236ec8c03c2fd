/* Lists: the table follows the filter bar, the column menu too; j/k move between rows, Enter opens (table[data-keys]). */
(() => {
  const filters = document.getElementById("filters");
  let timer;
  const follow = (wait) => { clearTimeout(timer); timer = setTimeout(() => filters.dispatchEvent(new CustomEvent("portal:filter")), wait); };

  if (filters && window.htmx) {
    // Not while a Chinese word is being composed: its Latin letters are not what is searched for.
    filters.addEventListener("input", (event) => { if (event.target.type === "search" && !event.isComposing) follow(350); });
    filters.addEventListener("compositionend", () => follow(350));
    filters.addEventListener("change", (event) => { if (event.target.type !== "search") follow(0); });
    // Fields outside of the form that belong to it (form="filters"): the columns. The column menu stays open over the swap.
    document.addEventListener("change", (event) => {
      if (event.target.form === filters && !filters.contains(event.target) && event.target.name === "cols") follow(250);
    });
    let openMenu = -1;
    const menus = () => Array.from(document.querySelectorAll("#table details.drop"));
    document.body.addEventListener("htmx:beforeSwap", () => { openMenu = menus().findIndex((menu) => menu.open && menu.querySelector("[data-columns]")); });
    document.body.addEventListener("htmx:afterSwap", () => { if (openMenu >= 0 && menus()[openMenu]) menus()[openMenu].open = true; openMenu = -1; });
  }

  const step = (by) => {
    const rows = Array.from(document.querySelectorAll("table[data-keys] > tbody > tr"));
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement?.closest("tr"));
    const next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
    next.tabIndex = -1;
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "Enter" && event.target.matches("table[data-keys] > tbody > tr")) event.target.querySelector("a[href]")?.click();
  });
})();
