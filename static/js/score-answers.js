/* What an assessor's scores come to: of each indicator the latest counts, of the server's and those still on this device;
   equal to assessments/panel/folding.py. And answers in words. Sets window.scoreAnswers. */
window.scoreAnswers = (() => {
  const words = document.getElementById("score-words").dataset;
  const fill = (text, n) => text.replace("{n}", n);
  const EMPTY = { value: null, points: null, not_applicable: false, note: "" };
  const isEmpty = ({ value, points, not_applicable: away }) => value === null && points === null && !away;

  /* indicator → {answer, waits}; answer also where it was taken back. */
  const standing = (sheet, unsent, shift) => {
    const marks = sheet.marks.map((mark) => ({ ...mark, at: Date.parse(mark.at), waits: false }));
    const known = new Set(marks.map((mark) => mark.id));
    for (const mark of unsent) {
      if (mark.grading === sheet.grading.id && !known.has(mark.id)) marks.push({ ...mark, at: Date.parse(mark.at) + shift * 1000, waits: true });
    }
    const found = new Map();
    for (const { indicator, at, waits, value, points, not_applicable, note } of marks.sort((a, b) => a.at - b.at || a.waits - b.waits)) {
      found.set(indicator, { answer: { value: value ?? null, points: points ?? null, not_applicable: Boolean(not_applicable), note: note || "" }, at, waits });
    }
    return found;
  };
  const same = (one, other) => one.value === other.value && one.points === other.points && one.not_applicable === other.not_applicable && one.note === other.note;
  const told = (indicator, { value, points, not_applicable: away }) => {
    if (away) return words.na;
    if (points !== null) return fill(words.points, points);
    if (value === null) return words.cleared;
    return indicator.method === "yes_no" ? (Number(value) >= 1 ? words.yes : words.no) : `${value} ${indicator.unit}`.trim();
  };
  /* Why the server would not take it; empty: it would. */
  const wrong = (indicator, answer) => {
    const text = indicator.method === "judged" ? answer.points : answer.value;
    if (answer.not_applicable || text === null) return "";
    if (!/^\d{1,11}(\.\d{1,2})?$/.test(text)) return words.number;
    if (indicator.method === "judged" && Number(text) > Number(indicator.points)) return fill(words.range, indicator.points);
    if (indicator.method === "deduction" && Number(text) % 1) return words.whole;
    const frozen = indicator.claim?.frozen;
    return frozen && Number(text) !== Number(frozen) && !answer.note ? fill(words.why, `${frozen} ${indicator.unit}`.trim()) : "";
  };
  /* As the server writes numbers, so that the same answer is not sent twice. */
  const plain = (text) => {
    const clean = text.trim().replace(/[．。]/g, ".").replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0));
    return /^\d{1,11}(\.\d{1,2})?$/.test(clean) ? String(Number(clean)) : clean;
  };
  return { EMPTY, isEmpty, standing, same, told, wrong, plain, fill, words };
})();
