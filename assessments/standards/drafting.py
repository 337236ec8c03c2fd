"""New versions of a standard, and drafts that are thrown away."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import Standard
from assessments.standards.lines import HEAD, add_bars, add_lines, bars_of, lines_of
from assessments.states import StandardState
from core.models import Import
from core.workflow import MoveNotAllowed

IMPORTED = "assessments:standard_import"  # how such imports are kept (``ImportView.get_kind``)
_OF_VERSION = ("valid_from", "valid_until")  # days of a version, which are not those of the next


@transaction.atomic
def draft_of(standard: Standard) -> Standard:
    """The draft of the next version, with everything of ``standard``; or the one that is drawn up already."""
    if (there := open_draft(standard.code)) is not None:
        return there
    draft = blank_after(standard)
    add_bars(draft, bars_of(standard.conclusions.all()))
    add_lines(draft, lines_of(standard.indicators.all()))
    return draft


def open_draft(code: str) -> Standard | None:
    """The draft of these versions, with all of them locked: of two people one begins it."""
    versions = list(Standard.objects.select_for_update().filter(code=code).order_by("number"))
    return next((one for one in versions if one.state == StandardState.DRAFT), None)


def is_bare(draft: Standard) -> bool:
    """Whether nothing is lost when it is written anew: no indicators yet, or those of the version before as they were
    brought along."""
    if not draft.indicators.exists():
        return True
    before = Standard.objects.filter(code=draft.code, number__lt=draft.number).order_by("-number").first()
    return before is not None and all(
        of(getattr(draft, name).all()) == of(getattr(before, name).all())
        for of, name in ((lines_of, "indicators"), (bars_of, "conclusions"))
    )


def blank_after(standard: Standard) -> Standard:
    """The next version with the same head facts and nothing below them. The caller holds the lock of ``open_draft``."""
    facts = {name: getattr(standard, name) for name in HEAD if name not in _OF_VERSION}
    last = Standard.objects.filter(code=standard.code).aggregate(last=Max("number"))["last"] or 0
    return Standard.objects.create(code=standard.code, number=last + 1, **facts)


def opened(standard: Standard) -> Standard:
    """The standard locked for a change of its content; to be called in a transaction.

    :raises MoveNotAllowed: published meanwhile.
    """
    locked = Standard.objects.select_for_update(of=("self",)).get(pk=standard.pk)
    if locked.state != StandardState.DRAFT:
        raise MoveNotAllowed("state", _("这一版已经发布，不能再改。要改请另起一版。"))
    return locked


@transaction.atomic
def remove(standard: Standard) -> None:
    """Throw a draft away; what was done to it stays with the audit. The table it came from can be taken in again.

    :raises MoveNotAllowed: published meanwhile. :raises ValidationError: something points to it.
    """
    locked = opened(standard)
    taken_in = Import.objects.filter(kind__startswith=f"{IMPORTED}:", made=[locked.pk], state=Import.State.DONE)
    taken_in.filter(undone_at=None).update(undone_at=timezone.now())
    try:
        locked.indicators.filter(parent=None).delete()
        locked.delete()
    except ProtectedError as error:
        raise ValidationError(_("已有测评或考核选了这份草稿，不能删去。")) from error


@transaction.atomic
def write_bars(standard: Standard, bars: Iterable[dict[str, Any]]) -> None:
    """Make these the conclusions of a draft, known by their key, in this order."""
    there = {one.key: one for one in standard.conclusions.all()}
    wanted = list(bars)
    keys = {bar["key"] for bar in wanted}
    standard.conclusions.exclude(key__in=keys).delete()
    for position, bar in enumerate(wanted, 1):
        one = there.get(bar["key"])
        if one is None:
            standard.conclusions.create(position=position, **bar)
        elif any(getattr(one, name) != value for name, value in {**bar, "position": position}.items()):
            for name, value in {**bar, "position": position}.items():
                setattr(one, name, value)
            one.save()
