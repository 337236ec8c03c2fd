"""Accounts: list, page, open, passwords, close, move; and everybody's own account."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core import audit, masking
from core.forms import refuse
from core.language import in_chinese, sentence
from core.lists import ListView
from core.methods import form_page
from core.models import AccessLog
from core.notices import notify
from core.words import moment
from organizations import accounts
from organizations.filters import UserFilter
from organizations.forms import AccountFactsForm, AccountForm, OneTimePasswordForm, OwnFactsForm, ReasonForm
from organizations.models import Appointment, Organization, User
from organizations.permissions import access, can, reach
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.signin import lockout
from organizations.signin.factors import has_factor
from organizations.tables import UserTable, account_state, appointment_state
from organizations.views.common import edit, holding, pick_place, seen, told
from organizations.views.timeline import changes


class UserList(ListView):
    request: SignedIn
    model = User
    table_class = UserTable
    filterset_class = UserFilter
    list_name = "organizations:user_list"
    title = pgettext_lazy("many", "账号")
    permission = holding(Right.VIEW_ACCOUNT)
    full_export = holding(Right.EXPORT_FULL)
    template_name = "organizations/user_list.html"

    def get_queryset(self) -> QuerySet:
        rows = super().get_queryset()
        if self.request.GET.get("full") == "1":
            # One sees below, but gives away whole numbers of the own office and its teams only.
            rows = rows.filter(reach(self.request.user, Right.EXPORT_FULL, at="organization"))
        now = Appointment.objects.in_force().select_related("organization").order_by("organization__path", "role")
        now = now.only("user", "role", "organization__short_name")  # what 现任职责 is made of
        return rows.prefetch_related(Prefetch("appointments", now, to_attr="duties_now"))

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), "may_manage": Right.MANAGE_ACCOUNT in access(self.request.user)}


def visible(request: SignedIn, pk: int) -> User:
    return seen(User.objects.visible_to(request.user).select_related("organization"), pk)


def duties_of(user: User, *, reader: User) -> list[dict[str, Any]]:
    """Every appointment of the person, newest first, each with its state and whether ``reader`` may open its place."""
    rows = user.appointments.select_related("organization", "appointed_by", "ended_by").order_by("-starts_at", "-pk")
    return [
        {
            "appointment": row,
            "state": appointment_state(row),
            "opens": can(reader, Right.VIEW_ORGANIZATION, row.organization),
        }
        for row in rows
    ]


@require_safe
@login_required
def user_detail(request: SignedIn, pk: int) -> HttpResponse:
    if pk == request.user.pk:
        return redirect("organizations:my_account")
    account = visible(request, pk)
    manage = accounts.can_manage(request.user, account)
    tone, label = account_state(account)
    rows = duties_of(account, reader=request.user)
    for row in rows:
        row["open"] = bool(accounts.can_end(request.user, row["appointment"]))
    context = {
        "title": account.name,
        "account": account,
        "tone": tone,
        "state_label": label,
        "facts": _facts(account),
        "facts_title": _("账号"),
        "manage": manage,
        "locked_until": lockout.lock_of(account) if manage and account.is_active else None,
        "may_appoint": account.is_active and accounts.can_appoint(request.user, account, account.organization),
        "rows": rows,
        "history": changes(account),
        "why_url": f"{reverse('organizations:organization_access', args=[account.organization_id])}?right=view_account",
    }
    return render(request, "organizations/user_detail.html", context)


def _facts(account: User) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"label": _("登录名"), "value": account.username},
        {"label": _("所在单位"), "value": account.organization, "url": account.organization.get_absolute_url()},
        {"label": _("手机"), "value": masking.phone(account.phone)},
        {"label": _("邮箱"), "value": masking.email(account.email)},
        {"label": _("开户时间"), "value": moment(account.created_at)},
        {"label": _("最近登录"), "value": moment(account.last_login) or _("还没有登录过")},
    ]
    if not account.is_active:
        facts.append(
            {"label": _("停用"), "value": _("，").join([moment(account.deactivated_at), account.deactivated_reason])}
        )
    return facts


@form_page
@login_required
def my_account(request: SignedIn) -> HttpResponse:
    """The own account: data one keeps up to date, duties held and once held."""
    user = User.objects.select_related("organization").get(pk=request.user.pk)
    form = OwnFactsForm(request.POST or None, instance=user)
    context = {"account": user, "rows": duties_of(user, reader=user), "template": "organizations/my_account.html"}
    return edit(
        request, form, title=_("我的账号"), back=reverse("organizations:my_account"), saved=_("已保存。"), **context
    )


# -- opening ------------------------------------------------------------------------------------------
@require_safe
@login_required
def user_pick(request: SignedIn) -> HttpResponse:
    """Where is the account to be opened?"""
    holding(Right.MANAGE_ACCOUNT)(request.user).require()

    def url(place: Organization) -> str:
        return reverse("organizations:user_create", args=[place.pk])

    return pick_place(request, title=_("给哪个单位开账号"), right=Right.MANAGE_ACCOUNT, url=url, lasting=True)


@never_cache
@form_page
@login_required
def user_create(request: SignedIn, pk: int) -> HttpResponse:
    place = seen(Organization.objects.visible_to(request.user), pk)
    can(request.user, Right.MANAGE_ACCOUNT, place).require()
    form = AccountForm(request.POST or None, organization=place)
    if request.method == "POST" and form.is_valid():
        try:
            account, password = _open(request.user, place, form)
        except ValidationError as error:
            refuse(form, error)
        else:
            return show_password(request, account, password, _("账号已开设"))
    sections = [
        {"title": _("这个人"), "fields": [form[name] for name in ("name", "username", "phone", "email")]},
        {
            "title": _("职责"),
            "hint": _("一开户就任职的填这里，也可以以后再任。"),
            "fields": [form[name] for name in ("role", "starts_on", "basis")],
        },
    ]
    context = {
        "title": _("给%(place)s开账号") % {"place": place},
        "form": form,
        "sections": sections,
        "submit_label": _("开设账号"),
        "cancel_url": place.get_absolute_url(),
        "keep_key": f"user-new-{place.pk}",
    }
    return render(request, "generic/form.html", context)


@transaction.atomic
def _open(by: User, place: Organization, form: AccountForm) -> tuple[User, str]:
    account, password = accounts.open_account(by=by, organization=place, **form.account_facts())
    accounts.give_first_duty(account, by=by, **form.duty_facts())
    return account, password


def show_password(request: SignedIn, account: User, password: str, done: str) -> HttpResponse:
    """The one page that shows a one-time password: the answer to the POST itself, kept nowhere."""
    context = {"title": done, "account": account, "password": password}
    response = render(request, "organizations/one_time_password.html", context)
    response["Cache-Control"] = "no-store, private"
    return response


# -- changing -----------------------------------------------------------------------------------------
@form_page
@login_required
def user_edit(request: SignedIn, pk: int) -> HttpResponse:
    account = visible(request, pk)
    accounts.can_manage(request.user, account).require()
    form = AccountFactsForm(request.POST or None, instance=account)
    return edit(
        request, form, title=_("修改%(name)s的资料") % {"name": account.name}, back=account, saved=_("资料已保存。")
    )


@form_page
@login_required
def user_password(request: SignedIn, pk: int) -> HttpResponse:
    account = visible(request, pk)
    accounts.can_manage(request.user, account).require()
    form = OneTimePasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            password = accounts.set_one_time_password(account, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            told(request, error)
            return redirect(account)
        with in_chinese():
            title = _("您的密码已由%(who)s重设") % {"who": request.user}
        notify([account], kind="password_reset", title=title)
        return show_password(request, account, password, _("一次性密码已设"))
    context = {
        "title": _("给%(name)s设一次性密码") % {"name": account},
        "question": _("会生成一个新密码，只显示一次，由您当面或打电话告诉本人。"),
        "consequences": [
            _("原来的密码马上不能用。"),
            _("此人所有已登录的设备都会退出。"),
            _("此人下次登录要改成自己的密码。"),
        ],
        "form": form if has_factor(account) else None,
        "submit_label": _("生成密码"),
        "cancel_url": account.get_absolute_url(),
    }
    return render(request, "generic/confirm.html", context)


@form_page
@login_required
def user_deactivate(request: SignedIn, pk: int) -> HttpResponse:
    account = visible(request, pk)
    accounts.can_manage(request.user, account).require()
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.deactivate(account, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("%(name)s的账号已停用，任职同时终止。") % {"name": account})
        except ValidationError as error:
            told(request, error)
        return redirect(account)
    held = [
        _("：").join([str(row.organization), row.get_role_display()])
        for row in account.appointments.in_force().select_related("organization")
    ]
    consequences = [_("马上不能登录，已登录的设备都会退出。"), _("经手的记录都保留。")]
    if held:
        consequences.insert(0, _("同时终止的任职：%(held)s。") % {"held": _("、").join(held)})
    context = {
        "title": _("停用%(name)s的账号") % {"name": account},
        "question": _("确定停用吗？"),
        "consequences": consequences,
        "form": form,
        "submit_label": _("停用账号"),
        "tone": "danger",
        "cancel_url": account.get_absolute_url(),
    }
    return render(request, "generic/confirm.html", context)


@form_page
@login_required
def user_reactivate(request: SignedIn, pk: int) -> HttpResponse:
    account = visible(request, pk)
    accounts.can_manage(request.user, account).require()
    if request.method == "POST":
        try:
            password = accounts.reactivate(account, by=request.user)
        except ValidationError as error:
            told(request, error)
            return redirect(account)
        return show_password(request, account, password, _("账号已恢复"))
    context = {
        "title": _("恢复%(name)s的账号") % {"name": account},
        "question": _("恢复后可以登录，但没有任何职责，要重新任职。"),
        "consequences": [_("会生成一次性密码，只显示一次。")],
        "submit_label": _("恢复账号"),
        "cancel_url": account.get_absolute_url(),
    }
    return render(request, "generic/confirm.html", context)


@require_safe
@login_required
def user_transfer_pick(request: SignedIn, pk: int) -> HttpResponse:
    account = visible(request, pk)
    accounts.can_manage(request.user, account).require()

    def url(place: Organization) -> str:
        return reverse("organizations:user_transfer", args=[account.pk, place.pk])

    return pick_place(
        request, title=_("%(name)s调到哪个单位") % {"name": account}, right=Right.MANAGE_ACCOUNT, url=url, lasting=True
    )


@form_page
@login_required
def user_transfer(request: SignedIn, pk: int, place_pk: int) -> HttpResponse:
    account = visible(request, pk)
    accounts.can_manage(request.user, account).require()
    place = seen(Organization.objects.staying().filter(reach(request.user, Right.MANAGE_ACCOUNT, at="")), place_pk)
    if request.method == "POST":
        try:
            accounts.transfer(account, by=request.user, to=place)
            messages.success(request, _("%(name)s已调到%(place)s。") % {"name": account, "place": place})
        except ValidationError as error:
            told(request, error)
        return redirect(account)
    words = {"name": account, "from": account.organization, "to": place}
    context = {
        "title": _("调动%(name)s") % words,
        "question": _("把%(name)s的账号从%(from)s调到%(to)s。") % words,
        "consequences": [_("原来的任职不会自动终止，需要的请另行终止或交接。")],
        "submit_label": _("调动"),
        "cancel_url": account.get_absolute_url(),
    }
    return render(request, "generic/confirm.html", context)


@require_POST
@login_required
def user_reveal(request: SignedIn, pk: int) -> HttpResponse:
    """The whole telephone number and address, for those who keep the account. It is recorded."""
    account = visible(request, pk)
    accounts.can_manage(request.user, account).require()
    what = sentence(gettext_lazy("%(name)s的联系方式"), {"name": account})
    audit.record(AccessLog.Kind.REVEALED, request=request, subject=what)
    return render(request, "organizations/_contact.html", {"account": account})
