"""Which cell of a roster is read by what."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from organizations.models import Division
from people.choices import ETHNICITIES, Education, IdType, MemberKind, Political
from people.roster import cells
from people.roster.cells import Cell
from people.roster.fields import EDUCATION_ALSO, ETHNICITY_ALSO, ID_TYPE_ALSO, KIND_ALSO, POLITICAL_ALSO, STATE_ALSO
from people.states import MembershipState

Read = Callable[[str], Cell]
GONE = re.compile(
    r"已退|退队|退出(?!现役)|离队|离职|离开|已离|转[出到至往]|不再参加|调离|调走|调出|调往|辞去|除名|开除|去世|死亡|病故|牺牲|不在队"
)
_NOT_HERE = re.compile(r"否.*|不[在是参].*|已?没在.*|[不没无]|[×✗✘].*|[XN0]|NO|FALSE", re.IGNORECASE)
_SCHOOL = re.compile(r"^(?:全日制|在职|函授|自考|成人|成教|电大|夜大)+|(?:在读|毕业|学历|肄业)+$")


def divisions() -> dict[str, list[Division]]:
    """By full and by short name: 松山区 and 松山. Levels above banners are no place to live in."""
    found: dict[str, list[Division]] = {}
    for division in Division.objects.order_by("pk"):
        for alias in {division.name, division.name.rstrip("旗县区市")} - {""}:
            found.setdefault(alias, []).append(division)
    return found


def _division(text: str, known: Mapping[str, list[Division]]) -> Cell:
    if text in cells.NOTHING:
        return Cell(None)
    said = "".join(text.split())
    for start in range(len(said)):  # 赤峰市松山区 ends in the banner
        found = known.get(said[start:])
        if found and len(found) == 1:
            return Cell(found[0])
        if found:
            break
    return Cell(None, _("没有对应到唯一的旗县，没有登记。"))


def readers(places: Mapping[str, list[Division]]) -> dict[str, Read]:
    def of(choices: Iterable[tuple[Any, Any]], also: Mapping[str, str]) -> Read:
        labels = {str(key): str(label) for key, label in choices}
        return lambda text: cells.choice(text, labels, also)

    states = [(key, MembershipState(key).label) for key in (MembershipState.FULL, MembershipState.PROBATION)]
    days = dict.fromkeys(_DAYS, cells.day)
    nations = {**{name: name for name in ETHNICITIES}, **ETHNICITY_ALSO}
    return {
        **days,
        "name": cells.own_name,
        "gender": cells.gender,
        "id_type": of(IdType.choices, ID_TYPE_ALSO),
        "birth": partial(cells.day, first_of_month=False),
        "ethnicity": lambda text: cells.ethnicity(text, nations),
        "political": of(Political.choices, POLITICAL_ALSO),
        "education": _education(of(Education.choices, EDUCATION_ALSO)),
        "mobile": cells.phones,
        "other_phone": cells.phone,
        "emergency_phone": cells.phone,
        "emergency_name": cells.contact,
        "emergency_relation": cells.relation,
        "number": cells.member_number,
        "division": lambda text: _division(text, places),
        "skills": lambda text: cells.several(text, 30),
        "languages": lambda text: cells.several(text, 20),
        "kind": of(MemberKind.choices, KIND_ALSO),
        "state": _state(of(states, STATE_ALSO)),
        "here": _here,
        "cert_expires": cells.expiry,
        "cover_to": cells.end_day,
        "cover_period": cells.period,
        **dict.fromkeys(_PLAIN, _nothing_or_words),
    }


def _education(read: Read) -> Read:
    """Where and how it was had does not count: 函授大专, 本科在读."""
    return lambda text: read(_SCHOOL.sub("", "".join(text.split())) or text)


def _state(read: Read) -> Read:
    def one(text: str) -> Cell:
        if text in _CROSSES:
            raise _has_left(text)
        if (found := GONE.search(text)) is not None:
            raise _has_left(found[0])
        return read(text)

    return one


_CROSSES = frozenset("×✗✘xX")


def _here(text: str) -> Cell:
    """是否在队: 否, 0 and × say that somebody has left; anything else says nothing that a roster does not."""
    if (found := GONE.search(text) or _NOT_HERE.fullmatch(text)) is not None:
        raise _has_left(found[0])
    return cells.EMPTY


def _has_left(word: str) -> ValueError:
    words = {"word": word[:20]}
    return ValueError(_("写着“%(word)s”：已经离队的请勾选“不导入”，还在队的请改这一格。") % words)


_DAYS = ("joined_on", "cert_issued", "cover_from", "rc_member_on", "volunteer_on", "health_declared_on", "checkup_on")
_PLAIN = ("address", "employer", "occupation", "rc_member_no", "volunteer_no", "licence_class",
          "clothes_size", "shoe_size", "hat_size", "group", "duty", "basis", "cert_number", "cert_issuer",
          "cert_level", "insurer", "policy_number", "mongolian_name")  # fmt: skip


def _nothing_or_words(text: str) -> Cell:
    return cells.EMPTY if text in cells.NOTHING else cells.words(text)
