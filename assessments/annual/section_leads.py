"""The sentence or two with which a section begins, from the records. Pure; in Chinese, because it is stored."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from assessments.scoring import NOUGHT, plain
from core.language import in_chinese
from teams.choices import Funding
from teams.models import Team


@dataclass(frozen=True)
class Source:
    """:param values: metric → number of the year, empty before they were taken. :param facts: of the snapshot."""

    team: Team
    year: int
    values: Mapping[str, Decimal] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def has(self, *names: str) -> bool:
        return all(name in self.values for name in names)

    def words(self, **names: str) -> dict[str, str]:
        return {key: plain(self.values.get(name, NOUGHT)) for key, name in names.items()}


def lead(key: str, source: Source) -> str:
    """How section ``key`` begins; empty where no record says anything."""
    make = _LEADS.get(key)
    if make is None:
        return ""
    with in_chinese():
        return make(source)


def _basics(source: Source) -> str:
    team = source.team
    said = [_("%(name)s备案编号%(number)s") % {"name": team.organization.name, "number": team.filing_no}
            if team.filing_no else team.organization.name]  # fmt: skip
    if team.level:
        said.append(_("队伍级别为%(level)s") % {"level": team.get_level_display()})
    if team.formation:
        said.append(_("组建方式为%(formation)s") % {"formation": team.get_formation_display()})
    if team.main_category is not None:
        said.append(_("主专业类别为%(category)s") % {"category": team.main_category.name})
    if team.founded_on:
        said.append(_("%(year)s年成立") % {"year": team.founded_on.year})
    return "，".join(said) + "。"


def _party(source: Source) -> str:
    if not source.values.get("members_party"):
        return ""
    return _("队员中有中共党员%(n)s人。") % source.words(n="members_party")


def _team(source: Source) -> str:
    if not source.has("members_registered"):
        return ""
    said = [_("年末在册队员%(n)s人") % source.words(n="members_registered")]
    for name, words in (("members_certified", _("持证%(n)s人")), ("members_insured", _("已投保%(n)s人")),
                        ("members_deployable", _("可出动%(n)s人"))):  # fmt: skip
        if source.has(name):
            said.append(words % source.words(n=name))
    text = "，".join(said) + "。"
    if source.values.get("people_awarded"):
        text += _("本年受表彰%(n)s人。") % source.words(n="people_awarded")
    return text


def _training(source: Source) -> str:
    text = ""
    if source.values.get("drills_held"):
        words = source.words(n="drills_held", people="drills_present")
        text += _("全年开展演练%(n)s场，%(people)s人次参加。") % words
    elif source.has("drills_held"):
        text += _("全年没有确认过的演练记录。")
    if source.values.get("trainings_held"):
        words = source.words(n="trainings_held", people="trainings_present")
        text += _("开展培训%(n)s场，%(people)s人次参加。") % words
    if source.values.get("attendance_rate"):
        text += _("到场率%(n)s%%。") % source.words(n="attendance_rate")
    return text


def _funds(source: Source) -> str:
    if not source.team.funding:
        return ""
    labels = dict(Funding.choices)
    return _("经费来源：%(from)s。") % {"from": "、".join(str(labels.get(one, one)) for one in source.team.funding)}


def _problems(source: Source) -> str:
    if source.has("problems_open", "problems_closed"):
        words = source.words(open="problems_open", closed="problems_closed")
        if not source.values["problems_open"] and not source.values["problems_closed"]:
            return _("没有登记过要整改的问题。")
        return _("演练和培训中发现的问题，本年已销号%(closed)s个，还有%(open)s个没有销号。") % words
    return ""


_LEADS: dict[str, Callable[[Source], str]] = {
    "basics": _basics, "party": _party, "team": _team, "training": _training, "funds": _funds,
    "problems": _problems,
}  # fmt: skip
