/* Browsers keep whole pages for going back (bfcache). Whoever sits down after somebody signed out must not get to see
   them: each page notes whose it is, and one that is brought back for anybody else is loaded again. */
(() => {
  const KEY = "page.user";
  const last = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
  window.addEventListener("pageshow", (event) => {
    const user = document.body.dataset.user || "";
    if (event.persisted && user && last() !== user) {
      document.body.hidden = true;
      location.reload();
      return;
    }
    try { localStorage.setItem(KEY, user); } catch { /* private mode: pages are loaded again */ }
  });
})();
