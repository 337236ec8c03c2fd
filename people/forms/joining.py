"""Invitations, the public form behind them, and what the keepers of a roster answer."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.pickers import DAY
from organizations.models import Division
from people import identity
from people.choices import ConsentKind, IdType
from people.forms.fields import NameField
from people.joining.accepting import Likely
from people.joining.applying import ASKED
from people.models import ConsentText, Invitation, Membership, Person
from people.states import MembershipState
from people.validators import is_adult

LONGEST_DAYS = 366
_BETWEEN = re.compile(r"[、，,；;\n/]+")
_SKILL = 30


class InvitationForm(forms.ModelForm):
    """A new link. It cannot be changed afterwards, for it may hang on a wall: one ends it and makes a new one."""

    class Meta:
        model = Invitation
        fields = ["note", "expires_on", "most"]
        widgets = {"expires_on": DAY, "note": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "note": gettext_lazy("写在报名页和海报上，例：招募水上救生队员，年满 18 周岁、会游泳。"),
            "expires_on": gettext_lazy("到这一天为止可以报名。"),
            "most": gettext_lazy("报满以后自动停止。"),
        }

    def clean_expires_on(self) -> date:
        day, today = self.cleaned_data["expires_on"], timezone.localdate()
        if day < today:
            raise ValidationError(_("有效至不能早于今天。"))
        if day > today + timedelta(days=LONGEST_DAYS):
            raise ValidationError(_("一个邀请最长用一年，到期再发新的。"))
        return day

    def clean(self) -> dict[str, Any]:
        """The page that was sent, brought back and sent again: of two posters on one wall only one would be ended."""
        cleaned = super().clean() or {}
        if {"note", "expires_on", "most"} <= cleaned.keys():
            there = Invitation.objects.open().filter(organization=self.instance.organization)
            if there.filter(**{name: cleaned[name] for name in ("note", "expires_on", "most")}).exists():
                raise ValidationError(_("一样的邀请正在使用，请在入队邀请里打开它；要分开统计的，在说明里写明区别。"))
        return cleaned


def counties() -> list[tuple[Any, Any]]:
    """Divisions below the leagues, under the heading of their league. One query."""
    rows = list(Division.objects.exclude(level=Division.Level.PROVINCE).order_by("code"))
    leagues = [row for row in rows if row.level == Division.Level.PREFECTURE]
    groups: dict[str, tuple[str, list[Any]]] = {row.pk: (row.name, []) for row in leagues}
    for row in rows:
        group = groups.get(row.pk if row.pk in groups else str(row.parent_id))
        if group is not None:
            group[1].append((row.pk, row.name))
    return [("", _("请选择")), *groups.values()]


class JoinForm(forms.ModelForm):
    """What an applicant fills in. Made on a person's fields for their rules; it saves no person.

    ``texts`` are the consents asked for, each a box of its own (``consent_<kind>``); ``agreed`` gives those ticked.
    """

    id_number = forms.CharField(
        label=gettext_lazy("证件号码"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=gettext_lazy("照证件填写，保存时加密，名册上只显示一部分。"),
    )
    skills = forms.CharField(
        label=gettext_lazy("技能特长"), max_length=300, required=False,
        help_text=gettext_lazy("例：游泳、驾驶、无人机、蒙古语；用“、”隔开。"),
    )  # fmt: skip
    sheet = forms.UUIDField(required=False, initial=uuid4, widget=forms.HiddenInput(attrs={"data-once-key": ""}))

    class Meta:
        model = Person
        fields = ["name", "id_type", *ASKED]
        field_classes = {"name": NameField}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "birth": DAY,
            "health_declared_on": DAY,
            "mobile": forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel-national"}),
            "emergency_phone": forms.TextInput(attrs={"inputmode": "tel"}),
        }
        help_texts = {
            "name": gettext_lazy("按身份证件填写，民族姓名的“·”照写。"),
            "birth": gettext_lazy("用身份证报名的不用填。"),
            "mobile": gettext_lazy("队伍按这个号码联系您。"),
            "emergency_relation": gettext_lazy("例：配偶、父亲、朋友。"),
            "health_declared_on": gettext_lazy("签过健康声明的，填签字日期；要同意健康信息处理才能填。"),
        }

    field_order = ["name", "id_type", "id_number", "gender", "birth"]

    def __init__(self, *args: Any, texts: list[ConsentText], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts = texts
        for name in ("id_type", "mobile", "emergency_name", "emergency_phone"):
            self.fields[name].required = True
        self.fields["id_type"].choices = IdType.choices  # type: ignore[attr-defined]
        self.fields["id_type"].initial = IdType.CITIZEN
        for name in ("gender", "ethnicity", "political"):
            field: Any = self.fields[name]
            field.choices = [("", _("请选择")), *(choice for choice in field.choices if choice[0])]
        self.fields["division"].widget.choices = counties()  # type: ignore[attr-defined]
        for text in texts:
            self.fields[f"consent_{text.kind}"] = forms.BooleanField(
                label=_("我已阅读并同意“%(title)s”") % {"title": text.title},
                required=text.is_required,
                error_messages={"required": _("要同意这一份才能报名。")},
            )

    def clean_id_number(self) -> str:
        return identity.normal(self.cleaned_data["id_number"])

    def clean_skills(self) -> list[str]:
        skills = [part.strip() for part in _BETWEEN.split(self.cleaned_data["skills"]) if part.strip()]
        if any(len(skill) > _SKILL for skill in skills):
            raise ValidationError(_("每项特长不超过 30 个字，各项之间用“、”隔开。"))
        return list(dict.fromkeys(skills))

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        kind, number = facts.get("id_type"), facts.get("id_number")
        if kind and number:
            self._check_document(kind, number, facts)
        if facts.get("health_declared_on") and not facts.get(f"consent_{ConsentKind.HEALTH}"):
            self.add_error("health_declared_on", _("没有同意健康信息处理，请不要填写这一项。"))
        return facts

    def _check_document(self, kind: str, number: str, facts: dict[str, Any]) -> None:
        try:
            identity.validate(kind, number)
        except ValidationError as error:
            self.add_error("id_number", error)
            return
        told = identity.told(kind, number)
        if told.birth and facts.get("birth") and facts["birth"] != told.birth:
            self.add_error("birth", _("与证件号码里的出生日期不一致。"))
        if told.gender and facts.get("gender") and facts["gender"] != told.gender:
            self.add_error("gender", _("与证件号码里的性别不一致。"))
        birth = told.birth or facts.get("birth")
        if birth is None:
            self.add_error("birth", _("这种证件的号码里没有出生日期，请填写。"))
        elif not is_adult(birth, timezone.localdate()):
            self.add_error(None, _("救援队员应当年满 18 周岁（突发事件应对法第三十九条）。"))

    def facts(self) -> dict[str, Any]:
        """For ``applying.apply``: only what was filled in."""
        return {
            name: self.cleaned_data[name]
            for name in ("name", "id_type", "id_number", *ASKED)
            if self.cleaned_data.get(name)
        }

    @property
    def sheet_key(self) -> str:
        return str(self.cleaned_data.get("sheet") or "")

    def agreed(self) -> list[ConsentText]:
        return [text for text in self.texts if self.cleaned_data.get(f"consent_{text.kind}")]


_ABOUT = ["state", "joined_on", "number", "group"]


class AcceptForm(forms.ModelForm):
    """As what somebody is taken in, and under which name: the applicant's, put right by the document.

    :param likely: whom it may be: then it has to be said who it is, or that it is none. Of somebody in the team already
        nothing about the membership is asked.
    """

    name = NameField(
        label=gettext_lazy("姓名"), max_length=50,
        help_text=gettext_lazy("照证件核对；申请人填错的，在这里改。"),
    )  # fmt: skip
    not_the_same = forms.BooleanField(
        label=gettext_lazy("核对过，不是同一个人"),
        error_messages={"required": gettext_lazy("核对以后再接收。")},
    )
    same_as = forms.TypedChoiceField(
        label=gettext_lazy("队里已有同名、没有登记证件号码的人"), coerce=int, widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请核对是不是同一个人。")},
    )  # fmt: skip
    field_order = ["name", "same_as", "not_the_same", "state"]

    class Meta:
        model = Membership
        fields = _ABOUT
        widgets = {"joined_on": DAY, "state": forms.RadioSelect}
        help_texts = {"number": gettext_lazy("可以以后再编。")}

    def __init__(self, *args: Any, groups: list[str], applied: str, likely: Likely, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].initial = applied
        self.fields["name"].validators += Person._meta.get_field("name").validators  # type: ignore[union-attr]
        if likely.members:
            said = _("就是%(name)s：号码和填的内容并到这份档案，队籍不变")
            same = [(person.pk, said % {"name": person.name}) for person in likely.members]
            self.fields["same_as"].choices = [*same, (0, _("是另一个人"))]  # type: ignore[attr-defined]
        else:
            del self.fields["same_as"]
        if likely.doubted:
            advice = _("是同一个人的，先在已有的档案里更换证件，再来接收：填的内容和同意书并到那份档案，不会一人两份。")
            self.fields["not_the_same"].help_text = likely.doubted + advice
        else:
            del self.fields["not_the_same"]
        for name in _ABOUT:  # of a member what stands about the membership stays
            if likely.is_here:
                del self.fields[name]
            elif self.data.get("same_as") in {str(person.pk) for person in likely.members}:
                self.fields[name].required = False
        if likely.is_here:
            return
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            (MembershipState.PROBATION, _("预备队员")),
            (MembershipState.FULL, _("正式队员")),
        ]
        self.fields["state"].label = _("接收为")
        self.fields["joined_on"].initial = timezone.localdate
        if groups:
            self.fields["group"].help_text = _("现有分组：%(groups)s") % {"groups": _("、").join(groups)}

    @property
    def facts(self) -> dict[str, Any]:
        """For ``joining.accepting.accept``."""
        return {name: value for name, value in self.cleaned_data.items() if name != "not_the_same"}


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("申请人在自己的进度页上会看到这句话。"),
    )  # fmt: skip
