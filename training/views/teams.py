"""Teams that take part in an activity."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.keys import keys
from core.methods import form_page
from core.workflow import MoveNotAllowed
from organizations.models import Organization
from organizations.roles import Level
from organizations.signed_in import SignedIn
from organizations.views.common import seen, told
from organizations.views.moves import refused
from training.models import Activity, ActivityTeam
from training.participants.listing import add_teams, remove_team, teams_to_add
from training.views.activity_common import activity_page
from training.workflow import keeps

MOST = 60


@form_page
@login_required
def team_add(request: SignedIn, pk: int) -> HttpResponse:
    """Teams the reader reaches, or with ``?q=`` any team of the region; POST ``team`` (repeated)."""
    page = activity_page(request, pk, "training:activity_people")
    activity = page.activity
    keeps(activity, request.user).require()
    back = reverse("training:activity_people", args=[activity.pk])
    if request.method == "POST":
        teams = Organization.objects.in_force().filter(level=Level.TEAM, pk__in=keys(request.POST.getlist("team")))
        try:
            new = add_teams(activity, list(teams), by=request.user)
        except MoveNotAllowed as refusal:
            return refused(request, activity, refusal, back=back)
        if new:
            messages.success(request, _("已加入 %(n)d 支队伍，并通知了它们的负责人。") % {"n": len(new)})
        else:
            messages.error(request, _("请勾选要加入的队伍。"))
        return redirect(back if new else request.get_full_path())
    term = request.GET.get("q", "").strip()[:60]
    found = list(teams_to_add(activity, request.user, term).select_related("division")[: MOST + 1])
    context = {
        "title": _("加入队伍"), "activity": activity, "term": term, "teams": found[:MOST], "more": len(found) > MOST,
        "most": MOST, "cancel_url": back,
    }  # fmt: skip
    return render(request, "training/team_add.html", context)


@require_POST
@login_required
def team_remove(request: SignedIn, pk: int) -> HttpResponse:
    visible = Activity.objects.visible_to(request.user).order_by().values("pk")
    rows = ActivityTeam.objects.filter(activity__in=visible).select_related("activity__host", "organization")
    row: ActivityTeam = seen(rows, pk)
    activity, name = row.activity, row.organization.short_name
    keeps(activity, request.user).require()
    back = reverse("training:activity_people", args=[activity.pk])
    try:
        remove_team(row)
    except ValidationError as error:
        told(request, error)
    except MoveNotAllowed as refusal:
        return refused(request, activity, refusal, back=back)
    else:
        messages.success(request, _("%(team)s已移出。") % {"team": name})
    return redirect(back)
