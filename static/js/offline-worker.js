/* Service worker of pages that work without network, each kind under a scope of its own (/roll/, /scoring/). It sends
   nothing and changes nothing: it hands out these pages and what they load when there is no network or no session, from
   what the page itself has put into the cache (offline-keep.js). Marks are the page's business. */
const SCOPE = new URL(self.registration.scope).pathname;
const WAIT = 5000; // a network that is this slow is none

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const late = () => new Promise((_done, fail) => { setTimeout(() => fail(new Error("slow")), WAIT); });

/* To the server a worker's request looks like one for a part of a page, which is answered 401 instead of led to sign-in;
   as a "boosted" one it is a page again. */
const ask = (request) => fetch(request.url, {
  headers: { Accept: "text/html", "HX-Request": "true", "HX-Boosted": "true" }, redirect: "manual", credentials: "same-origin",
});
const page = async (request) => {
  const kept = await caches.match(request.url, { ignoreSearch: true, ignoreVary: true });
  if (!kept) return ask(request);
  try {
    const answer = await Promise.race([ask(request), late()]);
    // opaqueredirect: off to the sign-in page. The work goes on; its page says that one has to sign in.
    return answer.ok ? answer : answer.type === "opaqueredirect" || answer.status >= 500 ? kept : answer;
  } catch {
    return kept;
  }
};
const file = async (request) => await caches.match(request, { ignoreVary: true }) || fetch(request);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && pathname.startsWith(SCOPE)) event.respondWith(page(request));
  else if (pathname.startsWith("/static/")) event.respondWith(file(request));
});
