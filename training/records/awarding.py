"""Certificates to those who passed, in one step: by ``people.papers.granting``, noted with who was on the list."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.decisions import Decision, no
from organizations.models import User
from people.models import Membership
from people.papers.granting import Granted, GrantRefused, Recipient, Terms, grant
from people.states import STANDING
from training.choices import Outcome
from training.models import Activity, Participation
from training.models.roll import ParticipationQuerySet
from training.participants.attended import present
from training.states import ActivityState
from training.workflow import keeps_some


def waits(row: Participation) -> bool:
    """Passed, and has no certificate for it that stands."""
    return row.outcome == Outcome.PASSED and (row.certificate is None or row.certificate.state not in STANDING)


def may_award(activity: Activity, user: User) -> Decision:
    """From the beginning of the training on, also after the record is confirmed: the host's keepers, and those of a
    joined team. Each gives them to the people whose papers they keep (``people.papers.granting``)."""
    decision = keeps_some(activity, user)
    if decision and activity.state == ActivityState.CANCELLED:
        return no(_("培训已经取消，不能发证。"))
    if decision and (activity.starts_at is None or activity.starts_at > timezone.now()):
        return no(_("培训还没有开始，不能发证。"))
    return decision


def to_award(activity: Activity) -> ParticipationQuerySet:
    """Who passed and has got none for it, or one that was refused or ended since."""
    rows = present(activity).filter(outcome=Outcome.PASSED)
    return rows.filter(Q(certificate=None) | ~Q(certificate__state__in=STANDING))


def memberships_of(rows: Sequence[Participation]) -> list[Membership]:
    """The membership by which each came, in their order; who has left since stands with the last one."""
    found = Membership.objects.filter(person__in=[row.person_id for row in rows])
    best: dict[int, Membership] = {}
    teams = {row.person_id: row.organization_id for row in rows}
    for one in found.select_related("person", "organization").order_by("joined_on", "pk"):
        before = best.get(one.person_id)
        if before is None or _nearness(one, teams) >= _nearness(before, teams):
            best[one.person_id] = one
    return [best[row.person_id] for row in rows if row.person_id in best]


def _nearness(row: Membership, teams: dict[int, int]) -> tuple[bool, bool]:
    return row.organization_id == teams[row.person_id], row.is_current


@transaction.atomic
def award(activity: Activity, recipients: Sequence[Recipient], terms: Terms, *, by: User) -> Granted:
    """Give each a certificate and note it. All or none; the second press of a double click finds nobody left.

    :raises GrantRefused: somebody cannot be given one; then nobody is.
    :raises ValidationError: they have theirs already.
    """
    # the second of two at once waits here, and so does who cancels it
    activity = Activity.objects.select_for_update(of=("self",)).select_related("host").get(pk=activity.pk)
    may_award(activity, by).require()
    asked = {recipient.person.pk for recipient in recipients}
    rows = {row.person_id: row for row in to_award(activity).filter(person__in=asked)}
    if not rows:
        raise ValidationError(_("这些人的证书已经发过了。"), code="done")
    missing = asked - set(rows)
    if missing:
        raise GrantRefused(dict.fromkeys(missing, _("这个人的证书刚刚发过了，或者成绩改了。")))
    done = grant(recipients, terms, by=by)
    for certificate in done.certificates:
        row = rows[certificate.person_id]
        row.certificate, row.version = certificate, row.version + 1
    Participation.objects.bulk_update(rows.values(), ["certificate", "version"], batch_size=500)
    return done
