"""What becomes of filings under way when the tree of offices changes; called in the transaction of the change."""

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from core.language import in_chinese
from core.notices import notify
from organizations.models import Organization, User
from organizations.tree import no_longer_above
from teams.filings.route import due
from teams.models import Filing, FilingStep
from teams.states import OPEN
from teams.workflow import WORKFLOW, deciders
from teams.workflow.deciding import drop_notes

_TO_COME = (FilingStep.State.PENDING, FilingStep.State.CURRENT)


def in_the_way(office: Organization) -> list[str]:
    """Filings that lie with the office, or that it has yet to see, or that are about it."""
    steps = FilingStep.objects.filter(office=office, state__in=_TO_COME, filing__state__in=OPEN).values("filing")
    lying = Filing.objects.filter(pk__in=steps)
    own = Filing.objects.filter(organization=office, state__in=OPEN)
    number = (lying | own).distinct().count()
    return [_("%(number)d 件未办结的备案") % {"number": number}] if number else []


def hold(office: Organization) -> None:
    """Lock the filings that a move of the office would pass on, before anything else: as ``perform`` does. Whoever is
    deciding on one of them finishes first; with offices or steps locked before, the two would wait for each other."""
    own = Filing.objects.filter(organization__path__startswith=office.path, state__in=OPEN).order_by("pk")
    list(own.select_for_update(of=("self",)).values_list("pk", flat=True))


def reroute(office: Organization, *, former: str, by: User) -> None:
    """Steps that a former superior had still to take go to the new superior of the same level; their filings are locked
    (``hold``).

    Otherwise a filing would lie where nobody sees it any more. What was decided stays as it was decided.

    :raises ValidationError: no superior of that level any more, so that the filing could not go on.
    """
    line = {place.level: place for place in Organization.objects.filter(path__in=office.line)}
    steps = FilingStep.objects.filter(
        filing__organization__path__startswith=office.path, office__in=no_longer_above(office, former),
        state__in=_TO_COME, filing__state__in=OPEN,
    )  # fmt: skip
    moved: dict[int, list[FilingStep]] = {}
    for step in steps.select_related("office").order_by("pk"):
        new = line.get(step.office.level)
        if new is None:
            words = {"level": step.office.get_level_display()}
            raise ValidationError(_("有未办结的备案要由%(level)s办理，移动后没有这一级，请先办结。") % words)
        step.office = new
        moved.setdefault(step.filing_id, []).append(step)
    for pk, rows in moved.items():
        _hand_over(Filing.objects.select_for_update(of=("self",)).get(pk=pk), rows, by)


def _hand_over(filing: Filing, steps: list[FilingStep], by: User) -> None:
    for step in steps:
        if step.pk == filing.current_step_id:  # the new office has the whole time for it
            step.due_on = due(step.days)
            filing.current_step, filing.current_office, filing.due_on = step, step.office, step.due_on
            filing.assignee = None
            filing.meeting_name, filing.meeting_on = "", None  # of the former office
            drop_notes(filing)
        step.save(update_fields=["office", "due_on"])
    filing.save(update_fields=["current_office", "due_on", "assignee", "meeting_name", "meeting_on"])
    told = deciders(filing) if filing.current_step_id in {step.pk for step in steps} else []
    with in_chinese():
        title = _("机构调整后由您单位办理：%(name)s（%(kind)s）") % {
            "name": filing.name, "kind": filing.get_kind_display(),
        }  # fmt: skip
    WORKFLOW.reroute(filing, to=steps[0].office, by=by)
    notify(told, kind="filing_submitted", title=title, url=reverse("teams:desk_filing", args=[filing.pk]))
