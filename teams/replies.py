"""What is odd about the number and day of a 批复: told to whoever issues it, who may be right all the same.

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
    last = Filing.objects.filter(team=filing.team_id, team__isnull=False, reply_on__gt=day).exclude(pk=filing.pk)
    latest = last.order_by("-reply_on").first()
    if latest is not None:
        words = {"day": latest.reply_on, "number": latest.number}
        found.append(_("批复日期早于这支队伍已有的批复（%(day)s，%(number)s）。") % words)
    return found
