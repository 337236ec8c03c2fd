from datetime import date

import pgtrigger
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.history import tracked
from core.phones import TelephoneField
from organizations.models import User
from organizations.roles import Right
from organizations.validators import validate_name, validate_phone
from people.models import Membership, Person
from people.states import CURRENT, MembershipState
from teams.choices import MANAGEMENT, Origin, PostRole
from teams.models.team import Team
from teams.validators import validate_not_future


def _left(theirs: models.QuerySet[Membership]) -> Case:
    """The day the last of these memberships ended; None while one goes on."""
    ended = theirs.filter(state=MembershipState.ENDED)
    day = ended.order_by("-left_on").values("left_on")[:1]
    gone = Q(Exists(ended)) & ~Q(Exists(theirs.filter(state__in=CURRENT)))
    return Case(When(gone, then=Subquery(day)), output_field=models.DateField())


class TeamPostQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "TeamPostQuerySet":
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(reach(user, Right.VIEW_TEAM, at="team__organization"))

    def current(self, day: date | None = None) -> "TeamPostQuerySet":
        """Held now, or on a past day."""
        if day is None:
            return self.filter(Q(ends_on=None) | Q(ends_on__gt=timezone.localdate()))
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)

    def with_left(self) -> "TeamPostQuerySet":
        """Each with ``left_on``: the day its holder left the team; None while he or she is in it, or is no member.

        Where only a name is on file, whoever goes by it in the team is the holder.
        """
        there = Membership.objects.filter(organization=OuterRef("team__organization"))
        named = there.filter(Q(left_on=None) | Q(left_on__gte=OuterRef("starts_on")), person__name=OuterRef("name"))
        known = there.filter(person=OuterRef("person"))
        return self.annotate(left_on=Case(When(person=None, then=_left(named)), default=_left(known)))

    def held_by_the_left(self) -> "TeamPostQuerySet":
        """Posts in force whose holder's membership of the team has ended."""
        return self.current().with_left().filter(left_on__isnull=False)

    def management(self) -> "TeamPostQuerySet":
        return self.filter(role__in=MANAGEMENT)


@tracked()
class TeamPost(models.Model):
    """Who holds a post of a team, from when to when (任职). By name, and by person where he or she is a member.

    Captain and deputies begin and change by filing (``filing``); that one of them has left may be recorded at once, and
    shows as drift until a filing follows (中红字〔2023〕42号（八）).
    """

    team = models.ForeignKey(Team, models.PROTECT, related_name="posts", verbose_name=_("队伍"))
    role = models.CharField(_("岗位"), max_length=12, choices=PostRole)
    # The name stays as it was typed and filed; the person says whom it means, where he or she is on the register.
    name = models.CharField(_("姓名"), max_length=50, validators=[validate_name])
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("对应队员")
    )
    phone = TelephoneField(_("电话"), max_length=20, blank=True, validators=[validate_phone])
    origin = models.CharField(_("产生方式"), max_length=12, choices=Origin, blank=True)
    starts_on = models.DateField(_("任职日期"), validators=[validate_not_future])
    ends_on = models.DateField(_("离任日期"), null=True, blank=True, validators=[validate_not_future])
    end_reason = models.CharField(_("离任原因"), max_length=100, blank=True)
    filing = models.ForeignKey(
        "teams.Filing", models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("备案件")
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = TeamPostQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        default_permissions = ()
        ordering = ["pk"]
        indexes = [models.Index(fields=["team", "role", "starts_on"], name="teampost_of")]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=PostRole.values), name="teampost_role_known"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="teampost_dates",
                violation_error_message=_("离任日期不能早于任职日期。"),
            ),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.name}"

    @property
    def is_filed_role(self) -> bool:
        return self.role in MANAGEMENT

    @property
    def is_current(self) -> bool:
        return self.ends_on is None or self.ends_on > timezone.localdate()
