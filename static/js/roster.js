/* Rosters: how many are ticked, all of the page or of the list at once, x ticks the row that j/k stand on. Without this script the boxes
   and buttons work all the same. */
(() => {
  const bar = document.querySelector("[data-bulk]");
  if (!bar) return;
  const count = bar.querySelector("[data-bulk-some]");
  const every = bar.querySelector("[data-pick-every]");
  const everyone = every?.querySelector("input"); // not on every list
  const picks = () => Array.from(document.querySelectorAll("input[data-pick]"));

  const show = () => {
    const chosen = picks().filter((box) => box.checked);
    // The table is swapped alone: whether it has more pages is read off it again.
    if (every) every.hidden = !document.querySelector("#table .pager");
    if (every?.hidden) everyone.checked = false;
    count.textContent = everyone?.checked ? everyone.parentElement.textContent.trim() : chosen.length ? count.dataset.bulkSome.replace("N", chosen.length) : count.dataset.bulkNone;
    bar.classList.toggle("some", everyone?.checked || chosen.length > 0);
    picks().forEach((box) => box.closest("tr").classList.toggle("ticked", box.checked));
    bar.querySelectorAll("button[type=submit]").forEach((button) => { button.disabled = !everyone?.checked && !chosen.length; });
  };

  document.addEventListener("change", (event) => { if (event.target === everyone || event.target.matches("input[data-pick]")) show(); });
  // Everybody the list shows now: its filters go along, and no single ticks.
  if (everyone) bar.addEventListener("submit", () => {
    picks().forEach((box) => { box.disabled = everyone.checked; });
    setTimeout(() => picks().forEach((box) => { box.disabled = false; }));
    const fields = Array.from(new URLSearchParams(location.search))
      .filter(([name]) => everyone.checked && !["page", "view", "cols", "membership", "pick", "team", "export"].includes(name))
      .map(([name, value]) => Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    bar.querySelector("[data-narrowed]").replaceChildren(...fields);
  });
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
