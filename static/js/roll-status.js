/* What the pages of a roll say besides (offline-status.js): about the slot, and whose mark was not taken. */
(() => {
  const { offlineSync: sync, offlineStatus: status } = window;
  const { state } = sync;
  const known = () => (state.sheet ? [...state.sheet.people, ...state.sheet.others] : []);
  status.name = (mark) => known().find((one) => one.id === mark.person)?.name || mark.card || "";

  document.addEventListener("offline:change", () => {
    const slot = state.sheet?.slot, now = Date.now() + state.shift * 1000;
    status.count("waiting", state.sheet?.waiting || 0);
    status.say("waiting", state.sheet?.waiting);
    status.say("closed", slot && !slot.open && !slot.cancelled);
    status.say("cancelled", slot?.cancelled);
    status.say("over", slot?.open && now > Date.parse(slot.closes));
    status.say("early", slot?.open && now < Date.parse(slot.opens));
  });
  /* What the server has taken counts here at once, also when the network goes before the sheet comes. */
  document.addEventListener("offline:answered", ({ detail: { mark: { id, slot, kind, method, at }, result } }) => {
    const marks = state.sheet?.marks;
    if (!marks || result.state === "refused" || result.trouble || slot !== state.sheet.slot.id || marks.some((one) => one.id === id)) return;
    marks.push({ id, person: result.person, kind, method: method || "tap", at: new Date(Date.parse(at) + result.shift * 1000).toISOString() });
  });
})();
