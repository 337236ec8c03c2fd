"""Takes a merge back, exactly, while what moved says what it said then; else says what stands in the way."""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core import encryption
from core.decisions import Decision
from core.history.as_at import events_of
from core.models import Attachment
from organizations.models import User
from organizations.permissions import can
from organizations.roles import Right
from people.membership.moving import reinstate
from people.merging.merging import MOVED, PLAIN, Hanging, columns, hang_photos, hanging, put_back, versioned
from people.merging.twins import same
from people.models import Cover, FormerDocument, Membership, Merge, Person


def _lists() -> list[Hanging]:
    moved = [Hanging(model) for model in MOVED if model is not Membership and model not in PLAIN]
    return [*moved, *hanging()]


def in_the_way(merge: Merge) -> list[str]:
    """Sentences; none: the merge can be taken back."""
    if merge.undone_at is not None:
        return [_("这次合并已经撤销了。")]
    kept, ceased = merge.kept, merge.ceased
    if ceased.merged_into_id != kept.pk or kept.merged_into_id is not None:
        return [_("保留的档案后来又并入了另一份档案，请先撤销那一次合并。")]
    if kept.anonymised_at is not None:
        return [_("档案已经匿名化，不能再撤销。")]
    return [*_facts_changed(merge, kept, ceased), *_rows_changed(merge, kept)]


def former_documents(merge: Merge) -> QuerySet[FormerDocument]:
    """The document that did not win, kept with the person since."""
    return FormerDocument.objects.filter(pk__in=merge.moved["former"])


def _facts_changed(merge: Merge, kept: Person, ceased: Person) -> list[str]:
    found = []
    document = ["document"] if merge.moved["former"] else []
    for part in dict.fromkeys([*merge.chosen, *document]):
        if part == "document":
            later = FormerDocument.objects.filter(person=kept, ended_at__gt=merge.at).exclude(
                pk__in=merge.moved["former"]
            )
            changed = later.exists()
        elif part == "user":
            changed = kept.user_id != merge.moved["user"]
        else:
            changed = not same(kept, ceased, part)
        if changed:
            label = {"document": _("证件"), "user": _("本人账号"), "health": _("健康信息")}.get(part)
            label = label or str(Person._meta.get_field(part).verbose_name)  # type: ignore[union-attr]
            found.append(_("“%(what)s”在合并以后改过。") % {"what": label})
    return [*found, *_given_away(merge)]


def _given_away(merge: Merge) -> list[str]:
    """A number that was not taken has found its owner since."""
    others = Person.objects.exclude(pk__in=[merge.kept_id, merge.ceased_id])
    rows = former_documents(merge).filter(id_index__in=others.exclude(id_index=None).values("id_index"))
    return [_("没有选用的证件（%(number)s）已经登记给另一个人。") % {"number": row.id_masked} for row in rows]


def _rows_changed(merge: Merge, kept: Person) -> list[str]:
    asked: list[tuple[Hanging, dict[str, int]]] = [
        (Hanging(Membership), {key: was["version"] for key, was in merge.moved["memberships"].items()}),
        (Hanging(Cover), {key: was["version"] for key, was in merge.moved["covers"].items()}),
        *((one, merge.moved.get(one.label, {})) for one in _lists()),
    ]
    found = []
    for one, versions in asked:
        if not versions:
            continue
        model, owner = one.model, f"{one.field}_id"
        has_version = versioned(model)
        names = ("pk", owner, "version") if has_version else ("pk", owner)
        rows = model._default_manager.filter(pk__in=versions).values_list(*names)
        now = {str(row[0]): tuple(row[1:]) for row in rows}
        asked_for = {key: (kept.pk, version) if has_version else (kept.pk,) for key, version in versions.items()}
        changed = {key for key, wanted in asked_for.items() if now.get(key) != wanted}
        if has_version and changed:
            changed -= _as_then(model, {int(key): versions[key] for key in changed})
        if changed:
            words = {"what": model._meta.verbose_name, "count": len(changed)}
            found.append(_("%(what)s有 %(count)d 条在合并以后改过。") % words)
    return found


def _as_then(model: Any, versions: dict[int, int]) -> set[str]:
    """Of rows that were changed since, those that say again all they said at that version: it was put back."""
    events = events_of(model).objects.filter(pgh_obj__in=versions).order_by("pgh_id")
    then = {event.pgh_obj_id: event for event in events if event.version == versions[event.pgh_obj_id]}
    told = [f.attname for f in events.model._meta.concrete_fields if f.name != "version" and hasattr(model, f.attname)]
    rows = model._default_manager.in_bulk(then)
    same = (pk for pk, event in then.items() if all(getattr(rows[pk], name) == getattr(event, name) for name in told))
    return {str(pk) for pk in same}


def may_undo(merge: Merge, user: User) -> Decision:
    """Verifies at a team of each record, as for merging: those they were in before, for now all are the kept one's."""
    decision = merge.kept.may(user, Right.VERIFY_MEMBER)
    before = merge.moved["memberships"]
    rows = list(Membership.objects.filter(pk__in=before).select_related("organization"))
    for person in (merge.kept_id, merge.ceased_id):
        there = [can(user, Right.VERIFY_MEMBER, r.organization) for r in rows if before[str(r.pk)]["person"] == person]
        if decision and there:
            decision = next((each for each in there if each), there[0])
    return decision


@transaction.atomic
def undo(merge: Merge, *, by: User) -> Merge:
    """Two records again, as they were.

    :raises ValidationError: it was undone already, or something has changed since; says what.
    """
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    people = Person.objects.select_for_update(of=("self",)).filter(pk__in=[merge.kept_id, merge.ceased_id])
    there = {person.pk: person for person in people.order_by("pk")}
    merge.kept, merge.ceased = there[merge.kept_id], there[merge.ceased_id]
    reasons = in_the_way(merge)
    if reasons:
        raise ValidationError(reasons, code="changed")
    _memberships_back(merge, by)
    _covers_back(merge)
    for one in _lists():
        _back(one, list(merge.moved.get(one.label, {})), merge.ceased)
    Person.objects.filter(pk__in=merge.moved["merged"]).update(merged_into=merge.ceased)
    _photos_back(merge)
    try:
        _facts_back(merge)
    except IntegrityError as error:  # the number was entered for its owner in the same instant
        raise ValidationError(_("证件号码刚刚登记给了另一个人，不能撤销。"), code="changed") from error
    merge.undone_by, merge.undone_at = by, timezone.now()
    merge.save(update_fields=["undone_by", "undone_at"])
    return merge


def _back(one: Hanging, keys: list[str], person: Person) -> None:
    rows = one.model._default_manager.filter(pk__in=keys)
    if versioned(one.model):
        rows.update(**{one.field: person}, version=F("version") + 1)
    else:
        rows.update(**{one.field: person})


def _memberships_back(merge: Merge, by: User) -> None:
    before = merge.moved["memberships"]
    rows = Membership.objects.filter(pk__in=before)
    mains = [key for key, was in before.items() if was["main"]]
    rows.filter(is_main=True).exclude(pk__in=mains).update(is_main=False)
    rows.filter(pk__in=[key for key, was in before.items() if was["person"] == merge.ceased_id]).update(
        person=merge.ceased
    )
    comment = _("撤销合并")
    for row in rows.filter(pk__in=merge.moved["ended"]).select_related("organization"):
        reinstate(row, by=by, comment=comment)
    rows.filter(is_main=True).exclude(pk__in=mains).update(is_main=False)  # reinstated, it may have become it
    rows.filter(pk__in=mains, is_main=False).update(is_main=True)
    rows.update(version=F("version") + 1)


def _covers_back(merge: Merge) -> None:
    for key, was in merge.moved["covers"].items():
        starts, ends, reason = was["before"]
        Cover.objects.filter(pk=key).update(starts_on=starts, ends_on=ends, end_reason=reason, version=F("version") + 1)


def _photos_back(merge: Merge) -> None:
    """Each has its own again, also one that a newer photo has taken the place of since."""
    came, went = merge.moved["photos"], merge.moved.get("photos_given", [])
    since = Attachment.objects.filter(pk__in=[*came, *went], ended_at__gt=merge.at)
    since.update(ended_at=None, ended_by=None, end_reason="")
    hang_photos(came, merge.ceased)
    hang_photos(went, merge.kept)


def _facts_back(merge: Merge) -> None:
    kept, ceased = merge.kept, merge.ceased
    before: dict[str, Any] = json.loads(encryption.decrypt(merge.before_cipher) or "{}")
    lent_parts = [part for part in ("document", "user") if part in merge.chosen]
    lent = {column: getattr(kept, column) for part in lent_parts for column in columns(part)}
    former = former_documents(merge)
    if "document" not in merge.chosen:
        lent |= former.values(*columns("document")).first() or {}
    former.delete()
    put_back(kept, before)
    kept.version += 1
    kept.save()
    for column, value in lent.items():
        setattr(ceased, column, value)
    ceased.merged_into = None
    ceased.version += 1
    ceased.save()
