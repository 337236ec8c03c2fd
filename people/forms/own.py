"""What members change about themselves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.attachments.checks import check
from core.attachments.formats.kinds import IMAGES, PDF
from core.forms import VersionedForm
from core.pickers import DAY
from people.forms.joining import counties
from people.models import Certificate, CertificateKind, Person
from people.papers.verifying import validate_no_id

PHOTO_TYPES = "image/jpeg,image/png,.pdf"


class ContactForm(VersionedForm):
    """How one is reached, and what one wears. Everything else is the captain's to change."""

    class Meta:
        model = Person
        fields = [
            "mobile", "other_phone", "division", "address", "emergency_name", "emergency_relation", "emergency_phone",
            "clothes_size", "shoe_size", "hat_size",
        ]  # fmt: skip
        widgets = {
            name: forms.TextInput(attrs={"inputmode": "tel"}) for name in ("mobile", "other_phone", "emergency_phone")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division"].widget.choices = counties()  # type: ignore[attr-defined]


class ReportForm(forms.ModelForm):
    """A certificate, photo first. Kind and date are enough; the office reads the rest off the photo."""

    photo = forms.FileField(
        label=_("证书照片"),
        help_text=_("拍全四个角，字要看得清。照片（JPG、PNG）或 PDF。"),
        required=False,
        widget=forms.FileInput(attrs={"accept": PHOTO_TYPES}),
    )

    class Meta:
        model = Certificate
        fields = ["kind", "issued_on", "issuer", "number", "expires_on"]
        widgets = {"issued_on": DAY, "expires_on": DAY}
        help_texts = {
            "issued_on": _("证书上写的发证日期。"),
            "issuer": _("证书上盖章的单位；看不清由办公室照照片补。"),
            "number": _("看得清就填，看不清由办公室照照片补。"),
            "expires_on": _("证书上没有写的不填，按种类自动算。"),
        }

    field_order = ["photo", "kind", "issued_on", "issuer", "number", "expires_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.queryset, kind.empty_label = CertificateKind.objects.in_use(), _("请选择")
        self.fields["number"].validators.append(validate_no_id)

    def clean_photo(self) -> Any:
        photo = self.cleaned_data["photo"]
        if photo:
            hint = _("这里收照片（JPG、PNG）或 PDF。")
            found = check(photo.file, photo.name or "", photo.size, hint=hint)
            if found.media_type != PDF.media_type and found.media_type not in IMAGES:
                raise forms.ValidationError(hint)
        return photo

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "person"}  # type: ignore[misc]


class CopyForm(forms.Form):
    whole = forms.BooleanField(label=_("包含完整的证件号码（要再输入一次密码）"), required=False)
