/* Names kept for pages without network go when their account signs out, and when another account uses this browser.
   Marks that are not sent yet stay: they hold no names, and only their own account can send them. */
(() => {
  const KINDS = ["roll", "scoring"]; // whose names are here stands under `${kind}.user` (offline-sync.js)
  const user = document.body.dataset.user || "";
  const kept = (kind) => { try { return localStorage.getItem(`${kind}.user`) || ""; } catch { return ""; } };
  const drop = (kind) => {
    localStorage.removeItem(`${kind}.user`);
    indexedDB.deleteDatabase(`${kind}-names`);
    if ("caches" in window) caches.keys().then((names) => names.filter((name) => name.startsWith(`${kind}:`)).forEach((name) => caches.delete(name)));
  };
  for (const kind of KINDS) {
    if (user && kept(kind) && kept(kind) !== user) drop(kind);
    document.addEventListener("submit", (event) => { if (kept(kind) && event.target.matches("[data-signout]")) drop(kind); });
  }
})();
