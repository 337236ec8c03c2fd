"""What the region keeps about trainings: subjects of drills, numbers."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.adjustable import lines_of
from core.methods import form_page
from organizations.region import may_manage
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding
from organizations.views.region import keep_entry, set_number
from training.forms.catalogue import SettingForm, SubjectForm
from training.models import Subject, TrainingSetting
from training.settings import SETTINGS
from training.views.catalogue_common import tabs


@require_safe
@login_required
def subject_list(request: SignedIn) -> HttpResponse:
    manages = may_manage(request.user)
    if not manages:
        holding(Right.VIEW_TRAINING)(request.user).require()
    rows = Subject.objects.order_by(models.F("ended_on").desc(nulls_first=True), "position", "key")
    context = {"title": _("演练科目"), "tabs": tabs(request), "subjects": rows, "may_edit": bool(manages)}
    return render(request, "training/subject_list.html", context)


@form_page
@login_required
def subject_edit(request: SignedIn, key: str = "") -> HttpResponse:
    back = reverse("training:subject_list")
    return keep_entry(
        request, SubjectForm, key, back=back, crumbs=[(_("演练科目"), back)],
        adding=(_("增加演练科目"), _("演练科目已增加。")),
        changing=(_("演练科目：%(name)s"), _("演练科目已保存；已经登记的演练不变。")),
    )  # fmt: skip


@require_safe
@login_required
def setting_list(request: SignedIn) -> HttpResponse:
    may_manage(request.user).require()
    context = {"title": _("培训演练参数"), "tabs": tabs(request), "lines": lines_of(TrainingSetting, SETTINGS)}
    return render(request, "training/setting_list.html", context)


@form_page
@login_required
def setting_edit(request: SignedIn, key: str) -> HttpResponse:
    may_manage(request.user).require()
    return set_number(
        request, key, settings=SETTINGS, model=TrainingSetting, form_class=partial(SettingForm, by=request.user),
        back=reverse("training:setting_list"), back_title=_("培训演练参数"),
    )  # fmt: skip
