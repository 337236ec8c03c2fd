"""Columns of the list of people. A row is the membership under which a person stands in it."""

from datetime import date
from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from core import masking
from core.chips import chip
from core.links import link_to
from core.lists import Column, DateColumn, Table
from people import identity
from people.models import Certificate, Cover, Membership
from people.states import STANDING, CertificateState, MembershipState

_NUMBER: dict[str, Any] = {"td": {"class": "num"}, "th": {"class": "num"}}
_CODE: dict[str, Any] = {"td": {"class": "nowrap"}}


def membership_state(membership: Membership) -> dict[str, Any]:
    """The chip of how somebody belongs to a team; the ordinary case has no tone."""
    if membership.state == MembershipState.ENDED:
        return {"tone": "off", "icon": "", "label": _("已退队")}
    if membership.state == MembershipState.PROBATION:
        return {"tone": "wait", "icon": "", "label": _("预备")}
    if membership.is_away:
        return {"tone": "warn", "icon": "", "label": membership.get_presence_display()}
    return {"tone": "", "icon": "", "label": _("正式")}


def certificate_state(certificate: Certificate, day: date) -> dict[str, Any]:
    if certificate.state in STANDING and not certificate.is_in_force(day):
        return {"tone": "bad", "label": _("已过期") if certificate.issued_on <= day else _("还没有生效")}
    tones = {CertificateState.REPORTED: "wait", CertificateState.VERIFIED: "ok", CertificateState.REFUSED: "bad"}
    return {"tone": tones.get(CertificateState(certificate.state), "off"), "label": certificate.get_state_display()}


def cover_state(cover: Cover, day: date) -> dict[str, Any]:
    if cover.starts_on > day:
        return {"tone": "wait", "label": _("还没有开始")}
    return {"tone": "ok", "label": _("在保")} if cover.ends_on >= day else {"tone": "off", "label": _("已到期")}


class PersonTable(Table):
    name = tables.Column(
        _("姓名"), accessor="person__name",
        linkify=lambda record: link_to("people:person_detail", record.person_id),
    )  # fmt: skip
    gender = Column(_("性别"), accessor="person__gender")
    age = Column(_("年龄"), accessor="person__birth", attrs=_NUMBER)
    birth = DateColumn(verbose_name=_("出生日期"), accessor="person__birth", attrs=_CODE)
    ethnicity = Column(_("民族"), accessor="person__ethnicity", attrs=_CODE)
    id_type = Column(_("证件类型"), accessor="person__id_type")
    id_number = Column(_("证件号码"), accessor="person__id_masked", masked=identity.masked, attrs=_CODE)
    mobile = Column(_("手机"), accessor="person__mobile", masked=masking.phone, attrs=_CODE)
    division = Column(_("所在旗县"), accessor="person__division__name")
    employer = Column(_("工作单位"), accessor="person__employer")
    education = Column(_("学历"), accessor="person__education")
    team = Column(_("救援队"), accessor="organization__short_name", order_by=("organization__path", "number"),
                  orderable=True)  # fmt: skip
    number = Column()
    kind = Column()
    duty = Column()
    group = Column()
    joined_on = DateColumn(attrs=_CODE)
    rc_member_no = Column(_("红十字会会员证号"), accessor="person__rc_member_no", attrs=_CODE)
    volunteer_no = Column(_("志愿者编号"), accessor="person__volunteer_no", attrs=_CODE)
    left_on = DateColumn(attrs=_CODE)
    state = Column(_("队籍"), accessor="state")

    class Meta:
        model = Membership
        fields = (
            "name", "gender", "age", "birth", "ethnicity", "id_type", "id_number", "mobile", "division", "employer",
            "education", "team", "number", "kind", "duty", "group", "joined_on", "rc_member_no", "volunteer_no",
            "left_on", "state",
        )  # fmt: skip
        default_columns = ("name", "gender", "age", "ethnicity", "id_number", "mobile", "team", "duty", "state")
        order_by = ("organization__path", "number")

    def render_age(self, record: Membership) -> str:
        age = self.value_age(record)
        return "—" if age is None else str(age)

    def value_age(self, record: Membership) -> int | None:
        day: date = getattr(record, "as_at", None) or self.today
        return record.person.age_on(day)

    def render_id_number(self, record: Membership) -> str:
        return record.person.id_masked or "—"

    def value_id_number(self, record: Membership) -> str:
        """Whole; the column's mask hides it again unless the export is a full one."""
        return record.person.id_number

    def render_team(self, record: Membership) -> str:
        return self.value_team(record)

    def value_team(self, record: Membership) -> str:
        """All teams the reader sees the person in, that of the row first; of a past day that of the row."""
        own = record.organization.short_name
        others = [name for name in getattr(record, "team_names", None) or () if name != own]
        return "、".join([own, *others])

    def render_state(self, record: Membership) -> str:
        shown = membership_state(record)
        return chip(**shown) if shown["tone"] else str(shown["label"])

    def value_state(self, record: Membership) -> str:
        return str(membership_state(record)["label"])
