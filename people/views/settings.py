"""Numbers and ranks the region keeps about people."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.forms import VersionedForm
from core.words import yes_no
from organizations.signed_in import SignedIn
from organizations.views.common import edit
from organizations.views.timeline import changes
from people.forms.settings import RankForm, SettingForm
from people.models import PeopleSetting, Rank
from people.settings import SETTINGS, may_manage


@require_safe
@login_required
def setting_list(request: SignedIn) -> HttpResponse:
    may_manage(request.user).require()
    rows = {row.pk: row for row in PeopleSetting.objects.all()}
    lines = []
    for setting in SETTINGS:
        row = rows.get(setting.key)
        value = row.value if row else setting.shipped
        lines.append(
            {
                "setting": setting,
                "value": yes_no(value) if setting.is_switch else f"{value} {setting.unit}",
                "source": row.source if row else setting.source,
                "shipped": row is None,
            }
        )
    context = {"title": _("人员管理参数"), "lines": lines, "ranks": Rank.objects.all()}
    return render(request, "people/setting_list.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def setting_edit(request: SignedIn, key: str) -> HttpResponse:
    may_manage(request.user).require()
    setting = next((setting for setting in SETTINGS if setting.key == key), None)
    if setting is None:
        raise Http404
    row = PeopleSetting.objects.filter(pk=key).first() or PeopleSetting(value=setting.shipped)
    form = SettingForm(request.POST or None, instance=row, setting=setting)
    return _keep(request, form, title=str(setting.label), saved=_("已保存，从现在起按新的办。"))


@require_http_methods(["GET", "POST"])
@login_required
def rank_create(request: SignedIn) -> HttpResponse:
    may_manage(request.user).require()
    form = RankForm(request.POST or None, instance=Rank())
    return _keep(request, form, title=_("增加衔级"), saved=_("衔级已增加。"))


@require_http_methods(["GET", "POST"])
@login_required
def rank_edit(request: SignedIn, key: str) -> HttpResponse:
    may_manage(request.user).require()
    rank = get_object_or_404(Rank, pk=key)
    form = RankForm(request.POST or None, instance=rank)
    return _keep(request, form, title=_("衔级：%(name)s") % {"name": rank.name}, saved=_("衔级已保存。"))


def _keep(request: SignedIn, form: VersionedForm, *, title: str, saved: str) -> HttpResponse:
    record: Any = form.instance
    return edit(
        request, form, title=title, back=reverse("people:setting_list"), saved=saved,
        template="people/setting_edit.html", history=[] if record._state.adding else changes(record),
    )  # fmt: skip
