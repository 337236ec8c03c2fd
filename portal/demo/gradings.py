"""Demo gradings, plainly fictional (演示): in every state people meet, with panels, marks, a certificate, an objection
and grades of other authorities."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from assessments.choices import Method, PanelDuty, Purpose, Scheme
from assessments.gradings.starting import begin
from assessments.gradings.workflow import WORKFLOW
from assessments.models import Grading, GradingClaim, Indicator, Standard, TeamGrade
from assessments.panel.given import Given
from assessments.panel.marking import take
from assessments.panel.members import appoint, declare, finish
from assessments.publicity.objections import raise_one
from assessments.scoring import Answer
from core.history import acting_as
from portal.demo.acting import Acting
from teams.models import Team

_FOUND = "现场核实（演示）"
_SHARE = Decimal("0.8")  # of the points a panel judges
DAY = timedelta(days=1)


def make_gradings(acting: Acting) -> None:
    _apply(acting, "aohan")
    _move(acting, acting.captain("psych"), _apply(acting, "psych"), "submit")
    _returned(acting, "songshan")
    declined = _submitted(acting, "hulun")
    _move(acting, "hulunbuir", declined, "decline", "队伍正在整改，恢复以后先按对标补齐，再申请（演示）。")
    _on_site(acting, "water", "baotou", "hohhot")
    _public(acting, "medical", "chifeng", "hohhot")
    _granted(acting, "health", "chifeng", "baotou")
    _others(acting)


def _apply(acting: Acting, key: str) -> Grading:
    """3 级 in the team's main category, filled in whole."""
    by, team = acting[acting.captain(key)], Team.objects.get(organization=acting.places[key])
    rows = Standard.objects.published().filter(purpose=Purpose.GRADING, scheme=Scheme.RED_CROSS)
    standard = rows.get(category=team.main_category_id)
    with acting_as(by, source="make_demo"):
        made = begin(team, standard, "3", by=by)
        made.contact, made.statement = by.name, "队伍建设已满一年，申请测评（演示）。"
        made.version += 1
        made.save()
        claims = list(GradingClaim.objects.filter(grading=made).select_related("indicator"))
        for claim in claims:
            answer = _answer(claim.indicator)
            if not claim.indicator.metric:
                claim.value, claim.points, claim.note = answer.value, answer.points, "材料在纸面上，现场备查（演示）"
        GradingClaim.objects.bulk_update(claims, ["value", "points", "note"])
    return made


def _answer(one: Indicator) -> Answer:
    """What is enough for 3 级 and a bit more."""
    if one.method == Method.JUDGED:
        return Answer(points=(one.points * _SHARE).quantize(Decimal("0.5")))
    if one.method == Method.THRESHOLD:
        return Answer(value=Decimal(one.requirements.get("3") or 1))
    if one.method == Method.STEPS and one.more_is_better:
        return Answer(value=Decimal(one.steps[-1]["from"]))
    if one.method == Method.YES_NO:
        return Answer(value=Decimal(one.more_is_better))
    return Answer(value=Decimal(one.metric == "teams_on_file"))


def _move(acting: Acting, who: str, grading: Grading, action: str, comment: str = "", **facts: Any) -> Grading:
    by = acting[who]
    rows = Grading.objects.select_related("team__organization", "standard", "office")
    with acting_as(by, source="make_demo"):
        moved: Grading = WORKFLOW.perform(rows.get(pk=grading.pk), action, by=by, comment=comment, **facts)
    return moved


def _submitted(acting: Acting, key: str) -> Grading:
    return _move(acting, acting.captain(key), _apply(acting, key), "submit")


def _returned(acting: Acting, key: str) -> None:
    grading = _submitted(acting, key)
    office = acting[acting.office(key)]
    with acting_as(office, source="make_demo"):
        claim = grading.claims.select_related("indicator").filter(indicator__metric="").order_by("pk")[0]
        claim.comment = "请传联系机制文件的扫描件（演示）。"
        claim.version += 1
        claim.save()
    _move(acting, acting.office(key), grading, "return_for_changes", "一处请补材料。")


def _on_site(acting: Acting, key: str, *others: str) -> Grading:
    """The assessor of the cast leads and has still to score; the others have scored."""
    office = acting.office(key)
    grading = _move(acting, office, _submitted(acting, key), "accept")
    for number, username in enumerate(("assessor", *others)):
        by = acting[office]
        with acting_as(by, source="make_demo"):
            duty = PanelDuty.LEAD if number == 0 else PanelDuty.MEMBER
            member = appoint(grading, acting[username], duty=duty, by=by)
        with acting_as(acting[username], source="make_demo"):
            declare(member)
    place = "红山水库训练基地（演示）" if key == "water" else "演示训练场"
    grading = _move(acting, office, grading, "begin_on_site", site_on=timezone.localdate(), site_place=place)
    _score(acting, grading, others)
    return grading


def _score(acting: Acting, grading: Grading, who: Iterable[str]) -> None:
    scored = Indicator.objects.filter(standard=grading.standard_id).exclude(method=Method.HEADING)
    indicators = list(scored.order_by("position"))
    for username in who:
        by = acting[username]
        given = [
            Given(_key(grading, by.pk, one), grading.pk, one.pk, timezone.now(), _answer(one), _FOUND)
            for one in indicators
        ]
        with acting_as(by, source="make_demo"):
            refused = [result.message for result in take(given, by=by) if result.message]
        assert not refused, refused
        with acting_as(by, source="make_demo"):
            finish(grading.panel.get(user=by))


def _key(grading: Grading, user: int, one: Indicator) -> UUID:
    """The same at every start, as a device would have made it."""
    return UUID(int=(grading.pk << 80) + (user << 40) + one.pk, version=4)


def _public(acting: Acting, key: str, *others: str, over: bool = False) -> Grading:
    """Scored by all, deliberated, published; with an objection where it is not over yet."""
    office = acting.office(key)
    grading = _on_site(acting, key, *others)
    _score(acting, grading, ["assessor"])
    _move(acting, office, grading, "finish_on_site")
    today = timezone.localdate()
    grading = _move(
        acting, office, grading, "publicise", result="3", deliberation="专家组意见一致，同意评为 3 级（演示）。",
        public_from=today, public_until=today + 6 * DAY,
    )  # fmt: skip
    if over:
        Grading.objects.filter(pk=grading.pk).update(public_from=today - 8 * DAY, public_until=today - DAY)
        return grading
    by = acting[office]
    with acting_as(by, source="make_demo"):
        raise_one(
            grading, by=by, raised_by="群众电话（演示）", what="反映药品效期管理不严，请核实（演示）。",
            received_on=today, phone="13800000112",
        )  # fmt: skip
    return grading


def _granted(acting: Acting, key: str, *others: str) -> None:
    grading = _public(acting, key, *others, over=True)
    _move(acting, acting.office(key), grading, "grant", document_number="演示发〔2026〕30号")


def _others(acting: Acting) -> None:
    """Grades of other authorities, with the papers' numbers; one runs out soon."""
    today = timezone.localdate()
    rows: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("mountain", "baotou", {
            "scheme": Scheme.EMERGENCY, "specialty": "mountain", "grade": "2", "issuer": "自治区应急管理厅（演示）",
            "certificate_no": "演示-YJ-2025-014", "granted_on": date(2025, 6, 10), "valid_until": None,
        }),
        ("water", "captain", {
            "scheme": Scheme.RED_CROSS, "category_id": "aquatic", "grade": "3", "issuer": "中国红十字会总会（演示）",
            "certificate_no": "演示-ZH-2023-007", "granted_on": today - 1035 * DAY, "valid_until": today + 60 * DAY,
        }),
    )  # fmt: skip
    for key, who, facts in rows:
        by, team = acting[who], Team.objects.get(organization=acting.places[key])
        with acting_as(by, source="make_demo"):
            TeamGrade.objects.create(team=team, created_by=by, **facts)
