/* A drop zone around a plain file input (label[data-pick]): dropping fills the input, the name is shown. */
document.querySelectorAll("label[data-pick]").forEach((zone) => {
  const input = zone.querySelector("input[type=file]");
  const name = zone.querySelector("[data-picked]");
  const show = () => { name.textContent = Array.from(input.files, (file) => file.name).join(document.documentElement.lang.startsWith("zh") ? "、" : ", "); };
  input.addEventListener("change", show);
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    input.files = event.dataTransfer.files;
    show();
  });
});
