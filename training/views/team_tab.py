"""培训演练: what a team held and joined, within the pages of the team."""

from typing import Any

from django.db.models import Aggregate, Count, F, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.days import beginning_of, end_of
from organizations.permissions import can
from organizations.roles import Right
from people.models import Membership
from teams.views.team_common import Tab, TeamPage, team_page
from training.activities.beginning import may_begin
from training.choices import ActivityKind, Listing, Presence
from training.filters.activities import ActivityFilter
from training.models import Activity, Attendance, Subject
from training.records.hours import hours_of
from training.states import ON_RECORD
from training.views.activity_list import ActivityList

TAB = Tab(gettext_lazy("培训演练"), "training:team_activities", Right.VIEW_TRAINING)


class TeamActivityFilter(ActivityFilter):
    under = None  # type: ignore[assignment]  # how django-filter leaves one out: all of it is the team's


class TeamActivities(ActivityList):
    """The team's pages carry it; ``at`` is a day of the list, not of the team."""

    filterset_class = TeamActivityFilter
    list_name = "training:team_activities"
    permission = None  # asked at the team, in ``authorise``
    template_name = "training/team_activities.html"

    def authorise(self) -> None:
        place = self.page.team.organization
        can(self.request.user, Right.VIEW_TRAINING, place).require()
        self.title = _("%(team)s的培训和演练") % {"team": place.short_name}

    @cached_property
    def page(self) -> TeamPage:
        return team_page(self.request, int(self.kwargs["pk"]), "training:team_activities", now=True)

    def get_queryset(self) -> QuerySet:
        """Whoever sees trainings of the team sees all it held or joined."""
        return Activity.objects.of_team(self.page.team.organization)

    def get_context(self) -> dict[str, Any]:
        place = self.page.team.organization
        keeps = bool(may_begin(self.request.user, place))
        create = reverse("training:activity_create")
        return {
            **super().get_context(),
            "numbers": self._numbers(),
            **self.page.frame(),
            "list_title": self.title,
            "begins": [
                {"label": kind.label, "url": f"{create}?kind={kind}&host={place.pk}"} for kind in ActivityKind
            ] if keeps else [],
        }  # fmt: skip

    def _numbers(self) -> list[dict[str, Any]]:
        """Drills, trainings and hours per head of this year, as confirmed; read with the office over the page
        and the subjects to choose from."""
        place, year = self.page.team.organization, timezone.localdate().year
        first, last = (timezone.localdate().replace(month=month, day=day) for month, day in ((1, 1), (12, 31)))
        span = beginning_of(first), end_of(last)
        rows = Activity.objects.of_team(place).on_record().filter(starts_at__gte=span[0], starts_at__lt=span[1])
        there = Attendance.objects.filter(
            participation__organization=place, participation__listing=Listing.LISTED, presence=Presence.PRESENT,
            slot__activity__state__in=ON_RECORD, slot__starts_at__gte=span[0], slot__starts_at__lt=span[1],
        )  # fmt: skip
        members = Membership.objects.of_team(place).current()
        found = self.page.shot.with_office(
            held=rows.order_by().values_list("kind").annotate(number=Count("pk")),
            minutes=_whole(there, Sum(Coalesce(F("minutes_set"), F("minutes")))),
            heads=_whole(members, Count("person", distinct=True)),
            subjects=Subject.objects.all(),
        )
        self._offer(found["subjects"])
        held: dict[str, int] = dict(found["held"])
        minutes, heads = (next(iter(found[name]), 0) or 0 for name in ("minutes", "heads"))
        per_head = f"{hours_of(minutes) / heads:.1f}" if heads else "—"
        own = f"{self.request.path}?year={year}&queue=record&kind="
        return [
            {"label": _("今年演练"), "number": held.get("drill", 0), "unit": _("次"), "url": f"{own}drill"},
            {"label": _("今年培训"), "number": held.get("training", 0), "unit": _("次"), "url": f"{own}training"},
            {"label": _("今年人均"), "number": per_head, "unit": _("小时"), "url": ""},
        ]

    def _offer(self, subjects: list[Subject]) -> None:
        field: Any = self.filterset.form.fields["subject"]
        labels = [(one.pk, field.label_from_instance(one)) for one in subjects]
        field.widget.choices = [("", field.empty_label), *labels]


def _whole(rows: QuerySet[Any], aggregate: Aggregate) -> QuerySet[Any, Any]:
    """One number over all of the rows, to be read together with other things; no row where there are none."""
    return (
        rows.order_by().annotate(_all=Value(1)).values("_all").annotate(found=aggregate).values_list("found", flat=True)
    )
