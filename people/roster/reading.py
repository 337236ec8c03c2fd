"""One row of a roster as facts: every cell read and held against the rules of the form."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from core.imports.bulk import Line
from core.language import in_chinese
from people import identity
from people.choices import IdType
from people.models import Certificate, CertificateKind, Membership, Person, Policy
from people.names import plain_name
from people.roster import cells
from people.roster.cells import Cell
from people.roster.fields import (
    OWN_KIND,
    PERSON,
)
from people.roster.readers import GONE, divisions, readers
from people.validators import months_after, young

MEMBERSHIP_FACTS = ("number", "group", "duty", "joined_on", "basis", "kind", "state")
_PERSON_FACTS = tuple(name for name in PERSON if name not in ("id_type", "id_number"))
_BEHIND = re.compile(r"[（(\[【].*$")
_AGE = re.compile(r"\s*[（(]?\s*\d{1,3}\s*周?岁\s*[）)]?$")  # 1990.03（36岁）
_BESIDE = re.compile(r"[\s、，,;；/+＋]+")
_PAPERS = re.compile(r"[、，,;；\n]+(?![^（(]*[）)])")  # between certificates, not within brackets
_MASKED = re.compile(r"[0-9A-Z]*\*{2,}[0-9A-Z]*")  # 150404**********14, 138****0001: as our own lists show them
_KIND_AND_NUMBER = re.compile(
    r"(?P<kind>[^\dA-Za-z]{2,}?)[\s/／:：、，,]*(?:编号|证号)?[\s:：]*(?P<number>[\dA-Za-z].*)"
)
_MEMO = 20_000  # readings of equal texts that are kept: rosters say the same on every line


@dataclass(slots=True)
class Paper:
    """A certificate as a row says it. ``column``: the one that is told about it."""

    kind: CertificateKind
    column: str
    number: str = ""
    issued_on: date | None = None
    expires_on: date | None = None
    lasting: bool = False  # 长期 was written
    issuer: str = ""
    level: str = ""


@dataclass(slots=True)
class Insured:
    insurer: str
    number: str
    starts_on: date | None
    ends_on: date | None


@dataclass(slots=True)
class Facts:
    """What a row says, and what is wrong with or to be told about its cells."""

    person: dict[str, Any] = field(default_factory=dict)
    membership: dict[str, Any] = field(default_factory=dict)
    id_type: str = ""
    id_number: str = ""
    papers: list[Paper] = field(default_factory=list)
    insured: Insured | None = None
    masked: str = ""  # the number as it is covered in a file exported from here
    errors: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def note(self, name: str, text: str) -> None:
        before = self.notes.get(name, "")
        self.notes[name] = f"{before.rstrip('。')}；{text}" if before else text


class Reader:
    """Reads rows of one file."""

    def __init__(self, kinds: Iterable[CertificateKind]) -> None:
        self.kinds = {kind.key: kind for kind in kinds}
        self._by_name = {
            alias.strip(): kind
            for kind in self.kinds.values()
            for alias in (kind.name, *kind.also.split("、"))
            if alias
        }
        places = divisions()
        with in_chinese():  # sheets are Chinese, whichever language their uploader reads
            self._readers = readers(places)
        self._rules = {**_rules(Person, _PERSON_FACTS), **_rules(Membership, MEMBERSHIP_FACTS)}
        self._rules |= {
            f"cert_{name}": rules for name, rules in _rules(Certificate, ("number", "level", "issuer")).items()
        }
        self._rules |= {"cert_issued": _rules(Certificate, ("issued_on",))["issued_on"]}
        self._rules |= {"cert_expires": _rules(Certificate, ("expires_on",))["expires_on"]}
        policy = _rules(Policy, ("insurer", "number", "starts_on"))
        self._rules |= {"insurer": policy["insurer"], "policy_number": policy["number"]}
        self._rules |= {"cover_from": policy["starts_on"], "cover_to": policy["starts_on"]}
        self._memo: dict[tuple[str, str], Cell | str] = {}
        self._today = timezone.localdate()

    def read(self, line: Line) -> Facts:
        facts = Facts()
        values: dict[str, Any] = {}
        for name, text in line.cells.items():
            if name in line.problems or name in ("id_type", "id_number", "birth", "team", "gone"):
                continue
            if "*" in text and _MASKED.fullmatch(text):
                facts.note(name, _("号码是遮盖的，没有读取。"))
                continue
            values[name] = self._value(name, text, facts)
        self._gone(line, facts)
        self._identity(line, facts)
        self._born(line, facts, values)
        for name in _PERSON_FACTS:
            if values.get(name) not in (None, "", []):
                facts.person[name] = values[name]
        if not facts.person.get("name") and "name" not in facts.errors:
            facts.errors["name"] = _("没有填姓名。")
        if values.get("joined_on") and values.get("birth") and values["joined_on"] < values["birth"]:
            facts.errors.setdefault("joined_on", _("入队日期早于出生日期。"))
        facts.membership = {n: values[n] for n in MEMBERSHIP_FACTS if values.get(n) not in (None, "")}
        self._papers(line, facts, values)
        facts.insured = self.insured(line, facts, values)
        return facts

    def _gone(self, line: Line, facts: Facts) -> None:
        """What says that somebody has left, wherever it is written."""
        for name in ("remark", "name", "duty"):
            if (found := GONE.search(line.cells.get(name, ""))) is not None:
                facts.note(name, _("写着“%(word)s”，请确认还要登记为在册。") % {"word": found[0]})
        if line.cells.get("gone", "") not in cells.NOTHING:
            facts.note("gone", _("写了离队的日期，请确认还要登记为在册。"))

    def _value(self, name: str, text: str, facts: Facts) -> Any:
        read = self._cell(name, text)
        if isinstance(read, str):
            facts.errors[name] = read
            return None
        if read.note:
            facts.note(name, read.note)
        for other, value in read.more.items():
            facts.person.setdefault(other, value)
        return read.value

    def _cell(self, name: str, text: str) -> Cell | str:
        """The reading, or what is wrong."""
        key = (name, text)
        found = self._memo.get(key)
        if found is None:
            found = self._fresh(name, text)
            if len(self._memo) < _MEMO:
                self._memo[key] = found
        return found

    def _fresh(self, name: str, text: str) -> Cell | str:
        try:
            own = name.startswith(OWN_KIND)
            read = cells.paper(text) if own else self._readers.get(name, cells.words)(text)
            if read.value not in (None, "", []):
                for rule in self._rules.get(name, ()):
                    rule(read.value)
            return read
        except ValidationError as error:
            return _("；").join(error.messages)
        except ValueError as error:
            return str(error)

    def means(self, name: str, text: str) -> Any:
        """What a cell comes to, to be compared: 2024.1.1 and 2024-01-01 are one. Itself where it cannot be read."""
        if not text or _MASKED.fullmatch(text):
            return ""
        read = self._cell(name, text)
        value = text if isinstance(read, str) else read.value
        return plain_name(value) if isinstance(value, str) else value

    # -- who it is --------------------------------------------------------------------------------------------
    def _identity(self, line: Line, facts: Facts) -> None:
        text, of_kind = line.cells.get("id_number", ""), line.cells.get("id_type", "")
        within, bare = cells.kind_and_number(text)
        if within and not of_kind and not isinstance(self._cell("id_type", within), str):
            of_kind, text = within, bare
        number = "" if text in cells.NOTHING else identity.normal(text)
        if not number or "id_number" in line.problems:
            return
        if "*" in number and _MASKED.fullmatch(number):
            facts.masked = number
            facts.note("id_number", _("号码是遮盖的，没有读取。"))
            return
        said = self._cell("id_type", of_kind)
        if isinstance(said, str):
            facts.errors["id_type"] = said
            return
        kind = said.value or identity.guess(number)
        if said.value in (IdType.CITIZEN, "") and identity.guess(number) in identity.EIGHTEEN and len(number) == 18:
            kind = identity.guess(number)  # 身份证 is what rosters call a residence permit, too
        if not kind:
            kind = IdType.CITIZEN if number[:1].isdigit() else ""
        if not kind:
            facts.errors["id_number"] = _("这个号码看不出是什么证件，请在号码前面写明，例如“护照 E12345678”。")
            return
        try:
            identity.validate(kind, number)
        except ValidationError as error:
            facts.errors["id_number"] = error.messages[0]
            return
        facts.id_type, facts.id_number = kind, number

    def _born(self, line: Line, facts: Facts, values: dict[str, Any]) -> None:
        """Birthday and sex are what the number says; a column that says otherwise is told."""
        told = identity.told(facts.id_type, facts.id_number)
        whole = line.cells.get("birth", "")
        text = _AGE.sub("", whole) or whole
        if told.birth is not None:
            written = self._cell("birth", text) if text else None
            differs = isinstance(written, Cell) and written.value not in (None, told.birth)
            month = _month(text)
            words = {"day": told.birth.isoformat(), "value": text[:20]}
            if month != (told.birth.year, told.birth.month):
                if differs or month:
                    facts.note("birth", _("与证件号码不一致，按号码登记为 %(day)s。") % words)
                elif isinstance(written, str):
                    facts.note("birth", _("“%(value)s”没有读成日期，按号码登记为 %(day)s。") % words)
            values["birth"] = told.birth
        elif text and "birth" not in line.problems and _month(text):
            facts.note("birth", _("“%(value)s”没有写日，没有登记出生日期。") % {"value": text[:20]})
        elif text and "birth" not in line.problems:
            values["birth"] = self._value("birth", text, facts)
        if told.gender is not None:
            if values.get("gender") not in (None, "", told.gender) or "gender" in facts.errors:
                facts.errors.pop("gender", None)
                facts.note("gender", _("与证件号码不一致，按号码登记。"))
            values["gender"] = told.gender
        birth = values.get("birth")
        if birth and (said := young(birth, self._today)):
            facts.note("birth" if text else "id_number", said)

    # -- certificates and insurance -----------------------------------------------------------------------------
    def _papers(self, line: Line, facts: Facts, values: dict[str, Any]) -> None:
        said = {name: values.get(f"cert_{name}") for name in ("number", "issued", "expires", "issuer", "level")}
        named = str(values.get("cert_kind") or "")
        if named in cells.TICKS:  # 持证情况：有
            named = ""
        within = self._within(named)
        if len(within) == 1:  # its own columns say more of the same certificate
            (paper,), named = within, within[0].kind.name
            own = {"number": paper.number, "issued": paper.issued_on, "expires": paper.expires_on}
            said |= {name: value for name, value in own.items() if not said[name] or said[name] in cells.NOTHING}
        elif within:
            self._several(within, said, facts)
            named = ""
        numbered = said["number"] if said["number"] not in cells.NOTHING else ""
        if numbered and not named and (both := _KIND_AND_NUMBER.fullmatch(numbered)) and self._called(both["kind"]):
            named, numbered = both["kind"], both["number"]
        if numbered and not cells.numbered(numbered):
            facts.note("cert_number", cells.only_said(numbered))
            numbered = ""
            if not said["issued"]:
                facts.note("cert_number", _("没有发证日期，这本证书没有登记。"))
        elif numbered and not said["issued"]:  # all in one cell
            read = cells.paper(numbered)
            numbered, said["issued"], end = read.value
            said["expires"] = said["expires"] or end
            if read.note:
                facts.note("cert_number", read.note)
        until = line.cells.get("cert_expires", "")
        if numbered and not said["issued"] and (begins := cells.began(until)):
            said["issued"] = begins
            facts.note("cert_expires", _("起的日期作为发证日期。"))
        if said["issued"] and (months := cells.term(until)):
            said["expires"] = end = months_after(said["issued"], months)
            facts.note("cert_expires", _("按到 %(day)s 登记。") % {"day": end.isoformat()})
        if (numbered or said["issued"]) and len(self._named(named)) > 1:
            facts.note("cert_kind", _("写了几种证书，编号和日期分不清是哪一种的，没有登记。请每种写一行。"))
        elif numbered or said["issued"]:
            kind = self._kind(named, facts)
            if kind is not None:
                lasting = until in cells.LASTING
                paper = Paper(kind, "cert_number" if numbered else "cert_issued", numbered or "", said["issued"],
                              said["expires"], lasting, said["issuer"] or "", said["level"] or "")  # fmt: skip
                facts.papers.append(paper)
        elif named and named not in cells.NOTHING:
            facts.note("cert_kind", _("只有名称，没有编号和发证日期，没有登记证书。"))
        elif until not in cells.NOTHING and not within:
            facts.note("cert_expires", _("只有有效期，没有编号和发证日期，没有登记证书。"))
        for name, value in values.items():
            if name.startswith(OWN_KIND) and value is not None:
                number, issued, until = value
                facts.papers.append(Paper(self.kinds[name.removeprefix(OWN_KIND)], name, number[:60], issued, until))
        for paper in facts.papers:
            if cells.is_several(paper.number):
                facts.note(paper.column, _("像是不止一个编号；有几本证书的，请每本写一行。"))
            if paper.issued_on and paper.expires_on and paper.expires_on < paper.issued_on:
                column = paper.column if paper.column.startswith(OWN_KIND) else "cert_expires"
                facts.errors.setdefault(column, _("有效至不能早于发证日期。"))
            if paper.issued_on and paper.issued_on > self._today:
                facts.errors.setdefault(paper.column, _("发证日期不能晚于今天。"))

    def _several(self, within: list[Paper], said: dict[str, Any], facts: Facts) -> None:
        """Take in all certificates of one cell; of which of them a column of its own speaks nobody can tell."""
        for paper in within:
            if paper.issued_on is None:
                facts.note("cert_kind", _("%(kind)s没有发证日期，没有登记。") % {"kind": paper.kind.name})
        facts.papers += [paper for paper in within if paper.issued_on]
        if any(said[name] and said[name] not in cells.NOTHING for name in ("number", "issued")):
            facts.note("cert_kind", _("一格里写了几种证书，旁边的编号和发证日期分不清是哪一种的，没有用。"))
        said |= {"number": None, "issued": None}

    def _within(self, text: str) -> list[Paper]:
        """救护员证（YS-1，2024.3.1）；潜水证（PADI-2，2023.5.6）: a cell with all there is of each; else nothing."""
        found = []
        for part in _PAPERS.split(text.strip()):
            bare = part.strip()
            name = max((name for name in self._by_name if bare.startswith(name)), key=len, default="")
            if not name:
                return []
            number, issued, until = cells.paper(bare[len(name) :].strip("（()） ：:")).value or ("", None, None)
            found.append(Paper(self._by_name[name], "cert_kind", number[:60], issued, until))
        return found if any(paper.issued_on for paper in found) else []

    def _kind(self, named: str, facts: Facts) -> CertificateKind | None:
        if not named or named in cells.NOTHING:
            return self.kinds.get("first_aid")
        kind = self._called(named)
        if kind is None:
            kind = self.kinds.get("other")
            facts.note("cert_kind", _("没有“%(name)s”这种证书，按其他证书登记。") % {"name": named[:20]})
        return kind

    def _called(self, text: str) -> CertificateKind | None:
        """The kind of that name; what stands in brackets behind it is its level or a number."""
        bare = "".join(text.split())
        return self._by_name.get(text) or self._by_name.get(bare) or self._by_name.get(_BEHIND.sub("", bare))

    def _named(self, text: str) -> set[str]:
        """Keys of the kinds a cell names one beside the other: 救护员证、绳索."""
        if self._called(text):
            return set()
        return {kind.key for part in _BESIDE.split(text) if (kind := self._called(part))}

    def insured(self, line: Line, facts: Facts, values: Mapping[str, Any] | None = None) -> Insured | None:
        """What a row says about insurance; also asked before the rows are judged, for the span of a policy."""
        if not line.cells.get("policy_number") and not line.cells.get("insurer"):
            return None
        if values is None:
            names = ("insurer", "policy_number", "cover_from", "cover_to", "cover_period")
            values = {
                n: self._value(n, line.cells[n], facts) for n in names if n in line.cells and n not in line.problems
            }
        insurer, number = values.get("insurer") or "", values.get("policy_number") or ""
        if insurer in cells.NOTHING and number in cells.NOTHING:
            return None
        start, end = values.get("cover_period") or (values.get("cover_from"), values.get("cover_to"))
        if start and end and end < start:
            facts.errors.setdefault("cover_to", _("止的日期不能早于起的日期。"))
        return Insured(insurer, number, start, end)


def _month(text: str) -> tuple[int, int] | None:
    """Year and month where no more than that is written: 1990年3月."""
    try:
        said = cells.written(text, ahead=0)
    except ValueError:
        return None
    return (said.day.year, said.day.month) if said.parts == 2 else None


def _rules(model: type[Model], names: Iterable[str]) -> dict[str, list[Any]]:
    """The validators of the model's fields: what the form asks, an import asks."""
    fields = {name: model._meta.get_field(name) for name in names if name not in ("skills", "languages", "division")}
    return {name: list(field.validators) for name, field in fields.items()}  # type: ignore[union-attr]
