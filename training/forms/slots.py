"""The slots of an activity as rows of one page. All of them are kept, or none."""

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.integrity import plainly
from core.keys import keys
from core.workflow import MoveNotAllowed
from organizations.models import User
from organizations.validators import validate_visible
from training.activities.slots import MOST, retime
from training.forms.activities import InstantField
from training.models import Activity, Attendance, Mark, Slot
from training.roll.settling import let_in_by_time


class SlotForm(forms.Form):
    """One slot. An emptied row is a slot that is gone; one for which the roll was called stays, whatever its times."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False)
    label = forms.CharField(label=gettext_lazy("名称"), max_length=40, required=False, validators=[validate_visible])
    starts_at = InstantField(label=gettext_lazy("开始"))
    ends_at = InstantField(label=gettext_lazy("结束"))
    hide_optional = True

    def __init__(self, *args: Any, slot: Slot | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slot = slot
        self.called = bool(slot is not None and slot.called)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        begins, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if self.errors or self.is_empty:
            return cleaned
        if not begins or not ends:
            self.add_error("ends_at" if begins else "starts_at", _("开始和结束都要填；不要这一场就都清空。"))
        elif ends <= begins:
            self.add_error("ends_at", _("结束时间要晚于开始时间。"))
        return cleaned

    @property
    def is_empty(self) -> bool:
        return not self.called and not any(self.cleaned_data.get(name) for name in ("starts_at", "ends_at", "label"))

    @property
    def keeps_times(self) -> bool:
        """Pages give times to the minute."""
        slot = self.slot
        if slot is None:
            return False
        return [at.replace(second=0, microsecond=0) for at in (slot.starts_at, slot.ends_at)] == list(self.span)

    @property
    def span(self) -> tuple[datetime, datetime]:
        return self.cleaned_data["starts_at"], self.cleaned_data["ends_at"]


class SlotRows:
    """All rows of the page. ``head`` holds what is wrong with them together.

    The page sends along which slots it showed (``offered``). Were they others by now, nothing is kept, and the page is
    shown with what was typed and, below, the slots it did not know of.
    """

    def __init__(self, activity: Activity, data: Mapping[str, Any] | None, *, more: bool = False) -> None:
        self.activity = activity
        self.head = forms.Form(data if data is not None else None)
        self.slots = {slot.pk: slot for slot in slots_of(activity)}
        self.is_stale = data is not None and set(keys(data.get("offered", "").split())) != set(self.slots)
        if data is not None and self.is_stale:
            data = self._caught_up(data)
        count = min(_count(data), MOST) if data is not None else 0
        if data is None:
            self.forms = [
                SlotForm(
                    prefix=f"slot-{number}", slot=slot,
                    initial={"pk": slot.pk, "label": slot.label, "starts_at": slot.starts_at, "ends_at": slot.ends_at},
                )
                for number, slot in enumerate(self.slots.values())
            ]  # fmt: skip
        else:
            self.forms = [self._row(data, number) for number in range(count)]
        if more or not self.forms:
            self.forms.append(SlotForm(prefix=f"slot-{len(self.forms)}"))

    @property
    def offered(self) -> str:
        return " ".join(str(pk) for pk in self.slots)

    def _caught_up(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The rows as they were sent, without the keys of slots that are gone, and the unknown slots after them."""
        offered, number = set(keys(data.get("offered", "").split())), _count(data)
        rows = {name: data[name] for name in data}
        for name in rows:
            if name.endswith("-pk") and rows[name] not in self.offered.split():
                rows[name] = ""
        for slot in self.slots.values():
            if slot.pk not in offered:
                facts = {"pk": slot.pk, "label": slot.label, "starts_at": _typed(slot.starts_at)}
                facts["ends_at"] = _typed(slot.ends_at)
                rows |= {f"slot-{number}-{name}": str(value) for name, value in facts.items()}
                number += 1
        return rows

    def _row(self, data: Mapping[str, Any], number: int) -> SlotForm:
        raw = str(data.get(f"slot-{number}-pk", ""))
        slot = self.slots.get(int(raw)) if raw.isascii() and raw.isdecimal() and len(raw) < 19 else None
        initial = {"starts_at": slot.starts_at, "ends_at": slot.ends_at} if slot is not None else {}
        return SlotForm(data, prefix=f"slot-{number}", slot=slot, initial=initial)

    @property
    def empty(self) -> SlotForm:
        """A row to be filled in, for the page's script."""
        return SlotForm(prefix="slot-__n__")

    def is_valid(self) -> bool:
        if self.is_stale:
            self.head.add_error(None, _("您打开之后，场次改过，没有保存。新的场次补在最后，请看过再保存。"))
        good = min([form.is_valid() for form in self.forms], default=True)  # every row says what is wrong with it
        if not good or self.is_stale:
            return False
        told = {form.slot.pk for form in self.filled if form.slot is not None}
        if any(slot.called and pk not in told for pk, slot in self.slots.items()):  # type: ignore[attr-defined]
            self.head.add_error(None, _("点过名的场次不能去掉。"))
        self._together()
        return not self.head.errors

    @property
    def filled(self) -> list[SlotForm]:
        return [form for form in self.forms if not form.is_empty]

    def _together(self) -> None:
        spans = sorted(((form.span, form) for form in self.filled), key=lambda pair: pair[0])
        for (one, _form), (two, other) in pairwise(spans):
            if one[1] > two[0]:
                other.add_error("starts_at", _("和另一场的时间重叠了。"))
                self.head.add_error(None, _("有两个场次的时间重叠了。"))
        begins, ends = self.activity.starts_at, self.activity.ends_at
        for span, form in spans:
            if begins and ends and not (form.called and form.keeps_times) and (span[0] < begins or span[1] > ends):
                form.add_error("ends_at", _("场次要在活动的起止时间以内。"))
                self.head.add_error(None, _("有的场次不在活动的起止时间以内；要改起止时间，到“基本情况”里改。"))

    def keep(self, *, by: User) -> None:
        """Write what differs, under the lock of the activity.

        :raises MoveNotAllowed: handed in meanwhile. ``ValidationError``: the slots were changed, or the roll called.
        """
        with transaction.atomic(), plainly(Slot):
            locked = Activity.objects.select_for_update(of=("self",)).select_related("host").get(pk=self.activity.pk)
            MoveNotAllowed.unless(locked.can_edit(by))
            now = {slot.pk: slot for slot in slots_of(locked)}
            if _told(now) != _told(self.slots):
                raise ValidationError(_("您打开之后，场次改过或点过名。请看过最新的场次再改。"), code="stale")
            if self._write(locked, now):
                locked.version += 1
                locked.save(update_fields=["version"])
                let_in_by_time(locked, by=by)

    def _write(self, locked: Activity, now: dict[int, Slot]) -> bool:
        """What stays as it was keeps its key, and what hangs on it, as does one for which the roll was called; the
        others are laid anew."""
        kept, new, moved = [], [], []
        for form in self.filled:
            slot = form.slot
            facts = {"label": form.cleaned_data["label"], "starts_at": form.span[0], "ends_at": form.span[1]}
            if slot is not None and (form.called or form.keeps_times):
                kept.append(slot.pk)
                if not form.keeps_times:
                    moved.append((now[slot.pk], form.span))
                if slot.label != facts["label"]:
                    Slot.objects.filter(pk=slot.pk).update(label=facts["label"])
            else:
                new.append(Slot(activity=locked, **facts))
        gone = [pk for pk in now if pk not in kept]
        if any(now[pk].called for pk in gone):  # type: ignore[attr-defined]
            raise ValidationError(_("点过名的场次不能去掉。"))
        Slot.objects.filter(pk__in=gone).delete()
        retime(moved)
        Slot.objects.bulk_create(new)
        return bool(gone or new or any(form.has_changed() for form in self.filled))


def slots_of(activity: Activity) -> Any:
    """Each with ``called``: whether anybody was marked for it."""
    marked = Exists(Mark.objects.filter(slot=OuterRef("pk")))
    return activity.slots.annotate(called=marked | Exists(Attendance.objects.filter(slot=OuterRef("pk"))))


def _told(slots: Mapping[int, Slot]) -> list[tuple[Any, ...]]:
    return sorted((pk, slot.starts_at, slot.ends_at, slot.called) for pk, slot in slots.items())  # type: ignore[attr-defined]


def _typed(at: datetime) -> str:
    """As a field of a page sends an instant."""
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def _count(data: Mapping[str, Any]) -> int:
    """Rows that were sent: the highest number there is."""
    parts = (name.split("-")[1] for name in data if name.startswith("slot-"))
    numbers = [int(part) for part in parts if part.isascii() and part.isdecimal() and len(part) < 4]
    return max(numbers, default=-1) + 1
