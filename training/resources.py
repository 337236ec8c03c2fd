"""Items of a plan, and instructors, from spreadsheets: each row through the form of the page."""

import re
from typing import Any

from django.db.models import Max, Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.imports import Choice, Column, Day, Lookup, Resource, Text, YesNo
from organizations.lookup import PlaceLookup
from organizations.models import Organization, User
from teams.importing.cells import Categories, Name
from training.catalogue.keeping import kept_places
from training.choices import ActivityKind, DrillForm, DrillScope, TrainingKind
from training.forms.catalogue import InstructorForm
from training.forms.plans import OF_KIND, PlanItemForm
from training.models import Course, Instructor, Plan, PlanItem

_DRILLS = ("演练", "推演", "拉练", "演习")
_AROUND = re.compile(r"^约\s*|\s*(月份?|次|人次|人|场|期)$")
_MONTHS = re.compile(r"(?:(20\d{2})\s*[年.])?\s*(\d{1,2})\s*(?:月份?)?(?:\s*[-—–~～至到、]+\s*(\d{1,2})\s*(?:月份?)?)?")
_PARTS_OF_THE_YEAR = {
    "全年": (1, 12), "上半年": (1, 6), "下半年": (7, 12), "一季度": (1, 3), "二季度": (4, 6), "三季度": (7, 9),
    "四季度": (10, 12),
}  # fmt: skip


class Number(Text):
    """3, 3月, 3 次; empty gives ``empty``."""

    def __init__(self, empty: int | None = None) -> None:
        super().__init__()
        self.empty = empty

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = _AROUND.sub("", (value or "").strip())
        if not text:
            return self.empty
        if not text.isdecimal() or len(text) > 7:
            raise ValueError(_("“%(value)s”不是数目。") % {"value": value[:30]})
        return int(text)


class Months(Text):
    """5月, 5-7月, 5月至7月, 第二季度, 上半年, 全年: the first and the last month, and the year where it is written."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = (value or "").strip().removeprefix("第")
        if not text:
            return None
        if text in _PARTS_OF_THE_YEAR:
            return *_PARTS_OF_THE_YEAR[text], None
        found = _MONTHS.fullmatch(text)
        first, last = (int(found[2]), int(found[3] or found[2])) if found else (0, 0)
        if not 1 <= first <= last <= 12:
            raise ValueError(_("“%(value)s”看不出是几月到几月，请写成“5-7月”这样。") % {"value": value[:30]})
        return first, last, found and found[1] and int(found[1])


def _kind_by(name: str) -> str:
    return ActivityKind.DRILL if any(word in name for word in _DRILLS) else ActivityKind.TRAINING


def _courses(by: User) -> QuerySet[Course]:
    return Course.objects.visible_to(by).in_use()


class PlanItemResource(Resource):
    """Into one plan; an item of the same kind and name that is in it already is changed, not doubled."""

    kind = Column(
        "kind", gettext_lazy("种类"), also=["类型"], example="演练", widget=Choice(ActivityKind.choices),
        hint=gettext_lazy("演练或培训"),
    )  # fmt: skip
    name = Column(
        "name",
        gettext_lazy("名称"),
        also=[
            "项目",
            "项目名称",
            "内容",
            "培训名称",
            "培训内容",
            "培训项目",
            "演练名称",
            "演练内容",
            "演练项目",
            "演练科目",
            "培训演练名称",
            "培训演练内容",
            "培训演练项目",
            "活动名称",
            "活动内容",
        ],
        required=True,
        example="水上救援演练",
    )
    times = Column(
        "times", gettext_lazy("次数"), also=["场次", "计划次数", "期数", "计划场次"], example="2", widget=Number(1)
    )
    first_month = Column("first_month", gettext_lazy("从几月"), also=["开始月份"], example="5", widget=Number(1))
    last_month = Column("last_month", gettext_lazy("到几月"), also=["结束月份"], example="7", widget=Number(12))
    months = Column(
        "months", gettext_lazy("时间"), widget=Months(), hint=gettext_lazy("写成一格的：5-7月、第二季度、全年。"),
        also=["时间安排", "计划时间", "举办时间", "实施时间", "培训时间", "演练时间", "月份", "计划月份"],
    )  # fmt: skip
    people = Column(
        "people",
        gettext_lazy("计划人次"),
        also=["人次", "人数", "计划人数", "参加人数", "培训人数", "参训人数", "参演人数"],
        example="60",
        widget=Number(),
    )
    form_ = Column(
        "form", gettext_lazy("演练形式"), also=["形式"], example="实战演练", widget=Choice(DrillForm.choices)
    )
    scope = Column("scope", gettext_lazy("演练范围"), also=["范围"], example="队内", widget=Choice(DrillScope.choices))
    training_kind = Column(
        "training_kind", gettext_lazy("培训类别"), widget=Choice(TrainingKind.choices),
        hint=gettext_lazy("培训才填"),
    )  # fmt: skip
    course = Column("course", gettext_lazy("课程"), widget=Lookup(_courses, ["name"], noun=gettext_lazy("课程")))
    note = Column("note", gettext_lazy("说明"), also=["备注"])

    form_class = PlanItemForm
    weak = {"类别": ("training_kind", "kind")}
    filled_down = frozenset(["kind", "first_month", "last_month", "months", "form_", "scope", "training_kind"])
    undoable = False

    class Meta(Resource.Meta):
        model = PlanItem
        fields = (
            "kind", "name", "times", "first_month", "last_month", "months", "people", "form_", "scope", "training_kind",
            "course", "note",
        )  # fmt: skip
        import_id_fields = ("name",)  # and the kind, where the sheet says it

    def __init__(self, *, plan: Plan, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.last = plan.items.aggregate(last=Max("position"))["last"] or 0

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        """类别 is what offices head a column with that says 培训 or 演练: then it is the kind."""
        super().before_import_row(row, **kwargs)
        kind, of_training = self.fields["kind"], self.fields["training_kind"]
        said = (row.get(of_training.column_name) or "").strip()
        if said in {str(label) for label in ActivityKind.labels} and not row.get(kind.column_name):
            row[kind.column_name], row[of_training.column_name] = said, ""

    def get_queryset(self) -> QuerySet[PlanItem]:
        return self.plan.items.filter(ended_at=None).select_related("course")

    def init_instance(self, row: Any = None) -> PlanItem:
        return PlanItem(plan=self.plan, position=min(self.last + self.row * 10, 32_000))

    def get_or_init_instance(self, instance_loader: Any, row: Any) -> tuple[PlanItem, bool]:
        try:
            name = self.fields["name"].clean(row)
            kind = self._said_kind(row) or _kind_by(name)
        except (KeyError, ValueError):  # told when the cells are read
            return self.init_instance(row), True
        found = self.get_queryset().filter(kind=kind, name=name).first()
        return (found, False) if found else (self.init_instance(row), True)

    def _said_kind(self, row: Any) -> Any:
        """What the sheet says; empty where it has no such column, as few plans do."""
        column = self.fields["kind"]
        return column.clean(row) if column.column_name in row else ""

    def row_form(self, instance: Any, data: dict[str, Any]) -> PlanItemForm:
        if not instance.kind and instance.name:
            instance.kind = _kind_by(instance.name)
            self.warn("", _("没有写种类，按名称记为%(kind)s。") % {"kind": instance.get_kind_display()})
        for kind, names in OF_KIND.items():
            for name in names:
                if kind != instance.kind and getattr(instance, name):
                    label = instance._meta.get_field(name).verbose_name
                    self.warn({"form": "form_"}.get(name, name), _("“%(field)s”不属于%(kind)s，没有采用。") % {
                        "field": label, "kind": instance.get_kind_display()})  # fmt: skip
                    setattr(instance, name, None if name == "course" else "")
        if months := data.pop("months", None):
            data |= {"first_month": months[0], "last_month": months[1]}
            if months[2] and months[2] != self.plan.year:  # last year's file
                words = {"said": months[2], "year": self.plan.year}
                self.warn("months", _("写的是 %(said)s 年，按 %(year)s 年的这几个月登记。") % words)
        return PlanItemForm(data, instance=instance)

    def save_row(self, instance: Model, *, is_new: bool) -> None:
        assert self.form is not None, "judged before"
        self.form.save()

    def records(self, made: Any) -> QuerySet[PlanItem]:
        return self.plan.items.filter(pk__in=made)


def _places(by: User) -> QuerySet[Organization]:
    return kept_places(by)


class InstructorResource(Resource):
    """Every row registers somebody: a member the person sees, or somebody from outside by name."""

    organization = Column(
        "organization", gettext_lazy("登记单位"), also=["单位名称", "所属红十字会", "队伍"],
        example="松山区红十字会", hint=gettext_lazy("不写的登记到您自己的单位"), widget=PlaceLookup(_places),
    )  # fmt: skip
    name = Column("name", gettext_lazy("姓名"), also=["师资姓名", "名字"], required=True, example="王明", widget=Name())
    is_member = Column(
        "is_member", gettext_lazy("是队员"), also=["是否队员"], example="否", widget=YesNo(),
        hint=gettext_lazy("填“是”的在您看得到的名册里按姓名找"),
    )  # fmt: skip
    employer = Column("employer", gettext_lazy("工作单位"), also=["单位"], example="演示医院")
    qualification = Column("qualification", gettext_lazy("资质"), also=["师资资质", "职称"], example="救护师资")
    qualified_until = Column("qualified_until", gettext_lazy("资质有效至"), also=["有效期"], widget=Day())
    categories = Column("categories", gettext_lazy("授课专业"), also=["专业"], example="医疗", widget=Categories())
    appointed_on = Column("appointed_on", gettext_lazy("聘任日期"), also=["聘任时间"], widget=Day())
    note = Column("note", gettext_lazy("说明"), also=["备注"])

    form_class = InstructorForm
    filled_down = frozenset(["organization", "employer", "categories", "appointed_on"])

    class Meta(Resource.Meta):
        model = Instructor
        fields = (
            "organization", "name", "is_member", "employer", "qualification", "qualified_until", "categories",
            "appointed_on", "note",
        )  # fmt: skip

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        places = kept_places(self.by)
        found = list(places.filter(pk=self.by.organization_id)) or list(places[:2])
        self._own = found[0] if len(found) == 1 else None  # for rows that name no place

    def get_or_init_instance(self, instance_loader: Any, row: Any) -> tuple[Instructor, bool]:
        return Instructor(), True

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        return False

    def row_form(self, instance: Any, data: dict[str, Any]) -> InstructorForm:
        if getattr(instance, "is_member", False):
            data["member"] = data.pop("name", "")
        place = instance.organization if instance.organization_id else self._own
        data["organization"] = place and place.pk
        if Instructor.objects.in_use().filter(organization=place, name=instance.name).exists():
            self.warn("name", _("这个单位已经有同名的师资。"))
        return InstructorForm(data, instance=Instructor(), by=self.by, places=kept_places(self.by))

    def save_row(self, instance: Model, *, is_new: bool) -> None:
        assert self.form is not None, "judged before"
        instance.pk = self.form.save().pk

    def records(self, made: Any) -> QuerySet[Instructor]:
        return Instructor.objects.filter(pk__in=made)
