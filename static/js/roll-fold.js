/* What the marks of one person come to, equal to training/roll/folding.py: tests/training/fold_cases.json goes through both.
   marks: [{id, kind, method, at}], times in milliseconds. Sets window.rollFold. */
window.rollFold = (marks, startsAt, endsAt, grace) => {
  let stretches = [], presence = "", method = "";
  const order = (a, b) => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  for (const mark of Array.from(marks).sort(order)) {
    if (mark.kind === "arrived") {
      if (presence !== "present") { stretches = []; method = mark.method; }
      presence = "present";
      if (!stretches.length || stretches[stretches.length - 1][1] !== null) stretches.push([mark.at, null]);
    } else if (mark.kind === "left") {
      // whoever leaves was there: who was never marked present, from the beginning
      if (presence !== "present") { stretches = [[startsAt, null]]; presence = "present"; method = mark.method; }
      const last = stretches[stretches.length - 1];
      last[1] = last[1] === null ? mark.at : Math.max(last[1], mark.at);
    } else {
      presence = mark.kind === "leave" || mark.kind === "absent" ? mark.kind : "";
      stretches = [];
      method = presence ? mark.method : "";
    }
  }
  if (presence !== "present") return { presence, arrivedAt: null, leftAt: null, method, minutes: 0 };
  const within = ([begun, ended]) => Math.max(0, Math.min(ended === null ? endsAt : ended, endsAt) - (begun <= startsAt + grace ? startsAt : begun));
  // nobody arrives when all is over: the roll was taken afterwards; whoever scans the poster then shows nothing by it
  const afterwards = stretches[0][0] >= endsAt && method !== "poster";
  const counted = afterwards ? [[startsAt, stretches[0][1]]] : stretches;
  const spent = counted.reduce((sum, stretch) => sum + within(stretch), 0);
  return { presence, arrivedAt: stretches[0][0], leftAt: stretches[stretches.length - 1][1], method, minutes: Math.floor(spent / 60000) };
};
