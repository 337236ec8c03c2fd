"""How form fields become markup: as Django does it, but choices without a template for every one of them.

The filters of a list hold a few hundred options. A template included for each, with one for its attributes, takes as
long as all the rows of the list.
"""

from typing import Any

from django.forms.renderers import TemplatesSetting
from django.utils.safestring import SafeString, mark_safe

from core.escaping import escaped

SELECT = "django/forms/widgets/select.html"


class Renderer(TemplatesSetting):
    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name == SELECT:
            return _select(context["widget"])
        return super().render(template_name, context, request)


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
