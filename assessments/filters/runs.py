"""Filters of the lists of runs and of reports, for page and export."""

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from assessments.choices import DocumentKind
from assessments.filters.reviews import of_year
from assessments.models import ReportDocument, ReportRun
from assessments.states import DocumentState, RunState
from core.lists import Filter
from core.models import VerifiableDocument
from core.search import matching
from organizations.filters import Scope, pick
from organizations.models import Organization


class RunFilter(Filter):
    q = None  # few rows, no search key
    year = of_year("campaign__year")
    state = django_filters.ChoiceFilter(label=_("状态"), choices=RunState)

    class Meta:
        model = ReportRun
        fields: list[str] = []


def runs(request: Any) -> QuerySet[ReportRun]:
    if request is None:
        return ReportRun.objects.none()
    return ReportRun.objects.visible_to(request.user).select_related("campaign")


class DocumentFilter(Filter):
    """Of one run all that belongs to it; else each file once."""

    year = of_year("run__campaign__year")
    under = Scope("organization__path")
    kind = django_filters.ChoiceFilter(label=_("种类"), choices=DocumentKind)
    state = django_filters.ChoiceFilter(label=_("状态"), choices=DocumentState)
    version = pick(_("版本"), "by_version", ("valid", _("现行的")), ("ended", _("已被取代的")))
    run = django_filters.ModelChoiceFilter(label=_("哪一次生成"), queryset=runs)

    class Meta:
        model = ReportDocument
        fields: list[str] = []

    def search(self, queryset: Any, name: str, value: str) -> QuerySet:
        named = Organization.objects.filter(matching(value)).order_by().values("pk")
        return queryset.filter(Q(organization__in=named) | Q(number__istartswith=value))

    def filter_queryset(self, queryset: Any) -> QuerySet:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("run") else rows.each_file_once()

    def by_version(self, queryset: Any, name: str, value: str) -> QuerySet:
        """Of papers, as their public page says."""
        paper = VerifiableDocument.objects.filter(code=OuterRef("code"))
        ready = queryset.papers().filter(state=DocumentState.READY)
        valid = Exists(paper.filter(state=VerifiableDocument.State.VALID))
        return ready.filter(valid if value == "valid" else ~valid)
