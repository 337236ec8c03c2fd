"""Problems found in an activity: who writes them down, when, and who is given them. Moves: ``workflow.PROBLEM``."""

from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.decisions import Decision, no
from core.language import in_chinese
from core.notices import notify
from organizations.models import Organization, User
from organizations.permissions import reach
from organizations.roles import Right
from people.models import Membership, Person
from people.names import same_name
from training.models import Activity, Problem
from training.settings import DUE, value_of
from training.states import ActivityState, ProblemState
from training.workflow import archives, confirming_office, keeps


def may_add(activity: Activity, user: User) -> Decision:
    """The author while the record is with him, the confirming office once it is handed in."""
    if activity.state == ActivityState.CANCELLED:
        return no(_("活动已经取消，没有问题可登记。"))
    if activity.is_open:
        return keeps(activity, user)
    decision = archives(activity, user)
    if not decision and keeps(activity, user):
        return no(_("记录已经报送，问题由确认单位登记。"))
    return decision


def may_edit(problem: Problem, user: User) -> Decision:
    """Whoever may add one, while it is being put right."""
    if problem.state != ProblemState.OPEN:
        return no(_("现在是“%(state)s”，不能修改。") % {"state": problem.get_state_display()})
    return may_add(problem.activity, user)


def places_for(activity: Activity, user: User) -> QuerySet[Organization]:
    """Who may be asked to put it right: the host, its office, joined teams, and whatever the user reaches."""
    office = activity.office or confirming_office(activity.host)
    joined = activity.teams.order_by().values("organization")
    here = Q(pk__in=[activity.host_id, office.pk]) | Q(pk__in=joined)
    return Organization.objects.in_force().filter(here | reach(user, Right.VIEW_TRAINING, at=""))


def near_places(activity: Activity) -> list[Organization]:
    """Those offered without a search."""
    office = activity.office or confirming_office(activity.host)
    joined = activity.teams.order_by().values("organization")
    here = Q(pk__in=[activity.host_id, office.pk]) | Q(pk__in=joined)
    return list(Organization.objects.in_force().filter(here).order_by("path"))


def due_by_default() -> date:
    return timezone.localdate() + timedelta(days=value_of(DUE))


def person_named(name: str, place: Organization) -> Person | None:
    """The member of the place who bears the name, where exactly one does."""
    rows = Membership.objects.current().filter(organization=place, person__name__startswith=name[:1])
    found = [row.person for row in rows.select_related("person__user") if same_name(row.person.name, name)]
    return found[0] if name and len(found) == 1 else None


def tell_owner(problem: Problem, *, by: User) -> None:
    """The one who is named to put it right, where known and with an account: what it is stands on the own page."""
    owner = problem.owner_person.user if problem.owner_person is not None else None
    if owner is None or owner.pk == by.pk:
        return
    with in_chinese():
        title = _("由您负责整改：%(what)s") % {"what": problem.what[:60]}
        body = _("%(activity)s，%(day)s 前整改。") % {"activity": problem.activity, "day": problem.due_on}
    notify([owner], kind="problem_given", title=title, body=body, url=reverse("training:my_activities"))
