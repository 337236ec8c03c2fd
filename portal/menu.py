"""The left menu: sections by subject. An entry is shown to those who may open it; all counts come from one query."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from organizations.permissions import Access, access
from organizations.roles import Right
from portal.todo import shown


@dataclass(frozen=True)
class Entry:
    """One link of the menu.

    :param right: shown to those who hold it anywhere; None: to everybody signed in.
    :param count: names of counters (portal/todo.py), added up and shown beside the label.
    :param duty: a further condition, where the right alone does not say whether the page is useful.
    :param when: name of a counter; the entry is shown while it is not nought.
    """

    label: StrOrPromise
    route: str
    right: Right | None = None
    count: str = ""
    duty: Callable[[Access], bool] = lambda held: True
    when: str = ""


def _in_office(held: Access) -> bool:
    """Not only a team's own people: they hand in and are shown what became of it, but decide nothing."""
    return held.in_office(Right.VIEW_TEAM)


def _files(held: Access) -> bool:
    """Whoever decides on filings or hands them in; other readers find them on the page of a team."""
    return Right.SUBMIT_FILING in held or _in_office(held)


@dataclass(frozen=True)
class Section:
    label: StrOrPromise
    entries: tuple[Entry, ...]


SECTIONS = (
    Section("", (Entry(_("工作台"), "portal:home"),)),
    Section(
        _("队伍和备案"),
        (
            Entry(_("备案审核"), "teams:desk", Right.VIEW_TEAM, count="filings", duty=_in_office),
            Entry(_("登记备案"), "teams:filing_list", Right.VIEW_TEAM, count="filings_mend", duty=_files),
            Entry(pgettext_lazy("many", "救援队"), "teams:team_list", Right.VIEW_TEAM),
            Entry(_("分盟市汇总"), "teams:team_summary", Right.VIEW_TEAM, duty=_in_office),
            Entry(_("办理规则"), "teams:rule_list", Right.VIEW_TEAM),
        ),
    ),
    Section(
        _("队员"),
        (
            Entry(pgettext_lazy("many", "人员"), "people:person_list", Right.VIEW_MEMBER),
            Entry(_("队员名册"), "people:member_list", Right.VIEW_MEMBER),
            Entry(_("入队申请"), "people:application_list", Right.EDIT_MEMBER, count="applications"),
            Entry(pgettext_lazy("many", "证书"), "people:certificate_list", Right.VIEW_MEMBER, count="verify"),
            Entry(_("保险"), "people:policy_list", Right.VIEW_MEMBER),
            Entry(_("队员能力测评"), "assessments:member_list", Right.VIEW_MEMBER),
            Entry(_("证书种类和同意书"), "people:kind_list", Right.VIEW_MEMBER, duty=_in_office),
        ),
    ),
    Section(
        _("培训演练"),
        (
            Entry(_("培训和演练"), "training:activity_list", Right.VIEW_TRAINING, count="activities"),
            Entry(pgettext_lazy("calendar", "日历"), "training:calendar", Right.VIEW_TRAINING),
            Entry(_("问题整改"), "training:problem_list", Right.VIEW_TRAINING, count="problems"),
            Entry(pgettext_lazy("many", "年度计划"), "training:plan_list", Right.VIEW_TRAINING),
            Entry(pgettext_lazy("many", "课程"), "training:course_list", Right.VIEW_TRAINING),
            Entry(_("师资"), "training:instructor_list", Right.VIEW_TRAINING),
            Entry(pgettext_lazy("many", "训练基地"), "training:base_list", Right.VIEW_TRAINING),
        ),
    ),
    Section(
        _("测评考核"),
        (
            Entry(_("年度考核"), "assessments:campaign_list", Right.VIEW_ASSESSMENT),
            Entry(_("队伍考核"), "assessments:review_list", Right.VIEW_ASSESSMENT, count="reviews reviews_mend"),
            Entry(_("分级测评"), "assessments:grading_list", Right.VIEW_ASSESSMENT, count="gradings"),
            Entry(_("我的测评任务"), "assessments:my_panels", count="seats", when="assessing"),
            Entry(_("队伍等级"), "assessments:grade_list", Right.VIEW_ASSESSMENT),
            Entry(_("等级对标"), "assessments:league_gap", Right.VIEW_ASSESSMENT, duty=_in_office),
            Entry(_("考核后续动作"), "assessments:followup_list", Right.VIEW_ASSESSMENT),
            Entry(_("测评标准"), "assessments:standard_list", Right.VIEW_ASSESSMENT),
        ),
    ),
    Section(
        _("机构和账号"),
        (
            Entry(pgettext_lazy("many", "机构"), "organizations:organization_list", Right.VIEW_ORGANIZATION),
            Entry(pgettext_lazy("many", "账号"), "organizations:user_list", Right.VIEW_ACCOUNT),
            Entry(pgettext_lazy("many", "任职"), "organizations:appointment_list", Right.VIEW_ACCOUNT),
            Entry(
                pgettext_lazy("many", "开户申请"), "organizations:request_list", Right.VIEW_ACCOUNT, count="requests"
            ),
        ),
    ),
    Section(
        _("统筹"),
        (
            Entry(_("统计"), "portal:statistics", Right.VIEW_ORGANIZATION),
            Entry(_("操作记录"), "audit:list", Right.VIEW_AUDIT),
        ),
    ),
    Section(
        _("我的"),
        (
            Entry(_("我的信息"), "people:me"),
            Entry(_("通知"), "core:notice_list", count="unread"),
            Entry(_("后台任务"), "core:job_list"),
            Entry(_("职责和权限"), "organizations:role_help"),
        ),
    ),
)


def menu_for(request: Any, counts: Any) -> list[dict[str, Any]]:
    held = access(request.user)
    sections: list[dict[str, Any]] = [
        {
            "label": section.label,
            "entries": [_shown(entry, counts) for entry in section.entries if _may(entry, held, counts)],
        }
        for section in SECTIONS
    ]
    here = _nearest(request.path, [entry for section in sections for entry in section["entries"]])
    if here:
        here["active"] = True
    return [section for section in sections if section["entries"]]


def _nearest(path: str, entries: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The entry the page belongs to: of those its address begins with, the longest."""
    above = [
        entry for entry in entries if path == entry["url"] or (entry["url"] != "/" and path.startswith(entry["url"]))
    ]
    return max(above, key=lambda entry: len(entry["url"]), default=None)


def _may(entry: Entry, held: Access, counts: Any) -> bool:
    if entry.when and not counts.get(entry.when):
        return False
    return entry.right is None or (entry.right in held and entry.duty(held))


def _shown(entry: Entry, counts: Any) -> dict[str, Any]:
    count = shown(sum(counts.get(name, 0) for name in entry.count.split())) or None
    return {"label": entry.label, "url": reverse(entry.route), "count": count, "active": False}
