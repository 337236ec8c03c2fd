from typing import Any

from django.core.management.base import BaseCommand

from core.audit.retention import purge


class Command(BaseCommand):
    help = "Delete access log rows older than AUDIT_RETENTION_DAYS. The history of records is never touched."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{purge(source='manage.py purge_access_log')} rows deleted")
