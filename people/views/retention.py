"""Who has been gone longer than the region keeps people by name; looked at, then anonymised."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.keys import keys
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, told
from people.forms.retention import ConfirmForm
from people.merging.twins import with_teams
from people.privacy.anonymising import anonymise, due_for, limit
from people.settings import AUTOMATIC, RETENTION, values_of

MOST = 100


def _chosen(request: SignedIn) -> list[int]:
    return keys(request.POST.getlist("person"))[:MOST]


@require_safe
@login_required
def retention_list(request: SignedIn) -> HttpResponse:
    holding(Right.VERIFY_MEMBER)(request.user).require()
    years, automatic = values_of(RETENTION, AUTOMATIC)
    people = list(with_teams(due_for(request.user, years=years))[: MOST + 1])
    context = {
        "title": _("离队人员匿名化"),
        "people": people[:MOST],
        "more": len(people) > MOST,
        "most": MOST,
        "years": years,
        "limit": limit(years),
        "automatic": bool(automatic),
    }
    return render(request, "people/retention_list.html", context)


@require_POST
@login_required
def retention_carry_out(request: SignedIn) -> HttpResponse:
    """Asks once more, with the names; only the second time, with the tick, it is done."""
    holding(Right.VERIFY_MEMBER)(request.user).require()
    keys = _chosen(request)
    people = list(with_teams(due_for(request.user).filter(pk__in=keys)))
    if not people:
        messages.error(request, _("没有选中可以匿名化的人。"))
        return redirect("people:retention_list")
    asked = "confirmed" in request.POST
    form = ConfirmForm(request.POST if asked else None)
    if asked and form.is_valid():
        try:
            count = anonymise([person.pk for person in people], by=request.user)
        except ValidationError as error:
            told(request, error)
        else:
            messages.success(request, _("已匿名化 %(count)d 人。") % {"count": count})
        return redirect("people:retention_list")
    context = {"title": _("确认匿名化"), "people": people, "form": form}
    return render(request, "people/retention_confirm.html", context)
