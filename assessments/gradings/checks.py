"""Checks of an application before it is handed in. Blocking findings stop it; others are shown to both sides."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments.choices import Method, Subject
from assessments.gradings.claims import Filled, Row
from assessments.gradings.starting import applies_to
from assessments.scoring import Standing, plain

BASICS = "basics"
_APART = 8  # of one section told one by one; of more, as in a standard of two hundred lines, their numbers


@dataclass(frozen=True)
class Finding:
    """:param section: of the form where it is mended. :param anchor: the indicator's key on that page."""

    message: str
    section: str = ""
    anchor: int = 0
    blocking: bool = True


Check = Callable[[Filled], Iterator[Finding]]


def check(filled: Filled) -> list[Finding]:
    """Everything found, in the order of the form. No query."""
    return [finding for one in CHECKS for finding in one(filled)]


def basics(filled: Filled) -> Iterator[Finding]:
    grading = filled.grading
    if not any(one.key == grading.applied_grade for one in filled.conclusions):
        yield Finding(_("还没有选申请等级。"), BASICS)
    if not grading.contact:
        yield Finding(_("没有写联系人，初核时有疑问不好联系。"), BASICS, blocking=False)


def standard_holds(filled: Filled) -> Iterator[Finding]:
    standard = filled.grading.standard
    if not standard.is_current:
        if filled.grading.number:  # handed in while it went: what was begun under a standard goes on under it
            yield Finding(_("这一版标准已经停用；申请报送在先，照常按它办完。"), blocking=False)
        else:
            yield Finding(_("这一版标准已经停用，请撤销本申请，按现行标准重新申请。"))
    fits = applies_to(standard, filled.grading.team)
    if not fits:
        yield Finding(str(fits.reason))


def answered(filled: Filled) -> Iterator[Finding]:
    empty = []
    for row, key in _by_section(filled):
        one = row.indicator
        if row.answer.not_applicable and not one.may_not_apply:
            yield Finding(_("“%(indicator)s”不能选不适用。") % {"indicator": one}, key, one.pk)
        elif row.metric is None and row.answer.value is None and one.method != Method.JUDGED and not _left_out(row):
            empty.append((row, key))
    several = _("“%(section)s”还有 %(n)d 项没有填（%(names)s）。")
    yield from _apart(filled, empty, _("“%(indicator)s”还没有填。"), several)


def judged(filled: Filled) -> Iterator[Finding]:
    rows = [
        (row, key)
        for row, key in _by_section(filled)
        if row.indicator.method == Method.JUDGED and row.answer.points is None and not _left_out(row)
    ]
    yield from _together(rows, _("有 %(n)d 项还没有自评分，可以留给专家组评（%(names)s）。"))


def proven(filled: Filled) -> Iterator[Finding]:
    """What is claimed by hand is proven by a file, or it is said why there is none. What the portal counts has its
    records; what is judged on site is proven there."""
    without, bare = [], []
    for row, key in _by_section(filled):
        one, claim = row.indicator, row.claim
        if not one.evidence or _left_out(row) or (claim is not None and filled.evidence.get(claim.pk)):
            continue
        by_hand = row.metric is None and one.method != Method.JUDGED and bool(row.answer.value)
        if by_hand and not (claim and claim.note.strip()):
            bare.append((row, key))
        elif row.metric is None:
            without.append((row, key))
    alone = _("“%(indicator)s”没有证明材料（%(evidence)s），也没有写情况说明。")
    yield from _apart(filled, bare, alone, _("“%(section)s”有 %(n)d 项没有证明材料，也没有写情况说明（%(names)s）。"))
    yield from _together(without, _("有 %(n)d 项要求证明材料，还没有传（%(names)s）；材料在纸面上的可以不传。"))


def _apart(filled: Filled, rows: list[tuple[Row, str]], alone: str, several: str) -> Iterator[Finding]:
    """Each of them; many of one section in one sentence, with the place of the first."""
    for section in filled.sections:
        own = [row.indicator for row, key in rows if key == section.key]
        if len(own) <= _APART:
            for one in own:
                yield Finding(alone % {"indicator": one, "evidence": one.evidence}, section.key, one.pk)
            continue
        words = {"section": section.title, "n": len(own), "names": _("、").join(one.code for one in own)}
        yield Finding(several % words, section.key, own[0].pk)


def _together(rows: list[tuple[Row, str]], words: str) -> Iterator[Finding]:
    """One sentence for all of them, with the place of the first."""
    if rows:
        names = _("、").join(row.indicator.code for row, _key in rows)
        first, key = rows[0]
        yield Finding(words % {"n": len(rows), "names": names}, key, first.indicator.pk, blocking=False)


def reaches(filled: Filled) -> Iterator[Finding]:
    """Told, never stopped: whether it is enough, the panel finds."""
    sheet = filled.sheet
    keys = {row.indicator.code: (key, row.indicator.pk) for row, key in _by_section(filled)}
    by_hand = {row.indicator.code for row, _key in _by_section(filled) if row.metric is None}
    for line in sheet.vetoes:
        if line.standing == Standing.UNANSWERED and line.rule.code in by_hand:
            continue  # said where it has to be filled in
        words = {"code": line.rule.code, "name": line.rule.name}
        section, anchor = keys[line.rule.code]
        yield Finding(_("一票否决项没有满足：%(code)s %(name)s。") % words, section, anchor, blocking=False)
    aim = sheet.aim
    if not filled.grading.applied_grade or aim is None:
        return
    public, professional = sheet.subjects[Subject.PUBLIC], sheet.subjects[Subject.PROFESSIONAL]
    for text, total, least in (
        (_("自评 %(total)s 分，%(grade)s要求不低于 %(least)s 分。"), sheet.total, aim.min_total),
        (_("公共科目自评 %(total)s 分，%(grade)s要求不低于 %(least)s 分。"), public, aim.min_public),
        (_("专业科目自评 %(total)s 分，%(grade)s要求不低于 %(least)s 分。"), professional, aim.min_professional),
    ):
        if least is not None and total < least:
            words = {"total": plain(total), "grade": aim.name, "least": plain(least)}
            yield Finding(text % words, blocking=False)


def _left_out(row: Row) -> bool:
    return row.answer.not_applicable


def _by_section(filled: Filled) -> Iterator[tuple[Row, str]]:
    return ((row, section.key) for section in filled.sections for row in section.scored)


CHECKS: tuple[Check, ...] = (standard_holds, basics, answered, judged, proven, reaches)
