"""Forms of certificates: one, many at once, and the kinds there are."""

import json
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import VersionedForm
from core.pickers import DAY
from core.reference_forms import EndingForm, KeyedForm
from organizations.models import User
from organizations.validators import validate_visible, validate_year
from people.models import Certificate, CertificateKind
from people.papers.verifying import before_birth, held_already, mark_entered, run_out, validate_no_id, whose_number
from people.states import STANDING
from people.validators import validate_not_future

_LAST_DIGITS = re.compile(r"[0-9]{1,9}$")
LASTING_HELP = _("不填有效至时，按证书种类的默认有效期计算；确实长期有效的勾选这里。")


def kinds_offered(field: Any, also: str | None = None) -> None:
    """Give a field the kinds in use, each with the months its ``expires_on`` is filled in with (js/validity.js)."""
    kinds = list(CertificateKind.objects.in_use() | CertificateKind.objects.filter(pk=also))
    field.choices = [("", _("请选择")), *((kind.pk, kind.name) for kind in kinds)]
    months = {kind.pk: kind.months for kind in kinds if kind.months}
    field.widget.attrs["data-months"] = json.dumps(months)


def fill_validity(cleaned: dict[str, Any]) -> None:
    """``expires_on`` as it is kept: none where it lasts, the kind's default where nothing was written."""
    kind, issued = cleaned.get("kind"), cleaned.get("issued_on")
    if cleaned.get("is_lasting"):
        cleaned["expires_on"] = None
    elif cleaned.get("expires_on") is None and kind and issued:
        cleaned["expires_on"] = run_out(kind, issued)


class CertificateForm(VersionedForm):
    """One certificate of one person. ``instance.person`` is set; ``by`` enters or corrects it."""

    is_lasting = forms.BooleanField(label=_("长期有效"), required=False, help_text=LASTING_HELP)
    field_order = ["kind", "number", "level", "issuer", "issued_on", "expires_on", "is_lasting", "source"]

    class Meta:
        model = Certificate
        fields = ["kind", "number", "level", "issuer", "issued_on", "expires_on", "source"]
        widgets = {"issued_on": DAY, "expires_on": DAY}
        help_texts = {
            "number": _("照证书填写；没有编号的，或者编号就是身份证号码的（如驾驶证），不填。"),
            "level": _("分级别的证书填写，例：初级、三级。"),
            "expires_on": "",
            "source": _("在哪次培训取得的，例：2026 年春季救护员培训班。"),
        }

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        kinds_offered(self.fields["kind"], self.instance.kind_id)
        self.fields["number"].validators.append(validate_no_id)
        self.fields["source"].validators.append(validate_visible)
        self.fields["is_lasting"].initial = bool(self.instance.pk) and self.instance.expires_on is None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.clashes and {"expires_on", "issued_on"}.isdisjoint(self.errors):
            fill_validity(cleaned)
        kind, number = cleaned.get("kind"), cleaned.get("number")
        if kind and number and (self.instance._state.adding or self.instance.state in STANDING):
            taken = whose_number(kind.pk, number, by=self.by, without=self.instance.pk)
            if taken:
                self.add_error("number", taken)
        self._check_holder(cleaned)
        return cleaned

    def _check_holder(self, cleaned: dict[str, Any]) -> None:
        """It is none he or she has already, and no older than its holder."""
        person, kind, issued = self.instance.person, cleaned.get("kind"), cleaned.get("issued_on")
        if issued and (said := before_birth(person, issued)):
            self.add_error("issued_on", said)
        is_new = self.instance._state.adding and "number" not in self.errors
        if is_new and kind and issued and held_already(person, kind, issued, cleaned.get("number", "")):
            self.add_error(None, _("同一天发的同种证书已经登记了；是同一本的，请在那一本上更正、补编号。"))

    def save(self, commit: bool = True) -> Any:
        """:raises ValidationError: somebody registered the same number in the same instant."""
        if self.instance._state.adding:
            mark_entered(self.instance, self.by)
        try:
            with transaction.atomic():
                return super().save(commit)
        except IntegrityError as error:
            raise ValidationError({"number": _("这个编号的证书已经登记了。")}) from error


class ReasonForm(forms.Form):
    """Why a certificate is not accepted, or ends."""

    reason = forms.CharField(label=_("原因"), max_length=200, validators=[validate_visible])


REFUSE_HELP = _("例：照片看不清、编号与证书不符。登记的人看得到。")
END_HELP = _("例：换发新证、发证机构注销、登记有误。")


class KindForm(EndingForm, KeyedForm):
    """A kind of certificate, as the region keeps it."""

    prefix_of_key = "certificate"

    class Meta:
        model = CertificateKind
        fields = ["name", "also", "months", "is_first_aid", "source", "position", "ended_on"]
        help_texts = {
            "months": _("登记时按它算出有效至，可以改；没有固定有效期的不填。"),
            "source": _("有效期出自哪份规定；没有依据的写明是示例。"),
            "position": _("小的排在前面。"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "also", "source"):
            self.fields[name].validators.append(validate_visible)


# -- many at once -----------------------------------------------------------------------------------------
class GrantForm(forms.Form):
    """What the certificates of one training have in common."""

    kind = forms.ModelChoiceField(CertificateKind.objects.in_use(), widget=forms.HiddenInput)
    issuer = forms.CharField(label=_("发证机构"), max_length=100, validators=[validate_visible])
    issued_on = forms.DateField(
        label=_("发证日期"), initial=timezone.localdate, validators=[validate_not_future], widget=DAY
    )
    expires_on = forms.DateField(label=_("有效至"), required=False, validators=[validate_year], widget=DAY)
    is_lasting = forms.BooleanField(label=_("长期有效"), required=False, help_text=LASTING_HELP)
    level = forms.CharField(label=_("级别"), max_length=30, required=False, validators=[validate_visible])
    source = forms.CharField(
        label=_("来源"), max_length=100, required=False, validators=[validate_visible],
        help_text=_("培训的名称，例：2026 年春季救护员培训班。"),
    )  # fmt: skip
    prefix_text = forms.CharField(
        label=_("编号前缀"), max_length=50, required=False, validators=[validate_visible],
        help_text=_("编号连着的填这里，没有单独填编号的人按名单次序编；例：前缀 CF-2026-，起始号 001。"),
    )  # fmt: skip
    first_number = forms.RegexField(
        r"^.{0,50}?[0-9]{1,9}$", label=_("起始号"), required=False, validators=[validate_visible],
        error_messages={"invalid": _("起始号是 1 至 9 位数字。")},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds_offered(self.fields["kind"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"expires_on", "issued_on"}.isdisjoint(self.errors):
            fill_validity(cleaned)
        ends, issued = cleaned.get("expires_on"), cleaned.get("issued_on")
        if ends and issued and ends < issued:
            self.add_error("expires_on", _("有效至不能早于发证日期。"))
        self._split(cleaned)
        if cleaned.get("prefix_text") and not cleaned.get("first_number") and "first_number" not in self.errors:
            self.add_error("first_number", _("填了前缀，还要填起始号。"))
        return cleaned

    def _split(self, cleaned: dict[str, Any]) -> None:
        """A whole number in the place of its last digits: CF-2026-001 is the prefix CF-2026- and 001."""
        whole = cleaned.get("first_number") or ""
        digits = _LAST_DIGITS.search(whole)
        before = whole[: digits.start()] if digits else ""
        if before and cleaned.get("prefix_text") not in ("", before):
            self.add_error("first_number", _("起始号是 1 至 9 位数字。"))
        elif digits and before:
            cleaned["prefix_text"], cleaned["first_number"] = before, digits.group()


class GrantRowForm(forms.Form):
    """One person's line. ``held`` is the certificate of the kind the page showed, 0 where there was none.

    :param may_renew: whether the one held may be ended by the reader.
    """

    SKIP, RENEW, ADD = "skip", "renew", "add"
    number = forms.CharField(max_length=60, required=False, validators=[validate_visible, validate_no_id])
    act = forms.ChoiceField(
        choices=[(SKIP, _("不发")), (RENEW, _("换发，原证停用")), (ADD, _("另发一本，原证保留"))], required=False
    )
    held = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, may_renew: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        act: Any = self.fields["act"]
        act.choices = [choice for choice in act.choices if may_renew or choice[0] != self.RENEW]
