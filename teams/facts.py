"""The facts a filing proposes about a team: which there are, where they are asked, which need a filing, how they read.

A filing's ``payload`` maps a fact's name to what was typed: text, or a list of texts where several can be chosen, and
under ``posts`` a list of rows. So a draft can hold anything, also what is wrong or half done. ``field_of`` gives the
form field that shows, reads and checks one fact; pages, hand-in, import and API all go through it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core import masking
from core.keys import key
from organizations.models import Division, Organization
from organizations.models.organization import OrganizationQuerySet
from organizations.roles import OFFICE_LEVELS, Level
from teams.choices import MANAGEMENT, ExitKind, ExitTask, Funding, PostRole
from teams.filings.references import Named
from teams.inputs import HABITS, CoordinateInput, DayInput, TidyInput
from teams.models import Category, PaperKind, Team, TeamPost

LONGEST = 2000  # characters of one typed value that a draft keeps


@dataclass(frozen=True)
class Section:
    """A page of the form."""

    key: str
    title: StrOrPromise
    hint: StrOrPromise = ""


ABOUT = Section("about", gettext_lazy("事由"))
NAME = Section("name", gettext_lazy("名称和级别"))
REGISTRATION = Section("registration", gettext_lazy("登记情况"), gettext_lazy("组建方式和登记方式分别填写。"))
CATEGORY = Section("category", gettext_lazy("专业类别和规模"), gettext_lazy("一个主类别，其他类别不限（一专多能）。"))
MANAGEMENT_SECTION = Section("management", gettext_lazy("负责人"), gettext_lazy("队长 1 名，副队长一般 2 至 3 名。"))
BASE = Section("base", gettext_lazy("驻地和联系"))
SUPPORT = Section("support", gettext_lazy("基地和经费"))
SECTIONS = (NAME, REGISTRATION, CATEGORY, MANAGEMENT_SECTION, BASE, SUPPORT)


@dataclass(frozen=True)
class Fact:
    """:param filed: changes only through a filing; others are kept up to date directly as well."""

    name: str
    section: Section
    filed: bool = True


FACTS: Mapping[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact("name", NAME),
        Fact("short_name", NAME, filed=False),
        Fact("level", NAME),
        Fact("office", NAME),
        Fact("naming_org", NAME),
        Fact("founded_on", NAME),
        Fact("formation", REGISTRATION),
        Fact("host_org_name", REGISTRATION),
        Fact("registration", REGISTRATION),
        Fact("civil_type", REGISTRATION),
        Fact("uscc", REGISTRATION),
        Fact("civil_authority", REGISTRATION),
        Fact("civil_on", REGISTRATION),
        Fact("supervising_unit", REGISTRATION),
        Fact("annual_check_year", REGISTRATION, filed=False),
        Fact("filing_doc_no", REGISTRATION),
        Fact("filing_doc_on", REGISTRATION),
        Fact("main_category", CATEGORY),
        Fact("other_categories", CATEGORY),
        Fact("planned_size", CATEGORY),
        Fact("base_division", BASE),
        Fact("base_address", BASE),
        Fact("latitude", BASE, filed=False),
        Fact("longitude", BASE, filed=False),
        Fact("duty_phone", BASE, filed=False),
        Fact("site_type", SUPPORT, filed=False),
        Fact("funding", SUPPORT, filed=False),
        Fact("funding_note", SUPPORT, filed=False),
    )
}
OF_ORGANIZATION = ("name", "short_name", "office")
POST_FIELDS = ("role", "name", "phone", "origin", "starts_on")
# Kept with a row beside what is typed: which member it means, and by what the row is known while it is written.
PERSON, ROW = "person", "row"
POST_KEYS = (*POST_FIELDS, PERSON, ROW)
# Beside what is on file: the management as it was filed, where somebody of it has left since.
FILED_POSTS = "filed_posts"
_POST_FIELD = re.compile(rf"posts-(\d{{1,3}})-({'|'.join(POST_FIELDS)})", re.ASCII)
DIRECT = tuple(name for name, fact in FACTS.items() if not fact.filed)
_HELP = {
    "name": gettext_lazy("例：赤峰市红十字水上救援队。全区不重名。"),
    "host_org_name": gettext_lazy("冠名合作的填合作的社会组织全称。"),
    "uscc": gettext_lazy("18 位，照登记证书填写。"),
    "filing_doc_no": gettext_lazy("例：内红赈发〔2024〕19号。"),
    "annual_check_year": gettext_lazy("民政部门最近一次年检合格的年度。"),
    "latitude": gettext_lazy("例：42.25781。不知道可以不填。"),
    "longitude": gettext_lazy("例：118.88694。"),
    "duty_phone": gettext_lazy("固定电话写成 0476-1234567，或 11 位手机号。"),
    "office": gettext_lazy("负责日常管理的红十字会。"),
    "naming_org": gettext_lazy("冠名、授牌的红十字会，级别不低于队伍级别。"),
    "planned_size": gettext_lazy("按建制应有多少人。"),
}

# The organization's own words are those of an office.
_LABELS = {
    "name": gettext_lazy("队伍名称"),
    "short_name": gettext_lazy("队伍简称"),
    "office": gettext_lazy("主管红十字会"),
}

# What a kind of filing asks besides the facts.
ABOUT_FIELDS: Mapping[str, tuple[str, ...]] = {
    "register": (),
    "change": ("reason",),
    "annual": ("year", "note"),
    "exit": ("exit_kind", "exit_on", "reason"),
    "restore": ("reason",),
}
_ABOUT: Mapping[str, Any] = {
    "reason": lambda: forms.CharField(
        label=gettext_lazy("原因和依据"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("例：会议名称和日期、来文文号。"),
    ),
    "note": lambda: forms.CharField(
        label=gettext_lazy("需要说明的情况"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    ),
    "year": lambda: forms.IntegerField(
        label=gettext_lazy("确认年度"), required=False, min_value=2020, max_value=2100, widget=_digits("year")
    ),
    "exit_kind": lambda: forms.ChoiceField(
        label=gettext_lazy("退出类型"), required=False, choices=[("", gettext_lazy("请选择")), *ExitKind.choices]
    ),
    "exit_on": lambda: forms.DateField(
        label=gettext_lazy("退出日期"), required=False, widget=DayInput()
    ),
}  # fmt: skip


def _digits(name: str) -> TidyInput:
    """A number input shows nothing of what is no number, so that a wrong value would be lost with the next save."""
    kind = CoordinateInput if name in ("latitude", "longitude") else TidyInput
    return kind(name, {"inputmode": "decimal", "class": "short", "autocomplete": "off"})


def section_of(name: str) -> str:
    """Key of the section of the form that a fact, an error or a comment belongs to; "" for the filing as a whole."""
    head = name.partition(".")[0].partition("-")[0]
    if head in _ABOUT:
        return ABOUT.key
    if head in FACTS:
        return FACTS[head].section.key
    return {"posts": MANAGEMENT_SECTION.key, "papers": "papers", "exit": "exit"}.get(head, "")


def section_names(section: Section) -> list[str]:
    return [name for name, fact in FACTS.items() if fact.section == section]


# -- one fact as a form field ---------------------------------------------------------------------------
def offices() -> OrganizationQuerySet:
    """Offices a team can lie with or be named by."""
    rows: OrganizationQuerySet = Organization.objects.in_force().filter(level__in=OFFICE_LEVELS).order_by("path")
    return rows


def managing_offices() -> OrganizationQuerySet:
    return offices().staying().exclude(level=Level.NATIONAL)


def divisions() -> models.QuerySet[Division]:
    return Division.objects.exclude(level="province").order_by("code")


def _category_choices() -> list[tuple[str, str]]:
    return [(category.key, category.name) for category in Category.objects.in_use()]


_SPECIAL: Mapping[str, Any] = {
    "office": lambda: forms.ModelChoiceField(managing_offices()),
    "naming_org": lambda: forms.ModelChoiceField(offices()),
    "base_division": lambda: forms.ModelChoiceField(divisions()),
    "main_category": lambda: forms.ModelChoiceField(Category.objects.in_use()),
    "other_categories": lambda: forms.MultipleChoiceField(
        choices=_category_choices, widget=forms.CheckboxSelectMultiple
    ),
    "funding": lambda: forms.MultipleChoiceField(choices=Funding.choices, widget=forms.CheckboxSelectMultiple),
}


def model_field(name: str) -> Any:
    """The column a fact is kept in; None for the managing office, which is a place in the tree."""
    if name == "office":
        return None
    return (Organization if name in OF_ORGANIZATION else Team)._meta.get_field(name)


def field_of(name: str, named: Named | None = None) -> forms.Field:
    """The form field of a fact. Never required: a draft may miss anything; ``teams.filings.checks`` asks at hand-in.

    :param named: gives the choices of the categories, where they have been read.
    """
    if name in _ABOUT:
        return _ABOUT[name]()
    column = model_field(name)
    if name in _SPECIAL:
        field = _SPECIAL[name]()
        field.label = column.verbose_name if column is not None else field.label
        if isinstance(field, forms.ModelChoiceField):
            field.empty_label = gettext_lazy("请选择")
        if named is not None and name.endswith(("_category", "_categories")):
            choices = [(category.pk, category.name) for category in named.categories_in_use]
            empty = [("", field.empty_label)] if isinstance(field, forms.ModelChoiceField) else []
            field.choices = [*empty, *choices]  # type: ignore[attr-defined]
    else:
        field = column.formfield()
        if isinstance(field, forms.DateField):
            field.widget = DayInput()
        elif isinstance(field, forms.IntegerField | forms.DecimalField):
            field.widget = _digits(name)
        elif name in HABITS:
            field.widget = TidyInput(name)
        if isinstance(field, forms.TypedChoiceField):
            field.choices = [("", gettext_lazy("请选择")), *column.choices]
    field.label = _LABELS.get(name, field.label)
    field.required = False
    field.widget.is_required = False
    field.help_text = _HELP.get(name, field.help_text)
    return field


def label_of(name: str) -> str:
    """How the form calls a fact, ``posts`` and its two roles, what a kind of filing asks besides, ``papers.<kind>`` and
    ``exit.<task>``."""
    head, _dot, tail = name.partition(".")
    if name in _LABELS:
        return str(_LABELS[name])
    row = _POST_FIELD.fullmatch(name)
    if row is not None:  # one field of one row
        words = {"number": int(row[1]) + 1, "field": TeamPost._meta.get_field(row[2]).verbose_name}  # type: ignore[union-attr]
        return _("负责人第 %(number)d 行%(field)s") % words
    if head == "posts":
        return str(PostRole(tail).label) if tail in PostRole.values else _("负责人")
    if head == "papers":
        return _("材料：%(paper)s") % {"paper": _paper_name(tail)} if tail else _("材料")
    if head == "roster":
        return _("花名册")
    if head == "exit":
        return str(ExitTask(tail).label) if tail in ExitTask.values else _("退出清单")
    if name in _ABOUT:
        return str(_ABOUT[name]().label)
    return str(model_field(name).verbose_name) if name in FACTS else name


def _paper_name(kind: str) -> str:
    return PaperKind.objects.filter(pk=kind).values_list("name", flat=True).first() or kind


def read(name: str, raw: Any, named: Named | None = None) -> Any:
    """The value of what was typed; raises ``ValidationError`` with what is wrong with it. Empty is None, "" or [].

    :param named: the records that the payload names, where they have been read.
    """
    field = field_of(name, named)
    if isinstance(raw, list | dict) and not isinstance(field, forms.MultipleChoiceField):
        raise ValidationError(_("这里只能填一个值。"))
    value = named.pick(name, field, raw) if named and named.knows(name) else field.clean(raw)
    column = model_field(name) if name in FACTS else None
    if column is not None and value not in (None, "", []):
        column.run_validators(getattr(value, "pk", value))
    return value


def post_field(name: str) -> forms.Field:
    """The form field of one part of a row of ``posts``."""
    column: Any = TeamPost._meta.get_field(name)
    field: forms.Field = column.formfield()
    if name in ("name", "phone"):
        field.widget = TidyInput("person" if name == "name" else name)
    elif isinstance(field, forms.DateField):
        field.widget = DayInput()
    return field


def read_post(row: Mapping[str, str]) -> dict[str, Any]:
    """One row of ``posts`` as values; raises ``ValidationError`` by field."""
    values, errors = {}, {}
    for name in POST_FIELDS:
        column: Any = TeamPost._meta.get_field(name)
        field = post_field(name)
        try:
            values[name] = field.clean(row.get(name, ""))
            if values[name] not in (None, ""):
                column.run_validators(values[name])
        except ValidationError as error:
            errors[name] = error
    if values.get("role") and values["role"] not in MANAGEMENT:
        errors["role"] = ValidationError(_("这里只填队长和副队长，其他岗位由队伍自行维护。"))
    if errors:
        raise ValidationError(errors)
    values["person_id"] = key(str(row.get(PERSON) or ""))
    return values


# -- payloads -------------------------------------------------------------------------------------------
def plain(value: Any) -> Any:
    """A value as a payload holds it: text, or a sorted list of texts."""
    if value is None:
        return ""
    if isinstance(value, list | tuple | set):
        return sorted(plain(item) for item in value)
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def facts_of(team: Team) -> dict[str, Any]:
    """What is on file about the team now, as a payload. Three queries at most."""
    place = team.organization
    parent = Organization.objects.filter(path=place.parent_path).values_list("pk", flat=True).first()
    facts = {"name": place.name, "short_name": place.short_name, "office": plain(parent)}
    for name in FACTS:
        if name not in OF_ORGANIZATION:
            facts[name] = plain(getattr(team, model_field(name).attname))
    facts["posts"] = [row_of(post) for post in team.posts.current().management()]
    return facts


def on_file(team: Team) -> dict[str, Any]:
    """What a filing of the team is compared with."""
    facts, filed = facts_of(team), team.filed_facts.get("posts") or []
    return facts if same(_typed(filed), _typed(facts["posts"])) or not filed else {**facts, FILED_POSTS: filed}


def as_filed(before: Mapping[str, Any]) -> Mapping[str, Any]:
    """``before`` with the management that was filed: who has left since is what a new one takes the place of."""
    return {**before, "posts": before[FILED_POSTS]} if before.get(FILED_POSTS) else before


def row_of(post: TeamPost) -> dict[str, str]:
    """A post as a row of a payload."""
    row = {name: plain(getattr(post, name)) for name in POST_FIELDS}
    return {**row, PERSON: plain(post.person_id), ROW: f"p{post.pk}"}


def is_empty(raw: Any) -> bool:
    return raw in (None, "", []) or (isinstance(raw, str) and not raw.strip())


def same(one: Any, other: Any) -> bool:
    """Whether two typed values say the same."""
    if one == other or (is_empty(one) and is_empty(other)):
        return True
    return _comparable(one) == _comparable(other)


def _comparable(raw: Any) -> Any:
    if isinstance(raw, list):
        return sorted((_comparable(item) for item in raw), key=repr)
    if isinstance(raw, dict):
        return sorted((key, str(value).strip()) for key, value in raw.items() if key != ROW and not is_empty(value))
    return str(raw).strip()


def said_once(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The main category is none of the others, though it may have been ticked there as well."""
    main, others = payload.get("main_category"), payload.get("other_categories")
    if not main or not isinstance(others, list) or main not in others:
        return dict(payload)
    return {**payload, "other_categories": [other for other in others if other != main]}


def posts_in(payload: Mapping[str, Any], role: str = "") -> list[dict[str, str]]:
    """Rows of ``posts`` that say anything, of one role or all."""
    rows = [row for row in payload.get("posts") or [] if any(not is_empty(row.get(name)) for name in POST_FIELDS)]
    return [row for row in rows if not role or row.get("role") == role]


def changed_names(before: Mapping[str, Any], payload: Mapping[str, Any]) -> list[str]:
    """Facts the payload would change, in the order of the form; posts as ``posts.captain``, ``posts.deputy``."""
    names = [name for name in FACTS if name in payload and not same(before.get(name), payload.get(name))]
    at = next((index for index, name in enumerate(names) if FACTS[name].section in (BASE, SUPPORT)), len(names))
    posts = [
        f"posts.{role.value}"
        for role in MANAGEMENT
        if "posts" in payload and not same(_typed(posts_in(as_filed(before), role)), _typed(posts_in(payload, role)))
    ]
    return [*names[:at], *posts, *names[at:]]


def _typed(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Which member a row means is no fact that is filed."""
    return [{name: value for name, value in row.items() if name in POST_FIELDS} for row in rows]


# -- in words -------------------------------------------------------------------------------------------
class Words:
    """Facts of some payloads in words. Reads the names of offices, divisions and categories in one query, none where
    ``named`` has read them.
    """

    def __init__(self, *payloads: Mapping[str, Any], named: Named | None = None) -> None:
        named = named or Named.read(*payloads)
        self._offices, self._divisions = named.office_names, named.division_names
        self._categories = named.category_names

    def of(self, name: str, payload: Mapping[str, Any], *, full: bool = False) -> str:
        """The fact as a person reads it.

        :param full: with whole telephone numbers; otherwise they are masked.
        """
        if name.startswith("posts"):
            role = name.partition(".")[2]
            return _("；").join(self.post(row, full=full) for row in posts_in(payload, role))
        raw = payload.get(name)
        if is_empty(raw):
            return ""
        if name == "duty_phone" and not full:
            return masking.phone(str(raw).strip())
        if isinstance(raw, list):
            return _("、").join(self._word(name, item) for item in raw)
        return self._word(name, raw)

    def post(self, row: Mapping[str, str], *, full: bool = False) -> str:
        """“阿拉坦·苏都（选举，2025-11-08 起，138****1234）”."""
        phone = (row.get("phone") or "").strip()
        parts = [
            self.of_post("origin", row),
            _("%(day)s 起") % {"day": row["starts_on"]} if row.get("starts_on") else "",
            phone if full else masking.phone(phone),
        ]
        more = _("，").join(part for part in parts if part)
        return _("%(name)s（%(more)s）") % {"name": row.get("name", ""), "more": more} if more else row.get("name", "")

    def of_post(self, name: str, row: Mapping[str, str]) -> str:
        """One choice of a post's row in words: its role, or how its holder came to it."""
        labels = dict(TeamPost._meta.get_field(name).flatchoices)  # type: ignore[union-attr]
        return str(labels.get(row.get(name) or "", ""))

    def _word(self, name: str, raw: Any) -> str:
        names: Mapping[str, str] = {
            "office": self._offices, "naming_org": self._offices, "base_division": self._divisions,
            "main_category": self._categories, "other_categories": self._categories,
            "funding": {str(key): str(label) for key, label in Funding.choices},
            "exit_kind": {str(key): str(label) for key, label in ExitKind.choices},
        }.get(name, {})  # fmt: skip
        column = model_field(name) if name in FACTS else None
        if not names and column is not None and column.flatchoices:
            names = {str(key): str(label) for key, label in column.flatchoices}
        return names.get(str(raw), str(raw))
