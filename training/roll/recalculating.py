"""After the region has changed from when somebody is late: attendance of what is still with its author, written anew.

What was handed in stays as it was reported.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from core.jobs import Progress, start
from core.language import in_chinese
from core.models import Job
from organizations.models import User
from training.models import Activity, Attendance
from training.roll.deriving import derive_slots
from training.states import WITH_AUTHOR

KIND = "training_derive"


def ask(by: User) -> Job:
    """Begin the job, in the transaction that changes the number."""
    with in_chinese():
        title = _("按新的准时时间重算点名")
    return start(KIND, by=by, title=title)


def run(job: Job, progress: Progress) -> None:
    """One activity after the other; whichever is handed in meanwhile is left alone."""
    marked = Attendance.objects.filter(slot__activity__state__in=WITH_AUTHOR).order_by()
    keys = sorted(marked.values_list("slot__activity", flat=True).distinct())
    for number, key in enumerate(keys, 1):
        with transaction.atomic():
            rows = Activity.objects.select_for_update(of=("self",)).filter(pk=key, state__in=WITH_AUTHOR)
            for activity in rows:
                derive_slots(activity.slots.all())
        progress(number, len(keys))
