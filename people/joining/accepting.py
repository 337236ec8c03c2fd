"""入队申请: from what a stranger filled in to a member of the team.

- 申请 applied: handed in by invitation; nothing is written into anybody's record yet.
- 已接收 accepted: by whoever keeps the roster, as 预备 or 正式. Finds the person by document or makes one, fills in
  what the record lacks (never overwrites), enrols, and keeps the consents with the time they were given.
- 未接收 declined: with a reason, which the applicant reads.
- 已撤回 withdrawn: by the applicant; what was filled in is gone at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import masking
from core.decisions import Decision, no, yes
from core.forms import shown
from core.language import as_stored
from core.workflow import Move, Workflow
from organizations.models import User
from organizations.permissions import acting_for
from organizations.roles import Right
from people import identity
from people.choices import Channel, ConsentKind, IdType
from people.joining.applying import ASKED, facts_of
from people.membership import enrolling
from people.membership.admitting import another_name, doubts_of_mobile, namesakes_in
from people.membership.returning import former_in_words
from people.models import Application, Consent, Membership, Person
from people.names import same_name
from people.states import APPLICATION_STEPS, CURRENT, ApplicationState, MembershipState

KEPT_DAYS = 90  # how long what was filled in is kept after a decision, for questions that come later
PHONES = ("mobile", "emergency_phone")
OTHER_NAME = gettext_lazy(
    "这个证件号码已有档案，档案里的姓名和申请填的不一样。请照证件核对：申请填错的，改了“姓名”再接收；档案登记错的，先请登记的单位更正。"
)


# -- moves -------------------------------------------------------------------------------------------------
def keeps(application: Application, user: User | None) -> Decision:
    return application.can_decide(user) if user else no(gettext_lazy("要由管理名册的人办理。"))


def _applicant(application: Application, user: User | None) -> Decision:
    """Only the applicant's own page withdraws, and nobody is signed in there."""
    return no(gettext_lazy("只有申请人自己可以撤回。")) if user else yes(gettext_lazy("申请人本人。"))


def _accept(
    application: Application,
    by: User,
    *,
    state: str = "",
    joined_on: date | None = None,
    number: str = "",
    group: str = "",
    corrected: bool = False,
) -> dict[str, Any]:
    """Who is in the team already stays in it as he or she is: what is empty is filled in, the consents are kept.

    :param corrected: that the name is not as the applicant wrote it (``accept``); the name itself is in no history.
    :raises ValidationError: a value is wrong, or the document is of another name.
    """
    payload = application.payload
    person, made = _person_of(payload)
    there = Membership.objects.current().filter(person=person, organization=application.organization).first()
    if there is None:
        if state not in CURRENT or joined_on is None:
            raise ValidationError({"state": _("请选择接收为预备还是正式队员。")})
        about: dict[str, Any] = {
            "state": MembershipState(state),
            "number": number,
            "group": group,
            "basis": as_stored(gettext_lazy("本人申请")),
        }
        there = enrolling.enrol(person, application.organization, joined_on=joined_on, **about)
    application.membership = there
    _keep_consents(person, payload.get("consents", []))
    _decided(application)
    return {"made": made}


def _person_of(payload: Mapping[str, Any]) -> tuple[Person, bool]:
    """The person with this document, locked and filled in; or a new one. And whether it is new."""
    typed = payload["facts"]
    facts = facts_of(payload)
    person = enrolling.find(typed["id_type"], typed["id_number"], name=typed["name"])
    if person is None:
        person = Person(name=typed["name"], **facts)
        person.set_id(typed["id_type"], typed["id_number"])
        try:
            with transaction.atomic():
                person.save()
        except IntegrityError:  # another team has just taken in the same person
            person = None
        else:
            return person, True
    known = person or enrolling.find(typed["id_type"], typed["id_number"], name=typed["name"])
    assert known is not None, "its document was just refused as taken"
    (locked,) = Person.objects.held([known.pk])
    if ConsentKind.HEALTH in _withdrawn_since(locked, payload.get("consents", [])):
        facts.pop("health_declared_on", None)
    if another_name(locked, typed["name"]) is not None:
        raise ValidationError({"name": OTHER_NAME})
    enrolling.fill(locked, facts)
    locked.version += 1
    locked.save()
    return locked, False


def _keep_consents(person: Person, given: list[dict[str, Any]]) -> None:
    """What is in force already stays as it is: the earlier time counts. What was withdrawn since stays so."""
    held = set(Consent.objects.filter(person=person).in_force().values_list("text_id", flat=True))
    withdrawn = _withdrawn_since(person, given)
    Consent.objects.bulk_create(
        [
            Consent(
                person=person, text_id=row["text"], given_at=datetime.fromisoformat(row["at"]), channel=Channel.ONLINE
            )
            for row in given
            if row["text"] not in held and row["kind"] not in withdrawn
        ]
    )


def _withdrawn_since(person: Person, given: list[dict[str, Any]]) -> set[str]:
    """Kinds of consent the person took back, elsewhere, after agreeing in the application."""
    ended = Consent.objects.filter(person=person).exclude(withdrawn_at=None).values_list("text__kind", "withdrawn_at")
    agreed = {row["kind"]: datetime.fromisoformat(row["at"]) for row in given}
    return {kind for kind, at in ended if at and kind in agreed and at > agreed[kind]}


def _decline(application: Application, by: User, *, reason: str) -> None:
    """:raises ValidationError: without a reason."""
    if not reason.strip():
        raise ValidationError({"reason": _("请写明不接收的原因，申请人会看到。")})
    application.reason = reason.strip()
    _decided(application)


def _withdraw(application: Application, by: None) -> None:
    application.payload_cipher = ""
    _decided(application)


def _decided(application: Application) -> None:
    application.decided_at = timezone.now()


APPLICATION = Workflow(
    (
        Move("accept", gettext_lazy("接收入队"), APPLICATION_STEPS["accept"], keeps, tone="main", apply=_accept),
        Move("decline", gettext_lazy("不接收"), APPLICATION_STEPS["decline"], keeps, tone="danger", apply=_decline),
        Move("withdraw", gettext_lazy("撤回"), APPLICATION_STEPS["withdraw"], _applicant, apply=_withdraw),
    ),
    acting_for=lambda application, user: acting_for(user, Right.EDIT_MEMBER, application.organization),
)


@transaction.atomic
def accept(
    application: Application, *, by: User, name: str = "", same_as: int | None = None, **facts: Any
) -> Application:
    """Take the applicant in, under the name as it stands in the document: who mistyped it cannot put it right any more.

    :param same_as: of the members it is ``likely`` to be the one it is: that record is given the document.
    :raises MoveNotAllowed, ValidationError: as the move does.
    """
    fresh = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    corrected = bool(name) and name != fresh.name and fresh.state == ApplicationState.APPLIED
    if corrected:
        APPLICATION.move("accept").allowed(fresh, by).require()
        payload = fresh.payload
        fresh.name = payload["facts"]["name"] = name
        fresh.set_payload(payload)
        fresh.save(update_fields=["name", "payload_cipher"])
    if same_as:
        APPLICATION.move("accept").allowed(fresh, by).require()
        _identify(fresh, same_as, by)
    return APPLICATION.perform(fresh, "accept", by=by, corrected=corrected, **facts)


def _identify(application: Application, same_as: int, by: User) -> None:
    if same_as not in [person.pk for person in likely(application, by).members]:
        raise ValidationError({"same_as": _("这份档案刚刚改过，请重新核对。")})
    (person,) = Person.objects.held([same_as])
    typed = application.payload["facts"]
    enrolling.replace_document(person, typed["id_type"], typed["id_number"], reason=as_stored(gettext_lazy("入队申请")))


# -- what the keepers see ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Difference:
    """A fact where the application and the known record do not agree. Accepting keeps the record's."""

    label: str
    known: str
    given: str


@dataclass(frozen=True)
class Known:
    """That there is a person with this document. ``person`` and ``differences`` only where the reader may see them.

    :param other_name: that it goes by another name. :param former: memberships that ended, in words.
    :param is_here: that he or she is in the team now.
    """

    person: Person | None
    differences: list[Difference]
    other_name: str = ""
    former: str = ""
    is_here: bool = False


def known(application: Application, user: User) -> Known | None:
    """Whether accepting joins a record that is there; None: it makes a new one."""
    payload = application.payload
    typed = payload.get("facts")
    if not typed:
        return None
    found = enrolling.find(typed["id_type"], typed["id_number"], name=typed["name"])
    if found is None:
        return None
    other = "" if same_name(found.name, typed["name"]) else str(OTHER_NAME)
    before = former_in_words(found, user)
    if not Person.objects.visible_to(user).filter(pk=found.pk).exists():
        return Known(None, [], other, before)
    here = _is_here(found, application)
    differences = _differences(found, {"name": typed["name"], **facts_of(payload)})
    return Known(found, differences, other, before, here)


def _is_here(found: Person, application: Application) -> bool:
    return Membership.objects.current().filter(person=found, organization=application.organization).exists()


@dataclass(frozen=True)
class Likely:
    """Who the applicant may be, for whoever accepts.

    :param is_here: by the document in the team now. :param members: of the team, entered without a document, of whom it
        may well be one. :param doubted: what is said of people under another document; empty: nobody.
    """

    is_here: bool = False
    members: tuple[Person, ...] = ()
    doubted: str = ""


def likely(application: Application, user: User) -> Likely:
    typed = application.payload.get("facts")
    if not typed:
        return Likely()
    found = enrolling.find(typed["id_type"], typed["id_number"], name=typed["name"])
    if found is not None:
        return Likely(_is_here(found, application))
    facts = {**typed, "name": application.name}
    members = tuple(namesakes_in(application.organization, facts, typed["id_number"]))
    return Likely(members=members, doubted="" if members else doubts_of_mobile(facts, user))


def _differences(person: Person, facts: Mapping[str, Any]) -> list[Difference]:
    given = Person(**facts)
    names = [name for name in ("name", *ASKED) if facts.get(name) and getattr(person, name)]
    return [
        Difference(label_of(name), in_words(person, name), in_words(given, name))
        for name in names
        if getattr(person, name) != facts[name] and not (name == "name" and same_name(person.name, facts[name]))
    ]


def filled_in(application: Application) -> list[dict[str, Any]]:
    """What was filled in, as label and value, the number and telephones masked; empty once it is cleared."""
    payload = application.payload
    typed = payload.get("facts")
    if not typed:
        return []
    facts = facts_of(payload)
    given = Person(**facts)
    lines: list[dict[str, Any]] = [
        {"label": label_of("name"), "value": application.name},
        {"label": label_of("id_type"), "value": IdType(typed["id_type"]).label},
        {"label": label_of("id_masked"), "value": identity.masked(typed["id_number"])},
        {"label": _("号码核对"), "value": checked(typed["id_type"], typed["id_number"])},
    ]
    return lines + [{"label": label_of(name), "value": in_words(given, name)} for name in ASKED if name in facts]


def checked(kind: str, number: str) -> str:
    """What looking at the number gives, without saying the number."""
    try:
        identity.validate(kind, number)
    except ValidationError as error:
        return error.messages[0]
    told = identity.told(kind, number)
    if told.birth is None:
        return _("写法正确；这种证件的号码没有校验码。")
    years = Person(birth=told.birth).age_on(timezone.localdate())
    return _("校验码正确，按号码满 %(years)s 周岁。") % {"years": years}


def label_of(name: str) -> str:
    field: Any = Person._meta.get_field(name)
    return str(field.verbose_name)


def in_words(person: Person, name: str) -> str:
    return masking.phone(getattr(person, name)) if name in PHONES else shown(person, name)


# -- cleaning up -------------------------------------------------------------------------------------------
def clear_decided() -> int:
    """Forget what was filled in long after the decision; returns how many applications that were. Safe to run twice."""
    limit = timezone.now() - timedelta(days=KEPT_DAYS)
    old = Application.objects.exclude(state=Application.State.APPLIED).filter(decided_at__lt=limit)
    return old.exclude(payload_cipher="").update(payload_cipher="", id_index="")
