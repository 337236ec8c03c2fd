"""Who may answer 公示异议和申诉: the office that holds the matter or one above, nobody who has a hand in it.

One table of what bars a person, asked for one objection, for all that wait for a person, and for whether anybody at the
office is free to answer.
"""

from collections.abc import Callable, Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from assessments.impartial import hands_in_it
from assessments.models import Grading, Objection, Review
from core.decisions import Decision, no, yes
from core.models import WorkflowEvent
from organizations.models import Appointment, User
from organizations.permissions import access, can, reach
from organizations.roles import ROLES, Right

# Moves by which somebody has taken sides: whoever made one of them does not answer.
DECIDING = ("publicise", "grant", "decline", "score", "decide", "conclude")
_ANSWERED = _("已经答复过了。")
_OWN = _("自己登记的要由别人答复。")
_DECIDED = _("您办理过这一件，异议和申诉要由没有参加决定的人答复。")
_Ref = Callable[[str], Any]


def may_answer(objection: Objection, user: User) -> Decision:
    return may_answer_each([objection], user)[objection.pk]


def may_answer_each(rows: Iterable[Objection], user: User) -> dict[int, Decision]:
    """The same for several, by their keys. One query."""
    rows, bars = list(rows), _bars(user)
    found = dict(_barred(Objection.objects.filter(pk__in=[row.pk for row in rows]), bars).values_list("pk", "bar"))
    return {row.pk: _said(row, user, found[row.pk], [reason for reason, _q in bars]) for row in rows}


def to_answer(user: User) -> "QuerySet[Objection]":
    """Left unanswered, for the person: at his own office, and at an office below where nobody is free to answer. Asks
    nothing by itself."""
    if Right.MANAGE_ASSESSMENT not in access(user):
        return Objection.objects.none()
    here = Q(pk__in=[])
    for held in access(user).having(Right.MANAGE_ASSESSMENT):
        here |= Q(grading__office=held.place_id) | Q(review__office=held.place_id)
    rows: QuerySet[Objection] = _barred(Objection.objects.filter(outcome=""), _bars(user))
    return rows.filter(here | ~Exists(_free_there())).filter(Q(bar=None))


def _said(row: Objection, user: User, bar: int | None, reasons: list[StrOrPromise]) -> Decision:
    if bar is None:
        return yes("")
    # where the right is missing, the permission says which
    return no(reasons[bar]) if reasons[bar] else can(user, Right.MANAGE_ASSESSMENT, row.office)


def _bars(user: User) -> list[tuple[StrOrPromise, Q]]:
    """Reason and condition, in the order in which they are said."""
    team = reach(user, Right.REPORT_ASSESSMENT, at="grading__team__organization")
    team |= reach(user, Right.REPORT_ASSESSMENT, at="review__organization")
    return [
        (_ANSWERED, ~Q(outcome="")),
        (_OWN, Q(created_by=user) & team),
        *_hands_in_it(user.pk, OuterRef),
        ("", ~_within_reach(user)),
    ]


def _barred(rows: "QuerySet[Objection]", bars: list[tuple[StrOrPromise, Q]]) -> Any:
    """``bar``: the first that holds."""
    whens = [When(condition, then=Value(number)) for number, (_reason, condition) in enumerate(bars)]
    return rows.annotate(bar=Case(*whens, default=None, output_field=IntegerField()))


def _hands_in_it(who: Any, ref: _Ref) -> list[tuple[StrOrPromise, Q]]:
    """:param who: key of the person. :param ref: leads to the objection."""
    submitted_by = Coalesce(ref("grading__submitted_by"), ref("review__submitted_by"))
    team = Coalesce(ref("grading__team__organization"), ref("review__organization"))
    decisions = WorkflowEvent.objects.filter(action__in=DECIDING, by=who).order_by()
    decided = decisions.of_each(Grading, ref("grading")) | decisions.of_each(Review, ref("review"))
    return [*hands_in_it(who, submitted_by=submitted_by, team=team), (_DECIDED, Q(Exists(decided)))]


def _within_reach(user: User) -> Q:
    """At the office, also by proxy, or above it: at a small office everybody may have decided."""
    found = Q(pk__in=[])
    for held in access(user).having(Right.MANAGE_ASSESSMENT):
        for at in ("grading__office", "review__office"):
            found |= Q(**{at: held.place_id}) if held.proxy_for else Q(**{f"{at}__path__startswith": held.path})
    return found


def _free_there() -> "QuerySet[Appointment]":
    """Who may answer at the office itself. Whoever wrote it down is not counted: it may have been for the team."""
    roles = [key for key, role in ROLES.items() if Right.MANAGE_ASSESSMENT in role.here]
    place = Coalesce(OuterRef("grading__office"), OuterRef("review__office"))
    there = Appointment.objects.in_force().filter(role__in=roles, organization=place, user__is_active=True).order_by()
    hands = _hands_in_it(OuterRef("user"), lambda name: OuterRef(OuterRef(name)))
    return there.exclude(user=OuterRef("created_by")).exclude(reduce(or_, [condition for _reason, condition in hands]))
