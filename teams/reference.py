"""Loads categories, papers, rules, checks and phrases from ``fixtures/``. Adds what is missing, never overwrites what
the region has edited."""

from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction

from teams.choices import FilingKind, TeamLevel
from teams.models import Category, CheckSetting, FilingRule, PaperKind, Phrase, RulePaper, RuleStep

FIXTURES = Path(settings.BASE_DIR) / "fixtures"


def _data(name: str) -> Any:
    return yaml.safe_load((FIXTURES / name).read_text(encoding="utf-8"))


@transaction.atomic
def load_categories() -> None:
    """Nine graded categories and others."""
    rows = enumerate(_data("team_categories.yaml"), 1)
    Category.objects.bulk_create([Category(position=number * 10, **row) for number, row in rows], ignore_conflicts=True)


@transaction.atomic
def load_filing_rules() -> None:
    """Papers, steps per kind and level, checks and phrases."""
    data = _data("filing_rules.yaml")
    PaperKind.objects.bulk_create(
        [PaperKind(position=number * 10, **row) for number, row in enumerate(data["papers"], 1)], ignore_conflicts=True
    )
    CheckSetting.objects.bulk_create([CheckSetting(**row) for row in data["checks"]], ignore_conflicts=True)
    if not Phrase.objects.filter(office=None).exists():
        Phrase.objects.bulk_create(
            [Phrase(text=text, position=number * 10) for number, text in enumerate(data["phrases"], 1)]
        )
    known = set(FilingRule.objects.values_list("kind", "level"))
    for kind in FilingKind:
        for level in TeamLevel:
            if (kind.value, level.value) not in known:
                _add_rule(kind, level, data)


def _add_rule(kind: str, level: str, data: Any) -> None:
    about = data["kinds"][kind]
    rule = FilingRule.objects.create(
        kind=kind, level=level, needs_reply=about.get("needs_reply", False), note=about.get("note", "")
    )
    RuleStep.objects.bulk_create(
        [RuleStep(rule=rule, position=number, **row) for number, row in enumerate(data["steps"][level], 1)]
    )
    RulePaper.objects.bulk_create(
        [
            RulePaper(
                rule=rule, paper_id=row["paper"], when=row.get("when", "always"), required=row.get("required", True)
            )
            for row in about["papers"]
        ]
    )


def load_all() -> None:
    """Everything this subject ships with."""
    load_categories()
    load_filing_rules()
