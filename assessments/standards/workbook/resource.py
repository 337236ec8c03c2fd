"""A table of indicators as a new draft version of a standard: our own export, or an office's own layout.

The tree comes from 上级编号 where there is such a column, else from how the rows are numbered (``numbering``) and
from merged cells of 一级指标 and 二级指标. Conclusions and head facts come from the sheets 结论 and 说明 where there
are such, else from the version it is a revision of. All rows or none.
"""

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from tablib import Dataset

from assessments.choices import Method, Subject
from assessments.models import Indicator, Standard
from assessments.scoring import plain
from assessments.standards.drafting import blank_after, is_bare, open_draft, opened, remove, write_bars
from assessments.standards.lines import STEP, bars_of
from assessments.standards.wording import steps_fall
from assessments.standards.workbook import other_sheets
from assessments.standards.workbook.cells import (
    ADDED,
    BY_HAND,
    VETO,
    MethodCell,
    MetricCell,
    OneLine,
    PerUnit,
    Points,
    StepsCell,
    Tick,
    Wanted,
    asks_at_most,
    bar_in,
    beside_the_standard,
    is_blank,
    one_line,
)  # fmt: skip
from assessments.standards.workbook.grouping import grouping, side_by_side, weights_of_groups
from assessments.standards.workbook.numbering import is_mark, places, split
from assessments.standards.workbook.writing import LINE_HEADINGS as H
from assessments.standards.workbook.writing import TEXT_HEADING, VALUE_HEADING
from core.imports import Choice, Column, Resource, Undone, YesNo
from core.imports.headers import LOOK_AT
from core.imports.headers import plain as plain_heading
from core.imports.reading import Sheet
from core.language import in_chinese
from core.workflow import MoveNotAllowed

_SUBJECTS = {"公共": Subject.PUBLIC, "通用": Subject.PUBLIC, "专业": Subject.PROFESSIONAL, "专项": Subject.PROFESSIONAL}
_NAMES = ("指标名称", "三级指标", "考核指标", "测评指标", "评分项目", "考核要点", "测评要点", "评分要点")
# What these head is the indicator, or a group of those that another column names.
_CONTENTS = ("考核内容", "测评内容", "评分内容", "内容")
# What these head is the indicator where nothing else is, else what is looked at.
_POINTS_OF_INTEREST = ("评价要点", "操作要求", "评价内容")
_POINTS = (
    "分数", "满分", "标准分", "标准分值", "标准分数", "基准分", "应得分", "分项分值", "配分", "赋分", "分值分",
    "权重", "分",
)  # fmt: skip
_JUDGING = ("评价标准", "评价办法", "考核办法", "考评标准", "考评办法", "评定标准", "计分标准", "计分办法")
_HAPPENS = re.compile(r"(?:本?年度?内?)?(?:发生|出现|存在|造成|违反|弄虚作假|伪造|拒不)")
_LEADING = ("code", "subject", "name")
_BAR_COLUMNS = ("value", "text")


def _is_label(code: str) -> bool:
    """否决项 or 加分项 in the column of numbers."""
    text = one_line(code)
    return bool(ADDED.fullmatch(text) or VETO.fullmatch(text))


def _told_apart(codes: list[str]) -> list[str]:
    """Several rows may bear the same label in place of a number: 否决项, 否决项2."""
    before: Counter[str] = Counter()
    told = []
    for code in codes:
        before[code] += 1
        told.append(f"{code}{before[code]}" if _is_label(code) and before[code] > 1 else code)
    return told


class IndicatorResource(Resource):
    """``standard``: the version the draft follows, or the draft itself while nobody has worked on it."""

    code = Column("code", H["code"], also=["序号", "条款号", "项号", "指标编号"], example="1.1")
    said_parent = Column(
        "said_parent", H["parent"], also=["上级指标"], example="1",
        hint=gettext_lazy("可以不要这一列：按 1、1.1 或 一、（一）、1. 的编号认层次"),
    )  # fmt: skip
    level1 = Column(
        "level1", gettext_lazy("一级指标"), also=["项目", "类别", "测评项目", "考核项目", "大类"], widget=OneLine()
    )
    level2 = Column("level2", gettext_lazy("二级指标"), also=["子项", "分项"], widget=OneLine())
    name = Column("name", H["name"], also=_NAMES, widget=OneLine(), required=True, example="在册队员人数")
    subject = Column(
        "subject", H["subject"], also=["科目类别"], widget=Choice(Subject.choices, _SUBJECTS), example="公共科目",
        hint=gettext_lazy("不填就和上级一样"),
    )  # fmt: skip
    method = Column("method", H["method"], also=["评分方法", "计分方式"], widget=MethodCell(), example="数值达标")
    points = Column(
        "points", H["points"], also=_POINTS, widget=Points(), example="10",
        hint=gettext_lazy("写 10 或 10分"),
    )  # fmt: skip
    steps = Column(
        "steps", H["steps"], also=["分档得分"], widget=StepsCell(),
        hint=gettext_lazy("写成：满 80 得 6 分；满 100 得 10 分"),
    )  # fmt: skip
    per_unit = Column(
        "per_unit", H["per_unit"], also=["扣分"], widget=PerUnit(H["points"]),
        hint=gettext_lazy("每有一项扣几分"),
    )  # fmt: skip
    metric = Column(
        "metric", H["metric"], also=["数据来源", "取数"], widget=MetricCell(), hint=gettext_lazy("不填就由人填")
    )
    unit = Column("unit", H["unit"], also=["计量单位"], example="人")
    more_is_better = Column("more_is_better", H["more_is_better"], widget=YesNo(empty=True), example="是")
    is_veto = Column(
        "is_veto",
        H["is_veto"],
        also=["否决项", "是否否决", "是否一票否决", "是否否决项", "否决"],
        widget=Tick(),
        example="√",
    )
    may_not_apply = Column("may_not_apply", H["may_not_apply"], also=["可不适用"], widget=Tick())
    evidence = Column(
        "evidence", H["evidence"], also=["佐证材料", "支撑材料", "查看资料", "查验材料", "材料"], widget=OneLine()
    )  # fmt: skip
    guidance = Column(
        "guidance",
        H["guidance"],
        also=["评分标准", "评分细则", "考核标准", "评分办法", "扣分标准", "扣分细则", *_JUDGING],
    )
    source = Column("source", H["source"], also=["依据条款", "出处"], widget=OneLine())

    undoable = True
    most_rows = at_once = 400
    weak = {"说明": ("guidance",), "备注": ("guidance",)} | dict.fromkeys(_CONTENTS, ("name",))
    weak |= dict.fromkeys(_POINTS_OF_INTEREST, ("guidance",))

    class Meta(Resource.Meta):
        model = Indicator
        fields = (
            "code", "said_parent", "level1", "level2", "name", "subject", "method", "points", "steps", "per_unit",
            "metric", "unit", "more_is_better", "is_veto", "may_not_apply", "evidence", "guidance", "source",
        )  # fmt: skip

    def __init__(self, *, standard: Standard, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.standard = standard
        self.file: dict[str, Any] = {}
        self.bars = bars_of(standard.conclusions.all())
        self.draft: Standard | None = None
        self.refusal = ""

    # -- what the other sheets say ---------------------------------------------------------------------------
    def beside(self, sheets: Sequence[Sheet]) -> Any:
        self.file = other_sheets.read(sheets, self.standard)
        self.bars = self.file.get("bars") or self.bars
        for bar in self.bars:
            self._add_columns(bar)
        self._look_for_groups(sheets)
        return self.file or None

    def _look_for_groups(self, sheets: Sequence[Sheet]) -> None:
        """What 二级指标 and 考核内容 head: the indicators, where no other column does, or groups of them."""
        headings = {plain_heading(cell.text) for sheet in sheets for row in sheet.rows[:LOOK_AT] for cell in row}
        levels = {word for one in ("level1", "level2", "name") for word in self._called(one)}
        self.chosen = dict.fromkeys(weights_of_groups(sheets, levels, self._called("points")), "")
        name, second = self.columns["name"], self.columns["level2"]
        if headings.isdisjoint({*map(plain_heading, name.also), *_CONTENTS}):
            first = self.columns["level1"]
            called = [first.column_name, second.column_name, *second.also]
            name.also = (*name.also, *second.also)
            self.fields.pop("level2")
            if headings.isdisjoint(map(plain_heading, called)):  # 项目, and nothing that it could be a group of
                *before, last = side_by_side(sheets, set(map(plain_heading, first.also))) or [""]
                own = [one for one in first.also if not before or plain_heading(one) == last]  # of 类别 | 项目 the last
                name.also, first.also = (*name.also, *own), tuple(one for one in first.also if one not in own)
        group = "level1" if headings.isdisjoint(map(plain_heading, self.columns["level1"].also)) else "level2"
        groups = grouping(sheets, set(map(plain_heading, name.also)), _CONTENTS)
        self.weak = {**self.weak, **dict.fromkeys(groups, (group,))}

    def _called(self, field: str) -> set[str]:
        """How the column may be headed, reduced."""
        column = self.columns[field]
        return {plain_heading(one) for one in (str(column.column_name), *map(str, column.also))}

    def _add_columns(self, bar: dict[str, Any]) -> None:
        key, words = bar["key"], {"bar": bar["name"]}
        others = list(other_sheets.also_called(bar["name"]))
        with in_chinese():
            value, text = str(VALUE_HEADING % words), str(TEXT_HEADING % words)
        unit = self.fields["unit"].column_name
        self.fields[f"value_{key}"] = Column(f"value_{key}", value, also=[f"{one}数值" for one in others],
                                             widget=Wanted(str(unit)))  # fmt: skip
        also = [bar["name"], *others, *(f"{one}{end}" for one in others for end in ("要求", "标准"))]
        self.fields[f"text_{key}"] = Column(f"text_{key}", text, also=also)

    # -- the run -------------------------------------------------------------------------------------------------
    def run(self, dataset: Any, *, dry_run: bool) -> Any:
        self._begin()
        self.lines: dict[str, Indicator] = {}
        self.position = 0
        self.headings: dict[tuple[str, str], Indicator] = {}
        self.last_group = ("", "")
        dataset = self._with_chapters(dataset)
        self._read_tree(dataset)
        result = super().run(dataset, dry_run=dry_run)
        self.made = [self.draft.pk] if self.draft is not None else []
        return result

    def _begin(self) -> None:
        """The draft, without indicators as yet, with head facts and conclusions."""
        draft = open_draft(self.standard.code)
        if draft is not None and not is_bare(draft):
            words = {"number": draft.number}
            self.refusal = _("第 %(number)s 版正在起草，已经改过。请先发布它或者删去，再导入。") % words
            return
        if draft is not None:
            draft.indicators.filter(parent=None).delete()
        self.draft = draft or blank_after(self.standard)
        facts = self.file.get("head", {})
        for name, value in facts.items():
            setattr(self.draft, name, value)
        if facts:
            self.draft.save(update_fields=list(facts))
        if draft is None or self.file.get("bars"):
            write_bars(self.draft, self.bars)

    def _with_chapters(self, dataset: Any) -> Dataset:
        """一、公共科目 merged over the whole table stands where others have their number or 科目."""
        names = dataset.headers
        *firsts, name = (names.index(one) if one in names else -1 for one in map(self._heading, _LEADING))
        rows = [list(row) for row in dataset]
        for row in rows if name != -1 else ():
            for first in firsts:
                alone = first != -1 and row[first] and not any(cell for at, cell in enumerate(row) if at != first)
                if alone and not is_mark(row[first]):
                    row[first], row[name] = "", row[first]
        return Dataset(*map(tuple, rows), headers=names)

    def _read_tree(self, dataset: Any) -> None:
        """Code, name and parent of every row; row → number of the row it stands under."""
        self.rows = rows = [dict(zip(dataset.headers, row, strict=True)) for row in dataset]
        codes = _told_apart([row.get(self._heading("code"), "") for row in rows])
        names = [one_line(row.get(self._heading("name"), "")) for row in rows]
        cut = [split(name) if not code else ("", name) for code, name in zip(codes, names, strict=True)]
        self.names = [name for _mark, name in cut]
        self.has_parents = self._heading("parent", "said_parent") in dataset.headers
        grouped = any(self._heading(name) in dataset.headers for name in ("level1", "level2") if name in self.fields)
        marks = [code or mark for code, (mark, _name) in zip(codes, cut, strict=True)]
        if grouped and not any("." in mark for mark in marks):
            marks = [""] * len(marks)  # a running number says nothing of the tree that merged cells show
        self.places = places(marks)
        if self.has_parents:
            self.codes = codes
        elif grouped:
            self.codes = marks
        else:
            self.codes = [place.code for place in self.places]
        self.has_children = {place.parent for place in self.places if place.parent is not None}
        self.points_said = [_points_in(row.get(self._heading("points"), "")) for row in rows]
        said = {row.get(self._heading("parent", "said_parent"), "") for row in rows}
        self.parent_codes = said - {""}

    def _heading(self, name: str, field: str = "") -> str:
        column = self.fields.get(field or name)
        return str(column.column_name) if column is not None else ""

    def get_or_init_instance(self, instance_loader: Any, row: Any) -> tuple[Indicator, bool]:
        return Indicator(standard=self.draft, method="", subject=""), True  # told from the row, not the model's own

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        if self.refusal:
            raise ValidationError(self.refusal if self.row == 1 else _("见第一行。"))
        errors = dict(import_validation_errors or {})
        self._complete(instance, errors)
        super().validate_instance(instance, errors, validate_unique)

    def _complete(self, line: Any, errors: dict[str, Any]) -> None:
        """What the row leaves to be told from the others and from its own cells."""
        at = self.row - 1
        if line.name:
            line.name = self.names[at]
        line.code = self.codes[at]
        self._read_label(line, at, errors)
        if self._is_double(at):
            errors["code"] = [ValidationError(_("这个编号在前面已经有了。"))]
        self._place(line, at, errors)
        self._read_bars(line)
        if VETO.fullmatch(self.rows[at].get(self._heading("points"), "").strip()):
            line.is_veto = True
        source = self.rows[at].get(self._heading("metric"), "").strip()
        if not line.metric and "metric" not in errors and source not in BY_HAND and not is_blank(source):
            self.warn("metric", _("“%(value)s”不是系统里的统计数，这一项由人填。") % {"value": source[:30]})
        heads = line.code in self.parent_codes if self.has_parents else at in self.has_children
        if not line.method and "method" not in errors:
            line.method = Method.HEADING if heads else _method_of(line)
        self._read_direction(line, at)
        if line.method == Method.HEADING:
            self._compare_sum(line, at)
            line.points = Decimal(0)
        if not line.subject and "subject" not in errors:
            line.subject = line.parent.subject if line.parent else _subject_of(line.name)

    def _read_label(self, line: Any, at: int, errors: dict[str, Any]) -> None:
        """否决项 or 加分项 where the others have their number, or as their group."""
        own = one_line(self.rows[at].get(self._heading("code"), ""))
        label = own if _is_label(own) else getattr(line, "level1", "")
        label = label or self._group_above()
        if ADDED.fullmatch(label):
            errors["name"] = [ValidationError(beside_the_standard(label))]
        elif VETO.fullmatch(label):
            line.is_veto = True

    def _group_above(self) -> str:
        """The 一级指标 that goes on where a row names none."""
        return self.last_group[0]

    def _read_direction(self, line: Any, at: int) -> None:
        """≤4小时 asks for less, whatever nobody has said of the number; 发生安全责任事故 is not to be."""
        if line.method == Method.YES_NO and _HAPPENS.match(line.name or ""):
            if is_blank(self.rows[at].get(self._heading("more_is_better"), "")):
                line.more_is_better = False
            return
        row = self.rows[at]
        if line.method == Method.STEPS:
            falls = bool(line.steps) and steps_fall(row.get(self._heading("steps"), ""))
        else:
            asked = line.requirements if line.method == Method.THRESHOLD else ()
            falls = any(asks_at_most(row.get(self._heading(f"{of}_{key}"), "")) for key in asked for of in _BAR_COLUMNS)
        if not falls:
            return
        if not is_blank(self.rows[at].get(self._heading("more_is_better"), "")):
            if line.more_is_better:
                self.warn("more_is_better", _("要求写的是“不超过”“以内”，这里写的是越大越好，请核对。"))
            return
        line.more_is_better = False

    def _compare_sum(self, line: Any, at: int) -> None:
        """A heading's own points do not count; where they are not the sum of those below, one of the two is wrong."""
        added = self._points_below(at)
        if line.points and line.points != added:
            words = {"own": plain(line.points), "added": plain(added)}
            self.warn("points", _("标题写 %(own)s 分，下面各项合计 %(added)s 分；按各项的算。") % words)

    def _points_below(self, at: int) -> Decimal:
        below = [number for number, place in enumerate(self.places) if place.parent == at]
        return sum((self._points_below(one) or self.points_said[one] for one in below), Decimal(0))

    def _is_double(self, at: int) -> bool:
        return bool(self.codes[at]) and self.codes[at] in self.codes[:at]

    def _judged(self, instance: Any) -> dict[str, list[ValidationError]]:
        found = super()._judged(instance)
        if self._is_double(self.row - 1):
            found.pop(NON_FIELD_ERRORS, None)  # the constraint says the same again
        return found

    def _place(self, line: Any, at: int, errors: dict[str, Any]) -> None:
        if self.has_parents:
            said = getattr(line, "said_parent", "")
            line.parent = self.lines.get(said)
            if said and line.parent is None:
                errors["said_parent"] = [ValidationError(_("“%(code)s”不在这一行前面。") % {"code": said[:20]})]
            return
        group = self._group(line)
        if group is not None:
            line.parent = group
            below = sum(one.parent_id == group.pk for one in self.lines.values())
            line.code = line.code or f"{group.code}.{below + 1}"
        else:
            above = self.places[at].parent
            line.parent = self.lines.get(self.codes[above]) if above is not None else None
            line.code = line.code or self.places[at].code

    def _group(self, line: Any) -> Indicator | None:
        """The heading that merged cells put the row under, made when it is first met."""
        first, second = (getattr(line, name, "") or "" for name in ("level1", "level2"))
        last = self.last_group
        first = first or self._group_above()
        second = second or (last[1] if first == last[0] else "")
        if not first and not second:
            return None
        self.last_group = (first, second)
        top = self._made_heading((first, ""), None) if first else None
        return self._made_heading((first, second), top) if second else top

    def _made_heading(self, key: tuple[str, str], parent: Indicator | None) -> Indicator:
        if key not in self.headings:
            _mark, name = split(key[1] or key[0])
            siblings = sum(one.parent_id == (parent.pk if parent else None) for one in self.lines.values())
            code = f"{parent.code}.{siblings + 1}" if parent else str(siblings + 1)
            row = Indicator(
                standard=self.draft, parent=parent, code=code, name=name[:200], method=Method.HEADING,
                subject=parent.subject if parent else _subject_of(name), position=self._next_position(),
            )  # fmt: skip
            row.full_clean()
            row.save()
            self.headings[key] = self.lines[code] = row
        return self.headings[key]

    def _read_bars(self, line: Any) -> None:
        requirements: dict[str, str] = {}
        texts: dict[str, str] = {}
        for bar in self.bars:
            key = bar["key"]
            value, text = getattr(line, f"value_{key}", None), getattr(line, f"text_{key}", "")
            if value is None and text and line.method in ("", Method.THRESHOLD) and (found := bar_in(text)) is not None:
                value = found
            if value is not None:
                requirements[key] = plain(value)
            if not is_blank(text):
                texts[key] = text
        line.requirements, line.texts = requirements, texts

    def _next_position(self) -> int:
        self.position += STEP
        return self.position

    def save_row(self, instance: Any, *, is_new: bool) -> None:
        instance.position = self._next_position()
        instance.save()
        self.lines[instance.code] = instance

    # -- taking it back -------------------------------------------------------------------------------------------
    def undo(self, made: Sequence[Any], *, reason: str) -> Undone:
        """The draft goes again, unless somebody has worked on it; a first version goes back to having no indicators."""
        standard = Standard.objects.filter(pk__in=made).first()
        if standard is None:
            return Undone(left=[(_("草稿"), _("已经删去。"))])
        try:
            opened(standard)
        except MoveNotAllowed as error:
            return Undone(left=[(str(standard), str(error))])
        if standard.indicators.filter(version__gt=1).exists() or standard.version > 1:
            return Undone(left=[(str(standard), _("导入以后有人改过，没有撤回；不要了可以删去草稿。"))])
        lines = standard.indicators.count()
        if standard.number > 1:
            remove(standard)
        else:
            standard.indicators.filter(parent=None).delete()
        return Undone(taken=lines)

    def records(self, made: Sequence[Any]) -> QuerySet[Standard]:
        return Standard.objects.filter(pk__in=made)


def _points_in(text: str) -> Decimal:
    """What cannot be read is told at its own row."""
    try:
        return Points().clean(text)
    except ValueError:
        return Decimal(0)


def _method_of(line: Any) -> str:
    if line.steps:
        return Method.STEPS
    if line.per_unit:
        return Method.DEDUCTION
    if line.requirements:
        return Method.THRESHOLD
    return Method.YES_NO if line.is_veto and not line.points else Method.JUDGED


def _subject_of(name: str) -> str:
    return Subject.PROFESSIONAL if "专业" in name else Subject.PUBLIC
