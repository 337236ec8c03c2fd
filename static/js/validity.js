/* 有效至 follows from kind and issue date, until somebody writes one: the kind's months stand in data-months. */
(() => {
  const kind = document.querySelector("[data-months]");
  const issued = document.querySelector("input[name=issued_on]");
  const ends = document.querySelector("input[name=expires_on]");
  const lasting = document.querySelector("input[name=is_lasting]");
  if (!kind || !issued || !ends) return;
  const months = JSON.parse(kind.dataset.months);
  let own = ends.value !== "";
  const fill = () => {
    const more = months[kind.value];
    if (own || (lasting && lasting.checked)) return;
    const day = new Date(`${issued.value}T00:00:00Z`);
    if (!more || Number.isNaN(day.getTime())) { ends.value = ""; return; }
    const wanted = (day.getUTCMonth() + more) % 12;
    day.setUTCMonth(day.getUTCMonth() + more);
    if (day.getUTCMonth() !== wanted) day.setUTCDate(0); // the month is shorter: its last day
    ends.value = day.toISOString().slice(0, 10);
  };
  ends.addEventListener("input", () => { own = ends.value !== ""; });
  for (const field of [kind, issued, lasting]) if (field) field.addEventListener("change", fill);
  if (lasting) lasting.addEventListener("change", () => { if (lasting.checked) { ends.value = ""; own = false; } });
  fill();
})();
