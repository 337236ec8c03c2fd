"""Facts as typed, as values, in words: what goes round comes back the same."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.diff import marked
from teams.choices import Formation, Funding, SiteType, TeamLevel
from teams.facts import FACTS, Words, changed_names, facts_of, label_of, plain, read, same, section_of
from teams.filings.proposal import Proposal
from teams.filings.reading_sheet import only_changed, sections_of
from teams.models import Category, Team
from tests.teams import builders

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
RAW = st.one_of(
    TEXT, st.none(), st.lists(TEXT, max_size=4), st.lists(st.dictionaries(TEXT, TEXT, max_size=3), max_size=3)
)
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(one=RAW, other=RAW)
@settings(max_examples=200, deadline=None)
def test_same_is_reflexive_and_symmetric(one, other):
    assert same(one, one)
    assert same(one, other) == same(other, one)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("", None, True),
        ("  ", [], True),
        ("甲 ", "甲", True),
        (["b", "a"], ["a", "b"], True),
        (["a"], ["a", "b"], False),
        ([{"name": "甲", "phone": ""}], [{"name": "甲"}], True),
        ([{"name": "甲"}], [{"name": "乙"}], False),
    ],
)
def test_same(one, other, expected):
    assert same(one, other) is expected


@given(old=TEXT, new=TEXT)
@settings(max_examples=200, deadline=None)
def test_marked_text_joins_back(old, new):
    left, right = marked(old, new)
    assert ("".join(piece.text for piece in left), "".join(piece.text for piece in right)) == (old, new)
    assert (old != new) or not any(piece.changed for piece in (*left, *right)) or old == ""


ON_FILE = st.fixed_dictionaries(
    {
        "level": st.sampled_from(TeamLevel.values),
        "formation": st.sampled_from(["", *Formation.values]),
        "founded_on": st.none() | st.dates(date(1950, 1, 1), date(2024, 12, 31)),
        "planned_size": st.none() | st.integers(1, 5000),
        "latitude": st.none() | st.decimals(-90, 90, places=5),
        "longitude": st.none() | st.decimals(-180, 180, places=5),
        "annual_check_year": st.none() | st.integers(1990, 2100),
        "site_type": st.sampled_from(["", *SiteType.values]),
        "funding": st.lists(st.sampled_from(Funding.values), unique=True),
        "other_categories": st.lists(st.sampled_from(["relief", "medical", "mountain"]), unique=True),
        "funding_note": st.sampled_from(["", "其中设备款 3 万元", "a b"]),
    }
)


@pytest.mark.django_db
@given(values=ON_FILE)
@QUIET
def test_what_is_on_file_reads_back_as_the_same_values(office, values):
    team = Team(organization=office("150404"), main_category=Category.objects.get(pk="relief"), **values)
    payload = {name: plain(getattr(team, name)) for name in values}
    read_back = Proposal("change", payload, office("150400"), before=payload).values
    for name, value in values.items():
        got = read_back[name]
        expected = sorted(value) if isinstance(value, list) else value
        assert (sorted(got) if isinstance(got, list) else got) in (expected, None if expected == "" else expected), name
        assert same(plain(got), payload[name])


@pytest.mark.django_db
def test_a_team_on_file_proposes_no_change(chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    facts = facts_of(team)
    proposal = Proposal("change", facts, office("150400"), team, facts)
    assert (proposal.errors, proposal.changed) == ({}, [])
    assert proposal.values["latitude"] == Decimal("42.25781")
    assert [row["name"] for row in proposal.posts] == ["阿拉坦·苏都", "李志强", "敖特根巴雅尔·孟和"]
    assert facts == facts_of(Team.objects.get(pk=team.pk))


def test_changed_names_come_in_the_order_of_the_form():
    before = {"name": "甲", "base_address": "一", "posts": [{"role": "captain", "name": "王"}]}
    after = {"name": "乙", "base_address": "二", "posts": [{"role": "captain", "name": "李"}]}
    assert changed_names(before, after) == ["name", "posts.captain", "base_address"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "raw", "word"),
    [
        ("level", "banner_county", "旗县级"),
        ("level", "nonsense", "nonsense"),
        ("funding", ["budget", "own"], "财政经费、队伍自筹"),
        ("duty_phone", "13800000011", "138****0011"),
        ("main_category", "relief", "赈济"),
        ("office", "999999999", "999999999"),
        ("base_division", "150402", "红山区"),
        ("name", "", ""),
    ],
)
def test_words(name, raw, word):
    payload = {name: raw}
    assert word in Words(payload).of(name, payload)


@pytest.mark.parametrize(
    ("field", "section", "label"),
    [
        ("uscc", "registration", "统一社会信用代码"),
        ("posts.captain", "management", "队长"),
        ("posts-1-phone", "management", "负责人第 2 行电话"),
        ("papers", "papers", "材料"),
        ("exit.emblem", "exit", "标志物收回"),
        ("exit.nonsense", "exit", "退出清单"),
        ("posts-x-phone", "management", "posts-x-phone"),
        ("posts-0-no_such", "management", "posts-0-no_such"),
        ("reason", "about", "原因和依据"),
        ("changes", "", "changes"),
        ("name", "name", "队伍名称"),
    ],
)
def test_every_field_has_its_page_and_its_name(field, section, label):
    assert (section_of(field), label_of(field)) == (section, label)


@pytest.mark.django_db
@pytest.mark.parametrize("name", FACTS)
def test_nothing_typed_breaks_a_fact(name):
    for raw in ("", None, [], ["x"], "x" * 5000, "　", "-1", "2026-13-45", {"a": 1}, "\ud83c", "999999999999999999999"):
        with suppress(ValidationError):
            read(name, raw)


@pytest.mark.parametrize("name", ["name", "short_name", "host_org_name"])
@pytest.mark.parametrize("typed", ["赤峰市红十字\u200b水上救援队", "赤峰红十字🚑救援队", "赤峰\u202e救援队"])
def test_a_name_that_no_paper_can_bear_is_refused(name, typed):
    with pytest.raises(ValidationError, match=r"看不见的字符|表情符号"):
        read(name, typed)


@pytest.mark.django_db
def test_the_reading_sheet_shows_old_and_new_and_masks_telephones(chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    before = facts_of(team)
    changed = {**before, "base_address": "演示路 2 号", "duty_phone": "0476-1294567"}
    sheet = sections_of(Proposal("change", {**changed, "reason": "搬迁"}, office("150400"), team, before))
    rows = {row.name: row for section in sheet for row in section.rows}
    assert [piece.text for piece in rows["base_address"].new_pieces if piece.changed] == ["2"]
    assert (rows["duty_phone"].old, rows["duty_phone"].new) == ("047****4567", "047****4567")
    assert rows["duty_phone"].note == "号码有变化"
    assert "civil_on" not in rows  # 发文备案的不问民政登记
    assert [section.key for section in only_changed(sheet)] == ["about", "base"]
    whole = sections_of(Proposal("change", changed, office("150400"), team, before), full=True)
    assert "0476-1294567" in {row.new for section in whole for row in section.rows}


@pytest.mark.django_db
def test_a_new_team_has_nothing_to_compare_with(office):
    sheet = sections_of(Proposal("register", builders.FACTS, office("150400")))
    assert sum(section.changed for section in sheet) == 0
    assert not any(row.changed for section in sheet for row in section.rows)


@pytest.mark.django_db
def test_a_paper_is_called_by_its_name(cast):
    assert label_of("papers.minutes") == "材料：会议纪要"
    assert label_of("papers.no-such") == "材料：no-such"
