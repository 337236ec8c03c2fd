/* The sign-in library reports a failed security key as an event; say it in words beside the notices. */
document.addEventListener("allauth.error", (event) => {
  const source = document.getElementById("key-failed");
  const region = document.getElementById("notices");
  if (!source || !region) return;
  event.preventDefault();
  region.replaceChildren(source.content.firstElementChild.cloneNode(true));
});
