"""试算: numbers changed on the page to see what would follow. Read from the address, never saved."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from assessments.choices import Method
from assessments.gap.known import Known, Said
from assessments.models import Indicator
from assessments.scoring import Answer, plain
from assessments.standards import measures
from assessments.standards.shares import FRACTIONS, PARTS, PER_CENT, counts_behind, followed
from core import metrics
from core.metrics import Metric

_MOST = Decimal(10**9)
_ALL = Decimal(100)


class WhatIfForm(forms.Form):
    """A field per number that can be brought about, and per indicator that is answered by hand.

    Empty fields leave things as they are. ``known`` afterwards gives what would be known.
    """

    def __init__(self, data: Any, *, indicators: Iterable[Indicator], known: Known) -> None:
        super().__init__(data)
        self.now = known
        self.indicators = [one for one in indicators if one.method != Method.HEADING]
        self.counts: dict[str, Metric] = {}
        self.by_hand: dict[str, Indicator] = {}
        for indicator in self.indicators:
            metric = measures.of(indicator)
            if metric is None:
                self._by_hand(indicator)
                continue
            for name in counts_behind(metric.name):
                self._count(metrics.get(name))

    def _count(self, metric: Metric) -> None:
        if metric.name in self.counts:
            return
        self.counts[metric.name] = metric
        if metric.of_one is not None:
            choices = [("", _("照现在")), ("1", metric.of_one.yes), ("0", metric.of_one.no)]
            self.fields[f"n-{metric.name}"] = forms.TypedChoiceField(
                label=metric.of_one.label, choices=choices, coerce=Decimal, empty_value=None, required=False
            )
            return
        now = self.now.numbers.get(metric.name)
        field = _number(
            metric.label, plain(now) if now is not None else "", _ALL if metric.name in PER_CENT else _MOST,
            places=2 if metric.name in FRACTIONS else 0,
        )  # fmt: skip
        self.fields[f"n-{metric.name}"] = field

    def _by_hand(self, indicator: Indicator) -> None:
        self.by_hand[f"i-{indicator.pk}"] = indicator
        label, said = str(indicator), self.now.said.get(indicator.code)
        if indicator.method == Method.YES_NO:
            choices = [("", _("照现在")), ("1", _("有")), ("0", _("没有"))]
            if indicator.may_not_apply:
                choices.append(("na", _("不适用")))
            self.fields[f"i-{indicator.pk}"] = forms.ChoiceField(label=label, choices=choices, required=False)
            return
        judged = indicator.method == Method.JUDGED
        now = (said.answer.points if judged else said.answer.value) if said else None
        most = indicator.points if judged and indicator.points else _ALL if indicator.unit == "%" else _MOST
        self.fields[f"i-{indicator.pk}"] = _number(label, plain(round(now, 2)) if now is not None else "", most)
        if indicator.may_not_apply:
            self.fields[f"na-{indicator.pk}"] = forms.BooleanField(label=_("不适用"), required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for indicator in self.by_hand.values():
            if values.get(f"na-{indicator.pk}"):  # then what stands beside it counts for nothing
                self.errors.pop(f"i-{indicator.pk}", None)
        changed = self._changed(values)
        numbers = {**self.now.numbers, **changed}
        for whole, parts in PARTS.items():
            for part in parts:
                if not {whole, part} & set(changed) or not {whole, part} <= set(numbers):
                    continue
                if numbers[part] > numbers[whole]:
                    words = {"part": metrics.get(part).label, "whole": metrics.get(whole).label}
                    wrong = part if part in changed else whole
                    self.add_error(f"n-{wrong}", _("%(part)s不能多于%(whole)s。") % words)
        return values

    @property
    def is_used(self) -> bool:
        """Whether anything was changed; to nought as well, which equals False."""
        return any(value not in ("", None) and value is not False for value in self.given.values())

    @property
    def given(self) -> dict[str, Any]:
        return self.cleaned_data if self.is_bound and self.is_valid() else {}

    @property
    def known(self) -> Known:
        """As it would be; as it is while a field is wrong."""
        given = self.given
        then = Known(followed(self.now.numbers, self._changed(given)), dict(self.now.said))
        for name, indicator in self.by_hand.items():
            answer = self._answer(given, name, indicator)
            if answer is not None:
                then.said[indicator.code] = Said(answer, _("试算"))
        return then

    def _changed(self, values: dict[str, Any]) -> dict[str, Decimal]:
        found = {name: values.get(f"n-{name}") for name in self.counts}
        return {name: number for name, number in found.items() if number is not None}

    @staticmethod
    def _answer(given: dict[str, Any], name: str, indicator: Indicator) -> Answer | None:
        value = given.get(name)
        if value == "na" or given.get(f"na-{indicator.pk}"):
            return Answer(not_applicable=True)
        if value in (None, ""):
            return None
        number = Decimal(value)
        return Answer(points=number) if indicator.method == Method.JUDGED else Answer(number)


def _number(label: Any, now: str, most: Decimal = _MOST, *, places: int = 2) -> forms.DecimalField:
    field = forms.DecimalField(label=label, min_value=0, max_value=most, decimal_places=places, required=False)
    field.widget.attrs |= {"placeholder": now, "class": "try", "inputmode": "decimal", "step": "any"}
    return field
