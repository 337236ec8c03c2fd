/* A page of a draft (form[data-draft]): fields that belong to a choice are shown with it, rows of the management come and go,
   and what the autosave has taken is no longer kept by the browser. Without scripts everything is shown and one row is added per save. */
(() => {
  const form = document.querySelector("form[data-draft]");
  if (!form) return;

  const valueOf = (name) => form.elements[name] && form.elements[name].value;
  const follow = () => {
    for (const box of form.querySelectorAll("[data-when]")) {
      if (!form.elements[box.dataset.when]) continue;
      // what is wrong or was returned must be seen, whatever is chosen
      box.hidden = valueOf(box.dataset.when) !== box.dataset.whenValue && !box.querySelector("[aria-invalid=true], .remark");
    }
  };
  form.addEventListener("change", follow);
  follow();

  const rows = form.querySelector("[data-post-rows]");
  const template = form.querySelector("[data-post-template]");
  if (rows && template) {
    const changed = () => rows.dispatchEvent(new Event("change", { bubbles: true }));
    const add = () => {
      const number = rows.children.length;
      const row = template.content.firstElementChild.cloneNode(true);
      for (const element of row.querySelectorAll("*")) {
        for (const name of ["id", "name", "for", "aria-describedby", "value"]) {
          const value = element.getAttribute(name);
          if (value) element.setAttribute(name, value.replace("__n__", number));
        }
      }
      rows.append(row);
      return row;
    };
    form.querySelector("[data-post-add]").addEventListener("click", (event) => {
      event.preventDefault();
      add().querySelector("select, input:not([type=hidden])").focus();
    });
    // what was typed into added rows before a reload comes back with them
    form.addEventListener("portal:missing", (event) => {
      while (rows.children.length < 20 && event.detail.some((name) => name.startsWith("posts-") && !form.elements[name])) add();
    });
    rows.addEventListener("click", (event) => {
      const button = event.target.closest("[data-post-remove]");
      if (!button) return;
      // the row stays in place, empty: the others keep their numbers, and an empty row is not saved
      const row = button.closest("[data-post-row]");
      for (const field of row.querySelectorAll("input, select")) field.value = "";
      row.hidden = true;
      changed();
    });
  }

  const saved = document.getElementById("saved");
  if (!saved) return;
  saved.addEventListener("htmx:beforeRequest", () => form.dispatchEvent(new Event("portal:sending")));
  saved.addEventListener("htmx:afterSwap", () => { if (saved.querySelector("[data-saved]")) form.dispatchEvent(new Event("portal:saved")); });
})();
