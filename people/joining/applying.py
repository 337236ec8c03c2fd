"""The public side of joining: what somebody with a team's link or QR code may do, and how little it tells them.

Whoever has the link may be anybody, and the number typed may be anybody's. Therefore an application writes into
nobody's record, and the answer is the same whether a number is known, waits already, or is new: one more row with an
address of its own to follow. A repeated one holds nothing and is on no list (``IS_REPEAT``); its page goes along with
the first one's.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.language import in_chinese
from core.notices import notify
from organizations.models import Division, Organization, User
from organizations.permissions import who_can
from organizations.roles import Right
from people import identity
from people.models import Application, ConsentText, Invitation, Person
from people.states import ApplicationState

# What the form asks beside name and document; all of it may fill in what a known person's record lacks.
ASKED = (
    "gender", "birth", "ethnicity", "political", "mobile", "division", "address", "employer", "occupation",
    "emergency_name", "emergency_relation", "emergency_phone", "skills", "clothes_size", "shoe_size",
    "health_declared_on",
)  # fmt: skip
# Repeated applications: made withdrawn, never moved. Those that were withdrawn have the time of it.
IS_REPEAT = Q(state=ApplicationState.WITHDRAWN, decided_at=None)
CLOSED = {
    "ended": gettext_lazy("这个邀请已经停用。需要报名的，请向队伍要新的链接。"),
    "expired": gettext_lazy("这个邀请已经过了有效期。需要报名的，请向队伍要新的链接。"),
    "full": gettext_lazy("这个邀请的报名人数已满。需要报名的，请直接联系队伍。"),
    "team": gettext_lazy("这支队伍现在不接收报名。"),
}
CLOSED_BRIEFLY = {
    "ended": gettext_lazy("已停用"),
    "expired": gettext_lazy("已过期"),
    "full": gettext_lazy("已报满"),
    "team": gettext_lazy("队伍停用"),
}


class Closed(Exception):  # noqa: N818 - reads as what it is
    """The invitation takes nobody any more; ``reason`` is a sentence for the page."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.reason = CLOSED[why]


def why_closed(invitation: Invitation, taken: int | None = None) -> str:
    """A key of ``CLOSED``; empty while the invitation takes applications.

    :param taken: how many applications it has had, where that is known.
    """
    place, today = invitation.organization, timezone.localdate()
    if place.is_over:
        return "team"
    if invitation.ended_at is not None:
        return "ended"
    if invitation.expires_on < today:
        return "expired"
    # Repeated ones count as well, or the last place would tell whether a number was new.
    count = invitation.applications.count() if taken is None else taken
    return "full" if count >= invitation.most else ""


def require_open(invitation: Invitation) -> None:
    """:raises Closed: when it takes nobody."""
    why = why_closed(invitation)
    if why:
        raise Closed(why)


@transaction.atomic
def apply(
    invitation: Invitation, facts: Mapping[str, Any], agreed: Iterable[ConsentText], *, sheet: str = ""
) -> Application:
    """Hand in a checked form. Always gives a row with a page to follow it.

    :param facts: ``name``, ``id_type``, ``id_number`` (as ``identity.normal`` makes it); of ``ASKED``, what was given.
    :param sheet: key of the form: what is sent again as it was, after going back, is the same application.
    :raises Closed: ended, expired or used up, also in this very moment.
    """
    locked = Invitation.objects.select_for_update(of=("self",)).select_related("organization").get(pk=invitation.pk)
    agreed = list(agreed)
    follow_key = _follow_key(invitation, facts, agreed, sheet) if sheet else ""
    while (before := Application.objects.filter(follow_key=follow_key).first() if sheet else None) is not None:
        if followed(before).state != ApplicationState.WITHDRAWN:
            return before
        follow_key = _secret_of(follow_key)  # withdrawn: what is sent again is the next one
    require_open(locked)
    now = timezone.now()
    consents = [{"text": text.pk, "kind": text.kind, "version": text.version, "at": now.isoformat()} for text in agreed]
    record = Application(
        invitation=locked,
        organization=locked.organization,
        name=facts["name"],
        id_index=identity.index(facts["id_type"], facts["id_number"]),
    )
    if sheet:
        record.follow_key = follow_key
    record.set_payload({"facts": {name: _plain(value) for name, value in facts.items()}, "consents": consents})
    keys = identity.indexes(facts["id_type"], facts["id_number"])
    waiting = Application.objects.open().filter(organization=locked.organization, id_index__in=keys)
    first = waiting.first()
    if first is None:
        try:
            with transaction.atomic():
                record.save()
        except IntegrityError:  # the same person by another of the team's links, at the same instant
            first = waiting.get()
    if first is not None:
        record = _repeat(locked, first, record.follow_key)
    _tell_keepers(locked.organization)
    return record


def _follow_key(invitation: Invitation, facts: Mapping[str, Any], agreed: Iterable[ConsentText], sheet: str) -> str:
    """Of one form as it is filled in; nobody who has not both and our secret can tell it."""
    told = {name: _plain(value) for name, value in sorted(facts.items())}
    sent = json.dumps([invitation.pk, sheet, told, sorted(text.pk for text in agreed)], default=str)
    return _secret_of(sent)


def _secret_of(text: str) -> str:
    return salted_hmac("people.joining.applying", text, algorithm="sha256").hexdigest()[:32]


def _repeat(invitation: Invitation, first: Application, follow_key: str) -> Application:
    again = Application(
        invitation=invitation, organization=invitation.organization, state=ApplicationState.WITHDRAWN, name="",
        id_index="", follow_key=follow_key,
    )  # fmt: skip
    again.set_payload({"again_of": first.pk})
    again.save()
    return again


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return getattr(value, "pk", value)


def facts_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a payload as a person's fields take them; what makes no sense any more is left out."""
    found = {}
    for name, value in payload.get("facts", {}).items():
        if name not in ASKED or value in (None, "", []):
            continue
        field: Any = Person._meta.get_field(name)
        with suppress(ValidationError):
            found[name] = _division(value) if name == "division" else field.to_python(value)
    return {name: value for name, value in found.items() if value is not None}


def _division(code: str) -> Division | None:
    return Division.objects.filter(pk=code).first()


# -- following -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Followed:
    """How an application stands, as its own page says it."""

    state: str
    decided_at: datetime | None = None
    reason: str = ""

    @property
    def label(self) -> Any:
        return ApplicationState(self.state).label

    @property
    def waits(self) -> bool:
        return self.state == ApplicationState.APPLIED


def is_repeat(application: Application) -> bool:
    return application.state == ApplicationState.WITHDRAWN and application.decided_at is None


def followed(application: Application) -> Followed:
    """A repeated application goes along with the first, without its reason: that was written to somebody else, perhaps.
    That the first was withdrawn it does not tell either."""
    if not is_repeat(application):
        return Followed(application.state, application.decided_at, application.reason)
    payload = application.payload
    if payload.get("withdrawn_at"):
        return Followed(ApplicationState.WITHDRAWN, datetime.fromisoformat(payload["withdrawn_at"]))
    first = Application.objects.filter(pk=payload["again_of"]).first()
    if first is None or first.state == ApplicationState.WITHDRAWN:
        return Followed(ApplicationState.APPLIED)
    return Followed(first.state, first.decided_at)


@transaction.atomic
def withdraw_repeat(application: Application) -> None:
    """The page of a repeated application says 已撤回 from now on; the first one is left alone."""
    locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    locked.set_payload({**locked.payload, "withdrawn_at": timezone.now().isoformat()})
    locked.save(update_fields=["payload_cipher"])


# -- keepers ---------------------------------------------------------------------------------------------
def keepers(organization: Organization) -> list[User]:
    """Who keeps the roster: the team's own people; without any, whoever does it for them."""
    duties = [duty for duty, _decision in who_can(Right.EDIT_MEMBER, organization)]
    own = [duty.user for duty in duties if duty.organization_id == organization.pk]
    return list({user.pk: user for user in own or [duty.user for duty in duties]}.values())


def _tell_keepers(organization: Organization) -> None:
    """Once a day, however many apply."""
    with in_chinese():
        notify(
            keepers(organization),
            kind="application_waiting",
            title=_("%(team)s有入队申请等候办理") % {"team": organization.short_name},
            body=_("有人通过入队邀请报名。请核对后接收，或者写明原因不予接收。"),
            url=f"{reverse('people:application_list')}?team={organization.pk}&state=applied",
            once=f"applications-{organization.pk}-{timezone.localdate()}",
        )
