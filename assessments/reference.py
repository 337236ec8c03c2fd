"""Loads the sample standards from ``fixtures/assessments.yaml``, each as its first version, published and marked 示例.
Adds what is missing, never touches what is there: the region imports the official tables as a new version."""

from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from assessments.models import Conclusion, Indicator, Standard
from assessments.states import StandardState

FIXTURE = Path(settings.BASE_DIR) / "fixtures" / "assessments.yaml"


@transaction.atomic
def load_all() -> None:
    """Everything this subject ships with."""
    there = set(Standard.objects.values_list("code", flat=True))
    for row in yaml.safe_load(FIXTURE.read_text(encoding="utf-8")):
        if row["code"] not in there:
            _standard(row)


def _standard(row: dict[str, Any]) -> None:
    conclusions, indicators = row.pop("conclusions"), row.pop("indicators")
    category = row.pop("category", None)
    standard = Standard.objects.create(**row, category_id=category, is_sample=True, number=1)
    Conclusion.objects.bulk_create(
        [Conclusion(standard=standard, position=number, **one) for number, one in enumerate(conclusions, 1)]
    )
    made: dict[str, Indicator] = {}
    for number, one in enumerate(indicators, 1):
        parent = made.get(one.pop("parent", ""))
        made[one["code"]] = Indicator.objects.create(standard=standard, position=number, parent=parent, **one)
    standard.state = StandardState.PUBLISHED
    standard.published_at = timezone.now()
    standard.valid_from = timezone.localdate().replace(month=1, day=1)
    standard.save()
