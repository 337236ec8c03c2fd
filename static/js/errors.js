/* A page that comes back with something to correct: its summary takes the focus, or the first line a message names. Their
   links go to the field itself: the one named, or the first of the line named. */
(() => {
  const FIELDS = "input:not([type=hidden]), select, textarea";
  const summary = document.querySelector("[data-error-summary]"), notices = document.getElementById("notices");
  (summary || notices?.querySelector("a[href^='#']"))?.focus();
  const lead = (event) => {
    const link = event.target.closest("a[href^='#']");
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    const line = target.querySelector(FIELDS) ? target : target.closest("tr");
    const field = target.matches(FIELDS) ? target : line && line.querySelector(FIELDS);
    if (!field) return;
    event.preventDefault();
    for (let box = field.closest("details:not([open])"); box; box = box.closest("details:not([open])")) box.open = true;
    field.focus();
    (field.closest(".field") || field).scrollIntoView({ block: "center" });
  };
  for (const box of [summary, notices]) box?.addEventListener("click", lead);
})();
