"""Policies and whom they insure: added together, ended with a reason, carried into the policy that follows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history.as_at import events_of
from organizations.models import Organization, User
from organizations.permissions import reach
from organizations.roles import Right
from people.models import Cover, Membership, Person, Policy
from people.validators import term_end

MOST = 5_000  # people added in one act


def pool(policy: Policy, user: User) -> QuerySet[Membership]:
    """Members now whom ``user`` may put on the policy: those he sees at or below the place that took it out."""
    rows: QuerySet[Membership] = Membership.objects.visible_to(user).current().below(policy.organization)
    return rows


def not_on(policy: Policy, user: User) -> int:
    """How many of those who could be are not on the policy, by heads."""
    on = policy.covers.order_by().values("person")
    return pool(policy, user).exclude(person__in=on).order_by().values("person").distinct().count()


def kept_places(user: User) -> QuerySet[Organization]:
    """Teams and offices whose insurance the user keeps."""
    rows: QuerySet[Organization] = Organization.objects.in_force().filter(reach(user, Right.EDIT_MEMBER, at=""))
    return rows.order_by("path")


@dataclass
class Added:
    """``there``: who was on the policy already; ``ended``: whose cover in it had been ended early."""

    covers: list[Cover] = field(default_factory=list)
    there: list[Person] = field(default_factory=list)
    ended: list[Person] = field(default_factory=list)


def check_dates(policy: Policy, starts_on: date, ends_on: date) -> None:
    """:raises ValidationError: by field; a cover lies within its policy."""
    wrong = {}
    if starts_on < policy.starts_on or starts_on > policy.ends_on:
        wrong["starts_on"] = _("保障的起止要在保险单的 %(start)s 至 %(end)s 之内。")
    if ends_on > policy.ends_on or ends_on < policy.starts_on:
        wrong["ends_on"] = _("保障的起止要在保险单的 %(start)s 至 %(end)s 之内。")
    elif ends_on < starts_on:
        wrong["ends_on"] = _("止的日期不能早于起的日期。")
    if wrong:
        words = {"start": policy.starts_on.isoformat(), "end": policy.ends_on.isoformat()}
        raise ValidationError({name: said % words for name, said in wrong.items()})


def _locked(policy: Policy) -> Policy:
    """Dates of a policy do not change while people are put on it."""
    locked: Policy = Policy.objects.select_for_update(of=("self",)).get(pk=policy.pk)
    return locked


@transaction.atomic
def add_people(policy: Policy, people: Iterable[Person], *, starts_on: date, ends_on: date) -> Added:
    """Insure these people by the policy. Who is on it already stays as he or she is.

    :raises ValidationError: the dates are not the policy's, or these are too many.
    """
    locked = _locked(policy)
    check_dates(locked, starts_on, ends_on)
    asked = {person.pk for person in people}
    if len(asked) > MOST:
        raise ValidationError(_("一次最多加入 %(most)d 人。") % {"most": MOST})
    wanted = {person.pk: person for person in Person.objects.held(asked)}
    done = Added()
    for pk, reason in locked.covers.filter(person__in=wanted).values_list("person_id", "end_reason"):
        (done.ended if reason else done.there).append(wanted.pop(pk))
    rows = [Cover(policy=locked, person=person, starts_on=starts_on, ends_on=ends_on) for person in wanted.values()]
    done.covers = Cover.objects.bulk_create(rows, batch_size=1000)
    return done


@transaction.atomic
def end_cover(cover: Cover, *, on: date, reason: str) -> Cover:
    """The last day of a cover, before the policy's own.

    :raises ValidationError: outside the cover's days, without a reason, or ended already.
    """
    locked: Cover = Cover.objects.select_for_update(of=("self",)).select_related("policy").get(pk=cover.pk)
    if locked.end_reason:
        raise ValidationError(_("这个人的保障已经提前终止了。"))
    if not locked.starts_on <= on <= locked.ends_on:
        words = {"start": locked.starts_on.isoformat(), "end": locked.ends_on.isoformat()}
        raise ValidationError({"on": _("最后一天要在 %(start)s 至 %(end)s 之内。") % words})
    if not reason.strip():
        raise ValidationError({"reason": _("请写明原因。")})
    locked.ends_on, locked.end_reason, locked.version = on, reason.strip(), locked.version + 1
    locked.save(update_fields=["ends_on", "end_reason", "version"])
    return locked


def lasted_until(cover: Cover) -> date:
    """The last day of a cover that has been ended early, as it was before; within the policy as it is now."""
    before = events_of(Cover).objects.filter(pgh_obj=cover.pk, end_reason="").order_by("-pgh_id").first()
    until = before.ends_on if before else cover.policy.ends_on
    return max(cover.starts_on, min(until, cover.policy.ends_on))


@transaction.atomic
def restore_cover(cover: Cover) -> Cover:
    """It should not have been ended: it goes on as if nothing had been.

    :raises ValidationError: it has not been.
    """
    locked: Cover = Cover.objects.select_for_update(of=("self",)).select_related("policy").get(pk=cover.pk)
    if not locked.end_reason:
        raise ValidationError(_("这个人的保障没有提前终止。"))
    locked.ends_on, locked.end_reason, locked.version = lasted_until(locked), "", locked.version + 1
    locked.save(update_fields=["ends_on", "end_reason", "version"])
    return locked


@transaction.atomic
def end_all(policy: Policy, *, on: date, reason: str) -> int:
    """End whatever the policy still covers: it was cancelled, or entered by mistake. How many people that were.

    A cover that has not begun by the day ends on its first one: a cover cannot end before it begins.
    """
    locked = _locked(policy)
    if not reason.strip():
        raise ValidationError({"reason": _("请写明原因。")})
    if not locked.starts_on <= on <= locked.ends_on:
        words = {"start": locked.starts_on.isoformat(), "end": locked.ends_on.isoformat()}
        raise ValidationError({"on": _("最后一天要在 %(start)s 至 %(end)s 之内。") % words})
    facts: dict[str, Any] = {"end_reason": reason.strip(), "version": F("version") + 1}
    standing = locked.covers.filter(end_reason="")
    later = standing.filter(starts_on__gt=on).update(ends_on=F("starts_on"), **facts)
    return later + standing.filter(ends_on__gte=on, starts_on__lte=on).update(ends_on=on, **facts)


@transaction.atomic
def change_dates(policy: Policy, starts_on: date, ends_on: date) -> None:
    """Covers that ran as long as the policy go on doing so; the others must lie within the new dates.

    Called before the policy itself is saved, in the same transaction.

    :raises ValidationError: some would lie outside.
    """
    locked = _locked(policy)
    whole = locked.covers.filter(starts_on=locked.starts_on, ends_on=locked.ends_on, end_reason="")
    moved = [row.pk for row in whole.select_for_update(of=("self",))]
    outside = Q(starts_on__lt=starts_on) | Q(ends_on__gt=ends_on)
    count = locked.covers.exclude(pk__in=moved).filter(outside).count()
    if count:
        raise ValidationError(_("有 %(n)d 人的保障起止不在新的期限之内，请先处理这些人。") % {"n": count})
    if (starts_on, ends_on) != (locked.starts_on, locked.ends_on):
        Cover.objects.filter(pk__in=moved).update(starts_on=starts_on, ends_on=ends_on, version=F("version") + 1)


# -- the policy that follows --------------------------------------------------------------------------------
COPIED = ("organization", "kind", "insurer", "holder", "death_amount", "medical_amount", "note")


def following(policy: Policy) -> dict[str, Any]:
    """The dates a renewal is offered with: the day after, for as long as before in whole months."""
    begins = policy.ends_on + timedelta(days=1)
    months = max(1, round((policy.ends_on - policy.starts_on).days / 30.44))
    return {"starts_on": begins, "ends_on": term_end(begins, months)}


def carried_over(policy: Policy) -> tuple[list[Person], list[Person]]:
    """Whom a renewal takes along, and whom not: those insured to the end who are members now, and those who are not."""
    people = Person.objects.filter(covers__policy=policy, covers__end_reason="", merged_into=None).order_by("pk")
    here = Membership.objects.current().below(policy.organization).values("person")
    staying = set(people.filter(pk__in=here).values_list("pk", flat=True))
    found = list(people)
    return [one for one in found if one.pk in staying], [one for one in found if one.pk not in staying]


@transaction.atomic
def renew(policy: Policy, *, number: str, starts_on: date, ends_on: date) -> tuple[Policy, Sequence[Person]]:
    """The same policy for the next term with the same people; returns it and whom it no longer takes along.

    :raises ValidationError: the dates are not in order, or the number is registered already.
    """
    locked = _locked(policy)  # of a double click the second waits, and finds the number taken
    fresh = Policy(
        number=number, starts_on=starts_on, ends_on=ends_on, **{name: getattr(locked, name) for name in COPIED}
    )
    fresh.full_clean()
    fresh.save()
    staying, left = carried_over(locked)
    add_people(fresh, staying, starts_on=starts_on, ends_on=ends_on)
    return fresh, left


def covered_on(policy: Policy, day: date | None = None) -> int:
    return policy.covers.on(day or timezone.localdate()).count()
