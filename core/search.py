"""Substring search in Chinese, served by an index for terms of any length.

pg_trgm indexes runs of three characters, so a LIKE on a two-character word (赤峰) or a single rare
character (喆) would read the whole table. The search key repeats every character three times: "赤峰" becomes
"赤赤赤峰峰峰", each single character is then a trigram of its own, and LIKE on the key is true exactly when
LIKE on the plain text would be. Middle dots are one, spaces (also full-width) and case do not count, because
that is how names are really typed.
"""

from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Coalesce

from core.lookups import Among
from core.together import together

HITS = 1_000  # how many rows that a word finds are looked at; nobody reads further, and a frequent word finds millions
_DOTS = "•・‧∙．"
_DROPPED = " \u3000\u00a0"


def search_key(*names: str) -> models.GeneratedField:
    """A stored generated column over text fields ``names``; add ``search_index`` to the model's indexes."""
    parts: list[Func] = [Coalesce(F(name), Value("")) for name in names]
    joined = parts[0]
    for part in parts[1:]:
        joined = Func(joined, part, template="(%(expressions)s)", arg_joiner=" || '|' || ")
    expression = Func(
        joined,
        template=(
            f"regexp_replace(translate(lower(%(expressions)s), '{_DOTS}{_DROPPED}', '{'·' * len(_DOTS)}'),"
            " '(.)', '\\1\\1\\1', 'g')"
        ),
        output_field=models.TextField(),
    )
    return models.GeneratedField(
        expression=expression, output_field=models.TextField(), db_persist=True, editable=False
    )


def search_index(name: str) -> GinIndex:
    """The trigram index that serves ``matching``."""
    return GinIndex(OpClass(F("search_key"), name="gin_trgm_ops"), name=name)


def _normalise(text: str) -> str:
    table = {ord(dot): "·" for dot in _DOTS} | {ord(space): None for space in _DROPPED}
    table |= {0: None}  # no text of the database holds a zero; asked for one, it answers with an error
    return text.lower().translate(table)


def matching(term: str, prefix: str = "") -> models.Q:
    """Rows whose search key holds every word of ``term`` (words have spaces between them); ``prefix`` leads to it."""
    condition = models.Q()
    for word in term.split():
        repeated = "".join(character * 3 for character in _normalise(word))
        condition &= models.Q(**{f"{prefix}search_key__contains": repeated})
    return condition


def found_by(rows: models.QuerySet, term: str, *places: str) -> models.QuerySet:
    """Those of ``rows`` that match by the record that one of ``places`` leads to (``pk``: by themselves).

    Few hits lead to their rows, each by its index: an OR of all would be asked of every row there is. What very many
    are called is met on every page of the list as it is.
    """
    model: Any = rows.model
    searched = {place: model if place == "pk" else model._meta.get_field(place).related_model for place in places}
    found = together(
        **{
            place: there._default_manager.filter(matching(term)).order_by().values_list("pk", flat=True)[: HITS + 1]
            for place, there in searched.items()
        }
    )
    if max(map(len, found.values())) > HITS:
        return rows.filter(reduce(or_, (matching(term, "" if place == "pk" else f"{place}__") for place in places)))
    every = model._default_manager.order_by().values("pk")
    first, *others = (every.filter(Among(place, keys)) for place, keys in found.items())
    return rows.filter(pk__in=first.union(*others))
