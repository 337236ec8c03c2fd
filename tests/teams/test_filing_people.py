"""Filings and the people of a team: what the checks say, how members are placed, who holds a post."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from core.history.as_at import events_of
from core.models import Attachment
from organizations.models import Appointment, User
from organizations.permissions import grant
from organizations.tree import close_office, move_office
from people.choices import EndKind
from people.models import Membership
from people.privacy.anonymising import anonymise
from people.workflow import MEMBERSHIP
from teams.choices import FilingKind
from teams.facts import facts_of, row_of
from teams.filings import commenting
from teams.filings.checks import check
from teams.filings.drafting import StaleDraft, begin, keep
from teams.filings.exit_checklist import end_memberships
from teams.filings.merging import merged_posts
from teams.filings.proposal import Proposal
from teams.models import Filing, Opinion, Team, TeamPost
from teams.on_file.drift import drift_of, drifting
from teams.workflow import WORKFLOW
from tests.core.list_checks import queries_of
from tests.people import builders as people
from tests.teams import builders

pytestmark = pytest.mark.django_db
BANNER = {"level": "banner_county", "name": "松山区红十字测试救援队"}


@pytest.fixture
def team(chifeng, region, office) -> Team:
    return builders.filed(chifeng, office("150400"), region)


def said(proposal: Proposal) -> dict[str, str]:
    return {finding.key: finding.message for finding in check(proposal).findings if finding.key.startswith("roster_")}


def left(membership: Membership, by) -> None:
    MEMBERSHIP.perform(
        membership, "end", by=builders.read(by), left_on=timezone.localdate(), end_kind=EndKind.VOLUNTARY
    )


# -- checks ---------------------------------------------------------------------------------------------------
def test_a_team_without_members_is_told_once_a_year(team, chifeng):
    assert list(said(Proposal.of(begin("annual", by=chifeng, team=team)))) == ["roster_empty"]


def test_a_plain_member_reads_no_names_and_no_papers_of_a_filing(team, chifeng, as_user):
    bare = people.member(team.organization, 1, person=people.person(1, name="乌云毕力格"))
    filing = builders.changing(team, chifeng, short_name="测试队")
    WORKFLOW.perform(filing, "submit", by=builders.read(chifeng))
    paper = Attachment.objects.of(filing).first()
    file = reverse("core:attachment_download", args=[paper.pk])
    reader = User.objects.create_user("plain", name="演示", organization=team.organization)
    grant(Appointment.objects.create(user=reader, role="member", organization=team.organization))
    plain, office = as_user(reader), as_user(chifeng)
    for tab in ("changes", "all", "papers", "story"):
        page = plain.get(filing.get_absolute_url(), {"tab": tab}).content.decode()
        assert (filing.name in page, bare.person.name in page, paper.name in page) == (True, False, False)
    assert plain.get(file).status_code == 403
    assert plain.get(reverse("teams:desk_filing", args=[filing.pk])).status_code == 403
    assert bare.person.name in office.get(filing.get_absolute_url()).content.decode()
    assert office.get(file).getvalue()


def test_the_roster_is_looked_at_in_one_query(team, chifeng, region, office, django_assert_max_num_queries):
    people.ready(team.organization, 1)
    bare = people.member(team.organization, 2, person=people.person(2, id_number=""))
    twin = people.person(3, name=bare.person.name, mobile=bare.person.mobile)
    people.member(team.organization, 3, person=twin)
    people.member(
        team.organization,
        4,
        person=people.person(4, id_number=people.citizen(4, birth="20150101"), birth=date(2015, 1, 1)),
    )
    other = builders.filed(chifeng, office("150400"), region, name="赤峰市红十字另一支救援队")
    people.member(other.organization, person=bare.person)
    proposal = Proposal.of(begin("annual", by=chifeng, team=team))
    with django_assert_max_num_queries(1):
        found = said(proposal)
    assert found["roster_insured"].startswith("有 3 名队员不在人身意外保险的保障期内")
    assert found["roster_certified"].startswith("有 3 名队员没有")
    assert bare.person.name in found["roster_identity"]
    assert found["roster_elsewhere"] == f"有 1 名队员同时在其他救援队：{bare.person.name}。"
    assert other.name not in "".join(found.values())
    assert "登记了不止一次" in found["roster_twins"]
    assert found["roster_adult"].startswith("有 1 名队员未满 18 周岁")
    assert "roster_empty" not in found


def test_both_sides_read_what_the_checks_found(team, chifeng, region, as_user):
    people.member(team.organization, 1)
    filing = begin("annual", by=chifeng, team=team)
    page = as_user(chifeng).get(reverse("teams:filing_edit", args=[filing.pk]))
    assert "在册" in page.content.decode()
    assert page.context["numbers"].registered == 1
    assert any("人身意外保险" in each["finding"].message for each in page.context["warnings"])
    builders.papers(filing, chifeng)
    WORKFLOW.perform(filing, "submit", by=chifeng)
    sheet = as_user(region).get(reverse("teams:desk_filing", args=[filing.pk])).context
    assert any(finding.source == "志愿服务条例第十七条" for finding in sheet["findings"])


# -- leaving --------------------------------------------------------------------------------------------------
def test_nobody_is_left_behind_when_a_team_leaves(team, chifeng, region, songshan, as_user):
    memberships = [people.member(team.organization, number) for number in (1, 2, 3)]
    filing = builders.leaving(team, chifeng)
    client, url = as_user(chifeng), reverse("teams:filing_exit_item", args=[filing.pk, "members"])
    typed = {"members-done_on": "2026-11-01", "members-note": "已安置", "version": "1"}
    page = client.post(url, typed, follow=True)
    assert "花名册上还有 3 名队员" in page.content.decode()
    assert filing.exit_items.get(task="members").done_on is None
    builders.account_for(filing, chifeng)  # ticked all the same, by whatever way
    filing = WORKFLOW.perform(filing, "submit", by=builders.read(chifeng))
    with pytest.raises(ValidationError, match="3 名队员没有安置"):
        WORKFLOW.perform(filing, "approve", by=builders.read(region))
    everybody, tomorrow = (
        reverse("teams:filing_end_members", args=[filing.pk]),
        timezone.localdate() + timedelta(days=1),
    )
    assert client.get(everybody).status_code == 405
    assert as_user(songshan).post(everybody, {"left_on": "2026-11-01"}).status_code == 404
    assert as_user(region).post(everybody, {"left_on": "2026-11-01"}).status_code == 403
    assert "请填写退队日期" in client.post(everybody, {"left_on": "x"}, follow=True).content.decode()
    assert "不能晚于今天" in client.post(everybody, {"left_on": str(tomorrow)}, follow=True).content.decode()
    assert Membership.objects.of_team(team.organization).current().count() == 3
    client.post(everybody, {"left_on": "2026-11-01"})
    for membership in memberships:
        membership.refresh_from_db()
        assert (membership.state, membership.end_kind) == ("ended", EndKind.TEAM_LEFT)
    assert filing.events().filter(action="end_memberships").get().facts["count"] == 3
    WORKFLOW.perform(filing, "approve", by=builders.read(region))
    WORKFLOW.perform(filing, "issue", by=builders.read(region), **builders.REPLY)
    assert not Membership.objects.of_team(team.organization).current().exists()


@pytest.mark.parametrize("ending", ["reject", "withdraw"])
def test_members_come_back_where_nothing_comes_of_the_exit(team, chifeng, region, songshan, as_user, ending):
    here, probation, moved = (people.member(team.organization, number) for number in (1, 2, 3))
    MEMBERSHIP.perform(probation, "demote", by=builders.read(chifeng), comment="考核未过")
    gone = people.member(team.organization, 4)
    left(gone, chifeng)
    filing = builders.leaving(team, chifeng)
    client, back = as_user(chifeng), reverse("teams:filing_take_back", args=[filing.pk])
    client.post(reverse("teams:filing_end_members", args=[filing.pk]), {"left_on": "2026-11-01"})
    client.post(back)
    assert not Membership.objects.of_team(team.organization).current().exists()  # it may still come to something
    filing = WORKFLOW.perform(filing, "submit", by=builders.read(chifeng))
    by = region if ending == "reject" else chifeng
    WORKFLOW.perform(filing, ending, by=builders.read(by), comment="材料不实")
    again = people.member(team.organization, person=moved.person, joined_on=date(2026, 11, 5))
    page = filing.get_absolute_url()
    assert "随这件备案退队的 3 名队员" in client.get(page).content.decode()
    assert back not in as_user(region).get(page).content.decode()
    assert as_user(songshan).post(back).status_code == 404
    assert as_user(region).post(back).status_code == 403
    told = client.post(back, follow=True).content.decode()
    assert "已恢复 2 名队员的队籍" in told
    assert f"{moved.person.name}：" in told
    states = [Membership.objects.get(pk=row.pk).state for row in (here, probation, moved, gone, again)]
    assert states == ["full", "probation", "ended", "ended", again.state]
    # the team stays: its members are no matter of this filing any more, nor is anything still to be done for it
    ended = client.get(page).content.decode()
    assert "4 项没有完成，备案已经结束" in ended
    for said in ("完成后才能办结", "花名册上还有", "其余的可以一起办理退队"):
        assert said not in ended


# -- posts ----------------------------------------------------------------------------------------------------
def test_a_change_names_the_member_and_filing_it_links_the_post(team, chifeng, region, as_user):
    member = people.member(team.organization, 5)
    before = people.member(
        team.organization, person=people.person(1, name=builders.CAPTAIN["name"]), duty="队长", number="001"
    )
    coach = people.member(
        team.organization, person=people.person(2, name=builders.DEPUTIES[0]["name"]), duty="绳索教练"
    )
    filing = begin("change", by=chifeng, team=team)
    url = reverse("teams:filing_section", args=[filing.pk, "management"])
    page = as_user(chifeng).get(url)
    assert (str(member.person_id), f"{member.person.name}（138****0005）") in page.context["rows"][0].fields[
        "person"
    ].choices
    rows = {"posts-0-role": "captain", "posts-0-person": str(member.person_id), "posts-0-starts_on": "2026-11-01"}
    as_user(chifeng).post(url, {**rows, "version": filing.version})
    filing.refresh_from_db()
    (row,) = filing.payload["posts"]
    assert (row["name"], row["phone"], row["person"]) == (member.person.name, "13800000005", str(member.person_id))
    filing = keep(filing, {"reason": "队员大会选举"}, by=chifeng, version=filing.version)
    builders.papers(filing, chifeng)
    WORKFLOW.perform(filing, "submit", by=chifeng)
    WORKFLOW.perform(filing, "confirm", by=region)
    post = team.posts.current().get(role="captain")
    assert (post.person_id, post.name, post.filing_id) == (member.person_id, member.person.name, filing.pk)
    duties = [Membership.objects.get(pk=row.pk).duty for row in (member, before, coach)]
    assert duties == ["队长", "", "绳索教练"], (
        "the roster and the card say who is captain now; what the team calls others stays"
    )


def test_a_captain_who_leaves_the_team_shows_and_is_not_proposed_again(team, chifeng, region, as_user):
    member = people.member(
        team.organization, person=people.person(1, name=builders.CAPTAIN["name"], mobile="13800000011")
    )
    post = team.posts.get(role="captain")
    page = as_user(chifeng).get(reverse("teams:team_posts", args=[team.pk])).content.decode()
    assert "对应到队员" in page
    as_user(chifeng).post(reverse("teams:post_link", args=[post.pk]))
    post.refresh_from_db()
    assert post.person_id == member.person_id
    deputy = people.member(team.organization, 2, person=people.person(2, name=builders.DEPUTIES[0]["name"]))
    assert drift_of(Team.objects.get(pk=team.pk)) == []
    left(deputy, chifeng)  # known by name alone
    assert [drift.key for drift in drift_of(Team.objects.get(pk=team.pk))] == ["posts.deputy"]
    MEMBERSHIP.perform(deputy, "reinstate", by=builders.read(chifeng), comment="误办")
    assert not drifting(Team.objects.filter(pk=team.pk)).exists()
    left(member, chifeng)
    (drift,) = drift_of(Team.objects.get(pk=team.pk))
    assert (drift.key, drift.now, drift.since) == ("posts.captain", "", timezone.localdate())
    assert list(drifting(Team.objects.filter(pk=team.pk))) == [team]
    for name in ("team_posts", "team_detail", "team_history"):
        assert len(queries_of(as_user(chifeng), reverse(f"teams:{name}", args=[team.pk]))) <= 10, name
    page = as_user(chifeng).get(reverse("teams:team_posts", args=[team.pk]))
    assert "已退队" in page.content.decode()
    assert [each.key for each in page.context["drifts"]] == ["posts.captain"]
    filing = begin("change", by=builders.read(chifeng), team=Team.objects.get(pk=team.pk))
    assert {row["role"] for row in filing.payload["posts"]} == {"deputy"}
    assert Proposal.of(filing).changed == ["posts.captain"]
    filing = keep(filing, {"reason": "队长退队"}, by=chifeng, version=filing.version)
    builders.papers(filing, chifeng)
    WORKFLOW.perform(filing, "submit", by=chifeng)
    WORKFLOW.perform(filing, "confirm", by=region)
    assert not team.posts.current().filter(role="captain").exists()


def test_whoever_was_anonymised_no_longer_holds_a_post_and_the_change_is_still_asked_for(team, chifeng):
    """Nobody on the roster goes by a name that was filed alone, once its holder is anonymised."""
    years_ago, since = timezone.localdate() - timedelta(days=366 * 4), date(2010, 1, 1)
    TeamPost.objects.filter(team=team).update(starts_on=since)
    names = [builders.CAPTAIN["name"], *(post["name"] for post in builders.DEPUTIES)]
    captain, deputy, twin = (
        people.member(team.organization, person=people.person(number, name=name), joined_on=since)
        for number, name in enumerate(names, 1)
    )
    people.member(team.organization, person=people.person(9, name=names[2]))  # it may well be this one's post
    TeamPost.objects.filter(team=team, role="captain").update(person=captain.person, phone="13800000011")
    gone = [captain, deputy, twin]
    for row in gone:
        left(row, chifeng)
    Membership.objects.filter(pk__in=[row.pk for row in gone]).update(left_on=years_ago)
    assert anonymise([row.person_id for row in gone], by=builders.read(chifeng)) == 3
    posts = {post.name: post for post in TeamPost.objects.filter(team=team)}
    assert [posts[name].ends_on for name in names] == [years_ago, years_ago, None]
    assert not TeamPost.objects.filter(person__in=[row.person_id for row in gone]).exists()
    assert not events_of(TeamPost).objects.filter(person=captain.person_id).exists()
    assert posts[names[0]].phone == ""
    assert {drift.key for drift in drift_of(Team.objects.get(pk=team.pk))} == {"posts.captain", "posts.deputy"}
    assert list(drifting(Team.objects.filter(pk=team.pk))) == [team]


def test_own_posts_are_filled_in_from_the_member(team, chifeng, as_user):
    member = people.member(team.organization, 6)
    url = reverse("teams:post_create", args=[team.pk])
    as_user(chifeng).post(url, {"role": "safety", "person": member.person_id, "starts_on": "2026-11-01"})
    post = TeamPost.objects.get(team=team, role="safety")
    assert (post.name, post.phone, post.person_id) == (member.person.name, "13800000006", member.person_id)
    page = as_user(chifeng).post(url, {"role": "safety", "starts_on": "2026-11-01"})
    assert "请填写姓名，或者选择对应的队员" in page.content.decode()
    stranger = people.person(9)
    page = as_user(chifeng).post(url, {"role": "safety", "person": stranger.pk, "starts_on": "2026-11-01"})
    assert page.status_code == 200
    assert not TeamPost.objects.filter(person=stranger).exists()


def test_a_post_is_linked_only_where_one_member_is_meant(team, chifeng, as_user):
    for number in (1, 2):
        people.member(team.organization, person=people.person(number, name="李志强"))
    post = team.posts.get(name="李志强")
    page = as_user(chifeng).post(reverse("teams:post_link", args=[post.pk]), follow=True)
    assert "没有唯一对应的队员" in page.content.decode()
    post.refresh_from_db()
    assert post.person_id is None
    assert facts_of(team)["posts"][0]["person"] == ""


# -- two at once ----------------------------------------------------------------------------------------------
def row(key: str, name: str, role: str = "deputy") -> dict[str, str]:
    return {"row": key, "role": role, "name": name}


@pytest.mark.parametrize(
    ("theirs", "mine", "merged"),
    [
        ([row("a", "甲二"), row("b", "乙")], [row("a", "甲"), row("b", "乙二")], ["甲二", "乙二"]),
        ([row("a", "甲"), row("b", "乙"), row("c", "丙")], [row("b", "乙")], ["乙", "丙"]),
        ([row("a", "甲")], [row("a", "甲"), row("b", "乙"), row("d", "丁")], ["甲", "丁"]),
        ([row("a", "甲二"), row("b", "乙")], [row("a", "甲三"), row("b", "乙")], None),
    ],
)
def test_rows_are_put_together_where_only_one_side_changed_them(theirs, mine, merged):
    found = merged_posts([row("a", "甲"), row("b", "乙")], theirs, mine)
    assert (found and [each["name"] for each in found]) == merged


def filled(page) -> dict[str, str]:
    """The management as the page's form would send it."""
    return {
        field.html_name: str(field.value() or "") for form in page.context["rows"] for field in form
    } | {"version": str(page.context["filing"].version), "page_sign": page.wsgi_request.path}  # fmt: skip


@pytest.mark.parametrize(
    "posts",
    [[builders.CAPTAIN, *builders.DEPUTIES], []],
    ids=["read in from a list", "not yet written"],
)
def test_two_pages_of_one_draft_mean_the_same_rows(as_user, chifeng, office, posts):
    draft = begin("register", by=chifeng, office=office("150400"), name="赤峰市红十字名单队", posts=posts)
    url = reverse("teams:filing_section", args=[draft.pk, "management"])
    one, other = (filled(as_user(person).get(url)) for person in (chifeng, _colleague(office)))
    as_user(chifeng).post(url, {**one, "posts-0-name": "阿拉坦", "posts-0-starts_on": "2026-10-01"})
    answer = as_user(_colleague(office)).post(
        url, {**other, "posts-1-name": "包玉山", "posts-1-starts_on": "2026-10-02"}
    )
    assert answer.status_code == 302
    names = [row["name"] for row in Filing.objects.get(pk=draft.pk).payload["posts"]]
    assert names == ["阿拉坦", "包玉山", *(each["name"] for each in posts[2:])]
    assert as_user(_colleague(office)).post(url, {**other, "posts-0-name": "别人"}).status_code == 409


def test_two_people_write_different_rows_of_the_management(team, chifeng, region, captain, office):
    filing = begin("change", by=chifeng, team=team)
    opened, rows = filing.version, filing.payload["posts"]
    one = [{**rows[0], "phone": "13800000099"}, *rows[1:]]
    two = [*rows[:2], {**rows[2], "name": "敖特根"}]
    keep(filing, {"posts": one}, by=chifeng, version=opened)
    fresh = keep(filing, {"posts": two}, by=_colleague(office), version=opened)
    assert fresh.payload["posts"][0]["phone"] == "13800000099"
    assert fresh.payload["posts"][2]["name"] == "敖特根"
    with pytest.raises(StaleDraft):
        keep(filing, {"posts": [{**rows[0], "phone": "13800000088"}, *rows[1:]]}, by=_colleague(office), version=opened)


def _colleague(office):
    from organizations.models import Appointment, User
    from organizations.permissions import grant

    there = User.objects.filter(username="colleague").first()
    if there is None:
        there = User.objects.create(username="colleague", name="同事", organization=office("150400"))
        grant(
            Appointment.objects.create(
                user=there, role="clerk", organization=office("150400"), starts_at=timezone.now()
            )
        )
    return builders.read(there)


# -- the tree changes -----------------------------------------------------------------------------------------
def test_a_filing_follows_its_office_to_the_new_league(songshan, baotou, region_system, chifeng, office):
    filing = builders.submitted(songshan, office("150404"), **BANNER)
    assert filing.current_office == office("150400")
    move_office(office("150404"), to=office("150200"), by=region_system)
    filing = Filing.objects.get(pk=filing.pk)
    assert (filing.current_office, filing.current_step.office) == (office("150200"), office("150200"))
    assert filing.events().last().action == "reroute"
    assert filing in Filing.objects.to_decide(builders.read(baotou))
    assert not Filing.objects.visible_to(builders.read(chifeng)).filter(pk=filing.pk).exists()


def test_what_the_former_league_noted_does_not_go_out_as_the_new_ones(
    songshan, baotou, region_system, chifeng, leader, office
):
    """Remarks are kept as they are typed and go out with a return: the next office's return sent them as its own, and
    whoever was asked for an opinion kept a line that led nowhere."""
    filing = builders.submitted(songshan, office("150404"), **BANNER)
    commenting.put(filing, "base_address", "赤峰记的，还没想好", by=chifeng)
    Opinion.objects.create(filing=filing, asked=leader, asked_by=chifeng, question="可以吗？")
    Filing.objects.filter(pk=filing.pk).update(meeting_name="赤峰的会", meeting_on=timezone.localdate())
    move_office(office("150404"), to=office("150200"), by=region_system)
    filing = WORKFLOW.perform(filing, "return_for_changes", by=builders.read(baotou), comment="请补一处")
    assert filing.events().last().facts["fields"] == {}
    assert not Opinion.objects.open().exists()
    assert (filing.meeting_name, filing.meeting_on) == ("", None)


def test_an_office_with_filings_to_decide_is_not_closed(songshan, region_system, office):
    builders.submitted(songshan, office("150404"), **BANNER)
    with pytest.raises(ValidationError, match="1 件未办结的备案"):
        close_office(office("150400"), on=timezone.localdate(), by=region_system)


# -- papers and pages -----------------------------------------------------------------------------------------
def test_the_annex_masks_what_identifies(team, chifeng, leader, as_user):
    from teams.on_file.roster_annex import roster_lines

    member = people.ready(team.organization, 1)
    (line,) = roster_lines(team.organization, builders.read(chifeng))
    assert (line.id_masked, line.phone) == (member.person.id_masked, "138****0001")
    assert line.certificate.startswith("YS-")
    assert line.insured_until
    first = people.ready(team.organization, 2)
    type(first).objects.filter(pk=first.pk).update(
        number="001"
    )  # who has none comes last, as on the roster's own paper
    lines = roster_lines(team.organization, builders.read(chifeng))
    assert [line.name for line in lines] == [first.person.name, member.person.name]
    url = reverse("teams:team_register", args=[team.pk])
    assert as_user(chifeng).get(f"{url}?roster=1").status_code == 200


def test_pages_with_people_stay_within_ten_queries(team, chifeng, region, as_user):
    for number in (1, 2, 3):
        people.ready(team.organization, number)
    filing = begin("annual", by=chifeng, team=team)
    client = as_user(chifeng)
    pages = [reverse("teams:filing_edit", args=[filing.pk]), reverse("teams:team_posts", args=[team.pk])]
    pages += [
        reverse("teams:filing_section", args=[filing.pk, key]) for key in ("management", "name", "base", "papers")
    ]
    pages.append(reverse("teams:filing_hand_in", args=[filing.pk]))
    assert FilingKind(filing.kind) == FilingKind.ANNUAL
    for page in pages:
        found = queries_of(client, page)
        assert len(found) <= 10, (page, "\n".join(found))


def test_a_team_that_comes_back_has_the_terms_of_its_captains_apart(team, chifeng, region):
    member = people.member(team.organization, person=people.person(1, name="白玉柱"))
    captain, *deputies = team.posts.current().management()
    captain.name, captain.person = member.person.name, member.person
    captain.save()
    leaving = builders.leaving(team, chifeng)
    end_memberships(leaving, by=builders.read(chifeng), left_on=date(2026, 11, 1))
    builders.account_for(leaving, chifeng)
    leaving = WORKFLOW.perform(leaving, "submit", by=builders.read(chifeng))
    WORKFLOW.perform(leaving, "approve", by=builders.read(region))
    WORKFLOW.perform(leaving, "issue", by=builders.read(region), **builders.REPLY)
    back = begin("restore", by=builders.read(chifeng), team=Team.objects.get(pk=team.pk))
    again = {**builders.CAPTAIN, "name": captain.name, "starts_on": "2026-11-20"}
    other = {**builders.DEPUTIES[0], "name": "包玉山", "starts_on": "2026-11-20"}
    posts = [again, other, row_of(deputies[1])]  # the other deputy goes on as if nothing had been
    back = keep(back, {"reason": "恢复活动", "posts": posts}, by=builders.read(chifeng), version=back.version)
    builders.papers(back, chifeng)
    back = WORKFLOW.perform(back, "submit", by=builders.read(chifeng))
    WORKFLOW.perform(back, "approve", by=builders.read(region))
    WORKFLOW.perform(back, "issue", by=builders.read(region), **builders.REPLY)
    terms = [(post.name, str(post.starts_on), str(post.ends_on or "")) for post in team.posts.order_by("pk")]
    assert terms == [
        (captain.name, "2024-03-01", "2026-11-01"),
        (deputies[0].name, "2024-03-01", "2026-11-01"),
        (deputies[1].name, "2024-03-01", ""),
        (captain.name, "2026-11-20", ""),
        ("包玉山", "2026-11-20", ""),
    ]
    assert drift_of(Team.objects.get(pk=team.pk)) == []
