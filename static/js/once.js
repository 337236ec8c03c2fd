/* A form is sent once: a second press while the first is under way does nothing. After coming back (bfcache) it may be
   sent again. data-once="again": the answer is a file, the page stays, so the button returns after four seconds.
   data-once-key: a hidden field whose value makes what is sent twice one. A page that is asked for anew on the way back has
   another value; the one before is kept with the place in the browser's history. */
(() => {
  const release = (form) => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
    for (const button of form.ownerDocument.querySelectorAll("[data-label-before]")) {
      button.disabled = false;
      button.textContent = button.dataset.labelBefore;
      delete button.dataset.labelBefore;
    }
  };

  /* Without network the browser would put its own error page in the place of ours: said beside the button, and the page
     stays. Heard before all others, for nothing was sent. Where a browser says so and the portal answers all the same (it
     runs on this very machine), it is sent. Signing out goes on: it empties what is kept here. */
  const away = document.getElementById("no-network");
  let answers = false;
  const say = (form, button) => {
    document.querySelector("[data-no-network]")?.remove();
    const notice = away.content.firstElementChild.cloneNode(true), foot = button?.closest(".form-foot, .decide");
    if (foot) foot.prepend(notice); else (button || form).before(notice);
    notice.scrollIntoView({ block: "nearest" });
  };
  if (away) document.addEventListener("submit", (event) => {
    const { target: form, submitter: button } = event;
    if (navigator.onLine || answers || form.method !== "post" || form.matches("[hx-post], [data-hx-post], [data-signout]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    fetch(document.querySelector("link[rel=stylesheet]").href, { method: "HEAD", cache: "no-store" })
      .then(() => { answers = true; form.requestSubmit(button); }, () => say(form, button));
  }, true);
  window.addEventListener("offline", () => { answers = false; });
  window.addEventListener("online", () => document.querySelector("[data-no-network]")?.remove());

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.dataset.once === "off" || form.matches("[hx-post], [data-hx-post]")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
    const button = event.submitter;
    // Disabled only after the browser has collected the fields, or the button's own name and value would be lost.
    setTimeout(() => {
      if (!button || button.tagName !== "BUTTON" || button.children.length > 1) return;
      button.dataset.labelBefore = button.textContent.trim();
      button.disabled = true;
      button.textContent = document.body.dataset.textSending || button.dataset.labelBefore;
    });
    if (form.dataset.once === "again") setTimeout(() => release(form), 4000);
  });

  for (const field of document.querySelectorAll("[data-once-key]")) {
    const kept = history.state?.[field.name];
    if (kept) field.value = kept; else history.replaceState({ ...history.state, [field.name]: field.value }, "");
  }

  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
})();
