"""Numbers and ranks the region keeps about people."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.adjustable import lines_of
from core.methods import form_page
from organizations.region import may_manage
from organizations.signed_in import SignedIn
from organizations.views.region import keep_entry, set_number
from people.forms.settings import RankForm, SettingForm
from people.models import PeopleSetting, Rank
from people.settings import SETTINGS


@require_safe
@login_required
def setting_list(request: SignedIn) -> HttpResponse:
    may_manage(request.user).require()
    lines = lines_of(PeopleSetting, SETTINGS)
    context = {"title": _("人员管理参数"), "lines": lines, "ranks": Rank.objects.all()}
    return render(request, "people/setting_list.html", context)


@form_page
@login_required
def setting_edit(request: SignedIn, key: str) -> HttpResponse:
    may_manage(request.user).require()
    return set_number(
        request, key, settings=SETTINGS, model=PeopleSetting, form_class=SettingForm,
        back=reverse("people:setting_list"), back_title=_("人员管理参数"),
    )  # fmt: skip


@form_page
@login_required
def rank_edit(request: SignedIn, key: str = "") -> HttpResponse:
    back = reverse("people:setting_list")
    return keep_entry(
        request, RankForm, key, back=back, crumbs=[(_("人员管理参数"), back)],
        adding=(_("增加衔级"), _("衔级已增加。")), changing=(_("衔级：%(name)s"), _("衔级已保存。")),
    )  # fmt: skip
