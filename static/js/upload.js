/* Drag-and-drop and picked files go up one by one with a progress bar each; a file that fails says why and can be tried
   again. Answer: JSON {"html": one <li>}, or {"error": "…"}. Without scripts the input is plain. */
(() => {
  const size = (bytes) => bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
  const token = () => document.querySelector("meta[name=csrf-token]")?.content || "";

  const attend = (box) => {
    const zone = box.querySelector(".upload-zone");
    const input = zone.querySelector("input[type=file]");
    const list = document.getElementById(box.dataset.uploadInto) || box.querySelector(".files");
    const template = box.querySelector("template");
    const text = (key) => template.dataset[key] || "";
    let queue = Promise.resolve();

    const fail = (row, message, retry) => {
      row.classList.add("wrong");
      row.querySelector("progress").hidden = true;
      row.querySelector(".meta").textContent = message;
      const again = row.querySelector("[data-again]");
      again.hidden = !retry;
      again.onclick = retry ? () => { row.remove(); add(retry); } : null;
      row.querySelector("[data-dismiss]").hidden = false;
    };

    const send = (file, row) => new Promise((done) => {
      const request = new XMLHttpRequest();
      const body = new FormData();
      body.append(input.name || "file", file);
      for (const [name, value] of Object.entries(JSON.parse(box.dataset.uploadExtra || "{}"))) body.append(name, value);
      request.open("POST", box.dataset.uploadUrl);
      request.setRequestHeader("X-CSRFToken", token());
      request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
      const bar = row.querySelector("progress");
      request.upload.onprogress = (event) => { if (event.lengthComputable) { bar.max = event.total; bar.value = event.loaded; } };
      request.upload.onload = () => { bar.removeAttribute("value"); row.querySelector(".meta").textContent = text("checking"); };
      request.onerror = () => { fail(row, text("network"), file); done(); };
      request.onload = () => {
        let problem = null;
        try { problem = JSON.parse(request.responseText); } catch { /* an error page */ }
        if (request.status < 300 && problem && problem.html) {
          document.dispatchEvent(new CustomEvent("portal:request"));
          row.insertAdjacentHTML("afterend", problem.html.trim());
          const arrived = row.nextElementSibling;
          row.remove();
          if (window.htmx) window.htmx.process(arrived);
        } else if (problem && problem.error) fail(row, problem.error, request.status >= 500 ? file : null);
        else fail(row, text(request.status === 413 ? "large" : "refused"), file);
        done();
      };
      request.send(body);
    });

    const add = (file) => {
      const row = template.content.firstElementChild.cloneNode(true);
      row.querySelector(".name").textContent = file.name;
      row.querySelector(".meta").textContent = size(file.size);
      row.querySelector("[data-dismiss]").onclick = () => row.remove();
      list.append(row);
      const limit = Number(box.dataset.uploadMax);
      if (limit && file.size > limit) { fail(row, text("large"), null); return; }
      queue = queue.then(() => send(file, row));
    };

    input.addEventListener("change", () => { Array.from(input.files).forEach(add); input.value = ""; });
    zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => { event.preventDefault(); zone.classList.remove("over"); Array.from(event.dataTransfer.files).forEach(add); });
  };

  document.querySelectorAll("[data-upload]").forEach(attend);
  // A file dropped beside the zone must not replace the page and what was typed in it.
  for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
})();
