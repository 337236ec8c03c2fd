"""The queue: what lies with whoever asks, in the order it is due; and what lies below him."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.chips import chip
from core.words import due_in_words
from organizations.models import User
from organizations.permissions import access
from organizations.roles import ROLES, Right
from teams.choices import ExitKind, FilingKind
from teams.desk.passing import held_elsewhere
from teams.facts import changed_names, label_of
from teams.filings.proposal import counting
from teams.models import Filing, FilingRound
from teams.states import WITH_OFFICE, FilingState

PAGE = 30
COUNTED = 1000  # counts stop here: “1000+” says enough, and costs the same however long the queue is
ORDER = ("due_on", "submitted_at", "pk")
KINDS = {
    FilingKind.REGISTER: gettext_lazy("新建"),
    FilingKind.CHANGE: gettext_lazy("变更"),
    FilingKind.ANNUAL: gettext_lazy("年度确认"),
    FilingKind.EXIT: gettext_lazy("退出"),
    FilingKind.RESTORE: gettext_lazy("恢复"),
}
_MOST_NAMED = 4


@dataclass(frozen=True)
class Part:
    """Which part of the queue is looked at, as it stands in the address; what is not known is left out."""

    kind: str = ""
    only: str = ""  # mine, late
    below: bool = False
    page: int = 1

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Part":
        page = params.get("page", "")
        return cls(
            kind=params["kind"] if params.get("kind") in FilingKind.values else "",
            only=params["only"] if params.get("only") in ("mine", "late") else "",
            below=params.get("part") == "below",
            page=int(page) if page.isdecimal() and 0 < len(page) < 5 and int(page) > 0 else 1,
        )

    @property
    def query(self) -> str:
        """``?kind=change&page=2``, empty for the whole queue's first page."""
        given = {"part": "below" if self.below else "", "kind": self.kind, "only": self.only}
        given["page"] = str(self.page) if self.page > 1 else ""
        kept = {name: value for name, value in given.items() if value}
        return f"?{urlencode(kept)}" if kept else ""

    def but(self, **changes: Any) -> "Part":
        """The same with something else chosen, from its first page."""
        return replace(self, **{"page": 1, **changes})


@dataclass(frozen=True)
class Entry:
    """One filing in the queue, put into words."""

    filing: Filing
    about: str
    tone: str
    chip: str
    when: str
    late: bool
    held_by: str  # somebody else it was given to
    mine: bool  # it was given to the reader
    together: bool  # may be ticked for a batch (``teams.desk.batch`` decides)

    @property
    def sign(self) -> SafeString:
        return chip(self.tone, self.chip)

    @property
    def kind(self) -> Any:
        return FilingKind(self.filing.kind).label


# -- rows ---------------------------------------------------------------------------------------------
def rows_of(user: User, part: Part) -> QuerySet[Filing]:
    """The filings of a part of the queue, not yet in order."""
    rows = below(user) if part.below else Filing.objects.to_decide(user)
    if part.kind:
        rows = rows.filter(kind=part.kind)
    if part.only == "late":
        rows = rows.filter(due_on__lt=timezone.localdate())
    if part.only == "mine":
        rows = rows.filter(assignee=user)
    return rows


def below(user: User) -> QuerySet[Filing]:
    """Under way at offices below the own ones: seen and perhaps urged, not decided."""
    # that it lies somewhere follows from the state; said, it keeps the planner off the hundred thousands that do not
    rows = Filing.objects.visible_to(user).filter(state__in=WITH_OFFICE, current_office__isnull=False)
    return rows.filter(reduce(or_, map(_under, _places_above(user)), Q(pk__in=[])))


def has_below(user: User) -> bool:
    return bool(_places_above(user))


def _places_above(user: User) -> set[str]:
    """Paths of the offices from which the person sees what lies below."""
    held = access(user).having(Right.VIEW_TEAM)
    return {item.path for item in held if Right.VIEW_TEAM in ROLES[item.role].below and not item.proxy_for}


def _under(path: str) -> Q:
    return Q(current_office__path__startswith=path) & ~Q(current_office__path=path)


def counts_of(user: User, part: Part) -> dict[str, int]:
    """All, by kind, late and given to the reader, of the queue or of what lies below; one query, capped."""
    return summed(counted(user, part))


def counted(user: User, part: Part) -> QuerySet[Any]:
    """The counts by kind, for whoever reads more in the same query; ``summed`` adds them up."""
    rows = rows_of(user, Part(below=part.below)).order_by()[:COUNTED].values("pk")
    late = Count("pk", filter=Q(due_on__lt=timezone.localdate()))
    by_kind = Filing.objects.filter(pk__in=rows).order_by().values("kind")
    return by_kind.annotate(all=Count("pk"), late=late, mine=Count("pk", filter=Q(assignee=user)))


def summed(lines: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    counts = dict.fromkeys(("all", "late", "mine", *FilingKind.values), 0)
    for line in lines:
        counts[line["kind"]] = line["all"]
        for name in ("all", "late", "mine"):
            counts[name] += line[name]
    return counts


def page_of(user: User, part: Part) -> tuple[list[Entry], bool]:
    """The entries of the page, and whether more follow. One query, more where some were given to colleagues."""
    findings = FilingRound.objects.filter(filing=OuterRef("pk"), number=OuterRef("round_no")).values("findings")[:1]
    rows = (
        rows_of(user, part)
        .select_related("assignee", "current_office", "current_step")
        .annotate(found=Subquery(findings))
    )
    start = (part.page - 1) * PAGE
    found = list(rows.defer("search_key").order_by(*ORDER)[start : start + PAGE + 1])
    held, today = held_elsewhere(found[:PAGE], user), timezone.localdate()
    return [entry_of(filing, user, today, held.get(filing.pk)) for filing in found[:PAGE]], len(found) > PAGE


def next_after(user: User, part: Part, filing: Filing) -> Filing | None:
    """What comes after ``filing`` (as it stood before it was decided), else the first that is left."""
    rows = rows_of(user, part).exclude(pk=filing.pk).order_by(*ORDER)
    due, at = filing.due_on, filing.submitted_at
    later = Q(due_on__gt=due) | Q(due_on=due, submitted_at__gt=at) | Q(due_on=due, submitted_at=at, pk__gt=filing.pk)
    return rows.filter(later).first() or rows.first()


# -- words ----------------------------------------------------------------------------------------------
def entry_of(filing: Any, user: User, today: date, held: User | None) -> Entry:
    """``filing`` with the findings of its round as ``found``. :param held: by a colleague it was given to."""
    tone, words = _chip(filing)
    late = filing.due_on is not None and filing.due_on < today
    return Entry(
        filing, about=about(filing), tone=tone, chip=words, when=remaining(filing.due_on, today), late=late,
        held_by=str(held) if held else "", mine=filing.assignee_id == user.pk,
        together=held is None and _fits_batch(filing),
    )  # fmt: skip


def _fits_batch(filing: Filing) -> bool:
    """As far as the row itself tells; ``teams.desk.batch`` asks the rest."""
    step = filing.current_step
    clean = filing.state == FilingState.SUBMITTED and not filing.warnings and not filing.needs_reply
    studied = not filing.needs_meeting or filing.meeting_on is not None
    return clean and studied and step is not None and step.is_final


def remaining(due_on: date | None, today: date) -> str:
    """“剩 2 天”, “今天到期”, “超期 3 天”."""
    return "" if due_on is None else due_in_words((due_on - today).days)


def about(filing: Filing) -> str:
    """What it changes, in words: “队长、副队长”; of a registration its level, of a leaving team the kind of leaving."""
    if filing.kind == FilingKind.REGISTER:
        return str(filing.get_level_display())
    if filing.kind == FilingKind.EXIT:
        return str(dict(ExitKind.choices).get(filing.payload.get("exit_kind", ""), ""))
    return changes_in_words(filing)


def changes_in_words(filing: Filing) -> str:
    names = changed_names(filing.before, counting(filing.payload, filing.before))
    words = _("、").join(label_of(name) for name in names[:_MOST_NAMED])
    if len(names) > _MOST_NAMED:
        return _("%(some)s等 %(count)d 项") % {"some": words, "count": len(names)}
    return words


def _chip(filing: Any) -> tuple[str, str]:
    if filing.state == FilingState.APPROVED:
        return "wait", _("已同意，待发文")
    lacking = sum(finding["key"] == "papers" for finding in filing.found or [])
    if lacking:
        return "bad", _("缺 %(count)d 件材料") % {"count": lacking}
    if filing.warnings:
        return "warn", _("%(count)d 项提示") % {"count": filing.warnings}
    if filing.kind in (FilingKind.CHANGE, FilingKind.ANNUAL, FilingKind.RESTORE) and not filing.changed:
        return "ok", _("无变化")
    return "ok", _("检查通过")
