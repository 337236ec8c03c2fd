from typing import Any

from django.core.management.base import BaseCommand

from assessments.reference import load_all as load_assessments
from core.history import acting_as
from organizations.permissions import sync_grants
from organizations.reference import load_divisions, load_offices
from people.reference import load_all as load_people
from teams.reference import load_all as load_teams
from training.reference import load_all as load_training


class Command(BaseCommand):
    help = "装入基础数据（行政区划、机构、专业类别、办理规则、证书种类和同意书），并使权限与职责表一致；可重复执行。"

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as(None, source="load_reference"):
            load_divisions()
            load_offices()
            load_people()
            load_teams()
            load_training()
            load_assessments()
            sync_grants()
