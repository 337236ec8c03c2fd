from datetime import date
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.decisions import Decision, no, not_now
from core.history import tracked
from core.links import link_to
from core.lookups import rarely_any
from core.models import WorkflowEvent
from core.search import HITS, matching, search_index, search_key
from organizations.models import Organization, User
from organizations.roles import OFFICE_LEVELS, Right
from teams.choices import FilingKind, TeamLevel
from teams.models.team import Team
from teams.states import CLOSED, FILING_TRANSITIONS, OPEN, WITH_AUTHOR, WITH_OFFICE, FilingState
from teams.validators import validate_document_number, validate_not_future

OFFICE_PAPERS = ("reply", "meeting")  # 批复, 会议研究的纪要


def overdue(day: date) -> Q:
    """With an office for longer than its rule gives. Also over the filings' history."""
    return Q(state__in=WITH_OFFICE, due_on__lt=day)


class FilingQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "FilingQuerySet":
        """Filings of places where the user may see teams: of a team, or of the office that registers a new one."""
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(reach(user, Right.VIEW_TEAM, at="organization"))

    def with_part_of(self, user: User) -> "FilingQuerySet":
        """Read with whether the person handed in a round and decided a step that is behind, for ``decides``."""
        from teams.models.rounds import FilingRound, FilingStep  # that module reads this one

        mine = models.OuterRef("pk")
        handed_in = FilingRound.objects.filter(filing=mine, submitted_by=user)
        decided = FilingStep.objects.filter(filing=mine, decided_by=user, state=FilingStep.State.DONE)
        behind = decided.exclude(pk=models.OuterRef("current_step"))
        return self.annotate(
            part_of=models.Value(user.pk),
            handed_in_by_them=models.Exists(handed_in),
            decided_by_them=models.Exists(behind),
        )

    def open(self) -> "FilingQuerySet":
        return self.filter(state__in=OPEN)

    def to_decide(self, user: User) -> "FilingQuerySet":
        """Lying at a step that the user's duty decides, whoever else may as well. Handed in by others."""
        from organizations.permissions import offices_with  # the permission module reads the organization's model

        reviews = Q(current_office__in=offices_with(user, Right.REVIEW_FILING)) & ~Q(current_step__duty="register")
        registers = Q(current_office__in=offices_with(user, Right.SUBMIT_FILING)) & Q(current_step__duty="register")
        # being with an office follows from lying at one (filing_lies_somewhere); said again, the database would
        # expect a handful where there are thousands, and sort them all instead of reading the first ones in order
        rows = self.filter(reviews | registers)
        return rows.exclude(submitted_by=user).filter(~self._took_part(user))

    @staticmethod
    def _took_part(user: User) -> Q:
        """Handed in an earlier round, or decided an earlier step: it is for somebody else (四眼原则)."""
        from teams.models.rounds import FilingRound, FilingStep  # that module reads this one

        mine = models.OuterRef("pk")
        handed_in = FilingRound.objects.filter(filing=mine, submitted_by=user)
        decided = FilingStep.objects.filter(filing=mine, decided_by=user, state=FilingStep.State.DONE)
        # looked up filing by filing: for EXISTS the database would first gather all that the person ever decided
        took = [rarely_any(rows) for rows in (handed_in, decided)]
        return Q(took[0]) | (Q(state=FilingState.SUBMITTED) & Q(took[1]))

    def to_mend(self, user: User, *states: str) -> "FilingQuerySet":
        """Returned, or begun and not handed in, on the user's side.

        :param states: one of the two. A second condition on the state would make the database expect next to nothing.
        """
        from organizations.permissions import access, reach  # the permission module reads the organization's model

        wanted = states or WITH_AUTHOR
        rows = self.filter(reach(user, Right.SUBMIT_FILING, at="organization"), state__in=wanted)
        if access(user).in_office(Right.SUBMIT_FILING):
            return rows
        return rows.exclude(kind=FilingKind.EXIT, created_by__organization__level__in=OFFICE_LEVELS)  # ``makes_leave``

    def waiting_for_others(self, user: User) -> "FilingQuerySet":
        """Handed in from the user's side and lying with somebody else."""
        from organizations.permissions import reach  # the permission module reads the organization's model

        own = reach(user, Right.SUBMIT_FILING, at="organization")
        return self.filter(own, state__in=WITH_OFFICE).exclude(pk__in=Filing.objects.to_decide(user).values("pk"))

    def with_others_below(self, user: User) -> "FilingQuerySet":
        """Lying with other offices and not from the user's side: to be watched and urged, not decided."""
        from organizations.permissions import reach  # the permission module reads the organization's model

        own = reach(user, Right.SUBMIT_FILING, at="organization")
        rows = self.filter(state__in=WITH_OFFICE).exclude(pk__in=Filing.objects.filter(own).values("pk"))
        return rows.exclude(pk__in=Filing.objects.to_decide(user).values("pk"))

    def overdue(self) -> "FilingQuerySet":
        return self.filter(overdue(timezone.localdate()))

    def below(self, place: Organization) -> "FilingQuerySet":
        return self.filter(organization__path__startswith=place.path)

    def matching(self, term: str) -> "FilingQuerySet":
        """By number, by the name that is proposed or the team's so far. No more than ``HITS`` by each."""
        teams = Organization.objects.filter(matching(term)).teams().values("pk")
        found = (self.filter(matching(term)), self.filter(organization__in=teams))
        one, other = (rows.order_by().values("pk")[:HITS] for rows in found)
        return self.filter(pk__in=one.union(other))


@tracked(exclude=("search_key",))
class Filing(models.Model):
    """登记备案件: what is proposed about a team, and where it lies.

    ``payload`` holds the proposed facts as they were typed (``teams.facts`` reads them); the team changes only when the
    filing is filed. What was handed in is frozen in a ``FilingRound``.
    """

    Kind = FilingKind
    State = FilingState

    kind = models.CharField(_("事项"), max_length=10, choices=FilingKind)
    state = models.CharField(_("状态"), max_length=10, choices=FilingState, default=FilingState.DRAFT)
    number = models.CharField(_("受理号"), max_length=30, null=True, unique=True, editable=False)
    # Where it belongs: the team's leaf, or the managing office while there is no team. Decides who sees it.
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="filings", verbose_name=_("所属"))
    office = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("主管红十字会"))
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="filings", verbose_name=_("队伍")
    )
    title = models.CharField(_("队伍名称"), max_length=100, blank=True)  # as proposed; follows the payload
    level = models.CharField(_("队伍级别"), max_length=15, choices=TeamLevel, blank=True)  # follows the payload
    year = models.PositiveSmallIntegerField(_("年度"), null=True, blank=True)  # of a 年度确认
    payload = models.JSONField(_("填报内容"), default=dict, editable=False)
    before = models.JSONField(
        _("备案内容"), default=dict, editable=False
    )  # the team's facts when it was begun or last handed in
    round_no = models.PositiveSmallIntegerField(_("轮次"), default=0, editable=False)
    current_step = models.ForeignKey(
        "teams.FilingStep", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("当前步骤")
    )
    current_office = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("在办单位")
    )
    assignee = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("转给"))
    due_on = models.DateField(_("办理时限"), null=True, blank=True)
    needs_reply = models.BooleanField(_("要批复文号"), default=False)
    needs_meeting = models.BooleanField(_("要会议研究"), default=False)
    warnings = models.PositiveSmallIntegerField(_("提示数"), default=0)
    changed = models.PositiveSmallIntegerField(_("变化数"), default=0)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("填报人"))
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("提交人")
    )
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    decided_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    meeting_name = models.CharField(_("会议"), max_length=100, blank=True)
    meeting_on = models.DateField(_("会议日期"), null=True, blank=True, validators=[validate_not_future])
    reply_no = models.CharField(_("批复文号"), max_length=40, blank=True, validators=[validate_document_number])
    reply_on = models.DateField(_("批复日期"), null=True, blank=True, validators=[validate_not_future])
    version = models.PositiveIntegerField(default=1, editable=False)
    search_key = search_key("title", "number", "reply_no")

    objects = FilingQuerySet.as_manager()

    class Meta:
        verbose_name = _("登记备案件")
        default_permissions = ()
        ordering = ["-created_at", "-id"]
        indexes = [
            search_index("filing_search"),
            models.Index(fields=["-created_at", "-id"], name="filing_order"),
            models.Index(fields=["organization", "-created_at"], name="filing_of"),
            models.Index(fields=["current_office", "submitted_at", "id"], name="filing_queue"),
            models.Index(fields=["state", "organization"], name="filing_state"),
            models.Index(fields=["due_on"], name="filing_due", condition=Q(due_on__isnull=False)),
            models.Index(
                fields=["due_on", "submitted_at", "id"],
                name="filing_lying",
                condition=Q(current_office__isnull=False),
                include=["current_office", "state"],
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=FilingState.values), name="filing_state_known"),
            models.CheckConstraint(condition=Q(kind__in=FilingKind.values), name="filing_kind_known"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | Q(number__isnull=False), name="filing_numbered"
            ),
            models.CheckConstraint(
                condition=~Q(state="filed") | Q(team__isnull=False, decided_at__isnull=False),
                name="filing_filed_has_team",
            ),
            models.CheckConstraint(
                condition=Q(state__in=WITH_OFFICE, current_step__isnull=False, current_office__isnull=False)
                | (~Q(state__in=WITH_OFFICE) & Q(current_step__isnull=True, current_office__isnull=True)),
                name="filing_lies_somewhere",
            ),
            models.UniqueConstraint(
                fields=["team"],
                condition=Q(state__in=OPEN, team__isnull=False),
                name="filing_one_open",
                violation_error_message=_("这支队伍还有一件没有办结的备案，先办完那一件。"),
            ),
            models.UniqueConstraint(
                fields=["team", "year"],
                condition=Q(kind="annual", state="filed"),
                name="filing_one_a_year",
                violation_error_message=_("这支队伍这个年度已经确认过了。"),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="legal_moves", field="state", transitions=FILING_TRANSITIONS),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number or str(_("%(kind)s草稿") % {"kind": self.get_kind_display()})

    def get_absolute_url(self) -> str:
        return link_to("teams:filing_detail", self.pk)

    @staticmethod
    def label_in(field: str, key: str) -> str:
        """How a key of ``payload`` or ``before`` is called in the record of who did what."""
        from teams.facts import label_of  # that module reads the models

        label = label_of(key)
        return label if field == "payload" else str(_("（原备案）%(label)s") % {"label": label})

    @property
    def is_open(self) -> bool:
        return self.state not in CLOSED

    @property
    def makes_leave(self) -> bool:
        """退出 that an office began, not the team itself."""
        return self.kind == FilingKind.EXIT and self.created_by.organization.is_office

    @property
    def name(self) -> str:
        """Of the team, as proposed."""
        return self.title or str(_("（未填队伍名称）"))

    @property
    def effective_on(self) -> date | None:
        """Day of what was decided: of the 批复, where there is one."""
        return self.reply_on or (timezone.localdate(self.decided_at) if self.decided_at else None)

    def can_edit(self, user: User) -> Decision:
        """The author's side may change it while it lies there."""
        from teams.workflow import asks  # the workflow reads this model

        decision = asks(self, user)
        if decision and self.state not in WITH_AUTHOR:
            return not_now(gettext("已经提交的备案件不能再改；需要修改时请审核人退回，或撤回后重新填报。"))
        return decision

    @cached_property
    def attachment_kinds(self) -> dict[str, str]:
        """Every kind of paper there is: a reviewer may add one that no rule asks for."""
        from teams.models.rules import PaperKind  # beside this module

        return dict(PaperKind.objects.values_list("key", "name"))

    def can_read_files(self, user: User) -> Decision:
        """Its papers, and what the checks say of single members: rosters and identity cards are not for every member
        who may see how his team's filing goes on."""
        from organizations.permissions import can  # the permission module reads the organization's model

        return can(user, Right.VIEW_MEMBER, self.organization)

    def can_attach(self, user: User) -> Decision:
        """The author's side while it lies there; afterwards whoever decides may add a missing paper (代办)."""
        from teams.workflow import decides  # the workflow reads this model

        return self.can_edit(user) if self.state in WITH_AUTHOR else decides(self, user)

    def can_attach_as(self, user: User, kind: str) -> Decision:
        """What only the deciding office writes, its 批复 and the minutes of its meeting, the author's side neither
        brings nor takes away."""
        if kind in OFFICE_PAPERS and self.state in WITH_AUTHOR:
            return no(gettext("这种材料由办理备案的单位上传，报送方不能上传、更换或撤下。"))
        return self.can_attach(user)

    def can_end(self, user: User, attachment: Any) -> Decision:
        """Papers of the author's side stay as they were handed in; whoever added one afterwards may take it back."""
        if self.state in WITH_OFFICE and attachment.uploaded_by_id != user.pk:
            return no(gettext("报送方的材料不能由审核人撤下或更换；需要更换的，请退回修改。"))
        return self.can_attach_as(user, attachment.kind)

    def attached(self, attachment: Any, by: User) -> None:
        """A paper was added (``core.attachments`` tells). While the filing is being reviewed it was done on behalf."""
        if self.state in WITH_OFFICE:
            from teams.workflow import note  # the workflow reads this model

            facts = {"attachment": str(attachment.pk), "kind": attachment.kind, "name": attachment.name}
            # its own papers an office does not add on anybody's behalf
            note(self, "own_paper" if attachment.kind in OFFICE_PAPERS else "add_paper", by=by, facts=facts)

    def events(self) -> models.QuerySet[WorkflowEvent]:
        return WorkflowEvent.objects.of(self).select_related("by__organization")
