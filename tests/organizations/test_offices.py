"""Offices and teams: list, page, why-page, contact facts, restructuring."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from core.history.as_at import events_of
from core.history.tracking import acting_as
from core.models import Notice
from organizations import accounts, tree
from organizations.models import Division, Organization, User
from organizations.permissions import access, forget
from organizations.views.offices import OrganizationList
from teams.facts import managing_offices
from teams.forms.filings import offices_to_register_at
from tests.core.list_checks import assert_constant_queries, assert_sorts_by_index, assert_tampering_is_told, queries_of
from tests.organizations.helpers import appointment_of, at_once, messages_of, opened

pytestmark = pytest.mark.django_db
LIST = reverse("organizations:organization_list")
CONTACT = {
    "address": "",
    "phone": "0476-1234567",
    "head": "",
    "contact": "",
    "mobile": "",
    "uscc": "",
    "doc_prefix": "",
}


def url(name: str, place: Organization) -> str:
    return reverse(f"organizations:organization_{name}", args=[place.pk])


def page(client, address: str, **query: str) -> str:
    return client.get(address, query).content.decode()


# -- list ---------------------------------------------------------------------------------------------
def test_list_is_in_the_order_of_the_tree_and_shows_what_one_may_see(as_user, chifeng, songshan, member, assessor):
    rows = [row.record for row in as_user(chifeng).get(LIST).context["table"].rows]
    assert rows[0] == chifeng.organization
    assert [row.path for row in rows] == sorted(row.path for row in rows)
    assert len(rows) == 14  # the city, 12 banners and districts, one team
    assert [row.record for row in as_user(songshan).get(LIST).context["table"].rows] == [songshan.organization]
    assert as_user(member).get(LIST).context["paginator"].count == 1
    assert as_user(assessor).get(LIST).status_code == 403


def test_list_filters(as_user, region, region_security, chifeng, songshan, office):
    Organization.objects.filter(pk=songshan.organization.pk).update(has_staff=False, proxy=chifeng.organization)
    opened(region_security, chifeng.organization, "cf-security", "security_admin")
    client = as_user(region)

    def found(**query: str) -> list[str]:
        return [row.record.code for row in client.get(LIST, query).context["table"].rows]

    assert found(level="league_city", security="true") == ["150400"]
    assert len(found(level="league_city", security="false")) == 11
    assert found(staffed="false") == ["150404"]
    assert found(level="team") == ["T15040001"]
    assert len(found(under=str(chifeng.organization.pk))) == 14
    assert found(q="喀喇沁") == ["150428"]
    assert client.get(LIST, {"level": "office"}).context["paginator"].count == 116


def test_list_as_it_was(as_user, region, region_security, songshan):
    day = timezone.localdate() - timedelta(days=30)
    assert as_user(region).get(LIST, {"at": day.isoformat()}).context["paginator"].count == 0
    today = timezone.localdate().isoformat()
    response = as_user(region).get(LIST, {"at": today, "security": "false", "level": "office", "in_force": "true"})
    assert response.context["paginator"].count == 115


def test_list_keeps_its_query_count(as_user, region, chifeng):
    def grow(step: int) -> None:
        for index in range(step):
            code = f"T1504{step:02d}{index:02d}"
            if not Organization.objects.filter(code=code).exists():
                place = chifeng.organization
                tree.add_child(
                    place, code=code, name=f"队{code}", short_name=code, level="team", division=place.division
                )

    assert_constant_queries(as_user(region), LIST, grow, steps=(1, 3, 12))


def test_list_takes_tampering_and_sorts_by_index(as_user, region):
    assert_tampering_is_told(as_user(region), LIST)
    assert_sorts_by_index(OrganizationList)


# -- page ---------------------------------------------------------------------------------------------
def test_page_says_who_holds_which_duty_today(as_user, chifeng, songshan, region_security):
    later = timezone.now() + timedelta(days=3)
    accounts.appoint(songshan, role="leader", organization=songshan.organization, by=region_security, starts_at=later)
    response = as_user(chifeng).get(url("detail", songshan.organization))
    held = {str(duty["label"]): [str(row.user) for row in duty["holders"]] for duty in response.context["duties"]}
    assert held == {"经办": ["宋山经（演示）"]}
    accounts.end_appointment(appointment_of(songshan, "clerk"), by=region_security, reason="调离")
    response = as_user(chifeng).get(url("detail", songshan.organization))
    assert response.context["duties"][0]["holders"] == []


def test_page_without_the_right_to_accounts_names_nobody(as_user, member):
    response = as_user(member).get(url("detail", member.organization))
    assert response.context["duties"] is None
    assert "阿拉坦·苏都" not in response.content.decode()


def test_page_tells_who_acts_by_proxy(as_user, chifeng, songshan):
    Organization.objects.filter(pk=songshan.organization.pk).update(has_staff=False, proxy=chifeng.organization)
    assert "您在这里办理的事项都记为代办" in page(as_user(chifeng), url("detail", songshan.organization))
    assert "由赤峰市红十字会代办" in page(as_user(songshan), url("detail", songshan.organization))


def test_page_masks_the_mobile_number(as_user, chifeng):
    Organization.objects.filter(pk=chifeng.organization.pk).update(mobile="13800000007")
    text = page(as_user(chifeng), url("detail", chifeng.organization))
    assert "138****0007" in text
    assert "13800000007" not in text


def test_stranger_sees_no_page(as_user, baotou, chifeng, region, assessor):
    for name in ("detail", "access", "edit"):
        assert as_user(baotou).get(url(name, chifeng.organization)).status_code == 404
        assert as_user(assessor).get(url(name, chifeng.organization)).status_code == 404
    assert as_user(chifeng).get(url("detail", region.organization)).status_code == 404


@pytest.mark.parametrize("code", ["150000", "150400", "150404"])
def test_page_keeps_the_query_budget(as_user, region, office, code):
    assert len(queries_of(as_user(region), url("detail", office(code)))) <= 10


def test_why_page_gives_the_deciding_rule(as_user, chifeng, songshan, region):
    response = as_user(chifeng).get(url("access", songshan.organization), {"right": "edit_organization"})
    reasons = {answer["appointment"].user.username: answer["reason"] for answer in response.context["answers"]}
    assert reasons == {"songshan": "在赤峰市松山区红十字会任“经办”，可以修改机构的联系信息。"}
    assert "不能修改机构的联系信息" in response.context["own"].reason
    page = as_user(songshan).get(url("access", songshan.organization))
    assert "在赤峰市红十字会任“经办”，可以查看机构" in page.content.decode()
    seen_by = page.context["answers"]
    assert {"region", "chifeng", "songshan"} <= {answer["appointment"].user.username for answer in seen_by}
    usual = as_user(chifeng).get(url("access", songshan.organization), {"right": "nonsense"})
    assert "可以查看机构" in usual.content.decode()
    assert len(queries_of(as_user(region), url("access", songshan.organization))) <= 10


def test_why_page_names_nobody_to_whom_the_page_of_the_place_names_nobody(as_user, member, captain):
    """A member reads which duties see the team; the team's page, and the roster, do not tell him who holds them."""
    address = f"{url('access', member.organization)}?right=view_team"
    told = page(as_user(member), address)
    assert "任“队长”，可以查看救援队和备案" in told
    assert captain.name not in told
    assert captain.name in page(as_user(captain), address)


# -- contact facts --------------------------------------------------------------------------------------
def test_contact_facts_are_saved_with_their_history(as_user, songshan):
    place = songshan.organization
    response = as_user(songshan).post(url("edit", place), {**CONTACT, "contact": "乌云", "version": 1}, follow=True)
    assert messages_of(response) == ["联系信息已保存。"]
    place.refresh_from_db()
    assert (place.phone, place.contact, place.version) == ("0476-1234567", "乌云", 2)
    change = response.context["history"][0]
    assert str(change["who"]) == "宋山经（演示）"
    assert {line["label"]: line["new"] for line in change["changes"]} == {"电话": "0476-1234567", "联系人": "乌云"}


def test_bad_contact_facts_are_shown(as_user, songshan):
    facts = {**CONTACT, "phone": "12", "mobile": "99", "uscc": "913100000000000000", "version": 1}
    response = as_user(songshan).post(url("edit", songshan.organization), facts)
    assert set(response.context["form"].errors) == {"phone", "mobile", "uscc"}
    assert "项" not in messages_of(response)


def test_superior_sees_but_does_not_edit(as_user, chifeng, songshan, region):
    for user in (chifeng, region):
        assert as_user(user).get(url("edit", songshan.organization)).status_code == 403


def test_stale_form_shows_what_the_other_changed_and_keeps_what_was_typed(as_user, songshan, region_security):
    place = songshan.organization
    other = opened(region_security, place, "colleague", "clerk", name="同事（演示）")
    as_user(other).post(url("edit", place), {**CONTACT, "phone": "0476-7654321", "address": "新地址", "version": 1})
    client = as_user(songshan)
    response = client.post(url("edit", place), {**CONTACT, "contact": "我填的", "version": 1})
    form = response.context["form"]
    stale = {line.name: (line.old, line.new, line.mine) for line in response.context["stale"]}
    assert stale == {
        "phone": ("（空）", "0476-7654321", "0476-1234567"),  # both changed it: the typed one stays in the form
        "address": ("（空）", "新地址", "新地址"),  # only the other changed it: the form takes it
    }
    assert (form["contact"].value(), form["phone"].value(), form["address"].value()) == (
        "我填的",
        "0476-1234567",
        "新地址",
    )
    assert form.changed_by == "同事（演示）"
    sent = {name: form[name].value() or "" for name in CONTACT} | {"version": form["version"].value()}
    client.post(url("edit", place), sent)
    place.refresh_from_db()
    assert (place.phone, place.address, place.contact, place.version) == ("0476-1234567", "新地址", "我填的", 3)


@pytest.mark.django_db(transaction=True)
def test_two_saving_in_the_same_instant_are_not_both_saved(cast, as_user):
    songshan, place = cast["songshan"], cast["songshan"].organization
    clients = [as_user(songshan), as_user(songshan)]
    facts = [{**CONTACT, "contact": name, "version": place.version} for name in ("甲", "乙")]
    answers = at_once(
        *[
            lambda client=client, sent=sent: client.post(url("edit", place), sent)
            for client, sent in zip(clients, facts, strict=True)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    assert next(answer for answer in answers if answer.status_code == 200).context["stale"]


# -- restructuring --------------------------------------------------------------------------------------
def added(as_user, by: User, **facts):
    new = {
        "name": "赤峰新区红十字会",
        "short_name": "赤峰新区",
        "level": "banner_county",
        "division": "",
        "area_code": "150471",
        "area_name": "赤峰新区",
        "has_staff": "on",
        "valid_from": timezone.localdate().isoformat(),
        **facts,
    }
    return as_user(by).post(reverse("organizations:organization_create"), new, follow=True)


def test_functional_area_gets_a_supplementary_code(as_user, region_system, chifeng):
    added(as_user, region_system, parent=chifeng.organization.pk, has_staff="")
    place = Organization.objects.get(code="150471")
    division = Division.objects.get(code="150471")
    assert place.division == division
    assert (division.is_gb2260, division.level, division.parent_id) == (False, "functional", "150400")
    assert (place.has_staff, place.proxy, place.parent_path) == (False, chifeng.organization, chifeng.organization.path)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"area_code": "150404"}, "area_code"),
        ({"area_code": "150271"}, "area_code"),
        ({"area_code": "15"}, "area_code"),
        ({"area_name": ""}, "area_name"),
        ({"area_code": "", "area_name": ""}, "division"),
        ({"level": "league_city"}, "level"),
        ({"valid_from": "0001-01-01"}, "valid_from"),
        ({"valid_from": "9999-12-31"}, "valid_from"),
        ({"name": "赤峰市红十字会"}, "__all__"),
    ],
)
def test_what_a_new_office_cannot_be(as_user, region_system, chifeng, facts, field):
    before = Organization.objects.count()
    response = added(as_user, region_system, parent=chifeng.organization.pk, **facts)
    assert field in response.context["form"].errors, response.context["form"].errors
    assert Organization.objects.count() == before
    assert not Division.objects.filter(code="150471").exists()


def test_only_the_system_administrator_restructures(as_user, region, region_security, chifeng, songshan):
    for user in (region, region_security, chifeng):
        assert as_user(user).get(reverse("organizations:organization_create")).status_code == 403
        for name in ("move", "staffing", "close"):
            assert as_user(user).get(url(name, songshan.organization)).status_code == 403


def test_move_asks_first_then_moves_everything_below(as_user, region_system, chifeng, baotou, songshan):
    place = songshan.organization
    Organization.objects.filter(pk=place.pk).update(has_staff=False, proxy=chifeng.organization)
    team = tree.add_child(
        place, code="T15040402", name="松山救援队", short_name="松山队", level="team", division=place.division
    )
    client = as_user(region_system)
    asked = client.post(url("move", place), {"parent": baotou.organization.pk})
    plan = asked.context["plan"]
    assert (plan.below, plan.proxies) == (1, [place])
    place.refresh_from_db()
    assert place.parent_path == chifeng.organization.path
    client.post(url("move", place), {"parent": baotou.organization.pk, "agreed": "yes"})
    place.refresh_from_db()
    team.refresh_from_db()
    assert place.parent_path == baotou.organization.path
    assert team.parent_path == place.path
    assert place.proxy == baotou.organization
    forget(chifeng)
    assert place not in Organization.objects.visible_to(chifeng)
    assert place in Organization.objects.visible_to(User.objects.get(pk=baotou.pk))
    assert access(songshan).held  # duties stay with their office


@pytest.mark.parametrize("target", ["150404", "T15040001", "150423", "150400"])
def test_move_that_makes_no_sense_is_told(as_user, region_system, songshan, office, target):
    place = songshan.organization
    response = as_user(region_system).post(url("move", place), {"parent": office(target).pk, "agreed": "yes"})
    assert "parent" in response.context["form"].errors
    place.refresh_from_db()
    assert place.parent_path == office("150400").path


def test_office_without_staff_needs_a_superior_as_proxy(as_user, region_system, songshan, chifeng, baotou):
    client, address = as_user(region_system), url("staffing", songshan.organization)
    assert client.post(address, {"has_staff": "", "proxy": "", "version": 1}).context["form"].errors["proxy"]
    wrong = client.post(address, {"proxy": baotou.organization.pk, "version": 1})
    assert wrong.context["form"].errors["proxy"]
    client.post(address, {"proxy": chifeng.organization.pk, "version": 1})
    place = Organization.objects.get(pk=songshan.organization.pk)
    assert (place.has_staff, place.proxy) == (False, chifeng.organization)
    client.post(address, {"has_staff": "on", "proxy": chifeng.organization.pk, "version": 2})
    assert Organization.objects.get(pk=place.pk).proxy is None


def test_office_is_closed_when_nothing_is_left(as_user, region_system, songshan, office):
    busy = as_user(region_system).post(url("close", songshan.organization), {"on": timezone.localdate().isoformat()})
    assert "1 个在用账号、1 项未终止的任职" in str(busy.context["form"].errors)
    place = office("150421")
    Organization.objects.filter(pk=place.pk).update(valid_from=timezone.localdate() - timedelta(days=9))
    as_user(region_system).post(url("close", place), {"on": timezone.localdate().isoformat()})
    place.refresh_from_db()
    assert place.valid_to == timezone.localdate()
    assert place not in Organization.objects.in_force()
    with pytest.raises(ValidationError, match="已停用"):
        tree.close_office(place, on=timezone.localdate(), by=region_system)
    with pytest.raises(ValidationError, match="不能早于今天"):
        tree.close_office(office("150422"), on=timezone.localdate() - timedelta(days=1), by=region_system)


@pytest.mark.django_db(transaction=True)
def test_offices_added_while_their_superior_moves_end_up_below_it(cast):
    system, songshan, baotou = cast["region-system"], cast["songshan"].organization, cast["baotou"].organization
    team = {"level": "team", "division": songshan.division, "area": None}

    def fresh(pk: int) -> Organization:
        return Organization.objects.get(pk=pk)

    answers = at_once(
        lambda: tree.move_office(fresh(songshan.pk), to=fresh(baotou.pk), by=User.objects.get(pk=system.pk)),
        *[
            lambda n=n: tree.add_office(
                fresh(songshan.pk),
                by=User.objects.get(pk=system.pk),
                code=f"T{n}",
                name=f"队{n}",
                short_name=f"队{n}",
                **team,
            )
            for n in range(4)
        ],
    )
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    moved = fresh(songshan.pk)
    assert moved.parent_path == baotou.path
    teams = Organization.objects.filter(code__in=["T0", "T1", "T2", "T3"])
    assert {place.parent_path for place in teams} == {moved.path}
    assert Organization.objects.find_problems() == ([], [], [], [], [])


def test_an_office_that_was_moved_meanwhile_is_moved_from_where_it_is(region_system, songshan, baotou, office):
    """The second of two who move it waits for the first, and has read it before that."""
    read_before, place = songshan.organization, Organization.objects.get(pk=songshan.organization_id)
    tree.move_office(place, to=baotou.organization, by=region_system)
    moved = tree.move_office(read_before, to=office("150500"), by=region_system)
    assert moved.parent_path == office("150500").path
    title = Notice.objects.filter(recipient=baotou, kind="office_moved").latest("pk").title
    assert "由包头市红十字会划归" in title


def test_a_superior_whose_page_one_may_not_open_is_no_link(as_user: Any, cast: dict[str, User]) -> None:
    member = cast["member"]
    page = as_user(member).get(f"/offices/{member.organization_id}/").content.decode()
    above = Organization.objects.get(code="150400")
    assert above.short_name in page
    assert f'href="/offices/{above.pk}/"' not in page
    own = as_user(cast["chifeng"]).get(f"/offices/{member.organization_id}/").content.decode()
    assert f'href="/offices/{above.pk}/"' in own


def test_who_works_there_and_at_both_superiors_hears_of_a_move(
    region_system: Any, songshan: Any, chifeng: Any, baotou: Any
) -> None:
    place = songshan.organization
    tree.move_office(place, to=baotou.organization, by=region_system)

    def told(user: User) -> Notice:
        return Notice.objects.get(recipient=user, kind="office_moved")

    assert told(chifeng).title == "赤峰市松山区红十字会由赤峰市红十字会划归包头市红十字会管理"
    assert "包头市红十字会接着办" in told(chifeng).body
    assert "本单位不再看到它" in told(chifeng).body
    assert told(chifeng).url == ""  # nothing he could open
    assert told(baotou).url == told(songshan).url == place.get_absolute_url()


def test_page_and_audit_say_under_whom_an_office_came(
    as_user: Any, region_system: Any, region_audit: Any, songshan: Any, baotou: Any, region: Any
) -> None:
    place = songshan.organization
    with acting_as(region_system, source="/offices/"):
        tree.move_office(place, to=baotou.organization, by=region_system)
    shown = as_user(region).get(place.get_absolute_url()).context["history"]
    moved = next(entry for entry in shown if entry["label"] == "调整上级")
    old, new = "内蒙古自治区 › 赤峰市", "内蒙古自治区 › 包头市"
    assert moved["who"] == str(region_system)
    assert [(line["old"].endswith(old), line["new"].endswith(new)) for line in moved["changes"]] == [(True, True)]
    entry = events_of(Organization)._default_manager.filter(pgh_obj=place.pk, pgh_label="update").order_by("pgh_id")[0]
    said = as_user(region_audit).get(reverse("audit:detail", args=["organizationevent", entry.pk])).context["changes"]
    assert [(line.label, line.old.endswith(old), line.new.endswith(new)) for line in said] == [("隶属", True, True)]


@pytest.mark.django_db(transaction=True)
def test_audit_names_whom_a_place_in_the_tree_meant_then(cast: dict[str, User], as_user: Any) -> None:
    """A path passes to who comes next: what people of a team had done was shown as done by those of another one."""
    captain, chifeng = cast["captain"], cast["chifeng"].organization
    team = captain.organization
    with acting_as(captain, source="/offices/"):
        Organization.objects.filter(pk=team.pk).update(phone="0476-7654321")
    tree.place_team(team, under=cast["baotou"].organization, by=cast["region"])
    facts = {"code": "T15040099", "name": "新建的救援队（演示）", "short_name": "新建队", "level": "team"}
    fresh = tree.add_child(chifeng, division=chifeng.division, **facts)
    assert fresh.path == team.path
    rows = as_user(cast["region-audit"]).get(reverse("audit:list")).context["rows"]
    assert {office for entry, office in rows if entry.who == str(captain)} == {team.short_name}


def test_an_office_gets_a_new_name_and_its_past_keeps_the_old_one(
    as_user: Any, region_system: Any, region: Any, chifeng: Any, songshan: Any, captain: Any
) -> None:
    place = songshan.organization
    client, address = as_user(region_system), url("rename", place)
    facts = {"name": "包头市松山区红十字会", "short_name": "松山", "version": place.version}
    assert client.post(address, {**facts, "name": chifeng.organization.name}).context["form"].errors["name"]
    client.post(address, facts)
    place.refresh_from_db()
    assert (place.name, place.short_name) == ("包头市松山区红十字会", "松山")
    changed = as_user(region).get(place.get_absolute_url()).context["history"][0]["changes"]
    assert {line["old"]: line["new"] for line in changed}["赤峰市松山区红十字会"] == place.name
    for user in (region, chifeng, songshan):
        assert as_user(user).get(address).status_code == 403
    assert client.get(url("rename", captain.organization)).status_code == 404  # a team's changes by what is filed


def test_an_office_about_to_close_takes_in_nothing_new_and_the_closing_can_be_called_off(
    as_user: Any, region_system: Any, region_security: Any, chifeng: Any, office: Any
) -> None:
    place = office("150421")
    Organization.objects.filter(pk=place.pk).update(
        valid_from=timezone.localdate() - timedelta(days=9), has_staff=False, proxy=chifeng.organization
    )
    later = timezone.localdate() + timedelta(days=5)
    client = as_user(region_system)
    client.post(url("close", place), {"on": later.isoformat()})
    place.refresh_from_db()
    assert place.valid_to == later
    with pytest.raises(ValidationError, match="不再开账号、任职"):
        opened(region_security, place)
    assert place not in offices_to_register_at(User.objects.get(pk=chifeng.pk))
    assert place not in managing_offices()
    client.post(url("close", place), {"on": ""})
    place.refresh_from_db()
    assert place.valid_to is None
    assert place in offices_to_register_at(User.objects.get(pk=chifeng.pk))
    assert opened(region_security, place).organization == place


def test_nothing_stays_open_under_a_superior_that_closes_before(region_system: Any, office: Any) -> None:
    place, above, soon = office("150421"), office("150400"), timezone.localdate() + timedelta(days=5)
    Organization.objects.filter(pk=above.pk).update(valid_to=soon + timedelta(days=9))
    Organization.objects.filter(pk=place.pk).update(valid_from=soon - timedelta(days=90), valid_to=soon)
    with pytest.raises(ValidationError, match="先改它的停用日期"):
        tree.keep_open(place, by=region_system)
    with pytest.raises(ValidationError, match="先改它的停用日期"):
        tree.close_office(place, on=soon + timedelta(days=30), by=region_system)
    tree.close_office(place, on=soon + timedelta(days=9), by=region_system)
    assert office("150421").valid_to == soon + timedelta(days=9)
