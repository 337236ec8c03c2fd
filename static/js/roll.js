/* The roll on a phone. A tap is 到; a tap on who is marked, or on a name, opens the choice. What is shown is folded from
   the server's marks and those still on this device. Rows keep their place while one taps, so that no thumb hits the next. */
(() => {
  const { offlineSync: sync, rollFold: fold } = window;
  const list = document.getElementById("roll-list");
  if (!list) return;
  const { state } = sync;
  const words = document.getElementById("roll-words").dataset;
  const row = document.getElementById("roll-row");
  const choice = document.getElementById("roll-choice");
  const find = document.getElementById("roll-find");
  const group = document.getElementById("roll-group");
  const by = (id) => document.getElementById(id);
  const time = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
  const clock = (at) => time.format(new Date(at));
  let order = [], chosen = null, several = false; // several teams: then each row says which

  const people = () => (state.sheet ? [...state.sheet.people, ...state.sheet.others] : []);
  const slotOf = () => {
    const { starts, ends, grace } = state.sheet.slot;
    return [Date.parse(starts), Date.parse(ends), grace * 1000];
  };
  /* person → {folded, waits}; marks of both sides, each id once. */
  const standing = () => {
    const marks = new Map(), waits = new Set();
    const add = (mark, at) => {
      if (!marks.has(mark.person)) marks.set(mark.person, new Map());
      marks.get(mark.person).set(mark.id, { ...mark, at });
    };
    state.sheet.marks.forEach((mark) => add(mark, Date.parse(mark.at)));
    for (const mark of sync.unsent()) {
      if (mark.slot !== state.sheet.slot.id || !mark.person) continue;
      add(mark, Date.parse(mark.at) + state.shift * 1000);
      waits.add(mark.person);
    }
    const found = new Map();
    for (const [person, several] of marks) found.set(person, { ...fold(several.values(), ...slotOf()), waits: waits.has(person) });
    return found;
  };
  const NONE = { presence: "", arrivedAt: null, leftAt: null, waits: false };
  const isListed = (one, now) => !one.other || now.has(one.id);

  const said = (one, at) => {
    const parts = [several && one.team, one.group, one.duty].filter(Boolean);
    if (one.asked || one.other) parts.push(at.presence === "present" || one.asked ? words.asked : words.unlisted);
    if (at.presence === "present") parts.push(`${clock(at.arrivedAt || state.sheet.slot.starts)} ${words.present}`);
    if (at.leftAt) parts.push(`${clock(at.leftAt)} ${words.left}`);
    return parts.join(" · ");
  };
  const label = (at) => (at.presence === "present" ? (at.leftAt ? words.gone : words.here) : words[at.presence] || words.present);

  const drawn = new WeakMap(); // row → what it says: of three hundred a tap changes one
  const draw = (item, one, at) => {
    const about = said(one, at), state = at.leftAt ? "gone" : at.presence;
    const says = [one.name, about, at.waits, label(at), state].join("|");
    if (drawn.get(item) === says) return;
    drawn.set(item, says);
    item.querySelector("[data-name]").textContent = one.name;
    item.querySelector("[data-about]").textContent = about;
    item.querySelector("[data-waits]").hidden = !at.waits;
    const button = item.querySelector("[data-mark]");
    button.textContent = label(at);
    button.dataset.presence = state;
    button.setAttribute("aria-label", `${one.name} ${label(at)}`);
  };
  const make = (one) => {
    const item = row.content.firstElementChild.cloneNode(true);
    item.dataset.person = one.id;
    return item;
  };

  const wanted = (one, now) => {
    const term = find.value.replace(/[\s·•・]/g, "").toLowerCase();
    if (group.value && `${one.team}/${one.group}` !== group.value && one.team !== group.value) return false;
    if (term) return one.name.replace(/[\s·•・]/g, "").toLowerCase().includes(term);
    return isListed(one, now);
  };
  /* Unmarked first; only when one asks for it again, never under the thumb. */
  const arrange = () => {
    if (!state.sheet) return;
    const now = standing();
    const rank = (one) => (one.other && !now.has(one.id) ? 2 : now.get(one.id)?.presence ? 1 : 0);
    order = people().filter((one) => wanted(one, now)).map((one, at) => ({ id: one.id, rank: rank(one), at }))
      .sort((a, b) => a.rank - b.rank || a.at - b.at).map((one) => one.id);
    show();
  };
  const show = () => {
    const now = standing(), known = new Map(people().map((one) => [one.id, one]));
    const there = new Map(Array.from(list.children, (item) => [Number(item.dataset.person), item]));
    const placed = new Set(order);
    order.push(...people().filter((one) => !placed.has(one.id) && wanted(one, now)).map((one) => one.id));
    const items = order.filter((id) => known.has(id)).map((id) => {
      const item = there.get(id) || make(known.get(id));
      draw(item, known.get(id), now.get(id) || NONE);
      return item;
    });
    if (items.length !== list.children.length || items.some((item, at) => list.children[at] !== item)) list.replaceChildren(...items);
    by("roll-none").hidden = items.length > 0;
    tally(now);
  };
  const tally = (now) => {
    const listed = people().filter((one) => isListed(one, now));
    const counted = (presence) => listed.filter((one) => now.get(one.id)?.presence === presence).length;
    const due = state.sheet.people.filter((one) => !one.asked).length, came = counted("present");
    by("roll-came").textContent = came;
    by("roll-due").textContent = due;
    by("roll-leave").textContent = counted("leave");
    by("roll-absent").textContent = counted("absent");
    by("roll-bar").max = Math.max(due, came, 1);
    by("roll-bar").value = came;
  };
  const choices = () => {
    const places = new Set();
    several = new Set(people().map((one) => one.team)).size > 1;
    for (const one of people()) { places.add(one.team); if (one.group) places.add(`${one.team}/${one.group}`); }
    if (group.options.length === places.size + 1) return;
    const before = group.value;
    group.replaceChildren(group.options[0], ...Array.from(places).map((place) => new Option(place.replace("/", " · "), place)));
    group.value = before;
    group.closest("[data-groups]").hidden = places.size < 2;
  };

  const ask = (one) => {
    chosen = one;
    by("roll-choice-name").textContent = one.name;
    const at = standing().get(one.id) || NONE;
    choice.querySelector("[value=arrived]").hidden = at.presence === "present" && !at.leftAt;
    choice.querySelector("[value=left]").hidden = at.presence !== "present" || Boolean(at.leftAt);
    choice.querySelector("[value=cleared]").hidden = !at.presence;
    choice.showModal();
  };
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[data-person]");
    if (!item || !event.target.closest("button")) return;
    const one = people().find((other) => other.id === Number(item.dataset.person));
    const at = standing().get(one.id) || NONE;
    if (event.target.closest("[data-mark]") && !at.presence) sync.mark({ person: one.id, kind: "arrived", method: "tap" });
    else ask(one);
  });
  choice.addEventListener("close", () => {
    if (choice.returnValue && chosen) sync.mark({ person: chosen.id, kind: choice.returnValue, method: "tap" });
    choice.returnValue = "";
    chosen = null;
  });
  choice.addEventListener("click", (event) => { if (event.target === choice) choice.close(""); });
  find.addEventListener("input", arrange);
  group.addEventListener("change", arrange);
  by("roll-sort").addEventListener("click", arrange);

  document.addEventListener("offline:change", () => {
    by("roll-reading").hidden = Boolean(state.sheet);
    if (!state.sheet) return;
    choices();
    if (order.length) show(); else arrange();
  });
  sync.start();
})();
