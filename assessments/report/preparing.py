"""A document of a run → what stands in it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from assessments.choices import DocumentKind
from assessments.models import ReportDocument, Review
from assessments.report import league, region, team
from assessments.report.content import Report, Verify
from assessments.report.digest import digest
from assessments.report.sources import sources_of
from core.language import in_chinese
from organizations.models import Organization
from organizations.region import region as the_region
from organizations.roles import Level


@dataclass(frozen=True)
class Prepared:
    report: Report

    @cached_property
    def digest(self) -> str:
        return digest(self.report)

    @property
    def is_final(self) -> bool:
        """Nothing it says can still change; what is not final is marked and carries no code."""
        return not self.report.mark

    def pdf(self, verify: Verify | None = None) -> bytes:
        from assessments.report.page import pdf  # what prints is slow to import

        return pdf(self.report, self.digest, verify)

    def docx(self) -> bytes:
        from assessments.report.word import docx  # slow to import

        return docx(self.report, self.digest)


def prepare(document: ReportDocument) -> Prepared:
    """What stands in a document of kind team, league or region; ``ValueError`` for others, and for a team that has no
    part in the campaign."""
    if document.kind not in _BUILD:
        raise ValueError(f"no report is printed of kind {document.kind}")
    with in_chinese():
        return Prepared(_BUILD[document.kind](document))


def _team(document: ReportDocument) -> Report:
    reviews = Review.objects.filter(organization=document.organization)
    found = sources_of(document.run.campaign, reviews)
    if not found:
        raise ValueError("the team has no part in the campaign")
    return team.build(found[0], region=the_region().name, dated=document.run.dated, number=document.number)


def _league(document: ReportDocument) -> Report:
    campaign, place = document.run.campaign, document.organization
    sources = sources_of(campaign, Review.objects.reported_by(place), whole=False)
    return league.build(
        campaign, place, sources, region=the_region().name, dated=document.run.dated, number=document.number
    )


def _region(document: ReportDocument) -> Report:
    campaign, place = document.run.campaign, document.organization
    leagues = list(Organization.objects.filter(level=Level.LEAGUE, path__startswith=place.path))
    sources = sources_of(campaign, Review.objects.below(place), whole=False)
    return region.build(campaign, place, leagues, sources, dated=document.run.dated, number=document.number)


_BUILD: dict[str, Callable[[ReportDocument], Report]] = {
    DocumentKind.TEAM: _team,
    DocumentKind.LEAGUE: _league,
    DocumentKind.REGION: _region,
}
