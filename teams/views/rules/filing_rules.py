"""Rules: which steps and papers each kind of filing takes, by level of the team."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.methods import form_page
from organizations.permissions import access
from organizations.region import may_manage
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import edit
from teams.choices import Duty, FilingKind, PaperWhen
from teams.forms.rules import RuleForm
from teams.models import FilingRule, RulePaper
from teams.rules.history import Past
from teams.views.rules.common import require_reader, tabs


@require_safe
@login_required
def rule_list(request: SignedIn) -> HttpResponse:
    require_reader(request)
    rules = list(FilingRule.objects.prefetch_related("steps", "papers__paper"))
    context = {
        "title": _("办理规则"),
        "tabs": tabs(request, "rule_list"),
        "kinds": [
            {"label": kind.label, "key": kind.value, "lines": [_line(rule) for rule in rules if rule.kind == kind]}
            for kind in FilingKind
        ],
    }
    return render(request, "teams/rules_list.html", context)


def _line(rule: FilingRule) -> dict[str, Any]:
    papers = list(rule.papers.all())
    return {
        "rule": rule,
        "steps": list(rule.steps.all()),
        "days": sum(step.days for step in rule.steps.all() if step.duty != Duty.COPY),
        "always": len([row for row in papers if row.required and row.when == PaperWhen.ALWAYS]),
        "by_case": len([row for row in papers if row.required and row.when != PaperWhen.ALWAYS]),
        "optional": len([row for row in papers if not row.required]),
    }


@require_safe
@login_required
def rule_detail(request: SignedIn, pk: int) -> HttpResponse:
    require_reader(request)
    same_kind = FilingRule.objects.filter(kind__in=FilingRule.objects.filter(pk=pk).values("kind"))
    papers = Prefetch("papers", RulePaper.objects.select_related("paper"))
    siblings = list(same_kind.prefetch_related("steps", papers))
    rule = next((other for other in siblings if other.pk == pk), None)
    if rule is None:
        raise Http404
    context = {
        "title": rule.get_kind_display(),
        "rule": rule,
        "tabs": [
            {"label": other.get_level_display(), "url": other.get_absolute_url(), "active": other.pk == rule.pk}
            for other in siblings
        ],
        "history": Past(rule).told(),
        "may_edit": Right.MANAGE_RULES in access(request.user) and bool(may_manage(request.user)),
    }
    return render(request, "teams/rules_detail.html", context)


@form_page
@login_required
def rule_edit(request: SignedIn, pk: int) -> HttpResponse:
    may_manage(request.user).require()
    rule = get_object_or_404(FilingRule.objects.prefetch_related("steps", "papers"), pk=pk)
    form = RuleForm(request.POST or None, instance=rule)
    return edit(
        request, form, title=_("修改办理规则"), back=rule, template="teams/rules_edit.html", rule=rule,
        saved=_("办理规则已保存，从现在起提交的备案按新规则办。"),
    )  # fmt: skip
