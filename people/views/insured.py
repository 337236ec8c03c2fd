"""Putting people on a policy: from the roster of a team, whole teams at once, or by a list."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.forms import refuse
from core.keys import keys
from core.methods import form_page
from organizations.models import Organization
from organizations.roles import Level
from organizations.signed_in import SignedIn
from people import name_list
from people.forms.insurance import CoverDatesForm, CoverListForm
from people.models import Cover, Membership, Person, Policy
from people.papers.insuring import Added, add_people, pool
from people.views.insurance import policy_of

MOST = 500  # people to tick on one page; beyond that whole teams, or a list


@form_page
@login_required
def policy_people(request: SignedIn, pk: int) -> HttpResponse:
    """Tick people of a team (``?team=``), or whole teams of an office."""
    policy = policy_of(request, pk, edit=True)
    rows = pool(policy, request.user)
    form = CoverDatesForm(request.POST if request.method == "POST" else None, policy=policy)
    if request.method == "POST":
        chosen = _chosen(request, rows)
        if not chosen:
            form.add_error(None, _("请勾选要加入的人或队伍。"))
        if form.is_valid() and (response := _added(request, policy, form, chosen)):
            return response
    team = _team(request, policy, rows)
    uninsured = rows.filter(~Exists(Cover.objects.filter(policy=policy, person=OuterRef("person"))))
    members = uninsured.filter(organization=team).select_related("person").order_by("number", "pk") if team else None
    context = {
        "title": _("加入被保险人"), "policy": policy, "form": form, "team": team,
        "members": list(members[: MOST + 1])[:MOST] if members is not None else None,
        "teams": _teams(policy, rows) if team is None or policy.organization.level != Level.TEAM else [],
        "cancel_url": policy.get_absolute_url(),
    }  # fmt: skip
    return render(request, "people/policy_people.html", context)


def _chosen(request: SignedIn, rows: QuerySet[Membership]) -> list[Person]:
    members = rows.filter(pk__in=keys(request.POST.getlist("membership")))
    whole = rows.filter(organization__in=keys(request.POST.getlist("team")))
    return list(Person.objects.filter(pk__in=(members | whole).order_by().values("person")))


def _team(request: SignedIn, policy: Policy, rows: QuerySet[Membership]) -> Organization | None:
    if policy.organization.level == Level.TEAM:
        return policy.organization
    asked = keys([request.GET.get("team", "")])
    here = Organization.objects.filter(pk__in=rows.order_by().values("organization"))
    return here.filter(pk=asked[0]).first() if asked else None


def _teams(policy: Policy, rows: QuerySet[Membership]) -> list[dict[str, Any]]:
    """Teams with members, how many of them are on the policy and how many are not."""
    on = Exists(Cover.objects.filter(policy=policy, person=OuterRef("person")))
    found = rows.annotate(on=on).order_by("organization__path").values("organization", "organization__name", "on")
    teams: dict[int, dict[str, Any]] = {}
    for row in found.annotate(number=Count("pk")):
        team = teams.setdefault(
            row["organization"], {"pk": row["organization"], "name": row["organization__name"], "on": 0, "off": 0}
        )
        team["on" if row["on"] else "off"] += row["number"]
    return list(teams.values())


def _added(request: SignedIn, policy: Policy, form: CoverDatesForm, people: list[Person]) -> HttpResponse | None:
    dates = {name: form.cleaned_data[name] for name in ("starts_on", "ends_on")}
    try:
        done = add_people(policy, people, **dates)
    except ValidationError as error:
        refuse(form, error)
        return None
    _tell(request, done)
    return redirect(policy)


def _tell(request: SignedIn, done: Added) -> None:
    messages.success(request, _("已加入 %(n)d 人。") % {"n": len(done.covers)})
    if done.there:
        messages.info(request, _("%(n)d 人原来就在这张保险单里，没有变。") % {"n": len(done.there)})
    if done.ended:
        names = _("、").join(person.name for person in done.ended[:20])
        messages.warning(request, _("在这张保险单里已经提前终止、没有加入的：%(names)s。") % {"names": names})


@form_page
@login_required
def policy_names(request: SignedIn, pk: int) -> HttpResponse:
    """By a list, pasted or as a sheet: everybody on it, or nobody."""
    policy = policy_of(request, pk, edit=True)
    form = CoverListForm(request.POST or None, request.FILES or None, policy=policy)
    faults: list[name_list.Fault] = []
    if request.method == "POST" and form.is_valid():
        try:
            people, faults = name_list.find(form.lines, pool(policy, request.user))
        except ValidationError as error:
            refuse(form, error)
        else:
            if faults:
                form.add_error(None, _("有 %(n)d 行对不上，还没有加入任何人。") % {"n": len(faults)})
            elif response := _added(request, policy, form, people):
                if form.unseen:
                    names = _("、").join(form.unseen)
                    messages.warning(request, _("没有读隐藏的工作表：%(names)s。") % {"names": names})
                return response
    context = {
        "title": _("按名单加入被保险人"), "policy": policy, "form": form, "faults": faults,
        "cancel_url": policy.get_absolute_url(), "submit_label": _("核对并加入"),
    }  # fmt: skip
    return render(request, "people/policy_names.html", context)
