/* <form data-keep="<user>:<form key>">: what is typed is kept in this tab (sessionStorage) and put back after sign-in or a
   reload; only the fields that were changed, for somebody else may have changed the others meanwhile. Passwords, files,
   hidden fields and [data-no-keep] are never kept. Gone after a successful save and after sign-out; another person's
   entries are removed as soon as a page is theirs. */
(() => {
  const PREFIX = "keep:", PENDING = "keep-pending";
  const user = document.body.dataset.user || "";
  const store = sessionStorage;
  let leaving = false; // signed out: nothing is kept any more
  const keysOf = (test) => Object.keys(store).filter((key) => key.startsWith(PREFIX) && test(key));
  const drop = (keys) => keys.forEach((key) => store.removeItem(key));
  const keyOf = (form) => `${PREFIX}${form.dataset.keep}:${location.pathname}${location.search}`;

  const fields = (form) => Array.from(form.elements).filter((element) => element.name && !element.disabled
    && !["password", "file", "hidden", "submit", "button", "reset"].includes(element.type) && !element.closest("[data-no-keep]"));
  const valueOf = (element) => {
    if (element.type === "checkbox" || element.type === "radio") return element.checked;
    return element.multiple ? Array.from(element.selectedOptions, (option) => option.value) : element.value;
  };
  const give = (element, value) => {
    if (element.type === "checkbox" || element.type === "radio") element.checked = value;
    else if (element.multiple) for (const option of element.options) option.selected = value.includes(option.value);
    else element.value = value;
  };
  // One entry per field: name, and which of the equally named; survives fields that come and go.
  const read = (form) => {
    const seen = {}, values = {};
    for (const element of fields(form)) values[`${element.name}#${seen[element.name] = (seen[element.name] || 0) + 1}`] = valueOf(element);
    return values;
  };
  const write = (form, values) => {
    const seen = {};
    for (const element of fields(form)) {
      const id = `${element.name}#${seen[element.name] = (seen[element.name] || 0) + 1}`;
      if (id in values) give(element, values[id]);
    }
  };
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const changed = (values, was, held = {}) => Object.fromEntries(Object.entries(values).filter(([id, value]) => id in held || !same(value, was[id])));

  const tell = (form, key, original, at) => {
    const template = document.getElementById("kept-notice");
    if (!template) return;
    const notice = template.content.firstElementChild.cloneNode(true);
    notice.querySelector("[data-kept-at]").textContent = new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
    notice.querySelector("[data-kept-drop]").addEventListener("click", () => { write(form, original); store.removeItem(key); notice.remove(); });
    form.prepend(notice);
  };

  const attend = (form) => {
    const key = keyOf(form);
    let original = read(form);
    let sent = original;
    const wrong = form.querySelector("[aria-invalid=true]") || document.querySelector("[data-error-summary]");
    const kept = JSON.parse(store.getItem(key) || "null");
    const lost = kept && Object.keys(changed(kept.values, original)).length;
    if (kept && !lost) store.removeItem(key); // it was saved
    if (lost && !wrong) {
      write(form, kept.values);
      tell(form, key, { ...Object.fromEntries(Object.keys(kept.values).map((id) => [id, ""])), ...original }, kept.at);
      // rows that were added in the browser: the form's own script, which runs after this one, is asked to add them again
      const missing = Object.keys(kept.values).filter((id) => !(id in original)).map((id) => id.split("#")[0]);
      if (missing.length) document.addEventListener("DOMContentLoaded", () => {
        form.dispatchEvent(new CustomEvent("portal:missing", { detail: missing }));
        write(form, kept.values);
      });
    }
    let held = (wrong && kept?.values) || {}; // typed before what is shown now, and not taken
    let timer = 0;
    const save = () => {
      clearTimeout(timer);
      timer = 0;
      if (leaving) return;
      const values = changed(read(form), original, held);
      try {
        if (!Object.keys(values).length) store.removeItem(key); else store.setItem(key, JSON.stringify({ at: Date.now(), values }));
      } catch { /* storage full: the form still works, only the safety net is gone */ }
    };
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, 300); });
    form.addEventListener("change", save);
    form.addEventListener("submit", () => { save(); store.setItem(PENDING, key); });
    document.addEventListener("portal:ending", save);
    // a form that saves itself tells when it asks and when that was taken; what was typed in between is still kept
    form.addEventListener("portal:sending", () => { sent = read(form); });
    form.addEventListener("portal:saved", () => { original = sent; held = {}; save(); });
    window.addEventListener("pagehide", () => { if (timer) save(); });
  };

  // Was the form sent on the page before accepted? Yes, unless this is sign-in, an error page, the same form with errors,
  // a reload/back, or a page that was not come to from one of ours: without network the browser shows a page of its own,
  // and whoever types the address again afterwards (then nobody knows, and what was typed is worth more).
  const settle = () => {
    const pending = store.getItem(PENDING);
    store.removeItem(PENDING);
    if (!pending || !user || document.body.dataset.error !== undefined) return;
    const [arrival] = performance.getEntriesByType("navigation");
    if ((arrival && arrival.type !== "navigate") || !document.referrer.startsWith(`${location.origin}/`)) return;
    if (!document.querySelector("[data-error-summary], [aria-invalid=true]")) store.removeItem(pending);
  };

  if (user) drop(keysOf((key) => !key.startsWith(`${PREFIX}${user}:`)));
  settle();
  document.addEventListener("submit", (event) => { if (event.target.matches("[data-signout]")) { leaving = true; drop(keysOf(() => true)); } });
  if (user) document.querySelectorAll(`form[data-keep^="${CSS.escape(user)}:"]`).forEach(attend);
})();
