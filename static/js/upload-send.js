/* portalUpload.send(job, tell): brings one file to the portal, however often the connection breaks.
   job: { file, begin (address), kind, show }. tell(state, more) is called with: mark, progress {done}, checking, offline,
   signin. Resolves to { html } or { same: words }; rejects with { message, again } when a person has to do something.
   Begin (or take up again), pieces by tus-js-client, then the request that ends it. Each step may be repeated. */
(() => {
  const PIECE = 5 * 1048576, STALLED = 60000, WAITS = [0, 1000, 3000, 5000, 10000, 20000, 30000];
  const TRIES = 12; // of a portal that answers, but with an error
  const headers = () => ({ "X-CSRFToken": window.portalToken(), "X-Requested-With": "XMLHttpRequest" });
  const base64 = (text) => btoa(unescape(encodeURIComponent(text)));
  const sleep = (time) => new Promise((done) => setTimeout(done, time));
  const heard = () => document.dispatchEvent(new CustomEvent("portal:request"));

  /* Problems: { kind: "network" | "signin" | "busy" | "lost" | "final", message, again } */
  const problem = (kind, more) => Object.assign(new Error(kind), { kind, ...more });
  const judge = (status, answer) => {
    if (status === 401 || (status === 403 && answer.code === "csrf")) return problem("signin");
    if (status === 409 && answer.code === "offset") return problem("lost", { moved: true });
    if (status === 404 || status === 410) return problem("lost", { message: answer.error || answer.detail });
    if (status >= 500 || status === 429 || status === 423) return problem("busy", { message: answer.error || answer.detail });
    if (answer.code === "same") return problem("same", { message: answer.error });
    return problem("final", { message: answer.error || answer.detail, again: Boolean(answer.kept) || !answer.error });
  };
  const parse = (text) => { try { return JSON.parse(text) || {}; } catch { return {}; } };

  const ask = async (job, method, address, more = {}, body = undefined) => {
    let response, text;
    const limit = new AbortController(), timer = setTimeout(() => limit.abort(), 90000);
    job.stop = () => limit.abort();
    try {
      response = await fetch(address, { method, body, signal: limit.signal, headers: { ...headers(), "Tus-Resumable": "1.0.0", ...more } });
      text = await response.text();
    } catch { throw problem("network"); } finally { clearTimeout(timer); }
    if (response.redirected) throw problem("signin"); // to a page that has to be seen first
    if (!response.ok) throw judge(response.status, parse(text));
    heard();
    return { status: response.status, answer: parse(text), location: response.headers.get("Location") };
  };

  const begin = async (job) => {
    // the first bytes tell the portal what it is: a HEIC photo is refused before it is sent
    const bytes = await job.file.slice(0, 64).arrayBuffer().catch(() => { throw problem("unreadable"); });
    const head = Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const facts = { filename: job.file.name, kind: job.kind, fingerprint: job.mark, head };
    const said = Object.entries(facts).map(([key, value]) => `${key} ${base64(value)}`).join(",");
    const { location } = await ask(job, "POST", job.begin, { "Upload-Length": String(job.file.size), "Upload-Metadata": said });
    return location;
  };

  const pieces = (job, tell) => new Promise((done, fail) => {
    let timer = 0;
    const watch = () => { clearTimeout(timer); timer = setTimeout(() => stop(problem("network")), STALLED); };
    const upload = new window.tus.Upload(job.file, {
      uploadUrl: job.address, chunkSize: PIECE, retryDelays: null, storeFingerprintForResuming: false, headers: {},
      onBeforeRequest: (request) => { watch(); for (const [name, value] of Object.entries(headers())) request.setHeader(name, value); },
      onProgress: (sent) => { watch(); tell("progress", { done: sent }); },
      onChunkComplete: () => { job.moved = true; heard(); },
      onSuccess: () => { clearTimeout(timer); done(); },
      onError: (error) => {
        clearTimeout(timer);
        const response = error.originalResponse;
        const status = response ? response.getStatus() : 0;
        fail(status ? judge(status, parse(response.getBody())) : problem(error.originalRequest ? "network" : "unreadable"));
      },
    });
    const stop = (why) => { clearTimeout(timer); upload.abort(); fail(why); };
    job.stop = () => stop(problem("network"));
    watch();
    upload.start();
  });

  const finish = async (job) => {
    const body = new FormData();
    body.append("show", job.show || "");
    for (;;) {
      const { status, answer } = await ask(job, "POST", `${job.address}finish/`, {}, body);
      if (status !== 202) return answer;
      await sleep(2000);
    }
  };

  const attempt = async (job, tell) => {
    if (!job.address) job.address = await begin(job);
    await pieces(job, tell);
    tell("checking");
    return finish(job);
  };

  /* Until the network is back, or a while has passed: a phone does not always say so. */
  const networkBack = (time) => new Promise((done) => {
    const timer = setTimeout(done, navigator.onLine ? time : 600000);
    window.addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true });
  });
  /* Until the person has signed in in another tab and comes back here, or presses the button of a row. */
  const signedIn = () => new Promise((done) => {
    const back = () => { if (document.visibilityState === "visible") finishWait(); };
    const finishWait = () => {
      for (const name of ["portal:go-on", "portal:request"]) document.removeEventListener(name, finishWait);
      document.removeEventListener("visibilitychange", back);
      done();
    };
    document.addEventListener("visibilitychange", back);
    for (const name of ["portal:go-on", "portal:request"]) document.addEventListener(name, finishWait);
  });

  const send = async (job, tell) => {
    for (let tries = 0, anew = 0; ;) {
      try { return await attempt(job, tell); } catch (error) {
        if (job.cancelled) throw error;
        if (job.moved) { tries = 0; job.moved = false; }
        const wait = WAITS[Math.min(tries++, WAITS.length - 1)];
        if (error.kind === "same") return { same: error.message };
        else if (error.kind === "signin") { tell("signin"); await signedIn(); }
        else if (error.kind === "network") {
          // a file that was moved or changed since it was picked looks like a broken connection
          await job.file.slice(0, 1).arrayBuffer().catch(() => { throw problem("unreadable"); });
          tell("offline");
          await networkBack(wait);
        }
        else if (error.kind === "busy" && tries < TRIES) { tell("busy"); await networkBack(wait); }
        else if (error.kind === "lost" && error.moved && tries < TRIES) await sleep(wait);
        else if (error.kind === "lost" && job.address && anew++ < 1) job.address = null;
        else throw error;
        if (job.cancelled) throw error;
      }
    }
  };

  const giveUp = (job) => {
    job.cancelled = true;
    if (job.stop) job.stop();
    if (job.address) fetch(job.address, { method: "DELETE", headers: headers() }).catch(() => { /* swept later */ });
  };

  window.portalUpload = Object.assign(window.portalUpload || {}, { send, giveUp });
})();
