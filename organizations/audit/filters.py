"""The filters of the timeline, as a form whose every field may be empty."""

from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.audit.sources import sources
from core.audit.timeline import ACTIONS, Query
from core.days import beginning_of, end_of
from core.pickers import DAY
from core.search import matching
from organizations.models import User

DAYS = 30
MOST_PEOPLE = 50


def _kinds() -> list[tuple[Any, Any]]:
    """By subject: 任职 is kept of accounts and of teams."""
    log, *tracked = sources()
    subjects = groupby(tracked, key=lambda item: item.model._meta.app_config.verbose_name)
    groups = [(subject, [(item.key, item.label) for item in items]) for subject, items in subjects]
    return [("", _("全部")), (log.key, log.label), *groups]


class AuditFilter(forms.Form):
    q = forms.CharField(label=_("搜索"), required=False, max_length=60)
    since = forms.DateField(label=_("从"), required=False, widget=DAY)
    until = forms.DateField(label=_("到"), required=False, widget=DAY)
    person = forms.CharField(label=_("人员"), required=False, max_length=40)
    kind = forms.ChoiceField(label=_("记录"), required=False, choices=_kinds)
    action = forms.ChoiceField(label=_("动作"), required=False, choices=[("", _("全部")), *ACTIONS.items()])
    address = forms.CharField(label=_("来自地址"), required=False, max_length=45)

    def span(self) -> tuple[date, date]:
        """First and last day; the last thirty days when nothing else is asked."""
        last = self._value("until") or timezone.localdate()
        earliest = date.min + timedelta(days=DAYS)
        return self._value("since") or max(last, earliest) - timedelta(days=DAYS - 1), last

    def query(self, user: User, offices: tuple[str, ...] | None) -> Query:
        """What was asked, within what ``user`` may see. A value that is wrong does not narrow; the page says so."""
        first, last = self.span()
        name = self._value("person").strip() if self._value("person") else ""
        return Query(
            offices=offices,
            since=beginning_of(first),
            until=end_of(last),
            people=_people(user, name) if name else None,
            name=name,
            kind=self._value("kind") or "",
            action=self._value("action") or "",
            address=(self._value("address") or "").strip(),
            text=self._value("q") or "",
        )

    def _value(self, name: str) -> Any:
        return self.cleaned_data.get(name) if self.is_bound else None

    def notes(self, query: Query) -> list[str]:
        """What was asked and is not, or not wholly, answered."""
        notes = [
            str(_("：")).join([str(self[name].label), _("；").join(map(str, errors))])
            for name, errors in self.errors.items()
            if name in self.fields
        ]
        if query.people is not None and len(query.people) == MOST_PEOPLE:
            words = {"name": query.name, "most": MOST_PEOPLE}
            notes.append(_("人员：叫“%(name)s”的很多，这里只有其中 %(most)d 人的记录。请写全姓名或者登录名。") % words)
        return notes


def _people(user: User, name: str) -> tuple[int, ...]:
    found = User.objects.visible_to(user).filter(matching(name)).values_list("pk", flat=True)
    return tuple(found[:MOST_PEOPLE])
