/* Loaded blocking in <head>: sets theme and size before the first paint. The choice is this browser's (localStorage). */
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const read = (key, fallback) => { try { return localStorage.getItem(key) || fallback; } catch { return fallback; } };
  const keep = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private mode: lasts for this page */ } };
  let theme = read("look.theme", "auto");
  let size = read("look.size", "standard");

  const apply = () => {
    root.dataset.bsTheme = theme === "auto" ? (system.matches ? "dark" : "light") : theme;
    root.dataset.size = size;
    for (const button of document.querySelectorAll("[data-look-theme]")) button.setAttribute("aria-pressed", button.dataset.lookTheme === theme);
    for (const button of document.querySelectorAll("[data-look-size]")) button.setAttribute("aria-pressed", button.dataset.lookSize === size);
  };

  root.classList.add("js");
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-look-theme], [data-look-size]");
    if (!button) return;
    if (button.dataset.lookTheme) keep("look.theme", theme = button.dataset.lookTheme);
    if (button.dataset.lookSize) keep("look.size", size = button.dataset.lookSize);
    apply();
  });
})();
