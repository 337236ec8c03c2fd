"""The matrix of a campaign: teams × steps, filtered, as a spreadsheet, a league at a time when there are many."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.annual.campaign_matrix import ON_ONE_PAGE, WITH, Cell, Chosen, League, Matrix, fill, matrix_of, rows_of
from assessments.annual.deadlines import late_states
from assessments.annual.urging import waiting
from assessments.models import Campaign
from assessments.states import CampaignState
from assessments.views.campaigns import campaign_of
from core.chips import chip
from core.exports import ExportColumn, stream_xlsx
from core.keys import key
from core.language import in_chinese
from core.words import late_in_words
from organizations.filters import scopes
from organizations.signed_in import SignedIn


@require_safe
@login_required
def campaign_matrix(request: SignedIn, pk: int) -> HttpResponseBase:
    """``?under=`` narrows it to a place; ``late``, ``with`` and ``objections`` filter; ``league`` and ``page`` turn."""
    campaign = campaign_of(request, pk)
    if campaign.state == CampaignState.DRAFT:
        return redirect(campaign)
    page = _Page(request, campaign)
    if request.GET.get("export") == "xlsx":
        return _export(page)
    return render(request, "assessments/campaign_matrix.html", page.context())


class _Page:
    """What is asked for, and the addresses that ask for something else."""

    def __init__(self, request: SignedIn, campaign: Campaign) -> None:
        self.request, self.campaign = request, campaign
        self.matrix: Matrix = matrix_of(campaign, request.user, self._chosen())

    def _chosen(self) -> Chosen:
        asked = self.request.GET
        under = key(asked.get("under", ""))
        place = scopes(self.request).filter(pk=under).first() if under is not None else None
        lies = asked.get("with", "")
        return Chosen(asked.get("late") == "1", lies if lies in WITH else "", asked.get("objections") == "1", place)

    @cached_property
    def league(self) -> League | None:
        """The one that is shown; None: all of them."""
        asked = key(self.request.GET.get("league", ""))
        there = [one for one in self.matrix.leagues if one.shown]
        found = next((one for one in there if one.place.pk == asked), None)
        if found is None and self.matrix.total > ON_ONE_PAGE:
            return there[0]
        return found

    def url(self, **changes: Any) -> str:
        chosen = self.matrix.chosen
        now = {
            "under": chosen.under.pk if chosen.under else None, "late": 1 if chosen.late else None,
            "with": chosen.lies or None, "objections": 1 if chosen.objections else None,
        }  # fmt: skip
        values = {name: value for name, value in {**now, **changes}.items() if value is not None}
        here = reverse("assessments:campaign_matrix", args=[self.campaign.pk])
        return f"{here}?{urlencode(values)}" if values else here

    def context(self) -> dict[str, Any]:
        matrix, league, user = self.matrix, self.league, self.request.user
        rows = rows_of(matrix, user, league)
        number = league.shown if league else matrix.total
        pages = max(-(-number // ON_ONE_PAGE), 1)
        page = min(key(self.request.GET.get("page", "1")) or 1, pages)
        filled = fill(matrix, list(rows[(page - 1) * ON_ONE_PAGE : page * ON_ONE_PAGE])) if number else []
        of_league = {"league": league.place.pk} if league else {}
        return {
            "title": _("%(year)s年度考核进度") % {"year": self.campaign.year}, "campaign": self.campaign,
            "matrix": matrix, "groups": [self._group(one) for one in filled], "under": matrix.chosen.under,
            "filters": self._filters(), "leagues": self._leagues(), "all_url": self.url(league=None),
            "paged": matrix.total > ON_ONE_PAGE, "league": league, "number": number, "columns": len(matrix.labels) + 1,
            "previous_url": self.url(page=page - 1, **of_league) if page > 1 else "",
            "next_url": self.url(page=page + 1, **of_league) if page < pages else "",
            "export_url": self.url(export="xlsx"),
            "urge": waiting(self.campaign, user, matrix.chosen.under),
        }  # fmt: skip

    def _group(self, league: League) -> dict[str, Any]:
        rows = [{"review": row.review, "cells": [_shown(cell) for cell in row.cells]} for row in league.rows]
        return {"place": league.place, "rows": rows, "n": league.shown}

    def _filters(self) -> list[dict[str, Any]]:
        """Chips, each with its number; one that is on is taken off by pressing it."""
        matrix, chosen = self.matrix, self.matrix.chosen
        late = matrix.count(*late_states(self.campaign, matrix.today))
        lines: list[tuple[Any, int, bool, dict[str, Any]]] = []
        lines.append((_("只看超期"), late, chosen.late, {"late": None if chosen.late else 1}))
        for name, (label, states) in WITH.items():
            on = chosen.lies == name
            lines.append((label, matrix.count(*states), on, {"with": None if on else name}))
        asked = sum(one.objections for one in matrix.leagues)
        lines.append((_("有异议待答复"), asked, chosen.objections, {"objections": None if chosen.objections else 1}))
        return [{"label": label, "n": n, "on": on, "url": self.url(**change)} for label, n, on, change in lines]

    def _leagues(self) -> list[dict[str, Any]]:
        return [
            {"label": one.place.short_name, "n": one.shown, "on": one is self.league,
             "url": self.url(league=one.place.pk)}
            for one in self.matrix.leagues
            if one.shown
        ]  # fmt: skip


def _shown(cell: Cell) -> dict[str, Any]:
    return {"label": cell.label, "shown": drawn(cell), "none": not cell.tone}


def drawn(cell: Cell) -> SafeString | str:
    """Icon, word and colour, the day below. Drawn here: a page holds thousands of them."""
    if not cell.tone:
        return format_html('<span class="mut">{}</span>', "—")
    shown = chip(cell.tone, cell.text, cell.icon)
    if cell.late:
        return format_html('{}<span class="small warn-text">{}</span>', shown, late_in_words(cell.late))
    near = cell.day and cell.day.year == timezone.localdate().year
    day = "" if cell.day is None else f"{cell.day:%m-%d}" if near else f"{cell.day}"
    below = f"{cell.result} {day}".strip()
    return format_html('{}<span class="small mut">{}</span>', shown, below) if below else shown


class _Rows:
    """What the filters choose as lines of a spreadsheet."""

    def __init__(self, page: _Page) -> None:
        self.page = page

    def iterator(self, chunk_size: int) -> Any:
        matrix = self.page.matrix
        fill(matrix, list(rows_of(matrix, self.page.request.user)))
        return iter([(league.place, row) for league in matrix.leagues for row in league.rows])


def _export(page: _Page) -> HttpResponseBase:
    with in_chinese():
        page.matrix = matrix_of(page.campaign, page.request.user, page.matrix.chosen)  # its labels in Chinese
        columns = [
            ExportColumn(_("盟市"), lambda line: line[0].short_name),
            ExportColumn(_("队伍"), lambda line: line[1].review.organization.name),
            *(ExportColumn(label, _nth(number)) for number, label in enumerate(page.matrix.labels)),
        ]
        name = _("%(year)s年度考核进度") % {"year": page.campaign.year}
        return stream_xlsx(columns, _Rows(page), name=name, by=page.request.user)


def _nth(number: int) -> Any:
    return lambda line: line[1].cells[number].words
