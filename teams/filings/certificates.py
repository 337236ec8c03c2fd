"""备案证书: the paper a team gets when it is filed, and that ends when the team leaves."""

from typing import Any

from django.utils.translation import gettext as _

from core.documents import issue, revoke
from core.jobs import start
from core.language import in_chinese
from core.models import Job, VerifiableDocument
from organizations.models import User
from teams.choices import FilingKind, Registration
from teams.facts import Words, facts_of
from teams.filings.route import deciding_step
from teams.models import Filing, Team
from teams.states import ON_FILE, FilingState


def order_certificate(filing: Filing, *, by: User) -> None:
    """Within the transaction that files: the certificate follows by job; a leaving team's ends at once."""
    team = filing.team
    assert team is not None, "a filed filing has its team"
    if filing.kind == FilingKind.EXIT:
        with in_chinese():
            for paper in VerifiableDocument.objects.of(team).valid():
                revoke(paper, by=by, reason=_("队伍已退出"))
        return
    with in_chinese():
        title = _("备案证书 %(number)s") % {"number": team.filing_no}
    start("filing_certificate", by=by, title=title, filing_id=filing.pk)


def renew_certificate(team: Team, *, by: User) -> None:
    """Something printed was put right after the filing: the paper of a team on file follows, as its last filing's."""
    if team.status in ON_FILE:
        filed = team.filings.filter(state=FilingState.FILED).exclude(kind=FilingKind.EXIT)
        order_certificate(filed.latest("decided_at"), by=by)


def issue_certificate(job: Job, progress: Any) -> None:
    """The certificate of the team of a filing that was filed; safe to run again: the same content is the same paper.

    It says what is on file about the team now, and nothing of the filing that caused it: a renewal that changes nothing
    printed leaves the paper as it is, whichever office decided on it. Whatever was filed since, a late run is right; of
    a team that has left it does nothing.
    """
    filing = Filing.objects.select_related("team__organization", "team__main_category").get(pk=job.params["filing_id"])
    team = filing.team
    assert team is not None, "only a filed filing has a certificate"
    if team.status not in ON_FILE:
        return
    step = deciding_step(_behind(team))
    assert step is not None, "the portal files nothing by itself"
    facts = facts_of(team)
    words = Words(facts)
    context = {
        "team": team, "office": words.of("office", facts), "categories": _categories(words, facts),
        "level": words.of("level", facts), "formation": words.of("formation", facts),
        "registration": _registration(words, facts), "filed_on": team.filed_on, **_by_what(team),
    }  # fmt: skip
    issue(
        team, template="pdf/filing_certificate.html", context=context, number=team.filing_no or "",
        title=_("备案证书"), issuer=step.office.name, subject=_("%(team)s登记备案") % {"team": team},
        by=step.decided_by,
    )  # fmt: skip


def _behind(team: Team) -> Filing:
    """The latest filing but for renewals: whoever decided on it issues the paper."""
    rows = team.filings.filter(state=FilingState.FILED).exclude(kind__in=(FilingKind.ANNUAL, FilingKind.EXIT))
    found: Filing = rows.latest("decided_at")
    return found


def _by_what(team: Team) -> dict[str, Any]:
    """文号 of the 批复 of the registration; of a team that had left, also day and 文号 of its return."""
    kinds = (FilingKind.REGISTER, FilingKind.EXIT, FilingKind.RESTORE)
    filed = list(team.filings.filter(kind__in=kinds, state=FilingState.FILED).order_by("decided_at"))
    first = next((filing for filing in filed if filing.kind == FilingKind.REGISTER), None)
    left = max((at for at, filing in enumerate(filed) if filing.kind == FilingKind.EXIT), default=len(filed))
    back = next(iter(filed[left + 1 :]), None)
    return {
        "reply_no": first.reply_no if first else "",
        "restored_on": back.effective_on if back else None, "restored_by": back.reply_no if back else "",
    }  # fmt: skip


def _registration(words: Words, facts: dict[str, Any]) -> str:
    """With the code or document that proves it: both are public."""
    name = {Registration.CIVIL: "uscc", Registration.DOCUMENT: "filing_doc_no"}.get(facts["registration"], "")
    which, proof = words.of("registration", facts), words.of(name, facts) if name else ""
    return _("%(which)s（%(proof)s）") % {"which": which, "proof": proof} if proof else which


def _categories(words: Words, facts: dict[str, Any]) -> str:
    main, others = words.of("main_category", facts), words.of("other_categories", facts)
    return _("%(main)s（兼：%(others)s）") % {"main": main, "others": others} if others else main
