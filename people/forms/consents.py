"""Forms of consents given on paper."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.pickers import days_first
from people.models import ConsentText, Person
from people.validators import is_adult, validate_not_future, validate_person_name


class PaperConsentForm(forms.Form):
    """A signed paper: which text, on which day; a scan where there is one."""

    text = forms.ModelChoiceField(
        ConsentText.objects.none(), label=_("同意书"), empty_label=_("请选择"),
        help_text=_("只列现在公布的版本；签的是旧版本的，请重新签。"),
    )  # fmt: skip
    given_on = forms.DateField(label=_("签署日期"), validators=[validate_not_future])
    guardian = forms.CharField(
        label=_("监护人"), required=False, max_length=50, validators=[validate_person_name],
        help_text=_("未满 18 周岁的，由监护人同意并签名。"),
    )  # fmt: skip
    guardian_relation = forms.CharField(label=_("监护人与本人的关系"), required=False, max_length=20)
    scan = forms.FileField(label=_("扫描件或照片"), required=False, help_text=_("没有的可以以后再传。"))

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].queryset = ConsentText.objects.published()  # type: ignore[attr-defined]
        self.fields["given_on"].initial = timezone.localdate
        days_first(self)
        if person.birth is not None:
            self._ask_guardian(needed=not is_adult(person.birth, timezone.localdate()))

    def _ask_guardian(self, *, needed: bool) -> None:
        for name in ("guardian", "guardian_relation"):
            self.fields[name].required = needed
            if not needed:
                del self.fields[name]
