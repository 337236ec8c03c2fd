"""Loads certificate kinds, sample ranks and consent texts from ``fixtures/people.yaml``. Adds what is missing, never
overwrites what the region has edited."""

from pathlib import Path

import yaml
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from people.models import CertificateKind, ConsentText, Rank

FIXTURE = Path(settings.BASE_DIR) / "fixtures" / "people.yaml"


@transaction.atomic
def load_all() -> None:
    """Everything this subject ships with."""
    data = yaml.safe_load(FIXTURE.read_text(encoding="utf-8"))
    CertificateKind.objects.bulk_create(
        [CertificateKind(position=number * 10, **row) for number, row in enumerate(data["certificate_kinds"], 1)],
        ignore_conflicts=True,
    )
    Rank.objects.bulk_create(
        [Rank(position=number * 10, **row) for number, row in enumerate(data["ranks"], 1)], ignore_conflicts=True
    )
    known = set(ConsentText.objects.values_list("kind", flat=True))
    ConsentText.objects.bulk_create(
        [
            ConsentText(version=1, published_at=timezone.now(), **row)
            for row in data["consent_texts"]
            if row["kind"] not in known
        ]
    )
