/* Keeps a page that works without network, and what it loads, in this browser, so that it opens again. Only the shell: it
   holds no names. One cache per kind of page and account; offline-leave.js empties them. The worker's scope is the path
   that its pages have in common. */
(() => {
  const { offline: kind, user, workerUrl, until, keep: keepPages, files: laterFiles } = document.body.dataset;
  if (!("serviceWorker" in navigator) || !("caches" in window) || Date.now() > Number(until)) return;
  const name = `${kind}:${user}`;
  /* Pages that are long over go. */
  const scope = workerUrl.replace(/worker\.js$/, "");
  const prune = async (cache) => {
    for (const request of await cache.keys()) {
      if (!new URL(request.url).pathname.startsWith(scope)) continue;
      const [, over] = /data-until="(\d+)"/.exec(await (await cache.match(request)).text()) || [];
      if (Number(over) < Date.now()) await cache.delete(request);
    }
  };
  const keep = async () => {
    await navigator.serviceWorker.register(workerUrl);
    const cache = await caches.open(name);
    const files = Array.from(document.querySelectorAll("script[src], link[rel=stylesheet]"), (one) => one.src || one.href);
    const [pages, later] = [keepPages, laterFiles].map((text) => (text || "").split(" ").filter(Boolean));
    await prune(cache);
    await Promise.all([...files, ...later].map(async (address) => { if (!await cache.match(address)) await cache.add(address); }));
    for (const address of pages) {
      const answer = await fetch(address, { headers: { "X-Portal-Background": "1" }, cache: "no-store" });
      if (answer.ok && !answer.redirected) await cache.put(address, answer);
    }
    document.documentElement.dataset.offlineKept = "1";
    document.dispatchEvent(new CustomEvent("offline:change"));
  };
  window.addEventListener("load", () => keep().catch(() => { /* no network now: what was kept stays */ }));
})();
