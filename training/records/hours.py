"""Hours of service and training that follow from the roll (志愿服务条例第19条): credited when the record is
confirmed, taken back when it is opened again."""

from decimal import ROUND_HALF_UP, Decimal

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from core.language import in_chinese
from people.choices import HourKind
from people.models import HourRecord
from training.choices import Listing, Presence
from training.models import Activity, Attendance

LEAST, MOST = Decimal("0.5"), Decimal(24)  # of one record (people.models.HourRecord)


def hours_of(minutes: int) -> Decimal:
    """Minutes as hours, to a tenth."""
    return (Decimal(minutes) / 60).quantize(Decimal("0.1"), ROUND_HALF_UP)


def attended(activity: Activity) -> QuerySet[Attendance]:
    """Everybody of the list who was there, a row per slot, with ``counted``: minutes as corrected."""
    rows = Attendance.objects.filter(
        slot__activity=activity, participation__listing=Listing.LISTED, presence=Presence.PRESENT
    )
    return rows.annotate(counted=Coalesce(F("minutes_set"), F("minutes")))


def credit(activity: Activity) -> int:
    """Write an hour record per person and slot; returns how many. Within the transaction of the confirmation."""
    if not activity.counts_hours:
        return 0
    rows = [
        row
        for row in attended(activity).select_related("participation", "slot").filter(hour_record=None)
        if hours_of(row.counted) >= LEAST  # type: ignore[attr-defined]
    ]
    with in_chinese():
        what = f"{activity.get_kind_display()}：{activity}"[:100]
    records = HourRecord.objects.bulk_create(
        [
            HourRecord(
                person_id=row.participation.person_id,
                organization_id=activity.host_id,
                kind=HourKind.TRAINING,
                on=timezone.localdate(row.slot.starts_at),
                hours=min(hours_of(row.counted), MOST),  # type: ignore[attr-defined]
                what=what,
            )
            for row in rows
        ],
        batch_size=500,
    )
    for row, record in zip(rows, records, strict=True):
        row.hour_record = record
        row.version += 1
    Attendance.objects.bulk_update(rows, ["hour_record", "version"], batch_size=500)
    return len(records)


def take_back(activity: Activity) -> None:
    """End what was credited: the record was opened again."""
    rows = Attendance.objects.filter(slot__activity=activity, hour_record__isnull=False)
    with in_chinese():
        reason = _("活动记录退回更正，确认后重新计时")
    HourRecord.objects.filter(pk__in=rows.values("hour_record"), ended_at=None).update(
        ended_at=timezone.now(), end_reason=reason, version=F("version") + 1
    )
    rows.update(hour_record=None, version=F("version") + 1)
