"""Checks of a filing before it is handed in, shown to both sides with the rule each comes from.

``CHECKS`` is the table; what a check does when it finds something, its limit and the rule it quotes are data
(``CheckSetting``), except where only one answer can be right (``fixed``). A check reads a ``Proposal`` and yields
``(field, message)``; it decides nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from teams.choices import FilingKind, Formation, PostRole, Registration, Severity, TeamLevel
from teams.facts import as_filed, label_of, posts_in
from teams.filings import member_checks
from teams.filings.proposal import Proposal
from teams.models import RulePaper
from teams.spelling import name_on_file
from teams.validators import exit_to_come, in_region, is_of_year

Found = Iterable[tuple[str, str]]
_WITH_FACTS = frozenset({FilingKind.REGISTER, FilingKind.CHANGE, FilingKind.ANNUAL, FilingKind.RESTORE})
_ALL = frozenset(FilingKind)
_RANK = [TeamLevel.NATIONAL, TeamLevel.REGION, TeamLevel.LEAGUE, TeamLevel.BANNER]


@dataclass(frozen=True)
class Finding:
    """Something a check found. Frozen with the round, so plain values only."""

    key: str
    severity: int
    field: str
    message: str
    source: str

    @property
    def blocks(self) -> bool:
        return self.severity == Severity.BLOCK


@dataclass(frozen=True)
class Check:
    """One line of the table.

    :param passed: what is said when nothing was found.
    :param severity: as shipped; data decides unless ``fixed``.
    """

    key: str
    label: StrOrPromise
    passed: StrOrPromise
    find: Callable[[Proposal, int], Found]
    kinds: frozenset[str] = _WITH_FACTS
    severity: Severity = Severity.WARN
    limit: int | None = None
    fixed: bool = False


@dataclass(frozen=True)
class Report:
    """What all checks said about one filing."""

    findings: list[Finding]
    passed: list[str]

    @property
    def blocking(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.blocks]

    @property
    def warnings(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.blocks]

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(finding) for finding in self.findings]


def findings_of(rows: Iterable[dict[str, Any]]) -> list[Finding]:
    """The findings a round froze."""
    return [Finding(**row) for row in rows]


def check(proposal: Proposal) -> Report:
    """Run every check that applies to the filing, in the order of the table."""
    kept = proposal.around.settings
    findings: list[Finding] = []
    passed: list[str] = []
    for each in CHECKS:
        if proposal.kind not in each.kinds:
            continue
        setting = kept.get(each.key)
        severity = each.severity if each.fixed or setting is None else setting.severity
        if severity == Severity.OFF:
            continue
        limit = setting.limit if setting and setting.limit is not None else each.limit or 0
        source = setting.source if setting else ""
        found = [Finding(each.key, int(severity), name, text, source) for name, text in each.find(proposal, limit)]
        findings += found
        if not found and each.passed:
            passed.append(str(each.passed))
    findings.sort(key=lambda finding: -finding.severity)
    return Report(findings, passed)


# -- what was typed -------------------------------------------------------------------------------------
def _values(proposal: Proposal, limit: int) -> Found:
    for name, message in proposal.errors.items():
        label = label_of(name)  # away from its field a message must say what it is about
        told = (
            message if message.startswith(label) else _("%(label)s：%(message)s") % {"label": label, "message": message}
        )
        yield name, told


def _required(proposal: Proposal, limit: int) -> Found:
    return proposal.missing.items()


def _papers(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    if proposal.filing is None:
        return
    there = set(proposal.around.papers)
    for asked in papers_asked(proposal):
        if asked.required and asked.paper_id not in there:
            yield "papers", _("缺材料：%(paper)s。") % {"paper": asked.paper}


def papers_asked(proposal: Proposal) -> list[RulePaper]:
    """Papers the rule asks for with this content, also those that need not be there."""
    return [row for row in proposal.around.asked if proposal.wants(row.when)]


# -- doubles ----------------------------------------------------------------------------------------------
def _name_taken(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    if proposal.around.name_taken:
        yield "name", _("“%(name)s”已经有了，不能重名。") % {"name": _name_of(proposal)}


def _name_proposed(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    if proposal.around.name_proposed and "name" in proposal.changed:
        yield "name", _("另有一件在办的备案也用“%(name)s”这个名称。") % {"name": _name_of(proposal)}


def _name_of(proposal: Proposal) -> str:
    return name_on_file(str(proposal.values.get("name") or ""))


def _same_uscc(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    """Other teams are named, within the same region, only by what their public certificate says as well."""
    for other in proposal.around.same_uscc:
        yield "uscc", _("%(team)s用的是同一个统一社会信用代码。") % {"team": other}


def _same_host(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    for other in proposal.around.same_host:
        yield "host_org_name", _("%(team)s也是由这个社会组织组建的。") % {"team": other}


# -- sense ------------------------------------------------------------------------------------------------
def _name_pattern(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    name = _name_of(proposal) if "name" in proposal.changed else ""
    if name and not ("红十字" in name and name.removesuffix("（演示）").endswith("队")):
        yield "name", _("名称一般写成“地区＋红十字＋专业＋救援队”。")


def _uscc_type(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    uscc, kind = proposal.values.get("uscc"), proposal.values.get("civil_type")
    if uscc and kind and uscc[:2] != kind:
        yield "uscc", _("代码前两位“%(found)s”与登记类型（%(kind)s）不一致。") % {"found": uscc[:2], "kind": kind}


def _captains(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    number = len(posts_in(proposal.payload, PostRole.CAPTAIN))
    if number != 1:
        yield "posts.captain", _("队长应为 1 名，现为 %(number)d 名。") % {"number": number}


def _deputies(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    number = len(posts_in(proposal.payload, PostRole.DEPUTY))
    if not 2 <= number <= 3:
        yield "posts.deputy", _("副队长一般 2 至 3 名，现为 %(number)d 名。") % {"number": number}


def _one_post_each(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    names = [str(row.get("name", "")).strip() for row in posts_in(proposal.payload)]
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        yield "posts.captain", _("%(name)s填了不止一次。") % {"name": name}


def _left_of_former(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    """Whoever writes a new name over the old one easily leaves the old telephone and day standing beside it."""
    before = posts_in(as_filed(proposal.before))
    phones = {row["phone"]: row.get("name", "") for row in before if row.get("phone")}
    then = {(row.get("role"), row.get("name", "")): row.get("starts_on") for row in before}
    now = {(row["role"], row["name"]): row for row in proposal.posts}
    for (role, name), row in now.items():
        former = phones.get(row["phone"], "").strip()
        if former and name != former:
            words = {"name": name, "former": former}
            yield f"posts.{role}", _("%(name)s的电话是%(former)s备案的电话，请核对。") % words
        day = row["starts_on"].isoformat()
        gone = [key[1] for key, since in then.items() if key not in now and (key[0], since) == (role, day)]
        if gone and (role, name) not in then:
            words = {"name": name, "former": gone[0], "day": day}
            yield f"posts.{role}", _("%(name)s的任职日期是%(former)s的任职日期（%(day)s），请核对。") % words


def _naming_level(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    naming, level = proposal.values.get("naming_org"), proposal.values.get("level")
    if proposal.values.get("formation") != Formation.NAMED or naming is None or not level:
        return
    if _RANK.index(TeamLevel(naming.level)) > _RANK.index(TeamLevel(level)):
        words = {"level": TeamLevel(level).label, "office": naming}
        yield "naming_org", _("%(level)s队伍的命名机构级别不能低于队伍级别，%(office)s低了。") % words


def _in_region(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    latitude, longitude = proposal.values.get("latitude"), proposal.values.get("longitude")
    if (latitude is None) != (longitude is None):
        yield "latitude", _("经度和纬度要一起填。")
    elif latitude is not None and longitude is not None and not in_region(latitude, longitude):
        yield "latitude", _("坐标不在内蒙古范围内，请核对经度、纬度有没有填反。")


def _base_within(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    base, office = proposal.values.get("base_division"), proposal.values.get("office") or proposal.office
    if base is not None and office.division_id and office.level != "region" and base.pk[:4] != office.division_id[:4]:
        yield "base_division", _("驻地%(base)s不在%(office)s的辖区。") % {"base": base, "office": office}


def _document_year(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    number, day = proposal.values.get("filing_doc_no"), proposal.values.get("filing_doc_on")
    if number and day and not is_of_year(number, day):
        yield "filing_doc_on", _("文号的年份与发文日期（%(year)d 年）不一致。") % {"year": day.year}


def _registered(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    if proposal.values.get("registration") == Registration.PENDING:
        yield "registration", _("还没有在民政登记，也没有红十字会发文。")


def _civil_check(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    if proposal.values.get("registration") != Registration.CIVIL:
        return
    year, now = proposal.values.get("annual_check_year"), timezone.localdate().year
    if year is None or year < now - limit:
        yield "annual_check_year", _("民政年检情况没有填，或已超过 %(years)d 年。") % {"years": limit}


def _changes_something(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    if not proposal.changed:
        yield "changes", _("没有任何变化，不用报变更。")


def _year_once(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    year, team = proposal.values.get("year"), proposal.team
    if year is None or team is None:
        return
    if year in proposal.around.years_confirmed:
        yield "year", _("%(year)d 年度已经确认过了。") % {"year": year}
    elif year > timezone.localdate().year:
        yield "year", _("%(year)d 年度还没有到。") % {"year": year}


def _maintained(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    if proposal.team is not None:
        days = (timezone.now() - proposal.team.maintained_at).days
        if days > limit:
            yield "changes", _("队伍信息已 %(days)d 天没有维护。") % {"days": days}


def _exit_day(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    day, team = proposal.values.get("exit_on"), proposal.team
    back = next((filing.effective_on for filing in proposal.around.restored), None)
    if day and back and day < back:
        yield "exit_on", _("退出日期早于恢复备案的日期（%(day)s）。") % {"day": back}
    elif day and team and team.filed_on and day < team.filed_on:
        yield "exit_on", _("退出日期早于备案日期（%(day)s）。") % {"day": team.filed_on}
    if day and (said := exit_to_come(day)):
        yield "exit_on", said


def _exit_tasks(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    for item in proposal.around.exit_items:
        if item.done_on is None:
            yield f"exit.{item.task}", _("退出清单“%(task)s”还没有完成，办结前要完成。") % {"task": item}


def _left_undone(proposal: Proposal, limit: int) -> Iterator[tuple[str, str]]:
    if proposal.team is not None:
        place = proposal.team.organization
        found = [line for path in settings.LEFT_UNDONE for line in import_string(path)(place)]
        if found:
            words = {"what": _("、").join(found)}
            yield "exit", _("队伍还有%(what)s，退出以后没有人接着办，请先办结、取消或撤回。") % words


CHECKS = (
    Check(
        "values",
        gettext_lazy("填写是否正确"),
        gettext_lazy("填写的内容格式正确"),
        _values,
        _ALL,
        Severity.BLOCK,
        fixed=True,
    ),
    Check(
        "required", gettext_lazy("必填项"), gettext_lazy("必填项都已填写"), _required, _ALL, Severity.BLOCK, fixed=True
    ),
    Check("papers", gettext_lazy("所需材料"), gettext_lazy("所需材料齐全"), _papers, _ALL, Severity.BLOCK),
    Check(
        "name_taken",
        gettext_lazy("名称重复"),
        gettext_lazy("名称没有重复"),
        _name_taken,
        severity=Severity.BLOCK,
        fixed=True,
    ),
    Check("name_proposed", gettext_lazy("在办件重名"), "", _name_proposed),
    Check(
        "changes_something",
        gettext_lazy("有无变化"),
        "",
        _changes_something,
        frozenset({FilingKind.CHANGE}),
        Severity.BLOCK,
        fixed=True,
    ),
    Check(
        "year_once",
        gettext_lazy("确认年度"),
        "",
        _year_once,
        frozenset({FilingKind.ANNUAL}),
        Severity.BLOCK,
        fixed=True,
    ),
    Check(
        "naming_level",
        gettext_lazy("命名机构级别"),
        gettext_lazy("命名机构级别相符"),
        _naming_level,
        severity=Severity.BLOCK,
    ),
    Check("same_uscc", gettext_lazy("信用代码重复"), gettext_lazy("统一社会信用代码没有重复"), _same_uscc),
    Check("same_host", gettext_lazy("社会组织重复"), "", _same_host),
    Check("name_pattern", gettext_lazy("名称格式"), "", _name_pattern),
    Check("uscc_type", gettext_lazy("信用代码与登记类型"), "", _uscc_type),
    Check("captains", gettext_lazy("队长人数"), gettext_lazy("队长 1 名"), _captains),
    Check("deputies", gettext_lazy("副队长人数"), gettext_lazy("副队长 2 至 3 名"), _deputies),
    Check("one_post_each", gettext_lazy("一人一职"), "", _one_post_each),
    Check("phone_of_former", gettext_lazy("换人换电话和任职日期"), "", _left_of_former, frozenset({FilingKind.CHANGE})),
    Check("in_region", gettext_lazy("坐标范围"), "", _in_region),
    Check("base_within", gettext_lazy("驻地与主管机构"), "", _base_within),
    Check("document_year", gettext_lazy("文号与日期"), "", _document_year),
    Check("registered", gettext_lazy("登记方式"), "", _registered),
    Check(
        "civil_check",
        gettext_lazy("民政年检"),
        gettext_lazy("民政年检正常"),
        _civil_check,
        frozenset({FilingKind.ANNUAL}),
        limit=1,
    ),
    Check(
        "maintained",
        gettext_lazy("信息更新"),
        gettext_lazy("队伍信息按时维护"),
        _maintained,
        frozenset({FilingKind.ANNUAL}),
        limit=90,
    ),
    Check(
        "roster_empty",
        gettext_lazy("花名册"),
        gettext_lazy("花名册已有队员"),
        member_checks.empty,
        frozenset({FilingKind.REGISTER, FilingKind.ANNUAL}),
    ),
    Check("roster_insured", gettext_lazy("队员保险"), "", member_checks.uninsured),
    Check("roster_certified", gettext_lazy("队员救护证书"), "", member_checks.uncertified),
    Check("roster_identity", gettext_lazy("队员证件号码"), "", member_checks.without_id),
    Check("roster_elsewhere", gettext_lazy("队员在其他队"), "", member_checks.elsewhere),
    Check("roster_twins", gettext_lazy("队员重复登记"), "", member_checks.twins),
    Check("roster_adult", gettext_lazy("队员年龄"), "", member_checks.minors),
    Check(
        "exit_members", gettext_lazy("队员安置"), "", member_checks.unplaced, frozenset({FilingKind.EXIT}), fixed=True
    ),
    Check("exit_day", gettext_lazy("退出日期"), "", _exit_day, frozenset({FilingKind.EXIT})),
    Check("exit_undone", gettext_lazy("没有办结的工作"), "", _left_undone, frozenset({FilingKind.EXIT})),
    Check(
        "exit_tasks",
        gettext_lazy("退出清单"),
        gettext_lazy("退出清单已完成"),
        _exit_tasks,
        frozenset({FilingKind.EXIT}),
        fixed=True,
    ),
)
FIXED = frozenset(each.key for each in CHECKS if each.fixed)  # where only one answer can be right
