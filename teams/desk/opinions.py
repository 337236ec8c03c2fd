"""加签: asking somebody for a second opinion. It advises; whoever has the step still decides."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.integrity import plainly
from core.language import in_chinese
from core.notices import notify
from organizations.models import Organization, User
from organizations.permissions import reach, who_can, who_can_each
from organizations.roles import Level, Right
from teams.choices import Stance
from teams.desk.deciding import Seen, locked, require_as_seen
from teams.models import Filing, Opinion
from teams.states import WITH_OFFICE
from teams.workflow import decides, note

MOST = 200


def people_to_ask(filing: Filing, user: User, term: str = "") -> list[User]:
    """Who may see the filing: at its office, at the offices above, and at their proxies. Not oneself, nor its author,
    nor the team's own people: it is about them."""
    found: dict[int, User] = {}
    for duty, _decision in who_can(Right.VIEW_TEAM, filing.organization):
        person = duty.user
        if person.pk in (user.pk, filing.submitted_by_id) or duty.organization.level == Level.TEAM:
            continue
        if term and term not in f"{person.name} {duty.organization}":
            continue
        person.organization = duty.organization  # where the duty is held is what tells two of a name apart
        found.setdefault(person.pk, person)
    return list(found.values())[:MOST]


def open_opinions(filing: Filing) -> QuerySet[Opinion]:
    return Opinion.objects.open().filter(filing=filing).select_related("asked")


def lost(opinions: Iterable[tuple[Opinion, Organization]]) -> set[int]:
    """Keys of those nobody will answer, for whoever was asked sees the filing of that place no more. Two queries, or
    none where nothing is open."""
    waiting = [(one, place) for one, place in opinions if one.answered_at is None]
    seers = who_can_each(Right.VIEW_TEAM, {place for _one, place in waiting}) if waiting else {}
    return {
        one.pk
        for one, place in waiting
        if not any(decision and duty.user_id == one.asked_id for duty, decision in seers[place.pk])
    }


def asked_of(user: User) -> QuerySet[Opinion]:
    """Questions the person still has to answer, about filings that are still under way and that he may still see."""
    # as ``Filing.objects.visible_to`` says it; joined, for of one person only a few are open and of filings very many
    may_see = reach(user, Right.VIEW_TEAM, at="filing__organization")
    rows = Opinion.objects.open().filter(may_see, asked=user, filing__state__in=WITH_OFFICE)
    return rows.select_related("filing", "asked_by")


@transaction.atomic
def ask(filing: Filing, *, asked: User, question: str, by: User, seen: Seen) -> Opinion:
    """Ask ``asked``, who is told. Raises ``ValidationError`` if he may not see the filing or has been asked already."""
    fresh = locked(filing)
    require_as_seen(fresh, seen, by)
    decides(fresh, by).require()
    person = User.objects.get(pk=asked.pk)  # as of now: what one may do is kept on the object
    if person.pk == by.pk or not person.is_active or not Filing.objects.visible_to(person).filter(pk=fresh.pk).exists():
        raise ValidationError(_("%(who)s看不到这件备案，请另选一位。") % {"who": person}, code="stranger")
    with plainly(Opinion):
        opinion = Opinion.objects.create(filing=fresh, asked=person, question=question, asked_by=by)
    note(fresh, "ask_opinion", by=by, comment=question, facts={"asked": str(person)})
    with in_chinese():
        title = _("%(who)s请您提意见：%(name)s（%(kind)s）") % {
            "who": by, "name": fresh.name, "kind": fresh.get_kind_display(),
        }  # fmt: skip
    url = reverse("teams:desk_opinion", args=[opinion.pk])
    notify([person], kind="opinion_asked", title=title, body=question, url=url)
    return opinion


@transaction.atomic
def answer(opinion: Opinion, *, by: User, stance: str, words: str) -> Opinion:
    """Answer once. Raises ``ValidationError`` when it has been answered or taken back, or the filing is decided."""
    filing = locked(opinion.filing)
    fresh: Opinion = Opinion.objects.select_for_update(of=("self",)).get(pk=opinion.pk)
    if fresh.asked_id != by.pk:
        raise PermissionDenied(_("请的不是您。"))
    if fresh.was_ended:
        raise ValidationError(_("已经不再征求这份意见，不用答复了。"), code="ended")
    if fresh.answered_at is not None:
        raise ValidationError(_("这份意见已经答复过了。"), code="answered")
    if filing.state not in WITH_OFFICE:
        raise ValidationError(_("这件备案已经离开审核，不用再答复。"), code="closed")
    if stance != Stance.AGREE and not words.strip():
        raise ValidationError({"answer": _("请写明意见。")})
    fresh.stance, fresh.answer, fresh.answered_at = stance, words.strip(), timezone.now()
    fresh.save()
    note(filing, "give_opinion", by=by, comment=fresh.answer, facts={"stance": fresh.get_stance_display()})
    with in_chinese():
        title = _("%(who)s答复意见（%(stance)s）：%(name)s") % {
            "who": by, "stance": fresh.get_stance_display(), "name": filing.name,
        }  # fmt: skip
    url = reverse("teams:desk_filing", args=[filing.pk])
    notify([fresh.asked_by], kind="opinion_given", title=title, body=fresh.answer, url=url)
    return fresh


@transaction.atomic
def take_back(opinion: Opinion, *, by: User) -> None:
    """Whoever decides wants no answer any more: asked the wrong person, or one who is away. Who was asked is told.

    :raises ValidationError: when it has been answered meanwhile.
    """
    filing = locked(opinion.filing)
    decides(filing, by).require()
    if not Opinion.objects.filter(pk=opinion.pk).end():
        raise ValidationError(_("这份意见已经答复过了。"), code="answered")
    note(filing, "end_opinion", by=by, facts={"asked": str(opinion.asked)})
    with in_chinese():
        title = _("不再征求您的意见：%(name)s（%(kind)s）") % {"name": filing.name, "kind": filing.get_kind_display()}
    notify([opinion.asked], kind="opinion_ended", title=title, url=reverse("teams:desk_opinion", args=[opinion.pk]))
