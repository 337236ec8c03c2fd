"""What runs out, told before it does: certificates, insurance and assessments of capability at 90, 30 and 0 days,
examinations once a term.

The holder hears of his own, where he has an account; whoever keeps the team's roster gets one notice a day with
everything of that team in it. ``core/reminders.py`` sends each once. An occasion is the day a limit is reached; it is
looked for some days longer, for the portal may have stood still.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.reminders import WINDOW, Reminder
from organizations.models import Organization, User
from organizations.nearest import nearest_holders
from organizations.roles import Right
from people.choices import PERSONAL_COVER, ConsentKind
from people.models import Capability, Certificate, Consent, Cover, Membership, Person, Policy
from people.settings import CHECKUP, value_of
from people.team_pages import roster_url
from people.validators import months_after

STAGES = (90, 30, 0)  # days before the end
MOST = 60  # lines of one notice


@dataclass
class Due:
    """Everything that reaches a limit on one day."""

    lines: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))  # organization → what is told there
    own: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))  # account → what is told the holder


def papers_due(today: date | None = None) -> Iterator[Reminder]:
    """Holders and whoever keeps the rosters, for each day of the window that has not been told yet."""
    last = today or timezone.localdate()
    for back in range(WINDOW - 1, -1, -1):
        day = last - timedelta(days=back)
        due = Due()
        for stage in STAGES:
            _certificates(due, day + timedelta(days=stage), stage)
            _insurance(due, day + timedelta(days=stage), stage)
        _capabilities(due, day)
        _examinations(due, day)
        yield from _to_holders(due, day)
        yield from _to_keepers(due, day)


def _in(stage: int) -> str:
    return _("%(n)d 天后到期") % {"n": stage} if stage else _("今天到期")


# -- what is due ----------------------------------------------------------------------------------------------
def _certificates(due: Due, ends_on: date, stage: int) -> None:
    rows = Certificate.objects.standing().filter(expires_on=ends_on).not_followed().select_related("person", "kind")
    found = list(rows.order_by("kind__position", "pk"))
    teams = _teams(row.person_id for row in found)
    for row in found:
        if row.person_id not in teams:
            continue  # whoever has left every team renews without us
        words = {"name": row.person.name, "kind": row.kind.name, "day": ends_on.isoformat(), "in": _in(stage)}
        for team in teams[row.person_id]:
            due.lines[team].append(_("%(name)s：%(kind)s，%(day)s，%(in)s") % words)
        if row.person.user_id:
            due.own[row.person.user_id].append(_("%(kind)s，%(day)s，%(in)s") % words)


def _insurance(due: Due, ends_on: date, stage: int) -> None:
    """Told by policy, with how many are insured by it: the team looks after policies, not after single covers."""
    later = Cover.objects.personal().filter(person=OuterRef("person"), ends_on__gt=ends_on)
    rows = Cover.objects.filter(~Exists(later), ends_on=ends_on, end_reason="", policy__kind__in=PERSONAL_COVER)
    current = Membership.objects.current().filter(person__covers__in=rows)
    told = current.values("organization", "person__covers__policy").filter(person__covers__in=rows)
    places: dict[int, dict[int, int]] = defaultdict(dict)
    for row in told.annotate(heads=Count("person", distinct=True)).order_by():
        places[row["person__covers__policy"]][row["organization"]] = row["heads"]
    ending = Policy.objects.filter(pk__in=places).select_related("organization")
    for policy in ending.order_by("pk"):
        heads = places[policy.pk]
        if policy.organization.is_office:
            heads = {policy.organization_id: sum(heads.values()), **heads}
        for place, number in heads.items():
            words = {"policy": policy, "day": ends_on.isoformat(), "in": _in(stage), "n": number}
            due.lines[place].append(_("保险 %(policy)s：%(day)s，%(in)s，被保险人 %(n)d 人") % words)
    with_account = rows.filter(person__user__isnull=False, person__in=current.values("person"))
    for row in with_account.select_related("person", "policy"):
        assert row.person.user_id is not None, "chosen by it"
        words = {"policy": row.policy.get_kind_display(), "day": ends_on.isoformat(), "in": _in(stage)}
        due.own[row.person.user_id].append(_("%(policy)s，%(day)s，%(in)s") % words)


def _capabilities(due: Due, day: date) -> None:
    """Assessments of capability, of all stages at once, that no later one of the same subject follows."""
    rows = Capability.objects.standing().filter(valid_until__in=[day + timedelta(days=stage) for stage in STAGES])
    lasting = Q(valid_until=None) | Q(valid_until__gt=OuterRef("valid_until"))
    same = {"person": OuterRef("person"), "subject": OuterRef("subject"), "assessed_on__gte": OuterRef("assessed_on")}
    later = Capability.objects.standing().filter(lasting, **same)
    found = list(rows.filter(~Exists(later)).select_related("person").order_by("subject", "pk"))
    teams = _teams(row.person_id for row in found)
    for row in found:
        if row.person_id not in teams or row.valid_until is None:
            continue
        ends_on, stage = row.valid_until, (row.valid_until - day).days
        words = {"name": row.person.name, "what": row.subject, "day": ends_on.isoformat(), "in": _in(stage)}
        for team in teams[row.person_id]:
            due.lines[team].append(_("%(name)s：能力测评“%(what)s”，%(day)s，%(in)s") % words)
        if row.person.user_id:
            due.own[row.person.user_id].append(_("能力测评“%(what)s”，%(day)s，%(in)s") % words)


def _examinations(due: Due, day: date) -> None:
    """Last examined as many months ago as the region has set; nobody whose consent to health data is withdrawn."""
    months = value_of(CHECKUP)
    then = _days_before(day, months)
    withdrawn = Consent.objects.filter(person=OuterRef("pk"), text__kind=ConsentKind.HEALTH)
    gone = Exists(withdrawn.filter(withdrawn_at__isnull=False)) & ~Exists(withdrawn.in_force())
    people = list(
        Person.objects.filter(~gone, checkup_on__in=then, merged_into=None, anonymised_at=None).order_by("pk")
    )
    teams = _teams(person.pk for person in people)
    for person in people:
        words = {"name": person.name, "n": months}
        for team in teams.get(person.pk, ()):
            due.lines[team].append(_("%(name)s：上次体检已满 %(n)d 个月") % words)
        if person.user_id and person.pk in teams:
            due.own[person.user_id].append(_("上次体检已满 %(n)d 个月") % words)


def _days_before(day: date, months: int) -> list[date]:
    """Days whose term of months ends on the day: several at the end of a long month, none on some."""
    first = months_after(day, -months) - timedelta(days=3)
    return [one for one in (first + timedelta(days=more) for more in range(7)) if months_after(one, months) == day]


def _teams(people: Iterable[int]) -> dict[int, list[int]]:
    """Person → the teams he or she is in now; one query."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = Membership.objects.current().filter(person__in=list(people)).order_by("pk")
    for person, team in rows.values_list("person", "organization"):
        found[person].append(team)
    return found


# -- who is told ----------------------------------------------------------------------------------------------
def _to_holders(due: Due, day: date) -> Iterator[Reminder]:
    for user in User.objects.filter(pk__in=due.own, is_active=True).order_by("pk"):
        lines = due.own[user.pk]
        yield Reminder(
            [user],
            "papers_due",
            _("您有 %(n)d 项证书、保险、测评或体检到了提醒时间") % {"n": len(lines)},
            _text(lines, _("续办后请在“我的信息”里登记新证，或者交给队里登记。")),
            reverse("people:me"),
            f"papers-{day}-own-{user.pk}",
        )


def _to_keepers(due: Due, day: date) -> Iterator[Reminder]:
    for place in Organization.objects.filter(pk__in=due.lines).order_by("path"):
        lines = due.lines[place.pk]
        yield Reminder(
            partial(nearest_holders, Right.EDIT_MEMBER, place),
            "papers_due",
            _("%(place)s：%(n)d 项证书、保险、测评或体检到了提醒时间") % {"place": place.short_name, "n": len(lines)},
            _text(lines, _("系统只提醒，不会改动任何记录。")),
            _where(place),
            f"papers-{day}-at-{place.pk}",
        )


def _where(place: Organization) -> str:
    return reverse("people:policy_list") if place.is_office else roster_url(place)


def _text(lines: list[str], last: str) -> str:
    shown = lines[:MOST]
    if len(lines) > MOST:
        shown.append(_("还有 %(n)d 项。") % {"n": len(lines) - MOST})
    return "\n".join([*shown, last])
