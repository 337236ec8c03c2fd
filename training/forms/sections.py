"""One section of an activity's form. What is right of what was typed is kept, what is wrong stays on the page."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import Clash, StaleForm, VersionedForm, plain, same
from core.history.as_at import events_of
from core.history.pages import made_elsewhere, on_page
from core.integrity import plainly
from core.pickers import DAY
from core.workflow import MoveNotAllowed
from organizations.models import Division, User
from training.activities.beginning import relay
from training.activities.sections import Section, fields_for
from training.choices import Department, Dimension, Rating
from training.forms.activities import InstantField, order
from training.models import Activity, Base, CourseVersion, Evaluation, Subject
from training.participants.places import move_up
from training.planning import items_for

MOST_BASES = 200
HELPS = {
    "place": gettext_lazy("写到能找到，例如“红山水库东岸码头”。"),
    "latitude": gettext_lazy("北纬，小数，例如 42.25810。不知道可以不填。"),
    "longitude": gettext_lazy("东经，小数，例如 118.88690。不知道可以不填。"),
    "plan_item": gettext_lazy("记到年度计划的哪一项；不在计划里的不选。"),
    "base": gettext_lazy("在登记的训练基地举办的，选它就不用再写地点。"),
    "outside_people": gettext_lazy("不在名单里的人：外省区队伍、协同部门、群众。"),
    "satisfaction": gettext_lazy("学员评价满意的占多少，例如 96.5。"),
    "counts_hours": gettext_lazy("记录确认后，按点名给每个人记时长。"),
    "cost": gettext_lazy("没有的不填。"),
}
_TEXTS = ("outside_units", "scenario", "process", "equipment_used", "vehicles_used", "summary")
_KEYED = ("subjects", "departments")  # lists of keys
_ROWS = {"process": 8, "summary": 8, "scenario": 5}


class SectionForm(VersionedForm):
    """Anything may be missing. ``keep`` saves every field that can be read; ``left_out`` names the others."""

    hide_optional = True  # what is needed is asked for at the hand-in

    class Meta:
        model = Activity
        fields: list[str] = []

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, own=user, **kwargs)
        self.relaid: str = ""
        for name, field in self.fields.items():
            field.required = False
            field.help_text = field.help_text or HELPS.get(name, "")
        self._choose()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if {"starts_at", "ends_at"} <= set(self.fields) and not {"starts_at", "ends_at"} & set(self.errors):
            order(self, cleaned.get("starts_at"), cleaned.get("ends_at"))
        return self.cleaned_data

    def _post_clean(self) -> None:
        """Only the fields of this form are looked at. The table's constraints over others are not this page's business,
        and those over its own are said by ``clean`` at the fields."""
        exclude = self._get_validation_exclusions()  # type: ignore[attr-defined]
        forms.models.construct_instance(self, self.instance, self._meta.fields)  # type: ignore[attr-defined]
        try:
            self.instance.clean_fields(exclude=exclude)
        except forms.ValidationError as error:
            self._update_errors(error)  # type: ignore[attr-defined]

    @property
    def is_stale(self) -> bool:
        return self.has_error(NON_FIELD_ERRORS, "stale")

    @property
    def left_out(self) -> list[str]:
        """Names of the fields that could not be read. Beginning and end belong together."""
        wrong = [name for name in self.fields if name in self.errors]
        if {"starts_at", "ends_at"} & set(wrong):
            wrong += [name for name in ("starts_at", "ends_at") if name in self.fields and name not in wrong]
        return wrong

    def keep(self, *, typing: bool = False) -> Activity:
        """Save what can be read, under the lock; asks again whether the record may still be changed.

        :param typing: the page saves itself: a field that is empty may be about to be filled in anew, and nobody is
            given a place for it (``training.participants.places.fill_up`` does later, where it stays so).
        :raises StaleForm: the same fields were changed elsewhere. ``MoveNotAllowed``: handed in meanwhile.
        """
        names = [name for name in self._own_fields() if name not in self.left_out and name in self.cleaned_data]
        with on_page(self.sign), transaction.atomic(), plainly(Activity):
            locked = Activity.objects.select_for_update(of=("self",)).select_related("host").get(pk=self.instance.pk)
            self.check_locked(locked)
            if self.is_stale or self._is_stale(locked, self.cleaned_data.get("version")):
                if not self.is_stale:
                    self._tell(locked, self.cleaned_data)
                raise StaleForm
            was = locked.starts_at, locked.ends_at
            changed = [name for name in names if not same(getattr(locked, name), self.cleaned_data[name])]
            for name in changed:
                setattr(locked, name, self.cleaned_data[name])
            also = self.keep_more(locked)
            if changed or also:
                locked.version += 1
                locked.save(update_fields=[*changed, "version"])
            if "places" in names and not typing:
                move_up(locked)
            if {"starts_at", "ends_at"} & set(changed):
                _slots, follow = relay(locked, was, by=self.own)
                self.relaid = "" if follow else str(follow.reason)
        self.instance = locked
        return locked

    def keep_more(self, locked: Activity) -> bool:
        """Rows beside the record; says whether any changed."""
        return False

    def check_locked(self, locked: Activity) -> None:
        MoveNotAllowed.unless(locked.can_edit(self.own))

    def _is_stale(self, fresh: Any, opened: int | None) -> bool:
        """Others may fill in other sections meanwhile."""
        if not super()._is_stale(fresh, opened):
            return False
        before = self._as_opened(opened)
        return before is None or any(
            not same(getattr(fresh, name), getattr(before, name)) for name in self._own_fields()
        )

    def _tell(self, fresh: Any, typed: dict[str, Any]) -> None:
        super()._tell(fresh, typed)
        for place, clash in enumerate(self.clashes):
            words = dict(getattr(self.fields[clash.name], "choices", ())) if clash.name in _KEYED else {}
            if words:
                told = {part: _named(getattr(clash, part), words) for part in ("old", "new", "mine")}
                self.clashes[place] = replace(clash, **told)

    def _take(self, name: str, value: Any) -> None:
        if name in _KEYED:
            self.data.setlist(self.add_prefix(name), value or [])
        else:
            super()._take(name, value)

    # -- what may be chosen --------------------------------------------------------------------------------
    def _choose(self) -> None:
        for name in self.fields:
            chooser = getattr(self, f"_choose_{name}", None)
            if chooser is not None:
                chooser(self.fields[name])

    def _choose_plan_item(self, field: Any) -> None:
        field.queryset = items_for(self.instance, self.own)
        field.label_from_instance = lambda item: f"{item.plan}：{item.name}"

    def _choose_base(self, field: Any) -> None:
        """All bases in use may be chosen by key; those offered are the ones around."""
        every = Base.objects.visible_to(self.own)
        field.queryset = every.in_use() | every.filter(pk=self.instance.base_id)
        host = self.instance.host
        league = host.path[: host.steplen * 3]  # under 总会 and the region
        near = every.in_use().filter(organization__path__startswith=league)
        above = every.in_use().filter(organization__path__in=host.line)
        rows = list(Base.objects.filter(pk__in=near.order_by().values("pk").union(above.order_by().values("pk")))
                    .order_by("name")[:MOST_BASES])  # fmt: skip
        if self.instance.base is not None and self.instance.base not in rows:
            rows.insert(0, self.instance.base)
        field.choices = [("", _("没有在基地")), *((row.pk, row.name) for row in rows)]

    def _choose_division(self, field: Any) -> None:
        field.queryset = Division.objects.exclude(level=Division.Level.PROVINCE).order_by("code")

    def _choose_course_version(self, field: Any) -> None:
        from training.models import Course  # beside its version; here to keep the list of imports to what forms name

        courses = Course.objects.visible_to(self.own).in_use()
        usable = CourseVersion.objects.filter(published_at__isnull=False, course__in=courses.order_by().values("pk"))
        rows = usable | CourseVersion.objects.filter(pk=self.instance.course_version_id)
        field.queryset = rows.select_related("course").order_by("course__name", "-number")


def _named(keys: str, words: dict[str, Any]) -> str:
    """Keys joined for reading, each by its name."""
    mark = _("、")
    return mark.join(str(words.get(key, key)) for key in keys.split(mark))


class _Line(forms.Textarea):
    def __init__(self, rows: int) -> None:
        super().__init__(attrs={"rows": rows})


def _widgets() -> dict[str, Any]:
    return {name: _Line(_ROWS.get(name, 3)) for name in _TEXTS} | {"enrols_until": DAY}


def _chosen_of(choices: Iterable[tuple[str, Any]], label: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=list(choices), required=False, widget=forms.CheckboxSelectMultiple
    )


def section_form(section: Section, activity: Activity, user: User, data: Any = None) -> SectionForm:
    """The form of one section, bound where there is ``data``."""
    if section.key == "evaluation":
        return EvaluationForm(data, instance=activity, user=user)
    names = fields_for(section, activity.kind)
    meta = Activity._meta
    own: dict[str, Any] = {
        name: InstantField(label=meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        for name in ("starts_at", "ends_at")
        if name in names
    }
    if "subjects" in names:
        kept = activity.subjects
        rows = [row for row in Subject.objects.all() if row.ended_on is None or row.pk in kept]
        own["subjects"] = _chosen_of([(row.pk, row.name) for row in rows], meta.get_field("subjects").verbose_name)  # type: ignore[union-attr]
    if "departments" in names:
        own["departments"] = _chosen_of(Department.choices, meta.get_field("departments").verbose_name)  # type: ignore[union-attr]
    inner = type("Meta", (), {"model": Activity, "fields": names, "widgets": _widgets()})
    made: type[SectionForm] = type("ActivitySectionForm", (SectionForm,), {"Meta": inner, **own})
    return made(data, instance=activity, user=user)


# -- 评估 ---------------------------------------------------------------------------------------------------
class EvaluationForm(SectionForm):
    """Every dimension with a rating and a note; none is compulsory. Emptied ones stay as rows without a rating."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = {row.dimension: row for row in self.instance.evaluations.all()}
        for dimension in Dimension:
            row = self.before.get(dimension)
            self.fields[f"rating_{dimension.value}"] = forms.ChoiceField(
                label=dimension.label, choices=[("", _("不评")), *Rating.choices], required=False,
                initial=row.rating if row else "",
            )  # fmt: skip
            self.fields[f"note_{dimension.value}"] = forms.CharField(
                label=_("%(dimension)s的说明") % {"dimension": dimension.label}, max_length=500, required=False,
                initial=row.note if row else "", widget=_Line(2),
            )  # fmt: skip

    def _is_stale(self, fresh: Any, opened: int | None) -> bool:
        """Whether somebody else has written to the same dimensions since."""
        if not VersionedForm._is_stale(self, fresh, opened):
            return False
        then = fresh.tracked_events.filter(version=opened).order_by("pgh_id").last()
        events = events_of(Evaluation).objects.filter(activity_id=fresh.pk)
        if then is not None:
            events = events.filter(pgh_created_at__gt=then.pgh_created_at)
        return made_elsewhere(events, self.own, self.sign).exists()

    def _tell(self, fresh: Any, typed: dict[str, Any]) -> None:
        super()._tell(fresh, typed)
        for row in Evaluation.objects.filter(activity_id=fresh.pk):
            mine = typed.get(f"rating_{row.dimension}", ""), typed.get(f"note_{row.dimension}", "")
            if mine != (row.rating, row.note):
                label = row.get_dimension_display()
                theirs = f"{row.get_rating_display()} {row.note}".strip()
                own = f"{dict(Rating.choices).get(mine[0], '')} {mine[1]}".strip()
                self.clashes.append(Clash(f"rating_{row.dimension}", label, "", plain(theirs), plain(own)))

    def keep_more(self, locked: Activity) -> bool:
        changed = False
        there = {row.dimension: row for row in locked.evaluations.all()}
        for dimension in Dimension:
            names = f"rating_{dimension.value}", f"note_{dimension.value}"
            if set(names) & set(self.errors):
                continue
            rating, note = (self.cleaned_data.get(name, "") for name in names)
            row = there.get(dimension.value)
            if row is None and not (rating or note):
                continue
            if row is None or (row.rating, row.note) != (rating, note):
                facts = {"rating": rating, "note": note}
                Evaluation.objects.update_or_create(activity=locked, dimension=dimension.value, defaults=facts)
                changed = True
        return changed
