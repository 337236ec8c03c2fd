/* Names kept for a roll without network go when their account signs out, and when another account uses this browser.
   Marks that are not sent yet stay: they hold no names, and only their own account can send them. */
(() => {
  const KEPT = "roll.user"; // whose names are here (roll-sync.js)
  const user = document.body.dataset.user || "";
  const kept = () => { try { return localStorage.getItem(KEPT) || ""; } catch { return ""; } };
  const drop = () => {
    localStorage.removeItem(KEPT);
    indexedDB.deleteDatabase("roll-names");
    if ("caches" in window) caches.keys().then((names) => names.filter((name) => name.startsWith("roll:")).forEach((name) => caches.delete(name)));
  };
  if (user && kept() && kept() !== user) drop();
  document.addEventListener("submit", (event) => { if (kept() && event.target.matches("[data-signout]")) drop(); });
})();
