/* Brings marks from the device to the server: each is kept here first and goes only when the server has answered for it.
   Sent again as often as need be, for the server knows them by their ids. Without a session, without network, with the
   server down: all stay, and the page is told ("offline:change" on document; "offline:answered" for each mark, before the sheet is kept).
   Body: data-offline (kind of page), data-user, data-sheet (which sheet), data-facts (JSON that goes with each mark),
   data-state-url, data-marks-url, data-until. Sets window.offlineSync. */
window.offlineSync = (() => {
  const BATCH = 100, FIRST = 2000, LONGEST = 60000, POLL = 15000, PATIENCE = 30000, AGREES = 30000, RECENT = 12 * 3600000;
  const page = document.body.dataset;
  const kind = page.offline, user = Number(page.user);
  const state = {
    network: navigator.onLine, expired: false, other: false, forbidden: false, known: false, sheet: null, waiting: [],
    get shift() { return this.sheet?.shift || 0; }, // seconds by which this device's clock is wrong, as last heard
  };
  let token = document.querySelector("meta[name=csrf-token]")?.content || "";
  let wait = FIRST, timer = 0, busy = false, again = false;
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(kind) : null;

  const device = () => {
    try {
      let id = localStorage.getItem(`${kind}.device`);
      if (!id) localStorage.setItem(`${kind}.device`, id = key().slice(0, 12));
      return id;
    } catch { return ""; }
  };
  const key = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = bytes[6] & 15 | 64;
    bytes[8] = bytes[8] & 63 | 128;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };
  const mine = () => state.waiting.filter((mark) => mark.user === user);
  const unsent = () => mine().filter((mark) => !mark.refused);
  /* Said on every other page (offline-leave.js), until all is sent. */
  const note = () => {
    const name = `${kind}.waits.${user}`, count = unsent().length;
    try {
      if (count) localStorage.setItem(name, `${count} ${location.pathname}`); else localStorage.removeItem(name);
    } catch { /* then nothing outlasts this page anyway */ }
  };
  const tell = () => { note(); document.dispatchEvent(new CustomEvent("offline:change")); };
  const load = async () => { state.waiting = (await window.offlineStore.all()).sort((a, b) => a.at < b.at ? -1 : 1); };
  const sheetKey = `${user}:${page.sheet}`;
  const reread = async () => { state.sheet = (await window.offlineStore.sheet(sheetKey))?.sheet || state.sheet; };

  const ask = async (address, options) => {
    const headers = { Accept: "application/json", "X-Requested-With": "fetch", ...options?.headers };
    const patience = new AbortController();
    const over = setTimeout(() => patience.abort(), PATIENCE);
    const answer = await fetch(address, { ...options, headers, signal: patience.signal, cache: "no-store", credentials: "same-origin" });
    clearTimeout(over);
    state.network = true;
    // sign-in pages and pages of a captive network are no answer
    const data = answer.redirected ? null : await answer.json().catch(() => null);
    return { status: answer.redirected || (answer.ok && !data) ? 401 : answer.status, data };
  };

  const keep = async () => {
    try { localStorage.setItem(`${kind}.user`, user); } catch { /* offline-leave.js finds nothing to empty */ }
    await window.offlineStore.keepSheet({ key: sheetKey, user, until: Number(page.until), sheet: state.sheet });
  };

  /* The sheet as the server has it, and with it who is signed in and the token of the day. True: marks may be sent. */
  const refresh = async () => {
    const { status, data } = await ask(page.stateUrl, { headers: { "X-Portal-Background": "1" } });
    state.expired = status === 401;
    state.forbidden = status === 403 || status === 404;
    state.other = Boolean(data?.user) && data.user !== user;
    state.known = Boolean(data?.user) && !state.other;
    if (!state.known) return false;
    token = data.csrf;
    // without the right, or where the sheet is gone, what was marked is sent all the same: each is answered for by itself
    if (status !== 200) return true;
    const off = Date.parse(data.now) - Date.now();
    state.sheet = { ...data, shift: Math.abs(off) > AGREES ? Math.round(off / 1000) : 0 };
    await keep();
    return true;
  };

  /* A phone that finds its network puts its clock right. What was marked before carries the old one, of which is known how
     wrong it was; what this page knows to be marked since does not, and what the server has stays the same. */
  const clockBase = () => Date.now() - performance.now(); // moves with the clock when it is set, and on while the phone sleeps
  const made = new Map(); // id → base, of marks of this page
  const shiftNow = () => Math.abs(Date.now() + state.shift * 1000 - Date.parse(state.sheet?.now)) < RECENT ? state.shift : null;
  const isBefore = (mark, step) => {
    if (!made.has(mark.id)) return true;
    const moved = clockBase() - made.get(mark.id);
    return step < 0 ? moved < -AGREES : moved > step - AGREES;
  };
  const timed = async (marks) => {
    const there = new Set(state.sheet?.marks?.map((mark) => mark.id));
    for (const mark of marks.filter((one) => Number.isFinite(one.shift) && !there.has(one.id))) {
      const step = (mark.shift - state.shift) * 1000;
      if (Math.abs(step) <= AGREES || !isBefore(mark, step)) continue;
      const at = new Date(Date.parse(mark.at) + step).toISOString();
      await window.offlineStore.put(Object.assign(mark, { at, shift: state.shift }));
    }
    return marks;
  };

  const post = (marks) => ask(page.marksUrl, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify({
      user, device: device(), now: new Date().toISOString(),
      marks: marks.map((mark) => ({ ...mark, user: undefined, refused: undefined, shift: undefined })),
    }),
  });

  const settle = async (results) => {
    const done = [];
    for (const result of results) {
      const mark = state.waiting.find((one) => one.id === result.id);
      if (!mark) continue;
      if (result.state === "refused") await window.offlineStore.put({ ...mark, refused: result.message });
      else done.push(result.id);
      document.dispatchEvent(new CustomEvent("offline:answered", { detail: { mark, result } }));
    }
    if (state.sheet) await keep();
    await window.offlineStore.remove(done);
    await load();
  };
  /* One round: all that waits, then the sheet. False: try again later. */
  const round = async () => {
    await load();
    if (!state.known && !await refresh()) return !unsent().length;
    while (unsent().length) {
      let { status, data } = await post(await timed(unsent().slice(0, BATCH)));
      if (status === 403 || status === 409) { // an old token, or another account since
        if (!await refresh()) return false;
        ({ status, data } = await post(await timed(unsent().slice(0, BATCH))));
      }
      if (status === 401) { state.expired = true; state.known = false; return false; }
      if (status !== 200) return false;
      await settle(data.results);
      tell();
    }
    return refresh();
  };

  const run = async () => {
    clearTimeout(timer);
    if (busy) { again = true; return; }
    busy = true;
    again = false;
    let fine = false;
    try {
      // two tabs on one device: one sends, the other waits
      fine = navigator.locks ? await navigator.locks.request(`${kind}-send`, round) : await round();
    } catch {
      state.network = false;
      state.known = false;
    }
    busy = false;
    wait = fine ? FIRST : Math.min(wait * 2, LONGEST);
    tell();
    if (fine) channel?.postMessage("changed");
    clearTimeout(timer);
    timer = setTimeout(run, again ? 0 : fine ? POLL : wait);
  };

  const soon = () => { wait = FIRST; run(); };
  window.addEventListener("online", soon);
  window.addEventListener("offline", () => { state.network = false; tell(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(); });
  channel?.addEventListener("message", async () => { await load(); await reread(); tell(); });

  return {
    state,
    mine,
    unsent,
    others: () => state.waiting.filter((mark) => mark.user !== user),
    start: async () => {
      await window.offlineStore.prune(user, Date.now());
      await load();
      await reread();
      tell();
      soon();
    },
    /* A tap: on the device first, then on its way. */
    mark: async (facts) => {
      const mark = { id: key(), user, ...JSON.parse(page.facts), at: new Date().toISOString(), shift: shiftNow(), ...facts };
      made.set(mark.id, clockBase());
      state.waiting.push(mark);
      tell();
      await window.offlineStore.put(mark);
      await load();
      tell();
      channel?.postMessage("changed");
      soon();
      return mark;
    },
    /* Once more what was not taken: what stood against it may have been put right since. */
    again: async () => {
      for (const mark of mine().filter((one) => one.refused)) await window.offlineStore.put({ ...mark, refused: undefined });
      await load();
      tell();
      soon();
    },
    drop: async (id) => { await window.offlineStore.remove([id]); await load(); tell(); },
  };
})();
