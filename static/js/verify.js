/* Compares a file with the paper's sha256 on this computer. Where the browser cannot (no secure context), the form posts
   the file and the server compares. */
(() => {
  const form = document.querySelector("[data-compare]");
  if (!form || !window.crypto || !window.crypto.subtle) return;
  const zone = form.querySelector(".upload-zone");
  const input = form.querySelector("input[type=file]");
  const result = form.querySelector("[data-compare-result]");
  const expected = document.querySelector("[data-sha256]").dataset.sha256;
  form.querySelector("[data-compare-send]").hidden = true;

  const show = (same) => {
    const word = document.createElement("span");
    word.className = `state long ${same ? "ok" : "bad"}`;
    word.textContent = same ? form.dataset.same : form.dataset.other;
    result.replaceChildren(word);
  };

  const compare = async (file) => {
    if (!file) return;
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    show(Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("") === expected);
  };

  form.addEventListener("submit", (event) => { event.preventDefault(); compare(input.files[0]); });
  input.addEventListener("change", () => compare(input.files[0]));
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => { event.preventDefault(); zone.classList.remove("over"); compare(event.dataTransfer.files[0]); });
})();
