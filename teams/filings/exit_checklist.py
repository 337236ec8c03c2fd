"""The exit checklist: what has to be accounted for while a filing of a team that leaves is on its way."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.decisions import Decision, not_now
from core.language import in_chinese
from core.workflow import MoveNotAllowed
from organizations.models import User
from people.choices import EndKind
from people.membership.moving import reinstate
from people.models import Membership
from people.states import MembershipState
from people.workflow import MEMBERSHIP
from teams.choices import ExitTask, FilingKind
from teams.members import members_of
from teams.models import EmblemItem, ExitItem, Filing
from teams.states import OPEN, FilingState
from teams.workflow import asks, note


def can_account(filing: Filing, user: User) -> Decision:
    """The author's side, until it is decided: things come back while the offices are still reading."""
    decision = asks(filing, user)
    if decision and filing.state not in OPEN:
        return not_now(_("这件备案已经结束，退出清单不能再改。"))
    return decision


@transaction.atomic
def account(
    filing: Filing, task: str, *, by: User, done_on: date | None, note_text: str, version: int | None
) -> ExitItem:
    """Record one line of the checklist as done, or with ``done_on=None`` as open again.

    :raises MoveNotAllowed: code ``state`` when the filing has ended, ``permission`` without the right.
    :raises ValidationError: emblem items are still out; somebody else changed the line since it was opened.
    """
    fresh = Filing.objects.select_for_update(of=("self",)).get(pk=filing.pk)
    MoveNotAllowed.unless(can_account(fresh, by))
    item = ExitItem.objects.select_for_update(of=("self",)).get(filing=fresh, task=task)
    if version is not None and version != item.version:
        raise ValidationError(_("您打开之后，别人改过“%(task)s”。请对照后再保存。") % {"task": item}, code="stale")
    if task == ExitTask.EMBLEM and done_on and outstanding(fresh):
        raise ValidationError(_("标志使用登记里还有没有收回的，先在登记里办理收回。"), code="exit")
    if task == ExitTask.MEMBERS and done_on and unplaced(fresh):
        raise ValidationError(
            _("花名册上还有 %(count)d 名队员，先办理退队或转队。") % {"count": unplaced(fresh)}, code="exit"
        )
    item.done_on, item.note, item.done_by = done_on, note_text, by
    item.version += 1
    item.full_clean()
    item.save()
    facts = {"task": task, "done_on": done_on, "note": note_text}
    note(fresh, "exit_item", by=by, facts={name: value for name, value in facts.items() if value})
    return item


def done_since(items: Iterable[ExitItem]) -> set[str]:
    """Which findings on the checklist, by their field, hold no more whatever was found when it was handed in."""
    return {f"exit.{item.task}" for item in items if item.done_on}


def unplaced(filing: Filing) -> int:
    """How many members the leaving team still has."""
    return members_of(filing.team.organization).count() if filing.team is not None else 0


@transaction.atomic
def end_memberships(filing: Filing, *, by: User, left_on: date) -> int:
    """End every membership of the leaving team as 队伍退出; says how many. Each keeps its own history.

    :raises MoveNotAllowed: code ``state`` when the filing has ended, ``permission`` without the right.
    :raises ValidationError: a day that cannot be, with the name of whom it is about.
    """
    fresh = Filing.objects.select_for_update(of=("self",)).get(pk=filing.pk)
    MoveNotAllowed.unless(can_account(fresh, by))
    if fresh.kind != FilingKind.EXIT or fresh.team is None:
        raise MoveNotAllowed("state", _("只有退出备案才能这样办理。"))
    rows = list(members_of(fresh.team.organization).select_related("person").order_by("pk"))
    with in_chinese():
        reason = _("随队伍退出备案办理")
    for row in rows:
        try:
            MEMBERSHIP.perform(row, "end", by=by, left_on=left_on, end_kind=EndKind.TEAM_LEFT, end_reason=reason)
        except ValidationError as error:
            words = {"name": row.person.name, "why": _("；").join(error.messages)}
            raise ValidationError(_("%(name)s：%(why)s") % words, code="exit") from error
    if rows:
        facts = {"count": len(rows), "done_on": left_on, "members": [row.pk for row in rows]}
        note(fresh, "end_memberships", by=by, facts=facts)
    return len(rows)


def sent_away(filing: Filing) -> QuerySet[Membership]:
    """Whom the filing took off the roster and who is still off it, where nothing came of it: the team stays."""
    rows = Membership.objects.filter(state=MembershipState.ENDED, end_kind=EndKind.TEAM_LEFT)
    if filing.kind != FilingKind.EXIT or filing.state not in (FilingState.REJECTED, FilingState.WITHDRAWN):
        return rows.none()
    told = filing.events().filter(action="end_memberships").values_list("facts", flat=True)
    return rows.filter(pk__in=[pk for facts in told for pk in facts.get("members", ())])


@transaction.atomic
def take_back(filing: Filing, *, by: User) -> tuple[int, list[str]]:
    """Put them on the roster again as they were; says how many, and of whom else why not.

    :raises PermissionDenied: without the right.
    """
    fresh = Filing.objects.select_for_update(of=("self",)).get(pk=filing.pk)
    asks(fresh, by).require()
    with in_chinese():
        reason = _("退出备案没有办成")
    back, not_back = 0, []
    for row in sent_away(fresh).select_related("person").order_by("pk"):
        try:
            reinstate(row, by=by, comment=reason)
            back += 1
        except (ValidationError, MoveNotAllowed) as error:
            why = _("；").join(error.messages) if isinstance(error, ValidationError) else error.message
            not_back.append(_("%(name)s：%(why)s") % {"name": row.person.name, "why": why})
    if back:
        note(fresh, "reinstate_memberships", by=by, facts={"count": back})
    return back, not_back


def outstanding(filing: Filing) -> list[EmblemItem]:
    """Emblem and uniform items of the leaving team that are not wholly accounted for."""
    if filing.team_id is None:
        return []
    return list(EmblemItem.objects.filter(team=filing.team_id).outstanding())
