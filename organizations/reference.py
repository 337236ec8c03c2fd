"""Loads divisions and offices from ``fixtures/``. Adds what is missing, never overwrites what an office has edited."""

import csv
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from organizations.models import Division, Organization
from organizations.roles import Level

FIXTURES = Path(settings.BASE_DIR) / "fixtures"
_LEVELS = {"province": Level.REGION, "prefecture": Level.LEAGUE, "county": Level.BANNER}


def _rows(name: str) -> list[dict[str, str]]:
    with (FIXTURES / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@transaction.atomic
def load_divisions() -> None:
    """GB/T 2260 divisions (1 + 12 + 103), and functional areas under supplementary codes."""
    rows = [
        Division(code=row["code"], name=row["name"], parent_id=row["parent_code"] or None, level=row["level"])
        for row in _rows("divisions.csv")
    ]
    rows += [
        Division(
            code=row["code"],
            name=row["name"],
            parent_id=row["parent_code"],
            level=Division.Level.FUNCTIONAL,
            is_gb2260=False,
        )
        for row in _rows("functional_areas.csv")
    ]
    Division.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def load_offices() -> None:
    """总会, the region, 12 leagues and cities, 103 banners and counties."""
    known = {office.code: office for office in Organization.objects.offices()}
    if "000000" not in known:
        known["000000"] = Organization.objects.add_root(
            {"code": "000000", "name": "中国红十字会总会", "short_name": "总会", "level": Level.NATIONAL}
        )
    for row in _rows("divisions.csv"):
        if row["code"] not in known:
            parent = known[row["parent_code"] or "000000"]
            known[row["code"]] = _add_office(parent, row)


def _add_office(parent: Organization, row: dict[str, str]) -> Organization:
    return add_child(
        parent,
        code=row["code"],
        name=_office_name(row["name"], parent),
        short_name=row["name"],
        level=_LEVELS[row["level"]],
        division_id=row["code"],
        doc_prefix="内红赈发" if row["level"] == "province" else "",  # founding-notice.txt
    )


def _office_name(division: str, parent: Organization) -> str:
    # A city district is named with its city: 海南区 alone would be read as something else.
    prefix = parent.short_name if division.endswith("区") and parent.level == Level.LEAGUE else ""
    return f"{prefix}{division}红十字会"


def add_child(parent: Organization, **facts: object) -> Organization:
    """Append an organization under ``parent``; the parent row is locked, so that two at once get different paths."""
    with transaction.atomic():
        locked = Organization.objects.select_for_update().get(pk=parent.pk)
        facts.setdefault("valid_from", timezone.localdate())
        child: Organization = Organization.objects.add_child(locked, dict(facts))
        return child
