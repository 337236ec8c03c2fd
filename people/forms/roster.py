"""Forms of rosters: a new member, a membership and what becomes of it, acts on several."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import VersionedForm
from core.pickers import days_first, name_blanks
from organizations.models import Organization, User
from people import identity
from people.choices import EndKind, IdType, MemberKind, Presence
from people.forms.fields import NameField
from people.membership.admitting import another_name, contradictions, doubts
from people.membership.enrolling import find
from people.membership.moving import teams_kept
from people.membership.returning import former_in_words, require_apart
from people.models import Membership, Person
from people.states import CURRENT, MembershipState

OF_PERSON = (
    "name", "gender", "birth", "ethnicity", "mobile", "political", "education", "employer", "occupation",
    "emergency_name", "emergency_relation", "emergency_phone",
)  # fmt: skip
OF_MEMBERSHIP = ("joined_on", "state", "kind", "number", "group", "duty", "basis")
_JOINABLE = [(state.value, state.label) for state in (MembershipState.PROBATION, MembershipState.FULL)]


class MemberForm(forms.ModelForm):
    """Somebody new on a roster. Only name and day are asked for; the rest may follow.

    :ivar existing: the person the document belongs to already; sending again with the tick joins that record.
    """

    id_type = forms.ChoiceField(
        label=gettext_lazy("证件类型"), choices=[("", gettext_lazy("按号码判断")), *IdType.choices], required=False
    )
    id_number = forms.CharField(
        label=gettext_lazy("证件号码"), max_length=40, required=False,
        help_text=gettext_lazy("保存后加密，列表上只显示一部分。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    join_existing = forms.BooleanField(label=gettext_lazy("是同一个人，并到已有的档案"), required=False)
    not_the_same = forms.BooleanField(label=gettext_lazy("核对过，不是同一个人"), required=False)

    class Meta:
        model = Person
        fields = OF_PERSON
        field_classes = {"name": NameField}
        help_texts = {
            "name": gettext_lazy("按身份证件填写，民族姓名的“·”照写。"),
            "birth": gettext_lazy("填了身份证号码的，可以不填。"),
            "mobile": gettext_lazy("列表上只显示前三位和后四位。"),
        }

    def __init__(self, *args: Any, place: Organization, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place, self.user = place, user
        self.existing: Person | None = None
        self._add_membership()
        days_first(self)
        name_blanks(self)
        asked = self.data if self.is_bound else {}
        for name in ("join_existing", "not_the_same"):  # shown once there is something to confirm
            if not asked.get(name):
                self.fields[name].widget = forms.HiddenInput()

    def _add_membership(self) -> None:
        own = forms.fields_for_model(Membership, OF_MEMBERSHIP)
        own["state"].choices, own["state"].initial = _JOINABLE, MembershipState.PROBATION  # type: ignore[union-attr]
        own["kind"].choices = MemberKind.choices  # type: ignore[union-attr]
        own["joined_on"].initial = timezone.localdate
        own["basis"].help_text = _("例：本人申请并经队务会通过。")
        self.fields.update(own)  # type: ignore[arg-type]

    def clean_id_number(self) -> str:
        return identity.normal(self.cleaned_data["id_number"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        number = cleaned.get("id_number", "")
        if number:
            self._check_document(cleaned, number)
        elif cleaned.get("id_type"):
            self.add_error("id_number", _("选了证件类型，请填证件号码；还不知道的，把证件类型也空着。"))
        self._check_namesakes(cleaned)
        return cleaned

    def _check_document(self, cleaned: dict[str, Any], number: str) -> None:
        kind = cleaned.get("id_type") or identity.guess(number)
        if not kind:
            self.add_error("id_type", _("看不出是哪一种证件，请选证件类型。"))
            return
        try:
            identity.validate(kind, number)
        except ValidationError as error:
            self.add_error("id_number", error)
            return
        cleaned["id_type"] = kind
        gender, birth = cleaned.get("gender") or "", cleaned.get("birth")
        for name, sentence in contradictions(kind, number, gender=gender, birth=birth).items():
            self.add_error(name, sentence)
        self.existing = find(kind, number, name=cleaned.get("name", ""))
        if self.existing is not None and not self.errors:
            self._check_existing(cleaned, self.existing)

    def _check_existing(self, cleaned: dict[str, Any], person: Person) -> None:
        if Membership.objects.of_team(self.place).current().filter(person=person).exists():
            self.add_error("id_number", _("这个人已经在这支队伍里了。"))
        elif (problem := another_name(person, cleaned["name"])) is not None:
            self.add_error("name", problem)
        elif not cleaned.get("join_existing"):
            said = _("这个证件号码已有档案。是同一个人的，勾选后再保存：加入本队，不另建档案，档案里已有的内容不改。")
            if before := former_in_words(person, self.user):
                said += _("以前的队籍：%(before)s。") % {"before": before}
            self._ask("join_existing", said)

    def _check_namesakes(self, cleaned: dict[str, Any]) -> None:
        if self.errors or self.existing is not None or cleaned.get("not_the_same"):
            return
        if said := doubts(cleaned, cleaned.get("id_number", ""), self.place, self.user):
            self._ask("not_the_same", said)

    def _ask(self, name: str, sentence: str) -> None:
        self.fields[name].widget = forms.CheckboxInput()
        self.add_error(name, sentence)

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in OF_PERSON}

    @property
    def about(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in OF_MEMBERSHIP}

    def sections(self) -> list[dict[str, Any]]:
        """For ``generic/form.html``."""
        parts = (
            (_("这个人"), ("name", "id_type", "id_number", "join_existing", "gender", "birth", "ethnicity", "mobile",
                        "not_the_same")),
            (_("在本队"), OF_MEMBERSHIP),
            (_("其他，可以以后补"), ("political", "education", "employer", "occupation", "emergency_name",
                             "emergency_relation", "emergency_phone")),
        )  # fmt: skip
        return [
            {"title": title, "fields": [self[name] for name in names if not self[name].is_hidden]}
            for title, names in parts
        ]


class _OfMembership(VersionedForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days_first(self)


class MembershipForm(_OfMembership):
    """What the team notes of a member."""

    class Meta:
        model = Membership
        fields = ["kind", "number", "group", "duty", "joined_on", "basis"]

    def clean_joined_on(self) -> Any:
        joined, left = self.cleaned_data["joined_on"], self.instance.left_on
        if left and joined > left:
            raise ValidationError(_("入队日期不能晚于退队日期（%(day)s）。") % {"day": left.isoformat()})
        return joined

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if "joined_on" in self.changed_data and "joined_on" not in self.errors:
            try:
                require_apart(self.instance)
            except ValidationError as error:
                self.add_error(None, error)


class PresenceForm(_OfMembership):
    """On leave, suspended, or back."""

    class Meta:
        model = Membership
        fields = ["presence", "away_until", "away_reason"]
        help_texts = {"away_until": gettext_lazy("到了这一天就算归队；不知道的不填。")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("presence") == Presence.ACTIVE:
            cleaned["away_until"], cleaned["away_reason"] = None, ""
            return cleaned
        if not (cleaned.get("away_reason") or "").strip() and "away_reason" not in self.errors:
            self.add_error("away_reason", _("请写明请假或暂停的原因。"))
        until = cleaned.get("away_until")
        if until and until <= timezone.localdate():
            self.add_error("away_until", _("预计归队要晚于今天；已经回来的，选“在队”。"))
        return cleaned


class EndForm(forms.Form):
    """How and when somebody leaves."""

    left_on = forms.DateField(label=gettext_lazy("退队日期"), initial=timezone.localdate)
    end_kind = forms.ChoiceField(
        label=gettext_lazy("退队类型"),
        choices=[("", gettext_lazy("请选择")), *((k, v) for k, v in EndKind.choices if k != EndKind.TRANSFER)],
    )
    end_reason = forms.CharField(
        label=gettext_lazy("退队原因"), max_length=200, required=False,
        help_text=gettext_lazy("违纪、考核不合格的必须写明。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days_first(self)


class ReasonForm(forms.Form):
    comment = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class TransferForm(forms.Form):
    """To another team: one whose roster the user keeps too, or one that enters the member itself."""

    to = forms.ModelChoiceField(
        label=gettext_lazy("转到"), queryset=Organization.objects.none(), required=False,
        empty_label=gettext_lazy("其他队伍（由那支队伍登记）"),
    )  # fmt: skip
    on = forms.DateField(label=gettext_lazy("转队日期"), initial=timezone.localdate)
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200, required=False)

    def __init__(self, *args: Any, membership: Membership, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = Membership.objects.filter(person=membership.person_id, state__in=CURRENT).values("organization")
        self.fields["to"].queryset = teams_kept(user).exclude(pk__in=there)  # type: ignore[attr-defined]
        days_first(self)


# -- several at once ------------------------------------------------------------------------------------
class GroupForm(forms.Form):
    group = forms.CharField(
        label=gettext_lazy("分组"), max_length=40, required=False, help_text=gettext_lazy("不填，就移出原来的分组。")
    )

    def clean_group(self) -> str:
        return " ".join(self.cleaned_data["group"].split())


class ConfirmForm(forms.Form):
    """Nothing to fill in."""


class MessageForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("标题"), max_length=100)
    body = forms.CharField(label=gettext_lazy("内容"), max_length=1000, widget=forms.Textarea(attrs={"rows": 5}))
