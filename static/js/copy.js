/* <button data-copy="#id"> copies the text (or value) of that element and says so. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.querySelector(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(("value" in source ? source.value : source.textContent).trim());
    const label = button.textContent;
    button.textContent = button.dataset.copied || label;
    setTimeout(() => { button.textContent = label; }, 2000);
  } catch {
    // No clipboard right (plain http, old browser): select it, so that Ctrl-C does.
    if (source.select) source.select(); else getSelection().selectAllChildren(source);
  }
});
