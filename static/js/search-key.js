/* Ctrl-K (⌘K) anywhere, and / outside of fields, put the cursor into the search box. */
document.addEventListener("keydown", (event) => {
  const find = document.querySelector("[data-search-key]");
  if (!find || document.querySelector("dialog[open]")) return;
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  const combined = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k";
  const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!combined && !slash) return;
  event.preventDefault();
  if (find.offsetParent) { find.focus(); find.select(); } else { location.assign(find.form.action); }
});
