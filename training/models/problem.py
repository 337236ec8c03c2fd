from datetime import date

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.decisions import Decision, no
from core.history import tracked
from core.links import link_to
from core.lookups import has_any
from core.search import matching, search_index, search_key
from organizations.models import Organization, User
from organizations.roles import Right
from organizations.validators import validate_text, validate_visible, validate_year
from people.models import Membership, Person
from training.models.activity import LEAGUE_WIDE, REGION_WIDE, Activity, ActivityTeam, width_of
from training.states import PROBLEM_TRANSITIONS, ProblemState

UNSOLVED = ~Q(state=ProblemState.CLOSED)


def overdue(day: date) -> Q:
    """Still being put right though its day has passed. Also over the problems' history."""
    return Q(state=ProblemState.OPEN, due_on__lt=day)


class ProblemQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ProblemQuerySet":
        """Problems of activities the user sees, and those a place of his has to put right.

        In three ways, as with ``ActivityQuerySet.visible_to``: a league's are told row by row in the order of the list,
        what a banner or a team has is few and is looked up by its keys.
        """
        from organizations.permissions import reach  # the permission module reads the organization's model

        at_place = reach(user, Right.VIEW_TRAINING, at="organization")
        width = width_of(user)
        if width == REGION_WIDE:
            return self.filter(at_place)
        if width == LEAGUE_WIDE:
            teams = ActivityTeam.objects.filter(reach(user, Right.VIEW_TRAINING, at="organization")).order_by()
            joined = has_any(teams.filter(activity=OuterRef("activity")))
            return self.filter(at_place | reach(user, Right.VIEW_TRAINING, at="activity__host") | joined)
        given = Problem.objects.filter(at_place).order_by().values("pk")
        found = Problem.objects.filter(activity__in=Activity.objects.visible_to(user).order_by().values("pk"))
        return self.filter(pk__in=given.union(found.order_by().values("pk")))

    def with_owner(self) -> "ProblemQuerySet":
        """Adds ``owner_left``: who is named has left the place that has to put it right."""
        there = Membership.objects.current().filter(
            person=OuterRef("owner_person"), organization=OuterRef("organization")
        )
        return self.annotate(owner_left=Q(owner_person__isnull=False) & ~Exists(there.order_by()))

    def given_to(self, person: Person) -> "ProblemQuerySet":
        """What one person has to put right, and what was closed, by name of the owner."""
        return self.filter(owner_person__in=person.keys())

    def overdue(self) -> "ProblemQuerySet":
        return self.filter(overdue(timezone.localdate()))

    def matching(self, term: str) -> "ProblemQuerySet":
        return self.filter(matching(term))


@tracked(exclude=("search_key",))
class Problem(models.Model):
    """问题: found in a drill or training, put right by a place and somebody there until a day, then accepted."""

    State = ProblemState

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="problems", verbose_name=_("活动"))
    state = models.CharField(_("状态"), max_length=10, choices=ProblemState, default=ProblemState.OPEN)
    what = models.CharField(_("问题"), max_length=300, validators=[validate_text])
    measure = models.CharField(_("整改措施"), max_length=300, blank=True)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="problems", verbose_name=_("整改单位"))
    owner = models.CharField(_("责任人"), max_length=50, blank=True, validators=[validate_visible])
    owner_person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("对应队员")
    )
    due_on = models.DateField(_("整改期限"), null=True, blank=True, validators=[validate_year])
    fix = models.CharField(_("整改情况"), max_length=500, blank=True)
    fixed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("报告人")
    )
    fixed_at = models.DateTimeField(_("报告时间"), null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("验收人")
    )
    closed_at = models.DateTimeField(_("销号时间"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    search_key = search_key("what", "owner")

    objects = ProblemQuerySet.as_manager()
    attachment_kinds = {"fix": _("整改材料")}

    class Meta:
        verbose_name = _("演练问题")
        default_permissions = ()
        ordering = ["due_on", "pk"]
        indexes = [
            search_index("problem_search"),
            models.Index(fields=["state", "due_on", "id"], name="problem_order"),
            models.Index(fields=["organization", "state", "due_on"], name="problem_of"),
            models.Index(fields=["due_on", "id"], name="problem_due"),  # of all that an office sees
            # few of many are open; whose they are is told from the index alone
            models.Index(
                fields=["due_on", "id"],
                include=["organization", "activity"],
                condition=UNSOLVED,
                name="problem_unsolved",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_at__isnull=False), name="problem_closed_whole"
            )
        ]
        triggers = [
            pgtrigger.FSM(name="legal_moves", field="state", transitions=PROBLEM_TRANSITIONS),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return link_to("training:problem_detail", self.pk)

    @property
    def owner_account(self) -> User | None:
        """Of who is named to put it right, where known and with an account."""
        return self.owner_person.user if self.owner_person is not None else None

    def can_attach(self, user: User) -> Decision:
        """Whoever has to put it right brings the evidence, until it is closed."""
        from organizations.permissions import can  # the permission module reads the organization's model

        allowed = can(user, Right.EDIT_TRAINING, self.organization)
        if allowed and self.state == ProblemState.CLOSED:
            return no(_("问题已经销号，不再收材料。"))
        return allowed
