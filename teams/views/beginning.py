"""Beginning a filing: what there is to do, where a new team is registered, whether it is there already."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.keys import key
from core.methods import form_page
from core.search import matching
from organizations.models import Organization
from organizations.permissions import can, reach
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, seen, told
from teams.choices import FilingKind, PaperWhen
from teams.filings.drafting import BEGINS, begin, can_begin, can_begin_again, said_in
from teams.filings.duplicates import likely_doubles
from teams.filings.outline import parts_of
from teams.filings.route import rules_of
from teams.filings.route_in_words import ahead
from teams.forms.filings import BeginForm, offices_to_register_at, usual_level
from teams.models import Filing, Team

PURPOSES = {
    FilingKind.REGISTER: gettext_lazy("新建的队伍第一次登记备案，办结后发备案编号和证书。"),
    FilingKind.CHANGE: gettext_lazy("名称、负责人、级别、主管机构、登记情况、驻地等有变化。"),
    FilingKind.ANNUAL: gettext_lazy("每年一次，核对档案与实际是否一致。没有变化的，几秒钟就能提交。"),
    FilingKind.EXIT: gettext_lazy("队伍解散、合并、解除冠名等。标志、装备、队员都有着落后办结。"),
    FilingKind.RESTORE: gettext_lazy("暂停或已退出的队伍恢复活动。"),
}
MOST_TEAMS = 20


@form_page
@login_required
def filing_begin(request: SignedIn) -> HttpResponse:
    """What to do; ``kind=register`` asks for the new team, ``team`` says what can be done for one."""
    holding(Right.SUBMIT_FILING)(request.user).require()
    if request.GET.get("team", ""):
        return _for_team(request, request.GET["team"])
    if request.method == "POST" or request.GET.get("kind") == FilingKind.REGISTER:
        return _register(request)
    return _choose(request)


def _choose(request: SignedIn) -> HttpResponse:
    """A new team, or one of the teams the person may file for."""
    term = request.GET.get("q", "").strip().replace("\x00", "")[:60]
    rows = Team.objects.filter(reach(request.user, Right.SUBMIT_FILING, at="organization"))
    if term:
        rows = rows.filter(organization__in=Organization.objects.filter(matching(term)).values("pk"))
    found = list(rows.select_related("organization").order_by("organization__path")[: MOST_TEAMS + 1])
    context = {
        "title": _("办理备案"),
        "may_register": offices_to_register_at(request.user).exists(),
        "teams": found[:MOST_TEAMS],
        "more": len(found) > MOST_TEAMS,
        "most": MOST_TEAMS,
        "term": term,
        "purpose": PURPOSES[FilingKind.REGISTER],
    }
    return render(request, "teams/filing_begin.html", context)


# -- for a team -------------------------------------------------------------------------------------------
def _team(request: SignedIn, pk: Any) -> Team:
    rows = Team.objects.visible_to(request.user).select_related("organization")
    found: Team = seen(rows, key(str(pk)))
    return found


def _for_team(request: SignedIn, pk: str) -> HttpResponse:
    team = _team(request, pk)
    can(request.user, Right.SUBMIT_FILING, team.organization).require()
    office = Organization.objects.get(path=team.organization.parent_path)
    level = team.level or usual_level(office)
    known = _beforehand(request, BEGINS[team.status], level, office)
    kinds = [{**_kind(kind, team), **known[kind]} for kind in BEGINS[team.status]]
    context = {
        "title": _("%(team)s：办理备案") % {"team": team},
        "team": team,
        "kinds": kinds,
        "underway": underway(team),
    }
    return render(request, "teams/filing_begin_team.html", context)


def _kind(kind: str, team: Team) -> dict[str, Any]:
    return {
        "kind": kind,
        "label": FilingKind(kind).label,
        "purpose": PURPOSES[FilingKind(kind)],
        "url": reverse("teams:filing_begin_for", args=[team.pk, kind]),
    }


def _beforehand(request: SignedIn, kinds: Iterable[str], level: str, office: Organization) -> dict[str, dict[str, Any]]:
    """Kind → what one should know before one starts: the way, the papers, the note of the rule. Two queries."""
    rules = rules_of(kinds, level, office)
    ways = ahead(kinds, rules, office, by=request.user)
    return {
        kind: {
            "rule": rules.by_kind.get(kind),
            "stops": ways.get(kind, []),
            "papers": [
                {"row": row, "when": "" if row.when == PaperWhen.ALWAYS else row.get_when_display()}
                for row in (rules.by_kind[kind].papers.all() if kind in rules.by_kind else ())
            ],
        }
        for kind in kinds
    }


def underway(team: Team) -> Filing | None:
    """The filing of the team that is not finished; another cannot be begun beside it."""
    found: Filing | None = team.filings.open().first()
    return found


@require_POST
@login_required
def filing_begin_for(request: SignedIn, team: int, kind: str) -> HttpResponse:
    """One click on the team's page: a draft filled in with what is on file. ``section`` says where to land, ``like``
    which filing that came to nothing is taken up again."""
    about = _team(request, team)
    if kind not in FilingKind.values:
        raise Http404
    can(request.user, Right.SUBMIT_FILING, about.organization).require()
    there = underway(about)
    if there is not None:
        return _open_one(request, there, kind)
    decision = can_begin(kind, request.user, place=about.organization, team=about)
    if not decision:  # the right is there, so it is the team's status
        messages.error(request, decision.reason)
        return redirect(about)
    former = _former(request, request.POST.get("like"), kind=kind, team=about)
    said = said_in(former) if former else {}
    try:
        filing = begin(kind, by=request.user, team=about, **said)
    except ValidationError as error:
        there = underway(about)
        if there is not None:  # somebody was faster, perhaps the same person's second press
            return _open_one(request, there, kind)
        told(request, error)
        return redirect(about)
    return redirect(_landing(filing, request.POST.get("section", "")))


def _open_one(request: SignedIn, filing: Filing, kind: str) -> HttpResponse:
    if filing.kind == kind and filing.can_edit(request.user):
        messages.info(request, _("这件%(kind)s已经开始填了，接着填就可以。") % {"kind": filing.get_kind_display()})
        return redirect(_landing(filing, request.POST.get("section", "")))
    words = {"kind": filing.get_kind_display(), "state": filing.get_state_display()}
    messages.warning(request, _("这支队伍有一件%(kind)s（%(state)s）还没有办结，办结或撤回后才能办别的。") % words)
    return redirect(filing)


def _landing(filing: Filing, section: str) -> str:
    if section in {part.key for part in parts_of(filing.kind)}:
        return reverse("teams:filing_section", args=[filing.pk, section])
    return reverse("teams:filing_edit", args=[filing.pk])


# -- a new team -------------------------------------------------------------------------------------------
def _register(request: SignedIn) -> HttpResponse:
    """Name and place; what is on file under a like name, code or organization is shown before a draft is made."""
    offices = list(offices_to_register_at(request.user)[:200])
    if not offices:
        messages.info(request, _("新建备案由主管红十字会的经办填报。请联系主管红十字会。"))
        return redirect("teams:filing_begin")
    former = _former(request, request.GET.get("like"), kind=FilingKind.REGISTER, team=None)
    said = said_in(former) if former else {}
    office = _office(request, offices, former)
    level = request.GET.get("level") or said.get("level") or usual_level(office)
    form = BeginForm(
        request.POST if request.method == "POST" else None, user=request.user, offices=offices,
        initial={**said, **request.GET.dict(), "office": office.pk, "level": level},
    )  # fmt: skip
    doubles: list[Any] = []
    drafts: list[Filing] = []
    if request.method == "POST":
        if form.is_valid():
            office, typed = form.cleaned_data["office"], form.typed()
            level = typed["level"]
            doubles = likely_doubles(
                name=typed["name"], uscc=typed["uscc"], host_org_name=typed["host_org_name"]
            )  # fmt: skip
            drafts = _drafts_like(request, typed["name"])
            if "confirmed" in request.POST or not (doubles or drafts):
                known: dict[str, Any] = {**said, **typed}
                return redirect("teams:filing_edit", begin("register", by=request.user, office=office, **known).pk)
        else:
            office = _office(request, offices)
    context = {
        "title": _("新建备案"),
        "form": form,
        "several": len(offices) > 1,
        "doubles": doubles,
        "drafts": drafts,
        "purpose": PURPOSES[FilingKind.REGISTER],
        "begin_url": f"{reverse('teams:filing_begin')}?kind=register" + (f"&like={former.pk}" if former else ""),
        "former": former,
        **_beforehand(request, [FilingKind.REGISTER], level, office)[FilingKind.REGISTER],
    }
    fragment = request.headers.get("HX-Target") == "beforehand" and "HX-Request" in request.headers
    return render(request, "teams/_filing_beforehand.html" if fragment else "teams/filing_register.html", context)


def _former(request: SignedIn, like: str | None, *, kind: str, team: Team | None) -> Filing | None:
    """The one that came to nothing whose content is taken along."""
    if not like:
        return None
    found: Filing = seen(Filing.objects.visible_to(request.user).filter(kind=kind, team=team), key(like))
    can_begin_again(found, request.user).require()
    return found


def _office(request: SignedIn, offices: list[Organization], former: Filing | None = None) -> Organization:
    asked = request.POST.get("office") or request.GET.get("office") or str(former.organization_id if former else "")
    own = [office for office in offices if office.pk == request.user.organization_id]
    return next((office for office in offices if str(office.pk) == asked), (own or offices)[0])


def _drafts_like(request: SignedIn, name: str) -> list[Filing]:
    """Registrations under way with this very name, that the person may see: perhaps one's own, left half done."""
    rows = Filing.objects.visible_to(request.user).open().filter(kind=FilingKind.REGISTER, title=name)
    return list(rows.select_related("office", "created_by")[:5])
