/* What a page of the roll says about its marks: how many wait, whether the network, the session or the right is missing,
   and which were not taken and why. */
(() => {
  const { rollSync: sync, rollStore: store } = window;
  const { state } = sync;
  const chip = document.getElementById("roll-chip");
  const say = (name, on) => { const box = document.querySelector(`[data-banner="${name}"]`); if (box) box.hidden = !on; };
  const count = (name, number) => document.querySelectorAll(`[data-count="${name}"]`).forEach((box) => { box.textContent = number; });
  const refused = document.getElementById("roll-refused");

  const show = () => {
    const waits = sync.unsent().length, others = sync.others().length, turned = sync.mine().filter((mark) => mark.refused);
    chip.dataset.tone = !state.network || waits || state.expired ? "warn" : "ok";
    for (const part of chip.querySelectorAll("[data-part]")) {
      part.hidden = { offline: state.network, waits: !waits, fine: waits || !state.network || !state.known }[part.dataset.part];
    }
    chip.hidden = state.network && !waits && !state.known;
    count("waits", waits);
    count("others", others);
    count("waiting", state.sheet?.waiting || 0);
    say("expired", state.expired);
    say("other", state.other);
    say("forbidden", state.forbidden);
    say("others", others && !state.other);
    say("memory", !store.isKept());
    say("closed", state.sheet && !state.sheet.slot.open);
    say("over", state.sheet?.slot.open && Date.now() > Date.parse(state.sheet.slot.closes));
    say("early", state.sheet?.slot.open && Date.now() < Date.parse(state.sheet.slot.opens));
    say("clock", state.shift);
    say("waiting", state.sheet?.waiting);
    say("refused", turned.length);
    const names = new Map((state.sheet ? [...state.sheet.people, ...state.sheet.others] : []).map((one) => [one.id, one.name]));
    refused.replaceChildren(...turned.map((mark) => {
      const item = document.getElementById("roll-refused-row").content.firstElementChild.cloneNode(true);
      item.querySelector("[data-who]").textContent = names.get(mark.person) || mark.card || "";
      item.querySelector("[data-when]").textContent = new Date(mark.at).toLocaleString("zh-CN", { hour12: false });
      item.querySelector("[data-why]").textContent = mark.refused;
      item.querySelector("button").addEventListener("click", () => sync.drop(mark.id));
      return item;
    }));
  };
  document.addEventListener("roll:change", show);
})();
