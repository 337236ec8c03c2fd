"""Records that may be two of one human being: named to whoever may merge them, side by side.

Only people of whom the user verifies *both* are ever put beside each other: nobody learns from here who is in a team
that is not his business.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    CharField,
    Count,
    DateField,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
)
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import masking
from core.escaping import markup
from core.models import Attachment
from core.words import field_in_words
from organizations.models import User
from organizations.permissions import reach
from organizations.roles import Right
from people.membership.enrolling import FILLABLE
from people.models import Membership, Person
from people.models.person import PHOTO, PersonQuerySet
from people.names import same_name

MOST = 50  # groups a page shows; when these are done, the next come up
PHONES = ("mobile", "other_phone", "emergency_phone")
_HEALTH = ("health_cipher", "health_declared_on")
_DOCUMENT = ("id_type", "id_cipher", "id_index", "id_masked")
# What one decides about, and the columns that belong to it. A document or an account is one thing, not four columns.
PARTS: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "document": _DOCUMENT,
    **{name: (name,) for name in FILLABLE if name not in _HEALTH},
    "health": _HEALTH,
    "note": ("note",),
    "user": ("user",),
}
_FACE = '<img src="{}" alt="{}" width="96" loading="lazy">'
_LABELS = {"document": gettext_lazy("证件"), "health": gettext_lazy("健康信息"), "user": gettext_lazy("本人账号")}


# -- who they may be ----------------------------------------------------------------------------------------
def verified_by(user: User) -> PersonQuerySet:
    """People the user may merge: at one of their teams, or the last one they were in, he or she verifies."""
    theirs = Membership.objects.filter(person=OuterRef("pk"))
    here = theirs.filter(reach(user, Right.VERIFY_MEMBER, at="organization"))
    now = Exists(here.current())
    left = Exists(here) & ~Exists(theirs.current())
    return Person.objects.filter(Q(now) | Q(left), merged_into=None, anonymised_at=None)


@dataclass(frozen=True)
class Twins:
    """People who may be one; ``why`` in a word."""

    why: str
    people: tuple[Person, ...]

    @property
    def pairs(self) -> list[tuple[Person, Person]]:
        """Each of the others beside the first; not those of a family, who share a telephone."""
        first = self.people[0]
        return [(first, other) for other in self.people[1:] if not _are_two(first, other)]


def _are_two(one: Person, other: Person) -> bool:
    return bool(one.birth and other.birth and one.birth != other.birth) and not same_name(one.name, other.name)


def candidates(user: User) -> list[Twins]:
    """Groups of the same name and birthday, and of the same mobile number; three queries over the user's own people."""
    keys = _twice(user)
    if not keys:
        return []
    wanted = Q()
    for name, birth, mobile in keys:
        wanted |= Q(mobile=mobile) if mobile else Q(name=name, birth=birth)
    people = list(with_teams(verified_by(user).filter(wanted).order_by("pk")))
    found: dict[tuple[int, ...], Twins] = {}
    for key in keys:
        alike = tuple(person for person in people if key in (_named(person), ("", None, person.mobile)))
        same_people = tuple(person.pk for person in alike)
        words = [found[same_people].why] if same_people in found else []
        why = _("手机号相同") if key[2] else _("姓名和出生日期相同")
        found[same_people] = Twins(_("；").join([*words, why]), alike)
    return list(found.values())[:MOST]


def _named(person: Person) -> tuple[str, date | None, str]:
    return person.name, person.birth, ""


def _twice(user: User) -> list[tuple[str, date | None, str]]:
    """(name, birthday, "") and ("", None, mobile) that more than one of the user's people have."""
    rows: Any = verified_by(user).order_by()
    heads = {"heads": Count("pk")}
    born = rows.exclude(birth=None).values("name", "birth").annotate(**heads).filter(heads__gt=1)
    called = rows.exclude(mobile="").values("mobile").annotate(**heads).filter(heads__gt=1)
    nothing, no_day = Value("", CharField()), Value(None, DateField())
    first = born.annotate(a=F("name"), b=F("birth"), c=nothing).values_list("a", "b", "c")
    second = called.annotate(a=nothing, b=no_day, c=F("mobile")).values_list("a", "b", "c")
    return list(first.union(second, all=True).order_by("c", "a", "b")[: 2 * MOST])


def with_teams(rows: QuerySet[Person]) -> QuerySet[Person]:
    return rows.prefetch_related(Prefetch("memberships", Membership.objects.select_related("organization")))


# -- side by side ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Line:
    """One part of the two records that differs. ``open``: both have something, so one has to choose."""

    name: str
    label: str
    kept: str
    ceased: str
    open: bool

    @property
    def default(self) -> str:
        return "kept" if self.kept else "ceased"


def compare(kept: Person, ceased: Person) -> list[Line]:
    """What differs, sealed and masked as everywhere."""
    lines = []
    for name in PARTS:
        if same(kept, ceased, name) or not has(ceased, name):
            continue
        lines.append(Line(name, _label(name), shown(kept, name), shown(ceased, name), has(kept, name)))
    return lines


def photo_line(kept: Person, ceased: Person) -> list[Line]:
    """The photos, where the record that ceases has another one; faces tell best whether two are one."""
    ours, theirs = photos(kept).last(), photos(ceased).last()
    if theirs is None or (ours is not None and ours.sha256 == theirs.sha256):
        return []
    label = str(Person.attachment_kinds[PHOTO])
    kept_face, ceased_face = (_face(one, label) if one else "" for one in (ours, theirs))
    return [Line(PHOTO, label, kept_face, ceased_face, ours is not None)]


def _face(photo: Attachment, label: str) -> str:
    return markup(_FACE, reverse("core:attachment_preview", args=[photo.pk]), f"{label} {photo.name}")


def photos(person: Person) -> QuerySet[Attachment]:
    rows: QuerySet[Attachment] = Attachment.objects.of(person).current().filter(kind=PHOTO).order_by("uploaded_at")
    return rows


def same(one: Person, other: Person, part: str) -> bool:
    """Whether the two say the same; of what is sealed, what it says, for one text never looks the same twice."""
    if part == "document":
        return (one.id_type, one.id_number) == (other.id_type, other.id_number)
    if part == "health":
        return (one.health, one.health_declared_on) == (other.health, other.health_declared_on)
    return all((getattr(one, _column(name)) or None) == (getattr(other, _column(name)) or None) for name in PARTS[part])


def has(person: Person, part: str) -> bool:
    if part == "document":
        return bool(person.id_index)
    return any(getattr(person, _column(name)) not in (None, "", []) for name in PARTS[part])


def shown(person: Person, part: str) -> str:
    if not has(person, part):
        return ""
    if part == "document":
        return f"{person.get_id_type_display()} {person.id_masked}"
    if part == "health":
        return _("已登记（内容不在这里显示）")
    if part == "user":
        return person.user.username if person.user else ""
    value = getattr(person, part)
    return masking.phone(value) if part in PHONES else field_in_words(_field(part), value)


def better(one: Person, other: Person) -> tuple[Person, Person]:
    """Kept first: who has a document, else who has an account, else whose record is older."""

    def rank(person: Person) -> tuple[bool, bool, int]:
        return (not person.id_index, person.user_id is None, person.pk)

    return (one, other) if rank(one) <= rank(other) else (other, one)


def _label(part: str) -> str:
    return str(_LABELS.get(part) or _field(part).verbose_name)


def _field(name: str) -> Any:
    return Person._meta.get_field(name)


def _column(name: str) -> str:
    return str(_field(name).attname)
