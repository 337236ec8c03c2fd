"""What is known about teams under a standard: numbers from the records, and what was last said by hand."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from assessments.choices import Method, Purpose, ScoredBy
from assessments.gap.links import address
from assessments.models import GradingClaim, Indicator, ReviewScore, ScoreMark, SettledScore, Standard
from assessments.scoring import Answer, plain
from assessments.standards import measures
from assessments.standards.lineage import Asked, followed
from assessments.states import REVIEW_DECIDED, GradingState
from core.lookups import Among
from core.together import THESE, Written, written

# Before its result is public, what a panel or an office scores is not for the team's pages.
_TOLD = (GradingState.PUBLICITY, GradingState.GRANTED, GradingState.DECLINED)
Numbers = Mapping[str, Decimal]


@dataclass(frozen=True)
class Said:
    """An answer given by hand, and where."""

    answer: Answer
    source: str
    url: str = ""


@dataclass
class Known:
    """:ivar numbers: metric → number now. :ivar said: indicator code → what was last said of it."""

    numbers: dict[str, Decimal] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)

    def answers(self, indicators: Iterable[Indicator]) -> dict[str, Answer]:
        """Code → answer; what nobody has said is left out."""
        found: dict[str, Answer] = {}
        for indicator in indicators:
            number = self.numbers.get(indicator.metric) if measures.of(indicator) else None
            if number is not None:
                found[indicator.code] = Answer(number)
            elif indicator.code in self.said:
                found[indicator.code] = self.said[indicator.code].answer
        return found


def exact(number: Any) -> Decimal:
    return number if isinstance(number, Decimal) else Decimal(str(number))


# -- by hand ---------------------------------------------------------------------------------------------------
def said_rows(standard: Standard, teams: Collection[int]) -> Written:
    """What to read for ``said_of``, of any version of the standard; for ``core.together``."""
    return _said_rows(standard.code, standard.purpose == Purpose.ANNUAL).among(teams)


@lru_cache(maxsize=100)
def _said_rows(standard: str, annual: bool) -> Written:
    """Of ``THESE`` teams under the standard with this code: written once, every page of grades asks."""
    lines = Indicator.objects.filter(standard__code=standard).exclude(method=Method.HEADING)
    asked = lines.values("pk", "standard", "code", "name", "method", "unit", "points")
    if annual:
        return written({"lines": asked, "scores": _scores(standard)})
    claims = _under(GradingClaim.objects.all(), "grading", standard).exclude(grading__state=GradingState.ABANDONED)
    settled = _under(SettledScore.objects.all(), "grading", standard).filter(grading__state__in=_TOLD)
    marks = _under(ScoreMark.objects.filter(member__left_on=None), "member__grading", standard)
    marks = marks.filter(member__grading__state__in=_TOLD)
    return written(
        {
            "lines": asked,
            "claims": _answers(claims.order_by("grading__created_at", "pk"), "grading"),
            "marks": _answers(marks.order_by("made_at", "received_at", "id"), "member__grading", who=F("member")),
            "settled": _answers(settled.order_by("grading__created_at", "pk"), "grading"),
        }
    )


def _under(rows: QuerySet[Any], grading: str, standard: str) -> QuerySet[Any]:
    return rows.filter(Among(f"{grading}__team", THESE), **{f"{grading}__standard__code": standard})


def _answers(rows: QuerySet[Any], grading: str, **more: Any) -> QuerySet[Any]:
    return rows.values(
        "value", "points", "not_applicable",
        team=F(f"{grading}__team"), line=F("indicator"), record=F(grading), made=F(f"{grading}__created_at"),
        number=F(f"{grading}__number"), **more,
    )  # fmt: skip


def _scores(standard: str) -> QuerySet[Any]:
    rows = ReviewScore.objects.filter(Among("review__team", THESE), review__campaign__standard__code=standard)
    return rows.order_by("review__campaign__year", "pk").values(
        "value", "points", "not_applicable", "scored_by",
        team=F("review__team"), line=F("indicator"), record=F("review"), made=F("review__campaign__year"),
        state=F("review__state"),
    )  # fmt: skip


def said_of(
    rows: Mapping[str, Iterable[dict[str, Any]]], indicators: Iterable[Indicator]
) -> dict[int, dict[str, Said]]:
    """Team → code of one of ``indicators`` → the last thing said: of one grading what the panel settled on before what
    each gave before what the team claimed; of one year the region before the league before the team."""
    codes = _codes(rows.get("lines", ()), indicators)
    best: dict[tuple[int, str], tuple[Any, Said]] = {}
    links: dict[int, str] = {}  # one record stands behind many lines

    def offer(row: dict[str, Any], weight: int, source: str, answer: Answer) -> None:
        if row["line"] not in codes:
            return
        key, rank = (row["team"], codes[row["line"]]), (row["made"], row["record"], weight)
        if key not in best or rank >= best[key][0]:
            link = links.get(row["record"]) or links.setdefault(row["record"], _link(row))
            best[key] = rank, Said(answer, source, link)

    for row in rows.get("claims", ()):
        if (answer := _answer(row)) is not None:
            offer(row, 1, _("申请时填报"), answer)
    for row, answer in _agreed(rows.get("marks", ())):
        offer(row, 2, _("专家组评分"), answer)
    for row in rows.get("settled", ()):
        if (answer := _answer(row)) is not None:
            offer(row, 3, _("合议认定"), answer)
    for row in rows.get("scores", ()):
        weight = _SIDES[row["scored_by"]]
        if (answer := _answer(row)) is not None and (weight == 1 or row["state"] in REVIEW_DECIDED):
            source = _("%(year)s年%(side)s") % {"year": row["made"], "side": ScoredBy(row["scored_by"]).label}
            offer(row, weight, source, answer)
    found: dict[int, dict[str, Said]] = {}
    for (team, code), (_rank, said) in best.items():
        found.setdefault(team, {})[code] = said
    return found


def _codes(lines: Iterable[dict[str, Any]], indicators: Iterable[Indicator]) -> dict[int, str]:
    """Line of any version of the standard → code of the one among ``indicators`` that asks the same. Points out of
    another maximum say nothing."""
    now = [one for one in indicators if one.method != Method.HEADING]
    full = {one.code: one.points for one in now}
    versions: dict[int, dict[Asked, dict[str, Any]]] = {}
    for line in lines:
        asked = Asked(line["code"], line["name"], line["method"], line["unit"])
        versions.setdefault(line["standard"], {})[asked] = line
    found = {}
    for version in versions.values():
        same = followed(version, map(Asked.by, now))
        for asked, line in version.items():
            code = same.get(asked.code)
            if code is not None and (line["method"] != Method.JUDGED or line["points"] == full[code]):
                found[line["pk"]] = code
    return found


_SIDES = {ScoredBy.TEAM: 1, ScoredBy.LEAGUE: 2, ScoredBy.REGION: 3}


def _answer(row: dict[str, Any]) -> Answer | None:
    answer = Answer(row["value"], row["points"], row["not_applicable"])
    return None if answer == Answer() else answer


def _agreed(marks: Iterable[dict[str, Any]]) -> Iterable[tuple[dict[str, Any], Answer]]:
    """The mean of the points, and the number all of them gave; a number they differ about says nothing."""
    given: dict[tuple[int, int], dict[int, dict[str, Any]]] = {}
    for row in marks:
        given.setdefault((row["record"], row["line"]), {})[row["who"]] = row  # the latest of each counts
    for rows in given.values():
        one = next(iter(rows.values()))
        answers = [Answer(row["value"], row["points"], row["not_applicable"]) for row in rows.values()]
        points = [answer.points for answer in answers if answer.points is not None]
        if len({(answer.value, answer.not_applicable) for answer in answers}) == 1 and answers[0] != Answer():
            mean = sum(points, Decimal(0)) / len(points) if points else None
            yield one, Answer(answers[0].value, mean, answers[0].not_applicable)


def _link(row: dict[str, Any]) -> str:
    return address("assessments:review_detail" if "scored_by" in row else "assessments:grading_detail", row["record"])


def shown(indicator: Indicator, answer: Answer | None) -> str:
    """An answer in words: 有, 12 人, 26 分, 不适用; empty where there is none."""
    if answer is None:
        return ""
    if answer.not_applicable and indicator.may_not_apply:
        return _("不适用")
    if indicator.method == Method.JUDGED:
        return _("%(points)s 分") % {"points": plain(round(answer.points, 2))} if answer.points is not None else ""
    if answer.value is None:
        return ""
    if indicator.method == Method.YES_NO:
        return _("有") if answer.value >= 1 else _("没有")
    return with_unit(answer.value, indicator)


def with_unit(number: Decimal, indicator: Indicator) -> str:
    words = measures.of_one(indicator, number)
    if words:
        return words
    unit = indicator.unit or str(getattr(measures.of(indicator), "unit", ""))
    return f"{plain(number)}{unit}" if unit == "%" else f"{plain(number)} {unit}".strip()
