"""One indicator of a draft: how it gives points, what each conclusion asks, where its value comes from."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.choices import Method
from assessments.forms.rows import NamedCells, wrong_cells
from assessments.models import Conclusion, Indicator
from assessments.scoring import plain
from assessments.standards import measures
from assessments.standards.drafting import opened
from assessments.standards.editing import put_last
from assessments.standards.lines import label
from assessments.standards.tree import MOST_DEPTH, branch, nodes
from assessments.standards.wording import pairs, steps_in_words, stored
from core.forms import Clash, WholeForm

SPARE_STEPS = 3
MOST_STEPS = 20
ROWS = ("steps", "requirements", "texts")  # written by rows of their own, not by one input
_ONLY = {"per_unit": (Method.DEDUCTION,), "steps": (Method.STEPS,)}  # fact → methods that read it
# No record counts below nought, and no table that is taken in again may say so.
_NUMBER: dict[str, Any] = {
    "required": False, "max_digits": 14, "decimal_places": 2, "validators": [MinValueValidator(0)],
}  # fmt: skip


class StepLine(NamedCells):
    """The points for a value from there on."""

    start = forms.DecimalField(label=gettext_lazy("数值达到"), **_NUMBER)
    points = forms.DecimalField(
        label=gettext_lazy("得分"), required=False, max_digits=6, decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(1000)],
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        missing = [name for name in ("start", "points") if cleaned.get(name) is None and name not in self.errors]
        if len(missing) == 1:
            self.add_error(missing[0], _("数值和得分要一起填。"))
        return cleaned

    @property
    def counts(self) -> bool:
        return self.cleaned_data.get("start") is not None


Steps = forms.formset_factory(
    StepLine, extra=SPARE_STEPS, max_num=MOST_STEPS, validate_max=True, absolute_max=MOST_STEPS + 10
)


class WantedLine(NamedCells):
    """What one conclusion asks of the indicator."""

    value = forms.DecimalField(label=gettext_lazy("数值"), **_NUMBER)
    text = forms.CharField(label=gettext_lazy("要求"), required=False, max_length=300)

    def __init__(self, *args: Any, bar: Conclusion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bar = bar
        for field in self.fields.values():
            words = {"bar": bar.name, "what": field.label}
            field.widget.attrs["aria-label"] = _("%(bar)s：%(what)s") % words


class IndicatorForm(WholeForm):
    """``indicators``, ``conclusions``: of the standard, read once. The standard of a new one is set already."""

    class Meta:
        model = Indicator
        fields = [
            "parent", "code", "name", "subject", "method", "points", "more_is_better", "per_unit", "is_veto",
            "may_not_apply", "metric", "unit", "evidence", "guidance", "source",
        ]  # fmt: skip
        help_texts = {
            "code": gettext_lazy("例：1.2；改了上下次序以后，可以在标准页上一并重新编号。"),
            "points": gettext_lazy("分组标题不填。"),
            "per_unit": gettext_lazy("扣分的才填：每有一项扣几分，扣完为止。"),
            "more_is_better": gettext_lazy("数值越小越好的不勾，例如没有销号的问题数。"),
            "is_veto": gettext_lazy("没有做到、没有填或者没有达到下面的数值，就不能得出对应的档次。"),
            "may_not_apply": gettext_lazy("不适用的不计入总分，和没有做到不同。"),
            "metric": gettext_lazy("选了就从记录里自动取数；没有合适的就由人填。"),
            "source": gettext_lazy("出自哪个文件哪一条；没有依据的写“示例”。"),
        }

    BASE = ("parent", "code", "name", "subject")
    MARKS = ("is_veto", "may_not_apply")
    PROOF = ("metric", "unit", "evidence", "guidance", "source")

    def __init__(
        self, *args: Any, indicators: Sequence[Indicator], conclusions: Sequence[Conclusion], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.conclusions = conclusions
        self._saving = False
        self.moved = self.instance.pk is None
        self._offer_parents(indicators)
        for name in ("points", "per_unit"):
            if (value := self.initial.get(name)) is not None:
                self.initial[name] = plain(Decimal(value))
        chosen = self.instance.metric
        known = dict(measures.choices())
        other = [(chosen, measures.label_of(chosen))] if chosen and chosen not in known else []
        self.fields["metric"] = forms.ChoiceField(
            label=self.fields["metric"].label, required=False, choices=[("", _("由人填")), *other, *measures.grouped()],
            help_text=self.fields["metric"].help_text,
        )  # fmt: skip
        self.fields["points"].required = False
        self.fields["guidance"].widget.attrs["rows"] = 3

    def _offer_parents(self, indicators: Sequence[Indicator]) -> None:
        """Headings that are not below itself, each as far in as it stands."""
        own = {row.pk for row in branch(indicators, self.instance)} if self.instance.pk else set()
        found = [node for node in nodes(indicators) if node.is_heading and node.indicator.pk not in own]
        heads = [node for node in found if node.depth < MOST_DEPTH]
        field: Any = self.fields["parent"]
        field.queryset = Indicator.objects.filter(pk__in=[node.indicator.pk for node in heads])
        blank = [("", _("（最上一层）"))]
        field.choices = blank + [(one.indicator.pk, "　" * (one.depth - 1) + str(one.indicator)) for one in heads]

    @cached_property
    def steps(self) -> Any:
        there = [{"start": plain(start), "points": plain(points)} for start, points in pairs(self.instance.steps)]
        return Steps(self.data if self.is_bound else None, initial=there, prefix="steps")

    @cached_property
    def wanted(self) -> list[WantedLine]:
        data, row = self.data if self.is_bound else None, self.instance
        return [
            WantedLine(
                data, bar=bar, prefix=f"bar-{bar.key}",
                initial={"value": row.requirements.get(bar.key), "text": row.texts.get(bar.key)},
            )
            for bar in self.conclusions
        ]  # fmt: skip

    @property
    def wrong_cells(self) -> list[forms.BoundField]:
        return wrong_cells([*(self.steps if self._shows_steps() else ()), *self.wanted])

    def clean_points(self) -> Decimal:
        return self.cleaned_data["points"] or Decimal(0)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        method = cleaned.get("method")
        if self._shows_steps():
            self._check_steps()
        checked = [line.is_valid() for line in self.wanted]  # each is asked, so that each shows what is wrong
        if not all(checked):
            self.add_error(None, _("各档要求里有内容需要改正，请看标红的行。"))
        if method == Method.HEADING:
            self.errors.pop("points", None)
            cleaned |= {"points": Decimal(0), "metric": "", "is_veto": False, "may_not_apply": False}
        if method not in _ONLY["per_unit"]:
            self.errors.pop("per_unit", None)
            cleaned["per_unit"] = None
        return cleaned

    def _shows_steps(self) -> bool:
        """Of another method the page hides them: they are not read, so they stop nothing."""
        return getattr(self, "cleaned_data", {}).get("method") in (None, *_ONLY["steps"])

    def _check_steps(self) -> None:
        if not self.steps.is_valid():
            said = [str(error) for error in self.steps.non_form_errors()]
            self.add_error(None, said or [_("分档里有内容需要改正，请看标红的行。")])
            return
        starts = [line.cleaned_data["start"] for line in self.steps if line.counts]
        if len(set(starts)) < len(starts):
            self.add_error(None, _("有两档的数值相同。"))

    def _rows(self) -> dict[str, Any]:
        """What the rows say, as the model keeps it."""
        method = self.cleaned_data["method"]
        lines = []
        if self._shows_steps():
            lines = [(line.cleaned_data["start"], line.cleaned_data["points"]) for line in self.steps if line.counts]
        said = {line.bar.key: line.cleaned_data for line in self.wanted}
        values = {key: plain(one["value"]) for key, one in said.items() if one["value"] is not None}
        return {
            "steps": stored(lines),
            "requirements": values if method != Method.HEADING else {},
            "texts": {key: one["text"] for key, one in said.items() if one["text"]},
        }

    def save(self, commit: bool = True) -> Any:
        with transaction.atomic():
            opened(self.instance.standard)
            for name, value in self._rows().items():
                setattr(self.instance, name, value)
            self._saving, moved = True, self.moved or "parent" in self.changed_data
            try:
                saved = super().save(commit)
            finally:
                self._saving = False
            if moved:
                put_last(saved)
        return saved

    def _own_fields(self) -> list[str]:
        return [*super()._own_fields(), *(ROWS if self._saving else ())]

    def _tell(self, fresh: Any, typed: dict[str, Any]) -> None:
        """The rows as well, in words."""
        self._saving = False
        opened_as = self._as_opened(typed.get("version"))
        super()._tell(fresh, typed)
        for name in ROWS:
            was, now = getattr(opened_as, name, None), getattr(fresh, name)
            if was != now:
                self.clashes.append(
                    Clash(name, label(Indicator, name), self._said(name, was), self._said(name, now), "")
                )

    def _said(self, name: str, value: Any) -> str:
        if not value:
            return ""
        if name == "steps":
            return steps_in_words(value)
        bars = {bar.key: bar.name for bar in self.conclusions}
        return _("；").join(f"{bars.get(key, key)} {one}" for key, one in value.items())


class RemoveForm(forms.Form):
    """Carries what the page showed when it asked."""

    version = forms.IntegerField(widget=forms.HiddenInput)
