"""The workflow engine: a table of legal moves, one function that performs them, one row per move.

A subject app writes ``states.py`` (states, steps) and ``workflow.py`` with prose, a ``MOVES`` table over these steps
and ``WORKFLOW = Workflow(MOVES)``. Page, API, tests, help text and database trigger all read that table.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core.decisions import Decision
from core.models.workflow import WorkflowEvent
from core.steps import Step
from core.words import for_json

Record = TypeVar("Record", bound=models.Model)
_REROUTE = "reroute"
_NOTES = {_REROUTE: gettext_lazy("随机构调整改由新的上级办理")}


@dataclass(frozen=True)
class Move:
    """One legal move.

    :param action: verb in English, e.g. ``return_for_changes``; the route and the API use it.
    :param label: what the button says.
    :param step: states it may start from and the state it leads to (``core.steps``).
    :param allowed: (record, user) → Decision; who may make it, and why.
    :param needs_comment: the move is refused without one.
    :param tone: ``main``, ``plain`` or ``danger``: how the button looks.
    :param warning: what the button says before it makes a move that cannot be taken back.
    :param apply: called inside the transaction with the locked record, the user and the facts given with the
        move; sets fields, creates what follows from the move. Raises ``ValidationError`` to refuse. May return
        further facts for the history row: what it read under the lock and no caller could give.
    """

    action: str
    label: Any
    step: Step
    allowed: Callable[[Any, Any], Decision]
    needs_comment: bool = False
    tone: str = "plain"
    warning: Any = ""
    apply: Callable[..., Any] | None = None

    @property
    def sources(self) -> frozenset[str]:
        return self.step.sources

    @property
    def target(self) -> str:
        return self.step.target


class MoveNotAllowed(Exception):  # noqa: N818 - reads as the sentence it is
    """The move cannot be made. ``code`` is ``unknown``, ``state``, ``permission`` or ``comment``."""

    def __init__(self, code: str, message: StrOrPromise) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @classmethod
    def unless(cls, decision: Decision) -> None:
        """Raise it, as a missing right or as the wrong time, unless allowed."""
        if not decision:
            raise cls("state" if decision.for_now else "permission", decision.reason)


@dataclass(frozen=True)
class Workflow:
    """A table of moves over one state field. ``notes``: what the story calls acts that move nothing."""

    moves: tuple[Move, ...]
    state_field: str = "state"
    acting_for: Callable[[Any, Any], str] = field(default=lambda record, user: "")
    notes: Mapping[str, Any] = field(default_factory=dict)

    def move(self, action: str) -> Move:
        """The move called ``action``; raises ``MoveNotAllowed`` with code ``unknown``."""
        for move in self.moves:
            if move.action == action:
                return move
        raise MoveNotAllowed("unknown", _("没有这种办理动作。"))

    def label(self, action: str) -> str:
        """What the story calls a move or a note."""
        return str({**_NOTES, **self.notes}.get(action) or self.move(action).label)

    def reroute(self, record: models.Model, *, to: models.Model, by: Any) -> None:
        """Write into the story that another office decides from now on."""
        state = getattr(record, self.state_field)
        WorkflowEvent.objects.create(
            owner=record, action=_REROUTE, from_state=state, to_state=state, by=by, facts={"to": str(to)}
        )

    def available_actions(self, record: models.Model, user: Any) -> list[Move]:
        """Moves that ``user`` may make on ``record`` now, in the order of the table."""
        state = getattr(record, self.state_field)
        return [move for move in self.moves if state in move.sources and move.allowed(record, user)]

    def perform(self, record: Record, action: str, *, by: Any, comment: str = "", **facts: Any) -> Record:
        """Make one move, or raise ``MoveNotAllowed`` and change nothing.

        Locks the row and reads it again, so that of two people deciding at once the second is told what the
        first did. The state, whatever ``apply`` writes and the history row stand in one transaction. A record that has
        a ``version`` counts up, before ``apply``: a move is seen by whoever has the record open (``perform_seen``).

        :param by: the user who makes the move; None for the system (reminders never move anything).
        :param facts: JSON-able details for ``apply`` and the history row (dates, numbers, reasons).
        :returns: the fresh, saved record.
        """
        return self._perform(record, action, None, by, comment, facts)

    def perform_seen(
        self, record: Record, action: str, *, version: int | None, by: Any, comment: str = "", **facts: Any
    ) -> Record:
        """``perform`` as pages make it: what is decided is what was seen.

        :param version: that of the record when the page was opened; one that has changed meanwhile is refused, also
            where the move is legal from the state it is in now. None: not asked.
        """
        return self._perform(record, action, version, by, comment, facts)

    def _perform(
        self, record: Record, action: str, version: int | None, by: Any, comment: str, facts: Mapping[str, Any]
    ) -> Record:
        move = self.move(action)
        with transaction.atomic():
            manager = type(record)._default_manager
            fresh = manager.select_for_update(of=("self",)).get(pk=record.pk)
            state = getattr(fresh, self.state_field)
            self._check(move, fresh, state, by)
            if version is not None and version != fresh.version:  # type: ignore[attr-defined]
                raise _changed_since()
            if move.needs_comment and not comment.strip():
                raise MoveNotAllowed("comment", _("“%(action)s”需要写明意见。") % {"action": move.label})
            setattr(fresh, self.state_field, move.target)
            if hasattr(fresh, "version"):
                fresh.version += 1
            found = move.apply(fresh, by, **facts) if move.apply else None
            fresh.save()
            WorkflowEvent.objects.create(
                content_type=ContentType.objects.get_for_model(fresh),
                object_id=str(fresh.pk),
                action=action,
                from_state=state,
                to_state=move.target,
                by=by,
                acting_for=self.acting_for(fresh, by),
                comment=comment,
                facts={key: for_json(value) for key, value in {**facts, **(found or {})}.items()},
            )
        return fresh

    def check(self, record: Any, action: str, *, version: int | None, by: Any) -> None:
        """Whether ``by`` might make the move now, before anything is asked; ``perform_seen`` asks again.

        :raises MoveNotAllowed: as ``perform_seen`` does, but for the comment.
        """
        self._check(self.move(action), record, getattr(record, self.state_field), by)
        if version not in (None, record.version):
            raise _changed_since()

    def _check(self, move: Move, record: models.Model, state: str, by: Any) -> None:
        MoveNotAllowed.unless(move.allowed(record, by))
        if state not in move.sources:
            raise MoveNotAllowed("state", self._state_message(move, record, state, by))

    def _state_message(self, move: Move, record: models.Model, state: str, by: Any) -> str:
        last = WorkflowEvent.objects.of(record).select_related("by").last()
        words = {"action": move.label, "state": _state_label(record, self.state_field, state)}
        if last is None or last.by is None or last.by == by:
            return _("现在是“%(state)s”，不能再办“%(action)s”。") % words
        return _("%(who)s已先一步办理，现在是“%(state)s”，不能再办“%(action)s”。") % {**words, "who": last.by}


def _changed_since() -> MoveNotAllowed:
    return MoveNotAllowed("state", _("您打开之后，这条记录改过。请看过最新内容再办理。"))


def last_event(events: Iterable[WorkflowEvent], *actions: str) -> WorkflowEvent | None:
    """The latest of these moves; ``events`` in their order."""
    return next((event for event in reversed(list(events)) if event.action in actions), None)


def _state_label(record: models.Model, field_name: str, state: str) -> str:
    choices: Iterable[tuple[Any, Any]] = record._meta.get_field(field_name).flatchoices  # type: ignore[union-attr]
    return str(dict(choices).get(state, state))
