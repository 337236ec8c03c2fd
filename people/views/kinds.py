"""Kinds of certificates: read by whoever sees members, changed by the region."""

from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.methods import form_page
from organizations.region import may_manage
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding
from organizations.views.region import keep_entry
from people.forms.certificates import KindForm
from people.models import CertificateKind


@require_safe
@login_required
def kind_list(request: SignedIn) -> HttpResponse:
    manages = may_manage(request.user)
    if not manages:
        holding(Right.VIEW_MEMBER)(request.user).require()
    context = {
        "title": _("证书种类"),
        "kinds": CertificateKind.objects.order_by(models.F("ended_on").desc(nulls_first=True), "position", "key"),
        "may_edit": bool(manages),
    }
    return render(request, "people/kind_list.html", context)


@form_page
@login_required
def kind_edit(request: SignedIn, key: str = "") -> HttpResponse:
    back = reverse("people:kind_list")
    return keep_entry(
        request, KindForm, key, back=back,
        crumbs=[(_("证书"), reverse("people:certificate_list")), (_("证书种类"), back)],
        adding=(_("增加证书种类"), _("证书种类已增加。")),
        changing=(_("证书种类：%(name)s"), _("证书种类已保存；已经登记的证书不变。")),
    )  # fmt: skip
