"""What happened to one record, in words; records as they were on a day."""

from datetime import date, timedelta

import pgtrigger
import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.history import acting_as, changes_of
from core.history.as_at import as_at, end_of, events_of
from core.models import Attachment
from organizations.models import Appointment, Organization, User

pytestmark = pytest.mark.django_db
OrganizationEvent = events_of(Organization)
AttachmentEvent = events_of(Attachment)


def change(office: Organization, by: User | None = None, **values) -> None:
    """A change of its own, as a request would make it."""
    with acting_as(by, source="/test/"):
        Organization.objects.filter(pk=office.pk).update(**values)


def test_changes_are_told_in_words_newest_first(chifeng: User, region: User):
    office = chifeng.organization
    change(office, chifeng, contact="乌兰", has_staff=True, valid_to=date(2030, 1, 31))
    change(office, region, has_staff=False, proxy=region.organization, contact="")
    latest, earlier, *_first = changes_of(office)
    assert (latest.label, latest.who, latest.office) == ("update", str(region), region.office_path)
    assert {what: (old, new) for what, old, new in latest.fields} == {
        "联系人": ("乌兰", ""),
        "配有专职人员": ("是", "否"),
        "代办机构": ("", str(region.organization)),
    }
    assert ("停用日期", "", "2030-01-31") in earlier.fields


def test_the_first_change_tells_what_was_entered(chifeng: User):
    first = changes_of(chifeng.organization)[-1]
    assert first.label == "insert"
    told = {what: new for what, _old, new in first.fields}
    assert (told["级别"], told["行政区划"]) == ("盟市", "赤峰市")
    assert "联系人" not in told
    assert first.shown()["who"] == "系统"


def test_numbers_are_masked_and_more_where_asked(chifeng: User):
    change(chifeng.organization, chifeng, mobile="13800001234", contact="乌兰")
    (latest, *_rest) = changes_of(chifeng.organization, masked={"contact": lambda text: "**"})
    assert ("联系人手机", "", "138****1234") in latest.fields
    assert ("联系人", "", "**") in latest.fields


def test_what_is_no_fact_is_left_out(chifeng: User):
    before = len(changes_of(chifeng.organization))
    change(chifeng.organization, version=F("version") + 1)
    assert len(changes_of(chifeng.organization)) == before


def test_secrets_are_not_part_of_history(chifeng: User):
    chifeng.set_password("Another-0000")
    chifeng.save()
    told = {what for one in changes_of(chifeng) for what, _old, _new in one.fields}
    assert not any("密码" in what and "下次" not in what and "时间" not in what for what in told)
    assert "Another" not in str(changes_of(chifeng))


def test_queries_do_not_grow_with_changes(chifeng: User, region: User, baotou: User):
    office = chifeng.organization

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            changes_of(office)
        return len(captured)

    change(office, proxy=region.organization, has_staff=False)
    few = queries()
    for number in range(30):
        change(office, proxy=(region, baotou)[number % 2].organization, contact=f"第{number}任")
    assert queries() == few <= 3


def test_only_the_latest_are_read(chifeng: User):
    for number in range(5):
        change(chifeng.organization, contact=f"第{number}任")
    latest = changes_of(chifeng.organization, most=2)
    assert [one.fields for one in latest] == [[("联系人", "第3任", "第4任")], [("联系人", "第2任", "第3任")]]


def test_a_record_put_in_without_its_history_has_none(chifeng: User):
    with pgtrigger.ignore():
        one = Appointment.objects.create(user=chifeng, role="leader", organization=chifeng.organization)
    assert changes_of(one) == []


def test_appointment_tells_who_and_where(captain: User):
    appointment = Appointment.objects.filter(user=captain).first()
    told = {what: new for what, _old, new in changes_of(appointment)[-1].fields}
    assert (told["人员"], told["单位"], told["职责"]) == (str(captain), str(appointment.organization), "队长")


# -- as at -----------------------------------------------------------------------------------------------
def _set_day(event, days: int) -> None:
    with pgtrigger.ignore():
        type(event).objects.filter(pk=event.pk).update(pgh_created_at=timezone.now() - timedelta(days=days))


def _then(office: Organization, days: int) -> str | None:
    rows = as_at(OrganizationEvent, timezone.localdate() - timedelta(days=days), visible=Organization.objects.all())
    found = rows.filter(pgh_obj=office).first()
    return found.contact if found else None


def test_state_of_each_day(chifeng: User):
    office = chifeng.organization
    for contact in ("甲", "乙", "丙"):
        change(office, contact=contact)
    events = list(OrganizationEvent.objects.filter(pgh_obj=office).order_by("pgh_id"))
    for event, days in zip(events, (9, 7, 5, 3), strict=True):
        _set_day(event, days)
    assert [_then(office, days) for days in (10, 9, 8, 7, 6, 5, 4, 3, 0)] == [
        None,
        "",
        "",
        "甲",
        "甲",
        "乙",
        "乙",
        "丙",
        "丙",
    ]


def test_of_two_changes_in_one_moment_the_later_counts(chifeng: User):
    """A transaction that began first may change the row last: its time is earlier, its event is the later one."""
    office = chifeng.organization
    change(office, contact="先")
    change(office, contact="后")
    *_rest, first, second = OrganizationEvent.objects.filter(pgh_obj=office).order_by("pgh_id")
    _set_day(first, 1)
    _set_day(second, 2)
    assert _then(office, 1) == "后"


def test_rows_read_as_the_model(chifeng: User):
    rows = as_at(OrganizationEvent, timezone.localdate(), visible=Organization.objects.all()).select_related("division")
    with CaptureQueriesContext(connection) as captured:
        office = next(row for row in rows if row.code == "150400")
        assert (str(office), office.division.name, office.get_level_display()) == ("赤峰市红十字会", "赤峰市", "盟市")
    assert (isinstance(office, Organization), office.pk, office.as_at) == (
        True,
        chifeng.organization_id,
        timezone.localdate(),
    )
    assert len(captured) == 1
    assert list(rows.values_list("code", flat=True).order_by("code")) == list(
        Organization.objects.order_by("code").values_list("code", flat=True)
    )


def test_only_what_is_visible_today(chifeng: User, songshan: User):
    rows = as_at(OrganizationEvent, timezone.localdate(), visible=Organization.objects.visible_to(songshan))
    assert {row.path[: len(songshan.organization.path)] for row in rows} == {songshan.organization.path}


def test_deleted_records_are_left_out(chifeng: User):
    office = chifeng.organization
    latest = OrganizationEvent.objects.filter(pgh_obj=office).latest("pgh_id")
    values = {field.attname: getattr(latest, field.attname) for field in latest._meta.concrete_fields}
    OrganizationEvent.objects.create(**values | {"pgh_id": None, "pgh_label": "delete"})
    assert _then(office, 0) is None


def test_a_day_ends_at_midnight_of_the_portal():
    assert end_of(date(2026, 1, 31)).isoformat() == "2026-02-01T00:00:00+08:00"
