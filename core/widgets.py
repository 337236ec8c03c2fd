"""How form fields become markup: as Django does it, but without a template for every field and every choice.

The filters of a list hold a few hundred options, a sheet of scores dozens of fields. A template included for each, with
one for its attributes, takes as long as all the rows of the list.
"""

from collections.abc import Callable
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.utils.safestring import SafeString, mark_safe

from core.escaping import escaped


class Renderer(TemplatesSetting):
    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        draw = _DRAWN.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)


def _input(widget: dict[str, Any]) -> SafeString:
    """The same as Django's ``input.html``."""
    value = "" if widget["value"] is None else f' value="{escaped(str(widget["value"]))}"'
    return mark_safe(f'<input type="{widget["type"]}" name="{escaped(widget["name"])}"{value}{_attributes(widget)}>')  # noqa: S308 - as below


def _textarea(widget: dict[str, Any]) -> SafeString:
    """The same as Django's ``textarea.html``."""
    opened = f'<textarea name="{escaped(widget["name"])}"{_attributes(widget)}>'
    return mark_safe(f"{opened}\n{escaped(widget['value'] or '')}</textarea>")  # noqa: S308 - as below


def _select(widget: dict[str, Any]) -> SafeString:
    """The same as Django's ``select.html``."""
    lines = [f'<select name="{escaped(widget["name"])}"{_attributes(widget)}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            lines.append(f'  <optgroup label="{escaped(group)}">')
        lines += [
            f'  <option value="{escaped(str(option["value"]))}"{_attributes(option)}>'
            f"{escaped(option['label'])}</option>"
            for option in options
        ]
        if group:
            lines.append("  </optgroup>")
    lines.append("</select>\n")
    return mark_safe("\n".join(lines))  # noqa: S308 - every part is escaped above


def _attributes(widget: dict[str, Any]) -> str:
    given = [(name, value) for name, value in widget["attrs"].items() if value is not False]
    return "".join(
        f" {escaped(name)}" if value is True else f' {escaped(name)}="{escaped(str(value))}"' for name, value in given
    )


_INPUTS = ("checkbox", "date", "email", "hidden", "input", "number", "text")
_DRAWN: dict[str, Callable[[dict[str, Any]], SafeString]] = {
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/textarea.html": _textarea,
    **{f"django/forms/widgets/{name}.html": _input for name in _INPUTS},
}
