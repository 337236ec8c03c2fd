from datetime import date

import pgtrigger
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, IntegerField, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from core.decisions import Decision
from core.history import tracked
from core.history.as_at import field_on
from core.links import link_to
from core.phones import TelephoneField
from core.search import matching, search_index, search_key
from organizations.models import Division, Organization, User
from organizations.roles import Right
from organizations.validators import validate_name, validate_phone, validate_uscc, validate_visible
from teams.choices import CivilType, ExitKind, Formation, Funding, Registration, SiteType, TeamLevel
from teams.models.category import Category
from teams.states import ON_FILE, TEAM_TRANSITIONS, TeamStatus
from teams.validators import validate_document_number, validate_latitude, validate_longitude, validate_not_future


def unconfirmed(year: int) -> Q:
    """On file since before the year, and not confirmed for it. Also over the team's history."""
    missing = Q(confirmed_year=None) | Q(confirmed_year__lt=year)
    return missing & Q(status__in=ON_FILE, filed_on__year__lt=year)


class TeamQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "TeamQuerySet":
        """Teams of organizations where the user may see teams."""
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(reach(user, Right.VIEW_TEAM, at="organization"))

    def on_file(self) -> "TeamQuerySet":
        """Filed and not left: also those being rectified or suspended."""
        return self.filter(status__in=ON_FILE)

    def on_file_at(self, day: date | None) -> "TeamQuerySet":
        """The same at the end of a past day (None: now), by the dates of filing and leaving: the portal may have begun,
        and a filing or an exit may have been written down, after the day."""
        if day is None:
            return self.on_file()
        there = Q(status__in=ON_FILE) | Q(status=TeamStatus.EXITED, exit_on__gt=day)
        return self.filter(there, filed_on__lte=day)

    def of_level(self, level: str, day: date | None = None) -> "TeamQuerySet":
        """Of the level now, or at the end of a past day; one written down later, of the level it came with."""
        if day is None:
            return self.filter(level=level)
        return self.alias(then=field_on(Team, "level", day, since=True)).filter(then=level)

    def unconfirmed(self, year: int) -> "TeamQuerySet":
        return self.filter(unconfirmed(year))

    def below(self, place: Organization) -> "TeamQuerySet":
        return self.filter(organization__path__startswith=place.path)

    def matching(self, term: str) -> "TeamQuerySet":
        """By name or short name, filing number, original organization or credit code."""
        named = Organization.objects.filter(matching(term)).teams().values("pk")
        return self.filter(Q(organization__in=named) | matching(term))


@tracked(exclude=("search_key",))
class Team(models.Model):
    """救援队: what is on file about it. Its name and place in the tree are its organization's (docs/adr/0004).

    Filed facts (``teams.facts``) change only through a filing; the rest is kept up to date
    by the team and its office. ``filed_facts`` holds them as they were last filed, so that drift can be shown.
    """

    Status = TeamStatus

    organization = models.OneToOneField(Organization, models.PROTECT, related_name="team", verbose_name=_("队伍"))
    status = models.CharField(_("状态"), max_length=12, choices=TeamStatus, default=TeamStatus.PREPARING)
    filing_no = models.CharField(_("备案编号"), max_length=30, null=True, unique=True, editable=False)
    filed_on = models.DateField(_("备案日期"), null=True, blank=True, editable=False)
    level = models.CharField(_("队伍级别"), max_length=15, choices=TeamLevel, blank=True)
    formation = models.CharField(_("组建方式"), max_length=10, choices=Formation, blank=True)
    naming_org = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="named_teams", verbose_name=_("命名机构")
    )
    founded_on = models.DateField(_("成立日期"), null=True, blank=True, validators=[validate_not_future])
    registration = models.CharField(_("登记方式"), max_length=10, choices=Registration, blank=True)
    host_org_name = models.CharField(_("原社会组织名称"), max_length=100, blank=True, validators=[validate_name])
    civil_type = models.CharField(_("民政登记类型"), max_length=2, choices=CivilType, blank=True)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True, validators=[validate_uscc])
    civil_authority = models.CharField(_("登记机关"), max_length=100, blank=True)
    civil_on = models.DateField(_("登记日期"), null=True, blank=True, validators=[validate_not_future])
    supervising_unit = models.CharField(_("业务主管单位"), max_length=100, blank=True)
    annual_check_year = models.PositiveSmallIntegerField(
        _("最近年检年度"), null=True, blank=True, validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    filing_doc_no = models.CharField(
        _("备案发文文号"), max_length=40, blank=True, validators=[validate_document_number]
    )
    filing_doc_on = models.DateField(_("备案发文日期"), null=True, blank=True, validators=[validate_not_future])
    main_category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("主专业类别")
    )
    # Keys of Category. An array, so that history and as-at hold it with the row.
    other_categories = ArrayField(models.SlugField(max_length=20), default=list, blank=True, verbose_name=_("其他类别"))
    planned_size = models.PositiveSmallIntegerField(
        _("建制人数"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5000)]
    )
    base_division = models.ForeignKey(
        Division, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("驻地旗县")
    )
    base_address = models.CharField(_("驻地地址"), max_length=200, blank=True, validators=[validate_visible])
    latitude = models.DecimalField(
        _("纬度"), max_digits=8, decimal_places=5, null=True, blank=True, validators=[validate_latitude]
    )
    longitude = models.DecimalField(
        _("经度"), max_digits=8, decimal_places=5, null=True, blank=True, validators=[validate_longitude]
    )
    duty_phone = TelephoneField(_("24 小时值班电话"), max_length=20, blank=True, validators=[validate_phone])
    site_type = models.CharField(_("队部和训练基地"), max_length=10, choices=SiteType, blank=True)
    funding = ArrayField(
        models.CharField(max_length=12, choices=Funding), default=list, blank=True, verbose_name=_("经费来源")
    )
    funding_note = models.CharField(_("经费说明"), max_length=200, blank=True)

    confirmed_year = models.PositiveSmallIntegerField(_("最近确认年度"), null=True, blank=True, editable=False)
    status_reason = models.CharField(_("状态原因"), max_length=200, blank=True)
    exit_on = models.DateField(_("退出日期"), null=True, blank=True)
    exit_kind = models.CharField(_("退出类型"), max_length=12, choices=ExitKind, blank=True)
    filed_facts = models.JSONField(_("备案时的内容"), default=dict, editable=False)
    created_at = models.DateTimeField(_("建档时间"), auto_now_add=True)
    maintained_at = models.DateTimeField(_("最近维护"), auto_now_add=True)  # by the team or its office, not by us
    version = models.PositiveIntegerField(default=1, editable=False)
    search_key = search_key("filing_no", "host_org_name", "uscc")

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("救援队")
        default_permissions = ()
        ordering = ["organization__path"]
        indexes = [
            search_index("team_search"),
            models.Index(fields=["status", "organization"], name="team_status"),
            models.Index(fields=["main_category", "organization"], name="team_category"),
            GinIndex(fields=["other_categories"], name="team_categories"),
            models.Index(fields=["uscc"], name="team_uscc", condition=~Q(uscc="")),
            models.Index(fields=["host_org_name"], name="team_host", condition=~Q(host_org_name="")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=TeamStatus.values), name="team_status_known"),
            models.CheckConstraint(
                condition=Q(status=TeamStatus.PREPARING) | Q(filing_no__isnull=False), name="team_filed_has_number"
            ),
            models.CheckConstraint(
                condition=~Q(status=TeamStatus.EXITED) | Q(exit_on__isnull=False), name="team_exited_has_date"
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="legal_moves", field="status", transitions=TEAM_TRANSITIONS),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.organization.name

    def get_absolute_url(self) -> str:
        return link_to("teams:team_detail", self.pk)

    @property
    def name(self) -> str:
        return self.organization.name

    def can_edit(self, user: User) -> Decision:
        """Facts that need no filing."""
        from organizations.permissions import can  # the permission module reads the organization's model

        return can(user, Right.EDIT_TEAM, self.organization)

    @staticmethod
    def label_in(field: str, key: str) -> str:
        """How a key of ``filed_facts`` is called in the record of who did what."""
        from teams.facts import label_of  # that module reads the models

        return str(_("（备案内容）%(label)s") % {"label": label_of(key)})

    def public_standing(self) -> str:
        """What the public verify page says of the team today; nothing personal."""
        return str(self.get_status_display())


def other_category_names() -> ArraySubquery:
    """Names of a team's other categories, in the table's order, to be read along with the team."""
    at = Func(OuterRef("other_categories"), F("key"), function="array_position", output_field=IntegerField())
    return ArraySubquery(Category.objects.alias(at=at).filter(at__isnull=False).order_by("position").values("name"))
