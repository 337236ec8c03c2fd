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
from organizations.nearest import nearest_holders
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


def tell_given(problem: Problem, *, by: User, place: int | None = None, owner: int | None = None) -> None:
    """Whoever has to put it right from now on: the keepers of the place, unless one of them wrote it down, and the one
    who is named, where known and with an account, who reads it on the own page.

    :param place: whose it was before. :param owner: who was named before.
    """
    keepers = nearest_holders(Right.EDIT_TRAINING, problem.organization)
    named = problem.owner_account
    with in_chinese():
        words = {"what": problem.what[:60], "place": problem.organization.short_name}
        body = _("%(activity)s，%(day)s 前整改。") % {"activity": problem.activity, "day": problem.due_on}
        to_place, to_named = _("由%(place)s整改：%(what)s") % words, _("由您负责整改：%(what)s") % words
    if problem.organization_id != place and by not in keepers:
        notify(keepers, kind="problem_given", title=to_place, body=body, url=problem.get_absolute_url())
    if problem.owner_person_id != owner and named is not None and named.pk != by.pk:
        notify([named], kind="problem_given", title=to_named, body=body, url=reverse("training:my_activities"))
