"""The roster as a set-based import: rows → facts → who they are → what they would do → written, and taken back."""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from core.imports import Undone
from core.imports.bulk import BulkResource, Line, Outcome, Remark, Rows
from core.imports.headers import plain
from core.imports.not_records import section
from core.imports.resources import Column
from organizations.models import Organization
from people.models import CertificateKind, Membership, Policy
from people.names import bare_name, plain_name
from people.roster import cells
from people.roster.doubles import Doubles
from people.roster.fields import (
    CONTENT,
    CROWDED,
    HALVES,
    HEALTH,
    INSURANCE,
    KNOWN_UNUSED,
    OWN_KIND,
    REMARK,
    THEN,
    TOPICS,
    WEAK,
    columns,
)
from people.roster.judging import judge
from people.roster.matching import find
from people.roster.plans import Known
from people.roster.readers import GONE
from people.roster.reading import Facts, Reader
from people.roster.splitting import can_part, split_facts
from people.roster.undoing import undo
from people.roster.writing import Writer

_PLAIN_SHEETS = (
    "", "sheet", "工作表", "名册", "花名册", "名单", "队员名册", "队员花名册", "队员名单", "总表", "总名单", "汇总",
    "汇总表", "全体", "全员", "全部", "人员名册", "人员名单", "人员信息", "队员信息", "基本信息",
    "在队", "在册", "在队人员", "在册人员", "在队队员", "在册队员",
)  # fmt: skip
# 激流组名单 is 激流组, 2026年队员花名册 everybody
_LIST = re.compile(r"^(\d{2,4}年?(度)?)|((队员|成员|人员)?(花名册|名册|名单|登记表|信息表|统计表|一览表|汇总表))$")
_AROUND = re.compile(r"^\d{1,2}\s*[、.．)）]\s*|\s*[（(][^（()）]*[）)]$")  # 2.医疗组, 一组 (3人)
# 2026年松山区红十字应急救援队队员信息统计表（示例）
_TITLE = re.compile(
    r"(?:\d{2,4}年?度?)?(?P<team>\S*?队(?:[（(][^（()）]*[）)])?)(?:队员|成员|人员)?(?:基本)?(?:信息|情况)?"
    r"(?:花名册|名册|名单|登记表|统计表|一览表|汇总表|表)?(?:[（(][^（()）]*[）)])?"
)
_OF_LEAVERS = re.compile(  # 2025年离队人员名单; （已离队人员不填） says something else
    r".{0,20}(?:已?退队|退出|离队|离职)(?:队员|人员|成员)?(?:花?名册|名单|登记表|信息表|统计表|一览表|汇总表)?"
)
_EVERYBODY = frozenset(["队员", "成员", "人员", "全体队员", "全体人员"])  # headings that part members from nobody
_PAPER = re.compile(r"(?<!身份)证(?!件)")
_IGNORED = {plain(heading) for heading in (*KNOWN_UNUSED, *HEALTH)}
MOST_UNUSED = 12  # headings that are not read, named
MOST_MISSING = 200  # of those on the roster and not in the file, named


def _within(name: str, own: str) -> bool:
    """Whether one name is part of the other, as 水上救援队 is for short."""
    said = bare_name(name)
    return said in own or own in said


def _is_short_for(said: str, name: str) -> bool:
    """Whether it is made of signs of the name, in their order."""
    rest = iter(name)
    return len(said) > 1 and all(sign in rest for sign in said)


class RosterResource(BulkResource):
    """One team's roster, or (``teams``) those of several teams of an office, told apart by a column or by sheets.

    :param teams: those whose rosters the person keeps; a single one needs no column.
    """

    never_filled = frozenset(["name", "id_number", "mobile", "other_phone", "number", "cert_number", "birth"])
    identifying = frozenset(["name", "id_number"])
    helpful = ("id_number", "mobile", "joined_on")
    grouping = ("group", "team")
    telling = frozenset(["id_number"])
    beside = frozenset(["remark", "gone", "here"])
    prepared = frozenset([
        "gender", "id_type", "ethnicity", "political", "education", "division", "kind", "state", "group", "basis",
        "team",
    ])  # fmt: skip
    topics, then, pieced, halves, weak, crowded = TOPICS, THEN, frozenset(["id_number"]), HALVES, WEAK, CROWDED
    serials = {"编号": "number"}
    content = CONTENT
    heading_kind = "roster"

    def __init__(self, *, by: Any, teams: Iterable[Organization], one: bool = True) -> None:
        self.teams, self.one = list(teams), one
        self.always = frozenset() if one else frozenset(["team"])
        self.kinds = list(CertificateKind.objects.in_use())
        super().__init__(by=by)
        self.reader = Reader(self.kinds)
        self.known = Known()
        self.writer: Writer | None = None
        self._named: dict[str, list[Organization]] = {}
        for team in self.teams:
            for alias in {team.name, team.short_name, team.code}:
                self._named.setdefault(plain_name(alias), []).append(team)
        self._titles: set[str] = set()  # other teams that stand above the list
        self._shortened: dict[str, Organization] = {}
        self._seen: set[int] = set()  # memberships the file has
        self._joining = self._certifying = False

    def fields(self) -> dict[str, Column]:
        return columns(self.kinds, teams=not self.one)

    def blank_columns(self) -> dict[str, Column]:
        """Of the empty spreadsheet: not a column for every kind of certificate, which few teams need."""
        unasked = {"cover_period", "health_declared_on", "mongolian_name", *REMARK, *({"team"} if self.one else ())}
        return {n: c for n, c in self.columns.items() if not n.startswith(OWN_KIND) and n not in unasked}

    def pieces(self, name: str, texts: Sequence[str]) -> str:
        return cells.document_of(texts) if name == "id_number" else cells.name_of(texts)

    def parts(self, names: Sequence[str]) -> bool:
        return can_part(names)

    def apart(self, name: str, also: Sequence[str], text: str) -> dict[str, str]:
        return split_facts((name, *also), text)

    def ignores(self, heading: str) -> bool:
        return plain(heading) in _IGNORED

    # -- the whole file ---------------------------------------------------------------------------------------------
    def of_sheet(self, name: str) -> dict[str, str]:
        """One sheet per team, or per group."""
        if not self.one and len(self._teams_called(name)) == 1:
            return {"team": name}
        if GONE.search(name):
            return {"state": name}  # which is asked about, row by row
        group = _LIST.sub("", _AROUND.sub("", name.strip()))
        whole = any(plain_name(group) in (plain_name(team.name), plain_name(team.short_name)) for team in self.teams)
        return {} if whole or plain(group).rstrip("0123456789") in _PLAIN_SHEETS else {"group": group}

    def of_title(self, texts: Sequence[str]) -> dict[str, str]:
        """The team that a title names; of one team's file only whether it is another."""
        if gone := next((text for text in texts if _OF_LEAVERS.fullmatch("".join(text.split()))), ""):
            return {"state": gone}
        group = section(texts[-1]) if texts else ""
        is_part = group.endswith(("组", "分队", "中队", "小队"))
        more = {"group": group} if is_part and not any(_within(group, bare_name(t.name)) for t in self.teams) else {}
        said = (_TITLE.fullmatch("".join(text.replace(":", "：").rpartition("：")[2].split())) for text in texts)
        named = {found["team"] for found in said if found and len(found["team"]) > 3}
        if self.one:
            (team,) = self.teams
            own = bare_name(team.name)
            self._titles |= {name for name in named if "救援队" in name and not _within(name, own)}
            return more
        ours = {name for name in named if self._team_named(name)}
        return {"team": ours.pop()} if len(ours) == 1 else more

    def of_heading(self, text: str) -> dict[str, str]:
        if not self.one and self._team_named(text):
            return {"team": text}
        if GONE.search(text):
            return {"state": text}
        return {} if plain(text) in _EVERYBODY else {"group": text}

    def lock(self, rows: Rows) -> None:
        """One import of a team at a time, and no transfer into it meanwhile that would be counted twice."""
        ordered = Organization.objects.select_for_update(no_key=True).order_by("pk")
        list(ordered.filter(pk__in=[team.pk for team in self._meant(rows.lines)]).values_list("pk"))

    def prepare(self, lines: Sequence[Line]) -> None:
        self.known = Known()
        self._seen = set()
        for line in lines:
            if (text := line.cells.get("id_number")) is not None:
                line.cells["id_number"] = cells.document(text)
        teams = {text: self._one_called(text) for text in {line.cells.get("team", "") for line in lines}}
        Doubles(self.known, self.columns, self.reader.means).look(lines, teams)
        self._insurances(lines)
        self.writer = None if self.trial else Writer(self.known)
        if self.writer is not None:
            self.made = self.writer.made

    def _meant(self, lines: Sequence[Line]) -> list[Organization]:
        if self.one:
            return self.teams
        found = {line.cells.get("team", "") for line in lines}
        return [team for text in found for team in self._teams_called(text)]

    def _insurances(self, lines: Sequence[Line]) -> None:
        spans, numbers = self.known.spans, set()
        for line in lines:
            if not any(name in line.cells for name in INSURANCE):
                continue
            said, team = self.reader.insured(line, Facts()), self._team(line, {})
            if said is None or team is None or not (said.insurer and said.number):
                continue
            numbers.add(said.number)
            if said.starts_on and said.ends_on and said.ends_on >= said.starts_on:
                key = (team.pk, said.insurer, said.number)
                start, end = spans.get(key, (said.starts_on, said.ends_on))
                spans[key] = (min(start, said.starts_on), max(end, said.ends_on))
        teams = [team.pk for team in self.teams]
        for policy in Policy.objects.filter(organization__in=teams, number__in=numbers):
            self.known.policies[policy.organization_id, policy.insurer, policy.number] = policy

    # -- rows -------------------------------------------------------------------------------------------------------
    def judge(self, lines: Sequence[Line]) -> list[Outcome]:
        read: list[tuple[Line, Facts, Organization | None]] = []
        for line in lines:
            facts = self.reader.read(line)
            read.append((line, facts, self._team(line, facts.errors)))
        rows = [(facts, team) for _line, facts, team in read if team is not None]
        policies = [policy.pk for policy in self.known.policies.values() if policy.pk]
        whose = (self.known.whose.get(self.known.root(line.key)) for line in lines)
        also = [person.pk for person in whose if person is not None]  # found with rows of an earlier turn
        found = find(rows, by=self.by, lock=not self.trial, policies=policies, also=also)
        outcomes = []
        for line, facts, team in read:
            if team is None:
                outcomes.append(Outcome(line, errors=facts.errors, notes=facts.notes))
                continue
            outcome = judge(line, facts, team, found, self.known)
            if outcome.plan.membership is not None:
                self._seen.add(outcome.plan.membership.pk)
            self._joining |= outcome.plan.membership is None
            self._certifying |= bool(outcome.plan.papers)
            outcomes.append(outcome)
        return outcomes

    def write(self, outcomes: Sequence[Outcome]) -> None:
        assert self.writer is not None
        self.writer.write(outcomes)
        made = self.writer.made
        self.made = {name: keys for name, keys in made.items() if keys}

    def _team(self, line: Line, errors: dict[str, str]) -> Organization | None:
        text = line.cells.get("team", "")
        found = self._teams_called(text) if text else []
        if self.one:
            (team,) = self.teams
            if text and not found:
                errors["team"] = _("这里写的不是%(team)s。不是本队的人请勾选“不导入”。") % {"team": team.short_name}
            return team
        if not text:
            errors["team"] = _(
                "没有写是哪支救援队：填在这里；或者在表格里加一列“救援队”，或一支队伍一张工作表、用队名作工作表名。"
            )
        elif not found:
            errors["team"] = _("没有叫“%(name)s”的救援队，或者名册不归您管。") % {"name": text[:30]}
        elif len(found) > 1:
            errors["team"] = _("有不止一支救援队叫“%(name)s”，请写全称。") % {"name": text[:30]}
        elif not self._team_named(text):
            self._shortened[text] = found[0]
        return found[0] if len(found) == 1 else None

    def _team_named(self, text: str) -> list[Organization]:
        return self._named.get(plain_name(text), [])

    def _one_called(self, text: str) -> Any:
        """The key of the only team so called, or the text."""
        found = self.teams if self.one else self._teams_called(text)
        return found[0].pk if len(found) == 1 else text

    def _teams_called(self, text: str) -> list[Organization]:
        """By name, or by what people say for short where it can be but one: 赤峰水上队."""
        said = plain_name(text)
        return self._team_named(text) or [team for team in self.teams if _is_short_for(said, plain_name(team.name))]

    # -- what is told of the file -----------------------------------------------------------------------------------
    def remarks(self, rows: Rows) -> list[Remark]:
        said: list[Remark] = [text for text in (self._about_defaults(rows), *self._about_columns(rows)) if text]
        for text, team in self._shortened.items():
            said.append(_("“%(text)s”按“%(team)s”登记。") % {"text": text[:40], "team": team.name})
        for name in sorted(self._titles):
            about = {"name": name[:40], "team": self.teams[0].short_name}
            said.append(_("表格上写的是“%(name)s”，请确认是不是%(team)s的名册。") % about)
        if rows.carried:
            names = _("、").join(str(self.columns[name].column_name) for name in rows.names if name in rows.carried)
            said.append(_("“%(names)s”只写在每组的第一行，下面各行按同一组读。") % {"names": names})
        said += self._missing(rows)
        if rows.pictures:
            words = {"count": rows.pictures}
            said.append(_("文件里有 %(count)s 张图片，没有导入；照片请在各人的页面上传。") % words)
        if rows.comments:
            words = {"count": rows.comments}
            said.append(_("表格里有 %(count)s 处批注，没有读；批注里写着变动的，请在格子里改好再导入。") % words)
        if self._certifying:
            said.append(_("证书登记为“待核验”，由主管红十字会核验后才计入持证。"))
        return said

    def _about_defaults(self, rows: Rows) -> str:
        instead = {"joined_on": _("今天入队"), "state": _("正式队员")}
        missing = [name for name in instead if name not in rows.names]
        if not missing or not self._joining:
            return ""
        names = _("、").join(str(self.columns[name].column_name) for name in missing)
        words = {"names": names, "instead": _("、").join(instead[name] for name in missing)}
        return _("没有这些列：%(names)s。新加入的人按%(instead)s登记，可以以后更正。") % words

    def _about_columns(self, rows: Rows) -> list[str]:
        unused = {text for sheet in rows.sheets if not sheet.off for text in sheet.unused}
        health = sorted(text for text in unused if plain(text) in HEALTH)
        papers = sorted(text for text in unused if _PAPER.search(text) and not self.ignores(text))
        said = []
        if health:
            words = {"names": _("、").join(health)}
            said.append(_("健康信息（%(names)s）要本人单独同意后填写，没有导入。") % words)
        if papers:
            words = {"names": _("、").join(papers)}
            said.append(_("这些列像是证书，没有对应的证书种类，没有读：%(names)s。") % words)
        if any(line.cells.get("remark") for line in rows.lines):
            said.append(_("“备注”只用来提醒（例如写着退队的），写的内容没有登记。"))
        rest = [text for text in unused if text and text not in health + papers and not self.ignores(text)]
        if rest:
            words = {"names": _("、").join(sorted(rest)[:MOST_UNUSED])}
            said.append(
                _("这些列没有读，改了也不会保存：%(names)s。名册里有的内容，可以在“看或改列的对应”里选。") % words
            )
        return said

    def _missing(self, rows: Rows) -> list[Remark]:
        """Members who are not in the file, and the list of them. Nobody is ended by leaving a name out."""
        missing = self.absent(self._meant(rows.lines)) if self._seen else Membership.objects.none()
        count = missing.count()
        if not count:
            return []
        found = list(missing.values_list("pk", "person__name")[:MOST_MISSING])
        words = {"count": count, "names": _("、").join(name for _key, name in found)}
        said = _("名册上有 %(count)s 人不在这份文件里：%(names)s。他们不受影响；已经离队的请在名册上办理退队。") % words
        url = f"{reverse('people:member_list')}?{urlencode({'membership': [key for key, _name in found]}, doseq=True)}"
        return [{"text": said, "url": url, "label": _("列出这些人")}]

    def absent(self, teams: Sequence[Organization]) -> QuerySet[Membership]:
        current = Membership.objects.current().filter(organization__in=teams)
        return current.exclude(pk__in=self._seen).order_by("organization__path", "number", "pk")

    # -- afterwards -------------------------------------------------------------------------------------------------
    def undo(self, made: Any, *, reason: str) -> Undone:
        return undo(made, by=self.by, reason=reason)
