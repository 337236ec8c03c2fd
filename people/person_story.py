"""The history of a person in one line of time: facts, documents, teams, consents. Masked like everything else."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from core import masking
from core.history import changes_of
from core.models import WorkflowEvent
from people.models import Consent, FormerDocument, Membership, Person
from people.person_cards import HEALTH_DAYS, PHONES, SEALED
from people.workflow import MEMBERSHIP

MOST = 60


def story(person: Person, memberships: Iterable[Membership], *, sees_sealed: bool) -> list[dict[str, Any]]:
    """Newest first, in the shape ``generic/_history.html`` reads. Only what the reader may see of the person."""
    entries = [*_facts(person, sees_sealed), *_documents(person), *_consents(person)]
    for membership in memberships:
        entries += _membership(membership)
    return sorted(entries, key=lambda entry: entry["at"], reverse=True)


def _facts(person: Person, sees_sealed: bool) -> list[dict[str, Any]]:
    hidden = () if sees_sealed else tuple(_label(name) for name in (*SEALED, *HEALTH_DAYS))
    shown = []
    for change in changes_of(person, masked=dict.fromkeys(PHONES, masking.phone), most=MOST):
        entry = change.shown()
        lines = [line for line in entry["changes"] if line["label"] not in hidden and (line["old"] or line["new"])]
        label = _("建立档案") if change.label == "insert" else _("修改资料")
        if lines or change.label == "insert":
            shown.append(entry | {"label": label, "changes": lines})
    return shown


def _label(name: str) -> str:
    field: Any = Person._meta.get_field(name)
    return str(field.verbose_name)


def _documents(person: Person) -> list[dict[str, Any]]:
    """Documents that were replaced: the mask before and after, by whom, why."""
    reasons = {row.id_masked: row.reason for row in FormerDocument.objects.filter(person=person).order_by("ended_at")}
    events = person.tracked_events.order_by("-pgh_id").values("pgh_created_at", "pgh_context", "id_type", "id_masked")  # type: ignore[attr-defined]
    found = list(events[:MOST])
    entries = []
    for event, before in pairwise(found):
        old, new = before["id_masked"], event["id_masked"]
        if (old, before["id_type"]) == (new, event["id_type"]):
            continue
        line = {"label": _("证件号码"), "old": old, "new": new}
        who = (event["pgh_context"] or {}).get("user_name", "")
        entries.append(_entry(event["pgh_created_at"], who, _("更换或更正证件"), reasons.get(old, ""), [line]))
    return entries


def _membership(membership: Membership) -> list[dict[str, Any]]:
    """Facts of one membership, and its moves with what was said."""
    team = membership.organization.short_name
    entries = []
    for change in changes_of(membership, most=MOST):
        label = _("%(team)s：加入") if change.label == "insert" else _("%(team)s：修改队籍")
        lines = [line for line in change.shown()["changes"] if line["label"] != str(Person._meta.verbose_name)]
        entries.append(change.shown() | {"label": label % {"team": team}, "changes": lines})
    for event in WorkflowEvent.objects.of(membership).select_related("by")[:MOST]:
        label = _("%(team)s：%(move)s") % {"team": team, "move": MEMBERSHIP.move(event.action).label}
        entry = _entry(event.at, str(event.by or _("系统")), label, masking.mask_text(event.comment))
        entries.append(entry | {"for_whom": event.acting_for})
    return entries


def _consents(person: Person) -> list[dict[str, Any]]:
    entries = []
    for consent in Consent.objects.filter(person=person).select_related("text", "recorded_by"):
        who = str(consent.recorded_by or person)
        words = {"text": consent.text, "how": consent.get_channel_display()}
        entries.append(_entry(consent.given_at, who, _("同意：%(text)s（%(how)s）") % words))
        if consent.withdrawn_at:
            entries.append(_entry(consent.withdrawn_at, "", _("撤回同意：%(text)s") % words))
    return entries


def _entry(at: Any, who: str, label: str, comment: str = "", changes: Any = ()) -> dict[str, Any]:
    return {
        "at": at, "who": who or _("系统"), "for_whom": "", "label": label, "comment": masking.mask_text(comment),
        "changes": list(changes),
    }  # fmt: skip
