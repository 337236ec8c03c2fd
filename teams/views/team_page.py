"""The pages of one team that only show: its facts, posts, emblem register, filings, history."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from organizations.signed_in import SignedIn
from teams.models import PaperKind
from teams.on_file.numbers import figures_of
from teams.on_file.portrait import cards
from teams.on_file.posting import meant
from teams.on_file.records import certificates_of, filings_of, papers_of, toned
from teams.on_file.timeline import story
from teams.on_file.timeline import wanted as told_by
from teams.on_file.upkeep import can_keep
from teams.views.team_common import team_page


@require_safe
@login_required
def team_detail(request: SignedIn, pk: int) -> HttpResponse:
    page = team_page(request, pk, "teams:team_detail")
    if not page.is_past:
        page.shot.coverage = page.read(coverage=page.shot.coverage_now())["coverage"]
    context = page.context(cards=cards(page.shot, reader=request.user), figures=figures_of(page.shot, request.user))
    return render(request, "teams/team_detail.html", context)


@require_safe
@login_required
def team_posts(request: SignedIn, pk: int) -> HttpResponse:
    page = team_page(request, pk, "teams:team_posts")
    page.read()
    now = page.shot.posts
    kept = not page.is_past and can_keep(page.team, request.user)
    people = meant(page.team, now, request.user) if kept else {}
    for post in now:
        post.means = people.get(post.pk)  # type: ignore[attr-defined]
    context = page.context(
        management=[post for post in now if post.is_filed_role],
        others=[post for post in now if not post.is_filed_role],
        former=[post for post in page.shot.all_posts if post not in now],
    )
    return render(request, "teams/team_posts.html", context)


@require_safe
@login_required
def team_emblem(request: SignedIn, pk: int) -> HttpResponse:
    page = team_page(request, pk, "teams:team_emblem")
    if not page.is_past:
        page.shot.emblem = page.read(emblem=page.shot.emblem_rows())["emblem"]
    items = page.shot.emblem
    totals = {
        name: sum(getattr(item, name) for item in items) for name in ("quantity", "returned", "written_off", "left")
    }
    return render(request, "teams/team_emblem.html", page.context(items=items, totals=totals))


@require_safe
@login_required
def team_filings(request: SignedIn, pk: int) -> HttpResponse:
    page = team_page(request, pk, "teams:team_filings")
    found = page.read(
        filings=filings_of(page.shot, request.user),
        certificates=certificates_of(page.shot),
        kinds=PaperKind.objects.all(),
    )
    filings = toned(found["filings"])
    papers = papers_of(page.shot, filings, found["kinds"])
    context = page.context(filings=filings, certificates=found["certificates"], papers=papers)
    return render(request, "teams/team_filings.html", context)


@require_safe
@login_required
def team_history(request: SignedIn, pk: int) -> HttpResponse:
    page = team_page(request, pk, "teams:team_history")
    entries = story(page.shot, page.read(**told_by(page.shot)))
    return render(request, "teams/team_history.html", page.context(entries=entries, heading=_("历史")))
