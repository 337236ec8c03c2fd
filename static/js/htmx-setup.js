/* htmx under our rules: CSRF header, nothing swapped that is not meant for the page, and every failure in words. */
(() => {
  const body = document.body;
  const region = () => document.getElementById("notices");

  const say = (template, retry) => {
    const source = document.getElementById(template);
    if (!source || !region()) return null;
    const notice = source.content.firstElementChild.cloneNode(true);
    region().replaceChildren(notice);
    const again = notice.querySelector("[data-retry]");
    if (again) again.addEventListener("click", () => { notice.remove(); retry(); });
    notice.scrollIntoView({ block: "nearest" });
    return notice;
  };
  const askSignIn = () => {
    const ended = document.getElementById("idle-ended");
    document.dispatchEvent(new CustomEvent("portal:ending"));
    if (!ended) { location.reload(); return; }
    ended.querySelector("a").href = `${body.dataset.loginUrl}?next=${encodeURIComponent(location.pathname + location.search)}`;
    if (!ended.open) ended.showModal();
  };
  // With what the page holds by then: what was to be sent at first may be older than what has been saved since.
  const repeat = (detail) => () => window.htmx.ajax(detail.requestConfig.verb.toUpperCase(), detail.requestConfig.path,
    { source: detail.elt, target: detail.target }).catch(() => {}); // that it failed again is shown as before
  // What did not get through is said until it has; what saves itself goes on by itself once the network is back.
  let unsent = null;
  const network = ({ detail }) => { unsent = { elt: detail.elt, notice: say("failed-network", repeat(detail)) }; };
  body.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!unsent || !detail.successful || detail.elt !== unsent.elt) return;
    if (unsent.notice) unsent.notice.remove();
    unsent = null;
  });
  window.addEventListener("online", () => {
    if (unsent && unsent.notice && unsent.elt.matches("[role=status]")) unsent.notice.querySelector("[data-retry]").click();
  });

  body.addEventListener("htmx:configRequest", (event) => {
    // The page's own: what one person has opened is not saved in the name of who has signed in since (csrf.js).
    event.detail.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]")?.content || "";
    // What the page asks for by itself is no sign that somebody is there: it must not keep the session alive.
    if (/\b(every|load)\b/.test(event.detail.elt.getAttribute("hx-trigger") || "")) event.detail.headers["X-Portal-Background"] = "1";
  });
  // A shareable address has no empty parts, and one "cols=a,b" instead of many, where these are not the usual ones.
  body.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") return;
    const { parameters, formData } = event.detail;
    const columns = formData.getAll("cols");
    const chosen = columns.join(",");
    if (chosen === document.querySelector("[data-columns]")?.dataset.columns) delete parameters.cols;
    else if (chosen) parameters.cols = chosen;
    for (const name of new Set(formData.keys())) if (!formData.getAll(name).some(Boolean)) delete parameters[name];
  });
  body.addEventListener("htmx:beforeRequest", (event) => event.detail.target?.setAttribute("aria-busy", "true"));
  body.addEventListener("htmx:afterRequest", (event) => event.detail.target?.removeAttribute("aria-busy"));
  body.addEventListener("htmx:beforeSwap", (event) => {
    // A session that ended answers with the sign-in page by redirect; it must not land inside a table.
    const address = event.detail.xhr.responseURL || "";
    if (body.dataset.loginUrl && address && new URL(address).pathname === body.dataset.loginUrl) {
      event.detail.shouldSwap = false;
      askSignIn();
    }
    // An autosave that is refused says why in its own line.
    const { xhr, target } = event.detail;
    if (xhr.status === 409 && target?.getAttribute("role") === "status" && !/^\s*<!doctype/i.test(xhr.responseText)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  body.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    if (status === 401) askSignIn();
    else if (event.detail.xhr.getResponseHeader("X-Portal-Code") === "csrf") say("failed-expired", () => location.reload());
    else if (status === 403) say("failed-forbidden");
    else if (status === 404) say("failed-missing");
    else if (status === 409) say("failed-stale");
    else if (status === 429) say("failed-often", repeat(event.detail));
    else say("failed-server", repeat(event.detail));
  });
  body.addEventListener("htmx:sendError", network);
  body.addEventListener("htmx:timeout", network);
})();
