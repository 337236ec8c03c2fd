import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.decisions import Decision
from core.history import tracked
from core.links import link_to
from organizations.models import User
from people.choices import Channel, ConsentKind
from people.models.person import SCAN, Person
from people.validators import validate_person_name


class ConsentTextQuerySet(models.QuerySet):
    def published(self) -> "ConsentTextQuerySet":
        """The text now asked for, per kind: the newest published."""
        newest = ConsentText.objects.filter(kind=models.OuterRef("kind")).exclude(published_at=None)
        return self.filter(pk=models.Subquery(newest.order_by("-version").values("pk")[:1]))


@tracked()
class ConsentText(models.Model):
    """The wording of a consent. Published it is frozen: what somebody agreed to can always be read again."""

    kind = models.CharField(_("种类"), max_length=10, choices=ConsentKind)
    version = models.PositiveSmallIntegerField(_("版本"))
    title = models.CharField(_("标题"), max_length=60)
    body = models.TextField(_("正文"), max_length=5000)
    is_required = models.BooleanField(_("入队必须同意"), default=False)
    published_at = models.DateTimeField(_("公布时间"), null=True, blank=True, editable=False)

    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("同意书")
        default_permissions = ()
        ordering = ["kind", "-version"]
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="consenttext_version")]
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="frozen", operation=pgtrigger.Update, condition=pgtrigger.Q(old__published_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第 {self.version} 版）"


class ConsentQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ConsentQuerySet":
        return self.filter(person__in=Person.objects.visible_to(user))

    def in_force(self) -> "ConsentQuerySet":
        return self.filter(withdrawn_at=None)


@tracked()
class Consent(models.Model):
    """That a person agreed to a text: which version, when, how, until when (个人信息保护法 第14、15条).

    :ivar guardian: who agreed for somebody under 18 (红十字志愿者：不满 18 岁需监护人同意).
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="consents", verbose_name=_("人员"))
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="+", verbose_name=_("同意书"))
    given_at = models.DateTimeField(_("同意时间"))
    channel = models.CharField(_("方式"), max_length=10, choices=Channel)
    recorded_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记人")
    )
    guardian = models.CharField(_("监护人"), max_length=50, blank=True, validators=[validate_person_name])
    guardian_relation = models.CharField(_("监护人与本人的关系"), max_length=20, blank=True)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    objects = ConsentQuerySet.as_manager()
    attachment_kinds = {SCAN: _("签署的同意书")}

    class Meta:
        verbose_name = _("同意记录")
        default_permissions = ()
        ordering = ["text__kind", "-given_at"]
        constraints = [
            models.UniqueConstraint(fields=["person", "text"], condition=Q(withdrawn_at=None), name="consent_once")
        ]
        indexes = [
            models.Index(fields=["person"], condition=Q(withdrawn_at__isnull=False), name="consent_withdrawn"),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.person} {self.text}"

    def get_absolute_url(self) -> str:
        return link_to("people:consent_detail", self.pk)

    def can_attach(self, user: User) -> Decision:
        """The signed paper is put in by whoever keeps the roster."""
        return self.person.can_edit(user)
