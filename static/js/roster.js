/* Rosters: how many are ticked, all of the page at once, x ticks the row that j/k stand on. Without this script the boxes
   and buttons work all the same. */
(() => {
  const bar = document.querySelector("[data-bulk]");
  if (!bar) return;
  const count = bar.querySelector("[data-bulk-some]");
  const picks = () => Array.from(document.querySelectorAll("input[data-pick]"));

  const show = () => {
    const chosen = picks().filter((box) => box.checked);
    count.textContent = chosen.length ? count.dataset.bulkSome.replace("N", chosen.length) : count.dataset.bulkNone;
    bar.classList.toggle("some", chosen.length > 0);
    picks().forEach((box) => box.closest("tr").classList.toggle("ticked", box.checked));
    bar.querySelectorAll("button[type=submit]").forEach((button) => { button.disabled = !chosen.length; });
  };

  document.addEventListener("change", (event) => { if (event.target.matches("input[data-pick]")) show(); });
  document.body.addEventListener("htmx:afterSwap", show);
  window.addEventListener("pageshow", show);
  bar.querySelector("[data-pick-all]").addEventListener("click", () => {
    const all = picks();
    const every = all.every((box) => box.checked);
    all.forEach((box) => { box.checked = !every; });
    show();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
    const row = document.activeElement && document.activeElement.closest("table[data-keys] > tbody > tr");
    const box = row && row.querySelector("input[data-pick]");
    if (box) { box.checked = !box.checked; show(); }
  });
  show();
})();
