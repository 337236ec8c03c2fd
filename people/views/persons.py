"""The list of people, and finding one by the whole number of a document or a telephone."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from core.history.as_at import events_of
from core.lists import ListView
from core.lookups import has_none
from organizations.models import User
from organizations.permissions import access, reach
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding
from people import identity
from people.filters.persons import PersonFilter
from people.models import Disclosure, Membership, Person
from people.privacy.revealing import note_all
from people.states import CURRENT
from people.tables.persons import PersonTable
from people.validators import validate_mobile


def listed(user: User) -> QuerySet[Membership]:
    """Memberships under which people stand in the list: those of now, and the ended ones of people in no team any
    more. The same people as ``Person.objects.visible_to``, without empty records; but the rows are memberships in the
    order of the tree, so that an index serves the order for every place, also for the clerk who sees a thousandth of
    all.
    """
    elsewhere = Membership.objects.current().filter(person=OuterRef("person"))
    rows = Membership.objects.visible_to(user).filter(person__merged_into=None)
    return rows.filter(Q(state__in=CURRENT) | Q(has_none(elsewhere))).of_somebody()  # type: ignore[attr-defined]


class PersonList(ListView):
    request: SignedIn
    model = Membership
    table_class = PersonTable
    filterset_class = PersonFilter
    list_name = "people:person_list"
    title = pgettext_lazy("many", "人员")
    permission = holding(Right.VIEW_MEMBER)
    as_at_model = events_of(Membership)
    full_export = holding(Right.EXPORT_FULL)
    template_name = "people/person_list.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        term = request.GET.get("q", "")
        if is_whole_number(term):  # must not stay in addresses, saved views and headings of exports
            return _without(self.request, find(self.request, term), self.url(q=None, page=None))
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet:
        user = self.request.user
        rows = listed(user)
        if self.asked.at:  # then also what has ended since, of people who may be seen today
            theirs = rows.filter(person=OuterRef("person"))
            rows = Membership.objects.visible_to(user).filter(Exists(theirs))
        if self.request.GET.get("full") == "1":
            # One sees below, but gives away whole numbers of the teams the own office manages only.
            rows = rows.filter(reach(user, Right.EXPORT_FULL, at="organization"))
        teams = Membership.objects.visible_to(user).current().filter(person=OuterRef("person"))
        names = teams.order_by("organization__path").values("organization__short_name")
        return rows.annotate(team_names=ArraySubquery(names))

    def note_full_export(self, reason: str) -> None:
        keys = self.rows().order_by().values_list("person", flat=True)
        note_all(keys.iterator(chunk_size=2_000), Disclosure.What.EXPORT, by=self.request.user, reason=reason)

    def get_context(self) -> dict[str, Any]:
        held = access(self.request.user)
        return {
            **super().get_context(),
            "search_hint": _("姓名、志愿者编号、会员证号"),
            "empty_hint": _("登记或导入队员以后，人员在这里列出。"),
            "keeps": Right.EDIT_MEMBER in held,
            "verifies": Right.VERIFY_MEMBER in held,
        }


def is_whole_number(term: str) -> bool:
    number = identity.normal(term)
    return bool(identity.guess(number) or validate_mobile.regex.fullmatch(number))  # type: ignore[union-attr]


def find(request: SignedIn, term: str) -> str:
    """Where the one visible holder of a whole number is shown; empty, with a sentence, when there is not one."""
    found = list(Person.objects.visible_to(request.user).matching(term)[:2]) if is_whole_number(term) else []  # type: ignore[attr-defined]
    if len(found) == 1:
        return found[0].get_absolute_url()
    if found:
        messages.warning(request, _("这个手机号登记给了不止一个人，请按姓名查找。"))
    elif term.strip():
        messages.warning(request, _("在您能看到的人员里没有这个号码；要填完整的证件号码或 11 位手机号。"))
    return ""


def _without(request: SignedIn, url: str, back: str) -> HttpResponse:
    """Away from an address with a number in it, also when htmx asks."""
    if "HX-Request" in request.headers:
        response = HttpResponse()
        response["HX-Redirect"] = url or back
        return response
    return redirect(url or back)


@require_POST
@login_required
def person_find(request: SignedIn) -> HttpResponse:
    """By the whole number of a document or a mobile phone. POST, because numbers must stand in no address."""
    holding(Right.VIEW_MEMBER)(request.user).require()
    return redirect(find(request, request.POST.get("number", "")[:60]) or reverse("people:person_list"))
