"""Takes an imported roster back. Nothing is deleted: what came in ends as registered by mistake, what was changed gets
its values back from the history, and whatever somebody has worked on since stays as it is and is told.

A person the import made, and nobody has touched, keeps no facts: they were brought in by mistake, so there is no reason
left to hold them (个人信息保护法第四十七条). The record stays, empty, because rows of the history point to it.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, F, Model, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history.as_at import events_of
from core.imports import Undone
from core.imports.bulk.updating import update_rows
from core.language import in_chinese
from core.models import WorkflowEvent
from people.choices import EndKind
from people.models import Certificate, Cover, Membership, Person
from people.states import CertificateState, MembershipState

_BACK: tuple[tuple[str, type[Model]], ...] = (
    ("person", Person), ("membership", Membership), ("certificate", Certificate), ("cover", Cover),
)  # fmt: skip
_NEVER = {"id", "version", "created_at", "state"}


def undo(made: Mapping[str, Any], *, by: Any, reason: str) -> Undone:
    left: list[tuple[str, str]] = []
    taken = sum(_put_back(kind, model, made, left) for kind, model in _BACK)
    _end_papers(made, by, reason)
    taken += _end_memberships(made, by, reason, left)
    _forget_documents(made)
    _empty_people(made)
    return Undone(taken, left)


# -- changes -----------------------------------------------------------------------------------------------------
def _put_back(kind: str, model: Any, made: Mapping[str, Any], left: list[tuple[str, str]]) -> int:
    """The values before the import, from the last event but one, where nothing has changed since."""
    versions = dict(made.get(f"changed_{kind}", ()))
    if not versions:
        return 0
    rows = {row.pk: row for row in model.objects.select_for_update(of=("self",)).filter(pk__in=versions).order_by("pk")}
    touched = [row for row in rows.values() if row.version != versions[row.pk]]
    for row in touched:
        left.append((_name(row), _("导入以后又有改动，没有恢复原值。")))
    same = {pk: row for pk, row in rows.items() if row.version == versions[pk]}
    changes = {}
    for pk, event in _before(model, same).items():
        values = {
            field.name: getattr(event, field.attname)
            for field in model._meta.concrete_fields
            if field.name not in _NEVER and hasattr(event, field.attname)
        }
        now = {name: getattr(same[pk], model._meta.get_field(name).attname) for name in values}
        changes[pk] = {name: value for name, value in values.items() if value != now[name]}
    return len(update_rows(model, changes))


def _before(model: Any, rows: Mapping[int, Any]) -> dict[int, Any]:
    """Of each row the newest event that is older than the import's."""
    events = events_of(model).objects
    found: dict[int, Any] = {}
    for event in events.filter(pgh_obj__in=list(rows)).order_by("pgh_obj", "-pgh_id"):
        if event.pgh_obj_id not in found and event.version < rows[event.pgh_obj_id].version:
            found[event.pgh_obj_id] = event
    return found


# -- what came in --------------------------------------------------------------------------------------------------
def _end_memberships(made: Mapping[str, Any], by: Any, reason: str, left: list[tuple[str, str]]) -> int:
    versions = dict(made.get("memberships", ()))
    rows = list(
        Membership.objects.select_for_update(of=("self",))
        .filter(pk__in=versions)
        .select_related("person")
        .order_by("pk")
    )
    worked = [row for row in rows if row.version != versions[row.pk] or not row.is_current]
    for row in worked:
        left.append((row.person.name, _("导入以后队籍又有改动，请在名册上办理。")))
    rows = [row for row in rows if row.version == versions[row.pk] and row.is_current]
    today = timezone.localdate()
    states = {row.pk: row.state for row in rows}
    with in_chinese():
        Membership.objects.filter(pk__in=states).update(
            state=MembershipState.ENDED, left_on=today, end_kind=EndKind.MISTAKE, end_reason=reason[:200],
            is_main=False, version=F("version") + 1,
        )  # fmt: skip
    _note_moves(Membership, states, "end", MembershipState.ENDED, by, reason)
    return len(rows)


def _end_papers(made: Mapping[str, Any], by: Any, reason: str) -> None:
    """Certificates nobody has verified or corrected; and insurance, which has no state: it ends the day it began."""
    versions = dict(made.get("certificates", ()))
    rows = Certificate.objects.select_for_update(of=("self",)).filter(pk__in=versions, state=CertificateState.REPORTED)
    states = {row.pk: row.state for row in rows if row.version == versions[row.pk]}
    Certificate.objects.filter(pk__in=states).update(
        state=CertificateState.ENDED, reason=reason[:200], version=F("version") + 1
    )
    _note_moves(Certificate, states, "end", CertificateState.ENDED, by, reason)
    covers = dict(made.get("covers", ()))
    now = Cover.objects.filter(pk__in=covers).values_list("pk", "version")
    same = [pk for pk, version in now if version == covers[pk]]
    Cover.objects.filter(pk__in=same).update(ends_on=F("starts_on"), end_reason=reason[:100], version=F("version") + 1)


def _note_moves(model: Any, states: Mapping[int, str], action: str, target: str, by: Any, reason: str) -> None:
    kind = ContentType.objects.get_for_model(model)
    WorkflowEvent.objects.bulk_create(
        [
            WorkflowEvent(
                content_type=kind, object_id=str(pk), action=action, from_state=state, to_state=target, by=by,
                comment=reason,
            )
            for pk, state in states.items()
        ],
        batch_size=2_000,
    )  # fmt: skip


def _forget_documents(made: Mapping[str, Any]) -> None:
    """A document the import gave to a person that had none. The history keeps no sealed values, so there is nothing to
    put back but emptiness."""
    keys = made.get("identified", ())
    if keys:
        Person.objects.filter(pk__in=keys).exclude(id_index=None).update(
            id_type="", id_cipher="", id_index=None, id_masked="", version=F("version") + 1
        )


def _empty_people(made: Mapping[str, Any]) -> None:
    """People the import made who belong nowhere now, whom nobody has touched and who hold nothing."""
    keys = made.get("persons", ())
    if not keys:
        return
    belongs = Membership.objects.filter(person=OuterRef("pk")).exclude(end_kind=EndKind.MISTAKE)
    holds = Certificate.objects.filter(person=OuterRef("pk")).exclude(state=CertificateState.ENDED)
    alone = Person.objects.filter(pk__in=keys, version=1, user=None, merged_into=None)
    alone = alone.exclude(Exists(belongs)).exclude(Exists(holds))
    facts: dict[str, Any] = {field.name: _empty(field) for field in Person._meta.concrete_fields if _is_fact(field)}
    with in_chinese():
        facts["name"] = _("撤销的导入")
    pks = list(alone.values_list("pk", flat=True))
    Person.objects.filter(pk__in=pks).update(**facts, anonymised_at=timezone.now(), version=F("version") + 1)


def _is_fact(field: Any) -> bool:
    kept = {"id", "user", "merged_into", "anonymised_at", "created_at", "version", "search_key", "name"}
    return field.name not in kept


def _empty(field: Any) -> Any:
    return None if field.null else field.get_default()


def _name(row: Any) -> str:
    return row.name if isinstance(row, Person) else row.person.name
