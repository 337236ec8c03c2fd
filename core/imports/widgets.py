"""What the text of a cell means. A value that means nothing raises ``ValueError`` with a sentence for the person."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from import_export.widgets import Widget

from core.imports.days import no_day, written
from core.language import in_chinese
from core.words import yes_no

_SEVERAL = re.compile(r"[、，,;；/／|\n]+")
Choices = Iterable[tuple[str, Any]] | Callable[[], Iterable[tuple[str, Any]]]
_YES = frozenset(["是", "有", "对", "√", "✓", "y", "yes", "true", "1"])
_NO = frozenset(["否", "无", "没有", "不", "×", "x", "n", "no", "false", "0"])


class Text(Widget):
    """Text as written; empty stays empty (text fields here are never NULL)."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return value or ""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value)


class Day(Widget):
    """A day in any spelling of ``core.imports.days``, written out whole: of a month without a day, or of a year in two
    digits, nobody knows which was meant.
    """

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> date | None:
        if not value:
            return None
        said = written(value)
        if said.parts == 2:
            words = {"value": value[:30], "year": said.day.year, "month": said.day.month}
            raise ValueError(_("“%(value)s”缺日，请写明是 %(year)d 年 %(month)d 月几日。") % words)
        if said.parts == 1 or said.short:
            raise no_day(value)
        return said.day

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value.isoformat() if value else ""


class YesNo(Widget):
    """是 / 否 and what people write instead; empty gives ``empty``."""

    def __init__(self, *, empty: bool | None = False) -> None:
        super().__init__()
        self.empty = empty

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool | None:
        word = (value or "").lower()
        if not word:
            return self.empty
        if word in _YES:
            return True
        if word in _NO:
            return False
        raise ValueError(_("请填“是”或“否”，不能填“%(value)s”。") % {"value": value[:30]})

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        with in_chinese():
            return "" if value is None else yes_no(value)


class Choice(Widget):
    """One of ``choices``, by its words or its key; ``also`` maps other words people use to keys.

    :param choices: or a function that gives them, where they are records; it is called once per run.
    """

    def __init__(self, choices: Choices, also: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._choices = choices
        self.also = also or {}

    @cached_property
    def choices(self) -> list[tuple[str, Any]]:
        return list(self._choices() if callable(self._choices) else self._choices)

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        if not value:
            return ""
        with in_chinese():  # sheets are Chinese, whichever language their uploader reads
            for key, label in self.choices:
                if value in (key, str(label)):
                    return key
        if value in self.also:
            return self.also[value]
        with in_chinese():
            offered = "、".join(str(label) for _key, label in self.choices)
        raise ValueError(
            _("“%(value)s”不在可选范围内，可以填：%(offered)s。") % {"value": value[:30], "offered": offered}
        )

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        with in_chinese():
            return str(dict(self.choices).get(value, value or ""))


class Several(Choice):
    """Some of ``choices``, in the order written, between any of 、，；/ or spaces. Empty is an empty list."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = value or ""
        parts = [part.strip() for part in _SEVERAL.split(text)] if _SEVERAL.search(text) else text.split()
        return list(dict.fromkeys(super(Several, self).clean(part) for part in parts if part))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "、".join(super(Several, self).render(item) for item in value or [])


class Lookup(Widget):
    """A record by any of ``fields`` (a code, a full name, a short name) among rows the person may use.

    :param rows: user → queryset, e.g. ``lambda by: Organization.objects.visible_to(by)``.
    :param noun: what it is called in messages: 单位.
    :param otherwise: how else what was typed may be called, asked where nothing goes by it.
    """

    def __init__(
        self,
        rows: Callable[[Any], QuerySet],
        fields: Iterable[str],
        *,
        noun: Any,
        otherwise: Callable[[str], str] = str,
    ) -> None:
        super().__init__()
        self.otherwise = otherwise
        self.rows, self.fields, self.noun = rows, tuple(fields), noun
        self._found: dict[str, list[Model]] = {}
        self._for: Any = None

    def clean(self, value: Any, row: Any = None, *, by: Any = None, **kwargs: Any) -> Model | None:
        if not value:
            return None
        found = self.find(value, by)
        if len(found) == 1:
            return found[0]
        words = {"noun": self.noun, "value": value[:40], "count": len(found)}
        if found:
            raise ValueError(_("有不止一个%(noun)s叫“%(value)s”，请写全称或代码。") % words)
        raise ValueError(self.unknown(value, by) or _("没有叫“%(value)s”的%(noun)s，或者不归您管。") % words)

    def unknown(self, value: str, by: Any) -> str:
        """What else is said where nothing goes by ``value`` among the rows of ``by``."""
        return ""

    def find(self, value: str, by: Any) -> list[Model]:
        """Asked once per value and run: a roster names the same office on every line."""
        if self._for is not by:
            self._found, self._for = {}, by
        if value not in self._found:
            found = self._called(value, by)
            other = self.otherwise(value)
            self._found[value] = found or (self._called(other, by) if other not in ("", value) else [])
        return self._found[value]

    def _called(self, value: str, by: Any) -> list[Model]:
        condition = Q()
        for name in self.fields:
            condition |= Q(**{name: value})
        return list(self.rows(by).filter(condition)[:2])

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value)
