"""演练记录, 培训记录 and the blank 签到表 on paper.

A record is issued once it is confirmed: numbered, with a code anybody can check, printed by a job. It ends when the
record is opened again. Before that there is a draft, which says so on every page.
"""

import re
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.documents import issue, render_pdf, revoke
from core.jobs import start
from core.language import in_chinese
from core.models import Job, VerifiableDocument
from organizations.models import User
from training.models import Activity, Slot
from training.records.facts import facts_of
from training.states import ON_RECORD

TEMPLATE = "pdf/training_record.html"
BLANKS, LEAST = 8, 18  # empty lines after the names; lines of a sheet at least
SHEET_LINES = 1500  # of all slots together
_NO_NAME = re.compile(r'[\\/:*?"<>|\s\x00-\x1f]+')


def title_of(activity: Activity) -> str:
    return _("演练记录") if activity.is_drill else _("培训记录")


def file_name(words: str, activity: Activity) -> str:
    """Without anything a file system refuses."""
    day = f" {timezone.localdate(activity.starts_at):%Y%m%d}" if activity.starts_at else ""
    name = _NO_NAME.sub(" ", activity.number or str(activity)).strip(" .")[:60]
    return f"{words} {name}{day if not activity.number else ''}.pdf"


# -- the record -------------------------------------------------------------------------------------------
def order_record(activity: Activity, *, by: User) -> None:
    """Within the transaction of the confirmation: the paper follows by job."""
    with in_chinese():
        title = f"{title_of(activity)} {activity.number}"
    start("training_record", by=by, title=title, activity_id=activity.pk)


def end_record(activity: Activity, *, by: User) -> None:
    """Within the transaction that opens the record again."""
    with in_chinese():
        for paper in VerifiableDocument.objects.of(activity).valid():
            revoke(paper, by=by, reason=_("记录退回更正"))


def issue_record(job: Job, progress: Any) -> None:
    """The paper of a confirmed record; safe to run again, and does nothing for one that is open again."""
    rows = Activity.objects.select_related("host", "office", "base", "division", "course_version__course")
    activity = rows.select_related("confirmed_by").get(pk=job.params["activity_id"])
    if activity.state not in ON_RECORD:
        return
    assert activity.office is not None, "handed in whole"
    assert activity.starts_at is not None, "as above"
    words = {"host": activity.host.short_name, "day": f"{timezone.localdate(activity.starts_at):%Y-%m-%d}",
             "kind": activity.get_kind_display()}  # fmt: skip
    issue(
        activity, template=TEMPLATE, context=facts_of(activity, draft=False), number=activity.number or "",
        title=title_of(activity), issuer=activity.office.name, subject=_("%(host)s %(day)s %(kind)s") % words,
        by=activity.confirmed_by,
    )  # fmt: skip


def issued(activity: Activity) -> VerifiableDocument | None:
    return VerifiableDocument.objects.of(activity).valid().first()


def draft(activity: Activity) -> bytes:
    """What is known now, marked as a draft on every page."""
    with in_chinese():
        title, facts = title_of(activity), facts_of(activity, draft=True)
        context = {**facts, "title": title, "number": activity.number or "", "printed_at": timezone.now()}
        return render_pdf(TEMPLATE, context)


# -- the blank sheet --------------------------------------------------------------------------------------
def sign_in_sheet(activity: Activity) -> bytes:
    """A sheet per slot, the names of the list printed, lines left for others."""
    people = activity.participations.listed().select_related("person", "organization")
    names = list(
        people.order_by("organization__path", "pk").values_list("person__name", "organization__short_name")[
            : SHEET_LINES - BLANKS
        ]
    )
    blanks = range(max(BLANKS, LEAST - len(names)))
    per_slot = len(names) + len(blanks)
    slots = list(activity.slots.order_by("starts_at"))
    shown: list[Slot | None] = [*slots[: max(1, SHEET_LINES // per_slot)]] or [None]
    with in_chinese():
        context = {
            "title": _("%(kind)s签到表") % {"kind": activity.get_kind_display()},
            "activity": activity, "slots": shown, "names": names, "blanks": blanks,
            "left": max(0, len(slots) - len(shown)),
        }  # fmt: skip
        return render_pdf("pdf/training_sign_in.html", context)
