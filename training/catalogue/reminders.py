"""What runs out of what trainings are made of: agreements of bases and qualifications of instructors, at 90, 30 and 0
days, told to whoever keeps them.

``core/reminders.py`` sends each once. An occasion is the day a limit is reached; it is looked for some days longer, for
the portal may have stood still.
"""

from collections.abc import Iterator
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from core.reminders import Reminder, ends_looked_for
from organizations.nearest import nearest_holders
from organizations.roles import Right
from training.choices import BaseKind
from training.models import Base, Instructor

STAGES = (90, 30, 0)  # days before the end


def agreements_ending(today: date | None = None) -> Iterator[Reminder]:
    """Bases in use whose agreement ends; one query, and those who keep each."""
    day = today or timezone.localdate()
    stages = ends_looked_for(day, STAGES)
    rows = Base.objects.in_use().exclude(kind=BaseKind.OWN).filter(agreed_until__in=stages)
    for base in rows.select_related("organization").order_by("pk"):
        assert base.agreed_until is not None, "chosen by it"
        stage = stages[base.agreed_until]
        left = (base.agreed_until - day).days
        yield Reminder(
            nearest_holders(Right.EDIT_TRAINING, base.organization),
            "base_agreement",
            _("训练基地协议%(when)s：%(name)s") % {"when": _when(left), "name": base.name},
            _("协议止于 %(day)s，对方是%(partner)s。续签以后请改协议期；系统只提醒，不会停用基地。")
            % {"day": base.agreed_until.isoformat(), "partner": base.partner or _("（没有写）")},
            base.get_absolute_url(),
            f"base-{base.pk}-agreement-{base.agreed_until.isoformat()}-{stage}",
        )


def qualifications_ending(today: date | None = None) -> Iterator[Reminder]:
    """Instructors in use whose qualification ends. What a member holds is a certificate, and reminded as one."""
    day = today or timezone.localdate()
    stages = ends_looked_for(day, STAGES)
    rows = Instructor.objects.in_use().filter(qualified_until__in=stages)
    for instructor in rows.select_related("organization").order_by("pk"):
        until = instructor.qualified_until
        assert until is not None, "chosen by it"
        yield Reminder(
            nearest_holders(Right.EDIT_TRAINING, instructor.organization),
            "instructor_qualification",
            _("师资资质%(when)s：%(name)s") % {"when": _when((until - day).days), "name": instructor.name},
            _("%(qualification)s有效至 %(day)s。换了新证以后请改有效期；系统只提醒，不会停用师资。")
            % {"day": until.isoformat(), "qualification": instructor.qualification or _("资质")},
            instructor.get_absolute_url(),
            f"instructor-{instructor.pk}-qualification-{until.isoformat()}-{stages[until]}",
        )


def _when(left: int) -> str:
    if left > 0:
        return _("还有 %(n)d 天到期") % {"n": left}
    return _("今天到期") if left == 0 else _("已到期")
