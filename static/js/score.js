/* Scoring on a tablet. What is entered is kept on the device a moment after the last press (or when the page is left), and
   then goes its way (offline-sync.js). Cards keep their place while one scores. */
(() => {
  const { offlineSync: sync, offlineStatus: status, scoreAnswers: answers } = window;
  const { state } = sync;
  const { words, fill } = answers;
  const MOMENT = 700;
  const by = (id) => document.getElementById(id);
  const list = by("score-list"), open = by("score-open"), part = by("score-part");
  const cards = new Map(); // indicator → {item, one, typed, timer}
  let drawn = "";

  const standing = () => answers.standing(state.sheet, sync.unsent(), state.shift);
  const indicator = (key) => state.sheet?.indicators.find((one) => one.id === key);
  const closed = () => state.sheet.grading.why !== "" || state.sheet.finished;
  const isJudged = (one) => one.method === "judged";
  const now = (key, found) => found.get(key)?.answer || answers.EMPTY;

  /* -- what is entered ------------------------------------------------------------------------------------ */
  const keep = async (card) => {
    clearTimeout(card.timer);
    const { typed, one } = card;
    if (!typed) return;
    const why = answers.wrong(one, typed);
    if (why) { draw(card, standing()); return; }
    card.typed = null;
    if (answers.same(typed, now(one.id, standing()))) { draw(card, standing()); return; }
    await sync.mark({ indicator: one.id, ...typed });
  };
  const enter = (card, change, wait = 0) => {
    if (closed()) return;
    card.typed = { ...(card.typed || now(card.one.id, standing())), ...change };
    clearTimeout(card.timer);
    draw(card, standing());
    if (wait) card.timer = setTimeout(keep, wait, card);
    else keep(card);
  };
  const number = (card, text, wait) => {
    const value = text.trim() === "" ? null : answers.plain(text);
    enter(card, { not_applicable: false, ...(isJudged(card.one) ? { points: value } : { value }) }, wait);
  };
  const stepped = (card, direction) => {
    const { one } = card, field = card.item.querySelector("input");
    const step = isJudged(one) && Number(one.points) <= 10 ? 0.5 : 1;
    const from = Number(answers.plain(field.value || "0")) || 0;
    const most = isJudged(one) ? Number(one.points) : Infinity;
    const value = String(Math.min(most, Math.max(0, Math.round((from + direction * step) * 100) / 100)));
    field.value = value;
    number(card, value, MOMENT);
  };
  const act = (card, button) => {
    const { one } = card;
    if (button.dataset.step) stepped(card, Number(button.dataset.step));
    else if (button.dataset.set) number(card, button.dataset.set === "full" ? one.points : "0");
    else if (button.dataset.value) enter(card, { value: button.dataset.value, points: null, not_applicable: false });
    else if ("na" in button.dataset) enter(card, { value: null, points: null, not_applicable: true });
    else if ("clear" in button.dataset) enter(card, { value: null, points: null, not_applicable: false, note: "" });
  };
  const flush = () => { for (const card of cards.values()) keep(card); };

  /* -- what is shown -------------------------------------------------------------------------------------- */
  const put = (item, name, text) => {
    const row = item.querySelector(`[data-row="${name}"]`);
    row.hidden = !text || !text.length;
    if (!row.hidden) row.querySelector("dd").replaceChildren(...[text].flat());
  };
  const link = ({ name, url }) => Object.assign(document.createElement("a"), { textContent: name, href: url, target: "_blank", rel: "noopener" });
  const folded = (links) => {  // a line may have two hundred photos
    if (links.length <= 5) return links;
    const rest = document.createElement("details"), summary = document.createElement("summary");
    summary.textContent = fill(words.files, links.length - 5);
    rest.append(summary, ...links.slice(5));
    return [...links.slice(0, 5), rest];
  };
  const about = (one) => {
    if (isJudged(one)) return fill(words.most, one.points);
    const each = one.method === "deduction" ? ` · ${fill(words.each, one.per_unit)}` : "";
    return Number(one.points) ? `${fill(words.most, one.points)}${each}` : "";
  };
  const make = (one) => {
    const item = by("score-row").content.firstElementChild.cloneNode(true);
    const card = { item, one, typed: null, timer: 0 };
    item.id = `i${one.id}`;
    item.querySelector("[data-code]").textContent = one.code;
    item.querySelector("[data-name]").textContent = one.name;
    item.querySelector("[data-legend]").textContent = `${one.code} ${one.name}`;
    item.querySelector("[data-how]").textContent = [one.how, about(one)].filter(Boolean).join(" · ");
    item.querySelector("[data-veto]").hidden = !one.veto;
    put(item, "required", one.required);
    put(item, "steps", one.steps.join("\n"));
    put(item, "said", one.claim?.said);
    put(item, "note", one.claim?.note);
    put(item, "comment", one.claim?.comment);
    put(item, "evidence", one.evidence);
    put(item, "files", folded(one.files.map(link)));
    put(item, "guidance", one.guidance);
    const kind = one.method === "yes_no" ? "yes_no" : "number", field = item.querySelector("input");
    item.querySelector(`[data-control="${kind}"]`).hidden = false;
    item.querySelector("[data-label]").textContent = isJudged(one) ? words.score : one.method === "deduction" ? words.count : words.value;
    item.querySelector("[data-quick]").hidden = !isJudged(one);
    item.querySelector("[data-unit]").textContent = isJudged(one) ? "" : one.unit;
    item.querySelector("[data-na]").hidden = !one.may_not_apply;
    field.setAttribute("aria-label", `${one.code} ${item.querySelector("[data-label]").textContent}`);
    field.addEventListener("input", () => number(card, field.value, MOMENT));
    field.addEventListener("change", () => keep(card));
    field.addEventListener("keydown", (event) => {
      const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (direction) { event.preventDefault(); stepped(card, direction); }
      if (event.key === "Enter") { event.preventDefault(); keep(card); next(item); }
    });
    const note = item.querySelector("textarea");
    note.addEventListener("input", () => enter(card, { note: note.value.replace(/\s+/g, " ").trim() }, MOMENT * 2));
    note.addEventListener("change", () => keep(card));
    item.querySelector("fieldset").addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) act(card, button);
    });
    cards.set(one.id, card);
    return item;
  };
  const next = (item) => {
    for (let other = item.nextElementSibling; other; other = other.nextElementSibling) {
      const field = !other.hidden && other.querySelector("[data-control]:not([hidden]) input, [data-control]:not([hidden]) button");
      if (field) { field.focus(); other.scrollIntoView({ block: "center" }); return; }
    }
  };
  const draw = (card, found) => {
    const { item, one, typed } = card, stands = found.get(one.id);
    const answer = typed || now(one.id, found), frozen = one.claim?.frozen || "";
    const given = !answers.isEmpty(answer);
    const wrong = typed ? answers.wrong(one, typed) : "";
    const field = item.querySelector("input"), note = item.querySelector("textarea"), error = item.querySelector("[data-error]");
    const shown = (isJudged(one) ? answer.points : answer.value) ?? (given ? "" : frozen);
    if (document.activeElement !== field || !typed) field.value = shown;
    if (document.activeElement !== note) note.value = answer.note;
    for (const button of item.querySelectorAll("[data-value]")) button.setAttribute("aria-pressed", String(shown !== "" && Number(shown) === Number(button.dataset.value) && !answer.not_applicable));
    item.querySelector("[data-na]").setAttribute("aria-pressed", String(answer.not_applicable));
    item.querySelector("[data-clear]").hidden = !given;
    item.querySelector("fieldset").disabled = closed();
    error.hidden = !wrong;
    error.textContent = wrong;
    item.dataset.state = wrong ? "wrong" : given || frozen ? "done" : "open";
    item.querySelector("[data-waits]").hidden = !stands?.waits;
    item.querySelector("[data-kept]").hidden = !stands || stands.waits || !given || Boolean(typed);
    const note0 = item.querySelector("[data-frozen]");
    note0.hidden = !frozen || given;
    note0.textContent = words.frozen;
    const photos = item.querySelector("[data-photos]");
    photos.href = one.photos_url;
    photos.textContent = state.sheet.photos[one.id] ? fill(words.photos, state.sheet.photos[one.id]) : words.photo;
    photos.hidden = !stands || stands.waits || !state.network;
  };
  const heading = (one) => {
    const item = by("score-heading").content.firstElementChild.cloneNode(true);
    item.id = `i${one.id}`;
    item.dataset.depth = one.depth;
    item.querySelector("h2").textContent = `${one.code} ${one.name}`;
    return item;
  };
  /* Built once, and again where the claims or the standard have changed. */
  const build = () => {
    const what = JSON.stringify(state.sheet.indicators);
    if (drawn === what) return;
    const first = !drawn;
    drawn = what;
    flush();
    cards.clear();
    list.replaceChildren(...state.sheet.indicators.map((one) => (one.heading ? heading(one) : make(one))));
    const parts = state.sheet.indicators.filter((one) => one.heading);
    part.replaceChildren(part.options[0], ...parts.map((one) => new Option(`${one.code} ${one.name}`, one.id)));
    part.closest("[data-parts]").hidden = parts.length < 2;
    if (first && location.hash) lead(location.hash);
  };
  /* Where a refusal, or the page that finishes, sends one: to the control itself. */
  const lead = (hash) => {
    const item = document.getElementById(hash.slice(1));
    if (!item) return;
    if (item.hidden) open.click();
    const control = item.querySelector("[data-control]:not([hidden])");
    (control?.querySelector("input") || control?.querySelector("button") || item).focus({ preventScroll: true });
    item.scrollIntoView({ block: "center" });
  };
  const isDone = (one, found) => Boolean(one.claim?.frozen) || !answers.isEmpty(now(one.id, found));
  const show = () => {
    by("score-reading").hidden = Boolean(state.sheet);
    if (!state.sheet) return;
    build();
    const found = standing(), scored = state.sheet.indicators.filter((one) => !one.heading);
    cards.forEach((card) => draw(card, found));
    const done = scored.filter((one) => isDone(one, found)).length, waits = sync.unsent().length;
    by("score-done").textContent = done;
    by("score-all").textContent = scored.length;
    by("score-bar").max = Math.max(scored.length, 1);
    by("score-bar").value = done;
    status.say("why", closed());
    by("score-why").textContent = state.sheet.grading.why;
    by("score-finish").hidden = closed() || waits > 0 || !state.network;
    by("score-later").hidden = closed() || !by("score-finish").hidden;
  };
  /* Only what is open, as it is now: what is scored then stays until one asks again. */
  const arrange = () => {
    if (!state.sheet) return;
    const found = standing(), only = open.getAttribute("aria-pressed") === "true";
    cards.forEach(({ item, one }) => { item.hidden = only && isDone(one, found); });
    list.querySelectorAll(".score-heading").forEach((item) => { item.hidden = only; });
    by("score-none").hidden = !only || Array.from(cards.values()).some(({ item }) => !item.hidden);
  };

  open.addEventListener("click", () => {
    open.setAttribute("aria-pressed", String(open.getAttribute("aria-pressed") !== "true"));
    arrange();
  });
  part.addEventListener("change", () => {
    const item = document.getElementById(`i${part.value}`);
    if (item) { if (item.hidden) open.click(); item.scrollIntoView(); item.focus({ preventScroll: true }); }
    part.value = "";
  });
  by("offline-refused").addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link) { event.preventDefault(); lead(link.hash); }
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) flush(); });
  window.addEventListener("pagehide", flush);
  status.name = (mark) => { const one = indicator(mark.indicator); return one ? `${one.code} ${one.name}：${answers.told(one, mark)}` : ""; };
  status.place = (mark) => (indicator(mark.indicator) ? `#i${mark.indicator}` : "");
  /* What the server has taken counts here at once, also when the network goes before the sheet comes. */
  document.addEventListener("offline:answered", ({ detail: { mark, result } }) => {
    const sheet = state.sheet;
    if (!sheet || result.state === "refused" || mark.grading !== sheet.grading.id || sheet.marks.some((one) => one.id === mark.id)) return;
    sheet.marks.push({ ...mark, at: new Date(Date.parse(mark.at) + result.shift * 1000).toISOString() });
  });
  document.addEventListener("offline:change", show);
  sync.start();
})();
