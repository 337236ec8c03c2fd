"""How long offices take for their step of a filing, from what they did lately; shown before and after handing in."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

LATEST = 30  # what an office did years ago says nothing about this month
FEWEST = 3  # one case is not "usually"

# The latest of each office, by the index filingstep_times. Registering what the office itself handed in takes no time.
_SQL = """
    SELECT asked.office, asked.duty, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY done.took)
    FROM unnest(%s::bigint[], %s::text[]) AS asked (office, duty)
    CROSS JOIN LATERAL (
        SELECT extract(epoch FROM step.decided_at - step.started_at) AS took
        FROM teams_filingstep AS step
        WHERE step.office_id = asked.office AND step.duty = asked.duty AND step.state = 'done'
            AND step.decided_at IS NOT NULL AND step.started_at IS NOT NULL
        ORDER BY step.decided_at DESC LIMIT %s
    ) AS done
    GROUP BY asked.office, asked.duty
"""


@dataclass(frozen=True)
class Usual:
    """The median of the latest cases, in days begun: handed in and decided on one day is 0."""

    days: int
    cases: int


def usual(steps: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Usual]:
    """(office, duty) → how long it takes there; one query. Left out: where there are too few cases to say."""
    asked = sorted(set(steps))
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [[office for office, _duty in asked], [duty for _office, duty in asked], LATEST])
        rows = cursor.fetchall()
    return {
        (office, duty): Usual(round(float(seconds) / 86_400), cases)
        for office, duty, cases, seconds in rows
        if cases >= FEWEST
    }


def in_words(found: Usual | None) -> str:
    """“一般 3 天”; a plain sentence where there is no experience yet."""
    if found is None:
        return _("还没有足够的办理记录，说不准要多久")
    return _("一般 %(days)d 天") % {"days": found.days} if found.days else _("一般当天办结")
