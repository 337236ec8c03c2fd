from datetime import date

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.decisions import Decision, no
from core.history import tracked
from core.lookups import has_none
from organizations.models import Organization, User
from organizations.roles import Level, Right
from organizations.validators import validate_visible
from people.choices import EndKind, MemberKind, Presence
from people.models.person import Person
from people.states import CURRENT, MEMBERSHIP_TRANSITIONS, MembershipState
from people.validators import validate_not_future


class MembershipQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "MembershipQuerySet":
        """Memberships at places where the user may see members."""
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(reach(user, Right.VIEW_MEMBER, at="organization"))

    def deciding_for(self, user: User) -> "MembershipQuerySet":
        """Those by which the user sees the person: current ones, and ended ones of people who are nowhere any more.

        One set of rows, so that the database can begin with the few people of a team as well as with a single person.
        """
        elsewhere = Membership.objects.current().filter(person=models.OuterRef("person"))
        return self.visible_to(user).filter(Q(state__in=CURRENT) | Q(has_none(elsewhere)))

    def current(self) -> "MembershipQuerySet":
        """在册: on probation or full, not ended."""
        return self.filter(state__in=CURRENT)

    def as_printed(self) -> "MembershipQuerySet":
        """In the order of papers: by number, those without one at the end."""
        return self.order_by(models.Case(models.When(number="", then=1), default=0), "number", "pk")

    def on(self, day: date) -> "MembershipQuerySet":
        """Those that stood on the day, whatever became of them since. What was registered by mistake never did."""
        stood = self.filter(Q(left_on=None) | Q(left_on__gt=day), joined_on__lte=day)
        return stood.exclude(end_kind=EndKind.MISTAKE)

    def now_or_on(self, day: date) -> "MembershipQuerySet":
        """在册 now, or on the day and left since: of whom what was done that day can still be written down. Once for
        each person and team."""
        again = Membership.objects.current().filter(
            person=models.OuterRef("person"), organization=models.OuterRef("organization")
        )
        left = Q(joined_on__lte=day, left_on__gte=day, person__anonymised_at=None) & Q(has_none(again))
        return self.filter(Q(state__in=CURRENT) | left & ~Q(end_kind=EndKind.MISTAKE))

    def of_somebody(self) -> "MembershipQuerySet":
        """Without those of the empty records that an undone import leaves (``people.roster.undoing``)."""
        return self.exclude(end_kind=EndKind.MISTAKE, person__anonymised_at__isnull=False)

    def there(self, day: date | None) -> "MembershipQuerySet":
        """在册 now; of a past day those that stood then."""
        return self.current() if day is None or day >= timezone.localdate() else self.on(day)

    def below(self, place: Organization) -> "MembershipQuerySet":
        return self.filter(organization__path__startswith=place.path)

    def of_team(self, team: Organization) -> "MembershipQuerySet":
        return self.filter(organization=team)

    def heads(self) -> int:
        """How many people these are: one who is in two teams counts once."""
        return self.aggregate(heads=models.Count("person", distinct=True))["heads"]


@tracked()
class Membership(models.Model):
    """队籍: that a person belongs to a team, from when to when.

    Several at once are fine, one of them the main one. It never goes away: it ends, with a day and a reason, and
    whoever comes back gets a new one.
    """

    State = MembershipState

    # the indexes below begin with them
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="memberships", verbose_name=_("人员"), db_index=False
    )
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="memberships",
        db_index=False,
        limit_choices_to={"level": Level.TEAM},
        verbose_name=_("救援队"),
    )
    state = models.CharField(_("队籍状态"), max_length=10, choices=MembershipState, default=MembershipState.PROBATION)
    kind = models.CharField(_("身份"), max_length=10, choices=MemberKind, default=MemberKind.MEMBER)
    is_main = models.BooleanField(_("主要队伍"), default=True)
    number = models.CharField(_("队内编号"), max_length=20, blank=True, validators=[validate_visible])
    group = models.CharField(_("分组"), max_length=40, blank=True, validators=[validate_visible])
    duty = models.CharField(_("队内职务"), max_length=40, blank=True, validators=[validate_visible])
    joined_on = models.DateField(_("入队日期"), validators=[validate_not_future])
    basis = models.CharField(_("入队依据"), max_length=100, blank=True)
    presence = models.CharField(_("在队情况"), max_length=10, choices=Presence, default=Presence.ACTIVE)
    away_until = models.DateField(_("预计归队"), null=True, blank=True)
    away_reason = models.CharField(_("请假或暂停原因"), max_length=100, blank=True)
    left_on = models.DateField(_("退队日期"), null=True, blank=True, validators=[validate_not_future])
    end_kind = models.CharField(_("退队类型"), max_length=10, choices=EndKind, blank=True)
    end_reason = models.CharField(_("退队原因"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("队籍")
        default_permissions = ()
        ordering = ["organization__path", "number", "pk"]
        indexes = [
            models.Index(fields=["organization", "number", "id"], name="membership_roster"),
            models.Index(fields=["person", "organization"], name="membership_of"),
            # who is at a place now, without a look at the rows: for counts of whole leagues and the numbers in the menu
            models.Index(
                fields=["organization"],
                include=["person"],
                name="membership_there",
                condition=Q(state__in=["probation", "full"]),
            ),
            # who has left a team, few beside those in it: for the posts of everybody who left
            models.Index(
                fields=["organization"],
                include=["person", "left_on"],
                name="membership_left",
                condition=Q(state="ended"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organization"],
                condition=Q(state__in=["probation", "full"]),
                name="membership_once",
                violation_error_message=_("这个人已经在这支队伍里了。"),
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=["probation", "full"], is_main=True),
                name="membership_one_main",
                violation_error_message=_("一个人只能有一支主要队伍。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["probation", "full"], left_on=None)
                | Q(state="ended", left_on__isnull=False) & ~Q(end_kind=""),
                name="membership_ended_whole",
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("joined_on")),
                name="membership_dates",
                violation_error_message=_("退队日期不能早于入队日期。"),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="legal_moves", field="state", transitions=MEMBERSHIP_TRANSITIONS),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.person}（{self.organization.short_name}）"

    def get_absolute_url(self) -> str:
        return self.person.get_absolute_url()

    @property
    def is_current(self) -> bool:
        return self.state in CURRENT

    @property
    def is_away(self) -> bool:
        """On leave or suspended, and the day of return, where one is known, has not come."""
        if self.presence == Presence.ACTIVE:
            return False
        return self.away_until is None or self.away_until > timezone.localdate()

    def can_edit(self, user: User) -> Decision:
        """Whoever keeps the team's roster."""
        from organizations.permissions import can  # the permission module reads the organization's model

        if self.person.anonymised_at is not None:
            return no(_("这份档案已经匿名化，不能再改。"))
        return can(user, Right.EDIT_MEMBER, self.organization)
