/* The form of an indicator: what its way of scoring does not read is put away. Without this script all of it is there. */
(() => {
  const box = document.querySelector("[data-methods]");
  const choice = box && box.querySelector("select[name=method]");
  if (!choice) return;
  const follow = () => {
    for (const part of box.querySelectorAll("[data-method]")) {
      part.hidden = Boolean(choice.value) && !part.dataset.method.split(" ").includes(choice.value);
    }
  };
  choice.addEventListener("change", follow);
  follow();
})();
