/* The error summary takes the focus when a page comes back with errors; its links go to the field itself. */
(() => {
  const summary = document.querySelector("[data-error-summary]");
  if (!summary) return;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    const target = document.getElementById(link.hash.slice(1));
    const field = target && (target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea"));
    if (!field) return;
    event.preventDefault();
    for (let box = field.closest("details:not([open])"); box; box = box.closest("details:not([open])")) box.open = true;
    field.focus();
    (field.closest(".field") || field).scrollIntoView({ block: "center" });
  });
})();
