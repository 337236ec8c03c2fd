/* Lists: j/k move between rows, Enter opens (table[data-keys]); the column menu submits itself when a tick changes. */
(() => {
  const rows = () => Array.from(document.querySelectorAll("table[data-keys] > tbody > tr"));
  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement?.closest("tr"));
    const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
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

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-columns]");
    if (form) form.requestSubmit();
    const all = event.target.closest("[data-pick-all]");
    if (all) for (const box of all.closest("table").querySelectorAll("tbody .pick input")) box.checked = all.checked;
  });
})();
