"""What is taken out of a person's records, and out of their history, when they are anonymised; and what stays.

``CLEARED`` is the table: model → columns and what is put in their place. What it does not name stays: sex, year of
birth, division, when somebody was a member of which team, hours, kinds and dates of certificates, awards and ranks, so
that past numbers stay what they were. What hangs on a person in layers above is taken out there (``SCRUBS_PERSON``).
Names that stand in a text (the commander of a drill, the summary of a record) are no record of the person and stay:
what was said of an exercise is kept as it was filed. The history keeps who changed something and when, not what about
the person.

History, moves and the access log are append-only. The triggers that hold them are passed over here, for exactly these
rows and columns, as ``core.audit.retention`` does for rows past their time.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast, Concat, TruncYear
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from core import encryption
from core.history.as_at import events_of
from core.language import in_chinese
from core.models import AccessLog, Attachment, Notice, Upload, WorkflowEvent
from people import identity
from people.merging.merging import versioned
from people.models import (
    Application,
    Award,
    Capability,
    Certificate,
    Consent,
    Cover,
    Disclosure,
    FormerDocument,
    HourRecord,
    Mandate,
    Membership,
    Merge,
    Person,
    RankRecord,
)

_NO_PERSON: dict[str, Any] = {
    **dict.fromkeys(
        (
            "mongolian_name", "id_type", "id_cipher", "id_masked", "ethnicity", "political", "mobile", "other_phone",
            "address", "employer", "occupation", "education", "emergency_name", "emergency_relation",
            "emergency_phone", "rc_member_no", "volunteer_no", "licence_class", "clothes_size", "shoe_size", "hat_size",
            "health_cipher", "note",
        ),
        "",
    ),
    **dict.fromkeys(("id_index", "health_declared_on", "checkup_on", "user"), None),
    "skills": [],
    "languages": [],
    "birth": TruncYear("birth"),
}  # fmt: skip
CLEARED: dict[type[models.Model], dict[str, Any]] = {
    Person: _NO_PERSON,
    Membership: dict.fromkeys(("number", "group", "duty", "basis", "away_reason", "end_reason"), ""),
    Certificate: dict.fromkeys(("number", "source", "reason"), ""),
    Cover: {"end_reason": ""},
    Consent: dict.fromkeys(("guardian", "guardian_relation"), ""),
    Award: dict.fromkeys(("document_no", "end_reason"), ""),
    Mandate: {"end_reason": ""},
    HourRecord: {"end_reason": ""},
    RankRecord: dict.fromkeys(("basis", "end_reason"), ""),
    Capability: dict.fromkeys(("assessor", "end_reason"), ""),
}
_FACTS = ("left_on", "end_kind")  # of a move: what is no text


def nobody() -> Any:
    """In the place of a name; the number keeps two of them apart."""
    with in_chinese():
        return Concat(Value(_("已匿名 #")), F("pk"), output_field=models.CharField())


def scrub(people: Sequence[Person]) -> list[tuple[Any, str]]:
    """Everything of these people; returns the stored files to remove after the commit. Runs in a transaction."""
    keys = [person.pk for person in people]
    names = {person.pk: person.name for person in people}
    applications = _applications(people)
    urls = _addresses(people)
    rows = {model: list(_rows(model, keys)) for model in CLEARED}
    files = files_gone({**rows, Application: applications})
    for model, columns in CLEARED.items():
        clear(model, rows[model], columns, named="name" if model is Person else "")
    _clear_applications(applications)
    FormerDocument.objects.filter(person__in=keys).delete()
    with in_chinese():
        Merge.objects.filter(Q(kept__in=keys) | Q(ceased__in=keys)).update(before_cipher="", reason=_("（已匿名化）"))
        Notice.objects.filter(url__in=urls).update(title=_("（已匿名化）"), body="")
    _clear_moves({**rows, Application: applications})
    _clear_disclosures(people, names)
    _clear_own_hand(people, rows)
    for path in settings.SCRUBS_PERSON:
        import_string(path)(people)
    return files


# -- rows and their history -------------------------------------------------------------------------------------
def _rows(model: type[models.Model], keys: list[int]) -> Iterable[Any]:
    rows = model._default_manager.filter(**{"pk__in" if model is Person else "person__in": keys})
    return rows.values_list("pk", flat=True)


def clear(model: type[models.Model], keys: list[Any], columns: dict[str, Any], *, named: str = "") -> None:
    """The rows first, which writes their last event; then every event there is of them.

    :param named: column with the person's name, in the place of which a number stands.
    """
    names = {named: nobody()} if named else {}
    once = {"anonymised_at": timezone.now()} if model is Person else {}
    version = {"version": F("version") + 1} if versioned(model) else {}
    model._default_manager.filter(pk__in=keys).update(**columns, **names, **once, **version)
    event = events_of(model)
    there = {field.name for field in event._meta.concrete_fields}
    if named:
        with in_chinese():
            names = {named: Concat(Value(_("已匿名 #")), F("pgh_obj_id"), output_field=models.CharField())}
    told = {name: value for name, value in columns.items() if name in there}
    past_trigger(event, "append_only", lambda rows: rows.filter(pgh_obj__in=keys).update(**told, **names))


def past_trigger(model: type[models.Model], trigger: str, change: Callable[[models.QuerySet[Any]], Any]) -> None:
    """Change rows that a trigger holds."""
    with pgtrigger.ignore(f"{model._meta.app_label}.{model.__name__}:{trigger}"):
        change(model._default_manager.all())


def _applications(people: Sequence[Person]) -> list[int]:
    """Their own, by what came of it or by the document it names."""
    documents: list[Any] = [*people, *FormerDocument.objects.filter(person__in=people)]
    indexes = [index for row in documents if row.id_index for index in _indexes(row)]
    theirs = Q(membership__person__in=[person.pk for person in people]) | Q(id_index__in=indexes)
    return list(Application.objects.filter(theirs).values_list("pk", flat=True))


def _indexes(document: Person | FormerDocument) -> list[str]:
    return identity.indexes(document.id_type, encryption.decrypt(document.id_cipher))


def _clear_applications(keys: list[int]) -> None:
    with in_chinese():
        name = _("（已匿名化）")
    rows = Application.objects.filter(pk__in=keys)
    rows.update(name=name, payload_cipher="", id_index="", reason="", version=F("version") + 1)
    event = events_of(Application)
    past_trigger(event, "append_only", lambda events: events.filter(pgh_obj__in=keys).update(name=name, reason=""))


def _clear_moves(rows: dict[Any, list[Any]]) -> None:
    """Comments and texts of moves; the moves themselves, by whom and when, stay."""
    wanted = _hanging(rows)
    moves = list(WorkflowEvent.objects.filter(wanted))
    for move in moves:
        move.comment = ""
        move.facts = {key: value for key, value in move.facts.items() if key in _FACTS}
    past_trigger(
        WorkflowEvent, "append_only", lambda all_: all_.bulk_update(moves, ["comment", "facts"], batch_size=500)
    )


def _hanging(rows: dict[Any, list[Any]]) -> Q:
    wanted = Q(pk__in=[])
    for model, keys in rows.items():
        if keys:
            kind = ContentType.objects.get_for_model(model)
            wanted |= Q(content_type=kind, object_id__in=[str(key) for key in keys])
    return wanted


# -- who looked, who was told ------------------------------------------------------------------------------------
def _clear_disclosures(people: Sequence[Person], names: dict[int, str]) -> None:
    """That somebody looked stays, also in the access log; the reason and the name go. That they looked themselves goes:
    it would say whose record it was."""
    keys, own = [person.pk for person in people], {person.pk: person.user_id for person in people}
    shown = list(Disclosure.objects.filter(person__in=keys))
    past_trigger(Disclosure, "no_update", lambda rows: rows.filter(person__in=keys).update(reason=""))
    minute = timedelta(minutes=1)
    with in_chinese():
        said = {key: _("已匿名 #%(number)d") % {"number": key} for key in keys}
        by_themselves = _("（已匿名化）")
    for one in shown:
        seen = AccessLog.objects.filter(
            user=one.by_id, at__range=(one.at - minute, one.at + minute), subject=names[one.person_id]
        )
        is_own = one.by_id == own[one.person_id]
        with pgtrigger.ignore("core.AccessLog:no_update"):
            seen.update(subject=by_themselves if is_own else said[one.person_id], detail={})
    themselves = Q(pk__in=[one.pk for one in shown if one.by_id == own[one.person_id]])
    past_trigger(Disclosure, "no_delete", lambda rows: rows.filter(themselves).delete())


def _clear_own_hand(people: Sequence[Person], rows: dict[Any, list[Any]]) -> None:
    """Who changed something stays, but not where they did it themselves: their account goes by their name."""
    users = [person.user_id for person in people if person.user_id]
    if not users:
        return
    with in_chinese():
        nobody_now = {"user": None, "user_name": _("本人"), "url": "", "address": ""}
    forgotten = CombinedExpression(F("pgh_context"), "||", Value(nobody_now, models.JSONField()), models.JSONField())
    for model, keys in rows.items():
        event = events_of(model)
        theirs = Q(pgh_obj__in=keys, pgh_context__user__in=users)
        past_trigger(event, "append_only", partial(_updated, which=theirs, pgh_context=forgotten))
    wanted = _hanging(rows)
    past_trigger(WorkflowEvent, "append_only", lambda all_: all_.filter(wanted, by__in=users).update(by=None))


def _updated(rows: models.QuerySet[Any], which: Q, **columns: Any) -> int:
    return rows.filter(which).update(**columns)


def _addresses(people: Sequence[Person]) -> list[str]:
    """Pages that notices about these people lead to."""
    theirs = Certificate.objects.filter(person__in=[person.pk for person in people])
    records: list[Any] = [*people, *theirs]
    return [record.get_absolute_url() for record in records]


# -- files -------------------------------------------------------------------------------------------------------
def files_gone(rows: dict[type[models.Model], list[Any]]) -> list[tuple[Any, str]]:
    """Photos and scans of these records: ended, renamed, and no longer naming a stored file; what is stored then goes,
    by the caller after the commit, or by the nightly sweep of files that no row names."""
    wanted = _hanging(rows)
    found = list(Attachment.objects.filter(wanted))
    stored = [(row.file.storage, str(row.file.name)) for row in found]
    unfinished = Upload.objects.filter(wanted)
    stored += [(default_storage, piece) for row in unfinished for piece in row.pieces]
    unfinished.delete()
    with in_chinese():
        name, reason = _("（已匿名化）"), _("人员已匿名化，文件已删除")
    keys = [row.pk for row in found]
    gone: dict[str, Any] = {"name": name, "size": 0, "sha256": _own("gone-"), "file": _own("gone/")}
    ended = {"ended_at": timezone.now(), "end_reason": reason}
    past_trigger(Attachment, "frozen", lambda all_: all_.filter(pk__in=keys).update(**gone, **ended))
    event = events_of(Attachment)
    then = {key: value for key, value in gone.items() if key in ("name", "size")} | {"file": "gone", "sha256": "gone"}
    past_trigger(event, "append_only", lambda events: events.filter(pgh_obj__in=keys).update(**then))
    return stored


def _own(prefix: str) -> Concat:
    return Concat(Value(prefix), Cast("id", models.CharField()), output_field=models.CharField())
