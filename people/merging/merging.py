"""Makes two records of one human being one, in one transaction, so that it can be taken back (``unmerging``).

What hung on the record that ceases moves to the one that is kept. It stays where it is, and is read through
``merged_into``, where moving is impossible: disclosures and marks of a roll (append-only), a consent or a cover the
kept record has too, a place on the list of an activity on which both are.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import encryption
from core.decisions import Decision
from core.language import as_stored
from core.models import Attachment
from organizations.models import User
from organizations.roles import Right
from people import identity
from people.choices import EndKind
from people.merging.twins import PARTS, has, photos, same
from people.models import (
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
from people.models.person import PHOTO
from people.workflow import MEMBERSHIP

PLAIN = (Certificate, HourRecord, Award, Mandate, RankRecord, Capability)
MOVED = (Membership, Cover, Consent, FormerDocument, *PLAIN)
STAYS = (Disclosure, Merge)


@dataclass(frozen=True)
class Hanging:
    """What only changes whose it is. ``field`` leads to the person."""

    model: type[models.Model]
    field: str = "person"

    @property
    def label(self) -> str:
        label = self.model._meta.label_lower
        return label if self.field == "person" else f"{label}.{self.field}"

    def movable(self, ceased: Person, kept: Person) -> QuerySet[Any]:
        """Rows of ``ceased`` that can be given to ``kept``. A queryset that has ``movable_to`` says which: where only
        one row may be the person's, the kept record's stays, and the other is read through ``merged_into``."""
        rows: Any = self.model._default_manager.filter(**{self.field: ceased})
        return rows.movable_to(kept) if hasattr(rows, "movable_to") else rows


def hanging() -> list[Hanging]:
    """Also of layers above (``HANGS_ON_PERSON``: ``app.Model`` or ``app.Model.field``)."""
    return [*(Hanging(model) for model in PLAIN), *(_hanging(label) for label in settings.HANGS_ON_PERSON)]


def _hanging(label: str) -> Hanging:
    app, model, *field = label.split(".")
    return Hanging(apps.get_model(app, model), *field)


def staying() -> list[type[models.Model]]:
    """What names the record it was written for, for ever, and is read through ``merged_into``."""
    return [*STAYS, *(apps.get_model(label) for label in settings.STAYS_ON_PERSON)]


def held(people: Iterable[Person]) -> list[tuple[str, dict[int, int]]]:
    """What hangs on the people, in words, and how many of it on each; kinds of which none has any are left out. One
    query."""
    kinds = [Hanging(Membership), Hanging(Cover), Hanging(Consent), *hanging()]
    keys = [person.pk for person in people]
    counts: dict[str, Any] = {}
    for number, kind in enumerate(kinds):
        rows = kind.model._base_manager.filter(**{kind.field: OuterRef("pk")}).order_by().values(kind.field)
        count = Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
        counts[f"n_{number}"] = Coalesce(count, 0)
    found = Person.objects.filter(pk__in=keys).annotate(**counts).values("pk", *counts)
    told = {row["pk"]: row for row in found}
    lines = [
        (str(kind.model._meta.verbose_name), {key: told[key][f"n_{number}"] for key in keys})
        for number, kind in enumerate(kinds)
    ]
    return [line for line in lines if any(line[1].values())]


def may_merge(kept: Person, ceased: Person, user: User) -> Decision:
    """Verifies at a team of each."""
    first = kept.may(user, Right.VERIFY_MEMBER)
    return ceased.may(user, Right.VERIFY_MEMBER) if first else first


def kept_instead(pk: int) -> Person | None:
    """The record into which the one of this number was merged; the caller asks whether it may be seen."""
    ceased = Person.objects.filter(pk=pk).exclude(merged_into=None).select_related("merged_into").first()
    return ceased.merged_into if ceased else None


def merges_visible_to(user: User) -> QuerySet[Merge]:
    return Merge.objects.filter(kept__in=Person.objects.visible_to(user)).select_related("kept", "ceased", "by")


@transaction.atomic
def merge(
    kept: Person,
    ceased: Person,
    *,
    taken: Collection[str],
    by: User,
    reason: str,
    document_reason: str = "",
    versions: tuple[int, int] | None = None,
) -> Merge:
    """Merge ``ceased`` into ``kept``.

    :param taken: names of ``twins.PARTS``, or ``photo``, whose value comes from the record that ceases.
    :param document_reason: why one human being has two documents; asked where both records have one.
    :param versions: of the two records as they were compared.
    :raises ValidationError: they are one already, have changed since, or something has to be cleared first.
    """
    kept, ceased = _locked(kept, ceased, versions)
    _check(kept, ceased, reason, document_reason)
    photo_wins = PHOTO in taken or not photos(kept).exists()
    wanted = [part for part in PARTS if part in taken or not has(kept, part)]
    taken = [part for part in wanted if has(ceased, part) and not same(kept, ceased, part)]
    made = Merge(kept=kept, ceased=ceased, by=by, reason=reason.strip()[:200], chosen=taken)
    made.before_cipher = encryption.encrypt(json.dumps(_open_values(kept, taken), ensure_ascii=False, default=str))
    made.moved = {**_move(kept, ceased, by), **_move_photos(kept, ceased, photo_wins)}
    made.moved["former"] = _keep_document(kept, ceased, "document" in taken, document_reason)
    _take(kept, ceased, taken, gone={"document", *taken} if made.moved["former"] else taken)
    made.moved["user"] = kept.user_id
    made.save()
    return made


# -- before -------------------------------------------------------------------------------------------------
def _locked(kept: Person, ceased: Person, versions: tuple[int, int] | None) -> tuple[Person, Person]:
    """Both rows, locked in the order of their keys: two who merge the same pair the other way round meet in a queue."""
    rows = Person.objects.select_for_update(of=("self",)).filter(pk__in=[kept.pk, ceased.pk]).order_by("pk")
    there = {person.pk: person for person in rows}
    first, second = there[kept.pk], there[ceased.pk]
    if versions and versions != (first.version, second.version):
        raise ValidationError(_("您打开之后，别人改过其中一份档案，请重新对照。"), code="stale")
    return first, second


def _check(kept: Person, ceased: Person, reason: str, document_reason: str) -> None:
    if kept.pk == ceased.pk:
        raise ValidationError(_("这是同一份档案。"), code="same")
    if kept.merged_into_id or ceased.merged_into_id:
        raise ValidationError(_("这两份档案已经合并过了。"), code="done")
    if kept.anonymised_at or ceased.anonymised_at:
        raise ValidationError(_("其中一份档案已经匿名化，不能合并。"), code="anonymised")
    if not reason.strip():
        raise ValidationError({"reason": _("请写明怎么知道是同一个人。")})
    two = has(kept, "document") and has(ceased, "document") and not same(kept, ceased, "document")
    if two and not document_reason.strip():
        raise ValidationError({"document_reason": _("两份档案的证件不同，请写明为什么是同一个人的。")})


def _values(person: Person, parts: Collection[str]) -> dict[str, Any]:
    return {column: getattr(person, column) for part in parts for column in columns(part)}


def _open_values(person: Person, parts: Collection[str]) -> dict[str, Any]:
    """The same with what is sealed opened: the whole is sealed again, and only the outside follows a change of key."""
    values = _values(person, parts)
    values.pop("id_index", None)
    return {name: encryption.decrypt(value) if name.endswith("_cipher") else value for name, value in values.items()}


def put_back(person: Person, values: dict[str, Any]) -> None:
    """Undo of the above; saves nothing."""
    for column, value in values.items():
        if column.endswith("_cipher"):
            setattr(person, column, encryption.encrypt(value))
        else:
            field: Any = Person._meta.get_field(column)
            setattr(person, column, field.to_python(value) if value is not None else None)
    if "id_cipher" in values:
        person.id_index = identity.index(person.id_type, values["id_cipher"]) if values["id_cipher"] else None


def columns(part: str) -> list[str]:
    return [str(Person._meta.get_field(name).attname) for name in PARTS[part]]  # type: ignore[union-attr]


# -- what the kept record takes over ----------------------------------------------------------------------------
def _keep_document(kept: Person, ceased: Person, other_wins: bool, reason: str) -> list[int]:
    """The document that does not win still finds the person; returns the new rows' keys."""
    loser = kept if other_wins else ceased
    if not loser.id_index or same(kept, ceased, "document"):
        return []
    if not has(kept, "document"):
        return []
    row = FormerDocument.objects.create(
        person=kept, id_type=loser.id_type, id_cipher=loser.id_cipher, id_index=loser.id_index,
        id_masked=loser.id_masked, reason=(reason.strip() or as_stored(gettext_lazy("合并档案")))[:100],
    )  # fmt: skip
    return [row.pk]


def _take(kept: Person, ceased: Person, taken: Collection[str], *, gone: Collection[str]) -> None:
    """:param gone: what the record that ceases no longer has: also a number that was not taken, for it may be somebody
    else's, whom a record nobody sees any more must not keep out (``FormerDocument.was_another_s``)."""
    new = _values(ceased, taken)
    for part in ("document", "user"):  # one at a time may have it
        if part in gone:
            for column in columns(part):
                setattr(ceased, column, None if column in ("id_index", "user_id") else "")
    ceased.merged_into = kept
    ceased.version += 1
    ceased.save()
    for column, value in new.items():
        setattr(kept, column, value)
    kept.version += 1
    kept.save()


# -- what moves -------------------------------------------------------------------------------------------------
def _move(kept: Person, ceased: Person, by: User) -> dict[str, Any]:
    moved: dict[str, Any] = {}
    moved["memberships"], moved["ended"] = _move_memberships(kept, ceased, by)
    moved["covers"] = _move_covers(kept, ceased)
    theirs = Consent.objects.filter(person=kept, withdrawn_at=None).values("text")
    for one in hanging():
        moved[one.label] = _hang_on(one.movable(ceased, kept), kept, one.field)
    rows: list[QuerySet[Any]] = [
        Consent.objects.filter(person=ceased).exclude(withdrawn_at=None, text__in=theirs),
        Cover.objects.filter(person=ceased).exclude(policy__in=Cover.objects.filter(person=kept).values("policy")),
        FormerDocument.objects.filter(person=ceased),
    ]
    for each in rows:
        moved[each.model._meta.label_lower] = _hang_on(each, kept)
    earlier = list(Person.objects.filter(merged_into=ceased).values_list("pk", flat=True))
    Person.objects.filter(pk__in=earlier).update(merged_into=kept)
    moved["merged"] = earlier
    return moved


def _hang_on(rows: QuerySet[Any], person: Person, field: str = "person") -> dict[str, int]:
    """Give rows to a person; key → version after it, by which the undo sees whether one has changed since."""
    keys = list(rows.values_list("pk", flat=True))
    rows = rows.model._default_manager.filter(pk__in=keys)
    if not versioned(rows.model):
        rows.update(**{field: person})
        return dict.fromkeys(map(str, keys), 0)
    rows.update(**{field: person}, version=F("version") + 1)
    return {str(key): version for key, version in rows.values_list("pk", "version")}


def versioned(model: type[models.Model]) -> bool:
    return any(field.name == "version" for field in model._meta.concrete_fields)


def _move_memberships(kept: Person, ceased: Person, by: User) -> tuple[dict[str, Any], list[int]]:
    """Of two in the same team the later one ends; one main team is left. Key → what it was, and its version now."""
    rows = list(
        Membership.objects.select_for_update(of=("self",))
        .filter(person__in=[kept, ceased])
        .select_related("organization")
        .order_by("joined_on", "pk")
    )
    before = {row.pk: {"person": row.person_id, "main": row.is_main, "state": row.state} for row in rows}
    current = [row for row in rows if row.is_current]
    firsts: dict[int, Membership] = {}
    ended = []
    for row in current:
        if row.organization_id in firsts:
            _end(row, by)
            ended.append(row.pk)
        else:
            firsts[row.organization_id] = row
    mains = [row for row in firsts.values() if before[row.pk]["main"]]
    main = next((row for row in mains if row.person_id == kept.pk), None) or next(
        iter([*mains, *firsts.values()]), None
    )
    touched = [row.pk for row in rows if row.person_id == ceased.pk or row in current]
    losing = [key for key in touched if main is None or key != main.pk]
    Membership.objects.filter(pk__in=losing, is_main=True).update(is_main=False)
    Membership.objects.filter(pk__in=touched).update(person=kept, version=F("version") + 1)
    if main:
        Membership.objects.filter(pk=main.pk, is_main=False).update(is_main=True)
    versions = dict(Membership.objects.filter(pk__in=touched).values_list("pk", "version"))
    return {str(key): {**before[key], "version": versions[key]} for key in touched}, ended


def _end(row: Membership, by: User) -> None:
    decision = MEMBERSHIP.move("end").allowed(row, by)
    if not decision:
        words = {"team": row.organization.short_name}
        raise ValidationError(
            _("这个人在“%(team)s”登记了两次，请先由管理这支队伍的单位把其中一次按登记有误办理退队。") % words,
            code="elsewhere",
        )
    facts: dict[str, Any] = {"left_on": max(timezone.localdate(), row.joined_on), "end_kind": EndKind.MISTAKE}
    MEMBERSHIP.perform(row, "end", by=by, end_reason=as_stored(gettext_lazy("合并重复的档案")), **facts)


def _move_covers(kept: Person, ceased: Person) -> dict[str, Any]:
    """The same policy twice: the kept record's cover reaches as far as either did. Key → ends before, version now."""
    theirs = {row.policy_id: row for row in Cover.objects.select_for_update().filter(person=ceased)}
    widened = {}
    for row in Cover.objects.select_for_update().filter(person=kept, policy__in=theirs):
        other = theirs[row.policy_id]
        ends = (min(row.starts_on, other.starts_on), max(row.ends_on, other.ends_on))
        if ends != (row.starts_on, row.ends_on):
            before = [str(row.starts_on), str(row.ends_on), row.end_reason]
            row.starts_on, row.ends_on, row.version = *ends, row.version + 1
            row.end_reason = other.end_reason if other.ends_on == row.ends_on else row.end_reason
            row.save()
            widened[str(row.pk)] = {"before": before, "version": row.version}
    return widened


def _move_photos(kept: Person, ceased: Person, wins: bool) -> dict[str, list[str]]:
    """The photo comes along where it wins, and the other one takes its place. The file stays what it is; only whose it
    is changes."""
    theirs, ours = (list(photos(person).values_list("pk", "sha256")) for person in (ceased, kept))
    if not wins or {digest for _key, digest in theirs} & {digest for _key, digest in ours}:
        return {"photos": [], "photos_given": []}
    came, went = ([str(key) for key, _digest in rows] for rows in (theirs, ours if theirs else []))
    hang_photos(came, kept)
    hang_photos(went, ceased)
    return {"photos": came, "photos_given": went}


def hang_photos(keys: list[str], person: Person) -> None:
    kind = ContentType.objects.get_for_model(Person)
    with pgtrigger.ignore("core.Attachment:frozen"):  # what was handed in is frozen; this alone moves between records
        Attachment.objects.filter(pk__in=keys).update(content_type=kind, object_id=str(person.pk))
