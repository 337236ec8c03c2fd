"""The lines of one side as a form: what is asked of each follows from how the indicator gives points."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _

from assessments.annual.answers import Basis
from assessments.annual.scores import Given, sign_of
from assessments.choices import Method
from assessments.models import Indicator
from assessments.scoring import plain

PARTS = ("value", "na", "note")


class AnswersForm(forms.Form):
    """Per indicator ``i<key>_value``, ``_na``, ``_note`` and the hidden ``_seen``. What cannot be read stays on the
    page, its line is not saved; the others are."""

    hide_optional = True

    def __init__(self, *args: Any, basis: Basis, side: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.basis, self.side = basis, side
        for indicator in basis.scored:
            self._add(indicator)

    def _add(self, indicator: Indicator) -> None:
        line = self.basis.row(self.side, indicator)
        name = f"i{indicator.pk}"
        value = self._field(indicator)
        value.required, value.label = False, indicator.name
        if line is not None:
            number = line.points if indicator.method == Method.JUDGED else line.value
            value.initial = plain(number) if number is not None else ""
        self.fields[f"{name}_value"] = value
        if indicator.may_not_apply:
            applies = bool(line and line.not_applicable)
            self.fields[f"{name}_na"] = forms.BooleanField(required=False, label=_("不适用"), initial=applies)
        note = forms.CharField(required=False, max_length=500, label=_("说明"), initial=line.note if line else "")
        note.widget.attrs["aria-label"] = _("说明：%(line)s") % {"line": indicator.name}
        self.fields[f"{name}_note"] = note
        self.fields[f"{name}_seen"] = forms.CharField(
            required=False, max_length=600, widget=forms.HiddenInput, initial=sign_of(line), strip=False
        )

    @staticmethod
    def _field(indicator: Indicator) -> forms.Field:
        if indicator.method == Method.YES_NO:
            choices = [("1", _("有")), ("0", _("没有"))]
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect)
        field = forms.DecimalField(max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal(0))])
        field.widget.attrs |= {"inputmode": "decimal", "aria-label": indicator.name, "class": "short"}
        if indicator.method == Method.JUDGED:
            said = _("不能超过满分 %(n)s 分。") % {"n": plain(indicator.points)}
            field.validators.append(MaxValueValidator(indicator.points, said))
        return field

    def clean(self) -> dict[str, Any]:
        """What stands beside 不适用 counts for nothing, so it stops nothing either."""
        cleaned = super().clean() or {}
        for indicator in self.basis.scored:
            if cleaned.get(f"i{indicator.pk}_na"):
                self.errors.pop(f"i{indicator.pk}_value", None)
        return cleaned

    def parts(self, indicator: Indicator) -> dict[str, Any]:
        """The bound fields of a line, for its row on the page."""
        found = {part: f"i{indicator.pk}_{part}" for part in (*PARTS, "seen")}
        return {part: self[name] for part, name in found.items() if name in self.fields}

    def wrong(self, indicator: Indicator) -> bool:
        return any(f"i{indicator.pk}_{part}" in self.errors for part in PARTS)

    def given(self) -> dict[int, Given]:
        """What was typed in every line that can be read."""
        return dict(self._lines())

    def catch_up(self, basis: Basis) -> None:
        """The page is shown again because one line could not be read: the others were saved, and were seen as they are
        now, so that to change one of them once more is no clash with oneself."""
        if not self.is_bound:
            return
        self.data: Any = self.data.copy()  # type: ignore[attr-defined]
        for key, line in self.given().items():
            now = sign_of(basis.rows.get(self.side, {}).get(key))
            if sign_of(line) == now:
                self.data[self.add_prefix(f"i{key}_seen")] = now

    def _lines(self) -> Iterator[tuple[int, Given]]:
        data = self.cleaned_data
        for indicator in self.basis.scored:
            name = f"i{indicator.pk}"
            if self.wrong(indicator) or self.add_prefix(f"{name}_seen") not in self.data:
                continue
            typed = data.get(f"{name}_value")
            number = Decimal(typed) if typed not in (None, "") else None
            judged = indicator.method == Method.JUDGED
            absent = bool(data.get(f"{name}_na"))
            yield (
                indicator.pk,
                Given(
                    value=None if judged or absent else number,
                    points=number if judged and not absent else None,
                    not_applicable=absent,
                    note=data.get(f"{name}_note", ""),
                    seen=data.get(f"{name}_seen", ""),
                ),
            )
