"""The facts of a team in words, by the sections of the form: what its page and its papers say of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from core import masking
from core.words import in_words
from organizations.models import User
from organizations.permissions import page_of
from teams.choices import Formation, Funding, Registration
from teams.facts import FACTS, MANAGEMENT_SECTION, SECTIONS, Section, label_of, model_field, section_names
from teams.models import TeamPost
from teams.on_file.past import Snapshot

# Said only of teams of this formation or registration, or where something stands there all the same.
_OF: Mapping[str, tuple[str, str]] = {
    "host_org_name": ("formation", Formation.NAMED),
    **dict.fromkeys(
        ("civil_type", "uscc", "civil_authority", "civil_on", "supervising_unit", "annual_check_year"),
        ("registration", Registration.CIVIL),
    ),
    **dict.fromkeys(("filing_doc_no", "filing_doc_on"), ("registration", Registration.DOCUMENT)),
}


@dataclass(frozen=True)
class Row:
    """:param copy: offers to copy the value; ``url``: where the value has a page of its own."""

    name: str
    label: str
    value: str
    filed: bool
    url: str = ""
    copy: bool = False


@dataclass(frozen=True)
class Card:
    section: Section
    rows: list[Row] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.section.key

    @property
    def title(self) -> StrOrPromise:
        return self.section.title

    @property
    def filed(self) -> bool:
        return any(row.filed for row in self.rows)


def cards(shot: Snapshot, *, full: bool = False, reader: User | None = None) -> list[Card]:
    """Every section with its facts.

    :param full: with whole telephone numbers. :param reader: leads to the pages of offices that he or she may open.
    """
    return [
        Card(section, _management(shot, full) if section == MANAGEMENT_SECTION else _rows(shot, section, full, reader))
        for section in SECTIONS
    ]


def _rows(shot: Snapshot, section: Section, full: bool, reader: User | None) -> list[Row]:
    rows = []
    for name in section_names(section):
        value = value_of(shot, name, full=full)
        if name == "longitude" or (not value and not _applies(shot, name)):
            continue
        if name == "latitude":
            rows.append(Row(name, _("坐标（纬度，经度）"), _coordinates(shot), False, copy=bool(_coordinates(shot))))
        else:
            label = _("队伍名称") if name == "name" else label_of(name)
            rows.append(Row(name, label, value, FACTS[name].filed, _url(shot, name, reader)))
    return rows


def _applies(shot: Snapshot, name: str) -> bool:
    of, value = _OF.get(name, ("", ""))
    return not of or getattr(shot.team, of) == value


def _url(shot: Snapshot, name: str, reader: User | None) -> str:
    place = {"office": shot.office, "naming_org": shot.team.naming_org}.get(name)
    return page_of(place, reader) if reader else ""


def _coordinates(shot: Snapshot) -> str:
    team = shot.team
    return f"{team.latitude}, {team.longitude}" if team.latitude is not None and team.longitude is not None else ""


def _management(shot: Snapshot, full: bool) -> list[Row]:
    captains = [post for post in shot.management if post.role == "captain"]
    deputies = [post for post in shot.management if post.role != "captain"]
    return [
        Row("posts.captain", label_of("posts.captain"), _people(captains, full), True),
        Row("posts.deputy", label_of("posts.deputy"), _people(deputies, full), True),
    ]


def _people(posts: list[TeamPost], full: bool) -> str:
    return _("；").join(person(post, full=full) for post in posts)


def person(post: TeamPost, *, full: bool = False) -> str:
    """“阿拉坦·苏都（选举，138****1234）”."""
    parts = [str(post.get_origin_display()), post.phone if full else masking.phone(post.phone)]
    more = _("，").join(part for part in parts if part)
    return _("%(name)s（%(more)s）") % {"name": post.name, "more": more} if more else post.name


def value_of(shot: Snapshot, name: str, *, full: bool = False) -> str:
    """One fact in words; empty where nothing is said."""
    team, place = shot.team, shot.team.organization
    if name == "office":
        return str(shot.office or "")
    if name in ("name", "short_name"):
        return str(getattr(place, name))
    if name == "duty_phone" and not full:
        return masking.phone(team.duty_phone)
    if name == "other_categories":
        return in_words(shot.other_categories)
    if name == "funding":
        labels = dict(Funding.choices)
        return in_words([str(labels.get(key, key)) for key in team.funding])
    value = getattr(team, name)
    column = model_field(name)
    if column.flatchoices:
        return str(dict(column.flatchoices).get(value, value))
    return in_words(value)
