"""Fields and choices are drawn without Django's templates, and come out the same."""

from datetime import date
from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import mark_safe

from core.widgets import Renderer

CHOICES = [("", "—"), ("a", "甲 & <乙>"), (3, "三"), ("组", [("b", '“"引号"”'), (None, "无")])]
WIDGETS = [
    forms.Select(choices=CHOICES),
    forms.Select(attrs={"class": 'a"b', "disabled": True, "required": False}, choices=CHOICES),
    forms.SelectMultiple(attrs={"size": 3}, choices=CHOICES),
    forms.Select(),
    forms.TextInput(attrs={"class": 'a"b', "readonly": True, "required": False}),
    forms.NumberInput(attrs={"min": 0}),
    forms.DateInput(),
    forms.EmailInput(),
    forms.HiddenInput(),
    forms.CheckboxInput(),
    forms.Textarea(),
]


def _lines(markup: str) -> list[str]:
    return [line.strip() for line in markup.split("\n") if line.strip()]


@pytest.mark.parametrize("widget", WIDGETS)
@pytest.mark.parametrize("value", [None, "", "a", 3, ["b", "3"], "<", mark_safe("<b>"), date(2026, 3, 5)])
def test_the_markup_is_django_s_own(widget: Any, value: Any) -> None:
    ours = widget.render("name", value, {"id": "id_name"}, renderer=Renderer())
    assert _lines(ours) == _lines(widget.render("name", value, {"id": "id_name"}, renderer=TemplatesSetting()))
    assert hasattr(ours, "__html__")
