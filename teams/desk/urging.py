"""催办: a superior, or the side that handed in, asks the office where a filing lies to hurry. Once a day and side."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.days import beginning_of
from core.decisions import Decision, no, yes
from core.language import in_chinese
from core.notices import notify
from organizations.models import Organization, User
from organizations.permissions import access
from organizations.roles import Right
from teams.desk.deciding import locked
from teams.models import Filing
from teams.states import WITH_OFFICE
from teams.workflow import asks, deciders, decides, note

ABOVE, AUTHOR = "above", "author"


def side_of(filing: Filing, user: User) -> str:
    """``above`` for a reviewer of an office above the one in charge, ``author`` for who may file for it, else empty."""
    office = filing.current_office
    if office is not None and _reviews_above(user, office):
        return ABOVE
    return AUTHOR if asks(filing, user) else ""


def _reviews_above(user: User, office: Organization) -> bool:
    return any(
        not held.proxy_for and held.path != office.path and office.path.startswith(held.path)
        for held in access(user).having(Right.REVIEW_FILING)
    )


def can_urge(filing: Filing, user: User) -> Decision:
    """Whether the person may urge at all; whether his side did so today, ``urge`` says."""
    if filing.state not in WITH_OFFICE:
        return no(gettext_lazy("这件备案现在不在审核步骤。"))
    if decides(filing, user):
        return no(gettext_lazy("这件备案由您这里办理，不用催办。"))
    if not side_of(filing, user):
        return no(gettext_lazy("只有上级审核人和报送方可以催办。"))
    return yes("")


def urged_today(filing: Filing, side: str) -> bool:
    today = beginning_of(timezone.localdate())
    return filing.events().filter(action="urge", at__gte=today, facts__side=side).exists()


def urging(filing: Filing, user: User) -> dict[str, bool]:
    """For a page: whether the person may urge, and whether his side has done so today."""
    may = bool(can_urge(filing, user))
    return {"may_urge": may, "urged": may and urged_today(filing, side_of(filing, user))}


@transaction.atomic
def urge(filing: Filing, *, by: User, words: str = "") -> list[User]:
    """Tell those who decide; returns them. Raises ``ValidationError`` when the side has urged today already."""
    fresh = locked(filing)
    can_urge(fresh, by).require()
    side = side_of(fresh, by)
    if urged_today(fresh, side):
        raise ValidationError(_("今天已经催办过了，明天可以再催。"), code="today")
    told = [person for person in deciders(fresh) if decides(fresh, person)]
    if not told:
        raise ValidationError(_("这个单位现在没有人能办理这一步，请联系它的安全管理员设审核职责。"), code="nobody")
    note(fresh, "urge", by=by, comment=words, facts={"side": side, "told": [str(person) for person in told]})
    with in_chinese():
        title = _("%(who)s催办：%(name)s（%(kind)s，%(number)s）") % {
            "who": by, "name": fresh.name, "kind": fresh.get_kind_display(), "number": fresh.number,
        }  # fmt: skip
    url = reverse("teams:desk_filing", args=[fresh.pk])
    notify(told, kind="filing_urged", title=title, body=words, url=url)
    return told
