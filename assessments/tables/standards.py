"""Columns of the list of standards."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import Standard
from assessments.scoring import NOUGHT, plain
from assessments.states import STANDARD_TONES
from core.chips import chip
from core.escaping import markup
from core.lists import Column, DateColumn, Table

NOWRAP = {"td": {"class": "nowrap"}}
NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}


class StandardTable(Table):
    name = Column(linkify=lambda record: record.get_absolute_url())
    number = Column(attrs=NOWRAP)
    purpose = Column(attrs=NOWRAP)
    category = Column(attrs=NOWRAP)
    lines = Column(gettext_lazy("指标"), accessor="pk", empty_values=(), attrs=NUMBER)
    points = Column(gettext_lazy("总分"), accessor="pk", empty_values=(), attrs=NUMBER)
    valid_from = DateColumn(attrs=NOWRAP)
    valid_until = DateColumn(attrs=NOWRAP)
    state = Column(attrs=NOWRAP)

    class Meta:
        model = Standard
        fields = (
            "name", "number", "purpose", "scheme", "category", "publisher", "document_number", "lines", "points",
            "valid_from", "valid_until", "state", "is_sample",
        )  # fmt: skip
        default_columns = (
            "name", "number", "purpose", "scheme", "category", "lines", "points", "valid_from", "valid_until", "state",
        )  # fmt: skip

    def render_number(self, value: int) -> str:
        return _("第 %(number)d 版") % {"number": value}

    def value_number(self, record: Standard) -> int:
        return record.number

    def render_category(self, value: Any) -> str:
        return str(value)

    def render_state(self, record: Standard) -> Any:
        tone, icon = STANDARD_TONES[record.stands]
        shown = chip(tone, record.standing(), icon)
        sample = chip("off", _("示例"))
        return markup("<span>{} {}</span>", shown, sample) if record.is_sample else shown

    def value_state(self, record: Standard) -> str:
        return record.standing()

    def render_lines(self, record: Standard) -> int:
        return getattr(record, "lines", 0)

    def value_lines(self, record: Standard) -> int:
        return self.render_lines(record)

    def render_points(self, record: Standard) -> str:
        return plain(getattr(record, "points", NOUGHT))

    def value_points(self, record: Standard) -> Any:
        return getattr(record, "points", None)
