"""Appointments: list, appoint, end, hand over."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_safe

from core.forms import refuse
from core.keys import key
from core.lists import ListView
from core.methods import form_page
from core.words import moment
from organizations import accounts
from organizations.filters import AppointmentFilter
from organizations.forms import AppointForm, HandOverForm, InstantForm
from organizations.models import Appointment, Organization, User
from organizations.permissions import reach
from organizations.roles import ROLES, Right
from organizations.signed_in import SignedIn
from organizations.tables import AppointmentTable
from organizations.views.accounts import visible
from organizations.views.common import holding, pick_place, seen, told


class AppointmentList(ListView):
    model = Appointment
    table_class = AppointmentTable
    filterset_class = AppointmentFilter
    list_name = "organizations:appointment_list"
    title = pgettext_lazy("many", "任职")
    permission = holding(Right.VIEW_ACCOUNT)


@require_safe
@login_required
def appointment_pick(request: SignedIn, pk: int) -> HttpResponse:
    account = visible(request, pk)
    _require_other(request, account)

    def url(place: Organization) -> str:
        return f"{reverse('organizations:appointment_create', args=[account.pk])}?at={place.pk}"

    return pick_place(
        request,
        lasting=True,
        title=_("%(name)s在哪个单位任职") % {"name": account},
        right=Right.MANAGE_ACCOUNT,
        url=url,
    )


@form_page
@login_required
def appointment_create(request: SignedIn, pk: int) -> HttpResponse:
    account = visible(request, pk)
    place = _place(request, account)
    accounts.can_appoint(request.user, account, place).require()
    form = AppointForm(request.POST or None, organization=place)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            appointment = accounts.appoint(
                account,
                role=facts["role"],
                organization=place,
                by=request.user,
                basis=facts["basis"],
                starts_at=accounts.start_of_duty(facts["starts_on"]),
            )
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已任职：%(what)s。") % {"what": appointment})
            return redirect(account)
    purposes = [{"label": role.label, "purpose": role.purpose} for role in ROLES.values() if place.level in role.levels]
    context = {
        "title": _("给%(name)s任职") % {"name": account},
        "form": form,
        "account": account,
        "place": place,
        "purposes": purposes,
        "submit_label": pgettext("move", "任职"),
        "cancel_url": account.get_absolute_url(),
        "elsewhere_url": reverse("organizations:appointment_pick", args=[account.pk]),
    }
    return render(request, "organizations/appointment_form.html", context)


def _place(request: SignedIn, account: User) -> Organization:
    asked = request.GET.get("at", "")
    if not asked:
        return account.organization
    rows = Organization.objects.filter(reach(request.user, Right.MANAGE_ACCOUNT, at=""))
    return seen(rows, key(asked))


def _require_other(request: SignedIn, account: User) -> None:
    holding(Right.MANAGE_ACCOUNT)(request.user).require()
    if account.pk == request.user.pk:
        accounts.can_appoint(request.user, account, account.organization).require()


@form_page
@login_required
def appointment_end(request: SignedIn, pk: int) -> HttpResponse:
    appointment = _managed(request, pk)
    form = InstantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            accounts.end_appointment(appointment, by=request.user, reason=facts["reason"], at=facts["at"])
        except ValidationError as error:
            if error.args and getattr(error, "code", "") == "state":
                told(request, error)
                return redirect(appointment.user)
            refuse(form, error)
        else:
            words = {"what": appointment, "at": moment(facts["at"])}
            later = _("任职将于 %(at)s 终止：%(what)s。") % words
            messages.success(request, later if facts["at"] else _("任职已终止：%(what)s。") % words)
            return redirect(appointment.user)
    context = {
        "title": _("终止任职"),
        "question": f"{appointment}",
        "form": form,
        "submit_label": _("终止任职"),
        "tone": "danger",
        "consequences": [
            *_settled(appointment),
            _("权限到时立即停止，已登录的也一样。"),
            _("这项任职留在历史里。"),
            _("有人接任的，请用“交接”，免得职责空着。"),
        ],
        "cancel_url": appointment.user.get_absolute_url(),
    }
    return render(request, "generic/confirm.html", context)


@form_page
@login_required
def appointment_hand_over(request: SignedIn, pk: int) -> HttpResponse:
    appointment = _managed(request, pk)
    form = HandOverForm(request.POST or None, user=request.user, appointment=appointment)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            new = accounts.hand_over(
                appointment,
                to=facts["to"],
                by=request.user,
                reason=facts["reason"],
                basis=facts["basis"],
                at=facts["at"],
            )
        except ValidationError as error:
            refuse(form, error)
        else:
            words = {"role": new.get_role_display(), "to": new.user, "at": moment(facts["at"])}
            later = _("“%(role)s”将于 %(at)s 交给%(to)s，待办到时随职责走。") % words
            done = _("“%(role)s”已交给%(to)s。待办随职责走，不用另外转。") % words
            messages.success(request, later if facts["at"] else done)
            return redirect(new.user)
    words = {"who": appointment.user, "where": appointment.organization, "role": appointment.get_role_display()}
    context = {
        "title": _("交接职责"),
        "question": _("%(who)s把%(where)s的“%(role)s”交给：") % words,
        "form": form,
        "consequences": [
            *_settled(appointment),
            _("原任和新任在同一时刻交接，中间不空、不重叠。"),
            _("未办的事项自动归接任人。"),
        ],
        "submit_label": _("交接"),
        "cancel_url": appointment.user.get_absolute_url(),
    }
    return render(request, "generic/confirm.html", context)


def _settled(appointment: Appointment) -> list[str]:
    """That its end is settled already, perhaps in another window, and can be put off."""
    if appointment.ends_at is None or appointment.ends_at <= timezone.now():
        return []
    words = {"at": moment(appointment.ends_at), "reason": appointment.end_reason}
    return [_("这项任职已定于 %(at)s 终止（%(reason)s）。这次填的时间代替它，可以提前，也可以推迟。") % words]


def _managed(request: SignedIn, pk: int) -> Appointment:
    rows = Appointment.objects.visible_to(request.user).select_related("user__organization", "organization")
    appointment: Appointment = seen(rows, pk)
    accounts.can_appoint(request.user, appointment.user, appointment.organization).require()
    return appointment
