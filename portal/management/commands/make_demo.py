import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core.history import acting_as
from organizations.models import User
from portal.demo import CAST, COLLEAGUES, make_assessments, make_cast, make_filings, make_training, make_work


class Command(BaseCommand):
    help = "装入演示账号和演示数据；已有演示账号时什么也不做；正式环境拒绝执行。"

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("正式环境（DJANGO_ENV=production）不装演示账号。")
        if not User.objects.filter(is_demo=True).exists():
            # all or nothing: half a demo would be taken for a whole one at the next start
            with transaction.atomic(), acting_as(None, source="make_demo"):
                people = make_cast(self._password(), (*CAST, *COLLEAGUES))
                make_work(people)
                make_filings(people)
                make_training(people)
                make_assessments(people)
        accounts = "、".join(person.username for person in (*CAST, *COLLEAGUES))
        self.stdout.write(f"演示账号：{accounts}\n密码：{self._password()}")

    def _password(self) -> str:
        path = settings.DATA_DIR / "demo-password"
        if not path.exists():
            path.write_text(f"Yanshi-{secrets.token_hex(4)}\n")
            path.chmod(0o600)
        return path.read_text().strip()
