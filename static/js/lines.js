/* Lines of a form ([data-lines]): moved up and down, added, thrown away; their numbers follow their places and the sum follows
   what is typed. Without this script the numbers are typed, and the form has spare lines. */
(() => {
  const box = document.querySelector("[data-lines]");
  if (!box) return;
  const rows = box.querySelector("[data-line-rows]");
  const blank = box.querySelector("[data-line-blank]");
  const count = box.querySelector("input[name$=TOTAL_FORMS]");
  const total = box.querySelector("[data-line-total]");
  const field = (row, name) => row.querySelector(`[name$='-${name}']`);

  const follow = () => {
    let sum = 0;
    Array.from(rows.children).forEach((row, index) => {
      field(row, "position").value = (index + 1) * 10;
      const gone = field(row, "gone").checked;
      row.classList.toggle("gone", gone);
      if (!gone && field(row, "name").value.trim()) sum += Number(field(row, "lessons").value) || 0;
    });
    total.textContent = String(Math.round(sum * 10) / 10);
  };
  const changed = () => { follow(); rows.dispatchEvent(new Event("input", { bubbles: true })); };

  box.addEventListener("click", (event) => {
    const row = event.target.closest("[data-line]");
    if (event.target.closest("[data-line-add]")) {
      const holder = document.createElement("tbody");
      holder.innerHTML = blank.innerHTML.replace(/__prefix__/g, count.value);
      count.value = Number(count.value) + 1;
      const fresh = holder.firstElementChild;
      rows.append(fresh);
      field(fresh, "name").focus();
      changed();
    } else if (row && event.target.closest("[data-line-up]") && row.previousElementSibling) {
      row.previousElementSibling.before(row);
      changed();
      event.target.focus();
    } else if (row && event.target.closest("[data-line-down]") && row.nextElementSibling) {
      row.nextElementSibling.after(row);
      changed();
      event.target.focus();
    }
  });
  box.addEventListener("change", follow);
  box.addEventListener("input", (event) => { if (event.isTrusted) follow(); });
  follow();
})();
