/* What a page that works without network says about its marks: how many wait, whether the network, the session or the right
   is missing, whether the page opens without network, and which were not taken and why. Sets window.offlineStatus: say(banner, on), count(name, number), and
   name(mark) and place(mark), which the page's own script replaces: what a mark is about, in words and as a link. */
window.offlineStatus = (() => {
  const { offlineSync: sync, offlineStore: store } = window;
  const { state } = sync;
  const chip = document.getElementById("offline-chip");
  const refused = document.getElementById("offline-refused"), row = document.getElementById("offline-refused-row");
  const status = {
    say: (name, on) => { const box = document.querySelector(`[data-banner="${name}"]`); if (box) box.hidden = !on; },
    count: (name, number) => document.querySelectorAll(`[data-count="${name}"]`).forEach((box) => { box.textContent = number; }),
    name: () => "",
    place: () => "",
  };

  const show = () => {
    const waits = sync.unsent().length, others = sync.others().length, turned = sync.mine().filter((mark) => mark.refused);
    chip.dataset.tone = !state.network || waits || state.expired ? "warn" : "ok";
    for (const part of chip.querySelectorAll("[data-part]")) {
      part.hidden = {
        offline: state.network, waits: !waits, fine: waits || !state.network || !state.known,
        kept: waits || !state.network || !state.known || !document.documentElement.dataset.offlineKept,
      }[part.dataset.part];
    }
    chip.hidden = state.network && !waits && !state.known;
    status.count("waits", waits);
    status.count("others", others);
    status.say("expired", state.expired);
    status.say("other", state.other);
    status.say("forbidden", state.forbidden);
    status.say("others", others && !state.other);
    status.say("memory", !store.isKept());
    status.say("clock", state.shift);
    if (state.network) status.say("away", false);
    status.say("refused", turned.length);
    refused.replaceChildren(...turned.map((mark) => {
      const item = row.content.firstElementChild.cloneNode(true);
      const who = item.querySelector("[data-who]"), place = status.place(mark);
      who.textContent = status.name(mark);
      if (place) who.href = place;
      item.querySelector("[data-when]").textContent = new Date(mark.at).toLocaleString("zh-CN", { hour12: false, timeZone: "Asia/Shanghai" });
      item.querySelector("[data-why]").textContent = mark.refused;
      item.querySelector("button").addEventListener("click", () => sync.drop(mark.id));
      return item;
    }));
  };
  document.addEventListener("offline:change", show);
  document.getElementById("offline-again").addEventListener("click", sync.again);

  /* Without network a way to another page ends at the browser's own error page. */
  const keptPages = (document.body.dataset.keep || "").split(" ");
  document.querySelector(".offline-foot").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || state.network || keptPages.includes(link.pathname)) return;
    event.preventDefault();
    status.say("away", true);
  });
  return status;
})();
