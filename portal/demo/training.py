"""Demo drills and trainings, plainly fictional (演示): planned, under way, handed in, returned, confirmed, called off.

Lists and rolls are written set by set, as the roll page leaves them; what a person decides goes through the workflow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.history import acting_as
from organizations.models import Organization, User
from people.models import Membership
from portal.demo.teams import ON_FILE
from training.activities.slots import lay
from training.choices import BaseKind, MarkKind, MarkMethod, Outcome, Presence, Rating
from training.models import (
    Activity,
    ActivityTeam,
    Attendance,
    Base,
    CourseVersion,
    Evaluation,
    Instructor,
    InstructorAssessment,
    Mark,
    Participation,
    Plan,
    PlanItem,
    Problem,
    Teaching,
)
from training.participants.covers import needs_cover
from training.participants.listing import explain
from training.workflow import PROBLEM, WORKFLOW


@dataclass(frozen=True)
class DemoActivity:
    """:param at: key of the team that holds it, or the code of an office. :param days: from today, negative: gone by.
    :param moves: made on it, in order. :param away: how many of the list were not there.
    """

    at: str
    title: str
    days: int
    hours: int = 3
    clock: int = 9
    span: int = 0  # further days
    moves: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    away: int = 1
    rolled: bool = True
    facts: Mapping[str, Any] = field(default_factory=dict)


_WATER = {"kind": "drill", "form": "field", "scope": "team", "hazard": "water", "subjects": ["water_rescue"]}
_SNOW = {"kind": "drill", "form": "tabletop", "scope": "level", "hazard": "snow", "subjects": ["tabletop"]}
_CAMP = {
    "kind": "drill", "form": "full", "scope": "joint", "hazard": "earthquake", "departments": ["emergency", "health"],
    "subjects": ["camp_planning", "needs_assessment", "tents", "kitchen"],
}  # fmt: skip
_AID = {"kind": "training", "training_kind": "first_aid"}
_SKILL = {"kind": "training", "training_kind": "skill"}
_DONE = ("submit", "confirm")
_NIGHT = {
    **_WATER, "scenario": "两名钓鱼者夜间落水，岸边有人报警（演示）。", "commander": "阿拉坦·苏都（演示）",
    "safety_officer": "乌仁图雅（演示）", "process": "18:05 接报；18:20 出动；18:55 两名“落水者”上岸（演示）。",
    "equipment_used": "冲锋舟 2 艘、抛绳枪 1 支（演示）", "vehicles": 3,
}  # fmt: skip
_JOINT = {**_WATER, "scope": "joint", "form": "full", "departments": ["emergency", "fire", "water"]}
_NORTH = {**_CAMP, "scope": "north", "outside_units": "辽宁演示救援队\n吉林演示救援队"}
_LEAGUE = ("water", "songshan", "psych")
ACTIVITIES = (
    DemoActivity("water", "红山水库夜间水上救援演练", -9, clock=18, moves=_DONE, facts=_NIGHT),
    DemoActivity("water", "汛前激流救援联合演练", -160, hours=6, moves=(*_DONE, "archive"), joined=("songshan",),
                 facts=_JOINT),
    DemoActivity("water", "救护员复训", -65, hours=8, moves=_DONE, facts={**_AID, "training_kind": "refresher"}),
    DemoActivity("water", "应急通讯演练", -6, moves=("submit",), facts={**_WATER, "form": "functional"}),
    DemoActivity("water", "绳索救援技能训练", -20, hours=4, away=3, facts=_SKILL),
    # over two days, so that it is under way at whatever hour the demo is made
    DemoActivity("water", "冬季冰面救援演练", 0, clock=14, span=1, rolled=False, facts=_WATER),
    DemoActivity("water", "无人机搜索训练", 5, rolled=False, facts=_SKILL),
    DemoActivity("songshan", "帐篷搭拆和物资发放训练", -33, facts=_SKILL),
    DemoActivity("psych", "心理急救培训", -4, hours=8, facts=_SKILL),
    DemoActivity("medical", "批量伤员分拣演练", -8, facts={**_CAMP, "form": "functional", "hazard": "traffic"}),
    DemoActivity("mountain", "山野搜救拉练", -27, hours=8, moves=("cancel",), rolled=False,
                 facts={**_WATER, "hazard": "lost", "subjects": ["equipment"]}),
    DemoActivity("150400", "雪灾应急桌面推演", -12, moves=("submit", "return_for_changes"), joined=_LEAGUE,
                 facts=_SNOW),
    DemoActivity("150400", "赤峰市救护员培训班", -45, hours=8, span=3, moves=_DONE, joined=_LEAGUE,
                 facts={**_AID, "satisfaction": 96}),
    DemoActivity("150400", "物资调运演练", -15, moves=("submit",), joined=_LEAGUE,
                 facts={**_CAMP, "form": "functional"}),
    DemoActivity("150400", "赈济营地综合演练", 12, hours=8, span=1, joined=_LEAGUE, rolled=False, facts=_CAMP),
    DemoActivity("150000", "北部协作区跨区域演练", 26, hours=8, span=2, joined=("water", "medical"), rolled=False,
                 facts=_NORTH),
)  # fmt: skip
_OFFICES = {"150400": "chifeng", "150000": "region"}
# Who confirms: somebody of the office above who did not hand it in.
_DECIDES = {"150400": "region", "water": "chifeng"}
_WORDS = {"return_for_changes": "演练形式和参加人数请核对（演示）。", "cancel": ""}


@transaction.atomic
def make_training(people: Mapping[str, User]) -> None:
    """After teams and members. Fast: about a dozen statements an activity."""
    made = _Made(people)
    made.catalogue()
    made.plans()
    for about in ACTIVITIES:
        made.activity(about)


class _Made:
    def __init__(self, people: Mapping[str, User]) -> None:
        self._people = people
        named = {place.name: place for place in Organization.objects.teams()}
        self._places = {about.key: named[f"{about.name}（演示）"] for about in ON_FILE}
        codes = Organization.objects.filter(code__in=_OFFICES)
        self._places |= {place.code: place for place in codes}
        self._members: dict[int, list[Membership]] = {}
        for row in Membership.objects.current().select_related("person").order_by("pk"):
            self._members.setdefault(row.organization_id, []).append(row)
        self._base: Base | None = None
        self._items: dict[str, PlanItem] = {}

    def _user(self, username: str) -> User:
        """Read anew: what one may do is kept on the object."""
        user: User = User.objects.select_related("organization").get(pk=self._people[username].pk)
        return user

    def _keeper(self, at: str) -> str:
        if at in _OFFICES:
            return _OFFICES[at]
        return "captain" if at == "water" else next(about.by for about in ON_FILE if about.key == at)

    # -- catalogue and plans ----------------------------------------------------------------------------
    def catalogue(self) -> None:
        chifeng = self._places["150400"]
        today = timezone.localdate()
        with acting_as(self._user("chifeng"), source="make_demo"):
            self._base = Base.objects.create(
                organization=chifeng, kind=BaseKind.SHARED, name="红山水库训练基地（演示）", partner="演示体育中心",
                agreed_from=today - timedelta(days=300), agreed_until=today + timedelta(days=65), division_id="150402",
                address="红山区演示路 2 号（演示）", capacity=120, facilities="室内水池、艇库、教室两间（演示）",
                categories=["aquatic", "relief"],
            )  # fmt: skip
            Base.objects.create(
                organization=chifeng, kind=BaseKind.RENTED, name="蒙东培训中心（演示）", division_id="150404",
                address="松山区演示街 9 号（演示）", capacity=60, partner="演示职业学校",
            )  # fmt: skip
            nurse = next(
                row for row in self._members[self._places["water"].pk] if row.person.name.startswith("乌仁图雅")
            )
            inside = Instructor.objects.create(
                organization=chifeng, person=nurse.person, name=nurse.person.name, qualification="救护师资（演示）",
                categories=["medical"], appointed_on=today - timedelta(days=400),
            )  # fmt: skip
            Instructor.objects.create(
                organization=chifeng, name="那顺乌力吉（演示）", employer="赤峰市演示医院",
                qualification="主治医师（演示）",
                qualified_until=today + timedelta(days=40), appointed_on=today - timedelta(days=200),
            )  # fmt: skip
            InstructorAssessment.objects.create(
                instructor=inside, assessed_on=today - timedelta(days=50), outcome=Outcome.PASSED,
                what="心肺复苏示范教学（演示）", assessor="测评员（演示）",
            )  # fmt: skip

    def plans(self) -> None:
        year = timezone.localdate().year
        for at, who in (("150400", "chifeng"), ("water", "captain")):
            with acting_as(self._user(who), source="make_demo"):
                plan = Plan.objects.create(
                    organization=self._places[at], year=year, document_no="演示发〔2026〕3号" if at == "150400" else "",
                    issued_on=date(year, 1, 20) if at == "150400" else None,
                    note="以实战为主，每季度至少一次（演示）。",
                )  # fmt: skip
                for position, (kind, name, times) in enumerate(
                    (("drill", "水上救援演练（演示）", 4), ("training", "救护员培训（演示）", 2)), 1
                ):
                    item = PlanItem.objects.create(plan=plan, position=position, kind=kind, name=name, times=times)
                    self._items[f"{at}-{kind}"] = item

    # -- activities -------------------------------------------------------------------------------------
    def activity(self, about: DemoActivity) -> None:
        place, by = self._places[about.at], self._user(self._keeper(about.at))
        day = timezone.localdate() + timedelta(days=about.days)
        starts = timezone.make_aware(datetime.combine(day, time(about.clock)))
        facts = {
            "title": f"{about.title}（演示）", "place": "演示场地", "starts_at": starts,
            "ends_at": starts + timedelta(days=about.span, hours=about.hours),
            "summary": "按方案完成，过程平稳，不足已列入整改（演示）。" if about.days < 0 else "", **about.facts,
        }  # fmt: skip
        if about.facts["kind"] == "training" and about.facts["training_kind"] == "first_aid":
            facts["course_version"] = CourseVersion.objects.filter(course__certificate_kind="first_aid").first()
        with acting_as(by, source="make_demo"):
            record = Activity.objects.create(
                host=place, created_by=by, base=self._base if about.at in ("water", "150400") else None,
                plan_item=self._items.get(f"{about.at}-{about.facts['kind']}"), **facts,
            )  # fmt: skip
            teams = [key for key in (about.at, *about.joined) if key not in _OFFICES]
            ActivityTeam.objects.bulk_create(
                [ActivityTeam(activity=record, organization=self._places[key]) for key in teams]
            )
            lay(record)
            rows = self._list(record, teams, by)
            if about.rolled:
                there = rows[: max(1, len(rows) - about.away)]
                self._roll(record, rows, len(there), by)
                self._write_up(record, there, by)
        self._move(record, about)

    def _list(self, record: Activity, teams: list[str], by: User) -> list[Participation]:
        seen: dict[int, Membership] = {}
        for key in teams:
            for row in self._members.get(self._places[key].pk, []):
                seen.setdefault(row.person_id, row)
        rows = Participation.objects.bulk_create(
            [
                Participation(activity=record, person_id=pk, organization_id=row.organization_id, added_by=by)
                for pk, row in seen.items()
            ]
        )
        if needs_cover(record):  # some are not insured on days far back or ahead
            explain(record, rows, reason="保险续保手续正在办理（演示）")
        return rows

    def _roll(self, record: Activity, rows: list[Participation], came: int, by: User) -> None:
        marks, found = [], []
        for slot in record.slots.all():
            length = int((slot.ends_at - slot.starts_at).total_seconds() // 60)
            for number, row in enumerate(rows):
                there = number < came
                late = timedelta(minutes=7 * (number % 3))
                marks.append(Mark(
                    slot=slot, person_id=row.person_id, by=by, method=MarkMethod.TAP, at=slot.starts_at + late,
                    kind=MarkKind.ARRIVED if there else MarkKind.LEAVE,
                ))  # fmt: skip
                found.append(Attendance(
                    slot=slot, participation=row, method=MarkMethod.TAP, minutes=length if there else 0,
                    presence=Presence.PRESENT if there else Presence.LEAVE,
                    arrived_at=slot.starts_at + late if there else None,
                ))  # fmt: skip
        Mark.objects.bulk_create(marks)
        Attendance.objects.bulk_create(found)

    def _write_up(self, record: Activity, there: list[Participation], by: User) -> None:
        if record.is_drill:
            for dimension, rating in (("goal", Rating.GOOD), ("turnout", Rating.PARTLY), ("equipment", Rating.PARTLY)):
                Evaluation.objects.create(activity=record, dimension=dimension, rating=rating, note="见总结（演示）")
            self._problems(record, by)
        else:
            Teaching.objects.create(activity=record, name="乌仁图雅（演示）", topic="心肺复苏（演示）", lessons=4)
            Participation.objects.filter(pk__in=[row.pk for row in there[:-1]]).update(outcome=Outcome.PASSED, score=88)

    def _problems(self, record: Activity, by: User) -> None:
        today = timezone.localdate()
        lines = (("对讲机在水面上通话断续（演示）", -3), ("救生衣型号不全（演示）", 5), ("接报记录不完整（演示）", 25))
        made = [
            Problem.objects.create(
                activity=record,
                what=what,
                measure="补充和培训（演示）",
                organization=record.host,
                created_by=by,
                owner="李志强（演示）",
                due_on=today + timedelta(days=due),
            )
            for what, due in lines
        ]
        if record.host == self._places["water"]:
            fixed = PROBLEM.perform(made[2], "report", by=self._user("captain"), fix="已补齐登记本（演示）")
            PROBLEM.perform(fixed, "accept", by=self._user("chifeng"))

    def _move(self, record: Activity, about: DemoActivity) -> None:
        for action in about.moves:
            who = self._keeper(about.at) if action in ("submit", "cancel") else _DECIDES[about.at]
            by = self._user(who)
            facts: dict[str, Any] = {}
            if action == "cancel":
                facts["reason"] = "大风预警，改期（演示）"
            if action == "return_for_changes":
                facts["fields"] = {"form": "与方案不一致（演示）"}
            with acting_as(by, source="make_demo"):
                record = WORKFLOW.perform(record, action, by=by, comment=_WORDS.get(action, ""), **facts)
