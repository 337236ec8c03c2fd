"""Columns of the lists of runs and of reports."""

from typing import Any

import django_tables2 as tables
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import ReportDocument, ReportRun
from assessments.states import DOCUMENT_TONES, RUN_TONES, DocumentState, RunState
from core.escaping import markup
from core.links import link_to
from core.lists import Column, DateColumn, DateTimeColumn, Table
from organizations.tables import State

_NOWRAP = {"td": {"class": "nowrap"}}
_NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}


def state_of(run: ReportRun, *, failed: int = 0) -> dict[str, Any]:
    """Tone, icon and words: a run that goes on and has come to its end is done, or has gaps."""
    if run.state == RunState.RUNNING and run.ended_at:
        if failed:
            return {"tone": "warn", "icon": "back", "label": _("有未完成的文件")}
        return {"tone": "ok", "icon": "ok", "label": _("已完成")}
    tone, icon = RUN_TONES[run.state]
    return {"tone": tone, "icon": icon, "label": run.get_state_display()}


class RunTable(Table):
    campaign = tables.Column(linkify=lambda record: record.get_absolute_url())
    number = Column(attrs=_NUMBER)
    dated = DateColumn(attrs=_NOWRAP)
    total = Column(attrs=_NUMBER)
    ready = Column(gettext_lazy("已生成"), attrs=_NUMBER)
    failed = Column(gettext_lazy("未完成"), attrs=_NUMBER)
    started_at = DateTimeColumn(attrs=_NOWRAP)
    ended_at = DateTimeColumn(attrs=_NOWRAP)
    state = State(verbose_name=gettext_lazy("状态"))

    class Meta:
        model = ReportRun
        fields = (
            "campaign", "number", "dated", "total", "ready", "failed", "state", "started_by", "started_at", "ended_at",
        )  # fmt: skip
        order_by = ("-started_at", "-id")

    def state_state(self, record: Any) -> tuple[str, Any, str]:
        found = state_of(record, failed=record.failed)
        return found["tone"], found["label"], found["icon"]

    def value_state(self, record: Any) -> str:
        return str(self.state_state(record)[1])


class DocumentTable(Table):
    organization = tables.Column(linkify=lambda record: link_of(record))
    kind = Column(attrs=_NOWRAP)
    number = Column(attrs=_NOWRAP)
    year = Column(gettext_lazy("年度"), accessor="run__campaign__year", attrs=_NOWRAP)
    run = Column(gettext_lazy("第几次"), accessor="run__number", attrs=_NUMBER)
    league = Column(accessor="league__short_name", verbose_name=gettext_lazy("打包单位"), attrs=_NOWRAP)
    pages = Column(attrs=_NUMBER)
    size = Column(attrs=_NUMBER)
    state = State(verbose_name=gettext_lazy("状态"))
    error = Column()
    ready_at = DateTimeColumn(attrs=_NOWRAP)
    dated = DateColumn(gettext_lazy("成文日期"), accessor="run__dated", attrs=_NOWRAP)
    get = Column(gettext_lazy("下载"), accessor="pk", empty_values=(), exclude_from_export=True, attrs=_NOWRAP)

    class Meta:
        model = ReportDocument
        fields = (
            "organization", "kind", "number", "year", "run", "league", "pages", "size", "state", "error", "dated",
            "ready_at", "code", "sha256", "get",
        )  # fmt: skip
        default_columns = ("organization", "kind", "year", "number", "pages", "size", "state", "error", "get")
        order_by = ("-run_id", "position", "id")

    def render_size(self, value: int) -> str:
        return filesizeformat(value)

    def value_size(self, record: ReportDocument) -> int | None:
        return record.size

    def state_state(self, record: ReportDocument) -> tuple[str, Any, str]:
        tone, icon = DOCUMENT_TONES[record.state]
        return tone, record.get_state_display(), icon

    def value_state(self, record: ReportDocument) -> str:
        return record.get_state_display()

    def render_get(self, record: ReportDocument) -> str:
        if record.state != DocumentState.READY:
            return "—"
        first = markup('<a href="{}">{}</a>', record.get_absolute_url(), _SUFFIX.get(record.kind, "PDF"))
        if not record.is_paper:
            return first
        word = markup('{}　<a href="{}">Word</a>', first, link_to("assessments:document_word", record.pk))
        if record.is_draft:
            return markup("{}　{}", word, _("草稿"))
        return markup('{}　<a href="{}">{}</a>', word, reverse("verify", args=[record.code]), _("核验"))


_SUFFIX = {"archive": "ZIP", "index": "Excel"}


def link_of(document: ReportDocument) -> str | None:
    """The file, once it is there."""
    return document.get_absolute_url() if document.state == DocumentState.READY else None
