"""The pages of one person that only show: facts and teams, papers, standing, history, who looked."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from core.decisions import Decision
from core.together import keep, together
from organizations.permissions import can, who_can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import seen
from people.models import Certificate, Consent, Cover, Membership, Person, Policy
from people.person_cards import cards, differences
from people.person_story import story
from people.privacy.consenting import allows_health, withdrawn_on
from people.privacy.revealing import disclosures_of
from people.readiness import needs_of, with_needs
from people.standing import KINDS, hours_by_year
from people.states import CURRENT
from people.tables.persons import certificate_state, cover_state, membership_state
from people.tables.standing import standing_tables
from people.team_pages import roster_url
from people.views.person_common import led_on

MOST_LOOKS = 200
ACCESS_RIGHTS = (
    Right.VIEW_MEMBER,
    Right.EDIT_MEMBER,
    Right.VERIFY_MEMBER,
    Right.REVEAL_MEMBER,
    Right.EXPORT_FULL,
)


@dataclass(frozen=True)
class Tab:
    label: StrOrPromise
    route: str


TABS = (
    Tab(gettext_lazy("概况"), "people:person_detail"),
    Tab(gettext_lazy("证书和保险"), "people:person_papers"),
    Tab(gettext_lazy("履历"), "people:person_standing"),
    Tab(gettext_lazy("历史"), "people:person_history"),
    Tab(gettext_lazy("谁看过"), "people:person_looks"),
)


def all_tabs() -> list[Tab]:
    """With what the layers above add (``PERSON_PAGES``) after the standing."""
    added = [Tab(label, route) for path in settings.PERSON_PAGES for route, label in import_string(path)]
    return [*TABS[:3], *added, *TABS[3:]]


@dataclass
class PersonPage:
    """One person as a page shows him or her: only the teams that the reader may see."""

    request: SignedIn
    person: Person
    route: str

    @cached_property
    def memberships(self) -> list[Membership]:
        """Those the reader may see: current ones first, the main team before the others."""
        user = self.request.user
        found = [row for row in self.person.memberships.all() if can(user, Right.VIEW_MEMBER, row.organization)]
        return sorted(found, key=lambda row: row.state not in CURRENT)

    @cached_property
    def edits(self) -> Decision:
        return self.person.can_edit(self.request.user)

    @cached_property
    def reveals(self) -> Decision:
        return self.person.may(self.request.user, Right.REVEAL_MEMBER)

    def context(self, **more: Any) -> dict[str, Any]:
        """What ``people/person_page.html`` reads."""
        person = self.person
        tabs = [
            {"label": tab.label, "url": reverse(tab.route, args=[person.pk]), "active": tab.route == self.route}
            for tab in all_tabs()
        ]
        return {
            "title": person.name,
            "person": person,
            "memberships": self.memberships,
            "first": self.memberships[0] if self.memberships else None,
            "tabs": tabs,
            "edits": self.edits,
            "reveals": self.reveals,
            "why_url": reverse("people:person_access", args=[person.pk]),
            **more,
        }


def person_page(request: SignedIn, pk: int, route: str) -> PersonPage:
    """404 to whom the person is not there. The memberships are read once, for what is shown and for what is decided."""
    person: Person = seen(Person.objects.visible_to(request.user).select_related("division", "user"), pk)
    rows = with_needs(Membership.objects.filter(person=person)).select_related("organization")
    found = list(rows.order_by("-is_main", "organization__path", "-joined_on"))
    for row in found:
        row.person = person
    keep(person, "memberships", rows, found)
    return PersonPage(request, person, route)


@require_safe
@login_required
@led_on
def person_detail(request: SignedIn, pk: int) -> HttpResponse:
    page = person_page(request, pk, "people:person_detail")
    consents = list(Consent.objects.filter(person=page.person).select_related("text"))
    context = page.context(
        teams=[_team(request, row) for row in page.memberships],
        cards=cards(page.person, sees_sealed=bool(page.reveals), edits=bool(page.edits)),
        differences=differences(page.person),
        consents=consents,
        may_use_health=allows_health(consents),
        withdrawn=withdrawn_on(consents) if any(row.is_current for row in page.memberships) else None,
    )
    return render(request, "people/person_detail.html", context)


def _team(request: SignedIn, row: Membership) -> dict[str, Any]:
    """A membership with its chip, what it lacks where it is current, and whether the reader keeps it."""
    return {
        "membership": row,
        "state": membership_state(row),
        "lacks": needs_of(row) if row.is_current else [],
        "url": roster_url(row.organization),
        "keeps": row.can_edit(request.user),
    }


@require_safe
@login_required
@led_on
def person_papers(request: SignedIn, pk: int) -> HttpResponse:
    page = person_page(request, pk, "people:person_papers")
    today = timezone.localdate()
    covers = Cover.objects.filter(person=page.person).select_related("policy__organization")
    read = together(
        certificates=Certificate.objects.filter(person=page.person).select_related("kind", "verified_by"),
        covers=covers.order_by("-ends_on", "pk"),
        opened=Policy.objects.visible_to(request.user).filter(covers__person=page.person).values_list("pk", flat=True),
    )
    context = page.context(
        certificates=[{"certificate": row, "state": certificate_state(row, today)} for row in read["certificates"]],
        covers=[
            {"cover": row, "state": cover_state(row, today), "opens": row.policy_id in read["opened"]}
            for row in read["covers"]
        ],
    )
    return render(request, "people/person_papers.html", context)


@require_safe
@login_required
@led_on
def person_standing(request: SignedIn, pk: int) -> HttpResponse:
    page = person_page(request, pk, "people:person_standing")
    tables = standing_tables(page.person)
    hours = next(table["records"] for table in tables if table["kind"].relation == "hours")
    years = hours_by_year([row for row in hours if row.ended_at is None])
    return render(request, "people/person_standing.html", page.context(tables=tables, years=years, kinds=KINDS))


@require_safe
@login_required
@led_on
def person_history(request: SignedIn, pk: int) -> HttpResponse:
    page = person_page(request, pk, "people:person_history")
    entries = story(page.person, page.memberships, sees_sealed=bool(page.reveals))
    return render(request, "people/person_history.html", page.context(entries=entries))


@require_safe
@login_required
@led_on
def person_looks(request: SignedIn, pk: int) -> HttpResponse:
    """谁看过: the person reads the same on the own page."""
    page = person_page(request, pk, "people:person_looks")
    rows = list(disclosures_of(page.person)[: MOST_LOOKS + 1])
    context = page.context(looks=rows[:MOST_LOOKS], more=len(rows) > MOST_LOOKS, most=MOST_LOOKS)
    return render(request, "people/person_looks.html", context)


@require_safe
@login_required
@led_on
def person_access(request: SignedIn, pk: int) -> HttpResponse:
    """谁能看到这条记录，为什么: from the same function that decides, for each team the reader sees."""
    page = person_page(request, pk, "")
    asked = request.GET.get("right", "")
    right = Right(asked) if asked in ACCESS_RIGHTS else Right.VIEW_MEMBER
    current = [row for row in page.memberships if row.is_current] or page.memberships
    chosen = next((row for row in current if str(row.organization_id) == request.GET.get("team")), current[0])
    place = chosen.organization
    context = {
        "title": _("谁能看到这条记录，为什么"),
        "person": page.person,
        "place": place,
        "teams": [{"place": row.organization, "active": row == chosen} for row in current],
        "right": right,
        "tabs": [
            {"label": each.label, "url": f"?right={each.value}&team={place.pk}", "active": each == right}
            for each in ACCESS_RIGHTS
        ],
        "answers": [{"appointment": row, "reason": decision.reason} for row, decision in who_can(right, place)],
        "own": can(request.user, right, place),
    }
    return render(request, "people/person_access.html", context)
