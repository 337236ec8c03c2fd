"""What becomes of training records under way when the tree of offices changes; called in its transaction."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organizations.models import Organization, User
from organizations.tree import no_longer_above
from training.models import Activity, Problem
from training.states import WITH_AUTHOR, ActivityState, ProblemState
from training.workflow import WORKFLOW, confirming_office, deciders, tell

_UNDER_WAY = (*WITH_AUTHOR, ActivityState.SUBMITTED)


def in_the_way(office: Organization) -> list[str]:
    """Its own records that are not confirmed yet: nobody would be left to finish or to cancel them."""
    number = Activity.objects.filter(host=office, state__in=_UNDER_WAY).count()
    return [_("%(number)d 场没有办结的培训和演练") % {"number": number}] if number else []


def left_undone(place: Organization) -> list[str]:
    """What nobody of a team or an office that goes will finish."""
    problems = Problem.objects.filter(organization=place).exclude(state=ProblemState.CLOSED).count()
    told = [_("%(number)d 个没有销号的整改问题") % {"number": problems}] if problems else []
    return [*in_the_way(place), *told]


def hold(place: Organization) -> None:
    """Lock what a move of the place may pass on, before offices are locked: as ``perform`` does."""
    rows = _of(place).filter(state__in=(*_UNDER_WAY, ActivityState.CONFIRMED)).order_by("pk")
    list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))


def reroute(place: Organization, *, former: str, by: User) -> None:
    """What waits for the former superior waits for the new one, who also archives or sends back what was confirmed."""
    lying = _of(place).filter(office__in=no_longer_above(place, former))
    for activity in lying.filter(state=ActivityState.SUBMITTED).select_related("host", "submitted_by").order_by("pk"):
        activity.office = confirming_office(activity.host, without=[activity.submitted_by_id])
        activity.save(update_fields=["office"])
        WORKFLOW.reroute(activity, to=activity.office, by=by)
        tell(deciders(activity), activity, "activity_submitted", gettext_lazy("机构调整后由您单位确认：%(title)s"))
    confirmed = lying.filter(state=ActivityState.CONFIRMED)
    for host in Organization.objects.filter(pk__in=confirmed.values("host")):
        confirmed.filter(host=host).update(office=confirming_office(host))


def _of(place: Organization) -> QuerySet[Activity]:
    return Activity.objects.filter(host__path__startswith=place.path)
