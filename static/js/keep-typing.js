/* When a part of the page is replaced while somebody types in it, what is typed stays. */
(() => {
  let kept = null;
  document.body.addEventListener("htmx:beforeSwap", () => {
    const field = document.activeElement;
    kept = field && field.id && field.matches("input.try") ? { id: field.id, value: field.value } : null;
  });
  document.body.addEventListener("htmx:afterSwap", () => {
    const field = kept && document.getElementById(kept.id);
    if (field && field.value !== kept.value) {
      field.value = kept.value;
      // set by us, it would not count as a change when the person goes on
      field.addEventListener("blur", () => field.dispatchEvent(new Event("change", { bubbles: true })), { once: true });
    }
    if (field && document.activeElement !== field) field.focus();
    kept = null;
  });
})();
