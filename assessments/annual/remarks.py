"""What a return asked for: a general comment, and comments at single sections and indicators."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from assessments.annual.answers import TEAM, Basis
from assessments.annual.checks import url_of
from assessments.annual.scores import sign_of
from assessments.annual.section_writing import mark_of
from assessments.annual.sections import SECTIONS, section_named, text_of
from assessments.models import Review
from core.models import WorkflowEvent

RETURN = "return_for_changes"
FILES = "files"
FILES_LABEL = gettext_lazy("材料")


@dataclass(frozen=True)
class Remark:
    """:param name: key of a section, ``i<key>`` of an indicator, ``files``. :param answered: it is another than when it
    was returned; None where nobody can tell."""

    name: str
    label: StrOrPromise
    text: str
    url: str
    answered: bool | None = None


def commentable(basis: Basis) -> list[tuple[str, StrOrPromise]]:
    """Name and label of everything a comment can be written at, in the order of the pages."""
    sections: list[tuple[str, StrOrPromise]] = [(one.key, one.title) for one in SECTIONS]
    return [*sections, *((f"i{one.pk}", str(one)) for one in basis.scored), (FILES, FILES_LABEL)]


def remarks_of(review: Review, returned: WorkflowEvent | None, basis: Basis) -> list[Remark]:
    """What the return says at single places, with what has been mended since."""
    said = (returned.facts or {}).get("fields") if returned else None
    if not isinstance(said, dict) or returned is None:
        return []
    found = []
    for name, label in commentable(basis):
        if text := said.get(name):
            found.append(Remark(name, label, str(text), url_of(review, name), _answered(review, name, returned, basis)))
    return found


def _answered(review: Review, name: str, returned: WorkflowEvent, basis: Basis) -> bool | None:
    facts = returned.facts or {}
    if section_named(name):
        then = (facts.get("texts") or {}).get(name)
        return None if then is None else then != mark_of(text_of(review, name))
    if name == FILES:
        return None
    return name in changed_since(returned, basis)


def changed_since(returned: WorkflowEvent | None, basis: Basis) -> set[str]:
    """Lines (``i<key>``) on which the team says something else than when it was returned."""
    if returned is None:
        return set()
    then = (returned.facts or {}).get("answers") or {}
    lines = basis.rows.get(TEAM, {})
    return {f"i{one.pk}" for one in basis.scored if sign_of(lines.get(one.pk)) != then.get(str(one.pk), sign_of(None))}
