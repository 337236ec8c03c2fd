"""Standards as values for ``assessments.scoring``, and which answers come from where."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from assessments.choices import Method
from assessments.models import Conclusion, Indicator, Standard
from assessments.scoring import NOUGHT, Bar, Rule, Rules
from assessments.standards import measures
from assessments.standards.shares import PARTS


def rules_of(standard: Standard) -> Rules:
    """Two queries, or none where both are prefetched."""
    return made(standard.indicators.all(), standard.conclusions.all())


def made(indicators: Iterable[Indicator], conclusions: Iterable[Conclusion]) -> Rules:
    """In the order given; headings are left out, they have no points of their own."""
    lines = [indicator for indicator in indicators if indicator.method != Method.HEADING]
    counts = {one.code: metric.name for one in lines if (metric := measures.of(one))}
    codes = {name: code for code, name in counts.items()}
    wholes = {part: codes[whole] for whole, parts in PARTS.items() if whole in codes for part in parts}
    scored = tuple(replace(rule_of(one), within=wholes.get(counts.get(one.code, ""), "")) for one in lines)
    return Rules(scored, tuple(bar_of(conclusion) for conclusion in conclusions))


def rule_of(indicator: Indicator) -> Rule:
    metric = measures.of(indicator)
    return Rule(
        code=indicator.code,
        name=indicator.name,
        method=indicator.method,
        points=indicator.points,
        subject=indicator.subject,
        steps=tuple((Decimal(step["from"]), Decimal(step["points"])) for step in indicator.steps),
        per_unit=indicator.per_unit or NOUGHT,
        requirements={key: Decimal(value) for key, value in indicator.requirements.items()},
        more_is_better=indicator.more_is_better,
        is_veto=indicator.is_veto,
        may_not_apply=indicator.may_not_apply,
        said=(one.yes, one.no) if metric and (one := metric.of_one) else None,
    )


def bar_of(conclusion: Conclusion) -> Bar:
    return Bar(
        conclusion.key, conclusion.name, conclusion.min_total, conclusion.min_public, conclusion.min_professional
    )
