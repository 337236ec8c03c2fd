"""批注: what a reviewer says about single fields. Kept as it is typed, shown to colleagues, sent with the return.

A comment belongs to the office at whose step it was written. What goes back to the author's side is what stands in the
rows at that instant (``take``), so no caller can forget one or send one that nobody wrote.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import User
from teams.choices import MANAGEMENT, ExitTask
from teams.facts import label_of
from teams.filings.proposal import Proposal
from teams.models import FieldComment, Filing, PaperKind

LONGEST = 500


def commentable(filing: Filing) -> set[str]:
    """Everything a comment can be about: facts, the two management roles, papers, lines of the exit checklist."""
    names = set(Proposal.of(filing).names)
    if Proposal.of(filing).asks_facts:
        names |= {f"posts.{role.value}" for role in MANAGEMENT}
    else:
        names |= {f"exit.{task.value}" for task in ExitTask}
    return names | {"papers"} | {f"papers.{key}" for key in PaperKind.objects.values_list("key", flat=True)}


def put(filing: Filing, field: str, text: str, *, by: User) -> FieldComment | None:
    """Write, change or, with nothing in it, end the comment on one field. The caller holds the filing's lock.

    :raises ValidationError: for a field the filing does not have, or a text too long.
    """
    if field not in commentable(filing):
        raise ValidationError(_("没有这个项目，请刷新页面后再试。"), code="field")
    text = " ".join(text.replace("\x00", "").split())
    if len(text) > LONGEST:
        raise ValidationError(_("批注最多 %(most)d 字。") % {"most": LONGEST}, code="long")
    there: FieldComment | None = filing.comments.drafted().filter(field=field).first()
    if there is not None and there.text == text:
        return there
    if there is None:
        return FieldComment.objects.create(
            filing=filing, round_no=filing.round_no, field=field, text=text, by=by
        ) if text else None  # fmt: skip
    if text:
        there.text, there.by = text, by
    else:
        there.ended_at = timezone.now()
    there.save()
    return there if text else None


def take(filing: Filing, by: User, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Send the drafts with a return: field → text, in the order they were written.

    :param given: comments that come with the move itself (API); they are written down first, like any other.
    """
    for field, text in (given or {}).items():
        put(filing, field, text, by=by)
    rows = list(filing.comments.drafted())
    filing.comments.filter(pk__in=[row.pk for row in rows]).update(sent_at=timezone.now())
    return {row.field: row.text for row in rows}


def drop(filing: Filing) -> None:
    """End the drafts of a step that is behind: they were this office's notes and go to nobody."""
    filing.comments.drafted().update(ended_at=timezone.now())


def drafts_of(filing: Filing) -> dict[str, Any]:
    """Field → draft comment, with who wrote it."""
    return {row.field: row for row in filing.comments.drafted().select_related("by")}


def labels_of(names: Iterable[str]) -> dict[str, str]:
    """How the fields are called; one query when papers are among them, however many."""
    names = list(names)
    papers = [name.partition(".")[2] for name in names if name.startswith("papers.")]
    kinds = dict(PaperKind.objects.filter(pk__in=papers).values_list("pk", "name")) if papers else {}
    return {
        name: _("材料：%(paper)s") % {"paper": kinds.get(name[7:], name[7:])}
        if name.startswith("papers.")
        else label_of(name)
        for name in names
    }


def labelled(comments: Iterable[FieldComment]) -> list[dict[str, Any]]:
    """Comments as ``{field, label, text, by}``."""
    rows = list(comments)
    labels = labels_of(row.field for row in rows)
    return [{"field": row.field, "label": labels[row.field], "text": row.text, "by": row.by} for row in rows]
