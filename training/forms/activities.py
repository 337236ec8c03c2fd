"""Forms that begin an activity. They check input; who may begin one is asked by ``training.activities.beginning``."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organizations.models import Organization
from organizations.validators import validate_visible
from training.activities.beginning import last_of
from training.choices import ActivityKind
from training.models import Activity, DrillTemplate, PlanItem

INSTANT = {"type": "datetime-local"}
FIRST_YEAR, LAST_YEAR = 2000, 2100


class InstantField(forms.DateTimeField):
    """A day with its time, as browsers give it, in the portal's time zone."""

    default_error_messages = {"invalid": gettext_lazy("请填写日期和时间，例如 2026-05-12 09:00。")}

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs=INSTANT, format="%Y-%m-%dT%H:%M")
        super().__init__(**{"widget": widget, "required": False, **kwargs})

    def clean(self, value: Any) -> datetime | None:
        found = super().clean(value)
        if found is not None and not FIRST_YEAR <= timezone.localtime(found).year <= LAST_YEAR:
            raise forms.ValidationError(_("请核对年份。"))
        return found


def order(form: forms.BaseForm, begins: Any, ends: Any) -> None:
    """Say at the end's field what is wrong with the two together."""
    if ends and not begins:
        form.add_error("starts_at", _("填了结束时间，也要填开始时间。"))
    elif begins and ends and ends <= begins:
        form.add_error("ends_at", _("结束时间要晚于开始时间。"))


class _WhenForm(forms.Form):
    """What a new one of the kind is called, when it is, and where."""

    title = forms.CharField(
        label=gettext_lazy("名称"), max_length=100, required=False, strip=True, validators=[validate_visible]
    )
    starts_at = InstantField(label=gettext_lazy("开始"))
    ends_at = InstantField(label=gettext_lazy("结束"))
    place = forms.CharField(label=gettext_lazy("地点"), max_length=200, required=False, validators=[validate_visible])
    hide_optional = True  # all of it may come later

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not {"starts_at", "ends_at"} & set(self.errors):
            order(self, cleaned.get("starts_at"), cleaned.get("ends_at"))
        return cleaned


class BeginForm(_WhenForm):
    """``begin_with``: ``blank``, ``copy:<pk>`` of the host's last one, or ``template:<pk>``. ``item``: of the plan, for
    which it is held, and after which it is called."""

    begin_with = forms.ChoiceField(label=gettext_lazy("从哪里开始"), widget=forms.RadioSelect, initial="blank")
    field_order = ["begin_with", "title", "starts_at", "ends_at", "place"]

    def __init__(self, *args: Any, host: Organization, kind: str, item: PlanItem | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item = item
        self.last = last_of(host, kind)
        self.templates: dict[str, DrillTemplate] = {}
        if kind == ActivityKind.DRILL:
            rows = DrillTemplate.objects.usable_at(host).select_related("organization")
            self.templates = {f"template:{row.pk}": row for row in rows}
        choices: list[tuple[str, Any]] = [("blank", _("空白"))]
        if self.last is not None:
            choices.append((f"copy:{self.last.pk}", _("照上一次的：%(last)s") % {"last": _named(self.last)}))
        choices += [(key, _("模板：%(name)s") % {"name": row.name}) for key, row in self.templates.items()]
        self.fields["begin_with"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            del self.fields["begin_with"]
        elif self.last is not None:
            if kind == ActivityKind.DRILL:  # mostly the last one again; the next course has other people
                self.fields["begin_with"].initial = f"copy:{self.last.pk}"
            self.fields["begin_with"].help_text = _(
                "照上一次的，队伍、名单、科目、情景、装备都带过来；名称和地点不填就用上一次的。"
            )

        if item is not None:
            self.initial["title"], self.initial["begin_with"] = item.name, "blank"

    @property
    def source(self) -> Activity | None:
        """The activity to copy, if that was chosen."""
        chosen = self.cleaned_data.get("begin_with", "blank")
        return self.last if chosen.startswith("copy:") else None

    @property
    def template(self) -> DrillTemplate | None:
        return self.templates.get(self.cleaned_data.get("begin_with", ""))

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in ("title", "starts_at", "ends_at", "place")}


class CopyForm(_WhenForm):
    """The three things that differ the next time; a title and place of last time are given."""

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in ("title", "starts_at", "ends_at", "place")}


class TemplateForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("模板名称"), max_length=100, validators=[validate_visible])


def _named(activity: Activity) -> str:
    day = timezone.localtime(activity.starts_at).strftime("%Y-%m-%d") if activity.starts_at else ""
    return f"{activity} {day}".strip()
