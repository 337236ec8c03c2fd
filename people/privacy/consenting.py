"""Giving and withdrawing a consent (个人信息保护法 第14至16条, 第47条), and what follows from it.

Withdrawing is as easy as giving, reaches no further back, and costs nobody more than what needs the consent:
- 个人信息 personal: the team is told, and team and office find it among what is to be done until it is given again or
  they have seen the person out (``without_consent``): without it nobody stays on a roster.
- 健康信息 health: what was kept about health is gone at once, and is not asked for again until there is a new consent.
- 照片和影像 likeness: the team is told; nothing else changes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core.language import in_chinese
from core.notices import notify
from organizations.models import User
from people.choices import Channel, ConsentKind
from people.joining.applying import keepers
from people.models import Consent, ConsentText, Membership, Person
from people.validators import is_adult

EFFECTS: dict[str, tuple[StrOrPromise, ...]] = {
    ConsentKind.PERSONAL: (
        gettext_lazy("这份同意是入队必须的。撤回后会通知队伍，由队长和您联系，按退队办理。"),
        gettext_lazy("撤回以前已经做的处理不受影响；离队后的信息按规定期限保存，到期匿名。"),
    ),
    ConsentKind.HEALTH: (
        gettext_lazy("血型、过敏史、健康声明和体检日期马上清除，不能恢复。"),
        gettext_lazy("以后要用到健康信息的任务，队伍可能不安排您参加；其他不受影响。"),
    ),
    ConsentKind.LIKENESS: (
        gettext_lazy("会通知队伍，以后不再使用您的照片和影像做宣传；不影响您参加任何活动。"),
    ),
}  # fmt: skip

FOR_KEEPERS: dict[str, StrOrPromise] = {
    ConsentKind.PERSONAL: gettext_lazy("这份同意是入队必须的。请联系本人问明情况；不再同意的，按退队办理。"),
    ConsentKind.HEALTH: gettext_lazy("血型、过敏史、健康声明和体检日期已经清除，本人重新同意以前不再登记。"),
    ConsentKind.LIKENESS: gettext_lazy("请不再使用本人的照片和影像做宣传；不影响本人参加任何活动。"),
}


@dataclass(frozen=True)
class Line:
    """One kind of consent of one person.

    :ivar text: what is asked for now; None when the region has published nothing.
    :ivar given: the latest consent in force, to whichever version.
    :ivar past: earlier ones, and those withdrawn.
    """

    kind: str
    text: ConsentText | None
    given: Consent | None
    past: list[Consent]

    @property
    def label(self) -> StrOrPromise:
        return ConsentKind(self.kind).label

    @property
    def is_older(self) -> bool:
        """Agreed to, but not in the wording asked for now."""
        return self.given is not None and self.text is not None and self.given.text_id != self.text.pk


def lines(person: Person) -> list[Line]:
    """Every kind, in the order of ``ConsentKind``. Two queries."""
    texts = {text.kind: text for text in ConsentText.objects.published()}
    given = list(Consent.objects.filter(person=person).select_related("text").order_by("-given_at"))
    found = []
    for kind in ConsentKind.values:
        own = [row for row in given if row.text.kind == kind]
        now = next((row for row in own if row.withdrawn_at is None), None)
        if kind in texts or own:
            found.append(Line(kind, texts.get(kind), now, [row for row in own if row is not now]))
    return found


def may_use_health(person: Person) -> bool:
    """Whether what is known of the person's health may be kept and used."""
    return Consent.objects.filter(person=person, text__kind=ConsentKind.HEALTH).in_force().exists()


def allows_health(consents: Iterable[Consent]) -> bool:
    """The same from the person's consents with their texts, where they have been read."""
    return any(consent.text.kind == ConsentKind.HEALTH and consent.withdrawn_at is None for consent in consents)


def without_consent(rows: QuerySet[Membership]) -> QuerySet[Membership]:
    """Of ``rows`` those whose person has withdrawn the consent nobody is on a roster without."""
    theirs = Consent.objects.filter(person=OuterRef("person"), text__kind=ConsentKind.PERSONAL)
    return rows.filter(Exists(theirs.exclude(withdrawn_at=None)), ~Exists(theirs.in_force()))


def withdrawn_on(consents: Iterable[Consent]) -> date | None:
    """The day that consent was withdrawn; None while it is in force or was never given."""
    own = [consent.withdrawn_at for consent in consents if consent.text.kind == ConsentKind.PERSONAL]
    return timezone.localdate(max(at for at in own if at)) if own and None not in own else None


@transaction.atomic
def give(person: Person, text: ConsentText, *, by: User) -> Consent:
    """The person agrees to the wording now asked for. Agreeing twice is agreeing once.

    :raises ValidationError: another wording has been published meanwhile, or the person is under 18: then a guardian
        signs on paper.
    """
    known = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if known.birth is not None and not is_adult(known.birth, timezone.localdate()):
        raise ValidationError(_("未满 18 周岁的，要由监护人同意：请监护人在纸质同意书上签名，交给队里登记。"))
    if not ConsentText.objects.published().filter(pk=text.pk).exists():
        raise ValidationError(_("这份同意书刚刚有了新版本，请读过新版本再同意。"))
    consent, _made = Consent.objects.get_or_create(
        person=person, text=text, withdrawn_at=None,
        defaults={"given_at": timezone.now(), "channel": Channel.ONLINE, "recorded_by": by},
    )  # fmt: skip
    return consent


@transaction.atomic
def withdraw(person: Person, kind: str) -> int:
    """Withdraw every version of one kind, with what follows; how many that were. None: nothing was in force."""
    locked = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    rows = Consent.objects.filter(person=locked, text__kind=kind).in_force()
    ended = rows.update(withdrawn_at=timezone.now())
    if ended and kind == ConsentKind.HEALTH:
        _forget_health(locked)
    if ended:
        _tell_teams(locked, kind)
    return ended


def _forget_health(person: Person) -> None:
    person.health_cipher = ""
    person.health_declared_on = person.checkup_on = None
    person.version += 1
    person.save(update_fields=["health_cipher", "health_declared_on", "checkup_on", "version"])


def _tell_teams(person: Person, kind: str) -> None:
    for row in Membership.objects.filter(person=person).current().select_related("organization"):
        with in_chinese():
            notify(
                keepers(row.organization),
                kind="consent_withdrawn",
                title=_("%(name)s撤回了“%(consent)s”的同意")
                % {"name": person.name, "consent": ConsentKind(kind).label},
                body=str(FOR_KEEPERS[kind]),
                url=person.get_absolute_url(),
            )
