"""Team lists from a spreadsheet: each row becomes the draft of a 新建备案, which somebody completes and hands in."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from tablib import Dataset

from core.imports import Undone
from core.models import Attachment
from core.workflow import MoveNotAllowed
from organizations.models import Organization
from organizations.roles import Level
from teams.choices import FilingKind, PostRole, TeamLevel
from teams.facts import FACTS, is_empty, read, read_post
from teams.filings.drafting import begin
from teams.filings.duplicates import likely_doubles
from teams.importing import cells
from teams.importing.columns import TeamColumns, registering_offices
from teams.models import Filing
from teams.spelling import name_on_file
from teams.states import OPEN, FilingState
from teams.workflow import WORKFLOW


class TeamResource(TeamColumns):
    """Nothing of a team exists before its filing is filed: what a row makes is a draft, and it may miss anything but
    the name. What is there is judged by ``teams.facts.read`` as on the form.
    """

    undoable = True
    every_sheet = True
    filled_down = frozenset(
        ["office", "naming_org", "level", "formation", "registration", "main_category", "base_division"]
    )
    most_rows = 500
    at_once = 60

    # -- the whole file ---------------------------------------------------------------------------------
    def run(self, dataset: Dataset, *, dry_run: bool) -> Any:
        names = self._said(dataset, "name", cells.Name())
        self._names, self._codes = Counter(names), Counter(self._said(dataset, "uscc", cells.Code()))
        self._taken = set(Organization.objects.filter(name__in=set(names)).values_list("name", flat=True))
        self._open = set(self._open_filings(set(names)).values_list("title", flat=True)) if dry_run else set()
        own = self.by.organization_id
        places = registering_offices(self.by)
        self._default = places.filter(pk=own).first() or next(
            iter(found if len(found := places[:2]) == 1 else ()), None
        )
        return super().run(dataset, dry_run=dry_run)

    def _said(self, dataset: Dataset, name: str, widget: Any) -> list[str]:
        heading = self.columns[name].column_name
        values = dataset[heading] if heading in (dataset.headers or ()) else []
        return [name_on_file(widget.clean(value)) for value in values if value]

    def _open_filings(self, names: set[str]) -> QuerySet[Filing]:
        """Registrations under way with such a name: drafts where the person may see them, handed in anywhere."""
        seen = Q(pk__in=Filing.objects.visible_to(self.by).values("pk"))
        rows = Filing.objects.filter(title__in=names, state__in=OPEN, kind=FilingKind.REGISTER)
        return rows.filter(seen | ~Q(state=FilingState.DRAFT))

    # -- a row ------------------------------------------------------------------------------------------
    def get_or_init_instance(self, instance_loader: Any, row: Any) -> tuple[Filing, bool]:
        filing = Filing()
        filing.typed = {}  # type: ignore[attr-defined]
        return filing, True

    def get_import_fields(self) -> list[Any]:
        return list(self.columns.values())

    def import_field(self, field: Any, instance: Any, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        if field.column_name in row:
            if self._is_blank(field.widget, row[field.column_name]):
                row = {**row, field.column_name: ""}
            instance.typed[field.attribute] = cells.typed(field.clean(row, **kwargs))

    @staticmethod
    def _is_blank(widget: Any, written: str | None) -> bool:
        """无 in a column for which it is a word of its own (登记方式) is that word."""
        return cells.says_nothing(written or "") and written not in getattr(widget, "also", ())

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        return False

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        errors: dict[str, Any] = dict(import_validation_errors or {})
        found = instance.typed
        instance.payload = self._payload(found, errors)
        for name, value in instance.payload.items():
            if name in FACTS and name not in errors and not is_empty(value):
                try:
                    read(name, value)
                except ValidationError as error:
                    errors[self._column_of(name, found)] = error.messages
        self._about_name(instance.payload.get("name", ""), errors)
        if "office" not in errors and not found.get("office") and self._default is None:
            errors["office"] = [_("请写明主管单位。")]
        if self.trial:
            self._doubles(instance.payload)
            self._about_office(found, errors)
        if errors:
            raise ValidationError(errors)

    @staticmethod
    def _column_of(name: str, found: Mapping[str, Any]) -> str:
        """The column a fact was read from."""
        return "coordinates" if name in ("latitude", "longitude") and found.get("coordinates") else name

    def _payload(self, found: Mapping[str, Any], errors: dict[str, Any]) -> dict[str, Any]:
        payload = {name: value for name, value in found.items() if name in FACTS and not is_empty(value)}
        payload.pop("office", None)
        if pair := found.get("coordinates"):
            payload["latitude"], payload["longitude"] = pair
        main, *others = payload.pop("main_category", None) or [""]
        if main:
            payload["main_category"] = main
        others += [key for key in payload.pop("other_categories", []) if key not in (main, *others)]
        if others:
            payload["other_categories"] = others
        posts = self._posts(found, errors)
        return payload | ({"posts": posts} if posts else {})

    def _posts(self, found: Mapping[str, Any], errors: dict[str, Any]) -> list[dict[str, str]]:
        captains = found.get("captain") or []
        about = {"phone": found.get("captain_phone"), "origin": found.get("captain_origin"),
                 "starts_on": found.get("captain_since")}  # fmt: skip
        if len(captains) > 1:
            errors.setdefault("captain", [_("队长只填 1 名；副队长请填在“副队长”一列。")])
        if not captains and not is_empty(found.get("captain_phone")) and "captain" not in errors:
            errors.setdefault("captain_phone", [_("有电话，没有写队长姓名。")])
        rows = [
            {"role": role.value, "origin": "", "starts_on": "", **person}
            for role, people in ((PostRole.CAPTAIN, captains), (PostRole.DEPUTY, found.get("deputies") or []))
            for person in people
        ]
        for row in rows:
            captain = row["role"] == PostRole.CAPTAIN
            if captain:
                row |= {key: value for key, value in about.items() if value}
            for name, text in _wrong(row).items():
                column = {"phone": "captain_phone", "starts_on": "captain_since"}.get(name, "captain")
                column = column if captain and found.get(column) else "captain" if captain else "deputies"
                errors.setdefault(column, [text])
        return rows

    def _about_office(self, found: Mapping[str, Any], errors: Mapping[str, Any]) -> None:
        """A league's list of its banners' teams, with no column that says which is whose, would all become the
        league's own."""
        default = self._default
        written = found.get("office") or "office" in errors
        if written or default is None or found.get("level") != TeamLevel.BANNER:
            return
        if default.level != Level.BANNER:
            self.warn("level", _("没有写主管单位，会建在%(office)s名下。") % {"office": default})

    # -- doubles ----------------------------------------------------------------------------------------
    def _about_name(self, name: str, errors: dict[str, Any]) -> None:
        if "name" in errors:
            return
        if not name:
            errors["name"] = [_("没有填。")]
        elif name_on_file(name) in self._taken:
            errors["name"] = [_("“%(name)s”已经有了，不能重名。") % {"name": name}]

    def _doubles(self, payload: Mapping[str, Any]) -> None:
        name, uscc = name_on_file(payload.get("name", "")), payload.get("uscc", "")
        if self._names[name] > 1:
            self.warn("name", _("表里另有一行是同一个名称。"))
        if uscc and self._codes[uscc] > 1:
            self.warn("uscc", _("表里另有一行是同一个信用代码。"))
        if name in self._open:
            self.warn("name", _("另有一件没有办结的新建备案也用这个名称。"))
        for double in likely_doubles(name, uscc, payload.get("host_org_name", "")):
            if not double.certain:
                words = {"team": double.team, "no": double.filing_no, "office": double.office, "why": double.why}
                self.warn("", _("可能与%(team)s（%(no)s，%(office)s）是同一支队伍：%(why)s。") % words)

    # -- afterwards -------------------------------------------------------------------------------------
    def save_row(self, instance: Model, *, is_new: bool) -> None:
        assert isinstance(instance, Filing)
        asked = instance.typed.get("office")  # type: ignore[attr-defined]
        office = Organization.objects.get(pk=asked) if asked else self._default
        instance.pk = begin(FilingKind.REGISTER, by=self.by, office=office, **instance.payload).pk

    def records(self, made: Sequence[Any]) -> QuerySet[Any]:
        return Filing.objects.visible_to(self.by).filter(pk__in=made).order_by("pk")

    def undo(self, made: Sequence[Any], *, reason: str) -> Undone:
        """Withdraw the drafts as they were made; whatever has been worked on or handed in since stays."""
        taken, left = 0, []
        filings = list(Filing.objects.select_for_update(of=("self",)).filter(pk__in=made).order_by("pk"))
        papers = set(
            Attachment.objects.current()
            .filter(content_type__model="filing", object_id__in=[str(filing.pk) for filing in filings])
            .values_list("object_id", flat=True)
        )
        for filing in filings:
            why = self._stays(filing, str(filing.pk) in papers)
            if not why:
                try:
                    WORKFLOW.perform(filing, "withdraw", by=self.by, comment=reason)
                    taken += 1
                except MoveNotAllowed as error:
                    why = str(error)
            if why:
                left.append((filing.name, why))
        return Undone(taken, left)

    @staticmethod
    def _stays(filing: Filing, has_papers: bool) -> str:
        if filing.state != FilingState.DRAFT:
            return _("已是“%(state)s”。") % {"state": filing.get_state_display()}
        if filing.version != 1:
            return _("导入后有人改过。")
        return _("导入后有人传了材料。") if has_papers else ""


def _wrong(row: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the parts of a post that were written; that parts are missing is asked for at hand-in."""
    try:
        read_post(row)
    except ValidationError as error:
        return {name: texts[0] for name, texts in error.message_dict.items() if not is_empty(row.get(name))}
    return {}
