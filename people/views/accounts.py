"""The account by which a member sees his or her own page: linked, unlinked, or asked for."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import refuse
from core.methods import form_page
from organizations.models import AccountRequest
from organizations.permissions import can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import seen, told
from people.accounts import ask_account, link, linkable, unlink
from people.forms.accounts import AccountLinkForm
from people.models import Person


def _person(request: SignedIn, pk: int) -> Person:
    rows = Person.objects.visible_to(request.user).select_related("user__organization")
    person: Person = seen(rows.prefetch_related("memberships__organization"), pk)
    person.can_edit(request.user).require()
    return person


@form_page
@login_required
def account_link(request: SignedIn, pk: int) -> HttpResponse:
    """Which account is this member's; without one, ask for it."""
    person = _person(request, pk)
    form = AccountLinkForm(request.POST or None, accounts=linkable(person, request.user))
    if request.method == "POST" and form.is_valid():
        try:
            link(person, form.cleaned_data["account"], by=request.user)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("账号已关联，本人登录后可以看到“我的信息”。"))
            return redirect("people:account_link", person.pk)
    context = {
        "title": _("%(name)s的账号") % {"name": person.name},
        "person": person,
        "form": form,
        "has_choice": form.fields["account"].queryset.exists() if person.user is None else False,  # type: ignore[attr-defined]
        "requests": _requests(request, person) if person.user is None else [],
    }
    return render(request, "people/account_link.html", context)


def _requests(request: SignedIn, person: Person) -> list[dict[str, Any]]:
    """Teams of the person for which the reader may ask an account."""
    places = [row.organization for row in person.deciding_memberships() if row.is_current]
    return [{"place": place} for place in places if can(request.user, Right.REQUEST_ACCOUNT, place)]


@require_POST
@login_required
def account_unlink(request: SignedIn, pk: int) -> HttpResponse:
    person = _person(request, pk)
    try:
        unlink(person, by=request.user)
    except ValidationError as error:
        told(request, error)
    else:
        messages.success(request, _("已解除关联。账号还在，但看不到这个人的信息了。"))
    return redirect("people:account_link", person.pk)


@require_POST
@login_required
def account_request(request: SignedIn, pk: int) -> HttpResponse:
    """Begin an account request with what the record knows; the address carries no telephone."""
    person = _person(request, pk)
    places = {str(row.organization_id): row.organization for row in person.deciding_memberships() if row.is_current}
    place = places.get(request.POST.get("place", ""))
    if place is None:
        messages.error(request, _("请选择一支队伍。"))
        return redirect("people:account_link", person.pk)
    can(request.user, Right.REQUEST_ACCOUNT, place).require()
    draft: AccountRequest = ask_account(person, place, by=request.user)
    return redirect("organizations:request_edit", draft.pk)
