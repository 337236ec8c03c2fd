"""How each kind of filing goes: data the region keeps, with history. It starts with fixtures/filing_rules.yaml."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.history import tracked
from core.links import link_to
from organizations.models import Organization, User
from organizations.roles import Level, Right
from teams.choices import Duty, FilingKind, PaperWhen, Severity, TeamLevel

# Where a step is done: at the office that manages the team, or at its superior of a level.
MANAGING = "managing"
STEP_PLACES = [(MANAGING, _("主管红十字会")), (Level.LEAGUE, Level.LEAGUE.label), (Level.REGION, Level.REGION.label)]


@tracked()
class FilingRule(models.Model):
    """One kind of filing for teams of one level."""

    kind = models.CharField(_("事项"), max_length=10, choices=FilingKind)
    level = models.CharField(_("队伍级别"), max_length=15, choices=TeamLevel)
    needs_reply = models.BooleanField(_("办结要有批复文号"), default=False)
    needs_meeting = models.BooleanField(_("同意前要登记会议研究"), default=False)
    note = models.TextField(_("办理说明"), max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("办理规则")
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FilingKind.values), name="filingrule_kind_known"),
            models.CheckConstraint(condition=Q(level__in=TeamLevel.values), name="filingrule_level_known"),
            models.UniqueConstraint(fields=["kind", "level"], name="filingrule_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（{self.get_level_display()}）"

    def get_absolute_url(self) -> str:
        return link_to("teams:rule_detail", self.pk)


@tracked()
class RuleStep(models.Model):
    """One office's step; the first is always the registration by the managing office."""

    rule = models.ForeignKey(FilingRule, models.CASCADE, related_name="steps", verbose_name=_("规则"))
    position = models.PositiveSmallIntegerField(_("次序"))
    place = models.CharField(_("由谁办"), max_length=15, choices=STEP_PLACES)
    duty = models.CharField(_("办什么"), max_length=10, choices=Duty)
    days = models.PositiveSmallIntegerField(
        _("时限（天）"), default=10, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )

    class Meta:
        verbose_name = _("步骤")
        default_permissions = ()
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(condition=Q(duty__in=Duty.values), name="rulestep_duty_known"),
            models.UniqueConstraint(
                fields=["rule", "position"], name="rulestep_position", deferrable=models.Deferrable.DEFERRED
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_place_display()}{self.get_duty_display()}"


@tracked()
class PaperKind(models.Model):
    """材料种类: a table the region keeps."""

    key = models.SlugField(_("代号"), max_length=30, primary_key=True)
    name = models.CharField(_("名称"), max_length=40, unique=True)
    help = models.CharField(_("要求"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("次序"), default=100)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("材料种类")
        default_permissions = ()
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.name


@tracked()
class RulePaper(models.Model):
    """A paper asked for by a rule."""

    rule = models.ForeignKey(FilingRule, models.CASCADE, related_name="papers", verbose_name=_("规则"))
    paper = models.ForeignKey(PaperKind, models.PROTECT, related_name="+", verbose_name=_("材料"))
    when = models.CharField(_("适用"), max_length=10, choices=PaperWhen, default=PaperWhen.ALWAYS)
    required = models.BooleanField(_("必须有"), default=True)

    class Meta:
        verbose_name = _("所需材料")
        default_permissions = ()
        ordering = ["paper__position", "pk"]
        constraints = [models.UniqueConstraint(fields=["rule", "paper"], name="rulepaper_once")]

    def __str__(self) -> str:
        return str(self.paper)


@tracked()
class CheckSetting(models.Model):
    """What a check of ``teams.filings.checks`` does when it finds something, and its limit where it has one."""

    key = models.SlugField(_("代号"), max_length=40, primary_key=True)
    severity = models.PositiveSmallIntegerField(_("发现问题时"), choices=Severity, default=Severity.WARN)
    source = models.CharField(_("依据"), max_length=120, blank=True)  # quoted to both sides; text, for documents differ
    limit = models.PositiveSmallIntegerField(_("限值"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("检查项")
        default_permissions = ()
        ordering = ["key"]
        constraints = [models.CheckConstraint(condition=Q(severity__in=Severity.values), name="checksetting_severity")]

    def __str__(self) -> str:
        return self.key


class PhraseQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "PhraseQuerySet":
        """The region's, and those of offices whose rules the user keeps."""
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(Q(office=None) | reach(user, Right.MANAGE_RULES, at="office"))

    def offered_at(self, office: Organization) -> "PhraseQuerySet":
        """The region's, and the office's own."""
        return self.filter(Q(office=None) | Q(office=office), ended_on=None)


@tracked()
class Phrase(models.Model):
    """常用语 for comments; without an office it is offered to all."""

    office = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("机构")
    )
    text = models.CharField(_("常用语"), max_length=200)
    position = models.PositiveSmallIntegerField(_("次序"), default=100)
    ended_on = models.DateField(_("停用日期"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PhraseQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("comment", "常用语")
        default_permissions = ()
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["office", "text"],
                nulls_distinct=False,
                name="phrase_once",
                violation_error_message=_("这句常用语已经有了。"),
            )
        ]

    def __str__(self) -> str:
        return self.text
