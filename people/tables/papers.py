"""Columns of the lists of certificates, policies and the people a policy covers."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.chips import chip as chip  # for the tables of other subjects too
from core.escaping import markup
from core.links import link_to
from core.lists import Column, DateColumn, Table
from core.masking import mask_text
from core.words import due_in_words
from people.models import Certificate, Cover, Policy
from people.states import STANDING, CertificateState

CERTIFICATE_TONES = {
    CertificateState.REPORTED: "wait",
    CertificateState.VERIFIED: "ok",
    CertificateState.REFUSED: "bad",
    CertificateState.ENDED: "off",
}
NEAR = 90  # days before the end at which a date becomes a chip
_NOWRAP = {"td": {"class": "nowrap"}}
_NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}


def days_left(ends_on: date | None, *, today: date | None = None) -> dict[str, Any] | None:
    """The chip of a date that is near or past: tone and words; None while there is time."""
    left = (ends_on - (today or timezone.localdate())).days if ends_on else NEAR + 1
    if left > NEAR:
        return None
    if left < 0:
        return {"tone": "bad", "label": _("已过期")}
    return {"tone": "warn", "label": due_in_words(left)}


class CertificateTable(Table):
    person = Column(linkify=lambda record: record.get_absolute_url())
    teams = Column(gettext_lazy("救援队"), accessor="pk", empty_values=())
    kind = Column()
    number = Column(masked=mask_text, attrs=_NOWRAP)
    issued_on = DateColumn(attrs=_NOWRAP)
    expires_on = Column(orderable=True, attrs=_NOWRAP, empty_values=())
    state = Column()
    created_at = DateColumn(gettext_lazy("登记日期"), accessor="created_at")

    only_now = ("teams",)

    class Meta:
        model = Certificate
        fields = (
            "person", "teams", "kind", "number", "level", "issuer", "issued_on", "expires_on", "source", "state",
            "verified_by", "verified_at", "reason", "created_at",
        )  # fmt: skip
        default_columns = ("person", "teams", "kind", "number", "issuer", "issued_on", "expires_on", "state")
        order_by = "-pk"

    def render_teams(self, record: Certificate) -> str:
        return self.value_teams(record) or "—"

    def value_teams(self, record: Certificate) -> str:
        return "、".join(getattr(record, "team_names", None) or ())

    def render_expires_on(self, record: Certificate) -> Any:
        if record.expires_on is None:
            return _("长期")
        if record.state not in STANDING:
            return f"{record.expires_on:%Y-%m-%d}"
        near = days_left(record.expires_on, today=getattr(record, "as_at", None))
        day = f"{record.expires_on:%Y-%m-%d}"
        return markup("<div>{} {}</div>", day, chip(**near)) if near else day

    def value_expires_on(self, record: Certificate) -> str:
        return f"{record.expires_on:%Y-%m-%d}" if record.expires_on else _("长期")

    def render_state(self, record: Certificate) -> str:
        tone = CERTIFICATE_TONES[CertificateState(record.state)]
        return record.get_state_display() if tone == "ok" else chip(tone, record.get_state_display())

    def value_state(self, record: Certificate) -> str:
        return str(CertificateState(record.state).label)


def standing_of(policy: Policy, today: date | None = None) -> dict[str, Any]:
    """The chip of a policy: running, near its end, over, not begun."""
    day = today or timezone.localdate()
    if policy.starts_on > day:
        return {"tone": "wait", "label": _("还没有开始")}
    if policy.ends_on < day:
        return {"tone": "off", "label": _("已到期")}
    return days_left(policy.ends_on, today=day) or {"tone": "ok", "label": _("保障中")}


class PolicyTable(Table):
    number = Column(linkify=lambda record: record.get_absolute_url(), attrs=_NOWRAP)
    organization = Column()
    covered = Column(gettext_lazy("今天在保"), accessor="pk", empty_values=(), attrs=_NUMBER)
    standing = Column(gettext_lazy("状态"), accessor="pk", empty_values=())
    starts_on = DateColumn(verbose_name=gettext_lazy("保障起"), attrs=_NOWRAP)
    ends_on = DateColumn(verbose_name=gettext_lazy("保障止"), attrs=_NOWRAP)
    death_amount = Column(attrs=_NUMBER)
    medical_amount = Column(attrs=_NUMBER)

    class Meta:
        model = Policy
        fields = (
            "number", "insurer", "kind", "organization", "holder", "starts_on", "ends_on", "death_amount",
            "medical_amount", "covered", "standing", "note",
        )  # fmt: skip
        default_columns = (
            "number", "insurer", "kind", "organization", "starts_on", "ends_on", "covered", "standing",
        )  # fmt: skip

    def render_covered(self, record: Policy) -> int:
        return getattr(record, "covered", 0)

    def value_covered(self, record: Policy) -> int:
        return getattr(record, "covered", 0)

    def render_standing(self, record: Policy) -> str:
        return chip(**standing_of(record))

    def value_standing(self, record: Policy) -> str:
        return str(standing_of(record)["label"])


class CoverTable(Table):
    """People of one policy. Who is no longer in sight is named, for the policy says so, and leads nowhere."""

    person = Column(linkify=lambda record: record.person.get_absolute_url() if getattr(record, "seen", False) else None)
    id_masked = Column(gettext_lazy("证件号码"), accessor="person__id_masked", attrs=_NOWRAP)
    teams = Column(gettext_lazy("救援队"), accessor="pk", empty_values=())
    starts_on = DateColumn(verbose_name=gettext_lazy("保障起"), attrs=_NOWRAP)
    ends_on = DateColumn(verbose_name=gettext_lazy("保障止"), attrs=_NOWRAP)
    standing = Column(gettext_lazy("状态"), accessor="pk", empty_values=(), attrs=_NOWRAP)

    class Meta:
        model = Cover
        fields = ("person", "id_masked", "teams", "starts_on", "ends_on", "standing", "end_reason")
        default_columns = fields

    def render_teams(self, record: Cover) -> str:
        return self.value_teams(record) or "—"

    def value_teams(self, record: Cover) -> str:
        return "、".join(getattr(record, "team_names", None) or ())

    def render_standing(self, record: Cover) -> Any:
        shown = cover_standing(record)
        is_over = record.ends_on < timezone.localdate() and not record.end_reason
        if not getattr(record, "may_end", False) or is_over:
            return chip(**shown)
        url = link_to("people:cover_end", record.pk)
        act = _("恢复保障") if record.end_reason else _("办理提前终止")
        return markup('<div>{} <a href="{}">{}</a></div>', chip(**shown), url, act)

    def value_standing(self, record: Cover) -> str:
        return str(cover_standing(record)["label"])


def cover_standing(cover: Cover, today: date | None = None) -> dict[str, Any]:
    """The chip of one person's cover."""
    day = today or timezone.localdate()
    if cover.starts_on > day:
        return {"tone": "wait", "label": _("还没有开始")}
    if cover.ends_on < day:
        return {"tone": "off", "label": _("已终止") if cover.end_reason else _("已到期")}
    return {"tone": "ok", "label": _("在保")}
