"""What drills and courses are made of: subjects, bases, instructors, courses with their syllabus."""

from decimal import Decimal
from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.decisions import Decision, no
from core.history import tracked
from core.links import link_to
from core.phones import TelephoneField
from core.search import matching, search_index, search_key
from organizations.models import Division, Organization, User
from organizations.roles import Right
from organizations.validators import validate_phone, validate_visible, validate_year
from people.models import CertificateKind, Person
from people.validators import validate_not_future
from teams.models import Category
from teams.validators import validate_latitude, validate_longitude
from training.choices import BaseKind, LessonForm, Outcome, TrainingKind


class OwnedByPlaceQuerySet(models.QuerySet):
    """Rows kept by an office or a team (``organization``)."""

    def visible_to(self, user: User) -> Self:
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(reach(user, Right.VIEW_TRAINING, at="organization"))

    def kept_by(self, user: User) -> Self:
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(reach(user, Right.EDIT_TRAINING, at="organization"))

    def in_use(self) -> Self:
        return self.filter(ended_on=None)

    def matching(self, term: str) -> Self:
        return self.filter(matching(term))


class SharedQuerySet(OwnedByPlaceQuerySet):
    """What everybody who sees trainings anywhere may look up and use: bases, instructors, courses of all offices."""

    def visible_to(self, user: User) -> Self:
        from organizations.permissions import access  # the permission module reads the organization's model

        return self if Right.VIEW_TRAINING in access(user) else self.none()


class InstructorQuerySet(SharedQuerySet):
    def movable_to(self, kept: Person) -> Self:
        """Of a record that is merged into ``kept``: not where the same office has ``kept`` as an instructor as well."""
        theirs = Instructor.objects.in_use().filter(person=kept).order_by().values("organization")
        return self.exclude(ended_on=None, organization__in=theirs)


class OwnedByPlace(models.Model):
    """Kept by one office or team; ended, never deleted."""

    organization: models.ForeignKey[Organization]
    ended_on = models.DateField(_("停用日期"), null=True, blank=True, validators=[validate_not_future])
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True
        default_permissions = ()
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def can_edit(self, user: User) -> Decision:
        from organizations.permissions import can  # the permission module reads the organization's model

        return can(user, Right.EDIT_TRAINING, self.organization)

    def can_attach(self, user: User) -> Decision:
        return self.can_edit(user)


@tracked()
class Subject(models.Model):
    """演练科目: a table the region keeps; the twelve shipped are those of one real exercise."""

    key = models.SlugField(_("代号"), max_length=30, primary_key=True)
    name = models.CharField(_("名称"), max_length=40, unique=True, validators=[validate_visible])
    note = models.CharField(_("说明"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("次序"), default=1000)
    ended_on = models.DateField(_("停用日期"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("演练科目")
        default_permissions = ()
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.name


@tracked(exclude=("search_key",))
class Base(OwnedByPlace):
    """训练基地. All offices may look up and use it."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="bases", verbose_name=_("登记单位"))
    kind = models.CharField(_("建设方式"), max_length=10, choices=BaseKind)
    name = models.CharField(_("名称"), max_length=100, validators=[validate_visible])
    partner = models.CharField(_("共建或出租单位"), max_length=100, blank=True, validators=[validate_visible])
    agreed_from = models.DateField(_("协议起"), null=True, blank=True, validators=[validate_year])
    agreed_until = models.DateField(_("协议止"), null=True, blank=True, validators=[validate_year])
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name=_("所在旗县"))
    address = models.CharField(_("地址"), max_length=200, blank=True, validators=[validate_visible])
    latitude = models.DecimalField(
        _("纬度"), max_digits=8, decimal_places=5, null=True, blank=True, validators=[validate_latitude]
    )
    longitude = models.DecimalField(
        _("经度"), max_digits=8, decimal_places=5, null=True, blank=True, validators=[validate_longitude]
    )
    capacity = models.PositiveSmallIntegerField(
        _("可容纳人数"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(20000)]
    )
    facilities = models.TextField(_("场地和设施"), blank=True, max_length=1000)
    # Keys of Category: which kinds of training the place serves.
    categories = ArrayField(models.SlugField(max_length=20), default=list, blank=True, verbose_name=_("适用专业"))
    contact = models.CharField(_("联系人"), max_length=50, blank=True, validators=[validate_visible])
    phone = TelephoneField(_("联系电话"), max_length=20, blank=True, validators=[validate_phone])
    search_key = search_key("name", "partner", "address")

    objects = SharedQuerySet.as_manager()
    attachment_kinds = {"agreement": _("协议"), "photo": _("照片")}

    class Meta(OwnedByPlace.Meta):
        verbose_name = _("训练基地")
        ordering = ["name", "pk"]
        indexes = [search_index("base_search"), models.Index(fields=["name", "id"], name="base_order")]
        constraints = [
            models.CheckConstraint(
                condition=Q(agreed_until=None) | Q(agreed_from=None) | Q(agreed_until__gte=F("agreed_from")),
                name="base_agreement_dates",
                violation_error_message=_("协议止的日期不能早于起的日期。"),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return link_to("training:base_detail", self.pk)


@tracked(exclude=("search_key",))
class Instructor(OwnedByPlace):
    """师资: a member of a team, or somebody from outside by name. What a member holds is read from the certificates."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="instructors", verbose_name=_("登记单位")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="instructing", verbose_name=_("对应队员")
    )
    name = models.CharField(_("姓名"), max_length=50, validators=[validate_visible])
    employer = models.CharField(_("单位"), max_length=100, blank=True, validators=[validate_visible])
    qualification = models.CharField(_("资质"), max_length=200, blank=True, validators=[validate_visible])
    qualified_until = models.DateField(_("资质有效至"), null=True, blank=True, validators=[validate_year])
    # Keys of Category.
    categories = ArrayField(models.SlugField(max_length=20), default=list, blank=True, verbose_name=_("授课专业"))
    appointed_on = models.DateField(_("聘任日期"), null=True, blank=True, validators=[validate_not_future])
    note = models.CharField(_("说明"), max_length=200, blank=True)
    end_reason = models.CharField(_("停用原因"), max_length=200, blank=True)
    search_key = search_key("name", "employer", "qualification")

    objects = InstructorQuerySet.as_manager()
    attachment_kinds = {"qualification": _("资质证明")}

    class Meta(OwnedByPlace.Meta):
        verbose_name = _("师资")
        ordering = ["name", "pk"]
        indexes = [search_index("instructor_search"), models.Index(fields=["name", "id"], name="instructor_order")]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "person"],
                condition=Q(ended_on=None, person__isnull=False),
                name="instructor_once",
                violation_error_message=_("这个人已经登记为本单位的师资。"),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return link_to("training:instructor_detail", self.pk)


@tracked()
class InstructorAssessment(models.Model):
    """教学能力评估 of an instructor on a day."""

    instructor = models.ForeignKey(Instructor, models.PROTECT, related_name="assessments", verbose_name=_("师资"))
    assessed_on = models.DateField(_("评估日期"), validators=[validate_not_future])
    outcome = models.CharField(
        _("结论"), max_length=10, choices=[(one.value, one.label) for one in Outcome if one != Outcome.NOT_TESTED]
    )
    what = models.CharField(_("评估内容"), max_length=100, validators=[validate_visible])
    assessor = models.CharField(_("评估人"), max_length=50, blank=True, validators=[validate_visible])
    note = models.CharField(_("说明"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("教学能力评估")
        default_permissions = ()
        ordering = ["-assessed_on", "-pk"]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.instructor} {self.assessed_on}"


@tracked(exclude=("search_key",))
class Course(OwnedByPlace):
    """课程. What is taught stands in its versions."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="courses", verbose_name=_("编制单位"))
    name = models.CharField(_("名称"), max_length=100, validators=[validate_visible])
    kind = models.CharField(_("类别"), max_length=12, choices=TrainingKind)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("专业")
    )
    certificate_kind = models.ForeignKey(
        CertificateKind, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("合格后发的证书")
    )
    search_key = search_key("name")

    objects = SharedQuerySet.as_manager()

    class Meta(OwnedByPlace.Meta):
        verbose_name = _("课程")
        ordering = ["name", "pk"]
        indexes = [search_index("course_search"), models.Index(fields=["name", "id"], name="course_order")]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                condition=Q(ended_on=None),
                name="course_once",
                violation_error_message=_("本单位已经有同名的课程。"),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return link_to("training:course_detail", self.pk)


class CourseVersionQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "CourseVersionQuerySet":
        """What is published, like its course; a draft with whoever keeps the course."""
        from organizations.permissions import access, reach  # the permission module reads the organization's model

        if Right.VIEW_TRAINING not in access(user):
            return self.none()
        own = reach(user, Right.EDIT_TRAINING, at="course__organization")
        return self.filter(Q(published_at__isnull=False) | own)

    def published(self) -> "CourseVersionQuerySet":
        return self.filter(published_at__isnull=False)


@tracked()
class CourseVersion(models.Model):
    """大纲 of a course. Once published it does not change: a new version is drawn up beside it."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="versions", verbose_name=_("课程"))
    number = models.PositiveSmallIntegerField(_("版本"))
    goal = models.TextField(_("教学目标"), blank=True, max_length=1000)
    note = models.CharField(_("修订说明"), max_length=200, blank=True)
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    published_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发布人")
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CourseVersionQuerySet.as_manager()
    attachment_kinds = {"syllabus": _("大纲文件"), "material": _("教材课件")}

    class Meta:
        verbose_name = _("课程大纲")
        default_permissions = ()
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["course", "number"], name="courseversion_once"),
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(published_at=None),
                name="courseversion_one_draft",
                violation_error_message=_("这门课程已有一份大纲在修订，请先发布它。"),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            ),
            pgtrigger.Protect(
                name="published_not_deleted",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return _("%(course)s 第 %(number)s 版") % {"course": self.course, "number": self.number}

    def get_absolute_url(self) -> str:
        return link_to("training:version_detail", self.pk)

    def can_edit(self, user: User) -> Decision:
        decision = self.course.can_edit(user)
        return no(_("这一版已经发布，不能再改。要改请另起一版。")) if decision and self.published_at else decision

    def can_attach(self, user: User) -> Decision:
        """The signed paper and the slides often come after the day of publishing; files keep their own versions."""
        return self.course.can_edit(user)


# A lesson of a published syllabus neither comes, goes nor changes.
_STAYS_WITH_VERSION = """
    IF TG_OP <> 'DELETE' THEN of_version := of_version || NEW.version_of_id; END IF;
    IF TG_OP <> 'INSERT' THEN of_version := of_version || OLD.version_of_id; END IF;
    IF EXISTS (
        SELECT 1 FROM training_courseversion WHERE id = ANY(of_version) AND published_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'the syllabus has been published: its lessons stay as they are';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


@tracked()
class Lesson(models.Model):
    """课目: one line of a syllabus."""

    version_of = models.ForeignKey(CourseVersion, models.CASCADE, related_name="lessons", verbose_name=_("大纲"))
    position = models.PositiveSmallIntegerField(_("次序"), default=0)
    name = models.CharField(_("课目"), max_length=100, validators=[validate_visible])
    form = models.CharField(_("形式"), max_length=10, choices=LessonForm, default=LessonForm.THEORY)
    # 学时: how many minutes one is, the region sets (training.settings)
    lessons = models.DecimalField(
        _("学时"),
        max_digits=5,
        decimal_places=1,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(200)],
    )

    class Meta:
        verbose_name = _("课目")
        default_permissions = ()
        ordering = ["position", "pk"]
        triggers = [
            pgtrigger.Trigger(
                name="published_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("of_version", "BIGINT[]")],
                func=_STAYS_WITH_VERSION,
            )
        ]

    def __str__(self) -> str:
        return self.name
