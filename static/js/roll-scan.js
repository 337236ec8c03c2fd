/* Members' cards by the camera (the browser's own reader, else jsQR, loaded only then), by a scanner that types, or pasted.
   Each is kept as it was read; whose card it is, the server says when it gets it. */
(() => {
  const { offlineSync: sync } = window;
  const form = document.getElementById("scan-form");
  if (!form) return;
  const field = form.elements.card;
  const start = document.getElementById("scan-start"), stop = document.getElementById("scan-stop");
  const video = document.getElementById("scan-video"), fails = document.getElementById("scan-fails");
  const done = document.getElementById("scan-list"), row = document.getElementById("scan-row");
  const seen = new Map(); // a card held before the camera is read ten times a second
  const HELD = 15000;
  const { slot } = JSON.parse(document.body.dataset.facts);
  let stream = null;

  const line = (mark) => {
    if (done.querySelector(`[data-mark="${CSS.escape(mark.id)}"]`)) return;
    const item = row.content.firstElementChild.cloneNode(true);
    item.dataset.mark = mark.id;
    item.querySelector("[data-when]").textContent = new Date(mark.at).toLocaleTimeString("zh-CN", { hour12: false, timeZone: "Asia/Shanghai" });
    done.prepend(item);
  };
  const take = async (value) => {
    const card = value.trim();
    if (!card || card.length > 300) return;
    if (Date.now() - (seen.get(card) || 0) < HELD) return;
    seen.set(card, Date.now());
    if (navigator.vibrate) navigator.vibrate(60);
    await sync.mark({ card, kind: "arrived", method: "card" });
  };
  /* Also those that were scanned before the page was closed and opened again without network. */
  document.addEventListener("offline:change", () => sync.unsent().filter((mark) => mark.card && mark.slot === slot).forEach(line));
  document.addEventListener("offline:answered", ({ detail: { mark, result } }) => {
    const item = done.querySelector(`[data-mark="${CSS.escape(mark.id)}"]`);
    if (!item) return;
    const known = sync.state.sheet ? [...sync.state.sheet.people, ...sync.state.sheet.others] : [];
    const one = known.find((other) => other.id === result.person);
    if (result.person) item.querySelector("[data-who]").textContent = one ? one.name : item.dataset.stranger; // else it is nobody's card
    item.querySelector("[data-said]").textContent = result.message || item.dataset.fine;
    item.dataset.state = result.state === "refused" ? "bad" : result.trouble ? "warn" : "ok";
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    take(field.value);
    field.value = "";
    field.focus();
  });

  const script = (address) => new Promise((ready, fail) => {
    const tag = document.createElement("script");
    tag.src = address;
    tag.onload = ready;
    tag.onerror = fail;
    document.head.append(tag);
  });
  const reader = async () => {
    if ("BarcodeDetector" in window && (await window.BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
      const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
      return async () => (await detector.detect(video)).map((code) => code.rawValue);
    }
    if (!window.jsQR) await script(start.dataset.reader);
    const canvas = document.createElement("canvas");
    return () => {
      const scale = Math.min(1, 640 / (video.videoWidth || 1));
      canvas.width = video.videoWidth * scale;
      canvas.height = video.videoHeight * scale;
      if (!canvas.width) return [];
      const pen = canvas.getContext("2d", { willReadFrequently: true });
      pen.drawImage(video, 0, 0, canvas.width, canvas.height);
      const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
      const found = window.jsQR(data, width, height);
      return found ? [found.data] : [];
    };
  };
  const end = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.hidden = stop.hidden = true;
    start.hidden = false;
  };
  start.addEventListener("click", async () => {
    fails.hidden = true;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      const read = await reader();
      video.srcObject = stream;
      video.hidden = stop.hidden = false;
      start.hidden = true;
      await video.play();
      const look = async () => {
        if (!stream) return;
        (await read()).forEach(take);
        setTimeout(look, 150);
      };
      look();
    } catch {
      end();
      fails.hidden = false;
    }
  });
  stop.addEventListener("click", end);
  window.addEventListener("pagehide", end);
  sync.start();
})();
