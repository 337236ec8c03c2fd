"""Entering, correcting and verifying certificates; ``people.workflow`` says who may make which move."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.language import in_chinese
from core.masking import mask_text
from core.notices import notify
from core.refusals import refusal
from core.workflow import MoveNotAllowed
from organizations.models import Organization, User
from organizations.permissions import reach
from organizations.roles import Right
from people.joining.applying import keepers
from people.models import Certificate, CertificateKind, Membership, Person
from people.states import CertificateState
from people.validators import months_after
from people.workflow import CERTIFICATE, verifies

OTHER_KIND = "other"
MOST = 50  # certificates looked at in one list


def validate_no_id(number: str) -> None:
    """Driving licences and others bear the holder's ID number. It is kept with the person, sealed, and nowhere else."""
    if mask_text(number) != number:
        raise ValidationError(_("这是身份证号码。编号与身份证号码相同的，这一格不填。"))


def run_out(kind: CertificateKind, issued_on: date) -> date | None:
    """Until when a certificate of the kind lasts, where the region has said for how long."""
    return months_after(issued_on, kind.months) if kind.months else None


def mark_entered(certificate: Certificate, by: User) -> None:
    """What the office itself enters is verified with it, what others enter waits. Saves nothing."""
    if verifies(certificate, by):
        certificate.state = CertificateState.VERIFIED
        certificate.verified_by, certificate.verified_at = by, timezone.now()
    else:
        certificate.state = CertificateState.REPORTED


def verified_by_entry(people: Iterable[Person], by: User) -> set[int]:
    """Of many people at once, those whose certificates ``by`` verifies by entering them; one query."""
    others = [person.pk for person in people if person.user_id is None or person.user_id != by.pk]
    return members_with(others, Right.VERIFY_MEMBER, by)


def members_with(people: Iterable[int], right: Right, user: User) -> set[int]:
    """Of people by their keys, those in a team now at which ``user`` has the right; one query."""
    rows = Membership.objects.current().filter(reach(user, right, at="organization"), person__in=list(people))
    return set(rows.values_list("person_id", flat=True))


def whose_number(kind: str, number: str, *, by: User, without: int | None = None) -> str:
    """Why a number of a kind cannot be taken, or an empty text. Whose it is, only who may see that person reads."""
    taken = Certificate.objects.numbered(kind, [number]).exclude(pk=without).first()
    if taken is None:
        return ""
    seen = Person.objects.visible_to(by).filter(pk=taken.person_id).first()
    if seen is None:
        return _("这个编号的证书已经登记了。")
    return _("这个编号的证书已经登记给%(name)s。") % {"name": seen.name}


def held_already(person: Person, kind: CertificateKind, issued_on: date, number: str) -> bool:
    """Whether this can but be one the person has: of the kind and the day, and one of the two without a number. What
    goes by 其他 is told apart by nothing else."""
    rows = Certificate.objects.standing().filter(person=person, kind=kind, issued_on=issued_on)
    if kind.key == OTHER_KIND:
        return rows.filter(number=number).exists()
    return rows.exists() if not number else rows.filter(number__in=["", number]).exists()


def before_birth(person: Person, day: date) -> str:
    """The sentence where a certificate, an award or a duty would be older than whose it is; else empty."""
    if person.birth is None or day >= person.birth:
        return ""
    return _("早于本人的出生日期 %(birth)s。") % {"birth": person.birth.isoformat()}


def move(certificate: Certificate, action: str, *, by: User, version: int | None = None, **facts: Any) -> Certificate:
    """Make one move of ``CERTIFICATE``, as ``perform_seen``, and say so.

    :param version: as the page showed it; None: not asked.
    :raises MoveNotAllowed: not by this user, not now, or not on what was seen.
    """
    if CERTIFICATE.move(action).target in (CertificateState.VERIFIED, CertificateState.REPORTED):
        _require_free(certificate, by)
    with transaction.atomic():
        moved = CERTIFICATE.perform_seen(certificate, action, version=version, by=by, **facts)
        _tell(moved, action, by)
    return moved


def _tell(certificate: Certificate, action: str, by: User) -> None:
    """The holder, of what the office said; of a refusal, without an account, whoever keeps the roster."""
    holder = certificate.person.user
    if action not in ("verify", "refuse") or holder == by:
        return
    with in_chinese():
        words = {"kind": certificate.kind, "name": certificate.person.name, "reason": certificate.reason}
        if action == "verify" and holder is not None:
            title = _("您的%(kind)s已核验通过") % words
            notify([holder], kind="certificate_verified", title=title, url=reverse("people:me"))
        elif action == "refuse" and holder is not None:
            title, body = _("您的%(kind)s没有通过核验") % words, _("原因：%(reason)s。请改正后重新报。") % words
            notify([holder], kind="certificate_refused", title=title, body=body, url=reverse("people:me"))
        elif action == "refuse":
            teams = Organization.objects.filter(pk__in=certificate.person.memberships.current().values("organization"))
            told = {user.pk: user for team in teams for user in keepers(team) if user != by}
            title, body = _("%(name)s的%(kind)s没有通过核验") % words, _("原因：%(reason)s。请改正后重新报。") % words
            url = certificate.get_absolute_url()
            notify(told.values(), kind="certificate_refused", title=title, body=body, url=url)


def _require_free(certificate: Certificate, by: User) -> None:
    """A refused one holds no number; another may have taken it meanwhile."""
    taken = whose_number(certificate.kind_id, certificate.number, by=by, without=certificate.pk)
    if taken and certificate.number:
        raise MoveNotAllowed("state", taken)


@dataclass(frozen=True)
class Outcome:
    """What became of one of several: ``name`` is empty for what the person may not see."""

    name: str
    number: str
    done: bool
    message: str


def together(user: User) -> Any:
    """Certificates ``user`` may verify from a list, oldest first: complete, and not his or her own."""
    rows = Certificate.objects.to_verify(user).complete().exclude(person__user=user)
    return rows.select_related("person", "kind").order_by("created_at", "pk")


def after(user: User, certificate: Certificate) -> Any:
    """What else waits for ``user`` and is not his or her own: those entered after this one, then those before it."""
    rows = Certificate.objects.to_verify(user).exclude(person__user=user).exclude(pk=certificate.pk)
    return rows.alias(is_before=Q(pk__lt=certificate.pk)).order_by("is_before", "pk")


def left_out(user: User) -> Any:
    """What waits for ``user`` and is to be looked at singly."""
    lacking = Q(number="") | Q(issuer="") | Q(expires_on=None, kind__months__isnull=False) | Q(person__user=user)
    return Certificate.objects.to_verify(user).filter(lacking).select_related("person", "kind").order_by("created_at")


def verify_together(chosen: Mapping[int, int], *, by: User) -> list[Outcome]:
    """Verify each (key → version seen) in a transaction of its own; one that cannot be holds up no other."""
    keys = list(chosen)[:MOST]
    fit = {row.pk: row for row in together(by).filter(pk__in=keys)}
    shown = {row.pk: row for row in Certificate.objects.visible_to(by).filter(pk__in=keys).select_related("person")}
    return [_one(fit.get(pk), shown.get(pk), chosen[pk], by) for pk in keys]


def _one(fit: Certificate | None, shown: Certificate | None, version: int, by: User) -> Outcome:
    if shown is None:
        return Outcome("", "", False, _("没有找到这本证书。"))
    if fit is None:
        return Outcome(shown.person.name, shown.shown_number, False, why_not(shown, by))
    why = refusal(lambda: move(fit, "verify", by=by, version=version))
    return Outcome(fit.person.name, fit.shown_number, not why, why)


def why_not(certificate: Certificate, user: User) -> str:
    """Why a certificate is not verified from the list."""
    if certificate.state != CertificateState.REPORTED:
        return _("现在是“%(state)s”，没有办理。") % {"state": certificate.get_state_display()}
    decision = verifies(certificate, user)
    return str(decision.reason) if not decision else _("编号、发证机构或有效期不全，要逐本看。")
