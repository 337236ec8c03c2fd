"""Forms of the author's side. A section of a draft shows what was typed, right or wrong; nothing in it is refused."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.crypto import get_random_string
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.pickers import DAY, name_blanks
from organizations.models import Organization
from organizations.permissions import access, reach
from organizations.roles import OFFICE_LEVELS, Level, Right
from teams.choices import MANAGEMENT, PostRole, TeamLevel
from teams.facts import PERSON, POST_FIELDS, POST_KEYS, ROW, Words, field_of, is_empty, offices, post_field, read
from teams.filings.drafting import MOST_POSTS
from teams.filings.merging import row_key
from teams.filings.references import Named
from teams.inputs import DayInput
from teams.models import ExitItem
from teams.spelling import name_on_file


class _TypedForm(forms.Form):
    """Bound to text as a payload holds it; ``teams.filings.proposal`` has read it already and gives the errors."""

    hide_optional = True
    found: Mapping[str, str]

    def full_clean(self) -> None:
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}
        for name, message in self.found.items():
            if name in self.fields:
                self.add_error(name, ValidationError(message))


class SectionForm(_TypedForm):
    """One page of a draft.

    :param payload: what was typed, or what is being typed.
    :param errors: fact → what is wrong with it.
    :param named: the records the payload names.
    """

    def __init__(
        self, names: Iterable[str], payload: Mapping[str, Any], errors: Mapping[str, str], named: Named
    ) -> None:
        data = QueryDict(mutable=True)
        for name in names:
            raw = payload.get(name)
            data.setlist(
                name, [str(item) for item in raw] if isinstance(raw, list) else ["" if raw is None else str(raw)]
            )
        super().__init__(data)
        self.found = errors
        for name in data:
            self.fields[name] = _showing(field_of(name, named), name, payload, named)
        _offer_offices(self.fields)


def _offer_offices(fields: Mapping[str, forms.Field]) -> None:
    """Two facts are offices; their choices are read once."""
    asked = [name for name in ("office", "naming_org") if name in fields]
    if not asked:
        return
    every = list(offices())
    for name in asked:
        widget: Any = fields[name].widget
        there = [office for office in every if name != "office" or office.level != Level.NATIONAL]
        known = {str(office.pk) for office in there}
        more = [choice for choice in widget.extra_choices if choice[0] not in known]
        widget.choices = [("", _("请选择")), *((str(office.pk), str(office)) for office in there), *more]


def _showing(field: forms.Field, name: str, payload: Mapping[str, Any], named: Named) -> forms.Field:
    """The field, able to show what was typed even where its input could not: it would be lost with the next save."""
    raw = str(payload.get(name) or "")
    if isinstance(field, forms.DateField):
        field.widget = DayInput(shown=raw)
    if name in ("office", "naming_org"):
        widget: Any = field.widget
        widget.extra_choices = [(raw, _gone(named, name, payload))] if raw else []
        return field
    choices = getattr(field, "choices", None)
    if raw and choices is not None and isinstance(field.widget, forms.Select):
        offered = [choice for choice in choices]  # noqa: C416 - list() would count the rows first
        if raw not in {str(getattr(value, "value", value)) for value, _label in offered}:
            field.widget.choices = [*offered, (raw, _gone(named, name, payload))]
        else:
            field.widget.choices = offered
    return field


def _gone(named: Named, name: str, payload: Mapping[str, Any]) -> str:
    return _("%(name)s（已停用）") % {"name": Words(named=named).of(name, payload)}


def marked_needed(label: Any) -> str:
    """A label that says that the field must be filled in before the hand-in."""
    return format_html('{} <span class="needed">{}</span>', label, _("必填"))


class PostForm(_TypedForm):
    """One row of the management.

    :param members: whom the row can mean, as choices; without any it is by name alone.
    """

    def __init__(
        self, index: int, row: Mapping[str, str], errors: Mapping[str, str], members: Iterable[tuple[str, str]] = (), *,
        template: bool = False,
    ) -> None:  # fmt: skip
        prefix = "posts-__n__" if template else f"posts-{index}"
        data = {f"{prefix}-{name}": row.get(name, "") for name in POST_KEYS}
        new = f"{get_random_string(6)}-__n__" if template else get_random_string(8)
        data[f"{prefix}-{ROW}"] = row.get(ROW) or (row_key(row) if row.get("name") else new)
        super().__init__(data, prefix=prefix)
        self.found = {
            name.removeprefix(f"{prefix}-"): message
            for name, message in errors.items()
            if name.startswith(f"{prefix}-")
        }
        for name in POST_FIELDS:
            field = post_field(name)
            if isinstance(field, forms.DateField):
                field.widget = DayInput(shown=row.get(name, ""))
            if field.required:
                field.shown_label = marked_needed(field.label)  # type: ignore[attr-defined]
            field.required = field.widget.is_required = False
            self.fields[name] = field
        self.fields[ROW] = forms.CharField(widget=forms.HiddenInput, required=False)
        self._offer(list(members), row)
        roles: Any = self.fields["role"]
        roles.choices = [("", _("请选择")), *((role.value, role.label) for role in MANAGEMENT)]
        if row.get("role") and row["role"] not in MANAGEMENT:
            roles.choices.append((row["role"], dict(PostRole.choices).get(row["role"], row["role"])))
        name_blanks(self)

    def _offer(self, members: list[tuple[str, str]], row: Mapping[str, str]) -> None:
        chosen = row.get(PERSON) or ""
        if chosen and chosen not in dict(members):
            members = [*members, (chosen, _("%(name)s（已不在队）") % {"name": row.get("name", "")})]
        if members:
            choices = [("", _("不在花名册上")), *members]
            self.fields[PERSON] = forms.ChoiceField(
                label=_("对应队员"), choices=choices, required=False, help_text=_("姓名空着的，按所选队员填写。")
            )
        else:
            self.fields[PERSON] = forms.CharField(widget=forms.HiddenInput, required=False)


def empty_row(members: Iterable[tuple[str, str]] = ()) -> PostForm:
    """The row a script copies; its number is put in place of __n__."""
    return PostForm(0, {"role": PostRole.DEPUTY.value}, {}, members, template=True)


def post_forms(
    payload: Mapping[str, Any], errors: Mapping[str, str], members: Iterable[tuple[str, str]] = (), *, more: int = 0
) -> list[PostForm]:
    """The rows there are, and one to fill in for a captain who is missing; for a new team two deputies' as well;
    ``more`` empty ones."""
    rows: list[Mapping[str, str]] = list(payload.get("posts") or [])
    if not rows:  # the same on every page that shows them: two people who fill them in fill in the same rows
        roles = (PostRole.CAPTAIN, PostRole.DEPUTY, PostRole.DEPUTY)
        rows = [{"role": role.value, ROW: f"first-{number}"} for number, role in enumerate(roles)]
    elif not any(row.get("role") == PostRole.CAPTAIN for row in rows):
        rows.append({"role": PostRole.CAPTAIN.value})
    rows += [{"role": PostRole.DEPUTY.value}] * more
    return [PostForm(index, row, errors, members) for index, row in enumerate(rows[:MOST_POSTS])]


def typed_in(names: Iterable[str], post: QueryDict) -> dict[str, Any]:
    """What was typed on one page, as a payload holds it. Only what the page asks; nothing is read or refused here."""
    typed: dict[str, Any] = {}
    for name in names:
        if name == "posts":
            typed[name] = _rows(post)
        elif isinstance(field_of(name), forms.MultipleChoiceField):
            typed[name] = post.getlist(name)
        elif name in post:
            typed[name] = _said(field_of(name).widget, post, name)
    return typed


def _said(widget: forms.Widget, post: QueryDict, name: str) -> str:
    return str(widget.value_from_datadict(post, MultiValueDict(), name) or "").strip()


def _rows(post: QueryDict) -> list[dict[str, str]]:
    rows = []
    inputs = {name: post_field(name).widget if name in POST_FIELDS else forms.HiddenInput() for name in POST_KEYS}
    for index in range(MOST_POSTS):
        row = {name: _said(widget, post, f"posts-{index}-{name}") for name, widget in inputs.items()}
        if any(value for name, value in row.items() if name not in ("role", ROW)):  # a role alone is an empty row
            rows.append(row)
    return rows


# -- beginning ------------------------------------------------------------------------------------------
def offices_to_register_at(user: Any) -> QuerySet[Organization]:
    """Offices where the person may register a new team, also as proxy."""
    rows = Organization.objects.staying().filter(level__in=OFFICE_LEVELS).exclude(level=Level.NATIONAL)
    return rows.filter(reach(user, Right.SUBMIT_FILING, at="")).order_by("path")


class _OfficeField(forms.ModelChoiceField):
    proxied: frozenset[str] = frozenset()

    def label_from_instance(self, office: Any) -> str:
        return _("%(office)s（代办）") % {"office": office} if office.path in self.proxied else str(office)


_LEVEL_OF = {Level.REGION: TeamLevel.REGION, Level.LEAGUE: TeamLevel.LEAGUE, Level.BANNER: TeamLevel.BANNER}


def usual_level(office: Organization) -> str:
    """The level a team of this office most often has."""
    return str(_LEVEL_OF.get(Level(office.level), TeamLevel.BANNER).value)


class BeginForm(forms.Form):
    """What is asked before a registration is begun: enough to find its double and to show its way."""

    office = _OfficeField(Organization.objects.none(), label=gettext_lazy("主管红十字会"), empty_label=None)
    level = forms.ChoiceField(label=gettext_lazy("队伍级别"), choices=TeamLevel)
    name = forms.CharField(label=gettext_lazy("队伍名称"), max_length=100)
    uscc = forms.CharField(label=gettext_lazy("统一社会信用代码"), max_length=18, required=False)
    host_org_name = forms.CharField(label=gettext_lazy("原社会组织名称"), max_length=100, required=False)

    def __init__(self, *args: Any, user: Any, offices: Iterable[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        office: Any = self.fields["office"]
        office.queryset = offices_to_register_at(user)
        office.proxied = frozenset(
            held.path for held in access(user).having(Right.SUBMIT_FILING) if held.proxy_for
        )  # fmt: skip
        office.widget.choices = [(each.pk, office.label_from_instance(each)) for each in offices]
        for name in ("name", "uscc", "host_org_name"):
            usual = field_of(name)
            self.fields[name].help_text, self.fields[name].widget = usual.help_text, usual.widget

    def clean_name(self) -> str:
        return name_on_file(self._read("name"))

    def clean_uscc(self) -> str:
        return self._read("uscc")

    def clean_host_org_name(self) -> str:
        return self._read("host_org_name")

    def _read(self, name: str) -> str:
        return str(read(name, self.cleaned_data[name]) or "")

    def typed(self) -> dict[str, str]:
        """As a payload holds it."""
        return {name: self.cleaned_data[name] for name in ("level", "name", "uscc", "host_org_name")}


class ExitItemForm(forms.ModelForm):
    """One line of the exit checklist; without a day it is open again."""

    hide_optional = True

    class Meta:
        model = ExitItem
        fields = ["done_on", "note"]
        widgets = {"done_on": DAY}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("done_on") and is_empty(cleaned.get("note")):
            self.add_error("note", _("请写明去向和交接情况。"))
        return cleaned
