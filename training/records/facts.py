"""What the printed record of a drill or training says, put together from its rows."""

import io
from base64 import b64encode
from collections.abc import Iterable
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise
from PIL import Image

from core.attachments.formats.kinds import IMAGES, Refusal
from core.attachments.previews import open_preview
from core.models import Attachment
from training.choices import Dimension, Outcome, PartRole, Presence
from training.models import Activity, Attendance, Participation, Slot, Subject
from training.participants.attended import present
from training.records.hours import hours_of

PHOTOS = 12  # of a record; two hundred stay in the files
PICTURE = 900  # pixels of the longer side on paper
LINES = 3000  # of the sign-in list

Fact = tuple[StrOrPromise, str]


def facts_of(activity: Activity, *, draft: bool) -> dict[str, Any]:
    """Context of ``pdf/training_record.html``. Within ``in_chinese``; a dozen queries and the photos."""
    people = list(
        activity.participations.listed().select_related("person", "organization").order_by("organization__path", "pk")
    )
    slots = list(activity.slots.order_by("starts_at"))
    photos = Attachment.objects.of(activity).current().filter(kind="photo", media_type__in=IMAGES)
    lists, left = _lists(slots, people)
    return {
        "activity": activity,
        "draft": draft,
        "facts": _facts(activity, people),
        "texts": _texts(activity),
        "teachings": list(activity.teachings.order_by("pk")),
        "evaluations": _evaluations(activity),
        "problems": list(activity.problems.select_related("organization").order_by("due_on", "pk")),
        "results": _results(activity),
        "lists": lists,
        "left": left,
        "photos": pictures(photos.order_by("uploaded_at", "pk")[:PHOTOS]),
        "photos_all": photos.count(),
        "photos_most": PHOTOS,
        "leads": _("总指挥") if activity.is_drill else _("培训负责人"),
    }


# -- facts ----------------------------------------------------------------------------------------------
def _facts(activity: Activity, people: list[Participation]) -> list[Fact]:
    """Lines of the table; those of which nothing is known are left out."""
    teams = [team.organization.short_name for team in activity.teams.select_related("organization")]
    lines: list[tuple[StrOrPromise, Any]] = [
        (_("主办单位"), activity.host.name),
        (_("时间"), _span(activity)),
        (_("地点"), place_of(activity)),
        (_("演练形式"), activity.get_form_display()),
        (_("演练范围"), activity.get_scope_display()),
        (_("背景灾种"), activity.get_hazard_display()),
        (_("培训类别"), activity.get_training_kind_display()),
        (_("课程大纲"), activity.course_version),
        (_("科目"), _("、").join(_subjects(activity))),
        (_("总指挥"), activity.commander),
        (_("安全员"), activity.safety_officer),
        (_("参加队伍"), _("、").join(teams)),
        (_("协同部门"), _departments(activity)),
        (_("其他参加单位"), _("、").join(activity.outside_units.splitlines())),
        (_("人数"), _heads(activity, people)),
        (_("总时长"), _("%(hours)s 小时") % {"hours": hours_of(activity.minutes)} if activity.minutes else ""),
        (_("使用装备"), activity.equipment_used),
        (_("使用车辆"), _vehicles(activity)),
        (_("投入经费"), _("%(cost)s 元") % {"cost": activity.cost} if activity.cost is not None else ""),
        (
            _("满意度"),
            f"{activity.satisfaction}%" if activity.satisfaction is not None else "",
        ),
    ]
    return [(label, str(value)) for label, value in lines if value]


def _span(activity: Activity) -> str:
    if activity.starts_at is None:
        return ""
    first = timezone.localtime(activity.starts_at)
    if activity.ends_at is None:
        return f"{first:%Y-%m-%d %H:%M}"
    last = timezone.localtime(activity.ends_at)
    end = f"{last:%H:%M}" if last.date() == first.date() else f"{last:%Y-%m-%d %H:%M}"
    return _("%(start)s 至 %(end)s") % {"start": f"{first:%Y-%m-%d %H:%M}", "end": end}


def place_of(activity: Activity) -> str:
    """Where it was held: banner, base, the words for the place."""
    parts = (activity.division, activity.base, activity.place)
    return " ".join(str(part) for part in parts if part)


def _subjects(activity: Activity) -> list[str]:
    names = dict(Subject.objects.filter(pk__in=activity.subjects).values_list("key", "name"))
    return [names.get(key, key) for key in activity.subjects]


def _departments(activity: Activity) -> str:
    labels = dict(activity._meta.get_field("departments").base_field.flatchoices)  # type: ignore[union-attr]
    return _("、").join(str(labels.get(key, key)) for key in activity.departments)


def _vehicles(activity: Activity) -> str:
    number = _("%(n)d 辆") % {"n": activity.vehicles} if activity.vehicles else ""
    return " ".join(part for part in (number, activity.vehicles_used) if part)


def _heads(activity: Activity, people: list[Participation]) -> str:
    words = [_("应到 %(n)d 人") % {"n": activity.listed or len(people)}]
    if activity.listed:
        words.append(_("实到 %(n)d 人") % {"n": activity.present})
    if activity.outside_people:
        words.append(_("其他参加 %(n)d 人") % {"n": activity.outside_people})
    return _("，").join(words)


def _texts(activity: Activity) -> list[Fact]:
    lines = (
        (_("情景设定"), activity.scenario),
        (_("演练过程"), activity.process),
        (_("总结"), activity.summary),
    )
    return [(label, text) for label, text in lines if text.strip()]


def _evaluations(activity: Activity) -> list[Any]:
    order = list(Dimension.values)
    rows = [row for row in activity.evaluations.all() if row.rating or row.note]
    return sorted(rows, key=lambda row: order.index(row.dimension))


def _results(activity: Activity) -> str:
    """How many of those who were there passed: numbers, because a paper that hangs on a wall names nobody who failed.
    Whose presence was corrected after the results had been typed is not among them."""
    outcomes = list(present(activity).values_list("outcome", flat=True))
    counts = [(label, outcomes.count(value)) for value, label in Outcome.choices]
    return _("，").join(_("%(label)s %(n)d 人") % {"label": label, "n": n} for label, n in counts if n)


# -- the sign-in list -------------------------------------------------------------------------------------
def _lists(slots: list[Slot], people: list[Participation]) -> tuple[list[dict[str, Any]], int]:
    """A list per slot, and how many lines were left out."""
    rows = Attendance.objects.filter(slot__in=slots, participation__in=people)
    there = {(row.slot_id, row.participation_id): row for row in rows}
    lists, room = [], LINES
    for slot in slots:
        lines = [_line(one, there.get((slot.pk, one.pk))) for one in people[: max(room, 0)]]
        room -= len(people)
        if lines:
            heads = sum(line["there"] for line in lines)
            lists.append({"slot": slot, "lines": lines, "present": heads, "heading": len(slots) > 1})
    return lists, max(0, -room)


def _line(one: Participation, row: Attendance | None) -> dict[str, Any]:
    presence = row.presence if row else ""
    there = presence == Presence.PRESENT
    return {
        "name": one.person.name,
        "team": one.organization.short_name,
        "role": one.get_role_display() if one.role != PartRole.TAKES_PART else "",
        "there": there,
        "presence": row.get_presence_display() if row else Presence.UNKNOWN.label,
        "arrived": _clock(row.arrived_at) if there and row else "",
        "left": _clock(row.left_at) if there and row else "",
        "method": row.get_method_display() if there and row else "",
        "hours": hours_of(row.counted_minutes) if there and row else "",
        "set": bool(row and row.minutes_set is not None),
    }


def _clock(moment: Any) -> str:
    return f"{timezone.localtime(moment):%H:%M}" if moment else ""


# -- photos -----------------------------------------------------------------------------------------------
def pictures(photos: Iterable[Attachment]) -> list[dict[str, str]]:
    """Small display copies as data, with the file's name as caption; one that cannot be read is left out."""
    found = []
    for photo in photos:
        try:
            with open_preview(photo) as copy:
                data = _smaller(cast(Any, copy))
        except (Refusal, OSError):
            continue
        source = f"data:image/jpeg;base64,{b64encode(data).decode()}"
        found.append({"source": source, "caption": photo.name.rpartition(".")[0] or photo.name})
    return found


def _smaller(copy: Any) -> bytes:
    image: Image.Image = Image.open(copy).convert("RGB")
    image.thumbnail((PICTURE, PICTURE))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
