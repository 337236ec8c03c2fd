"""Kinds of paper, checks and categories: read by everybody who sees teams, changed by the region."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from core.methods import form_page
from organizations.region import may_manage
from organizations.signed_in import SignedIn
from organizations.views.region import keep, keep_entry
from teams.choices import FilingKind, Severity
from teams.filings.checks import CHECKS, Check
from teams.forms.kept import UNITS, CategoryForm, CheckForm, LimitForm, PaperKindForm
from teams.models import Category, CheckSetting, PaperKind, RulePaper
from teams.rules.limits import LIMITS
from teams.views.rules.common import require_reader, tabs, trail

TONES = {Severity.OFF: "off", Severity.WARN: "warn", Severity.BLOCK: "bad"}


# -- kinds of paper ---------------------------------------------------------------------------------------
@require_safe
@login_required
def paper_kind_list(request: SignedIn) -> HttpResponse:
    require_reader(request)
    asked: dict[str, set[str]] = {}
    for kind, paper in RulePaper.objects.values_list("rule__kind", "paper_id"):
        asked.setdefault(paper, set()).add(kind)
    context = {
        "title": _("材料种类"),
        "tabs": tabs(request, "paper_kind_list"),
        "lines": [
            {"paper": paper, "asked": [kind.label for kind in FilingKind if kind in asked.get(paper.pk, ())]}
            for paper in PaperKind.objects.all()
        ],
        "may_edit": bool(may_manage(request.user)),
    }
    return render(request, "teams/rules_papers.html", context)


@form_page
@login_required
def paper_kind_edit(request: SignedIn, key: str = "") -> HttpResponse:
    return keep_entry(
        request, PaperKindForm, key, **trail("paper_kind_list", _("材料种类")),
        adding=(_("增加材料种类"), _("材料种类已增加。要在哪类备案里交，请到“步骤和材料”里勾选。")),
        changing=(_("材料种类：%(name)s"), _("材料种类已保存。")),
    )  # fmt: skip


# -- checks -------------------------------------------------------------------------------------------------
@require_safe
@login_required
def check_list(request: SignedIn) -> HttpResponse:
    require_reader(request)
    settings = {setting.pk: setting for setting in CheckSetting.objects.all()}
    context = {
        "title": _("检查项"),
        "tabs": tabs(request, "check_list"),
        "lines": [_check(check, settings.get(check.key)) for check in CHECKS],
        "limits": [
            {
                "limit": limit,
                "days": getattr(settings.get(limit.key), "limit", None) or limit.days,
                "source": getattr(settings.get(limit.key), "source", ""),
            }
            for limit in LIMITS
        ],
        "may_edit": bool(may_manage(request.user)),
    }
    return render(request, "teams/rules_checks.html", context)


def _check(check: Check, setting: CheckSetting | None) -> dict[str, Any]:
    severity = Severity(check.severity if check.fixed or setting is None else setting.severity)
    limit = setting.limit if setting and setting.limit is not None else check.limit
    whole = check.kinds == frozenset(FilingKind)
    return {
        "check": check,
        "kinds": _("各类") if whole else _("、").join(str(kind.label) for kind in FilingKind if kind in check.kinds),
        "tone": TONES[severity],
        "severity": severity.label,
        "limit": f"{limit} {UNITS.get(check.key, '')}" if limit is not None else "",
        "source": setting.source if setting else "",
    }


@form_page
@login_required
def check_edit(request: SignedIn, key: str) -> HttpResponse:
    may_manage(request.user).require()
    setting, back = get_object_or_404(CheckSetting, pk=key), trail("check_list", _("检查项"))
    limit = next((limit for limit in LIMITS if limit.key == key), None)
    if limit is not None:
        days = LimitForm(request.POST or None, instance=setting, limit=limit)
        return keep(request, days, title=str(limit.label), saved=_("提醒期限已保存。"), **back)
    check = next((check for check in CHECKS if check.key == key), None)
    if check is None:
        raise Http404
    if check.fixed:
        messages.error(request, _("“%(label)s”是固定的检查，不能改。") % {"label": check.label})
        return redirect("teams:check_list")
    form = CheckForm(request.POST or None, instance=setting, check=check)
    title = _("检查项：%(label)s") % {"label": check.label}
    return keep(request, form, title=title, saved=_("检查项已保存，从现在起的检查按新的办。"), **back)


# -- categories -----------------------------------------------------------------------------------------------
@require_safe
@login_required
def category_list(request: SignedIn) -> HttpResponse:
    require_reader(request)
    context = {
        "title": pgettext("many", "专业类别"),
        "tabs": tabs(request, "category_list"),
        "categories": Category.objects.all(),
        "may_edit": bool(may_manage(request.user)),
    }
    return render(request, "teams/category_list.html", context)


@form_page
@login_required
def category_edit(request: SignedIn, key: str = "") -> HttpResponse:
    return keep_entry(
        request, CategoryForm, key, **trail("category_list", pgettext("many", "专业类别")),
        adding=(_("增加专业类别"), _("专业类别已增加。")),
        changing=(_("专业类别：%(name)s"), _("专业类别已保存。")),
    )  # fmt: skip
