"""Loads the sample standards from ``fixtures/assessments.yaml``, each as its first version, published and marked 示例.
Adds what is missing, never touches what is there: the region imports the official tables as a new version."""

from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from assessments.models import Standard
from assessments.standards.lines import add_bars, add_lines
from assessments.states import StandardState

FIXTURE = Path(settings.BASE_DIR) / "fixtures" / "assessments.yaml"


@transaction.atomic
def load_all() -> None:
    """Everything this subject ships with."""
    there = set(Standard.objects.values_list("code", flat=True))
    for row in shipped():
        if row["code"] not in there:
            _load(row)


def shipped() -> list[dict[str, Any]]:
    """The standards of the fixture; what several have in common stands in each."""
    given = yaml.safe_load(FIXTURE.read_text(encoding="utf-8"))
    return [_whole(row, given["common"]) for row in given["standards"]]


def _whole(row: dict[str, Any], common: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    bars = row["conclusions"]
    before = common[row["include"]] if "include" in row else []
    facts = {name: value for name, value in row.items() if name != "include"}
    return facts | {
        "conclusions": common[bars] if isinstance(bars, str) else bars,
        "indicators": [*before, *row["indicators"]],
    }


def _load(row: dict[str, Any]) -> None:
    facts = {name: value for name, value in row.items() if name not in ("category", "conclusions", "indicators")}
    standard = Standard.objects.create(**facts, category_id=row.get("category"), is_sample=True, number=1)
    add_bars(standard, row["conclusions"])
    add_lines(standard, row["indicators"])
    standard.state = StandardState.PUBLISHED
    standard.published_at = timezone.now()
    standard.valid_from = timezone.localdate().replace(month=1, day=1)
    standard.save()
