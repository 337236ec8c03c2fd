"""What each hand-in froze, each office's step, and what was said about single fields."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.history import tracked
from organizations.models import Organization, User
from teams.choices import Duty, ExitTask, Stance
from teams.models.filing import Filing
from teams.validators import validate_not_future


class FilingRound(models.Model):
    """One hand-in, as it was: content, what it changes, papers, findings. Never changed afterwards."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="rounds", verbose_name=_("备案件"))
    number = models.PositiveSmallIntegerField(_("轮次"))
    payload = models.JSONField()
    before = models.JSONField(default=dict)
    papers = models.JSONField(default=list)  # of attachments in use then: id, kind, name, version, sha256
    findings = models.JSONField(default=list)  # of checks.Finding
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("提交人"))
    acting_for = models.CharField(_("代办单位"), max_length=100, blank=True)
    submitted_at = models.DateTimeField(_("提交时间"))

    class Meta:
        verbose_name = _("报送")
        default_permissions = ()
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["filing", "number"], name="filinground_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.filing_id} / {self.number}"


@tracked()
class FilingStep(models.Model):
    """One office's step of one filing: a row, not a flag, so that the story stays (style.md 19)."""

    class State(models.TextChoices):
        PENDING = "pending", _("未到")
        CURRENT = "current", _("在办")
        DONE = "done", pgettext_lazy("step", "已办")
        MERGED = "merged", _("合并办理")  # the office that handed in for another is the one that would review
        COPIED = "copied", _("已抄送")
        ENDED = "ended", _("不再办理")  # the filing was closed before, or its route changed

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="steps", verbose_name=_("备案件"))
    position = models.PositiveSmallIntegerField(_("次序"))
    office = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("单位"))
    duty = models.CharField(_("办什么"), max_length=10, choices=Duty)
    days = models.PositiveSmallIntegerField(_("时限（天）"))
    is_final = models.BooleanField(_("决定步骤"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.PENDING)
    started_at = models.DateTimeField(_("收到时间"), null=True, blank=True)
    due_on = models.DateField(_("办理时限"), null=True, blank=True)
    decided_at = models.DateTimeField(_("办理时间"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("办理人")
    )
    acting_for = models.CharField(_("代办单位"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("办理步骤")
        default_permissions = ()
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["filing", "position"], name="filingstep_position"),
            models.UniqueConstraint(fields=["filing"], condition=Q(state="current"), name="filingstep_one_current"),
        ]
        indexes = [
            # how long a step takes on average: the latest ones of an office
            models.Index(fields=["office", "duty", "-decided_at"], name="filingstep_times"),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.office}{self.get_duty_display()}"


class FieldCommentQuerySet(models.QuerySet):
    def drafted(self) -> "FieldCommentQuerySet":
        """Written while reading, not yet sent with a return."""
        return self.filter(sent_at=None, ended_at=None)


@tracked()
class FieldComment(models.Model):
    """批注: what a reviewer says about one field. Kept as it is typed; the author sees it once it is returned."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="comments", verbose_name=_("备案件"))
    round_no = models.PositiveSmallIntegerField(_("轮次"))
    field = models.CharField(_("项目"), max_length=40)
    text = models.CharField(_("批注"), max_length=500)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("批注人"))
    at = models.DateTimeField(_("时间"), auto_now=True)
    sent_at = models.DateTimeField(_("退回时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    objects = FieldCommentQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("field", "批注")
        default_permissions = ()
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["filing", "round_no", "field"],
                condition=Q(sent_at=None, ended_at=None),
                name="fieldcomment_one_draft",
            )
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.field}: {self.text}"


class OpinionQuerySet(models.QuerySet):
    def open(self) -> "OpinionQuerySet":
        return self.filter(answered_at=None)

    def end(self) -> int:
        """Nobody wants an answer any more."""
        return self.open().update(stance=Stance.ENDED, answered_at=timezone.now())


@tracked()
class Opinion(models.Model):
    """加签: a second opinion that the office in charge asked a colleague for. It advises; it does not decide."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="opinions", verbose_name=_("备案件"))
    asked = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("征求谁的意见"))
    question = models.CharField(_("要问什么"), max_length=300)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("征求人"))
    asked_at = models.DateTimeField(_("征求时间"), auto_now_add=True)
    stance = models.CharField(_("态度"), max_length=10, choices=Stance, blank=True)
    answer = models.CharField(_("意见"), max_length=500, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name = _("加签意见")
        default_permissions = ()
        ordering = ["asked_at", "pk"]
        indexes = [models.Index(fields=["asked"], name="opinion_open", condition=Q(answered_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["filing", "asked"],
                condition=Q(answered_at=None),
                name="opinion_one_open",
                violation_error_message=_("已经请这位同志提意见了，还没有答复。"),
            ),
            models.CheckConstraint(condition=Q(answered_at=None) | ~Q(stance=""), name="opinion_answered_with_stance"),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.asked}: {self.get_stance_display()}"

    @property
    def was_ended(self) -> bool:
        return self.stance == Stance.ENDED


@tracked()
class ExitItem(models.Model):
    """One line of the exit checklist: accounted for when ``done_on`` is set, with how."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="exit_items", verbose_name=_("备案件"))
    task = models.CharField(_("事项"), max_length=15, choices=ExitTask)
    done_on = models.DateField(_("完成日期"), null=True, blank=True, validators=[validate_not_future])
    note = models.CharField(_("去向和交接情况"), max_length=300, blank=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记人"))
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("退出清单")
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["filing", "task"], name="exititem_once"),
            models.CheckConstraint(
                condition=Q(done_on=None) | ~Q(note=""),
                name="exititem_done_with_note",
                violation_error_message=_("请写明去向和交接情况。"),
            ),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_task_display()}"
