/* <form data-confirm="what will happen" data-confirm-title data-confirm-ok data-confirm-cancel>, or the same on a submit button: asks in the
   page's own dialog. Without scripts the form posts to a server page that asks (generic/confirm.html). */
(() => {
  const dialog = document.getElementById("ask");
  if (!dialog || !dialog.showModal) return;
  const part = (name) => dialog.querySelector(`[data-ask-${name}]`);
  const defaults = { title: part("title").textContent, ok: part("ok").textContent, cancel: part("cancel").textContent };

  const ask = (source, then) => {
    part("title").textContent = source.dataset.confirmTitle || defaults.title;
    part("text").textContent = source.dataset.confirm;
    part("ok").textContent = source.dataset.confirmOk || defaults.ok;
    part("cancel").textContent = source.dataset.confirmCancel || defaults.cancel;
    part("ok").className = source.dataset.confirmTone === "plain" ? "btn btn-primary" : "btn btn-danger";
    dialog.returnValue = "";
    dialog.addEventListener("close", () => { if (dialog.returnValue === "ok") then(); }, { once: true });
    dialog.showModal();
    part("cancel").focus();
  };

  // htmx may have replaced the form while the dialog was open: then the one that took its place is meant.
  // Asked by the attribute: a button named "action" hides the property of that name.
  const posts = (form) => form.getAttribute("action");
  const standing = (form) => (form.isConnected ? form : Array.from(document.forms).find((other) => posts(other) === posts(form)));

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const source = [event.submitter, form].find((element) => element && element.dataset.confirm);
    if (!source || form.dataset.confirmed) { delete form.dataset.confirmed; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    ask(source, () => {
      const now = standing(form);
      if (!now) { location.reload(); return; }
      const button = submitter && (now === form ? submitter : now.querySelector(`[name="${submitter.name}"][value="${submitter.value}"]`));
      if (submitter && !button) { location.reload(); return; }
      now.dataset.confirmed = "1";
      if (button) now.requestSubmit(button); else now.requestSubmit();
    });
  }, true);
})();
