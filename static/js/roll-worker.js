/* Service worker of the roll (scope /roll/). It sends nothing and changes nothing: it hands out the pages of a roll and
   what they load when there is no network or no session, from what the page itself has put into the cache
   (roll-keep.js). Marks are the page's business. */
const WAIT = 5000; // a network that is this slow is none

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const late = () => new Promise((_done, fail) => { setTimeout(() => fail(new Error("slow")), WAIT); });

const page = async (request) => {
  const kept = await caches.match(request.url, { ignoreSearch: true, ignoreVary: true });
  if (!kept) return fetch(request);
  try {
    const answer = await Promise.race([fetch(request), late()]);
    // opaqueredirect: off to the sign-in page. The roll goes on; its page says that one has to sign in.
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
  if (request.mode === "navigate" && pathname.startsWith("/roll/")) event.respondWith(page(request));
  else if (pathname.startsWith("/static/")) event.respondWith(file(request));
});
