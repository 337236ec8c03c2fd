"""Forms of courses and of a syllabus with its lessons."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import VersionedForm
from core.workflow import MoveNotAllowed
from organizations.validators import validate_text, validate_visible
from people.models import CertificateKind
from teams.models import Category
from training.catalogue.syllabus import MOST, write
from training.choices import LessonForm as Form
from training.forms.catalogue import KeptForm
from training.models import Course, CourseVersion

SPARE = 3  # empty rows for who has no scripts


class CourseForm(KeptForm):
    class Meta:
        model = Course
        fields = ["organization", "name", "kind", "category", "certificate_kind"]
        help_texts = {
            "organization": gettext_lazy("由哪个单位编制和修订；登记后不再改。"),
            "certificate_kind": gettext_lazy("培训合格后一步发证时用它；不发证的不选。"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category: Any = self.fields["category"]
        category.queryset, category.empty_label = Category.objects.in_use(), _("不限专业")
        kind: Any = self.fields["certificate_kind"]
        kind.queryset, kind.empty_label = CertificateKind.objects.in_use(), _("不发证")


class LessonLine(forms.Form):
    """One line of a syllabus; a line without a name is none."""

    position = forms.IntegerField(label=gettext_lazy("次序"), required=False, min_value=0, max_value=999)
    name = forms.CharField(label=gettext_lazy("课目"), max_length=100, required=False, validators=[validate_visible])
    form = forms.ChoiceField(label=gettext_lazy("形式"), choices=Form)
    lessons = forms.DecimalField(
        label=gettext_lazy("学时"), required=False, max_digits=5, decimal_places=1,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(Decimal(200))],
    )  # fmt: skip
    gone = forms.BooleanField(label=gettext_lazy("删去"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("position", "name", "form", "lessons"):
            field = self.fields[name]
            field.widget.attrs["aria-label"] = field.label
        self.fields["lessons"].widget.attrs["step"] = "0.5"

    @property
    def counts(self) -> bool:
        return bool(self.cleaned_data.get("name")) and not self.cleaned_data.get("gone")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("gone"):
            self._errors: Any = {}  # what is thrown away need not be right
        elif cleaned.get("name") and cleaned.get("lessons") is None and "lessons" not in self.errors:
            self.add_error("lessons", _("请填学时。"))
        elif cleaned.get("lessons") and not cleaned.get("name") and "name" not in self.errors:
            self.add_error("name", _("请填课目名称，或者勾“删去”。"))
        return cleaned


Lines = forms.formset_factory(LessonLine, extra=SPARE, max_num=MOST, validate_max=True, absolute_max=MOST + 50)


class SyllabusForm(VersionedForm):
    """Goal and lessons of a draft, on one page."""

    class Meta:
        model = CourseVersion
        fields = ["goal", "note"]
        help_texts = {"note": gettext_lazy("这一版为什么改、改了什么。")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["goal"].validators.append(validate_text)
        self.fields["note"].validators.append(validate_visible)

    @cached_property
    def lines(self) -> Any:
        there = [
            {"position": number * 10, "name": row.name, "form": row.form, "lessons": row.lessons}
            for number, row in enumerate(self.instance.lessons.all(), 1)
        ]
        return Lines(self.data if self.is_bound else None, initial=there, prefix="lessons")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.lines.is_valid():
            said = [str(error) for error in self.lines.non_form_errors()]
            self.add_error(None, said or [_("课目里有内容需要改正，请看标红的行。")])
        return cleaned

    def check_locked(self, locked: Any) -> None:
        if locked.published_at is not None:
            raise MoveNotAllowed("state", _("这一版已经发布，不能再改。要改请另起一版。"))

    def save(self, commit: bool = True) -> Any:
        with transaction.atomic():
            version = super().save(commit)
            lines = [(line.cleaned_data, place) for place, line in enumerate(self.lines) if line.counts]
            in_order = sorted(lines, key=lambda line: (_place(line[0]), line[1]))
            write(version, [line for line, _place_typed in in_order])
        return version


def _place(line: dict[str, Any]) -> int:
    """A new line without a number comes last."""
    position = line.get("position")
    return 10_000 if position is None else int(position)
