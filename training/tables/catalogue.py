"""Columns of the lists of bases, instructors and courses."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.escaping import markup
from core.lists import Column, DateColumn, Table
from core.masking import phone
from people.tables.papers import chip, days_left
from training.models import Base, Course, Instructor

NOWRAP = {"td": {"class": "nowrap"}}
NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}


class KeptTable(Table):
    """What ends in a chip where it is near or past, and whether the record has ended."""

    name = Column(orderable=True, linkify=lambda record: record.get_absolute_url())
    status = Column(gettext_lazy("状态"), accessor="pk", empty_values=(), attrs=NOWRAP)

    def render_status(self, record: Any) -> str:
        return chip("off", _("已停用")) if record.ended_on else _("在用")

    def value_status(self, record: Any) -> str:
        return _("已停用") if record.ended_on else _("在用")

    @staticmethod
    def until(record: Any, day: Any) -> Any:
        if day is None:
            return "—"
        near = None if record.ended_on else days_left(day, today=getattr(record, "as_at", None))
        shown = f"{day:%Y-%m-%d}"
        return markup("<div>{} {}</div>", shown, chip(**near)) if near else shown


class _WithCategories(KeptTable):
    categories = Column(empty_values=())

    only_now = ("categories",)

    def render_categories(self, record: Any) -> str:
        return self.value_categories(record) or "—"

    def value_categories(self, record: Any) -> str:
        return "、".join(getattr(record, "category_names", None) or ())


class BaseTable(_WithCategories):
    kind = Column(attrs=NOWRAP)
    agreed_from = DateColumn(attrs=NOWRAP)
    agreed_until = Column(attrs=NOWRAP, empty_values=())
    capacity = Column(attrs=NUMBER)
    phone = Column(masked=phone, attrs=NOWRAP)

    class Meta:
        model = Base
        fields = (
            "name", "kind", "organization", "division", "address", "partner", "agreed_from", "agreed_until", "capacity",
            "categories", "facilities", "contact", "phone", "status",
        )  # fmt: skip
        default_columns = (
            "name", "kind", "division", "organization", "agreed_until", "capacity", "categories", "status",
        )  # fmt: skip

    def render_agreed_until(self, record: Base) -> Any:
        return self.until(record, record.agreed_until)

    def value_agreed_until(self, record: Base) -> Any:
        return record.agreed_until


class InstructorTable(_WithCategories):
    origin = Column(gettext_lazy("来源"), accessor="pk", empty_values=(), attrs=NOWRAP)
    qualified_until = Column(attrs=NOWRAP, empty_values=())
    appointed_on = DateColumn(attrs=NOWRAP)

    class Meta:
        model = Instructor
        fields = (
            "name", "origin", "organization", "employer", "qualification", "qualified_until", "categories",
            "appointed_on", "status", "end_reason",
        )  # fmt: skip
        default_columns = (
            "name", "origin", "organization", "employer", "qualification", "qualified_until", "categories", "status",
        )  # fmt: skip

    def render_origin(self, record: Instructor) -> str:
        return self.value_origin(record)

    def value_origin(self, record: Instructor) -> str:
        return _("队员") if record.person_id else _("外单位")

    def render_qualified_until(self, record: Instructor) -> Any:
        return self.until(record, record.qualified_until)

    def value_qualified_until(self, record: Instructor) -> Any:
        return record.qualified_until


class CourseTable(KeptTable):
    published = Column(gettext_lazy("现行版本"), accessor="pk", empty_values=(), attrs=NOWRAP)
    total = Column(gettext_lazy("学时"), accessor="pk", empty_values=(), attrs=NUMBER)
    held = Column(gettext_lazy("办过"), accessor="pk", empty_values=(), attrs=NUMBER)

    only_now = ("published", "total", "held")

    class Meta:
        model = Course
        fields = (
            "name", "kind", "organization", "category", "published", "total", "certificate_kind", "held", "status",
        )  # fmt: skip
        default_columns = fields

    def render_published(self, record: Course) -> str:
        number = getattr(record, "published", None)
        return _("第 %(number)d 版") % {"number": number} if number else _("还没有发布")

    def value_published(self, record: Course) -> int | None:
        return getattr(record, "published", None)

    def render_total(self, record: Course) -> Any:
        total = getattr(record, "total", None)
        return "—" if total is None else f"{total.normalize():f}"

    def value_total(self, record: Course) -> Any:
        return getattr(record, "total", None)

    def render_held(self, record: Course) -> int:
        return getattr(record, "held", 0) or 0

    def value_held(self, record: Course) -> int:
        return self.render_held(record)
