"""Insurance: policies, and the people each covers."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.attachments.panel import panels, rows_of
from core.forms import refuse, saved
from core.history.changes import events_for
from core.lists import ListView
from core.methods import form_page
from core.together import together
from organizations.permissions import access
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, seen, told
from organizations.views.timeline import MOST as MOST_CHANGES
from organizations.views.timeline import changes
from people.filters.papers import CoverFilter, PolicyFilter
from people.forms.insurance import EndForm, PolicyForm, RenewForm
from people.models import Cover, Person, Policy
from people.papers.insuring import (
    carried_over,
    covered_on,
    end_all,
    end_cover,
    kept_places,
    lasted_until,
    not_on,
    renew,
    restore_cover,
)
from people.tables.papers import CoverTable, PolicyTable, standing_of
from people.views.certificates import team_names


class PolicyList(ListView):
    request: SignedIn
    model = Policy
    table_class = PolicyTable
    filterset_class = PolicyFilter
    list_name = "people:policy_list"
    title = gettext_lazy("保险")
    permission = holding(Right.VIEW_MEMBER)
    template_name = "people/policy_list.html"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().with_covered()  # type: ignore[attr-defined]

    def get_context(self) -> dict[str, Any]:
        return {
            **super().get_context(),
            "search_hint": _("保单号、保险公司"),
            "empty_hint": _("登记保险单并列入被保险人以后，队员才算在保。"),
            "may_create": Right.EDIT_MEMBER in access(self.request.user),
        }


def policy_of(request: SignedIn, pk: int, *, edit: bool = False) -> Policy:
    """A policy out of what may be seen, else 404; ``edit``: whoever keeps it, else 403."""
    found: Policy = seen(Policy.objects.visible_to(request.user).select_related("organization"), pk)
    if edit:
        found.can_edit(request.user).require()
    return found


class PolicyPage(ListView):
    """One policy: its facts and papers, and the people it covers as a list, on any day."""

    request: SignedIn
    model = Cover
    table_class = CoverTable
    filterset_class = CoverFilter
    list_name = "people:policy_detail"
    permission = None
    template_name = "people/policy_detail.html"

    @cached_property
    def policy(self) -> Policy:
        return policy_of(self.request, int(self.kwargs["pk"]))

    @property
    def title(self) -> str:  # type: ignore[override]
        return str(self.policy)

    def get_queryset(self) -> QuerySet:
        user = self.request.user
        visible = Person.objects.visible_to(user).filter(pk=OuterRef("person"))
        return Cover.objects.filter(policy=self.policy).annotate(
            seen=Exists(visible), team_names=team_names(user), may_end=Value(bool(self.policy.can_edit(user)))
        )

    def get_context(self) -> dict[str, Any]:
        policy, user = self.policy, self.request.user
        listed = super().get_context()
        day = self.filterset.form.cleaned_data.get("on")
        read = together(
            papers=rows_of(policy),
            events=events_for(policy, MOST_CHANGES),
            covered=Policy.objects.filter(pk=policy.pk).with_covered(day).values_list("covered", flat=True),  # type: ignore[attr-defined]
        )
        return {
            **listed,
            "policy": policy,
            "facts": _facts(policy),
            "standing": standing_of(policy),
            "covered": read["covered"][0],
            "on": day,
            "may_edit": bool(policy.can_edit(user)),
            "panels": panels(policy, user, Policy.attachment_kinds, rows=read["papers"]),
            "history": changes(policy, read["events"], known=[policy.organization]),
            "search_hint": _("姓名"),
            "empty_hint": _("还没有列入被保险人。"),
        }


def _facts(policy: Policy) -> list[dict[str, Any]]:
    amounts = ((_("意外身故保额"), policy.death_amount), (_("意外医疗保额"), policy.medical_amount))
    lines = [
        (_("登记单位"), policy.organization),
        (_("险种"), policy.get_kind_display()),
        (_("保险公司"), policy.insurer),
        (_("保单号"), policy.number),
        (_("投保单位"), policy.holder),
        (_("保障期"), _("%(start)s 至 %(end)s") % {"start": policy.starts_on, "end": policy.ends_on}),
        *(
            (label, _("%(n)s 万元") % {"n": f"{amount:f}".rstrip("0").rstrip(".")})
            for label, amount in amounts
            if amount
        ),
        (_("说明"), policy.note),
    ]
    return [{"label": label, "value": value} for label, value in lines if value]


# -- entering ---------------------------------------------------------------------------------------------------
@form_page
@login_required
def policy_create(request: SignedIn) -> HttpResponse:
    holding(Right.EDIT_MEMBER)(request.user).require()
    places = kept_places(request.user)
    first = list(places[:2])
    initial = {"organization": request.GET.get("organization") or (first[0].pk if len(first) == 1 else None)}
    form = PolicyForm(request.POST or None, instance=Policy(), places=places, initial=initial)
    return _saved(request, form, title=_("登记保险单"), cancel=reverse("people:policy_list"))


@form_page
@login_required
def policy_edit(request: SignedIn, pk: int) -> HttpResponse:
    policy = policy_of(request, pk, edit=True)
    form = PolicyForm(request.POST or None, instance=policy)
    return _saved(request, form, title=_("更正保险单"), cancel=policy.get_absolute_url())


def _saved(request: SignedIn, form: PolicyForm, *, title: str, cancel: str) -> HttpResponse:
    fresh = form.instance.pk is None
    if request.method == "POST" and form.is_valid() and (policy := saved(form)) is not None:
        messages.success(request, _("保险单已登记，请加入被保险人。") if fresh else _("保险单已保存。"))
        return redirect("people:policy_people", policy.pk) if fresh else redirect(policy)
    keep = f"policy-{form.instance.pk}"
    context = {"title": title, "form": form, "stale": form.clashes, "cancel_url": cancel, "keep_key": keep}
    return render(request, "generic/form.html", context)


# -- ending and renewing ----------------------------------------------------------------------------------------
@form_page
@login_required
def cover_end(request: SignedIn, pk: int) -> HttpResponse:
    here = Cover.objects.filter(policy__in=Policy.objects.visible_to(request.user))
    cover: Cover = seen(here.select_related("policy__organization", "person"), pk)
    cover.policy.can_edit(request.user).require()
    if cover.end_reason:
        return _restore(request, cover)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            end_cover(cover, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("%(name)s的保障已提前终止。") % {"name": cover.person.name})
            return redirect(cover.policy)
    words = {"name": cover.person.name, "start": cover.starts_on, "end": cover.ends_on}
    context = {
        "title": _("提前终止%(name)s的保障") % words,
        "question": _("%(name)s的保障期是 %(start)s 至 %(end)s。") % words,
        "consequences": [
            _("这一天以后不再算在保；同一张保险单里不能再加入，重新投保的另登一张。"),
            _("终止错了的，可以在名单里恢复。"),
        ],
        "form": form, "submit_label": _("提前终止"), "tone": "danger", "cancel_url": cover.policy.get_absolute_url(),
    }  # fmt: skip
    return render(request, "generic/confirm.html", context)


def _restore(request: SignedIn, cover: Cover) -> HttpResponse:
    """Ended by a slip. Who ends it a second time has not asked for this."""
    words = {"name": cover.person.name, "start": cover.starts_on, "end": cover.ends_on, "reason": cover.end_reason,
             "until": lasted_until(cover)}  # fmt: skip
    if request.method == "POST":
        if request.POST.get("action") == "restore":
            try:
                restore_cover(cover)
            except ValidationError as error:
                told(request, error)
            else:
                messages.success(request, _("%(name)s的保障已恢复，到 %(until)s 为止。") % words)
        else:
            messages.error(request, _("%(name)s的保障已经提前终止了。") % words)
        return redirect(cover.policy)
    context = {
        "title": _("恢复%(name)s的保障") % words,
        "question": _("保障已在 %(end)s 提前终止（%(reason)s）。") % words,
        "consequences": [
            _("恢复以后，保障期是 %(start)s 至 %(until)s，中间不断。") % words,
            _("退出以后重新投保的不在这里恢复，另登一张保险单。"),
        ],
        "action": "restore", "submit_label": _("恢复保障"), "cancel_url": cover.policy.get_absolute_url(),
    }  # fmt: skip
    return render(request, "generic/confirm.html", context)


@form_page
@login_required
def policy_end(request: SignedIn, pk: int) -> HttpResponse:
    """Everybody's cover at once: the policy was cancelled, or should not have been entered."""
    policy = policy_of(request, pk, edit=True)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            number = end_all(policy, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已终止 %(n)d 人的保障。") % {"n": number})
            return redirect(policy)
    context = {
        "title": _("终止整张保险单的保障"),
        "question": _("%(policy)s，今天在保 %(n)d 人。") % {"policy": policy, "n": covered_on(policy)},
        "consequences": [_("全部被保险人的保障到这一天为止；保险单和名单保留，不删除。")],
        "form": form, "submit_label": _("全部终止"), "tone": "danger", "cancel_url": policy.get_absolute_url(),
    }  # fmt: skip
    return render(request, "generic/confirm.html", context)


@form_page
@login_required
def policy_renew(request: SignedIn, pk: int) -> HttpResponse:
    policy = policy_of(request, pk, edit=True)
    form = RenewForm(request.POST or None, policy=policy)
    if request.method == "POST" and form.is_valid():
        try:
            fresh, left = renew(policy, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("续保的保险单已登记，%(n)d 人在内。") % {"n": fresh.covers.count()})
            if left:
                names = _("、").join(person.name for person in left[:20])
                messages.warning(request, _("已经离队、没有带过来的：%(names)s。") % {"names": names})
            if missing := not_on(fresh, request.user):
                said = _("还有 %(n)d 名在册队员不在这张保险单里，例如上次投保以后入队的，可以接着加入。")
                messages.warning(request, said % {"n": missing})
            return redirect(fresh)
    staying, left = carried_over(policy)
    context = {"title": _("续保"), "policy": policy, "form": form, "staying": len(staying), "left": left,
               "cancel_url": policy.get_absolute_url(), "submit_label": _("登记续保")}  # fmt: skip
    return render(request, "people/policy_renew.html", context)
