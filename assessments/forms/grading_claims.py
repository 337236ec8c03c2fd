"""One section of an application: a few fields per indicator. What can be read is kept; what is wrong stays shown."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.choices import Method
from assessments.gradings.claims import Row, Section
from assessments.models import Grading, GradingClaim
from assessments.scoring import plain
from core.history.pages import SIGN, made_elsewhere, on_page
from core.workflow import MoveNotAllowed
from organizations.models import User


@dataclass
class Line:
    """The fields of one indicator. ``clash``: what was put there elsewhere meanwhile."""

    row: Row
    names: dict[str, str]
    clash: str = ""
    fields: list[forms.BoundField] = field(default_factory=list)


def _has() -> list[tuple[str, str]]:
    return [("", _("请选择")), ("1", _("有")), ("0", _("没有"))]


class ClaimsForm(forms.Form):
    """:ivar lines: the scored indicators of the section, for the page. :ivar clashes: lines left out because they
    were changed elsewhere since the page was opened. :ivar versions: of the claims written now, for the page."""

    hide_optional = True

    def __init__(self, *args: Any, section: Section, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sign: str = self.data.get(SIGN, "")
        self.lines = [self._line(row) for row in section.scored]
        self.clashes: list[Line] = []
        self.versions: dict[str, int] = {}
        for line in self.lines:
            line.fields = [self[name] for key, name in line.names.items() if key != "version"]

    def _line(self, row: Row) -> Line:
        one, claim, names = row.indicator, row.claim, {}
        for key, made in self._fields_of(row).items():
            names[key] = f"{key}_{one.pk}"
            self.fields[names[key]] = made
            if key != "version":
                made.required = False
            made.initial = _shown(claim, key)
        return Line(row, names)

    def _fields_of(self, row: Row) -> dict[str, forms.Field]:
        one = row.indicator
        found: dict[str, forms.Field] = {}
        if one.method == Method.JUDGED:
            found["points"] = forms.DecimalField(
                label=_("自评分（满分 %(n)s）") % {"n": plain(one.points)}, min_value=0, max_value=one.points,
                max_digits=6, decimal_places=2,
            )  # fmt: skip
        elif row.metric is None and one.method == Method.YES_NO:
            found["value"] = forms.ChoiceField(label=_("有无"), choices=_has())
        elif row.metric is None:
            label = _("数值（%(unit)s）") % {"unit": one.unit} if one.unit else _("数值")
            found["value"] = forms.DecimalField(label=label, max_digits=14, decimal_places=2)
        if one.may_not_apply:
            found["not_applicable"] = forms.BooleanField(label=_("不适用"))
        found["note"] = forms.CharField(label=_("情况说明"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
        found["version"] = forms.IntegerField(widget=forms.HiddenInput, required=False)
        return found

    def keep(self, grading: Grading, by: User) -> bool:
        """Write what can be read, under the lock; says whether anything was.

        :raises MoveNotAllowed: handed in meanwhile, or the right is gone.
        """
        self.full_clean()
        with on_page(self.sign), transaction.atomic():
            locked = Grading.objects.select_for_update(of=("self",)).select_related("team__organization")
            fresh = locked.get(pk=grading.pk)
            MoveNotAllowed.unless(fresh.can_edit(by))
            claims = GradingClaim.objects.select_for_update(of=("self",)).filter(grading=grading)
            there = {claim.indicator_id: claim for claim in claims}
            written = [self._keep_line(line, there, grading, by) for line in self.lines]
        return any(written)

    def _keep_line(self, line: Line, there: dict[int, GradingClaim], grading: Grading, by: User) -> bool:
        claim = there.get(line.row.indicator.pk) or GradingClaim(grading=grading, indicator=line.row.indicator)
        given = {key: self._given(key, name) for key, name in line.names.items() if name not in self.errors}
        opened = given.pop("version", None)
        changed = {key: value for key, value in given.items() if getattr(claim, key) != value}
        if not changed:
            return False
        if claim.pk and opened != claim.version and self._overtaken(claim, opened, by):
            line.clash = _told(claim)
            self.clashes.append(line)
            return False
        for key, value in changed.items():
            setattr(claim, key, value)
        claim.version += 1 if claim.pk else 0
        claim.save()
        self.versions[line.names["version"]] = claim.version
        return True

    def _overtaken(self, claim: GradingClaim, opened: int | None, by: User) -> bool:
        later = claim.tracked_events.filter(version__gt=opened or 0)  # type: ignore[attr-defined]
        return made_elsewhere(later, by, self.sign).exists()

    def _given(self, key: str, name: str) -> Any:
        value = self.cleaned_data.get(name)
        if key == "value" and isinstance(value, str):
            return Decimal(value) if value else None
        return bool(value) if key == "not_applicable" else value

    def freshen(self) -> None:
        """Let the page carry the new versions: of what was written, and of what somebody else wrote, so that sending
        again overwrites it knowingly."""
        self.data: Any = self.data.copy()
        for name, version in self.versions.items():
            self.data[name] = version
        for line in self.clashes:
            claim = GradingClaim.objects.get(pk=line.row.claim.pk) if line.row.claim else None
            self.data[line.names["version"]] = claim.version if claim else ""


def _shown(claim: GradingClaim | None, key: str) -> Any:
    if claim is None:
        return None
    value = getattr(claim, key)
    if isinstance(value, Decimal):
        return plain(value)  # "1" is also the choice of 有无
    return value


def _told(claim: GradingClaim) -> str:
    parts = [plain(number) for number in (claim.value, claim.points) if number is not None]
    parts += [_("不适用")] if claim.not_applicable else []
    parts += [claim.note] if claim.note else []
    return _("；").join(parts) or _("（空）")
