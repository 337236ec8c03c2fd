"""Columns of the list of plans."""

from typing import Any

from django.template.loader import get_template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.lists import Column, DateColumn, Table
from training.models import Plan
from training.tables.catalogue import NOWRAP, NUMBER


def _number(label: Any, name: str) -> Column:
    return Column(label, accessor=name, attrs=NUMBER)


class PlanTable(Table):
    organization = Column(linkify=lambda record: record.get_absolute_url())
    year = Column(orderable=True, order_by=("year", "organization__path"), attrs=NOWRAP)
    document_no = Column(attrs=NOWRAP)
    issued_on = DateColumn(attrs=NOWRAP)
    items = _number(gettext_lazy("项目"), "lines")
    planned = _number(gettext_lazy("计划次数"), "planned")
    done = _number(gettext_lazy("完成"), "done")
    open = _number(gettext_lazy("在办"), "open")
    progress = Column(gettext_lazy("进度"), accessor="pk", empty_values=(), exclude_from_export=True)
    people = _number(gettext_lazy("计划人次"), "people")
    reached = _number(gettext_lazy("实到人次"), "reached")

    leading = "year"
    only_now = ("items", "planned", "done", "open", "progress", "people", "reached")

    class Meta:
        model = Plan
        fields = (
            "organization", "year", "document_no", "issued_on", "items", "planned", "done", "open", "progress",
            "people", "reached",
        )  # fmt: skip
        default_columns = (
            "organization", "year", "issued_on", "items", "planned", "done", "open", "progress", "reached",
        )  # fmt: skip

    def render_progress(self, record: Any) -> str:
        planned, done = record.planned or 0, record.counted or 0
        if not planned:
            return "—"
        words = _("%(done)d / %(all)d") % {"done": done, "all": planned}
        return get_template("training/_progress.html").render({"value": done, "max": planned, "label": words})
