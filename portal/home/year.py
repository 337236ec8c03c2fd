"""本年进度: shares and numbers of the year, for the own organization and all below."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core import metrics
from core.counts import Tally
from core.metrics import Period
from organizations.models import User
from organizations.permissions import access
from organizations.roles import Right
from portal.figures import may_see


class Numbers(dict[str, tuple[int, str]]):
    """Name → number and the list behind it; ``tally`` says when they were counted."""

    tally = Tally({})


NAMES = (
    "offices",
    "offices_unstaffed",
    "leagues_without_security",
    "accounts",
    "accounts_without_duty",
    "accounts_opened",
    "teams_on_file",
    "teams_unconfirmed",
    "filings_filed",
    "filings_waiting",
    "reviews_asked",
    "reviews_reported",
    "reviews_done",
)


def numbers(user: User) -> Numbers:
    """One query. Nothing while a great many are counted for the first time."""
    held = access(user)
    if Right.VIEW_ACCOUNT not in held:
        return Numbers()
    scope, period = user.organization, Period.of_year(timezone.localdate().year)
    shown = [metric for metric in metrics.every() if metric.name in NAMES and may_see(metric, held)]
    found = metrics.counted(shown, scope, period)
    if found.tally.counting:
        return Numbers()
    told = Numbers((metric.name, (int(found[metric.name].value), metric.url(scope, period))) for metric in shown)
    told.tally = found.tally
    return told


def progress(found: Numbers) -> list[dict[str, Any]]:
    """Lines with a share of a total, or a number alone; those of which there is nothing are left out."""
    value = {name: number for name, (number, _url) in found.items()}
    if not value:
        return []
    confirmed = value.get("teams_on_file", 0) - value.get("teams_unconfirmed", 0)
    handed_in = value.get("filings_filed", 0) + value.get("filings_waiting", 0)
    lines = [
        ("teams_on_file", _("队伍年度确认"), confirmed, value.get("teams_on_file", 0)),
        ("reviews_reported", _("年度述职报送"), value.get("reviews_reported", 0), value.get("reviews_asked", 0)),
        ("reviews_done", _("年度考核办结"), value.get("reviews_done", 0), value.get("reviews_asked", 0)),
        ("filings_filed", _("备案办结"), value.get("filings_filed", 0), handed_in),
        ("offices", _("有专职人员的机构"), value["offices"] - value["offices_unstaffed"], value["offices"]),
        ("accounts", _("有职责的账号"), value["accounts"] - value["accounts_without_duty"], value["accounts"]),
        ("accounts_opened", _("本年开户"), value["accounts_opened"], 0),
    ]
    return [
        {"label": label, "value": part, "total": total, "unit": metrics.get(name).unit, "url": found[name][1]}
        for name, label, part, total in lines
        if part or total
    ]
