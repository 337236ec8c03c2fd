"""The cells of a roster as markup. Written here and not in templates, of which a page of fifty would draw 250."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.chips import chip
from core.escaping import markup, markup_of_each
from people.choices import MemberKind, Presence
from people.models import Membership
from people.papers.shown import INSURANCE_SOON, Held
from people.readiness import Need
from people.states import MembershipState

MOST_SHOWN = 3
STATE_TONES = {MembershipState.PROBATION: "wait", MembershipState.FULL: "ok", MembershipState.ENDED: "off"}
_TICK = (
    '<label class="tick"><input type="checkbox" name="membership" value="{}" form="bulk" data-pick>'
    '<span class="visually-hidden">{}</span></label>'
)
_PHOTO = '<img class="face" src="{}" alt="" width="32" height="32" loading="lazy">'


def initial_of(name: str) -> str:
    """What stands where there is no photo: the last character, as people are called; what is in brackets is no name."""
    return name.partition("（")[0].partition("(")[0].strip()[-1:]


def who(record: Membership, *, url: str, photo: str, picks: bool) -> SafeString:
    """Tick, photo or last character of the name, name."""
    name = record.person.name
    tick = markup(_TICK, record.pk, _("选中%(name)s") % {"name": name}) if picks else ""
    if photo:
        face = markup(_PHOTO, photo)
    else:
        face = markup('<span class="face" aria-hidden="true">{}</span>', initial_of(name))
    return markup('<div class="member">{}{}<a href="{}">{}</a></div>', tick, face, url, name)


def belonging(record: Membership) -> SafeString:
    """Kind, state, presence."""
    state = MembershipState(record.state)
    tone = STATE_TONES[state]
    shown = markup('<span class="mut">{}</span>', state.label) if tone == "ok" else chip(tone, state.label)
    away = _away(record) if record.is_away and record.is_current else ""
    kind = MemberKind(record.kind).label
    return markup('<span class="stacked"><span class="nowrap">{}</span>{}{}</span>', kind, shown, away)


def _away(record: Membership) -> SafeString:
    shown = chip("warn", Presence(record.presence).label)
    if record.away_until is None:
        return shown
    until = _("至 %(day)s") % {"day": record.away_until.isoformat()}
    return markup('{}<span class="mut small nowrap">{}</span>', shown, until)


def certificates(held: Sequence[Held]) -> SafeString:
    """First aid first, the others as far as there is room."""
    if not held:
        return markup('<span class="mut">{}</span>', _("没有"))
    lines = markup_of_each("<li>{}{}</li>", ((one.name, _until(one)) for one in held[:MOST_SHOWN]))
    more = len(held) - MOST_SHOWN
    rest = markup('<li class="mut small">{}</li>', _("还有 %(more)s 本") % {"more": more}) if more > 0 else ""
    return markup('<ul class="held">{}{}</ul>', lines, rest)


def _until(one: Held) -> SafeString | str:
    tone, label = one.chip
    if tone:
        return markup(" {}", chip(tone, label))
    if one.expires_on is None:
        return ""
    return markup(' <span class="mut small nowrap">{}</span>', one.expires_on.isoformat())


def insured(until: date | None, day: date, begins: date | None) -> SafeString:
    """The last day of accident insurance; without any, the first of that to come."""
    if until is None and begins is not None:
        return chip("warn", _("%(day)s 起") % {"day": begins.isoformat()})
    if until is None:
        return chip("bad", _("未投保"))
    left = (until - day).days
    soon = chip("warn", _("剩 %(left)s 天") % {"left": left}) if left <= INSURANCE_SOON else ""
    return markup('<span class="stacked"><span class="nowrap">{}</span>{}</span>', until.isoformat(), soon)


def ready(record: Membership, needs: Sequence[Need]) -> SafeString:
    """Deployable, or why not."""
    if not record.is_current:
        return markup('<span class="mut">{}</span>', MembershipState(record.state).label)
    if not needs:
        return chip("ok", _("可出动"))
    return markup('<ul class="reasons">{}</ul>', markup_of_each("<li{}>{}</li>", map(_reason, needs)))


def _reason(need: Need) -> tuple[Any, Any]:
    return markup(' title="{}"', need.source) if need.source else "", need.label
