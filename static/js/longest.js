/* What is pasted stays whole: a browser cuts it off at maxlength and says nothing. Past the limit it is said beside the field,
   and the form is not sent until it is shorter. Counted as the server counts: characters, a new line as two. */
(() => {
  const template = document.getElementById("too-long");
  if (!template) return;
  const FIELD = "input[maxlength]:not([type=search]), textarea[maxlength], [data-too-long-of]";
  const lengthOf = (field) => Array.from(field.value.replace(/\r?\n/g, "\r\n")).length;
  const noteOf = (field) => (field.previousElementSibling && field.previousElementSibling.matches("[data-too-long]") ? field.previousElementSibling : null);

  const free = (event) => {
    const field = event.target.closest && event.target.closest(FIELD);
    if (!field || field.dataset.tooLongOf) return;
    field.dataset.tooLongOf = field.maxLength;
    field.removeAttribute("maxlength");
  };
  const look = (field) => {
    const most = Number(field.dataset.tooLongOf || field.maxLength), now = lengthOf(field);
    let note = noteOf(field);
    if (now <= most) {
      if (note) { note.remove(); field.removeAttribute("aria-invalid"); }
      if (field.dataset.tooLongOf) { field.maxLength = most; delete field.dataset.tooLongOf; }
      return true;
    }
    if (!note) {
      note = template.content.firstElementChild.cloneNode(true);
      field.before(note);
      field.setAttribute("aria-invalid", "true");
    }
    note.querySelector("[data-too-long-most]").textContent = most;
    note.querySelector("[data-too-long-now]").textContent = now;
    return false;
  };

  document.addEventListener("paste", free, true);
  document.addEventListener("drop", free, true);
  document.addEventListener("input", (event) => { if (event.target.matches(FIELD)) look(event.target); });
  document.addEventListener("submit", (event) => {
    const wrong = Array.from(event.target.elements).find((field) => field.matches(FIELD) && !look(field));
    if (!wrong || event.target.method !== "post") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    wrong.focus();
  }, true);
})();
