/* The session ends after data-idle-seconds without a request. Two minutes before, a dialog asks; typing counts as being
   here and renews it quietly. At the end the page is covered and leads to sign-in; what was typed stays (keep-form.js). */
(() => {
  const { idleSeconds, keepaliveUrl } = document.body.dataset;
  const total = Number(idleSeconds) * 1000;
  const soon = document.getElementById("idle-soon");
  const ended = document.getElementById("idle-ended");
  if (!total || !soon || !ended || !soon.showModal) return;
  const before = Math.min(120000, total / 2);
  const CLOCK = "idle.last";
  let last = Date.now();

  const touch = () => { last = Date.now(); try { localStorage.setItem(CLOCK, last); } catch { /* this tab only */ } };
  const newest = () => { try { return Math.max(last, Number(localStorage.getItem(CLOCK)) || 0); } catch { return last; } };

  const renew = async () => {
    if (!keepaliveUrl) return;
    try {
      const answer = await fetch(keepaliveUrl, { method: "POST", headers: { "X-CSRFToken": window.portalToken(), "X-Requested-With": "fetch" } });
      if (answer.redirected || answer.status === 401 || answer.status === 403) end();
      else if (answer.ok) { touch(); soon.close(); }
    } catch { /* no network, or (a 5xx above) the portal starting again: the clock goes on, the person is asked again */ }
  };

  const end = () => {
    soon.close();
    if (ended.open) return;
    document.dispatchEvent(new CustomEvent("portal:ending"));
    ended.querySelector("a").href = `${document.body.dataset.loginUrl}?next=${encodeURIComponent(location.pathname + location.search)}`;
    ended.showModal();
  };

  const look = () => {
    const left = newest() + total - Date.now();
    if (left <= 0) end();
    else if (ended.open) ended.close();
    else if (left <= before && !soon.open) soon.showModal();
    else if (left > before && soon.open) soon.close();
  };

  ended.addEventListener("cancel", (event) => event.preventDefault());
  soon.querySelector("[data-idle-stay]").addEventListener("click", renew);
  soon.addEventListener("cancel", (event) => { event.preventDefault(); renew(); });
  document.addEventListener("input", () => { if (Date.now() - newest() > Math.min(300000, total / 4)) { touch(); renew(); } });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && !event.detail.requestConfig?.headers["X-Portal-Background"]) touch();
  });
  document.addEventListener("portal:request", touch);
  document.addEventListener("visibilitychange", look);
  touch();
  setInterval(look, Math.min(5000, before / 4));
})();
