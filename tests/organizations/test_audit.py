"""The record of who did what: complete, append-only, seen only by whose duty it is and as far as that reaches."""

import ast
import re
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pghistory
import pgtrigger
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone
from python_calamine import load_workbook

from core.audit import record
from core.audit.retention import purge
from core.audit.sources import sources
from core.audit.timeline import Cursor, Query, entries
from core.history import acting_as
from core.models import AccessLog
from organizations.audit import views
from organizations.audit.words import LABELS
from organizations.models import Appointment, Organization, User
from organizations.permissions import grant

LIST = "/audit/"
pytestmark = pytest.mark.django_db


def everything(**more: Any) -> Query:
    now = timezone.now()
    return Query(**{"offices": None, "since": now - timedelta(days=30), "until": now + timedelta(days=1), **more})


@pytest.fixture
def league_audit(chifeng: User) -> User:
    """An audit administrator of 赤峰市."""
    user = User.objects.create_user("chifeng-audit", "Caoyuan-2027-x", name="赤审计", organization=chifeng.organization)
    grant(Appointment.objects.create(user=user, role="audit_admin", organization=chifeng.organization))
    return user


def act(user: User | None, organization: Organization, phone: str) -> None:
    """A change of an office's telephone, made by ``user``."""
    with acting_as(user, source="/offices/"):
        Organization.objects.filter(pk=organization.pk).update(phone=phone)


# -- writing ------------------------------------------------------------------------------------------


def test_record_takes_person_page_and_address_from_the_request(chifeng: User) -> None:
    request: HttpRequest = RequestFactory().get("/users/", REMOTE_ADDR="10.0.0.7")
    request.user = chifeng
    record("exported", request=request, subject="账号名单", rows=3)
    row = AccessLog.objects.latest("id")
    assert (row.user, row.user_name, row.office) == (chifeng, "chifeng", chifeng.organization.path)
    assert (row.subject, row.detail, row.url, row.address) == ("账号名单", {"rows": 3}, "/users/", "10.0.0.7")


def test_numbers_and_secrets_are_never_written_whole(chifeng: User) -> None:
    facts = {"phone": "13800001234", "password": "Caoyuan-2027-x", "rows": [{"id": "15040419900101123X"}]}
    record("revealed", user=chifeng, subject="150404199001011234 的电话", **facts)
    row = AccessLog.objects.latest("id")
    assert row.subject == "150404**********34 的电话"
    assert row.detail == {"phone": "138****1234", "password": "***", "rows": [{"id": "150404**********3X"}]}


def test_record_never_raises_and_leaves_the_transaction_usable(chifeng: User) -> None:
    record("no-such-kind-and-much-too-long-for-the-column", user=chifeng)
    record("exported", user=chifeng, what=object())
    assert User.objects.filter(pk=chifeng.pk).exists()
    assert AccessLog.objects.latest("id").kind == "exported"


@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_nobody_changes_or_deletes_what_was_recorded(chifeng: User, statement: str) -> None:
    record("exported", user=chifeng)
    act(chifeng, chifeng.organization, "0476-1111111")
    for item in sources():
        key = item.model._meta.pk.column
        if not item.model._default_manager.exists():
            continue
        sql = statement.format(item.model._meta.db_table, key, key)
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_bulk_and_raw_changes_are_recorded_too(chifeng: User) -> None:
    with (
        pghistory.context(user=chifeng.pk, user_name=chifeng.name, office=chifeng.office_path),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE organizations_organization SET phone = '0476-2222222' WHERE id = %s", [chifeng.organization_id]
        )
    newest = entries(everything(), limit=1)[0]
    assert (newest.source.key, newest.action, newest.who) == ("organizationevent", "update", chifeng.name)
    assert newest.subject == chifeng.organization.name


# -- reading ------------------------------------------------------------------------------------------


def test_newest_first_over_all_tables_in_pages_without_gap_or_double(chifeng: User) -> None:
    for number in range(4):
        act(chifeng, chifeng.organization, f"0476-111111{number}")
        record("exported", user=chifeng, subject=f"名单 {number}")
    whole = entries(everything(), limit=10_000)
    assert [entry.at for entry in whole] == sorted((entry.at for entry in whole), reverse=True)
    assert {entry.source.key for entry in whole} >= {"accesslog", "organizationevent", "userevent", "appointmentevent"}
    paged: list[Any] = []
    cursor = None
    while page := entries(everything(), limit=29, before=cursor):
        paged += page
        cursor = Cursor.parse(str(page[-1].cursor))
    assert [str(entry.cursor) for entry in paged] == [str(entry.cursor) for entry in whole]


@pytest.mark.parametrize(
    "text", ["", "x", "2026-01-01~1~1", "2026-01-01T00:00:00+08:00~1", "2026-01-01T00:00:00+08:00~a~1", "~~"]
)
def test_a_tampered_position_is_ignored(as_user: Any, region_audit: User, text: str) -> None:
    assert Cursor.parse(text) is None
    record("exported", user=region_audit, subject="最新的一条")
    assert "最新的一条" in as_user(region_audit).get(LIST, {"before": text}).content.decode()


@pytest.mark.parametrize(
    "name", ["region", "region-security", "region-system", "leader", "chifeng", "captain", "assessor"]
)
def test_only_audit_administrators_see_it(as_user: Any, cast: dict[str, User], name: str) -> None:
    response = as_user(cast[name]).get(LIST)
    assert response.status_code == 403
    assert "审计管理员的职责" in response.content.decode()
    row = AccessLog.objects.latest("id")
    assert (row.kind, row.user.username, row.subject) == ("refused", name, LIST)


def test_signed_out_people_go_to_sign_in(client: Any, db: None) -> None:
    assert client.get(LIST)["Location"] == "/accounts/login/?next=/audit/"


def test_the_region_sees_everybody_and_the_system(as_user: Any, region_audit: User, baotou: User) -> None:
    act(baotou, baotou.organization, "0472-1111111")
    act(None, baotou.organization, "0472-2222222")
    record("sign_in_failed", user_name="nobody-here", step="password")
    text = as_user(region_audit).get(LIST).content.decode()
    assert baotou.name in text
    assert "nobody-here" in text
    assert "系统" in text


def test_a_league_sees_its_own_people_and_nobody_else(
    as_user: Any, league_audit: User, chifeng: User, songshan: User, baotou: User, region: User
) -> None:
    for person in (chifeng, songshan, baotou, region):
        record("exported", user=person, subject=f"名单-{person.username}")
    act(baotou, chifeng.organization, "0476-3333333")  # a stranger's act on their own office is the stranger's
    record("sign_in_failed", user_name="nobody-here", step="password")
    client = as_user(league_audit)
    text = client.get(LIST).content.decode()
    assert "名单-chifeng" in text
    assert "名单-songshan" in text
    for hidden in ("名单-baotou", "名单-region", "nobody-here", baotou.name):
        assert hidden not in text
    theirs = AccessLog.objects.get(subject="名单-baotou")
    assert client.get(f"{LIST}accesslog/{theirs.pk}/").status_code == 404
    own = AccessLog.objects.get(subject="名单-songshan")
    assert "名单-songshan" in client.get(f"{LIST}accesslog/{own.pk}/").content.decode()


def test_an_ended_duty_ends_the_view(as_user: Any, league_audit: User) -> None:
    client = as_user(league_audit)
    assert client.get(LIST).status_code == 200
    Appointment.objects.filter(user=league_audit).update(ends_at=timezone.now())
    assert client.get(LIST).status_code == 403


@pytest.mark.parametrize(
    ("query", "seen", "hidden"),
    [
        ({"q": "甲表"}, ["甲表"], ["乙表"]),
        ({"person": "chifeng"}, ["甲表"], ["乙表"]),
        ({"person": "斯琴高娃"}, ["甲表"], ["乙表"]),
        ({"person": "nobody-here"}, ["nobody-here"], ["甲表", "乙表"]),
        ({"person": "没有这个人"}, ["没有符合条件的记录"], ["甲表", "乙表"]),
        ({"kind": "organizationevent"}, ["赤峰市红十字会"], ["甲表", "乙表"]),
        ({"action": "downloaded"}, ["乙表"], ["甲表"]),
        ({"action": "update", "q": "赤峰"}, ["赤峰市红十字会"], ["甲表", "乙表"]),
        ({"address": "10.8"}, ["乙表"], ["甲表"]),
        ({"until": "2020-01-01"}, ["没有符合条件的记录"], ["甲表"]),
        ({"since": "不是日期", "q": "甲表"}, ["甲表", "从："], ["乙表"]),
    ],
)
def test_filters(
    as_user: Any, region_audit: User, chifeng: User, baotou: User, query: Any, seen: Any, hidden: Any
) -> None:
    record("exported", user=chifeng, subject="甲表")
    away = RequestFactory().get("/", REMOTE_ADDR="10.8.0.1")
    record("downloaded", request=away, user=baotou, subject="乙表")
    record("sign_in_failed", user_name="nobody-here", step="password")
    act(chifeng, chifeng.organization, "0476-4444444")
    text = as_user(region_audit).get(LIST, query).content.decode()
    for word in seen:
        assert word in text
    for word in hidden:
        assert word not in text


def test_older_pages_are_reached_by_link(as_user: Any, region_audit: User, chifeng: User) -> None:
    for number in range(60):
        record("exported", user=chifeng, subject=f"名单 {number:02}")
    client = as_user(region_audit)
    first = client.get(LIST, {"kind": "accesslog", "q": "名单"})
    assert len(first.context["rows"]) == 50
    second = client.get(first.context["older_url"])
    subjects = [entry.subject for entry, _office in [*first.context["rows"], *second.context["rows"]]]
    assert subjects == [f"名单 {number:02}" for number in range(59, -1, -1)]
    assert second.context["older_url"] == ""
    assert second.context["newest_url"] == f"{LIST}?kind=accesslog&q=%E5%90%8D%E5%8D%95"


def test_one_entry_shows_old_and_new_with_numbers_masked(as_user: Any, region_audit: User, chifeng: User) -> None:
    office = chifeng.organization
    act(chifeng, office, "0476-1111111")
    with acting_as(chifeng, source="/offices/1/edit/"):
        Organization.objects.filter(pk=office.pk).update(phone="0476-5555555", mobile="13800005678", has_staff=True)
    newest = entries(everything(kind="organizationevent"), limit=1)[0]
    page = as_user(region_audit).get(f"{LIST}organizationevent/{newest.id}/")
    changes = {change.label: (change.old, change.new) for change in page.context["changes"]}
    assert changes == {"电话": ("0476-1111111", "0476-5555555"), "联系人手机": ("", "138****5678")}
    facts = {fact["label"]: fact["value"] for fact in page.context["facts"]}
    assert (facts["人员"], facts["对象"], facts["页面"]) == (chifeng.name, office.name, "/offices/1/edit/")
    assert facts["所在单位"] == office.short_name


def test_a_number_in_what_something_is_called_is_masked(as_user: Any, region_audit: User, chifeng: User) -> None:
    User.objects.filter(pk=chifeng.pk).update(name="王明150404199003070015")
    page = as_user(region_audit).get(LIST).content.decode()
    assert "王明150404**********15" in page
    assert "150404199003070015" not in page


def test_every_detail_that_is_written_has_a_word() -> None:
    """Read from the source: what is recorded once a year would otherwise show its English name then."""
    written = set()
    for app in (config for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR):
        for path in Path(app.path).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text())):
                if isinstance(call, ast.Call) and re.search(r"\b_?record$", ast.unparse(call.func)):
                    written |= {word.arg for word in call.keywords}
    written -= {None, "request", "user", "user_name", "subject"}
    assert {"sha256", "of", "watched", "taken"} <= written
    assert written <= LABELS.keys()


def test_a_name_that_many_have_is_said_to_be_answered_in_part(
    as_user: Any, region_audit: User, chifeng: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("organizations.audit.filters.MOST_PEOPLE", 2)
    notes = {
        name: as_user(region_audit).get(f"{LIST}?person={name}").context["notes"] for name in ("（演示）", "chifeng")
    }
    assert notes["chifeng"] == []
    assert "这里只有其中 2 人的记录" in notes["（演示）"][0]


def test_relations_and_choices_are_shown_in_words(as_user: Any, region_audit: User, chifeng: User) -> None:
    with acting_as(region_audit, source="x"):
        made = Appointment.objects.create(user=chifeng, role="leader", organization=chifeng.organization)
    newest = entries(everything(kind="appointmentevent"), limit=1)[0]
    assert newest.subject == f"{chifeng.name} {chifeng.organization.name}"
    page = as_user(region_audit).get(f"{LIST}appointmentevent/{newest.id}/")
    changes = {change.label: change.new for change in page.context["changes"]}
    assert (changes["职责"], changes["人员"], changes["单位"]) == (
        "领导（只读）",
        chifeng.name,
        chifeng.organization.name,
    )
    assert made.pk


@pytest.mark.parametrize("path", ["accesslog/999999999/", "userevent/0/", "session/1/", "user/1/", "accesslog/x/"])
def test_what_is_not_there_is_not_found(as_user: Any, region_audit: User, path: str) -> None:
    assert as_user(region_audit).get(LIST + path).status_code == 404


def test_queries_stay_the_same_however_many_rows(
    as_user: Any, region_audit: User, chifeng: User, django_assert_max_num_queries: Any
) -> None:
    client = as_user(region_audit)
    client.get(LIST)
    counts = []
    for _round in range(2):
        for number in range(20):
            record("exported", user=chifeng, subject=f"名单 {number}")
            act(chifeng, chifeng.organization, f"0476-{1000000 + number}")
        with django_assert_max_num_queries(10) as queries:
            client.get(LIST, {"person": "chifeng"})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_each_table_is_read_by_its_index_on_time(chifeng: User) -> None:
    from core.audit import timeline

    with connection.cursor() as cursor:
        # Small tables are read whole and sorted; whether there is an index to read them by is asked here.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        for query, indexes in (
            (everything(), ("_event_at", "accesslog_at")),
            (everything(people=(chifeng.pk,)), ("_event_at", "_event_by", "accesslog_")),  # there is hardly a row
        ):
            parts = [part for item in sources() for part in timeline._parts(item, query, None)]
            assert len(parts) == len(sources())
            for sql, params in (timeline._newest(part, 51) for part in parts):
                cursor.execute(f"EXPLAIN {sql}", params)
                plan = "\n".join(line for (line,) in cursor.fetchall())
                assert any(index in plan for index in indexes), plan


def test_export_streams_the_same_rows_and_is_recorded(as_user: Any, region_audit: User, chifeng: User) -> None:
    for number in range(3):
        record("exported", user=chifeng, subject=f"名单 {number}")
    response = as_user(region_audit).get(LIST, {"export": "xlsx", "kind": "accesslog", "q": "名单"})
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    cells = [[str(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python(skip_empty_area=False)]
    assert [row[4] for row in cells if row[4].startswith("名单")] == ["名单 2", "名单 1", "名单 0"]
    row = AccessLog.objects.latest("id")
    assert (row.kind, row.user, row.detail["rows"]) == ("exported", region_audit, 3)


@pytest.mark.django_db(transaction=True)
def test_export_that_would_look_for_too_long_says_what_to_do(
    as_user: Any, region_audit: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def walk(*args: Any, **kwargs: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(20)")
        yield

    monkeypatch.setattr(views, "walk", walk)
    monkeypatch.setattr(views, "STEP_WAITS", 0.1)
    client = as_user(region_audit)
    page = client.get(LIST, {"export": "xlsx", "q": "罕见"}, follow=True)
    assert page.redirect_chain == [(f"{LIST}?q=%E7%BD%95%E8%A7%81", 302)]
    assert "没有导出。请缩小日期范围" in page.content.decode()


# -- keeping ------------------------------------------------------------------------------------------


def age(row: AccessLog, days: float) -> None:
    with pgtrigger.ignore("core.AccessLog:no_update"):
        AccessLog.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(days=days))


def test_purge_takes_only_old_rows_of_the_access_log_and_says_so(chifeng: User, settings: Any) -> None:
    settings.AUDIT_RETENTION_DAYS = 200
    record("exported", user=chifeng, subject="旧")
    old = AccessLog.objects.latest("id")
    record("exported", user=chifeng, subject="新")
    age(old, 201)
    age(AccessLog.objects.latest("id"), 199)
    history = sum(item.model._default_manager.count() for item in sources() if not item.is_log)
    call_command("purge_access_log")
    assert list(AccessLog.objects.order_by("id").values_list("kind", "subject")) == [
        ("exported", "新"),
        ("purged", "manage.py purge_access_log"),
    ]
    assert AccessLog.objects.latest("id").detail["rows"] == 1
    assert sum(item.model._default_manager.count() for item in sources() if not item.is_log) == history


def test_purge_never_goes_below_six_months(chifeng: User, settings: Any) -> None:
    settings.AUDIT_RETENTION_DAYS = 1
    record("exported", user=chifeng)
    age(AccessLog.objects.latest("id"), 180)
    assert purge(source="test") == 0
    assert AccessLog.objects.count() == 1


def test_after_a_purge_deleting_is_forbidden_again(chifeng: User) -> None:
    purge(source="test")
    record("exported", user=chifeng)
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        AccessLog.objects.all().delete()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("query", ["since={0}", "until={0}", "since={0}&until={0}", "since={0}&export=xlsx"])
def test_the_ends_of_the_calendar_are_days(as_user: Any, region_audit: User, query: str, day: str) -> None:
    response = as_user(region_audit).get(f"{LIST}?{query.format(day)}")
    if response.streaming:
        assert load_workbook(BytesIO(response.getvalue())).sheet_names == ["列表"]
    else:
        first, last = response.context["first"], response.context["last"]
        assert date.fromisoformat(day) in (first, last)
