/* Keys and dialogs of the review desk. Every key presses a real button or link of the page ([data-key], [data-opens]); none
   works while somebody types. Without this script the buttons are links to pages. */
(() => {
  const queue = document.getElementById("queue");
  const typing = (element) => Boolean(element.closest("input, textarea, select, [contenteditable]"));
  const rows = () => Array.from(document.querySelectorAll("#sheet [id^='row-']"));

  // -- dialogs: the button that is first to be pressed has the focus, or the first field of those that want words
  const open = (dialog) => {
    if (!dialog || !dialog.showModal || dialog.open) return;
    const note = dialog.querySelector("[data-drafts-note]");
    const drafts = document.getElementById("draft-count");
    if (note && drafts) note.hidden = !drafts.textContent.trim();  // comments may have been written since the page came
    dialog.showModal();
    const first = dialog.querySelector("[autofocus]") || dialog.querySelector("input:not([type=hidden]), textarea") || dialog.querySelector("button");
    first.focus();
    const caret = first.dataset.caret;
    if (caret && first.value.includes(caret)) first.setSelectionRange(first.value.lastIndexOf(caret), first.value.lastIndexOf(caret));
  };
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    const dialog = opener && document.getElementById(opener.dataset.opens);
    if (dialog && dialog.showModal && !event.ctrlKey && !event.metaKey) { event.preventDefault(); open(dialog); return; }
    const closer = event.target.closest("[data-closes]");
    if (closer) closer.closest("dialog").close();
    const phrase = event.target.closest("[data-phrase-for]");
    if (phrase) {
      const field = document.getElementById(phrase.dataset.phraseFor);
      field.value = field.value.trim() ? `${field.value.trimEnd()}\n${phrase.textContent}` : phrase.textContent;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    }
  });

  // -- rows and comments
  const comment = (row) => {
    const box = row && row.querySelector(".comment");
    if (!box) return;
    box.open = true;
    box.querySelector("input[type=text]").focus();
  };
  const stand = (row) => { row.tabIndex = -1; row.dataset.row = ""; row.focus(); };
  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement.closest("[id^='row-']"));
    const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))];
    stand(next);
    next.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("toggle", (event) => {
    if (event.target.matches && event.target.matches(".comment") && event.target.open && event.isTrusted) {
      const field = event.target.querySelector("input[type=text]");
      if (field && !field.value && document.activeElement.closest(".comment") === event.target) field.focus();
    }
  }, true);
  // The comment is saved as it is typed; Enter must not send the form of a page without scripts.
  document.addEventListener("submit", (event) => { if (event.target.closest(".comment")) event.preventDefault(); });

  // -- keys
  const go = (where) => { if (queue && queue.dataset[where]) location.href = queue.dataset[where]; };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && event.target.closest(".comment")) { stand(event.target.closest("[id^='row-']")); return; }
    if (typing(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === "j") go("next");
    else if (key === "k") go("previous");
    else if (event.key === "ArrowDown" && rows().length && document.activeElement.closest("#sheet, body")) { event.preventDefault(); step(1); }
    else if (event.key === "ArrowUp" && document.activeElement.closest("[id^='row-']")) { event.preventDefault(); step(-1); }
    else if (key === "c") { const row = document.activeElement.closest("[id^='row-']") || rows()[0]; if (row) { event.preventDefault(); comment(row); } }
    else {
      const button = Array.from(document.querySelectorAll("[data-key]")).find((one) => one.dataset.key === key);
      // a key held down decides one thing, not also what the next page brings
      if (button) { event.preventDefault(); if (!event.repeat) button.click(); }
    }
  });
})();
