"""The list page: rows by right, filters, sort, columns, pages, as-at, saved views, fragments, query counts."""

import re
from datetime import UTC, date, datetime, timedelta

import pgtrigger
import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from core.history.as_at import events_of
from core.lists.paging import CAP, CappedPaginator
from core.models import SavedView
from core.search import HITS, matching
from organizations.models import Division, Organization, User
from tests.core.list_checks import (
    assert_constant_queries,
    assert_sorts_by_index,
    assert_tampering_is_told,
    queries_of,
)
from tests.core.sample_lists import OfficeList, PeopleList

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.sample_lists")]
OFFICES, PEOPLE = "/sample/offices/", "/sample/people/"


def names(response) -> list[str]:
    return [row.record.name for row in response.context["table"].rows]


@pytest.fixture
def client(region: User, as_user) -> Client:
    return as_user(region)


def test_list_shows_only_what_the_person_may_see(as_user, songshan: User):
    response = as_user(songshan).get(OFFICES)
    assert {row.record.path[: len(songshan.organization.path)] for row in response.context["table"].rows} == {
        songshan.organization.path
    }
    assert "包头市红十字会" not in response.content.decode()


def test_signed_out_is_asked_to_sign_in():
    response = Client().get(OFFICES)
    assert (response.status_code, response.url) == (302, f"/accounts/login/?next={OFFICES}")


def test_without_the_right_the_list_is_refused(client: Client):
    assert client.get("/sample/closed/").status_code == 403


def test_search_finds_a_substring_of_two_characters(client: Client):
    found = names(client.get(OFFICES, {"q": "松山"}))
    assert found == ["赤峰市松山区红十字会"] or (len(found) >= 1 and all("松山" in name for name in found))


def test_search_takes_wildcards_literally(client: Client):
    assert names(client.get(OFFICES, {"q": "%"})) == []


def test_filter_narrows_and_says_so(client: Client):
    response = client.get(OFFICES, {"level": "league_city"})
    assert {row.record.level for row in response.context["table"].rows} == {"league_city"}
    assert response.context["paginator"].label == "共 12 条"
    assert [(item["name"], item["value"]) for item in response.context["chosen"]] == [("level", "盟市")]
    assert response.context["chosen"][0]["remove_url"] == OFFICES


def test_unknown_filter_value_is_told_and_left_out(client: Client):
    response = client.get(OFFICES, {"level": "moon", "q": "包头"})
    assert response.context["notes"] == ["筛选条件“Level”的值“moon”不能用，没有采用。"] or response.context["notes"]
    assert all("包头" in name for name in names(response))


@pytest.mark.parametrize("sort", ["code", "-code", "name", "level", "-level"])
def test_sorting_both_ways_is_stable_over_pages(client: Client, region: User, sort: str):
    rows, number = [], 1
    while True:
        page = client.get(OFFICES, {"sort": sort, "page": number}).context["page_obj"]
        rows += [record.pk for record in page.object_list]
        if not page.has_next():
            break
        number += 1
    assert len(rows) == len(set(rows)) == Organization.objects.visible_to(region).count() > 100


def test_sort_link_turns_round(client: Client):
    assert client.get(OFFICES, {"q": "旗"}).context["sort_links"]["code"] == f"{OFFICES}?q=%E6%97%97&sort=code"
    assert client.get(OFFICES, {"sort": "code"}).context["sort_links"]["code"] == f"{OFFICES}?sort=-code"


def test_sortable_columns_have_an_index():
    assert_sorts_by_index(PeopleList)
    with pytest.raises(AssertionError, match="no index"):
        assert_sorts_by_index(type("Bad", (), {"model": Division, "table_class": _unindexed()}))


def _unindexed():
    from core.lists import Column, Table

    return type("T", (Table,), {"name": Column(orderable=True)})


@pytest.mark.parametrize("path", [OFFICES, PEOPLE])
def test_tampered_values_are_told(client: Client, path: str):
    if path == OFFICES:
        assert_tampering_is_told(client, path, any_list=True)
    else:
        assert client.get(path, {"at": "2026-01-01"}).context["notes"] == [
            "这个列表不能按日期回看，显示的是现在的情况。"
        ]


def test_page_past_the_end_shows_the_last(client: Client):
    response = client.get(OFFICES, {"page": "9"})
    pages = response.context["paginator"].num_pages
    assert response.context["page_obj"].number == pages
    assert response.context["notes"] == [f"没有第 9 页，显示的是第 {pages} 页。"]


def test_htmx_gets_the_fragment_only(client: Client):
    whole = client.get(OFFICES)
    part = client.get(OFFICES, headers={"HX-Request": "true", "HX-Target": "table"})
    assert "<html" in whole.content.decode()
    assert "<html" not in part.content.decode()
    assert part.content.decode().count("<tr") == whole.content.decode().count("<tr")
    assert "HX-Request" in part["Vary"]


# -- columns -------------------------------------------------------------------------------------------
def shown(response) -> list[str]:
    return [column.name for column in response.context["table"].columns]


def test_columns_are_the_usual_ones_until_chosen(client: Client):
    usual = ["code", "name", "level", "mobile"]
    assert shown(client.get(OFFICES)) == usual
    assert shown(client.get(f"{OFFICES}?cols=name&cols=proxy")) == ["name", "proxy"]
    assert shown(client.get(f"{OFFICES}?cols=proxy,name")) == ["proxy", "name"]
    boxes = [column["name"] for column in client.get(f"{OFFICES}?cols=proxy").context["columns"]]
    assert boxes[: len(usual)] == usual, "what is ticked in their order is shown in it"


def test_columns_are_remembered_per_person_and_list(client: Client, as_user, chifeng: User):
    answer = client.post(
        "/lists/columns/",
        {
            "list_name": "sample:office_list",
            "cols": ["name", "division"],
            "next": OFFICES,
            "query": "level=region&cols=code",
        },
    )
    assert answer.url == f"{OFFICES}?level=region"
    assert shown(client.get(OFFICES)) == ["name", "division"]
    assert shown(client.get(f"{OFFICES}?cols=code")) == ["code"]
    assert shown(as_user(chifeng).get(OFFICES)) == ["code", "name", "level", "mobile"]
    client.post("/lists/columns/", {"list_name": "sample:office_list", "next": OFFICES})
    assert shown(client.get(OFFICES)) == ["code", "name", "level", "mobile"]


def test_remembered_columns_that_no_longer_exist_do_no_harm(client: Client, region: User):
    SavedView.objects.create(user=region, list_name="sample:office_list", query="cols=gone,name")
    assert shown(client.get(OFFICES)) == ["name"]


def test_masked_column_shows_no_number(client: Client):
    Organization.objects.filter(code="150400").update(mobile="13800001234")
    html = client.get(OFFICES, {"q": "赤峰市红十字会"}).content.decode()
    assert "13800001234" not in html
    assert "138****1234" in html


# -- long lists ----------------------------------------------------------------------------------------
def test_counting_stops_at_the_cap(region: User):
    Division.objects.bulk_create(
        [
            Division(code=f"X{number:05d}", name=f"试验区{number}", level="functional", is_gb2260=False)
            for number in range(CAP)
        ]
    )
    paginator = CappedPaginator(Division.objects.order_by("code"), 50)
    assert (paginator.count, paginator.num_pages, paginator.capped) == (CAP, CAP // 50, True)
    assert paginator.label == "共 2,000 条以上"
    assert paginator.nearest(10**9) == 40
    few = CappedPaginator(Division.objects.filter(level="prefecture").order_by("code"), 50)
    assert (few.label, few.capped) == ("共 12 条", False)


def test_what_was_found_is_read_by_key_in_the_order_of_the_list(region: User, django_assert_num_queries):
    rows = Organization.objects.filter(matching("红十字会")).order_by("-path", "pk")
    paginator = CappedPaginator(rows, 5)
    with django_assert_num_queries(2):
        shown = list(paginator.page(2))
    assert shown == list(rows[5:10])
    assert (paginator.count, paginator.capped) == (rows.count(), False)


def test_very_many_hits_are_paged_as_far_as_anybody_goes(region: User):
    Division.objects.bulk_create(
        [Division(code=f"9{number:05}", name="某地", level="county") for number in range(HITS + 1)]
    )
    paginator = CappedPaginator(Division.objects.filter(name="某地").order_by("code"), 50, most=HITS)
    assert (paginator.count, paginator.capped, paginator.label) == (HITS, True, "共 1,000 条以上")
    assert [row.code for row in paginator.page(1)][:2] == ["900000", "900001"]


def make_people(user: User):
    made = User.objects.filter(username__startswith="sample").count

    def grow(to: int) -> None:
        User.objects.bulk_create(
            [
                User(username=f"sample{number}", name=f"样例{number}", organization=user.organization)
                for number in range(made(), to)
            ]
        )

    return grow


def test_queries_do_not_grow_with_rows(client: Client, region: User):
    assert_constant_queries(client, f"{PEOPLE}?q=样例", make_people(region))


def test_queries_of_office_list_do_not_grow(client: Client):
    few = queries_of(client, f"{OFFICES}?q=松山&cols=name,division,proxy")
    many = queries_of(client, f"{OFFICES}?cols=name,division,proxy")
    assert len(few) == len(many) <= 10


# -- as at ---------------------------------------------------------------------------------------------
def yesterday() -> date:
    return timezone.localdate() - timedelta(days=1)


def _age(days: int = 2) -> None:
    """The events so far lie in the past, as though they had been made days ago."""
    event = events_of(Organization)
    with pgtrigger.ignore():
        event.objects.update(pgh_created_at=F("pgh_created_at") - timedelta(days=days))


def test_as_at_shows_the_record_as_it_was(client: Client, chifeng: User):
    _age()
    office = chifeng.organization
    Organization.objects.filter(pk=office.pk).update(name="赤峰市红十字会（改名后）", mobile="13900000000")
    day = yesterday().isoformat()
    then = client.get(OFFICES, {"at": day, "level": "league_city", "sort": "code"})
    assert office.name in names(then)
    assert "赤峰市红十字会（改名后）" not in then.content.decode()
    assert "13900000000"[:3] + "****" not in then.content.decode()
    assert then.context["as_at"] == yesterday()
    assert len(names(then)) == 12
    assert f"/sample/{office.pk}/" in then.content.decode()
    assert "numchild" not in [column["name"] for column in then.context["columns"]]
    assert "赤峰市红十字会（改名后）" in names(client.get(OFFICES, {"level": "league_city"}))


def test_as_at_searches_the_names_of_that_day(client: Client, chifeng: User):
    _age()
    Organization.objects.filter(pk=chifeng.organization_id).update(name="玉龙市红十字会", short_name="玉龙")
    day = yesterday().isoformat()
    assert names(client.get(OFFICES, {"q": "玉龙"})) == ["玉龙市红十字会"]
    assert names(client.get(OFFICES, {"q": "玉龙", "at": day})) == []
    assert chifeng.organization.name in names(client.get(OFFICES, {"q": "赤峰市", "at": day}))


def test_as_at_before_the_records_is_empty(client: Client):
    assert names(client.get(OFFICES, {"at": "2020-01-01"})) == []


def test_as_at_keeps_to_what_the_person_may_see_today(as_user, songshan: User):
    _age()
    found = names(as_user(songshan).get(OFFICES, {"at": yesterday().isoformat()}))
    assert songshan.organization.name in found
    assert "包头市红十字会" not in found


def test_as_at_takes_as_few_queries(client: Client):
    _age()
    assert len(queries_of(client, f"{OFFICES}?at={yesterday()}&cols=name,division,proxy")) <= 10


# -- saved views ---------------------------------------------------------------------------------------
def save(client: Client, **values: str):
    return client.post("/lists/views/", {"list_name": "sample:office_list", "next": OFFICES, **values})


def test_view_is_saved_with_filters_sort_and_columns(client: Client, region: User):
    answer = save(client, name="盟市", query="level=league_city&sort=-code&cols=name&page=3&q=&view=7")
    view = SavedView.objects.get(user=region, name="盟市")
    assert view.query == "level=league_city&sort=-code&cols=name"
    assert answer.url == f"{OFFICES}?level=league_city&sort=-code&cols=name&view={view.pk}"
    page = client.get(answer.url)
    assert [(item["name"], item["active"]) for item in page.context["saved_views"]] == [("盟市", True)]


def test_same_name_twice_and_no_name_are_refused(client: Client, region: User):
    save(client, name="甲", query="")
    save(client, name="甲", query="q=x")
    save(client, name="  ", query="q=x")
    assert list(SavedView.objects.filter(user=region).values_list("name", "query")) == [("甲", "")]


@pytest.mark.parametrize(
    ("door", "values"),
    [
        ("views", {"name": "甲\0"}),
        ("views", {"name": "甲", "list_name": "sample\0"}),
        ("views", {"name": "甲" * 41}),
        ("views", {"name": "甲", "query": "q=" + "长" * 1000}),
        ("columns", {"list_name": "sample\0", "cols": "name"}),
        ("columns", {"list_name": "s" * 61}),
    ],
)
def test_what_the_database_cannot_keep_is_told(client: Client, door: str, values: dict[str, str]):
    answer = client.post(f"/lists/{door}/", {"list_name": "sample:office_list", "next": OFFICES, **values})
    assert answer.url.startswith(OFFICES)
    assert list(client.get(answer.url).context["messages"])
    assert not SavedView.objects.exists()


def test_no_more_columns_are_remembered_than_there_is_room_for(client: Client):
    strange = ["名" * 40, "x" * 5000, *(f"column_{number}" for number in range(500))]
    answer = client.post("/lists/columns/", {"list_name": "sample:office_list", "next": OFFICES, "cols": strange})
    assert answer.status_code == 302
    page = client.get(OFFICES)
    assert page.context["paginator"].count == 117
    assert "column_499" not in page.content.decode()


def test_default_view_opens_the_list_and_everything_can_still_be_seen(client: Client, region: User):
    save(client, name="盟市", query="level=league_city", is_default="1")
    view = SavedView.objects.get(name="盟市")
    answer = client.get(OFFICES)
    assert answer.url == f"{OFFICES}?level=league_city&view={view.pk}"
    assert client.get(client.get(answer.url).context["all_url"]).context["paginator"].count > 12
    save(client, name="旗县", query="level=banner_county", is_default="1")
    assert list(SavedView.objects.filter(is_default=True).values_list("name", flat=True)) == ["旗县"]
    client.post(f"/lists/views/{SavedView.objects.get(name='旗县').pk}/default/", {"next": OFFICES})
    assert client.get(OFFICES).context["paginator"].count == 117, "none opens by itself any more"


def test_view_can_be_renamed_and_deleted_by_its_maker_alone(client: Client, as_user, chifeng: User):
    save(client, name="甲", query="q=旗")
    view = SavedView.objects.get(name="甲")
    other = as_user(chifeng)
    for verb in ("rename", "delete", "default"):
        assert other.post(f"/lists/views/{view.pk}/{verb}/", {"name": "乙"}).status_code == 404
        assert client.get(f"/lists/views/{view.pk}/{verb}/").status_code == 405
    client.post(f"/lists/views/{view.pk}/rename/", {"name": "乙", "next": OFFICES})
    assert SavedView.objects.get(pk=view.pk).name == "乙"
    assert [item["name"] for item in other.get(OFFICES).context["saved_views"]] == []
    client.post(f"/lists/views/{view.pk}/delete/", {"next": OFFICES})
    assert not SavedView.objects.filter(pk=view.pk).exists()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_way_back_never_leaves_the_site(client: Client, target: str):
    assert save(client, name="甲", query="", next=target).url.startswith("/?")


def test_office_list_class_is_short():
    """A subclass sets attributes and writes no method."""
    own = [name for name, value in vars(OfficeList).items() if callable(value) and name != "full_export"]
    assert [
        name
        for name in own
        if not name.startswith("__") and not name.endswith(("_class", "_model")) and name != "model"
    ] == []


def test_range_filter_is_told_in_words_and_can_be_taken_back(client: Client):
    response = client.get(OFFICES, {"founded_after": "1990-01-01", "founded_before": "1999-12-31", "q": "旗"})
    chip = next(item for item in response.context["chosen"] if item["name"] == "founded")
    assert chip["value"] == "1990-01-01 至 1999-12-31"
    assert chip["remove_url"] == f"{OFFICES}?q=%E6%97%97"
    only = client.get(OFFICES, {"founded_after": "1990-01-01"}).context["chosen"][0]
    assert only["value"] == "1990-01-01 起"


def test_cells_are_escaped_and_dates_in_the_portals_time(client: Client, region: User):
    User.objects.filter(pk=region.pk).update(
        name="<b>苏</b>&", created_at=datetime(2026, 1, 31, 20, 30, tzinfo=UTC), username="sample-escape"
    )
    html = client.get(PEOPLE, {"q": "sample-escape"}).content.decode()
    row = html[html.index("<tbody") : html.index("</tbody")]
    assert "&lt;b&gt;苏&lt;/b&gt;&amp;" in row
    assert "<b>" not in row
    assert "2026-02-01 04:30" in row
    assert 'data-label="姓名"' in row


def test_rows_are_the_ones_the_library_draws(client: Client):
    """Our own drawing of rows is faster, and no different."""
    table = client.get(OFFICES, {"cols": "code,name,level,mobile,valid_from,proxy"}).context["table"]
    drawn = [[str(cell) for _column, cell in row.items()] for row in table.rows]
    ours = [re.findall(r"<td [^>]*>(.*?)</td>", line) for line in table.body.split("\n")]
    assert ours == drawn
