/* Names kept for pages without network go when their account signs out, and when another account uses this browser.
   Marks that are not sent yet stay: they hold no names, and only their own account can send them; until then every page
   says how many there are and leads to where they are sent. */
(() => {
  const KINDS = ["roll", "scoring"]; // whose names are here stands under `${kind}.user` (offline-sync.js)
  const user = document.body.dataset.user || "";
  const kept = (kind) => { try { return localStorage.getItem(`${kind}.user`) || ""; } catch { return ""; } };
  const drop = (kind) => {
    localStorage.removeItem(`${kind}.user`);
    indexedDB.deleteDatabase(`${kind}-names`);
    if ("caches" in window) caches.keys().then((names) => names.filter((name) => name.startsWith(`${kind}:`)).forEach((name) => caches.delete(name)));
  };
  /* Noted by offline-sync.js as "number address"; the words are in generic/_dialogs.html. */
  const remind = (kind) => {
    const words = document.getElementById(`unsent-${kind}`), place = document.getElementById("notices");
    const [count, address] = (() => { try { return (localStorage.getItem(`${kind}.waits.${user}`) || "").split(" "); } catch { return []; } })();
    if (!words || !place || !address || !address.startsWith("/")) return;
    const box = words.content.cloneNode(true);
    box.querySelector("b").textContent = count;
    box.querySelector("a").href = address;
    place.append(box);
  };
  for (const kind of KINDS) {
    if (user && kept(kind) && kept(kind) !== user) drop(kind);
    document.addEventListener("submit", (event) => { if (kept(kind) && event.target.matches("[data-signout]")) drop(kind); });
    remind(kind);
  }
})();
