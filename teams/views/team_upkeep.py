"""Facts, posts, coverage and emblem register that a team and its office change without a filing; and its standing."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import VersionedForm, refuse
from core.methods import form_page
from core.workflow import Move
from organizations.signed_in import SignedIn
from organizations.views.common import edit, seen, told
from organizations.views.moves import make_move
from teams.facts import BASE, NAME, REGISTRATION, SUPPORT, section_names
from teams.forms.teams import (
    CoverageEndForm,
    CoverageForm,
    EmblemForm,
    EmblemSettleForm,
    PostEndForm,
    PostForm,
    StandingForm,
    TeamFactsForm,
)
from teams.models import Coverage, EmblemItem, Team, TeamPost
from teams.on_file.posting import link
from teams.on_file.standing import CONSEQUENCES, WORKFLOW
from teams.on_file.upkeep import end_post, touch
from teams.views.team_common import kept_team, not_now


@form_page
@login_required
def team_edit(request: SignedIn, pk: int) -> HttpResponse:
    team = kept_team(request, pk)
    if (refused := not_now(request, team)) is not None:
        return refused
    form = TeamFactsForm(request.POST or None, instance=team)
    response = edit(
        request, form, title=_("修改%(team)s的信息") % {"team": team.name}, back=team, saved=_("已保存。"),  # type: ignore[arg-type]
        sections=_sections(form),
    )  # fmt: skip
    if response.status_code == 302 and form.outside:
        messages.warning(request, _("坐标不在内蒙古范围内，已保存；请核对经度、纬度有没有填反。"))
    return response


def _sections(form: TeamFactsForm) -> list[dict[str, Any]]:
    asked = {
        section: [form[name] for name in section_names(section) if name in form.fields]
        for section in (NAME, REGISTRATION, BASE, SUPPORT)
    }
    return [{"title": section.title, "fields": fields} for section, fields in asked.items() if fields]


def _entered(request: SignedIn, team: Team, form: VersionedForm, *, title: str, back: str, saved: str) -> HttpResponse:
    """Show, check and save one row that hangs on the team."""
    response = edit(request, form, title=title, back=reverse(back, args=[team.pk]), saved=saved)
    if response.status_code == 302:
        touch(team)
    return response


def _row(request: SignedIn, model: type[Model], pk: int) -> Any:
    """A row of a team whose own facts the person may change, else 404 or 403."""
    row = seen(model.objects.visible_to(request.user).select_related("team__organization"), pk)  # type: ignore[attr-defined]
    row.team.can_edit(request.user).require()
    return row


# -- posts ----------------------------------------------------------------------------------------------
@form_page
@login_required
def post_create(request: SignedIn, pk: int) -> HttpResponse:
    team = kept_team(request, pk)
    if (refused := not_now(request, team)) is not None:
        return refused
    form = PostForm(request.POST or None, instance=TeamPost(team=team), by=request.user)
    title = _("登记%(team)s的岗位") % {"team": team.name}
    return _entered(request, team, form, title=title, back="teams:team_posts", saved=_("岗位已登记。"))


@form_page
@login_required
def post_edit(request: SignedIn, pk: int) -> HttpResponse:
    post = _row(request, TeamPost, pk)
    if (refused := not_now(request, post.team)) is not None:
        return refused
    if post.is_filed_role:
        messages.error(request, _("队长、副队长的任职按备案变更，不能直接改；请在队伍页面申请变更。"))
        return redirect("teams:team_posts", post.team_id)
    form = PostForm(request.POST or None, instance=post, by=request.user)
    title = _("更正%(post)s的任职信息") % {"post": post}
    return _entered(request, post.team, form, title=title, back="teams:team_posts", saved=_("已更正。"))


@require_POST
@login_required
def post_link(request: SignedIn, pk: int) -> HttpResponse:
    """The post is held by the member its name and telephone mean."""
    post = _row(request, TeamPost, pk)
    if (refused := not_now(request, post.team)) is not None:
        return refused
    try:
        person = link(post, by=request.user)
    except ValidationError as error:
        told(request, error)
    else:
        messages.success(request, _("%(post)s已对应到队员%(person)s。") % {"post": post, "person": person})
    return redirect("teams:team_posts", post.team_id)


@form_page
@login_required
def post_end(request: SignedIn, pk: int) -> HttpResponse:
    post = _row(request, TeamPost, pk)
    if (refused := not_now(request, post.team)) is not None:
        return refused
    back = reverse("teams:team_posts", args=[post.team_id])
    if not post.is_current:
        messages.error(request, _("%(name)s已经登记离任了。") % {"name": post.name})
        return redirect(back)
    form = PostEndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            end_post(post, on=form.cleaned_data["ends_on"], reason=form.cleaned_data["end_reason"], by=request.user)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("%(post)s已登记离任。") % {"post": post})
            return redirect(back)
    filed = [_("登记后队伍页面会提示与备案不一致；新的人选按“变更”备案。")] if post.is_filed_role else []
    context = {
        "title": _("登记%(post)s离任") % {"post": post},
        "question": _("%(name)s从 %(day)s 起任%(role)s。") % {
            "name": post.name, "day": post.starts_on.isoformat(), "role": post.get_role_display(),
        },
        "consequences": filed,
        "form": form,
        "submit_label": _("登记离任"),
        "cancel_url": back,
    }  # fmt: skip
    return render(request, "generic/confirm.html", context)


# -- coverage -------------------------------------------------------------------------------------------
@form_page
@login_required
def coverage_create(request: SignedIn, pk: int) -> HttpResponse:
    team = kept_team(request, pk)
    if (refused := not_now(request, team)) is not None:
        return refused
    form = CoverageForm(request.POST or None, instance=Coverage(team=team))
    title = _("登记%(team)s的辐射范围") % {"team": team.name}
    return _entered(request, team, form, title=title, back="teams:team_detail", saved=_("辐射范围已登记。"))


@form_page
@login_required
def coverage_end(request: SignedIn, pk: int) -> HttpResponse:
    row = _row(request, Coverage, pk)
    if (refused := not_now(request, row.team)) is not None:
        return refused
    form = CoverageEndForm(request.POST or None, instance=row)
    title = _("不再覆盖%(place)s") % {"place": row}
    return _entered(request, row.team, form, title=title, back="teams:team_detail", saved=_("辐射范围已更新。"))


# -- emblem register ------------------------------------------------------------------------------------
@form_page
@login_required
def emblem_create(request: SignedIn, pk: int) -> HttpResponse:
    team = kept_team(request, pk)
    if (refused := not_now(request, team)) is not None:
        return refused
    form = EmblemForm(request.POST or None, instance=EmblemItem(team=team))
    title = _("登记%(team)s的标志使用") % {"team": team.name}
    return _entered(request, team, form, title=title, back="teams:team_emblem", saved=_("已登记。"))


def _emblem(request: SignedIn, pk: int, form_class: Callable[..., VersionedForm], title: str) -> HttpResponse:
    item = _row(request, EmblemItem, pk)
    if (refused := not_now(request, item.team)) is not None:
        return refused
    form = form_class(request.POST or None, instance=item)
    return _entered(
        request, item.team, form, title=title % {"item": item}, back="teams:team_emblem", saved=_("已保存。")
    )


@form_page
@login_required
def emblem_edit(request: SignedIn, pk: int) -> HttpResponse:
    return _emblem(request, pk, EmblemForm, _("更正%(item)s的登记"))


@form_page
@login_required
def emblem_settle(request: SignedIn, pk: int) -> HttpResponse:
    return _emblem(request, pk, EmblemSettleForm, _("%(item)s的收回和销毁"))


# -- standing -------------------------------------------------------------------------------------------
@form_page
@login_required
def team_standing(request: SignedIn, pk: int) -> HttpResponse:
    """责令整改、整改完成、暂停: asks for the reason, then does it."""
    team: Team = seen(Team.objects.visible_to(request.user).select_related("organization"), pk)

    def done(fresh: Team, move: Move) -> HttpResponse:
        messages.success(request, _("%(team)s：%(act)s已办理。") % {"team": team.name, "act": move.label})
        return redirect(team)

    return make_move(
        request, team, WORKFLOW, done=done,
        form_of=lambda move, data: StandingForm(data),
        page=lambda move, form: {
            "question": _("队伍现在是“%(state)s”。") % {"state": team.get_status_display()},
            "consequences": CONSEQUENCES[move.action],
        },
    )  # fmt: skip
