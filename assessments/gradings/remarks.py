"""What a return asked for at single indicators, and whether it has been mended since."""

from collections.abc import Iterable
from dataclasses import dataclass

from assessments.gradings.claims import Filled, Row
from core.models import WorkflowEvent
from core.workflow import last_event

RETURN = "return_for_changes"


@dataclass(frozen=True)
class Remark:
    """:ivar section: key of the page where it is mended. :ivar answered: the claim was changed since, or
    evidence has come."""

    row: Row
    section: str
    text: str
    answered: bool


def remarks_of(filled: Filled, returned: WorkflowEvent | None) -> list[Remark]:
    """In the order of the standard."""
    said = (returned.facts or {}).get("fields") if returned else None
    if not isinstance(said, dict):
        return []
    found = []
    for section in filled.sections:
        for row in section.scored:
            one = said.get(row.indicator.code)
            if one:
                answered = _mended(filled, row, one.get("version"), returned)
                found.append(Remark(row, section.key, str(one.get("text", "")), answered))
    return found


def _mended(filled: Filled, row: Row, version: int, returned: WorkflowEvent | None) -> bool:
    """Changed since, or evidence has come since."""
    if row.claim is None or returned is None:
        return False
    came = filled.brought.get(row.claim.pk)
    return row.claim.version > version or (came is not None and came > returned.at)


def changed_since(filled: Filled, returned: WorkflowEvent | None) -> list[str] | None:
    """Codes of what is not as it was returned: written anew, counted anew by the portal, or with new evidence. None
    where it was not returned. For the hand-in, before the numbers are frozen anew."""
    versions = (returned.facts or {}).get("versions") if returned else None
    if returned is None or not isinstance(versions, dict):
        return None
    found = []
    for row in filled.scored:
        claim, code = row.claim, row.indicator.code
        if claim is None:
            continue
        counted = row.metric is not None and row.number != claim.value
        if counted or _mended(filled, row, versions.get(code, claim.version), returned):
            found.append(code)
    return found


def asked_before(events: Iterable[WorkflowEvent]) -> dict[str, str]:
    """Code → what the latest return before the hand-in asked for: the desk reads whether it was done."""
    returned = last_event(events, RETURN)
    said = (returned.facts or {}).get("fields") if returned else None
    return {code: str(one.get("text", "")) for code, one in said.items()} if isinstance(said, dict) else {}
