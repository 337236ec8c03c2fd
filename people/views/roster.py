"""One membership: joining, its page, what becomes of it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.forms import refuse
from core.methods import form_page
from core.words import in_words
from core.workflow import Move, MoveNotAllowed
from organizations.models import Organization, User
from organizations.permissions import can, reach
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import edit, seen, told
from organizations.views.moves import make_move
from people.forms.roster import EndForm, MemberForm, MembershipForm, PresenceForm, ReasonForm, TransferForm
from people.membership.admitting import admit
from people.membership.enrolling import choose_main, let_go, others_of
from people.membership.moving import reinstate, transfer
from people.membership.timeline import story_of
from people.models import Membership, Person
from people.readiness import needs_of, with_needs
from people.tables.roster_cells import STATE_TONES
from people.team_pages import roster_url
from people.validators import young
from people.workflow import MEMBERSHIP


def roster_place(request: SignedIn, pk: int) -> Organization:
    """A team in whose roster the person may enter somebody, else 404 or 403."""
    rows = Organization.objects.in_force().teams().filter(reach(request.user, Right.VIEW_MEMBER, at=""))
    place: Organization = seen(rows, pk)
    can(request.user, Right.EDIT_MEMBER, place).require()
    return place


def membership_kept(request: SignedIn, pk: int) -> Membership:
    rows = Membership.objects.visible_to(request.user).select_related("person", "organization")
    membership: Membership = seen(rows, pk)
    membership.can_edit(request.user).require()
    return membership


@form_page
@login_required
def member_create(request: SignedIn, pk: int) -> HttpResponse:
    place = roster_place(request, pk)
    form = MemberForm(request.POST or None, place=place, user=request.user)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            admitted = admit(form.facts, cleaned["id_type"], cleaned["id_number"], place, **form.about)
        except ValidationError as error:
            refuse(form, error)
        else:
            _welcome(request, admitted.membership, admitted.differing)
            again = request.POST.get("action") == "again"
            return redirect(reverse("people:member_create", args=[place.pk]) if again else roster_url(place))
    context = {
        "title": _("登记队员"), "place": place, "form": form, "sections": form.sections(),
        "cancel_url": roster_url(place), "back_title": place.short_name, "submit_label": _("登记"),
    }  # fmt: skip
    return render(request, "people/roster_member_form.html", context)


def _welcome(request: SignedIn, membership: Membership, differing: list[str]) -> None:
    messages.success(request, _("%(name)s已列入名册。") % {"name": membership.person.name})
    birth = membership.person.birth
    if birth and (said := young(birth, timezone.localdate())):
        messages.warning(request, said)
    if differing:
        labels = [str(Person._meta.get_field(name).verbose_name) for name in differing]  # type: ignore[union-attr]
        messages.warning(request, _("与档案里不一样的没有改：%(facts)s。") % {"facts": in_words(labels)})


# -- one membership -------------------------------------------------------------------------------------
@require_safe
@login_required
def membership_detail(request: SignedIn, pk: int) -> HttpResponse:
    rows = with_needs(Membership.objects.visible_to(request.user)).select_related("person", "organization")
    membership: Membership = seen(rows, pk)
    moves = MEMBERSHIP.available_actions(membership, request.user)
    kept = bool(membership.can_edit(request.user))
    context = {
        "title": _("%(name)s的队籍") % {"name": membership.person.name},
        "membership": membership,
        "tone": STATE_TONES[membership.State(membership.state)],
        "needs": needs_of(membership) if membership.is_current else [],
        "facts": _facts(membership),
        "facts_title": _("队籍"),
        "kept": kept,
        "moves": moves,
        "main": _main_act(membership, request.user) if kept and membership.is_current else "",
        "move_url": reverse("people:membership_move", args=[membership.pk]),
        "version": membership.version,
        "roster_url": roster_url(membership.organization),
        "person_url": membership.person.get_absolute_url(),
        "history": story_of(membership),
    }
    return render(request, "people/roster_membership.html", context)


def _main_act(membership: Membership, user: User) -> str:
    """What the reader may do about which team is the main one: ``choose``, ``let_go`` or nothing."""
    if not membership.person.can_edit(user):
        return ""
    if not membership.is_main:
        return "choose"
    return "let_go" if others_of(membership).exists() else ""


def _facts(membership: Membership) -> list[dict[str, Any]]:
    lines = [
        (_("证件号码"), membership.person.id_masked), (_("身份"), membership.get_kind_display()),
        (_("队内编号"), membership.number), (_("分组"), membership.group), (_("队内职务"), membership.duty),
        (_("入队日期"), membership.joined_on), (_("入队依据"), membership.basis),
    ]  # fmt: skip
    if membership.is_current:
        lines.append((_("主要队伍"), in_words(membership.is_main)))
        lines.append((_("在队情况"), membership.get_presence_display()))
    if membership.is_current and membership.is_away:
        lines += [(_("预计归队"), membership.away_until), (_("请假或暂停原因"), membership.away_reason)]
    if membership.left_on:
        lines += [
            (_("退队日期"), membership.left_on), (_("退队类型"), membership.get_end_kind_display()),
            (_("退队原因"), membership.end_reason),
        ]  # fmt: skip
    return [{"label": label, "value": in_words(value)} for label, value in lines]


def _edited(request: SignedIn, pk: int, form_class: Any, title: str, saved: str) -> HttpResponse:
    membership = membership_kept(request, pk)
    back = reverse("people:membership_detail", args=[membership.pk])
    if not membership.is_current and form_class is PresenceForm:
        messages.error(request, _("已经退队的，不能登记请假或暂停。"))
        return redirect(back)
    form = form_class(request.POST or None, instance=membership)
    return edit(request, form, title=title % {"name": membership.person.name}, back=back, saved=saved)


@form_page
@login_required
def membership_edit(request: SignedIn, pk: int) -> HttpResponse:
    return _edited(request, pk, MembershipForm, _("修改%(name)s的队籍"), _("已保存。"))


@form_page
@login_required
def membership_presence(request: SignedIn, pk: int) -> HttpResponse:
    return _edited(request, pk, PresenceForm, _("%(name)s的在队情况"), _("在队情况已更新。"))


@require_POST
@login_required
def membership_main(request: SignedIn, pk: int) -> HttpResponse:
    membership = membership_kept(request, pk)
    membership.person.can_edit(request.user).require()  # the main team lets go; it is not taken away from it
    words = {"team": membership.organization.short_name, "name": membership.person.name}
    try:
        if request.POST.get("action") == "let_go":
            let_go(membership)
            messages.success(request, _("%(team)s不再是%(name)s的主要队伍。") % words)
        else:
            choose_main(membership)
            messages.success(request, _("%(team)s现在是%(name)s的主要队伍。") % words)
    except ValidationError as error:
        told(request, error)
    return redirect("people:membership_detail", membership.pk)


# -- moves ----------------------------------------------------------------------------------------------
_FORMS: dict[str, Any] = {"end": EndForm, "demote": ReasonForm, "reinstate": ReasonForm}


@form_page
@login_required
def membership_move(request: SignedIn, pk: int) -> HttpResponse:
    """转为正式、转为预备、退队、恢复."""
    rows = Membership.objects.visible_to(request.user).select_related("person", "organization")
    membership: Membership = seen(rows, pk)
    back = reverse("people:membership_detail", args=[membership.pk])

    def make(action: str, **told: Any) -> Membership:
        if action == "reinstate":
            return reinstate(membership, **told)
        return MEMBERSHIP.perform_seen(membership, action, **told)

    def done(fresh: Membership, move: Move) -> HttpResponse:
        words = {"name": membership.person.name, "act": move.label}
        messages.success(request, _("%(name)s：%(act)s已完成。") % words)
        return redirect(back)

    return make_move(
        request, membership, MEMBERSHIP, make=make, done=done, back=back,
        form_of=lambda move, data: _FORMS[move.action](data) if move.action in _FORMS else None,
        page=lambda move, form: _asking(membership, move),
    )  # fmt: skip


def _asking(membership: Membership, move: Move) -> dict[str, Any]:
    words = {"name": membership.person.name, "team": membership.organization.short_name}
    consequences = []
    if move.action == "end":
        consequences = [_("退队以后不再计入在册；档案和记录保留。"), _("转到别的队伍的，请用“转队”办理。")]
    if move.action == "reinstate":
        consequences = [_("办错了的才恢复；退队以前是正式的还是正式，是预备的还是预备。")]
    return {
        "title": _("%(act)s：%(name)s") % {"act": move.label, "name": membership.person.name},
        "question": _("%(name)s，%(team)s，现在是“%(state)s”。") % {**words, "state": membership.get_state_display()},
        "consequences": consequences,
    }


@form_page
@login_required
def membership_transfer(request: SignedIn, pk: int) -> HttpResponse:
    membership = membership_kept(request, pk)
    back = reverse("people:membership_detail", args=[membership.pk])
    if not membership.is_current:
        messages.error(request, _("已经退队的，不能办理转队。"))
        return redirect(back)
    form = TransferForm(request.POST or None, membership=membership, user=request.user)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            new = transfer(membership, cleaned["to"], on=cleaned["on"], by=request.user, reason=cleaned["reason"])
        except MoveNotAllowed as refusal:
            messages.error(request, str(refusal.message))
            return redirect(back)
        except ValidationError as error:
            refuse(form, _under_own_names(error))
        else:
            return _transferred(request, membership, new)
    context = {
        "title": _("转队：%(name)s") % {"name": membership.person.name},
        "question": _("在%(team)s的队籍从转队日期起结束，类型记为“转队”。")
        % {"team": membership.organization.short_name},
        "consequences": [
            _("转到您也管理名册的队伍，那里的队籍同时开始，预备、正式不变。"),
            _("转到其他队伍的，由那支队伍按证件号码登记，会并到同一份档案。"),
        ],
        "form": form,
        "submit_label": _("办理转队"),
        "cancel_url": back,
    }
    return render(request, "generic/confirm.html", context)


def _under_own_names(error: ValidationError) -> ValidationError:
    """The form calls the day and the reason shorter than the model does."""
    if not hasattr(error, "error_dict"):
        return error
    own = {"left_on": "on", "joined_on": "on", "end_reason": "reason"}
    return ValidationError({own.get(name, name): errors for name, errors in error.error_dict.items()})


def _transferred(request: SignedIn, old: Membership, new: Membership | None) -> HttpResponse:
    words = {"name": old.person.name, "from": old.organization.short_name}
    if new is None:
        messages.success(request, _("%(name)s已从%(from)s转出。") % words)
        messages.info(request, _("请告诉新的队伍按证件号码登记，会并到同一份档案。"))
        return redirect(roster_url(old.organization))
    messages.success(request, _("%(name)s已转到%(to)s。") % {**words, "to": new.organization.short_name})
    return redirect("people:membership_detail", new.pk)
