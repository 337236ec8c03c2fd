"""The history of a person in one line of time: facts, documents, teams, consents. Masked like everything else."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils.translation import gettext as _

from core import masking
from core.history.as_at import events_of
from core.history.changes import Change, changes_of_several, events_for
from core.models import WorkflowEvent
from core.together import together
from people.models import Consent, FormerDocument, Membership, Merge, Person
from people.person_cards import HEALTH_DAYS, PHONES, SEALED
from people.workflow import MEMBERSHIP

MOST = 60


def story(person: Person, memberships: Sequence[Membership], *, sees_sealed: bool) -> list[dict[str, Any]]:
    """Newest first, in the shape ``generic/_history.html`` reads. Only what the reader may see of the person.

    Two queries: everything that is told, and the names of the records it points to.
    """
    read = _read(person, memberships)
    events = [[event for event in read["belonging"] if event.pgh_obj_id == row.pk] for row in memberships]
    told: list[tuple[Membership, list[Any], dict[str, Any]]] = [
        (row, found[: MOST + 1], {}) for row, found in zip(memberships, events, strict=True)
    ]
    of_person, *of_memberships = changes_of_several(
        (person, read["events"], dict.fromkeys(PHONES, masking.phone)), *told, most=MOST
    )
    entries = [*_facts(of_person, sees_sealed), *_documents(read), *_consents(person, read["consents"])]
    entries += _merges(person, read["merges"])
    for membership, changes in zip(memberships, of_memberships, strict=True):
        moves = [event for event in read["moves"] if event.object_id == str(membership.pk)]
        entries += _membership(membership, changes, moves[:MOST])
    return sorted(entries, key=lambda entry: entry["at"], reverse=True)


def _read(person: Person, memberships: Sequence[Membership]) -> dict[str, list[Any]]:
    event = events_of(Membership)
    keys = [row.pk for row in memberships]
    moves = WorkflowEvent.objects.filter(content_type=ContentType.objects.get_for_model(Membership))
    documents = person.tracked_events.order_by("-pgh_id")  # type: ignore[attr-defined]
    return together(
        events=events_for(person, MOST),
        documents=documents.values("pgh_created_at", "pgh_context", "id_type", "id_masked")[:MOST],
        former=FormerDocument.objects.filter(person=person).order_by("ended_at").only("id_masked", "reason"),
        consents=Consent.objects.filter(person=person).select_related("text", "recorded_by"),
        merges=Merge.objects.filter(Q(kept=person) | Q(ceased=person)).select_related("by", "undone_by"),
        belonging=event.objects.filter(pgh_obj__in=keys).order_by("-pgh_id"),
        moves=moves.filter(object_id__in=map(str, keys)).select_related("by"),
    )


def _facts(changes: Iterable[Change], sees_sealed: bool) -> list[dict[str, Any]]:
    hidden = () if sees_sealed else tuple(_label(name) for name in (*SEALED, *HEALTH_DAYS))
    shown = []
    for change in changes:
        entry = change.shown()
        lines = [line for line in entry["changes"] if line["label"] not in hidden and (line["old"] or line["new"])]
        label = _("建立档案") if change.label == "insert" else _("修改资料")
        if lines or change.label == "insert":
            shown.append(entry | {"label": label, "changes": lines})
    return shown


def _label(name: str) -> str:
    field: Any = Person._meta.get_field(name)
    return str(field.verbose_name)


def _documents(read: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Documents that were replaced: the mask before and after, by whom, why."""
    reasons = {row.id_masked: row.reason for row in read["former"]}
    entries = []
    for event, before in pairwise(read["documents"]):
        old, new = before["id_masked"], event["id_masked"]
        if (old, before["id_type"]) == (new, event["id_type"]):
            continue
        line = {"label": _("证件号码"), "old": old, "new": new}
        who = (event["pgh_context"] or {}).get("user_name", "")
        entries.append(_entry(event["pgh_created_at"], who, _("更换或更正证件"), reasons.get(old, ""), [line]))
    return entries


def _membership(membership: Membership, changes: list[Change], moves: list[WorkflowEvent]) -> list[dict[str, Any]]:
    """Facts of one membership, and its moves with what was said."""
    team = membership.organization.short_name
    entries = []
    for change in changes:
        label = _("%(team)s：加入") if change.label == "insert" else _("%(team)s：修改队籍")
        lines = [line for line in change.shown()["changes"] if line["label"] != str(Person._meta.verbose_name)]
        if lines:  # a merge gives the row to another record, which is told by itself
            entries.append(change.shown() | {"label": label % {"team": team}, "changes": lines})
    for event in moves:
        label = _("%(team)s：%(move)s") % {"team": team, "move": MEMBERSHIP.label(event.action)}
        entry = _entry(event.at, str(event.by or _("系统")), label, masking.mask_text(event.comment))
        entries.append(entry | {"for_whom": event.acting_for})
    return entries


def _consents(person: Person, consents: Iterable[Consent]) -> list[dict[str, Any]]:
    entries = []
    for consent in consents:
        who = str(consent.recorded_by or person)
        words = {"text": consent.text, "how": consent.get_channel_display()}
        entries.append(_entry(consent.given_at, who, _("同意：%(text)s（%(how)s）") % words))
        if consent.withdrawn_at:
            entries.append(_entry(consent.withdrawn_at, "", _("撤回同意：%(text)s") % words))
    return entries


def _merges(person: Person, merges: Iterable[Merge]) -> list[dict[str, Any]]:
    entries = []
    for merge in merges:
        gone = merge.ceased_id == person.pk
        label = _("合并：并入档案 %(number)d") if gone else _("合并：档案 %(number)d 并入")
        words = {"number": merge.kept_id if gone else merge.ceased_id}
        entries.append(_entry(merge.at, str(merge.by), label % words, merge.reason))
        if merge.undone_at:
            entries.append(_entry(merge.undone_at, str(merge.undone_by), _("撤销合并：档案 %(number)d") % words))
    return entries


def _entry(at: Any, who: str, label: str, comment: str = "", changes: Any = ()) -> dict[str, Any]:
    return {
        "at": at, "who": who or _("系统"), "for_whom": "", "label": label, "comment": masking.mask_text(comment),
        "changes": list(changes),
    }  # fmt: skip
