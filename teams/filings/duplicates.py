"""Teams that a new one may be the double of: same code, same original organization, same or similar name.

Shown to whoever is about to register a team, also about teams of other leagues; therefore nothing but what the public
certificate of a team says.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from organizations.models import Organization
from teams.models import Team
from teams.spelling import name_on_file

_FILLER = re.compile(
    r"内蒙古自治区|内蒙古|自治|（演示）|红十字会?|应急|志愿者?|服务|搜救|搜索|救援|救护|总?队|[市盟旗县区省]|[\s·•（）()]"
)
_ALIKE = 0.75  # share of the telling characters that two names have in common, in the same order
_SIMILAR = 0.35  # what the index hands over for a closer look
_MOST = 6


@dataclass(frozen=True)
class Double:
    """A team that may be the same one.

    :param certain: the same name, which cannot be filed again; otherwise a person has to judge.
    """

    team: str
    filing_no: str
    office: str
    why: str
    certain: bool = False


def telling(name: str) -> str:
    """What is left of a name without place types and the words nearly every name holds: 赤峰水上, 克什克腾草原."""
    return _FILLER.sub("", name)


def likely_doubles(name: str = "", uscc: str = "", host_org_name: str = "", *, but: int | None = None) -> list[Double]:
    """Filed teams, present and past, that what was typed may be the double of; the surest first. Three queries.

    :param but: pk of the team that is being talked about itself.
    """
    name, uscc, host = name_on_file(name), uscc.strip().upper(), host_org_name.strip()
    wanted = Q(pk__in=[])
    if uscc:
        wanted |= Q(uscc=uscc)
    if host:
        wanted |= Q(host_org_name=host)
    if name:
        wanted |= Q(organization__in=_similar_names(name))
    rows = Team.objects.filter(wanted, filing_no__isnull=False).select_related("organization").order_by("pk")
    teams = list(rows.exclude(pk=but) if but else rows)
    offices = _offices(teams)
    found = []
    for team in teams:
        why = _why(team, name, uscc, host)
        if why:
            office = offices.get(team.organization.parent_path, "")
            found.append(Double(team.name, team.filing_no or "", office, _("；").join(why), team.name == name))
    return sorted(found, key=lambda double: not double.certain)[:_MOST]


def alike(one: str, other: str) -> bool:
    """Whether two names say much the same."""
    if name_on_file(one) == name_on_file(other):
        return True
    first, second = telling(one), telling(other)
    if len(first) < 2 or len(second) < 2:
        return False
    return first == second or SequenceMatcher(None, first, second, autojunk=False).ratio() >= _ALIKE


def _why(team: Team, name: str, uscc: str, host: str) -> list[str]:
    reasons = []
    if name and team.name == name:
        reasons.append(_("名称相同"))
    elif name and alike(team.name, name):
        reasons.append(_("名称相近"))
    if uscc and team.uscc == uscc:
        reasons.append(_("统一社会信用代码相同"))
    if host and team.host_org_name == host:
        reasons.append(_("由同一个社会组织组建"))
    return reasons


def _similar_names(name: str) -> list[int]:
    """Teams whose search key holds most of what is telling in the name, by the trigram index."""
    key = "".join(character * 3 for character in (telling(name) or name))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(_SIMILAR)])
        rows = Organization.objects.teams().filter(Q(search_key__trigram_word_similar=key) | Q(name=name))
        closest = rows.annotate(likeness=TrigramWordSimilarity(key, "search_key")).order_by("-likeness", "path")
        return list(closest.values_list("pk", flat=True)[:40])


def _offices(teams: Iterable[Team]) -> dict[str, str]:
    paths = {team.organization.parent_path for team in teams}
    return dict(Organization.objects.filter(path__in=paths).values_list("path", "name")) if paths else {}
