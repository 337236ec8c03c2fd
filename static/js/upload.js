/* The drop zone: picked and dropped files become rows, two go up at a time (upload-send.js); a row that did not get there
   says why and can be tried again, for many there is one line that counts. What arrived joins the list of the page.
   Without scripts the input is plain. */
(() => {
  const { mark, send, giveUp } = window.portalUpload;
  const AT_ONCE = 2;
  const waiting = [], running = new Set();
  const film = (file) => file.type.startsWith("video/") || /\.(mp4|m4v|mov|webm)$/i.test(file.name);
  const size = (bytes) => bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1).replace(/\.0$/, "")} MB`;
  /* What is said beside a row need not begin with the name that stands in it. */
  const unnamed = (name, words) => name.includes("”") ? words : words.replace(/^“[^”]*”\s*/, "");
  const filled = (text, words) => Object.entries(words).reduce((all, [key, value]) => all.split(`{${key}}`).join(value), text);

  /* A screen that goes dark stops the page of a phone in the middle of two hundred photos. */
  let lamp = null;
  const light = async () => {
    if (!navigator.wakeLock) return;
    if (!running.size) { if (lamp) lamp.release(); lamp = null; return; }
    if (!lamp || lamp.released) lamp = await navigator.wakeLock.request("screen").catch(() => null);
  };

  const next = () => {
    while (running.size < AT_ONCE && waiting.length) {
      const row = waiting.shift();
      running.add(row);
      row.go().finally(() => { running.delete(row); light(); next(); });
    }
    light();
  };

  const attend = (box) => {
    const zone = box.querySelector(".upload-zone");
    const input = zone.querySelector("input[type=file]");
    const list = box.querySelector(".files");
    const target = document.getElementById(box.dataset.uploadInto) || list;
    const template = box.querySelector("template");
    const text = (key, words = {}) => filled(template.dataset[key] || "", words);
    const extra = JSON.parse(box.dataset.uploadExtra || "{}");
    const limits = JSON.parse(box.dataset.uploadLimits || "{}");
    const total = box.querySelector(".upload-total");
    const broken = (address) => box.querySelector(`[data-broken="${address}"]`);
    const rows = new Set();
    const marks = new Map();

    const count = () => {
      const states = Array.from(rows, (row) => row.state);
      const failed = states.filter((state) => state === "failed").length;
      total.hidden = rows.size < 2;
      total.querySelector("[data-count]").textContent = text("total", { n: states.filter((state) => state === "done").length, m: rows.size })
        + (failed ? text("totalFailed", { k: failed }) : "");
      total.querySelector("[data-again-all]").hidden = !Array.from(rows).some((row) => row.canAgain());
    };

    class Row {
      constructor(file) {
        this.file = file;
        this.node = template.content.firstElementChild.cloneNode(true);
        this.part(".name").textContent = file.name;
        this.part("[data-dismiss]").onclick = () => this.dismiss();
        this.part("[data-again]").onclick = () => this.again();
        list.append(this.node);
        rows.add(this);
        this.join();
      }
      part(selector) { return this.node.querySelector(selector); }

      join() {
        const limit = limits[film(this.file) ? "video" : "other"];
        this.state = "waiting";
        this.say(`${size(this.file.size)} · ${text("waiting")}`);
        if (!this.file.size) this.fail(text("empty"), false);
        else if (limit && this.file.size > limit) this.fail(text("large", { size: size(this.file.size), limit: size(limit) }), false);
        else waiting.push(this);
        count();
      }

      say(words, tone = "") {
        this.part(".meta").textContent = words;
        this.node.className = tone;
        this.part("[data-again]").hidden = true;
      }

      async go() {
        this.state = "running";
        try {
          this.mark = this.mark || await mark(this.file);
          const first = marks.get(this.mark);
          if (first && first !== this && rows.has(first) && first.state !== "failed") { this.there(text("twice", { name: first.file.name })); return; }
          marks.set(this.mark, this);
          this.job = { file: this.file, mark: this.mark, begin: box.dataset.uploadBegin, kind: extra.kind, show: extra.show, address: this.address };
          const answer = await send(this.job, (state, more) => this.tell(state, more));
          if (answer.same) this.there(unnamed(this.file.name, answer.same)); else this.arrive(answer.html);
        } catch (error) {
          this.address = error.kind === "final" && error.again && this.job ? this.job.address : null;
          if (rows.has(this)) this.explain(error);
          if (!error.kind && !(error instanceof DOMException)) throw error;
        }
      }

      explain({ kind, message, again }) {
        const unread = !kind || kind === "unreadable";
        this.fail(unread ? text("unreadable") : message && message !== kind ? unnamed(this.file.name, message) : text("refused"), kind !== "final" || again);
      }

      tell(state, more) {
        broken(this.job.address)?.remove(); // picked again, it goes on in this row
        const bar = this.part("progress");
        if (state === "progress") {
          bar.max = this.file.size;
          bar.value = more.done;
          this.say(text("sending", { done: size(more.done), size: size(this.file.size) }));
        } else {
          if (state === "checking") bar.removeAttribute("value");
          this.say(text(state), state === "checking" ? "" : "held");
          if (state === "signin") this.part("[data-again]").hidden = false;
        }
      }

      again() {
        if (this.state === "running") { document.dispatchEvent(new CustomEvent("portal:go-on")); return; }
        this.part("progress").hidden = false;
        this.join();
        next();
      }

      dismiss() {
        rows.delete(this);
        if (waiting.includes(this)) waiting.splice(waiting.indexOf(this), 1);
        if (this.job && this.state === "running") giveUp(this.job);
        else if (this.address) giveUp({ address: this.address });
        this.node.remove();
        count();
      }

      canAgain() { return this.state === "failed" && !this.part("[data-again]").hidden; }

      fail(message, retry) {
        this.state = "failed";
        if (list.firstElementChild !== this.node) list.prepend(this.node); // among two hundred it would not be seen
        this.say(message, "wrong");
        this.part("progress").hidden = true;
        this.part("[data-again]").hidden = !retry;
        count();
      }

      there(message) {
        this.state = "done";
        this.say(message, "there");
        this.part("progress").hidden = true;
        count();
      }

      arrive(html) {
        this.state = "done";
        target.insertAdjacentHTML(box.dataset.uploadFirst === undefined ? "beforeend" : "afterbegin", html);
        const arrived = box.dataset.uploadFirst === undefined ? target.lastElementChild : target.firstElementChild;
        if (target !== list) this.node.remove(); else this.node.replaceWith(arrived);
        if (window.htmx) window.htmx.process(arrived);
        box.dispatchEvent(new CustomEvent("portal:arrived", { bubbles: true }));
        count();
      }
    }

    const add = (files) => {
      if (!Array.from(rows).some((row) => row.state === "waiting" || row.state === "running")) rows.forEach((row) => { if (row.state === "done") rows.delete(row); });
      Array.from(files).forEach((file) => new Row(file));
      next();
    };

    box.addEventListener("click", (event) => {
      const row = event.target.closest("[data-forget]")?.closest("[data-broken]");
      if (!row) return;
      giveUp({ address: row.dataset.broken });
      row.remove();
    });
    input.multiple = true;
    input.addEventListener("change", () => { const picked = Array.from(input.files); input.value = ""; add(picked); });
    zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => { event.preventDefault(); zone.classList.remove("over"); add(event.dataTransfer.files); });
    total.querySelector("[data-again-all]").addEventListener("click", () => rows.forEach((row) => { if (row.canAgain()) row.again(); }));
  };

  document.querySelectorAll("[data-upload]").forEach(attend);
  window.addEventListener("offline", () => running.forEach((row) => row.job && row.job.stop && row.job.stop()));
  window.addEventListener("beforeunload", (event) => { if (running.size || waiting.length) { event.preventDefault(); event.returnValue = ""; } });
  document.addEventListener("visibilitychange", light);
  // A file dropped beside the zone must not replace the page and what was typed in it.
  for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
})();
