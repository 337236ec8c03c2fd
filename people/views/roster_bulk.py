"""Acts on several members of one team: who is ticked, then what exactly, then done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core.methods import form_page
from core.words import in_words
from organizations.signed_in import SignedIn
from people.filters.roster import MOST_PICKED, picked
from people.forms.roster import ConfirmForm, GroupForm, MessageForm
from people.membership import moving
from people.membership.moving import Done
from people.models import Membership
from people.states import MembershipState
from people.team_pages import roster_url
from people.views.roster import roster_place

NAMED = 20  # of those an act left out, by name in its answer


@dataclass(frozen=True)
class Act:
    """:param do: (rows, form's values, request) → what came of it. :param done: the sentence about how many."""

    label: StrOrPromise
    form: Any
    do: Callable[[list[Membership], dict[str, Any], Any], Done]
    done: StrOrPromise
    hint: StrOrPromise = ""


ACTS = {
    "group": Act(
        gettext_lazy("移到分组"), GroupForm, lambda rows, typed, request: moving.regroup(rows, typed["group"]),
        gettext_lazy("%(count)d 人已换分组。"),
    ),
    "confirm": Act(
        gettext_lazy("转为正式"), ConfirmForm, lambda rows, typed, request: moving.confirm(rows, request.user),
        gettext_lazy("%(count)d 人已转为正式。"), gettext_lazy("只有预备队员会转为正式，其他人不变。"),
    ),
    "message": Act(
        gettext_lazy("发通知"), MessageForm, lambda rows, typed, request: moving.tell(rows, **typed),
        gettext_lazy("通知已发给 %(count)d 人。"), gettext_lazy("只有开了账号的队员能收到，请另外告诉没有账号的人。"),
    ),
}  # fmt: skip


@form_page
@login_required
def roster_bulk(request: SignedIn, pk: int) -> HttpResponse:
    """``membership`` (repeated), or ``pick=all`` with the filters of the list: whom; ``act``: what.
    A GET asks, a POST does it."""
    place = roster_place(request, pk)
    name = request.POST.get("act") or request.GET.get("act", "")
    act = ACTS.get(name)
    rows = _ticked(request, place.pk)
    if act is None or not rows:
        messages.error(request, _("请先选人，再选要办的事。") if act else _("没有这种办理动作。"))
        return redirect(roster_url(place))
    if len(rows) > MOST_PICKED:
        messages.error(request, _("一次最多办 %(most)d 人，请先筛选。") % {"most": MOST_PICKED})
        return redirect(roster_url(place))
    form = act.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _tell(request, act, act.do(_fitting(name, rows), form.cleaned_data, request))
        return redirect(roster_url(place))
    context = {
        "title": _("%(act)s：%(count)d 人") % {"act": act.label, "count": len(rows)},
        "place": place, "rows": rows, "form": form, "act": name, "hint": act.hint, "submit_label": act.label,
        "cancel_url": roster_url(place), "groups": _groups(place.pk) if name == "group" else [],
    }  # fmt: skip
    return render(request, "people/roster_bulk.html", context)


def _ticked(request: HttpRequest, place: int) -> list[Membership]:
    rows = picked(request, Membership.objects.current().filter(organization=place))
    return list(rows.select_related("person__user", "organization").order_by("number", "pk")[: MOST_PICKED + 1])


def _fitting(name: str, rows: list[Membership]) -> list[Membership]:
    if name != "confirm":
        return rows
    return [row for row in rows if row.state == MembershipState.PROBATION]


def _groups(place: int) -> list[str]:
    rows = Membership.objects.current().filter(organization=place).exclude(group="")
    return list(rows.order_by("group").values_list("group", flat=True).distinct())


def _tell(request: HttpRequest, act: Act, done: Done) -> None:
    if done.count or not done.left_out:
        messages.success(request, str(act.done) % {"count": done.count})
    if done.left_out:
        who = in_words(done.left_out[:NAMED])
        if len(done.left_out) > NAMED:
            who = _("%(names)s等") % {"names": who}
        words = {"count": len(done.left_out), "who": who}
        sentence = (
            _("没有账号、收不到的 %(count)d 人：%(who)s。")
            if act is ACTS["message"]
            else _("没有办的 %(count)d 人：%(who)s。")
        )
        messages.warning(request, sentence % words)


def bulk_url(place: int) -> str:
    return reverse("people:roster_bulk", args=[place])
