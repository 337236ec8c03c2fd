"""What is odd about the number and day of a 批复: told to whoever issues it or puts it right, who may be right all the
same.

One 批复 may settle several filings, and is then entered with each of them; a number typed twice by mistake looks the
same.
"""

from datetime import date

from django.utils.translation import gettext as _

from teams.models import Filing
from teams.validators import is_of_year

MOST = 3  # filings that are named


def doubts(filing: Filing, number: str, day: date) -> list[str]:
    found = []
    used = list(Filing.objects.filter(reply_no=number).exclude(pk=filing.pk).order_by("-reply_on", "pk")[:MOST])
    if used:
        names = _("、").join(f"{one.name}（{one.number}）" for one in used)
        found.append(_("“%(number)s”已经用于%(names)s；一份批复办几件的不用改。") % {"number": number, "names": names})
    if not is_of_year(number, day):
        found.append(_("文号的年份与批复日期（%(year)d 年）不一致。") % {"year": day.year})
    others = Filing.objects.filter(team=filing.team_id, team__isnull=False).exclude(pk=filing.pk)
    before = others.filter(decided_at__lt=filing.decided_at) if filing.decided_at else others
    latest = before.filter(reply_on__gt=day).order_by("-reply_on").first()
    if latest is not None:
        words = {"day": latest.reply_on, "number": latest.number}
        found.append(_("批复日期早于这支队伍已有的批复（%(day)s，%(number)s）。") % words)
    after = others.filter(decided_at__gt=filing.decided_at, reply_on__lt=day) if filing.decided_at else others.none()
    next_one = after.order_by("reply_on").first()
    if next_one is not None:
        words = {"day": next_one.reply_on, "number": next_one.number}
        found.append(_("批复日期晚于这支队伍后来的批复（%(day)s，%(number)s）。") % words)
    return found
