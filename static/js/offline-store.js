/* What the device keeps of a page that works without network (IndexedDB). Two stores apart: the sheet as the server had it,
   with names and server marks, which goes with the sign-out, and the marks made here, which stay until the server has
   them. Every entry carries the account it belongs to. Each kind of page (data-offline: "roll", "scoring") has its own.
   Sets window.offlineStore. */
window.offlineStore = (() => {
  const kind = document.body.dataset.offline;
  const open = (name, build) => new Promise((done, fail) => {
    const asked = indexedDB.open(name, 1);
    asked.onupgradeneeded = () => build(asked.result);
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close();
      done(asked.result);
    };
    asked.onerror = () => fail(asked.error);
  });
  const settled = (request) => new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
  // Done only when it is on the disk: "complete", not the success of the request.
  const written = (database, store, act) => new Promise((done, fail) => {
    const change = database.transaction(store, "readwrite");
    change.oncomplete = () => done();
    change.onerror = change.onabort = () => fail(change.error);
    act(change.objectStore(store));
  });

  // What the disk does not take (a private window, no room left): it lasts as long as the page, and the page says so.
  const memory = new Map(), gone = new Set();
  let fails = false;
  const marks = () => open(`${kind}-marks`, (database) => database.createObjectStore("marks", { keyPath: "id" }));
  const names = () => open(`${kind}-names`, (database) => database.createObjectStore("sheets", { keyPath: "key" }));
  const using = async (which, act) => {
    const database = await which();
    try { return await act(database); } finally { database.close(); }
  };
  const put = async (mark) => {
    try {
      await using(marks, (database) => written(database, "marks", (store) => store.put(mark)));
      memory.delete(mark.id);
    } catch {
      fails = true;
      memory.set(mark.id, mark);
    }
  };
  const all = async () => {
    let kept = [];
    try {
      kept = await using(marks, (database) => settled(database.transaction("marks").objectStore("marks").getAll()));
    } catch {
      fails = true;
    }
    const known = new Map([...kept, ...memory.values()].map((mark) => [mark.id, mark]));
    return Array.from(known.values()).filter((mark) => !gone.has(mark.id));
  };
  const remove = async (ids) => {
    ids.forEach((id) => { memory.delete(id); gone.add(id); }); // gone also where the disk does not let go of it
    await using(marks, (database) => written(database, "marks", (store) => ids.forEach((id) => store.delete(id)))).catch(() => {});
  };

  return {
    put,
    all,
    remove,
    isKept: () => !fails,
    sheet: (key) => using(names, (database) => settled(database.transaction("sheets").objectStore("sheets").get(key))).catch(() => null),
    keepSheet: (entry) => using(names, (database) => written(database, "sheets", (store) => store.put(entry))).catch(() => {}),
    /* What is long over, and what is another account's, goes. */
    prune: (user, now) => using(names, (database) => written(database, "sheets", (store) => {
      store.openCursor().onsuccess = (event) => {
        const cursor = event.target.result;
        if (!cursor) return;
        if (cursor.value.user !== user || cursor.value.until < now) cursor.delete();
        cursor.continue();
      };
    })).catch(() => {}),
  };
})();
