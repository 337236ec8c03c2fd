"""Checks of a filing against the team's roster of members. ``teams.filings.checks`` holds their lines of the table.

Everybody who reads the filing reads what they find: of other teams they say only that there are some.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from teams.members import some

if TYPE_CHECKING:
    from teams.filings.proposal import Proposal

ROSTER = "roster"
Found = Iterator[tuple[str, str]]


def empty(proposal: "Proposal", limit: int) -> Found:
    """A team that has no place yet cannot have members entered; its roster is among the papers."""
    roster = proposal.around.roster
    if roster is not None and not roster.rows:
        yield ROSTER, _("花名册还没有登记队员。")


def uninsured(proposal: "Proposal", limit: int) -> Found:
    yield from _named(proposal, "lacks_insured", _("有 %(count)d 名队员不在人身意外保险的保障期内：%(names)s。"))


def uncertified(proposal: "Proposal", limit: int) -> Found:
    message = _("有 %(count)d 名队员没有在有效期内、已核验的应急救护证书：%(names)s。")
    yield from _named(proposal, "lacks_certified", message)


def without_id(proposal: "Proposal", limit: int) -> Found:
    yield from _named(proposal, "lacks_identity", _("有 %(count)d 名队员没有登记证件号码：%(names)s。"))


def elsewhere(proposal: "Proposal", limit: int) -> Found:
    """Which team it is stands with that team: its roster is not for everybody who reads this filing."""
    yield from _named(proposal, "elsewhere", _("有 %(count)d 名队员同时在其他救援队：%(names)s。"))


def minors(proposal: "Proposal", limit: int) -> Found:
    roster = proposal.around.roster
    yield from _told(roster.minors if roster else [], _("有 %(count)d 名队员未满 18 周岁：%(names)s。"))


def twins(proposal: "Proposal", limit: int) -> Found:
    roster = proposal.around.roster
    message = _("花名册里有 %(count)d 个姓名和手机号相同的登记了不止一次：%(names)s。")
    yield from _told(roster.twins if roster else [], message)


def unplaced(proposal: "Proposal", limit: int) -> Found:
    """Of a leaving team."""
    roster = proposal.around.roster
    if roster is not None and roster.rows:
        words = {"count": len(roster.rows)}
        yield "exit.members", _("花名册上还有 %(count)d 名队员，办结前要办理退队或转队。") % words


def _named(proposal: "Proposal", flag: str, message: StrOrPromise) -> Found:
    roster = proposal.around.roster
    yield from _told(roster.of(flag) if roster else [], message)


def _told(names: Sequence[str], message: StrOrPromise) -> Found:
    if names:
        yield ROSTER, str(message) % {"count": len(names), "names": some(names)}
