"""Forms of offices, accounts and appointments. They check input; what may be done is decided by the services."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import VersionedForm
from core.move_forms import WordsForm
from core.pickers import DAY, name_blanks
from core.typed import CodeInput, half_width, joined_name
from core.workflow import Move, MoveNotAllowed
from organizations.models import AccountRequest, Appointment, Division, Organization, User
from organizations.permissions import reach
from organizations.requests import FIELDS, label_of, masked, problems
from organizations.roles import ROLES, Level, Right
from organizations.tree import line_above
from organizations.validators import validate_year

PERSON_HELP = {
    "name": _("按身份证件填写，民族姓名的“·”照写。"),
    "username": _("小写字母、数字、点、横线，2 至 40 位；定了不再改。"),
    "email": _("填了邮箱，通知会同时发到邮箱。"),
}
BASIS_HELP = _("例：会议纪要、通知文号。")
INSTANT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


# -- offices --------------------------------------------------------------------------------------------
class ContactForm(VersionedForm):
    """What an office keeps up to date about itself."""

    class Meta:
        model = Organization
        fields = ["address", "phone", "head", "contact", "mobile", "uscc", "doc_prefix"]
        help_texts = {
            "phone": _("固定电话写成 0476-1234567。"),
            "uscc": _("18 位。没有的可以不填。"),
            "mobile": _("列表上只显示前三位和后四位。"),
        }


class StaffingForm(VersionedForm):
    """Whether the office has staff of its own, and who acts for it otherwise."""

    class Meta:
        model = Organization
        fields = ["has_staff", "proxy"]
        help_texts = {"has_staff": _("没有专职人员的，要指定一个上级机构代办。")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["proxy"].queryset = line_above(self.instance.path).staying()  # type: ignore[attr-defined]
        self.fields["proxy"].empty_label = _("不代办")  # type: ignore[attr-defined]
        self.fields["proxy"].help_text = _("只能是它的上级机构。")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("has_staff"):
            cleaned["proxy"] = None  # who has staff acts for itself
        return cleaned


class RenameForm(VersionedForm):
    class Meta:
        model = Organization
        fields = ["name", "short_name"]
        help_texts = {"name": _("按批准更名的文件填写。"), "short_name": _("列表上显示的名称。")}


class OfficeForm(forms.ModelForm):
    """A new office: either with a standard division, or a functional area with its supplementary code."""

    parent = forms.ModelChoiceField(Organization.objects.none(), label=_("上级机构"), empty_label=_("请选择"))
    area_code = CodeInput(
        label=_("功能区补充代码"),
        required=False,
        validators=[RegexValidator(r"^[0-9]{6}$", _("补充代码是 6 位数字。"))],
        help_text=_("上面没有列出的开发区等填这里，前四位与上级区划一致，例：150271。"),
    )
    area_name = forms.CharField(label=_("功能区名称"), required=False, max_length=40)

    class Meta:
        model = Organization
        fields = ["parent", "name", "short_name", "level", "division", "has_staff", "valid_from"]
        widgets = {"valid_from": DAY}
        help_texts = {
            "division": _("列出的是还没有机构的区划和功能区。"),
            "has_staff": _("没有专职人员的，由上级机构代办。"),
        }

    field_order = [
        "parent",
        "level",
        "name",
        "short_name",
        "division",
        "area_code",
        "area_name",
        "has_staff",
        "valid_from",
    ]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Organization.objects.staying().filter(reach(user, Right.MANAGE_TREE, at=""))
        self.fields["parent"].queryset = places.filter(level__in=[Level.REGION, Level.LEAGUE])  # type: ignore[attr-defined]
        self.fields["level"].choices = [  # type: ignore[attr-defined]
            ("", _("请选择")),
            (Level.LEAGUE, Level.LEAGUE.label),
            (Level.BANNER, Level.BANNER.label),
        ]
        self.fields["division"].queryset = Division.objects.filter(organization=None)  # type: ignore[attr-defined]
        self.fields["division"].required = False
        name_blanks(self)
        self.fields["valid_from"].initial = timezone.localdate()

    def clean_valid_from(self) -> date:
        day: date = self.cleaned_data["valid_from"]
        validate_year(day)
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        area = cleaned.get("area_code") or cleaned.get("area_name")
        if area and cleaned.get("division"):
            self.add_error("division", _("国标区划和功能区只能填一种。"))
        elif area and not (cleaned.get("area_code") and cleaned.get("area_name")):
            missing = "area_name" if cleaned.get("area_code") else "area_code"
            if missing not in self.errors:
                self.add_error(missing, _("功能区的代码和名称都要填。"))
        elif not area and not cleaned.get("division") and not self.errors.get("area_code"):
            self.add_error("division", _("请选择行政区划，或填写功能区的代码和名称。"))
        return cleaned

    def _post_clean(self) -> None:
        """The service builds and checks the record: here it has neither path nor proxy yet."""

    def facts(self) -> dict[str, Any]:
        """Keyword arguments of ``tree.add_office`` besides ``by``."""
        given = dict(self.cleaned_data)
        parent, code, name = given.pop("parent"), given.pop("area_code"), given.pop("area_name")
        area = {"code": code, "name": name} if code else None
        given["code"] = code or given["division"].pk
        given["proxy"] = None if given["has_staff"] else parent
        return {"parent": parent, "area": area, **given}


class MoveForm(forms.Form):
    parent = forms.ModelChoiceField(Organization.objects.none(), label=_("新的上级机构"), empty_label=_("请选择"))

    def __init__(self, *args: Any, user: User, office: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Organization.objects.staying().offices().filter(reach(user, Right.MANAGE_TREE, at=""))
        self.fields["parent"].queryset = places.exclude(path__startswith=office.path)  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    on = forms.DateField(
        label=_("停用日期"),
        validators=[validate_year],
        widget=DAY,
        initial=timezone.localdate,
        help_text=_("从这天起停用。记录不删除。"),
    )

    def __init__(self, *args: Any, office: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if office.valid_to:
            self.fields["on"].initial = office.valid_to
            self.fields["on"].required = False
            self.fields["on"].help_text = _("可以改期；不停用了就清空。")


# -- accounts -------------------------------------------------------------------------------------------
def fitting_roles(organization: Organization) -> list[tuple[str, Any]]:
    """Duties that exist at the organization's level."""
    return [(key, role.label) for key, role in ROLES.items() if organization.level in role.levels]


class AccountForm(forms.ModelForm):
    """A new account at one organization, with its first duty there."""

    role = forms.ChoiceField(label=_("职责"), required=False)
    starts_on = forms.DateField(label=_("任职起"), required=False, widget=DAY, help_text=_("不填就从现在起。"))
    basis = forms.CharField(
        label=_("任职依据"), required=False, max_length=200,
        help_text=_("选了职责的要写明。例：会议纪要、通知文号。"),
    )  # fmt: skip

    class Meta:
        model = User
        fields = ["name", "username", "phone", "email", "role", "starts_on", "basis"]
        help_texts = PERSON_HELP

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("以后再任职")), *fitting_roles(organization)]  # type: ignore[attr-defined]

    def clean_username(self) -> str:
        return half_width(self.cleaned_data["username"]).lower()

    def clean_starts_on(self) -> date | None:
        return not_past(self.cleaned_data["starts_on"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("role") and not cleaned.get("basis"):
            self.add_error("basis", _("任职要写明依据。"))
        return cleaned

    def account_facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "username", "phone", "email")}

    def duty_facts(self) -> dict[str, Any]:
        """Keyword arguments of ``accounts.give_first_duty`` besides ``by``."""
        return {name: self.cleaned_data[name] for name in ("role", "basis", "starts_on")}


def not_past(day: date | None) -> date | None:
    """A right cannot have counted yesterday: a duty begins today at the earliest."""
    if day:
        validate_year(day)
    if day and day < timezone.localdate():
        raise forms.ValidationError(_("任职起不能早于今天；以前的任职请写在依据里。"))
    return day


class AccountFactsForm(VersionedForm):
    class Meta:
        model = User
        fields = ["name", "phone", "email"]

    def clean_name(self) -> str:
        return joined_name(self.cleaned_data["name"])


class OwnFactsForm(VersionedForm):
    """What everybody keeps up to date about himself; the name is the administrator's to change."""

    class Meta:
        model = User
        fields = ["phone", "email"]
        help_texts = {"email": PERSON_HELP["email"]}


class OneTimePasswordForm(forms.Form):
    """For somebody who signs in with a second factor."""

    without_factors = forms.BooleanField(
        label=_("同时清除二次验证"),
        required=False,
        help_text=_("手机或安全密钥丢失、更换的才勾选。清除后只用密码登录，登录后要重新设置。"),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("原因"), max_length=150, help_text=_("例：调离、退休、岗位调整。会留在记录里。"))


# -- appointments -----------------------------------------------------------------------------------------
class AppointForm(forms.Form):
    role = forms.ChoiceField(label=_("职责"))
    starts_on = forms.DateField(
        label=_("任职起"), required=False, widget=DAY, help_text=_("不填就从现在起；以后的日期从当天零时起。")
    )
    basis = forms.CharField(label=_("任职依据"), max_length=200, help_text=BASIS_HELP)

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("请选择")), *fitting_roles(organization)]  # type: ignore[attr-defined]

    def clean_starts_on(self) -> date | None:
        return not_past(self.cleaned_data["starts_on"])


class InstantForm(forms.Form):
    """When a duty ends or passes on, and why."""

    at = forms.DateTimeField(
        label=_("时间"),
        required=False,
        widget=INSTANT,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        help_text=_("不填就是现在。到了这个时间，权限立即停止。"),
    )
    reason = forms.CharField(label=_("原因"), max_length=150, help_text=_("例：岗位调整、退休。"))

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        now = timezone.now()
        if at is None or at >= now:
            return at
        if at >= now.replace(second=0, microsecond=0):
            return None  # the minute that a picker calls now has begun
        raise forms.ValidationError(_("时间不能早于现在；现在就办请留空。"))


class HandOverForm(InstantForm):
    to = forms.ModelChoiceField(
        User.objects.none(),
        label=_("接任人"),
        empty_label=_("请选择"),
        help_text=_("本单位和上级单位的在用账号。没有他的，请先给他开账号。"),
    )
    basis = forms.CharField(label=_("任职依据"), max_length=200, help_text=BASIS_HELP)

    field_order = ["to", "at", "reason", "basis"]

    def __init__(self, *args: Any, user: User, appointment: Appointment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # People of the office itself and of the offices around it that the administrator reaches.
        place = appointment.organization
        near = Q(organization=place) | Q(organization__path=place.parent_path)
        people = User.objects.active().filter(reach(user, Right.MANAGE_ACCOUNT, at="organization")).filter(near)
        people = people.exclude(pk__in=[user.pk, appointment.user_id]).select_related("organization")
        people = people.order_by("-organization__path", "username")  # the office's own first
        field: Any = self.fields["to"]
        field.queryset = people
        field.label_from_instance = _known_by


def _known_by(person: User) -> str:
    words = {"name": person.name, "username": person.username, "place": person.organization.short_name}
    return _("%(name)s（%(username)s，%(place)s）") % words


# -- account requests -------------------------------------------------------------------------------------
class RequestForm(VersionedForm):
    """A request while it lies with the asking side. Anything may be missing or wrong; ``requests.problems`` says what,
    and only handing in asks for it."""

    class Meta:
        model = AccountRequest
        fields = ["role", "name", "username", "phone", "email", "starts_on", "basis", "note"]
        widgets = {"starts_on": DAY, "note": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            **PERSON_HELP,
            "starts_on": _("不填就从开通时起。"),
            "basis": _("例：会议纪要、通知文号；文件可以附在下面。"),
        }

    hide_optional = True  # what is needed is asked for at hand-in, so “选填” would mislead

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = forms.CharField(
            label=_("邮箱"), max_length=254, help_text=self.fields["email"].help_text
        )
        self.fields["role"].choices = [("", _("请选择")), *fitting_roles(self.instance.organization)]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.required = False

    def clean_username(self) -> str:
        return half_width(self.cleaned_data["username"]).lower()

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "email"}  # type: ignore[misc]

    def check_locked(self, locked: AccountRequest) -> None:
        MoveNotAllowed.unless(locked.can_edit(self.own))

    def show_problems(self) -> dict[str, str]:
        """Put what keeps the request from being handed in at its fields; returns it."""
        found = problems(self.instance)
        for name, message in found.items():
            self.add_error(name if name in self.fields else None, message)
        return found


class NewRequestForm(forms.Form):
    """For which organization an account is asked, and for whom."""

    organization = forms.ModelChoiceField(Organization.objects.none(), label=_("给哪个单位申请"), empty_label=None)
    name = forms.CharField(label=_("谁要用这个账号（姓名）"), max_length=50, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Organization.objects.staying().filter(reach(user, Right.REQUEST_ACCOUNT, at="")).order_by("path")
        self.fields["organization"].queryset = places  # type: ignore[attr-defined]


class DecisionForm(WordsForm):
    """The words that go with a decision; for a return, also a remark at each field."""

    remarks_hint = _("只写要改的，空着的不会显示给申请人。")

    def __init__(self, *args: Any, record: AccountRequest, move: Move, **kwargs: Any) -> None:
        super().__init__(*args, needs_comment=move.needs_comment, **kwargs)
        if move.action == "return_for_changes":
            for name in FIELDS:
                self.ask_remark(name, label_of(name), masked(record, name))
