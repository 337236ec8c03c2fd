"""Forms of people on the list of an activity, and of who teaches."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.forms import VersionedForm
from core.workflow import MoveNotAllowed
from organizations.validators import validate_visible
from training.models import Activity, Instructor, Participation, Teaching


class ParticipationForm(VersionedForm):
    """One line of the list."""

    class Meta:
        model = Participation
        fields = ["role", "risk_reason", "note"]
        help_texts = {
            "risk_reason": _("不在人身意外保险保障期内的，要写明为什么仍然参加（志愿服务条例第十七条）。"),
            "note": "",
        }

    def __init__(self, *args: Any, covers: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not covers:
            del self.fields["risk_reason"]
        for name in ("risk_reason", "note"):
            if name in self.fields:
                self.fields[name].validators.append(validate_visible)

    def check_locked(self, locked: Participation) -> None:
        activity = Activity.objects.select_for_update(of=("self",)).get(pk=locked.activity_id)
        if not activity.is_open:
            words = {"state": activity.get_state_display()}
            raise MoveNotAllowed("state", _("现在是“%(state)s”，名单不能再改。") % words)


MOST_INSTRUCTORS = 400


def instructors_for(activity: Activity, also: int | None = None) -> QuerySet[Instructor]:
    """In use, of the host's own line: kept at the host, below it or above it; others are written by name."""
    host = activity.host
    near = Q(organization__path__startswith=host.path) | Q(organization__path__in=host.line)
    rows: QuerySet[Instructor] = Instructor.objects.filter(Q(near, ended_on=None) | Q(pk=also or 0))
    return rows.order_by("name", "pk")


class TeachingForm(forms.ModelForm):
    """Who teaches what. An instructor brings name and qualification along."""

    class Meta:
        model = Teaching
        fields = ["instructor", "name", "qualification", "topic", "lessons"]
        help_texts = {
            "name": _("选了师资的可以不填；不在师资库的填写姓名。"),
            "qualification": _("例：红十字应急救护师资（二级）。"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = instructors_for(self.instance.activity, self.instance.instructor_id)
        field: Any = self.fields["instructor"]
        field.queryset = rows
        found = list(rows.select_related("organization")[:MOST_INSTRUCTORS])
        labels = [(row.pk, f"{row.name}（{row.employer or row.organization.short_name}）") for row in found]
        field.choices = [("", _("不在师资库")), *labels]
        self.fields["name"].required = False
        self.fields["topic"].widget.attrs["list"] = "lesson-names"  # of the syllabus, offered and not asked for

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        instructor = cleaned.get("instructor")
        if instructor is not None:
            cleaned["name"] = cleaned.get("name") or instructor.name
            cleaned["qualification"] = cleaned.get("qualification") or instructor.qualification
        elif not cleaned.get("name") and "name" not in self.errors:
            self.add_error("name", _("请选择师资，或者填写姓名。"))
        if not self.instance.pk and not self.errors:
            same = {name: cleaned.get(name) for name in ("instructor", "name", "topic", "lessons")}
            if self.instance.activity.teachings.filter(**same).exists():
                self.add_error(None, _("已经登记过同样的授课：姓名、课目、学时都一样。"))
        return cleaned
