"""The form of one filing rule: its terms, its steps and the papers it asks, saved as one."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import Clash, VersionedForm
from teams.choices import Duty, PaperWhen, TeamLevel
from teams.models import FilingRule, PaperKind
from teams.models.filing import OFFICE_PAPERS
from teams.models.rules import MANAGING, STEP_PLACES
from teams.rules.history import Past, in_order, listed
from teams.rules.rulebook import (
    MOST_STEPS,
    PARTS,
    PaperLine,
    StepLine,
    check_steps,
    papers_of_rule,
    spread,
    steps_of_rule,
    write_papers,
    write_steps,
)

LATER_DUTIES = [(duty.value, duty.label) for duty in Duty if duty != Duty.REGISTER]
PART_LABELS = dict(
    zip(PARTS, (gettext_lazy("步骤"), gettext_lazy("材料"), gettext_lazy("批复、会议和办理说明")), strict=True)
)


def _days(**kwargs: Any) -> forms.IntegerField:
    limits = [MinValueValidator(1), MaxValueValidator(365)]
    return forms.IntegerField(label=gettext_lazy("时限（天）"), validators=limits, **kwargs)


class FirstStepForm(forms.Form):
    """The first step is the managing office's registration; only its time limit can be set."""

    days = _days()

    def line(self) -> StepLine:
        return StepLine(MANAGING, Duty.REGISTER, self.cleaned_data["days"])


class StepForm(forms.Form):
    """A later step; without an office the line counts as empty."""

    place = forms.ChoiceField(
        label=gettext_lazy("由谁办"), required=False, choices=[("", gettext_lazy("（没有这一步）")), *STEP_PLACES]
    )
    duty = forms.ChoiceField(
        label=gettext_lazy("办什么"), required=False, choices=[("", gettext_lazy("请选择")), *LATER_DUTIES]
    )
    days = _days(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("place"):
            if not cleaned.get("duty"):
                self.add_error("duty", _("请选择这一步办什么。"))
            if not cleaned.get("days") and cleaned.get("duty") != Duty.COPY and "days" not in self.errors:
                self.add_error("days", _("请填写时限。"))
        return cleaned

    def line(self) -> StepLine | None:
        facts = self.cleaned_data
        return StepLine(facts["place"], facts["duty"], facts["days"] or 1) if facts["place"] else None


class PaperForm(forms.Form):
    """Whether one kind of paper is asked."""

    when = forms.ChoiceField(
        label=gettext_lazy("要不要"), required=False, choices=[("", gettext_lazy("不要")), *PaperWhen.choices]
    )
    required = forms.BooleanField(label=gettext_lazy("必须有"), required=False)

    def __init__(self, *args: Any, kind: PaperKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind

    def line(self) -> PaperLine | None:
        facts = self.cleaned_data
        return PaperLine(self.kind.pk, facts["when"], facts["required"]) if facts["when"] else None


class RuleForm(VersionedForm):
    """``first``, ``later`` and ``papers`` are the rows; they share the rule's version, for they are read as one."""

    also_levels = forms.MultipleChoiceField(
        label=gettext_lazy("同样用于"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("保存时，把下面勾选的内容照样写进这些级别的规则，原有的会被替换。"),
    )  # fmt: skip
    also_parts = forms.MultipleChoiceField(
        label=gettext_lazy("照样写进哪些内容"), required=False, choices=list(PART_LABELS.items()),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    class Meta:
        model = FilingRule
        fields = ["needs_reply", "needs_meeting", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"note": gettext_lazy("填报人开始填写前看到的话。")}

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        levels = [(level.value, level.label) for level in TeamLevel if level != self.instance.level]
        self.fields["also_levels"].choices = levels  # type: ignore[attr-defined]
        self.kinds = list(PaperKind.objects.exclude(pk__in=OFFICE_PAPERS))  # the author's side cannot bring those
        self.steps: list[StepLine] = []
        self.asked: list[PaperLine] = []
        self._lay_steps(data, steps_of_rule(self.instance))
        self._lay_papers(data, papers_of_rule(self.instance))

    def _lay_steps(self, data: Any, steps: list[StepLine]) -> None:
        self.first = FirstStepForm(data, prefix="step-1", initial={"days": steps[0].days if steps else 10})
        given = {number: vars(step) for number, step in enumerate(steps[1:], 2)}
        self.later = [
            StepForm(data, prefix=f"step-{number}", initial=given.get(number)) for number in range(2, MOST_STEPS + 1)
        ]

    def _lay_papers(self, data: Any, papers: list[PaperLine]) -> None:
        asked = {line.paper: line for line in papers}
        self.papers = [
            PaperForm(
                data, prefix=f"paper-{kind.pk}", kind=kind, initial=vars(asked[kind.pk]) if kind.pk in asked else None
            )
            for kind in self.kinds
        ]

    def clean(self) -> dict[str, Any]:
        self._read_rows()
        cleaned = super().clean()
        if cleaned.get("also_levels") and not cleaned.get("also_parts"):
            self.add_error("also_parts", _("请勾选要写进其他级别的内容。"))
        return cleaned

    def _read_rows(self) -> None:
        wrong = False
        for number, form in enumerate([self.first, *self.later], 1):
            for name, errors in form.errors.items():
                wrong = True
                words = {"number": number, "label": form.fields[name].label, "error": errors[0]}
                self.add_error(None, _("第 %(number)d 步，%(label)s：%(error)s") % words)
        if wrong or not all(form.is_valid() for form in self.papers):
            return
        lines = [self.first.line(), *(form.line() for form in self.later)]
        self.steps = [line for line in lines if line]
        self.asked = [line for line in (form.line() for form in self.papers) if line]
        try:
            check_steps(self.steps)
        except ValidationError as error:
            self.add_error(None, error)

    def _tell(self, fresh: Any, typed: dict[str, Any]) -> None:
        super()._tell(fresh, typed)
        past = Past(fresh)
        names = {kind.pk: kind.name for kind in self.kinds}
        opened = past.opened(typed.get("version"))
        if opened is None:
            return
        before, now = past.steps(opened), steps_of_rule(fresh)
        if before != now:
            taken = self.steps == before
            mine = in_order(now if taken else self.steps)
            self.clashes.append(Clash("steps", _("步骤"), in_order(before), in_order(now), mine))
            if taken:
                self._lay_steps(None, now)
        were, are = past.papers(opened), papers_of_rule(fresh)
        if set(were) != set(are):
            taken = set(self.asked) == set(were)
            mine = listed(are if taken else self.asked, names)
            self.clashes.append(Clash("papers", _("材料"), listed(were, names), listed(are, names), mine))
            if taken:
                self._lay_papers(None, are)

    def save(self, commit: bool = True) -> FilingRule:
        with transaction.atomic():
            rule: FilingRule = super().save()
            write_steps(rule, self.steps)
            write_papers(rule, self.asked)
            levels = self.cleaned_data["also_levels"]
            if levels:
                fresh = FilingRule.objects.get(pk=rule.pk)
                spread(fresh, levels=levels, parts=self.cleaned_data["also_parts"])
        return rule
