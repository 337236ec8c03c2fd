"""What the own pages share: whose they are, and the way between them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from organizations.signed_in import SignedIn
from people.models import Person

PAGES = (
    ("people:me", _("我的信息")),
    ("people:me_card", _("队员证")),
    ("people:me_hours", _("时长")),
    ("people:me_consents", _("同意书")),
    ("people:me_disclosures", _("谁看过我的信息")),
    ("people:me_contact", _("联系方式")),
    ("people:me_copy", _("信息副本")),
)


def own_person(request: SignedIn) -> Person | None:
    """The person the account is linked to. One query."""
    return Person.objects.filter(user=request.user, merged_into=None).first()


def own(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page about oneself: the view gets the person. Who is linked to none is led to the page that says how."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: SignedIn, *args: Any, **kwargs: Any) -> HttpResponseBase:
        person = own_person(request)
        return redirect("people:me") if person is None else view(request, person, *args, **kwargs)

    return guarded


def tabs(here: str) -> list[dict[str, Any]]:
    """Those of this subject, with what the layers above add (``OWN_PAGES``) after the hours."""
    added = [page for path in settings.OWN_PAGES for page in import_string(path)]
    pages = [*PAGES[:3], *added, *PAGES[3:]]
    return [{"label": label, "url": reverse(route), "active": route == here} for route, label in pages]
