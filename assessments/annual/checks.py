"""What keeps a year's report from being handed in, and what is worth a look."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.annual.answers import TEAM, Basis, basis_of, sheet
from assessments.annual.scores import unanswered
from assessments.annual.sections import SCORES, SECTIONS, section_named, text_of
from assessments.annual.snapshot_occasions import is_over
from assessments.models import Indicator, Review, ReviewScore
from assessments.scoring import Standing
from core.models import Attachment

SHOWN = 8


@dataclass(frozen=True)
class Finding:
    """:param url: where it is put right. :param blocking: stops the hand-in. :param kept: is told to whoever scores as
    well; what they see by themselves is not."""

    message: str
    url: str = ""
    blocking: bool = True
    kept: bool = True


def check(review: Review, basis: Basis | None = None, files: Mapping[int, int] | None = None) -> list[Finding]:
    """Everything that is found, blocking first. Two queries without ``basis`` and ``files``."""
    basis = basis or basis_of(review)
    files = files if files is not None else evidence_of(basis)
    found = [
        *_day(review, basis), *_words(review), *_read(review), *_reporter(review), *_answers(review, basis),
        *_notes(review, basis), *_evidence(review, basis, files), *_vetoes(review, basis),
    ]  # fmt: skip
    return sorted(found, key=lambda finding: not finding.blocking)


def url_of(review: Review, name: str) -> str:
    """Where a section, a line (``i<key>``) or the files are put right."""
    if section_named(name):
        return reverse("assessments:review_edit", args=[review.pk, name])
    if name == "files":
        return reverse("assessments:review_files", args=[review.pk])
    return f"{reverse('assessments:review_self', args=[review.pk])}#{name}"


def _day(review: Review, basis: Basis) -> Iterator[Finding]:
    if not is_over(review.campaign):
        words = {"day": review.campaign.data_until}
        yield Finding(_("全年的数据截止到 %(day)s，从那一天起才能报送；现在可以先写。") % words)


def _words(review: Review) -> Iterator[Finding]:
    for section in SECTIONS:
        if section.needed and not text_of(review, section.key).strip():
            yield Finding(_("“%(section)s”还没有写。") % {"section": section.title}, url_of(review, section.key))


def _read(review: Review) -> Iterator[Finding]:
    if review.carried:
        titles = [str(section.title) for section in SECTIONS if section.key in review.carried]
        names = _("、").join([*titles, *([_("自评")] if SCORES in review.carried else [])])
        words = {"n": len(review.carried), "names": names}
        said = _("有 %(n)d 处是带出的初稿，请看过再确认：%(names)s。") % words
        yield Finding(said, reverse("assessments:review_confirm", args=[review.pk]))


def _reporter(review: Review) -> Iterator[Finding]:
    if not review.reporter:
        yield Finding(_("还没有写述职人。"), f"{review.get_absolute_url()}#reporter")


def _answers(review: Review, basis: Basis) -> Iterator[Finding]:
    missing = unanswered(basis, TEAM)
    if not is_over(review.campaign) and basis.snapshot is None:
        missing = [one for one in missing if not one.metric]  # these will be read from the records
    for indicator in missing[:SHOWN]:
        yield Finding(_("“%(line)s”还没有自评。") % {"line": indicator}, url_of(review, f"i{indicator.pk}"))
    if len(missing) > SHOWN:
        rest = _("另有 %(n)d 项还没有自评。") % {"n": len(missing) - SHOWN}
        yield Finding(rest, reverse("assessments:review_self", args=[review.pk]))


def _notes(review: Review, basis: Basis) -> Iterator[Finding]:
    """Whoever says another number than the records says why."""
    for indicator in unexplained(basis, TEAM):
        words = {"line": indicator}
        yield Finding(_("“%(line)s”填的与自动统计不同，请写明原因。") % words, url_of(review, f"i{indicator.pk}"))


def unexplained(basis: Basis, side: str) -> list[Indicator]:
    """Lines of a side that say another number than the records, without a word why."""
    found = []
    for indicator in basis.scored:
        row, frozen = basis.row(side, indicator), basis.frozen(indicator)
        if row is None or frozen is None or row.note.strip():
            continue
        if row.not_applicable or (row.value is not None and row.value != frozen):
            found.append(indicator)
    return found


def evidence_of(basis: Basis) -> dict[int, int]:
    """Indicator → number of files the team put with its line. One query."""
    lines = {str(row.pk): key for key, row in basis.rows.get(TEAM, {}).items()}
    found: dict[int, int] = {}
    for pk in evidence_rows(basis).values_list("object_id", flat=True):
        found[lines[pk]] = found.get(lines[pk], 0) + 1
    return found


def evidence_rows(basis: Basis) -> "QuerySet[Attachment]":
    keys = [str(row.pk) for row in basis.rows.get(TEAM, {}).values()]
    kind = ContentType.objects.get_for_model(ReviewScore)
    return Attachment.objects.current().filter(content_type=kind, object_id__in=keys).order_by("uploaded_at")


def _evidence(review: Review, basis: Basis, files: Mapping[int, int]) -> Iterator[Finding]:
    asked = [one for one in basis.by_hand() if one.evidence and not files.get(one.pk) and _claims(basis, one)]
    if asked:
        names = _("、").join(one.code for one in asked)
        words = {"n": len(asked), "names": names}
        said = _("有 %(n)d 项要求证明材料，还没有传（%(names)s）；材料在纸面上的可以不传。") % words
        yield Finding(said, url_of(review, f"i{asked[0].pk}"), blocking=False, kept=False)


def _claims(basis: Basis, indicator: Indicator) -> bool:
    answer = basis.answer(TEAM, indicator)
    return answer is not None and bool(answer.value or answer.points)


def _vetoes(review: Review, basis: Basis) -> Iterator[Finding]:
    if basis.snapshot is None and not is_over(review.campaign):
        return
    best = next(iter(basis.rules.bars), None)
    for line in sheet(review, TEAM, basis, aim=best.key).vetoes if best else ():
        if line.standing == Standing.UNANSWERED:
            continue  # asked for already
        pk = next(one.pk for one in basis.scored if one.code == line.rule.code)
        words = {"line": f"{line.rule.code} {line.rule.name}", "result": best.name if best else ""}
        said = _("按自评，“%(line)s”是一票否决，评不上“%(result)s”。") % words
        yield Finding(said, url_of(review, f"i{pk}"), blocking=False)
