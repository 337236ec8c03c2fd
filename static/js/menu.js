/* The left menu as a drawer on small screens, and <details class="drop"> menus that close on Escape and outside clicks. */
(() => {
  const root = document.documentElement;
  const side = document.getElementById("menu");
  const opener = document.querySelector("[data-menu-open]");

  const setOpen = (open) => {
    root.classList.toggle("menu-open", open);
    opener.setAttribute("aria-expanded", open);
    document.querySelector(".main").inert = open;
    if (open) side.querySelector("a, button").focus(); else opener.focus();
  };

  const nav = side && side.querySelector("nav");
  const here = nav && nav.querySelector("[aria-current]");
  if (here && here.offsetTop + here.offsetHeight > nav.clientHeight) nav.scrollTop = here.offsetTop - nav.clientHeight / 2;

  if (side && opener) {
    opener.setAttribute("role", "button");
    opener.setAttribute("aria-expanded", "false");
    opener.addEventListener("click", (event) => { event.preventDefault(); setOpen(true); });
    document.addEventListener("click", (event) => {
      if (!event.target.closest("[data-menu-close]")) return;
      event.preventDefault();
      if (location.hash === "#menu") history.replaceState(null, "", location.pathname + location.search);
      setOpen(false);
    });
  }

  const openDrops = () => document.querySelectorAll("details.drop[open]");
  document.addEventListener("click", (event) => {
    for (const drop of openDrops()) if (!drop.contains(event.target)) drop.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const drop of openDrops()) { drop.open = false; drop.querySelector("summary").focus(); }
    if (root.classList.contains("menu-open")) setOpen(false);
  });
})();
