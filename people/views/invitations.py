"""A team's invitations: link and QR code to show, send and hang up."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.documents import render_fitting
from core.documents.qr import qr_svg
from core.methods import form_page
from core.serving import as_download
from organizations.models import Organization
from organizations.permissions import can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import seen
from people.forms.joining import InvitationForm
from people.joining.applying import CLOSED_BRIEFLY, why_closed
from people.models import Invitation
from people.team_pages import roster_url

MOST = 50  # a team's newest


def _team(request: SignedIn, pk: int) -> Organization:
    place: Organization = seen(Organization.objects.visible_to(request.user).teams(), pk)
    can(request.user, Right.EDIT_MEMBER, place).require()
    return place


def _invitation(request: SignedIn, pk: int) -> Invitation:
    rows = Invitation.objects.visible_to(request.user).select_related("organization")
    found: Invitation = seen(rows, pk)
    return found


def _link(invitation: Invitation) -> str:
    return settings.PORTAL_ORIGIN + invitation.get_absolute_url()


@require_safe
@login_required
def invitation_list(request: SignedIn, pk: int) -> HttpResponse:
    place = _team(request, pk)
    rows = Invitation.objects.filter(organization=place).select_related("created_by", "organization")
    counted = rows.annotate(
        taken=Count("applications"),
        received=Count("applications", filter=~Q(applications__name="")),  # repeated ones have none
        waiting=Count("applications", filter=Q(applications__state="applied")),
    )
    lines = [_line(row) for row in counted.order_by("-created_at")[:MOST]]
    context = {
        "title": _("入队邀请"),
        "place": place,
        "roster_url": roster_url(place),
        "applications_url": f"{reverse('people:application_list')}?team={place.pk}",
        "open": [line for line in lines if not line["closed"]],
        "closed": [line for line in lines if line["closed"]],
    }
    return render(request, "people/invitation_list.html", context)


def _line(invitation: Any) -> dict[str, Any]:
    why = why_closed(invitation, taken=invitation.taken)
    link = _link(invitation)
    return {
        "invitation": invitation, "closed": CLOSED_BRIEFLY[why] if why else "", "link": link,
        "qr": "" if why else qr_svg(link),
    }  # fmt: skip


@form_page
@login_required
def invitation_create(request: SignedIn, pk: int) -> HttpResponse:
    place = _team(request, pk)
    initial = {"expires_on": timezone.localdate() + timedelta(days=30)}
    record = Invitation(organization=place, created_by=request.user)
    form = InvitationForm(request.POST or None, instance=record, initial=initial)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("邀请已发出。把链接发给报名的人，或者打印海报张贴。"))
        return redirect("people:invitation_list", place.pk)
    context = {
        "title": _("新的入队邀请"), "form": form, "submit_label": _("生成链接和二维码"),
        "cancel_url": reverse("people:invitation_list", args=[place.pk]),
    }  # fmt: skip
    return render(request, "generic/form.html", context)


@require_safe
@login_required
def invitation_poster(request: SignedIn, pk: int) -> FileResponse:
    """A4 to hang up: team, what for, until when, QR code."""
    invitation = _invitation(request, pk)
    link = _link(invitation)
    facts = {"title": _("入队报名"), "invitation": invitation, "link": link, "qr": qr_svg(link)}
    paper = render_fitting("pdf/join_poster.html", ({**facts, "tight": tight} for tight in (False, True)))
    name = _("入队报名海报 %(team)s.pdf") % {"team": invitation.organization.short_name}
    return as_download(BytesIO(paper), name, "application/pdf")


@require_POST
@login_required
def invitation_end(request: SignedIn, pk: int) -> HttpResponse:
    """From now on the link takes nobody."""
    invitation = _invitation(request, pk)
    ended = Invitation.objects.filter(pk=invitation.pk, ended_at=None).update(ended_at=timezone.now())
    if ended:
        messages.success(request, _("邀请已停用，链接和二维码不能再报名。"))
    else:
        messages.info(request, _("这个邀请已经停用了。"))
    return redirect("people:invitation_list", invitation.organization_id)
