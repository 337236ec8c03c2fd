import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import encryption, masking
from core.attachments.formats.kinds import PICTURES
from core.decisions import Decision, no
from core.history import tracked
from core.links import link_to
from core.phones import TelephoneField
from core.search import matching, search_index, search_key
from organizations.models import Division, User
from organizations.roles import Right
from organizations.validators import validate_phone, validate_visible
from people import identity
from people.choices import ETHNICITY_CHOICES, Education, Gender, IdType, Political
from people.names import bare_name
from people.validators import validate_mobile, validate_not_future, validate_person_name

PHOTO, SCAN = "photo", "scan"
HEALTH_FIELDS = ("blood", "allergy", "statement")


def of_visible(user: User) -> Q:
    """Records of people whom the user may see, as ``Person.objects.visible_to`` says; the few who were merged are
    left out by their keys, without a look at every person."""
    from people.models.membership import Membership  # that module reads this one

    seen = Membership.objects.deciding_for(user).order_by().values("person")
    merged = Person.objects.exclude(merged_into=None).order_by().values("pk")
    return Q(person__in=seen) & ~Q(person__in=merged)


class PersonQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "PersonQuerySet":
        """People with a membership now at a place where the user may see members; those who have left every team, at
        the places they were in. The own record is on the own page, without a right.
        """
        from people.models.membership import Membership  # that module reads this one

        return self.filter(pk__in=Membership.objects.deciding_for(user).order_by().values("person"), merged_into=None)

    def held(self, keys: Iterable[int]) -> "list[Person]":
        """The records, locked until the transaction ends: a merge waits, or has been meanwhile; then the one it left in
        their place. What points to them may still be written."""
        locked: Any = self.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk")
        rows: list[Person] = list(locked)
        kept = [person for person in rows if person.merged_into_id is None]
        left = {person.merged_into_id for person in rows if person.merged_into_id} - {person.pk for person in rows}
        return kept + self.held(left) if left else kept

    def matching(self, term: str) -> "PersonQuerySet":
        """By name, volunteer or membership number; a whole ID number (also of a former document) or mobile number finds
        its holder and nobody else."""
        number = identity.normal(term)
        kind = identity.guess(number)
        if kind:
            # looked up one by one and put together: an OR over two tables would read every person
            keys = identity.indexes(kind, number)
            own = Person.objects.filter(id_index__in=keys).order_by().values("pk")
            its = Person.objects.filter(id_index=models.OuterRef("id_index"))  # entered by mistake for somebody else
            former = FormerDocument.objects.filter(~models.Exists(its), id_index__in=keys)
            found: list[Any] = [former.order_by().values("person")]
            if kind not in identity.EIGHTEEN:  # a passport looks like a volunteer's number
                found.append(Person.objects.filter(matching(term)).order_by().values("pk"))
            return self.filter(pk__in=own.union(*found))
        if validate_mobile.regex.fullmatch(number):  # type: ignore[union-attr]
            return self.filter(mobile=number)
        return self.filter(matching(term))


@tracked(exclude=("search_key", "id_cipher", "id_index", "health_cipher"))
class Person(models.Model):
    """One human being, once, however many teams he or she is in.

    The ID number is encrypted (``id_cipher``), found again by ``id_index`` and shown as ``id_masked``; only that mask
    stands in the history. Health data are one encrypted text. ``people.privacy.revealing`` is the only way to either.
    """

    name = models.CharField(_("姓名"), max_length=50, validators=[validate_person_name])
    mongolian_name = models.CharField(_("蒙古文姓名"), max_length=100, blank=True, validators=[validate_visible])
    id_type = models.CharField(_("证件类型"), max_length=10, choices=IdType, blank=True)
    id_cipher = models.TextField(blank=True, editable=False)
    id_index = models.CharField(max_length=64, null=True, unique=True, editable=False)
    id_masked = models.CharField(_("证件号码"), max_length=40, blank=True, editable=False)
    gender = models.CharField(_("性别"), max_length=1, choices=Gender, blank=True)
    birth = models.DateField(_("出生日期"), null=True, blank=True, validators=[validate_not_future])
    ethnicity = models.CharField(_("民族"), max_length=10, choices=ETHNICITY_CHOICES, blank=True)
    political = models.CharField(_("政治面貌"), max_length=2, choices=Political, blank=True)
    mobile = TelephoneField(_("手机"), max_length=11, blank=True, validators=[validate_mobile])
    other_phone = TelephoneField(_("备用电话"), max_length=20, blank=True, validators=[validate_phone])
    division = models.ForeignKey(
        Division, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("所在旗县")
    )
    address = models.CharField(_("住址"), max_length=200, blank=True, validators=[validate_visible])
    employer = models.CharField(_("工作单位"), max_length=100, blank=True, validators=[validate_visible])
    occupation = models.CharField(_("职业"), max_length=50, blank=True, validators=[validate_visible])
    education = models.CharField(_("学历"), max_length=2, choices=Education, blank=True)
    emergency_name = models.CharField(_("紧急联系人"), max_length=50, blank=True, validators=[validate_visible])
    emergency_relation = models.CharField(_("与本人关系"), max_length=20, blank=True)
    emergency_phone = TelephoneField(_("紧急联系电话"), max_length=20, blank=True, validators=[validate_phone])
    rc_member_no = models.CharField(_("红十字会会员证号"), max_length=30, blank=True)
    rc_member_on = models.DateField(_("入会日期"), null=True, blank=True, validators=[validate_not_future])
    volunteer_no = models.CharField(_("志愿者编号"), max_length=30, blank=True)
    volunteer_on = models.DateField(_("志愿者注册日期"), null=True, blank=True, validators=[validate_not_future])
    skills = ArrayField(models.CharField(max_length=30), default=list, blank=True, verbose_name=_("技能特长"))
    languages = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("语言"))
    licence_class = models.CharField(_("准驾车型"), max_length=20, blank=True)
    clothes_size = models.CharField(_("服装尺码"), max_length=10, blank=True)
    shoe_size = models.CharField(_("鞋码"), max_length=10, blank=True)
    hat_size = models.CharField(_("帽号"), max_length=10, blank=True)
    health_cipher = models.TextField(blank=True, editable=False)
    health_declared_on = models.DateField(_("健康声明日期"), null=True, blank=True, validators=[validate_not_future])
    checkup_on = models.DateField(_("体检日期"), null=True, blank=True, validators=[validate_not_future])
    note = models.CharField(_("备注"), max_length=200, blank=True)

    user = models.OneToOneField(
        User, models.PROTECT, null=True, blank=True, related_name="person", verbose_name=_("本人账号")
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("并入")
    )
    anonymised_at = models.DateTimeField(_("匿名化时间"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("建档时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    search_key = search_key("name", "volunteer_no", "rc_member_no")

    objects = PersonQuerySet.as_manager()
    attachment_kinds = {PHOTO: _("照片")}
    attachment_takes = {PHOTO: PICTURES}
    told_in_history = ("id_masked", "anonymised_at")
    masked_in_history = {"other_phone": masking.phone, "emergency_phone": masking.phone}

    class Meta:
        verbose_name = _("人员")
        default_permissions = ()
        ordering = ["pk"]
        indexes = [
            search_index("person_search"),
            models.Index(fields=["mobile"], name="person_mobile", condition=~Q(mobile="")),
            models.Index(fields=["checkup_on"], name="person_checkup", condition=Q(checkup_on__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(id_index=None, id_cipher="") | Q(id_index__isnull=False), name="person_id_whole"
            ),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return link_to("people:person_detail", self.pk)

    def keys(self) -> list[int]:
        """The record's own key and those of records merged into it. Asked for by itself: an OR across a join, and a
        subquery as well, would make the database read everybody's rows."""
        return [self.pk, *self.merged.order_by().values_list("pk", flat=True)]

    def called(self) -> set[str]:
        """The bare names it goes by: its own, and those of records merged into it."""
        return {bare_name(each.name) for each in (self, *self.merged.all())}

    # -- sealed facts: only people.privacy.revealing reads them for a page --------------------------------------------
    @property
    def id_number(self) -> str:
        """The whole number. Whoever shows it, shows it through ``people.privacy.revealing``."""
        return encryption.decrypt(self.id_cipher)

    def set_id(self, kind: str, number: str) -> None:
        """Keep a document's number (empty: none). Birthday and sex it tells fill what is empty; saves nothing."""
        number = identity.normal(number)
        self.id_type = kind if number else ""
        self.id_cipher = encryption.encrypt(number)
        self.id_index = identity.index(kind, number) if number else None
        self.id_masked = identity.masked(number)
        told = identity.told(kind, number)
        self.birth = self.birth or told.birth
        self.gender = self.gender or told.gender or ""

    @property
    def health(self) -> dict[str, str]:
        """``HEALTH_FIELDS`` → text."""
        return json.loads(encryption.decrypt(self.health_cipher) or "{}")

    def set_health(self, facts: dict[str, str]) -> None:
        kept = {name: facts[name] for name in HEALTH_FIELDS if facts.get(name)}
        self.health_cipher = encryption.encrypt(json.dumps(kept, ensure_ascii=False)) if kept else ""

    # -- rights ---------------------------------------------------------------------------------------------
    def may(self, user: User, right: str) -> Decision:
        """Whether the user has the right at a team the person is in, or was last in when he or she is in none."""
        from organizations.permissions import can  # the permission module reads the organization's model

        if self.anonymised_at is not None and right in (Right.EDIT_MEMBER, Right.REVEAL_MEMBER):
            return no(_("这份档案已经匿名化，不能再改。"))
        decisions = [can(user, right, membership.organization) for membership in self.deciding_memberships()]
        if not decisions:
            return no(_("这个人不在任何一支队伍里。"))
        return next((decision for decision in decisions if decision), decisions[0])

    def deciding_memberships(self) -> list[Any]:
        """Current ones; without any, all. Prefetched ones are used as they are."""
        known = "memberships" in getattr(self, "_prefetched_objects_cache", ())
        rows = list(self.memberships.all() if known else self.memberships.select_related("organization"))
        return [row for row in rows if row.is_current] or rows

    def can_edit(self, user: User) -> Decision:
        """The person's own facts, document and account are kept by the main team: who takes somebody into a second
        team knows a name and a number and gets no hold of the record by it."""
        from organizations.permissions import can  # the permission module reads the organization's model

        decision = self.may(user, Right.EDIT_MEMBER)
        main = next((row for row in self.deciding_memberships() if row.is_main and row.is_current), None)
        if decision and main is not None and not can(user, Right.EDIT_MEMBER, main.organization):
            return no(_("本人信息由主要队伍修改，这支队伍只管队籍、证书和保险。"))
        return decision

    def can_attach(self, user: User) -> Decision:
        return self.can_edit(user)

    def age_on(self, day: date) -> int | None:
        if self.birth is None:
            return None
        return day.year - self.birth.year - ((day.month, day.day) < (self.birth.month, self.birth.day))


class FormerDocument(models.Model):
    """A document a person had before: replaced, corrected, or brought in by a merge. Still finds the person."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="former_documents", verbose_name=_("人员"))
    id_type = models.CharField(_("证件类型"), max_length=10, choices=IdType)
    id_cipher = models.TextField(editable=False)
    id_index = models.CharField(max_length=64, db_index=True, editable=False)
    id_masked = models.CharField(_("证件号码"), max_length=40)
    ended_at = models.DateTimeField(_("停用时间"), auto_now_add=True)
    reason = models.CharField(_("原因"), max_length=100)

    class Meta:
        verbose_name = _("原证件")
        default_permissions = ()
        ordering = ["-ended_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_id_type_display()} {self.id_masked}"

    def was_another_s(self, holder: Person) -> bool:
        """A citizen has one number for life: where the holder now has another, this one was entered by mistake, often
        from the next line of a list, and somebody may really have it."""
        return self.id_type == holder.id_type == IdType.CITIZEN and self.id_index != holder.id_index


class Disclosure(models.Model):
    """Who looked at what is not shown to everybody, and why. The person reads it too (个人信息保护法 第45条)."""

    class What(models.TextChoices):
        ID_NUMBER = "id_number", _("完整证件号码")
        HEALTH = "health", _("健康信息")
        PHONE = "phone", _("完整电话")
        EXPORT = "export", _("未遮盖的导出")
        COPY = "copy", _("本人信息副本")

    person = models.ForeignKey(Person, models.PROTECT, related_name="disclosures", verbose_name=_("人员"))
    what = models.CharField(_("内容"), max_length=10, choices=What)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("查看人"))
    office = models.CharField(_("查看人单位"), max_length=100)
    reason = models.CharField(_("事由"), max_length=200, blank=True)
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("查看记录")
        default_permissions = ()
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["person", "-at"], name="disclosure_of")]
        triggers = [
            pgtrigger.Protect(name="no_update", operation=pgtrigger.Update),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.at}"
